"""Runs the packaged function as Lambda does: only the asset and the runtime's libraries are on the path.

Arguments: the asset's folder, the runtime's folder, the seconds that the invocation has. The event comes on stdin.
"""

import importlib
import json
import sys
import time

asset, runtime, seconds = sys.argv[1:]
sys.path[:0] = [asset, runtime]

module = importlib.import_module("inference_experiment_handler.index")
assert module.__file__ is not None
assert module.__file__.startswith(asset)


class Context:
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:provider"
    aws_request_id = "request"
    deadline = time.monotonic() + float(seconds)

    def get_remaining_time_in_millis(self) -> int:
        return int((self.deadline - time.monotonic()) * 1000)


module.handler(json.load(sys.stdin), Context())

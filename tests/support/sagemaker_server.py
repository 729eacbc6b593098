"""SageMaker's state machine, Lambda's Invoke and what CloudFormation reports of a stack, behind a socket on loopback.

For a handler in another process.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.sagemaker import SageMaker, wire

DESCRIBED = """<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStacksResult><Stacks><member>
    <StackName>Demo</StackName>
    <CreationTime>2020-01-01T00:00:00Z</CreationTime>
    <StackStatus>{status}</StackStatus>
  </member></Stacks></DescribeStacksResult>
</DescribeStacksResponse>"""
DESCRIBED_RESOURCE = """<DescribeStackResourceResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStackResourceResult><StackResourceDetail>
    <ResourceStatus>{status}</ResourceStatus>
    <LastUpdatedTimestamp>2020-01-01T00:00:00Z</LastUpdatedTimestamp>
  </StackResourceDetail></DescribeStackResourceResult>
</DescribeStackResourceResponse>"""


@dataclass
class SageMakerServer:
    url: str
    stack_status: str = "CREATE_IN_PROGRESS"
    invocations: list[dict[str, Any]] = field(default_factory=list)
    """The payloads of the asynchronous invocations, which nobody has run yet."""


@contextmanager
def sagemaker_server(service: SageMaker) -> Iterator[SageMakerServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path.endswith("/invocations"):
                assert self.headers["X-Amz-Invocation-Type"] == "Event"
                server.invocations.append(json.loads(body))
                self._answer(202, {}, b"")
            elif b"Action=DescribeStacks" in body:
                stacks = DESCRIBED.format(status=server.stack_status)
                self._answer(200, {"content-type": "text/xml"}, stacks.encode())
            elif b"Action=DescribeStackResource" in body:
                resource = DESCRIBED_RESOURCE.format(status=server.stack_status)
                self._answer(200, {"content-type": "text/xml"}, resource.encode())
            else:
                self._answer(*wire.handle(service, self.headers["X-Amz-Target"], body, "handler"))

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = SageMakerServer(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()

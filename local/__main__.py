"""``python -m local``: the local AWS in the foreground, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from local.server import LocalAws


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--speed", type=float, default=60.0, help="how many times quicker SageMaker is than in reality")
    parser.add_argument("--account", default="123456789012")
    parser.add_argument("--region", default="us-east-1")
    options = parser.parse_args()
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with LocalAws(speed=options.speed, account=options.account, region=options.region) as aws:
        print(f"{aws.exports}\n", flush=True)
        print(f"The local AWS runs at {aws.url}; its log is {aws.log_path}. Ctrl-C ends it.", file=sys.stderr)
        over.wait()


if __name__ == "__main__":
    main()

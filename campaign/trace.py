"""``python -m campaign.trace``: a digest of all calls and responses in each life.

A refactoring must not change any. Write them to a file before, and compare afterwards::

    python -m campaign.trace --lives 600 > before
    python -m campaign.trace --lives 600 | diff before -

Each line has a seed, a digest of the calls, handovers and responses without their reasons, and a digest of the reasons.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from typing import Any

from campaign import extras, logs
from campaign.life import Life


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m campaign.trace", description=__doc__.partition("\n")[0])
    parser.add_argument("--lives", type=int, default=600, help="how many seeds, from --first on")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="one seed alone, as JSON instead of digests")
    asked = parser.parse_args()
    if asked.seed is not None:
        print(json.dumps(traced(asked.seed), indent=1, default=str))
        return
    with ProcessPoolExecutor() as pool:
        for line in pool.map(digests, range(asked.first, asked.first + asked.lives), chunksize=10):
            print(line)


def digests(seed: int) -> str:
    """The line of one life."""
    trace = traced(seed)
    reasons = trace.pop("reasons")
    return f"{seed} {_digest(trace)} {_digest(reasons)}"


def traced(seed: int) -> dict[str, Any]:
    """The calls and responses of one life, in order."""
    with logs.captured("ERROR"):
        life = Life(seed, extras.drawn(seed))
        life.run()
    runs = life.world.function.runs
    requests = [request for stack in life.world.stacks for request in stack.requests]
    answers = [(each.body, each.at) for request in requests for each in request.answers]
    return {
        "runs": [(run.request, run.event, run.began, run.seconds, run.calls, type(run.error).__name__) for run in runs],
        "calls": [
            (call.operation, call.parameters, call.principal, call.at, call.code) for call in life.world.service.record
        ],
        "answers": [({key: value for key, value in body.items() if key != "Reason"}, at) for body, at in answers],
        "reasons": [body["Reason"] for body, _ in answers],
    }


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


if __name__ == "__main__":
    main()

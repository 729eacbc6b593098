"""``python -m campaign``: runs many lives, and reports violated invariants."""

import argparse
import gc
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

from campaign.invariants import NAMES
from campaign.life import live
from campaign.outcome import Outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m campaign", description=__doc__)
    parser.add_argument("--lives", type=int, default=10_000, help="how many seeds, from --first on")
    parser.add_argument("--first", type=int, help="the first seed; drawn afresh if omitted")
    parser.add_argument("--seed", type=int, help="one seed alone")
    parser.add_argument("--log", action="store_true", help="the handler's log of that seed")
    asked = parser.parse_args()
    if asked.seed is not None:
        outcome = live(asked.seed, log=asked.log)
        print(outcome.log, end="")
        outcomes = [outcome]
    else:
        first = asked.first if asked.first is not None else random.randrange(1_000_000, 1_000_000_000)  # noqa: S311
        print(f"lives {first} to {first + asked.lives - 1}", flush=True)
        began = time.monotonic()
        with ProcessPoolExecutor(initializer=_collect_less_often) as pool:
            outcomes = list(map(_told, pool.map(live, range(first, first + asked.lives), chunksize=20)))
        print(f"{time.monotonic() - began:.0f} s")
    report(outcomes)
    return 1 if any(outcome.violations for outcome in outcomes) else 0


def _told(outcome: Outcome) -> Outcome:
    """The same. Its violations are printed at once, because the report comes only after all lives."""
    for violation in outcome.violations:
        print(f"seed {outcome.seed}: {violation}", file=sys.stderr, flush=True)
    return outcome


def _collect_less_often() -> None:
    """A life leaves little garbage with cycles, but searching for it takes a sixth of the time."""
    gc.set_threshold(200_000, 20, 50)


def report(outcomes: list[Outcome]) -> None:
    total = Counter(
        lives=len(outcomes),
        **{
            name: sum(getattr(outcome, name) for outcome in outcomes)
            for name in ("requests", "answers", "unanswerable", "calls", "invocations", "handovers")
        },
    )
    faults = Counter(chain.from_iterable(Counter(outcome.faults).elements() for outcome in outcomes))
    print("\n".join(f"{name:>22}  {count}" for name, count in total.items()))
    print(f"{'worst time to answer':>22}  {max(outcome.slowest for outcome in outcomes)}")
    extras = Counter(chain.from_iterable(outcome.extras for outcome in outcomes))
    print("lives with")
    print("\n".join(f"{name:>22}  {count}" for name, count in extras.most_common()))
    print("faults")
    print("\n".join(f"{name:>22}  {count}" for name, count in faults.most_common()))
    print("violations")
    for invariant, name in NAMES.items():
        broken = [outcome for outcome in outcomes if any(each.invariant == invariant for each in outcome.violations)]
        print(f"{invariant:>22}  {len(broken)}  {name}")
    for outcome in [outcome for outcome in outcomes if outcome.violations][:40]:
        print(f"seed {outcome.seed}")
        for violation in outcome.violations[:5]:
            print(f"    {violation}")


if __name__ == "__main__":
    sys.exit(main())

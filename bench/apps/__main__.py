"""``python -m bench.apps NAME NUMBER``: synthesizes one stack with that number, and prints the seconds that it took."""

import sys
import time
from importlib import import_module

from aws_cdk import App

if __name__ == "__main__":
    name, number = sys.argv[1:]
    made = import_module(f"bench.apps.{name}").made
    begun = time.perf_counter()
    made(App(), 1, int(number)).synth()
    print(time.perf_counter() - begun)

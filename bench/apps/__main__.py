"""``python -m bench.apps NAME NUMBER``: one stack of so many, synthesised."""

import sys
from importlib import import_module

from aws_cdk import App

if __name__ == "__main__":
    name, number = sys.argv[1:]
    import_module(f"bench.apps.{name}").made(App(), 1, int(number)).synth()

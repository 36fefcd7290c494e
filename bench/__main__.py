"""All benches that stand on their own, one after the other: `python -m bench`, or with names to run only those."""

import runpy
import sys
from pathlib import Path

_NEED_MINUTES = frozenset({"health", "soak", "since", "replay", "dead_sites"})
"""Simulations and whole crawls: run by name."""
_NO_BENCH = frozenset({"__init__", "__main__", "eval", "sources_page", "soak_sites", "audit", "train"})


def main() -> None:
    names = sys.argv[1:] or sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _NEED_MINUTES | _NO_BENCH
    )
    for name in names:
        print(f"== {name}", flush=True)
        sys.argv = [f"bench.{name}"]
        runpy.run_module(f"bench.{name}", run_name="__main__")


if __name__ == "__main__":
    main()

"""Load thousands of hostile files: each must be refused in one clean line, or be right.

    python -m blender_tests.model.fuzz --cases 20000            # the cases 0 to 19,999
    python -m blender_tests.model.fuzz --first 4711 --cases 1   # one of them again, with what came of it
    python -m blender_tests.model.fuzz --write 4711 folder      # the files of one of them

A case is made by its number alone, so it is the same in every run of the same fuzzer. Where one ends in anything
but a ModelError of one short line, or in a model whose forward pass is finite, its number is told and the status
is 1. A case has 1 GiB and 5 seconds of processor time.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # before numpy: threads are not forked

from blender_tests.model.fuzz.cases import make, written  # noqa: E402
from blender_tests.model.fuzz.pool import GOOD, counted, outcomes  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m blender_tests.model.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", nargs=2, metavar=("CASE", "FOLDER"))
    options = parser.parse_args()
    if options.write:
        case = make(int(options.write[0]))
        print(f"{case.told}: load {written(case.folder, Path(options.write[1]))}")
        return 0
    if options.cases == 1:
        ((number, outcome),) = outcomes(options.first, 1, 1)
        print(f"{number}: {make(number).told}\n{outcome.kind}, {outcome.seconds:.2f} s: {outcome.told}")
        return int(outcome.kind not in GOOD)
    start = time.monotonic()
    kinds, bad = counted(options.first, options.cases, options.workers)
    for number, outcome in sorted(bad, key=lambda item: item[0]):
        told = (outcome.told.strip().splitlines() or [""])[-1]
        print(f"{number}: {make(number).told}\n    {outcome.kind}: {ascii(told)[:160]}")
    others = sum(kinds.values()) - sum(kinds[kind] for kind in GOOD)
    print(
        f"Python {platform.python_version()}: {sum(kinds.values())} cases in {time.monotonic() - start:.0f} s: "
        f"{kinds['error']} clean errors, {kinds['right']} right, {others} others"
    )
    return int(others > 0)


if __name__ == "__main__":
    sys.exit(main())

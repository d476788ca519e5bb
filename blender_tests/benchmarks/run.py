"""Speed and memory of what users wait for, as a table, and as JSON beside this file.

    python blender_tests/benchmarks/run.py                 # all of it
    python blender_tests/benchmarks/run.py forward build   # some of it
    python blender_tests/benchmarks/run.py --chapter 4     # with another chapter

What this Python lacks is left out with a note: without bpy the scene and the film, without torch the
comparison. Only on an idle machine do the figures mean anything.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent / "model" / "scripts")]

import commands  # noqa: E402
import scenes  # noqa: E402
from figures import Row  # noqa: E402


def main() -> None:
    """Measure, print, and write ``results.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; by default all")
    parser.add_argument("--chapter", default="layer-norm")
    parser.add_argument("--jobs", type=int, help="worker processes of the film")
    parser.add_argument("--manim", default=sys.executable, help="a Python that has Manim, if this one has none")
    options = parser.parse_args()
    rows: list[Row] = []
    for name in options.parts or PARTS:
        for row in PARTS[name](options):
            print(_line(row), flush=True)
            rows.append(row)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "numpy": np.__version__}
    path = HERE / "results.json"
    path.write_text(json.dumps({"machine": machine, "chapter": options.chapter, "rows": rows}, indent=1) + "\n")


def _line(row: Row) -> str:
    value = "–" if row["value"] is None else f"{row['value']:.4g}"
    target = "" if row["target"] is None else f"at most {row['target']:g}"
    return f"{row['what']:<44}{value:>10} {row['unit']:<8}{target:<14}{row['note']}".rstrip()


PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "formats": commands.measure_formats,
    "forward": commands.measure_forward,
    "build": scenes.measure_build,
    "whole": scenes.measure_whole,
    "gpt2": scenes.measure_gpt2,
    "growth": commands.measure_growth,
    "shapes": scenes.measure_shapes,
    "step": scenes.measure_step,
    "pointing": scenes.measure_pointing,
    "film": scenes.measure_film,
    "excerpt": commands.measure_excerpt,
}

if __name__ == "__main__":
    main()

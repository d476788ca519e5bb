"""What 7.5 seconds of film cost, start and video included, beside a flat scene as long by Manim CE.

Both are commands in processes of their own, run one after the other in turns, so that what else the machine does
falls on both alike. Processor time is theirs and that of all processes they started.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parent
START, STOP = 4.0, 11.5
OURS = ("film", "layer-norm", "--pace", "none", "--size", "1280x720", "--fps", "30", "--engine", "cycles")
THEIRS = ("render", "-qm", "--fps", "30", "--disable_caching", str(HERE / "manim_layer_norm.py"), "LayerNorm")
RUNS = 3


@dataclass(frozen=True)
class Cost:
    """Seconds that a command took."""

    processor: float
    wall: float


def costs(manim: str, jobs: int | None) -> tuple[list[Cost], list[Cost]]:
    """Of our film, and of Manim's by the Python ``manim``; the latter is empty where that has no Manim."""
    ours, theirs = [], []
    has_manim = subprocess.run([manim, "-c", "import manim"], capture_output=True, check=False).returncode == 0
    for _ in range(RUNS):
        if has_manim:
            theirs.append(_cost([manim, "-m", "manim", *THEIRS]))
        workers = ["--jobs", str(jobs)] if jobs else []
        span = ["--from", str(START), "--to", str(STOP), "-o", "excerpt.mp4"]
        ours.append(_cost([sys.executable, "-P", "-m", "llmviz_addon", *OURS, *span, *workers]))
    return ours, theirs


def ratio(ours: list[Cost], theirs: list[Cost], kind: str) -> tuple[float, str]:
    """Ours over Manim's in the middle of all runs, and how far single turns were from each other."""
    pairs = sorted(getattr(one, kind) / getattr(other, kind) for one, other in zip(ours, theirs, strict=True))
    return middle(ours, kind) / middle(theirs, kind), f"{pairs[0]:.2f} to {pairs[-1]:.2f}"


def middle(found: list[Cost], kind: str) -> float:
    """The median of ``processor`` or ``wall``."""
    return statistics.median(getattr(cost, kind) for cost in found)


def _cost(command: list[str]) -> Cost:
    """What a command took, in a folder of its own; it must succeed."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    with tempfile.TemporaryDirectory() as folder:
        begun = perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[:4]} ended with {process.returncode}: {said.decode(errors='replace')[-2000:]}")
    return Cost(used.ru_utime + used.ru_stime, wall)

"""What is shown over the film while one presents, as plain data: where each thing stands, and what a click means.

Lengths are pixels of the viewport, from its lower left corner.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

MARGIN, BAND, STRIP, BELOW = 28.0, 118.0, 24.0, 20.0
"""At a scale of 1: free at the sides; how high the ground is; how high the strip, and free below it."""
NEAR = 7.0
"""So near a rest's tick a click means the rest."""
STAYS, FADES = 2.0, 0.4
"""Seconds without a movement of the mouse before it fades, and that this takes."""
LIT, SOFT, DIM = 70.0, 150.0, 0.55
"""The light at a scale of 1: what is fully lit, where the light ends, and how dark it is beyond."""
AROUND, STEPS = 48, 8
"""Corners of the light's rings, and rings in its soft edge."""


@dataclass(frozen=True)
class Segment:
    """A chapter on the strip."""

    left: float
    right: float
    number: str
    title: str
    frame: int
    now: bool


@dataclass(frozen=True)
class Tick:
    """A rest on the strip."""

    at: float
    name: str
    frame: int


@dataclass(frozen=True)
class Strip:
    """The film from left to right; ``now`` is where we are."""

    low: float
    high: float
    segments: tuple[Segment, ...]
    ticks: tuple[Tick, ...]
    now: float

    def hit(self, x: float, y: float, near: float = NEAR) -> Segment | Tick | None:
        """What is under a point: a rest before its chapter."""
        if not self.low <= y <= self.high:
            return None
        tick = min(self.ticks, key=lambda tick: abs(tick.at - x), default=None)
        if tick is not None and abs(tick.at - x) <= near:
            return tick
        return next((segment for segment in self.segments if segment.left <= x < segment.right), None)


def make_strip(
    chapters: Sequence[tuple[int, int, str]],
    rests: Sequence[tuple[int, str]],
    span: tuple[int, int],
    frame: int,
    width: float,
    scale: float,
) -> Strip:
    """The strip of ``chapters`` (frame, number, title) and ``rests`` (frame, name) of a film from ``span`` to its end.

    A chapter ends where the next begins, so that each place of the strip is one that can be clicked.
    """
    first, last = span
    free = max(width - 2 * MARGIN * scale, 1.0)

    def place(at: int) -> float:
        return MARGIN * scale + free * min(max((at - first) / max(last - first, 1), 0.0), 1.0)

    ends = [*(start for start, _, _ in chapters[1:]), last]
    segments = tuple(
        Segment(
            place(start), place(end), f"{number:02d}", title, start, start <= frame and (frame < end or end == last)
        )
        for (start, number, title), end in zip(chapters, ends, strict=True)
    )
    ticks = tuple(Tick(place(at), name, at) for at, name in rests)
    return Strip(BELOW * scale, (BELOW + STRIP) * scale, segments, ticks, place(frame))


def bars(size: tuple[float, float], aspect: float) -> list[tuple[float, float, float, float]]:
    """What a picture of this aspect leaves free of a viewport that it fills: left, low, right, high of each."""
    width, height = size
    side = max(width - height * aspect, 0.0) / 2
    end = max(height - width / aspect, 0.0) / 2
    found = [(0.0, 0.0, side, height), (width - side, 0.0, width, height)] if side >= 1 else []
    return [*found, *([(0.0, 0.0, width, end), (0.0, height - end, width, height)] if end >= 1 else [])]


def label(segment: Segment, room: float, width_of: Callable[[str], float]) -> str:
    """As much of a chapter's name as there is room for."""
    return next((text for text in (segment.title, segment.number) if width_of(text) <= room), "")


def shown(idle: float) -> float:
    """How much of it is seen, from 1 to 0, ``idle`` seconds after the mouse was moved."""
    return min(max(1 - (idle - STAYS) / FADES, 0.0), 1.0)


def light(
    at: tuple[float, float], size: tuple[float, float], scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A soft spot of light: points (n, 2), how dark each is (n,) and triangles (m, 3) that cover ``size``.

    The page of a film may be white, on which no light is seen: so the rest is darkened.
    """
    far = math.hypot(*size) + SOFT * scale
    shares = np.linspace(0, 1, STEPS + 1)
    radii = np.concatenate([[0.0], scale * (LIT + (SOFT - LIT) * shares), [far]])
    dark = np.concatenate([[0.0], DIM * shares * shares * (3 - 2 * shares), [DIM]])
    turns = np.arange(AROUND) * 2 * np.pi / AROUND
    ring = np.stack([np.cos(turns), np.sin(turns)], axis=1)  # (AROUND, 2)
    points = np.asarray(at) + (radii[:, None, None] * ring).reshape(-1, 2)
    here = np.arange(AROUND)
    there = (here + 1) % AROUND
    inner = np.stack([here, there, here + AROUND, there, there + AROUND, here + AROUND], axis=1).reshape(-1, 3)
    triangles = np.concatenate([inner + AROUND * step for step in range(len(radii) - 1)])
    return points.astype(np.float32), np.repeat(dark, AROUND).astype(np.float32), triangles.astype(np.int32)

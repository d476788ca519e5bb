"""What tells tokens that the model wrote from those that it was given: a line under each, and what it means."""

from __future__ import annotations

from ...language import phrase
from ...layout.lettering.drawing import Rect, Shape, Text
from ...layout.lettering.font import advance, fit

WROTE = "the model's own"
LOW, THICK = 0.112, 0.07
"""How far under a tile its line is, and how thick, in heights of the tile."""


def underline(x: float, y: float, width: float, tall: float) -> Rect:
    """The line under a tile around ``x`` and ``y``."""
    return Rect(x - width / 2, y - (0.5 + LOW) * tall, width, THICK * tall, "accent")


def key(left: float, right: float, y: float, em: float) -> list[Shape]:
    """What the lines mean, at the right end of a line of text of which as much is free."""
    wrote = phrase(WROTE)
    size = fit(f"— {wrote}", em, right - left)
    start = right - advance(wrote, size)
    return [
        Text(right, y, ((wrote, "accent"),), size, "right"),
        Rect(start - 1.5 * size, y + 0.25 * size, 1.1 * size, 0.2 * size, "accent"),
    ]

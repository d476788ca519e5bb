"""Rulers: an axis marked on a grid, with its length in words."""

from __future__ import annotations

from ...layout.grid import CELL, Grid
from ...layout.lettering.drawing import Drawing, Line, Text, pose
from ...layout.tensor import Axis

LARGEST = 0.22
"""Metres that letters are high at home; the line has its thickness by them."""


def at_home(axis: Axis) -> float:
    """Metres that letters are high along an axis that is seen from near."""
    return min(LARGEST, max(0.12, axis.cells * CELL / 4))


def ruler(name: str, grid: Grid, axis: Axis, size: float) -> Drawing:
    """A line with end ticks along an axis of ``grid`` and its length in words: under it, or at its left.

    There the words stand at its upper end, for arrows meet a grid at the middle. Letters are ``size`` metres high.
    """
    low, high = grid.box
    length = axis.cells * CELL
    larger = max(1.0, size / LARGEST)
    gap, tick, thick = 0.08 * larger, 0.05 * larger, 0.012 * larger
    lines = (
        Line(((0, 0), (length, 0)), thick, "accent"),
        Line(((0, -tick), (0, tick)), thick, "accent"),
        Line(((length, -tick), (length, tick)), thick, "accent"),
    )
    if axis.direction == "z":
        text = Text(length, 0.09 * larger, ((axis.told, "accent"),), size, "right")
        where = pose((low[0] - gap, low[1], low[2]), (0, 0, 1), (-1, 0, 0))
    else:
        text = Text(length / 2, -0.06 * larger - 0.75 * size, ((axis.told, "accent"),), size, "center")
        right = (0, 1, 0) if axis.direction == "y" else (1, 0, 0)
        where = pose((low[0], low[1], low[2] - gap), right, (0, 0, 1))
    return Drawing(name, (*lines, text), where, grid.name, opacity=0.0)

"""Rulers: an axis marked on a grid, with its length in words."""

from __future__ import annotations

from ...layout.grid import CELL, Grid
from ...layout.lettering.drawing import Drawing, Line, Text, pose
from ...layout.tensor import Axis


def ruler(name: str, grid: Grid, axis: Axis) -> Drawing:
    """A line with end ticks along an axis of ``grid`` and its length in words: under it, or at its left.

    There the words stand at its upper end, for arrows meet a grid at the middle.
    """
    low, high = grid.box
    length = axis.cells * CELL
    size = min(0.22, max(0.12, length / 4))
    gap, tick = 0.08, 0.05
    lines = (
        Line(((0, 0), (length, 0)), 0.012, "accent"),
        Line(((0, -tick), (0, tick)), 0.012, "accent"),
        Line(((length, -tick), (length, tick)), 0.012, "accent"),
    )
    if axis.direction == "z":
        text = Text(length, 0.09, ((axis.told, "accent"),), size, "right")
        where = pose((low[0] - gap, low[1], low[2]), (0, 0, 1), (-1, 0, 0))
    else:
        text = Text(length / 2, -0.06 - 0.75 * size, ((axis.told, "accent"),), size, "center")
        right = (0, 1, 0) if axis.direction == "y" else (1, 0, 0)
        where = pose((low[0], low[1], low[2] - gap), right, (0, 0, 1))
    return Drawing(name, (*lines, text), where, grid.name, opacity=0.0)

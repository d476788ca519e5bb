"""Rulers: where a sentence links to an axis, that axis is marked on every grid in play while it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ScriptError
from ...layout.grid import CELL, Axis, Grid, Role
from ...layout.lettering.drawing import Drawing, Line, Text, pose
from ..score.timeline import Channel
from .commentary import FADE, Link

if TYPE_CHECKING:
    from ..film import Film

LONGEST = 4.0
"""Seconds that a ruler stays at most, and the time it gets where there is no reading pace."""


def light_axes(film: Film, links: list[Link], start: float, seconds: float) -> None:
    """Show the rulers of the axes among ``links`` from ``start`` on, for the rest or a short while."""
    for link in links:
        if not isinstance(link.target, str) or link.target in set(Role):
            continue
        grids = [grid for grid in film.in_play() if any(axis.name == link.target for axis in grid.axes)]
        if not any(axis.name == link.target for grid in film.cast.grids.values() for axis in grid.axes):
            known = sorted({axis.name for grid in film.cast.grids.values() for axis in grid.axes})
            raise ScriptError(f"No grid has an axis {link.target!r}. Choose from {', '.join(known)}.")
        tables = [grid for grid in grids if len(grid.axes) > 1]
        for grid in tables or grids:  # where a whole table shows the axis, its sums and biases need not
            drawing = ruler(film.unique("ruler"), grid, grid.axis(link.target))
            film.cast.add(drawing)
            channel = Channel(drawing.name, "opacity")
            film.score.set(channel, 1.0, start, FADE)
            film.score.set(channel, 0.0, start + max(seconds - FADE, LONGEST / 2), FADE)


def ruler(name: str, grid: Grid, axis: Axis) -> Drawing:
    """A line with end ticks along an axis of ``grid`` and its length in words: under it, or at its left."""
    low, high = grid.box
    length = axis.cells * CELL
    size = min(0.22, max(0.12, length / 4))
    gap, tick = 0.08, 0.05
    caption = f"{axis.name} = {axis.length}" if axis.shown is None else f"{axis.name}: {axis.count}"
    lines = (
        Line(((0, 0), (length, 0)), 0.012, "accent"),
        Line(((0, -tick), (0, tick)), 0.012, "accent"),
        Line(((length, -tick), (length, tick)), 0.012, "accent"),
    )
    if axis.direction == "z":
        text = Text(length / 2, 0.09, ((caption, "accent"),), size, "center")
        where = pose((low[0] - gap, low[1], low[2]), (0, 0, 1), (-1, 0, 0))
    else:
        text = Text(length / 2, -0.06 - 0.75 * size, ((caption, "accent"),), size, "center")
        right = (0, 1, 0) if axis.direction == "y" else (1, 0, 0)
        where = pose((low[0], low[1], low[2] - gap), right, (0, 0, 1))
    return Drawing(name, (*lines, text), where, grid.name, opacity=0.0)

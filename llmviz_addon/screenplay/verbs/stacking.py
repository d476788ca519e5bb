"""Stacking: grids lie on one another without a gap, as vectors that are put end to end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid
from ...layout.lettering.drawing import Drawing, Polygon, Text, pose
from ...layout.lettering.font import CAP_HEIGHT
from ..cast.things import Thing
from ..telling import Telling
from .arrows import ARROW
from .copies import copy

NAMED, FITS = 0.078, 0.6
"""Height of a name beside a stack, as a share of the stack's, and at most as a share of its own grid's."""
ROOMY = 0.7
"""Narrower side of the free part, in picture heights, below which names are larger, for the stack will be smaller."""

PALE, BENDS = 0.4, 33
"""Opacity of a grid where it was, and points along each edge of the band from there."""


def stack(
    telling: Telling, *grids: Grid, beside: Grid, side: str = "right", gap: float = 0.8, apart: float = 0.0,
    names: Sequence[str] = (), trace: bool = False, seconds: float | None = None,
) -> list[Thing]:  # fmt: skip
    """Lay grids on one another, the first on top, ``left`` or ``right`` of another (tops level, without a gap).

    Or ``apart``, so many metres between two, in the middle of its height. Names stand at the grids' far side, in place
    of their labels, and go with them. With a ``trace`` pale copies stay where the grids come from, and a band leads
    from each to its place in the stack: these are returned.
    """
    seconds = telling.length(seconds, 2.0)
    if not grids or (names and len(names) != len(grids)):
        raise ScriptError(f"stack needs grids, and a name for each or none; got {len(grids)} and {len(names)}.")
    if side not in ("left", "right"):
        raise ScriptError(f"A stack stands left or right of another grid, but got {side!r}.")
    low, high = telling.box(beside)
    wide, tall = max(grid.size[0] for grid in grids), sum(grid.size[2] for grid in grids)
    left = float(high[0] + gap if side == "right" else low[0] - gap - wide)
    top = float(high[2]) + apart * (len(grids) - 1) / 2
    free = telling.page.free
    named = NAMED * max(1.0, ROOMY / min(free.width, free.height))
    traces: list[Thing] = []
    for number, grid in enumerate(grids):
        to = np.array([left, low[1], top])
        traces += _trace(telling, grid, to, seconds) if trace else []
        telling.carry(grid.name, to - grid.origin, seconds)
        top -= grid.size[2] + apart
        if names:
            _name(telling, grid, names[number], min(FITS * grid.size[2], named * tall), side, seconds)
    telling.pass_time(seconds)
    return traces


def _trace(telling: Telling, grid: Grid, to: np.ndarray, seconds: float) -> list[Thing]:
    """A pale copy of a grid where it stands, and a band from there to where its upper left corner will be."""
    low, high = telling.box(grid)
    made = copy(telling, grid)
    telling.change(made.name, "opacity", PALE, seconds / 2)
    ends = (high[0], to[0]) if to[0] > high[0] else (low[0], to[0] + grid.size[0])
    if (ends[1] - ends[0]) * (to[0] - low[0]) <= 0:  # it goes up or down: nothing is between
        return [made]
    share = np.linspace(0, 1, BENDS)
    x = ends[0] + (ends[1] - ends[0]) * share
    upper = high[2] + (to[2] - high[2]) * share * share * (3 - 2 * share)
    lower = upper - grid.size[2]
    outline = [*zip(x.tolist(), upper.tolist(), strict=True), *zip(x[::-1].tolist(), lower[::-1].tolist(), strict=True)]
    back = float(min(low[1], to[1])) + CELL
    band = Drawing(telling.unique("band"), (Polygon(tuple(outline), str(grid.role)),), pose((0, back, 0)), opacity=0.0)
    telling.cast.add(band)
    telling.change(band.name, "opacity", ARROW, seconds / 2)
    return [made, band]


def _name(telling: Telling, grid: Grid, name: str, size: float, side: str, seconds: float) -> None:
    """Let a name stand at a side of a grid, with which it moves, instead of its label."""
    (left, front, low), (right, _, high) = grid.ends
    x, out, align = (right, 0.6, "left") if side == "right" else (left, -0.6, "right")
    text = Text(out * size, -CAP_HEIGHT * size / 2, ((name, "ink"),), size, align)
    made = Drawing(telling.unique("name"), (text,), pose((x, front, (low + high) / 2)), grid.name, opacity=0.0)
    telling.cast.add(made)
    telling.cast.along[grid.name].append(made)
    telling.change(made.name, "opacity", 1.0, seconds)
    if (label := telling.cast.labels.get(grid.name)) is not None:
        telling.change(label.name, "opacity", 0.0, seconds / 4)

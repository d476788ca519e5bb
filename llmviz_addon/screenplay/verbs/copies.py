"""Copies: cells that leave their grid, and grids of numbers that stand in no tensor.

A copy is a grid of its own, so it can go anywhere, turn from a row into a column, and be multiplied by
something on the way: that gives another grid, whose numbers are computed here from the trace.
"""

from __future__ import annotations

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid, Region, Role, Taken
from ...layout.tensor import Axis
from ..cast.things import Place
from ..score.timeline import Channel
from ..telling import Telling

BEFORE = CELL / 10
"""Metres by which a copy stands before what it is copied from."""
THIN = 0.05
"""Depth of a flat copy, in cells."""


def copy(telling: Telling, what: Grid | Region, *, along: str = "", seconds: float = 0.0) -> Grid:
    """A copy of some cells just in front of them, shown at once; ``along="z"`` makes a column of a row as it flies."""
    region = what[:] if isinstance(what, Grid) else what
    values = np.squeeze(region.drawn(telling.values(region.grid)))
    axes = [
        Axis(axis.name, b - a, axis.direction)
        for axis, (a, b) in zip(region.grid.axes, region.cells, strict=True)
        if b > a + 1
    ]
    low, high = telling.box(region)
    turned = along == "z" and len(axes) == 1 and axes[0].direction == "x"
    if along and not turned and [axis.direction for axis in axes] not in ([along], []):
        raise ScriptError(f"{region!r} cannot be laid along {along!r}; only a row can become a column.")
    if turned:
        axes = [Axis(axes[0].name, axes[0].length, "z")]
    origin = (low[0], low[1] - BEFORE, low[2] if turned else high[2])
    grid = make(
        telling, values, tuple(axes), origin, region.grid.role, region.grid.kind, seconds=seconds, taken=region.taken
    )
    gain = telling.score.value(Channel(telling.bodies(region.grid)[0], "gain"))
    if gain != 1:
        telling.change(grid.name, "gain", gain)
    if turned:  # lies on its source until it flies
        telling.score.set(Channel(grid.name, "rotation", 1), -np.pi / 2, telling.now)
    return grid


def make(
    telling: Telling, values: np.ndarray, axes: tuple[Axis, ...], origin: Place, role: Role, kind: str = "",
    *, shown: bool = True, seconds: float = 0.0, taken: Taken | None = None,
) -> Grid:  # fmt: skip
    """A grid of ``values`` whose left-front-top corner is at ``origin``; grids of one ``kind`` share a gain.

    ``taken`` says of which tensor they are, where they are numbers of one.
    """
    if not axes:
        axes, values = (Axis("", 1, "x"),), np.reshape(values, 1)
    name = telling.unique("made")
    x, y, z = (float(v) for v in origin)
    grid = Grid(name, "", role, axes, (x, y, z), kind or name, taken=taken)
    telling.cast.add_grid(grid, values)
    if shown:
        telling.score.set(Channel(name, "opacity"), 1.0, telling.now, seconds)
        telling.pass_time(seconds)
    return grid


def flat(telling: Telling, *grids: Grid) -> None:
    """Let copies be thin from now on: of what stands beside others, or lies on them, only the fronts are seen."""
    for grid in grids:
        telling.score.set(Channel(grid.name, "scale", 1), THIN, telling.now)


def fly(telling: Telling, grid: Grid, to: Place, *, seconds: float | None = None, easing: str = "smooth") -> None:
    """Carry a copy until its left-front-top corner is at ``to``, (3,) metres; a copy that lay across stands up."""
    seconds = telling.length(seconds, 1.0)
    for i, (end, home) in enumerate(zip(to, grid.origin, strict=True)):
        channel = Channel(grid.name, "offset", i)
        if telling.score.value(channel) != float(end - home):
            telling.score.set(channel, float(end - home), telling.now, seconds, easing)
    turn = Channel(grid.name, "rotation", 1)
    if telling.score.value(turn) != 0:
        telling.score.set(turn, 0.0, telling.now, seconds, easing)
    telling.pass_time(seconds)


def land(telling: Telling, grid: Grid, on: Region, *, seconds: float | None = None) -> None:
    """Carry a copy to ``on``, which shows its values from then on, and take the copy away."""
    seconds = telling.length(seconds, 1.0)
    low, high = telling.box(on)
    with telling.in_sequence():
        fly(telling, grid, (low[0], low[1] - BEFORE, high[2]), seconds=seconds)
        telling.splits.show(on, telling.now)
        telling.change(grid.name, "opacity", 0.0)


def stand(
    telling: Telling, grid: Grid, *, beside: Grid | Region, side: str = "left", gap: float = CELL,
    seconds: float | None = None,
) -> None:  # fmt: skip
    """Carry a copy to the ``side`` of what stands somewhere, ``gap`` metres from it, tops level, a little before it."""
    low, high = telling.box(beside)
    x = high[0] + gap if side == "right" else low[0] - gap - grid.size[0]
    fly(telling, grid, (float(x), float(low[1]) - BEFORE, float(high[2])), seconds=seconds)


def some_cells(region: Region, first: int, last: int) -> Region:
    """Of a region that is long in one direction the cells from the ``first`` up to the ``last``."""
    ranges = tuple((a + first, min(b, a + last)) if b - a > 1 else (a, b) for a, b in region.ranges)
    return Region(region.grid, ranges)

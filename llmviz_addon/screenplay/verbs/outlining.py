"""Outlines: they light a grid of which nothing is computed yet, for its body would look as if it were full; and they
mark the cell that a panel is of.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ...layout.grid import CELL, Grid, Region
from ...layout.lettering.drawing import LIFT, Drawing, Line, pose
from ..page.sizes import pixel
from ..page.view import TAN
from ..score.timeline import Channel
from ..telling import CROWD, Telling

THICK, REGION, MARK = 4.0, 2.0, 2.0
"""Of an outline, of that of some cells, and of one that is explained, in pixels of a picture whose shorter side has
720, as seen from where the camera stands."""
THIN, BESIDE = 0.4, 0.05
"""Of the shorter side of some cells, that their outline has at most: what it marks is more than it. And of a cell, what
it covers of those around: their numbers leave that free."""


def empty(telling: Telling, grids: Collection[Grid]) -> list[Grid]:
    """Those of which nothing is known; none where there is a crowd of them."""
    starting = set(telling.score.by_value((grid.name for grid in grids), "reveal").get(0.0, ()))
    found = [grid for grid in grids if grid.name in starting and not telling.splits.known(grid.name).keeps]
    return found if len(found) <= CROWD else []


def outline(telling: Telling, what: Grid | Region, color: str = "", thick: float = THICK) -> Drawing:
    """The outline of a grid, in its role's colour if in no other, or of some of its cells; it moves with the grid.

    It is not seen yet.
    """
    low, high = telling.box(what)
    grid = what if isinstance(what, Grid) else what.grid
    depth = float(((low + high) / 2 - telling.view.position) @ telling.view.basis[2])
    wide = thick * pixel(telling.page) * TAN * max(depth, 0.1)
    if what is not grid:
        wide = min(wide, THIN * float(min((high - low)[[0, 2]])), max(BESIDE * CELL, wide / 2))
    (left, front, bottom), (right, _, top) = (end - telling.offset(grid) for end in (low, high))
    aside = np.array([-wide, wide]) / 2  # so that its inner edge is that of what it goes around
    (x0, x1), (z0, z1) = (np.array([left, right]) + aside).tolist(), (np.array([bottom, top]) + aside).tolist()
    corners = ((x0, z0), (x1, z0), (x1, z1), (x0, z1), (x0, z0))
    line = Line(corners, wide, color or str(grid.role))
    made = Drawing(telling.unique("outline"), (line,), pose((0.0, front - LIFT, 0.0)), grid.name, opacity=0.0)
    telling.cast.add(made)
    return made


def outline_all(telling: Telling, *regions: Region, seconds: float | None = None) -> None:
    """Let regions be outlined in the colours of their roles, until the beat is over."""
    seconds = telling.length(seconds)
    for region in regions:
        made = outline(telling, region, thick=REGION)
        telling.score.set(Channel(made.name, "opacity"), 1.0, telling.now, seconds)
        telling.pictures.append(made.name)
    telling.pass_time(seconds)


def mark(telling: Telling, cell: Region, at: float, seconds: float) -> str:
    """Let the cell that a panel is of be marked from a time on; the name of the mark, which goes with the panel."""
    made = outline(telling, cell, "ink", MARK)
    telling.score.set(Channel(made.name, "opacity"), 1.0, at, seconds)
    return made.name


def light(telling: Telling, grid: Grid, to: float, seconds: float) -> None:
    """Let an empty grid be outlined, or not any longer."""
    if grid.name not in telling.outlines:
        if not to:
            return
        telling.outlines[grid.name] = outline(telling, grid)
    telling.change(telling.outlines[grid.name].name, "opacity", to, seconds)


def flash(telling: Telling, grid: Grid, at: float, seconds: float, to: float) -> None:
    """Let an empty grid be outlined from a time on for some seconds."""
    channel = Channel(outline(telling, grid).name, "opacity")
    telling.score.set(channel, to, at, 0.25 * seconds)
    telling.score.set(channel, 0.0, at + 0.65 * seconds, 0.35 * seconds)

"""Splitting: a column or a row of a grid stands apart for a while, as pieces that take the grid's place."""

from __future__ import annotations

from ...layout.grid import CELL, Region
from ...layout.lettering.drawing import Drawing, pose
from ...layout.signs.tiles import tile, wide
from ..cast.things import Grids
from ..telling import Telling
from .reading import token_text

TILE = 2.1 * CELL
"""Height of the tile on a column that stands apart: its letter can be read where its cells are but dots."""


def split(
    telling: Telling, *regions: Region, gap: float = CELL / 2, others: float = 0.2, seconds: float | None = None
) -> None:
    """Let a region of a grid stand apart from the rest, which steps back to the opacity ``others``."""
    seconds = telling.length(seconds)
    for region in regions:
        telling.splits.open(region, gap, others, telling.now, seconds)
        label = telling.cast.labels.get(region.grid.name)
        if others < 1 and label is not None:
            telling.change(label.name, "opacity", 0.55, seconds)
        _put_tile_on(telling, region, seconds)
    telling.pass_time(seconds)


def merge(telling: Telling, *things: Grids, seconds: float | None = None) -> None:
    """Close split grids again. What is known of a piece stays known of the whole."""
    seconds = telling.length(seconds)
    for grid in telling.cast.grids_of(*things):
        label, solid = telling.cast.labels.get(grid.name), telling.splits.close(grid, telling.now, seconds)
        if (tile := telling.cast.tiles.pop(grid.name, None)) is not None:
            telling.change(tile.name, "opacity", 0.0, seconds)
            if label is not None:
                telling.change(label.name, "offset", 0.0, seconds, 2)
        if solid == 1.0 and label is not None:
            telling.change(label.name, "opacity", 1.0, seconds)
    telling.pass_time(seconds)


def _put_tile_on(telling: Telling, region: Region, seconds: float) -> None:
    """On a column that is all that there is of one token, that token's tile; the grid's label makes room for it."""
    grid = region.grid
    spans = {axis.name: (axis, span) for axis, span in zip(grid.axes, region.cells, strict=True)}
    axis, (first, last) = spans.pop("T", (None, (0, 0)))
    if axis is None or axis.direction != "x" or last - first != 1 or not spans or telling.trace.tokens == ():
        return
    if any(span != (0, other.cells) for other, span in spans.values()):
        return
    t = axis.index(first)
    text = token_text(telling, t)
    (left, front, _), (right, _, top) = region.box
    shapes = tile(int(telling.trace.tokens[t]), text, (0.0, 0.56 * TILE), wide(text, TILE), TILE)
    where = pose(((left + right) / 2, front, top))
    made = Drawing(telling.unique("tile"), tuple(shapes), where, grid.name, opacity=0.0)
    telling.cast.add(made)
    telling.cast.tiles[grid.name] = made
    telling.change(made.name, "opacity", 1.0, seconds)
    if (label := telling.cast.labels.get(grid.name)) is not None:
        telling.change(label.name, "offset", 1.1 * TILE, seconds, 2)

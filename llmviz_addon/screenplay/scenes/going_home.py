"""What a weighted sum came to goes into its column of the grid that it is of.

The grid comes beside what it is the sum of, and makes way for a column that is as broad as its numbers need. The sum
goes there as it is; then its terms go, as beside them its numbers would be too small to be read for long, and the grid
fills the picture.
"""

from __future__ import annotations

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL
from ...layout.lettering.drawing import Drawing, Shape, pose
from ...layout.signs.tiles import tile, wide
from ..score.timeline import Channel
from ..telling import Telling
from ..verbs import camera
from ..verbs.copies import BEFORE, fly
from ..verbs.fading import fade
from ..verbs.reading import tint_at, token_text
from .weighted_sum import Summed, stands

BESIDE = 0.2 * CELL
"""Metres from the sum's column to those beside it."""
APART = 4 * CELL
"""Metres from the sum to the grid, before it goes there."""
TILE, UNDER = 0.92 * CELL, 0.06
"""Height of the tiles under a grid's other columns, and how far under it they are, in metres."""


def bring_home(telling: Telling, summed: Summed, *, seconds: float = 4.0) -> None:
    """Let what a weighted sum came to go into its column of the grid that it is of, which stands apart from then on."""
    seconds = telling.length(seconds)
    result, column = summed.result, summed.column
    if not telling.score.value(Channel(column.name, "opacity")):
        raise ScriptError("This sum is not up any more: it went with its beat.")
    grid, broad = result.grid, summed.broad * CELL
    way = (broad - CELL) / 2 + BESIDE
    if grid.shape[0] > 1:
        telling.splits.open(result, way, 1.0, telling.now, 0.0)
    (sums, y, _), (low, _) = stands(telling, column), telling.box(grid)
    aside = sums + broad + APART - (float(low[0]) - way)
    telling.carry(grid.name, telling.offset(grid) + (max(aside, 0.0), 0.0, 0.0), 0.0)
    low, high = telling.box(grid)
    heights = summed.area[:, 2].min(), float(high[2])
    alone = np.array([(x, y, z) for x in (float(low[0]) - way, float(high[0]) + way) for z in heights])
    with telling.together(seconds=0.3 * seconds):
        fade(telling, *summed.signs, to=0, seconds=0.2 * seconds)
        camera.frame(telling, summed.area, alone, grid, elevation=1)
        with telling.in_sequence():
            telling.pass_time(0.2 * seconds)  # all of it is inside the picture by then
            others = [telling.show(tiles, 0.1 * seconds) for tiles in _tiles(telling, summed, way)]
            label = telling.cast.labels.get(grid.name)
            solid = (*telling.splits.solid(grid.name, telling.now), *([label.name] if label else ()))
            telling.score.set_all(solid, "opacity", 1.0, telling.now - 0.1 * seconds, 0.1 * seconds)
    low, high = telling.box(result)
    goes = float(low[0] + high[0] - broad) / 2
    with telling.together(seconds=0.4 * seconds):
        fly(telling, column, (goes, float(low[1]) - BEFORE, float(high[2])), seconds=0.4 * seconds)
        telling.change(summed.tile.name, "offset", goes - sums, 0.4 * seconds)
    telling.splits.show(result, telling.now)
    with telling.together(seconds=0.3 * seconds):
        fade(telling, *summed.terms, to=0, seconds=0.15 * seconds)
        camera.frame(telling, alone, grid, azimuth=270.5)
    telling.pictures += telling.cast.names(*others)


def _tiles(telling: Telling, summed: Summed, way: float) -> list[Drawing]:
    """A drawing of the tiles under all other columns of the grid, if any, which are where it has made way."""
    grid, own = summed.result.grid, summed.result.ranges[0][0]
    axis, (low, _) = grid.axes[0], telling.box(grid)
    shapes: list[Shape] = []
    for cell in range(axis.cells):
        t = axis.index(cell)
        if t != own and t < telling.until:
            text, aside = token_text(telling, t), way if t > own else -way
            x = (cell + 0.5) * CELL + aside
            shapes += tile(tint_at(telling, t), text, (x, -UNDER - TILE / 2), min(wide(text, TILE), TILE), TILE)
    return [Drawing(telling.unique("tiles"), tuple(shapes), pose(tuple(low.tolist())), opacity=0.0)] if shapes else []

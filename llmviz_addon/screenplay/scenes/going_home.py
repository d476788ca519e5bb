"""What a weighted sum came to goes into its column of the grid that it is of.

What it is the sum of closes ranks, so that all of it and the grid fill the picture side by side. The grid makes way for
a column that is as broad as its numbers need, and the sum goes there as it is: it stands in one place only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid
from ...layout.lettering.drawing import Drawing, Shape, Text, pose
from ...layout.signs.tiles import tile, wide
from ..page.sizes import SMALLEST, pixel
from ..score.timeline import Channel
from ..telling import Telling
from ..verbs import camera
from ..verbs.arrows import ARROW, GAP, arrow
from ..verbs.copies import BEFORE, fly
from ..verbs.fading import fade
from ..verbs.reading import tint_at, token_text
from .weighted_sum import Summed, stands

EQUALS = 0.16
"""Metres from the last term to the sum, for the sign between them."""
CLOSEST = 0.3
"""How near to each other terms come at most, as a share of how far apart they stand."""
FITS = 0.94
"""Of that way, how broad it may be what is written there, or else it is as much smaller as they come nearer."""
BESIDE = 0.2 * CELL
"""Metres from the sum's column to those beside it."""
TILE, UNDER = 0.92 * CELL, 0.06
"""Height of the tiles under a grid's other columns, and how far under it they are, in metres."""


class _Places(NamedTuple):
    """Where all goes: how near terms come, the middle of the last one now and then, the ends along x; and the way that
    the grid makes to both sides of its column."""

    share: float
    last: float
    then: float
    left: float
    right: float
    way: float


def bring_home(telling: Telling, summed: Summed, *, seconds: float = 4.0) -> None:
    """Let what a weighted sum came to go into its column of the grid that it is of, which stands apart from then on."""
    seconds = telling.length(seconds)
    result, column = summed.result, summed.column
    if not telling.score.value(Channel(column.name, "opacity")):
        raise ScriptError("This sum is not up any more: it went with its beat.")
    grid, places = result.grid, _places(telling, summed)
    if grid.shape[0] > 1:
        telling.splits.open(result, places.way, 1.0, telling.now, 0.0)
    (_, y, _), (_, _, top) = stands(telling, column), telling.box(grid)[1]
    ends = [(x, y, z) for x in (places.left, places.right) for z in (summed.area[:, 2].min(), summed.area[:, 2].max())]
    with telling.together(seconds=0.35 * seconds):
        _close_ranks(telling, summed, places, 0.35 * seconds)
        camera.frame(telling, np.array(ends), grid, elevation=1)
        with telling.in_sequence():
            telling.pass_time(0.22 * seconds)  # all of it is inside the picture by then
            others = [telling.show(tiles, 0.2 * seconds) for tiles in _tiles(telling, summed, places)]
            label = telling.cast.labels.get(grid.name)
            solid = (*telling.splits.solid(grid.name, telling.now), *([label.name] if label else ()))
            telling.score.set_all(solid, "opacity", 1.0, telling.now - 0.2 * seconds, 0.2 * seconds)
    low, high = telling.box(result)
    goes = float(low[0] + high[0] - summed.broad * CELL) / 2
    by = goes - stands(telling, column)[0]
    with telling.together(seconds=0.5 * seconds):
        fade(telling, *summed.signs, to=0, seconds=0.15 * seconds)
        fly(telling, column, (goes, float(low[1]) - BEFORE, top), seconds=0.5 * seconds)
        telling.change(summed.tile.name, "offset", by, 0.5 * seconds)
    telling.splits.show(result, telling.now)
    start = places.then + (places.share * summed.broad * CELL) / 2 + GAP
    end, middle = float(telling.box(grid)[0][0]) - places.way - GAP, float(low[2] + high[2]) / 2
    led = arrow(telling.unique("arrow"), [(start, middle), (end, middle)], str(grid.role), y)
    telling.show(led, 0.1 * seconds, ARROW)
    telling.pictures += telling.cast.names(*others, led)


def _places(telling: Telling, summed: Summed) -> _Places:
    """As near to each other as the terms must come for all to be as large as the grid is at its height."""
    count = sum(isinstance(one, Grid) for one in summed.terms)
    broad, free = summed.broad * CELL, telling.page.free
    way = (broad - CELL) / 2 + BESIDE
    sums = stands(telling, summed.column)[0]
    low, high = telling.box(summed.result.grid)
    end = float(high[0]) + way
    room = float(np.ptp(summed.area[:, 2])) / free.height * free.width - (end - sums + EQUALS)
    wide = (count - 0.5) * summed.pitch + broad / 2  # of the terms, where they stand
    share = max(room / wide, _readable(telling, summed, end - sums + EQUALS, wide))
    share = float(np.clip(share, CLOSEST, 1.0))
    last = sums + broad / 2 - summed.pitch
    then = sums - EQUALS - share * broad / 2
    return _Places(share, last, then, then - share * (count - 0.5) * summed.pitch, end, way)


def _readable(telling: Telling, summed: Summed, others: float, wide: float) -> float:
    """How near terms that are so ``wide`` may come for their weights to be read, in a picture as wide as all is."""
    sizes = [one.size for sign in summed.terms if isinstance(sign, Drawing) for one in sign.shapes
             if isinstance(one, Text)]  # fmt: skip
    least = 1.05 * SMALLEST * pixel(telling.page) / telling.page.free.width  # of a metre's letters, per metre of width
    return least * others / max(sizes[0] - least * wide, 1e-6)


def _close_ranks(telling: Telling, summed: Summed, places: _Places, seconds: float) -> None:
    """Terms and what is written at them come nearer to each other, and are as much smaller across."""
    for one in summed.terms:
        if isinstance(one, Grid):
            x, _, _ = stands(telling, one)
            half = summed.broad * CELL / 2
            telling.change(one.name, "scale", places.share * summed.broad, seconds)
        else:
            x, half = float(one.pose[0, 3]), 0.0
            fits = places.share * summed.pitch * FITS / float(np.ptp(one.points[:, 0]))
            scale = float(np.clip(fits, places.share, 1.0))
            telling.change(one.name, "scale", scale, seconds, 1)
            telling.change(one.name, "scale", scale, seconds)
        by = places.then + places.share * (x + half - places.last) - places.share * half - x
        offset = telling.score.value(Channel(one.name, "offset", 0))
        telling.change(one.name, "offset", offset + by, seconds)
    equals, title = summed.signs
    sums = stands(telling, summed.column)[0]
    telling.change(equals.name, "offset", sums - EQUALS / 2 - float(equals.pose[0, 3]), seconds)
    telling.change(title.name, "opacity", 0.0, seconds)


def _tiles(telling: Telling, summed: Summed, places: _Places) -> list[Drawing]:
    """A drawing of the tiles under all other columns of the grid, if any, which are where it has made way."""
    grid, own = summed.result.grid, summed.result.ranges[0][0]
    axis, (low, _) = grid.axes[0], telling.box(grid)
    shapes: list[Shape] = []
    for cell in range(axis.cells):
        t = axis.index(cell)
        if t != own and t < telling.until:
            text, aside = token_text(telling, t), places.way if t > own else -places.way
            x = (cell + 0.5) * CELL + aside
            shapes += tile(tint_at(telling, t), text, (x, -UNDER - TILE / 2), min(wide(text, TILE), TILE), TILE)
    return [Drawing(telling.unique("tiles"), tuple(shapes), pose(tuple(low.tolist())), opacity=0.0)] if shapes else []

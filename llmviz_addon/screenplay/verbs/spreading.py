"""Spreading: whole groups, such as layers, that stand one below the other are put side by side, to be seen together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...layout.grid import Grid
from ..cast.things import Grids
from ..page.view import Area
from ..telling import Telling
from .dealing import BETTER

TITLE = 0.2
"""Room over a group for its title, see ``touring``, as a share of how wide it is."""


def spread(telling: Telling, *groups: Grids, seconds: float | None = None) -> None:
    """Carry groups beside the first, in as many lines as let all of them be largest on the page.

    Within a group all stays as it is; where it stands before or behind the others is no matter.
    """
    seconds = telling.length(seconds, 2.0)
    told = [telling.cast.grids_of(group) for group in groups]
    boxes = [_around(telling, grids) for grids in told]
    wide, tall = np.max([high - low for low, high in boxes], axis=0)[[0, 2]] + telling.layout.gap
    tall += TITLE * wide
    columns = _columns(len(told), wide, tall, telling.page.free)
    low, high = boxes[0]
    for number, (grids, (left, top)) in enumerate(zip(told, ((a[0], b[2]) for a, b in boxes), strict=True)):
        line, column = divmod(number, columns)
        way = np.array([low[0] + column * wide - left, 0.0, high[2] - line * tall - top])
        for grid in grids if way.any() else ():
            telling.carry(grid.name, telling.offset(grid) + way, seconds)
    telling.pass_time(seconds)


def _around(telling: Telling, grids: Sequence[Grid]) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest corner of some grids as they stand now."""
    lows, highs = zip(*(telling.box(grid) for grid in grids), strict=True)
    return np.min(lows, axis=0), np.max(highs, axis=0)


def _columns(count: int, wide: float, tall: float, free: Area) -> int:
    """How many stand in a line: all of them, or as many as let them be largest where they are much larger so."""

    def scale(columns: int) -> float:
        return min(free.width / (columns * wide), free.height / (-(-count // columns) * tall))

    best = max(range(count, 0, -1), key=scale)
    return best if scale(best) > BETTER * scale(count) else count

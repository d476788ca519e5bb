"""Laying out: matrices edge to edge on one sheet, all to one scale, for how much each of them is of all to be seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import CELL, Grid
from ...layout.lettering.drawing import Drawing
from ...layout.lettering.font import CAP_HEIGHT, advance
from ..cast.things import Grids
from ..page.sizes import USUAL, pixel
from ..telling import Telling
from .arranging import sign
from .fading import fade

APART, OVER, NAMED = 0.03, 2.0, 0.25
"""Between two piles side by side, as a share of a row's width; over a row for names, in ems of usual letters; and the
last part of the way, in which these come."""


def lay(telling: Telling, *things: Grids, seconds: float | None = None) -> list[Drawing]:
    """Carry grids into rows that are as wide as the widest; those of one kind, such as one of every head, lie on
    one another.

    The upper left corner is where the first of them stands at home. What is not there comes up in its place. Over each
    pile stands its name, in place of those of its grids; the names are returned.
    """
    seconds = telling.length(seconds, 2.0)
    grids = telling.cast.grids_of(*things)
    rows, hidden = _rows(grids), [grid for grid in grids if telling.opacity(grid) == 0]
    gap = APART * max(_wide(row) for row in rows)
    across = max(_wide(row) + gap * (len(row) - 1) for row in rows)
    em = _em(telling, across, sum(map(_tall, rows)), len(rows))
    first = rows[0][0][0]
    left, middle, top = first.ends[0][0], first.center[1], first.ends[1][2]
    labels = (telling.cast.labels.get(grid.name) for row in rows for pile in row for grid in pile)
    fade(telling, *(label for label in labels if label is not None), to=0, seconds=0)
    made: list[Drawing] = []
    for row in rows:
        x = left + (across - _wide(row) - gap * (len(row) - 1)) / 2
        for pile in row:
            _carry(telling, pile, (x, middle, top), 0.0 if pile[0] in hidden else seconds)
            title, wide = phrase(pile[0].title), pile[0].size[0]
            size = em if pile is row[-1] else min(em, wide / advance(title))
            at = x, middle - pile[0].size[1] / 2, top + (0.5 + CAP_HEIGHT / 2) * em
            made.append(sign(telling, title, at, size=size, align="left", seconds=0, to=0))
            x += wide + gap
        top -= _tall(row) + OVER * em
    with telling.together(seconds=seconds):
        fade(telling, *hidden, to=1, named=False)
        with telling.in_sequence():  # a name where nothing stands yet would be adrift
            telling.pass_time((1 - NAMED) * seconds)
            fade(telling, *made, to=1, seconds=NAMED * seconds)
    return made


def _rows(grids: Sequence[Grid]) -> list[list[list[Grid]]]:
    """Grids of one kind and width as piles, and so many of these in a row as the widest has room for."""
    piles: dict[tuple[str, float], list[Grid]] = {}
    for grid in grids:
        piles.setdefault((grid.title, grid.size[0]), []).append(grid)
    if not piles:
        raise ScriptError("lay needs grids.")
    widest, rows = max(wide for _, wide in piles), list[list[list[Grid]]]()
    for pile in piles.values():
        if not rows or _wide([*rows[-1], pile]) > widest + CELL / 2:
            rows.append([])
        rows[-1].append(pile)
    return rows


def _wide(row: Sequence[Sequence[Grid]]) -> float:
    return sum(pile[0].size[0] for pile in row)


def _tall(row: Sequence[Sequence[Grid]]) -> float:
    return max(sum(grid.size[2] for grid in pile) for pile in row)


def _em(telling: Telling, across: float, tall: float, rows: int) -> float:
    """Size of letters, in metres, that have the usual one where all rows are seen, with room for names over each."""
    free, usual = telling.page.free, USUAL * pixel(telling.page)
    return usual / min(free.width / across, (free.height - rows * OVER * usual) / tall)


def _carry(telling: Telling, pile: Sequence[Grid], at: tuple[float, float, float], seconds: float) -> None:
    """Grids one on another, the first on top, from an upper left corner on, (3,) metres."""
    x, y, top = at
    for grid in pile:
        low, high = grid.ends
        to = np.array([x - low[0], y - grid.center[1], top - high[2]])
        telling.carry(grid.name, to, seconds)
        top -= grid.size[2]

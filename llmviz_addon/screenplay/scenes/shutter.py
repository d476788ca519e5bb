"""A causal matrix behind its shutter: row by row the keys that come later are shut, then what is left is computed.

Over every column hangs a slat. In each row the slats of later keys come down by one cell, one after the other, and the
cells that stay open show their values; a slat that has reached the row before its own stays as it is. So the edge of
what a query may see comes about as a staircase. In the end the slats turn to glass, and the crosses are seen.
"""

from __future__ import annotations

from ...errors import ScriptError
from ...language import phrase
from ...layout.grid import CELL, Grid
from ...layout.lettering.drawing import Drawing, Rect, Text, pose
from ..cast.splits import Pace
from ..score.timeline import Channel
from ..telling import Telling

SINGLE = 24
"""Rows up to which slat after slat is seen to come down; of more they go evenly."""
SHUT = 0.5
"""Of a row's time, until its slats are down."""
EDGE = 0.04
"""Of a cell, that stays free at both sides of a slat."""
GLASS = 0.22
"""Opacity of the slats in the end."""
EM = 0.62 * CELL
"""Of the words at its sides."""
LEAST = 1e-3
"""Height of what has none, as a share: an object cannot be 0 high."""


def shutter(telling: Telling, grid: Grid, *, seconds: float = 6.0) -> None:
    """Compute a causal matrix such as ``head.scores`` row by row, behind a shutter over all keys that come later."""
    seconds = telling.length(seconds)
    count = grid.cells[2] if len(grid.axes) == 2 else 0
    if grid.rule is None or grid.rule.masked is None or grid.cells[0] != count:
        raise ScriptError(f"{grid!r} has no cells that are forbidden; shutter explains a causal matrix.")
    work, start = 0.92 * seconds, telling.now
    slats = [_slat(telling, grid, column) for column in range(1, count)]
    sides = _sides(telling, grid)
    for side in sides:
        telling.change(side.name, "opacity", 1.0, 0.05 * seconds)
    for column, slat in enumerate(slats, start=1):
        _come_down(telling, slat, column, count, start, work)
    telling.splits.sweep(grid[:], start, work, _pace(count))
    telling.pass_time(work)
    for slat in slats:
        telling.change(slat.name, "opacity", GLASS, seconds - work)
    telling.pictures += [one.name for one in (*slats, *sides)]
    telling.pass_time(seconds - work)


def _sides(telling: Telling, grid: Grid) -> list[Drawing]:
    """Beside the tokens' tiles, if there are any: those at the left are queries, those under the matrix keys."""
    along = telling.cast.along.get(grid.name)
    if not along:
        return []
    low, high = grid.box
    left, under = low[0] - 0.4 * CELL, min(float(one.points[:, 2].min()) for one in along)
    made = []
    for word, z in (("query", high[2] + 0.3 * CELL), ("keys", under + 0.25 * CELL)):
        text = Text(0.0, 0.0, ((phrase(word), "muted"),), EM, "right")
        where = pose((left, low[1], z))
        made.append(Drawing(telling.unique("sign"), (text,), where, grid.name, opacity=0.0))
        telling.cast.add(made[-1])
    return made


def _slat(telling: Telling, grid: Grid, column: int) -> Drawing:
    """What shuts a column of so many cells, hanging from its upper end, before the grid."""
    low, high = grid.box
    left, width, long = EDGE * CELL, (1 - 2 * EDGE) * CELL, column * CELL
    shapes = tuple(
        Rect(left, -long, width, share * long, "muted") for share in (1.0, 0.97)
    )  # no ray slips through both
    where = pose((low[0] + column * CELL, low[1] - 0.2 * CELL, high[2]))
    made = Drawing(telling.unique("slat"), shapes, where, grid.name, opacity=0.0)
    telling.cast.add(made)
    return made


def _come_down(telling: Telling, slat: Drawing, column: int, count: int, start: float, seconds: float) -> None:
    """A slat comes down a cell in each row before its own."""
    long, each = Channel(slat.name, "scale", 1), seconds / count
    telling.score.set(long, LEAST, start)
    telling.score.set(Channel(slat.name, "opacity"), 1.0, start)
    if count > SINGLE:
        telling.score.set(long, 1.0, start, column * each, "linear")
        return
    for row in range(column):
        later = count - 1 - row
        first = SHUT * (column - row - 1) / later
        telling.score.set(long, (row + 1) / column, start + (row + 0.9 * first) * each, SHUT / later * each)


def _pace(count: int) -> Pace:
    """Of each row the open cells after its slats are down, then the crosses at once."""
    knots = [(0.0, 0.0)]
    for row in range(count):
        for within, done in ((SHUT, 0), (0.96, row + 1), (1.0, count)):
            knots.append(((row + within) / count, (row * count + done) / count**2))
    return knots

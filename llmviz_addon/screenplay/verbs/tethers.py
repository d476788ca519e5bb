"""Tethers: short bent lines from a symbol of a formula panel to the cells that it stands for, and to the cell it makes.

A tether goes where nothing is written: of several ways from the panel's edge to the cells, bent this way or that, it
takes the shortest that crosses no panel, label, arrow or other tether, and covers little of what is in play. Where
there is none it is not there; the cells are outlined all the same. Never are more than ``MOST`` up at once, and all
of a formula's symbols have one, or none has: of some one would ask where the others are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...layout.grid import CELL, Grid, Region
from ...layout.lettering.drawing import Drawing, Line, Text
from ..page.commentary import camera_pose
from ..page.panel import Panel
from ..page.sizes import SMALLEST, USUAL
from ..page.steps import RESULT
from ..page.view import Area
from ..score.timeline import Channel
from ..telling import CROWD, Telling
from .arrows import standing

MOST = 3
WIDTH, HEAD = 0.0022, 0.011
"""Of a tether, and length of the arrow head of one that leads to a result, in picture heights."""
LONGEST = 0.42
"""Of a tether, in picture heights."""
MARGIN = 0.01
"""How far it keeps from what is written, in picture heights."""
EDGE = 0.001
"""How far over its own panel's edge it may begin, in picture heights."""
ACROSS = 2.0
"""What a way costs that lies across other cells all along, in picture heights."""
THIN = 0.08
"""Of an arrow that goes straight, in picture heights."""
BESIDE = 4
"""Places where a tether may begin that are at its symbol."""
AWAY = 0.6
"""What it costs, in picture heights, to begin at a corner of the panel, as only that to a result may."""
MOST_ACROSS = 0.25
"""Share of a way that may lie across other cells, but to a result twice that: one that does so longer
tells of these rather than of its ends."""
READ, MOST_READ = 24 / 720, 0.04
"""Width of a cell, in picture heights, from which on its number stands in it; and share of a way that may lie across
such."""
BENDS = np.array([0.0, 0.1, -0.1, 0.2, -0.2, 0.32, -0.32, 0.48, -0.48])
"""How far the middle of a tether may be out of its straight way, as a share of its length."""
_ALONG = np.linspace(0, 1, 25)
_BULGE = 4 * _ALONG * (1 - _ALONG)


class Around(NamedTuple):
    """What the grids in play cover of the picture, and what no tether may cross: what is ``written``, ``arrows``."""

    grids: list[tuple[Grid, Area]]
    written: list[Area]
    arrows: list[Area]


def around(telling: Telling) -> Around:
    """What is on the picture now."""
    grids = telling.in_play()
    stand = telling.boxes(grids)
    areas = [Area(*area) for area in telling.view.areas(stand[:, 0], stand[:, 1]).tolist()]
    return Around(list(zip(grids, areas, strict=True)), _written_areas(telling, grids), _arrow_areas(telling, grids))


def tether(
    telling: Telling, panel: Panel, region: Region, around: Around, operand: str | None = None,
    ways: list[np.ndarray] | None = None,
) -> Drawing | None:  # fmt: skip
    """A tether from the panel, or from its symbol for ``operand``, to ``region``; None where there is no way.

    It is not in the cast yet, and crosses none of the ``ways`` (n, 2) of others, and its own joins them.
    """
    others = [] if ways is None else ways
    starts, ends = _starts(panel, operand), telling.view.project(_ends(telling, region))[:, :2]
    count = len(starts) * len(ends)
    first, last = np.repeat(starts, len(ends), axis=0), np.tile(ends, (len(starts), 1))
    found = _bent(np.repeat(first, len(BENDS), axis=0), np.repeat(last, len(BENDS), axis=0), np.tile(BENDS, count))
    length = np.linalg.norm(np.diff(found, axis=1), axis=2).sum(axis=1)
    walls = [panel.area.grown(-EDGE), *(area.grown(MARGIN) for area in around.written), *around.arrows]
    free = _within(found, [telling.page.free.grown(MARGIN)]).all(axis=1) & ~_within(found, walls).any(axis=1)
    across, most = _across(telling, found, region, around, 0.0), MOST_ACROSS if operand else 2 * MOST_ACROSS
    read = _across(telling, found, region, around, READ) if operand else 0.0 * across  # a result is told of by its head
    away = np.repeat(np.arange(len(starts)) >= BESIDE, len(ends) * len(BENDS))
    cost = length * (1 + 0.3 * np.tile(abs(BENDS), count)) + ACROSS * across + AWAY * away
    cost[~free | (length > LONGEST) | (across > most) | (read > MOST_READ)] = np.inf
    cheap = (int(way) for way in np.argsort(cost, kind="stable") if np.isfinite(cost[way]))
    clear = (way for way in cheap if not _crosses(found[way], walls))
    best = next((way for way in clear if not any(_meet(found[way], other) for other in others)), None)
    if best is None:
        return None
    color, head = ("ink", HEAD) if operand is None else (str(region.grid.role), 0.0)
    others.append(found[best])
    way = _up_to(found[best], _written_on(telling, region, around))
    line = Line(tuple((x, y) for x, y in way.tolist()), WIDTH, color, head)
    return Drawing(telling.unique("tether"), (line,), camera_pose(telling.page), "camera", opacity=0.0)


def _arrow_areas(telling: Telling, grids: Sequence[Grid]) -> list[Area]:
    """What arrows that go straight across or down cover: those that will stand in for ribbons, and those that do."""
    drawn = (one for one in telling.cast.drawings.values() if ":arrow" in one.name and one.parent == "world")
    there = (one.points for one in drawn if telling.score.value(Channel(one.name, "opacity")) > 0)
    found = []
    for points in (*standing(telling, grids), *there):
        seen = telling.view.project(points)
        area = Area(*seen[:, :2].min(axis=0).tolist(), *seen[:, :2].max(axis=0).tolist())
        if (seen[:, 2] > 0).all() and min(area.width, area.height) < THIN:
            found.append(area)
    return found


def _written_areas(telling: Telling, grids: Sequence[Grid]) -> list[Area]:
    """What the labels and signs that can be read, and the panels that are up, cover of the picture."""
    found = [one.panel.area for one in telling.explanations]
    own = {name for one in telling.explanations for name in one.drawings}
    cast = telling.cast
    labels = [cast.labels[grid.name] for grid in grids if grid.name in cast.labels]
    for drawing in {one.name: one for one in (*labels, *cast.drawings.values(), *cast.written.of_no_grid)}.values():
        if drawing.name in own or drawing.parent == "camera" or drawing.name in telling.score.gone:
            continue
        if telling.score.value(Channel(drawing.name, "opacity")) > 0:
            found += _read_areas(telling, drawing, at_home=len(labels) > CROWD)  # of a crowd few will be read
    return found


def _read_areas(telling: Telling, drawing: Drawing, at_home: bool) -> list[Area]:
    """What each text of a drawing covers of the picture; of a label that may come out smaller, at any size."""
    found = []
    origin = telling.placed(drawing, np.zeros((1, 2)), at_home)
    for shape in drawing.shapes:
        if isinstance(shape, Text):
            (left, bottom), (right, top) = shape.corners
            corners = np.array([(x, y) for x in (left, right) for y in (bottom, top)])
            points = telling.placed(drawing, corners, at_home)
            if drawing.keeps_size:
                points = np.concatenate([points, origin + SMALLEST / USUAL * (points - origin)])
            seen = telling.view.project(points)
            if (seen[:, 2] > 0).all():
                found.append(Area(*seen[:, :2].min(axis=0), *seen[:, :2].max(axis=0)))
    return found


def show(telling: Telling, tethers: Sequence[tuple[str, float]], seconds: float) -> None:
    """Let tethers come, each at its time; whenever more than ``MOST`` would be up the first of them goes."""
    clips = telling.score.clips
    for name, at in tethers:
        telling.score.set(Channel(name, "opacity"), 1.0, at, seconds)
    names = [name for one in telling.explanations for name in one.tethers] + [name for name, _ in tethers]
    up = {name: clips[Channel(name, "opacity")][0].start for name in names if name not in telling.score.gone}
    order = sorted(up, key=lambda name: up[name])
    gone = {name: up[following] for name, following in zip(order, order[MOST:], strict=False)}
    for name, at in gone.items():
        channel, end = Channel(name, "opacity"), clips[Channel(name, "opacity")][-1].end
        if at - seconds < end:  # it would flash
            telling.score.withdraw(channel, up[name], 0.0)
        else:
            telling.score.set(channel, 0.0, at - seconds, seconds)


def _bent(start: np.ndarray, end: np.ndarray, bend: np.ndarray) -> np.ndarray:
    """Points along bent ways, (n, m, 2), from (n, 2) to (n, 2)."""
    along = end - start
    side = np.column_stack([-along[:, 1], along[:, 0]])
    return start[:, None] + _ALONG[:, None] * along[:, None] + (bend[:, None] * _BULGE)[:, :, None] * side[:, None]


def _starts(panel: Panel, operand: str | None) -> np.ndarray:
    """Where a tether may leave the panel, (n, 2): above and below its symbol, beside it, and a result's at a corner."""
    area, (x, y) = panel.area, panel.anchors[RESULT if operand is None else operand]
    beside, inset = [(x, area.top), (x, area.bottom), (area.left, y), (area.right, y)], 0.06 * area.width
    corners = [(x, y) for x in (area.left + inset, area.right - inset) for y in (area.bottom, area.top)]
    return np.array(beside if operand else [*beside, *corners])


def _ends(telling: Telling, region: Region) -> np.ndarray:
    """Where on a region's front a tether may end, (n, 3): the middles of some cells, and of its left and right edge."""
    low, high = telling.box(region)
    inner, middle = np.minimum(CELL / 2, (high - low) / 2), (low + high) / 2
    shares = np.linspace(0, 1, 7)
    places = low + inner + shares[:, None] * (high - low - 2 * inner)
    places[:, 2] = places[::-1, 2]  # from the upper left to the lower right
    places = np.concatenate([places, [(x, middle[1], middle[2]) for x in (low[0], high[0])]])
    places[:, 1] = low[1] - CELL / 10
    return np.unique(places, axis=0)


def _across(telling: Telling, ways: np.ndarray, region: Region, around: Around, least: float) -> np.ndarray:
    """Which share of ways, (n, m, 2), lies on cells that are at least so wide, other than those of a region, (n,)."""
    own, end = (telling.view.area(*telling.box(one)) for one in (region.grid, region))
    others = [(grid, area) for grid, area in around.grids if grid is not region.grid]
    large = [area for grid, area in [*others, (region.grid, own)] if area.width >= least * grid.cells[0]]
    if own not in large:
        return _within(ways, large).mean(axis=1)
    return (_within(ways, large[:-1]) | (_within(ways, [own]) & ~_within(ways, [end.grown(MARGIN)]))).mean(axis=1)


def _written_on(telling: Telling, region: Region, around: Around) -> Area:
    """What the front of a region covers of the picture; where a broader copy lies on it, as broad as that."""
    low, high = telling.box(region)
    left, right = low[0], high[0]
    for grid, _ in around.grids:
        start, (end, _, top) = telling.box(grid)
        end = start[0] + (end - start[0]) * telling.score.value(Channel(grid.name, "scale", 0))
        lies_on = start[2] <= low[2] and high[2] <= top and 0 < low[1] - start[1] < CELL
        if lies_on and start[0] <= low[0] and high[0] <= end:
            left, right = min(left, start[0]), max(right, end)
    flat = telling.view.project(np.array([(x, low[1], z) for x in (left, right) for z in (low[2], high[2])]))[:, :2]
    return Area(*flat.min(axis=0).tolist(), *flat.max(axis=0).tolist())


def _up_to(way: np.ndarray, area: Area) -> np.ndarray:
    """As much of a way as leads up to an area, whose numbers it leaves free; all of it where that is hardly any."""
    shares = np.linspace(0, len(way) - 1, 10 * len(way))
    fine = np.column_stack([np.interp(shares, np.arange(len(way)), way[:, i]) for i in (0, 1)])
    leads = fine[: int(_within(fine[None], [area])[0].argmax())]
    is_seen = len(leads) > 0 and np.linalg.norm(leads[-1] - leads[0]) > 2 * HEAD
    return np.vstack([leads[::10], leads[-1:]]) if is_seen else way


def _crosses(way: np.ndarray, areas: Sequence[Area]) -> bool:
    """Whether any piece of a way (n, 2) reaches into one of some areas."""
    edges = np.array([area.edges for area in areas])[:, None]  # (k, 1, 4)
    low, high = np.minimum(way[1:], way[:-1]), np.maximum(way[1:], way[:-1])
    return bool(((low < edges[..., 2:]) & (high > edges[..., :2])).all(axis=-1).any())


def _meet(way: np.ndarray, other: np.ndarray) -> bool:
    """Whether two ways, (n, 2) and (m, 2), cross."""
    a, b, c, d = way[:-1, None], way[1:, None], other[None, :-1], other[None, 1:]
    return bool(((_side(a, b, c) * _side(a, b, d) < 0) & (_side(c, d, a) * _side(c, d, b) < 0)).any())


def _side(start: np.ndarray, end: np.ndarray, point: np.ndarray) -> np.ndarray:
    """On which side of lines points are: more than 0 at the left."""
    (ax, ay), (bx, by) = (np.moveaxis(one - start, -1, 0) for one in (end, point))
    return ax * by - ay * bx


def _within(ways: np.ndarray, areas: Sequence[Area]) -> np.ndarray:
    """Which points of ways, (n, m, 2), lie in any of some areas, (n, m)."""
    x, y = ways[..., 0], ways[..., 1]
    found = np.zeros(x.shape, dtype=bool)
    for area in areas:
        found |= (x > area.left) & (x < area.right) & (y > area.bottom) & (y < area.top)
    return found

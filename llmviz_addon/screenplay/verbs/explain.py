"""Showing how a cell is computed: sources lit, formula panel, arcs, and the cell's value appearing.

All of it is read from the grid's rule in the layout, so what is shown is what was computed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid, Region
from ..cast.known import flat_span
from ..page.panel import Explanation, Panel, lay, placed
from ..score.timeline import Channel
from ..telling import GONE, Telling
from .panels import arc, panel

STEP = 1 / 6
"""Seconds for which a sweep's panel holds a cell: faster, and nobody can read it."""
FADE = 0.25
SOURCE, TARGET = 1.0, 0.35
"""How strongly the cells around a source and around a target step back."""
SHORTEST_PANEL = 0.8
"""A grid that is swept in less time than this, in seconds, gets no panel: it would only flash."""


def compute(telling: Telling, cell: Region, *, seconds: float | None = None) -> None:
    """Explain one cell: its formula and what that reads, then from each source an arc, and its value with the last."""
    seconds = telling.length(seconds, 1.0)
    grid, index = cell.grid, cell.index
    if not all(isinstance(i, int) for i in index):
        raise ScriptError(f"{cell!r} is not one cell; compute explains one, sweep runs many.")
    sources = telling.sources(grid, index)  # type: ignore[arg-type]
    telling.make_room()
    up = panel(telling, grid, index)  # type: ignore[arg-type]
    telling.cast.add(up.drawing)
    arcs = [name for name, _ in _arcs(telling, up, [sources], [cell])]
    each = seconds / (len(arcs) + 2)  # the panel, the arcs, and a while at the end
    for region in [*sources.values(), cell]:
        strength = TARGET if region is cell else SOURCE
        for body in telling.bodies(region.grid):
            focus(telling, body, region, telling.now)
            telling.change(body, "focus", strength, each)
    lit, names = frozenset(region.grid.name for region in [*sources.values(), cell]), (up.drawing.name, *arcs)
    telling.explanations.append(Explanation(up, names, lit, telling.clock.blocks))
    for name in names:
        telling.change(name, "opacity", 1.0, each)
        telling.pass_time(each)
    telling.splits.show(cell, telling.now)
    telling.pass_time(each)


def focus(telling: Telling, body: str, region: Region, at: float) -> None:
    """From a time on it is the cells of ``region`` that ``body`` has in focus, as soon as its focus has a strength."""
    spans = [region.span(direction) for direction in "xyz"]
    for prop, ends in zip(("focus_lo", "focus_hi"), zip(*spans, strict=True), strict=True):
        for index, end in enumerate(ends):
            telling.score.set(Channel(body, prop, index), end, at)


def sweep(telling: Telling, *things: Grid | Region, seconds: float) -> None:
    """Run regions one after the other; time is shared out by cells times what each cell costs.

    In the end the last formula stays up, and nothing lies across what it has made.
    """
    seconds = telling.length(seconds)
    regions = [thing[:] if isinstance(thing, Grid) else thing for thing in things]
    costs = np.array([_cost(telling, region) for region in regions])
    for region, share in zip(regions, costs / costs.sum() * seconds, strict=True):
        telling.splits.sweep(region, telling.now, float(share))
        if share >= SHORTEST_PANEL:
            up = _explain_sweep(telling, region, float(share))
            if region is regions[-1]:
                up = _put_away(telling, up, telling.now + float(share), min(GONE, float(share) / 4))
            telling.explanations.append(up)
        telling.pass_time(float(share))


def _put_away(telling: Telling, up: Explanation, end: float, seconds: float) -> Explanation:
    """Let the arcs of an explanation, and what it lit, go until the ``end``; only its panel stays."""
    for name in up.drawings[1:]:
        telling.score.set(Channel(name, "opacity"), 0.0, end - seconds, seconds)
    for name in up.lit:
        for body in telling.splits.bodies(name, telling.now):
            telling.score.set(Channel(body, "focus"), 0.0, end - seconds, seconds)
    return replace(up, drawings=up.drawings[:1], lit=frozenset())


def _explain_sweep(telling: Telling, region: Region, seconds: float) -> Explanation:
    """The panel, arcs and lit sources that go along with a sweep, one cell every ``STEP`` seconds."""
    grid, (first, count) = region.grid, flat_span(region)
    values = telling.values(grid)
    start = telling.now

    def index_at(share: float) -> tuple[int, ...]:
        return grid.index_of(first + min(int(share * count), count - 1))

    opening = index_at(0.0)
    telling.make_room()
    moments = [index_at(share) for share in np.linspace(0, 1, max(2, round(seconds / STEP) + 1))]
    memo = {at: telling.sources(grid, at) for at in dict.fromkeys(moments)}
    for i, at in enumerate(moments):
        if memo[at].keys() != memo[opening].keys():
            moments[i] = moments[i - 1]  # a masked cell reads nothing: stay on the last one that does
    memo = {at: memo[at] for at in moments}
    up = panel(telling, grid, opening, changing=memo)
    telling.cast.add(up.drawing)

    order = {at: i for i, at in enumerate(memo)}
    now = np.array([order[at] for at in moments])  # which of the cells is explained

    def follow(actor: str, prop: str, i: int, told: Iterable[float]) -> None:
        course = functools.partial(_step, np.array([float(one) for one in told])[now])
        telling.score.follow(Channel(actor, prop, i), course, start, seconds, STEP)

    for axis in range(len(opening)):
        follow(up.drawing.name, "value", axis, (at[axis] for at in memo))
    follow(up.drawing.name, "value", len(opening), (values[at] for at in memo))
    read: dict[str, str] = {}  # by grid, for which operand it is lit
    for operand, region_now in memo[opening].items():
        read.setdefault(region_now.grid.name, operand)
    for operand in read.values():
        spans = [[region[operand].span(direction) for region in memo.values()] for direction in "xyz"]
        for body in telling.bodies(memo[opening][operand].grid):
            for axis, along in enumerate(spans):
                for prop, end in (("focus_lo", 0), ("focus_hi", 1)):
                    follow(body, prop, axis, (span[end] for span in along))
            telling.change(body, "focus", TARGET, min(FADE, seconds / 3))
    names = [up.drawing.name]
    for name, places in _arcs(telling, up, list(memo.values()), [grid[at] for at in memo]):
        names.append(name)
        for i in range(9 if len(places) > 1 else 0):
            prop = ("offset", "rotation", "scale")[i // 3]
            follow(name, prop, i % 3, (place[i] for place in places))
    for name in names:
        telling.change(name, "opacity", 1.0, min(FADE, seconds / 3))
    return Explanation(up, tuple(names), frozenset(read), telling.clock.blocks)


def _step(told: np.ndarray, share: np.ndarray) -> np.ndarray:
    """What is ``told`` one after the other, at shares of the whole time."""
    last = len(told) - 1
    return told[np.minimum((share * last + 1e-9).astype(int), last)]


def _places(telling: Telling, up: Panel, sources: dict[str, Region], cell: Region) -> list[np.ndarray]:
    """Where the arcs lie: from each different source to the panel, and from the panel to the cell."""
    view = telling.view
    ends = [(operand, _nearest(telling, up, region, operand)) for operand, region in _distinct(sources).items()]
    places = [lay(view, point, up.anchor(view, point, operand)) for operand, point in ends]
    target = _nearest(telling, up, cell)
    return [*places, lay(view, up.anchor(view, target), target)]


def _arcs(
    telling: Telling, up: Panel, sources: list[dict[str, Region]], cells: list[Region]
) -> list[tuple[str, list[np.ndarray]]]:
    """New arcs for a panel, and where each lies while each of ``cells`` is explained: (name, places) per arc.

    An arc that has but one place is posed there: it needs no keys.
    """
    places = [_places(telling, up, s, cell) for s, cell in zip(sources, cells, strict=True)]
    colors = [str(region.grid.role) for region in _distinct(sources[0]).values()]
    made = []
    for lies, color in zip(zip(*places, strict=True), [*colors, "ink"], strict=True):
        length = float(np.mean([place[6] for place in lies]))
        drawing = arc(telling, up.depth, length, color, head=color == "ink")
        telling.cast.add(drawing if len(lies) > 1 else replace(drawing, pose=placed(lies[0])))
        made.append((drawing.name, list(lies)))
    return made


def _distinct(sources: dict[str, Region]) -> dict[str, Region]:
    """Operands that read different cells: a formula that names one source twice needs one arc."""
    found: dict[tuple[str, object], str] = {}
    for operand, region in sources.items():
        found.setdefault((region.grid.name, region.ranges), operand)
    return {operand: sources[operand] for operand in found.values()}


def _nearest(telling: Telling, up: Panel, region: Region, operand: str | None = None) -> np.ndarray:
    """The middle of that cell on a region's front that is seen nearest to the panel, (3,): arcs cross little so."""
    low, high = telling.box(region)
    inner = np.minimum(CELL / 2, (high - low) / 2)
    low, high = low + inner, high - inner
    front = low[1] - inner[1] - CELL / 10
    eye, anchor = telling.view.position, up.anchor(telling.view, (low + high) / 2, operand)
    way = anchor - eye
    seen = eye + way * ((front - eye[1]) / way[1] if abs(way[1]) > 1e-6 else 1.0)
    return np.array([np.clip(seen[0], low[0], high[0]), front, np.clip(seen[2], low[2], high[2])])


def _cost(telling: Telling, region: Region) -> float:
    """Cells of the region times what one costs: the logarithm of how many numbers it reads."""
    sources = telling.sources(region.grid, region.first).values()
    reads = sum(int(np.prod([b - a for a, b in source.ranges])) for source in sources)
    return flat_span(region)[1] * (1.0 + np.log2(1 + reads))

"""Sweeps: cells computed one after the other, the first few slowly with their formula, all others as a wave.

A panel whose numbers run with a wave cannot be read, so it has none. The last cell's formula comes up when the wave
is over, and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import ScriptError
from ...layout.grid import Grid, Region
from ..cast.known import flat_span
from ..page.panel import Explanation, Panel
from ..score.timeline import Channel
from ..telling import GONE, Telling
from . import camera, captions
from .dismissing import dismiss, make_room
from .explain import COMING, FADE, MOVE, TARGET, compute, focus, step_back
from .outlining import mark
from .panels import panel

FIRST = 3
"""Cells that are computed slowly, each with its formula, before the wave."""
QUICKEST, EASY, SLOWEST = 0.6, 1.1, 1.5
"""Seconds that one of them takes: at least, or there are none; at least where a second formula is told; at most."""
SHARE = 0.6
"""Of a sweep's time, that they may take."""
FRAMED = 64
"""Rows up to which each is framed while it is told with those of other grids."""
HALT = 2.5
"""Seconds for which a wave waits at a cell."""
READ = 1.0
"""Seconds that each of them takes at least where there is more than one, so that its result can be read."""
RESULT = 0.45
"""Of a slow cell's time, that has passed when its result comes."""


@dataclass(frozen=True, eq=False)
class _Opening:
    """The cells of a region that are computed slowly, by their indices."""

    cells: tuple[tuple[int, ...], ...]
    each: float = 0.0  # seconds

    @property
    def seconds(self) -> float:
        """That they take."""
        return self.each * len(self.cells)


def sweep(
    telling: Telling, *things: Grid | Region, seconds: float, slowly: bool = True, rows: bool = False,
    waits: float | None = None,
) -> None:  # fmt: skip
    """Run regions one after the other; time is shared out by cells times what each cell costs.

    Or all of them abreast, ``rows`` after rows: what a token has in one is told with what it has in the others.

    Where it begins ``slowly`` the first ``FIRST`` cells of a region show their formula, if there is time for it; of
    regions that are computed alike, those of the first. The wave ``waits`` when that share of all cells is there, while
    the one that comes next is explained.
    """
    seconds = telling.length(seconds)
    regions = [telling.so_far(thing[:] if isinstance(thing, Grid) else thing) for thing in things]
    if waits is not None:
        halt = _halt_of_rows if rows else _with_a_halt
        return halt(telling, regions, waits, seconds, slowly)
    with captions.stage(telling, seconds, after=MOVE) as left:
        last = rows and left == seconds > 2 * MOVE  # its formula comes here too
        if rows:
            _abreast(telling, regions, left - MOVE if last else left)
        else:
            _sweep(telling, regions, left, slowly)
    if left < seconds or last:
        _conclude(telling, regions[-1] if slowly else None)


def _with_a_halt(telling: Telling, regions: Sequence[Region], share: float, seconds: float, slowly: bool) -> None:
    """Run regions up to a ``share`` of their cells, explain the one that comes then, and run the others."""
    counts = [flat_span(region)[1] for region in regions]
    at, which = min(int(share * sum(counts)), sum(counts) - 1), 0
    while at >= counts[which]:
        at, which = at - counts[which], which + 1
    grid, first = regions[which].grid, flat_span(regions[which])[0]
    while at and not telling.sources(grid, grid.index_of(first + at)):
        at -= 1  # what is masked reads nothing
    cell = grid[grid.index_of(first + at)]
    before, after = _parted(regions[which], cell)
    before, after = [*regions[:which], *before], [*after, *regions[which + 1 :]]
    halt = min(HALT, seconds / 2)
    if before:
        _sweep(telling, before, (seconds - halt) * (share if after else 1.0), slowly, concludes=False)
    compute(telling, cell, seconds=halt)
    if after:
        _go_on(telling)
        _sweep(telling, after, (seconds - halt) * (1 - share if before else 1.0), slowly=False)


def _halt_of_rows(telling: Telling, regions: Sequence[Region], share: float, seconds: float, _: bool) -> None:
    """Run regions abreast up to a ``share`` of their rows, explain a cell of the last row so far, and go on."""
    (first, end), halt = regions[-1].cells[0], min(HALT, seconds / 2)
    row = min(first + int(share * (end - first)), end - 1)
    _abreast(telling, [_rows(region, first, row + 1) for region in regions], (seconds - halt) * share)
    compute(telling, regions[-1].grid[_rows(regions[-1], row, row + 1).first], seconds=halt)
    if row + 1 < end:
        _go_on(telling)
        _abreast(telling, [_rows(region, row + 1, end) for region in regions], (seconds - halt) * (1 - share))


def _go_on(telling: Telling) -> None:
    """Take the panel of the cell down that a wave waited for, and see as much as before it."""
    dismiss(telling)
    if telling.view is not telling.framed:
        camera.make_way(telling, telling.framed, MOVE)


def _rows(region: Region, first: int, end: int) -> Region:
    """Those of a region whose cells along its first axis are from ``first`` to ``end``."""
    axis, (_, *others) = region.grid.axes[0], region.ranges
    return Region(region.grid, ((axis.index(first), axis.index(end - 1) + 1), *others))


def _parted(region: Region, cell: Region) -> tuple[list[Region], list[Region]]:
    """What comes before a cell of a region, and what comes after it."""
    found: tuple[list[Region], list[Region]] = [], []
    axes = range(len(cell.ranges))
    for side, order in enumerate((axes, reversed(axes))):
        for i in order:
            axis, (start, end), (first, last) = region.grid.axes[i], region.ranges[i], cell.ranges[i]
            span = (last, end) if side else (start, first)
            if axis.cell(span[0]) < axis.cell(span[1]):
                found[side].append(Region(region.grid, (*cell.ranges[:i], span, *region.ranges[i + 1 :])))
    return found


def _abreast(telling: Telling, regions: Sequence[Region], seconds: float) -> None:
    """Run regions side by side, row after row, each row framed while it is told, and what it is made of too."""
    counts = {region.cells[0][1] - region.cells[0][0] for region in regions}
    if len(counts) != 1:
        raise ScriptError(f"{regions[0]!r} and {regions[-1]!r} have not as many rows; these cannot be told abreast.")
    (count,), start = counts, telling.now
    for region in regions:
        telling.splits.sweep(region, start, seconds)
    for row in range(count if count <= FRAMED else 0):
        for region in _of_row(telling, regions, row):
            for body in telling.bodies(region.grid, start):
                focus(telling, body, region, start + row * seconds / count)
                telling.score.set(Channel(body, "focus"), TARGET, start)
    telling.pass_time(seconds)
    for region in _of_row(telling, regions, count - 1) if count <= FRAMED else ():
        for body in telling.bodies(region.grid, start):
            telling.score.set(Channel(body, "focus"), 0.0, telling.now)


def _of_row(telling: Telling, regions: Sequence[Region], row: int) -> list[Region]:
    """That row of some regions, and what of the same token it is made of in other grids, one of each grid."""
    found: dict[str, Region] = {}
    for region in regions:
        axis, (first, end) = region.grid.axes[0], region.cells[0]
        index, last = axis.index(first + row), axis.index(end - 1)
        found[region.grid.name] = region.grid[index]
        for source in telling.sources(region.grid, (last, *(0 for _ in region.grid.axes[1:]))).values():
            if source.ranges[0] == (last, last + 1):  # the last row tells what is of one token from all up to it
                found.setdefault(source.grid.name, source.grid[index])
    return list(found.values())


def _conclude(telling: Telling, region: Region | None) -> None:
    """Once the stage is as large as before, put up the formula of a region's last cell."""
    if region is not None and region.grid.rule is not None:
        grid, at = region.grid, _last(region)
        up = panel(telling, grid, [at], [region, *telling.sources(grid, at).values()], MOVE, needed=False)
        if up is not None:
            comes = max(telling.now, up.clear - FADE)
            _turn(telling, up, 0, comes, FADE, 1.0)
            marks = (mark(telling, grid[at], comes, FADE),)
            telling.explanations.append(Explanation(up, (), frozenset(), telling.clock.blocks, grid.name, marks))
    telling.pass_time(MOVE)


def _sweep(
    telling: Telling, regions: Sequence[Region], seconds: float, slowly: bool, concludes: bool = True
) -> None:  # fmt: skip
    costs = np.array([_cost(telling, region) for region in regions])
    openings = _openings(telling, regions, costs, seconds) if slowly else [None] * len(regions)
    cells = [flat_span(region)[1] for region in regions]
    waves = costs * [1 - len(o.cells) / n if o else 1.0 for o, n in zip(openings, cells, strict=True)]
    spare = seconds - sum(o.seconds for o in openings if o)
    shares = waves / waves.sum() * spare if waves.any() else waves
    for region, opening, share in zip(regions, openings, shares.tolist(), strict=True):
        if opening is None:
            telling.splits.sweep(region, telling.now, share)
            telling.pass_time(share)
        else:
            _explained(telling, region, opening, share, region is regions[-1] and concludes, concludes)


def _openings(telling: Telling, regions: Sequence[Region], costs: np.ndarray, seconds: float) -> list[_Opening | None]:
    """Which cells of each region are slow: those of the dearest first, as long as there is time."""
    found: list[_Opening | None] = [None] * len(regions)
    told: list[object] = []
    for number in np.argsort(-costs, kind="stable").tolist():
        grid, (first, count) = regions[number].grid, flat_span(regions[number])
        cells = [grid.index_of(first + at) for at in range(min(FIRST, count))]
        formula = grid.rule.at(cells[0]).formula if cells and grid.rule else None
        alike = [at for at in cells if grid.rule and grid.rule.at(at).formula is formula]
        if formula in told or not alike or not telling.sources(grid, alike[0]):
            continue
        total = len(alike) + sum(len(one.cells) for one in found if one)
        if SHARE * seconds / total < (EASY if told else QUICKEST):
            break
        alike = alike if told else alike[: max(int(SHARE * seconds / READ), 1)]
        told.append(formula)
        found[number] = _Opening(tuple(alike))
    total = sum(len(one.cells) for one in found if one)
    each = min(SLOWEST, SHARE * seconds / total) if total else 0.0
    if total == sum(flat_span(region)[1] for region in regions):
        each = seconds / total
    return [one and _Opening(one.cells, each) for one in found]


def _explained(
    telling: Telling, region: Region, opening: _Opening, wave: float, is_last: bool, comes_back: bool
) -> None:  # fmt: skip
    """Sweep a region whose first cells are slow; the panel of its last cell stays where nothing follows, or the camera
    ``comes_back`` that made room for one."""
    grid, start, count = region.grid, telling.now, flat_span(region)[1]
    cells = list(opening.cells)
    make_room(telling, grid)
    seconds = opening.seconds + wave
    telling.splits.sweep(region, start, seconds, _pace(opening, count, seconds))
    ends = is_last and count > len(cells) and telling.page.home is None  # else it comes when the stage is as before
    if ends:
        cells.append(_last(region))
    explained = [region, *telling.sources(grid, cells[0]).values()]
    up = panel(telling, grid, cells, explained, min(MOVE, opening.each / 2), needed=False)
    lit = _follow(telling, opening, region)
    if up is None or count > len(opening.cells):
        for body in (body for name in lit for body in telling.splits.bodies(name, start)):
            telling.score.set(Channel(body, "focus"), 0.0, start + opening.seconds, min(GONE, wave / 2))
        lit = frozenset()
    marks: tuple[str, ...] = ()
    if up is not None:
        _step_through(telling, up, start, opening)
        if count > len(opening.cells):
            _turn(telling, up, len(opening.cells) - 1, start + opening.seconds, min(GONE, wave / 2), 0.0)
        if ends:
            fade = min(FADE, wave / 4)
            _turn(telling, up, len(cells) - 1, start + seconds - fade, fade, 1.0)
            marks = (mark(telling, grid[cells[-1]], start + seconds - fade, fade),)
        telling.explanations.append(Explanation(up, (), lit, telling.clock.blocks, grid.name, marks))
    telling.pass_time(seconds)
    if (
        up is not None
        and comes_back
        and not ends
        and telling.view is not telling.framed
        and len(telling.explanations) == 1
    ):
        camera.make_way(telling, telling.framed, MOVE)  # it is gone, and needs no room any more


def _pace(opening: _Opening, count: int, seconds: float) -> list[tuple[float, float]]:
    """How far a sweep is by when, as shares: cell by cell with each result, then evenly to the end."""
    knots = [(0.0, 0.0)]
    for number in range(len(opening.cells)):
        for within, done in ((RESULT, 0), (min(RESULT + 0.15, 1.0), 1)):
            knots.append((opening.each * (number + within) / seconds, (number + done) / count))
    return [*knots, (opening.seconds / seconds, len(opening.cells) / count), (1.0, 1.0)]


def _last(region: Region) -> tuple[int, ...]:
    """The index of the last cell that has the formula of the first: one that is masked reads nothing."""
    grid, (first, count) = region.grid, flat_span(region)
    assert grid.rule is not None
    formula = grid.rule.at(grid.index_of(first)).formula
    cells = (grid.index_of(first + at) for at in reversed(range(count)))
    return next(at for at in cells if grid.rule.at(at).formula is formula)


def _follow(telling: Telling, opening: _Opening, region: Region) -> frozenset[str]:
    """Light what each slow cell reads while it is computed; the grids lit, by name."""
    start, lit = telling.now, set[str]()
    for number, at in enumerate(opening.cells):
        sources = {source.grid.name: source for source in reversed(telling.sources(region.grid, at).values())}
        for source in sources.values():
            for body in telling.bodies(source.grid, start):
                if source.grid.name not in lit:
                    step_back(telling, [(body, source)], start, TARGET, min(FADE, opening.each / 3))
                else:
                    focus(telling, body, source, start + number * opening.each)
            lit.add(source.grid.name)
    return frozenset(lit)


def _step_through(telling: Telling, up: Panel, start: float, opening: _Opening) -> None:
    """Show the values of slow cells one after the other, each with its result."""
    fade = min(FADE, opening.each / 4)
    comes = max(start, min(up.clear, start + RESULT * opening.each) - fade)  # when the camera has made room
    telling.score.set(Channel(up.symbols.name, "opacity"), 1.0, comes, fade)
    for number in range(len(opening.cells)):
        at = start + number * opening.each
        if number:
            for drawing in (up.values[number - 1], up.results[number - 1]):
                telling.score.set(Channel(drawing.name, "opacity"), 0.0, at)
        coming, came = RESULT * opening.each, (1 - RESULT) * opening.each
        first = max(at, min(comes, at + (1 - COMING) * coming))
        telling.score.set(Channel(up.values[number].name, "opacity"), 1.0, first, COMING * coming)
        telling.score.set(Channel(up.results[number].name, "opacity"), 1.0, at + coming, min(FADE, came / 2))


def _turn(telling: Telling, up: Panel, number: int, at: float, seconds: float, to: float) -> None:
    """Let the panel with the values of one of its cells come or go."""
    for drawing in (up.symbols, up.values[number], up.results[number]):
        telling.score.set(Channel(drawing.name, "opacity"), to, at, seconds)


def _cost(telling: Telling, region: Region) -> float:
    """Cells of the region times what one costs: the logarithm of how many numbers it reads."""
    sources = telling.sources(region.grid, region.first).values()
    reads = sum(int(np.prod([b - a for a, b in source.ranges])) for source in sources)
    return flat_span(region)[1] * (1.0 + np.log2(1 + reads))

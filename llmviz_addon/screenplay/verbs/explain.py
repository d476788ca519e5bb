"""Showing how a cell is computed: sources lit, formula panel in three steps, tethers, and the cell's value appearing.

All of it is read from the grid's rule in the layout, so what is shown is what was computed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Region
from ..cast.boxes import common
from ..page.panel import Explanation, Panel
from ..score.timeline import Channel
from ..telling import CROWD, SOLID, Telling
from . import tethers
from .dismissing import make_room
from .outlining import MARK, mark, outline
from .panels import panel

STEPS = 3
"""Of a formula: its symbols, its values, its result."""
FADE, MOVE = 0.25, 0.6
"""Seconds in which a step comes, and in which the camera makes room for a panel."""
COMING = 0.9
"""Of a step, in which values come, and results come and are in their cells: the picture does not stand still."""
TOLD = 0.45
"""Of the last step, that has passed when the result stands in the panel, and the cell is pointed to."""
SOURCE, TARGET = 1.0, 0.02
"""How strongly the cells around a source and around a target step back; these must stay as they were told before."""
LINE = 0.4
"""Of that, how strongly those of a single column or row do: it is told of as a whole, and nothing else is on it."""

Ends = tuple[tuple[int, int], ...]


def compute(telling: Telling, cell: Region, *, seconds: float | None = None) -> None:
    """Explain one cell in three steps: its formula, each symbol tied to what it reads; its values; the result."""
    seconds = telling.length(seconds, 2.0)
    grid, index = cell.grid, cell.index
    if not all(isinstance(i, int) for i in index):
        raise ScriptError(f"{cell!r} is not one cell; compute explains one, sweep runs many.")
    sources = telling.sources(grid, index)  # type: ignore[arg-type]
    make_room(telling, grid)
    start, step = telling.now, seconds / STEPS
    up = panel(telling, grid, [index], [cell, *sources.values()], min(MOVE, step / 2))  # type: ignore[list-item]
    assert up is not None
    fade, slow = min(FADE, step / 2), COMING * step
    lit = {region.grid.name: region for region in reversed((*sources.values(), cell))}
    for strength, is_target in ((TARGET, True), (SOURCE, False)):
        regions = (region for region in lit.values() if (region is cell) == is_target)
        step_back(telling, ((body, one) for one in regions for body in telling.bodies(one.grid)), start, strength, step)
    for number, (drawings, comes) in enumerate((((up.symbols,), fade), (up.values, slow), (up.results, TOLD * step))):
        for drawing in drawings:
            at = start + number * step
            telling.score.set(Channel(drawing.name, "opacity"), 1.0, max(at, min(up.clear, at + step) - comes), comes)
    tied = _tie(telling, up, sources, cell, step)
    tethers.show(telling, tied, min(fade, step / max(len(tied), 1)) / 2)
    there = start + (STEPS - 1 + TOLD) * step, (COMING - TOLD) * step
    names, marks = tuple(name for name, _ in tied), (*_mark(telling, sources, start, step), mark(telling, cell, *there))
    telling.explanations.append(Explanation(up, names, frozenset(lit), telling.clock.blocks, grid.name, marks))
    telling.splits.show(cell, start + (STEPS - 1) * step + slow)
    telling.pass_time(seconds)


def step_back(
    telling: Telling, around: Iterable[tuple[str, Region]], at: float, strength: float, seconds: float
) -> None:  # fmt: skip
    """Let the cells of bodies ``around`` a region of their grid step back, those of hundreds of heads at once.

    A piece that stands aside already, and has none of them, does not do so once more: it could not be seen any longer.
    """
    lines: dict[float, list[str]] = {LINE: [], 1.0: []}
    among: dict[Ends, list[str]] = defaultdict(list)
    for body, region in around:
        piece = telling.cast.fragments.get(body)
        first, cells = (piece.first, piece.cells) if piece else ((0, 0, 0), region.grid.cells)
        if piece and telling.score.value(Channel(body, "opacity")) < SOLID and common((first, cells), region) is None:
            continue
        among[_ends(region)].append(body)
        lines[LINE if sorted(cells)[1] == 1 else 1.0].append(body)
    for ends, bodies in among.items():
        _focus(telling, bodies, ends, at)
    for share, bodies in lines.items():
        telling.score.set_all(bodies, "focus", strength * share, at, seconds)


def focus(telling: Telling, body: str, region: Region, at: float) -> None:
    """From a time on it is the cells of ``region`` that ``body`` has in focus, as soon as its focus has a strength."""
    _focus(telling, [body], _ends(region), at)


def _ends(region: Region) -> Ends:
    """Where a region begins and ends along x, y and z, in cells."""
    return tuple(region.span(direction) for direction in "xyz")


def _focus(telling: Telling, bodies: Sequence[str], ends: Ends, at: float) -> None:
    for prop, some in zip(("focus_lo", "focus_hi"), zip(*ends, strict=True), strict=True):
        for index, end in enumerate(some):
            telling.score.set_all(bodies, prop, end, at, index=index)


def _mark(telling: Telling, sources: Mapping[str, Region], at: float, seconds: float) -> tuple[str, ...]:
    """Outlines of what is read of grids that are there, in the colours that it has in the formula, by name."""
    made = []
    for region in _distinct(sources).values():
        if telling.opacity(region.grid) > 0 and region.ranges != region.grid[:].ranges:
            made.append(outline(telling, region, thick=MARK).name)
            telling.score.set(Channel(made[-1], "opacity"), 1.0, at, seconds)
    return tuple(made)


def _tie(
    telling: Telling, up: Panel, sources: Mapping[str, Region], cell: Region, step: float
) -> list[tuple[str, float]]:
    """Tethers by name, and when each comes: those of all symbols as they are read, or of none; the cell's with the
    result.

    None leads to a grid that is not there.
    """
    around, ways = tethers.around(telling), list[np.ndarray]()
    home = tethers.tether(telling, up, cell, around, ways=ways)  # it matters most, and so the others go around it
    there = {operand: region for operand, region in sources.items() if telling.opacity(region.grid) > 0}
    distinct = _in_one(telling, up, _distinct(there))
    found = [] if home is None else [(home, telling.now + (STEPS - 1 + TOLD) * step)]
    if len(distinct) <= tethers.MOST - len(found):
        each = [tethers.tether(telling, up, region, around, operand, ways) for operand, region in distinct.items()]
        times = [telling.now + (0.5 + 0.5 * number / len(distinct)) * step for number in range(len(distinct))]
        made = [(one, time) for one, time in zip(each, times, strict=True) if one is not None]
        found = [*made, *found] if len(made) == len(distinct) else found
    for drawing, _ in found:
        telling.cast.add(drawing)
    return [(drawing.name, time) for drawing, time in found]


def _distinct(sources: Mapping[str, Region]) -> dict[str, Region]:
    """Operands that read different cells: a formula that names one source twice needs one tether."""
    found: dict[tuple[str, object], str] = {}
    for operand, region in sources.items():
        found.setdefault((region.grid.name, region.ranges), operand)
    distinct = {operand: sources[operand] for operand in found.values()}
    if len(distinct) <= CROWD:
        return distinct
    first, second, *_, last = distinct.items()  # of hundreds of heads those that a sum writes: no more could be read
    return dict((first, second, last))


def _in_one(telling: Telling, up: Panel, sources: Mapping[str, Region]) -> dict[str, Region]:
    """Of operands that are one symbol and stand on one another, as heads' answers in a stack, the one in the middle."""
    alike: dict[tuple[float, float], list[str]] = defaultdict(list)
    for operand in sources:
        alike[up.anchors[operand]].append(operand)
    kept: set[str] = set()
    for some in alike.values():
        boxes = np.array([telling.box(sources[operand]) for operand in some])  # (n, 2, 3)
        order = np.argsort(boxes[:, 0, 2])
        gaps = boxes[order[1:], 0, 2] - boxes[order[:-1], 1, 2]
        if (abs(gaps) < CELL / 2).all() and (np.ptp(boxes[:, :, 0], axis=0) < CELL / 2).all():
            some = [some[order[len(order) // 2]]]
        kept.update(some)
    return {operand: region for operand, region in sources.items() if operand in kept}

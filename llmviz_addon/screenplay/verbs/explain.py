"""Showing how a cell is computed: sources lit, formula panel, arcs, and the cell's value appearing.

All of it is read from the grid's rule in the layout, so what is shown is what was computed.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid, Region
from ..asking import Grids
from ..page.commentary import Link
from ..page.panel import Panel, arc, lay, panel, placed
from ..score.timeline import Channel, Part

if TYPE_CHECKING:
    from ..film import Film

STEP = 1 / 6
"""Seconds for which a sweep's panel holds a cell: faster, and nobody can read it."""
FADE = 0.25
SOURCE, TARGET = 1.0, 0.35
"""How strongly the cells around a source and around a target step back."""
PREDICTED = ("tokens:next", "tokens:output", "tokens:candidates")
"""What is written of the model's output."""
SHORTEST_PANEL = 0.8
"""A grid that is swept in less time than this, in seconds, gets no panel: it would only flash."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """One explanation that is up: its panel, the other drawings, the bodies it lit."""

    panel: Panel
    drawings: tuple[str, ...]
    lit: tuple[str, ...]
    block: object

    def close(self, film: Film, seconds: float, keep: Collection[str] = ()) -> None:
        """Take it down; the bodies in ``keep`` stay lit."""
        for name in self.drawings:
            film.score.set(Channel(name, "opacity"), 0.0, film.now, seconds)
        for name in self.lit:
            if name not in keep:
                film.score.set(Channel(name, "focus"), 0.0, film.now, seconds)


def pieces(region: Region) -> tuple[np.ndarray, dict[int, tuple[tuple[int, int, int], tuple[int, int, int]]]]:
    """How a region cuts its grid along the one direction it is narrow in: what lies before (0), in (1), after (2).

    Returns the direction, (3,), and (first cell, cell counts) per piece that has cells.
    """
    counts = region.grid.cells
    spans = [region.span(d) for d in "xyz"]
    narrow = [i for i in range(3) if spans[i] != (0, counts[i])]
    if not narrow:
        return np.zeros(3), {1: ((0, 0, 0), counts)}
    if len(narrow) != 1:
        raise ScriptError(f"{region!r} does not cut its grid in one direction; split at a column or a row.")
    axis = narrow[0]
    start, stop = spans[axis]
    found = {}
    for place, (a, b) in enumerate(((0, start), (start, stop), (stop, counts[axis]))):
        if b > a:
            first, cells = [0, 0, 0], list(counts)
            first[axis], cells[axis] = a, b - a
            found[place] = ((first[0], first[1], first[2]), (cells[0], cells[1], cells[2]))
    direction = np.zeros(3)
    direction[axis] = -1.0 if axis == 2 else 1.0
    return direction, found


def light_links(film: Film, links: list[Link], start: float, seconds: float) -> None:
    """Let each grid that the text links to glow for a moment when a reader comes to it."""
    if seconds < 1.0:
        return
    busy: dict[str, float] = {}
    for link in links:
        if isinstance(link.target, str):
            continue
        grid = link.target if isinstance(link.target, Grid) else link.target.grid
        at = start + link.at * (seconds - 1.0)
        if at < busy.get(grid.name, 0.0):
            continue
        busy[grid.name] = at + 1.0
        for name in film.bodies(grid):
            channel = Channel(name, "highlight")
            before = film.score.value(channel)
            film.score.set(channel, max(before, 0.8), at, 0.25)
            film.score.set(channel, before, at + 0.65, 0.35)


def hide_values(film: Film, *things: Grids, seconds: float = 0.0) -> None:
    """Show grids as not computed yet."""
    _reveal(film, things, 0.0, film.length(seconds))


def computed_up_to(film: Film, *things: Grids) -> None:
    """Say where the story stands: these are computed, and what they are made from; all else is empty from now on.

    Parameters keep their values. What is predicted is not written yet, where it is not among what is computed.
    """
    known = film.layout.made_from(*film.cast.grids_of(*things))
    film.hide_values(*(grid for grid in film.layout.grids if grid.rule and grid.name not in known))
    if film.layout.output.probs.name not in known:
        for sign in PREDICTED:
            if sign in film.cast.signage:
                film.score.set(Channel(sign, "opacity"), 0.0, film.now)


def show_values(film: Film, *things: Grids, seconds: float = 0.0) -> None:
    """Show grids with all their values."""
    _reveal(film, things, 1.0, film.length(seconds))


def _reveal(film: Film, things: tuple[Grids, ...], share: float, seconds: float) -> None:
    by_cells: dict[float, list[Channel]] = defaultdict(list)
    for grid in film.cast.grids_of(*things):
        by_cells[float(math.prod(grid.cells))] += [Channel(name, "reveal") for name in film.bodies(grid)]
    for cells, channels in by_cells.items():
        film.score.set_all(channels, share * cells, film.now, seconds, "linear")
    film.pass_time(seconds)


def compute(film: Film, cell: Region, seconds: float) -> None:
    """Explain one cell, then let it show its value."""
    grid, index = cell.grid, cell.index
    if not all(isinstance(i, int) for i in index):
        raise ScriptError(f"{cell!r} is not one cell; compute explains one, sweep runs many.")
    fade = min(FADE, seconds / 3)
    sources = film.sources(grid, index)  # type: ignore[arg-type]
    film.dismiss_other(_bodies(film, [*sources.values(), cell]))
    up = panel(film, grid, index)  # type: ignore[arg-type]
    names = [up.drawing.name]
    film.cast.add(up.drawing)
    lit = []
    for region in [*sources.values(), cell]:
        strength = TARGET if region is cell else SOURCE
        for body in film.bodies(region.grid):
            for prop, values in zip(
                ("focus_lo", "focus_hi"), zip(*(region.span(d) for d in "xyz"), strict=True), strict=True
            ):
                for i in range(3):
                    film.score.set(Channel(body, prop, i), values[i], film.now)
            film.score.set(Channel(body, "focus"), strength, film.now, fade)
            lit.append(body)
    names += [name for name, _ in _arcs(film, up, [sources], [cell])]
    for name in names:
        film.score.set(Channel(name, "opacity"), 1.0, film.now, fade)
    body = own_body(film, cell)
    film.score.set(Channel(body, "reveal"), flat_span(cell)[0] + 1.0, film.now + fade)
    film.explanations.append(Explanation(up, tuple(names), tuple(dict.fromkeys(lit)), film.block))
    film.pass_time(seconds)


def sweep(film: Film, things: list[Grid | Region], seconds: float) -> None:
    """Run regions one after the other; time is shared out by cells times what each cell costs."""
    regions = [thing[:] if isinstance(thing, Grid) else thing for thing in things]
    costs = np.array([_cost(film, region) for region in regions])
    start = film.now
    for region, share in zip(regions, costs / costs.sum() * seconds, strict=True):
        _sweep_one(film, region, start, float(share))
        start += float(share)
    film.pass_time(seconds)


def _sweep_one(film: Film, region: Region, start: float, seconds: float) -> None:
    grid = region.grid
    first, count = flat_span(region)
    whole = count == int(np.prod(grid.shown_shape))
    bodies = [grid.name] if whole else [own_body(film, region)]
    if whole:
        bodies += [part.name for part in film.split_parts(grid)]
    for body in bodies:
        film.score.set(Channel(body, "reveal"), first, start)
        film.score.set(Channel(body, "reveal"), first + count, start, seconds, "linear")
    if whole:
        film.drop_ahead(grid, start + seconds)
    if seconds < SHORTEST_PANEL:
        return
    with film.at(start):
        _explain_sweep(film, region, first, count, seconds)


def _explain_sweep(film: Film, region: Region, first: int, count: int, seconds: float) -> None:
    """The panel, arcs and lit sources that go along with a sweep, one cell every ``STEP`` seconds."""
    grid = region.grid
    values = film.values(grid)
    start = film.now

    def index_at(share: float) -> tuple[int, ...]:
        return grid.index_of(first + min(int(share * count), count - 1))

    opening = index_at(0.0)
    film.dismiss_other(_bodies(film, film.sources(grid, opening).values()))
    moments = [index_at(share) for share in np.linspace(0, 1, max(2, round(seconds / STEP) + 1))]
    memo = {at: film.sources(grid, at) for at in dict.fromkeys(moments)}
    for i, at in enumerate(moments):
        if memo[at].keys() != memo[opening].keys():
            moments[i] = moments[i - 1]  # a masked cell reads nothing: stay on the last one that does
    memo = {at: memo[at] for at in moments}
    up = panel(film, grid, opening, changing=memo)
    film.cast.add(up.drawing)

    def course(pick: Callable[[tuple[int, ...]], float]) -> Callable[[np.ndarray], np.ndarray]:
        return lambda u: np.array([pick(moments[min(int(s * (len(moments) - 1) + 1e-9), len(moments) - 1)]) for s in u])

    def follow(actor: str, prop: str, i: int, pick: Callable[[tuple[int, ...]], float]) -> None:
        film.score.follow(Channel(actor, prop, i), course(pick), start, seconds, STEP)

    for axis in range(len(opening)):
        follow(up.drawing.name, "value", axis, lambda at, axis=axis: float(at[axis]))  # type: ignore[misc]
    follow(up.drawing.name, "value", len(opening), lambda at: float(values[at]))
    lit: dict[str, None] = {}
    for operand, region_now in memo[opening].items():
        for body in film.bodies(region_now.grid):
            if body in lit:
                continue
            lit[body] = None
            for axis, direction in enumerate("xyz"):
                for prop, end in (("focus_lo", 0), ("focus_hi", 1)):
                    follow(body, prop, axis, lambda at, o=operand, d=direction, e=end: float(memo[at][o].span(d)[e]))  # type: ignore[misc]
            film.score.set(Channel(body, "focus"), TARGET, start, min(FADE, seconds / 3))
    names = [up.drawing.name]
    order = {at: i for i, at in enumerate(memo)}
    for name, places in _arcs(film, up, list(memo.values()), [grid[at] for at in memo]):
        names.append(name)
        for i in range(9 if len(places) > 1 else 0):
            prop = ("offset", "rotation", "scale")[i // 3]
            follow(name, prop, i % 3, lambda at, p=places, i=i: float(p[order[at]][i]))  # type: ignore[misc]
    for name in names:
        film.score.set(Channel(name, "opacity"), 1.0, start, min(FADE, seconds / 3))
    film.explanations.append(Explanation(up, tuple(names), tuple(lit), film.block))


def _bodies(film: Film, regions: Iterable[Region]) -> set[str]:
    return {body for region in regions for body in film.bodies(region.grid)}


def _places(film: Film, up: Panel, sources: dict[str, Region], cell: Region) -> list[np.ndarray]:
    """Where the arcs lie: from each different source to the panel, and from the panel to the cell."""
    view = film.camera.view
    ends = [(operand, _front(film, region)) for operand, region in _distinct(sources).items()]
    places = [lay(view, point, up.anchor(view, point, operand)) for operand, point in ends]
    target = _front(film, cell)
    return [*places, lay(view, up.anchor(view, target), target)]


def _arcs(
    film: Film, up: Panel, sources: list[dict[str, Region]], cells: list[Region]
) -> list[tuple[str, list[np.ndarray]]]:
    """New arcs for a panel, and where each lies while each of ``cells`` is explained: (name, places) per arc.

    An arc that has but one place is posed there: it needs no keys.
    """
    places = [_places(film, up, s, cell) for s, cell in zip(sources, cells, strict=True)]
    colors = [str(region.grid.role) for region in _distinct(sources[0]).values()]
    made = []
    for lies, color in zip(zip(*places, strict=True), [*colors, "ink"], strict=True):
        length = float(np.mean([place[6] for place in lies]))
        drawing = arc(film, up.depth, length, color, head=color == "ink")
        film.cast.add(drawing if len(lies) > 1 else replace(drawing, pose=placed(lies[0])))
        made.append((drawing.name, list(lies)))
    return made


def _distinct(sources: dict[str, Region]) -> dict[str, Region]:
    """Operands that read different cells: a formula that names one source twice needs one arc."""
    found: dict[tuple[str, object], str] = {}
    for operand, region in sources.items():
        found.setdefault((region.grid.name, region.ranges), operand)
    return {operand: sources[operand] for operand in found.values()}


def _front(film: Film, region: Region) -> np.ndarray:
    """The middle of a region's front, (3,)."""
    low, high = film.box(region)
    return np.array([(low[0] + high[0]) / 2, low[1] - CELL / 10, (low[2] + high[2]) / 2])


def flat_span(region: Region) -> tuple[int, int]:
    """Number of the first cell, and how many there are, of a region that is contiguous in its tensor's order."""
    shape, first, count = region.grid.shown_shape, 0, 1
    for (a, b), length in zip(region.cells, shape, strict=True):
        if count > 1 and (a, b) != (0, length):
            raise ScriptError(f"{region!r} is not contiguous in the tensor's order, so it cannot be swept.")
        first = first * length + a
        count *= b - a
    return first, count


def own_body(film: Film, region: Region) -> str:
    """The actor that shows ``region`` alone: a split's piece if it fits, else a new piece in front of the grid."""
    first = tuple(region.span(d)[0] for d in "xyz")
    last = tuple(region.span(d)[1] for d in "xyz")
    for part in film.split_parts(region.grid):
        ends = tuple(f + c for f, c in zip(part.first, part.cells, strict=True))
        inside = all(a >= f and b <= e for a, b, f, e in zip(first, last, part.first, ends, strict=True))
        if inside and sum(c > 1 for c in part.cells) <= 1:
            return part.name
    flat, _ = flat_span(region)
    if film.score.value(Channel(region.grid.name, "reveal")) == flat:
        return region.grid.name
    cells = tuple(b - a for a, b in zip(first, last, strict=True))
    part = Part(film.unique("piece"), region.grid.name, first, cells)  # type: ignore[arg-type]
    film.add_ahead(part)
    return part.name


def _cost(film: Film, region: Region) -> float:
    """Cells of the region times what one costs: the logarithm of how many numbers it reads."""
    sources = film.sources(region.grid, region.first).values()
    reads = sum(int(np.prod([b - a for a, b in source.ranges])) for source in sources)
    return flat_span(region)[1] * (1.0 + np.log2(1 + reads))

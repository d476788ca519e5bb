"""Arranging: grids laid out flat in rows, and symbols between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Beside, Grid, Outward, Region
from ...layout.lettering.drawing import Drawing, Text, pose
from ...layout.lettering.font import CAP_HEIGHT
from ...layout.signs.labels import labels, name_of
from ..cast.things import Grids, Place, Thing
from ..page.sizes import USUAL, pixel
from ..score.timeline import Channel
from ..telling import Telling
from .dealing import Extent, Name, deal, keeps_order
from .token_tiles import HIGH, is_table, put, rise

GAP = 0.8
"""Metres between what stands beside each other, at least where a chapter does not say."""
FULL = 0.9
"""Share of the free part's height that a grid is high where it is to fill the page."""
LETTERS_APART = 0.6
"""Ems between the names of two grids."""
SIDES = ("left", "right", "above", "below")
"""Where a grid can stand beside another."""


def move(
    telling: Telling, thing: Grid, *, beside: Grid | None = None, level: Grid | None = None,
    by: tuple[float, float, float] | None = None, side: str | Sequence[str] = "right", gap: float | None = None,
    below: float = GAP, among: Grids = (), seconds: float | None = None,
) -> None:  # fmt: skip
    """Carry a grid ``beside`` another (tops level, or above or below it, left edges level), or ``level`` with the
    middle of one, or both; ``by`` metres; or home.

    What stands beside another does so with a ``gap`` of metres, or with room for the names of both, or ``below`` where
    one is above the other. Of several sides it is at the one with which it is largest on the page ``among`` these, or
    among all that is in play.
    """
    seconds = telling.length(seconds)
    low, high = thing.box
    to = np.zeros(3) if by is beside is level is None else telling.offset(thing)
    if beside is not None:
        named = _named_apart(telling, thing, beside) if gap is None else gap

        def at(one: str) -> np.ndarray:
            apart = (max(GAP, named) if one in ("left", "right") else below) if gap is None else gap
            return _beside(telling.box(beside), low, high, one, apart)

        places = [at(one) for one in ([side] if isinstance(side, str) else side)]
        others = telling.cast.grids_of(among) or telling.in_play() if len(places) > 1 else ()
        to = max(places, key=lambda place: _large(telling, thing, place, others)) if others else places[0]
    elif by is not None and level is None:
        to = to + by
    if level is not None:
        other_low, other_high = telling.box(level)
        to[2] = (other_low + other_high - low - high)[2] / 2
    telling.carry(thing.name, to, seconds)
    telling.pass_time(seconds)


def stand_between(
    telling: Telling, *things: Grids, left: Grids, right: Grid, gap: tuple[float, float], below: tuple[float, float],
    seconds: float | None = None,
) -> None:  # fmt: skip
    """Carry grids one ``below`` the other between the last of those at the ``left`` and the one at the ``right``, which
    comes as near as it must for all to be as high as the page, from the least to the most of a ``gap`` on both sides.

    They are the most below where the words are at a side, and formulas have room between them, else the least.
    """
    seconds = telling.length(seconds)
    between, beside = telling.cast.grids_of(*things), telling.cast.grids_of(left)
    edges = [telling.box(grid) for grid in beside]
    broad = max(grid.size[0] for grid in between)
    wide = edges[-1][1][0] - min(low[0] for low, _ in edges) + broad + right.size[0]
    high = max(grid.size[2] for grid in (*beside, right)) / FULL
    apart = float(np.clip((high * telling.page.free.width / telling.page.free.height - wide) / 2, *gap))
    with telling.together(seconds=seconds):
        last, side, way = beside[-1], "right", apart
        for grid in between:
            move(telling, grid, beside=last, side=side, gap=way)
            last, side, way = grid, "below", below[telling.page.is_wide]
        move(telling, right, beside=beside[-1], gap=2 * apart + broad)


def _large(telling: Telling, thing: Grid, to: np.ndarray, others: Iterable[Grid]) -> float:
    """How large a metre is, in picture heights, where all ``others`` are seen and a grid is ``to`` metres away."""
    boxes = [telling.box(grid) for grid in others if grid is not thing]
    low, high = (np.array(ends)[:, [0, 2]] for ends in zip(*boxes, [end + to for end in thing.box], strict=True))
    wide, tall = (high.max(axis=0) - low.min(axis=0)).tolist()
    return min(telling.page.free.width / wide, telling.page.free.height / tall)


def _named_apart(telling: Telling, *grids: Grid) -> float:
    """Metres between two grids side by side for labels to have their usual size, where they are seen at full height."""
    labels = [telling.cast.labels.get(grid.name) for grid in grids]
    if None in labels:
        return 0.0
    free, usual = telling.page.free, USUAL * pixel(telling.page)
    high = max(grid.size[2] for grid in grids) / (HIGH * free.height)  # metres that are a picture height there
    wide = [np.ptp(label.points[:, 0]) / label.em * usual * high for label in labels if label]
    return float(sum(wide) - sum(grid.size[0] for grid in grids)) / 2 + LETTERS_APART * usual * high


def _beside(
    other: tuple[np.ndarray, np.ndarray], low: np.ndarray, high: np.ndarray, side: str, gap: float
) -> np.ndarray:
    """How far a box goes from home to stand at a side of another."""
    if side not in SIDES:
        raise ScriptError(f"Unknown side {side!r}. Choose from {', '.join(SIDES)}.")
    other_low, other_high = other
    to = np.array([other_low[0] - low[0], other_low[1] - low[1], other_high[2] - high[2]])
    match side:
        case "right":
            to[0] = other_high[0] + gap - low[0]
        case "left":
            to[0] = other_low[0] - gap - high[0]
        case "above":
            to[2] = other_high[2] + gap - low[2]
        case "below":
            to[2] = other_low[2] - gap - high[2]
    return to


def arrange(
    telling: Telling, *rows: Grids, level: Grid | None = None, gap: float | None = None, names: Sequence[str] = (),
    in_order: bool = False, all_named: bool = False, seconds: float | None = None,
) -> None:  # fmt: skip
    """Lay rows of grids out flat, one below the other; the top and the plane are those of ``level``, or of the first.

    Rows that stand side by side in the layout keep its order, unless all are to be ``in_order``: from left to right as
    they are given. The right edge stays where the layout has it. Where the page is of another shape the rows are dealt
    out anew, see ``dealing``. The tokens stand along what has a row or a column of each. ``names`` are what the grids
    are called from now on, where their own would not tell them apart; ``all_named`` there is room for each at the
    usual size, between what is narrower than its name too.
    """
    seconds = telling.length(seconds, 1.5)
    told = [telling.cast.grids_of(row) for row in rows]
    grids = {grid.name: grid for row in told for grid in row}
    if names:
        call(telling, *grids.values(), names=names)
    low, high = telling.box(level or told[0][0])
    plane, top = (low[1] + high[1]) / 2, high[2]
    put(telling, [grid for grid in grids.values() if is_table(grid)], seconds)
    extents = {name: _extent(telling, grid, gap is None) for name, grid in grids.items()}
    shapes = [[(grid.name, extents[grid.name]) for grid in row] for row in told]
    for row, shape in zip(told, shapes, strict=True):
        if in_order or keeps_order(shape):
            _name_apart(telling, row)
    places = deal(shapes, telling.page, gap, _flows(telling, told), dict(_names(telling, grids.values())), in_order,
                  all_named)  # fmt: skip
    home = max(extent[2] for extent in extents.values())
    wide = max(left + extents[name][2] - extents[name][0] for name, (left, _) in places.items())
    up = max(z + grids[name].ends[1][2] - extents[name][3] for name, (_, z) in places.items())
    for name, (left, z) in places.items():
        to = home - wide + left - extents[name][0], plane - grids[name].center[1], top - up + z - extents[name][3]
        telling.carry(name, np.array(to), seconds)
    telling.pass_time(seconds)


def call(telling: Telling, *things: Grids, names: Sequence[str]) -> None:
    """Let the labels of grids have other titles."""
    grids = telling.cast.grids_of(*things)
    if len(names) != len(grids):
        raise ScriptError(f"There must be a name for each grid or none; got {len(names)} for {len(grids)}.")
    for grid, name in zip(grids, names, strict=True):
        _rename(telling, grid, name)


def _rename(telling: Telling, grid: Grid, name: str, afresh: bool = False) -> None:
    """Let the label of a grid have another title, as solid as the one that it had, and where that was or ``afresh``."""
    old = telling.cast.labels[grid.name]
    made = next(labels(telling.layout, grids=[replace(grid, title=name)]))
    solid = telling.score.value(Channel(old.name, "opacity"))
    telling.change(old.name, "opacity", 0.0)
    where = made.pose if afresh else old.pose
    telling.cast.add_label(replace(made, name=telling.unique("label"), pose=where, opacity=0.0))
    new = telling.cast.labels[grid.name].name
    telling.change(new, "opacity", solid)
    if (up := telling.score.value(Channel(old.name, "offset", 2))) != 0:  # letters or a tile have lifted it
        telling.change(new, "offset", up, 0.0, 2)


def _name_apart(telling: Telling, row: Sequence[Grid]) -> None:
    """Let what touches another at home, but not here, have its name in the middle over it."""
    for grid in row:
        if isinstance(grid.caption, Outward | Beside) and telling.cast.labels[grid.name].name == name_of(grid):
            _rename(telling, replace(grid, caption=None), grid.caption.text, afresh=True)


def _flows(telling: Telling, rows: Sequence[Sequence[Grid]]) -> bool:
    """Whether a ribbon leads from one of some rows to another."""
    row_of = {grid.name: number for number, row in enumerate(rows) for grid in row}
    for pairs in telling.excerpts:
        row_of |= {grid.name: row_of[stand.name] for grid, stand in pairs if stand.name in row_of}
    return any(row_of[ribbon.source] != row_of[ribbon.target] for ribbon in telling.layout.ribbons_within(row_of))


def _extent(telling: Telling, grid: Grid, is_whole: bool) -> Extent:
    """What a grid and its torn edges cover at home; the whole of it with the tokens along it, but for those over it."""
    along = list(telling.cast.along.get(grid.name, ())) if is_whole else []
    along += [edge] if (edge := telling.cast.edges.get(grid.name)) is not None else []
    points = np.concatenate([np.array(grid.ends), *(one.points for one in along)])
    (left, _, low), (right, _, _) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return left, low, right, float(grid.ends[1][2]) if rise(telling, grid) else float(points[:, 2].max())


def _names(telling: Telling, grids: Iterable[Grid]) -> Iterator[tuple[str, Name]]:
    """Where the names of grids stand, and how far they reach where they have their usual size."""
    usual = USUAL * pixel(telling.page)
    for grid in grids:
        label = telling.cast.labels.get(grid.name)
        if label is not None:
            at = float(label.pose[0, 3])
            across = (label.points[:, 0] - at) / label.em * usual
            yield grid.name, (at, -float(across.min()), float(across.max()))


@contextmanager
def alone(telling: Telling, *keep: Thing, out: float = 0.5, back: float = 0.5) -> Iterator[None]:
    """Let all of the set but ``keep`` vanish over ``out`` seconds; what comes after the block brings it back.

    The fades run beside what is told meanwhile: they take no time of their own.
    """
    faded = faded_out(telling, out, *keep)
    yield
    for opacity, names in faded.items():
        telling.score.set_all(names, "opacity", opacity, telling.now, back)


def faded_out(telling: Telling, seconds: float, *keep: Thing) -> dict[float, list[str]]:
    """Let all of the set but ``keep`` vanish, without taking time: what vanishes, by how solid it was."""
    on_page = (name for name, drawing in telling.cast.drawings.items() if drawing.parent == "camera")
    faded = telling.score.solid({*telling.cast.names(*keep), *on_page})
    telling.score.set_all([name for those in faded.values() for name in those], "opacity", 0.0, telling.now, seconds)
    return faded


def symbol(
    telling: Telling, text: str, *, between: tuple[Grid | Region, Grid | Region], size: float = 0.16,
    color: str = "ink", seconds: float | None = None,
) -> Drawing:  # fmt: skip
    """A sign such as × or + midway between where two things stand now, just before them."""
    (a_low, a_high), (b_low, b_high) = (telling.box(thing) for thing in between)
    middle = (np.maximum(a_low, b_low) + np.minimum(a_high, b_high)) / 2  # of the gap, or of what they share
    front = min(a_low[1], b_low[1]) - CELL / 2
    return sign(telling, text, (middle[0], front, middle[2]), size=size, color=color, seconds=seconds)


def sign(
    telling: Telling, text: str, at: Place, *, size: float = 0.16, color: str = "ink", align: str = "center",
    seconds: float | None = None, to: float = 1.0,
) -> Drawing:  # fmt: skip
    """Text in the world, its middle at the height of ``at``, (3,) metres."""
    shape = Text(0.0, -CAP_HEIGHT * size / 2, ((text, color),), size, align)
    return telling.show(Drawing(telling.unique("sign"), (shape,), pose(at), opacity=0.0), seconds, to)

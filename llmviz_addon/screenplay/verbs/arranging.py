"""Arranging: grids laid out flat in rows, arrows between where they stand now, symbols between them.

The layout's own ribbons belong to its places. What a chapter has moved is connected by flat
arrows, made for where the grids stand at that moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from ...errors import ScriptError
from ...layout.grid import CELL, Grid, Region
from ...layout.lettering.drawing import Drawing, Polygon, Rect, Shape, Text, pose
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.signs.tiles import INK, tint
from ..cast.things import Grids, Place, Thing
from ..page.sizes import USUAL, pixel
from ..telling import Telling
from .reading import token_text

TILE = 0.92 * CELL
"""Height of a token's tile along a grid, where each has a row or a column."""
GAP = 0.8
"""Metres between what stands beside each other, at least where a chapter does not say."""
HIGH = 0.75
"""Share of the free part's height that a grid is high, where names stand over it."""
LETTERS_APART = 0.6
"""Ems between the names of two grids."""
ARROW = 0.3
"""Opacity of an arrow, about that of a ribbon."""
Path = list[tuple[float, float]]


def move(
    telling: Telling, thing: Grid, *, beside: Grid | None = None, level: Grid | None = None,
    by: tuple[float, float, float] | None = None, side: str = "right", gap: float | None = None,
    seconds: float | None = None,
) -> None:  # fmt: skip
    """Carry a grid ``beside`` another (tops level), ``level`` with the middle of one, ``by`` metres, or home.

    What stands beside another does so with a ``gap`` of metres, or with room for the names of both.
    """
    seconds = telling.length(seconds)
    low, high = thing.box
    if beside is not None:
        if side not in ("left", "right"):
            raise ScriptError(f"Unknown side {side!r}. Choose from left, right.")
        other_low, other_high = telling.box(beside)
        gap = max(GAP, _named_apart(telling, thing, beside)) if gap is None else gap
        x = other_high[0] + gap - low[0] if side == "right" else other_low[0] - gap - high[0]
        to = np.array([x, other_low[1] - low[1], other_high[2] - high[2]])
    elif level is not None:
        other_low, other_high = telling.box(level)
        to = telling.offset(thing)
        to[2] = (other_low + other_high - low - high)[2] / 2
    else:
        to = np.zeros(3) if by is None else telling.offset(thing) + by
    telling.carry(thing.name, to, seconds)
    telling.pass_time(seconds)


def _named_apart(telling: Telling, *grids: Grid) -> float:
    """Metres between two grids side by side for labels to have their usual size, where they are seen at full height."""
    labels = [telling.cast.labels.get(grid.name) for grid in grids]
    if None in labels:
        return 0.0
    free, usual = telling.page.free, USUAL * pixel(telling.page)
    high = max(grid.size[2] for grid in grids) / (HIGH * free.height)  # metres that are a picture height there
    wide = [np.ptp(label.points[:, 0]) / label.em * usual * high for label in labels if label]
    return float(sum(wide) - sum(grid.size[0] for grid in grids)) / 2 + LETTERS_APART * usual * high


def arrange(
    telling: Telling, *rows: Grids, level: Grid | None = None, gap: float | None = None, seconds: float | None = None
) -> None:
    """Lay rows of grids out flat, one below the other; the first row's top and the plane are those of ``level``.

    Within a row, and from side to side, the grids stand as the layout has them.
    """
    seconds = telling.length(seconds, 1.5)
    gap = telling.layout.gap if gap is None else gap
    low, high = telling.box(level or telling.cast.grids_of(rows[0])[0])
    plane, top = (low[1] + high[1]) / 2, high[2]
    for row in rows:
        grids = telling.cast.grids_of(row)
        upper, lower = max(grid.box[1][2] for grid in grids), min(grid.box[0][2] for grid in grids)
        for grid in grids:
            to = (telling.offset(grid)[0], plane - grid.center[1], top - upper)
            telling.carry(grid.name, np.array(to), seconds)
        top -= upper - lower + gap
    telling.pass_time(seconds)


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
    kept = set(telling.cast.names(*keep))
    names = [name for name in telling.cast.everyone() if name not in kept]
    faded = {opacity: those for opacity, those in telling.score.by_value(names, "opacity").items() if opacity > 0}
    telling.score.set_all([name for those in faded.values() for name in those], "opacity", 0.0, telling.now, seconds)
    return faded


def connect(
    telling: Telling, source: Grid | Region, target: Grid | Region, *, seconds: float | None = None, width: float = 0.24
) -> Drawing:
    """A flat arrow from where ``source`` stands now to where ``target`` does, in the source's colour."""
    seconds = telling.length(seconds)
    path = _path(telling, source, target)
    grid = source if isinstance(source, Grid) else source.grid
    front = min(telling.box(source)[0][1], telling.box(target)[0][1])
    arrow = Polygon(tuple(_arrow(path, width)), str(grid.role))
    drawing = Drawing(telling.unique("arrow"), (arrow,), pose((0.0, front + CELL, 0.0)), opacity=0.0)
    return telling.show(drawing, seconds, ARROW)


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


def letters(telling: Telling, grid: Grid, *, seconds: float | None = None) -> list[Drawing]:
    """The tokens' texts along a grid's time axes: at the left of rows, under columns. They move with the grid.

    Words under columns are turned, so that they read downwards.
    """
    seconds = telling.length(seconds)
    low, high = grid.box
    size, made = 0.7 * CELL, []
    under = 0.4 * CELL if all(axis.shown is None for axis in grid.axes) else 0.8 * CELL  # clear of a torn edge
    for axis in grid.axes:
        if axis.name != "T" or axis.direction not in "xz":
            continue
        texts = [token_text(telling, axis.index(cell)) for cell in range(axis.cells)]
        words = any(advance(text, size) > 1.2 * CELL for text in texts)
        across = axis.direction == "x" and not words
        turned = pose((low[0], low[1], low[2]), (0, 0, -1), (1, 0, 0))
        where = (
            pose((low[0], low[1], low[2]))
            if across
            else turned
            if axis.direction == "x"
            else pose((low[0], low[1], high[2]))
        )
        shapes: list[Shape] = []
        for cell, text in enumerate(texts):
            em = fit(text, size, 0.95 * CELL if across else 4 * CELL)
            along, middle = (cell + 0.5) * CELL, CAP_HEIGHT * em / 2
            if across:
                at, align = (along, -0.9 * CELL), "center"
            elif axis.direction == "x":
                at, align = (under, along - middle), "left"
            else:
                at, align = (-0.4 * CELL, -along - middle), "right"
            token = int(telling.trace.tokens[axis.index(cell)])
            shapes += _on_tint(Text(*at, ((text, INK),), em, align), tint(token))
        made.append(Drawing(telling.unique("letters"), tuple(shapes), where, grid.name, 8.0, 0.0))
    if not made:
        raise ScriptError(f"{grid!r} has no axis of tokens that is seen from the front.")
    with telling.together(seconds=seconds):
        for drawing in made:
            telling.show(drawing)
    telling.cast.along[grid.name].extend(made)
    return made


def _on_tint(text: Text, color: str) -> list[Shape]:
    """A token's text with its tile behind it, which leaves a little of its row or column free."""
    (left, _), (right, _) = text.corners
    width = max(right - left + 0.4 * text.size, TILE)
    to_it = {"left": width / 2 - 0.2 * text.size, "center": 0.0, "right": 0.2 * text.size - width / 2}
    x, y = text.x + to_it[text.align], text.y + CAP_HEIGHT * text.size / 2
    tile = Rect(x - width / 2, y - TILE / 2, width, TILE, color, 0.15 * TILE)
    return [tile, replace(text, x=x, align="center")]


def _path(telling: Telling, source: Grid | Region, target: Grid | Region) -> Path:
    """Way from edge to edge, (x, z) metres: straight where the two face each other, else down and to the side."""
    (a_low, a_high), (b_low, b_high) = telling.box(source), telling.box(target)
    over = telling.room(target, view=telling.view)[:, 2].max() if isinstance(target, Grid) else b_high[2]
    gap = 0.08

    def overlap(i: int) -> tuple[float, float]:
        return max(a_low[i], b_low[i]), min(a_high[i], b_high[i])

    left, right = overlap(0)
    bottom, top = overlap(2)
    if left < right and bottom < top:
        raise ScriptError("Two things that cover each other cannot be connected by an arrow.")
    if right - left > CELL / 2:
        x = (left + right) / 2
        below = a_high[2] if a_high[2] < b_low[2] else a_low[2]
        return [(x, below - gap), (x, over + gap / 2)] if below == a_low[2] else [(x, below + gap), (x, b_low[2] - gap)]
    rightward = a_high[0] <= b_low[0]
    start, end = (a_high[0] + gap, b_low[0] - gap) if rightward else (a_low[0] - gap, b_high[0] + gap)
    if top - bottom > CELL / 2:
        z = (top + bottom) / 2
        return [(start, z), (end, z)]
    x, z = (a_low[0] + a_high[0]) / 2, (b_low[2] + b_high[2]) / 2
    return [(x, (a_low[2] - gap) if z < a_low[2] else (a_high[2] + gap)), (x, z), (end, z)]


def _arrow(path: Path, width: float) -> Path:
    """Outline of an arrow along a path of one or two straight pieces, its head at the end."""
    points = np.asarray(path)
    total = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
    if total <= 0:
        raise ScriptError("Two things that touch cannot be connected by an arrow.")
    width = min(width, 0.8 * total)
    last = points[-1] - points[-2]
    last = last / np.linalg.norm(last)
    neck = points[-1] - last * min(0.9 * width, 0.6 * float(np.linalg.norm(points[-1] - points[-2])))
    spine = [*points[:-1], neck]
    left, right = [], []
    for i, point in enumerate(spine):
        before = points[i] - points[i - 1] if i else points[1] - points[0]
        after = points[i + 1] - points[i] if i + 1 < len(points) else before
        a, b = (np.array([-d[1], d[0]]) / np.linalg.norm(d) for d in (before, after))
        normal = (a + b) / (1 + a @ b)
        left.append(point + normal * width / 2)
        right.append(point - normal * width / 2)
    wing = np.array([-last[1], last[0]]) * width
    outline = [*left, neck + wing, points[-1], neck - wing, *reversed(right)]
    return [(float(x), float(z)) for x, z in outline]

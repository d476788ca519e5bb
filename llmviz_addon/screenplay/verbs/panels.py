"""Hanging the formula panel before the set, at the free spot nearest to its cell: it never covers what it explains.

While a grid is swept the panel stays and only its numbers change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from ...layout.grid import Grid
from ...layout.lettering.drawing import Drawing, Line, Readout, Rect, Shape, Text
from ...layout.lettering.font import advance
from ...layout.lettering.typeset import set_formula
from ...rounding import number
from ..page.panel import ARC_WIDTH, EM, PAD, Panel, digits
from ..page.view import TAN, Area, corners
from ..score.timeline import Channel
from ..telling import Telling


def panel(telling: Telling, grid: Grid, index: tuple[int, ...], changing: Iterable[tuple[int, ...]] = ()) -> Panel:
    """Set the panel for a cell of ``grid`` and find its spot; readouts for numbers that go from cell to cell."""
    assert grid.rule is not None
    em = telling.page.em / 0.031 * EM
    formula = set_formula(grid.rule.at(index).formula, em)
    width = formula.width
    values = telling.values(grid)
    decimals = digits(grid.drawn(values))
    told = [number(float(values[at]), decimals) for at in changing]
    sign, result = ("=", "") if told else _equals(number(float(values[index]), decimals))
    letters = [re.sub(r"[^.]", "0", text) for text in told]  # each as wide as a digit, but for the point
    room = max(advance(text, em) for text in letters or [result])
    equals = advance(f" {sign} ", em)
    head = 0.8 * em
    total = max(width + equals + room, _head_width(grid, head)) + 2 * PAD
    tall = formula.height + formula.depth + head * 1.6 + 2 * PAD
    base = PAD + formula.depth
    shapes: list[Shape] = [Rect(0, 0, total, tall, "plate", 0.012)]
    shapes += formula.moved(PAD, base).shapes
    shapes.append(Text(PAD + width, base, ((f" {sign} ", "ink"),), em))
    x = PAD + width + equals
    if told:
        shapes.append(Readout(x, base, em, decimals, "ink", "left", len(index)))
    else:
        shapes.append(Text(x, base, ((result, "ink"),), em))
    shapes += _head(grid, index, PAD, tall - PAD - 0.75 * head, head, bool(told))
    where = telling.box(grid)
    view = telling.view
    others = telling.in_play()
    area = free_spot(telling, total, tall, view.area(*where), others)
    depth_at = 0.85 * min(view.project(corners(*telling.box(other)))[:, 2].min() for other in [grid, *others])
    pose = np.eye(4)
    right, up, forward = view.basis
    scale = depth_at * TAN
    pose[:3, 0], pose[:3, 1], pose[:3, 2] = right * scale, up * scale, -forward * scale
    pose[:3, 3] = view.unproject(area.left, area.bottom, depth_at)
    pictures = {name: area.left + PAD + at[0] for name, at in formula.anchors.items()}
    return Panel(Drawing(telling.unique("panel"), tuple(shapes), pose, opacity=0.0), area, depth_at, pictures)


def _equals(result: str) -> tuple[str, str]:
    """The sign between a formula and its result, and the result: a mere bound brings its own."""
    return (result[0], result[2:]) if result[0] in "<>" else ("=", result)


def _captions(grid: Grid) -> list[str]:
    """How a cell's indices are called: by their axis, and as query and key where both axes are the same."""
    names = [axis.name.lower() for axis in grid.axes]
    return [f"{name} = " for name in (["query", "key"] if len(names) == 2 and names[0] == names[1] else names)]


def _head_width(grid: Grid, em: float) -> float:
    title = f"{grid.title}   " if grid.title else ""
    digits = "   ".join("0" * len(str(axis.length - 1)) for axis in grid.axes)
    return advance(title + "".join(_captions(grid)) + digits, em)


def _head(grid: Grid, index: tuple[int, ...], x: float, y: float, em: float, changing: bool) -> list[Shape]:
    """The line over the formula: which grid, and which of its cells."""
    shapes: list[Shape] = []
    title = f"{grid.title}   " if grid.title else ""
    shapes.append(Text(x, y, ((title, "muted"),), em))
    x += advance(title, em)
    for slot, (axis, at, caption) in enumerate(zip(grid.axes, index, _captions(grid), strict=True)):
        shapes.append(Text(x, y, ((caption, "muted"),), em))
        x += advance(caption, em)
        if changing:
            shapes.append(Readout(x, y, em, 0, "muted", "left", slot))
        else:
            shapes.append(Text(x, y, ((str(at), "muted"),), em))
        x += advance("0" * len(str(axis.length - 1)) + "   ", em)
    return shapes


def free_spot(telling: Telling, width: float, height: float, near: Area, in_play: Sequence[Grid]) -> Area:
    """Where in the free part a panel of this size covers nothing ``in_play``, as near to ``near`` as can be."""
    free, view = telling.page.free, telling.view
    taken = [explanation.panel.area.grown(0.01) for explanation in telling.explanations]
    for grid in in_play:
        seen = view.project(telling.room(grid))[:, :2]
        taken.append(view.area(*telling.box(grid)).grown(0.008))
        if len(seen) > 8:  # its label
            taken.append(Area(*seen[8:].min(axis=0), *seen[8:].max(axis=0)).grown(0.008))
    taken += [area.grown(0.008) for area in _written(telling, in_play)]
    xs = np.linspace(free.left, max(free.left, free.right - width), 48)
    ys = np.linspace(free.bottom, max(free.bottom, free.top - height), 32)
    left, bottom = (a.ravel() for a in np.meshgrid(xs, ys))
    covered = np.zeros_like(left)
    for area in taken:
        w = np.minimum(left + width, area.right) - np.maximum(left, area.left)
        h = np.minimum(bottom + height, area.top) - np.maximum(bottom, area.bottom)
        covered += np.maximum(w, 0) * np.maximum(h, 0)
    cx, cy = near.center
    gap_x = np.maximum(np.abs(left + width / 2 - cx) - (width + near.width) / 2, 0)
    gap_y = np.maximum(np.abs(bottom + height / 2 - cy) - (height + near.height) / 2, 0)
    distance = np.hypot(gap_x, gap_y) + 0.1 * np.hypot(left + width / 2 - cx, bottom + height - near.top)
    best = int(np.argmin(covered / (width * height) * 10 + distance))
    return Area(left[best], bottom[best], left[best] + width, bottom[best] + height)


def _written(telling: Telling, in_play: Sequence[Grid]) -> list[Area]:
    """What the chapter's own signs and arrows cover of the picture: those in the world, and on the grids in play."""
    there = {"world", *(grid.name for grid in in_play)}
    own = {name for explanation in telling.explanations for name in explanation.drawings}
    found = []
    for name, drawing in telling.cast.drawings.items():
        if name in own or drawing.parent not in there or name in telling.score.gone:
            continue
        if telling.score.value(Channel(name, "opacity")) > 0:
            moved = telling.offset(telling.cast.grids[drawing.parent]) if drawing.parent in telling.cast.grids else 0.0
            seen = telling.view.project(drawing.points + moved)[:, :2]
            found.append(Area(*seen.min(axis=0), *seen.max(axis=0)))
    return found


def arc(telling: Telling, depth: float, length: float, color: str, head: bool) -> Drawing:
    """A bent line from (0, 0) to (1, 0), to be laid between two points by ``lay``.

    It is ``ARC_WIDTH`` wide in the picture where it is ``length`` metres long at ``depth``.
    """
    width = ARC_WIDTH * depth * TAN / max(length, 1e-3)
    t = np.linspace(0, 1, 25)
    points = tuple(zip(t.tolist(), (0.4 * t * (1 - t)).tolist(), strict=True))
    return Drawing(telling.unique("arc"), (Line(points, width, color, 5 * width if head else 0.0),), opacity=0.0)

"""The formula panel: a cell's index, its formula with pictures of what it reads, and its true value.

It hangs before the set, square to the camera, at the free spot nearest to its cell: it never covers
what it explains. While a grid is swept the panel stays and only its numbers change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...layout.grid import Grid
from ...layout.lettering.drawing import Drawing, Line, Readout, Rect, Shape, Text
from ...layout.lettering.font import advance
from ...layout.lettering.typeset import set_formula
from ...rounding import number
from .view import TAN, Area, View, corners

if TYPE_CHECKING:
    from ..film import Film

EM = 0.027
"""Size of the panel's letters, in picture heights."""
PAD = 0.016
ARC_WIDTH = 0.0022
"""Of the arcs between a panel and the cells, in picture heights."""


@dataclass(frozen=True, eq=False)
class Panel:
    """A panel on stage: its drawing, where it is seen, and how deep it hangs."""

    drawing: Drawing
    area: Area
    depth: float
    pictures: Mapping[str, float]  # where along x each operand's picture is seen

    def anchor(self, view: View, toward: np.ndarray, operand: str | None = None) -> np.ndarray:
        """The point of the panel's edge that faces ``toward`` (3,), above or below ``operand``'s picture; (3,)."""
        x, y = view.project(toward)[0][:2]
        area = self.area
        if operand is not None and operand in self.pictures and not area.bottom < y < area.top:
            return view.unproject(self.pictures[operand], area.top if y > area.top else area.bottom, self.depth)
        cx, cy = area.center
        dx, dy = x - cx, y - cy
        reach = max(abs(dx) / (area.width / 2), abs(dy) / (area.height / 2), 1.0)
        return view.unproject(cx + dx / reach, cy + dy / reach, self.depth)


def panel(film: Film, grid: Grid, index: tuple[int, ...], changing: Iterable[tuple[int, ...]] = ()) -> Panel:
    """Set the panel for a cell of ``grid`` and find its spot; readouts for numbers that go from cell to cell."""
    assert grid.rule is not None
    em = film.page.em / 0.031 * EM
    formula = set_formula(grid.rule.at(index).formula, em)
    width = formula.width
    values = film.values(grid)
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
    where = film.box(grid)
    view = film.camera.view
    others = film.in_play()
    area = free_spot(film, total, tall, view.area(*where), others)
    depth_at = 0.85 * min(view.project(corners(*film.box(other)))[:, 2].min() for other in [grid, *others])
    pose = np.eye(4)
    right, up, forward = view.basis
    scale = depth_at * TAN
    pose[:3, 0], pose[:3, 1], pose[:3, 2] = right * scale, up * scale, -forward * scale
    pose[:3, 3] = view.unproject(area.left, area.bottom, depth_at)
    pictures = {name: area.left + PAD + at[0] for name, at in formula.anchors.items()}
    return Panel(Drawing(film.unique("panel"), tuple(shapes), pose, opacity=0.0), area, depth_at, pictures)


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


def free_spot(film: Film, width: float, height: float, near: Area, in_play: Sequence[Grid]) -> Area:
    """Where in the free part a panel of this size covers nothing ``in_play``, as near to ``near`` as can be."""
    free, view = film.page.free, film.camera.view
    taken = [explanation.panel.area.grown(0.01) for explanation in film.explanations]
    for grid in in_play:
        seen = view.project(film.room(grid))[:, :2]
        taken.append(view.area(*film.box(grid)).grown(0.008))
        if len(seen) > 8:  # its label
            taken.append(Area(*seen[8:].min(axis=0), *seen[8:].max(axis=0)).grown(0.008))
    xs = np.linspace(free.left, max(free.left, free.right - width), 48)
    lowest = free.bottom
    if film.page.inset.right > free.left and not film.charts_up:  # the inset below the set is empty: room for us
        lowest = film.page.inset.bottom
    ys = np.linspace(lowest, max(lowest, free.top - height), 32)
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


def arc(film: Film, depth: float, length: float, color: str, head: bool) -> Drawing:
    """A bent line from (0, 0) to (1, 0), to be laid between two points by ``lay``.

    It is ``ARC_WIDTH`` wide in the picture where it is ``length`` metres long at ``depth``.
    """
    width = ARC_WIDTH * depth * TAN / max(length, 1e-3)
    t = np.linspace(0, 1, 25)
    points = tuple(zip(t.tolist(), (0.4 * t * (1 - t)).tolist(), strict=True))
    return Drawing(film.unique("arc"), (Line(points, width, color, 5 * width if head else 0.0),), opacity=0.0)


def lay(view: View, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Offset (3), rotation (3, XYZ Euler, radians) and scale (3) that lay an arc from start to end, (9,)."""
    along = end - start
    length = max(float(np.linalg.norm(along)), 1e-6)
    x = along / length
    side = _cross(view.basis[2], x)
    if x @ view.basis[0] > 0:
        side = -side
    y = side / max(float(np.linalg.norm(side)), 1e-6)
    z = _cross(x, y)
    rotation = (np.arctan2(y[2], z[2]), np.arctan2(-x[2], np.hypot(y[2], z[2])), np.arctan2(x[1], x[0]))
    return np.array([*start, *rotation, length, length, length])


def placed(place: np.ndarray) -> np.ndarray:
    """The (4, 4) pose of an arc that lies as ``lay`` says, (9,)."""
    (sx, sy, sz), (cx, cy, cz) = np.sin(place[3:6]), np.cos(place[3:6])
    turn = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    turn = turn @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    pose = np.eye(4)
    pose[:3, :3] = turn * place[6:9]
    pose[:3, 3] = place[:3]
    return pose


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cross product of two vectors; numpy's own is ten times slower on so few numbers."""
    (a0, a1, a2), (b0, b1, b2) = a.tolist(), b.tolist()
    return np.array([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0])


def digits(values: np.ndarray) -> int:
    """Decimals that tell the values of a tensor apart: two, or more where they are small."""
    finite = np.abs(values[np.isfinite(values)])
    typical = float(np.median(finite)) if finite.size else 1.0
    return int(np.clip(1 - np.floor(np.log10(max(typical, 1e-4))), 2, 5))

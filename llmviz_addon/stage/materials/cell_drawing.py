"""What is drawn in a cell and on a grid: dots, crosses, lines, focus; and how much of a pixel the box covers."""

from __future__ import annotations

import bpy

from ...layout.grid import RULED, RULED_WIDE
from .cell_point import Point
from .nodes import Expr, attribute, mix
from .theme import Theme, linear

DOT = 0.3
"""Radius of a dot, in cells."""


def coverage(point: Point, far: bool) -> Expr:
    """How much of the pixel the box covers: 1, falling to 0 over the last pixel before its silhouette.

    Of ``far`` boxes the faces beside the one that is seen may be thinner than a pixel: there is the silhouette, too.
    Where the box itself is but a few pixels wide, it falls over a third of the width, lest little be left of it;
    what is thinner than a sixth of a pixel may vanish.
    """
    side = point.view.sign()  # 1 where the neighbouring face at the low end is turned away
    ends = (0.5 - side * 0.5) * point.cells
    to_edge = point.at * side + ends
    fall = point.pixel.minimum((point.cells * (1 / 3)).maximum(point.pixel * 0.05)) if far else point.pixel
    x, y, z = (to_edge / fall + point.normal * 1e6).split()
    covered = x.minimum(y).minimum(z)
    if far:
        thick = point.normal.dot(point.cells / point.pixel)
        x, y, z = ((point.cells - to_edge) / fall + point.normal * 1e6).split()
        covered = covered.minimum(x.minimum(y).minimum(z) + thick)
    return (covered * 1.0).clamp()


def bodies(theme: Theme, role: Expr, highlight: Expr | None) -> tuple[Expr, Expr]:
    """Colours of a cell that is empty, and of the body around a dot."""
    if highlight is None:
        slab = [(1 - theme.slab_tint) * color for color in linear(theme.slab)]
        return role.scaled(theme.empty), role.times_plus((theme.slab_tint,) * 3, slab)
    glow = highlight * 0.6
    empty = role.scaled(glow.times_plus(1 - theme.empty, theme.empty))
    return empty, mix(linear(theme.slab), role, glow.times_plus(1 - theme.slab_tint, theme.slab_tint))


def draw_dot(point: Point, inner: Expr, radius: float = DOT) -> Expr:
    """Coverage of a dot around the place that ``inner`` is the way from."""
    away = inner.length()
    soft = (inner * point.pixel).length() / away.maximum(0.01)
    return ((radius - away) / soft + 0.5).clamp()


def draw_value(value: Expr, role: Expr, theme: Theme) -> Expr:
    """Colour of a value from -1 to 1."""
    positive = mix(linear(theme.zero), role, (value * 1.0).clamp())
    return mix(positive, linear(theme.negative), (value * -1.0).clamp())


def draw_cross(point: Point, theme: Theme, shown: Expr) -> tuple[tuple[float, float, float], Expr]:
    """Colour and coverage of the small cross that a forbidden cell has in place of a dot."""
    x, y, z = abs(point.inner).split()
    longest = x.maximum(y).maximum(z)
    off = longest * 2.0 - (x + y + z)  # from the nearer diagonal, times √2
    stroke = ((0.075 - off) / (point.widest * 1.4) + 0.5).clamp()
    inside = ((0.24 - longest) / point.widest + 0.5).clamp()
    return linear(theme.line), stroke * inside * shown * 0.75


def draw_lines(point: Point, first: Expr | None, wide: bool) -> Expr:
    """A line every 16 cells, on ``wide`` grids every 256 from afar; none along the grid's own edges."""
    at = point.at if first is None else point.at + first
    edge = (point.at * (point.cells - point.at)).times_plus(-1.0, 0.4)  # above 0 only near the grid's own edges
    if wide:
        period = (point.widest > 2.0).times_plus(float(RULED_WIDE - RULED), float(RULED))
        off = abs((at.scaled(1.0 / period) + 0.5).fraction() - 0.5).scaled(period) - 0.02
        strength = (period / point.widest).times_plus(0.166, -1.0).clamp()
    else:
        off = abs(at.times_plus(1 / RULED, 0.5).fraction() - 0.5).times_plus(float(RULED), -0.02)
        strength = (2.66 / point.widest - 1.0).clamp()
    x, y, z = point.normal.times_plus(1e3, off.maximum(edge) / point.pixel).split()
    return (0.5 - x.minimum(y).minimum(z)).clamp() * strength


def draw_focus(tree: bpy.types.NodeTree, point: Point, cell: Expr, focus: Expr) -> tuple[Expr, Expr]:
    """How far the point lies outside the focus range, and on the line around it; both 0 without focus."""
    at = cell + 0.5 + point.inner
    low, high = (attribute(tree, "OBJECT", name, "Vector") for name in ("focus_lo", "focus_hi"))
    depth = (at - low).minimum(high - at)  # inside the range, from its nearest side
    x, y, z = (depth * point.normal.times_plus(1e3, 1.0)).split()
    nearest = x.minimum(y).minimum(z) / point.widest
    inside = (nearest + 0.5).clamp()
    width = 0.08 / point.widest
    line = inside - (nearest - width.maximum(1.0) + 0.5).clamp()
    return (1.0 - inside) * focus, line * focus

"""What is drawn in a cell and on a grid: colours, crosses, lines, focus; and how much of a pixel the box covers."""

from __future__ import annotations

from functools import partial

import bpy

from ...layout.grid import RULED, RULED_FAR, RULED_WIDE, Role
from ..told_by_objects import FOCUS_HI, FOCUS_LO
from .cell_point import Point
from .nodes import Expr, attribute, group, grouped, mix
from .theme import Theme, linear

ROLES = tuple(Role)
"""In the order of the numbers by which materials know them."""
GAP = 0.012
"""Half the width of a gap between cells, in cells."""
FRAMED = 125.0
"""How much stronger than what is around steps back the line around a focus range is."""
LINE = 0.03
"""Width of that line at most, in cells, where these are larger than pixels: numbers leave it free."""
OUTLINE = 1.6
"""Width of an empty grid's outline, in pixels, and a half."""


def coverage(point: Point, far: bool) -> Expr:
    """How much of the pixel the box covers: 1, falling to 0 over the last pixel before its silhouette.

    Of ``far`` boxes the faces beside the one that is seen may be thinner than a pixel: there is the silhouette, too.
    Where the box itself is but a few pixels wide, it falls over a third of the width, lest little be left of it;
    what is thinner than a sixth of a pixel may vanish.
    """
    (covered,) = grouped(
        "llmviz silhouette", partial(_coverage, far=far),
        View=point.view, Cells=point.cells, At=point.at, Steep=point.steep,
        Pixel=point.pixel, Normal=point.normal,
    )  # fmt: skip
    return covered


def _coverage(
    tree: bpy.types.NodeTree, view: Expr, cells: Expr, at: Expr, steep: Expr, pixel: Expr, normal: Expr, far: bool
) -> dict[str, Expr]:
    side = view.sign()  # 1 where the neighbouring face at the low end is turned away
    half = cells * 0.5
    to_edge = (at - half).times_plus(side, half)
    if not far:
        x, y, z = (to_edge * steep).split()
        return {"Coverage": x.minimum(y).minimum(z).clamp()}
    fall = pixel.minimum((cells * (1 / 3)).maximum(pixel * 0.05))
    x, y, z = normal.times_plus((1e6,) * 3, to_edge / fall).split()
    covered = x.minimum(y).minimum(z)
    thick = normal.dot(cells / pixel)
    x, y, z = normal.times_plus((1e6,) * 3, (cells - to_edge) / fall).split()
    return {"Coverage": covered.minimum(x.minimum(y).minimum(z) + thick).clamp()}


def zero_color(role: Expr, theme: Theme, more: float = 0.0) -> Expr:
    """Colour of the value 0, with so much ``more`` of the role's hue."""
    tint = theme.cells.zero_tint
    tint += (1 - tint) * more
    return role.times_plus((tint,) * 3, [(1 - tint) * light for light in linear(theme.cells.zero)])


def value_colors(theme: Theme) -> bpy.types.NodeTree:
    """A group: the colour of a value from -1 to 1 of a role. Hue tells its sign, light its size.

    Its inputs are the value, the role's positive hue, and its number.
    """
    given = {"Value": False, "Role": True, "Number": False}
    return group("llmviz colors", given, partial(_value_color, theme=theme))


def _value_color(tree: bpy.types.NodeTree, share: Expr, role: Expr, number: Expr, theme: Theme) -> dict[str, Expr]:
    cells = theme.cells
    counter = [linear(cells.negative[role]) for role in ROLES]
    negative = mix(counter[0], counter[1], number > 0.5)
    negative = mix(negative, counter[2], number > 1.5)
    hue = mix(role, negative, share < 0.0)
    return {"Color": mix(zero_color(role, theme), hue, abs(share).clamp() ** cells.growth)}


def draw_gaps(point: Point) -> Expr:
    """Coverage of the gaps between cells, which are not there from afar."""
    (gap,) = grouped(
        "llmviz gaps", _gaps, Inside=point.inside, Normal=point.normal, Pixels=point.pixels, Widest=point.widest
    )
    return gap


def _gaps(tree: bpy.types.NodeTree, inside: Expr, normal: Expr, pixels: Expr, widest: Expr) -> dict[str, Expr]:
    x, y, z = normal.times_plus(1e3, inside.minimum(1.0 - inside) * pixels).split()
    line = (GAP / widest + 1.0 - x.minimum(y).minimum(z)).clamp()
    return {"Gap": line * widest.times_plus(-4.5, 1.5).clamp()}


def draw_outline(point: Point) -> Expr:
    """Coverage of the line along the grid's own edges."""
    x, y, z = point.normal.times_plus(1e3, point.at.minimum(point.cells - point.at) * point.pixels).split()
    return (OUTLINE - x.minimum(y).minimum(z)).clamp()


def draw_cross(point: Point) -> Expr:
    """Coverage of the small cross of a forbidden cell."""
    (cross,) = grouped("llmviz cross", _cross, Inner=point.inner, Widest=point.widest)
    return cross


def _cross(tree: bpy.types.NodeTree, inner: Expr, widest: Expr) -> dict[str, Expr]:
    x, y, z = abs(inner).split()
    longest = x.maximum(y).maximum(z)
    off = longest * 2.0 - (x + y + z)  # from the nearer diagonal, times √2
    stroke = ((0.075 - off) / (widest * 1.4) + 0.5).clamp()
    inside = ((0.24 - longest) / widest + 0.5).clamp()
    return {"Cross": stroke * inside}


def draw_lines(point: Point, first: Expr | None, wide: bool, huge: bool = False) -> Expr:
    """A line every 16 cells, on ``wide`` grids every 256 from afar, on ``huge`` ones every 4,096 from further.

    There is none along the grid's own edges.
    """
    (line,) = grouped(
        "llmviz lines", partial(_lines, wide=wide, huge=huge),
        At=point.at, Place=point.at if first is None else point.at + first,
        Cells=point.cells, Normal=point.normal, Pixels=point.pixels, Widest=point.widest,
    )  # fmt: skip
    return line


def _lines(
    tree: bpy.types.NodeTree,
    own: Expr,
    at: Expr,
    cells: Expr,
    normal: Expr,
    pixels: Expr,
    widest: Expr,
    wide: bool,
    huge: bool,
) -> dict[str, Expr]:
    edge = own.times_plus(own - cells, (0.4,) * 3)  # above 0 only near the grid's own edges
    if wide:
        period = (widest > 2.0).times_plus(float(RULED_WIDE - RULED), float(RULED))
        if huge:
            period = period + (widest > 32.0) * float(RULED_FAR - RULED_WIDE)
        off = abs((at.scaled(1.0 / period) + 0.5).fraction() - 0.5).scaled(period) - 0.02
        strength = (period / widest).times_plus(0.166, -1.0).clamp()
    else:
        off = abs(at.times_plus(1 / RULED, 0.5).fraction() - 0.5).times_plus(float(RULED), -0.02)
        strength = (2.66 / widest - 1.0).clamp()
    x, y, z = normal.times_plus(1e3, off.maximum(edge) * pixels).split()
    return {"Line": (0.5 - x.minimum(y).minimum(z)).clamp() * strength}


def draw_focus(point: Point, cell: Expr, focus: Expr) -> tuple[Expr, Expr]:
    """How far the point lies outside the focus range, and on the line around it; both 0 without focus."""
    place = cell + 0.5 + point.inner
    outside, line = grouped("llmviz focus", _focus, Place=place, Normal=point.normal, Widest=point.widest)
    return outside * focus, line * (focus * FRAMED).clamp()


def _focus(tree: bpy.types.NodeTree, at: Expr, normal: Expr, widest: Expr) -> dict[str, Expr]:
    low, high = (attribute(tree, "OBJECT", name, "Vector") for name in (FOCUS_LO, FOCUS_HI))
    depth = (at - low).minimum(high - at)  # inside the range, from its nearest side
    x, y, z = (depth * normal.times_plus(1e3, 1.0)).split()
    nearest = x.minimum(y).minimum(z) / widest
    inside = (nearest + 0.5).clamp()
    width = LINE / widest
    return {"Outside": 1.0 - inside, "Line": inside - (nearest - width.maximum(1.0) + 0.5).clamp()}

"""The number that stands in a cell once the cell is wide enough on the picture, by the rule of ``rounding.in_cell``.

Digits are worked out from the very number that the cell's colour comes from, so that the two can never differ and
no second picture has to be kept. What the 32-bit arithmetic of a shader cannot hold is worked around: of a number
that lies on the edge between two roundings it is told exactly on which side.

Letters come from the picture that ``things.numerals`` makes. All of it hangs on one branch of a mixed
closure, so that where cells are small Cycles skips it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import bpy

from ...layout.lettering.font import advance
from ...rounding import HUGE_IN_CELL, MOST_DECIMALS, TINY_IN_CELL
from .cell_point import DOWN, Point
from .nodes import PICTURE, Expr, attribute, combine, group, mix, new_node, use
from .theme import Theme, linear

LETTERS = "0123456789−.≈"
"""What numbers are made of, in the order of the picture's tiles."""
DIGIT = advance("0")
"""Width of a digit, and of a tile, in ems."""
TALL = 0.92
"""Height of a tile in ems, in the middle of which is that of a digit."""
TILE = (32, 48)
"""Pixels of a tile, across and up."""
REACH = 0.12
"""Ems from an outline, inside and outside, beyond which the picture tells no more of the distance."""
MINUS, POINT = 0.8, 0.45
"""Widths of the letters that are no digits, in digits."""
STRETCH = 1.35
"""Letters are taller than the font has them: a cell has room above, but none beside."""

LEAST, FULL = 24 / 720, 26 / 720
"""Width of a cell, in lengths of the picture's shorter side, at which its number begins to show, and is all there."""
LEAST_PIXELS = 20.0
"""But never in fewer pixels, which no number can be read in."""
BROAD = 0.45
"""Of its width, how low a cell may be for its number to keep the proportions of its letters."""
ROOM = 0.88
"""Share of a cell's width for its number."""
USUAL = 5.25
"""Width, in digits, of ``−0.123``: shorter numbers are no larger, longer ones narrower, and lower by the root of it."""
LIGHT = (0.2126, 0.7152, 0.0722)
"""Shares of red, green and blue in how light a colour looks."""
HALF_WAY = 0.24
"""Light, linear, of what looks half-way between black and white."""
_SPLIT = 4097.0
"""Cuts a number of 24 bits into two of 12."""


def nearness(point: Point) -> Expr:
    """1 where a cell is wide enough for its number, 0 where it is not; between the two it comes up."""
    tree = point.at.tree
    columns, rows, percentage = (attribute(tree, "VIEW_LAYER", name) for name in PICTURE)
    rows = rows.minimum(columns) * percentage * (1 / 100)
    begins = (rows * LEAST).maximum(LEAST_PIXELS)  # pixels a cell; uniform, so Cycles works it out once
    share = LEAST / FULL
    return (point.widest * begins).times_plus(-1 / (1 - share), 1 / (1 - share)).clamp()


@dataclass(frozen=True)
class Numbers:
    """Groups of nodes that all materials of cells share."""

    upright: bpy.types.NodeTree
    letters: bpy.types.NodeTree

    @classmethod
    def of(cls, letters: bpy.types.Image) -> Numbers:
        """New ones; ``letters`` is a picture by ``numerals.numerals``."""
        given = {"Right": True, "Normal": True, "View": True}
        rounded = group("llmviz digits", {"Size": False}, _rounded)
        places = {"Value": False, "Right": False, "Up": False, "Pixel": False}
        return cls(
            group("llmviz upright", given, _upright),
            group("llmviz number", places, partial(_number, rounded=rounded, letters=letters)),
        )


def upright(numbers: Numbers, point: Point, scaled: bool) -> tuple[Expr, Expr]:
    """Which way is right on the face, and which up, as the viewer reads it.

    Of the four ways in which a face's cells can stand, the one whose right is nearest to the picture's. A ``scaled``
    object is a unit cube that its scale makes as large as its cells.
    """
    camera = new_node(point.at.tree, "ShaderNodeVectorTransform")
    camera.vector_type = "VECTOR"
    camera.convert_from, camera.convert_to = "CAMERA", "OBJECT"
    camera.inputs[0].default_value = (1.0, 0.0, 0.0)
    to_right = Expr(point.at.tree, camera.outputs[0], vector=True)
    right, up = use(numbers.upright, to_right * point.cells if scaled else to_right, point.normal, point.view)
    return right, up


def draw_number(numbers: Numbers, point: Point, value: Expr, right: Expr, up: Expr, scaled: bool) -> Expr:
    """Coverage of the cell's number, upright where ``right`` and ``up`` are as from ``upright``, and ``scaled`` too."""
    pixel = (point.pixel * point.plane).dot((0.5, 0.5, 0.5))  # the mean of both ways
    high, wide = (_edge(way / point.cells if scaled else way) for way in (up, right))
    low = (high / wide).minimum(1.0).maximum(BROAD)
    (covered,) = use(numbers.letters, value, point.inner.dot(right), point.inner.dot(up) * low, pixel)
    return covered


def _edge(way: Expr) -> Expr:
    """How long in the world what goes ``way`` in the object's own space is."""
    node = new_node(way.tree, "ShaderNodeVectorTransform")
    node.vector_type = "VECTOR"
    node.convert_from, node.convert_to = "OBJECT", "WORLD"
    way.tree.links.new(way.socket, node.inputs[0])
    return Expr(way.tree, node.outputs[0], vector=True).length()


def _upright(tree: bpy.types.NodeTree, right: Expr, normal: Expr, view: Expr) -> dict[str, Expr]:
    right = right * (1.0 - normal) * DOWN
    sizes = abs(right) * (1.0, 0.999, 0.998)  # no two are equal
    x, y, z = sizes.split()
    right = (sizes / x.maximum(y).maximum(z)).floor() * right.sign()
    return {"Right": right, "Up": right.cross(normal * view.sign())}


def _number(
    tree: bpy.types.NodeTree,
    value: Expr,
    right: Expr,
    up: Expr,
    pixel: Expr,
    rounded: bpy.types.NodeTree,
    letters: bpy.types.Image,
) -> dict[str, Expr]:
    """Coverage of a number at a place in its cell, in cells from the middle; ``pixel`` is a pixel's size in cells."""
    size = abs(value)
    shown, decimals, tiny = use(rounded, size)
    before = ((shown + 0.5).log10().floor() - decimals + 1.0).maximum(1.0)  # digits before the point
    minus = (value < 0.0).maximum(tiny) * MINUS  # or the sign that it is but near 0
    dot = decimals.minimum(1.0) * POINT
    width = minus + before + decimals + dot
    fit = width.maximum(USUAL) * (1 / ROOM)  # digits in a cell's width

    at = right.times_plus(fit, width * 0.5)  # digits from the text's left end
    inside = (at > 0.0) * (at < width)
    at = at - minus
    before_all = at < 0.0
    past = at > before
    on_point = past * (at < (before + dot))
    after = at - past * dot

    index = after.floor()
    letter, off = _digit(shown, before + decimals - index), after - index - 0.5
    sign = tiny.times_plus(float(LETTERS.index("≈") - LETTERS.index("−")), float(LETTERS.index("−")))
    for chosen, number, place in (
        (on_point, float(LETTERS.index(".")), at - before - dot * 0.5),
        (before_all, sign, at + MINUS / 2),
    ):
        letter, off = mix(letter, number, chosen), mix(off, place, chosen)
    narrow = (fit * (ROOM / USUAL)) ** 0.5
    distance = _sampled(tree, letters, letter + 0.5 + off, up * (fit / narrow) * (DIGIT / (TALL * STRETCH)) + 0.5)
    inside = inside * (size < HUGE_IN_CELL)
    return {"Coverage": (distance / (pixel * fit * DIGIT) + 0.5).clamp() * inside}


def ink_on(color: Expr, theme: Theme) -> tuple[Expr, Expr]:
    """The colour of numbers, which stands out from a cell's, and 1 where it is the dark one."""
    is_pale = color.dot(LIGHT) > HALF_WAY
    return mix(linear(theme.cells.digits_on_deep), linear(theme.cells.digits), is_pale), is_pale


def _rounded(tree: bpy.types.NodeTree, size: Expr) -> dict[str, Expr]:
    """The digits of a number as a whole one, how many of them are decimals, and 1 where none is left of it."""
    tiny = (size > 0.0) * (size < TINY_IN_CELL)
    size = size * (1.0 - tiny)
    wanted = 2.0 - size.log10().floor()
    fine = wanted.maximum(0.0 - abs(size.times_plus(2.0, -2.0)).log10().floor())  # what is not 1 is not written so
    power = fine.maximum(0.0).minimum(float(MOST_DECIMALS)) * (size > 0.0)
    ten = (10.0**power).rounded()  # no graphics card is quite exact
    below = (size * ten).floor()
    edge = below + 0.5
    big = size * _SPLIT
    high = big - (big - size)
    # Exactly size · ten - edge: each product has at most 24 bits, and near the edge none is lost in taking it away
    excess = (size - high).times_plus(ten, high.times_plus(ten, 0.0 - edge))
    odd = (below * 0.5).fraction()
    shown = below + (excess + odd * 1e-6 > 0.0)  # half to the even one, as Python does
    full = shown.equals(1000.0) * power.minimum(1.0)
    shown, power = shown - full * 900.0, power - full
    shown = shown + shown.equals(1e5) * (size - 1.0).sign()
    return {"Shown": shown, "Decimals": power, "Tiny": tiny}


def _digit(number: Expr, left: Expr) -> Expr:
    """Of a whole number that digit from which on ``left`` are left."""
    return (((number + 0.5) / 10.0**left).fraction() * 10.0).floor()


def _sampled(tree: bpy.types.NodeTree, letters: bpy.types.Image, across: Expr, height: Expr) -> Expr:
    """Ems from the outline of the letter there, above 0 inside; the place is told in tiles."""
    texture = new_node(tree, "ShaderNodeTexImage")
    texture.image = letters
    texture.interpolation, texture.extension = "Closest", "CLIP"
    tree.links.new(combine(tree, across * (1 / len(LETTERS)), height).socket, texture.inputs["Vector"])
    inside, *way = Expr(tree, texture.outputs["Color"], vector=True).split()
    inside = inside.times_plus(2 * REACH, -REACH)
    for place, toward, count, size in zip((across, height), way, TILE, (DIGIT, TALL), strict=True):
        off = (place * count).fraction() - 0.5  # from the middle of the pixel
        inside = (off * (size / count)).times_plus(toward.times_plus(2.0, -1.0), inside)
    return inside

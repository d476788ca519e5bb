"""The one material of all grids: finds the cell under the shading point and draws it.

What differs between grids comes from the object: its colour is the role's colour, its colour's alpha
the opacity, and eight custom properties tell the rest. Eight is the most that EEVEE reads per
material in 4.5, which is why highlight and focus share ``emphasis``.

==========  =====  =====================================================================
property    size   meaning
==========  =====  =====================================================================
cells       3      cells along x, y, z of this object
first       3      the grid's cell that this object's first one is (0 but for parts)
strides     3      step in the tensor's flat index per cell along x, y, z
atlas       3      column and row of the first value, gain
reveal      1      how many cells show their value
emphasis    2      highlight, focus
focus_lo    3      first cell of the focus range
focus_hi    3      one past its last
==========  =====  =====================================================================

Everything is antialiased here, from the size of a pixel at the shading point: dots, lines, and the
boxes' own silhouettes, which turn transparent over their last pixel. One sample per pixel then gives
a clean picture, which is what makes a film affordable without a GPU.
"""

from __future__ import annotations

from dataclasses import dataclass

import bpy

from ..layout.grid import CELL
from . import compat
from .nodes import Expr, attribute, combine, mix
from .ours import own
from .theme import Theme

DOT = 0.3
"""Radius of a dot, in cells."""
DOWN = (1.0, 1.0, -1.0)
"""From object space, where z is up, to cells, which run down."""


@dataclass(frozen=True)
class _Point:
    """The shading point, in cells; vectors are along x to the right, y to the back, z down."""

    cells: Expr  # how many there are
    at: Expr  # where on the grid, 0 to ``cells``
    index: Expr  # which cell
    inner: Expr  # from the cell's middle, -0.5 to 0.5
    normal: Expr  # 1 along the face's normal, else 0
    plane: Expr  # the opposite
    view: Expr  # towards the viewer
    pixel: Expr  # cells per pixel along each axis, perspective foreshortening included
    widest: Expr  # the largest of these in the plane


def cell_material(image: bpy.types.Image, theme: Theme) -> bpy.types.Material:
    """Build the material that shows ``image``'s values in the colours of ``theme``."""
    material = own(bpy.data.materials.new("llmviz cells"), "cells")
    tree = compat.node_tree(material)
    tree.nodes.clear()
    compat.set_blended(material, False)
    point = _point(tree)
    color = to_linear(_color(tree, point, image, theme))
    alpha = _coverage(tree, point)
    emission = tree.nodes.new("ShaderNodeEmission")
    tree.links.new(color.socket, emission.inputs["Color"])
    finish(tree, emission.outputs[0], alpha)
    arrange(tree)
    return material


def pixel_size(tree: bpy.types.NodeTree) -> Expr:
    """Metres that a pixel of the render covers at the shading point.

    Read from the scene's own settings while it renders, so it follows any lens and resolution.
    """
    height = attribute(tree, "VIEW_LAYER", "camera.data.sensor_height")
    lens = attribute(tree, "VIEW_LAYER", "camera.data.lens")
    rows = attribute(tree, "VIEW_LAYER", "render.resolution_y")
    percentage = attribute(tree, "VIEW_LAYER", "render.resolution_percentage")
    depth = Expr(tree, tree.nodes.new("ShaderNodeCameraData").outputs["View Z Depth"])
    return depth * (height * 100.0 / (lens * rows * percentage))


def to_linear(color: Expr) -> Expr:
    """Display colour (sRGB) to linear light, by a polynomial that is exact to a thousandth."""
    return color.times_plus(0.305306011, 0.682171111).times_plus(color, 0.012522878) * color


def finish(tree: bpy.types.NodeTree, shader: bpy.types.NodeSocket, alpha: Expr) -> None:
    """Give the material its surface: ``shader`` where ``alpha`` is 1, nothing where it is 0."""
    blend = tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(alpha.socket, blend.inputs[0])
    tree.links.new(tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0], blend.inputs[1])
    tree.links.new(shader, blend.inputs[2])
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(blend.outputs[0], output.inputs["Surface"])


def arrange(tree: bpy.types.NodeTree) -> None:
    """Put the nodes in columns in the order they were made, so that the tree can be looked at."""
    for number, node in enumerate(tree.nodes):
        node.location = (number // 12 * 190, -(number % 12) * 170)
        node.hide = True


def _point(tree: bpy.types.NodeTree) -> _Point:
    geometry = tree.nodes.new("ShaderNodeNewGeometry")
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    cells = attribute(tree, "OBJECT", "cells", "Vector")
    at = Expr(tree, coordinates.outputs["Object"], vector=True) * DOWN * cells
    normal = abs(Expr(tree, geometry.outputs["True Normal"], vector=True))
    plane = 1.0 - normal
    view = Expr(tree, geometry.outputs["Incoming"], vector=True) * DOWN
    slant = (1.0 - view * view).maximum((0.02,) * 3)
    slant = _power(slant, -0.5)
    pixel = slant.scaled(pixel_size(tree) / CELL)
    inside = at.maximum((1e-4,) * 3).minimum(cells - 1e-4)
    index = inside.floor()
    x, y, z = (pixel * plane).split()
    return _Point(cells, at, index, inside - index - 0.5, normal, plane, view, pixel, x.maximum(y).maximum(z))


def _power(vector: Expr, exponent: float) -> Expr:
    node = vector.tree.nodes.new("ShaderNodeVectorMath")
    node.operation = "POWER"
    vector.tree.links.new(vector.socket, node.inputs[0])
    node.inputs[1].default_value = (exponent,) * 3
    return Expr(vector.tree, node.outputs[0], vector=True)


def _coverage(tree: bpy.types.NodeTree, point: _Point) -> Expr:
    """How much of the pixel the box covers: its opacity, falling to 0 over the last pixel of its silhouette."""
    low_is_edge = point.view.sign() * 0.5 + 0.5  # the neighbouring face at the low end is turned away
    to_edge = point.at * (low_is_edge * 2.0 - 1.0) + (1.0 - low_is_edge) * point.cells
    x, y, z = (to_edge / point.pixel + point.normal * 1e6).clamp().split()
    facing = 1.0 - Expr(tree, next(n for n in tree.nodes if n.bl_idname == "ShaderNodeNewGeometry").outputs["Backfacing"])
    return x * y * z * _object(tree, "Alpha") * facing


def _object(tree: bpy.types.NodeTree, output: str) -> Expr:
    info = next((n for n in tree.nodes if n.bl_idname == "ShaderNodeObjectInfo"), None)
    info = info or tree.nodes.new("ShaderNodeObjectInfo")
    return Expr(tree, info.outputs[output], vector=output == "Color")


def _color(tree: bpy.types.NodeTree, point: _Point, image: bpy.types.Image, theme: Theme) -> Expr:
    role = _object(tree, "Color")
    first = attribute(tree, "OBJECT", "first", "Vector")
    highlight, focus, _ = attribute(tree, "OBJECT", "emphasis", "Vector").split()
    cell = point.index + first
    flat = cell.dot(attribute(tree, "OBJECT", "strides", "Vector"))
    known = (attribute(tree, "OBJECT", "reveal") - flat).clamp()
    melted = point.widest.times_plus(3.2, -1.1).clamp()
    value, gain = _value(tree, flat, image)

    checker = (cell.dot((0.5, 0.5, 0.5)).fraction() - 0.25) * (1.0 - melted)
    slab = mix(theme.slab, role, _constant(tree, theme.slab_tint))
    body = mix(role * theme.empty, slab, known)
    body = mix(body, role, highlight * 0.55)
    body = body.scaled(checker.times_plus(0.16, 1.0))
    shown = known * (1.0 - melted)
    forbidden = value < -1e29
    color = mix(body, *_dot(point, value * gain, role, theme, shown * (1.0 - forbidden)))
    color = mix(color, *_cross(point, theme, shown * forbidden))
    color = mix(color, theme.line, _lines(point, first) * 0.55)
    color = color.scaled(point.normal.dot((0.8, 1.0, 1.14)))
    return _focused(tree, color, point, cell, focus, role, theme)


def _constant(tree: bpy.types.NodeTree, value: float) -> Expr:
    node = tree.nodes.new("ShaderNodeValue")
    node.outputs[0].default_value = value
    return Expr(tree, node.outputs[0])


def _value(tree: bpy.types.NodeTree, flat: Expr, image: bpy.types.Image) -> tuple[Expr, Expr]:
    """The number in the tensor's cell ``flat``, and the grid's gain."""
    width, height = image.size
    column, row, gain = attribute(tree, "OBJECT", "atlas", "Vector").split()
    place = column + flat
    down = (place * (1.0 / width) + 1e-5).floor()
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = image
    texture.interpolation = "Closest"
    u = (place - down * float(width) + 0.5) / float(width)
    v = (row + down + 0.5) / float(height)
    tree.links.new(combine(tree, u, v).socket, texture.inputs["Vector"])
    return Expr(tree, texture.outputs["Color"], vector=True).split()[0], gain


def _dot(point: _Point, value: Expr, role: Expr, theme: Theme, shown: Expr) -> tuple[Expr, Expr]:
    """Colour and coverage of the cell's dot."""
    arm = point.inner * point.plane
    radius = arm.length()
    soft = (arm * point.pixel).length() / radius.maximum(0.01)
    covered = ((DOT - radius) / soft + 0.5).clamp()
    color = mix(mix(theme.zero, role, (value * 1.0).clamp()), theme.negative, (value * -1.0).clamp())
    return color, covered * shown


def _cross(point: _Point, theme: Theme, shown: Expr) -> tuple[tuple[float, ...], Expr]:
    """Colour and coverage of the small cross that a forbidden cell has in place of a dot."""
    x, y, z = abs(point.inner * point.plane).split()
    longest = x.maximum(y).maximum(z)
    off = longest * 2.0 - x - y - z  # from the nearer diagonal, times √2
    stroke = ((0.06 - off) / (point.widest * 1.4) + 0.5).clamp()
    inside = ((0.2 - longest) / point.widest + 0.5).clamp()
    return theme.zero, stroke * inside * shown


def _lines(point: _Point, first: Expr) -> Expr:
    """A line every 16 cells, and every 256 where 16 are but a few pixels."""
    far = point.widest > 2.0
    period = far * 240.0 + 16.0
    strength = (period / point.widest).times_plus(0.166, -1.0).clamp()
    at = point.at + first
    share = at / (combine(at.tree, period, period, period))
    off = abs(share - (share + 0.5).floor()).scaled(period)
    stroke = (0.5 - (off - 0.02) / point.pixel).clamp()
    inside = (point.at * (point.cells - point.at) - 0.3).clamp()  # not along the grid's own edges
    x, y, z = (stroke * (inside * 1e3).clamp() * point.plane).split()
    return x.maximum(y).maximum(z) * strength


def _focused(
    tree: bpy.types.NodeTree, color: Expr, point: _Point, cell: Expr, focus: Expr, role: Expr, theme: Theme
) -> Expr:
    """Wash out what lies outside the focus range, draw a line around what lies inside."""
    at = cell + 0.5 + point.inner * point.plane
    low, high = (attribute(tree, "OBJECT", name, "Vector") for name in ("focus_lo", "focus_hi"))
    depth = (at - low).minimum(high - at)  # inside the range, from its nearest side
    x, y, z = (depth / point.pixel + 0.5).clamp().split()
    inside = x * y * z
    x, y, z = (depth + point.normal * 1e3).split()
    width = point.widest.maximum(0.08)
    line = ((width - x.minimum(y).minimum(z)) / point.widest + 0.5).clamp() * inside * focus
    washed = mix(color, theme.ground, (1.0 - inside) * focus * 0.72)
    return mix(washed, theme.colors["ink"], line)

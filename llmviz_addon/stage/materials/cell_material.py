"""The material of grids: finds the cell under the shading point and draws it.

What differs between grids comes from the object: its colour is the role's colour, its colour's alpha
the opacity, and eight custom properties tell the rest. Eight is the most that EEVEE reads per
material in 4.5, which is why highlight and focus share ``emphasis``.

==========  =====  =====================================================================
property    size   meaning
==========  =====  =====================================================================
cells       3      cells along x, y, z of this object
first       3      the grid's cell that this object's first one is (0 but for fragments)
strides     3      step in the tensor's flat index per cell along x, y, z
atlas       4      column and row of the first value, gain, one over the side of its pools
reveal      3      how many cells from the first on show their value; and of a stretch of cells further on
                   that show theirs too, one minus the first, and one past the last
emphasis    2      highlight, focus
focus_lo    3      first cell of the focus range
focus_hi    3      one past its last
==========  =====  =====================================================================

Of a model with thousands of grids most are merged into few meshes (see ``merged``); a variant of the
material reads what it needs from attributes of theirs:

==========  ======  ======  ============================================================
attribute   domain  size    meaning
==========  ======  ======  ============================================================
corner      point   vector  place in the box: 0 to 1 along x and y, 0 to -1 along z
cells       face    vector  cells along x, y, z of the box
strides     face    vector  as above, plus a half
atlas       face    color   column, row, gain, and the side of the pools plus a half
known       face    float   1 where the box has values, 0 where it has none
==========  ======  ======  ============================================================

and whether these are shown, as 0 or 1, from ``known`` of their object.

Of a grid that is kept as pools but for some rows, ``atlas`` is on the mesh too: it counts from near, where
cells can be told apart, and the object's from afar, so that from there all of the grid looks alike.

EEVEE interpolates even what is the same all over a face, which leaves it off by its last bits. So what must
be whole has a half added, and is cut.

Colours are mixed as closures where that lets Cycles skip a branch: a cell that is not computed yet
never looks up its value, a face that is turned away is left at once. Every node costs about a
hundredth of a microsecond per pixel, so a hundred more would double the time of a frame.

Everything is antialiased here, from the size of a pixel at the shading point: dots, lines, and the
boxes' own silhouettes, which turn transparent over their last pixel. One sample per pixel then gives
a clean picture, which is what makes a film affordable without a GPU.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy

from ...layout.grid import CELL, RULED, RULED_WIDE
from .. import compat
from ..ours import own
from ..values.atlas import LANES, WIDTH, lanes
from ..values.pooling import LOWEST
from ..values.seen import DOT_PIXELS
from .nodes import Expr, attribute, combine, mix, new_node
from .theme import Theme, linear

DOT = 0.3
"""Radius of a dot, in cells."""
EPSILON = 5e-3
"""Cells by which the shading point is kept inside: at five kilometres 32 bits leave half a millimetre in doubt."""
DOWN = (1.0, 1.0, -1.0)
"""From object space, where z is up, to cells, which run down."""


@dataclass(frozen=True)
class _Given:
    """What tells the grid under the shading point, from its object or from a merged mesh; see the tables above."""

    place: Expr  # in the unit cube, as ``corner``
    cells: Expr
    strides: Expr
    atlas: Expr  # column, row, gain
    pool: Expr | None  # one over the side of its pools, if there are any
    known: Expr | None  # of a merged grid, which has none of what follows
    first: Expr | None = None
    reveal: Expr | None = None
    highlight: Expr | None = None
    focus: Expr | None = None


@dataclass(frozen=True)
class _Point:
    """The shading point, in cells; vectors are along x to the right, y to the back, z down."""

    cells: Expr  # how many there are
    at: Expr  # where on the grid, 0 to ``cells``
    index: Expr  # which cell
    inner: Expr  # from the cell's middle, -0.5 to 0.5, and 0 along the face's normal
    normal: Expr  # 1 along the face's normal, else 0
    plane: Expr  # the opposite
    view: Expr  # towards the viewer
    pixel: Expr  # cells per pixel along each axis, perspective foreshortening included
    widest: Expr  # the largest of these in the plane
    backfacing: Expr


def cell_material(
    image: bpy.types.Image | None,
    theme: Theme,
    wide: bool = False,
    thin: bool = False,
    merged: bool = False,
    sliced: bool = False,
) -> bpy.types.Material:
    """Build the material that shows ``image``'s values in the colours of ``theme``.

    Without an image it is for outlines: all cells are empty, and a point's attribute ``role`` tells their colour.

    ``wide`` is for grids of more than 256 cells along an axis: from afar they get coarser lines and smooth edges.
    ``thin`` is for grids of which the image holds pools: a pool is drawn as one large cell, with
    one dot, while lines, focus and what is computed stay true to the cells.
    ``merged`` is for meshes of many grids that do nothing but fade, by ``merged.merged_mesh``;
    ``sliced`` for a grid of which the image holds some rows exactly, by ``grids.sliced_cube``.
    """
    material = own(bpy.data.materials.new("llmviz merged cells" if merged else "llmviz cells"), "cells")
    tree = compat.node_tree(material)
    tree.nodes.clear()
    compat.set_blended(material, False)
    compat.light_nothing(material)
    given = _of_mesh(tree, thin) if merged else _of_object(tree, thin)
    point = _point(tree, given, scaled=not merged)
    if sliced:
        given = _sharpened(tree, given, point)
    info = tree.nodes.new("ShaderNodeObjectInfo")
    role = Expr(tree, info.outputs["Color"], vector=True) if image else attribute(tree, "GEOMETRY", "role", "Color")
    opacity = Expr(tree, info.outputs["Alpha"])
    surface = _surface(tree, point, given, role, image, theme, wide)
    clear = tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0]
    surface = blend(tree, clear, surface, _coverage(point, far=wide or image is None) * opacity)
    surface = blend(tree, surface, clear, point.backfacing)
    tree.links.new(surface, tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    arrange(tree)
    return material


def _of_object(tree: bpy.types.NodeTree, thin: bool) -> _Given:
    def read(name: str, output: str = "Vector") -> Expr:
        return attribute(tree, "OBJECT", name, output)

    highlight, focus, _ = read("emphasis").split()
    place = Expr(tree, tree.nodes.new("ShaderNodeTexCoord").outputs["Object"], vector=True)
    pool = read("atlas", "Alpha") if thin else None
    return _Given(
        place, read("cells"), read("strides"), read("atlas"), pool, None, read("first"), read("reveal"),
        highlight, focus,
    )  # fmt: skip


def _of_mesh(tree: bpy.types.NodeTree, thin: bool) -> _Given:
    def read(name: str, output: str = "Vector") -> Expr:
        return attribute(tree, "GEOMETRY", name, output)

    atlas, known = read("atlas", "Color"), read("known", "Fac") * attribute(tree, "OBJECT", "known")
    return _Given(read("corner"), read("cells"), read("strides").floor(), atlas, _share(tree) if thin else None, known)


def _sharpened(tree: bpy.types.NodeTree, given: _Given, point: _Point) -> _Given:
    """The same, but for what is near it is the face that tells where its numbers are."""
    far = point.widest > 1 / DOT_PIXELS
    atlas = mix(attribute(tree, "GEOMETRY", "atlas", "Color"), given.atlas, far)
    return replace(given, atlas=atlas, pool=given.pool and mix(_share(tree), given.pool, far))


def _share(tree: bpy.types.NodeTree) -> Expr:
    """One over the side of a face's pools."""
    return 1.0 / attribute(tree, "GEOMETRY", "atlas", "Alpha").floor()


def pixel_size(tree: bpy.types.NodeTree) -> Expr:
    """Metres that a pixel of the render covers at the shading point.

    Read from the scene's own settings while it renders, so it follows any lens and resolution.
    """
    height = attribute(tree, "VIEW_LAYER", "camera.data.sensor_height")
    lens = attribute(tree, "VIEW_LAYER", "camera.data.lens")
    rows = attribute(tree, "VIEW_LAYER", "render.resolution_y")
    percentage = attribute(tree, "VIEW_LAYER", "render.resolution_percentage")
    depth = Expr(tree, tree.nodes.new("ShaderNodeCameraData").outputs["View Z Depth"])
    share = height * 100.0 / (lens * rows * percentage)  # of the distance
    return depth * share.maximum(1e-5)  # a scene without a camera has no lens to read


def blend(
    tree: bpy.types.NodeTree, low: bpy.types.NodeSocket, high: bpy.types.NodeSocket, share: Expr
) -> bpy.types.NodeSocket:
    """The closure ``low`` where ``share`` is 0, ``high`` where it is 1; then the other is not computed."""
    node = tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(share.socket, node.inputs[0])
    tree.links.new(low, node.inputs[1])
    tree.links.new(high, node.inputs[2])
    return node.outputs[0]


def emission(
    tree: bpy.types.NodeTree, color: Expr | tuple[float, float, float], strength: Expr | None = None
) -> bpy.types.NodeSocket:
    """A surface of one flat colour, given in linear light."""
    node = new_node(tree, "ShaderNodeEmission")
    if isinstance(color, Expr):
        tree.links.new(color.socket, node.inputs["Color"])
    else:
        node.inputs["Color"].default_value = (*color, 1.0)
    if strength is not None:
        tree.links.new(strength.socket, node.inputs["Strength"])
    return node.outputs[0]


def arrange(tree: bpy.types.NodeTree) -> None:
    """Fold the nodes and put them in columns in the order they were made, so that the tree can be looked at."""
    locations = [(number // 12 * 190.0, number % 12 * -60.0) for number in range(len(tree.nodes))]
    tree.nodes.foreach_set("location", [x for location in locations for x in location])
    tree.nodes.foreach_set("hide", [True] * len(tree.nodes))


def _point(tree: bpy.types.NodeTree, given: _Given, scaled: bool) -> _Point:
    """The shading point; a ``scaled`` object is a unit cube that its scale makes as large as its cells."""
    geometry = tree.nodes.new("ShaderNodeNewGeometry")
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    cells = given.cells
    at = given.place.times_plus((cells - 2 * EPSILON) * DOWN, (EPSILON,) * 3)
    normal = abs(Expr(tree, coordinates.outputs["Normal"], vector=True))
    plane = 1.0 - normal
    view = _to_object(Expr(tree, geometry.outputs["Incoming"], vector=True)) * DOWN
    view = (view * cells if scaled else view).normalized()
    # An axis at an angle to the picture is foreshortened by √(1 - view²); (1/x + 2) / 3 comes near 1/√x.
    slant = 1.0 / (1.02 - view * view) + 2.0
    pixel = slant.scaled(pixel_size(tree) * (1 / (3 * CELL)))
    index = at.floor()
    inner = (at - index - 0.5) * plane
    x, y, z = (pixel * plane).split()
    widest = x.maximum(y).maximum(z)
    backfacing = Expr(tree, geometry.outputs["Backfacing"])
    return _Point(cells, at, index, inner, normal, plane, view, pixel, widest, backfacing)


def _to_object(vector: Expr) -> Expr:
    """A direction in the world as one in the object's own space, which is scaled."""
    node = new_node(vector.tree, "ShaderNodeVectorTransform")
    node.vector_type = "VECTOR"
    node.convert_from, node.convert_to = "WORLD", "OBJECT"
    vector.tree.links.new(vector.socket, node.inputs[0])
    return Expr(vector.tree, node.outputs[0], vector=True)


def _coverage(point: _Point, far: bool) -> Expr:
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


def _surface(
    tree: bpy.types.NodeTree,
    point: _Point,
    given: _Given,
    role: Expr,
    image: bpy.types.Image | None,
    theme: Theme,
    wide: bool,
) -> bpy.types.NodeSocket:
    cell = point.index if given.first is None else point.index + given.first
    flat = cell.dot(given.strides)
    tile, of_tile, number = (point, cell, flat) if given.pool is None else _pool(point, cell, given.strides, given.pool)
    melted = tile.widest.times_plus(3.2, -1.1).clamp()
    checker = (of_tile.dot((0.5, 0.5, 0.5)).fraction() - 0.25) * (1.0 - melted)
    tone = point.normal.dot((0.62, 1.0, 1.34)) * checker.times_plus(0.36, 1.0)
    empty, body = _bodies(theme, role, given.highlight)
    surface = emission(tree, empty, tone)
    if image is not None:
        value, gain = _value(given, number, image)
        dot = mix(body, *_dot(tile, value * gain, role, theme, 1.0 - melted))
        cross = mix(body, *_cross(tile, theme, 1.0 - melted))
        values = blend(tree, emission(tree, dot, tone), emission(tree, cross, tone), value < LOWEST)
        known = given.known or _known(given, flat)
        surface = blend(tree, surface, values, known)
    surface = blend(tree, surface, emission(tree, linear(theme.line)), _lines(point, given.first, wide) * 0.4)
    if given.focus is None:
        return surface
    outside, line = _focus(tree, point, cell, given.focus)
    surface = blend(tree, surface, emission(tree, linear(theme.ground)), outside * 0.7)
    return blend(tree, surface, emission(tree, linear(theme.colors["ink"])), line)


def _known(given: _Given, flat: Expr) -> Expr:
    """1 where cell ``flat`` is one of the first, or in the stretch further on; between the two while it comes up."""
    assert given.reveal is not None
    front, after, before = flat.times_plus((-1, 1, -1), given.reveal).split()
    return front.maximum(after.minimum(before)).clamp()


def _bodies(theme: Theme, role: Expr, highlight: Expr | None) -> tuple[Expr, Expr]:
    """Colours of a cell that is empty, and of the body around a dot."""
    if highlight is None:
        slab = [(1 - theme.slab_tint) * color for color in linear(theme.slab)]
        return role.scaled(theme.empty), role.times_plus((theme.slab_tint,) * 3, slab)
    glow = highlight * 0.6
    empty = role.scaled(glow.times_plus(1 - theme.empty, theme.empty))
    return empty, mix(linear(theme.slab), role, glow.times_plus(1 - theme.slab_tint, theme.slab_tint))


def _pool(point: _Point, cell: Expr, strides: Expr, share: Expr) -> tuple[_Point, Expr, Expr]:
    """The point seen in pools in place of cells, which pool it is in, and that pool's number in the picture.

    All of it is exact: ``share`` is the reciprocal of a power of two. A table of n columns has ceil(n · share)
    pools in a row, and its strides are 0, 1 and n.
    """
    place = cell.scaled(share)
    pool = place.floor()
    inner = (place - pool + (point.at - point.index).scaled(share) - 0.5) * point.plane
    tile = replace(point, inner=inner, pixel=point.pixel.scaled(share), widest=point.widest * share)
    steps = strides.scaled(share)
    return tile, pool, pool.dot(0.0 - (0.0 - steps).floor())


def _value(given: _Given, flat: Expr, image: bpy.types.Image) -> tuple[Expr, Expr]:
    """The number in the tensor's cell, or pool, ``flat``, and the grid's gain.

    Exact for any whole ``flat`` that 32 bits can hold, as the picture's width is a power of two; half a
    pixel is added where no digits are lost.
    """
    tree = flat.tree
    width, height = WIDTH, image.size[1]
    column, row, gain = given.atlas.split()
    place = (column + flat) * (1.0 / width)
    down = place.floor()
    texture = new_node(tree, "ShaderNodeTexImage")
    texture.image = image
    texture.interpolation = "Closest"
    v = (row + down).times_plus(1.0 / height, 0.5 / height)
    across = place - down
    tree.links.new(combine(tree, across + 0.5 / width, v).socket, texture.inputs["Vector"])
    channels = Expr(tree, texture.outputs["Color"], vector=True).split()
    if lanes(image) == 1:
        return channels[0], gain
    lane = across.times_plus(width / LANES, 0.5 / LANES).fraction()  # 1/8, 3/8, 5/8, 7/8
    value = mix(channels[0], channels[1], lane > 1 / 4)
    value = mix(value, channels[2], lane > 1 / 2)
    return mix(value, Expr(tree, texture.outputs["Alpha"]), lane > 3 / 4), gain


def _dot(point: _Point, value: Expr, role: Expr, theme: Theme, shown: Expr) -> tuple[Expr, Expr]:
    """Colour and coverage of the cell's dot."""
    radius = point.inner.length()
    soft = (point.inner * point.pixel).length() / radius.maximum(0.01)
    covered = ((DOT - radius) / soft + 0.5).clamp()
    positive = mix(linear(theme.zero), role, (value * 1.0).clamp())
    return mix(positive, linear(theme.negative), (value * -1.0).clamp()), covered * shown


def _cross(point: _Point, theme: Theme, shown: Expr) -> tuple[tuple[float, float, float], Expr]:
    """Colour and coverage of the small cross that a forbidden cell has in place of a dot."""
    x, y, z = abs(point.inner).split()
    longest = x.maximum(y).maximum(z)
    off = longest * 2.0 - (x + y + z)  # from the nearer diagonal, times √2
    stroke = ((0.075 - off) / (point.widest * 1.4) + 0.5).clamp()
    inside = ((0.24 - longest) / point.widest + 0.5).clamp()
    return linear(theme.line), stroke * inside * shown * 0.75


def _lines(point: _Point, first: Expr | None, wide: bool) -> Expr:
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


def _focus(tree: bpy.types.NodeTree, point: _Point, cell: Expr, focus: Expr) -> tuple[Expr, Expr]:
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

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

from dataclasses import dataclass

import bpy

from .. import compat
from ..ours import own
from ..values.pooling import LOWEST
from .cell_drawing import bodies, coverage, draw_cross, draw_dot, draw_focus, draw_lines, draw_value
from .cell_numbers import DOT, DOT_UP, Numbers, draw_number, ink_on, nearness, upright
from .cell_point import Given, Point, find_point, find_pool, find_value, of_mesh, of_object, share_known, sharpened
from .nodes import Expr, arrange, attribute, blend, emission, mix
from .theme import Theme, linear


@dataclass(frozen=True)
class Pictures:
    """What materials show: the ``atlas`` of all values, and how their ``numbers`` are written."""

    atlas: bpy.types.Image
    numbers: Numbers


def cell_material(
    pictures: Pictures | None,
    theme: Theme,
    wide: bool = False,
    thin: bool = False,
    merged: bool = False,
    sliced: bool = False,
) -> bpy.types.Material:
    """Build the material that shows the values in ``pictures`` in the colours of ``theme``.

    Without them it is for outlines: all cells are empty, and a point's attribute ``role`` tells their colour.

    ``wide`` is for grids of more than 256 cells along an axis: from afar they get coarser lines and smooth edges.
    ``thin`` is for grids of which the atlas holds pools: a pool is drawn as one large cell, with
    one dot, while lines, focus and what is computed stay true to the cells.
    ``merged`` is for meshes of many grids that do nothing but fade, by ``merged.merged_mesh``;
    ``sliced`` for a grid of which the atlas holds some rows exactly, by ``grids.sliced_cube``.
    """
    material = own(bpy.data.materials.new("llmviz merged cells" if merged else "llmviz cells"), "cells")
    tree = compat.node_tree(material)
    tree.nodes.clear()
    compat.set_blended(material, False)
    compat.light_nothing(material)
    given = of_mesh(tree, thin) if merged else of_object(tree, thin)
    point = find_point(tree, given)
    if sliced:
        given = sharpened(tree, given, point)
    info = tree.nodes.new("ShaderNodeObjectInfo")
    role = Expr(tree, info.outputs["Color"], vector=True) if pictures else attribute(tree, "GEOMETRY", "role", "Color")
    opacity = Expr(tree, info.outputs["Alpha"])
    surface = _surface(point, given, role, pictures, theme, wide)
    clear = tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0]
    surface = blend(tree, clear, surface, coverage(point, far=wide or pictures is None) * opacity)
    surface = blend(tree, surface, clear, point.backfacing)
    tree.links.new(surface, tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    arrange(tree)
    return material


def _surface(
    point: Point, given: Given, role: Expr, pictures: Pictures | None, theme: Theme, wide: bool
) -> bpy.types.NodeSocket:
    tree = point.at.tree
    cell = point.index if given.first is None else point.index + given.first
    flat = cell.dot(given.strides)
    tile, of_tile, number = (
        (point, cell, flat) if given.pool is None else find_pool(point, cell, given.strides, given.pool)
    )
    melted = tile.widest.times_plus(3.2, -1.1).clamp()
    checker = (of_tile.dot((0.5, 0.5, 0.5)).fraction() - 0.25) * (1.0 - melted)
    tone = point.normal.dot((0.62, 1.0, 1.34)) * checker.times_plus(0.36, 1.0)
    empty, body = bodies(theme, role, given.highlight)
    surface = emission(tree, empty, tone)
    if pictures is not None:
        value, gain = find_value(given, number, pictures.atlas)
        colored = draw_value(value * gain, role, theme)
        dot = emission(tree, mix(body, colored, draw_dot(tile, tile.inner) * (1.0 - melted)), tone)
        dot = _written(dot, point, given, value, (body, colored, tone), pictures.numbers, theme)
        cross = mix(body, *draw_cross(tile, theme, 1.0 - melted))
        values = blend(tree, dot, emission(tree, cross, tone), value < LOWEST)
        known = given.known or share_known(given, flat)
        surface = blend(tree, surface, values, known)
    surface = blend(tree, surface, emission(tree, linear(theme.line)), draw_lines(point, given.first, wide) * 0.4)
    if given.focus is None:
        return surface
    outside, line = draw_focus(tree, point, cell, given.focus)
    surface = blend(tree, surface, emission(tree, linear(theme.ground)), outside * 0.7)
    return blend(tree, surface, emission(tree, linear(theme.colors["ink"])), line)


def _written(
    far: bpy.types.NodeSocket,
    point: Point,
    given: Given,
    value: Expr,
    colors: tuple[Expr, Expr, Expr],
    numbers: Numbers,
    theme: Theme,
) -> bpy.types.NodeSocket:
    """``far`` from afar; where cells are wide enough, and no pools, a smaller dot with the number below it.

    ``colors`` are the cell's body, its dot, and the light of the face.
    """
    tree, (body, colored, tone) = value.tree, colors
    right, up = upright(numbers, point, scaled=given.known is None)
    dot = draw_dot(point, point.inner - up.scaled(DOT_UP), DOT)
    near = emission(tree, mix(body, colored, dot), tone)
    ink = emission(tree, linear(ink_on(theme)))
    near = blend(tree, near, ink, draw_number(numbers, point, value, right, up))
    share = nearness(point)
    return blend(tree, far, near, share if given.pool is None else share * (given.pool > 0.75))

"""The material of grids: finds the cell under the shading point and draws it.

What differs between grids comes from the object: its colour is the role's positive hue, its colour's alpha
the opacity, its pass index the role's number, and eight custom properties tell the rest, whose names begin with
``llmviz_`` (see ``told_by_objects``). Eight is the most that EEVEE reads per material in 4.5, which is why three of
them share ``emphasis``.

==========  =====  =====================================================================
property    size   meaning
==========  =====  =====================================================================
cells       3      cells along x, y, z of this object
first       3      the grid's cell that this object's first one is (0 but for fragments)
strides     4      step in the tensor's flat index per cell along x, y, z; where it is seen from afar, see ``Place``
atlas       4      column and row of the first value, gain, one over the side of its pools
reveal      3      how many cells from the first on show their value; and of a stretch of cells further on
                   that show theirs too, one minus the first, and one past the last
emphasis    3      highlight, focus, and by how much more than 1 the gain is multiplied
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
strides     face    color   as above, plus a half
atlas       face    color   column, row, gain, and the side of the pools plus a half
known       face    float   1 where the box has values, 0 where it has none
==========  ======  ======  ============================================================

and from their object which share of these is shown, ``llmviz_known``, and the highlight, ``llmviz_lit``.

Of a grid that is kept as pools but for some rows, ``atlas`` is on the mesh too: it counts from near, where
cells can be told apart, and the object's from afar, so that from there all of the grid looks alike.

EEVEE interpolates even what is the same all over a face, which leaves it off by its last bits. So what must
be whole has a half added, and is cut.

Colours are mixed as closures where that lets Cycles skip a branch: a cell that is not computed yet
never looks up its value, a face that is turned away is left at once. Every node costs about a
hundredth of a microsecond per pixel, so a hundred more would double the time of a frame.

Everything is antialiased here, from the size of a pixel at the shading point: letters, lines, and the
boxes' own silhouettes, which turn transparent over their last pixel. One sample per pixel then gives
a clean picture, which is what makes a film affordable without a GPU. EEVEE has an output of its own: it has no
transparency without noise, so there silhouettes are sharp, and what fades does so into the ground.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy

from ...layout.gains import LOWEST
from .. import compat
from ..ours import own
from .cell_drawing import (
    coverage,
    draw_cross,
    draw_focus,
    draw_gaps,
    draw_lines,
    draw_outline,
    value_colors,
    zero_color,
)
from .cell_numbers import Numbers, draw_number, ink_on, nearness, upright
from .cell_point import (
    DOTTED_PIXELS,
    TILE_PIXELS,
    Given,
    Point,
    begun,
    find_point,
    find_pool,
    of_mesh,
    of_object,
    pooled,
    seen_from_afar,
    share_known,
    sharpened,
    values,
)
from .matter import EDGED, Matter
from .nodes import Expr, arrange, attribute, blend, emission, mix, new_node, use
from .theme import Theme, linear


@dataclass(frozen=True)
class Pictures:
    """What materials show: the ``values``, by a group that looks them up, and how their ``numbers`` are written."""

    values: bpy.types.NodeTree
    numbers: Numbers

    @classmethod
    def of(cls, atlas: bpy.types.Image, letters: bpy.types.Image) -> Pictures:
        """What all materials share, of the picture of all values and that by ``numerals.numerals``."""
        return cls(values(atlas), Numbers.of(letters))


TONES, GLASS_TONES = (0.8, 1.0, 1.14), (0.97, 1.0, 1.02)
"""Light of faces that look to the side, to the front or back, and up, of cells and of glass."""
LIT, LIT_FAR, LIT_GAPS, LIT_LINES = 0.35, 0.07, 0.25, 0.8
"""Share of its role's hue in what is highlighted and lit, in cells too small to be told apart, in gaps between cells,
and in outlines: the light is around grids, so that cells keep their colours and empty ones stay empty."""
OUTLINED = 0.7
"""That in outlines, which have no values to tell apart."""
GONE = 0.12
"""Opacity below which EEVEE shows nothing: above, it fades into the ground, as its transparency is noise."""
BETWEEN = 0.6
"""Share of the ground in the gaps between cells."""
RULED_GLASS = 0.45
"""Light of the lines between empty cells where things are lit, as a share of that of their outline."""
CROSSED = 0.4
"""Light of the cross of what is forbidden where things are lit: as much as that of a small value."""
LEAST_HUE = 0.35
"""What has the hue of the smallest values that are seen from afar, which are as dark as they are small."""
LARGER = 1.3
"""By how much larger cells are that show their numbers where things are lit."""
KNOWN = "known"
"""Label of the node that tells whether a cell shows its value."""


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
    one colour, while lines, focus and what is computed stay true to the cells.
    ``merged`` is for meshes of many grids of which no cell is taken in hand, by ``merged.merged_mesh``;
    ``sliced`` for a grid of which the atlas holds some rows exactly, by ``grids.sliced_cube``.
    """
    material = own(bpy.data.materials.new("llmviz merged cells" if merged else "llmviz cells"), "cells")
    tree = compat.node_tree(material)
    tree.nodes.clear()
    compat.set_blended(material, False)
    material.use_backface_culling = True
    compat.light_nothing(material)
    given = of_mesh(tree, thin) if merged else of_object(tree, thin)
    point = find_point(given)
    if sliced:
        given = sharpened(tree, given, point)
    info = tree.nodes.new("ShaderNodeObjectInfo")
    role = Expr(tree, info.outputs["Color"], vector=True) if pictures else attribute(tree, "GEOMETRY", "role", "Color")
    number, opacity = Expr(tree, info.outputs["Object Index"]), Expr(tree, info.outputs["Alpha"])
    matter = Matter.of(theme.lit, point, role, given) if theme.lit else None
    colors = value_colors(theme) if pictures else None
    draw = _Drawing(point, given, role, number, colors, theme, wide, matter)
    surface = draw.surface(pictures) if pictures else draw.outline()
    clear = tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0]
    shown = opacity if matter else coverage(point, far=wide or pictures is None) * opacity
    covered = blend(tree, clear, surface, shown)
    covered = blend(tree, covered, clear, point.backfacing)
    faded = blend(tree, emission(tree, linear(theme.ground)), surface, opacity)
    _put_out(tree, covered, "CYCLES")
    _put_out(tree, blend(tree, clear, faded, opacity > GONE), "EEVEE")
    arrange(tree)
    return material


def _put_out(tree: bpy.types.NodeTree, surface: bpy.types.NodeSocket, engine: str) -> None:
    """Show ``surface`` in one engine: what is half transparent is noise in EEVEE, which smooths edges by itself."""
    output = new_node(tree, "ShaderNodeOutputMaterial")
    output.target = engine
    tree.links.new(surface, output.inputs["Surface"])


@dataclass(frozen=True)
class _Drawing:
    """What a material shows at a point."""

    point: Point
    given: Given
    role: Expr  # its positive hue
    number: Expr  # which role it is
    colors: bpy.types.NodeTree | None  # by ``value_colors``, where there are values
    theme: Theme
    wide: bool
    matter: Matter | None  # where things are lit

    def outline(self) -> bpy.types.NodeSocket:
        """A box without values, in the colour of its role; from near its cells can be told apart."""
        tree, ground = self.role.tree, linear(self.theme.ground)
        if self.matter:
            return self.matter.slab(self.matter.body(draw_gaps(self.point), self._ruled(huge=True)))
        hue = zero_color(self.role, self.theme, OUTLINED)
        surface = self._shone(mix(hue, ground, draw_gaps(self.point) * BETWEEN))
        return blend(tree, surface, emission(tree, linear(self.theme.cells.line)), self._ruled(huge=True))

    def surface(self, pictures: Pictures) -> bpy.types.NodeSocket:
        """Cells with values, those that are not computed yet as glass."""
        tree, point, given, colors = self.role.tree, self.point, self.given, self.theme.cells
        cell = point.index if given.first is None else point.index + given.first
        flat = cell.dot(given.strides)
        tile, place = (point, flat) if given.pool is None else find_pool(point, cell, given.strides, given.pool)
        gaps = draw_gaps(tile)
        known = share_known(given, flat)
        known.socket.node.label = KNOWN
        value, gain = use(pictures.values, given.atlas, place)
        gain = gain if given.gained is None else gain * (given.gained + 1.0)  # nothing is left of it where that is 0
        near = self._values(value, gain, tile, gaps, pictures.numbers)
        least = DOTTED_PIXELS if self.matter else TILE_PIXELS
        mean, pools = seen_from_afar(cell, given, point, pictures.values, least)
        far = self._far(mean * gain, cell, pools)
        shown = blend(tree, near, far, tile.widest.times_plus(8.0, -3.6).clamp())
        surface = blend(tree, self._glass(gaps), shown, known)
        line = mix(linear(colors.glass_line), linear(colors.line), known)
        surface = blend(tree, surface, emission(tree, line), self._ruled())
        if given.focus is None:
            return surface
        outside, line = draw_focus(point, cell, given.focus)
        surface = blend(tree, surface, emission(tree, linear(self.theme.ground)), outside * 0.7)
        return blend(tree, surface, emission(tree, linear(self.theme.colors["ink"])), line)

    def _far(self, mean: Expr, cell: Expr, pools: Expr) -> bpy.types.NodeSocket:
        """Cells too small to be seen, in the colour of the mean of a pool; along each axis one is ``pools`` of it."""
        if self.matter:
            size = abs(mean).clamp() ** self.theme.cells.growth
            pool = pooled(self.point, cell, pools)
            color = self._color(abs(mean).maximum(LEAST_HUE) * mean.sign())
            return self.matter.slab(self.matter.dot(color, size, pool, few=True))
        return self._shone(self._lit(self._color(mean), LIT_FAR))

    def _shone(self, color: Expr) -> bpy.types.NodeSocket:
        """What shows no single cells."""
        return emission(self.role.tree, color, self.point.normal.dot(TONES))

    def _glass(self, gaps: Expr) -> bpy.types.NodeSocket:
        """A faint outline and faint lines between cells."""
        colors = self.theme.cells
        outline = draw_outline(self.point)
        if self.matter:
            is_begun = begun(self.given)
            edge = self.matter.edge(is_begun)
            lines = (outline * self.matter.near(is_begun)).maximum(gaps * RULED_GLASS).maximum(edge * EDGED)
            glow = mix((0.0, 0.0, 0.0), linear(colors.glass_line), lines)
            return self.matter.glass(lines, self._lit(glow, LIT * lines), edge)
        lines = gaps.maximum(outline)
        glass = mix(linear(colors.glass), linear(colors.glass_line), lines)
        glass = self._lit(glass, (outline * LIT_LINES).maximum(gaps * LIT_GAPS))
        return emission(self.role.tree, glass, self.point.normal.dot(GLASS_TONES))

    def _values(self, value: Expr, gain: Expr, tile: Point, gaps: Expr, numbers: Numbers) -> bpy.types.NodeSocket:
        """What is computed: a colour; near enough the number too, and a cross for what is forbidden."""
        tree, tone, ground = self.role.tree, self.point.normal.dot(TONES), linear(self.theme.ground)
        colored = self._color(value * gain)
        if self.matter:
            return self._lit_values(self.matter, colored, value, gain, tile, numbers)
        small = tile.widest.times_plus(LIT_FAR * 4.5, -LIT_FAR * 0.5).minimum(LIT_FAR).maximum(0.0)
        lines = (draw_outline(self.point) * LIT_LINES).maximum(gaps * LIT_GAPS).maximum(small)
        cell = self._lit(mix(colored, ground, gaps * BETWEEN), lines)
        shown = blend(tree, emission(tree, cell, tone), *self._written(cell.scaled(tone), colored, value, numbers))
        zero = self._lit(mix(zero_color(self.role, self.theme), ground, gaps * BETWEEN), lines)
        crossed = mix(zero, linear(self.theme.text["muted"]), draw_cross(tile))
        return blend(tree, shown, emission(tree, crossed, tone), value < LOWEST)

    def _lit_values(
        self, matter: Matter, color: Expr, value: Expr, gain: Expr, tile: Point, numbers: Numbers
    ) -> bpy.types.NodeSocket:
        """What is computed, as dots on a slab; near enough as tiles with numbers."""
        tree = self.role.tree
        size = abs(value * gain).clamp() ** self.theme.cells.growth
        deep = matter.tile(color, size, tile)
        near, share = self._written(deep, deep, value, numbers)
        near = blend(tree, matter.slab((0.0, 0.0, 0.0)), near, matter.plate(tile))
        shown = blend(tree, matter.slab(matter.dot(color, size, tile)), near, share)
        crossed = mix((0.0, 0.0, 0.0), linear(self.theme.text["muted"]), draw_cross(tile) * CROSSED)
        return blend(tree, shown, matter.slab(crossed), value < LOWEST)

    def _written(self, cell: Expr, color: Expr, value: Expr, numbers: Numbers) -> tuple[bpy.types.NodeSocket, Expr]:
        """A ``cell`` with its number, and 1 where it is wide enough for that, and no pool.

        It is one surface, not two that are mixed: of those Cycles would work out both where nothing of them is seen.
        """
        point, given = self.point, self.given
        scaled = given.known is None
        right, up = upright(numbers, point, scaled)
        ink, is_dark = ink_on(color, self.theme)
        covered = draw_number(numbers, point, value, right, up, scaled)
        covered = covered * (is_dark * (1.0 - covered) + 1.0)  # as in ``flat_material``
        near = emission(self.role.tree, mix(cell, ink, covered))
        if self.matter:  # a denoiser blurs what is smaller
            point = replace(point, widest=point.widest * LARGER)
        share = nearness(point)
        return near, share if given.pool is None else share * (given.pool > 0.75)

    def _color(self, share: Expr) -> Expr:
        assert self.colors is not None
        (color,) = use(self.colors, share, self.role, self.number)
        return color

    def _lit(self, color: Expr, share: Expr | float) -> Expr:
        """Where that is highlighted, with a ``share`` of its role's hue."""
        return color if self.given.highlight is None else mix(color, self.role, self.given.highlight * share)

    def _ruled(self, huge: bool = False) -> Expr:
        return draw_lines(self.point, self.given.first, self.wide, huge) * 0.5

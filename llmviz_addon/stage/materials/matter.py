"""What cells look like in a lit theme: dark slabs with dots that glow on them, and glass where nothing is known yet.

Grids are unit cubes that are scaled, so no edge of theirs can be bevelled in the mesh. The normal is bent in the
shader instead, from how far the nearest edges are: in both engines that catches a rim light as a round edge does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import bpy

from .cell_point import DOWN, Given, Point, pooled
from .nodes import BLUR, FOCUS, SPOT, Expr, attribute, blend, grouped, mix, new_node
from .theme import RGB, Lit, linear

ROUND = 2.2
"""Pixels that a round edge is wide at least, lest it flicker."""
GROOVE = 0.05
"""Half the width of the groove between two cells, in cells."""
DULL = 0.2
"""How much the stuff under the coat mirrors, 0.5 as plastics do: a soft box in it would be fog before what glows."""
COATED = 0.38
"""Roughness of the coat: rough enough that a soft box mirrored in it has no edge, lest it hide what glows."""
DEEP = 0.3
"""How far normals lean into a groove."""
SMALL, LARGE, BETWEEN, RULES = 0.4, 0.02, 0.6, 0.2
"""Light of bodies without values of few pixels, and of many; what is lost between cells; and light of lines on them."""
SPACED, ALIKE, WITHIN = 6.0, 0.5, 0.75
"""Pixels from one dot to the next where no values are told, at most twice that; their light, and how large they are."""
OUT = 0.35
"""Light of the dot of 0, as a share of its colour's."""
DISTANT = 11.0, -1.9
"""Cells per pixel to 0 where dots are round and 1 where they are few pixels wide: a factor, and what is added."""
FEW, POOLED = 1.7, 2.4
"""Light of the largest there, and of pools, as a share of what it has from near; the smaller are darker for it."""
ASIDE, ABOVE = 0.1, 0.16
"""Light of the thin sides of a slab, as a share of its role's, and of those above: so one sees how thick it is."""
POINTED, FACED = 1.2, 0.05
"""How much brighter dots are that are pointed out, and the light of the slab under them, as a share of its role's."""
STEPS_BACK = 0.8
"""How much darker what is not pointed out is where something is."""
FAINTEST = 0.3
"""Light of the smallest of values that are seen from afar, as a share of its colour's."""
MELTED, SPILL = 1.2, 0.35
"""How much softer dots are there, and how much more of their light falls around them."""
REACH = 0.72
"""How far from the middle of a cell its dot's light on the slab ends, in cells: at its corners."""
TILE, CORNER = 0.44, 0.12
"""Half the side of the tile that a number stands on, and the radius of its corners, in cells."""
DEEPER, RIM = 2.7, 0.9
"""How much deeper than its hue the tile of the largest number is, so that digits are read; more light at its rim."""
LINE, THIN, WHOLE = 2.3, 0.1, 40.0
"""Pixels that the lit edge of a slab is wide, and as what share of the slab at most; and how many pixels of it, to both
sides together, it takes for all of that light."""
COOL, WARM = (0.5, 0.68, 0.95), (0.5, 0.33, 0.19)
"""Light of edges to the left and of the upper ones, and of those to the right."""
SINKS, LEAVES = 0.85, 0.85
"""Share of that which is lost from a slab's head to its foot, and from its left to its right."""
GLINT, SHEEN, SLANTED, BROAD = (0.15, 0.18, 0.24), 0.45, 0.3, 0.24
"""Light that a pane mirrors; how far down from its head at its left end, by how much higher at its right, and how far
to both sides, as shares of its height."""
THICK = 0.6
"""Light of a pane's edges, as a share of what slabs' have."""
DIMS, DARKEST = 2.2, 0.75
"""How soon what is behind the focus is darker, by how far it is from there, and how much darker at most."""
EDGED, FAINT, BESIDE = 0.9, 0.25, 0.75
"""Of how bright a glass's lines are, how bright its edge is where one looks along it; and the share of that from afar,
where edges are all that is seen of small boxes; and what is lost of this beside what is known of the same grid."""


@dataclass(frozen=True)
class Matter:
    """Surfaces at a point."""

    lit: Lit
    point: Point
    role: Expr
    normal: bpy.types.NodeSocket
    seen: Expr  # what is left of its light
    pointed: Expr  # how much it is pointed out

    @classmethod
    def of(cls, lit: Lit, point: Point, role: Expr, given: Given) -> Matter:
        """Those of a grid; one that is not merged is a unit cube that its object makes as large as its cells."""
        scaled = given.known is None
        highlight = given.highlight
        assert highlight is not None
        pointed = highlight if given.focus is None else highlight.maximum(given.focus)
        (bent,) = grouped(
            "llmviz bevel", partial(_bevel, bevel=lit.slab.bevel, scaled=scaled),
            At=point.at, Cells=point.cells, Inner=point.inner, Pixel=point.pixel, Widest=point.widest,
        )  # fmt: skip
        to_world = new_node(role.tree, "ShaderNodeVectorTransform")
        to_world.vector_type = "NORMAL"
        to_world.convert_from, to_world.convert_to = "OBJECT", "WORLD"
        role.tree.links.new(bent.socket, to_world.inputs[0])
        depth = Expr(role.tree, role.tree.nodes.new("ShaderNodeCameraData").outputs["View Z Depth"])
        (seen,) = grouped("llmviz falloff", _falloff, Depth=depth, Pointed=pointed)
        return cls(lit, point, role, to_world.outputs[0], seen, highlight)

    def slab(self, glow: Expr | RGB) -> bpy.types.NodeSocket:
        """Coated stuff, of which ``glow`` shines."""
        tree, slab = self.role.tree, self.lit.slab
        glow = (self.rim() + glow + self.role.scaled(self.sides())).scaled(self.seen)
        node = new_node(tree, "ShaderNodeBsdfPrincipled")
        base = self.role.times_plus((slab.tint,) * 3, [(1 - slab.tint) * light for light in linear(slab.color)])
        tree.links.new(base.socket, node.inputs["Base Color"])
        node.inputs["Roughness"].default_value = slab.roughness
        node.inputs["Specular IOR Level"].default_value = DULL
        node.inputs["Coat Weight"].default_value = slab.coat
        node.inputs["Coat Roughness"].default_value = COATED
        tree.links.new(self.normal, node.inputs["Normal"])
        tree.links.new(self.normal, node.inputs["Coat Normal"])
        tree.links.new(glow.socket, node.inputs["Emission Color"])
        node.inputs["Emission Strength"].default_value = 1.0
        return node.outputs[0]

    def rim(self) -> Expr:
        """Light of the lines along a slab's edges, which catch the key: cool from the upper left, warm at the right."""
        point = self.point
        (light,) = grouped(
            "llmviz rim", _rim,
            At=point.at, Cells=point.cells, Pixels=point.pixels, Plane=point.plane,
        )  # fmt: skip
        return light

    def dot(self, color: Expr, size: Expr, tile: Point, few: bool = False) -> Expr:
        """Light of a dot in the middle of a ``tile``, of a value of this ``size`` from 0 to 1; ``few`` are bright.

        What is exactly 0, as what may not be looked at, has none.
        """
        dots = self.lit.dots
        radius = size.times_plus(dots.size * dots.spread, dots.size * (1 - dots.spread))
        off = tile.inner.length()
        far = self.distant(tile)
        soft = tile.widest * far.times_plus(MELTED, 1.0)
        covered = ((radius - off) / soft + 0.5).clamp() * size.times_plus(1.0 - OUT, OUT)
        around = off.times_plus(-1.0 / REACH, 1.0).clamp()
        light = (around * around * size).times_plus(far.times_plus(SPILL, dots.halo), covered)
        strong = (size * POOLED).maximum(FAINTEST) if few else far.times_plus(size * FEW - 1.0, 1.0)
        strong = strong * self.pointed.times_plus(POINTED, 1.0)
        return color.scaled(light * strong * self.front() * (size > 0.0) * dots.strength)

    def front(self) -> Expr:
        """Share of a dot's light: none on the sides of what is one cell deep, where they would be seen twice."""
        _, front, _ = self.point.normal.split()
        _, deep, _ = self.point.cells.split()
        return front.maximum(deep > 1.5)

    def sides(self) -> Expr:
        """Light of a slab's own: along its thickness, and where it is pointed out all over."""
        _, _, above = self.point.normal.split()
        aside = above.times_plus(ABOVE - ASIDE, ASIDE) * (1.0 - self.front())
        return self.pointed.times_plus(FACED, aside)

    def distant(self, tile: Point) -> Expr:
        """0 where cells are seen as dots, 1 where they are but a glow."""
        return tile.widest.times_plus(*DISTANT).clamp()

    def plate(self, tile: Point) -> Expr:
        """Coverage of the tile that a number stands on, which no lamp lights, so that it can be read."""
        corner = (abs(tile.inner) - (TILE - CORNER)).maximum((0, 0, 0)).length()
        return ((CORNER - corner) / tile.widest + 0.5).clamp()

    def tile(self, color: Expr, size: Expr, tile: Point) -> Expr:
        """Light of the tile that a number of a ``size`` from 0 to 1 stands on: deep, and glowing along its rim."""
        corner = (abs(tile.inner) - (TILE - CORNER)).maximum((0, 0, 0)).length() * (1 / CORNER)
        return color.scaled((corner * corner).times_plus(RIM, 1.0 / size.times_plus(DEEPER, 1.0)))

    def body(self, gaps: Expr, lines: Expr) -> Expr:
        """Light of a slab of which no values are told, the larger it is seen the darker, and of the lines on it."""
        whole = (self.point.cells * self.point.pixels * self.point.plane).dot((1 / WHOLE,) * 3).clamp()
        _, _, down = (self.point.at / self.point.cells).split()
        light = whole.times_plus(LARGE - SMALL, SMALL) * down.times_plus(-SINKS / 2, 1.0)
        return self.role.scaled(light * (1.0 - gaps * BETWEEN) + lines * whole * RULES + self.crowd() * whole)

    def crowd(self) -> Expr:
        """Light of dots, all alike, each for as many cells as are a few pixels wide: values that are not told."""
        level = (self.point.widest * SPACED).log10() * math.log2(10)
        coarse = level.floor().maximum(0.0)
        finer, coarser = (self._alike(1.0 / 2.0 ** (coarse + more)) for more in (0.0, 1.0))
        return mix(finer, coarser, (level - coarse).times_plus(8.0, -3.5).clamp()) * level.clamp() * ALIKE

    def _alike(self, share: Expr) -> Expr:
        """Coverage of a dot in each pool, of which one over the side in cells is the ``share``."""
        tile = pooled(self.point, self.point.index, share)
        return ((self.lit.dots.size * WITHIN - tile.inner.length()) / tile.widest + 0.5).clamp() * self.front()

    def edge(self, is_begun: Expr) -> Expr:
        """How far one looks along the surface, 0 to 1: there glass mirrors and is seen."""
        tree = self.role.tree
        incoming = Expr(tree, tree.nodes.new("ShaderNodeNewGeometry").outputs["Incoming"], vector=True)
        along = 1.0 - abs(incoming.dot(Expr(tree, self.normal, vector=True)))
        return along.clamp() ** 3.0 * self.near(is_begun)

    def near(self, is_begun: Expr) -> Expr:
        """How bright lines and edges of glass are, for how large its cells are seen; beside slabs as dark as these."""
        least = is_begun.times_plus(-FAINT * BESIDE, FAINT)
        return mix(least, 1.0, self.point.widest.times_plus(-1.6, 1.3).clamp())

    def sheen(self) -> Expr:
        """The broad soft light that a pane mirrors across its front."""
        across, _, down = (self.point.at / self.point.cells).split()
        _, front, _ = self.point.normal.split()
        band = (1.0 - abs(down - across.times_plus(-SLANTED, SHEEN)) * (1 / BROAD)).clamp()
        return mix((0.0, 0.0, 0.0), GLINT, band * band * front)

    def glass(self, lines: Expr, glow: Expr, edge: Expr) -> bpy.types.NodeSocket:
        """Dark and half clear but for ``lines`` and its ``edge``, and what of it shines."""
        tree, glass = self.role.tree, self.lit.glass
        node = new_node(tree, "ShaderNodeBsdfPrincipled")
        node.inputs["Base Color"].default_value = (*linear(glass.color), 1.0)
        node.inputs["Roughness"].default_value = glass.roughness
        node.inputs["Specular IOR Level"].default_value = 0.3
        tree.links.new(self.normal, node.inputs["Normal"])
        glow = (glow + self.sheen() + self.rim().scaled(THICK)).scaled(self.seen)
        tree.links.new(glow.socket, node.inputs["Emission Color"])
        node.inputs["Emission Strength"].default_value = 1.0
        clear = tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0]
        return blend(tree, node.outputs[0], clear, (1.0 - lines.maximum(edge)) * glass.clear)


def _falloff(tree: bpy.types.NodeTree, depth: Expr, pointed: Expr) -> dict[str, Expr]:
    """What is left of the light of what lies behind the focus of the film's camera, or is not what is pointed out."""
    focus, blur, spot = (attribute(tree, "VIEW_LAYER", name) for name in (FOCUS, BLUR, SPOT))
    behind = (1.0 - focus / depth).clamp() * (blur > 0.0)
    beside = (1.0 - pointed).clamp() * spot
    return {"Seen": (1.0 - (behind * DIMS).minimum(DARKEST)) * beside.times_plus(-STEPS_BACK, 1.0)}


def _rim(tree: bpy.types.NodeTree, at: Expr, cells: Expr, pixels: Expr, plane: Expr) -> dict[str, Expr]:
    """The light along the edges of a box, as wide on every face and from everywhere."""
    extent = cells * pixels
    wide = extent.scaled(THIN).minimum((LINE,) * 3)
    low = ((wide - at * pixels) * plane).maximum((0, 0, 0)).minimum((1, 1, 1))
    high = ((wide - (cells - at) * pixels) * plane).maximum((0, 0, 0)).minimum((1, 1, 1))
    left, _, top = low.split()
    right, _, _ = high.split()
    across, _, down = (at / cells).split()
    whole = (extent * plane).dot((1 / WHOLE,) * 3).clamp()
    sinks = down.times_plus(-SINKS, 1.0) * whole
    cool = left.maximum(top) * across.times_plus(-LEAVES, 1.0) * sinks
    warm = right * sinks
    return {"Rim": mix((0.0, 0.0, 0.0), COOL, cool) + mix((0.0, 0.0, 0.0), WARM, warm)}


def _bevel(
    tree: bpy.types.NodeTree,
    at: Expr,
    cells: Expr,
    inner: Expr,
    pixel: Expr,
    widest: Expr,
    bevel: float,
    scaled: bool,
) -> dict[str, Expr]:
    """The normal, in the object's own space, of a box with round edges and grooves between its cells."""
    half = cells * 0.5
    off = at - half
    radius = (pixel * ROUND).maximum((bevel,) * 3).minimum(half * 0.9)
    out = ((abs(off) - half) / radius + 1.0).maximum((0, 0, 0)) * off.sign() * (radius.minimum((bevel,) * 3) / radius)
    groove = ((abs(inner) - 0.5) * (1 / GROOVE) + 1.0).maximum((0, 0, 0)) * inner.sign()
    seen = widest.times_plus(-40.0, 1.9).clamp() * DEEP
    down = (out + groove.scaled(seen)) * DOWN
    return {"Normal": down * cells if scaled else down}

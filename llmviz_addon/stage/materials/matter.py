"""What cells look like in a lit theme: dark slabs with dots that glow on them, and glass where nothing is known yet.

Grids are unit cubes that are scaled, so no edge of theirs can be bevelled in the mesh. The normal is bent in the
shader instead, from how far the nearest edges are: in both engines that catches a rim light as a round edge does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import bpy

from .cell_point import DOWN, Point
from .nodes import Expr, blend, grouped, new_node
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
FILLED = 0.95
"""Of how bright a dot is, how bright all of a cell is that is too small for a dot."""
OUT = 0.35
"""Light of the dot of 0, as a share of its colour's."""
REACH = 0.72
"""How far from the middle of a cell its dot's light on the slab ends, in cells: at its corners."""
TILE, CORNER = 0.44, 0.12
"""Half the side of the tile that a number stands on, and the radius of its corners, in cells."""
DEEPER, RIM = 2.7, 0.9
"""How much deeper than its hue the tile of the largest number is, so that digits are read; more light at its rim."""
EDGED, FAINT = 0.9, 0.25
"""Of how bright a glass's lines are, how bright its edge is where one looks along it; and the share of that from afar,
where edges are all that is seen of small boxes."""


@dataclass(frozen=True)
class Matter:
    """Surfaces at a point."""

    lit: Lit
    point: Point
    role: Expr
    normal: bpy.types.NodeSocket

    @classmethod
    def of(cls, lit: Lit, point: Point, role: Expr, scaled: bool) -> Matter:
        """Those of a grid; a ``scaled`` one is a unit cube that its object's scale makes as large as its cells."""
        (bent,) = grouped(
            "llmviz bevel", partial(_bevel, bevel=lit.slab.bevel, scaled=scaled),
            At=point.at, Cells=point.cells, Inner=point.inner, Pixel=point.pixel, Widest=point.widest,
        )  # fmt: skip
        to_world = new_node(role.tree, "ShaderNodeVectorTransform")
        to_world.vector_type = "NORMAL"
        to_world.convert_from, to_world.convert_to = "OBJECT", "WORLD"
        role.tree.links.new(bent.socket, to_world.inputs[0])
        return cls(lit, point, role, to_world.outputs[0])

    def slab(self, glow: Expr | RGB) -> bpy.types.NodeSocket:
        """Coated stuff, of which ``glow`` shines."""
        tree, slab = self.role.tree, self.lit.slab
        node = new_node(tree, "ShaderNodeBsdfPrincipled")
        base = self.role.times_plus((slab.tint,) * 3, [(1 - slab.tint) * light for light in linear(slab.color)])
        tree.links.new(base.socket, node.inputs["Base Color"])
        node.inputs["Roughness"].default_value = slab.roughness
        node.inputs["Specular IOR Level"].default_value = DULL
        node.inputs["Coat Weight"].default_value = slab.coat
        node.inputs["Coat Roughness"].default_value = COATED
        tree.links.new(self.normal, node.inputs["Normal"])
        tree.links.new(self.normal, node.inputs["Coat Normal"])
        if isinstance(glow, Expr):
            tree.links.new(glow.socket, node.inputs["Emission Color"])
        else:
            node.inputs["Emission Color"].default_value = (*glow, 1.0)
        node.inputs["Emission Strength"].default_value = 1.0
        return node.outputs[0]

    def dot(self, color: Expr, size: Expr, tile: Point) -> Expr:
        """Light of a dot in the middle of a ``tile``, of a value of this ``size`` from 0 to 1."""
        dots = self.lit.dots
        radius = size.times_plus(dots.size * dots.spread, dots.size * (1 - dots.spread))
        off = tile.inner.length()
        covered = ((radius - off) / tile.widest + 0.5).clamp() * size.times_plus(1.0 - OUT, OUT)
        around = off.times_plus(-1.0 / REACH, 1.0).clamp()
        return color.scaled((around * around * size).times_plus(dots.halo, covered) * dots.strength)

    def plate(self, tile: Point) -> Expr:
        """Coverage of the tile that a number stands on, which no lamp lights, so that it can be read."""
        corner = (abs(tile.inner) - (TILE - CORNER)).maximum((0, 0, 0)).length()
        return ((CORNER - corner) / tile.widest + 0.5).clamp()

    def tile(self, color: Expr, size: Expr, tile: Point) -> Expr:
        """Light of the tile that a number of a ``size`` from 0 to 1 stands on: deep, and glowing along its rim."""
        corner = (abs(tile.inner) - (TILE - CORNER)).maximum((0, 0, 0)).length() * (1 / CORNER)
        return color.scaled((corner * corner).times_plus(RIM, 1.0 / size.times_plus(DEEPER, 1.0)))

    def mist(self, color: Expr) -> Expr:
        """Light of cells that are too small for dots: as there, the less of it the smaller they are."""
        dots = self.lit.dots
        return color.scaled(color.length() * dots.strength * FILLED * 3.14 * (dots.size * (1 - dots.spread / 2)) ** 2)

    def edge(self) -> Expr:
        """How far one looks along the surface, 0 to 1: there glass mirrors and is seen."""
        tree = self.role.tree
        incoming = Expr(tree, tree.nodes.new("ShaderNodeNewGeometry").outputs["Incoming"], vector=True)
        along = 1.0 - abs(incoming.dot(Expr(tree, self.normal, vector=True)))
        return along.clamp() ** 3.0 * self.near()

    def near(self) -> Expr:
        """How bright lines and edges of glass are, for how large its cells are seen."""
        return self.point.widest.times_plus(-1.6, 1.3).clamp().times_plus(1 - FAINT, FAINT)

    def glass(self, lines: Expr, glow: Expr, edge: Expr) -> bpy.types.NodeSocket:
        """Dark and half clear but for ``lines`` and its ``edge``, and what of it shines."""
        tree, glass = self.role.tree, self.lit.glass
        node = new_node(tree, "ShaderNodeBsdfPrincipled")
        node.inputs["Base Color"].default_value = (*linear(glass.color), 1.0)
        node.inputs["Roughness"].default_value = glass.roughness
        node.inputs["Specular IOR Level"].default_value = 0.3
        tree.links.new(self.normal, node.inputs["Normal"])
        tree.links.new(glow.socket, node.inputs["Emission Color"])
        node.inputs["Emission Strength"].default_value = 1.0
        clear = tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0]
        return blend(tree, node.outputs[0], clear, (1.0 - lines.maximum(edge)) * glass.clear)


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
    seen = widest.times_plus(-18.0, 1.6).clamp() * DEEP
    down = (out + groove.scaled(seen)) * DOWN
    return {"Normal": down * cells if scaled else down}

"""The one material of everything flat: drawings, letters, ribbons.

Meshes bring ``ink`` (linear colour and alpha, per point) and ``edge`` (the way from a shape's outline
to a point outside it, as a vector, so that its length is right however the drawing is scaled).
Objects bring their opacity as the alpha of their colour, and the property ``reach``: the size in
metres of a pixel at which they begin to fade. In a lit theme what is written is told to the lens, which leaves it
sharp; ribbons are of the set, and have the pass index 1. What has a body there, such as a bar, a band or a tile, has
``lean`` on its points: which way its surface leans, in the drawing's plane, and how bright its face is. It is shaded by
that as if a lamp stood over it at the left: a real one would light it the less the larger the set is that it hangs
before. The darker a face is, the more its edges glow.
What may hang down has ``below``, its ink where its object is stretched by a number below 0.
"""

from __future__ import annotations

import bpy

from ...layout.grid import CELL
from .. import compat
from ..ours import own
from .nodes import Expr, arrange, attribute, blend, emission, mix, new_node, pixel_size
from .theme import Theme

INK, EDGE, LEAN, BELOW, REACH = "ink", "edge", "lean", "below", "reach"
WRITTEN = "written"
"""Pass of a lit theme that tells where drawings and letters are, from 0 to 1."""
SOLID = 0.2
"""What hides less of what is behind it is not there for the lens: less than ribbons, and than what is sharp so."""
GLOW = 0.85
"""Light of a body's face, where 1 is as bright as its colour."""
OVER = (-0.6, 0.8, 0.0)
"""Where the light comes from, in a drawing's plane."""
SHADE, TURNED = 0.9, 0.4
"""How much lighter a body's edge is towards that, and how much darker where it turns away from the viewer."""
GLINT, GLINTS, NARROW = 1.2, 0.62, 3.2
"""Light of the line along which a round edge mirrors the lamp, how far it leans there, and how narrow that is."""
HOT, TOWARDS, RISES = 2.4, 0.8, 2.4
"""Light of the edges of what is dark inside, how much more where they face the lamp, and by how much lighter than
at its foot a bar is at its head, where its value is."""


COOL, WARM = (0.8, 1.0, 1.2), (1.2, 1.0, 0.75)
"""Hue of edges that face the lamp, and of those that look away from it."""
CARRIES = 0.45
"""How much less light ribbons have than what stands: they tell where numbers go, and are none."""
WIRY, HUSHED = (2.0, -0.3), 0.6
"""Cells per pixel to 0 where an arrow is a tube and 1 where it is a wire, a factor and what is added; and how much of
the light of all bodies is gone there."""


def flat_material(theme: Theme) -> bpy.types.Material:
    """Build the material.

    Edges are blended in linear light, where half a pixel of light ink on a dark ground looks like three
    quarters, and the reverse; squaring the coverage, or what is missing of it, makes it look like half.
    """
    material = own(bpy.data.materials.new("llmviz flat"), "flat")
    tree = compat.node_tree(material)
    tree.nodes.clear()
    compat.set_blended(material, True)
    compat.light_nothing(material)
    pixel = pixel_size(tree)
    ink = new_node(tree, "ShaderNodeAttribute")
    ink.attribute_type = "GEOMETRY"
    ink.attribute_name = INK
    info = tree.nodes.new("ShaderNodeObjectInfo")
    away = new_node(tree, "ShaderNodeVectorTransform")
    away.vector_type = "VECTOR"
    away.convert_from, away.convert_to = "OBJECT", "WORLD"
    tree.links.new(attribute(tree, "GEOMETRY", EDGE, "Vector").socket, away.inputs[0])
    covered = (1.0 - Expr(tree, away.outputs[0], vector=True).length() / pixel).clamp()
    covered = covered * covered if theme.is_dark else covered * (2.0 - covered)
    near = (attribute(tree, "OBJECT", REACH) / pixel).times_plus(4.0, -3.0).clamp()
    solid = covered * near * Expr(tree, ink.outputs["Alpha"])
    alpha = solid * Expr(tree, info.outputs["Alpha"])
    clear = tree.nodes.new("ShaderNodeBsdfTransparent").outputs[0]
    if theme.lit:  # what is written is there for the viewer alone: what has a body is mirrored, and from afar shades
        path = tree.nodes.new("ShaderNodeLightPath")
        rays = (Expr(tree, path.outputs[f"Is {kind} Ray"]) for kind in ("Camera", "Glossy", "Shadow"))
        seen, mirrored, shadow = rays
        _, _, face = attribute(tree, "GEOMETRY", LEAN, "Vector").split()
        far = (pixel * (1 / CELL)).times_plus(*WIRY).clamp()
        alpha = alpha * seen.maximum(mirrored.maximum(shadow * far) * (face > 0.0))
        told = new_node(tree, "ShaderNodeOutputAOV")
        told.aov_name = WRITTEN
        written = alpha * (solid > SOLID) * (1.0 - Expr(tree, info.outputs["Object Index"]))
        tree.links.new(written.socket, told.inputs["Value"])
    below = attribute(tree, "GEOMETRY", BELOW, "Color")
    is_bar = below.length() > 0.0  # what brings no colour has the alpha 1
    color = _signed(Expr(tree, ink.outputs["Color"], vector=True), below, is_bar)
    if theme.lit:
        color = _shaded(color, is_bar, far, Expr(tree, info.outputs["Object Index"]))
    surface = blend(tree, clear, emission(tree, color), alpha)
    tree.links.new(surface, tree.nodes.new("ShaderNodeOutputMaterial").inputs["Surface"])
    arrange(tree)
    return material


def _signed(color: Expr, below: Expr, is_bar: Expr) -> Expr:
    """The colour of a bar below 0 where it hangs down, and of all else as it is."""
    _, up, _ = attribute(color.tree, "OBJECT", "scale", "Vector").split()
    return mix(color, below, (up < 0.0) * is_bar)


def _shaded(color: Expr, is_bar: Expr, far: Expr, carries: Expr) -> Expr:
    """The colour of what has a body as it is lit, less from ``far`` and of what ``carries``; all else is as it is."""
    tree = color.tree
    lean = attribute(tree, "GEOMETRY", LEAN, "Vector")
    _, _, face = lean.split()
    flat = lean * (1.0, 1.0, 0.0)
    toward, steep = flat.dot(OVER), flat.dot(flat)
    shade = (toward * SHADE).times_plus(1.0, 1.0) - steep * TURNED
    glint = (1.0 - abs(toward - GLINTS) * NARROW).clamp()
    _, up, _ = Expr(tree, tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"], vector=True).split()
    dark = 1.0 - face
    inside = (up * up * is_bar).times_plus(RISES, 1.0) * face
    edge = steep * steep * dark * toward.times_plus(TOWARDS, 1.0) * HOT
    light = (shade + glint * glint * GLINT) * GLOW * inside
    tint = mix(WARM, COOL, toward.times_plus(0.5, 0.5))
    lit = (color.scaled(light) + (color * tint).scaled(edge)).scaled(
        far.times_plus(-HUSHED, 1.0) * carries.times_plus(-CARRIES, 1.0)
    )
    return mix(color, lit, face > 0.0)

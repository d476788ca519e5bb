"""The one material of everything flat: drawings, letters, ribbons.

Meshes bring ``ink`` (linear colour and alpha, per point) and ``edge`` (how far a point lies outside
its outline). Objects bring their opacity as the alpha of their colour, and the property ``pen``:
metres per unit of the drawing, and the size in metres under which it fades when that is one pixel.
"""

from __future__ import annotations

import bpy

from . import compat
from .cell_material import arrange, finish, pixel_size
from .nodes import Expr, attribute
from .ours import own

INK, EDGE, PEN = "ink", "edge", "pen"


def flat_material() -> bpy.types.Material:
    """Build the material."""
    material = own(bpy.data.materials.new("llmviz flat"), "flat")
    tree = compat.node_tree(material)
    tree.nodes.clear()
    compat.set_blended(material, False)
    pixel = pixel_size(tree)
    unit, reach, _ = attribute(tree, "OBJECT", PEN, "Vector").split()
    ink = tree.nodes.new("ShaderNodeAttribute")
    ink.attribute_type = "GEOMETRY"
    ink.attribute_name = INK
    info = tree.nodes.new("ShaderNodeObjectInfo")
    covered = (1.0 - attribute(tree, "GEOMETRY", EDGE) * unit / pixel).clamp()
    near = ((reach / pixel) * 4.0 - 3.0).clamp()
    alpha = covered * near * Expr(tree, ink.outputs["Alpha"]) * Expr(tree, info.outputs["Alpha"])
    emission = tree.nodes.new("ShaderNodeEmission")
    tree.links.new(ink.outputs["Color"], emission.inputs["Color"])
    finish(tree, emission.outputs[0], alpha)
    arrange(tree)
    return material

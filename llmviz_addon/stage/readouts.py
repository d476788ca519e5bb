"""Numbers that change: digits that Geometry Nodes set from a keyed input.

A modifier of the drawing's own object adds the digits to its mesh, so they share its material, its
opacity and its place. Rejected: one text object per number and frame, and texts that a handler
rewrites, which would not play in a file without the add-on.
"""

from __future__ import annotations

import bpy

from ..layout.drawing import Readout
from . import compat
from .flat_material import EDGE, INK
from .glyphs import FRINGE, RESOLUTION
from .ours import own
from .theme import Theme, linear

VALUE = "Value"
_ALIGN = {"left": ("LEFT", "Left"), "center": ("CENTER", "Center"), "right": ("RIGHT", "Right")}


class Readouts:
    """Adds readouts to objects; node groups are made when first needed, one per alignment."""

    def __init__(self, material: bpy.types.Material, theme: Theme) -> None:
        self._material = material
        self._theme = theme
        self._groups: dict[str, bpy.types.NodeTree] = {}

    def add(self, obj: bpy.types.Object, readout: Readout, height: float) -> bpy.types.Modifier:
        """Give ``obj`` the digits of ``readout``, ``height`` above its plane."""
        if readout.align not in self._groups:
            self._groups[readout.align] = _group(readout.align, self._material)
        group = self._groups[readout.align]
        modifier = obj.modifiers.new(modifier_name(readout.slot), "NODES")
        modifier.node_group = group
        inputs = {item.name: item.identifier for item in group.interface.items_tree if item.in_out == "INPUT"}
        compat.set_input(modifier, inputs[VALUE], 0.0)
        compat.set_input(modifier, inputs["Decimals"], readout.decimals)
        compat.set_input(modifier, inputs["Size"], float(readout.size))
        compat.set_input(modifier, inputs["Place"], (float(readout.x), float(readout.y), height))
        compat.set_input(modifier, inputs["Ink"], (*linear(self._theme.color(readout.color)), 1.0))
        return modifier


def modifier_name(slot: int) -> str:
    """Name of the modifier that shows the channel ``slot`` of a drawing's value."""
    return f"Readout {slot}"


def value_input(modifier: bpy.types.Modifier) -> str:
    """Identifier of the input that takes the number."""
    items = modifier.node_group.interface.items_tree
    return next(item.identifier for item in items if item.name == VALUE and item.in_out == "INPUT")


def _group(align: str, material: bpy.types.Material) -> bpy.types.NodeTree:
    tree = own(bpy.data.node_groups.new(f"llmviz readout {align}", "GeometryNodeTree"), "readout")
    for name, kind in (
        ("Geometry", "NodeSocketGeometry"),
        (VALUE, "NodeSocketFloat"),
        ("Decimals", "NodeSocketInt"),
        ("Size", "NodeSocketFloat"),
        ("Place", "NodeSocketVector"),
        ("Ink", "NodeSocketColor"),
    ):
        tree.interface.new_socket(name, in_out="INPUT", socket_type=kind)
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    given = tree.nodes.new("NodeGroupInput").outputs
    digits = _digits(tree, given, align)
    fill = tree.nodes.new("GeometryNodeFillCurve")
    tree.links.new(digits, fill.inputs["Curve"])
    inside = _store(tree, fill.outputs[0], EDGE, "FLOAT_VECTOR", (0.0, 0.0, 0.0))
    join = tree.nodes.new("GeometryNodeJoinGeometry")
    tree.links.new(inside, join.inputs[0])
    tree.links.new(_fringe(tree, digits, given["Size"]), join.inputs[0])
    inked = _store(tree, join.outputs[0], INK, "FLOAT_COLOR", given["Ink"])
    place = tree.nodes.new("GeometryNodeTransform")
    tree.links.new(inked, place.inputs["Geometry"])
    tree.links.new(given["Place"], place.inputs["Translation"])
    paint = tree.nodes.new("GeometryNodeSetMaterial")
    paint.inputs["Material"].default_value = material
    tree.links.new(place.outputs[0], paint.inputs["Geometry"])
    result = tree.nodes.new("GeometryNodeJoinGeometry")
    tree.links.new(paint.outputs[0], result.inputs[0])
    tree.links.new(given["Geometry"], result.inputs[0])  # the last linked comes first, and names the active colours
    tree.links.new(result.outputs[0], tree.nodes.new("NodeGroupOutput").inputs[0])
    return tree


def _digits(tree: bpy.types.NodeTree, given: bpy.types.NodeOutputs, align: str) -> bpy.types.NodeSocket:
    """The number as curves, in real geometry."""
    text = tree.nodes.new("FunctionNodeValueToString")
    tree.links.new(_without_minus_zero(tree, given), text.inputs["Value"])
    tree.links.new(given["Decimals"], text.inputs["Decimals"])
    curves = tree.nodes.new("GeometryNodeStringToCurves")
    compat.set_choice(curves, "align_x", "Align X", *_ALIGN[align])
    tree.links.new(text.outputs[0], curves.inputs["String"])
    tree.links.new(given["Size"], curves.inputs["Size"])
    coarse = tree.nodes.new("GeometryNodeSetSplineResolution")
    coarse.inputs["Resolution"].default_value = RESOLUTION
    tree.links.new(curves.outputs["Curve Instances"], coarse.inputs[0])
    real = tree.nodes.new("GeometryNodeRealizeInstances")
    tree.links.new(coarse.outputs[0], real.inputs[0])
    return real.outputs[0]


def _without_minus_zero(tree: bpy.types.NodeTree, given: bpy.types.NodeOutputs) -> bpy.types.NodeSocket:
    """The value, but 0 where rounding would leave "-0.00"."""

    def math(operation: str, *operands: bpy.types.NodeSocket | float) -> bpy.types.NodeSocket:
        node = tree.nodes.new("ShaderNodeMath")
        node.operation = operation
        for operand, socket in zip(operands, node.inputs, strict=False):
            if isinstance(operand, float):
                socket.default_value = operand
            else:
                tree.links.new(operand, socket)
        return node.outputs[0]

    least = math("MULTIPLY", math("POWER", 0.1, given["Decimals"]), 0.5)
    return math("MULTIPLY", given[VALUE], math("GREATER_THAN", math("ABSOLUTE", given[VALUE]), least))


def _fringe(tree: bpy.types.NodeTree, curves: bpy.types.NodeSocket, size: bpy.types.NodeSocket) -> bpy.types.NodeSocket:
    """The band around the outlines that lets them fade out over a pixel: a short profile swept along them."""
    width = tree.nodes.new("ShaderNodeMath")
    width.operation = "MULTIPLY"
    width.inputs[1].default_value = FRINGE
    tree.links.new(size, width.inputs[0])
    end = tree.nodes.new("ShaderNodeCombineXYZ")
    tree.links.new(width.outputs[0], end.inputs[0])
    profile = tree.nodes.new("GeometryNodeCurvePrimitiveLine")
    tree.links.new(end.outputs[0], profile.inputs["End"])
    along = tree.nodes.new("GeometryNodeSplineParameter")
    away = tree.nodes.new("ShaderNodeVectorMath")
    away.operation = "SCALE"
    tree.links.new(end.outputs[0], away.inputs[0])
    tree.links.new(along.outputs["Factor"], away.inputs["Scale"])
    measured = _store(tree, profile.outputs[0], EDGE, "FLOAT_VECTOR", away.outputs[0])
    upright = tree.nodes.new("GeometryNodeSetCurveNormal")
    compat.set_choice(upright, "mode", "Mode", "Z_UP", "Z Up")
    tree.links.new(curves, upright.inputs["Curve"])
    band = tree.nodes.new("GeometryNodeCurveToMesh")
    tree.links.new(upright.outputs[0], band.inputs["Curve"])
    tree.links.new(measured, band.inputs["Profile Curve"])
    return band.outputs[0]


def _store(
    tree: bpy.types.NodeTree,
    geometry: bpy.types.NodeSocket,
    name: str,
    kind: str,
    value: bpy.types.NodeSocket | tuple[float, ...],
) -> bpy.types.NodeSocket:
    node = tree.nodes.new("GeometryNodeStoreNamedAttribute")
    node.data_type = kind
    node.domain = "POINT"
    node.inputs["Name"].default_value = name
    tree.links.new(geometry, node.inputs["Geometry"])
    socket = next(s for s in node.inputs if s.name == "Value" and s.enabled)
    if isinstance(value, tuple):
        socket.default_value = value
    else:
        tree.links.new(value, socket)
    return node.outputs[0]

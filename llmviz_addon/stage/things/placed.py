"""Instances where the points of a mesh say: each moved, turned and stretched as they have it."""

from __future__ import annotations

import bpy

from ..materials.nodes import named, new_node
from ..ours import own

TURN, SIZE = "turn", "size"
"""Attributes of points: how turned what stands there is, and how large; it is not turned where there is none."""


def put(
    tree: bpy.types.NodeTree,
    points: bpy.types.NodeSocket,
    instances: bpy.types.NodeSocket,
    which: bpy.types.NodeSocket,
) -> bpy.types.NodeSocket:
    """Nodes that put of ``instances`` the one ``which`` on each of the points."""
    node = new_node(tree, "GeometryNodeInstanceOnPoints")
    node.inputs["Pick Instance"].default_value = True
    tree.links.new(points, node.inputs["Points"])
    tree.links.new(instances, node.inputs["Instance"])
    tree.links.new(which, node.inputs["Instance Index"])
    tree.links.new(named(tree, TURN, "FLOAT_VECTOR"), node.inputs["Rotation"])
    tree.links.new(named(tree, SIZE, "FLOAT_VECTOR"), node.inputs["Scale"])
    return node.outputs[0]


def through(name: str, what: str) -> tuple[bpy.types.NodeTree, bpy.types.NodeSocket]:
    """A new tree of Geometry Nodes that turns a geometry into another one, and what it is given."""
    tree = own(bpy.data.node_groups.new(name, "GeometryNodeTree"), what)
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    return tree, tree.nodes.new("NodeGroupInput").outputs[0]


def store(
    tree: bpy.types.NodeTree, geometry: bpy.types.NodeSocket, name: str, kind: str, value: bpy.types.NodeSocket
) -> bpy.types.NodeSocket:
    """Nodes that write an attribute of points."""
    node = new_node(tree, "GeometryNodeStoreNamedAttribute")
    node.data_type = kind
    node.domain = "POINT"
    node.inputs["Name"].default_value = name
    tree.links.new(geometry, node.inputs["Geometry"])
    socket = next(s for s in node.inputs if s.name == "Value" and s.enabled)
    tree.links.new(value, socket)
    return node.outputs[0]

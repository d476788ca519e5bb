"""Drawings that repeat, as one object of instances.

Of the 8,000 labels of a model with 200 layers 300 differ. With the letters of each written out they are nine
million points, which take gigabytes to render; so a mesh holds what differs once, and a modifier puts it wherever
a loose point of that mesh says. The picture is the same, and a file plays without the add-on.
"""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np
from mathutils import Matrix

from .. import compat
from ..materials.nodes import named, new_node
from ..ours import own

WHICH, PLACE, TURN, SIZE = "which", "place", "turn", "size"
"""Attributes of points: which drawing it is of, whether it says where that one stands, how turned, how large."""


def write_places(mesh: bpy.types.Mesh, counts: Sequence[int], which: Sequence[int], poses: np.ndarray) -> None:
    """Let the last ``len(poses)`` points of ``mesh`` say where its drawings stand, for ``Repeats.add``.

    Before these points it holds ``counts`` points of each drawing; drawing ``which`` (n,) stands at ``poses``
    (n, 4, 4), each of which moves, turns and sizes.
    """
    library = sum(counts)
    turns, sizes = np.zeros((2, library + len(poses), 3))
    for number, pose in enumerate(poses, start=library):
        _, turn, size = Matrix(pose.tolist()).decompose()
        turns[number], sizes[number] = turn.to_euler("XYZ")[:], size[:]
    numbers = np.concatenate([np.repeat(np.arange(len(counts)), counts), which])
    compat.write_attribute(mesh, WHICH, "INT", "POINT", numbers)
    compat.write_attribute(mesh, PLACE, "BOOLEAN", "POINT", np.arange(len(numbers)) >= library)
    compat.write_attribute(mesh, TURN, "FLOAT_VECTOR", "POINT", turns)
    compat.write_attribute(mesh, SIZE, "FLOAT_VECTOR", "POINT", sizes)


class Repeats:
    """Adds the modifier to objects; its node group is made when first needed."""

    def __init__(self) -> None:
        self._group: bpy.types.NodeTree | None = None

    def add(self, obj: bpy.types.Object) -> None:
        """Let ``obj``, whose mesh has places, show its drawings there."""
        if self._group is None:
            self._group = _group()
        compat.nodes_modifier(obj, "Repeats", self._group)


def _group() -> bpy.types.NodeTree:
    tree = own(bpy.data.node_groups.new("llmviz repeats", "GeometryNodeTree"), "repeats")
    tree.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    apart = tree.nodes.new("GeometryNodeSeparateGeometry")
    tree.links.new(tree.nodes.new("NodeGroupInput").outputs[0], apart.inputs["Geometry"])
    tree.links.new(named(tree, PLACE, "BOOLEAN"), apart.inputs["Selection"])
    drawings = tree.nodes.new("GeometryNodeSplitToInstances")
    tree.links.new(apart.outputs["Inverted"], drawings.inputs["Geometry"])
    tree.links.new(named(tree, WHICH, "INT"), drawings.inputs["Group ID"])
    put = new_node(tree, "GeometryNodeInstanceOnPoints")
    put.inputs["Pick Instance"].default_value = True
    tree.links.new(apart.outputs["Selection"], put.inputs["Points"])
    tree.links.new(drawings.outputs["Instances"], put.inputs["Instance"])
    tree.links.new(named(tree, WHICH, "INT"), put.inputs["Instance Index"])
    tree.links.new(named(tree, TURN, "FLOAT_VECTOR"), put.inputs["Rotation"])
    tree.links.new(named(tree, SIZE, "FLOAT_VECTOR"), put.inputs["Scale"])
    tree.links.new(put.outputs[0], tree.nodes.new("NodeGroupOutput").inputs[0])
    return tree

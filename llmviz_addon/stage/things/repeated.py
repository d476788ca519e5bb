"""Drawings that repeat, as one object of instances.

Of the 8,000 labels of a model with 200 layers 300 differ. With the letters of each written out they are nine
million points, which take gigabytes to render; so a mesh holds what differs once, and a modifier puts it wherever
a loose point of that mesh says. The picture is the same, and a file plays without the add-on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from .. import compat
from ..materials.nodes import named
from .placed import SIZE, TURN, put, through

WHICH, PLACE = "which", "place"
"""Attributes of points: which drawing it is of, and whether it says where that one stands."""


def write_places(
    mesh: bpy.types.Mesh, drawn: Sequence[int], which: Sequence[int], letters: Sequence[int], poses: np.ndarray
) -> None:
    """Let some points of ``mesh`` say where its drawings stand, for ``Repeats.add``.

    Its points are those of drawings, by the numbers of which as ``drawn``, then these: drawing ``which`` (n,) stands
    at ``poses`` (n, 4, 4), each of which moves, turns and sizes; and last the ``letters`` of drawings.
    """
    first, last = len(drawn), len(drawn) + len(poses)
    numbers = np.array([*drawn, *which, *letters], dtype=np.int32)
    turns, sizes = (_written(mesh, name, len(numbers)) for name in (TURN, SIZE))
    for number, pose in enumerate(poses, start=first):
        _, turn, size = Matrix(pose.tolist()).decompose()
        turns[number], sizes[number] = turn.to_euler("XYZ")[:], size[:]
    places = np.zeros(len(numbers), dtype=bool)
    places[first:last] = True
    compat.write_attribute(mesh, WHICH, "INT", "POINT", numbers)
    compat.write_attribute(mesh, PLACE, "BOOLEAN", "POINT", places)
    compat.write_attribute(mesh, TURN, "FLOAT_VECTOR", "POINT", turns)
    compat.write_attribute(mesh, SIZE, "FLOAT_VECTOR", "POINT", sizes)


def _written(mesh: bpy.types.Mesh, name: str, count: int) -> np.ndarray:
    """What an attribute of vectors holds, which is taken away; zeros where there is none."""
    attributes: Any = mesh.attributes
    values = np.zeros(count * 3, dtype=np.float32)
    if name in attributes:
        attributes[name].data.foreach_get("vector", values)
        attributes.remove(attributes[name])
    return values.reshape(-1, 3)


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
    tree, given = through("llmviz repeats", "repeats")
    apart = tree.nodes.new("GeometryNodeSeparateGeometry")
    tree.links.new(given, apart.inputs["Geometry"])
    tree.links.new(named(tree, PLACE, "BOOLEAN"), apart.inputs["Selection"])
    drawings = tree.nodes.new("GeometryNodeSplitToInstances")
    tree.links.new(apart.outputs["Inverted"], drawings.inputs["Geometry"])
    which = named(tree, WHICH, "INT")
    tree.links.new(which, drawings.inputs["Group ID"])
    shown = put(tree, apart.outputs["Selection"], drawings.outputs["Instances"], which)
    tree.links.new(shown, tree.nodes.new("NodeGroupOutput").inputs[0])
    return tree

"""Materials without what does nothing for the moment, which Cycles would work out at every pixel all the same.

A sixth of the material of cells is about what is highlighted or in focus, and most grids are neither most of the
time.
"""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ...stage import compat
from ...stage.ours import TAG

EMPHASIS = "emphasis"


class Lean:
    """Lends objects of a scene that nobody will save leaner materials, of the same looks."""

    def __init__(self, objects: Iterable[bpy.types.Object]) -> None:
        self._objects = [obj for obj in objects if obj.get(EMPHASIS) is not None and len(obj.material_slots) == 1]
        self._made: dict[bpy.types.Material, bpy.types.Material] = {}

    def settle(self, first: int, last: int) -> None:
        """Lend them to what is neither highlighted nor in focus at any of the frames ``first`` to ``last``."""
        for obj in self._objects:
            slot = obj.material_slots[0]
            if slot.link == "OBJECT":
                slot.link = "DATA"
            if slot.material is None or slot.material.get(TAG) != "cells" or _emphasised(obj, first, last):
                continue
            material = self._leaner(slot.material)
            slot.link = "OBJECT"
            slot.material = material

    def remove(self) -> None:
        """Take them all back."""
        for obj in self._objects:
            obj.material_slots[0].link = "DATA"
        bpy.data.batch_remove(list(self._made.values()))

    def _leaner(self, material: bpy.types.Material) -> bpy.types.Material:
        if material not in self._made:
            self._made[material] = material.copy()
            _cut(compat.node_tree(self._made[material]))
        return self._made[material]


def _emphasised(obj: bpy.types.Object, first: int, last: int) -> bool:
    curves = {curve.array_index: curve for curve in compat.fcurves(obj) if curve.data_path == f'["{EMPHASIS}"]'}
    for index, value in enumerate(obj[EMPHASIS]):
        values = map(curves[index].evaluate, range(first, last + 1)) if index in curves else [value]
        if any(values):
            return True
    return False


def _cut(tree: bpy.types.NodeTree) -> None:
    """Have zeros in place of what the attribute tells; Cycles then leaves out all that is multiplied with them."""
    for node in [node for node in tree.nodes if getattr(node, "attribute_name", "") == EMPHASIS]:
        for link in [link for output in node.outputs for link in output.links]:
            socket = link.to_socket
            tree.links.remove(link)
            socket.default_value = (0.0,) * 3 if socket.type == "VECTOR" else 0.0

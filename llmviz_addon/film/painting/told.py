"""Materials that are told the picture's settings as plain numbers.

Ours read the lens and the picture's size from the scene, so that they follow whatever a user sets. For Cycles that
means to translate each of them anew whenever scene, camera or world may have changed, which is for every rendering:
two thirds of what a small region takes (16 ms, and 5 without). With numbers in their nodes it translates them once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from ...stage.materials.nodes import SETTINGS, attribute, new_node, trees
from ...stage.ours import TAG

VALUE = "ShaderNodeValue"


class Told:
    """Has materials of a scene that nobody will save hold numbers where they read its settings."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self._scene = scene
        self._values: dict[str, float] = {}
        self._told: list[Any] = []  # nodes that hold a number, labelled with what it is
        self._replaced: list[tuple[Any, Any]] = []  # a tree, and a node in it that holds what another one read

    def settle(self, objects: Iterable[bpy.types.Object]) -> None:
        """See to the materials of ``objects``: new ones, and copies of such as were seen to before.

        To those of their meshes too, where an object shows another one: doubles have these.
        """
        found = {slot.material for obj in objects for slot in obj.material_slots}
        found |= {material for obj in objects for material in getattr(obj.data, "materials", ())}
        materials = [material for material in found if material is not None and material.get(TAG) is not None]
        self._told = []
        for tree in trees(materials):
            for node in [node for node in tree.nodes if _reads(node)]:
                self._replace(tree, node)
            self._told += [node for node in tree.nodes if node.bl_idname == VALUE and node.label in SETTINGS]
        self._values = {}
        self.follow()

    def follow(self) -> None:
        """Tell them of what has changed: a lens may have keys."""
        values = {name: self._setting(name) for name in SETTINGS}
        if values != self._values:
            self._values = values
            for node in self._told:
                if node.outputs[0].default_value != values[node.label]:
                    node.outputs[0].default_value = values[node.label]

    def _setting(self, name: str) -> float:
        """What a setting is; as for a renderer 0 where there is none."""
        try:
            return float(self._scene.path_resolve(name))
        except ValueError:
            return 0.0

    def remove(self) -> None:
        """Have them read the settings again."""
        for tree, holding in self._replaced:
            reading = attribute(tree, "VIEW_LAYER", holding.label)
            _relink(tree, holding, reading.socket)

    def _replace(self, tree: bpy.types.NodeTree, reading: Any) -> None:
        holding = new_node(tree, VALUE)
        holding.label = reading.attribute_name
        _relink(tree, reading, holding.outputs[0])
        self._replaced.append((tree, holding))


def _reads(node: Any) -> bool:
    """Whether a node reads one of the settings."""
    return (
        node.bl_idname == "ShaderNodeAttribute"
        and node.attribute_type == "VIEW_LAYER"
        and node.attribute_name in SETTINGS
    )


def _relink(tree: bpy.types.NodeTree, node: Any, source: bpy.types.NodeSocket) -> None:
    """Put ``source`` in the place of a ``node``, which is removed: one that reads a setting counts though unlinked."""
    for target in [link.to_socket for output in node.outputs for link in output.links]:
        tree.links.new(source, target)
    tree.nodes.remove(node)

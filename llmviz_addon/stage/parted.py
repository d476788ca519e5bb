"""A full copy of a scene of ours is parted from it: what Blender lets the two share, the copy gets for itself.

That is groups of nodes, and what these show: letters, which stand once in the file and are set by a group, would go
from the copy as soon as the film is built again, and a new token would change the copy's values. Pictures and fonts
are shared further on, as nothing changes them.
"""

from __future__ import annotations

from typing import Any

import bpy

from . import compat
from .ours import disown, keys

SHARED = (bpy.types.NodeTree, bpy.types.Object, bpy.types.Mesh)
"""What a full copy of a scene has in common with it, as it is used by way of groups only."""
Copies = dict[bpy.types.ID, Any]


def part(copy: bpy.types.Scene, scene: bpy.types.Scene) -> None:
    """Let ``copy``, a full one of ``scene``, have all that is ours there for itself, but for pictures."""
    theirs = {key: block for block, key in keys(copy).items()}
    copies: Copies = {}
    for block, key in keys(scene).items():
        if theirs.get(key) not in (block, None):
            copies[block] = theirs[key]
        elif isinstance(block, SHARED) and block.library is None:
            copies[block] = own = block.copy()
            disown(own)
    owners = [*copies.values(), copy.world]
    trees = [one if isinstance(one, bpy.types.NodeTree) else getattr(one, "node_tree", None) for one in owners]
    if (finish := compat.compositor(copy)) in copies:
        compat.set_compositor(copy, copies[finish])
    elif finish is not None:  # Blender has copied it, and no list of ours has it
        disown(finish)
    for tree in {*trees, compat.compositor(copy)} - {None}:
        _lead(tree, copies)
    for obj in {*copy.objects, *copies.values()}:
        if isinstance(obj, bpy.types.Object):
            _dress(obj, copies)


def _lead(tree: Any, copies: Copies) -> None:
    """Let the nodes of a tree, and what drives them, lead to copies."""
    for node in tree.nodes:
        if getattr(node, "node_tree", None) in copies:
            node.node_tree = copies[node.node_tree]
        for socket in node.inputs:
            if socket.type == "OBJECT" and socket.default_value in copies:
                socket.default_value = copies[socket.default_value]
    for curve in tree.animation_data.drivers if tree.animation_data is not None else ():
        for target in (target for variable in curve.driver.variables for target in variable.targets):
            if target.id in copies:
                target.id = copies[target.id]


def _dress(obj: bpy.types.Object, copies: Copies) -> None:
    """Let an object be made of copies."""
    if obj.data in copies:
        obj.data = copies[obj.data]
    modifiers: Any = obj.modifiers
    for modifier in modifiers:
        if modifier.type == "NODES" and modifier.node_group in copies:
            modifier.node_group = copies[modifier.node_group]
    materials: Any = obj.data.materials if isinstance(obj.data, bpy.types.Mesh) else ()
    for place, material in enumerate(materials):
        if material in copies:
            materials[place] = copies[material]

"""Meshes as they are seen, when what modifiers make of them is there too."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np


def seen(objects: Iterable[bpy.types.Object]) -> dict[str, np.ndarray]:
    """By name the points (n, 3) that faces of these objects have, hidden ones too; each column in order of size."""
    home = bpy.data.collections.new("seen")
    bpy.context.scene.collection.children.link(home)
    copies = {}
    for obj in list(objects):  # of a scene there are more and more
        if obj.type == "MESH":
            copy = copies[obj.name] = obj.copy()
            copy.animation_data_clear()
            copy.hide_viewport = copy.hide_render = False
            home.objects.link(copy)
    graph = bpy.context.evaluated_depsgraph_get()
    found = {name: _points(copy.evaluated_get(graph).data) for name, copy in copies.items()}
    bpy.data.batch_remove([home, *copies.values()])
    return found


def _points(mesh: bpy.types.Mesh) -> np.ndarray:
    points, corners = np.empty(3 * len(mesh.vertices), np.float32), np.empty(len(mesh.loops), np.int32)
    mesh.vertices.foreach_get("co", points)
    mesh.loops.foreach_get("vertex_index", corners)
    return np.sort(points.reshape(-1, 3)[np.unique(corners)], axis=0)

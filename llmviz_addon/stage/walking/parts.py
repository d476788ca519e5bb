"""Parts of an object of many boxes, shown in its place while the rest is hidden: it is one object for all of them.

A part moves and fades as the whole does, by the same action. It is of ours, so that it is pointed at, and goes with its
stage; it is never rendered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np

from .. import compat
from ..ours import TAG, ours, own, register
from ..pointing.sight import CORNERS, FACES
from ..shown import GRIDS, grids_of
from ..things.grids import FACES as CORNERS_OF_FACES
from .walked import WALKED

SIZES = {"FLOAT": 1, "BOOLEAN": 1, "FLOAT_VECTOR": 3, "FLOAT_COLOR": 4}
FIELDS = {"FLOAT_VECTOR": "vector", "FLOAT_COLOR": "color"}


def show_part(scene: bpy.types.Scene, obj: bpy.types.Object, boxes: Sequence[int]) -> bpy.types.Object:
    """An object of some of the boxes of another, where that is, and as that is."""
    mesh: Any = obj.data
    part = obj.copy()
    part.data = _mesh(mesh, boxes)
    part.name = f"{obj.name} part"
    part[WALKED] = True
    if numbers := grids_of(obj):
        part[GRIDS] = [numbers[box] for box in boxes]
    _collection(scene).objects.link(part)
    held = ours(scene)
    register(scene, held, (*held.blocks, part, part.data))
    return part


def _collection(scene: bpy.types.Scene) -> bpy.types.Collection:
    """Where parts are: a collection that is not rendered, which no key of theirs can change."""
    found = next((one for one in scene.collection.children if one.get(WALKED) is not None), None)
    if found is None:
        found = bpy.data.collections.new("llmviz walk")
        found[WALKED] = True
        found.hide_render = True
        scene.collection.children.link(found)
    return found


def is_part(obj: bpy.types.Object) -> bool:
    """Whether an object is one."""
    return obj.get(WALKED) is not None


def remove_parts(scene: bpy.types.Scene) -> None:
    """Remove them all, and the collection in which they are."""
    parts = [obj for obj in ours(scene).objects if is_part(obj)]
    meshes = [obj.data for obj in parts]
    collections = [one for one in scene.collection.children if one.get(WALKED) is not None and not one.children]
    bpy.data.batch_remove([*parts, *meshes, *(one for one in collections if set(one.objects) <= set(parts))])


def _mesh(mesh: Any, boxes: Sequence[int]) -> bpy.types.Mesh:
    """The mesh of some boxes of another, each of eight corners and six faces."""
    numbers = np.asarray(boxes, dtype=int)
    count = len(mesh.vertices) // CORNERS
    points = np.empty(count * CORNERS * 3, dtype=np.float32)
    mesh.vertices.foreach_get("co", points)
    made = own(bpy.data.meshes.new(f"{mesh.name} part"), str(mesh.get(TAG)))
    for material in mesh.materials:
        made.materials.append(material)
    faces = np.array(CORNERS_OF_FACES) + CORNERS * np.arange(len(numbers))[:, None, None]
    compat.write_faces(made, points.reshape(count, CORNERS, 3)[numbers].reshape(-1, 3), faces.reshape(-1, 4))
    for attribute in mesh.attributes:
        each = {"POINT": CORNERS, "FACE": FACES}.get(attribute.domain)
        if (
            each is None
            or attribute.data_type not in SIZES
            or attribute.name.startswith(".")
            or _is_there(made, attribute)
        ):
            continue
        size, kind = SIZES[attribute.data_type], attribute.data_type
        values = np.empty(count * each * size, dtype=np.bool_ if kind == "BOOLEAN" else np.float32)
        attribute.data.foreach_get(FIELDS.get(kind, "value"), values)
        compat.write_attribute(made, attribute.name, kind, attribute.domain, values.reshape(count, each, size)[numbers])
    if mesh.attributes.active_color_name:
        made.attributes.active_color_name = mesh.attributes.active_color_name
    made.update(calc_edges=True)
    return made


def _is_there(mesh: Any, attribute: Any) -> bool:
    return attribute.name in mesh.attributes

"""Parts of an object of many boxes, shown in its place while the rest is hidden: it is one object for all of them.

A part moves and fades as the whole does, by the same action. It is of ours, so that it is pointed at, and goes with its
stage; it is never rendered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import bpy
import numpy as np

from .. import compat
from ..ours import TAG, ours, own, register
from ..pointing.sight import CORNERS, FACES
from ..shown import GRIDS, grids_of
from ..things.grids import FACES as CORNERS_OF_FACES
from .walked import WALKED, parts_in

SIZES = {"FLOAT": 1, "BOOLEAN": 1, "FLOAT_VECTOR": 3, "FLOAT_COLOR": 4}
FIELDS = {"FLOAT_VECTOR": "vector", "FLOAT_COLOR": "color"}


def show_parts(
    scene: bpy.types.Scene, layer: bpy.types.ViewLayer, wanted: Mapping[bpy.types.Object, Sequence[int]]
) -> bpy.types.Collection | None:
    """For each object one of some of its boxes, where that is, and as that is, in a view layer alone.

    Returns the collection in which they are; None where nothing is wanted.
    """
    if not wanted:
        return None
    collection, held = _collection(scene, layer), ours(scene)
    parts = [_part(obj, boxes) for obj, boxes in wanted.items()]
    for part in parts:
        collection.objects.link(part)
    register(scene, held, (*held.blocks, *parts, *(part.data for part in parts)))
    return collection


def _part(obj: bpy.types.Object, boxes: Sequence[int]) -> Any:
    mesh: Any = obj.data
    part = obj.copy()
    part.data = _mesh(mesh, boxes)
    part.name = f"{obj.name} part"
    part[WALKED] = True
    if numbers := grids_of(obj):
        part[GRIDS] = [numbers[box] for box in boxes]
    return part


def _collection(scene: bpy.types.Scene, layer: bpy.types.ViewLayer) -> bpy.types.Collection:
    """Where parts are: a collection that is not rendered, which no key of theirs can change, nor seen elsewhere."""
    made = bpy.data.collections.new("llmviz walk")
    numbers = [one.get(WALKED) for one in scene.collection.children]
    made[WALKED] = 1 + max((number for number in numbers if isinstance(number, int)), default=0)
    made.hide_render = True
    scene.collection.children.link(made)
    for other in scene.view_layers:
        if other != layer:
            other.layer_collection.children[made.name].exclude = True
    return made


def is_part(obj: bpy.types.Object) -> bool:
    """Whether an object is one."""
    return obj.get(WALKED) is not None


def remove_parts(scene: bpy.types.Scene, layer: bpy.types.ViewLayer) -> None:
    """Remove those of a view layer, and the collection in which they are; one that a copy of it shows, there alone."""
    others = {parts_in(other) for other in scene.view_layers if other != layer}
    there = [one for one in scene.collection.children if one.get(WALKED) is not None]
    wanted = [one for one in there if one == parts_in(layer)] or [one for one in there if one not in others]
    for one in wanted:
        if one in others:
            layer.layer_collection.children[one.name].exclude = True
        else:
            _remove(one)


def _remove(collection: bpy.types.Collection) -> None:
    parts = [obj for obj in collection.objects if is_part(obj)]
    meshes = [obj.data for obj in parts]
    is_empty = not collection.children and len(parts) == len(collection.objects)
    bpy.data.batch_remove([*parts, *meshes, *([collection] if is_empty else [])])


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

"""A scene as a hash: equal if it will look the same, so that a film of it may go on where it stopped.

What the command line renders is known by what it was built from. A scene in the user's hands may hold
anything, so it is read as Blender tells it: every property of every datablock that the scene uses. A
difference that cannot be seen (a node that was moved aside) costs frames that are rendered again; one
that can be seen is never missed where it is a property. What is not, such as a driver or a simulation, makes every
hash a new one.
"""

from __future__ import annotations

import hashlib
from collections import deque
from pathlib import Path
from typing import Any
from uuid import uuid4

import bpy
import numpy as np

from ...stage import compat
from ...stage.following import follows
from ...stage.things.page import go
from ..shown import shown

FRAME = 1
"""Properties are read at this frame, since keyframes change them."""
SKIPPED = frozenset(
    (
        "rna_type",
        "original",
        "preview",
        "asset_data",
        "override_library",
        "library_weak_reference",
        "tag",
        "session_uid",
    )
    + (
        "dimensions",
        "bound_box",
        "matrix_world",
        "matrix_local",
        "matrix_basis",
        "animation_data",
        "id_data",
        "parent_collection",
    )
    + ("view_center", "location_absolute", "llmviz_settings", "is_runtime_data", "ffmpeg", "image_settings")
)
EDITING = ("select", "show_", "active_", "is_active", "hide_viewport")
UNSEEN = (bpy.types.Scene, bpy.types.Screen, bpy.types.WorkSpace, bpy.types.WindowManager, bpy.types.Brush)
OF_SCENE = ("render", "cycles", "eevee", "view_settings", "display_settings", "compositing_node_group", "node_tree")
MESH_FIELDS = {"FLOAT_VECTOR": ("vector", 3), "FLOAT_COLOR": ("color", 4), "BYTE_COLOR": ("color", 4)}
MESH_FIELDS |= {"FLOAT2": ("vector", 2), "QUATERNION": ("value", 4), "INT32_2D": ("value", 2), "INT16_2D": ("value", 2)}
KEY_FIELDS = {"co": 2, "handle_left": 2, "handle_right": 2, "interpolation": 1, "easing": 1}


def signature(scene: bpy.types.Scene) -> str:
    """Hash of all that tells how ``scene`` looks, at any frame; the current frame and what is selected do not count."""
    with shown(scene):
        frame = scene.frame_current
        go(scene, FRAME)
        try:
            return _Reader().scene(scene)
        finally:
            go(scene, frame)


class _Reader:
    """Walks from datablock to datablock and hashes what it reads."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._seen: set[int] = set()
        self._blocks: deque[bpy.types.ID] = deque()

    def scene(self, scene: bpy.types.Scene) -> str:
        """The hash of a scene at its current frame."""
        for name in OF_SCENE:
            self._value(name, getattr(scene, name, None))
        self._value("camera", scene.camera)
        self._value("world", scene.world)
        for marker in scene.timeline_markers:
            if marker.camera is not None:
                self._tell(marker.frame, marker.camera.name)
                self._later(marker.camera)
        for collection in (scene.collection, *scene.collection.children_recursive):
            self._tell(collection.name, collection.hide_render)
        for layer in scene.view_layers:
            self._tell(layer.name, layer.use, layer.material_override)
        for obj in scene.objects:
            self._later(obj)
        if scene.rigidbody_world is not None:
            self._tell(uuid4())
        while self._blocks:
            self._block(self._blocks.popleft())
        return self._digest.hexdigest()

    def _tell(self, *values: object) -> None:
        self._digest.update(repr(values).encode())

    def _later(self, block: bpy.types.ID) -> None:
        if block.as_pointer() not in self._seen and not isinstance(block, UNSEEN):
            self._seen.add(block.as_pointer())
            self._blocks.append(block)

    def _block(self, block: bpy.types.ID) -> None:
        self._tell(compat.rna(block).identifier, block.name)
        for key in block.keys():  # noqa: SIM118 - a datablock is no mapping
            value = block[key]
            if not hasattr(value, "keys"):  # groups are add-ons' properties, which are read below
                self._tell(key, list(value) if hasattr(value, "to_list") else value)
        self._animation(block)
        if isinstance(block, bpy.types.Mesh):
            self._mesh(block)
        elif isinstance(block, bpy.types.Image):
            self._image(block)
        else:
            self._struct(block)

    def _struct(self, struct: bpy.types.bpy_struct) -> None:
        for prop in struct.bl_rna.properties:
            name = prop.identifier
            if name in SKIPPED or name.startswith(EDITING) or getattr(prop, "is_deprecated", False):
                continue
            if prop.type in {"POINTER", "COLLECTION"} or not prop.is_readonly:
                self._value(name, getattr(struct, name, None))

    def _value(self, name: str, value: Any) -> None:
        if isinstance(value, bpy.types.ID):
            self._tell(name, compat.rna(value).identifier, value.name)
            self._block(value) if value.is_embedded_data and value.as_pointer() not in self._seen else self._later(
                value
            )
        elif isinstance(value, bpy.types.NodeLink):
            ends = (value.from_node, value.from_socket, value.to_node, value.to_socket)
            self._tell(name, *(getattr(end, "identifier", end.name) for end in ends))
        elif isinstance(value, bpy.types.bpy_struct):
            if value.as_pointer() not in self._seen:
                self._seen.add(value.as_pointer())
                self._struct(value)
        elif isinstance(value, bpy.types.bpy_prop_collection):
            self._tell(name, len(value))
            for item in value:
                self._value(name, item)
        elif hasattr(value, "__len__") and not isinstance(value, str | bytes | set):
            self._tell(name, [tuple(row) if hasattr(row, "__len__") else row for row in value])
        elif value is not None:
            self._tell(name, sorted(value) if isinstance(value, set) else value)

    def _animation(self, block: bpy.types.ID) -> None:
        data = getattr(block, "animation_data", None)
        if data is None:
            return
        if len(data.nla_tracks) or (len(data.drivers) and not follows(block)):
            self._tell(uuid4())
        for curve in compat.fcurves(block):
            self._tell(curve.data_path, curve.array_index, curve.extrapolation, curve.mute, len(curve.modifiers))
            for field, size in KEY_FIELDS.items():
                self._array(curve.keyframe_points, field, size, np.int32 if size == 1 else np.float32)

    def _array(self, items: bpy.types.bpy_prop_collection, field: str, size: int, kind: type) -> None:
        values: np.ndarray = np.empty(len(items) * size, dtype=kind)
        items.foreach_get(field, values)
        self._digest.update(values.tobytes())

    def _mesh(self, mesh: bpy.types.Mesh) -> None:
        attributes: Any = mesh.attributes
        for attribute in attributes:
            self._tell(attribute.name, attribute.data_type, attribute.domain, len(attribute.data))
            field, size = MESH_FIELDS.get(attribute.data_type, ("value", 1))
            if attribute.data_type in {"STRING", "FLOAT4X4"}:
                continue
            kinds = {"FLOAT": np.float32, "BOOLEAN": np.bool_}
            whole = np.int32 if attribute.data_type.startswith("INT") else np.float32
            self._array(attribute.data, field, size, kinds.get(attribute.data_type, whole))
        self._array(mesh.polygons, "loop_start", 1, np.int32)
        for material in mesh.materials:
            self._value("material", material)

    def _image(self, image: bpy.types.Image) -> None:
        self._tell(image.source, image.colorspace_settings.name, image.alpha_mode, tuple(image.size), image.filepath)
        if image.packed_file is not None:
            self._digest.update(image.packed_file.data)
        path = Path(bpy.path.abspath(image.filepath))
        if image.filepath and path.is_file():
            self._tell(path.stat().st_mtime_ns)

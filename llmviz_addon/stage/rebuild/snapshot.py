"""All that can be set on a data-block, as plain values by their data paths.

What Blender says of its types (their RNA) is walked, so that nothing has to be known here of a kind of thing: what
a type of another version, or a modifier of the user's, has to be set is found as well. Left out is what stands at
its default, what an F-curve sets anew on every frame, what Blender works out from the rest, and what the interface
writes while one only looks: what is selected, active or unfolded. Large arrays are told by a checksum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import compress
from operator import attrgetter, ne
from types import MappingProxyType
from typing import Any, cast

import bpy
import numpy as np

from .. import checksums, compat
from ..checksums import Curves, Keyed, Shapes

ID = bpy.types.ID
FCurve = bpy.types.FCurve
MaterialSlot = bpy.types.MaterialSlot
"""Each look-up in ``bpy.types`` takes as long as the rest of a step of the walk."""

Values = dict[str, Any]
"""Plain values, as JSON has them, by data path; or by one of the names below, which start with a colon."""

KEYS = ":keys "
"""Before the path and index of an F-curve: how many keys it has, and the checksum of them."""
GEOMETRY = ":geometry"

# fmt: off
NO_SETTING = frozenset({
    # what Blender works out
    "rna_type", "original", "library", "library_weak_reference", "override_library", "preview", "asset_data",
    "is_runtime_data", "tag", "id_data", "use_extra_user", "animation_data", "motion_path", "dimensions",
    "matrix_world", "matrix_local", "matrix_basis", "angle", "angle_x", "angle_y", "filepath_raw", "use_nodes",
    "texture_paint_images", "texture_paint_slots", "internal_links", "last_slot_identifier",
    "action_slot", "action_slot_handle", "action_suitable_slots", "is_valid", "auto_smoothing", "sampled_points",
    "texspace_location", "texspace_size", "frame_range", "use_mesh_mirror_x", "use_mesh_mirror_y",
    "use_mesh_mirror_z",
    "action",  # a copy of ours moves things just as ours does; what it does to them is told curve by curve
    # arrays, told by a checksum
    "vertices", "edges", "loops", "polygons", "vertex_normals", "polygon_normals", "corner_normals", "loop_triangles",
    "attributes", "pixels", "loop_triangle_polygons", "uv_layers", "vertex_colors", "color_attributes",
    "skin_vertices", "packed_file", "packed_files", "render_slots", "keyframe_points",
    # what is only looked at
    "active", "active_index", "active_material", "active_material_index", "active_shape_key",
    "active_shape_key_index", "active_input", "active_output", "active_item", "active_selection_set",
    "selection_sets", "select", "select_control_point", "select_left_handle", "select_right_handle", "show_expanded",
    "show_options", "show_preview", "show_texture", "is_active", "is_expanded", "ui_expand",
    "animation_visualization", "uv_layer_clone", "uv_layer_clone_index", "uv_layer_stencil", "uv_layer_stencil_index",
    "mode", "paint_active_slot", "paint_clone_slot", "grease_pencil", "view_center", "execution_time",
    "node_warnings", "is_override_data",
})  # fmt: on
CURVES = frozenset({"layers", "slots", "fcurves", "groups", "id_root", "frame_start", "frame_end", "pose_markers"})
"""Of an action: told with the things that it moves."""
SOCKET = frozenset({"default_value", "hide", "pin_gizmo"})
"""Of a socket, whose other properties follow from its node."""
NUMBERED = frozenset({"inputs", "outputs", "materials", "material_slots"})
"""Collections whose members are known by their place, as their names repeat, or are those of other things."""

FRESH: Mapping[str, Mapping[str, Any]] = {
    "Object": {"track_axis": "POS_Y", "up_axis": "Z", "use_grease_pencil_lights": False, "empty_image_offset": (0, 0)},
    "ObjectLineArt": {"crease_threshold": float(np.float32(math.radians(140)))},
    "AnimData": {"use_nla": True},
    "Modifier": {"show_viewport": True, "show_render": True, "show_in_editmode": True},
    "NodesModifier": {"show_group_selector": True, "show_manage_panel": True, "open_warnings_panel": True},
    "Mesh": {"use_remesh_preserve_volume": True, "use_remesh_preserve_attributes": True},
    "Node": {"width": 140.0, "height": 100.0, "color": (float(np.float32(0.608)),) * 3},
}
"""By type what a new one has, where Blender says that the default is another."""

NameOf = Callable[[ID], str]
Animated = Mapping[str, Container[int]]
"""The indices that F-curves or drivers set, by the path of what they set."""
NOT_ANIMATED: Animated = MappingProxyType({})
PLAIN = (str, int, float)


@dataclass(frozen=True)
class Written:
    """What was just written, and need not be read: F-curves by whose they are, and the checksums of meshes."""

    curves: Curves = field(default_factory=dict)
    shapes: Shapes = field(default_factory=dict)


NOTHING = Written()


def snapshot(block: ID, name_of: NameOf, only: Iterable[str] = (), written: Written = NOTHING) -> Values:
    """What is set on ``block``, or ``only`` these of its properties; what it points at goes by ``name_of``.

    What is known of it, as it was just ``written``, is not looked at.
    """
    found: Values = {}
    walk, kind = _Walk(found, name_of, {}), cast(Any, type(block))
    if only:
        walk.properties(block, "", _chosen(_known(kind), only), NOT_ANIMATED)
        return found
    found["name"] = block.name
    walk.block(block, "", written.curves.get(block))
    if isinstance(block, bpy.types.Mesh):
        if not block.use_auto_texspace:
            place, size = cast(Any, block.texspace_location), cast(Any, block.texspace_size)
            found["texspace"] = [*place, *size]
        shape = written.shapes.get(block)
        found[GEOMETRY] = checksums.of_mesh(block) if shape is None else shape
    elif isinstance(block, bpy.types.Action) and block.use_frame_range:
        found["frame_range"] = [block.frame_start, block.frame_end]
    return found


def keyed(block: ID, name_of: NameOf) -> Values:
    """What of that its F-curves are."""
    walk = _Walk({}, name_of, {})
    walk.curves("", walk.keyed(block))
    return walk.found


@dataclass(frozen=True)
class _Type:
    """Properties of a type: plain ones, and arrays, with their defaults, pointers and collections."""

    single: tuple[tuple[str, Any], ...]
    read: Callable[[Any], tuple[Any, ...]]  # the values of all single ones, which takes a third of one by one
    defaults: tuple[Any, ...]
    pointers: tuple[str, ...]
    follow: Callable[[Any], tuple[Any, ...]]  # what all of these lead to
    arrays: tuple[tuple[str, tuple[Any, ...]], ...]
    collections: tuple[str, ...]

    @classmethod
    def of(
        cls,
        single: Iterable[tuple[str, Any]],
        pointers: Iterable[str],
        arrays: Iterable[tuple[str, Any]],
        collections: Iterable[str],
    ) -> _Type:
        """With what reads the single ones, and what follows the pointers."""
        single, pointers = tuple(single), tuple(pointers)
        read, defaults = _reader(tuple(name for name, _ in single)), tuple(default for _, default in single)
        return cls(single, read, defaults, pointers, _reader(pointers), tuple(arrays), tuple(collections))

    @property
    def is_flat(self) -> bool:
        """Whether its single properties are all that it has."""
        return not self.pointers and not self.arrays and not self.collections


@dataclass(frozen=True)
class _Walk:
    """A walk over one data-block; ``seen`` says where a part of it was met first, as later ones only point at it."""

    found: Values
    name_of: NameOf
    seen: dict[tuple[int, type], str]

    def block(self, block: ID, path: str, curves: Keyed | None = None) -> None:
        """All of a data-block, which may lie within another as a material's nodes do."""
        animated = self.curves(path, self.keyed(block) if curves is None else curves)
        data = getattr(block, "animation_data", None)
        for curve in data.drivers if data is not None else ():
            animated.setdefault(path + curve.data_path, set()).add(curve.array_index)
        self.struct(block, path, animated)
        if data is not None:
            self.struct(data, f"{path}animation_data.", NOT_ANIMATED)

    def keyed(self, block: ID) -> Keyed:
        """Its F-curves."""
        for curve in compat.fcurves(block):
            yield curve.data_path, curve.array_index, len(curve.keyframe_points), self.curve(curve)

    def curves(self, path: str, keyed: Keyed) -> dict[str, set[int]]:
        """Note F-curves; returns the indices that they set, by the paths of what they set."""
        animated: dict[str, set[int]] = {}
        for where, index, count, total in keyed:
            animated.setdefault(path + where, set()).add(index)
            self.found[f"{KEYS}{path}{where}[{index}]"] = [count, total]
        return animated

    def struct(self, struct: Any, path: str, animated: Animated) -> None:
        """All of ``struct``, whose members' paths start with ``path``."""
        kind: Any = type(struct)
        self.seen.setdefault((struct.as_pointer(), kind), path)
        self.properties(struct, path, _known(kind), animated)
        for name, value in compat.written(struct).items():
            where, told = path.removesuffix(".") + name, self.plain(value)
            if told != {} and not _sets(animated.get(where), told):
                self.found[where] = told

    def properties(self, struct: Any, path: str, known: _Type, animated: Animated) -> None:
        """Those of ``known`` that ``struct`` has."""
        values = known.read(struct)
        if values != known.defaults:
            others = compress(zip(known.single, values, strict=True), map(ne, values, known.defaults))
            for (name, _), value in others:
                if not animated or 0 not in animated.get(path + name, ()):
                    self.found[path + name] = sorted(value) if isinstance(value, set) else value
        for name, value in zip(known.pointers, known.follow(struct), strict=True):
            if value is not None:
                self.member(value, path + name, animated)
        for name, default in known.arrays:
            value = getattr(struct, name)[:]
            if value != default:
                if hasattr(value[0], "__len__"):  # rows of a matrix
                    value = tuple(number for row in value for number in row)
                if value != default and not _sets(animated.get(path + name), told := list(value), default):
                    self.found[path + name] = told
        for name in known.collections:
            if len(members := getattr(struct, name)):
                self.collection(members, path + name, animated, name in NUMBERED)

    def member(self, value: Any, where: str, animated: Animated) -> None:
        """What a pointer leads to."""
        if isinstance(value, ID):
            if value.is_embedded_data:
                self.block(value, where + ".")
            else:
                self.found[where] = self.name_of(value)
            return
        kind: Any = type(value)
        known, key = _known(kind), (value.as_pointer(), kind)
        if met := self.seen.get(key):
            self.found[where] = met
        elif known.is_flat and known.read(value) == known.defaults and not compat.written(value):
            self.seen[key] = where + "."  # as most that things point at
        else:
            self.struct(value, where + ".", animated)

    def collection(self, members: Any, where: str, animated: Animated, numbered: bool) -> None:
        """All members, by name where they have one of their own."""
        names = [] if numbered else [getattr(member, "name", "") for member in members]
        if numbered or not all(names) or len(set(names)) < len(names):
            paths = [f"{where}[{number}]" for number in range(len(members))]
        else:
            paths = [f'{where}["{name}"]' for name in names]
            self.found[where] = names
        for member, path in zip(members, paths, strict=True):
            if member is None or (isinstance(member, MaterialSlot) and member.link == "DATA"):
                continue  # the mesh's own
            if not numbered and not isinstance(member, ID):
                self.found[path] = self.curve(member) if isinstance(member, FCurve) else type(member).__name__
            self.member(member, path, animated)

    def curve(self, curve: bpy.types.FCurve) -> int:
        """A checksum of all keys, and of what else shapes the curve."""
        total = checksums.of_curve(curve)
        if len(curve.modifiers) or curve.mute or curve.extrapolation != "CONSTANT":
            inner: Values = {"mute": curve.mute, "extrapolation": curve.extrapolation}
            _Walk(inner, self.name_of, {}).collection(curve.modifiers, "modifiers", NOT_ANIMATED, False)
            total = checksums.of_bytes(repr(inner).encode(), start=total)
        return total

    def plain(self, value: Any) -> Any:
        """A custom property's value as JSON has it."""
        if isinstance(value, PLAIN):
            return value
        if isinstance(value, ID):
            return self.name_of(value)
        if hasattr(value, "items"):
            return {name: self.plain(one) for name, one in value.items()}
        if isinstance(value, bytes):
            return checksums.of_bytes(value)
        if hasattr(value, "to_list"):
            return value.to_list()
        return [self.plain(one) for one in value] if isinstance(value, list) else value


def _sets(moved: Container[int] | None, told: Any, default: Sequence[Any] = ()) -> bool:
    """Whether what is ``moved`` is all that is ``told`` and no ``default``; of an array it is left out."""
    if moved is None:
        return False
    if not isinstance(told, list):
        return 0 in moved
    rest = [index for index in range(len(told)) if index not in moved]
    told[:] = [number if index in rest else None for index, number in enumerate(told)]
    return bool(told) and all(index < len(default) and told[index] == default[index] for index in rest)


def _chosen(known: _Type, names: Iterable[str]) -> _Type:
    """Those of ``known`` that are among ``names``."""
    single, arrays = ((one for one in some if one[0] in names) for some in (known.single, known.arrays))
    pointers, collections = ((one for one in some if one in names) for some in (known.pointers, known.collections))
    return _Type.of(single, pointers, arrays, collections)


@cache
def _known(struct: Any) -> _Type:
    found = [prop for prop in compat.rna(struct).properties if _is_setting(struct, prop)]
    single = [p for p in found if p.type not in {"POINTER", "COLLECTION"} and not getattr(p, "is_array", False)]
    arrays = [prop for prop in found if getattr(prop, "is_array", False)]
    fresh = {name: value for base in struct.__mro__ for name, value in FRESH.get(base.__name__, {}).items()}
    return _Type.of(
        ((prop.identifier, fresh.get(prop.identifier, _default(prop))) for prop in single),
        (prop.identifier for prop in found if prop.type == "POINTER"),
        ((prop.identifier, fresh.get(prop.identifier, tuple(prop.default_array))) for prop in arrays),
        (prop.identifier for prop in found if prop.type == "COLLECTION"),
    )


def _is_setting(struct: type, prop: bpy.types.Property) -> bool:
    name = prop.identifier
    if issubclass(struct, bpy.types.NodeSocket):
        return name in SOCKET
    if name in NO_SETTING or name == "name" or name.startswith("bl_"):
        return False
    if name in compat.SUPERSEDED.get(struct.__name__, ()):
        return False
    if prop.is_runtime and not issubclass(struct, bpy.types.Node):  # Blender makes those of its own nodes as it starts
        return False
    if struct is bpy.types.Action and name in CURVES:
        return False
    return prop.type in {"POINTER", "COLLECTION"} or not prop.is_readonly


def _default(prop: Any) -> Any:
    if prop.type == "ENUM" and prop.is_enum_flag:
        return set(prop.default_flag)
    return None if prop.type == "ENUM" and not prop.enum_items else prop.default


def _reader(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) < 2:
        return lambda struct: tuple(getattr(struct, name) for name in names)
    return attrgetter(*names)

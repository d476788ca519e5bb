"""What differs from one frame to the next, read off the keyframes of the scene.

Most frames of a film repeat the frame before but for a few cells and a formula, and without a GPU
rendering costs by the pixel. All that moves on our stage moves by keyframes, so which frames differ, and
through which objects, is known without rendering or even evaluating them. Where anything else could move
the picture (drivers, non-linear strips, things that are not ours) every frame counts as all new.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np

from ...screenplay.score.channels import Changes as Kinds
from ...stage import compat
from ...stage.following import follows
from ...stage.motion.properties import changed_by
from ...stage.ours import ours
from ...stage.told_by_objects import tells_cells

LENS = ("clip_", "lens", "sensor_", "shift_", "ortho_scale")
"""Properties of a camera that change what it sees, but nothing of what is there."""


@dataclass(frozen=True)
class Change:
    """How a frame differs from the one before."""

    everything: bool = False
    view: bool = False  # the camera moved: all things are seen from elsewhere, before a ground that stays
    objects: tuple[bpy.types.Object, ...] = ()  # changed somehow; where the camera moved, in more than where they are
    in_cells: tuple[bpy.types.Object, ...] = ()  # changed only in which cells are known or in focus

    @property
    def nothing(self) -> bool:
        """Whether the frame is the same picture."""
        return not (self.everything or self.view or self.objects or self.in_cells)


@dataclass
class _Masks:
    """When an object changes, one bool per frame."""

    looks: np.ndarray
    moves: np.ndarray
    cells: np.ndarray


@dataclass
class Changes:
    """The changes of a scene's frames ``first`` to ``last``."""

    first: int
    last: int
    everything: np.ndarray  # bool per frame
    view: np.ndarray  # bool per frame: whether the camera moves
    objects: dict[bpy.types.Object, _Masks] = field(default_factory=dict)
    owners: dict[bpy.types.ID, np.ndarray] = field(default_factory=dict)  # when an owner's own keys change it

    @classmethod
    def of(cls, scene: bpy.types.Scene, first: int, last: int) -> Changes:
        """Read the keyframes of all that is in the file."""
        changes = cls(first, last, *np.zeros((2, last - first + 1), dtype=bool))
        if not only_ours(scene):
            changes.everything[:] = True
            return changes
        for owner in _animated():
            changes._add(owner)
        changes._follow_cameras(scene)
        changes._camera_cuts(scene)
        return changes

    def at(self, frame: int) -> Change:
        """What differs at ``frame`` from the frame before."""
        at = frame - self.first
        if self.everything[at]:
            return Change(everything=True)
        if self.view[at]:
            looks = (obj for obj, masks in self.objects.items() if masks.looks[at] or masks.cells[at])
            return Change(view=True, objects=tuple(looks))
        changed, in_cells = [], []
        for obj, masks in self.objects.items():
            if masks.looks[at] or masks.moves[at]:
                changed.append(obj)
            elif masks.cells[at]:
                in_cells.append(obj)
        return Change(objects=tuple(changed), in_cells=tuple(in_cells))

    def kinds(self) -> np.ndarray:
        """Per frame: 0 is the same picture as before, 1 changed in places, 2 is all new."""
        kinds = np.where(self.everything | self.view, 2, 0)
        for masks in self.objects.values():
            kinds = np.maximum(kinds, masks.looks | masks.moves | masks.cells)
        return kinds

    def idle(self, first: int, last: int) -> list[Any]:
        """Keyframed owners that do not change after ``first`` up to ``last``."""
        span = slice(first + 1 - self.first, last + 1 - self.first)
        return [owner for owner, mask in self.owners.items() if not mask[span].any()]

    def _add(self, owner: bpy.types.ID) -> None:
        if not (curves := compat.fcurves(owner)):
            return
        own = self.owners[owner] = np.zeros(self.last - self.first + 1, dtype=bool)
        for curve in curves:
            mask = changing(curve, self.first, self.last)
            if not mask.any():
                continue
            own |= mask
            if isinstance(owner, bpy.types.Camera) and curve.data_path.startswith(LENS):
                self.view |= mask
                continue
            if not isinstance(owner, bpy.types.Object):
                self.everything |= mask
                continue
            match changed_by(curve.data_path):
                case Kinds.CELLS if tells_cells(owner):
                    self._masks(owner).cells |= mask
                case Kinds.CELLS | Kinds.LOOKS:
                    self._masks(owner).looks |= mask
                case _:
                    for moved in (owner, *owner.children_recursive):
                        self._masks(moved).moves |= mask

    def _masks(self, obj: bpy.types.Object) -> _Masks:
        if obj not in self.objects:
            self.objects[obj] = _Masks(*(np.zeros(self.last - self.first + 1, dtype=bool) for _ in range(3)))
        return self.objects[obj]

    def _follow_cameras(self, scene: bpy.types.Scene) -> None:
        """Wherever a camera that is used moves, everything does, the text before it as well; but not a plain ground."""
        for camera in cameras(scene) & self.objects.keys():
            self.view |= self.objects[camera].moves | self.objects[camera].looks
        if not plain_ground(scene):
            self.everything |= self.view

    def _camera_cuts(self, scene: bpy.types.Scene) -> None:
        """A cut to another camera; to the one that is used already, nothing changes."""
        bound = sorted((m.frame, i) for i, m in enumerate(scene.timeline_markers) if m.camera is not None)
        before = None
        for frame, i in bound:
            camera = scene.timeline_markers[i].camera
            if camera != before and self.first <= frame <= self.last:
                self.everything[frame - self.first] = True
            before = camera


def cameras(scene: bpy.types.Scene) -> set[bpy.types.Object]:
    """All that the scene is seen through at one frame or another."""
    used = (scene.camera, *(marker.camera for marker in scene.timeline_markers))
    return {camera for camera in used if camera is not None}


def plain_ground(scene: bpy.types.Scene) -> bool:
    """Whether what is behind all things is of one colour, wherever one looks."""
    tree = scene.world and scene.world.node_tree
    if not tree or not len(tree.nodes):
        return True
    kinds = sorted(node.bl_idname for node in tree.nodes)
    return kinds == ["ShaderNodeBackground", "ShaderNodeOutputWorld"] and {
        (link.from_node.bl_idname, link.to_socket.name) for link in tree.links
    } <= {("ShaderNodeBackground", "Surface")}


def only_ours(scene: bpy.types.Scene) -> bool:
    """Whether nothing but our keyframed, flat-coloured stage can be in the picture, seen through plain cameras."""
    held = set(ours(scene).blocks)
    if any(obj not in held and not obj.hide_render and is_seen(obj) for obj in scene.objects):
        return False
    used = cameras(scene)
    if scene.render.use_motion_blur or any(c.type == "CAMERA" and c.data.dof.use_dof for c in used):
        return False
    if any(moved in held or moved in used for obj in bpy.data.objects for moved in _constrained(obj)):
        return False
    for block in _animated():
        data = block.animation_data
        if len(data.nla_tracks) or (len(data.drivers) and not follows(block)):
            return False
    return not scene.rigidbody_world


def has_lamps(scene: bpy.types.Scene) -> bool:
    """Whether there are lamps."""
    return any(obj.type == "LIGHT" for obj in scene.objects)


def is_seen(obj: bpy.types.Object) -> bool:
    """Whether an object is of a kind that shows in a picture."""
    return obj.type not in {"EMPTY", "CAMERA"} or obj.instance_type != "NONE"


def _constrained(obj: bpy.types.Object) -> list[bpy.types.Object]:
    """What moves otherwise than by keys through constraints of ``obj``."""
    return [obj, *obj.children_recursive] if any(not constraint.mute for constraint in obj.constraints) else []


def changing(curve: bpy.types.FCurve, first: int, last: int) -> np.ndarray:
    """Per frame from ``first`` to ``last``: may the curve differ from its value one frame before?"""
    mask = np.zeros(last - first + 1, dtype=bool)
    if len(curve.modifiers) or curve.extrapolation != "CONSTANT":
        mask[:] = True
        return mask
    points = curve.keyframe_points
    if len(points) < 2:
        return mask
    at, values = _keys(points)
    kinds = np.empty(len(points), dtype=np.int32)
    points.foreach_get("interpolation", kinds)
    constant, bezier = (compat.key_enum("interpolation", name) for name in ("CONSTANT", "BEZIER"))
    differs = (values[1:] != values[:-1]) | (kinds[:-1] == bezier)
    # A change shows in every frame whose step (frame - 1, frame] meets the open stretch between two keys.
    begins = np.where(kinds[:-1] == constant, np.ceil(at[1:]), np.floor(at[:-1]) + 1).astype(int)
    ends = np.ceil(at[1:]).astype(int)
    for begin, end in zip(begins[differs], ends[differs], strict=True):
        if end >= first and begin <= last:
            mask[max(begin - first, 0) : end - first + 1] = True
    return mask


def _keys(points: bpy.types.FCurveKeyframePoints) -> tuple[np.ndarray, np.ndarray]:
    flat = np.empty(len(points) * 2, dtype=np.float32)
    points.foreach_get("co", flat)
    return flat[0::2], flat[1::2]


def _animated() -> Iterator[Any]:
    """All datablocks that could carry keyframes, node trees inside others included."""
    for block in bpy.data.user_map():
        if getattr(block, "animation_data", None) is not None:
            yield block
        tree = getattr(block, "node_tree", None)
        if tree is not None and tree.animation_data is not None:
            yield tree

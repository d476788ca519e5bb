"""Where on the picture objects show, and what they hide.

The text of a film lies on a plate as large as a third of the picture, before the set: what moves behind it
does not show, and neither does the plate itself, which has one colour.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeVar

import bpy
import numpy as np

from ...stage import compat
from ...stage.materials.flat_material import EDGE, INK, REACH, flat_material
from ...stage.materials.theme_file import NAMES, theme
from ...stage.ours import TAG
from .cells import CellState, changed_cells
from .regions import Mask
from .written import modified

Thing = TypeVar("Thing")

EVEN = 0.1
"""Pixels by which a rectangle may be turned on the picture."""
SAME = 0.01
"""Pixels by which what stands still before a moving camera may seem to move."""


@dataclass(frozen=True, eq=False)
class Sight:
    """Where on the picture an object shows at a frame, and how far away; empty if it does not."""

    boxes: np.ndarray  # (n, 4) of pixels: left, low, right, high
    nearest: float = 0.0  # metres in front of the camera
    solid: np.ndarray | None = None  # (4,) box of pixels in which it has one colour and hides all that is behind
    farthest: float = np.inf  # of that box

    def is_same(self, other: Sight) -> bool:
        """Whether an object that is seen so and so shows the same: every face of it is in the same place."""
        return (
            self.nearest > 0  # else nobody knows where it shows
            and self.boxes.shape == other.boxes.shape
            and bool(np.abs(self.boxes - other.boxes).max(initial=0.0) <= SAME)
        )


NOWHERE = Sight(np.zeros((0, 4)))


@dataclass(frozen=True, eq=False)
class _Shape:
    """A mesh as far as it matters here; its faces are None where they have different numbers of corners."""

    points: np.ndarray  # (n, 3)
    faces: np.ndarray | None  # (m, corners)
    solid: np.ndarray | None  # (4, 3) corners of the rectangle that all of it is, but for its fringe

    @classmethod
    def of(cls, mesh: bpy.types.Mesh) -> _Shape:
        points = _read(mesh.vertices, "co", 3)
        return cls(points, _faces(mesh), _rectangle(mesh, points))


class Shapes:
    """Meshes and materials that were read: none changes while a film is rendered, but meshes by modifiers."""

    def __init__(self) -> None:
        self._known: dict[Any, _Shape] = {}
        self._hiding: dict[Any, bool] = {}

    def of(self, obj: bpy.types.Object, evaluated: bpy.types.Object) -> _Shape | None:
        """That of an object, None if it is no mesh with faces."""
        mesh = evaluated.data
        if not isinstance(mesh, bpy.types.Mesh) or not len(mesh.polygons):
            return None
        if modified(obj) or obj.data.shape_keys:
            return _Shape.of(mesh)
        if obj.data not in self._known:
            self._known[obj.data] = _Shape.of(mesh)
        return self._known[obj.data]

    def know(self, objects: Iterable[bpy.types.Object]) -> None:
        """Look at the materials of ``objects`` now, before they are made leaner."""
        for obj in objects:
            self._look(obj)

    def hides(self, obj: bpy.types.Object) -> bool:
        """Whether all of an object hides what is behind where its ink is full."""
        materials = self._look(obj)
        return len(materials) == len(obj.material_slots) == 1 and all(self._hiding[one] for one in materials)

    def _look(self, obj: bpy.types.Object) -> set[Any]:
        """An object's materials, of which it is known from now on whether they hide what is behind."""
        materials: set[Any] = {slot.material.original for slot in obj.material_slots if slot.material is not None}
        for material in materials - self._hiding.keys():
            self._hiding[material] = _hides(material)
        return materials


class Projection:
    """What the scene's camera sees at the current frame."""

    def __init__(self, scene: bpy.types.Scene, size: tuple[int, int], shapes: Shapes | None = None) -> None:
        self._size = size
        self._shapes = shapes or Shapes()
        self._depsgraph = bpy.context.evaluated_depsgraph_get()
        camera = scene.camera.evaluated_get(self._depsgraph)
        lens = camera.calc_matrix_camera(self._depsgraph, x=size[0], y=size[1])
        self._matrix = np.array(lens @ camera.matrix_world.inverted())
        self._everywhere = Sight(np.array([[0.0, 0.0, *size]]))
        self._clip, self._pixel = np.inf, np.inf  # no rectangle is solid
        if camera.type == "CAMERA" and camera.data.type == "PERSP":
            self._clip = camera.data.clip_start
            self._pixel = camera.data.sensor_height / (camera.data.lens * size[1])  # as in ``pixel_size``, at 1 metre

    def sight(self, obj: bpy.types.Object) -> Sight:
        """Where ``obj`` shows."""
        evaluated = obj.evaluated_get(self._depsgraph)
        if _invisible(evaluated):
            return NOWHERE
        if _only_instances(evaluated):
            return self._everywhere
        pixels, depths = self._pixels(evaluated, np.array(evaluated.bound_box))
        if pixels is None:
            return self._everywhere if depths.max() > 1e-6 else NOWHERE
        nearest = float(depths.min())
        shape = self._shapes.of(obj, evaluated)
        if shape is None or shape.faces is None:
            return Sight(_around(pixels), nearest)
        pixels, _ = self._pixels(evaluated, shape.points)
        if pixels is None:
            return self._everywhere
        corners = [pixels[column] for column in shape.faces.T]  # numpy takes long to reduce along a short axis
        boxes = np.hstack([reduce(np.minimum, corners), reduce(np.maximum, corners)])
        return Sight(boxes, nearest, *self._solid(evaluated, shape))

    def cells(self, obj: bpy.types.Object, old: CellState, new: CellState) -> Sight:
        """Where the cells of ``obj`` show that differ between two states."""
        evaluated = obj.evaluated_get(self._depsgraph)
        if _invisible(evaluated):
            return NOWHERE
        boxes, nearest = [NOWHERE.boxes], np.inf
        for low, high in changed_cells(obj, old, new):
            box = np.array(
                [(x, y, -z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
            )
            pixels, depths = self._pixels(evaluated, box)
            boxes.append(self._everywhere.boxes if pixels is None else _around(pixels))
            nearest = min(nearest, float(depths.min()))
        return Sight(np.concatenate(boxes), nearest)

    def _solid(self, obj: bpy.types.Object, shape: _Shape) -> tuple[np.ndarray | None, float]:
        """The box on the picture that ``obj`` fills with one colour, and how far away it is at most."""
        if shape.solid is None or obj.color[3] < 1 or not self._shapes.hides(obj):
            return None, np.inf
        pixels, depths = self._pixels(obj, shape.solid)
        if pixels is None or depths.min() <= self._clip or obj.get(REACH, 0.0) < depths.max() * self._pixel * 1.01:
            return None, np.inf
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        off = np.minimum(np.abs(pixels - low), np.abs(pixels - high)).max()  # of its corners from those of the box
        if off > EVEN:
            return None, np.inf
        return np.concatenate([low, high]), float(depths.max())

    def _pixels(self, obj: bpy.types.Object, points: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
        """Where points (n, 3) of the object fall on the picture, (n, 2), None if any is behind the camera; depths."""
        matrix = self._matrix @ np.array(obj.matrix_world)
        clip = points @ matrix[:, :3].T + matrix[:, 3]
        depths = clip[:, 3]
        if (depths <= 1e-6).any():
            return None, depths
        return (clip[:, :2] / depths[:, None] * 0.5 + 0.5) * self._size, depths


def mark(
    mask: Mask, before: Mapping[Thing, Sight], now: Mapping[Thing, Sight], changed: Container[Thing] | None = None
) -> None:
    """Mark on ``mask`` where things changed that were seen as ``before`` and are as ``now``, if it shows.

    With ``changed`` all others only seem to, for the camera moves: what stands before it, such as text, does not.
    """
    hidden = {}
    for thing in before.keys() & now.keys():
        was, new = before[thing], now[thing]
        if was.solid is not None and new.solid is not None:
            hidden[thing] = mask.within(was.solid) & mask.within(new.solid), max(was.farthest, new.farthest)
    still = {
        thing
        for thing in before.keys() & now.keys()
        if changed is not None and thing not in changed and before[thing].is_same(now[thing])
    }
    boxes: dict[tuple[Thing, ...], list[np.ndarray]] = {}  # by what may be before them
    for thing, sight in (*before.items(), *now.items()):
        if len(sight.boxes) and thing not in still:
            behind = tuple(by for by, (_, far) in hidden.items() if by is thing or far < sight.nearest)
            boxes.setdefault(behind, []).append(sight.boxes)
    for behind, found in boxes.items():
        mask.mark(np.concatenate(found), [hidden[by][0] for by in behind])


def _around(pixels: np.ndarray) -> np.ndarray:
    """The one box around pixels (n, 2)."""
    return np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])[None]


def _read(data: Any, name: str, size: int, kind: type = np.float32) -> np.ndarray:
    """An array (n, size) of what Blender holds, (n,) where the size is 1."""
    flat: np.ndarray = np.empty(len(data) * size, dtype=kind)
    data.foreach_get(name, flat)
    return flat.reshape(-1, size) if size > 1 else flat


def _faces(mesh: bpy.types.Mesh) -> np.ndarray | None:
    """(m, corners) vertices of the faces of a mesh that has only triangles, or only quads; else None."""
    corners = _read(mesh.polygons, "loop_total", 1, np.int32)
    if (corners != corners[0]).any():
        return None
    return _read(mesh.loops, "vertex_index", 1, np.int32).reshape(-1, corners[0])


def _rectangle(mesh: bpy.types.Mesh, points: np.ndarray) -> np.ndarray | None:
    """Corners (4, 3) of a flat drawing that is one rectangle of one opaque ink; None for anything else."""
    if not {INK, EDGE} <= set(mesh.attributes.keys()) or len(points) != 12:  # four sides, each with a fringe
        return None
    attributes: Any = mesh.attributes
    ink, edge = _read(attributes[INK].data, "color", 4), _read(attributes[EDGE].data, "vector", 3)
    corners = points[(edge == 0).all(axis=1)]
    if len(corners) != 4 or (ink != ink[0]).any() or ink[0, 3] < 1:
        return None
    return corners


def _hides(material: bpy.types.Material) -> bool:
    """Whether a material is our flat one, as it was made: then it hides what is behind wherever its ink is full."""
    if material.get(TAG) != "flat":
        return False
    made = [flat_material(theme(name)) for name in NAMES[:2]]
    hides = _told(material) in [_told(one) for one in made]
    bpy.data.batch_remove(made)
    return hides


def _told(material: bpy.types.Material) -> tuple[list[Any], ...]:
    """All that a material's nodes do."""
    tree = compat.node_tree(material)
    nodes = [(node.name, node.bl_idname, getattr(node, "operation", ""), node.mute) for node in tree.nodes]
    values = [
        value if isinstance(value, int | float | str) else tuple(value)
        for node in tree.nodes
        for value in (getattr(socket, "default_value", 0) for socket in node.inputs if not socket.is_linked)
    ]
    links = [
        (link.from_node.name, link.from_socket.identifier, link.to_node.name, link.to_socket.identifier)
        for link in tree.links
    ]
    return nodes, values, sorted(links)


def _only_instances(obj: bpy.types.Object) -> bool:
    """Whether all that shows is put there by a modifier, and so lies outside of the object's bounds."""
    return isinstance(obj.data, bpy.types.Mesh) and not len(obj.data.vertices) and modified(obj)


def _invisible(obj: bpy.types.Object) -> bool:
    return obj.hide_render or obj.color[3] <= 0

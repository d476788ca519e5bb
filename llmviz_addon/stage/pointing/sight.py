"""Which cell of which object a ray meets first, of all that is seen at the scene's frame.

What is seen at a frame is what Blender has evaluated: in a scene that no window shows, nothing of it is written back to
the objects themselves. It lists what is visible only, and gives places and colours of all of that in one call. What
does not change with the frame, which of the objects are cells and how their boxes lie, is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ...layout.rays import Boxes, holds, into, inverted, met
from ..materials.cell_material import GONE
from ..ours import TAG, ours
from ..told_by_objects import CELLS, FIRST, numbers_of, told

SINGLE, MANY = ("grid", "fragment"), ("grids", "outline")
"""What objects of cells are: a box, or a mesh of boxes."""
SOLID = 0.5
"""Opacity from which on a thing hides what is behind it; what is fainter is met where nothing else is."""
CORNERS, FACES = 8, 6
"""Of a box in a mesh."""
HAIR = 1e-3
"""Share of a box by which a point may lie before its face."""


@dataclass(frozen=True, eq=False)
class Hit:
    """A cell of an object, as evaluated: the number of its box, its place in that, (x, y, z), and how far it is."""

    obj: bpy.types.Object
    box: int
    cell: tuple[int, int, int]
    far: float

    @property
    def in_grid(self) -> tuple[int, int, int]:
        """Its place in the whole grid, of which the object may be a piece."""
        x, y, z = (int(a + b) for a, b in zip(self.cell, first(self.obj), strict=True))
        return x, y, z


@dataclass(frozen=True, eq=False)
class Standing:
    """Objects of cells that are seen, as evaluated, with their boxes, ways from and into their spaces, opacities."""

    objects: list[bpy.types.Object]
    boxes: list[Boxes]
    worlds: np.ndarray
    inverses: np.ndarray
    alphas: np.ndarray

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Smallest and largest corners around the boxes of each, and whether these are several."""
        around = np.array([boxes.around for boxes in self.boxes]).reshape(-1, 2, 3)
        return around[:, 0], around[:, 1], np.array([len(boxes.lows) > 1 for boxes in self.boxes], dtype=bool)


_kept: dict[int, dict[int, Boxes | None]] = {}
"""By scene and object, told by the numbers that a session gives them: their boxes, or None of what is no cell."""
MOST_KEPT = 20


def along(scene: bpy.types.Scene, origin: Sequence[float], direction: Sequence[float]) -> Hit | None:
    """The cell that a ray from ``origin`` (metres, in the world) meets first; None where it meets nothing seen."""
    stand = standing(scene)
    origins, directions = into(stand.inverses, np.asarray(origin, float), np.asarray(direction, float))
    lows, highs, several = stand.ends
    near = np.isfinite(met(origins, directions, lows, highs)) | (holds(origins, lows, highs) & several)
    found: list[tuple[bool, float, int, int]] = []
    for number in np.flatnonzero(near).tolist():
        boxes = stand.boxes[number]
        lengths = met(origins[number], directions[number], boxes.lows, boxes.highs)
        box = int(lengths.argmin())
        if np.isfinite(lengths[box]):
            found.append((bool(stand.alphas[number] < SOLID), float(lengths[box]), number, box))
    if not found:
        return None
    _, far, number, box = min(found)
    point = origins[number] + far * directions[number]
    return Hit(stand.objects[number], box, stand.boxes[number].cell(box, point), far)


def at(scene: bpy.types.Scene, point: Sequence[float]) -> Hit | None:
    """The cell in which a point of the world (metres) lies, on its face too; None where nothing seen is there."""
    stand = standing(scene)
    points, _ = into(stand.inverses, np.asarray(point, float), np.zeros(3))
    lows, highs, _ = stand.ends
    for number in np.flatnonzero(holds(points, lows, highs, HAIR * (highs - lows))).tolist():
        boxes = stand.boxes[number]
        within = holds(points[number], boxes.lows, boxes.highs, HAIR * (boxes.highs - boxes.lows))
        if within.any():
            box = int(within.argmax())
            return Hit(stand.objects[number], box, boxes.cell(box, points[number]), 0.0)
    return None


def standing(scene: bpy.types.Scene) -> Standing:
    """All that shows cells at this frame."""
    objects: Any = graph(scene).objects
    every = list(objects)
    known = _known(scene, every)
    count = len(every)
    colors, matrices = np.empty(count * 4, dtype=np.float32), np.empty(count * 16, dtype=np.float32)
    objects.foreach_get("color", colors)
    objects.foreach_get("matrix_world", matrices)
    alphas = colors.reshape(-1, 4)[:, 3]
    worlds = matrices.reshape(-1, 4, 4).transpose(0, 2, 1).astype(np.float64)
    inverses, whole = inverted(worlds)
    there = (alphas > GONE) & whole
    some = [(number, boxes) for number, boxes in enumerate(known) if boxes is not None and there[number]]
    numbers = [number for number, _ in some]
    boxes = [boxes for _, boxes in some]
    return Standing([every[n] for n in numbers], boxes, worlds[numbers], inverses[numbers], alphas[numbers])


def seen(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The objects of cells that are seen at this frame, as evaluated."""
    return standing(scene).objects


def graph(scene: bpy.types.Scene) -> bpy.types.Depsgraph:
    """What Blender has evaluated of a scene at its frame."""
    if bpy.context.scene == scene:
        return bpy.context.evaluated_depsgraph_get()
    layer = scene.view_layers[0]
    layer.update()
    evaluated: Any = layer.depsgraph  # there is one now
    return evaluated


def boxes_of(obj: bpy.types.Object) -> Boxes | None:
    """The boxes of an object of cells, in its own space; None of what is no such object.

    That is a ribbon of an outline, or what somebody has made another shape of.
    """
    if obj.get(TAG) in SINGLE:
        cells = numbers_of(obj, CELLS)
        return Boxes.unit([round(count) for count in cells]) if cells is not None and min(cells) >= 1 else None
    mesh: Any = obj.data
    if obj.get(TAG) not in MANY or obj.type != "MESH" or "cells" not in mesh.attributes:
        return None
    count = len(mesh.vertices)
    whole = count and count % CORNERS == 0 and len(mesh.polygons) * CORNERS == count * FACES
    return _read(mesh) if whole else None


def boxes_in(scene: bpy.types.Scene, obj: bpy.types.Object) -> Boxes | None:
    """The same of an object as evaluated, if it is one of the stage in ``scene``; kept."""
    return _known(scene, [obj])[0]


def first(obj: bpy.types.Object) -> tuple[int, int, int]:
    """The cell of its grid that an object's first one is."""
    x, y, z = (round(number) for number in (told(obj, FIRST) if obj.get(FIRST) is not None else (0, 0, 0)))
    return x, y, z


def _read(mesh: Any) -> Boxes:
    """The boxes of a merged mesh: eight corners each, and the cells told by six faces each."""
    points = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
    mesh.vertices.foreach_get("co", points)
    corners = points.astype(np.float64).reshape(-1, CORNERS, 3)
    cells = np.empty(len(mesh.polygons) * 3, dtype=np.float32)
    mesh.attributes["cells"].data.foreach_get("vector", cells)
    counts = np.rint(cells.reshape(-1, FACES, 3)[:, 0]).astype(np.int64)
    return Boxes(corners.min(axis=1), corners.max(axis=1), counts)


def _known(scene: bpy.types.Scene, objects: Sequence[bpy.types.Object]) -> list[Boxes | None]:
    """The boxes of each of some objects, as evaluated; None of what is no cell of ours."""
    originals: list[Any] = [obj.original for obj in objects]
    numbers = [obj.session_uid for obj in originals]
    kept = _kept.get(scene.session_uid, {})
    if not all(number in kept for number in numbers):
        kept = dict.fromkeys(numbers) | {obj.session_uid: boxes_of(obj) for obj in ours(scene).objects}
        if len(_kept) > MOST_KEPT:
            _kept.clear()
        _kept[scene.session_uid] = kept
    return [kept[number] for number in numbers]

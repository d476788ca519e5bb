"""Where on the picture a change shows.

What changed is marked on a coarse mask of tiles, an arc along its way rather than as the box around it,
and the mask is then covered by few rectangles.
"""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from .cells import CellState, changed_cells

TILE = 16
"""Edge of a tile of the mask, in pixels."""
PAD = 3
"""Pixels around a shape, for its antialiased silhouette and the strokes on its edge."""
OVERHEAD = 15_000
"""What one more rendering costs, in pixels (measured: 6 ms against 0.35 s for 0.9 million)."""


@dataclass(frozen=True)
class Rect:
    """Pixels from (left, low) up to and without (right, high), counted from the picture's lower left."""

    left: int
    low: int
    right: int
    high: int

    @property
    def area(self) -> int:
        """Number of pixels."""
        return (self.right - self.left) * (self.high - self.low)

    def union(self, other: Rect) -> Rect:
        """The smallest rectangle around both."""
        return Rect(
            min(self.left, other.left),
            min(self.low, other.low),
            max(self.right, other.right),
            max(self.high, other.high),
        )


class Mask:
    """The tiles of a picture in which something changed."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self._steps = np.zeros((-(-height // TILE) + 1, -(-width // TILE) + 1), dtype=np.int32)

    def mark(self, boxes: np.ndarray) -> None:
        """Mark boxes (n, 4) of pixels: left, low, right, high, ends included; what lies outside is cut off."""
        limit = np.array(self.size) - 1
        low = np.floor(boxes[:, :2]) - PAD
        high = np.ceil(boxes[:, 2:]) + PAD
        seen = (high >= 0).all(axis=1) & (low <= limit).all(axis=1)
        x0, y0 = (np.clip(low[seen], 0, limit) // TILE).astype(int).T
        x1, y1 = (np.clip(high[seen], 0, limit) // TILE).astype(int).T + 1
        for rows, columns, step in ((y0, x0, 1), (y1, x1, 1), (y0, x1, -1), (y1, x0, -1)):
            np.add.at(self._steps, (rows, columns), step)

    def mark_all(self) -> None:
        """Mark the whole picture."""
        self.mark(np.array([[0, 0, *self.size]]))

    def cover(self) -> list[Rect]:
        """Rectangles that cover all marked tiles."""
        marked = self._steps.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0
        width, height = self.size
        return [
            Rect(r.left * TILE, r.low * TILE, min(r.right * TILE, width), min(r.high * TILE, height))
            for r in _merge(_runs(marked), OVERHEAD / TILE**2)
        ]


def _runs(marked: np.ndarray) -> list[Rect]:
    """Rows of marked tiles, equal ones in neighbouring rows taken together."""
    done: list[Rect] = []
    open_runs: dict[tuple[int, int], Rect] = {}
    for row, tiles in enumerate(marked):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], tiles, [0]])))
        spans = {(int(a), int(b)) for a, b in edges.reshape(-1, 2)}
        done += [rect for span, rect in open_runs.items() if span not in spans]
        open_runs = {(a, b): Rect(a, open_runs[a, b].low if (a, b) in open_runs else row, b, row + 1) for a, b in spans}
    return done + list(open_runs.values())


def _merge(rects: list[Rect], overhead: float) -> list[Rect]:
    """Fewer rectangles that cover the same: two become one where that costs less to render."""
    merged: list[Rect] = []
    for rect in sorted(rects, key=lambda r: (r.low, r.left)):
        while True:
            near = next((r for r in merged if r.union(rect).area <= r.area + rect.area + overhead), None)
            if near is None:
                break
            merged.remove(near)
            rect = near.union(rect)
        merged.append(rect)
    return merged


class Projection:
    """What the scene's camera sees at the current frame; marks where things may show on a mask."""

    def __init__(self, scene: bpy.types.Scene, mask: Mask) -> None:
        self.mask = mask
        self._depsgraph = bpy.context.evaluated_depsgraph_get()
        camera = scene.camera.evaluated_get(self._depsgraph)
        lens = camera.calc_matrix_camera(self._depsgraph, x=mask.size[0], y=mask.size[1])
        self._matrix = np.array(lens @ camera.matrix_world.inverted())

    def mark(self, obj: bpy.types.Object) -> None:
        """Mark where ``obj`` shows."""
        evaluated = obj.evaluated_get(self._depsgraph)
        if _invisible(evaluated):
            return
        if _only_instances(evaluated):
            self.mask.mark_all()
            return
        pixels = self._pixels(evaluated, np.array(evaluated.bound_box))
        faces = _faces(evaluated)
        if faces is not None and pixels is not None:
            points = np.empty(len(evaluated.data.vertices) * 3, dtype=np.float32)
            evaluated.data.vertices.foreach_get("co", points)
            pixels = self._pixels(evaluated, points.reshape(-1, 3))
            if pixels is not None:
                corners = pixels[faces]
                self.mask.mark(np.hstack([corners.min(axis=1), corners.max(axis=1)]))
                return
        self._mark_around(pixels)

    def mark_cells(self, obj: bpy.types.Object, old: CellState, new: CellState) -> None:
        """Mark where the cells of ``obj`` show that differ between two states."""
        evaluated = obj.evaluated_get(self._depsgraph)
        if _invisible(evaluated):
            return
        for low, high in changed_cells(obj, old, new):
            box = np.array(
                [(x, y, -z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
            )
            self._mark_around(self._pixels(evaluated, box))

    def _mark_around(self, pixels: np.ndarray | None) -> None:
        if pixels is None:
            self.mask.mark_all()
        else:
            self.mask.mark(np.concatenate([pixels.min(axis=0), pixels.max(axis=0)])[None])

    def _pixels(self, obj: bpy.types.Object, points: np.ndarray) -> np.ndarray | None:
        """Where points (n, 3) of the object fall on the picture, (n, 2); None if any is behind the camera."""
        matrix = self._matrix @ np.array(obj.matrix_world)
        clip = points @ matrix[:, :3].T + matrix[:, 3]
        depth = clip[:, 3:]
        if (depth <= 1e-6).any():
            return None
        return (clip[:, :2] / depth * 0.5 + 0.5) * self.mask.size


def _faces(obj: bpy.types.Object) -> np.ndarray | None:
    """(m, corners) vertices of the faces of a mesh that has only triangles, or only quads; else None."""
    mesh = obj.data
    if not isinstance(mesh, bpy.types.Mesh) or not len(mesh.polygons):
        return None
    corners = np.empty(len(mesh.polygons), dtype=np.int32)
    mesh.polygons.foreach_get("loop_total", corners)
    if (corners != corners[0]).any():
        return None
    vertices = np.empty(len(mesh.loops), dtype=np.int32)
    mesh.loops.foreach_get("vertex_index", vertices)
    return vertices.reshape(-1, corners[0])


def _only_instances(obj: bpy.types.Object) -> bool:
    """Whether all that shows is put there by a modifier, and so lies outside of the object's bounds."""
    return isinstance(obj.data, bpy.types.Mesh) and not len(obj.data.vertices) and len(obj.modifiers) > 0


def _invisible(obj: bpy.types.Object) -> bool:
    return obj.hide_render or obj.color[3] <= 0

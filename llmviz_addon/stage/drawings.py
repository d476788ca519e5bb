"""Drawings as objects: one mesh object each, whatever the drawing holds.

Letters are part of the mesh, coloured per point, so a paragraph with coloured phrases is one object
with one material; equal drawings share one mesh. Numbers that change are added to the same object by
Geometry Nodes. So a drawing fades, moves and hides as a whole, with one set of keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import bpy
import numpy as np
from mathutils import Matrix

from ..errors import ScriptError
from ..layout.drawing import Disc, Drawing, Line, Polygon, Readout, Rect, Shape, Text
from . import compat
from .flat_material import EDGE, INK, REACH
from .glyphs import Glyphs
from .mesh2d import LIFT, Flat, disc, polygon, rectangle, stroke
from .ours import own
from .readouts import Readouts
from .theme import Theme, linear

ALWAYS = 1e9
"""Reach of a drawing that never fades."""
_PIXEL = 1 / 720  # of the picture's height, for which the fringes before the camera are made
_FRINGE = 0.02  # metres, of drawings in the world


class DrawingMaker:
    """Makes the objects of many drawings, sharing letters, meshes and the material between them."""

    def __init__(self, theme: Theme, material: bpy.types.Material, collection: bpy.types.Collection) -> None:
        self.theme = theme
        self.material = material
        self.collection = collection
        self.glyphs = Glyphs()
        self.readouts = Readouts(material, theme)
        self._meshes: dict[tuple[tuple[Shape, ...], float], bpy.types.Mesh] = {}

    def prepare(self, drawings: Iterable[Drawing]) -> None:
        """Fetch all letters that the drawings use, at once."""
        letters: set[str] = set()
        for drawing in drawings:
            for shape in drawing.shapes:
                if isinstance(shape, Text):
                    letters.update(shape.body)
        self.glyphs.prepare(letters)

    def make(
        self, drawing: Drawing, grids: Mapping[str, bpy.types.Object], camera: bpy.types.Object
    ) -> bpy.types.Object:
        """The object of one drawing, hung where it belongs."""
        fringe = _FRINGE if drawing.parent != "camera" else 2.5 * _PIXEL
        key = (drawing.shapes, fringe)
        if key not in self._meshes:
            self._meshes[key] = self._mesh(drawing, fringe)
        obj = own(bpy.data.objects.new(drawing.name, self._meshes[key]), "drawing")
        _hang(obj, drawing, grids, camera)
        ems = [shape.size for shape in drawing.shapes if isinstance(shape, Text | Readout)]
        unit = float(np.linalg.norm(drawing.pose[:3, 0]))
        reach = max(ems, default=0.1) * unit / drawing.least if drawing.least > 0 else ALWAYS
        obj[REACH] = float(reach)
        obj.color = (*linear(self.theme.color("ink")), drawing.opacity)
        obj.hide_render = obj.hide_viewport = drawing.opacity <= 0
        for number, shape in enumerate(drawing.shapes):
            if isinstance(shape, Readout):
                self.readouts.add(obj, shape, (number + 1) * LIFT)
        self.collection.objects.link(obj)
        return obj

    def _mesh(self, drawing: Drawing, fringe: float) -> bpy.types.Mesh:
        pieces = []
        for number, shape in enumerate(drawing.shapes):
            for flat, color in self._flats(shape, fringe):
                pieces.append((flat, color, (number + 1) * LIFT))
        mesh = own(bpy.data.meshes.new(drawing.name), "drawing")
        if pieces:
            fill_mesh(mesh, pieces, self.theme)
        mesh.materials.append(self.material)
        return mesh

    def _flats(self, shape: Shape, fringe: float) -> list[tuple[Flat, str]]:
        match shape:
            case Rect(x, y, width, height, color, radius):
                return [(rectangle(x, y, width, height, radius, fringe), color)]
            case Line(points, width, color, head):
                return [(stroke(points, width, head, fringe), color)]
            case Polygon(points, color):
                return [(polygon(points, fringe), color)]
            case Disc(x, y, radius, color):
                return [(disc(x, y, radius, fringe), color)]
            case Text():
                return self.glyphs.text(shape)
        return []


def fill_mesh(
    mesh: bpy.types.Mesh, pieces: list[tuple[Flat, str, float]], theme: Theme, alpha: float = 1.0
) -> None:
    """Write flat pieces, each (shape, colour name, height), into a new mesh."""
    counts = [len(flat.points) for flat, _, _ in pieces]
    starts = np.cumsum([0, *counts[:-1]])
    points = np.zeros((sum(counts), 3), dtype=np.float32)
    points[:, :2] = np.concatenate([flat.points for flat, _, _ in pieces])
    edge = np.concatenate([flat.edge for flat, _, _ in pieces])
    points[:, 2] = np.repeat([height for _, _, height in pieces], counts) - edge.any(axis=1) * (0.4 * LIFT)
    triangles = np.concatenate([flat.triangles + start for (flat, _, _), start in zip(pieces, starts, strict=True)])
    colors = {name: (*linear(theme.color(name)), alpha) for _, name, _ in pieces}
    ink = np.repeat(np.array([colors[name] for _, name, _ in pieces], dtype=np.float32), counts, axis=0)
    write_triangles(mesh, points, triangles, ink, edge)


def write_triangles(
    mesh: bpy.types.Mesh, points: np.ndarray, triangles: np.ndarray, ink: np.ndarray, edge: np.ndarray
) -> None:
    """Fill a new mesh: ``points`` (n, 3), ``triangles`` (m, 3), ``ink`` (n, 4) linear, ``edge`` (n, 2 or 3)."""
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(points, dtype=np.float32).ravel())
    mesh.loops.add(triangles.size)
    mesh.loops.foreach_set("vertex_index", triangles.ravel().astype(np.int32))
    mesh.polygons.add(len(triangles))
    mesh.polygons.foreach_set("loop_start", np.arange(0, triangles.size, 3, dtype=np.int32))
    compat.write_attribute(mesh, INK, "FLOAT_COLOR", "POINT", ink)
    vectors = np.zeros((len(points), 3), dtype=np.float32)
    vectors[:, : edge.shape[1]] = edge
    compat.write_attribute(mesh, EDGE, "FLOAT_VECTOR", "POINT", vectors)
    mesh.update(calc_edges=True)


def _hang(
    obj: bpy.types.Object, drawing: Drawing, grids: Mapping[str, bpy.types.Object], camera: bpy.types.Object
) -> None:
    """Pose an object: its own transform stays free for keys, the pose's turn goes into the delta."""
    if drawing.parent == "camera":
        obj.parent = camera
    elif drawing.parent != "world":
        if drawing.parent not in grids:
            raise ScriptError(f"Drawing {drawing.name!r} hangs on {drawing.parent!r}, which is no grid.")
        obj.parent = grids[drawing.parent]
        home = Matrix.LocRotScale(obj.parent.location, None, obj.parent.scale)
        obj.matrix_parent_inverse = home.inverted()
    location, rotation, scale = Matrix(drawing.pose.tolist()).decompose()
    obj.rotation_mode = "XYZ"
    obj.location = location
    obj.delta_rotation_euler = rotation.to_euler("XYZ")
    obj.scale = scale

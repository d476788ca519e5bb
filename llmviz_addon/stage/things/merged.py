"""Many boxes of cells as one mesh: what is left of thousands of grids that fade, glow and are computed as one.

An animated object costs some four microseconds on every frame, and one that only stands there half of that;
a box in a mesh costs nothing. What the cell material reads of a grid's object is then an attribute of its
box's faces. Most meshes hold the grids of one role, so that an object's colour still is its grids'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from ...layout.grid import CELL, Grid
from .. import compat
from ..materials.theme import Theme
from ..ours import own
from ..told_by_objects import KNOWN, LIT
from ..values.atlas import Place
from .grids import CORNERS, FACES, INSET, show_plainly, take_role

MOST = 0.05
"""Cells by which a box is smaller on every side at most; the share of a cube's would be ten of GPT-3's cells."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """``origins`` (n, 3) are home corners in metres and ``cells`` (n, 3) counts along x, y, z (down), as a Grid's.

    What follows tells the values, and None is boxes without: ``strides`` (n, 4) as a Grid's, and what a Place tells of
    the picture from afar; ``atlas`` (n, 4) column, row, gain and side of the pools, as a Place's.
    """

    origins: np.ndarray
    cells: np.ndarray
    strides: np.ndarray | None = None
    atlas: np.ndarray | None = None

    @classmethod
    def of(cls, grids: Sequence[Grid], places: Mapping[str, Place]) -> Crowd:
        """The boxes of grids, with their values."""
        found = [places[grid.name] for grid in grids]
        return cls(
            np.array([grid.origin for grid in grids]),
            np.array([grid.cells for grid in grids]),
            np.array([(*grid.strides, place.far) for grid, place in zip(grids, found, strict=True)]),
            np.array([(place.column, place.row, place.gain, place.pool) for place in found]),
        )


def merged_object(
    grids: Sequence[Grid],
    name: str,
    places: Mapping[str, Place],
    material: bpy.types.Material,
    theme: Theme,
    collection: bpy.types.Collection,
) -> bpy.types.Object:
    """One object for grids of one role that always fade, glow and are computed together."""
    mesh = merged_mesh(name, Crowd.of(grids, places), material)
    show_plainly(mesh, grids[0].role, theme)
    obj = own(bpy.data.objects.new(name, mesh), "grids", name)
    take_role(obj, grids[0].role, theme)
    obj[KNOWN], obj[LIT] = 1.0, 0.0
    collection.objects.link(obj)
    return obj


def merged_mesh(name: str, boxes: Crowd, material: bpy.types.Material) -> bpy.types.Mesh:
    """A mesh of all ``boxes``, for a ``cell_material(…, merged=True)``; its objects may be moved, not scaled.

    An object of it is shown in its own colour, whose alpha is the opacity, with as many values as are ``known``, and
    glowing as far as it is ``lit``.
    100,000 boxes take a third of a second.
    """
    count = len(boxes.origins)
    mesh = own(bpy.data.meshes.new(name), "merged")
    mesh.materials.append(material)
    corners = np.array(CORNERS, dtype=np.float32).round()
    hair = np.minimum(INSET, MOST / boxes.cells)[:, None]
    corners = corners * (1 - 2 * hair) + hair * (1, 1, -1)
    points = corners * (boxes.cells * CELL)[:, None] + boxes.origins[:, None]  # (n, 8, 3)
    faces = np.array(FACES) + 8 * np.arange(count)[:, None, None]
    compat.write_faces(mesh, points.reshape(-1, 3), faces.reshape(-1, 4))
    compat.write_attribute(mesh, "corner", "FLOAT_VECTOR", "POINT", corners.reshape(-1, 3))
    strides = np.zeros((count, 4)) if boxes.strides is None else boxes.strides
    atlas = np.ones((count, 4)) if boxes.atlas is None else boxes.atlas
    per_box = (
        ("cells", "FLOAT_VECTOR", boxes.cells),
        ("strides", "FLOAT_COLOR", strides + 0.5),
        ("atlas", "FLOAT_COLOR", atlas + (0, 0, 0, 0.5)),
        ("known", "FLOAT", np.full(count, float(boxes.atlas is not None))),
        ("sharp_face", "BOOLEAN", np.ones(count)),  # flat shading
    )
    for key, kind, values in per_box:
        compat.write_attribute(mesh, key, kind, "FACE", np.repeat(values, len(FACES), axis=0))
    mesh.update(calc_edges=True)
    return mesh

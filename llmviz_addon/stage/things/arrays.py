"""Meshes of drawings as arrays, before and as they come into Blender."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import bpy
import numpy as np

from .. import checksums, compat
from ..materials.flat_material import BELOW, EDGE, INK, LEAN
from ..ours import own
from .letters import Letters, gathered, write_letters
from .mesh2d import Sides, join_sides, numbered


@dataclass(frozen=True, eq=False)
class Arrays:
    """A mesh as arrays: ``points`` (n, 3), ``triangles`` (m, 3), ``ink`` (n, 4) linear, ``edge`` (n, 3).

    ``letters`` come after all these. ``lean`` (n, 3) is there where things are lit: in the drawing's plane, and
    how bright the face of what has a body is; ``below`` (n, 4) where something may hang down, its ink there.

    Numbers of 32 bits, as meshes have them: the letters of a large model's labels are three million points.
    """

    points: np.ndarray
    triangles: np.ndarray
    ink: np.ndarray
    edge: np.ndarray
    sides: Sides | None = None  # of the triangles; where they are not known, Blender finds them
    letters: Letters = field(default_factory=Letters.none)
    lean: np.ndarray | None = None
    below: np.ndarray | None = None

    @property
    def count(self) -> int:
        """How many points it is with its letters written out."""
        return len(self.points) + self.letters.count

    @classmethod
    def loose(cls, points: np.ndarray) -> Arrays:
        """Points (n, 3) without faces; none of them is seen."""
        zero = np.zeros((len(points), 4), dtype=np.float32)
        none = np.zeros((0, 3), dtype=np.int32)
        return cls(points.astype(np.float32), none, zero, zero[:, :3], Sides(none[:, :2], none))

    def posed(self, pose: np.ndarray) -> Arrays:
        """The same, transformed by a (4, 4) matrix."""
        turn, place = pose[:3, :3].T.astype(np.float32), pose[:3, 3].astype(np.float32)
        letters = self.letters.posed(pose) if len(self.letters) else self.letters
        return replace(self, points=self.points @ turn + place, edge=self.edge @ turn, letters=letters)

    def mesh(self, name: str, material: bpy.types.Material) -> bpy.types.Mesh:
        """A new mesh of these arrays; letters are its last points."""
        mesh = blank_mesh(name, material)
        self.fill(mesh)
        return mesh

    def fill(self, mesh: bpy.types.Mesh) -> None:
        """Put these arrays into a mesh of ours, in place of what is in it."""
        mesh.clear_geometry()  # of a new one, too: of equal arrays all meshes are to be equal
        if len(self.points) or len(self.letters):
            points, ink, edge, lean = self.points, self.ink, self.edge, self.lean
            if len(self.letters):
                zero = np.zeros_like(self.letters.place)
                points, edge = np.concatenate([points, self.letters.place]), np.concatenate([edge, zero])
                ink = np.concatenate([ink, self.letters.ink])
                lean = lean if lean is None else np.concatenate([lean, zero])
            compat.write_faces(mesh, points, self.triangles, self.sides)
            compat.write_attribute(mesh, INK, "FLOAT_COLOR", "POINT", ink)
            compat.write_attribute(mesh, EDGE, "FLOAT_VECTOR", "POINT", edge)
            if lean is not None:
                compat.write_attribute(mesh, LEAN, "FLOAT_VECTOR", "POINT", lean)
            if self.below is not None:
                compat.write_attribute(mesh, BELOW, "FLOAT_COLOR", "POINT", self.below)
            if len(self.letters):
                write_letters(mesh, self.letters)
            mesh.attributes.active_color_name = INK  # shown by Solid view's attribute colours
            mesh.update(calc_edges=self.sides is None)

    def told(self, mesh: bpy.types.Mesh) -> int:
        """The ``geometry`` of ``mesh``, which is filled with these: of all such meshes the first is looked at."""
        if "_told" not in vars(self):
            vars(self)["_told"] = checksums.of_mesh(mesh)
        return vars(self)["_told"]


def blank_mesh(name: str, material: bpy.types.Material, like: bpy.types.Mesh | None = None) -> bpy.types.Mesh:
    """A new mesh, to be filled.

    One that was made before is taken as a mould where it is told: for every material that a mesh is given Blender
    looks at all objects in the file.
    """
    if like is None:
        mesh = own(bpy.data.meshes.new(name), "flat")
        mesh.materials.append(material)
    else:
        mesh = like.copy()
        mesh.name = name
    return mesh


def joined(arrays: Sequence[Arrays]) -> Arrays:
    """Several as one."""
    points = [len(array.points) for array in arrays]
    known = [array.sides for array in arrays if array.sides is not None]
    leans = any(array.lean is not None for array in arrays)
    return Arrays(
        np.concatenate([array.points for array in arrays]),
        numbered([array.triangles for array in arrays], points),
        np.concatenate([array.ink for array in arrays]),
        np.concatenate([array.edge for array in arrays]),
        join_sides(known, points) if len(known) == len(arrays) else None,
        gathered([array.letters for array in arrays]),
        np.concatenate([array.edge * 0 if array.lean is None else array.lean for array in arrays]) if leans else None,
    )

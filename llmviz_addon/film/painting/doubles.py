"""Unseen objects that share the meshes of those that are seen, which spares Cycles most of what it does for a picture.

The faces of all meshes with one user go into one tree, which is built anew whenever anything moves or
appears: 15 of the 20 ms of a small region. A mesh with several users has a tree of its own, built once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from ...stage import compat
from .written import modified

RAYS = ("camera", "diffuse", "glossy", "transmission", "volume_scatter")
"""What must not see a double; it is left to shadows, which nothing casts, as what nothing sees is left out."""


class Doubles:
    """The doubles of objects in a scene that nobody will save: two a mesh, however many users it has."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self._home = bpy.data.collections.new("llmviz doubles")
        self._made: dict[Any, list[bpy.types.Object]] = {}
        self._there: set[Any] = set()
        scene.collection.children.link(self._home)

    def settle(self, showing: Iterable[bpy.types.Object]) -> None:
        """Have doubles of the meshes of these objects, and of no others."""
        wanted: set[Any] = {obj.data for obj in showing if obj.type == "MESH" and not modified(obj)}
        for mesh in self._there - wanted:
            for double in self._made[mesh]:
                self._home.objects.unlink(double)
        for mesh in wanted - self._there:
            for double in self._doubles(mesh):
                self._home.objects.link(double)
        self._there = wanted

    def remove(self) -> None:
        """Take them all out of the file."""
        bpy.data.batch_remove([self._home, *(double for doubles in self._made.values() for double in doubles)])

    def _doubles(self, mesh: bpy.types.Mesh) -> list[bpy.types.Object]:
        if mesh not in self._made:
            self._made[mesh] = [bpy.data.objects.new("llmviz double", mesh) for _ in range(2)]
            for double in self._made[mesh]:
                for ray in RAYS:
                    setattr(double, f"visible_{ray}", False)
        return self._made[mesh]


def shows(obj: bpy.types.Object, first: int, last: int) -> bool:
    """Whether an object is rendered at any frame from ``first`` to ``last``, as far as its own keys tell."""
    curve = next((curve for curve in compat.fcurves(obj) if curve.data_path == "hide_render"), None)
    if curve is None:
        return not obj.hide_render
    return any(curve.evaluate(frame) < 0.5 for frame in range(first, last + 1))

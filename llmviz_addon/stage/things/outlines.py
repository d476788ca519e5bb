"""Models in outline: one mesh for what a model has once, one for its layer, an object for every layer.

A film's every frame pays for every animated object, so a layer is one object, not one per role, and one for its
ribbons. The colours of roles are an attribute of the mesh, which Solid view shows as it does drawings'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bpy
import numpy as np

from ...layout.grid import Ribbon, Role
from ...layout.outline import BoxArrays, Outline
from ...screenplay.score.timeline import Standing
from .. import compat
from ..materials.cell_material import cell_material
from ..materials.flat_material import REACH
from ..materials.theme import Theme, linear
from ..motion.actors import piece_actor
from ..motion.keys import Actor
from ..ours import own
from .arrays import joined
from .drawings import ALWAYS
from .grids import CORNERS
from .merged import Crowd, merged_mesh
from .ribbons import apart, arrays

ROLE = "role"


def outline_actors(
    models: Iterable[Standing], flat: bpy.types.Material, look: Theme, collection: bpy.types.Collection
) -> dict[str, Actor]:
    """The objects of ``models``, invisible at rest; an actor for every piece, by its name."""
    models = tuple(models)
    if not models:
        return {}
    maker = _Maker(cell_material(None, look, wide=True, merged=True), flat, look, collection)
    actors = {}
    for model in models:
        one = model.outline
        once = maker.meshes(model.once.name, one.once, one.once_ribbons, one)
        actors[model.once.name] = maker.actor(model.once.name, once, model.at)
        layer = maker.meshes(f"{model.once.name}:layer", one.layer, one.layer_ribbons, one)
        for piece, offset in zip(model.layers, one.offsets, strict=True):
            actors[piece.name] = maker.actor(piece.name, layer, model.at + offset)
    return actors


class _Maker:
    def __init__(
        self, cells: bpy.types.Material, flat: bpy.types.Material, look: Theme, collection: bpy.types.Collection
    ) -> None:
        self.cells, self.flat, self.look, self.collection = cells, flat, look, collection

    def meshes(self, name: str, boxes: BoxArrays, ribbons: Sequence[Ribbon], one: Outline) -> list[bpy.types.Mesh]:
        """The mesh of all boxes, and that of the ribbons if there are any."""
        mesh = merged_mesh(name, Crowd(boxes.origins, boxes.cells), self.cells)
        colors = np.array([(*linear(self.look.cells.positive[role]), 1.0) for role in Role])
        numbers = {id(role): number for number, role in enumerate(Role)}  # by their ids, as there are 100,000 boxes
        which = np.repeat([numbers[id(role)] for role in boxes.roles], len(CORNERS))
        compat.write_attribute(mesh, ROLE, "FLOAT_COLOR", "POINT", colors[which])
        mesh.attributes.active_color_name = ROLE
        if not ribbons:
            return [mesh]
        fringe = 0.025 * one.sample.gap
        bands = joined([apart(arrays(ribbon, self.look, fringe), number) for number, ribbon in enumerate(ribbons)])
        return [mesh, bands.mesh(f"{name} ribbons", self.flat)]

    def actor(self, name: str, meshes: Iterable[bpy.types.Mesh], at: np.ndarray) -> Actor:
        """Objects of the meshes at one place, which fade together."""
        objects = []
        for mesh in meshes:
            obj = own(bpy.data.objects.new(name, mesh), "outline", name)
            obj.location = tuple(at)
            obj.color = (*linear(self.look.cells.positive[Role.WEIGHT]), 0.0)
            obj[REACH] = ALWAYS
            obj.hide_render = obj.hide_viewport = True
            self.collection.objects.link(obj)
            objects.append(obj)
        return piece_actor(name, objects)

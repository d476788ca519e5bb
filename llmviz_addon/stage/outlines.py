"""Models in outline: one mesh per role for what a model has once, one for its layer, an object for every layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bpy
import numpy as np

from ..layout.grid import Ribbon, Role
from ..layout.outline import Boxes, Outline
from ..screenplay.timeline import Standing
from .cell_material import cell_material
from .drawings import ALWAYS, joined
from .flat_material import REACH
from .keys import Actor, Target, unknown
from .merged import Boxes as Merged
from .merged import merged_mesh
from .ours import own
from .ribbons import arrays
from .theme import Theme, linear


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


Coloured = tuple[bpy.types.Mesh, tuple[float, float, float]]


class _Maker:
    def __init__(
        self, cells: bpy.types.Material, flat: bpy.types.Material, look: Theme, collection: bpy.types.Collection
    ) -> None:
        self.cells, self.flat, self.look, self.collection = cells, flat, look, collection

    def meshes(self, name: str, boxes: Boxes, ribbons: Sequence[Ribbon], one: Outline) -> list[Coloured]:
        """The meshes of boxes, by role, and of ribbons, each with its colour."""
        found = []
        for role in Role:
            mine = boxes.of(role)
            if len(mine.origins):
                mesh = merged_mesh(f"{name} {role}", Merged(mine.origins, mine.cells), self.cells)
                found.append((mesh, linear(self.look.roles[role])))
        if ribbons:
            fringe = 0.025 * one.sample.gap
            mesh = joined([arrays(ribbon, self.look, fringe) for ribbon in ribbons]).mesh(f"{name} ribbons", self.flat)
            found.append((mesh, linear(self.look.roles[Role.ACTIVATION])))
        return found

    def actor(self, name: str, meshes: Iterable[Coloured], at: np.ndarray) -> Actor:
        """Objects of the meshes at one place, which fade together."""
        objects = []
        for mesh, color in meshes:
            obj = own(bpy.data.objects.new(name, mesh), "outline")
            obj.location = at
            obj.color = (*color, 0.0)
            obj[REACH] = ALWAYS
            obj.hide_render = obj.hide_viewport = True
            self.collection.objects.link(obj)
            objects.append(obj)

        def targets(prop: str, index: int) -> list[Target]:
            if prop != "opacity":
                raise unknown(name, prop, ("opacity",))
            return [Target(obj, "color", 3) for obj in objects]

        return Actor(targets, tuple(objects))

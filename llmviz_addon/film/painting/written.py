"""Letters written out, in a scene that nobody will save.

A drawing keeps its letters as points that a modifier writes out. Cycles shares no mesh between objects that have
modifiers, and so could have no doubles of them; and where an object shows would have to be read anew at every frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from ...stage import compat
from ...stage.things.letters import MODIFIER


class Written:
    """Lends objects of a scene the meshes that their letters are written out in, without the modifier."""

    def __init__(self, scene: bpy.types.Scene) -> None:
        self._scene = scene
        self._made: dict[Any, Any] = {}  # by mesh, the one with its letters written out
        self._lent: dict[Any, Any] = {}  # by object, its own mesh

    def settle(self, showing: Iterable[bpy.types.Object]) -> None:
        """Lend such meshes to these objects, and to no others."""
        wanted: set[Any] = {obj for obj in showing if obj in self._lent or _sets_letters(obj)}
        for obj in self._lent.keys() - wanted:
            self._return(obj)
        self._write({obj.data: obj for obj in wanted - self._lent.keys() if obj.data not in self._made})
        for obj in wanted - self._lent.keys():
            self._lent[obj] = obj.data
            obj.data = self._made[obj.data]
            _switch(obj, False)
        unused = {mesh: made for mesh, made in self._made.items() if not made.users}
        self._made = {mesh: made for mesh, made in self._made.items() if mesh not in unused}
        bpy.data.batch_remove(list(unused.values()))

    def remove(self) -> None:
        """Give all their own again."""
        self.settle(())

    def _return(self, obj: Any) -> None:
        obj.data = self._lent.pop(obj)
        _switch(obj, True)

    def _write(self, first: dict[Any, bpy.types.Object]) -> None:
        """Have these meshes written out, by the modifiers of objects that have them."""
        makers = []
        for mesh, obj in first.items():
            maker = bpy.data.objects.new("llmviz written", mesh)
            setting: Any = obj.modifiers[0]
            compat.nodes_modifier(maker, MODIFIER, setting.node_group)
            self._scene.collection.objects.link(maker)
            makers.append(maker)
        depsgraph = bpy.context.evaluated_depsgraph_get()
        for maker in makers:
            self._made[maker.data] = bpy.data.meshes.new_from_object(
                maker.evaluated_get(depsgraph), preserve_all_data_layers=True, depsgraph=depsgraph
            )
        bpy.data.batch_remove(makers)


def modified(obj: bpy.types.Object) -> bool:
    """Whether what an object shows is not its mesh, but what modifiers make of it."""
    return any(modifier.show_render for modifier in obj.modifiers)


def _sets_letters(obj: bpy.types.Object) -> bool:
    first: Any = obj.modifiers[0] if len(obj.modifiers) else None
    return first is not None and first.name == MODIFIER and first.type == "NODES" and first.show_render


def _switch(obj: bpy.types.Object, on: bool) -> None:
    obj.modifiers[0].show_render = obj.modifiers[0].show_viewport = on

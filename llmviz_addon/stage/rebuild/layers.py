"""How the user set up what is ours in the view layers of a scene: which collections are excluded, hidden, held out.

And which things she selected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import bpy

from ..ours import Ours, kind_of

SETTINGS = ("exclude", "hide_viewport", "holdout", "indirect_only")
Settings = Mapping[tuple[str, tuple[str, str, str]], tuple[bool, ...]]
"""By the name of the view layer, and what the collection is."""
Selection = Mapping[str, tuple[set[tuple[str, str, str]], tuple[str, str, str] | None]]
"""By the name of the view layer: what is selected, and what is active."""


def settings_of(scene: bpy.types.Scene, held: Ours) -> Settings:
    """How the collections that are ``held`` are set up."""
    return {key: tuple(getattr(found, name) for name in SETTINGS) for key, found in _found(scene, held)}


def set_again(scene: bpy.types.Scene, held: Ours, settings: Settings) -> None:
    """Set the new ones up alike: the outer before the inner, which Blender excludes with them."""
    for key, found in _found(scene, held):
        for name, value in zip(SETTINGS, settings.get(key, ()), strict=False):
            if getattr(found, name) != value:
                setattr(found, name, value)


def selection_of(scene: bpy.types.Scene, held: Ours) -> Selection:
    """What of ``held`` is selected in each view layer, and which thing is active there."""
    found = {}
    for layer in scene.view_layers:
        active = layer.objects.active
        selected = {kind_of(obj) for obj in layer.objects.selected if obj in held.blocks}
        found[layer.name] = selected, kind_of(active) if active is not None and active in held.blocks else None
    return found


def select_again(scene: bpy.types.Scene, held: Ours, selection: Selection) -> None:
    """Select what of ``held`` is in place of that."""
    if not any(selected or active for selected, active in selection.values()):
        return
    heirs: dict[tuple[str, str, str], Any] = {kind_of(obj): obj for obj in held.objects}
    for layer in scene.view_layers:
        selected, active = selection.get(layer.name, (set(), None))
        wanted = [heirs[kind] for kind in (*selected, active) if kind in heirs]
        there = set(layer.objects) if wanted else set()
        for obj in there.intersection(heirs[kind] for kind in selected if kind in heirs):
            obj.select_set(True, view_layer=layer)
        if active in heirs and heirs[active] in there:
            layer.objects.active = heirs[active]


def _found(scene: bpy.types.Scene, held: Ours) -> Iterator[tuple[tuple[str, tuple[str, str, str]], Any]]:
    kinds = {collection: kind_of(collection) for collection in held.collections}
    for layer in scene.view_layers:
        waiting: list[Any] = [layer.layer_collection] if layer.layer_collection is not None else []  # never shown
        while waiting:
            one = waiting.pop()
            waiting += one.children
            if one.collection in kinds:
                yield (layer.name, kinds[one.collection]), one

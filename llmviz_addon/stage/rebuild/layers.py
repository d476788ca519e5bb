"""How the user set up our collections in the view layers of a scene: which of them are excluded, hidden, held out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import bpy

from ..ours import Ours, kind_of

SETTINGS = ("exclude", "hide_viewport", "holdout", "indirect_only")
Settings = Mapping[tuple[str, tuple[str, str, str]], tuple[bool, ...]]
"""By the name of the view layer, and what the collection is."""


def settings_of(scene: bpy.types.Scene, held: Ours) -> Settings:
    """How the collections that are ``held`` are set up."""
    return {key: tuple(getattr(found, name) for name in SETTINGS) for key, found in _found(scene, held)}


def set_again(scene: bpy.types.Scene, held: Ours, settings: Settings) -> None:
    """Set the new ones up alike: the outer before the inner, which Blender excludes with them."""
    for key, found in _found(scene, held):
        for name, value in zip(SETTINGS, settings.get(key, ()), strict=False):
            if getattr(found, name) != value:
                setattr(found, name, value)


def _found(scene: bpy.types.Scene, held: Ours) -> Iterator[tuple[tuple[str, tuple[str, str, str]], Any]]:
    kinds = {collection: kind_of(collection) for collection in held.collections}
    for layer in scene.view_layers:
        waiting: list[Any] = [layer.layer_collection] if layer.layer_collection is not None else []  # never shown
        while waiting:
            one = waiting.pop()
            waiting += one.children
            if one.collection in kinds:
                yield (layer.name, kinds[one.collection]), one

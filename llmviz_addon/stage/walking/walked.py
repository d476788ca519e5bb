"""Which things are hidden while one walks, written on the view layer, so that it goes with undo and with the file.

They are told by the numbers that they have in their stage. What the user has hidden herself is not among them.
"""

from __future__ import annotations

import bpy

from ..ours import keys

WALKED = "llmviz_walked"
"""Custom property of a view layer: the numbers of what is hidden in it."""


def hidden_by_walking(scene: bpy.types.Scene, layer: bpy.types.ViewLayer) -> set[bpy.types.Object]:
    """What is hidden so, and has not been shown again by the user."""
    written = layer.get(WALKED)
    numbers = set(written) if hasattr(written, "typecode") else set()
    if not numbers:
        return set()
    there = set(layer.objects)
    walked = (one for one, key in keys(scene).items() if key in numbers and isinstance(one, bpy.types.Object))
    return {one for one in walked if one in there and one.hide_get(view_layer=layer)}


def is_hiding(layer: bpy.types.ViewLayer) -> bool:
    """Whether anything is."""
    return layer.get(WALKED) is not None

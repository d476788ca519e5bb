"""Which things are hidden while one walks, written on the view layer, so that it goes with undo and with the file.

They are told by the numbers that they have in their stage. What the user has hidden herself is not among them.
"""

from __future__ import annotations

from dataclasses import dataclass

import bpy

from ...layout.contents import Path
from ..ours import keys
from ..playing import hidden_away

WALKED = "llmviz_walked"
"""Custom property of a view layer: the numbers of what is hidden in it, and why; of an object: that it is a part; of a
collection of parts: its number."""
PARTS = "parts"
"""Of what is written of a view layer: that number. A pointer would have to outlive every undo."""


@dataclass(frozen=True)
class Walked:
    """Things hidden, by their ``numbers``: all but what is at the path ``only``, if one is told, and ``weights``."""

    numbers: frozenset[int] = frozenset()
    only: Path = ()
    weights: bool = False


def read_walked(layer: bpy.types.ViewLayer) -> Walked:
    """What is written on a view layer; nothing where that is damaged."""
    written = layer.get(WALKED)
    if not hasattr(written, "get"):
        return Walked()
    numbers, only = (_whole(written.get(name)) for name in ("numbers", "only"))
    return Walked(frozenset(numbers), only, written.get("weights") == 1)


def parts_in(layer: bpy.types.ViewLayer) -> bpy.types.Collection | None:
    """The collection of the parts that are shown in a view layer, if there are any."""
    written, scene = layer.get(WALKED), layer.id_data
    number = written.get(PARTS) if hasattr(written, "get") else None
    if number is None:
        return None
    return next((one for one in scene.collection.children if one.get(WALKED) == number), None)


def write_walked(layer: bpy.types.ViewLayer, walked: Walked, parts: bpy.types.Collection | None = None) -> None:
    """Write it down; nothing is hidden, and nothing is written."""
    if layer.get(WALKED) is not None:
        del layer[WALKED]
    if walked != Walked():
        lists = {"numbers": sorted(walked.numbers), "only": list(walked.only)}
        layer[WALKED] = {**{name: one for name, one in lists.items() if one}, "weights": int(walked.weights)}
        if parts is not None:
            layer[WALKED][PARTS] = parts[WALKED]


def hidden_by_walking(scene: bpy.types.Scene, layer: bpy.types.ViewLayer) -> set[bpy.types.Object]:
    """What is hidden so, and has not been shown again by the user."""
    numbers = read_walked(layer).numbers
    if not numbers:
        return set()
    there, away = set(layer.objects), hidden_away(layer)
    walked = (one for one, key in keys(scene).items() if key in numbers and isinstance(one, bpy.types.Object))
    return {one for one in walked if one in away or (one in there and one.hide_get(view_layer=layer))}


def is_hiding(layer: bpy.types.ViewLayer) -> bool:
    """Whether anything is."""
    return layer.get(WALKED) is not None


def _whole(written: object) -> tuple[int, ...]:
    """Whole numbers that are written as an array of such."""
    return tuple(written) if getattr(written, "typecode", "") == "i" else ()  # type: ignore[arg-type]

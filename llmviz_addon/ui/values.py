"""What is set, as a file may have it.

A file that another version wrote, or a broken or hostile one, may hold a choice that there is none of, a number out
of its range, or bytes that are no text. Blender hands these out as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import bpy

from ..screenplay.production import PACE
from ..stage.materials.theme_file import NAMES

ASPECTS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}
"""Width and height of the pictures that can be chosen."""
THEME_TEXTS = {
    "light": "For slides and paper",
    "dark": "For dark slides",
    "light-safe": "Light, in colours that the colour-blind tell apart",
    "dark-safe": "Dark, in colours that the colour-blind tell apart",
    "cinematic": "For films: slabs under lamps, values that glow",
}
THEME_ITEMS = [(name, name.replace("-", " ").title(), THEME_TEXTS[name]) for name in NAMES]
THEME_ITEMS += [("FILE", "Theme File", "A theme of your own")]
PACE_RANGE: dict[str, Any] = {
    **{"default": PACE, "min": 20.0, "max": 2000.0, "soft_min": 80.0, "soft_max": 400.0},
    **{"step": 1000, "precision": 0},
}
"""Words a minute, as a property takes it."""


def value(group: bpy.types.PropertyGroup | bpy.types.AddonPreferences, name: str) -> Any:
    """The value of a property of ``group``: its default, or the nearest there is, where it holds none of its values."""
    kind = group.bl_rna.properties[name]
    try:
        found = getattr(group, name)
    except UnicodeDecodeError:
        return kind.default
    if kind.type == "ENUM" and not kind.is_enum_flag:
        return found or kind.default
    if kind.type in ("INT", "FLOAT"):
        return min(max(found, kind.hard_min), kind.hard_max) if math.isfinite(found) else kind.default
    return found


def follows(name: str, default: bool | int | float | str, preferred: Callable[[str], Any]) -> dict[str, Any]:
    """What makes a property be what is ``preferred``, until it is set; of a choice that is its number.

    It goes into the declaration. Nothing is written into a file before she sets it there.
    """
    kind = type(default)
    if "get_transform" in (bpy.props.BoolProperty.__doc__ or ""):  # since 5.0

        def seen(group: Any, kept: Any, is_set: bool) -> Any:
            return kept if is_set else kind(preferred(name))

        return {"get_transform": seen}

    def get(group: Any) -> Any:
        kept = group.get(name)
        return kind(kept if isinstance(kept, str if kind is str else int | float) else preferred(name))

    def put(group: Any, wanted: Any) -> None:
        group[name] = wanted

    return {"get": get, "set": put}

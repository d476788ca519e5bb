"""What is set, as a file may have it.

A file that another version wrote, or a broken or hostile one, may hold a choice that there is none of, a number out
of its range, or bytes that are no text. Blender hands these out as they are.
"""

from __future__ import annotations

import math
from typing import Any

import bpy

ASPECTS = {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}
"""Width and height of the pictures that can be chosen."""


def value(group: bpy.types.PropertyGroup, name: str) -> Any:
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

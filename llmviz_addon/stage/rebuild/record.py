"""How a stage was when it was built, written down in its scene with the list of what is ours.

Most things of a film have the same settings and other values, so the names of these are written once for all.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import lru_cache

import bpy

from ...errors import LlmvizError
from ...model.files import json_object
from ..ours import built_text, write_built
from .snapshot import Values

MOST_BYTES = 2**27


def write_record(scene: bpy.types.Scene, state: Mapping[str, Values]) -> None:
    """Write down ``state``, what is set on each thing by its key, in place of what was written."""
    kinds: dict[tuple[str, ...], int] = {}
    things = {key: [kinds.setdefault(tuple(set_on), len(kinds)), *set_on.values()] for key, set_on in state.items()}
    text = json.dumps({"version": version(), "paths": list(kinds), "things": things})
    write_built(scene, zlib.compress(text.encode(), 1))


def read_record(scene: bpy.types.Scene) -> dict[str, Values] | None:
    """What was written down; None where nothing was, it was damaged, or another Blender wrote it."""
    by, found = _read(built_text(scene))
    return {key: dict(values) for key, values in found.items()} if by == version() else None


@lru_cache(maxsize=1)  # it is asked for before a stage is changed, and after
def _read(written: bytes) -> tuple[object, dict[str, Values]]:
    """By whom something was written, and what; None and nothing where it was damaged."""
    try:
        reader = zlib.decompressobj()
        text = reader.decompress(written, MOST_BYTES)
        found = json_object(text) if reader.eof else {}
        paths, things = found["paths"], found["things"]
        told = {key: dict(zip(paths[kind], values, strict=True)) for key, (kind, *values) in things.items()}
        return found["version"], told
    except (zlib.error, LlmvizError, LookupError, TypeError, ValueError, AttributeError):
        return None, {}


def version() -> Values:
    """Who writes: another Blender has other properties and defaults."""
    return {"format": 4, "blender": list(bpy.app.version[:2])}

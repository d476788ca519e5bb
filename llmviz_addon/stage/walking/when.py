"""When what one walks to is seen in the film, as its keys say."""

from __future__ import annotations

import math
from collections.abc import Iterable

import bpy

from ...layout.contents import Entry
from ..motion.spans import Span, seen
from ..ours import NAME, TAG, ours
from .hiding import grids_of
from .places import Walk, pieces

CELLS = ("grid", "grids", "fragment")


def spans_of(scene: bpy.types.Scene, walk: Walk, entry: Entry) -> list[Span]:
    """The first and last frame of each time at which something of an entry may be seen."""
    return [span for obj in ours(scene).objects if _shows(walk, obj, entry) for span in seen(obj)]


def closest(frames: Iterable[int], spans: Iterable[Span], now: int) -> list[int]:
    """Those ``frames`` that lie in spans, then the middles of these, each the nearest to ``now`` first."""
    held = [*spans]
    within = {frame for frame in frames if any(start <= frame <= end for start, end in held)}
    middles = {int(start + end) // 2 for start, end in held if math.isfinite(start + end)}
    found = [frame for some in (within, middles) for frame in sorted(some, key=lambda frame: abs(frame - now))]
    return [*dict.fromkeys(found)]


def _shows(walk: Walk, obj: bpy.types.Object, entry: Entry) -> bool:
    if entry.model.outline is not None:
        return obj.get(TAG) == "outline" and obj.get(NAME) in pieces(walk.about.outlines[entry.model.outline][0], entry)
    return obj.get(TAG) in CELLS and any(name in entry.names for name in grids_of(walk.about, obj))

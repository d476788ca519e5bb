"""From when to when an object is seen, and from when to when anything of it changes, as its keys say."""

from __future__ import annotations

import math

import bpy
import numpy as np

from .. import compat
from .properties import HIDES

MARGIN = 1
"""Frames before and after in which a thing counts as seen, for motion blur."""

Span = tuple[float, float]
"""First and last frame."""
ALWAYS: Span = (-math.inf, math.inf)
NEVER: Span = (math.inf, -math.inf)


def seen(obj: bpy.types.Object) -> list[Span]:
    """The first and the last frame of each time at which an object may be seen."""
    curves = {curve.data_path: curve for curve in compat.fcurves(obj) if curve.data_path in HIDES}
    return [span for path in HIDES for span in _shown(obj, path, curves.get(path))]


def busy(obj: bpy.types.Object) -> list[Span]:
    """Spans that hold all frames at which an object is seen, or something of it differs from the frame before."""
    data = obj.animation_data
    if data is None or len(data.nla_tracks) or len(data.drivers):
        return [ALWAYS]
    curves = compat.fcurves(obj)
    hiding = {curve.data_path: curve for curve in curves if curve.data_path in HIDES}
    found = [span for path in HIDES for span in _shown(obj, path, hiding.get(path))]
    found += [span for curve in curves if curve.data_path not in HIDES for span in _changes(curve)]
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _shown(obj: bpy.types.Object, path: str, curve: bpy.types.FCurve | None) -> list[Span]:
    data = obj.animation_data
    if data is not None and (len(data.nla_tracks) or any(driver.data_path == path for driver in data.drivers)):
        return [ALWAYS]
    if curve is None or curve.mute or not len(curve.keyframe_points):
        return [] if getattr(obj, path) else [ALWAYS]
    if len(curve.modifiers):
        return [ALWAYS]
    frames, values, kinds = _keys(curve)
    if (kinds != compat.key_enum("interpolation", "CONSTANT")).any():
        return [ALWAYS]
    starts = [-math.inf, *(math.floor(frame) - MARGIN for frame in frames[1:])]
    ends = [*(math.ceil(frame) + MARGIN for frame in frames[1:]), math.inf]
    return [(start, end) for start, end, gone in zip(starts, ends, (values >= 0.5).tolist(), strict=True) if not gone]


def _changes(curve: bpy.types.FCurve) -> list[Span]:
    if curve.mute:
        return []
    if not len(curve.keyframe_points) or len(curve.modifiers) or curve.extrapolation != "CONSTANT":
        return [ALWAYS]
    frames, values, kinds = _keys(curve)
    bent = [compat.key_enum("interpolation", name) for name in ("BEZIER", "ELASTIC")]
    moves = (values[1:] != values[:-1]) | np.isin(kinds[:-1], bent)
    jumps = kinds[:-1] == compat.key_enum("interpolation", "CONSTANT")
    starts, ends = np.where(jumps, frames[1:], frames[:-1])[moves], frames[1:][moves]
    return list(zip((starts - MARGIN).tolist(), (ends + MARGIN).tolist(), strict=True))


def _keys(curve: bpy.types.FCurve) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames, values and interpolations of all keys, (n,) each."""
    points = curve.keyframe_points
    places, kinds = np.empty(2 * len(points), dtype=np.float32), np.empty(len(points), dtype=np.int32)
    points.foreach_get("co", places)
    points.foreach_get("interpolation", kinds)
    return places[::2], places[1::2], kinds

"""F-curves of the user's on our things, as plain numbers, so that the things that come after have them too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

FIELDS: tuple[tuple[str, int, Any], ...] = (
    *((name, 2, np.float32) for name in ("co", "handle_left", "handle_right")),
    *((name, 1, np.int32) for name in ("interpolation", "easing", "handle_left_type", "handle_right_type")),
    *((name, 1, np.float32) for name in ("back", "amplitude", "period")),
)
"""All that a key is: names, numbers each, and what they are."""


@dataclass(frozen=True, eq=False)
class Curve:
    """What moves ``index`` of the property at ``path``, by keys (n); ``keys`` are the values of ``FIELDS``, flat."""

    path: str
    index: int
    count: int
    extrapolation: Any
    keys: tuple[np.ndarray, ...]


def read_curve(curve: bpy.types.FCurve) -> Curve:
    """The curve as numbers; what modifies it is left out."""
    points = curve.keyframe_points
    found = []
    for name, width, dtype in FIELDS:
        values = np.empty(len(points) * width, dtype)
        points.foreach_get(name, values)
        found.append(values)
    return Curve(curve.data_path, curve.array_index, len(points), curve.extrapolation, tuple(found))


def write_curve(owner: Any, told: Curve) -> None:
    """Have ``owner``, which nothing moves there, moved by the curve."""
    data = owner.animation_data_create()
    if data.action is None:
        data.action = bpy.data.actions.new(f"{owner.name} keys")
    curve = data.action.fcurve_ensure_for_datablock(owner, told.path, index=told.index)
    curve.keyframe_points.add(told.count)
    for (name, _, _), values in zip(FIELDS, told.keys, strict=True):
        curve.keyframe_points.foreach_set(name, values)
    curve.extrapolation = told.extrapolation
    curve.update()

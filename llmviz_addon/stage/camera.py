"""The camera rig: an empty at the point looked at, the camera its child at a distance.

Turning the empty makes arcs where a moving camera would cut straight through the set, and an artist
can edit three plain transforms. The lens is fixed; ``shift`` leaves room for the text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy

from .ours import own

SENSOR, LENS = 24.0, 35.0


@dataclass(frozen=True)
class Rig:
    """``pivot`` stands at what is looked at, ``camera`` hangs on it."""

    pivot: bpy.types.Object
    camera: bpy.types.Object


def camera_rig(collection: bpy.types.Collection) -> Rig:
    """A rig that looks along +Y at the origin."""
    data = own(bpy.data.cameras.new("llmviz camera"), "camera")
    data.sensor_fit = "VERTICAL"
    data.sensor_height = SENSOR
    data.lens = LENS
    data.passepartout_alpha = 0.85  # what lies outside the picture is not part of the film
    data.clip_start = 0.2  # the text hangs at 0.3 m; nearer would cost the depth of flat shapes far away
    data.clip_end = 10_000.0
    camera = own(bpy.data.objects.new("llmviz camera", data), "camera")
    pivot = own(bpy.data.objects.new("llmviz camera target", None), "camera target")
    pivot.empty_display_size = 0.2
    pivot.rotation_mode = "XYZ"
    camera.parent = pivot
    for obj in (pivot, camera):
        collection.objects.link(obj)
    pose(Rig(pivot, camera), (0, 0, 0), 270.0, 0.0, 10.0)
    return Rig(pivot, camera)


def pose(
    rig: Rig,
    target: tuple[float, float, float],
    azimuth: float,
    elevation: float,
    distance: float,
    shift: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Look at ``target`` (m) from these angles (degrees) and distance (m)."""
    rig.pivot.location = target
    rig.pivot.rotation_euler = (pitch(elevation), 0.0, yaw(azimuth))
    rig.camera.location = (0.0, 0.0, distance)
    rig.camera.data.shift_x, rig.camera.data.shift_y = shift


def pitch(elevation: float) -> float:
    """The rig's rotation around x, in radians: at 0 degrees the camera looks level."""
    return math.radians(90.0 - elevation)


def yaw(azimuth: float) -> float:
    """The rig's rotation around z, in radians: at 270 degrees the camera stands in front."""
    return math.radians(azimuth + 90.0)

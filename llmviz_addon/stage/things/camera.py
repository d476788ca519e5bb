"""The camera rig: an empty at the point looked at, the camera its child at a distance.

Turning the empty makes arcs where a moving camera would cut straight through the set, and an artist
can edit three plain transforms. The lens is fixed; ``shift`` leaves room for the text.

The text hangs on a page before the camera in use. Places are 32-bit numbers: 100 km from the origin they are a
centimetre apart, which would tear letters of a few millimetres to pieces. So the page is the larger and the
further away the further the camera stands from what it looks at, and the same in the picture; the camera's
clipping goes along.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import bpy

from ..ours import own
from .page import LENS, PAGE, SENSOR, make_page

CLIP_START, CLIP_END = (0.02, 0.2), (4.0, 10_000.0)
"""Growth per metre of distance, and length without; the text hangs at 0.03 d + 0.3 m."""


@dataclass(frozen=True)
class Rig:
    """``pivot`` stands at what is looked at, ``camera`` hangs on it, and text on the ``page``."""

    pivot: bpy.types.Object
    camera: bpy.types.Object
    page: bpy.types.Object

    @property
    def lens(self) -> bpy.types.Camera:
        """What the camera sees through."""
        data: Any = self.camera.data
        return data


def camera_rig(collection: bpy.types.Collection) -> Rig:
    """A rig that looks along +Y at the origin."""
    data = own(bpy.data.cameras.new("llmviz camera"), "camera")
    data.sensor_fit = "VERTICAL"
    data.sensor_height = SENSOR
    data.lens = LENS
    data.passepartout_alpha = 0.85  # what lies outside the picture is not part of the film
    camera = own(bpy.data.objects.new("llmviz camera", data), "camera")
    pivot = own(bpy.data.objects.new("llmviz camera target", None), "camera target")
    pivot.empty_display_size = 0.2
    pivot.rotation_mode = "XYZ"
    camera.parent = pivot
    for obj in (pivot, camera):
        collection.objects.link(obj)
    rig = Rig(pivot, camera, make_page(camera, collection))
    pose(rig, (0, 0, 0), 270.0, 0.0, 10.0)
    return rig


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
    rig.lens.shift_x, rig.lens.shift_y = shift
    rig.lens.clip_start, rig.lens.clip_end = (a * distance + b for a, b in (CLIP_START, CLIP_END))
    rig.page.scale = [PAGE * distance + 1.0] * 3


def pitch(elevation: float) -> float:
    """The rig's rotation around x, in radians: at 0 degrees the camera looks level."""
    return math.radians(90.0 - elevation)


def yaw(azimuth: float) -> float:
    """The rig's rotation around z, in radians: at 270 degrees the camera stands in front."""
    return math.radians(azimuth + 90.0)

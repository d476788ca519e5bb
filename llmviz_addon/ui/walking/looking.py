"""Bringing a viewport to where something is framed, out of the film's camera if it looks through that."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Quaternion, Vector

from ...stage.walking.framing import Free, framed, tangents
from ..view import look_freely, looks_through_camera

FILL = 0.82
"""Share of what is free of a viewport that is filled."""
HEADER = 60.0
"""What the viewport's header and tool settings take at its top, in pixels at a scale of 1."""
TICK = 1 / 60
"""Seconds from one step of a glide to the next."""
FARTHEST = 3.0
"""A viewport sees so many times as far as to what it frames, at least."""


@dataclass
class Glide:
    """A viewport, by a pointer that is only compared, on its way."""

    space: int
    start: tuple[Vector, float]
    goal: tuple[Vector, float]
    begun: float
    seconds: float


_glides: list[Glide] = []


def frame(area: bpy.types.Area, scene: bpy.types.Scene, points: np.ndarray) -> None:
    """Show all ``points`` (n, 3) in a viewport, from the side that it is seen from now."""
    if looks_through_camera(area.spaces.active):
        look_freely(area, scene)
    space: Any = area.spaces.active
    view = space.region_3d
    region = next(one for one in area.regions if one.type == "WINDOW")
    turned = np.array(Quaternion(view.view_rotation).to_matrix())
    size = float(max(region.width, 1)), float(max(region.height, 1))
    flat = view.view_perspective == "ORTHO"
    target, far = framed(points, turned, tangents(size, space.lens), free_part(area).within(FILL), flat)
    space.clip_end = max(space.clip_end, FARTHEST * far + float(np.ptp(points, axis=0).max()))
    glide(space, Vector(target.tolist()), far)


def free_part(area: bpy.types.Area) -> Free:
    """What of a viewport no bar lies over."""
    regions = {region.type: region for region in area.regions}
    window = regions["WINDOW"]
    width, height = max(window.width, 1), max(window.height, 1)
    tools, sidebar = (regions[name].width if name in regions else 0 for name in ("TOOLS", "UI"))
    header = HEADER * (bpy.context.preferences.system.ui_scale or 1.0)
    left, right = (tools if tools > 1 else 0), width - (sidebar if sidebar > 1 else 0)
    if right - left < width / 4 or height < 3 * header:
        return Free()
    return Free(2 * left / width - 1, -1.0, 2 * right / width - 1, 1 - 2 * header / height)


def glide(space: Any, location: Vector, far: float) -> None:
    """Move a viewport there, as smoothly as the user has set it for her views; at once where nobody sees it."""
    view = space.region_3d
    seconds = bpy.context.preferences.view.smooth_view / 1000
    _glides[:] = [one for one in _glides if one.space != space.as_pointer()]
    if bpy.app.background or seconds <= 0:
        view.view_location, view.view_distance = location, far
        return
    start = view.view_location.copy(), view.view_distance
    _glides.append(Glide(space.as_pointer(), start, (location, far), time.monotonic(), seconds))
    if not bpy.app.timers.is_registered(_step):
        bpy.app.timers.register(_step, first_interval=0.0)


def stop() -> None:
    """Leave all where they are."""
    _glides.clear()
    if bpy.app.timers.is_registered(_step):
        bpy.app.timers.unregister(_step)


def _step() -> float | None:
    """Move all that are on their way by a step; returns when to go on, as Blender's timers ask."""
    spaces = {
        area.spaces.active.as_pointer(): area
        for window in bpy.context.window_manager.windows
        for area in window.screen.areas
        if area.type == "VIEW_3D"
    }
    for one in list(_glides):
        area = spaces.get(one.space)
        share = min(1.0, (time.monotonic() - one.begun) / one.seconds)
        if area is None or looks_through_camera(area.spaces.active):
            _glides.remove(one)
            continue
        (here, near), (there, far) = one.start, one.goal
        eased = share * share * (3 - 2 * share)
        view = area.spaces.active.region_3d
        view.view_location = here.lerp(there, eased)
        view.view_distance = near ** (1 - eased) * far**eased
        area.tag_redraw()
        if share >= 1:
            _glides.remove(one)
    return TICK if _glides else None

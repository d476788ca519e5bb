"""The first picture after a build, while Blender compiles shaders.

That takes seconds with a graphics card and a minute without, and the viewport stays grey until it is done. So the
set is drawn in plain colours first, which needs no shaders of ours, and that picture stands in for the other as
long as it is not there; the viewport's header says what is waited for. Whoever does not wait, but plays or goes to
another frame, sees it move in plain colours; the full picture follows when it stands still.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import bpy

from .over import Over
from .preferences import shows_values
from .solid.drawing import draw_cells
from .view import PLAIN_COLOURS

TEXT = "Blender is compiling shaders. The full picture follows, up to a minute later the first time"
MOVING = "Plain colours while it moves; the full picture follows when it stands still"
TICK = 0.3
"""Seconds between two looks at whether they are done."""
SETTLED = 3
"""So many looks without a shader under way, and they are done."""
LONGEST = 300.0
"""Seconds after which nothing is waited for any more."""


@dataclass
class _Wait:
    """A viewport whose full picture is not there yet."""

    area: int  # pointers: areas go away under one's hands
    started: float
    over: Over | None = None
    picture: Any = None
    frame: int | None = None  # that was seen last
    drawn: int | None = None  # in plain colours, in which the viewport knows only then where it looks from
    calm: int = 0


_waiting: list[_Wait] = []


def is_waiting() -> bool:
    """Whether a full picture is still to come."""
    return bool(_waiting)


def start(area: bpy.types.Area | None) -> None:
    """Show plain colours in a viewport now, and the full picture as soon as its shaders are compiled."""
    if bpy.app.background or area is None or area.type != "VIEW_3D":
        return
    stop()
    area.spaces.active.shading.type, area.spaces.active.shading.color_type = "SOLID", PLAIN_COLOURS
    area.header_text_set(TEXT)
    wait = _Wait(area.as_pointer(), time.monotonic())
    wait.over = Over(_draw, wait)
    wait.over.start()
    _waiting.append(wait)
    bpy.app.timers.register(_tick, first_interval=TICK, persistent=True)


def stop() -> None:
    """Wait no more; the viewport is as it should be."""
    while _waiting:
        wait = _waiting.pop()
        if wait.over is not None:
            wait.over.stop()
        _, area = _find(wait)
        if area is not None:
            area.header_text_set(None)
            area.tag_redraw()


def _tick() -> float | None:
    """What is next: the plain picture has been drawn and the other is asked for, or it is there."""
    if not _waiting:
        return None
    wait = _waiting[-1]
    window, area = _find(wait)
    if window is None or area is None or time.monotonic() - wait.started > LONGEST:
        stop()
        return None
    if wait.picture is not None and _moves(window, wait):
        _let_move(area, wait)
        return TICK
    if wait.picture is None:
        if _moves(window, wait):
            wait.frame = window.scene.frame_current
            return TICK
        area.header_text_set(TEXT)
        if not _is_drawn(window, wait):
            area.tag_redraw()
            return TICK
        wait.picture, wait.frame = _photograph(window, area), window.scene.frame_current
        if area.spaces.active.shading.type == "SOLID":  # unless she has chosen something else meanwhile
            area.spaces.active.shading.type = "MATERIAL"
        return TICK
    app: Any = bpy.app  # in the stubs this returns nothing
    wait.calm = 0 if app.is_job_running("SHADER_COMPILATION") else wait.calm + 1
    if wait.calm >= SETTLED or area.spaces.active.shading.type != "MATERIAL":
        stop()
        return None
    area.tag_redraw()
    return TICK


def _moves(window: bpy.types.Window, wait: _Wait) -> bool:
    """Whether the film plays, or is at another frame than at the last look."""
    return window.screen.is_animation_playing or wait.frame not in (None, window.scene.frame_current)


def _is_drawn(window: bpy.types.Window, wait: _Wait) -> bool:
    """Whether what is shown in plain colours is the frame that it should be."""
    return wait.drawn == window.scene.frame_current


def _let_move(area: bpy.types.Area, wait: _Wait) -> None:
    """Back to plain colours, in which it can move."""
    wait.picture = wait.drawn = None
    wait.calm = 0
    if area.spaces.active.shading.type == "MATERIAL":
        area.spaces.active.shading.type = "SOLID"
    area.header_text_set(MOVING)


def _find(wait: _Wait) -> tuple[bpy.types.Window | None, bpy.types.Area | None]:
    """The viewport and its window, if it is still there and shown."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.as_pointer() == wait.area and area.type == "VIEW_3D":
                return window, area
    return None, None


def _photograph(window: bpy.types.Window, area: bpy.types.Area) -> Any:
    """What the viewport shows in plain colours."""
    import gpu  # raises where there is no window

    region = next(region for region in area.regions if region.type == "WINDOW")
    space: Any = area.spaces.active
    view = space.region_3d
    types: Any = gpu.types
    picture = types.GPUOffScreen(region.width, region.height)
    picture.draw_view3d(
        window.scene, window.view_layer, space, region, view.view_matrix, view.window_matrix, do_color_management=True
    )
    if shows_values():
        with picture.bind():
            draw_cells(window.scene, view, (region.width, region.height))
    return picture


def _draw(wait: _Wait) -> None:
    """Put the plain picture over the grey, once there is one."""
    area, region = bpy.context.area, bpy.context.region
    if area is None or area.as_pointer() != wait.area:
        return
    if wait.picture is None:
        wait.drawn = bpy.context.scene.frame_current
        return
    from gpu_extras.presets import draw_texture_2d

    draw_texture_2d(wait.picture.texture_color, (0, 0), region.width, region.height)

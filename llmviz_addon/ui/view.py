"""How the film is looked at in a 3D viewport."""

from __future__ import annotations

import math

import bpy

FILL = 0.94
"""Share of the free part of the viewport that the camera's picture takes."""
NEAREST = 0.1
"""Where the free view begins, in metres: nearer would cost the depth that keeps text clear of its plate."""


def look_through_camera(area: bpy.types.Area | None, scene: bpy.types.Scene) -> None:
    """Show the film as it will be rendered: its camera, colours and ground, and nothing drawn over it."""
    if area is None or area.type != "VIEW_3D":
        return
    space = area.spaces.active
    _fit(area, space.region_3d, scene.render)
    space.region_3d.view_perspective = "CAMERA"
    space.overlay.show_overlays = False
    space.show_gizmo = False
    space.shading.type = "MATERIAL"
    space.shading.color_type = "OBJECT"  # should the user go to Solid: the colours of the roles
    space.shading.use_scene_lights = True
    space.shading.use_scene_world = True


def show_whole_timeline(window: bpy.types.Window) -> None:
    """Zoom the timelines out to the whole film, so that its markers are at hand."""
    for area in window.screen.areas:
        region = next((region for region in area.regions if region.type == "WINDOW"), None)
        if area.type == "DOPESHEET_EDITOR" and region is not None and region.width > 1:
            with bpy.context.temp_override(window=window, area=area, region=region):
                if bpy.ops.action.view_all.poll():
                    bpy.ops.action.view_all()


def _fit(area: bpy.types.Area, view: bpy.types.RegionView3D, render: bpy.types.RenderSettings) -> None:
    """Put the camera's picture into the part of the viewport that toolbar and sidebar leave free.

    The film's camera fits its picture to the viewport's height times (√2 + zoom / 50)² / 4.
    """
    regions = {region.type: region for region in area.regions}
    window, tools, sidebar = (regions[name] for name in ("WINDOW", "TOOLS", "UI"))
    left = max(window.x, tools.x + tools.width if tools.width > 1 else 0)
    right = min(window.x + window.width, sidebar.x if sidebar.width > 1 else window.x + window.width)
    aspect = render.resolution_x / render.resolution_y
    height = FILL * min((right - left) / aspect, window.height * 0.9)
    if height <= 0:
        return
    share = height / window.height
    view.view_camera_zoom = 50 * (2 * math.sqrt(share) - math.sqrt(2))
    middle = (left + right - 2 * window.x - window.width) / 2
    view.view_camera_offset = (-middle / (2 * window.width * share), 0.0)


def look_freely(space: bpy.types.SpaceView3D, scene: bpy.types.Scene) -> None:
    """Leave the camera where it is and walk around, seeing as far as it does: GPT-3 is 90 km high."""
    space.region_3d.view_perspective = "PERSP"
    space.overlay.show_overlays = True
    space.show_gizmo = True
    space.clip_start = max(space.clip_start, NEAREST)
    if scene.camera is not None:
        space.clip_end = max(space.clip_end, scene.camera.data.clip_end)


def looks_through_camera(space: bpy.types.Space | None) -> bool:
    """Whether the viewport shows the film."""
    return isinstance(space, bpy.types.SpaceView3D) and space.region_3d.view_perspective == "CAMERA"

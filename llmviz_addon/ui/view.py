"""How the film is looked at in a 3D viewport: through its camera, or from where that stands.

The film wants colours and a camera of its own in a viewport that is the user's. What that looked like before is
kept by ``her_view`` and given back when its window shows another scene.
"""

from __future__ import annotations

import math
from typing import Any

import bpy
from mathutils import Vector

from ..stage.ours import TAG, ours
from ..stage.things.page import DEPTH, PAGE
from .her_view import keep

PLAIN_COLOURS: Any = "VERTEX"
"""What Solid view shows: of cells the hue of their role, of what is written and drawn its own. Over that ``solid``
draws what cells hold."""
FILL = 0.94
"""Share of the free part of the viewport that the camera's picture takes."""
NO_CAMERA = "The film's camera is not in the scene any more. Build again to have one."
NEAREST = 0.1
"""Where the free view begins, in metres: nearer would cost the depth that keeps text clear of its plate."""
PAST_PAGE = 1.3
"""So many times that far before the camera the free view begins, to have the text behind it."""
CLUTTER = (
    *("show_floor", "show_axis_x", "show_axis_y", "show_axis_z", "show_text", "show_cursor", "show_extras"),
    *("show_relationship_lines", "show_object_origins"),
)
"""What the free view leaves out: lines on the ground and white letters cannot be read on the film's page, and what is
selected has lines to the camera and dots at its corners."""
LENS, WIDEST = 50.0, 12.0
"""Of the free view (mm): Blender's own, and the widest where it must stand so near that less would be seen of it."""
VIEWPORT_WIDTH = 72.0
"""What a viewport shows across its longer side at a distance of one lens (mm)."""


def has_camera(scene: bpy.types.Scene) -> bool:
    """Whether there is a camera to look through: where the scene has none any more, the film's own is it again."""
    if scene.camera is None:
        there = [obj for obj in ours(scene).objects if obj.type == "CAMERA" and obj.get(TAG) == "camera"]
        scene.camera = next((obj for obj in there if scene.objects.get(obj.name) == obj), None)
    return scene.camera is not None


def look_through_camera(area: bpy.types.Area | None, scene: bpy.types.Scene) -> None:
    """Show the film as it will be rendered: its camera, colours and ground, and nothing drawn over it."""
    if area is None or area.type != "VIEW_3D":
        return
    keep(area)
    show_film(area, scene)


def show_film(area: bpy.types.Area, scene: bpy.types.Scene, bare: bool = False) -> None:
    """Do so without keeping how the viewport was; it is filled by the picture where it is ``bare`` of any bars."""
    has_camera(scene)
    space = area.spaces.active
    _fit(area, space.region_3d, scene.render, bare)
    space.region_3d.view_perspective = "CAMERA"
    space.overlay.show_overlays = False
    space.show_gizmo = False
    shading = space.shading
    shading.type = "MATERIAL"
    # Should the user go to Solid: the colours of the roles, and of what is written, on the page's ground.
    shading.light, shading.color_type, shading.background_type = "FLAT", PLAIN_COLOURS, "WORLD"
    shading.show_object_outline = False
    shading.use_scene_lights = True
    shading.use_scene_world = True


def look_freely(area: bpy.types.Area, scene: bpy.types.Scene) -> None:
    """Leave the camera where it is and walk around from there, seeing as far as it does: GPT-3 is 90 km high."""
    keep(area)
    space = area.spaces.active
    if scene.camera is not None:
        _stand_at(area, scene.camera, scene.render)
    space.region_3d.view_perspective = "PERSP"
    space.overlay.show_overlays = True
    for name in CLUTTER:
        setattr(space.overlay, name, False)
    space.show_gizmo = True
    space.clip_start = max(space.clip_start, NEAREST)
    if scene.camera is not None:
        space.clip_end = max(space.clip_end, scene.camera.data.clip_end)


def refit(area: bpy.types.Area, scene: bpy.types.Scene) -> None:
    """Fit the camera's picture to a viewport that has another size now."""
    space = area.spaces.active
    if looks_through_camera(space):
        _fit(area, space.region_3d, scene.render, False)


def is_plain(space: bpy.types.Space | None) -> bool:
    """Whether a viewport shows the colours of the roles alone, which is drawn fastest."""
    return isinstance(space, bpy.types.SpaceView3D) and space.shading.type == "SOLID"


def shows_roles(space: bpy.types.Space | None) -> bool:
    """Whether plain colours, where a viewport shows those, are the roles' and not her choice of others."""
    return isinstance(space, bpy.types.SpaceView3D) and space.shading.color_type == PLAIN_COLOURS


def looks_through_camera(space: bpy.types.Space | None) -> bool:
    """Whether the viewport shows the film."""
    return isinstance(space, bpy.types.SpaceView3D) and space.region_3d.view_perspective == "CAMERA"


def show_whole_timeline(window: bpy.types.Window) -> None:
    """Zoom the timelines out to the whole film, so that its markers are at hand."""
    for area in window.screen.areas:
        region = next((region for region in area.regions if region.type == "WINDOW"), None)
        if area.type == "DOPESHEET_EDITOR" and region is not None and region.width > 1:
            with bpy.context.temp_override(window=window, area=area, region=region):
                show: Any = bpy.ops.action.view_all
                if show.poll():
                    show()


def _fit(area: bpy.types.Area, view: bpy.types.RegionView3D, render: bpy.types.RenderSettings, bare: bool) -> None:
    """Put the camera's picture into the part of the viewport that toolbar and sidebar leave free.

    The film's camera fits its picture to the viewport's height times (√2 + zoom / 50)² / 4.
    """
    window = next(region for region in area.regions if region.type == "WINDOW")
    left, right = (window.x, window.x + window.width) if bare else _free(area)
    aspect = render.resolution_x / render.resolution_y
    fill, tall = (1.0, 1.0) if bare else (FILL, 0.9)
    height = fill * min((right - left) / aspect, window.height * tall)
    if height <= 0:
        return
    share = height / window.height
    view.view_camera_zoom = 50 * (2 * math.sqrt(share) - math.sqrt(2))
    middle = (left + right - 2 * window.x - window.width) / 2
    view.view_camera_offset = (-middle / (2 * window.width * share), 0.0)


def _free(area: bpy.types.Area) -> tuple[int, int]:
    """Between which pixels toolbar and sidebar leave a viewport free."""
    regions = {region.type: region for region in area.regions}
    window, tools, sidebar = (regions[name] for name in ("WINDOW", "TOOLS", "UI"))
    left = max(window.x, tools.x + tools.width if tools.width > 1 else 0)
    return left, min(window.x + window.width, sidebar.x if sidebar.width > 1 else window.x + window.width)


def _stand_at(area: bpy.types.Area, camera: bpy.types.Object, render: bpy.types.RenderSettings) -> None:
    """Look as the camera does and turn around what it looks at, which keeps its size and place on the screen."""
    space, view = area.spaces.active, area.spaces.active.region_3d
    matrix = camera.matrix_world
    far = matrix.translation
    distance = (camera.parent.matrix_world.translation - far).length if camera.parent else view.view_distance
    view.view_rotation = matrix.to_quaternion()
    view.view_location = far + matrix.to_quaternion() @ Vector((0.0, 0.0, -distance))
    region = next(region for region in area.regions if region.type == "WINDOW")
    share = ((math.sqrt(2) + view.view_camera_zoom / 50) / 2) ** 2
    picture = share * region.height / camera.data.sensor_height  # pixels per mm
    screen = max(region.width, region.height) / VIEWPORT_WIDTH
    same = distance * LENS * screen / (camera.data.lens * max(picture, 1e-6))
    before_page = distance - PAST_PAGE * DEPTH * (PAGE * distance + 1.0)
    view.view_distance = max(min(same, before_page) if before_page > 0 else same, NEAREST)
    space.lens = max(LENS * min(view.view_distance / same, 1.0), WIDEST)
    left, right = _free(area)
    aside = (region.x + region.width / 2 - (left + right) / 2) / screen * view.view_distance / space.lens
    view.view_location += matrix.to_quaternion() @ Vector((aside, 0.0, 0.0))

"""How the film is looked at in a 3D viewport."""

from __future__ import annotations

import bpy


def look_through_camera(space: bpy.types.Space | None) -> None:
    """Show the film as it will be rendered: its camera, colours and ground, and nothing drawn over it."""
    if not isinstance(space, bpy.types.SpaceView3D) or space.region_3d is None:
        return
    space.region_3d.view_perspective = "CAMERA"
    space.overlay.show_overlays = False
    space.show_gizmo = False
    space.shading.type = "MATERIAL"
    space.shading.use_scene_lights = True
    space.shading.use_scene_world = True


def look_freely(space: bpy.types.SpaceView3D) -> None:
    """Leave the camera where it is and walk around: a solid view in the colours of the roles."""
    space.region_3d.view_perspective = "PERSP"
    space.overlay.show_overlays = True
    space.show_gizmo = True
    space.shading.type = "SOLID"
    space.shading.color_type = "OBJECT"


def looks_through_camera(space: bpy.types.Space | None) -> bool:
    """Whether the viewport shows the film."""
    return isinstance(space, bpy.types.SpaceView3D) and space.region_3d.view_perspective == "CAMERA"

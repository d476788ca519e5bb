"""Film and stage side by side: a second viewport beside the film's, to walk around in."""

from __future__ import annotations

import bpy

from .confirm import Result
from .her_view import keep_alike, shows_film
from .jobs import locked
from .play import NO_FILM
from .view import look_freely, refit

NARROWEST = 400
"""Pixels that a viewport must be wide to be shared."""
_opened: list[int] = []
"""Pointers to viewports that were opened so."""


def beside(screen: bpy.types.Screen) -> bpy.types.Area | None:
    """The viewport of the stage that was opened on ``screen``, if it is still there."""
    return next((area for area in screen.areas if area.as_pointer() in _opened and area.type == "VIEW_3D"), None)


def open_beside(window: bpy.types.Window, area: bpy.types.Area) -> bpy.types.Area:
    """Split ``area``: the film stays at the left, and the stage is at the right, seen from where the camera is."""
    known = {one.as_pointer() for one in window.screen.areas}
    with bpy.context.temp_override(window=window, screen=window.screen, area=area, region=_main(area)):
        bpy.ops.screen.area_split(direction="VERTICAL", factor=0.5)
    made = next(one for one in window.screen.areas if one.as_pointer() not in known)
    left, right = sorted((area, made), key=lambda one: one.x)
    _opened[:] = [right.as_pointer()]
    keep_alike(area, made)
    space = right.spaces.active
    space.show_region_ui = space.show_region_toolbar = False
    refit(left, window.scene)
    look_freely(right, window.scene)
    return right


def close_beside(window: bpy.types.Window, area: bpy.types.Area) -> None:
    """Close that viewport; the film's has its room."""
    _opened.clear()
    with bpy.context.temp_override(window=window, screen=window.screen, area=area, region=_main(area)):
        bpy.ops.screen.area_close()


def _main(area: bpy.types.Area) -> bpy.types.Region:
    return next(region for region in area.regions if region.type == "WINDOW")


class LLMVIZ_OT_side_by_side(bpy.types.Operator):
    """Show film and stage side by side: through the camera, and free to turn around. Again, and only the film stays"""

    bl_idname = "llmviz.side_by_side"
    bl_label = "Film and Stage Side by Side"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only in a window whose scene has a film or an open stage, and while no job holds on to it."""
        there = context.window is not None and shows_film(context.scene)
        if not there:
            cls.poll_message_set(NO_FILM)
        return there and not locked()

    def execute(self, context: bpy.types.Context) -> Result:
        """Open it, or close it."""
        if bpy.app.background:  # where Blender waits for ever for a viewport to be split
            self.report({"ERROR"}, "Film and stage stand side by side in a window only.")
            return {"CANCELLED"}
        window = context.window
        there = beside(window.screen)
        if there is not None:
            close_beside(window, there)
            return {"FINISHED"}
        areas = [area for area in window.screen.areas if area.type == "VIEW_3D"]
        area = context.area if context.area in areas else max(areas, key=lambda one: one.width, default=None)
        if area is None or area.width < NARROWEST:
            self.report({"ERROR"}, "There is no 3D viewport in this window that is wide enough to be shared.")
            return {"CANCELLED"}
        if window.screen.show_fullscreen:
            self.report({"ERROR"}, "One area fills the whole window. Go back to the others first (Ctrl Space).")
            return {"CANCELLED"}
        open_beside(window, area)
        return {"FINISHED"}


CLASSES = (LLMVIZ_OT_side_by_side,)

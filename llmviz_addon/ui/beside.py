"""Film and stage side by side: a second viewport beside the film's, to walk around in."""

from __future__ import annotations

import bpy

from .confirm import Result
from .her_view import keep_alike, shows_film
from .jobs import locked
from .play import NO_FILM
from .view import look_freely, look_through_camera, refit

NARROWEST = 400
"""Pixels that a viewport must be wide to be shared."""
LEAST = 0.3
"""Share of the width that the film has at least."""
SETTLED = 0.1
"""Seconds after which Blender has given viewports the room that they were promised."""
_opened: list[int] = []
"""Pointers to viewports that were opened so."""


def beside(screen: bpy.types.Screen) -> bpy.types.Area | None:
    """The viewport of the film alone that was opened on ``screen``, if it is still there."""
    return next((area for area in screen.areas if area.as_pointer() in _opened and area.type == "VIEW_3D"), None)


def open_beside(window: bpy.types.Window, area: bpy.types.Area) -> None:
    """Split ``area``: the film alone at the left; at the right, with the sidebar, the stage as the camera sees it.

    Both have as much room beside the sidebar.
    """
    known = {one.as_pointer() for one in window.screen.areas}
    sidebar = next((region.width for region in area.regions if region.type == "UI"), 0)
    half = max((1 - sidebar / area.width) / 2, LEAST)
    with bpy.context.temp_override(window=window, screen=window.screen, area=area, region=_main(area)):
        bpy.ops.screen.area_split(direction="VERTICAL", factor=half)
    made = next(one for one in window.screen.areas if one.as_pointer() not in known)
    keep_alike(area, made)
    film, stage = sorted((area, made), key=lambda one: one.x)
    _opened[:] = [film.as_pointer()]
    look_through_camera(film, window.scene)
    space = film.spaces.active
    space.show_region_ui = space.show_region_toolbar = False
    look_freely(stage, window.scene)
    _refit_soon(window, stage.as_pointer())


def close_beside(window: bpy.types.Window, area: bpy.types.Area) -> None:
    """Close the viewport of the film alone; the other one, with the sidebar, shows the film again."""
    _opened.clear()
    others = [one for one in window.screen.areas if one.type == "VIEW_3D" and one != area]
    with bpy.context.temp_override(window=window, screen=window.screen, area=area, region=_main(area)):
        bpy.ops.screen.area_close()
    for one in others[:1]:
        look_through_camera(one, window.scene)
    _refit_soon(window)


def _refit_soon(window: bpy.types.Window, stage: int = 0) -> None:
    """Fit the picture to viewports that will have another size once Blender has drawn them.

    That of the ``stage``, told by its pointer, is left from where the camera has it in the room that it has then.
    """

    def refit_all() -> None:
        for area in window.screen.areas:
            if area.type == "VIEW_3D" and area.as_pointer() == stage:
                look_through_camera(area, window.scene)
                look_freely(area, window.scene)
            elif area.type == "VIEW_3D":
                refit(area, window.scene)

    bpy.app.timers.register(refit_all, first_interval=SETTLED)


def _main(area: bpy.types.Area) -> bpy.types.Region:
    return next(region for region in area.regions if region.type == "WINDOW")


class LLMVIZ_OT_side_by_side(bpy.types.Operator):
    """Show film and stage side by side: through the camera, and free to turn around. Again, and only the film stays.

    Two are drawn then, and half as many frames a second are seen
    """

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

"""From the user's scene to the film's and back."""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

from collections.abc import Callable

import bpy
from bpy.props import StringProperty

from ..stage.open_state import OpenState
from ..stage.story import Story, read_story
from . import first_look
from .confirm import Result
from .her_view import give_back, given_back, shows_film
from .jobs import locked
from .view import look_through_camera, show_whole_timeline
from .write import write

PERIOD = 0.3
"""Seconds between two looks at what the windows show."""
_left: list[str] = []
"""Name of the scene that the user came from."""


def film_scenes() -> list[bpy.types.Scene]:
    """The scenes in which there is a film or an open stage."""
    return [scene for scene in bpy.data.scenes if shows_film(scene)]


def her_scenes() -> list[bpy.types.Scene]:
    """The user's own scenes, the one that she came from before the others."""
    hers = [scene for scene in bpy.data.scenes if not shows_film(scene)]
    return sorted(hers, key=lambda scene: scene.name not in _left)


def go_to(window: bpy.types.Window, area: bpy.types.Area | None, scene: bpy.types.Scene) -> None:
    """Show ``scene`` in ``window``: a film through its camera, any other as it was looked at before."""
    if not shows_film(window.scene):
        _left[:] = [window.scene.name]
    window.scene = scene
    if shows_film(scene):
        look_through_camera(area, scene)
        first_look.start(area)
    else:
        give_back()
    show_whole_timeline(window)


def watch() -> float:
    """Give back viewports that have no film to show any more; returns when to look again, as Blender's timers ask.

    A film that comes again, as when a build is done again that was undone, is seen through its camera there.
    """
    windows = bpy.context.window_manager.windows
    if give_back():
        for window in windows:
            show_whole_timeline(window)
    for window in windows:
        if shows_film(window.scene):
            for area in given_back(window.screen):
                look_through_camera(area, window.scene)
    return PERIOD


def say_where(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    nothing: str,
    read: Callable[[bpy.types.Scene], Story | OpenState | None],
) -> None:
    """That there is nothing to ``read`` in this scene, or where there is, and a way to it."""
    scene = next((scene for scene in film_scenes() if read(scene) is not None), None)
    if scene is None:
        write(layout.column(align=True), f"{nothing}.", context, icon="INFO")
        return
    what = "film" if read is read_story else "open stage"
    write(layout.column(align=True), f"The {what} is in the scene {scene.name!r}.", context, icon="INFO")
    layout.operator("llmviz.show_film", text=f"Go to {scene.name}", icon="FORWARD").scene = scene.name


class _Going:
    """What these operators share."""

    goals: Callable[[], list[bpy.types.Scene]]
    nowhere: str

    scene: StringProperty(name="Scene", description="Its name; else the film's, or the one you came from")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there is such a scene, and while no job needs the one that is shown."""
        reason = "" if cls.goals() else cls.nowhere
        if reason:
            cls.poll_message_set(reason)
        return not reason and context.window is not None and not locked()

    def execute(self, context: bpy.types.Context) -> Result:
        """Go there."""
        goals = {goal.name: goal for goal in self.goals()}
        go_to(context.window, context.area, goals.get(self.scene) or self.goals()[0])
        return {"FINISHED"}


class LLMVIZ_OT_show_film(_Going, bpy.types.Operator):
    """Show the scene that the film is in, through the film's camera"""

    bl_idname = "llmviz.show_film"
    bl_label = "Go to the Film"

    nowhere = "There is no film in this file"
    goals = staticmethod(film_scenes)


class LLMVIZ_OT_leave_film(_Going, bpy.types.Operator):
    """Show your own scene again, the way you looked at it before"""

    bl_idname = "llmviz.leave_film"
    bl_label = "Back to My Scene"

    nowhere = "There is no other scene in this file"
    goals = staticmethod(her_scenes)


CLASSES = (LLMVIZ_OT_show_film, LLMVIZ_OT_leave_film)

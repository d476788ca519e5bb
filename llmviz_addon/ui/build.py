"""*Build*: from the settings to a scene."""

from __future__ import annotations

from collections.abc import Callable, Generator

import bpy

from ..stage import build as stage
from ..stage.ours import is_ours
from . import request
from .jobs import Job, Steps, blocked
from .preferences import chapter_folders
from .settings import copy_settings
from .view import look_through_camera, show_whole_timeline

PREPARED = 0.4
"""Share of a build that is done when the model has run and the film is written."""


class Staging(Job):
    """A job that puts something of ours into the file."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Not while another job runs, nor in an edit mode."""
        reason = blocked() if context.mode == "OBJECT" else "Go to Object Mode first"
        if reason:
            cls.poll_message_set(reason)
        return not reason


class LLMVIZ_OT_build(Staging, bpy.types.Operator):
    """Run the model on the tokens and set up the film in a scene of its own.

    Building again replaces the film; what is yours is left alone
    """

    bl_idname = "llmviz.build"
    bl_label = "Build"
    bl_options = {"REGISTER", "UNDO"}

    stopped = "Building was cancelled; all is as it was."

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``build_film``."""
        return build_film(context)


def build_film(context: bpy.types.Context) -> Steps:
    """Build what the settings of the current scene ask for, and show it; see ``staged``."""
    settings = context.scene.llmviz_settings
    yield 0.0, "Running the model"
    production = request.production(settings, chapter_folders())
    theme = settings.theme
    yield from staged(context, lambda scene: stage.build_steps(scene, production, theme))
    timeline = production.timeline
    titles = ", ".join(chapter.title for chapter in timeline.chapters)
    return f"Built {timeline.seconds(timeline.frames):.0f} seconds of film: {titles}."


def staged(
    context: bpy.types.Context, build: Callable[[bpy.types.Scene], Generator[tuple[float, str], None, object]]
) -> Generator[tuple[float, str], None, None]:
    """Run ``build`` on a scene for it, and show that scene.

    What is built gets a scene of its own; only where the current scene is one of ours already it is built
    there. Stopped before its end, it leaves all as it was.
    """
    window, area, settings = context.window, context.area, context.scene.llmviz_settings
    yield PREPARED, "Building the set"
    known = set(bpy.data.scenes)
    scene = context.scene if is_ours(context.scene) else stage.film_scene()
    try:
        for share, text in build(scene):
            yield PREPARED + (1 - PREPARED) * share, text
    except BaseException:
        if scene not in known:
            bpy.data.scenes.remove(scene)
        raise
    if scene.llmviz_settings != settings:
        copy_settings(settings, scene.llmviz_settings)
    window.scene = scene
    look_through_camera(area, scene)
    show_whole_timeline(window)


CLASSES = (LLMVIZ_OT_build,)

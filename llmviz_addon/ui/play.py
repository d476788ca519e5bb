"""Going through the film: to a chapter, from rest to rest, and to and from the camera's view."""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

from typing import Any

import bpy
from bpy.props import EnumProperty, StringProperty

from ..errors import choices
from ..screenplay.score.timeline import ChapterSpan
from ..stage.story import Story, read_story
from ..stage.things.page import go
from .confirm import Result
from .her_view import shows_film
from .jobs import locked
from .view import look_freely, look_through_camera, looks_through_camera

NO_FILM = "There is no film in this scene. Build one first"
BEYOND = 2
"""Seconds past its goal at which a play did not get there by itself: the user has gone elsewhere."""


def rests(scene: bpy.types.Scene, story: Story) -> list[tuple[int, str]]:
    """Frames and names of the rests' markers, where they are now: the user may have moved or removed some."""
    names = {marker.name for marker in story.markers if marker.kind == "rest"}
    return sorted((marker.frame, marker.name) for marker in scene.timeline_markers if marker.name in names)


def next_rest(scene: bpy.types.Scene, story: Story) -> int | None:
    """Frame of the rest after the current frame."""
    return next((frame for frame, _ in rests(scene, story) if frame > scene.frame_current), None)


def previous_rest(scene: bpy.types.Scene, story: Story) -> int | None:
    """Frame of the rest before the current frame."""
    return next((frame for frame, _ in reversed(rests(scene, story)) if frame < scene.frame_current), None)


def after_reading(scene: bpy.types.Scene, story: Story) -> int:
    """The frame at which the pause is over that the current frame lies in, if it does; else the current frame."""
    now = scene.frame_current
    ends = [marker.end for marker in story.markers if marker.kind == "rest" and marker.frame <= now < marker.end]
    return max([now, *ends])


def chapter_start(scene: bpy.types.Scene, story: Story, chapter: ChapterSpan) -> int:
    """Frame of the chapter's marker; where the chapter was built to start if the user removed that."""
    names = {marker.name for marker in story.markers if marker.kind == "chapter" and marker.frame == chapter.start}
    return next((marker.frame for marker in scene.timeline_markers if marker.name in names), chapter.start)


def go_to_frame(context: bpy.types.Context, frame: int) -> None:
    """Show a frame, and stop what is playing: it would go on from there, or back to the rest it was to stop at."""
    if context.screen is not None and context.screen.is_animation_playing:
        bpy.ops.screen.animation_cancel(restore_frame=False)
    go(context.scene, frame)


class _Playing:
    """What operators that move through the film share."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only in a scene with a film, and not while a job holds on to it."""
        story = read_story(context.scene)
        if story is None:
            cls.poll_message_set(NO_FILM)
        return story is not None and not locked()


class LLMVIZ_OT_jump(_Playing, bpy.types.Operator):
    """Go to the next or previous rest, the places where a presenter stops to explain"""

    bl_idname = "llmviz.jump"
    bl_label = "Jump to Rest"
    bl_options = {"REGISTER", "UNDO_GROUPED"}
    bl_undo_group = "Frame Change"

    to: EnumProperty(
        name="To",
        description="Which rest to go to",
        items=[("NEXT", "Next Rest", "Go to the next rest"), ("PREVIOUS", "Previous Rest", "Go to the previous rest")],
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """The tooltip."""
        return f"Go to the {properties.to.lower()} rest, where the picture holds and something is explained"

    def execute(self, context: bpy.types.Context) -> Result:
        """Set the frame."""
        find = next_rest if self.to == "NEXT" else previous_rest
        frame = find(context.scene, read_story(context.scene))
        if frame is None:
            self.report({"INFO"}, f"There is no {self.to.lower()} rest.")
            return {"CANCELLED"}
        go_to_frame(context, frame)
        return {"FINISHED"}


class LLMVIZ_OT_jump_to_chapter(_Playing, bpy.types.Operator):
    """Go to the beginning of this chapter"""

    bl_idname = "llmviz.jump_to_chapter"
    bl_label = "Jump to Chapter"
    bl_options = {"REGISTER", "UNDO_GROUPED"}
    bl_undo_group = "Frame Change"

    chapter: StringProperty(name="Chapter", description="The chapter's name, such as layer-norm")

    def execute(self, context: bpy.types.Context) -> Result:
        """Set the frame."""
        story = read_story(context.scene)
        chapters = {chapter.name: chapter for chapter in story.chapters}
        if self.chapter not in chapters:
            self.report({"ERROR"}, f"Unknown chapter {self.chapter!r}. {choices(chapters)}")
            return {"CANCELLED"}
        go_to_frame(context, chapter_start(context.scene, story, chapters[self.chapter]))
        return {"FINISHED"}


class LLMVIZ_OT_play(_Playing, bpy.types.Operator):
    """Play on to the next rest, and stop there. The space bar plays through, with reading pauses"""

    bl_idname = "llmviz.play"
    bl_label = "Play to Next Rest"
    bl_options = {"REGISTER"}

    def execute(self, context: bpy.types.Context) -> Result:
        """Go there at once: a script does not watch."""
        go(context.scene, self._goal(context.scene))
        return {"FINISHED"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Start playing, and watch for the rest."""
        if bpy.app.background:
            return self.execute(context)
        scene, goal = context.scene, self._goal(context.scene)
        start = min(after_reading(scene, read_story(scene)), goal - 1)
        if start > scene.frame_current:
            go(scene, start)
        self._scene, self._start, self._stop = scene.name, scene.frame_current, goal
        self._timer = context.window_manager.event_timer_add(1 / 60, window=context.window)
        if not context.screen.is_animation_playing:
            bpy.ops.screen.animation_play()
        context.window_manager.modal_handler_add(self)
        return {"PASS_THROUGH", "RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Stop at the rest; leave off if the user stopped before, or went elsewhere."""
        scene = context.scene
        stays = (
            scene.name == self._scene and self._start <= scene.frame_current <= self._stop + BEYOND * scene.render.fps
        )
        if context.screen.is_animation_playing and stays and scene.frame_current < self._stop:
            return {"PASS_THROUGH"}
        if context.screen.is_animation_playing and stays:
            bpy.ops.screen.animation_cancel(restore_frame=False)
            go(scene, self._stop)
        self.cancel(context)
        return {"FINISHED", "PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Stop watching; Blender calls this when the window closes."""
        context.window_manager.event_timer_remove(self._timer)

    @staticmethod
    def _goal(scene: bpy.types.Scene) -> int:
        return next_rest(scene, read_story(scene)) or scene.frame_end


class LLMVIZ_OT_film_view(bpy.types.Operator):
    """Look through the film's camera as it will be rendered, or leave it and turn around what it looks at"""

    bl_idname = "llmviz.film_view"
    bl_label = "Look Through Camera"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only in a scene with a film or an open stage, and not while a job holds on to it."""
        there = shows_film(context.scene)
        if not there:
            cls.poll_message_set(NO_FILM)
        return there and not locked()

    def execute(self, context: bpy.types.Context) -> Result:
        """Change this viewport."""
        space = context.space_data
        if not isinstance(space, bpy.types.SpaceView3D):
            self.report({"ERROR"}, "This works in a 3D viewport only.")
            return {"CANCELLED"}
        (look_freely if looks_through_camera(space) else look_through_camera)(context.area, context.scene)
        return {"FINISHED"}


CLASSES = (LLMVIZ_OT_jump, LLMVIZ_OT_jump_to_chapter, LLMVIZ_OT_play, LLMVIZ_OT_film_view)

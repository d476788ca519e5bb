"""Going through the film: to a chapter, from rest to rest, and to and from the camera's view."""

# ruff: noqa: F722, F821 -- Blender's properties are declared as annotations, their texts are no types
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..errors import choices
from ..screenplay.score.timeline import ChapterSpan
from ..stage.story import Story, read_story
from ..stage.things.page import go
from .confirm import Result
from .her_view import shows_film
from .jobs import locked
from .view import NO_CAMERA, has_camera, is_plain, look_freely, look_through_camera, looks_through_camera

NO_FILM = "There is no film in this scene. Build one first"
BEYOND = 2
"""Seconds past its goal at which a play did not get there by itself: the user has gone elsewhere."""


@dataclass(frozen=True)
class Way:
    """A play through the frames of ``scene``: from ``start``, until ``stop`` is reached or passed, to end at ``goal``.

    ``reach`` is how many frames past ``stop`` it may be seen late; between ``first`` and ``last`` Blender goes round.
    """

    scene: str
    start: int
    stop: int
    goal: int
    reach: int
    first: int
    last: int

    @property
    def backwards(self) -> bool:
        """Whether it goes back."""
        return self.goal < self.start

    def has_arrived(self, frame: int) -> bool:
        """Whether ``frame`` is where it stops, or just beyond: drawing may skip frames, also past the last one."""
        ahead = self.stop - frame if self.backwards else frame - self.stop
        around = self.last - self.first + 1
        return 0 <= ahead <= self.reach or 0 <= ahead + around <= min(self.reach, around - self.length - 1)

    def is_on(self, frame: int) -> bool:
        """Whether ``frame`` lies on it, before it stops."""
        return self.stop < frame <= self.start if self.backwards else self.start <= frame < self.stop

    @property
    def length(self) -> int:
        """How many frames there are to play."""
        return abs(self.stop - self.start)


_latest: list[Way] = []
"""The play that is watched: a new one takes the place of the one before."""


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


def before_reading(scene: bpy.types.Scene, story: Story) -> int:
    """The frame at which the pause began that the current frame lies in, if it does; else the current frame."""
    now = scene.frame_current
    ends = {marker.name: marker.end for marker in story.markers if marker.kind == "rest"}
    return min([now, *(frame for frame, name in rests(scene, story) if frame <= now < ends[name])])


def way_on(scene: bpy.types.Scene, story: Story) -> Way:
    """From the current frame to the next rest, or to the end; a reading pause that it lies in is left out."""
    goal = next_rest(scene, story) or scene.frame_end
    return _way(scene, min(after_reading(scene, story), goal - 1), goal, goal)


def way_back(scene: bpy.types.Scene, story: Story) -> Way:
    """Backwards from the current frame to the rest before, or to the beginning; reading pauses are left out."""
    start = before_reading(scene, story)
    goal, name = next(((f, n) for f, n in reversed(rests(scene, story)) if f < start), (scene.frame_start, ""))
    read = next((marker.end for marker in story.markers if marker.name == name), goal)
    return _way(scene, max(start, goal + 1), min(max(read, goal), start - 1), goal)


def _way(scene: bpy.types.Scene, start: int, stop: int, goal: int) -> Way:
    part = scene.use_preview_range
    first = scene.frame_preview_start if part else scene.frame_start
    last = scene.frame_preview_end if part else scene.frame_end
    return Way(scene.name, start, max(stop, goal), goal, round(BEYOND * scene.render.fps), first, last)


def chapters(scene: bpy.types.Scene, story: Story) -> list[int]:
    """Frames at which the chapters begin, where their markers are now."""
    return sorted(chapter_start(scene, story, chapter) for chapter in story.chapters)


def next_chapter(scene: bpy.types.Scene, story: Story) -> int | None:
    """Frame at which the next chapter begins."""
    return next((frame for frame in chapters(scene, story) if frame > scene.frame_current), None)


def previous_chapter(scene: bpy.types.Scene, story: Story) -> int | None:
    """Frame at which this chapter began; the one before where that is the current frame."""
    return next((frame for frame in reversed(chapters(scene, story)) if frame < scene.frame_current), None)


def chapter_start(scene: bpy.types.Scene, story: Story, chapter: ChapterSpan) -> int:
    """Frame of the chapter's marker; where the chapter was built to start if the user removed that."""
    names = {marker.name for marker in story.markers if marker.kind == "chapter" and marker.frame == chapter.start}
    return next((marker.frame for marker in scene.timeline_markers if marker.name in names), chapter.start)


def go_to_frame(context: bpy.types.Context, frame: int) -> None:
    """Show a frame, and stop what is playing: it would go on from there, or back to the rest it was to stop at."""
    if context.screen is not None and context.screen.is_animation_playing:
        bpy.ops.screen.animation_cancel(restore_frame=False)
    go(context.scene, frame)


class Playing:
    """What operators that move through the film share."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only in a scene with a film, and not while a job holds on to it."""
        story = read_story(context.scene)
        if story is None:
            cls.poll_message_set(NO_FILM)
        return story is not None and not locked()


GOALS = {
    "NEXT": ("next rest", next_rest),
    "PREVIOUS": ("previous rest", previous_rest),
    "NEXT_CHAPTER": ("next chapter", next_chapter),
    "PREVIOUS_CHAPTER": ("previous chapter", previous_chapter),
}
"""Where one can jump to: what that is called, and how it is found."""


class LLMVIZ_OT_jump(Playing, bpy.types.Operator):
    """Go to the next or previous rest, the places where a presenter stops to explain, or chapter"""

    bl_idname = "llmviz.jump"
    bl_label = "Jump to Rest"
    bl_options = {"REGISTER", "UNDO_GROUPED"}
    bl_undo_group = "Frame Change"

    to: EnumProperty(
        name="To",
        description="Which rest or chapter to go to",
        items=[(name, f"To the {text.title()}", f"Go to the {text}") for name, (text, _) in GOALS.items()],
    )

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """The tooltip."""
        what, _ = GOALS[properties.to]
        where = ", where the picture holds and something is explained" if what.endswith("rest") else ""
        return f"Go to the {what}{where}"

    def execute(self, context: bpy.types.Context) -> Result:
        """Set the frame."""
        what, find = GOALS[self.to]
        frame = find(context.scene, read_story(context.scene))
        if frame is None:
            self.report({"INFO"}, f"There is no {what}.")
            return {"CANCELLED"}
        go_to_frame(context, frame)
        return {"FINISHED"}


class LLMVIZ_OT_jump_to_chapter(Playing, bpy.types.Operator):
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


class LLMVIZ_OT_play(Playing, bpy.types.Operator):
    """Play on to the next rest, and stop there; pressed again on the way, it goes there at once.

    The space bar plays through, with reading pauses
    """

    bl_idname = "llmviz.play"
    bl_label = "Play to Next Rest"
    bl_options = {"REGISTER"}

    backwards: BoolProperty(name="Backwards", description="Play back to the rest before", options={"SKIP_SAVE"})

    @classmethod
    def description(cls, context: bpy.types.Context, properties: Any) -> str:
        """The tooltip."""
        return "Play back to the rest before, and stop there" if properties.backwards else cls.bl_description

    def execute(self, context: bpy.types.Context) -> Result:
        """Go there at once: a script does not watch."""
        return self._go(context, self._find(context.scene))

    def _go(self, context: bpy.types.Context, way: Way) -> Result:
        if way.goal == context.scene.frame_current:
            self.report({"INFO"}, f"The film {'begins' if self.backwards else 'ends'} here.")
            return {"CANCELLED"}
        go_to_frame(context, way.goal)
        return {"FINISHED"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Start playing, and watch for the rest."""
        if bpy.app.background:
            return self.execute(context)
        scene, playing = context.scene, context.screen.is_animation_playing
        under_way = _heading(scene, self.backwards) if playing else None
        self._way = under_way or self._find(scene)
        if under_way or self._way.goal == scene.frame_current:
            return self._go(context, self._way)
        _latest[:] = [self._way]
        if self._way.start != scene.frame_current:
            go(scene, self._way.start)
        if playing:  # through, or the other way
            bpy.ops.screen.animation_cancel(restore_frame=False)
        self._timer = context.window_manager.event_timer_add(1 / 60, window=context.window)
        bpy.ops.screen.animation_play(reverse=self.backwards)
        context.window_manager.modal_handler_add(self)
        return {"PASS_THROUGH", "RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Stop at the rest; leave off if the user stopped before, went elsewhere, or plays another way."""
        scene, way = context.scene, self._way
        watched = way in _latest and context.screen.is_animation_playing and scene.name == way.scene
        if watched and way.is_on(scene.frame_current):
            return {"PASS_THROUGH"}
        if watched and way.has_arrived(scene.frame_current):
            go_to_frame(context, way.goal)
        self.cancel(context)
        return {"FINISHED", "PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Stop watching; Blender calls this when the window closes."""
        if self._way in _latest:
            _latest.clear()
        context.window_manager.event_timer_remove(self._timer)

    def _find(self, scene: bpy.types.Scene) -> Way:
        return (way_back if self.backwards else way_on)(scene, read_story(scene))


def _heading(scene: bpy.types.Scene, backwards: bool) -> Way | None:
    """The play that is watched, if it is in ``scene``, on its way, and in this direction."""
    return next(
        (
            way
            for way in _latest
            if way.scene == scene.name and way.backwards == backwards and way.is_on(scene.frame_current)
        ),
        None,
    )


class LLMVIZ_OT_film_view(bpy.types.Operator):
    """Look through the film's camera as it will be rendered, or leave it and turn around what it looks at.

    The first time Blender compiles shaders for it, up to a minute without a graphics card
    """

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
        leaves = looks_through_camera(space)
        if not leaves and not has_camera(context.scene):
            self.report({"ERROR"}, NO_CAMERA)
            return {"CANCELLED"}
        (look_freely if leaves else look_through_camera)(context.area, context.scene)
        return {"FINISHED"}


class LLMVIZ_OT_plain_colours(bpy.types.Operator):
    """Show cells in flat colours, without written numbers, which is drawn fastest; again, and the film is as it is.

    The first time Blender compiles shaders for that, up to a minute without a graphics card
    """

    bl_idname = "llmviz.plain_colours"
    bl_label = "Plain Colours"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only in a 3D viewport that shows a film or an open stage."""
        there = shows_film(context.scene) and isinstance(context.space_data, bpy.types.SpaceView3D)
        if not there:
            cls.poll_message_set(NO_FILM)
        return there

    def execute(self, context: bpy.types.Context) -> Result:
        """Change this viewport."""
        space: Any = context.space_data
        space.shading.type = "MATERIAL" if is_plain(space) else "SOLID"
        return {"FINISHED"}


CLASSES = (LLMVIZ_OT_jump, LLMVIZ_OT_jump_to_chapter, LLMVIZ_OT_play, LLMVIZ_OT_film_view, LLMVIZ_OT_plain_colours)

"""*Build*: from the settings to a scene."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from inspect import cleandoc

import bpy

from .. import api
from ..screenplay.production import Set
from ..screenplay.retold import Retold
from ..stage.open_state import read_state
from ..stage.ours import is_ours, ours
from ..stage.playing import only_playing
from ..stage.rebuild.changes import losses
from ..stage.rebuild.layers import Selection, select_again, selection_of
from ..stage.story import Story, read_story
from ..stage.things.page import go
from ..stage.walking.hiding import hidden_in, hide_again
from ..stage.walking.places import walk_of
from ..stepwise import within
from . import first_look, request
from .chapters import there
from .her_view import is_kept
from .jobs import Job, Outcome, Steps, blocked, minutes, would_lose
from .preferences import chapter_folders, read_chapters
from .scenes import go_to
from .settings import copy_settings
from .values import value
from .view import looks_through_camera

FEW = 2
"""Chapters that are told by their titles."""
RUN = 0.1
"""Share of the time of a build in which the model is read and run."""


RETOLD: Retold[Set] = Retold()
"""The chapters of the film that was built last."""


class Staging(Job):
    """A job that puts something of ours into the file."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Not while another job runs, nor in an edit mode."""
        reason = blocked() if context.mode == "OBJECT" else "Go to Object Mode first"
        if reason:
            cls.poll_message_set(reason)
        return not reason

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """The tooltip, with what would be lost."""
        scene = target(context.scene)
        lasts, lost = how_long(scene), changes_lost(scene)
        return cleandoc(cls.__doc__) + f".\n\nIt {lasts}" * bool(lasts) + f".\n\n{lost}" * bool(lost)

    @staticmethod
    def tokens_lost(scene: bpy.types.Scene | None) -> str:
        """That what the model has written in ``scene`` will be gone; "" if there is nothing."""
        state = read_state(scene) if scene is not None else None
        count = len(state.tokens) - state.prompt_length if state else 0
        tokens = "1 token" if count == 1 else f"{count} tokens"
        return f"This takes the place of the open stage, on which the model has written {tokens}." * (count > 0)


class LLMVIZ_OT_build(Staging, bpy.types.Operator):
    """Run the model on the tokens and set up the film in a scene of its own.

    With all chapters it takes ten seconds of a processor core, a chapter alone a second or two. Building again, as with
    other tokens, replaces the film and stays at its place. What is yours is left alone; what you changed on the film's
    own things is taken over where that can be, and you are asked before anything else of it goes
    """

    bl_idname = "llmviz.build"
    bl_label = "Build"
    bl_options = {"REGISTER", "UNDO"}

    stopped = "Building was cancelled; all is as it was."

    def question(self, context: bpy.types.Context) -> str:
        """Whether tokens that the model wrote may go, and what she changed."""
        scene = target(context.scene)
        return told(self.tokens_lost(scene), changes_lost(scene))

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``build_film``."""
        return build_film(context, self.sure)


def how_long(scene: bpy.types.Scene | None) -> str:
    """How long a build in ``scene`` takes, as the last one did; "" before the first."""
    seconds = value(scene.llmviz_settings, "seconds") if scene is not None else 0.0
    return f"takes about {math.ceil(seconds)} s, as it did last time" if seconds else ""


def changes_lost(scene: bpy.types.Scene | None) -> str:
    """That changes of the user's to what was built in ``scene`` will be gone; "" if there are none."""
    return would_lose(losses(scene)) if scene is not None else ""


def told(*questions: str) -> str:
    """All that is to be asked, one below the other."""
    return "\n".join(question for question in questions if question)


def build_film(context: bpy.types.Context, sure: bool = False) -> Steps:
    """Build what the settings of the current scene ask for, and show it: the place of a film that is there."""
    read_chapters()
    is_first = not any(read_story(scene) for scene in bpy.data.scenes)
    place = where(target(context.scene))
    stage = yield from film_steps(context, sure)
    story = stage.told
    go_on_from(stage, place)
    if is_first and not bpy.app.background:  # a script finds it at its beginning
        go(stage.scene, opening(story))
        only_playing(stage.scene)
    return Outcome(f"Built {minutes(story.seconds(story.frames))} of film: {titles(story)}.")


@dataclass(frozen=True)
class Place:
    """Where she is in a film: at which frame, and what of it is selected."""

    story: Story
    frame: int
    selection: Selection


def where(scene: bpy.types.Scene | None) -> Place | None:
    """Where she is in the film in ``scene``, if there is one."""
    story = read_story(scene) if scene is not None else None
    if scene is None or story is None:
        return None
    return Place(story, scene.frame_current, selection_of(scene, ours(scene)))


def go_on_from(stage: api.Stage, place: Place | None) -> None:
    """Go to the same place of the film that was built since."""
    if place is not None:
        go(stage.scene, same_place(place.frame, place.story, stage.told))
        select_again(stage.scene, ours(stage.scene), place.selection)
        only_playing(stage.scene)


def same_place(frame: int, before: Story, now: Story) -> int:
    """The frame at the same second of the same chapter; its last where it is shorter now.

    A frame in the glide after a chapter stays there. Of a chapter that is gone it is the same second of the film.
    """
    was = before.chapter(frame)
    found = next((chapter for chapter in now.chapters if was is not None and chapter.name == was.name), None)
    if was is None or found is None:
        return max(1, min(now.frame(before.seconds(frame)), now.frames))
    if frame <= was.end:
        return min(found.start + round((frame - was.start) / before.fps * now.fps), found.end)
    following = min((chapter.start for chapter in now.chapters if chapter.start > found.end), default=found.end + 1)
    return min(found.end + round((frame - was.end) / before.fps * now.fps), following - 1)


def opening(story: Story) -> int:
    """The frame at which what a film opens with is there: it begins with an empty page, and goes on to its title."""
    return next(((3 * said.start + said.end) // 4 for said in story.subtitles), 1)


def titles(story: Story) -> str:
    """What the chapters of a film are called, or how many they are, if these would not fit into a line."""
    named = [chapter.title for chapter in story.chapters]
    return ", ".join(named) if len(named) <= FEW else f"{len(named)} chapters"


def film_steps(context: bpy.types.Context, sure: bool, stays: bool = False) -> api.Steps:
    """The film that is asked for, step by step, of chapters that were read; see ``staged``, and ``build_steps``.

    Where it ``stays``, what has not changed since is left as it is.
    """
    begun, settings = time.monotonic(), context.scene.llmviz_settings
    folders = there(chapter_folders())
    chapters = request.chosen(settings, folders)
    what = yield from within(request.what_steps(settings), 0.0, RUN)
    steps = api.build_steps(
        what,
        chapters,
        theme=request.theme(settings, target(context.scene)),
        pace=request.pace(settings),
        size=request.size(settings),
        fps=value(settings, "fps"),
        walkthroughs=folders,
        length=value(settings, "length"),
        bpm=request.tempo(settings),
        language=request.language(settings),
        engine=value(settings, "engine"),
        scene=target(context.scene),
        sure=sure,
        retold=RETOLD,
        in_place=stays,
    )
    return (yield from within(staged(context, steps, begun, stays), RUN, 1.0))


def target(scene: bpy.types.Scene) -> bpy.types.Scene | None:
    """The scene of ours that a film or stage asked for in ``scene`` is put into; None where it will be made."""
    return scene if is_ours(scene) else next((one for one in bpy.data.scenes if is_ours(one)), None)


def staged(context: bpy.types.Context, steps: api.Steps, begun: float, stays: bool = False) -> api.Steps:
    """Go on with what is built step by step, and show it; stopped before its end, all is as it was.

    What she hid of it by walking is hidden again, if it is of the same kind.
    Where she looks at that scene already, her view is left alone if it ``stays``, or is a free one of a film that is
    built again. ``begun`` is when the job did, by ``time.monotonic``.
    """
    window, area, settings = context.window, context.area, context.scene.llmviz_settings
    before = target(context.scene)
    hidden = hidden_in(before) if before is not None else {}
    was_open = before is not None and read_state(before) is not None
    free = read_story(context.scene) is not None and is_kept(area) and not looks_through_camera(area.spaces.active)
    stage = yield from steps
    if stage.scene.llmviz_settings != settings:
        copy_settings(settings, stage.scene.llmviz_settings)
    if not stays:  # in which case it is more, or less, than a build
        stage.scene.llmviz_settings.seconds = time.monotonic() - begun
    if hidden and was_open == (read_state(stage.scene) is not None):
        hide_again(stage.scene, walk_of(stage.scene), hidden)
    if window.scene != stage.scene or not (stays or free):
        go_to(window, area, stage.scene)
    elif not stays:
        first_look.start(area)
    only_playing(stage.scene)
    return stage


CLASSES = (LLMVIZ_OT_build,)

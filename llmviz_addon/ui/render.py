"""*Render still* and *Render film*, of the film in the current scene."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import bpy

from .. import api
from ..errors import LlmvizError
from ..film.apart import picture_steps
from ..film.film import Progress
from ..film.frames import check_frames, drop, frames_folder, size_of
from ..film.of_scene import film_job
from ..stage.open_state import read_state
from ..stage.story import read_story
from .chapters import Stamp, stamp
from .confirm import Result, confirm
from .jobs import Job, Outcome, Steps, Timed, blocked
from .play import NO_FILM
from .settings import LLMVIZ_PG_settings
from .values import value
from .write import in_words

POLL = 0.005
"""Seconds that the window may be kept waiting for the workers."""
UNSAVED = "Save the .blend file first, or choose a folder: // is the folder the file is in."


def output_folder(settings: LLMVIZ_PG_settings) -> Path:
    """Where stills and films go."""
    return Path(bpy.path.abspath(value(settings, "folder") or "//"))


def folder_problem(settings: LLMVIZ_PG_settings) -> str:
    """Why nothing can be saved in the folder that is set; "" if it can."""
    if (value(settings, "folder") or "//").startswith("//") and not bpy.data.filepath:
        return UNSAVED
    folder = output_folder(settings)
    return "" if os.path.isdir(folder) else f"There is no folder {str(folder)!r}."


def still_path(scene: bpy.types.Scene) -> Path:
    """File of a still at the current frame, such as ``layer-norm-0526.png``; of an open stage by its tokens."""
    folder = output_folder(scene.llmviz_settings)
    if state := read_state(scene):
        return folder / f"stage-{len(state.tokens):04d}.png"
    chapter = read_story(scene).chapter(scene.frame_current)
    name = chapter.name if chapter else "llmviz"
    return folder / f"{name}-{scene.frame_current:04d}.png"


def film_path(scene: bpy.types.Scene) -> Path:
    """File of the film: the chapter's name if there is one chapter only, else the .blend file's."""
    chapters = read_story(scene).chapters
    name = chapters[0].name if len(chapters) == 1 else Path(bpy.data.filepath).stem or "llmviz"
    return output_folder(scene.llmviz_settings) / f"{name}.mp4"


def frames_kept(scene: bpy.types.Scene) -> int:
    """Bytes of the frames beside the film: counted again only when the folder has changed, because panels ask."""
    if folder_problem(scene.llmviz_settings) or read_story(scene) is None:
        return 0
    folder = frames_folder(film_path(scene))
    return _size(folder, stamp([folder])) if os.path.isdir(folder) else 0


@lru_cache(maxsize=4)
def _size(folder: Path, stamp: Stamp) -> int:
    try:
        return size_of(folder)
    except OSError:  # a frame may come or go just now
        return 0


class _Rendering(Job):
    """What these operators share."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only in a scene with a film, with a place to save to, and while nothing else is under way."""
        ready = cls.ready(context.scene)
        reason = blocked() or (folder_problem(context.scene.llmviz_settings) if ready else NO_FILM)
        if reason:
            cls.poll_message_set(reason.rstrip("."))
        return not reason

    @classmethod
    def ready(cls, scene: bpy.types.Scene) -> bool:
        """Whether there is what is to be rendered."""
        return read_story(scene) is not None


class LLMVIZ_OT_render_still(_Rendering, bpy.types.Operator):
    """Render the current frame and save it in the folder, as a PNG file named after chapter and frame.

    It takes some five seconds, lit themes and large pictures more; you can go on working meanwhile
    """

    bl_idname = "llmviz.render_still"
    bl_label = "Render Still"
    bl_options = {"REGISTER"}

    exclusive = False
    stopped = "Stopped. No still was saved."

    @classmethod
    def ready(cls, scene: bpy.types.Scene) -> bool:
        """Whether there is a film or an open stage."""
        return read_story(scene) is not None or read_state(scene) is not None

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``render_still``."""
        return render_still(context.scene)


class LLMVIZ_OT_render_film(_Rendering, bpy.types.Operator):
    """Render the frame range and save it in the folder as an MP4 video, with its subtitles beside it.

    On a few processor cores it takes several times as long as the film lasts, and some megabytes for each second of
    it; how long is told once it goes. You can go on working meanwhile. Finished frames are kept: a film that was
    stopped goes on from there, unless the scene has changed
    """

    bl_idname = "llmviz.render_film"
    bl_label = "Render Film"
    bl_options = {"REGISTER"}

    exclusive = False
    stopped = "Stopped. The frames that are done are kept; render the film again to go on."

    def question(self, context: bpy.types.Context) -> str:
        """Whether finished frames, of the film as it was, may go."""
        return frames_lost(context.scene)

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``render_film``."""
        return render_film(context.scene)


class LLMVIZ_OT_storyboard(_Rendering, bpy.types.Operator):
    """Render a still at every rest and half-way to the next, and save them with a contact sheet per chapter.

    It takes a second or a few for each still; you can go on working meanwhile
    """

    bl_idname = "llmviz.storyboard"
    bl_label = "Storyboard"
    bl_options = {"REGISTER"}

    exclusive = False
    stopped = "Stopped. The stills that are done are kept."

    def steps(self, context: bpy.types.Context) -> Steps:
        """The job: see ``storyboard``."""
        return storyboard(context.scene)


def render_still(scene: bpy.types.Scene) -> Steps:
    """Render the current frame: in a window by a worker process, so that it stays free; a script waits anyway."""
    path, frame, how = still_path(scene), scene.frame_current, _how(scene)
    yield 0.0, f"Frame {frame}"
    if bpy.app.background:
        still = api.still(api.Stage(scene), **how)
    else:
        still = api.Still((yield from picture_steps(scene, frame, how["engine"], how["quality"], POLL)), frame)
    still.save(path)
    return Outcome(f"Saved {path}", path)


def storyboard(scene: bpy.types.Scene) -> Steps:
    """Render all stills: in a window by a worker process, so that it stays free; a script waits anyway."""
    folder = output_folder(scene.llmviz_settings) / "storyboard"
    poll = None if bpy.app.background else POLL
    yield from api.storyboard_steps(api.Stage(scene), folder, poll=poll, **_how(scene))
    return Outcome(f"Saved {folder}", folder)


def render_film(scene: bpy.types.Scene) -> Steps:
    """Save a copy of the file and have worker processes render that; the scene itself stays free."""
    yield 0.0, "Saving a copy of the file"
    steps = api.film_steps(
        api.Stage(scene),
        film_path(scene),
        captions=value(scene.llmviz_settings, "web_captions"),
        overwrite=True,
        poll=POLL,
        **_how(scene),
    )
    for progress in steps:
        yield Timed(progress.share, describe(progress), progress.left)
    return Outcome(f"Saved {film_path(scene)}", film_path(scene))


def _how(scene: bpy.types.Scene) -> dict[str, Any]:
    """Engine and quality that are chosen."""
    return {name: value(scene.llmviz_settings, name) for name in ("engine", "quality")}


def frames_lost(scene: bpy.types.Scene) -> str:
    """Which finished frames the film would replace; "" where there are none, or it cannot be made anyway."""
    if scene.camera is None:
        return ""
    how = _how(scene)
    job = film_job(scene, film_path(scene), Path(), how["engine"], preset=how["quality"])
    try:
        check_frames(job.folder, job.fingerprint, job.size, overwrite=True)
    except LlmvizError:
        return ""  # the job will say why
    try:
        check_frames(job.folder, job.fingerprint, job.size)
    except LlmvizError as error:
        return f"{str(error).partition(';')[0]}. They would be replaced."
    return ""


def describe(progress: Progress) -> str:
    """Progress in words, with what had to be done again."""
    return f"{progress.text}, {progress.count} of {progress.total} frames" + f"; {progress.trouble}" * bool(
        progress.trouble
    )


class LLMVIZ_OT_delete_frames(bpy.types.Operator):
    """Delete the pictures that were rendered for this film and are kept beside it. The video stays"""

    bl_idname = "llmviz.delete_frames"
    bl_label = "Delete the Frames Kept"
    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only where there are some, and no job is under way."""
        reason = blocked() or ("" if frames_kept(context.scene) else "There are no frames beside this film")
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Ask first: they may have taken hours."""
        folder = frames_folder(film_path(context.scene))
        text = f"{in_words(frames_kept(context.scene))} in {folder.name}. The video stays; to go on with it, or to"
        text += " render it with another length, every frame would have to be rendered again."
        return confirm(self, context, event, self.bl_label, text, "Delete")

    def execute(self, context: bpy.types.Context) -> Result:
        """Delete them."""
        try:
            freed = frames_kept(context.scene)
            drop(frames_folder(film_path(context.scene)))
        except (LlmvizError, OSError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"Deleted {in_words(freed)} of frames.")
        return {"FINISHED"}


CLASSES = (LLMVIZ_OT_render_still, LLMVIZ_OT_storyboard, LLMVIZ_OT_render_film, LLMVIZ_OT_delete_frames)

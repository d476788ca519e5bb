"""The film of a scene: what the scene's own settings ask for, and what of them a film cannot honour."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..errors import JobError
from ..stage.quality import FINAL, quality
from ..stage.render import chosen
from ..stage.story import read_story
from .film import FilmJob
from .frames import code_version, fingerprint
from .painting.signature import signature
from .quiet import quiet


def check_scene(scene: bpy.types.Scene) -> None:
    """JobError for a scene that has no camera, or render settings that a film cannot honour; what it can, it does."""
    render = scene.render
    check_camera(scene)
    for wrong, reason in (
        (
            scene.frame_step != 1,
            f"renders not every frame but one in {scene.frame_step}: set Output ▸ Frame Range ▸ Step to 1",
        ),
        (render.use_border, "renders a region only: switch off Output ▸ Format ▸ Render Region"),
        (render.use_multiview, "renders in stereo: switch off Output ▸ Stereoscopy"),
        (render.pixel_aspect_x != render.pixel_aspect_y, "has pixels that are not square: set Output ▸ Aspect to 1"),
    ):
        if wrong:
            raise JobError(f"Scene {scene.name!r} {reason}. A film has every frame, whole.")


def check_camera(scene: bpy.types.Scene) -> None:
    """JobError for a scene without a camera."""
    if scene.camera is None:
        raise JobError(f"Scene {scene.name!r} has no camera to render through.")


def film_job(
    scene: bpy.types.Scene,
    output: Path,
    blend: Path,
    engine: str = "auto",
    *,
    span: tuple[int, int] | None = None,
    captions: bool = False,
    workers: int | None = None,
    overwrite: bool = False,
    preset: str = FINAL,
) -> FilmJob:
    """The film of ``scene``, which is yet to be saved as ``blend``.

    Parameters
    ----------
    span
        First and last frame; None is the scene's own range.
    captions
        Whether WebVTT is written as well.
    workers
        Processes that render at once; None for what suits the machine.
    overwrite
        Whether frames of another film that lie beside ``output`` may go.
    preset
        The quality; it may make the picture larger.

    Two scenes that look the same, wherever they were built, have the same fingerprint and so share their frames.
    """
    render, story, engine = scene.render, read_story(scene), chosen(engine)
    size = (render.resolution_x, render.resolution_y)
    if render.resolution_percentage != 100:  # to the even numbers that a video needs, as these are not hers to choose
        width, height = (max(side * render.resolution_percentage // 200 * 2, 2) for side in size)
        size = (width, height)
    how = quality(preset)
    size = how.size(size)
    with quiet():  # Blender tells of graphics drivers when it is asked for its settings
        look = signature(scene)
    mark = fingerprint(
        quality=repr(how),
        blender=bpy.app.version_string,
        engine=engine,
        llmviz=code_version(),
        theme=story.theme if story else "",
        scene=look,
    )
    first, last = span or (scene.frame_start, scene.frame_end)
    return FilmJob(
        blend=blend,
        output=output,
        first=first,
        last=last,
        size=size,
        fps=render.fps,
        fps_base=render.fps_base,
        engine=engine,
        quality=preset,
        fingerprint=mark,
        subtitles=story.subtitles if story else (),
        chapters=story.chapters if story else (),
        web_captions=captions,
        workers=workers,
        end=max([scene.frame_end, last, *(chapter.end for chapter in (story.chapters if story else ()))]),
        overwrite=overwrite,
    )

"""Frames to H.264, through Blender's own FFmpeg and its sequencer, and a video back to pictures.

All of this works in an empty file, in a process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...errors import JobError
from ...stage import compat
from ..painting import png
from ..painting.painter import Painter

ALIKE = 12.0
"""How much a picture of the video may differ from its frame, on average of 255: less than any other picture does."""


def encode(frames: Sequence[Path], output: Path, rate: tuple[int, float], size: tuple[int, int]) -> None:
    """Write ``frames``, PNG files of one folder in the order to be shown, to ``output`` as MP4.

    ``rate`` is Blender's: frames per second, and the base that these are divided by. Blender takes ``#`` and braces
    in a path for patterns, so it is sent beside the output's folder, and given the plain names of folder and file.
    """
    scene = _empty()
    strip = scene.sequence_editor.strips.new_image("frames", str(frames[0]), 1, 1)
    for path in frames[1:]:
        strip.elements.append(path.name)
    _set_output(scene, len(frames), rate, size)
    before = Path.cwd()
    os.chdir(output.parent.parent)
    try:
        scene.render.filepath = f"{output.parent.name}/{output.name}"
        bpy.ops.render.render(animation=True)
    finally:
        os.chdir(before)
    if not output.is_file():
        raise JobError(f"Blender's FFmpeg wrote no video for {str(output)!r}; is the disk full?")


def look(video: Path, frames: Mapping[int, Path], size: tuple[int, int]) -> None:
    """JobError unless the pictures of ``video`` with these numbers, from 1 on, are these frames."""
    scene = _empty()
    strip: Any = scene.sequence_editor.strips.new_movie("video", str(video), 1, 1)
    last = compat.strip_length(strip)
    scene.render.resolution_x, scene.render.resolution_y = size
    painter = Painter(scene)
    scene.render.use_sequencer = True
    try:
        for number, path in frames.items():
            if number > last:
                raise JobError(f"The video {str(video)!r} ends after {last} pictures of {max(frames)}.")
            found = painter.paint(number).astype(np.int16)
            if np.abs(found - png.read(path)).mean() > ALIKE:
                raise JobError(f"Picture {number} of the video {str(video)!r} is not the frame that it was made of.")
    finally:
        painter.close()


def _empty() -> bpy.types.Scene:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    assert scene is not None
    editor = scene.sequence_editor_create()
    editor.use_cache_raw = editor.use_cache_final = False  # every frame is shown once
    scene.render.use_sequencer, scene.render.use_compositing = True, False
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "Standard"
    return scene


def _set_output(scene: bpy.types.Scene, count: int, rate: tuple[int, float], size: tuple[int, int]) -> None:
    scene.frame_start, scene.frame_end = 1, count
    render = scene.render
    render.resolution_x, render.resolution_y = size
    render.fps, render.fps_base = rate
    render.dither_intensity = 0.0
    compat.set_video_output(scene)
    settings = render.ffmpeg
    settings.format, settings.codec = "MPEG4", "H264"
    settings.audio_codec = "NONE"
    settings.constant_rate_factor = "HIGH"  # flat colours and letters show every artefact, and are small anyway
    settings.ffmpeg_preset = "GOOD"
    settings.gopsize = second(rate)


def second(rate: tuple[int, float]) -> int:
    """Frames from one key frame to the next, about a second, so that jumping to a rest is quick."""
    return max(round(rate[0] / rate[1]), 2)

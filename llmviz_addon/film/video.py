"""Frames to H.264, through Blender's own FFmpeg and its sequencer."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import bpy

from ..errors import JobError
from ..stage import compat
from .output import written


def encode(frames: Sequence[Path], output: Path, fps: int, size: tuple[int, int]) -> None:
    """Write ``frames``, PNG files of one folder in the order to be shown, to ``output`` as MP4.

    Opens an empty file in this Blender. Blender writes to a temporary folder, because it takes ``#`` and
    braces in a path for patterns.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    editor = scene.sequence_editor_create()
    editor.use_cache_raw = editor.use_cache_final = False  # every frame is shown once
    strips = editor.strips
    strip = strips.new_image("frames", str(frames[0]), 1, 1)
    for path in frames[1:]:
        strip.elements.append(path.name)
    _set_output(scene, len(frames), fps, size)
    with tempfile.TemporaryDirectory(prefix="llmviz-") as folder, written(output) as temporary:
        made = Path(folder) / "film.mp4"
        scene.render.filepath = str(made)
        bpy.ops.render.render(animation=True)
        if not made.is_file():
            raise JobError(f"Blender's FFmpeg wrote no video for {str(output)!r}.")
        shutil.copyfile(made, temporary)


def _set_output(scene: bpy.types.Scene, count: int, fps: int, size: tuple[int, int]) -> None:
    scene.frame_start, scene.frame_end = 1, count
    render = scene.render
    render.use_sequencer, render.use_compositing = True, False
    render.resolution_x, render.resolution_y = size
    render.resolution_percentage = 100
    render.fps, render.fps_base = fps, 1.0
    render.dither_intensity = 0.0
    scene.view_settings.view_transform = "Standard"
    compat.set_video_output(scene)
    settings = render.ffmpeg
    settings.format, settings.codec = "MPEG4", "H264"
    settings.audio_codec = "NONE"
    settings.constant_rate_factor = "HIGH"  # flat colours and letters show every artefact, and are small anyway
    settings.ffmpeg_preset = "GOOD"
    settings.gopsize = max(fps, 1)  # one second: jumping to a rest is quick

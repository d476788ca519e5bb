"""One picture of a scene, as it is set up, at one frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..stage.quality import FINAL, quality
from ..stage.render import set_engine, set_size, size_of
from ..stage.things.page import go
from .of_scene import check_camera
from .output import check_output
from .painting import png
from .painting.painter import Painter
from .quiet import quiet
from .shown import shown

KEPT = {
    "render": (
        *("engine", "resolution_x", "resolution_y", "resolution_percentage", "filepath", "use_file_extension"),
        *("use_persistent_data", "use_sequencer", "use_stamp", "dither_intensity", "filter_size"),
        *("use_border", "use_crop_to_border"),
    ),
    "image": ("media_type", "file_format", "color_mode", "color_depth"),  # in the order to be set
    "cycles": (
        *("device", "samples", "use_adaptive_sampling", "use_denoising", "pixel_filter_type", "filter_width"),
        *("max_bounces", "min_transparent_bounces", "transparent_max_bounces", "use_auto_tile", "use_light_tree"),
        *("denoiser", "denoising_input_passes", "denoising_prefilter", "denoising_quality"),
        *("diffuse_bounces", "glossy_bounces", "sample_clamp_indirect", "caustics_reflective"),
    ),
    "eevee": ("taa_render_samples", "use_raytracing"),
    "devices": ("compute_device_type",),
}
"""Settings of the user's that a still changes and gives back."""


def still(
    scene: bpy.types.Scene,
    output: Path,
    frame: int,
    size: tuple[int, int] | None = None,
    engine: str = "auto",
    samples: int | None = None,
    preset: str = FINAL,
) -> None:
    """Render ``frame`` to the PNG file ``output``; see ``picture``. Raises JobError if it cannot be written."""
    check_output(output, ".png")
    png.write(output, picture(scene, frame, size, engine, samples, preset))


def picture(
    scene: bpy.types.Scene,
    frame: int,
    size: tuple[int, int] | None = None,
    engine: str = "auto",
    samples: int | None = None,
    preset: str = FINAL,
) -> np.ndarray:
    """``frame`` rendered, (height, width, 3) uint8 display colours; the scene is left as it was.

    ``size`` in pixels is by default the scene's own; the quality ``preset`` may enlarge it. Raises JobError for an
    unknown engine or quality, or a scene without a camera.
    """
    how = quality(preset)
    check_camera(scene)
    with shown(scene), restored(scene), quiet():
        set_engine(scene, engine, samples, preset)
        if size is not None or how.side is not None:
            set_size(scene, *how.size(size or size_of(scene)))
        scene.render.use_persistent_data = False
        painter = Painter(scene)
        try:
            return painter.paint(frame)
        finally:
            painter.close()


@contextmanager
def restored(scene: bpy.types.Scene) -> Iterator[None]:
    """Give back the scene's render settings and frame after the block."""
    frame = scene.frame_current
    owners: dict[str, Any] = {"render": scene.render, "image": scene.render.image_settings}
    if (addon := bpy.context.preferences.addons.get("cycles")) is not None:
        owners["devices"] = addon.preferences
    owners |= {name: getattr(scene, name) for name in ("cycles", "eevee") if hasattr(scene, name)}
    kept = [
        (owner, key, getattr(owner, key)) for name, owner in owners.items() for key in KEPT[name] if hasattr(owner, key)
    ]
    try:
        yield
    finally:
        for owner, key, value in kept:
            with suppress(TypeError):  # a choice that this Blender was built without, such as its denoisers
                setattr(owner, key, value)
        go(scene, frame)

"""Render settings: which engine, and how to make it draw our flat picture as fast as it can.

All of our edges are antialiased by the shaders, so one Cycles sample at the middle of each pixel is a
finished picture: no bounces, no denoiser, a pixel filter of no width. More samples serve those who
add objects of their own.
"""

from __future__ import annotations

import glob
import subprocess
import sys
import tempfile
from functools import lru_cache

import bpy

from ..errors import JobError, choices
from ..processes import blender
from . import compat
from .devices import LINUX_DEVICES, use_graphics_cards
from .kept_theme import is_lit
from .quality import FINAL, Quality, quality

ENGINES = ("auto", "eevee", "cycles")
VIEWPORT_SAMPLES = 8
_SOFTWARE = ("llvmpipe", "softpipe", "software", "swrast")
_PROBE = """
import bpy
import gpu

def names():
    platform = gpu.platform
    return platform.renderer_get() + platform.vendor_get() + platform.device_type_get()

try:
    if hasattr(gpu, "init"):
        gpu.init()
    found = names()
except SystemError:  # no gpu module in background, until something has been rendered with it
    scene = bpy.data.scenes[0]
    for engine in ("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE"):
        try:
            scene.render.engine = engine
        except TypeError:
            pass
    scene.render.resolution_x = scene.render.resolution_y = 8
    scene.eevee.taa_render_samples = 1
    scene.camera = bpy.data.objects.new("probe", bpy.data.cameras.new("probe"))
    scene.collection.objects.link(scene.camera)
    bpy.ops.render.render()
    found = names()
print("GPU:", found)
"""


def set_engine(
    scene: bpy.types.Scene, engine: str = "auto", samples: int | None = None, preset: str = FINAL
) -> str:  # fmt: skip
    """Prepare ``scene`` to render with ``engine``; returns the one chosen, "eevee" or "cycles".

    ``samples`` per pixel are by default those of the quality ``preset``; Cycles needs 1 where nothing is lit.
    """
    engine, how = chosen(engine), quality(preset)
    if engine == "eevee":
        compat.set_eevee(scene)
        _set_eevee(scene, samples or how.eevee_samples)
    else:
        compat.set_cycles(scene)
        scene.render.use_persistent_data = True
        _set_cycles(scene, samples, how, on_cards=is_lit(scene) and use_graphics_cards())
    return engine


def set_film(scene: bpy.types.Scene, engine: str) -> None:
    """Prepare a scene that will be saved: as fast as our own films in both engines, with ``engine`` chosen.

    In the viewport, too: EEVEE's temporal reprojection would shred text while the camera moves, and leave it blank
    after every jump. Data is not kept from frame to frame, as Blender may hang at its end with it.
    """
    how = quality(FINAL)
    _set_eevee(scene, how.eevee_samples)
    _set_cycles(scene, None, how, on_cards=True)  # as whoever renders the file has it in the preferences
    scene.eevee.use_taa_reprojection = False
    scene.eevee.taa_samples = VIEWPORT_SAMPLES
    scene.cycles.preview_samples = 1
    if engine == "eevee":
        compat.set_eevee(scene)
    else:
        compat.set_cycles(scene)


def chosen(engine: str) -> str:
    """The engine that is meant, "eevee" or "cycles"; "auto" is EEVEE where there is a GPU."""
    if engine not in ENGINES:
        raise JobError(f"Unknown engine {engine!r}. {choices(ENGINES)}")
    if engine == "auto":
        return "eevee" if has_gpu() else "cycles"
    return engine


def size_of(scene: bpy.types.Scene) -> tuple[int, int]:
    """Width and height of its picture in pixels."""
    render = scene.render
    width, height = (side * render.resolution_percentage // 100 for side in (render.resolution_x, render.resolution_y))
    return width, height


def set_size(scene: bpy.types.Scene, width: int, height: int) -> None:
    """Size of the picture in pixels."""
    scene.render.resolution_x = width
    scene.render.resolution_y = height
    scene.render.resolution_percentage = 100


def _set_eevee(scene: bpy.types.Scene, samples: int) -> None:
    scene.eevee.use_raytracing = is_lit(scene)
    scene.eevee.taa_render_samples = samples
    scene.render.filter_size = 1.0


def _set_cycles(scene: bpy.types.Scene, samples: int | None, how: Quality, on_cards: bool) -> None:
    if is_lit(scene):
        _set_lit_cycles(scene, samples or how.lit_samples, how, on_cards)
    else:
        _set_flat_cycles(scene, samples or 1)


def _set_lit_cycles(scene: bpy.types.Scene, samples: int, how: Quality, on_cards: bool) -> None:
    """Light goes from a lamp to a thing and once more to another; what is left of noise the denoiser takes away."""
    cycles = scene.cycles
    cycles.device = "GPU" if on_cards else "CPU"  # where there is none, GPU is the processor
    cycles.samples = samples
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = how.denoising_input_passes
    cycles.denoising_prefilter = how.denoising_prefilter
    cycles.denoising_quality = how.denoising_quality
    cycles.pixel_filter_type = "BLACKMAN_HARRIS"
    cycles.filter_width = 1.2
    cycles.max_bounces = cycles.diffuse_bounces = cycles.glossy_bounces = 1
    cycles.transparent_max_bounces = cycles.min_transparent_bounces = 64
    cycles.sample_clamp_indirect = 2.0
    cycles.caustics_reflective = False
    cycles.use_auto_tile = False
    cycles.use_light_tree = False


def _set_flat_cycles(scene: bpy.types.Scene, samples: int) -> None:
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples = samples
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = False
    cycles.pixel_filter_type = "BLACKMAN_HARRIS"
    cycles.filter_width = 0.01 if samples == 1 else 1.0
    cycles.max_bounces = 0
    cycles.transparent_max_bounces = cycles.min_transparent_bounces = 64  # never ended by chance, which would speckle
    cycles.use_auto_tile = False
    cycles.use_light_tree = False


@lru_cache(maxsize=1)
def has_gpu() -> bool:
    """Whether EEVEE would run on a real GPU.

    Without a window this is asked in a process of its own: where there is no usable OpenGL at all Blender
    aborts, it does not raise.
    """
    if not bpy.app.background:
        import gpu

        return is_gpu(gpu.platform.renderer_get() + gpu.platform.vendor_get() + gpu.platform.device_type_get())
    if sys.platform == "linux" and not any(glob.glob(pattern) for pattern in LINUX_DEVICES):
        return False
    try:
        with tempfile.TemporaryDirectory(prefix="llmviz-", ignore_cleanup_errors=True) as folder:
            done = subprocess.run(blender(_PROBE), cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    found = [line for line in done.stdout.splitlines() if line.startswith("GPU:")]
    return bool(found) and is_gpu(found[0])


def is_gpu(names: str) -> bool:
    """Whether these names of an OpenGL driver are of a GPU, not of a program that stands in for one."""
    return not any(word in names.lower() for word in _SOFTWARE)

"""Drawing the cells of a stage with that shader into what is bound."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import bpy
import numpy as np

from ...stage.materials.theme_file import rewritten
from ...stage.open_state import read_state
from ...stage.ours import TAG, holds, ours
from ...stage.pointing.rows import WIDTH, rows
from ...stage.story import read_story
from ...stage.things.grids import CORNERS, FACES
from .faded import draw_faded
from .shader import GROUND, color_row, shader

MOST = 16_000
"""Boxes at once, as high as a picture may be on any graphics card."""
_atlas: dict[int, int] = {}
"""By scene, told by the number that a session gives it: that of its picture of values."""


def draw_cells(
    scene: bpy.types.Scene,
    view: bpy.types.RegionView3D,
    size: tuple[int, int],
    shown: Callable[[bpy.types.Object], bool] | None = None,
) -> None:
    """Draw what is seen of ``scene``, and ``shown``, at its frame in a view of ``size`` pixels."""
    draw_seen(scene, np.array(view.perspective_matrix), _eye(view), size, shown)


def draw_seen(
    scene: bpy.types.Scene,
    projected: np.ndarray,
    eye: np.ndarray,
    size: tuple[int, int],
    shown: Callable[[bpy.types.Object], bool] | None = None,
) -> None:
    """Do so where ``projected`` (4, 4) brings the world to the view; ``eye`` (4,) is as ``_eye`` tells it."""
    told = read_story(scene) or read_state(scene)
    colors = _colors(told.theme) if told is not None else None
    if colors is None:
        return
    draw_faded(scene, projected, eye, colors[0, GROUND, :3].astype(float), shown)
    image, made = _picture(scene), _made()
    if image is None or made is None:
        return
    found = rows(scene, projected, size, shown)[:MOST]
    if not len(found):
        return
    import gpu

    types: Any = gpu.types
    state, texture = gpu.state, gpu.texture
    table = np.concatenate([colors, found])
    numbers = types.Buffer("FLOAT", table.size, table.reshape(-1))
    boxes = types.GPUTexture((WIDTH, len(table)), format="RGBA32F", data=numbers)
    program, batch = made
    program.bind()
    program.uniform_sampler("boxes", boxes)
    program.uniform_sampler("numbers", texture.from_image(image))
    program.uniform_float("projected", [float(n) for n in projected.T.reshape(-1)])
    program.uniform_float("eye", [float(n) for n in eye])
    state.depth_test_set("LESS_EQUAL")
    state.depth_mask_set(True)
    state.face_culling_set("BACK")
    batch.draw_instanced(program, instance_count=len(found))
    state.face_culling_set("NONE")
    state.depth_mask_set(False)
    state.depth_test_set("NONE")


def _eye(view: bpy.types.RegionView3D) -> np.ndarray:
    """Where a view is seen from, and 1; where it has no such place the way towards the viewer, and 0."""
    seen = np.array(view.view_matrix.inverted())
    return np.append(seen[:3, 3], 1.0) if view.is_perspective else np.append(seen[:3, 2], 0.0)


def forget() -> None:
    """Let go what is kept of the graphics card's."""
    _made.cache_clear()
    _atlas.clear()


@lru_cache(maxsize=2)
def _colors(theme: str) -> np.ndarray | None:
    """The row that tells the colours of a theme, as written; None where it was damaged."""
    look = rewritten(theme)
    return None if look is None else color_row(look)


@cache
def _made() -> tuple[Any, Any] | None:
    """The shader, and the faces of a unit cube, each with its axis; None where the graphics card does not take it."""
    from gpu_extras.batch import batch_for_shader

    try:
        program = shader()
    except Exception:  # Blender raises nothing finer, and writes down why
        return None
    corners, faces = np.array(CORNERS), np.array(FACES)
    quads = corners[faces].round()  # (6, 4, 3)
    axis = (np.ptp(quads, axis=1) == 0).astype(np.float32)
    triangles = quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    content: Any = {"corner": triangles.astype(np.float32), "facing": axis.repeat(6, axis=0)}
    return program, batch_for_shader(program, "TRIS", content)


def _picture(scene: bpy.types.Scene) -> bpy.types.Image | None:
    """The picture of a stage's values."""
    number = _atlas.get(scene.session_uid)
    found = next((image for image in bpy.data.images if image.session_uid == number), None)
    if found is None or not holds(scene, found):  # it may be hers by now, where a copy of hers shows it
        held = (block for block in ours(scene).blocks if isinstance(block, bpy.types.Image))
        found = next((image for image in held if image.get(TAG) == "atlas"), None)
        if found is not None:
            _atlas[scene.session_uid] = found.session_uid
    return found

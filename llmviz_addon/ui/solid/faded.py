"""What is half transparent in the film, such as the map's boxes, over Solid view, which shows it as if it were not.

The same faces once more in the colour that they have on the theme's ground, so that what is written before them reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ...stage.materials.flat_material import BELOW, INK
from ...stage.ours import TAG
from ...stage.pointing.sight import graph
from .shader import encoded

KINDS = ("drawing", "ribbon")
WHOLE = 0.98
"""Opacity from which on a thing is not half transparent."""
MOST = 64
"""Things at once: when much more fades it has gone within a second, and each is read anew at every drawing."""
PULLED, BIAS = 2.5e-5, 5e-7
"""By which share of their distance, and of all depth, faces are drawn nearer than they are: what is written on them is
a part of a millimetre before them."""
THROUGH = 4e-4
"""The same of what is whole: it may lie so far behind a thing through which it is seen."""


def draw_faded(
    scene: bpy.types.Scene,
    projected: np.ndarray,
    eye: np.ndarray,
    ground: np.ndarray,
    shown: Callable[[bpy.types.Object], bool] | None = None,
) -> None:
    """Draw it on the ``ground`` (3,), linear; all else is as in ``drawing.draw_seen``."""
    import gpu
    from gpu_extras.batch import batch_for_shader

    pieces = list(faces(scene, projected, eye, ground, shown))
    if not pieces:
        return
    points, colors = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    nearer = projected.copy()
    nearer[2] -= BIAS * nearer[3]
    program: Any = gpu.shader.from_builtin("SMOOTH_COLOR")
    content: Any = {
        "pos": points.astype(np.float32),
        "color": np.pad(encoded(colors), ((0, 0), (0, 1)), constant_values=1.0).astype(np.float32),
    }
    matrix: Any = gpu.matrix
    with matrix.push_pop_projection(), matrix.push_pop():
        matrix.load_identity()
        matrix.load_projection_matrix(Matrix(nearer.tolist()))
        gpu.state.depth_test_set("LESS_EQUAL")
        gpu.state.depth_mask_set(True)
        batch_for_shader(program, "TRIS", content).draw(program)
        gpu.state.depth_mask_set(False)
        gpu.state.depth_test_set("NONE")


def faces(
    scene: bpy.types.Scene,
    projected: np.ndarray,
    eye: np.ndarray,
    ground: np.ndarray,
    shown: Callable[[bpy.types.Object], bool] | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Of each such thing the corners of its triangles (3n, 3), metres in the world, and their colours, linear.

    And of what is whole and seen through one.
    """
    objects: Any = graph(scene).objects
    alphas = np.empty(len(objects) * 4, dtype=np.float32)
    objects.foreach_get("color", alphas)
    alphas = alphas[3::4]
    if not ((alphas > 0) & (alphas < WHOLE)).any():
        return
    every = [
        (obj, alpha)
        for obj, alpha in zip(objects, alphas.tolist(), strict=True)
        if alpha > 0 and obj.get(TAG) in KINDS and obj.type == "MESH" and (shown is None or shown(obj.original))
    ]
    pale = [obj for obj, alpha in every if alpha < WHOLE][:MOST]
    around = [_around(obj, projected) for obj in pale]
    for obj in pale:
        yield from _faces(obj, eye, ground, PULLED)
    for obj in [obj for obj, alpha in every if alpha >= WHOLE] if around else ():
        low, high = _around(obj, projected)
        if any((low < other[1]).all() and (high > other[0]).all() for other in around):
            yield from _faces(obj, eye, ground, THROUGH)


def _around(obj: bpy.types.Object, projected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The smallest and largest corner of what a thing takes in the view, with how deep it is."""
    corners = np.pad(np.array(obj.bound_box), ((0, 0), (0, 1)), constant_values=1.0) @ np.array(obj.matrix_world).T
    placed = corners @ projected.T
    far = placed[:, 3:]
    if (far <= 0).any():
        return np.full(3, -np.inf), np.full(3, np.inf)
    seen = np.concatenate([placed[:, :2] / far, far], axis=1)
    low, high = seen.min(axis=0), seen.max(axis=0)
    low[2], high[2] = low[2] * (1 - THROUGH), high[2] * (1 + THROUGH)
    return low, high


def _faces(
    obj: bpy.types.Object, eye: np.ndarray, ground: np.ndarray, pulled: float
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The faces of one thing, if it has any; ``pulled`` towards the viewer by that share of their distance."""
    mesh: Any = obj.data
    if INK not in mesh.attributes or not len(mesh.polygons):
        return
    mesh.calc_loop_triangles()
    corners = np.empty(len(mesh.loop_triangles) * 3, dtype=np.int32)
    mesh.loop_triangles.foreach_get("vertices", corners)
    points = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
    mesh.vertices.foreach_get("co", points)
    world, inks = np.array(obj.matrix_world), _inks(mesh, BELOW if obj.scale[1] < 0 else INK)
    placed = points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]
    placed = placed + (eye[:3] - placed if eye[3] else eye[:3]) * pulled
    colors = ground + (inks[:, :3] - ground) * inks[:, 3:] * obj.color[3]
    yield placed[corners], colors[corners]


def _inks(mesh: Any, name: str) -> np.ndarray:
    inks = np.empty(len(mesh.vertices) * 4, dtype=np.float32)
    mesh.attributes[name if name in mesh.attributes else INK].data.foreach_get("color", inks)
    return inks.reshape(-1, 4)

"""Reads the numbers off a picture, letter by letter, by comparing with the font's own outlines."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import bpy
import numpy as np
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

from llmviz_addon.layout.grid import CELL, Grid
from llmviz_addon.screenplay.page.view import TAN
from llmviz_addon.stage.materials.cell_numbers import LETTERS
from llmviz_addon.stage.things import glyphs
from llmviz_addon.stage.things.camera import Rig, pose
from llmviz_addon.stage.things.mesh2d import distances

FINE = (16, 24)
"""Pixels of a letter that is compared."""
CAP = 0.65
FACES = {"front": (270.0, 0.0), "back": (90.0, 0.0), "right": (0.0, 0.0), "left": (180.0, 0.0), "top": (270.0, 89.9)}
"""Azimuth and elevation from which a face is seen straight on."""
_OUT = {"front": (0, -1, 0), "back": (0, 1, 0), "right": (1, 0, 0), "left": (-1, 0, 0), "top": (0, 0, 1)}


def look_at(rig: Rig, grid: Grid, face: str, cell: tuple[float, float, float], high: float = 8.0) -> None:
    """Look straight at a face of a grid, with ``cell`` in the middle of a picture ``high`` cells high."""
    azimuth, elevation = FACES[face]
    x, y, z = _place(grid, face, cell)
    pose(rig, (x, y, z), azimuth, elevation, high * CELL / TAN)


def read_cells(
    picture: np.ndarray, scene: bpy.types.Scene, grid: Grid, face: str, moved: Vector | None = None
) -> dict[tuple[int, int, int], str]:
    """What stands in every cell of a face that is wholly in the picture, (height, width, 3), its lowest row first."""
    found = {}
    size = np.array([picture.shape[1], picture.shape[0]])
    normal = np.abs(_OUT[face])
    ends = [1 if axis else count for axis, count in zip(normal, grid.cells, strict=True)]
    bpy.context.view_layer.update()
    for index in np.ndindex(*ends):
        middle = Vector(_place(grid, face, tuple(i + 0.5 for i in index))) + (moved or Vector())
        corner = middle + Vector([CELL / 2 if not axis else 0.0 for axis in normal])
        here, there = (
            np.array(world_to_camera_view(scene, scene.camera, point)[:2]) * size for point in (middle, corner)
        )
        half = np.abs(there - here).max()
        if ((here - half) >= 0).all() and ((here + half) <= size).all():
            left, low = np.rint(here - half).astype(int)
            side, left, low = round(1.92 * half), left + round(0.04 * half), low + round(0.04 * half)
            found[index] = read(picture[low : low + side, left : left + side])
    return found


def read(cell: np.ndarray) -> str:
    """What stands in one cell, (side, side, 3) with its lowest row first; "" where nothing does."""
    side = len(cell)
    band = cell[round(0.28 * side) : round(0.72 * side)].mean(axis=2)
    ground = np.median(cell[round(0.12 * side) : round(0.2 * side)].mean(axis=2))
    ink = np.abs(band - ground)
    ink /= max(ink.max(), 0.2)
    columns = np.concatenate([[False], ink.max(axis=0) > 0.3, [False]])
    starts, stops = np.flatnonzero(columns[1:] & ~columns[:-1]), np.flatnonzero(columns[:-1] & ~columns[1:])
    spans = [(a, b) for a, b in zip(starts, stops, strict=True) if a > 0 and b < side]  # no edge of the grid
    return "".join(_letters([ink[:, a:b] for a, b in spans]))


def _letters(shapes: list[np.ndarray]) -> Iterable[str]:
    boxes = [_cropped(shape) for shape in shapes]
    tallest = max((len(box) for box in boxes), default=0)
    lows = [np.flatnonzero(shape.max(axis=1) > 0.3)[0] for shape in shapes]
    for box, low in zip(boxes, lows, strict=True):
        share = len(box) / tallest
        if share < 0.7:
            yield "≈" if share > 0.3 else "." if low - min(lows) < 0.2 * tallest else "−"
        else:
            yield max(LETTERS[:10], key=lambda letter: _alike(box, letter))


def _alike(box: np.ndarray, letter: str) -> float:
    form = _form(letter)
    seen = _resized(box)
    slender = abs(np.log(box.shape[0] / box.shape[1] / (1.2 * form[1])))
    return float(np.corrcoef(seen.ravel(), form[0].ravel())[0, 1] - 0.2 * slender)


@cache
def _form(letter: str) -> tuple[np.ndarray, float]:
    """A letter, cropped and brought to one size, and its height over its width."""
    x, y = np.meshgrid(np.linspace(-0.1, 0.7, 80), np.linspace(-0.1, 0.8, 90))
    inside = distances(glyphs.glyph(letter), np.stack([x.ravel(), y.ravel()], axis=1))[0].reshape(x.shape) > -0.016
    box = _cropped(inside.astype(float))
    return _resized(box), len(box) / box.shape[1]


def _cropped(ink: np.ndarray) -> np.ndarray:
    rows = np.flatnonzero(ink.max(axis=1) > 0.3)
    columns = np.flatnonzero(ink.max(axis=0) > 0.3)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resized(ink: np.ndarray) -> np.ndarray:
    rows = np.linspace(0, len(ink) - 1, FINE[1])
    columns = np.linspace(0, ink.shape[1] - 1, FINE[0])
    across = np.stack([np.interp(columns, np.arange(ink.shape[1]), row) for row in ink])
    return np.stack([np.interp(rows, np.arange(len(ink)), column) for column in across.T], axis=1)


def _place(grid: Grid, face: str, cell: tuple[float, ...]) -> tuple[float, float, float]:
    """Where on a face a place in cells is, in the world."""
    low, high = grid.ends
    out = _OUT[face]
    x, y, z = (
        (high[i] if out[i] > 0 else low[i])
        if out[i]
        else (high[2] - cell[2] * CELL if i == 2 else low[i] + cell[i] * CELL)
        for i in range(3)
    )
    return x, y, z

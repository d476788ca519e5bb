"""Every box of cells that is seen at a frame, as rows of numbers by which a shader finds its values.

They are what the materials of cells read of objects and meshes (see ``materials.cell_material``), brought into one
form: a merged mesh is a row for each of its boxes, a grid of which some rows are kept exactly one for each piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import bpy
import numpy as np

from ...layout.rays import Boxes
from ..materials.cell_drawing import ROLES
from ..ours import TAG
from ..told_by_objects import ATLAS, CELLS, EMPHASIS, FIRST, FOCUS_HI, FOCUS_LO, KNOWN, LIT, REVEAL, STRIDES, share
from .sight import FACES, SINGLE, standing

WORLD, ALONG, FROM, STEPS, PLACE, AFAR, REVEALED, LOW, HIGH, HUE, WIDTH = 0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
"""Where in a row is what, four numbers each: three lines of the matrix from the unit cube to the world; cells, and
the opacity; the first cell, and the gain's factor; strides, and where it is seen from afar; column, row, gain and
one over the side of the pools, those of its picture from near and from afar; what is revealed, and the highlight;
the focus range, with how strong it is, and with the role's number; the role's hue."""
LEAST = 3.0
"""Pixels of a box below which nothing in it could be told apart."""
CORNERS = np.array([(x, y, z, 1.0) for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (-1.0, 0.0)])


def rows(
    scene: bpy.types.Scene,
    matrix: np.ndarray,
    size: tuple[float, float],
    shown: Callable[[bpy.types.Object], bool] | None = None,
) -> np.ndarray:
    """Rows (n, WIDTH, 4) of what is seen in a region of ``size`` pixels, into which ``matrix`` (4, 4) projects.

    Of that only what is ``shown``, where a viewport leaves something out.
    """
    stand = standing(scene)
    ends = np.array([boxes.around for boxes in stand.boxes]).reshape(-1, 2, 3)
    near = _in_sight(_placed(stand.worlds, ends[:, 0], ends[:, 1]), matrix, size)
    found = [
        told
        for number in np.flatnonzero(near).tolist()
        if (shown is None or shown(stand.objects[number].original))
        and (told := _rows(stand.objects[number], stand.boxes[number], stand.worlds[number])) is not None
    ]
    if not found:
        return np.zeros((0, WIDTH, 4), dtype=np.float32)
    every = np.concatenate(found)
    several = any(len(one) > 1 for one in found)
    return every[_in_sight(every[:, WORLD:ALONG], matrix, size)] if several else every


def _rows(obj: bpy.types.Object, boxes: Boxes, world: np.ndarray) -> np.ndarray | None:
    """The rows of an object, as evaluated; None of a model in outline, which has no values, or where it tells none."""
    try:
        if obj.get(TAG) in SINGLE:
            found = np.concatenate(list(_pieces(obj, boxes, world)))
        elif obj.get(TAG) == "grids":
            found = _boxes(obj, boxes, world)
        else:
            return None
    except (KeyError, TypeError, ValueError):  # somebody has made something else of its properties
        return None
    found[:, ALONG, 3] = obj.color[3]
    found[:, HUE, :3] = obj.color[:3]
    found[:, HIGH, 3] = min(obj.pass_index, len(ROLES) - 1)
    return found


def _pieces(obj: bpy.types.Object, boxes: Boxes, world: np.ndarray) -> Iterator[np.ndarray]:
    """The row of a grid or a part of one; where its mesh tells more than one place of values, one for each."""
    row = np.zeros((1, WIDTH, 4), dtype=np.float32)
    given: Any = obj.get
    row[0, WORLD:ALONG] = world[:3]
    row[0, ALONG, :3] = given(CELLS)
    row[0, FROM, :3] = given(FIRST, (0.0,) * 3)
    row[0, STEPS] = given(STRIDES, (0.0,) * 4)
    row[0, PLACE] = row[0, AFAR] = given(ATLAS, (0.0, 0.0, 0.0, 1.0))
    row[0, REVEALED, :3] = given(REVEAL, (0.0,) * 3)
    row[0, REVEALED, 3], row[0, LOW, 3], row[0, FROM, 3] = given(EMPHASIS, (0.0,) * 3)
    row[0, FROM, 3] += 1.0
    row[0, LOW, :3], row[0, HIGH, :3] = given(FOCUS_LO, (0.0,) * 3), given(FOCUS_HI, (0.0,) * 3)
    mesh: Any = obj.data
    if mesh is None or "atlas" not in mesh.attributes:
        yield row
        return
    places = _of_faces(mesh, "atlas", "color", 4)
    points = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
    mesh.vertices.foreach_get("co", points)
    rings = points.reshape(-1, 4, 3) * (1, 1, -1)  # as ``grids.sliced_cube`` makes it: four corners at each cut
    along = int(np.ptp(rings.mean(axis=1), axis=0).argmax())
    total = row[0, ALONG, along]
    cuts = np.array([0.0, *np.rint(rings[1:-1, 0, along] * total), total])
    for number, (start, end) in enumerate(zip(cuts, cuts[1:], strict=False)):
        piece = row.copy()
        unit = np.eye(4)
        unit[along, along] = (end - start) / total
        unit[along, 3] = (-start if along == 2 else start) / total
        piece[0, WORLD:ALONG] = (world @ unit)[:3]
        piece[0, ALONG, along] = end - start
        piece[0, FROM, along] += start
        column, line, gain, side = places[2 + 4 * number]
        piece[0, PLACE] = column, line, gain, 1.0 / np.floor(side)
        yield piece


def _boxes(obj: bpy.types.Object, boxes: Boxes, world: np.ndarray) -> np.ndarray:
    """The rows of a merged mesh, one of each of its boxes."""
    mesh: Any = obj.data
    count = len(boxes.lows)
    strides, atlas, known = (
        _of_faces(mesh, name, key, wide)[::FACES]
        for name, key, wide in (("strides", "color", 4), ("atlas", "color", 4), ("known", "value", 1))
    )
    found = np.zeros((count, WIDTH, 4), dtype=np.float32)
    found[:, WORLD:ALONG] = _placed(np.broadcast_to(world, (count, 4, 4)), boxes.lows, boxes.highs)
    found[:, ALONG, :3] = boxes.cells
    found[:, STEPS] = np.floor(strides)
    found[:, PLACE, :3], found[:, PLACE, 3] = atlas[:, :3], 1.0 / np.maximum(np.floor(atlas[:, 3]), 1.0)
    found[:, AFAR] = found[:, PLACE]
    found[:, REVEALED, 0] = boxes.cells.prod(axis=1) * known[:, 0] * share(obj, KNOWN)
    found[:, REVEALED, 1] = 1.0
    found[:, REVEALED, 3] = share(obj, LIT)
    found[:, FROM, 3] = 1.0
    return found


def _of_faces(mesh: Any, name: str, key: str, wide: int) -> np.ndarray:
    numbers = np.empty(len(mesh.polygons) * wide, dtype=np.float32)
    mesh.attributes[name].data.foreach_get(key, numbers)
    return numbers.reshape(-1, wide)


def _placed(worlds: np.ndarray, lows: np.ndarray, highs: np.ndarray) -> np.ndarray:
    """Matrices (n, 3, 4) that bring the unit cube, whose home corner is at its top, to boxes in spaces of objects."""
    home = np.stack([lows[:, 0], lows[:, 1], highs[:, 2]], axis=1)
    found = np.empty((len(worlds), 3, 4))
    found[:, :, :3] = worlds[:, :3, :3] * (highs - lows)[:, None]
    found[:, :, 3] = np.einsum("nij,nj->ni", worlds[:, :3, :3], home) + worlds[:, :3, 3]
    return found


def _in_sight(placed: np.ndarray, matrix: np.ndarray, size: tuple[float, float]) -> np.ndarray:
    """Which of some boxes, by their matrices (n, 3, 4), are within a region and large enough there."""
    corners = placed @ CORNERS.T  # (n, 3, 8)
    shown = np.einsum("ij,njk->nik", matrix[:, :3], corners) + matrix[:, 3:]
    depth = shown[:, 3]
    before = depth > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        flat = shown[:, :2] / np.where(before, depth, np.nan)[:, None]
    whole = before.all(axis=1)
    low, high = np.fmin.reduce(flat, axis=2), np.fmax.reduce(flat, axis=2)
    wide = (high - low) * size / 2
    within: np.ndarray = (low < 1).all(axis=1) & (high > -1).all(axis=1) & (wide.max(axis=1) > LEAST)
    return np.where(whole, within, before.any(axis=1))

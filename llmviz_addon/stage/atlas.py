"""All tensors in one float image: what the cell material looks numbers up in.

Values lie row by row, tensor after tensor, without gaps, so a tensor is a starting (row, column) and
a length. The image keeps the true numbers; what makes dots use their range is a gain per *kind* of
grid, taken over all grids of that kind so that layers stay comparable.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import bpy
import numpy as np

from ..errors import JobError, ScriptError
from ..layout.grid import Grid
from .ours import own

WIDTH = 1024
LIMIT = WIDTH * 4096
"""How many numbers fit: beyond, a shader's 32-bit arithmetic could no longer tell neighbours apart."""
FORBIDDEN = -1e30
"""Stands for minus infinity: a score that the causal mask forbids."""
PERCENTILE = 98.0


@dataclass(frozen=True)
class Place:
    """Where a grid's numbers start in the atlas, and the factor that brings them to -1 … 1."""

    column: int
    row: int
    gain: float


@dataclass(frozen=True, eq=False)
class Atlas:
    """The picture of all values: ``pixels`` is (height, WIDTH) float32."""

    pixels: np.ndarray
    places: Mapping[str, Place]

    def image(self, name: str = "llmviz values") -> bpy.types.Image:
        """The atlas as a packed 32-bit image."""
        height, width = self.pixels.shape
        image = own(bpy.data.images.new(name, width, height, alpha=False, float_buffer=True, is_data=True), "atlas")
        image.colorspace_settings.name = "Non-Color"
        image.use_half_precision = False
        rgba = np.ones((height, width, 4), dtype=np.float32)
        rgba[..., :3] = self.pixels[..., None]
        image.pixels.foreach_set(rgba.ravel())
        image.update()
        image.pack()
        return image


def atlas(
    grids: Iterable[Grid], values: Mapping[str, np.ndarray], made: Iterable[tuple[Grid, np.ndarray]] = ()
) -> Atlas:
    """Lay the tensors of ``grids``, found in ``values`` by name, into one picture.

    ``made`` are grids of a chapter with values of their own; those of a known kind share its gain.
    """
    model, made = tuple(grids), tuple(made)
    grids = (*model, *(grid for grid, _ in made))
    flat = [_cells(grid, values[grid.name]) for grid in model] + [_cells(grid, own) for grid, own in made]
    gains = _gains(grids, flat) | _gains(model, flat[: len(model)])
    total = sum(array.size for array in flat)
    if total > LIMIT:
        raise JobError(f"The model has {total:,} numbers; the stage takes at most {LIMIT:,}.")
    height = max(1, math.ceil(total / WIDTH))
    pixels = np.zeros(height * WIDTH, dtype=np.float32)
    places = {}
    start = 0
    for grid, array in zip(grids, flat, strict=True):
        pixels[start : start + array.size] = array
        places[grid.name] = Place(start % WIDTH, start // WIDTH, gains[grid.kind])
        start += array.size
    return Atlas(pixels.reshape(height, WIDTH), places)


def _cells(grid: Grid, values: np.ndarray) -> np.ndarray:
    values = np.asarray(values)
    if values.shape != grid.shape:
        raise ScriptError(f"Grid {grid.name!r} has the shape {grid.shape}, but its values have {values.shape}.")
    array = values.astype(np.float32).ravel()
    limit = np.float32(1e29)
    return np.where(array == -np.inf, np.float32(FORBIDDEN), np.nan_to_num(array, nan=0.0).clip(-limit, limit))


def _gains(grids: tuple[Grid, ...], flat: list[np.ndarray]) -> dict[str, float]:
    """Per kind, one over a robust maximum of the magnitudes."""
    by_kind: dict[str, list[np.ndarray]] = {}
    for grid, array in zip(grids, flat, strict=True):
        by_kind.setdefault(grid.kind, []).append(np.abs(array[array > FORBIDDEN]))
    gains = {}
    for kind, arrays in by_kind.items():
        magnitudes = np.concatenate(arrays)
        top = 0.0
        if magnitudes.size:
            rank = min(magnitudes.size - 1, int(magnitudes.size * PERCENTILE / 100))
            top = float(np.partition(magnitudes, rank)[rank]) or float(magnitudes.max())
        gains[kind] = 1.0 / top if top > 0 else 1.0
    return gains

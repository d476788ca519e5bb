"""Which cells of a grid look different when only what is known of it, or its focus range, has changed.

These are the custom properties that the cell material reads; see ``stage.cell_material``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy
import numpy as np

from ...stage.told_by_objects import CELLS, FIRST, FOCUS_HI, FOCUS_LO, REVEAL, STRIDES


@dataclass(frozen=True, eq=False)
class CellState:
    """What a grid object knows, and its focus range as (2, 3): first cell and one past the last.

    ``known`` (2, 2) are two stretches of cells, from … to, in the tensor's order: the first ones, and one further on.
    """

    known: np.ndarray
    focus: np.ndarray

    @classmethod
    def of(cls, obj: bpy.types.Object) -> CellState:
        """As it is at the current frame."""
        front, after, before = obj[REVEAL]
        return cls(np.array([(0.0, front), (1.0 - after, before)]), np.array([obj[FOCUS_LO], obj[FOCUS_HI]]))


def changed_cells(obj: bpy.types.Object, old: CellState, new: CellState) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Boxes, each (3,) low and high in shares of the object, around what differs between two states."""
    cells, first = np.array(obj[CELLS]), np.array(obj[FIRST])
    for start, stop in _differing(old.known, new.known):
        box = cell_box(obj, start, stop)
        if box is not None:
            yield box[0] / cells, box[1] / cells
    if (old.focus != new.focus).any():
        for focus in (old.focus, new.focus):
            low, high = np.clip((focus - first) / cells, 0, 1)
            if (low < high).all():
                yield low, high


def _differing(old: np.ndarray, new: np.ndarray) -> Iterator[tuple[float, float]]:
    """Stretches that are known in one of two states, (2, 2) each, but not in the other."""
    ends = np.unique(np.concatenate([old.ravel(), new.ravel()]))
    for start, stop in zip(ends[:-1], ends[1:], strict=True):
        was, is_now = (bool(((known[:, 0] <= start) & (stop <= known[:, 1])).any()) for known in (old, new))
        if was != is_now:
            yield float(start), float(stop)


def cell_box(obj: bpy.types.Object, start: float, stop: float) -> np.ndarray | None:
    """Box (2, 3) around the cells of ``obj`` whose flat index lies in [start, stop), in its own cells.

    None where the object, a fragment of a grid perhaps, has none of them.
    """
    cells, first, strides = (np.array(obj[name]).round().astype(int) for name in (CELLS, FIRST, STRIDES))
    flat = np.zeros(cells, dtype=int)
    for axis in range(3):
        steps = (np.arange(cells[axis]) + first[axis]) * strides[axis]
        flat += steps.reshape([-1 if i == axis else 1 for i in range(3)])
    found = np.argwhere((flat >= np.floor(start)) & (flat < np.ceil(stop)))
    if not len(found):
        return None
    return np.array([found.min(axis=0), found.max(axis=0) + 1], dtype=float)

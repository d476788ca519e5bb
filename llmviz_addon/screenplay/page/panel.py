"""The formula panel: a cell's index, its formula with pictures of what it reads, and its true value.

It hangs before the set, square to the camera; arcs run to it from what is read, and from it to the cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...layout.lettering.drawing import Drawing
from ..score.clock import Block
from .view import Area, View

EM = 0.027
"""Size of the panel's letters, in picture heights."""
PAD = 0.016
ARC_WIDTH = 0.0022
"""Of the arcs between a panel and the cells, in picture heights."""


@dataclass(frozen=True, eq=False)
class Panel:
    """A panel on stage: its drawing, where it is seen, and how deep it hangs."""

    drawing: Drawing
    area: Area
    depth: float
    pictures: Mapping[str, float]  # where along x each operand's picture is seen

    def anchor(self, view: View, toward: np.ndarray, operand: str | None = None) -> np.ndarray:
        """The point of the panel's edge that faces ``toward`` (3,), above or below ``operand``'s picture; (3,)."""
        x, y = view.project(toward)[0][:2]
        area = self.area
        if operand is not None and operand in self.pictures and not area.bottom < y < area.top:
            return view.unproject(self.pictures[operand], area.top if y > area.top else area.bottom, self.depth)
        cx, cy = area.center
        dx, dy = x - cx, y - cy
        reach = max(abs(dx) / (area.width / 2), abs(dy) / (area.height / 2), 1.0)
        return view.unproject(cx + dx / reach, cy + dy / reach, self.depth)


@dataclass(frozen=True, eq=False)
class Explanation:
    """One explanation that is up: its panel, all its drawings, the grids it lit by name, and the time it belongs to."""

    panel: Panel
    drawings: tuple[str, ...]
    lit: frozenset[str]
    blocks: tuple[Block, ...]


def lay(view: View, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Offset (3), rotation (3, XYZ Euler, radians) and scale (3) that lay an arc from start to end, (9,)."""
    along = end - start
    length = max(float(np.linalg.norm(along)), 1e-6)
    x = along / length
    side = _cross(view.basis[2], x)
    if x @ view.basis[0] > 0:
        side = -side
    y = side / max(float(np.linalg.norm(side)), 1e-6)
    z = _cross(x, y)
    rotation = (np.arctan2(y[2], z[2]), np.arctan2(-x[2], np.hypot(y[2], z[2])), np.arctan2(x[1], x[0]))
    return np.array([*start, *rotation, length, length, length])


def placed(place: np.ndarray) -> np.ndarray:
    """The (4, 4) pose of an arc that lies as ``lay`` says, (9,)."""
    (sx, sy, sz), (cx, cy, cz) = np.sin(place[3:6]), np.cos(place[3:6])
    turn = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    turn = turn @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    pose = np.eye(4)
    pose[:3, :3] = turn * place[6:9]
    pose[:3, 3] = place[:3]
    return pose


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cross product of two vectors; numpy's own is ten times slower on so few numbers."""
    (a0, a1, a2), (b0, b1, b2) = a.tolist(), b.tolist()
    return np.array([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0])


def digits(values: np.ndarray) -> int:
    """Decimals that tell the values of a tensor apart: two, or more where they are small."""
    finite = np.abs(values[np.isfinite(values)])
    typical = float(np.median(finite)) if finite.size else 1.0
    return int(np.clip(1 - np.floor(np.log10(max(typical, 1e-4))), 2, 5))

"""Where on the picture a change shows.

What changed is marked on a coarse mask of tiles, an arc along its way rather than as the box around it,
and the mask is then covered by few rectangles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

TILE = 16
"""Edge of a tile of the mask, in pixels."""
PAD = 3
"""Pixels around a shape, for its antialiased silhouette and the strokes on its edge."""
HALF = 0.4
"""Nearly half a pixel: a pixel is what is seen in its middle."""
OVERHEAD = 10_000
"""What one more rendering costs, in pixels as lie between what changed (9 ms, and 0.8 s a million)."""


@dataclass(frozen=True)
class Rect:
    """Pixels from (left, low) up to and without (right, high), counted from the picture's lower left."""

    left: int
    low: int
    right: int
    high: int

    @property
    def area(self) -> int:
        """Number of pixels."""
        return (self.right - self.left) * (self.high - self.low)

    def union(self, other: Rect) -> Rect:
        """The smallest rectangle around both."""
        return Rect(
            min(self.left, other.left),
            min(self.low, other.low),
            max(self.right, other.right),
            max(self.high, other.high),
        )


class Mask:
    """The tiles of a picture in which something changed."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self._marked = np.zeros((-(-height // TILE), -(-width // TILE)), dtype=bool)

    def mark(self, boxes: np.ndarray, hidden: Iterable[np.ndarray] = ()) -> None:
        """Mark boxes (n, 4) of pixels: left, low, right, high, ends included; what lies outside is cut off.

        Tiles that are ``hidden`` are left out.
        """
        limit = np.array(self.size) - 1
        low = np.floor(boxes[:, :2]) - PAD
        high = np.ceil(boxes[:, 2:]) + PAD
        seen = (high >= 0).all(axis=1) & (low <= limit).all(axis=1)
        x0, y0 = (np.clip(low[seen], 0, limit) // TILE).astype(int).T
        x1, y1 = (np.clip(high[seen], 0, limit) // TILE).astype(int).T + 1
        rows, columns = self._marked.shape
        steps = np.zeros((rows + 1) * (columns + 1))
        for y, x, step in ((y0, x0, 1), (y1, x1, 1), (y0, x1, -1), (y1, x0, -1)):
            steps += step * np.bincount(y * (columns + 1) + x, minlength=len(steps))
        marked = steps.reshape(rows + 1, columns + 1).cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0.5
        for tiles in hidden:
            marked &= ~tiles
        self._marked |= marked

    def mark_all(self) -> None:
        """Mark the whole picture."""
        self._marked[:] = True

    def within(self, box: np.ndarray) -> np.ndarray:
        """Which tiles lie within a box (4,) of pixels, as far as they are on the picture."""
        (left, low, right, high), (width, height) = box, self.size
        rows, columns = (np.arange(count) * TILE for count in self._marked.shape)
        inside_x = (left - HALF <= columns) & (np.minimum(columns + TILE, width) <= right + HALF)
        inside_y = (low - HALF <= rows) & (np.minimum(rows + TILE, height) <= high + HALF)
        return inside_y[:, None] & inside_x

    def cover(self) -> list[Rect]:
        """Rectangles that cover all marked tiles."""
        width, height = self.size
        return [
            Rect(r.left * TILE, r.low * TILE, min(r.right * TILE, width), min(r.high * TILE, height))
            for r in _merge(_runs(self._marked), OVERHEAD / TILE**2)
        ]


def _runs(marked: np.ndarray) -> list[Rect]:
    """Rows of marked tiles, equal ones in neighbouring rows taken together."""
    done: list[Rect] = []
    open_runs: dict[tuple[int, int], Rect] = {}
    for row, tiles in enumerate(marked):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], tiles, [0]])))
        spans = {(int(a), int(b)) for a, b in edges.reshape(-1, 2)}
        done += [rect for span, rect in open_runs.items() if span not in spans]
        open_runs = {(a, b): Rect(a, open_runs[a, b].low if (a, b) in open_runs else row, b, row + 1) for a, b in spans}
    return done + list(open_runs.values())


def _merge(rects: list[Rect], overhead: float) -> list[Rect]:
    """Fewer rectangles that cover the same: two become one where that costs less to render."""
    merged: list[Rect] = []
    for rect in sorted(rects, key=lambda r: (r.low, r.left)):
        while True:
            near = next((r for r in merged if r.union(rect).area <= r.area + rect.area + overhead), None)
            if near is None:
                break
            merged.remove(near)
            rect = near.union(rect)
        merged.append(rect)
    return merged

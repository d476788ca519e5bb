"""The inspector's card and what is drawn around cells, as plain numbers: lines of text, rectangles, triangles.

Everything is reckoned in pixels of the region, y upwards, and drawn by :mod:`.overlay`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...language import phrase, spoken
from ...layout.grid import Region
from ...layout.reading import BETWEEN, Reading, in_all

Measure = Callable[[str, float], float]
"""How wide a text is at a size, in pixels."""
Color = tuple[float, float, float, float]
Free = tuple[float, float, float, float]

PLATE: Color = (0.07, 0.07, 0.09, 1.0)
EDGE: Color = (1.0, 1.0, 1.0, 0.25)
COLORS: dict[str, Color] = {
    "plain": (0.95, 0.95, 0.96, 1.0),
    "muted": (0.66, 0.67, 0.72, 1.0),
    "value": (1.0, 1.0, 1.0, 1.0),
    "remark": (1.0, 0.78, 0.35, 1.0),
    "source": (1.0, 0.6, 0.12, 1.0),
    "use": (0.3, 0.85, 1.0, 1.0),
    "cell": (1.0, 1.0, 1.0, 1.0),
    "line": (1.0, 1.0, 1.0, 0.7),
}
HALO: Color = (0.0, 0.0, 0.0, 0.75)
TEXT, SMALL, LARGE = 12.0, 11.0, 20.0
"""Sizes of letters, in points at a scale of 1."""
LEADING, PAD, WIDEST = 1.45, 10.0, 420.0
AWAY = 26.0
"""From the pointer to its card, in pixels at a scale of 1."""
MOST_TETHERS, MOST_LISTED = 3, 9
"""Sources with a line to them, and those that are listed by number."""
HINTS = {
    "hover": "Click to pin   ·   Esc leaves",
    "pinned": "Click a lit source or type its number  ·  Alt: what uses it  ·  Backspace: back  ·  Ctrl-C: copy",
}


@dataclass(frozen=True)
class Line:
    """A line of the card."""

    text: str
    color: str = "plain"
    size: float = TEXT


@dataclass(frozen=True)
class Card:
    """The card, its lines from above, in pixels; ``left`` and ``bottom`` are where it stands."""

    lines: tuple[Line, ...]
    scale: float
    left: float
    bottom: float
    width: float
    height: float

    @property
    def baselines(self) -> list[tuple[float, float]]:
        """Where each line starts."""
        x, y = self.left + PAD * self.scale, self.bottom + self.height - PAD * self.scale
        found = []
        for line in self.lines:
            y -= line.size * LEADING * self.scale
            found.append((x, y + 0.35 * line.size * self.scale))
        return found


def told(reading: Reading, lines: Sequence[Reading], is_pinned: bool) -> list[Line]:
    """What a card says of a cell; ``lines`` is what was read of its row and column, or vector."""
    with spoken(reading.language):
        return _told(reading, lines, is_pinned)


def _told(reading: Reading, lines: Sequence[Reading], is_pinned: bool) -> list[Line]:
    said = [Line(BETWEEN.join(reading.place), "muted", SMALL), Line(f"{reading.title}   {reading.where}")]
    if reading.values is not None:
        said.append(Line(reading.shown, "value", LARGE))
    said.append(Line(reading.remark, "remark"))
    said += [Line(f"= {text}") for text in (reading.formula, reading.numbers) if text]
    if is_pinned:
        names = ["row", "column"] if len(lines) == 2 else ["all of it"]
        said += [Line(f"{phrase(name)}:  {line.shown}", "muted") for name, line in zip(names, lines, strict=False)]
        said += [Line(_numbered(phrase("from"), reading.sources), "source")]
        said.append(Line(_numbered(phrase("used by"), reading.uses), "use"))
    said.append(Line(phrase(HINTS["pinned" if is_pinned else "hover"]), "muted", SMALL))
    return [line for line in said if line.text.strip()]


def _numbered(word: str, regions: Sequence[Region]) -> str:
    """Titles of the grids that these are of, with the numbers by which they are walked to."""
    listed = [f"{number} {phrase(region.grid.title)}" for number, region in enumerate(regions[:MOST_LISTED], start=1)]
    return f"{word}  {',  '.join(listed)}{in_all(len(regions), MOST_LISTED)}" if listed else ""


def wrapped(lines: Sequence[Line], measure: Measure, widest: float, scale: float) -> list[Line]:
    """The same in lines no wider than that; a word that is wider stands alone."""
    found = []
    for line in lines:
        words, now = line.text.split(" "), ""
        for word in words:
            longer = f"{now} {word}" if now else word
            if now and measure(longer, line.size * scale) > widest:
                found.append(Line(now, line.color, line.size))
                now = "    " + word
            else:
                now = longer
        found.append(Line(now, line.color, line.size))
    return found


def placed(
    lines: Sequence[Line],
    measure: Measure,
    at: tuple[float, float],
    free: tuple[float, float, float, float],
    scale: float,
) -> Card:
    """The card beside a point, within what is ``free`` of the region (left, bottom, right, top)."""
    left, bottom, right, top = free
    widest = min(WIDEST * scale, right - left - 4 * PAD * scale)
    rows = wrapped(lines, measure, widest, scale)
    width = max(measure(row.text, row.size * scale) for row in rows) + 2 * PAD * scale
    height = sum(row.size for row in rows) * LEADING * scale + 2 * PAD * scale
    x = at[0] + AWAY * scale
    if x + width > right:
        x = at[0] - AWAY * scale - width
    y = at[1] - height / 2
    x, y = max(left, min(x, right - width)), max(bottom, min(y, top - height))
    return Card(tuple(rows), scale, x, y, width, height)


def seen(points: np.ndarray, matrix: np.ndarray, size: tuple[float, float]) -> np.ndarray | None:
    """Places (n, 2) in a region of ``size`` pixels of points (n, 3) of the world; None where one is behind the eye.

    ``matrix`` (4, 4) is the view's perspective matrix.
    """
    clip = np.column_stack([points, np.ones(len(points))]) @ np.asarray(matrix, float).T
    if (clip[:, 3] <= 0).any():
        return None
    share = clip[:, :2] / clip[:, 3:]
    found: np.ndarray = (share + 1) / 2 * size
    return found


def hull(points: np.ndarray) -> np.ndarray:
    """The convex outline of points (n, 2), counterclockwise."""
    ordered = sorted({(round(float(x), 3), round(float(y), 3)) for x, y in points})
    if len(ordered) < 3:
        return np.array(ordered)

    def half(row: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for x, y in row:
            while len(kept) > 1 and _turn(kept[-2], kept[-1], (x, y)) <= 0:
                kept.pop()
            kept.append((x, y))
        return kept[:-1]

    return np.array([*half(ordered), *half(ordered[::-1])])


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def stroke(points: np.ndarray, width: float, color: Color, closed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Triangles, (n, 2), and their colours (n, 4), of a line through points, which is soft over its last pixel."""
    if len(points) < 2:
        return np.empty((0, 2)), np.empty((0, 4))
    starts = points if closed else points[:-1]
    ends = np.roll(points, -1, axis=0) if closed else points[1:]
    way = ends - starts
    length = np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    way = way / length
    across = np.column_stack([-way[:, 1], way[:, 0]])
    half = width / 2
    starts, ends = starts - way * half, ends + way * half
    sides = ((-half - 1, 0.0), (-half, 1.0), (half, 1.0), (half + 1, 0.0))
    corners, colors = [], []
    for (one, faint), (other, strong) in zip(sides, sides[1:], strict=False):
        a, b, c, d = starts + across * one, ends + across * one, ends + across * other, starts + across * other
        for corner, share in ((a, faint), (b, faint), (c, strong), (a, faint), (c, strong), (d, strong)):
            corners.append(corner)
            colors.append(np.tile((*color[:3], color[3] * share), (len(corner), 1)))
    order = np.arange(len(starts) * 18).reshape(18, len(starts)).T.reshape(-1)
    return np.concatenate(corners)[order], np.concatenate(colors)[order]


def filled(outline: np.ndarray, color: Color) -> tuple[np.ndarray, np.ndarray]:
    """Triangles and colours of what is within a convex outline."""
    if len(outline) < 3:
        return np.empty((0, 2)), np.empty((0, 4))
    count = len(outline) - 2
    fan = np.stack([np.tile(outline[0], (count, 1)), outline[1:-1], outline[2:]], axis=1).reshape(-1, 2)
    return fan, np.tile(color, (len(fan), 1))


def tether(card: Card, outline: np.ndarray) -> np.ndarray:
    """A line (2, 2) from the nearest edge of the card to that of an outline."""
    right, top = card.left + card.width, card.bottom + card.height
    start = np.clip(outline.mean(axis=0), (card.left, card.bottom), (right, top))
    return np.array([start, np.clip(start, outline.min(axis=0), outline.max(axis=0))])

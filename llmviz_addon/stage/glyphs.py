"""Letters as triangles, from Blender's own font, each fetched once.

Blender sets text by advances alone, so a text is its letters at the places that ``layout.font``
knows. Fetching outlines letter by letter makes a hundred labels as cheap as the sixty letters in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bpy
import numpy as np

from ..layout.drawing import Text
from ..layout.font import advance
from .mesh2d import Flat, fringed, join

FRINGE = 0.06
"""Width of a letter's fringe, in ems."""
THINNER = -0.02
"""By how much outlines move inwards, in ems, to make up for the pixel that the fringe adds outside."""
RESOLUTION = 3
"""Points per curve segment of an outline."""
_SPACING = 4.0  # ems between the lines that outlines are fetched on


class Glyphs:
    """The letters fetched so far, at an em of 1 m; drop it when the build is done."""

    def __init__(self) -> None:
        self._known: dict[str, Flat] = {}

    def text(self, text: Text) -> list[tuple[Flat, str]]:
        """The letters of a text in place, each with the name of its colour."""
        placed = []
        lines = _lines(text.spans)
        for number, line in enumerate(lines):
            width = advance("".join(run for run, _ in line), text.size)
            x = text.x - {"left": 0.0, "center": width / 2, "right": width}[text.align]
            y = text.y - number * text.leading * text.size
            for run, color in line:
                for letter in run:
                    glyph = self.glyph(letter)
                    if len(glyph.triangles):
                        placed.append((glyph.moved(x, y, text.size), color))
                    x += advance(letter, text.size)
        return placed

    def glyph(self, letter: str) -> Flat:
        """One letter at the origin."""
        if letter not in self._known:
            self.prepare(letter)
        return self._known[letter]

    def prepare(self, letters: Iterable[str]) -> None:
        """Fetch all that are not known yet; many at once are much faster than one by one."""
        missing = sorted({letter for letter in letters if letter not in self._known})
        drawn = [letter for letter in missing if not letter.isspace()]
        self._known.update({letter: join([]) for letter in missing})
        if drawn:
            self._known.update(_fetch(drawn))


def _lines(spans: tuple[tuple[str, str], ...]) -> list[list[tuple[str, str]]]:
    lines: list[list[tuple[str, str]]] = [[]]
    for run, color in spans:
        first, *others = run.split("\n")
        lines[-1].append((first, color))
        lines.extend([(other, color)] for other in others)
    return lines


def _fetch(letters: Sequence[str]) -> dict[str, Flat]:
    """Outlines of several letters in one go: each stands on a line of its own, far from the others."""
    curve = bpy.data.curves.new("llmviz glyphs", "FONT")
    obj = bpy.data.objects.new("llmviz glyphs", curve)
    try:
        curve.body = "\n".join(letters)
        curve.space_line = _SPACING
        curve.resolution_u = RESOLUTION
        curve.offset = THINNER
        mesh = obj.to_mesh()
        mesh.calc_loop_triangles()
        points = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
        mesh.vertices.foreach_get("co", points)
        triangles = np.empty(len(mesh.loop_triangles) * 3, dtype=np.int32)
        mesh.loop_triangles.foreach_get("vertices", triangles)
        obj.to_mesh_clear()
    finally:
        bpy.data.objects.remove(obj)
        bpy.data.curves.remove(curve)
    points = points.reshape(-1, 3)[:, :2].astype(float)
    line = np.rint(-points[:, 1] / _SPACING).astype(int)
    points[:, 1] += line * _SPACING
    triangles = _counter_clockwise(points, triangles.reshape(-1, 3).astype(np.int64))
    flats = {}
    for number, letter in enumerate(letters):
        mine = np.flatnonzero(line == number)
        renumbered = np.full(len(points), -1)
        renumbered[mine] = np.arange(len(mine))
        flats[letter] = fringed(points[mine], renumbered[triangles[line[triangles[:, 0]] == number]], FRINGE)
    return flats


def _counter_clockwise(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The triangles, turned where they run clockwise; those without area are dropped."""
    u = points[triangles[:, 1]] - points[triangles[:, 0]]
    v = points[triangles[:, 2]] - points[triangles[:, 0]]
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    triangles = np.where((area < 0)[:, None], triangles[:, ::-1], triangles)
    return triangles[np.abs(area) > 1e-12]

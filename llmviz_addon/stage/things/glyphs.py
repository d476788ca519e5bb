"""Letters as triangles, from Blender's own fonts, each fetched once.

A text is its letters at the places that ``layout.lettering.font`` knows. Fetching outlines letter by letter makes
a hundred labels as cheap as the sixty letters in them, and lets each come from the font that has it.
They become meshes, so a file needs no font. Where a Blender comes without Inter, the built-in font
takes its place, and letters stand a little closer or wider than they should.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import bpy
import numpy as np

from ...layout.lettering.drawing import Text
from ...layout.lettering.font import INTER_SIZE, advance_in, aside, is_inter
from ...layout.lettering.font_file import FontFile
from . import fonts
from .mesh2d import Flat, filled, fringed, join, shrunk, untangled

FRINGE = 0.06
"""Width of a letter's fringe, in ems."""
INSET = 0.016
"""By how much outlines move inwards, in ems, to make up for the pixel that the fringe adds outside."""
_INTER_STEPS, _STEPS = 2, 3  # per curve segment of an outline; Inter's segments are short
_SPACING = 4.0  # ems between the lines that outlines are fetched on
_LINES = 32  # of a page, on which letters that follow each other in Unicode are fetched
_CLOSE = 2e-3  # ems below which corners of a letter are one
_EPSILON = 1e-5  # ems below which two points of an outline are one
_known: dict[tuple[str, str], Flat] = {}
"""Letters at an em of 1 m, by the mark of a font of the user's ("" for ours) and the letter.

Kept as long as Blender runs: fetching a hundred from Inter takes a second.
"""


def placed(text: Text) -> list[tuple[Flat, str]]:
    """The letters of a text in place, each with the name of its colour."""
    set_out = [(glyph(letter, text.font), x, y, color) for letter, x, y, color in places(text)]
    return [(flat.moved(x, y, text.size), color) for flat, x, y, color in set_out if len(flat.triangles)]


def places(text: Text) -> list[tuple[str, float, float, str]]:
    """The letters of a text, where each of them stands, and the name of its colour."""
    letters, font = [], text.font
    lines, advances = _lines(text.spans), _Advances(font, text.size)
    for number, line in enumerate(lines):
        width = advance_in(font, "".join(run for run, _ in line), text.size)
        x = text.x - {"left": 0.0, "center": width / 2, "right": width}[text.align]
        y = text.y - number * text.leading * text.size
        for run, color in line:
            for character in run:
                letters.append((character, x, y, color))
                x += advances[character]
    return letters


class _Advances(dict[str, float]):
    """How wide characters are in a font, each worked out once."""

    def __init__(self, font: FontFile | None, size: float) -> None:
        super().__init__()
        self._font, self._size = font, size

    def __missing__(self, character: str) -> float:
        width = self[character] = advance_in(self._font, character, self._size)
        return width


def glyph(letter: str, font: FontFile | None = None) -> Flat:
    """One letter at the origin, at an em of 1 m; what a font of the user's lacks is as without it."""
    prepare(letter, font)
    return _known[key_of(letter, font)]


def prepare(letters: Iterable[str], font: FontFile | None = None) -> None:
    """Fetch all that are not known yet; many at once are faster than one by one."""
    missing = sorted({letter for letter in letters if key_of(letter, font) not in _known})
    _known.update({key_of(letter, font): join([]) for letter in missing if letter.isspace()})
    drawn = [letter for letter in missing if not letter.isspace()]
    if hers := [letter for letter in drawn if font is not None and letter in font.advances]:
        assert font is not None
        _known.update({key_of(letter, font): flat for letter, flat in _fetch_hers(hers, font).items()})
    if others := [letter for letter in drawn if font is None or letter not in font.advances]:
        _known.update({("", letter): flat for letter, flat in _fetch(others).items()})


def key_of(letter: str, font: FontFile | None) -> tuple[str, str]:
    """The same for letters that look the same: the mark of the font that a letter is from, and the letter."""
    return (font.mark if font is not None and letter in font.advances else "", letter)


def _lines(spans: tuple[tuple[str, str], ...]) -> list[list[tuple[str, str]]]:
    lines: list[list[tuple[str, str]]] = [[]]
    for run, color in spans:
        first, *others = run.split("\n")
        lines[-1].append((first, color))
        lines.extend([(other, color)] for other in others)
    return lines


def _fetch_hers(letters: Sequence[str], font: FontFile) -> dict[str, Flat]:
    """Several letters from a font of the user's; digits amid the width that all of them have."""
    block = fonts.load(font)
    try:
        found: dict[str, Flat] = {}
        pages = defaultdict(list)
        for letter in letters:
            pages[ord(letter) // _LINES].append(letter)
        for page in pages.values():
            found |= _outlined(page, block, font.size, _STEPS)
        return {letter: flat.moved(font.shifts.get(letter, 0.0), 0.0, 1.0) for letter, flat in found.items()}
    finally:
        bpy.data.fonts.remove(block)


def _fetch(letters: Sequence[str]) -> dict[str, Flat]:
    """Several letters, each from its own font."""
    inter = load_inter()
    try:
        found: dict[str, Flat] = {}
        for ours in (True, False):
            pages = defaultdict(list)
            for letter in letters:
                if (inter is not None and is_inter(letter)) == ours:
                    pages[ord(letter) // _LINES].append(letter)
            for page in pages.values():
                found |= _outlined(page, *((inter, INTER_SIZE, _INTER_STEPS) if ours else (None, 1.0, _STEPS)))
        return {letter: flat.moved(aside(letter), 0.0, 1.0) for letter, flat in found.items()}
    finally:
        if inter is not None:
            bpy.data.fonts.remove(inter)


def load_inter() -> bpy.types.VectorFont | None:
    """Inter from Blender's own files; None where this Blender has none: texts are then in the built-in font."""
    folder = bpy.utils.system_resource("DATAFILES", path="fonts")  # type: ignore[attr-defined]  # not in the stubs
    path = os.path.join(folder, "Inter.woff2")
    return bpy.data.fonts.load(path) if os.path.isfile(path) else None


def _outlined(letters: Sequence[str], font: bpy.types.VectorFont | None, size: float, steps: int) -> dict[str, Flat]:
    """Letters of one font and page in one go: each stands on a line of its own, far from the others.

    It is the same line whatever else is fetched, as outlines are rounded where they stand.
    """
    lines = {ord(letter) % _LINES: letter for letter in letters}
    curve: Any = bpy.data.curves.new("llmviz glyphs", "FONT")  # with all that a TextCurve has
    obj = bpy.data.objects.new("llmviz glyphs", curve)
    try:
        if font is not None:
            curve.font = font
        curve.body = "\n".join(lines.get(number, "") for number in range(_LINES))
        curve.size = size
        curve.space_line = _SPACING / size
        curve.resolution_u = steps
        curve.fill_mode = "NONE"
        mesh = obj.to_mesh()
        points = np.empty(len(mesh.vertices) * 3, dtype=np.float32)
        mesh.vertices.foreach_get("co", points)
        ends = np.empty(len(mesh.edges) * 2, dtype=np.int32)
        mesh.edges.foreach_get("vertices", ends)
        obj.to_mesh_clear()
    finally:
        bpy.data.objects.remove(obj)
        bpy.data.curves.remove(curve)
    points = points.reshape(-1, 3)[:, :2].astype(float)
    edges = ends.reshape(-1, 2).astype(np.int64)
    line = np.rint(-points[:, 1] / _SPACING).astype(int)
    points[:, 1] += line * _SPACING
    flats = {letter: join([]) for letter in letters}
    for number, letter in lines.items():
        mine = np.flatnonzero(line == number)
        renumbered = np.full(len(points), -1)
        renumbered[mine] = np.arange(len(mine))
        outline = renumbered[edges[line[edges[:, 0]] == number]]
        if len(mine):
            shape = shrunk(*filled(points[mine], outline, _EPSILON), INSET, _CLOSE)
            flats[letter] = untangled(fringed(*shape, FRINGE), _EPSILON)
    return flats

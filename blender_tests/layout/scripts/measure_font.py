"""Measure Blender's fonts and write ``llmviz_addon/layout/lettering/font_table.py``.

Run it with a Python that has bpy, fontTools and brotli (``python blender_tests/layout/scripts/measure_font.py``)
when a new Blender brings a new font. A text object's box tells only where ink is, so a character is set
between two letters n: its advance is what it adds to "nn". That also measures spaces. Which characters
Inter has is read from its file, as Blender silently takes what a font lacks from another.
"""

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import bpy
from fontTools.ttLib import TTFont

TABLE = Path(__file__).parents[3] / "llmviz_addon" / "layout" / "lettering" / "font_table.py"
EXTRA = "–—‘’‚“”„†‡•…‰′″‹›€™←↑→↓↔⇒∂∆∇∈∏∑−∗√∞∫≈≠≡≤≥⋅⋮⋯₀₁₂₃₄₅₆₇₈₉⁰⁴⁵⁶⁷⁸⁹⁻ⁿ■□▲▶▼◀●✓"
RANGES = ((0x20, 0x7F), (0xA0, 0x180), (0x391, 0x3D7), (0x400, 0x460), (0x1E80, 0x1F00))
UNIT = 10_000  # the table's numbers are ems times this
INTER_SIZE = 1.28  # so that prose is as wide as in Blender's built-in font; Inter's capitals are small for its em
ROW = 60  # characters at most


def inter_path() -> str:
    return os.path.join(bpy.utils.system_resource("DATAFILES", path="fonts"), "Inter.woff2")


def characters() -> list[str]:
    """Latin, Greek, Cyrillic and the extra characters, as far as they are visible or spaces."""
    codes = [*(code for start, stop in RANGES for code in range(start, stop)), *map(ord, EXTRA)]
    return [chr(c) for c in dict.fromkeys(codes) if unicodedata.category(chr(c)) not in {"Cc", "Cf", "Cn", "Mn"}]


def extents(body: str, font: bpy.types.VectorFont | None) -> tuple[float, float, float]:
    """Width, lowest and highest point of a text with an em of 1."""
    curve = bpy.data.curves.new("measure", "FONT")
    curve.body = body
    if font is not None:
        curve.font, curve.size = font, INTER_SIZE
    text = bpy.data.objects.new("measure", curve)
    bpy.context.scene.collection.objects.link(text)
    bpy.context.view_layer.update()
    xs, ys, _ = zip(*text.bound_box, strict=True)
    bpy.data.curves.remove(curve)
    return max(xs) - min(xs), min(ys), max(ys)


def rows(letters: Iterable[str], font: bpy.types.VectorFont | None) -> list[str]:
    """Lines of the table: an advance, and the characters that have it."""
    bare = extents("nn", font)[0]
    by_advance: dict[int, str] = {}
    for letter in sorted(letters):
        units = round((extents(f"n{letter}n", font)[0] - bare) * UNIT)
        by_advance[units] = by_advance.get(units, "") + letter
    return [
        f"    ({units}, {_literal(text[start : start + ROW])}),"
        for units, text in sorted(by_advance.items())
        for start in range(0, len(text), ROW)
    ]


def main() -> None:
    inter = bpy.data.fonts.load(inter_path())
    covered = TTFont(inter_path()).getBestCmap()
    own = [character for character in characters() if ord(character) in covered]
    others = [character for character in EXTRA if ord(character) not in covered]
    heights = {"CAP_HEIGHT": "H", "X_HEIGHT": "x", "ASCENDER": "d"}
    lines = [
        '"""Metrics in ems of the fonts text is set in, as blender_tests/layout/scripts/measure_font.py found."""',
        "",
        f"INTER_SIZE = {INTER_SIZE}",
        *(f"{name} = {round(extents(letter, inter)[2], 4)}" for name, letter in heights.items()),
        f"DESCENDER = {round(-extents('p', inter)[1], 4)}",
        "",
        f"UNIT = {UNIT}",
        "",
        "# (advance times UNIT, characters that have it)",
        "INTER = (",
        *rows(own, inter),
        ")",
        "# in Blender's built-in font",
        "OTHERS = (",
        *rows(others, None),
        ")",
    ]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _literal(text: str) -> str:
    """A double-quoted literal in which spaces other than the plain one are escaped."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c == " " or not c.isspace() else f"\\x{ord(c):02x}" for c in quoted) + '"'


if __name__ == "__main__":
    main()

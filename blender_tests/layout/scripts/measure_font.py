"""Measure Blender's built-in font and write ``llmviz_addon/layout/font_table.py``.

Run it with a Python that has bpy (``python blender_tests/layout/scripts/measure_font.py``) when a new
Blender brings a new font. A text object's box tells only where ink is, so a character is set between two
letters n: its advance is what it adds to "nn". That also measures spaces.
"""

import unicodedata
from pathlib import Path

import bpy

TABLE = Path(__file__).parents[3] / "llmviz_addon" / "layout" / "font_table.py"
EXTRA = "ıŁłŒœŠšŸŽžƒ–—‘’‚“”„†‡•…‰′″‹›€™←↑→↓↔⇒∂∆∇∈∏∑−∗√∞∫≈≠≡≤≥⋅⋮⋯½₀₁₂₃₄₅₆₇₈₉⁰⁴⁵⁶⁷⁸⁹⁻ⁿ■□▲▶▼◀●✓"
UNIT = 10_000  # the table's numbers are ems times this


def characters() -> list[str]:
    """Latin-1, Greek and the extra characters, as far as they are visible or spaces."""
    codes = [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x391, 0x3D7), *map(ord, EXTRA)]
    return [chr(c) for c in dict.fromkeys(codes) if unicodedata.category(chr(c)) not in {"Cc", "Cf", "Cn", "Mn"}]


def extents(body: str) -> tuple[float, float, float]:
    """Width, lowest and highest point of a text of size 1."""
    curve = bpy.data.curves.new("measure", "FONT")
    curve.body = body
    text = bpy.data.objects.new("measure", curve)
    bpy.context.scene.collection.objects.link(text)
    bpy.context.view_layer.update()
    xs, ys, _ = zip(*text.bound_box, strict=True)
    bpy.data.curves.remove(curve)
    return max(xs) - min(xs), min(ys), max(ys)


def advances() -> dict[str, float]:
    """Advance of every character, in ems."""
    bare = extents("nn")[0]
    return {c: extents(f"n{c}n")[0] - bare for c in characters()}


def main() -> None:
    by_advance: dict[int, str] = {}
    for character, advance in sorted(advances().items()):
        by_advance[round(advance * UNIT)] = by_advance.get(round(advance * UNIT), "") + character
    lines = [f"    {advance}: {_literal(text)}," for advance, text in sorted(by_advance.items())]
    heights = {"CAP_HEIGHT": "H", "X_HEIGHT": "x", "ASCENDER": "d"}
    constants = [f"{name} = {round(extents(letter)[2], 4)}" for name, letter in heights.items()]
    constants.append(f"DESCENDER = {round(-extents('p')[1], 4)}")
    TABLE.write_text(
        '"""Metrics of Blender\'s built-in font in ems, as blender_tests/layout/scripts/measure_font.py found."""\n\n'
        + "\n".join(constants)
        + f"\n\nUNIT = {UNIT}\n\n# advance times UNIT: the characters that have it\nCHARACTERS = {{\n"
        + "\n".join(lines)
        + "\n}\n",
        encoding="utf-8",
    )


def _literal(text: str) -> str:
    """A double-quoted literal in which spaces other than the plain one are escaped."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c == " " or not c.isspace() else f"\\x{ord(c):02x}" for c in quoted) + '"'


if __name__ == "__main__":
    main()

"""The table of advances is that of the font that Blender will set the text in."""

import bpy
import pytest

from llmviz_addon.layout import font_table
from llmviz_addon.layout.font import advance


def extents(body: str) -> tuple[float, float, float]:
    """Width, lowest and highest point of the ink of a text of size 1."""
    curve = bpy.data.curves.new("measure", "FONT")
    curve.body = body
    text = bpy.data.objects.new("measure", curve)
    bpy.context.scene.collection.objects.link(text)
    bpy.context.view_layer.update()
    xs, ys, _ = zip(*text.bound_box, strict=True)
    bpy.data.curves.remove(curve)
    return max(xs) - min(xs), min(ys), max(ys)


def test_every_advance_is_the_fonts():
    bare = extents("nn")[0]
    off = {
        character: (units / font_table.UNIT, extents(f"n{character}n")[0] - bare)
        for units, characters in font_table.CHARACTERS.items()
        for character in characters
    }
    assert {c: pair for c, pair in off.items() if abs(pair[0] - pair[1]) > 2e-4} == {}


@pytest.mark.parametrize(
    "text", ["√(Var[x] + ε) · γ + β = −1.78", "The mean of column t = 3 is “0.02”…", "AVA To. Té ½ × 48"]
)
def test_advances_add_up(text: str):
    bare = extents("nn")[0]
    assert extents(f"n{text}n")[0] - bare == pytest.approx(advance(text), abs=2e-3)


def test_heights():
    assert extents("H")[2] == pytest.approx(font_table.CAP_HEIGHT, abs=1e-3)
    assert extents("x")[2] == pytest.approx(font_table.X_HEIGHT, abs=1e-3)
    assert extents("d")[2] == pytest.approx(font_table.ASCENDER, abs=1e-3)
    assert extents("p")[1] == pytest.approx(-font_table.DESCENDER, abs=1e-3)


def test_square_scripts_are_one_em():
    assert extents("n归n")[0] - extents("nn")[0] == pytest.approx(advance("归"), abs=0.02)

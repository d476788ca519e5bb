"""The table of advances is that of the font that Blender will set the text in."""

import bpy
import numpy as np
import pytest

from llmviz_addon.layout.lettering import font_table
from llmviz_addon.layout.lettering.font import INTER_SIZE, advance, is_inter
from llmviz_addon.stage.things import glyphs
from llmviz_addon.stage.things.glyphs import load_inter


@pytest.fixture(scope="module")
def inter():
    font = load_inter()
    assert font is not None
    yield font
    bpy.data.fonts.remove(font)


def extents(body: str, font: bpy.types.VectorFont | None) -> tuple[float, float, float]:
    """Width, lowest and highest point of the ink of a text with an em of 1."""
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


@pytest.mark.parametrize("face", ["inter", "builtin"])
def test_every_advance_is_the_fonts(face, inter):
    font, table = (inter, font_table.INTER) if face == "inter" else (None, font_table.OTHERS)
    bare = extents("nn", font)[0]
    off = {
        character: (units / font_table.UNIT, extents(f"n{character}n", font)[0] - bare)
        for units, characters in table
        for character in characters
    }
    assert {c: pair for c, pair in off.items() if abs(pair[0] - pair[1]) > 2e-4} == {}


@pytest.mark.parametrize(
    "text", ["√(Var[x] + ε) · γ + β = −1.78", "The mean of column t = 3 is “0.02”…", "AVA To. Té ½ × 48"]
)
def test_advances_add_up(text, inter):
    bare = extents("nn", inter)[0]
    assert extents(f"n{text}n", inter)[0] - bare == pytest.approx(advance(text), abs=3e-3)


def test_a_hyphen_stands_close_to_its_word():
    assert advance("-") < 0.8 * advance("−")
    glyphs.prepare("-−")
    (low, high) = (glyphs.glyph("-").points[:, 0].min(), glyphs.glyph("-").points[:, 0].max())
    assert 0 < low < 0.12
    assert low == pytest.approx(advance("-") - high, abs=0.02)


def test_digits_are_equally_wide():
    assert len({advance(digit) for digit in "0123456789−"}) == 1
    assert all(map(is_inter, "0123456789.−+×=·√ΣγβεμσH"))


def test_heights(inter):
    assert extents("H", inter)[2] == pytest.approx(font_table.CAP_HEIGHT, abs=1e-3)
    assert extents("x", inter)[2] == pytest.approx(font_table.X_HEIGHT, abs=1e-3)
    assert extents("d", inter)[2] == pytest.approx(font_table.ASCENDER, abs=1e-3)
    assert extents("p", inter)[1] == pytest.approx(-font_table.DESCENDER, abs=1e-3)


def test_square_scripts_are_one_em():
    assert not is_inter("归")
    assert extents("n归n", None)[0] - extents("nn", None)[0] == pytest.approx(advance("归"), abs=0.02)


def test_a_letter_is_the_same_whatever_is_fetched_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = "Agß/β√0"
    monkeypatch.setattr(glyphs, "_known", {})
    glyphs.prepare(map(chr, range(33, 127)))
    glyphs.prepare(letters)
    together = [glyphs.glyph(letter) for letter in letters]
    glyphs._known.clear()
    for letter, other in zip(reversed(letters), reversed(together), strict=True):
        np.testing.assert_array_equal(glyphs.glyph(letter).points, other.points)
        np.testing.assert_array_equal(glyphs.glyph(letter).triangles, other.triangles)

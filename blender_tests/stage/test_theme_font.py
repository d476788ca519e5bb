"""A theme's font: Blender sets it as wide as it was measured, and a saved scene keeps it."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from blender_tests.layout.lettering.made_font import CAPITAL, made_font
from blender_tests.stage.meshes import seen
from llmviz_addon import api
from llmviz_addon.errors import JobError
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.layout.lettering.font import CAP_HEIGHT, lettered
from llmviz_addon.layout.lettering.font_file import font_of
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import read
from llmviz_addon.stage.build import build, clear
from llmviz_addon.stage.kept_theme import kept_theme
from llmviz_addon.stage.materials.theme_file import rewritten, theme, written
from llmviz_addon.stage.things import glyphs
from llmviz_addon.stage.things.fonts import MARK

EM = CAPITAL / CAP_HEIGHT
FONT = made_font({"H": 900, "i": 200, "1": 300, "8": 640})


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "box.ttf").write_bytes(FONT)
    path = tmp_path / "mine.toml"
    path.write_text('inherits = "light"\nfont = "fonts/box.ttf"\n', encoding="utf-8")
    return path


def spans(letter: str, font) -> tuple[float, float, float, float]:
    """Left, right, lowest and highest point of a letter, without its fringe."""
    flat = glyphs.glyph(letter, font)
    points = flat.points[(flat.edge == 0).all(axis=1)]
    return (*points.min(axis=0)[:1], *points.max(axis=0)[:1], points[:, 1].min(), points[:, 1].max())


def test_letters_are_the_fonts_and_as_wide_as_measured(scene):
    font = font_of(FONT, "box.ttf")
    inset = glyphs.INSET
    for letter, left, right in (("H", 50, 850), ("i", 50, 150), ("1", 220, 420), ("8", 50, 590)):
        box = (left / EM + inset, right / EM - inset, inset, CAP_HEIGHT - inset)
        assert spans(letter, font) == pytest.approx(box, abs=2e-3)
    assert spans("μ", font) == spans("μ", None)
    assert not bpy.data.fonts.get("box.ttf")
    with lettered(font):
        text = Text(0, 0, (("HiH", "ink"),), 2.0)
    places = [flat.points[:, 0].min() for flat, _ in glyphs.placed(text)]
    assert np.diff(places) == pytest.approx([2 * 900 / EM, 2 * 200 / EM], abs=1e-2)


def counts(scene: bpy.types.Scene) -> dict[str, int]:
    """How many points each object has, with its letters."""
    bpy.context.window.scene = scene
    return {name: len(points) for name, points in seen(scene.objects).items()}


def test_a_film_is_lettered_in_it_and_keeps_it(mine, tmp_path):
    plain = api.build(api.run(), ["layer-norm"])
    letters = counts(plain.scene)
    look = theme(mine)
    assert look.font is not None
    stage = api.build(api.run(), ["layer-norm"], theme=mine)
    boxed = counts(stage.scene)
    assert sum(boxed.values()) < 0.7 * sum(letters.values())  # boxes have few corners
    (tmp_path / "fonts" / "box.ttf").unlink()
    mine.unlink()
    api.save(stage, tmp_path / "film.blend")
    found = api.open_file(tmp_path / "film.blend").scene
    assert kept_theme(found) == look
    assert kept_theme(found).font.content == FONT
    again = api.build(api.run(), ["layer-norm"], theme=kept_theme(found), scene=found)
    assert counts(again.scene) == boxed
    last = api.build(api.run(), ["layer-norm"], scene=found)  # nothing measured by it is remembered
    assert counts(last.scene) == letters


def test_an_open_stage_goes_on_in_its_font(mine):
    stage = api.open_stage(api.run(tokens=(2, 1, 0)), theme=mine)
    mine.unlink()
    look = kept_theme(stage.scene)
    api.step(stage)
    assert stage.state.look == look
    longer = counts(stage.scene)
    anew = api.open_stage(read(builtin(), stage.state.tokens, 3), room=7, theme=look)
    assert counts(anew.scene) == longer


def test_a_stage_whose_font_was_taken_out_says_so(mine):
    stage = api.open_stage(api.run(), theme=mine)
    bpy.data.fonts.remove(stage.scene[MARK])
    with pytest.raises(JobError, match="The font 'box.ttf' is no longer in this file"):
        api.step(stage)


def test_another_theme_lets_go_of_it(scene, production, mine):
    build(scene, production, mine)
    assert [font.name for font in bpy.data.fonts if font.get(MARK)] == ["box.ttf"]
    build(scene, production, "light")
    assert not [font for font in bpy.data.fonts if font.get(MARK)]
    build(scene, production, mine)
    clear(scene)
    assert not [font for font in bpy.data.fonts if font.get(MARK)]


def test_what_is_wrong_with_a_font_is_told_with_its_line(mine, scene, production):
    for font, message in (
        ("gone.ttf", "cannot read the font .*gone.ttf': No such file"),
        ("mine.toml", "'mine.toml' is no font that can be read"),
        ("", "font is a font: give the path of a .ttf or .otf file, not ''"),
    ):
        mine.write_text(f'inherits = "light"\n\nfont = "{font}"\n', encoding="utf-8")
        with pytest.raises(JobError, match=f"mine.toml', line 3: .*{message}"):
            theme(mine)
    mine.write_text('inherits = "light"\nfont = 3\n', encoding="utf-8")
    with pytest.raises(JobError, match="line 2: font is a font: give the path"):
        build(scene, production, mine)


def test_a_font_that_blender_cannot_set_touches_nothing(mine, scene, production):
    (mine.parent / "fonts" / "box.ttf").write_bytes(FONT.replace(b"maxp", b"maxq"))
    before = [len(bpy.data.objects), len(bpy.data.curves)]
    with pytest.raises(JobError, match="Blender cannot (read|set) the font 'box.ttf'"):
        build(scene, production, mine, own_scene=True)
    assert [len(bpy.data.objects), len(bpy.data.curves)] == before
    assert not [font for font in bpy.data.fonts if not font.name.startswith("Bfont")]  # any text makes that


def test_a_theme_with_a_font_is_written_without_its_content(mine):
    look = theme(mine)
    assert len(written(look)) < 4000
    assert rewritten(written(look), lambda mark, name: look.font if mark == look.font.mark else None) == look
    assert rewritten(written(look)).font is None
    with pytest.raises(JobError, match="no longer in this file"):
        rewritten(written(look), lambda mark, name: None)

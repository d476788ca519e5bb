"""A scene keeps its theme whole, so that it needs no file; and frames of another theme are those of another film."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

from llmviz_addon import api
from llmviz_addon.errors import JobError
from llmviz_addon.film.of_scene import film_job
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import read
from llmviz_addon.screenplay.open_stage import opening
from llmviz_addon.stage import live
from llmviz_addon.stage.build import build
from llmviz_addon.stage.kept_theme import kept_theme
from llmviz_addon.stage.materials.theme import linear
from llmviz_addon.stage.materials.theme_file import theme
from llmviz_addon.stage.ours import NAME


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    text = 'inherits = "dark"\nground = "#204060"\n[text]\nink = "#ffeedd"\non_token = "#123456"\n'
    path.write_text(text, encoding="utf-8")
    return path


def test_a_saved_film_keeps_a_theme_whose_file_is_gone(mine, tmp_path):
    look = theme(mine)
    stage = api.build(api.run(), ["layer-norm"], theme=mine)
    mine.unlink()
    api.save(stage, tmp_path / "film.blend")
    found = api.open_file(tmp_path / "film.blend").scene
    assert kept_theme(found) == look
    assert tuple(found.world.color) == pytest.approx(linear(look.ground), abs=1e-6)


def test_the_next_token_is_written_in_the_theme_of_a_stage_whose_file_is_gone(scene, mine):
    look, now = theme(mine), opening(read(builtin(), (2, 1, 0, 1, 1, 2)))
    for _ in live.open_steps(scene, now, theme_name=mine, own_scene=True):
        pass
    mine.unlink()
    live.show(scene, now.following())
    assert live.state_of(scene).look == kept_theme(scene) == look
    card = next(obj for obj in scene.objects if obj.get(NAME) == now.signs.input.name)
    inks = {tuple(round(part, 3) for part in point.color[:3]) for point in card.data.attributes["ink"].data}
    assert tuple(round(part, 3) for part in linear(look.color("on_token"))) in inks


def test_a_theme_file_that_is_wrong_touches_nothing(scene, production, mine):
    mine.write_text("inherits = 'dark'\ngrund = '#000000'\n", encoding="utf-8")
    before = len(bpy.data.objects)
    with pytest.raises(JobError, match=r"mine.toml', line 2: unknown 'grund'. Choose from ground"):
        build(scene, production, mine, own_scene=True)
    assert len(bpy.data.objects) == before


def test_frames_of_another_theme_are_of_another_film(mine, tmp_path):
    def mark() -> dict[str, str]:
        scene = api.build(api.run(), ["layer-norm"], theme=mine).scene
        return film_job(scene, tmp_path / "f.mp4", tmp_path / "f.blend", "cycles").fingerprint

    first = mark()
    assert mark()["theme"] == first["theme"]
    mine.write_text(mine.read_text() + 'accent = "#102030"\n', encoding="utf-8")  # in no picture of this film
    assert mark()["theme"] != first["theme"]


def test_the_library_takes_a_path(mine):
    stage = api.build(api.run(), ["layer-norm"], theme=mine)
    assert kept_theme(stage.scene) == theme(mine)
    state = api.open_stage(api.run(), theme=str(mine)).state
    assert state is not None
    assert state.look == theme(mine)

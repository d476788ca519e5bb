"""Overview and Preliminary: what is said of a model is true of that model."""

from __future__ import annotations

import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel


def said(film, name: str) -> str:
    (chapter,) = loader.choose([name], loader.find())
    chapter.play(film)
    return " ".join(beat.text for beat in film.beats)


def test_the_sorting_model_is_said_to_sort_and_its_letters_stand_sorted(nano, make_film):
    text = said(make_film(nano, [2, 1, 0, 1, 1, 2]), "overview")
    assert "It was trained for one task: to put letters in order." in text
    assert text.endswith("until all 6 letters stand sorted.")


@pytest.mark.parametrize("tokens", [[0], [1, 2], [0, 1, 2, 2, 1, 0, 0]])
def test_of_another_text_it_is_not_said_to_sort(nano, make_film, tokens):
    text = said(make_film(nano, tokens), "overview")
    assert "trained" not in text
    assert "sorted" not in text


def test_letters_that_are_not_sorted_are_not_said_to_be(nano, make_film, monkeypatch):
    film = make_film(nano, [2, 1, 0, 1, 1, 2])
    monkeypatch.setattr(type(film), "write_on", lambda self, **asked: [0, 1, 1, 1, 2, 1], raising=False)
    assert "sorted" not in said(film, "overview")


def test_of_a_model_of_ones_own_its_sizes_are_told(random_model, make_film):
    checkpoint = random_model(GPTConfig(14, 1, 8, 6, 5))
    text = said(make_film(checkpoint, [0, 1, 2]), "overview")
    assert f"{checkpoint.n_params:,} learned numbers" in text
    assert "13 more are built alike" in text
    assert "8 numbers" in text
    text = said(make_film(checkpoint, [0, 1, 2]), "preliminary")
    assert f"of which this model has {checkpoint.n_params:,}." in text


@pytest.mark.parametrize(("layers", "more"), [(1, "This model has no other."), (2, "One more is built alike.")])
def test_of_few_layers_it_is_told_in_other_words(random_model, make_film, layers, more):
    assert more in said(make_film(random_model(GPTConfig(layers, 1, 8, 6, 5)), [0, 1, 2]), "overview")


def test_the_picture_rides_down_through_the_layers_and_does_not_cut_to_the_output(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2])
    said(film, "overview")
    start = next(beat.start for beat in film.beats if beat.key == "layer")
    down = film.score.clips[Channel(CAMERA, "target", 2)]
    assert all(clip.end > clip.start for clip in down if clip.start > start)


def test_the_layers_that_follow_are_seen_running_while_they_are_told_of(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2])
    said(film, "overview")
    beat = next(beat for beat in film.beats if beat.key == "layers")
    names = {written_on([one])[0]: one for name, one in film.cast.drawings.items() if ":name:" in name}
    half_way = (next(beat for beat in film.beats if beat.key == "layer").rest[1] + beat.rest[0]) / 2
    assert film.score.at(Channel(names["Layer 1"].name, "opacity"), half_way) == 1
    lit = [one for name, one in film.cast.drawings.items()
           if "map:lit" in name and film.score.at(Channel(name, "opacity"), half_way) == 1]  # fmt: skip
    assert {text for text in written_on(lit) if text.startswith("Layer")} == {"Layer 1"}
    for name in ("Layer 1", "Layer 2"):
        clips = film.score.clips[Channel(names[name].name, "opacity")]
        assert beat.start < clips[0].start < clips[-1].end <= beat.rest[0]
    at = beat.rest[0]
    for grid in film.one_head(film.layout.layers[-1]):  # in one piece or in several
        assert max(film.score.at(Channel(body, "opacity"), at) for body in film.bodies(grid, at)) == 1


def test_the_chip_names_what_the_text_speaks_of(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2])
    said(film, "overview")
    beat = next(beat for beat in film.beats if beat.key == "attention")
    (chip,) = (one for name, one in film.cast.drawings.items()
               if ":name:" in name and written_on([one]) == ["Self-attention"])  # fmt: skip
    up = film.score.clips[Channel(chip.name, "opacity")][0].start
    told = [clause.start for clause in beat.clauses if "self-attention" in clause.text]
    assert told[0] <= up < told[0] + 1


def test_letters_over_the_columns_get_room_where_they_can_be_read_there(nano, make_film):
    """In a square they would be too small, and are not there: the picture does not step back for them."""
    for size, is_read in (((1280, 720), True), ((720, 720), False)):
        film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
        tokens, e = film.layout.tokens, film.layout.embedding
        film.open_on(tokens, e, azimuth=285, elevation=9)
        without = film.camera.view
        film.camera.frame(film.signs.input, tokens, e, azimuth=285, elevation=9)
        with_them = film.camera.view
        assert (with_them.distance > 1.1 * without.distance) == is_read
        assert is_read or with_them.distance == pytest.approx(without.distance)

"""Flank: what the parts of a whole model are called, at its side, with the tokens that go in and come out."""

from __future__ import annotations

import numpy as np
import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Rect


def test_each_layer_has_its_name_at_the_left_of_all_as_high_as_it_is(film):
    layers = film.layout.layers
    film.open_on(film.layout)
    made = film.flank(*layers, titles=["one", "two", "three"], seconds=1)
    assert [written_on([one]) for one in made] == [["one"], ["two"], ["three"]]
    left = min(grid.box[0][0] for layer in layers for grid in layer.grids)
    for one, layer in zip(made, layers, strict=True):
        tall = max(grid.box[1][2] for grid in layer.grids) - min(grid.box[0][2] for grid in layer.grids)
        assert one.points[:, 0].max() < left
        assert np.ptp(one.points[:, 2]) == pytest.approx(tall, rel=0.1)


def test_at_the_right_they_stand_beyond_all_and_tokens_have_their_tiles(film):
    layers = film.layout.layers
    film.open_on(film.layout)
    first, last = film.flank(
        layers[0], layers[-1], titles=["in", "out"], tokens=[[2, 1, 0], []], side="right", seconds=0
    )
    right = max(grid.box[1][0] for grid in (*layers[0].grids, *layers[-1].grids))
    assert first.points[:, 0].min() > right
    assert written_on([first]) == ["in", "C", "B", "A"]
    assert len([shape for shape in first.shapes if isinstance(shape, Rect)]) == 3
    assert written_on([last]) == ["out"]


def test_of_a_long_text_its_end_is_there_and_it_is_said_that_more_was_before(film):
    film.open_on(film.layout)
    (made,) = film.flank(film.layout, titles=["in"], tokens=[[0] * 40 + [1]], side="right", seconds=0)
    title, *letters = written_on([made])
    assert title == "in …"
    assert letters[-1] == "B"
    assert 2 < len(letters) < 20


def test_what_is_lower_than_letters_has_none(film):
    film.open_on(film.layout)
    (made,) = film.flank(film.layout, film.layout.tokens, titles=["all", "tokens"], seconds=0)
    assert written_on([made]) == ["all"]


def test_it_says_what_it_needs(film):
    film.open_on(film.layout)
    with pytest.raises(ScriptError, match="a title for each"):
        film.flank(*film.layout.layers, titles=["one"])
    with pytest.raises(ScriptError, match="tokens for each or none"):
        film.flank(film.layout.layers[0], titles=["one"], tokens=[[0], [1]])
    with pytest.raises(ScriptError, match="left or right"):
        film.flank(film.layout.layers[0], titles=["one"], side="above")


def test_among_others_titles_are_as_large_as_on_a_picture_of_all(film):
    layers = film.layout.layers
    film.open_on(film.layout)
    (alone,) = film.flank(layers[0], titles=["one"], seconds=0)
    (among,) = film.flank(layers[0], titles=["one"], among=layers, seconds=0)
    tall = [np.ptp([one.box for layer in some for one in layer.grids], axis=(0, 1))[2] for some in (layers[:1], layers)]
    assert among.em / alone.em == pytest.approx(tall[1] / tall[0], rel=0.05)

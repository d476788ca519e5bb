"""A token's tile rides on its column where that stands apart, with the same text and tint in every tensor."""

from __future__ import annotations

import pytest

from llmviz_addon.layout.lettering.drawing import Rect, Text
from llmviz_addon.layout.signs.tiles import TINTS, tint
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import prompt
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.verbs.reading import tint_of


def opacity(film, drawing):
    return film.score.value(Channel(drawing.name, "opacity"))


@pytest.fixture
def opened(film):
    layer = film.layout.layers[0]
    film.open_on(layer, azimuth=280, elevation=5)
    return layer


def test_a_column_that_stands_apart_carries_its_tokens_tile(film, opened):
    x, head = film.layout.embedding.output, opened.attn.heads[0]
    grids = (x, opened.ln_1.output, head.q, head.output, opened.mlp.residual)
    film.split(*(grid[3] for grid in grids), seconds=0.5)
    for grid in grids:
        made = film.cast.tiles[grid.name]
        (tile,) = (shape for shape in made.shapes if isinstance(shape, Rect))
        (text,) = (shape for shape in made.shapes if isinstance(shape, Text))
        assert (tile.color, text.body) == (tint(film.trace.tokens[3], film.trace.tokens), film.token_text(3))
        assert made.parent == grid.name  # so it goes with it
        (left, _, _), (right, _, top) = grid[3].box
        assert made.points[:, 0].mean() == pytest.approx((left + right) / 2, abs=0.02)
        assert made.points[:, 2].min() > top
        assert opacity(film, made) == 1
        lifted = film.score.value(Channel(f"label:{grid.name}", "offset", 2))
        assert made.points[:, 2].max() < top + lifted  # its label makes room


def test_the_tile_goes_when_the_column_does(film, opened):
    ln = opened.ln_1
    film.split(ln.output[3], opened.attn.proj[2], film.layout.embedding.output[1], seconds=0.5)
    first, second, third = film.cast.tiles.values()
    film.fade(ln.output, to=0, seconds=0.5)
    assert [opacity(film, one) for one in (first, second, third)] == [0, 1, 1]
    film.fade(ln.output, to=1, seconds=0.5)
    assert opacity(film, first) == 1
    film.merge(ln.output, seconds=0.5)
    film.revert(opened.attn.proj, seconds=0.5)
    assert [opacity(film, one) for one in (first, second, third)] == [0, 0, 1]
    for grid in (ln.output, opened.attn.proj):
        assert film.score.value(Channel(f"label:{grid.name}", "offset", 2)) == 0
    film.fade(ln.output, opened.attn.proj, to=0, seconds=0.5)
    film.fade(ln.output, opened.attn.proj, to=1, seconds=0.5)
    assert [opacity(film, one) for one in (first, second, third)] == [0, 0, 1]


def test_what_is_no_whole_column_of_one_token_has_no_tile(film, opened):
    head = opened.attn.heads[0]
    film.split(opened.ln_1.output[2:4], seconds=0.5)
    film.split(opened.ln_1.gamma[3], seconds=0.5)
    film.split(opened.ln_1.mean[3], seconds=0.5)
    film.split(head.scores[3], seconds=0.5)
    assert not film.cast.tiles


def test_the_tokens_of_a_text_have_tints_of_their_own_as_far_as_there_are_any():
    text = (1306, 328, 462, 1834, 282, 387, 12, 290, 306, 328, 1322, 304)
    found = [tint(token, text) for token in text]
    assert len(set(found[:8])) == len(TINTS)
    assert found[9] == found[1]  # the same token
    for t, token in enumerate(text):  # where there are no more, those next to it have others
        assert found[t] not in [found[i] for i in range(max(t - 5, 0), t) if text[i] != token]
    for count in range(1, len(text)):  # what is read later changes none
        assert [tint(token, text[:count]) for token in text[:count]] == found[:count]
    assert [tint(token, (0, 1, 8, 2, 9)) for token in (0, 1, 8, 2, 9)] == [TINTS[i] for i in (0, 1, 2, 3, 4)]
    assert tint(11, text) == tint(11) == TINTS[3]  # one that is not in the text


def test_guesses_have_tints_of_their_own_and_keep_them_when_they_are_read(make_film):
    model = builtin("austen")
    film = make_film(model, list(prompt(model)))
    drawn = film.telling.drawn.tokens
    assert drawn[0] == film.telling.drawn.token
    found = [tint_of(film.telling, token) for token in drawn]
    assert len(set(found)) == len(found) == len(TINTS)
    longer = make_film(model, [*film.trace.tokens, drawn[0]])
    assert tint_of(longer.telling, drawn[0]) == found[0]
    assert [tint_of(longer.telling, t) for t in film.trace.tokens] == [
        tint_of(film.telling, t) for t in film.trace.tokens
    ]


def test_a_tint_is_the_tokens_own():
    assert [tint(token) for token in (0, 1, 2, 8, 9)] == [TINTS[0], TINTS[1], TINTS[2], TINTS[0], TINTS[1]]


def test_rows_of_a_small_vocabulary_have_tiles_of_their_tokens(film):
    probs = film.layout.output.probs
    film.open_on(probs, azimuth=275, elevation=4)
    film.arrange((probs,), seconds=0)
    letters = [one for one in film.cast.along[probs.name] if any(isinstance(shape, Text) for shape in one.shapes)]
    rows = next(one for one in letters if len(one.shapes) == film.config.vocab_size)
    assert [shape.body for shape in rows.shapes] == ["A", "B", "C"]
    assert (rows.points[:, 0] < probs.box[0][0]).all()
    tiles = next(one for one in film.cast.along[probs.name] if len(one.shapes) == 3 and one is not rows)
    assert [shape.color for shape in tiles.shapes] == [tint_of(film.telling, token) for token in range(3)]


def test_a_large_vocabulary_has_none(random_model, make_film):
    film = make_film(random_model(GPTConfig(1, 1, 8, 8, 200)), [0, 1, 2])
    film.open_on(film.layout.output.probs, azimuth=275, elevation=4)
    film.arrange((film.layout.output.probs,), seconds=0)
    assert {len(one.shapes) for one in film.cast.along[film.layout.output.probs.name]} == {3}


def test_tiles_stay_where_columns_step_back_in_their_places(film):
    probs = film.layout.output.probs
    film.open_on(probs, azimuth=275, elevation=4)
    film.arrange((probs,), seconds=0)
    film.split(probs[3:], gap=0)
    assert {opacity(film, one) for one in film.cast.along[probs.name]} == {1}
    film.merge(probs)
    film.split(probs[3:])
    assert {opacity(film, one) for one in film.cast.along[probs.name]} == {0}

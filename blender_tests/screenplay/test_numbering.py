"""How a text becomes numbers: which tokens and entries are shown, and that every token gets the number it has."""

from __future__ import annotations

import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Rect
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.pictures.numbering import TOKENS, shown_entries
from llmviz_addon.screenplay.production import Set, _told
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.telling import Telling


def numbers(film):
    return [one for name, one in film.cast.drawings.items() if ":number:" in name]


def test_a_small_vocabulary_is_there_whole_and_of_a_large_one_what_the_text_needs():
    assert shown_entries(3, [2, 1, 0, 1], 1, 12) == [0, 1, 2]
    assert shown_entries(1, [0], 0, 12) == [0]
    assert shown_entries(50257, [900, 13, 900, 50256], 900, 7) == [13, 898, 899, 900, 901, 902, 50256]
    assert len(shown_entries(50257, range(100, 120), 119, 7)) == 7
    assert 119 in shown_entries(50257, range(100, 120), 119, 7)


def test_every_token_gets_its_number(film):
    film.open_on(film.layout.embedding, azimuth=280, elevation=5)
    film.number_tokens(follow=3, seconds=6)
    assert film.now == pytest.approx(6)
    told = numbers(film)
    places = sorted((one.pose[0, 3], written_on([one])[0]) for one in told)
    assert [text for _, text in places] == [str(token) for token in film.tokens]
    for one in told:
        assert film.score.value(Channel(one.name, "opacity")) == 1
        assert [film.score.value(Channel(one.name, "offset", i)) for i in range(3)] == [0, 0, 0]
    first = min((film.score.clips[Channel(one.name, "opacity")][0].start, written_on([one])) for one in told)
    assert first[1] == [str(film.tokens[3])]


def test_no_number_passes_over_letters(film):
    """Those of the others come up where they stand; that of the followed one starts over its entry's tile."""
    film.open_on(film.layout.embedding, azimuth=280, elevation=5)
    film.number_tokens(follow=3, seconds=6)
    moved = [one for one in numbers(film) if Channel(one.name, "offset", 1) in film.score.clips]
    assert [written_on([one]) for one in moved] == [[str(film.tokens[3])]]
    (listed,) = (one for name, one in film.cast.drawings.items() if ":vocabulary:" in name)
    top = max(shape.y + shape.height for shape in listed.shapes if isinstance(shape, Rect))
    start = film.score.clips[Channel(moved[0].name, "offset", 1)][0].value
    assert moved[0].pose[1, 3] + start > listed.pose[1, 3] + top * listed.pose[1, 1]


def test_of_a_long_text_there_are_the_tokens_around_the_followed_one(random_model, make_film):
    tokens = [t * 37 % 900 for t in range(60)]
    film = make_film(random_model(GPTConfig(1, 2, 8, 64, 900)), tokens)
    film.open_on(film.layout.embedding, azimuth=280, elevation=5)
    film.number_tokens(follow=40, seconds=6)
    shown = [int(written_on([one])[0].replace(",", "")) for one in numbers(film)]
    assert tokens[40] in shown
    assert len(shown) <= TOKENS
    titles = written_on(film.cast.drawings.values())
    assert f"The text, {len(shown)} of its 60 tokens" in titles
    assert any(title.startswith("The vocabulary, ") and title.endswith("of its 900 tokens") for title in titles)
    with pytest.raises(ScriptError, match="no token at time 60"):
        film.number_tokens(follow=60)


def test_a_tile_flies_from_the_row_of_tokens_to_its_column(film):
    e = film.layout.embedding
    film.open_on(film.layout.tokens, e, azimuth=280, elevation=5)
    column = e.token_weight[film.tokens[3]]
    film.send(3, to=column, seconds=2)
    tile = film.cast.tiles[e.token_weight.name]
    assert written_on([tile]) == ["B"]
    start = [film.score.clips[Channel(tile.name, "offset", i)][0].value for i in (0, 2)]
    low, high = film.box(film.layout.tokens[3])
    assert tile.pose[0, 3] + start[0] == pytest.approx((low[0] + high[0]) / 2)
    assert tile.pose[0, 3] == pytest.approx(column.center[0])
    assert film.score.value(Channel(tile.name, "offset", 0)) == 0
    film.split(column)  # the tile is there already
    assert film.cast.tiles[e.token_weight.name] is tile
    with pytest.raises(ScriptError, match="has a tile already"):
        film.send(3, to=column)
    film.split(e.position_weight[3])
    assert written_on([film.cast.tiles[e.position_weight.name]]) == ["3"]
    film.merge(e.token_weight)
    assert e.token_weight.name not in film.cast.tiles


@pytest.mark.parametrize("chapter", ["embedding", "projection"])
def test_no_label_comes_before_a_rest_is_over(nano, chapter):
    told = run(nano, [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2])
    stage = Set.of(told)

    def begin(name):
        cast = Cast(stage.layout, stage.signage, stage.blueprints)
        return Telling(name, cast, told.trace, nano, Page.of((720, 720)), 200.0)

    ((_, telling),) = _told(loader.choose([chapter], loader.find(())), begin)
    labels = [Channel(label.name, "opacity") for label in telling.cast.labels.values()]
    for beat in telling.beats:
        for channel in labels:
            first, last = (telling.score.at(channel, at) for at in beat.rest)
            assert last <= first + 1e-6, (beat.key, channel)


def test_of_a_text_that_the_model_went_on_with_there_is_what_was_given(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2])
    assert len(film.tokens) > 6
    film.open_on(film.layout.embedding, azimuth=280, elevation=5)
    film.text_until(6)
    film.number_tokens(follow=3, seconds=6)
    places = sorted((one.pose[0, 3], written_on([one])[0]) for one in numbers(film))
    assert [text for _, text in places] == ["2", "1", "0", "1", "1", "2"]
    assert "The text" in written_on(film.cast.drawings.values())
    with pytest.raises(ScriptError, match="no token at time 6; choose from 0 to 5"):
        film.number_tokens(follow=6)

"""The neurons that fire most at one token, as bars at all tokens."""

import numpy as np
import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Rect
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay.score.timeline import Channel


def drawings(film, kind):
    return [drawing for name, drawing in film.cast.drawings.items() if f":{kind}:" in name]


def put_up(film, t, **more):
    mlp = film.layout.layers[0].mlp
    film.open_on(mlp)
    film.firing(mlp.activation[t], "Firing", seconds=4, **more)
    return film.values(mlp.activation)


def test_the_strongest_neurons_stand_side_by_side_with_their_true_numbers(film):
    mlp = film.layout.layers[0].mlp
    film.open_on(mlp)
    shown = film.firing(mlp.activation[3], "Firing", seconds=4)
    values = film.values(mlp.activation)
    assert film.now == pytest.approx(4)
    strongest = np.argsort(-values[3])
    assert shown == strongest[: len(shown)].tolist()
    heads = [one for one in written_on(drawings(film, "figures")) if one.isdigit()]
    assert heads == [str(n) for n in shown]
    assert len(heads) >= 4
    told = written_on(drawings(film, "figures"))
    for neuron in strongest[: len(heads)]:
        assert f"{values[3, neuron]:.2f}" in told


def test_bars_are_as_long_as_the_numbers_on_one_scale(film):
    values = put_up(film, 3)
    strongest = np.argsort(-values[3])
    bars = drawings(film, "bar")
    mine, others = bars[::2], bars[1::2]
    (unit,) = {round(one.shapes[0].width / values[3, n], 6) for one, n in zip(mine, strongest, strict=False)}
    for one, neuron in zip(others, strongest, strict=False):
        expected = np.abs(np.delete(values[:, neuron], 3)) * unit
        assert [bar.width for bar in one.shapes] == pytest.approx(np.maximum(expected, 4e-4), abs=1e-6)
        assert [bar.x < 0 for bar in one.shapes] == (np.delete(values[:, neuron], 3) < 0).tolist()
    for one in bars:
        assert film.score.value(Channel(one.name, "scale", 0)) == 1


def test_every_bar_has_a_lane_as_long_as_the_longest_on_both_sides(film):
    put_up(film, 3)
    lanes, bars = drawings(film, "lanes"), drawings(film, "bar")
    assert len(lanes) == len(bars) // 2
    longest = max(bar.width for one in bars for bar in one.shapes if bar.x == 0)
    for one in lanes:
        assert len(one.shapes) == 11
        assert all(lane.width >= longest for lane in one.shapes)


def test_the_row_of_the_token_lies_on_a_band_and_every_token_has_its_tile(film):
    put_up(film, 3)
    (tokens,) = drawings(film, "tokens")
    letters = written_on([tokens])[2:]
    assert letters == [film.token_text(t) for t in range(11)]
    bands = [shape for shape in tokens.shapes if isinstance(shape, Rect) and shape.color == "plate"]
    assert len(bands) == 1


def test_tokens_that_the_model_wrote_have_a_line_under_them_and_it_is_said_what_it_means(film):
    put_up(film, 3)
    (own,) = drawings(film, "own")
    (tokens,) = drawings(film, "tokens")
    assert written_on([own]) == ["the model's own"]
    lines = [shape for shape in own.shapes if isinstance(shape, Rect)][1:]
    tiles = [shape for shape in tokens.shapes if isinstance(shape, Rect)][-5:]
    assert [line.width for line in lines] == [tile.width for tile in tiles]
    assert all(line.y < tile.y for line, tile in zip(lines, tiles, strict=True))
    assert all(line.y > after.y + after.height for line, after in zip(lines, tiles[1:], strict=False))


def test_where_all_was_given_nothing_is_underlined(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2])
    put_up(film, 3)
    assert not drawings(film, "own")


def test_of_many_tokens_those_are_shown_at_which_they_fire_most(random_model, make_film):
    film = make_film(random_model(GPTConfig(1, 2, 32, 80, 300)), list(range(80)), (720, 1280))
    values = put_up(film, 40, most=2)
    (tokens,) = drawings(film, "tokens")
    title, _, *rows = written_on([tokens])
    assert title == f"Firing, {len(rows)} of 80 tokens"
    shown = [int(text) for text in rows]
    assert shown == sorted(shown)
    assert 40 in shown
    strongest = np.argsort(-values[40])[:2]
    peak = values[:, strongest].max(axis=1)
    assert min(peak[t] for t in shown if t != 40) >= max(peak[t] for t in range(80) if t not in shown)


def test_it_needs_the_row_of_one_token(film):
    film.open_on(film.layout.layers[0].mlp)
    with pytest.raises(ScriptError, match=r"not the row of one token, such as mlp\.activation\[t\]"):
        film.firing(film.layout.layers[0].mlp.activation[:], "Firing")
    with pytest.raises(ScriptError, match="not the row of one token"):
        film.firing(film.layout.layers[0].mlp.fc_bias[:], "Firing")

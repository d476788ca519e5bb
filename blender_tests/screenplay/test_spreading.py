"""Groups that stand one below the other are put side by side, or in lines where that makes them larger."""

import numpy as np
import pytest

from llmviz_addon.model.config import GPTConfig


def around(film, group):
    lows, highs = zip(*(film.telling.box(grid) for grid in group.grids), strict=True)
    return np.min(lows, axis=0), np.max(highs, axis=0)


def test_layers_stand_side_by_side_as_they_are(film):
    layers = film.layout.layers
    film.open_on(layers[0])
    inner = layers[1].mlp.hidden, layers[1].ln_1.output
    before = np.subtract(*(film.telling.box(grid)[0] for grid in inner))
    film.spread(*layers, seconds=2)
    assert film.now == pytest.approx(2)
    (low, high), *others = (around(film, layer) for layer in layers)
    right = high[0]
    for left_end, right_end in others:
        assert right_end[2] == pytest.approx(high[2])
        assert left_end[1] == pytest.approx(low[1])
        assert left_end[0] == pytest.approx(right + film.layout.gap)
        right = right_end[0]
    assert np.subtract(*(film.telling.box(grid)[0] for grid in inner)) == pytest.approx(before)
    assert film.telling.offset(layers[0].mlp.hidden) == pytest.approx(0)


def test_upright_they_stand_in_lines(nano, make_film):
    film = make_film(nano, [2, 1, 0], (720, 1280))
    layers = film.layout.layers
    film.open_on(layers[0])
    film.spread(*layers)
    one, two, three = (around(film, layer) for layer in layers)
    assert two[0][0] > one[1][0]
    assert two[1][2] == pytest.approx(one[1][2])
    assert three[0][0] == pytest.approx(one[0][0])
    assert three[1][2] < one[0][2] - film.layout.gap


def test_one_group_stays_where_it_is(random_model, make_film):
    film = make_film(random_model(GPTConfig(1, 2, 8, 9, 5)), [0, 1])
    film.open_on(film.layout.layers[0])
    before = around(film, film.layout.layers[0])
    film.spread(film.layout.layers[0])
    assert np.array(around(film, film.layout.layers[0])) == pytest.approx(np.array(before))

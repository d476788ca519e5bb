"""Groups that stand one below the other are put side by side, or in lines where that makes them larger."""

import numpy as np
import pytest

from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.verbs.spreading import BETWEEN, WIDE


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
    assert film.telling.offset(layers[0].mlp.hidden) == pytest.approx(0, abs=1e-5)


def test_upright_they_stand_in_lines(nano, make_film):
    film = make_film(nano, [2, 1, 0], (720, 1280))
    layers = film.layout.layers
    film.open_on(layers[0])
    film.spread(*layers)
    one, two, three = (around(film, layer) for layer in layers)
    assert two[0][0] > one[1][0]
    assert two[1][2] == pytest.approx(one[1][2])
    assert three[0][0] == pytest.approx(one[0][0])
    assert three[1][2] == pytest.approx(one[0][2] - film.layout.gap - BETWEEN * WIDE)


def test_one_group_stays_where_it_is(random_model, make_film):
    film = make_film(random_model(GPTConfig(1, 2, 8, 9, 5)), [0, 1])
    film.open_on(film.layout.layers[0])
    before = around(film, film.layout.layers[0])
    film.spread(film.layout.layers[0])
    assert np.array(around(film, film.layout.layers[0])) == pytest.approx(np.array(before))


def names_of(ribbons):
    return [ribbon.name for ribbon in ribbons]


def halves(layer):
    norm, attention, *others = layer.members.values()
    return [norm, attention], others


def test_parts_stand_in_a_row_where_that_makes_all_larger(film):
    layers = film.layout.layers
    film.open_on(layers[0])
    end = film.layout.ln_f, film.layout.output
    rows = [halves(layer) for layer in layers]
    signs = film.spread(*rows[:-1], (*rows[-1], end), titles=["one", "two", "three"], parts=["left", "right", "end"])
    names, arrows = ([one for one in signs if (":arrow:" in one.name) == is_arrow] for is_arrow in (False, True))
    assert len(names) == 6
    assert len(arrows) == 6  # within each row, from row to row, and to the end
    assert not any(name in film.telling.bundled for name in names_of(film.ribbons(layers[0].mlp)))
    assert {*names_of(film.ribbons(layers[0].attn.residual, layers[0].mlp.residual))} <= film.telling.bundled
    boxes = [[around(film, Parts(part)) for part in row] for row in (*rows[:-1], (*rows[-1], end))]
    for row in boxes:
        for (_, left), (right, top) in zip(row, row[1:], strict=False):
            assert right[0] >= left[0] + film.layout.gap - 1e-9
            assert top[2] == pytest.approx(left[2])
    for over, under in zip(boxes, boxes[1:], strict=False):
        assert [low[0] for low, _ in over] == pytest.approx([low[0] for low, _ in under[:2]])
        assert max(high[2] for _, high in under) < min(low[2] for low, _ in over)
    labels = [film.cast.labels.get(grid.name) for layer in layers for grid in layer.grids]
    assert not any(film.score.value(Channel(label.name, "opacity")) for label in labels if label)


class Parts:
    """The grids of some members."""

    def __init__(self, members):
        self.grids = [grid for one in members for grid in one.grids]


def test_four_wide_layers_are_dealt_in_two_lines(random_model, make_film):
    film = make_film(random_model(GPTConfig(4, 4, 64, 9, 5)), [0, 1])
    layers = film.layout.layers
    film.open_on(layers[0])
    film.spread(*(halves(layer) for layer in layers), titles=[f"Layer {i}" for i in range(4)], parts=["left", "right"])
    tops = [around(film, layer)[1][2] for layer in layers]
    assert tops[0] == pytest.approx(tops[1])
    assert tops[2] == pytest.approx(tops[3])
    assert tops[2] < tops[0]

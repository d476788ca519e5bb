"""Grids on one sheet: edge to edge in rows, to scale; and where a column comes from; and tokens in another order."""

import numpy as np
import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.screenplay.score.timeline import Channel


def boxes(film, grids):
    return np.array([film.telling.box(grid) for grid in grids])


def test_matrices_of_heads_lie_on_one_another_and_rows_are_as_wide_as_the_widest(film):
    layer = film.layout.layers[0]
    heads, mlp = layer.attn.heads, layer.mlp
    film.open_on(layer)
    names = film.lay([head.q_weight for head in heads], layer.attn.proj_weight, mlp.fc_weight, seconds=2)
    assert film.now == pytest.approx(2)
    pile = boxes(film, [head.q_weight for head in heads])
    assert pile[1:, 1, 2] == pytest.approx(pile[:-1, 0, 2])
    assert np.ptp(pile[:, 0, 0]) == pytest.approx(0)
    (low, high), (under_low, under_high) = boxes(film, [layer.attn.proj_weight, mlp.fc_weight])
    assert low[0] > pile[0, 1, 0]
    assert high[2] == pytest.approx(pile[0, 1, 2])
    assert under_high[2] < low[2]
    assert np.ptp([*pile[:, :, 1].mean(axis=1), (low[1] + high[1]) / 2, (under_low[1] + under_high[1]) / 2]) < 1e-6
    assert [written_on([one]) for one in names] == [
        [grid.title] for grid in (heads[0].q_weight, layer.attn.proj_weight, mlp.fc_weight)
    ]
    label = film.telling.cast.labels[mlp.fc_weight.name]
    assert film.score.value(Channel(label.name, "opacity")) == 0


def test_nothing_cannot_be_laid_out(film):
    film.open_on(film.layout.layers[0])
    with pytest.raises(ScriptError, match="needs grids"):
        film.lay([])


def test_a_column_is_computed_while_what_it_is_made_from_is_marked_under_its_tile(film):
    e = film.layout.embedding
    film.open_on(e, azimuth=276, elevation=5)
    film.hide_values(e.output)
    for t in (0, 2):
        of = e.token_weight[film.tokens[t]], e.position_weight[t]
        marks = film.gather(e.output[t], *of, seconds=2)
        assert film.now == pytest.approx(t + 2)
        for mark, one in zip(marks, (*of, e.output[t]), strict=True):
            low, high = film.box(one)
            assert mark.parent == one.grid.name
            points = mark.points[:, [0, 2]]
            assert points.min(axis=0) == pytest.approx(low[[0, 2]], abs=0.05)
            assert points.max(axis=0) == pytest.approx(high[[0, 2]], abs=0.05)
            tile = film.telling.cast.tiles[one.grid.name]
            assert tile.pose[0, 3] == pytest.approx((low[0] + high[0]) / 2, abs=1e-6)
            assert film.score.value(Channel(tile.name, "opacity")) == 1
        assert film.score.value(Channel(e.token_weight.name, "focus")) > 0
    shown = film.splits.cells(e.output, film.now)
    assert shown[[0, 2]].all()
    assert not shown[1].any()
    film.light(e, to=0)
    assert film.score.value(Channel(e.token_weight.name, "focus")) == 0
    with pytest.raises(ScriptError, match="one or two"):
        film.gather(e.output[2])


def test_every_token_comes_to_its_place_in_the_other_row(film):
    film.open_on(film.layout)
    before = len(film.telling.pictures)
    film.reorder([2, 1, 0, 1], [0, 1, 1, 2], ("before", "after"), seconds=3)
    assert film.now == pytest.approx(3)
    names = film.telling.pictures[before:]
    assert sum("way" in name for name in names) == 4
    with pytest.raises(ScriptError, match="same tokens"):
        film.reorder([1, 2], [1, 1], ("before", "after"))


def test_names_come_where_the_matrices_have_come_to(film):
    layer = film.layout.layers[0]
    film.open_on(layer)
    names = film.lay(layer.attn.proj_weight, layer.mlp.fc_weight, seconds=2)
    assert {film.score.at(Channel(one.name, "opacity"), 1.4) for one in names} == {0}
    assert {film.score.value(Channel(one.name, "opacity")) for one in names} == {1}

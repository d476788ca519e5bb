"""Columns added up: read off the rules, true to the last number, from where they stand, and gone with the beat."""

from __future__ import annotations

import numpy as np
import pytest

from blender_tests.screenplay.conftest import written_on
from blender_tests.screenplay.test_words import without_biases
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Rect, Text
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay.scenes import adding
from llmviz_addon.screenplay.scenes.adding import addends, largest_first
from llmviz_addon.screenplay.score.timeline import Channel


def opened(film):
    film.open_on(film.layout.embedding, azimuth=280, elevation=5)
    return film


def value(film, thing, prop="opacity", index=0):
    return film.score.value(Channel(thing.name, prop, index))


def made(film, before):
    """The grids that a verb has made, in order."""
    return [grid for name, (grid, _) in film.cast.made.items() if name not in before]


def test_what_is_added_is_read_off_the_rule(film):
    e, layer = film.layout.embedding, film.layout.layers[0]
    words, places = addends(film.telling, e.output[3])
    assert (words.home.grid, places.home.grid) == (e.token_weight, e.position_weight)
    assert words.home.index == (film.tokens[3], slice(0, 48))
    assert places.home.index == (3, slice(0, 48))
    *shares, bias = addends(film.telling, layer.attn.proj[2])
    assert [one.name for one in shares] == ["Head 0", "Head 1", "Head 2"]
    assert [one.home.grid for one in shares] == [head.output for head in layer.attn.heads]
    assert bias.home.grid is layer.attn.proj_bias
    stream, branch = addends(film.telling, layer.attn.residual[0])
    assert (stream.home.grid, branch.home.grid) == (e.output, layer.attn.proj)


def test_a_product_is_not_called_what_it_is_made_of(film, random_model, make_film):
    product, bias = addends(film.telling, film.layout.layers[0].mlp.proj[2])
    assert (product.name, bias.home.grid) == ("Product", film.layout.layers[0].mlp.proj_bias)
    alone = make_film(random_model(GPTConfig(1, 1, 8, 6, 5)), [0, 1, 2])
    assert addends(alone.telling, alone.layout.layers[0].attn.proj[1])[0].name == "Head 0"


def test_the_columns_give_the_sum(film):
    for layer in film.layout.layers:
        for column in (layer.attn.proj[4], layer.attn.residual[4], layer.mlp.proj[4], layer.mlp.residual[4]):
            total = sum(one.values for one in addends(film.telling, column))
            np.testing.assert_allclose(total, film.trace[column.grid.name][4], atol=2e-6)


def test_a_model_without_biases_adds_none(make_film):
    film = make_film(without_biases(GPTConfig(1, 2, 8, 6, 5)), [0, 1, 2])
    names = [one.name for one in addends(film.telling, film.layout.layers[0].attn.proj[1])]
    assert names == ["Head 0", "Head 1"]


@pytest.mark.parametrize("heads", [8, 12])
def test_of_many_heads_the_small_shares_are_one_column(random_model, make_film, heads):
    film = make_film(random_model(GPTConfig(1, heads, 96, 12, 5)), [0, 1, 2, 3])
    column = film.layout.layers[0].attn.proj[1]
    every = addends(film.telling, column)
    few = largest_first(every, adding.MOST)
    assert len(few) == adding.MOST
    assert sum(one.values for one in few) == pytest.approx(sum(one.values for one in every))
    rest = next(one for one in few if "others" in one.name)
    assert few[-1] is every[-1]  # the bias stands last
    alone = [one for one in few if one.name.startswith("Head")]
    assert rest.name == f"{heads - len(alone)} others"
    left = [one for one in every[:-1] if one not in alone]
    assert max(np.linalg.norm(one.values) for one in left) <= min(np.linalg.norm(one.values) for one in alone)


def test_the_sum_comes_row_by_row_and_the_column_knows_it_then(film):
    opened(film).hide_values(film.layout.embedding.output)
    film.split(film.layout.embedding.output[3])
    before, start = set(film.cast.made), film.now
    film.add_up(film.layout.embedding.output[3], seconds=10)
    assert film.now == pytest.approx(start + 10)
    words, places, total = made(film, before)
    rows = total.shape[0]
    assert rows >= adding.FEWEST
    for grid, tensor in ((words, film.layout.embedding.token_weight), (places, film.layout.embedding.position_weight)):
        assert grid.kind == tensor.kind
    np.testing.assert_array_equal(film.values(total), film.trace["embedding.output"][3, :rows])
    np.testing.assert_allclose(film.values(words) + film.values(places), film.values(total), atol=1e-6)
    lefts = [film.box(grid)[0][0] for grid in (words, places, total)]
    assert lefts == sorted(lefts)
    assert len({round(float(film.box(grid)[1][2]), 6) for grid in (words, places, total)}) == 1
    fronts = [clip.value for clip in film.score.clips[Channel(total.name, "reveal")]]
    assert fronts == list(range(rows + 1))
    known = film.splits.cells(film.layout.embedding.output, film.now)
    assert known[3].all()
    assert not known[[0, 1, 2, 4]].any()


def test_a_row_says_whether_its_numbers_give_the_sum_as_it_is_written(film):
    opened(film).add_up(film.layout.embedding.output[3], seconds=10)
    strips = [
        d for d in film.cast.drawings.values() if any(isinstance(s, Rect) and s.color == "plate" for s in d.shapes)
    ]
    told = [written_on([one]) for one in strips if written_on([one]) and written_on([one])[0] == "+"]
    assert {row[-1] for row in told} == {"=", "≈"}
    assert told[0] == ["+", "="]  # 0.0432 + 0.0323 = 0.0755
    assert told[2] == ["+", "≈"]  # 0.0231 − 0.0290 is not −0.00591


def test_it_comes_from_copies_and_goes_with_the_beat(film):
    e = film.layout.embedding
    opened(film)
    with film.beat("one"):
        film.say("Two columns.")
        copies = [film.copy(e.token_weight[1]), film.copy(e.position_weight[3])]
        film.stand(copies[0], beside=e.output[3], seconds=1)
        film.stand(copies[1], beside=e.output[3], side="right", seconds=1)
        (left, _), (right, _), (low, high) = (film.box(one) for one in (*copies, e.output[3]))
        assert left[0] < low[0] < high[0] < right[0]
        before = set(film.cast.made)
        film.add_up(e.output[3], of=copies, seconds=6)
        words, places, total = made(film, before)
        assert [value(film, one) for one in (*copies, e.output, words, places, total)] == [0, 0, 0, 1, 1, 1]
        first = film.score.clips[Channel(words.name, "offset", 0)][0]
        assert words.origin[0] == pytest.approx(left[0])
        assert first.value != 0
    with film.beat("two"):
        film.say("They are gone.")
    assert [value(film, one) for one in (words, places, total, *copies)] == [0] * 5
    assert value(film, e.output) == 1


def test_two_sums_stand_side_by_side(film):
    before = set(film.cast.made)
    opened(film).add_up(film.layout.embedding.output[1], film.layout.embedding.output[3], seconds=6)
    grids = made(film, before)
    ends = sorted(float(film.box(grid)[0][0]) for grid in grids)
    assert len(grids) == len({round(x, 6) for x in ends}) == 6
    texts = [s.body for d in film.cast.drawings.values() for s in d.shapes if isinstance(s, Text)]
    assert {"t = 1", "t = 3"} <= set(texts)


def test_what_is_no_sum_is_refused(film):
    opened(film)
    ln = film.layout.layers[0].ln_1
    for column in (film.layout.embedding.token_weight[0], ln.mean[:], ln.output[3], film.layout.embedding.output[:]):
        with pytest.raises(ScriptError):
            film.add_up(column)
    with pytest.raises(ScriptError, match="add_up needs a column"):
        film.add_up()
    with pytest.raises(ScriptError, match="got 1 copies; give one for each"):
        film.add_up(film.layout.embedding.output[3], of=[film.copy(film.layout.embedding.token_weight[1])])

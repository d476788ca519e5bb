"""A query that slides along the keys: what it leaves behind is what their dot products are made of."""

from __future__ import annotations

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.rounding import in_cell
from llmviz_addon.screenplay.scenes import sliding
from llmviz_addon.screenplay.score.timeline import Channel


def words_of(film):
    signs = (one.shapes for name, one in film.cast.drawings.items() if ":sign:" in name)
    return [shapes[0].body for shapes in signs if len(shapes) == 1]


def opened(film):
    head = film.layout.layers[0].attn.heads[0]
    film.open_on(head, azimuth=276, elevation=5)
    return head


def test_the_products_of_a_query_with_each_key_fall_into_its_row(film):
    head = opened(film)
    film.hide_values(head.scores)
    film.slide_along(head.scores[4, :5], seconds=8)
    assert film.now == pytest.approx(8)
    query, keys = film.trace[head.q.name][4], film.trace[head.k.name][:5]
    (vector, first), *rest = film.cast.made.values()
    stands = [grid for grid, _ in rest[:5]]  # the keys; then for each products, after the query if it is not there yet
    met, rest = rest[6::2], rest[5::2]
    products, numbers = [grid for grid, _ in rest], np.array([values for _, values in rest])
    assert len(met) == 4
    for values in (first, *(values for _, values in met)):
        assert values == pytest.approx(query)
    assert numbers == pytest.approx(keys * query)
    sums = numbers.sum(axis=1) / np.sqrt(len(query))
    assert sums == pytest.approx(film.trace[head.scores.name][4, :5], abs=1e-5)
    copies = [vector, *(grid for grid, _ in met)]
    for one, key, product in zip(copies, stands, products, strict=True):  # the query, its key, what they make
        broad = film.score.clips[Channel(key.name, "scale", 0)][0].value
        lefts = [grid.box[0][0] + film.score.clips[Channel(grid.name, "offset", 0)][0].value for grid in (one, key)]
        assert np.diff([*lefts, product.box[0][0]]) == pytest.approx(broad * key.size[0])
    plates = [one for name, one in film.cast.drawings.items() if ":sign:" in name and len(one.shapes) == 2]
    written = [one.shapes[1].body for one in plates if one.shapes[0].color == "plate"]
    assert written == [in_cell(total) for total in numbers.sum(axis=1)]
    assert words_of(film) == ["query", "keys"]
    comes = [film.score.clips[Channel(grid.name, "opacity")][0].start for grid in products]
    assert comes == sorted(comes)
    assert comes[0] < comes[-1]
    assert np.argwhere(film.splits.cells(head.scores, film.now)).tolist() == [[4, j] for j in range(5)]
    for grid in (*copies, *stands, *products):
        assert film.score.value(Channel(grid.name, "opacity")) == 0
    over = film.box(head.scores[4, :5])[1][2]
    for grid in products:
        assert grid.box[1][2] + film.score.value(Channel(grid.name, "offset", 2)) == pytest.approx(over)


def test_vectors_of_one_number_have_products_of_one(make_film, random_model):
    film = make_film(random_model(GPTConfig(1, 4, 4, 6, 5)), [0, 1, 2, 3])
    head = opened(film)
    film.slide_along(head.scores[2, :3], seconds=4)
    (_, query), *rest = film.cast.made.values()
    products = np.array([values for _, values in rest[3::2]]).ravel()
    assert products.shape == (3,)
    assert products == pytest.approx(film.trace[head.k.name][:3, 0] * np.ravel(query))


def test_of_many_those_that_weigh_most_stand_apart_and_all_fall_into_the_row(make_film, nano):
    film = make_film(nano, [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2])
    head = opened(film)
    film.hide_values(head.scores)
    film.slide_along(head.scores[10, :11], seconds=8)
    kept = sorted(np.argsort(-np.abs(film.trace[head.scores.name][10]), kind="stable")[:8])
    _, *rest = film.cast.made.values()
    keys = np.array([values for _, values in rest[:8]])
    assert keys == pytest.approx(film.trace[head.k.name][kept])
    assert words_of(film) == ["query", "of 11 keys"]
    assert film.splits.cells(head.scores, film.now)[10].all()


def test_the_words_beside_tiles_do_not_meet_them_however_broad_these_are(film, monkeypatch):
    monkeypatch.setattr(sliding, "token_text", lambda telling, t: f"{t}·somewhat")
    head = opened(film)
    film.slide_along(head.scores[4, :5], seconds=8)
    signs = [one for name, one in film.cast.drawings.items() if ":sign:" in name]
    for word, tile in ((signs[1], signs[0]), (signs[7], signs[2])):
        assert word.shapes[0].body in ("query", "keys")
        assert word.points[:, 0].max() < tile.points[:, 0].min()


def test_what_is_no_row_of_dot_products_is_refused(film):
    head = opened(film)
    for region in (head.scores[:, 2], head.scores[2:4], head.max[2], head.output[2]):
        with pytest.raises(ScriptError):
            film.slide_along(region)


def test_wholes_are_dealt_out_among_the_tokens(film):
    head = opened(film)
    with film.beat("one"):
        film.share_out(head.weights[3, :4], "as it is", row=0, of=2, seconds=2)
        film.share_out([0.1, 0.2, 0.3, 0.2, 0.2], "otherwise", row=1, of=2, until=3, seconds=2)
        assert film.now == pytest.approx(4)
    bars = [d for n, d in film.cast.drawings.items() if ":shares:" in n]
    free = film.page.free
    for bar, shares in zip(bars, (film.trace[head.weights.name][3, :4], [0.1, 0.2, 0.3, 0.2, 0.2]), strict=True):
        widths = np.array([rect.width for rect in bar.shapes])
        assert widths / widths.sum() == pytest.approx(np.asarray(shares) / np.sum(shares), abs=0.01)
        assert 0.9 * free.width < widths.sum() < free.width
    written = [s.body for n, d in film.cast.drawings.items() if ":names:" in n for s in d.shapes if hasattr(s, "body")]
    assert {"as it is", "otherwise", "later tokens 40.0 %"} <= set(written)
    for shares, message in (
        ([0.5, 0.2], "sum to 0.7"),
        ([1.0, 0.5, -0.5], "are no shares"),
        ([0.01] * 100, "100 numbers"),
    ):
        with pytest.raises(ScriptError, match=message):
            film.share_out(shares, "wrong")
    with pytest.raises(ScriptError, match="no row 2 of 2"):
        film.share_out([1.0], "wrong", row=2, of=2)


def test_what_is_too_narrow_for_its_letters_is_told_under_the_whole(film):
    opened(film)
    shares = [0.004, 0.99, 0.006]
    with film.beat("one"):
        film.share_out(shares, "as it is", seconds=2)
    texts = [s for n, d in film.cast.drawings.items() if ":names:" in n for s in d.shapes if hasattr(s, "body")]
    names = [film.token_text(t) for t in range(3)]
    under = sorted((s for s in texts if " 0.0" in s.body), key=lambda s: s.x)
    assert [s.body for s in under] == [f"{names[0]} 0.004", f"{names[2]} 0.006"]
    free, (first, last) = film.page.free, under
    assert free.left <= first.corners[0][0] < first.corners[1][0] < last.corners[0][0]
    assert last.corners[1][0] <= free.right
    inside = [s for s in texts if s.body == names[1]]
    assert first.corners[1][1] < inside[0].corners[0][1]


def test_a_shutter_comes_down_over_later_keys_before_the_others_are_computed(film):
    head = opened(film)
    film.hide_values(head.scores)
    film.splits.show(head.scores[3, :4], 0.0)
    count = head.scores.cells[0]
    film.shutter(head.scores, seconds=11)
    assert film.now == pytest.approx(11)
    slats = [one for name, one in film.cast.drawings.items() if ":slat:" in name]
    assert len(slats) == count - 1
    each = 0.92 * 11 / count
    for column, slat in enumerate(slats, start=1):
        low, high = film.box(head.scores[:column, column])
        assert slat.points[:, 0].min() == pytest.approx(low[0], abs=0.01)
        assert slat.points[:, 2].min() == pytest.approx(low[2], abs=1e-6)  # down to the row before its own
        for row in range(count):
            long = film.score.at(Channel(slat.name, "scale", 1), (row + 0.51) * each)
            assert long == pytest.approx(min(row + 1, column) / column, abs=1e-6)  # shut before the row is computed
    for row in range(count):
        start = film.score.at(Channel(head.scores.name, "reveal"), (row + 0.5) * each)
        done = film.score.at(Channel(head.scores.name, "reveal"), (row + 0.97) * each)
        assert start == pytest.approx(row * count, abs=0.01)
        assert done >= row * count + row + 1
    assert film.splits.cells(head.scores, film.now).all()
    with pytest.raises(ScriptError, match="has no cells that are forbidden"):
        film.shutter(head.q)

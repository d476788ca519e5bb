"""A softmax worked out in a table: true numbers, line after line, that add up as they are written."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.rounding import in_cell, number, read, written_shares
from llmviz_addon.screenplay.page.commentary import parse
from llmviz_addon.screenplay.score.timeline import Channel


def opened(film):
    head = film.layout.layers[0].attn.heads[0]
    film.open_on(head, azimuth=276, elevation=5)
    return head


def written(film, since=()):
    new = (one for name, one in film.cast.drawings.items() if ":worked:" in name and name not in since)
    return [shape.body for one in new for shape in one.shapes if isinstance(shape, Text)]


def test_each_line_has_the_true_numbers_of_the_row(film):
    head = opened(film)
    scores = np.asarray(film.trace[head.scores.name][4, :5], dtype=np.float64)
    with film.beat("one"):
        table = film.work_out(head.scores[4, :5], "Scores become shares", seconds=1)
        assert film.now == pytest.approx(1)
        texts = written(film)
        assert texts[0] == "Scores become shares"
        assert texts[1:6] == [film.token_text(t) for t in range(5)]
        assert texts[-5:] == [in_cell(score) for score in scores]
        told = set(film.cast.drawings)
        film.work_on(table, seconds=1)
        texts, told = written(film, told), set(film.cast.drawings)
        assert texts[1:] == [number(score - scores.max()) for score in scores]
        sign = ("− {}," if scores.max() >= 0 else "− ({}),").format(in_cell(scores.max()))
        assert texts[0] == f"{sign} the largest"
        film.work_on(table, seconds=1)
        powers = np.exp(scores - scores.max())
        texts, told = written(film, told), set(film.cast.drawings)
        assert texts[1:6] == [in_cell(power) for power in powers]
        assert texts[6:10] == ["+"] * 4
        assert texts[10][2:] == number(powers.sum(), 3) == number(film.trace[head.sum.name][4], 3)
        bars = [one for name, one in film.cast.drawings.items() if ":bar:" in name]
        tall = [film.score.value(Channel(bar.name, "scale", 1)) for bar in bars]
        assert tall == pytest.approx(np.maximum(powers, 1e-3))
        film.work_on(table, seconds=1)
        texts = written(film, told)
        assert texts[1:6] == written_shares(film.trace[head.weights.name][4, :5])
        assert texts[10] in ("= 1", "≈ 1")
        assert film.now == pytest.approx(4)
        with pytest.raises(ScriptError, match="has no more lines"):
            film.work_on(table)
    free = film.page.free
    for name, one in film.cast.drawings.items():
        for shape in one.shapes if ":worked:" in name else ():
            if isinstance(shape, Text):
                (left, bottom), (right, top) = shape.corners
                assert free.left - 0.01 < left < right < free.right + 0.01
                assert free.bottom - 0.01 < bottom < top < free.top + 0.02


def test_of_many_the_largest_have_a_column_and_all_are_in_the_sum(make_film, random_model):
    film = make_film(random_model(GPTConfig(1, 2, 8, 16, 5)), [t % 5 for t in range(14)])
    head = opened(film)
    scores = film.trace[head.scores.name][13, :14].astype(np.float64)
    table = film.work_out(head.scores[13, :14], "Many")
    assert table.kept == sorted(np.argsort(-scores, kind="stable")[:8].tolist())
    assert "the largest 8 of 14" in written(film)
    film.work_on(table)
    told = set(film.cast.drawings)
    film.work_on(table)
    assert written(film, told)[-1] == f"≈ {number(np.exp(scores - scores.max()).sum(), 3)}"


@pytest.mark.parametrize("t", range(6))
def test_the_shares_are_the_powers_divided_by_their_sum_as_they_are_written(film, t):
    head = opened(film)
    table = film.work_out(head.scores[t, : t + 1], "Shares")
    film.work_on(table)
    told = set(film.cast.drawings)
    film.work_on(table)
    powers, told = written(film, told), set(film.cast.drawings)
    film.work_on(table)
    shares = written(film, told)
    total = read(powers[-1][2:])
    assert shares[0] == f"÷ {powers[-1][2:]}, the sum"
    for power, share in zip(powers[1 : t + 2], shares[1 : t + 2], strict=True):
        places = -int(read(share).as_tuple().exponent)
        assert abs(read(power) / total - read(share)) <= read("1").scaleb(-places), (power, share)


def test_what_is_no_row_of_scores_is_refused(film):
    head = opened(film)
    for region in (head.q[2], head.scores[2]):  # numbers of no tokens; with forbidden ones
        with pytest.raises(ScriptError, match="has no score for each of some tokens"):
            film.work_out(region, "Wrong")


def test_rows_of_several_grids_are_told_abreast_and_framed(film):
    head = opened(film)
    film.hide_values(head.max, head.sum, head.weights, head.output)
    rows = head.scores.cells[2]
    film.sweep(head.max, head.sum, head.weights, head.output, seconds=11, rows=True)
    assert film.now == pytest.approx(11)
    work = 11 - 0.6  # then the last formula comes
    for row in range(rows):
        at = (row + 0.5) * work / rows
        for grid, per in ((head.max, 1), (head.sum, 1), (head.weights, rows), (head.output, head.output.shape[1])):
            known = film.score.at(Channel(grid.name, "reveal"), at)
            assert known == pytest.approx((row + 0.5) * per, abs=0.02 * per)
        for grid in (head.scores, head.max, head.weights):  # scores are read, row by row as well
            low, high = (film.score.at(Channel(grid.name, end, 2), at) for end in ("focus_lo", "focus_hi"))
            assert (low, high) == (row, row + 1)
            assert film.score.at(Channel(grid.name, "focus"), at) > 0
        assert film.score.at(Channel(head.v.name, "focus"), at) == 0  # of which each row reads several columns
    assert film.score.value(Channel(head.scores.name, "focus")) == 0
    with pytest.raises(ScriptError, match="have not as many rows"):
        film.sweep(head.q_bias, head.q, seconds=2, rows=True)


def test_a_share_is_written_alike_wherever_it_stands(film):
    head = opened(film)
    weights, count = film.trace[head.weights.name][5], 6
    told = written_shares(weights[:count])
    assert told == written_shares(weights)[:count]
    for index in range(count):
        spans, _ = parse("{w}", {"w": head.weights[5, index]}, film.trace)
        assert spans[0][0] == told[index]
    pictures = {}
    with film.beat("one"):
        table = film.work_out(head.scores[5, :count], "Shares")
        for _ in range(3):
            before = set(film.cast.drawings)
            film.work_on(table)
        pictures["table"] = texts_of(film, before)
    for key, picture in (
        ("bars", lambda: film.bars(head.weights[5, :count], ["a"] * count, "Bars")),
        ("wholes", lambda: film.share_out(head.weights[5, :count], "Whole")),
        ("bands", lambda: film.bands(head.weights[5], "Bands")),
    ):
        with film.beat(key):
            before = set(film.cast.drawings)
            picture()
        pictures[key] = texts_of(film, before)
    for key, texts in pictures.items():
        figures = {text for text in texts if text.startswith("0.") and text not in ("0.25", "0.5", "0.75")}
        assert figures, key
        assert figures <= set(told), key


def texts_of(film, since):
    new = (one for name, one in film.cast.drawings.items() if name not in since)
    return [shape.body for one in new for shape in one.shapes if isinstance(shape, Text)]


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (900, 900)])
def test_a_plus_stands_clear_of_the_numbers_beside_it_and_these_can_be_read(nano, make_film, size):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
    head = opened(film)
    table = film.work_out(head.scores[5, :6], "Shares")
    for _ in range(3):
        before = set(film.cast.drawings)
        film.work_on(table)
        lines = [one for name, one in film.cast.drawings.items() if ":worked:" in name and name not in before]
        texts = [shape for one in lines for shape in one.shapes if isinstance(shape, Text)]
        numbers = [shape for shape in texts if shape.align == "center" and shape.body != "+"]
        assert min(shape.size for shape in numbers) * 720 >= 11 * min(1.0, film.page.aspect)
        row = sorted((*numbers, *(shape for shape in texts if shape.body == "+")), key=lambda shape: shape.x)
        for left, right in pairwise(row):
            assert left.corners[1][0] + 0.1 * table.em < right.corners[0][0]

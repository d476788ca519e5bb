"""Dot products and weighted sums in full: their numbers are the model's, on any model."""

from fractions import Fraction

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.grid import CELL, Grid
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.rounding import in_cell, number, written_shares
from llmviz_addon.screenplay.page.panel import digits
from llmviz_addon.screenplay.page.pose import seen
from llmviz_addon.screenplay.page.view import TAN
from llmviz_addon.screenplay.scenes.climax import Equation
from llmviz_addon.screenplay.scenes.dot_product import SHOWN, WHOLE_UP_TO, terms
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel


def opened(film):
    layer = film.layout.layers[0]
    film.open_on(layer.ln_1.output, layer.attn.heads[0], azimuth=276, elevation=5)
    return layer.attn.heads[0]


def texts(film, prefix):
    return [
        shape.body
        for name, drawing in film.cast.drawings.items()
        if name.startswith(prefix)
        for shape in drawing.shapes
        if isinstance(shape, Text)
    ]


@pytest.mark.parametrize("pick", [lambda head: head.q[3, 2], lambda head: head.scores[3, 1]])
def test_the_terms_add_up_to_the_cell(film, pick):
    cell = pick(opened(film))
    found = terms(film.telling, cell)
    assert found.result == pytest.approx(float(film.trace[cell.grid.name][cell.index]), abs=1e-5)
    assert len(found.left) == len(found.right)


def test_what_is_no_dot_product_is_refused(film):
    head = opened(film)
    for cell, message in (
        (head.max[2], "not computed by a dot"),
        (head.q[2], "not one computed"),
        (head.q_bias[0], "not one"),
    ):
        with pytest.raises(ScriptError, match=message):
            film.dot_product(cell)


def test_the_table_shows_every_product_and_the_running_sum(film):
    head = opened(film)
    film.hide_values(head.q)
    start = film.camera.view
    film.dot_product(head.q[3, 2], seconds=12)
    assert film.now == pytest.approx(12)
    found = terms(film.telling, head.q[3, 2])
    made = [np.ravel(v).astype(float) for g, v in film.cast.made.values()]
    for values in (found.left, found.right, found.products):  # they stand in cells, which show their numbers
        columns = [
            v for v in made if any(np.allclose(v, values[a : a + len(v)]) for a in range(len(values) - len(v) + 1))
        ]
        assert np.isin(np.round(values, 5), np.round(np.concatenate(columns), 5)).all()
    shown = texts(film, "test:table")
    assert sum(sign in "=≈" for sign in shown if len(sign) == 1) >= len(found.products)
    assert not any(number(float(v), min(digits(found.left), 3)) in shown for v in found.left)  # and nowhere else
    assert in_cell(found.result) in shown
    running = next(
        clip for channel, clips in film.score.clips.items() if channel.prop == "value" for clip in clips if clip.course
    )
    sums = running.course(np.linspace(0, 1, 4000))
    partial = np.concatenate([[0], np.cumsum(found.products)])
    assert np.isclose(sums[:, None], partial).any(axis=1).all()
    assert sums[-1] == pytest.approx(found.products.sum())
    assert film.camera.view is start
    assert film.score.value(Channel(CAMERA, "distance")) == pytest.approx(start.distance)
    shown = film.splits.cells(head.q, film.now)
    assert np.argwhere(shown).tolist() == [[3, 2]]
    assert film.score.value(Channel(head.k.name, "opacity")) == 1


def test_a_wide_product_shows_some_pairs_and_says_how_many_more(random_model, make_film):
    film = make_film(random_model(GPTConfig(1, 2, 2 * WHOLE_UP_TO, 8, 3)), [0, 1, 2])
    head = opened(film)
    film.dot_product(head.q[1, 0])
    assert f"and {2 * WHOLE_UP_TO - SHOWN} more pairs" in texts(film, "test:table")
    kind = next(g.kind for g, _ in film.cast.made.values() if ":product:" in g.kind)
    products = np.concatenate([np.ravel(v) for g, v in film.cast.made.values() if g.kind == kind])
    assert len(products) == SHOWN + 1
    assert products.sum() == pytest.approx(terms(film.telling, head.q[1, 0]).products.sum(), abs=1e-5)


@pytest.mark.parametrize("tokens", [[0], [0, 1, 2], list(range(12))])
def test_weighted_vectors_add_up_to_the_column(random_model, make_film, tokens):
    film = make_film(random_model(GPTConfig(1, 2, 8, 12, 12)), tokens)
    head = opened(film)
    t = len(tokens) - 1
    film.hide_values(head.output)
    film.weighted_sum(head.output[t], seconds=9)
    assert film.now == pytest.approx(9, abs=0.5)
    weights = film.trace[head.weights.name][t]
    scaled = [v for g, v in film.cast.made.values() if g.kind == head.v.kind][len(film.trace.tokens) :]
    if len(weights) <= 8:
        made = [v for g, v in film.cast.made.values() if g.kind == head.v.kind]
        scaled = made[len(weights) : 2 * len(weights)]
        assert np.sum(scaled, axis=0) == pytest.approx(film.trace[head.output.name][t], abs=1e-5)
    else:
        assert f"and {len(weights) - 8} more that weigh less" in texts(film, "test:sign")
    assert all(np.isfinite(v).all() for v in scaled)


def adds_up(written):
    """Whether numbers give the last one, as they are written."""
    *parts, total = written
    if any("≈" in text for text in (*parts, total)):
        return False
    return round(sum(map(Fraction, parts)), len(total.partition(".")[2])) == Fraction(total)


def test_what_was_weighed_stands_beside_its_sum_until_the_beat_is_over(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], pace=200)
    head = opened(film)

    def up():
        made = {n: v for n, (_, v) in film.cast.made.items() if film.score.value(Channel(n, "opacity")) == 1}
        signs = [getattr(d.shapes[-1], "body", "") for n, d in film.cast.drawings.items() if n.startswith("test:sign")
                 and film.score.value(Channel(n, "opacity")) == 1]  # fmt: skip
        return list(made.values()), signs

    with film.beat("sum"):
        film.weighted_sum(head.output[5], seconds=9)
    grids, signs = up()
    shares, vectors = film.trace[head.weights.name][5, :6], film.trace[head.v.name][:6]
    assert [len(grid) for grid in grids] == [head.v.shape[1]] * 7
    assert np.array(grids[:6]) == pytest.approx(shares[:, None] * vectors)
    assert [figure for figure in signs if figure in written_shares(shares)] == written_shares(shares)
    assert [film.token_text(t) for t in (*range(6), 5)] == [sign for sign in signs if sign in "ABC"]
    assert film.splits.cells(head.output, film.now)[5].all()  # the sum is in its column of the grid as well
    assert grids[6] == pytest.approx(shares @ vectors, abs=1e-5)
    for grid, _ in list(film.cast.made.values())[:6]:  # row by row level with it, to its left
        low, high = film.box(grid)
        assert high[2] == pytest.approx(film.box(head.output)[1][2])
        assert high[0] < film.box(head.output)[0][0]
    assert (signs.count("×"), signs.count("+")) == (0, 5)
    holds = all(adds_up(in_cell(value).replace("−", "-") for value in row) for row in zip(*grids, strict=True))
    assert (signs.count("="), signs.count("≈")) == ((1, 0) if holds else (0, 1))
    with film.beat("after"):
        film.wait(0.1)
    assert up() == ([], [])


def test_a_weighted_sum_goes_into_its_column_where_it_is_known_from_then_on(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], pace=200)
    head = opened(film)
    film.hide_values(head.output)
    with film.beat("sum"):
        total = film.weighted_sum(head.output[5], seconds=9, home=False)
    assert not film.splits.cells(head.output, film.now)[5].any()
    with film.beat("home", afresh=False):
        film.bring_home(total, seconds=3)
    assert film.splits.cells(head.output, film.now)[5].all()
    assert film.splits.opacity(head.output.name, film.now) == 1
    moved = np.array(total.column.origin) + film.telling.offset(total.column)
    low, high = film.telling.box(head.output[5])
    assert moved[0] + total.broad * CELL / 2 == pytest.approx((low[0] + high[0]) / 2)
    assert moved[2] == pytest.approx(high[2])
    beside = [fragment for fragment in film.telling.fragments(head.output) if fragment.first[0] != 5]
    offsets = [film.score.value(Channel(one.name, "offset", 0)) for one in beside]
    assert min(map(abs, offsets)) > (total.broad - 1) / 2 * CELL  # it covers none of the other columns
    terms = [film.telling.box(one) for one in total.terms if isinstance(one, Grid)]
    assert max(low[0] for low, _ in terms) < moved[0]
    with film.beat("told", afresh=False):
        film.compute(head.output[5, 0])
        up = [one.shapes[0] for name, one in film.cast.drawings.items() if ":tether:" in name]
        (tip, _), *_ = (line.points[-1] for line in up if line.head)
        ends = [(moved[0] + wide * CELL, moved[1], moved[2]) for wide in (0, total.broad)]
        left, right = film.telling.view.project(np.array(ends))[:, 0]
        assert not left + 0.002 < tip < right - 0.002  # it ends beside the number, broad as that is
    with pytest.raises(ScriptError, match="merge it first"):
        film.split(head.output[2])
    with film.beat("after"):
        film.wait(1)
        with pytest.raises(ScriptError, match="not up any more"):
            film.bring_home(total)


def test_only_columns_of_vectors_are_weighted_sums(film):
    head = opened(film)
    for region in (head.output[2, 1], head.q[2], head.weights[2]):
        with pytest.raises(ScriptError):
            film.weighted_sum(region)


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (900, 900)])
@pytest.mark.parametrize("pick", [lambda head: head.q[3, 2], lambda head: head.scores[3, 1]])
def test_the_end_of_a_dot_product_is_large_in_the_middle_and_its_number_is_carried_home(nano, make_film, size, pick):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
    cell = pick(opened(film))
    film.hide_values(cell.grid)
    with film.beat("one"):
        film.dot_product(cell, seconds=20)
        end = film.now
    result = in_cell(terms(film.telling, cell).result)
    figure = next(film.cast.drawings[name] for name in film.pictures if name in film.cast.drawings)
    assert [shape.body for shape in figure.shapes if isinstance(shape, Text)] == [result]
    free = film.page.free
    view = seen(pose_at(film, 20 * (0.06 + 0.12 + 0.06 + 0.36 + 0.1 + 0.17)))
    x, y, _ = view.project(figure.pose[:3, 3])[0]
    assert free.left < x < free.right
    assert y == pytest.approx(free.center[1], abs=0.15)
    assert size_seen(view, figure) > 0.045 * min(1, film.page.aspect)
    x, y, _ = film.camera.view.project(figure.pose[:3, 3] + [value_of(film, figure, "offset", i) for i in range(3)])[0]
    home, around = film.camera.view.area(*film.box(cell)), film.camera.view.area(*film.box(cell.grid))
    scale = value_of(film, figure, "scale", 0)
    wide = size_seen(film.camera.view, figure, scale, film.box(cell)[0]) * np.ptp(figure.flat[:, 0]) / 2 / 0.12
    assert free.left < x - wide + 0.03 < x + wide - 0.03 < free.right
    if y < around.bottom:  # under the grid
        assert x == pytest.approx((around.left + around.right) / 2, abs=0.02)
    elif around.left < x < around.right:  # there is room for it nowhere else
        assert home.left - 0.01 < x < home.right + 0.01
        assert home.bottom - 0.06 < y < home.bottom
    else:  # it covers no cell of the grid
        assert abs(y - home.center[1]) < 0.01
        assert x - wide > around.right or x + wide < around.left
    assert size_seen(film.camera.view, figure, scale, film.box(cell)[0]) == pytest.approx(film.page.em, rel=0.1)
    with film.beat("two"):
        film.wait(1)
    clips = film.score.clips[Channel(figure.name, "opacity")]
    assert [clip.value for clip in clips] == [1.0, 0.0]
    assert clips[1].start >= end


def value_of(film, drawing, prop, index):
    return film.score.value(Channel(drawing.name, prop, index))


def pose_at(film, seconds):
    """The camera's channels at a time."""

    def value(channel):
        clips = [clip for clip in film.score.clips[channel] if clip.start <= seconds]
        return clips[-1].at(min(seconds, clips[-1].end))

    return value


def size_seen(view, figure, scale=1.0, at=None):
    """Height of a drawing's letters on the picture, in picture heights."""
    em = next(shape.size for shape in figure.shapes if isinstance(shape, Text))
    depth = view.project(figure.pose[:3, 3] if at is None else at)[0, 2]
    return scale * em / (depth * TAN)


@pytest.mark.parametrize("cell", [(3, 2), (5, 7), (0, 0), (5, 15)])
def test_the_equation_at_the_end_holds_as_it_is_written_or_says_about(film, cell):
    head = opened(film)
    for pick in (head.q[cell], head.k[cell], head.scores[5, cell[0]]):
        found = terms(film.telling, pick)
        told = Equation(float(found.products.sum()), found.steps, found.result)
        (total, *parts), sign, result = told.written
        value = Fraction(total.replace("−", "-"))
        for step, part in zip(found.steps, parts, strict=True):
            written = 4 if part == "√16" else Fraction(part.replace("−", "-"))
            value = value + written if step.sign == "+" else value / written
        assert sign == ("=" if value == Fraction(result.replace("−", "-")) else "≈")


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (900, 900)])
@pytest.mark.parametrize("channels", [6, 48, 200])
def test_all_pairs_are_inside_the_picture_at_once_and_as_large_as_can_be(random_model, make_film, size, channels):
    film = make_film(random_model(GPTConfig(1, 1 if channels == 6 else 2, channels, 8, 3)), [0, 1, 2], size)
    cell = opened(film).q[1, 0]
    film.hide_values(cell.grid)
    film.dot_product(cell, seconds=20)
    view, free = seen(pose_at(film, 20 * (0.06 + 0.12 + 0.06 + 0.2))), film.page.free.grown(0.005)
    made = [g for g, v in film.cast.made.values() if ":made:" in g.name and g.count > 1 and g.cells[2] == g.count]
    assert sum(grid.count for grid in made) >= 2 * min(channels, SHOWN)
    at = 20 * (0.06 + 0.12 + 0.06 + 0.2)
    areas = []
    for grid in made:
        offset = [film.score.at(Channel(grid.name, "offset", i), at) for i in range(3)]
        areas.append(view.area(grid.box[0] + offset, grid.box[1] + offset))
    for area in areas:
        assert free.left < area.left < area.right < free.right
        assert free.bottom < area.bottom < area.top < free.top
    if channels == 48:
        assert min(area.width for area in areas) > 28 / 720 * min(1.0, film.page.aspect)  # numbers show there


def test_no_number_of_the_equation_is_there_twice(film):
    """Its cells lie behind the plates with their numbers."""
    head = opened(film)
    film.hide_values(head.q)
    film.dot_product(head.q[3, 2], seconds=20)
    view = seen(pose_at(film, 20 * (0.06 + 0.12 + 0.06 + 0.36 + 0.1 + 0.17)))
    row = [g for g, v in film.cast.made.values() if g.count == 1]
    assert len(row) >= 3
    at = 20 * (0.06 + 0.12 + 0.06 + 0.36 + 0.1 + 0.17)
    plates = [d for n, d in film.cast.drawings.items() if any(getattr(s, "color", "") == "plate" for s in d.shapes)
              and film.score.at(Channel(n, "opacity"), at) == 1]  # fmt: skip
    assert len(plates) == 3
    for grid in (grid for grid in row if film.score.at(Channel(grid.name, "opacity"), at) > 0):
        offset = [film.score.at(Channel(grid.name, "offset", i), at) for i in range(3)]
        cell = view.area(grid.box[0] + offset, grid.box[1] + offset)
        over = [view.project(plate.points)[:, :2] for plate in plates]
        assert any(
            (a.min(axis=0) < (cell.left, cell.bottom)).all() and (a.max(axis=0) > (cell.right, cell.top)).all()
            for a in over
        )

"""Close-ups: excerpts stand in for what is too large, and say nothing that is not true of the whole."""

import numpy as np
import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.rounding import in_cell
from llmviz_addon.screenplay.flow import flow
from llmviz_addon.screenplay.scenes.dot_product import Table, terms
from llmviz_addon.screenplay.score.timeline import Channel

CONFIG = GPTConfig(2, 2, 200, 90, 1000)


@pytest.fixture
def film(random_model, make_film):
    film = make_film(random_model(CONFIG), list(range(80)))
    film.open_on(film.layout.layers[1].ln_1, azimuth=280, elevation=5)
    return film


def opacity(film, thing):
    return film.score.value(Channel(thing.name, "opacity"))


def test_a_small_model_needs_none(random_model, make_film):
    film = make_film(random_model(GPTConfig(1, 2, 72, 64, 600)), list(range(36)))
    film.open_on(film.layout.embedding, azimuth=280, elevation=5)
    assert film.closeup(film.layout.layers[0].ln_1) is film.layout
    film.step_back()
    assert film.now == 0


def test_excerpts_take_the_places_of_the_whole_and_give_them_back(film):
    ln, other = film.layout.layers[1].ln_1, film.layout.layers[1].ln_2
    film.hide_values(ln.mean)
    close = film.closeup(ln, seconds=2).layers[1].ln_1
    assert film.now == 2
    assert close.output.shape == ln.output.shape == (80, 200)
    assert close.output.shown_shape == (24, 48)
    assert close.mean.origin == pytest.approx(ln.mean.origin, abs=0.02)
    assert opacity(film, ln.output) == opacity(film, film.signs.label(ln.output)) == 0
    assert opacity(film, close.output) == opacity(film, film.signs.label(close.output)) == 1
    assert opacity(film, other.output) == 1
    assert film.score.value(Channel(close.mean.name, "reveal")) == 0
    assert film.score.value(Channel(close.output.name, "reveal")) == 24 * 48
    words = [shape.body for shape in film.signs.label(close.output).shapes if isinstance(shape, Text)]
    assert "C 48 of 200 × T 24 of 80" in words
    area, free = film.camera.view.area(*film.box(close.output)), film.page.free
    assert free.left < area.left < area.right < free.right
    film.step_back()
    assert opacity(film, ln.output) == 1
    assert opacity(film, close.output) == 0
    assert film.score.value(Channel(ln.mean.name, "reveal")) == 80


def test_what_is_told_of_an_excerpt_is_true_of_the_whole(film):
    ln, x, t = film.layout.layers[1].ln_1, film.layout.layers[0].mlp.residual, 7
    small = film.closeup(ln, x)
    close, stream = small.layers[1].ln_1, small.layers[0].mlp.residual
    film.hide_values(*close.grids)
    assert film.sources(close.mean, (t,))["column"].grid is stream
    assert film.sources(close.mean, (t,))["column"].index == (t, slice(0, 200))
    film.split(stream[t], close.output[t])
    film.compute(close.mean[t], seconds=1)
    with film.beat("mean"):
        film.say("The mean is {m:.5f}.", m=close.mean[t])
    assert f"{film.trace[ln.mean.name][t]:.5f}".replace("-", "−") in film.beats[-1].text
    film.wait(1)
    film.sweep(close.output[t], seconds=6)
    panel = film.explanations[-1].panel
    assert panel.symbols.name == film.explanations[-1].drawings[0]
    results = ["".join(written_on([drawing])) for drawing in panel.results]
    true = [in_cell(float(film.trace[ln.output.name][t, c])) for c in (0, 1, 2, 47)]
    assert [result.lstrip(" =≈") for result in results] == true


def test_a_dot_product_of_an_excerpt_adds_every_pair(film):
    number = 1
    head = film.closeup(film.layout.layers[0].attn.heads[number], film.layout.layers[0].ln_1.output)
    close = head.layers[0].attn.heads[number]
    film.hide_values(close.q)
    film.dot_product(close.q[5, 2], seconds=10)
    sums = [clip for (c, clips) in film.score.clips.items() if c.prop == "value" for clip in clips]
    bias = film.trace[film.layout.layers[0].attn.heads[number].q_bias.name][2]
    true = film.trace[film.layout.layers[0].attn.heads[number].q.name][5, 2]
    assert sums[-1].course(np.array([1.0]))[0] + bias == pytest.approx(float(true), abs=1e-4)


def test_excerpts_have_no_arrow_where_the_chapter_took_the_ribbon_away(random_model, make_film):
    for taken in (False, True):
        film = make_film(random_model(GPTConfig(1, 4, 128, 32, 20)), [0, 1, 2, 3])
        attn = film.layout.layers[0].attn
        film.open_on(attn, azimuth=290, elevation=8)
        if taken:
            film.fade(*film.ribbons(attn.proj_weight, attn.proj), to=0, seconds=0)
        film.closeup(attn.proj_weight, attn.proj_bias, attn.proj)
        flow(film.telling)
        arrows = [one for name, one in film.cast.drawings.items() if ":arrow:" in name]
        assert len(arrows) == (1 if taken else 2)


@pytest.mark.parametrize(
    ("channels", "size", "drawn"),
    [(200, (1280, 720), 48), (48, (1280, 720), 48), (48, (720, 1280), 48), (48, (720, 720), 24), (64, (1280, 720), 48)],
)
def test_in_proportion_the_inside_is_as_many_times_as_wide_as_it_is(random_model, make_film, channels, size, drawn):
    film = make_film(random_model(GPTConfig(1, 2, channels, 16, 20)), [0, 1, 2, 3], size)
    mlp = film.layout.layers[0].mlp
    film.open_on(mlp, azimuth=280, elevation=5)
    close = film.closeup(mlp, in_proportion=True).layers[0].mlp
    assert close.proj.shown_shape == (4, drawn)
    assert close.hidden.shown_shape == (4, 4 * drawn)
    assert close.proj_weight.shown_shape == (drawn, 4 * drawn)
    assert (close.hidden is mlp.hidden) == (drawn == channels)


@pytest.mark.parametrize(("size", "drawn"), [((1280, 720), 12), ((720, 720), 12), ((720, 1280), 17)])
def test_so_many_channels_are_drawn_of_a_small_model_too_and_more_where_there_is_the_height(
    nano, make_film, size, drawn
):
    film = make_film(nano, [2, 1, 0, 1], size)
    norm, output = film.layout.ln_f, film.layout.output
    film.open_on(norm, azimuth=280, elevation=5)
    assert film.closeup(norm) is film.layout
    close = film.closeup(norm.output, output.weight, output.logits, channels=12)
    assert close.ln_f.output.shown_shape == (4, drawn)
    assert close.output.weight.shown_shape == (3, drawn)
    assert close.output.logits.shown_shape == (4, 3)


def test_of_the_text_only_the_column_at_one_time_is_drawn(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1])
    mlp = film.layout.layers[0].mlp
    film.open_on(mlp, azimuth=280, elevation=5)
    close = film.closeup(mlp, channels=6, in_proportion=True, time=3).layers[0].mlp
    assert close.hidden.shown_shape == (1, 24)
    assert close.proj.shown_shape == (1, 6)
    assert close.proj.axes[0].shown == (3,)
    assert close.fc_weight.shown_shape == (24, 6)
    np.testing.assert_array_equal(close.hidden.drawn(film.values(mlp.hidden)), film.values(mlp.hidden)[3:, :24])
    edge = film.cast.edges[close.proj.name]
    assert len(edge.shapes) == 1  # below, but not beside the one column
    words = [shape.body for shape in film.signs.label(close.hidden).shapes if isinstance(shape, Text)]
    assert "T 1 of 4 × 4C 24 of 192" in words


def test_torn_edges_reach_from_end_to_end_of_pieces(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1])
    e = film.layout.embedding
    film.open_on(e, azimuth=280, elevation=5)
    x = film.closeup(e, channels=12).embedding.output
    edge = film.cast.edges[x.name].name
    film.split(x[0], gap=0.3)
    assert film.score.value(Channel(edge, "scale", 0)) == pytest.approx(1.75)  # 4 cells, a gap on one side
    assert film.score.value(Channel(edge, "offset", 0)) == 0
    film.merge(x)
    film.split(x[2], gap=0.1)
    assert film.score.value(Channel(edge, "scale", 0)) == pytest.approx(1.5)
    assert film.score.value(Channel(edge, "offset", 0)) == pytest.approx(-0.1)
    film.merge(x)
    assert film.score.value(Channel(edge, "scale", 0)) == 1
    assert film.score.value(Channel(edge, "offset", 0)) == 0


def test_of_a_text_of_one_token_it_is_drawn_as_it_is(nano, make_film):
    film = make_film(nano, [2])
    norm = film.layout.ln_f
    film.open_on(norm, azimuth=280, elevation=5)
    assert film.closeup(norm, time=0) is film.layout


def test_a_dot_product_of_an_excerpt_shows_what_that_has_cells_of(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1])
    x, output = film.layout.ln_f.output, film.layout.output
    film.open_on(x, azimuth=280, elevation=5)
    cell = film.closeup(x, output.weight, output.logits, channels=12).output.logits[3, 0]
    table = Table(film.telling, cell, terms(film.telling, cell))
    assert (table.shown, table.rest) == (12, 36)
    assert table.products.sum() == pytest.approx(float(film.trace["output.logits"][3, 0]), abs=1e-4)


def test_what_is_not_drawn_of_matrices_is_there_and_not_computed(film):
    with film.beat("near"):
        film.closeup(film.layout.layers[0].attn.proj_weight)
    assert film.beats[-1].text == "Only part is shown, 48 of 200 numbers each; the rest is there, too."


def test_a_torn_edge_is_in_sight_and_goes_where_a_column_stands_alone(film):
    whole = film.layout.layers[1].ln_1
    ln = film.closeup(whole, channels=3).layers[1].ln_1
    edge = film.cast.edges[ln.output.name]
    seen = film.camera.view.project(edge.points + film.telling.offset(ln.output))[:, 1]
    assert film.page.free.bottom - 0.001 < seen.min()
    film.split(ln.output[7], others=0.3)
    assert opacity(film, edge) == 1
    film.merge(ln.output)
    film.split(ln.output[7], others=0)
    assert opacity(film, edge) == 0  # it would lie under nothing
    film.merge(ln.output)
    assert opacity(film, edge) == 1


def test_a_torn_edge_of_few_cells_is_smaller_for_these_are_larger(film):
    ln, wide = film.layout.layers[1].ln_1, []
    for channels in (48, 8, 2):
        close = film.closeup(ln, channels=channels, time=3).layers[1].ln_1
        (line,) = film.cast.edges[close.output.name].shapes
        wide.append((line.width, -min(y for _, y in line.points)))
    assert wide[0] > wide[1]
    assert wide[1] == pytest.approx(wide[2])


def test_the_tile_of_the_only_column_is_larger_than_its_cells_where_these_are_small(film):
    ln, tall = film.layout.layers[1].ln_1, []
    for channels in (2, 12):
        close = film.closeup(ln, channels=channels, time=3).layers[1].ln_1
        film.letters(close.output)
        tall.append(film.cast.along[close.output.name][0].shapes[0].height)
    assert tall[1] == pytest.approx(2 * tall[0])

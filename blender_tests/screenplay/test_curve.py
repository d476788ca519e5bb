"""The curve that numbers are bent by, and the point that slides along it to where a cell is."""

from dataclasses import replace

import numpy as np
import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Disc, Line, Text
from llmviz_addon.layout.lettering.font import advance
from llmviz_addon.model.activations import RELU, gelu
from llmviz_addon.model.architecture import Architecture
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.parts.attention import Attention
from llmviz_addon.model.parts.layer_norm import LayerNorm
from llmviz_addon.model.parts.mlp import MLP
from llmviz_addon.rounding import said
from llmviz_addon.screenplay.pictures.curve import DOTS, FLAT, NAMED, NEAR, OVER
from llmviz_addon.screenplay.pictures.pinned import metres
from llmviz_addon.screenplay.score.timeline import Channel


@pytest.fixture
def opened(film):
    film.open_on(film.layout.layers[0].mlp, azimuth=276, elevation=5)
    return film


def drawings(film, kind):
    return [drawing for name, drawing in film.cast.drawings.items() if f":{kind}:" in name]


def stands(film, graph):
    """The numbers that a point stands at, before and after."""
    across, up = graph.units
    scale = metres(film.telling, OVER + 2)
    x, y = (film.score.value(Channel(graph.point, "offset", i)) / scale for i in range(2))
    return x / across, y / up


def test_the_point_stands_at_a_cells_true_numbers(opened):
    film = opened
    mlp = film.layout.layers[0].mlp
    before, after = film.values(mlp.hidden)[3], film.values(mlp.activation)[3]
    chart = film.curve(mlp.activation[3], "Bent", seconds=3)
    assert film.now == pytest.approx(3)
    for channel in (int(before.argmax()), int(before.argmin()), 7):
        film.slide(chart, mlp.activation[3, channel], seconds=2)
        (graph,) = chart.graphs
        assert stands(film, graph) == pytest.approx((before[channel], after[channel]), abs=1e-4)
        shown = [film.score.value(Channel(graph.figures, "value", i)) for i in range(2)]
        assert shown == pytest.approx((before[channel], after[channel]), abs=1e-4)
        lines = [film.score.value(Channel(graph.across, "scale", 0)), film.score.value(Channel(graph.down, "scale", 1))]
        assert lines == pytest.approx((before[channel], after[channel]), abs=2 * FLAT)
        assert f"t = 3   neuron = {channel}" in written_on([film.cast.drawings[chart.name]])
        told = [said(float(value)) for value in (before[channel], after[channel])]  # as the words beside it have it
        assert written_on([film.cast.drawings[graph.told]]) == told
        assert [film.score.value(Channel(name, "opacity")) for name in (graph.told, graph.figures)] == [1, 0]
    assert film.now == pytest.approx(9)


def test_on_its_way_the_point_keeps_to_the_curve(opened):
    film = opened
    mlp = film.layout.layers[0].mlp
    chart = film.curve(mlp.activation[3], "Bent")
    film.slide(chart, mlp.activation[3, 0], seconds=1)
    film.slide(chart, mlp.activation[3, 81], seconds=2)
    (graph,) = chart.graphs
    across, up = (film.score.clips[Channel(graph.point, "offset", i)][-1].course for i in range(2))
    shares, scale = np.linspace(0, 1, 9), metres(film.telling, OVER + 2)
    xs, ys = across(shares) / scale / graph.units[0], up(shares) / scale / graph.units[1]
    assert ys == pytest.approx(gelu(xs), abs=1e-6)
    assert len(set(np.round(xs, 4))) == 9


def test_the_cell_is_named_once_the_point_is_there(opened):
    film = opened
    mlp = film.layout.layers[0].mlp
    chart = film.curve(mlp.activation[3], "Bent")
    film.slide(chart, mlp.activation[3, 0], seconds=1)
    before = film.now
    film.slide(chart, mlp.activation[3, 81], seconds=2)
    (named,) = film.score.clips[Channel(chart.name, "opacity")]
    assert named.start >= before + 1.5
    assert film.score.value(Channel(chart.name, "opacity")) == 1


def test_all_numbers_lie_on_the_curve_as_dots(opened):
    film = opened
    mlp = film.layout.layers[0].mlp
    chart = film.curve(mlp.activation[3], "Bent")
    (graph,) = chart.graphs
    discs = [shape for one in drawings(film, "dots") for shape in one.shapes if isinstance(shape, Disc)]
    places = np.array([graph.at(float(x), float(gelu(np.float64(x)))) for x in film.values(mlp.hidden)[3]])
    dots = np.array([(disc.x, disc.y) for disc in discs])
    away = np.hypot(*(places[:, None] - dots[None]).transpose(2, 0, 1))  # of every number from every dot
    assert away.min(axis=1).max() <= NEAR * discs[0].radius
    assert away.min(axis=0).max() < 1e-6
    assert len(dots) > 20


def test_of_very_many_numbers_some_are_dots_from_the_least_to_the_largest(random_model, make_film):
    film = make_film(random_model(GPTConfig(1, 1, 120, 4, 5)), [0, 1])
    mlp = film.layout.layers[0].mlp
    film.open_on(mlp)
    film.curve(mlp.activation[1], "Bent")
    discs = [shape for one in drawings(film, "dots") for shape in one.shapes]
    assert len(discs) <= DOTS < 480
    assert discs[0].x < discs[-1].x


def test_another_function_stands_beside_it_on_the_same_scale(opened):
    film = opened
    mlp = film.layout.layers[0].mlp
    chart = film.curve(mlp.activation[3], "Two", beside="ReLU")
    own, other = chart.graphs
    assert (own.bend.name, other.bend.name) == ("GELU", "ReLU")
    assert own.x == other.x
    assert own.y == other.y
    assert own.area.right < other.area.left
    low = int(film.values(mlp.hidden)[3].argmin())
    film.slide(chart, mlp.activation[3, low])
    assert stands(film, own)[1] == pytest.approx(film.values(mlp.activation)[3, low], abs=1e-4)
    assert stands(film, other)[1] == 0


def test_upright_they_stand_one_below_the_other(nano, make_film):
    film = make_film(nano, [0, 1, 2], (720, 1280))
    mlp = film.layout.layers[0].mlp
    film.open_on(mlp)
    own, other = film.curve(mlp.activation[1], "Two", beside="ReLU").graphs
    assert own.area.bottom > other.area.top
    assert own.area.left == other.area.left


def with_relu(checkpoint):
    layer = (("ln_1", LayerNorm()), ("attn", Attention()), ("ln_2", LayerNorm()), ("mlp", MLP(RELU)))
    return replace(checkpoint, architecture=Architecture(layer))


def test_axes_and_the_line_of_what_stays_as_it_is_have_their_names(opened):
    film = opened
    (graph,) = film.curve(film.layout.layers[0].mlp.activation[3], "Bent").graphs
    (axes,) = drawings(film, "axes")
    texts = {"".join(text for text, _ in one.spans): one for one in axes.shapes if isinstance(one, Text)}
    assert {"before", "after", "unchanged", "0"} <= {*texts}
    assert texts["0"].x == graph.at(0, 0)[0]
    assert texts["before"].y < texts["0"].y < graph.at(0, graph.y[0])[1]
    same = texts["unchanged"]
    assert graph.at(0, 0)[0] < same.x - advance("unchanged", same.size)
    assert same.x < graph.at(NAMED * graph.y[1], 0)[0]


def test_it_is_the_models_own_activation_that_is_drawn(random_model, make_film):
    film = make_film(with_relu(random_model(GPTConfig(1, 2, 8, 9, 5))), [0, 1, 2])
    mlp = film.layout.layers[0].mlp
    assert film.bend(mlp.activation).name == "ReLU"
    assert film.bend(mlp.activation)(np.array([-2.0, 2.0])).tolist() == [0.0, 2.0]
    film.open_on(mlp)
    (graph,) = film.curve(mlp.activation[1], "Bent").graphs
    (line,) = (shape for one in drawings(film, "curve") for shape in one.shapes if isinstance(shape, Line))
    _, base = graph.at(0, 0)
    middle, _ = graph.at(0, 0)
    assert all(y == pytest.approx(base) for x, y in line.points if x <= middle)


def test_what_is_no_curve(opened):
    film = opened
    layer = film.layout.layers[0]
    with pytest.raises(ScriptError, match="not bent by an activation.*such as mlp.activation"):
        film.bend(layer.mlp.hidden)
    with pytest.raises(ScriptError, match="not bent by an activation"):
        film.curve(layer.mlp.fc_weight[0], "Weights")
    with pytest.raises(ScriptError, match="Unknown function 'step'. Choose from GELU, ReLU"):
        film.curve(layer.mlp.activation[0], "Bent", beside="step")
    chart = film.curve(layer.mlp.activation[0], "Bent")
    with pytest.raises(ScriptError, match="is not on this curve"):
        film.slide(chart, layer.mlp.hidden[0, 0])
    with pytest.raises(ScriptError, match="is not one cell"):
        film.slide(chart, layer.mlp.activation[0])
    with pytest.raises(ScriptError, match="slide needs a curve that film.curve put up"):
        film.slide(layer.mlp.activation, layer.mlp.activation[0, 0])


def test_a_curve_goes_with_its_beat(opened):
    film = opened
    mlp = film.layout.layers[0].mlp
    with film.beat("one"):
        film.say("Here it is.")
        chart = film.curve(mlp.activation[3], "Bent")
        film.slide(chart, mlp.activation[3, 0])
    with film.beat("two"):
        film.say("It is gone.")
        with pytest.raises(ScriptError, match="not up any more"):
            film.slide(chart, mlp.activation[3, 1])

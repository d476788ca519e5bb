"""Outlines: the boxes of the layout, by repetition; every parameter has a cell."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmviz_addon.layout.build import BETWEEN_COLUMNS, columns_of, layout
from llmviz_addon.layout.grid import CELL, Role
from llmviz_addon.layout.outline import outline
from llmviz_addon.layout.signs.outline_signs import box_names, card, height_bar, in_metres, layer_names, roof, scale_bar
from llmviz_addon.model.architecture import n_params
from llmviz_addon.model.blueprints import BLUEPRINTS, Blueprint
from llmviz_addon.model.config import GPTConfig


@st.composite
def configs(draw, most_words=60):
    n_head = draw(st.integers(1, 5))
    return GPTConfig(
        n_layer=draw(st.integers(1, 27)),
        n_head=n_head,
        n_embd=n_head * draw(st.integers(1, 6)),
        block_size=draw(st.integers(1, 9)),
        vocab_size=draw(st.integers(1, most_words)),
    )


@settings(max_examples=25, deadline=None)
@given(config=configs(most_words=1))
def test_an_outline_has_the_boxes_of_the_layout(config):
    gap = 0.8
    one = outline(Blueprint("any", config), gap=gap, per_column=columns_of(config.n_layer)[1], between=BETWEEN_COLUMNS)
    whole = layout(config, config.block_size, gap)
    wanted = [(*grid.origin, *grid.cells, grid.role) for grid in whole.grids]
    wanted = {(x, (y + CELL / 2) * one.flat - CELL / 2, *rest) for x, y, *rest in wanted}
    found = set()
    for boxes, offsets in ((one.once, np.zeros((1, 3))), (one.layer, one.offsets)):
        for offset in offsets:
            found |= {
                (*origin, *cells, role)
                for origin, cells, role in zip(boxes.origins + offset, boxes.cells, boxes.roles, strict=True)
            }
    assert rounded(found) == rounded(wanted)


def rounded(boxes):
    return {(*(round(float(number), 5) + 0.0 for number in numbers), role) for *numbers, role in boxes}


@settings(max_examples=40, deadline=None)
@given(config=configs())
def test_every_parameter_has_one_cell(config):
    tied = config.vocab_size * config.n_embd  # drawn as the output's weights once more
    assert outline(Blueprint("any", config)).count(Role.WEIGHT) == n_params(config) + tied
    assert (
        outline(Blueprint("any", config, tied=False)).count(Role.WEIGHT)
        == Blueprint("any", config, tied=False).n_params
    )


@settings(max_examples=25, deadline=None)
@given(config=configs())
def test_a_folded_vocabulary_keeps_its_place_and_is_no_wider_than_the_model(config):
    one = outline(Blueprint("any", config))
    sample = one.sample
    folded = [sample.embedding.token_weight, sample.output.weight, sample.output.logits]
    assert all(max(grid.cells) <= max(config.n_embd, config.block_size) for grid in folded)
    assert sample.embedding.token_weight.box[1][0] == pytest.approx(sample.embedding.output.box[0][0] - sample.gap)


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_columns_and_layers_of_the_known_models(name):
    config = BLUEPRINTS[name].config
    one = outline(BLUEPRINTS[name])
    assert len(one.offsets) == config.n_layer
    columns = np.unique(one.offsets[:, 0].round(3))
    rows = np.unique(one.offsets[:, 2].round(3))
    assert (len(columns) - 1) * len(rows) < config.n_layer <= len(columns) * len(rows)
    low, high = one.layer.box
    assert np.diff(columns).min(initial=math.inf) > high[0] - low[0]
    assert one.step > high[2] - low[2]
    assert (one.box[0] <= one.once.box[0]).all()
    assert (one.box[1] >= one.once.box[1]).all()


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_the_known_models_have_the_shape_of_a_picture(name):
    """Neither a thread down the middle of it nor a band across: a tower of twelve layers filled 8 % of the picture."""
    low, high = outline(BLUEPRINTS[name]).box
    assert 0.75 < (high[0] - low[0]) / (high[2] - low[2]) < 1.7


@settings(max_examples=25, deadline=None)
@given(config=configs())
def test_no_other_deal_of_the_layers_needs_a_much_smaller_picture(config):
    """Columns of one height may ask for some more."""
    assert _needs_at_best(Blueprint("any", config)) <= 1.3


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_no_other_deal_of_a_known_model_s_layers_needs_a_smaller_picture(name):
    assert _needs_at_best(BLUEPRINTS[name]) <= 1.25


def _needs_at_best(blueprint):
    """How many times as large as with the best deal the picture is that the whole model needs."""

    def needs(one):
        low, high = one.box
        return max(high[0] - low[0], high[2] - low[2])

    deals = [outline(blueprint, per_column=count) for count in range(1, blueprint.config.n_layer + 1)]
    return needs(outline(blueprint)) / min(needs(deal) for deal in deals)


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_signs_say_the_model_s_true_sizes_and_stand_clear_of_it(name):
    config, one = BLUEPRINTS[name].config, outline(BLUEPRINTS[name])
    plate = card(one, 0.5)
    assert f"{BLUEPRINTS[name].n_params:,} parameters" in _texts(plate)
    assert ("tied head" in _texts(plate)) == BLUEPRINTS[name].tied
    assert plate.points[:, 2].min() > one.box[1][2]
    band = roof(one, 0.5).points
    assert (band[:, 0].min(), band[:, 0].max()) == pytest.approx((one.box[0][0], one.box[1][0]))
    assert one.box[1][2] < band[:, 2].min() < band[:, 2].max()
    assert band[:, 2].max() == pytest.approx(plate.points[:, 2].min())
    for bar in (scale_bar(one, 0.5), height_bar(one, one.box[1][2] - one.box[0][2])):
        assert bar.points[:, 0].min() >= one.box[1][0]
    assert [_texts(sign) for sign in layer_names(one)] == [f"Layer {number}" for number in range(config.n_layer)]
    assert len({sign.name for sign in box_names(one)}) == len(list(box_names(one)))


def test_the_label_of_a_folded_vocabulary_says_so():
    texts = " ".join(_texts(sign) for sign in box_names(outline(BLUEPRINTS["gpt2"])))
    assert "50,257 × 768, folded into 66 sheets" in texts
    assert "folded" not in " ".join(_texts(sign) for sign in box_names(outline(BLUEPRINTS["nano"])))


def test_the_scale_bar_is_as_long_as_it_says():
    one = outline(BLUEPRINTS["gpt3"])
    bar = scale_bar(one, 100.0)
    said = int(_texts(bar).split()[0].replace(",", ""))
    length = -bar.shapes[0].points[1][1] * np.linalg.norm(bar.pose[:3, 0])
    assert length == pytest.approx(said * CELL)


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_the_height_bar_spans_the_model_and_says_how_high_it_is(name):
    one = outline(BLUEPRINTS[name])
    bar = height_bar(one, 20.0)
    ends = [bar.pose[:3, :2] @ point + bar.pose[:3, 3] for point in bar.shapes[0].points]
    assert [end[2] for end in ends] == pytest.approx([one.box[1][2], one.box[0][2]])
    assert _texts(bar).startswith(f"{round((one.box[1][2] - one.box[0][2]) / CELL):,} cells")
    assert in_metres(one.tall) in _texts(bar)


@pytest.mark.parametrize(
    ("cells", "said"), [(504, "0.50 m"), (1_700, "1.7 m"), (77_838, "78 m"), (2_500_000, "2,500 m")]
)
def test_a_cell_is_a_millimetre(cells, said):
    assert in_metres(cells) == said.replace(" ", "\u00a0")


def _texts(drawing):
    return " ".join(shape.body for shape in drawing.shapes if hasattr(shape, "body"))


@settings(max_examples=15, deadline=None)
@given(config=configs())
def test_points_span_all_boxes(config):
    one = outline(Blueprint("any", config))
    for boxes in (one.once, one.layer):
        ends = np.concatenate([boxes.origins, boxes.origins + boxes.cells * CELL * (1, 1, -1)])
        np.testing.assert_allclose(boxes.points.min(axis=0), ends.min(axis=0), atol=1e-5)
        np.testing.assert_allclose(boxes.points.max(axis=0), ends.max(axis=0), atol=1e-5)
        for direction in np.random.default_rng(1).normal(size=(8, 3)):
            corners = np.concatenate(
                [boxes.origins + boxes.cells * CELL * (a, b, -c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
            )
            assert (boxes.points @ direction).max() == pytest.approx((corners @ direction).max(), abs=1e-4)


def test_layers_are_dealt_to_the_shape_that_is_asked_for_and_in_columns_of_one_height_where_these_fit():
    for shape, least, most in ((0.6, 0.3, 0.9), (1.0, 0.7, 1.5), (1.4, 1.0, 2.0)):
        one = outline(BLUEPRINTS["gpt3"], needs=lambda wide, tall, shape=shape: max(wide, shape * tall))
        low, high = one.box
        assert least < (high[0] - low[0]) / (high[2] - low[2]) < most
        _, counts = np.unique(one.offsets[:, 0].round(3), return_counts=True)
        assert len(set(counts.tolist())) == 1

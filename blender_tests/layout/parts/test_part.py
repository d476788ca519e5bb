"""What all parts have in common: how one is found, what a group of grids can do, what a spot knows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from blender_tests.made_up import MADE_UP, Norm, NormGrids
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.layout import Layout
from llmviz_addon.layout.parts.part import placed
from llmviz_addon.model.architecture import GPT2, gpt2
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.parts.layer_norm import LayerNorm
from llmviz_addon.model.parts.mlp import MLP

CONFIG = GPTConfig(2, 3, 12, 6, 5)


@pytest.fixture(scope="module")
def gpt() -> Layout:
    return layout(CONFIG, 4)


def test_a_part_that_nothing_places_is_told(gpt: Layout) -> None:
    class Nameless(LayerNorm.__base__):  # type: ignore[misc,name-defined]
        tensors = LayerNorm.tensors
        forward = LayerNorm.forward

    with pytest.raises(ScriptError, match="Nothing says where the grids of a Nameless stand"):
        placed(Nameless(), gpt.layers[0].ln_1.spot)


def test_a_part_like_another_stands_as_that_does(gpt: Layout) -> None:
    @dataclass(frozen=True)
    class Likewise(Norm):
        pass

    assert type(placed(Likewise(), gpt.layers[0].ln_1.spot)) is NormGrids


def test_gpt2_is_what_stands_where_nothing_else_is_told(gpt: Layout) -> None:
    assert gpt.architecture == GPT2 == gpt2("tanh") != gpt2("exact")
    assert [type(part).__name__ for part in gpt.parts] == [
        "EmbeddingGrids",
        *["LayerNormGrids", "AttentionGrids", "LayerNormGrids", "MLPGrids"] * 2,
        "LayerNormGrids",
        "OutputGrids",
    ]


def test_an_mlp_of_another_width_needs_no_new_part() -> None:
    wide = layout(CONFIG, 4, architecture=replace(GPT2, layer=(*GPT2.layer[:3], ("mlp", MLP(times=7)))))
    assert [axis.name for axis in wide.layers[0].mlp.fc_weight.axes] == ["7C", "C"]
    assert wide.layers[1].mlp.hidden.shape == (4, 84)
    cut = layout(CONFIG, 4, most={"7C": 10}, architecture=wide.architecture).layers[0].mlp.hidden
    assert (cut.shape, cut.shown_shape) == ((4, 84), (4, 10))


def test_a_group_tells_its_grids_and_how_often_they_are_there(gpt: Layout) -> None:
    attention = gpt.layers[1].attn
    assert list(attention.members) == ["heads", "proj_weight", "proj_bias", "proj", "residual"]
    assert attention.times(attention.heads[2].q) == 3
    assert attention.times(attention.proj) == 1
    assert attention.grids[-1] is attention.residual is gpt.layers[1].mlp.spot.stream
    assert gpt.layers[1].stream is gpt.layers[1].mlp.residual is gpt.ln_f.spot.reads


def test_a_layout_of_other_grids_keeps_its_tree(gpt: Layout) -> None:
    named = gpt.holding({grid.name: replace(grid, title=grid.name.upper()) for grid in gpt.grids})
    assert [grid.title for grid in named.grids] == [grid.name.upper() for grid in gpt.grids]
    assert named.layers[1].attn.heads[2].q.title == "LAYERS.1.ATTN.HEADS.2.Q"
    assert named.layers[0].stream.title == "LAYERS.0.MLP.RESIDUAL"
    assert (named.ribbons, named.sections) == ((), ())
    other = replace(gpt.ln_f.output, title="Mine")
    some = gpt.holding({other.name: other})
    assert some.ln_f.output is other
    assert some.layers[1] is gpt.layers[1]
    with pytest.raises(ScriptError, match="There is no head 3; this model has heads 0 to 2"):
        _ = named.layers[0].attn.heads[3]


@pytest.mark.parametrize(("name", "said"), [("ln_3", "ln_1"), ("atn", "attn")])
def test_a_layer_says_what_it_has(gpt: Layout, name: str, said: str) -> None:
    layer = gpt.layers[0]
    assert said in dir(layer)
    with pytest.raises(AttributeError, match=f"this model's layers have no '{name}'") as told:
        getattr(layer, name)
    assert (told.value.name, told.value.obj) == (name, layer)
    made_up = layout(GPTConfig(1, 4, 8, 4, 3), 2, architecture=MADE_UP).layers[0]
    assert [*made_up.members] == ["norm_1", "attn", "norm_2", "mlp"]

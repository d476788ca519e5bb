"""The layout: the proportions of nano-gpt are llm-viz's, and no config makes two boxes meet."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import LlmvizError, ScriptError
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.grid import boxes as boxes_of
from llmviz_addon.layout.layout import Layout
from llmviz_addon.model.config import GPTConfig

NANO = GPTConfig(n_layer=3, n_head=3, n_embd=48, block_size=11, vocab_size=3)


@st.composite
def configs(draw: st.DrawFn, largest: int = 40) -> tuple[GPTConfig, int]:
    heads = draw(st.sampled_from([1, 2, 3, 5]))
    block_size = draw(st.integers(1, largest))
    config = GPTConfig(
        n_layer=draw(st.sampled_from([1, 2, 3, 13])),
        n_head=heads,
        n_embd=heads * draw(st.integers(1, largest)),
        block_size=block_size,
        vocab_size=draw(st.sampled_from([1, 2, 3, 65, 50257])),
    )
    return config, draw(st.integers(1, block_size))


def boxes(placed: Layout) -> tuple[np.ndarray, np.ndarray]:
    low, high = zip(*(grid.box for grid in placed.grids), strict=True)
    return np.array(low), np.array(high)


def meeting(low: np.ndarray, high: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of boxes that share more than a face."""
    apart = (low[:, None] >= high[None] - 1e-6) | (low[None] >= high[:, None] - 1e-6)
    first, second = np.nonzero(np.triu(~apart.any(axis=-1), k=1))
    return list(zip(first.tolist(), second.tolist(), strict=True))


def test_nano_gpt_stands_where_llm_viz_puts_it():
    rows = json.loads((Path(__file__).parent / "data" / "nano_gpt_boxes.json").read_text())["boxes"]
    roles = {"w": "weight", "i": "activation", "a": "aggregate"}
    expected = {
        (roles[role], cx, cy, *np.round(np.array([x, -(z + 1.5), -y]) / 15, 6)) for role, x, y, z, cx, cy in rows
    }
    found = {
        (str(grid.role), grid.cells[0], grid.cells[2], *np.round(grid.origin, 6)) for grid in layout(NANO, 11).grids
    }
    assert len(rows) == len(layout(NANO, 11).grids) == 206
    assert found == expected


def test_names_and_axes_are_those_of_the_trace():
    placed = layout(NANO, 7)
    shapes = {
        "tokens": (7,),
        "embedding.token_weight": (3, 48),
        "embedding.position_weight": (11, 48),
        "embedding.output": (7, 48),
        "layers.2.ln_1.mean": (7,),
        "layers.0.ln_2.gamma": (48,),
        "layers.1.attn.heads.2.q_weight": (16, 48),
        "layers.1.attn.heads.2.v_bias": (16,),
        "layers.1.attn.heads.0.k": (7, 16),
        "layers.1.attn.heads.0.scores": (7, 7),
        "layers.1.attn.heads.0.max": (7,),
        "layers.1.attn.heads.0.output": (7, 16),
        "layers.0.attn.proj_weight": (48, 48),
        "layers.0.mlp.fc_weight": (192, 48),
        "layers.0.mlp.fc_bias": (192,),
        "layers.0.mlp.hidden": (7, 192),
        "layers.0.mlp.proj_weight": (48, 192),
        "layers.0.mlp.residual": (7, 48),
        "ln_f.output": (7, 48),
        "output.weight": (3, 48),
        "output.probs": (7, 3),
    }
    assert {name: placed[name].shape for name in shapes} == shapes
    assert placed.layers[1].attn.heads[2].q_weight is placed["layers.1.attn.heads.2.q_weight"]
    assert placed.layers[0].ln_1.grids == tuple(g for g in placed.grids if g.name.startswith("layers.0.ln_1."))
    assert len({grid.name for grid in placed.grids}) == len(placed.grids)


def test_axes_run_as_in_the_pictures():
    head = layout(NANO, 11).layers[0].attn.heads[0]
    assert [a.direction for a in head.scores.axes] == ["z", "x"]
    assert [a.direction for a in head.q.axes] == ["x", "z"]
    assert [a.direction for a in head.q_weight.axes] == ["z", "x"]
    assert [a.direction for a in layout(NANO, 11).layers[0].mlp.hidden.axes] == ["z", "x"]


def test_kinds_are_shared_by_layers_and_heads():
    placed = layout(NANO, 11)
    assert placed.layers[0].attn.heads[1].q.kind == placed.layers[2].attn.heads[0].q.kind == "attn.q"
    assert placed.layers[0].ln_1.output.kind == "ln_1.output"
    assert placed.embedding.output.kind == "embedding.output"


@settings(max_examples=40, deadline=None)
@given(configs(), st.floats(0.1, 3))
def test_no_two_grids_meet(case: tuple[GPTConfig, int], gap: float):
    placed = layout(*case, gap=gap)
    low, high = boxes(placed)
    assert np.isfinite(low).all()
    assert np.isfinite(high).all()
    assert (high > low).all()
    assert [(placed.grids[a], placed.grids[b]) for a, b in meeting(low, high)] == []


@pytest.mark.parametrize(
    ("config", "n_tokens"),
    [
        (GPTConfig(12, 12, 768, 1024, 50257), 11),
        (GPTConfig(24, 16, 1024, 1024, 50257), 1024),
        (GPTConfig(1, 1, 1, 1, 1), 1),
    ],
)
def test_real_and_extreme_shapes(config: GPTConfig, n_tokens: int):
    placed = layout(config, n_tokens)
    assert meeting(*boxes(placed)) == []


def test_deep_models_wrap_into_columns():
    def columns(n_layer: int) -> list[int]:
        placed = layout(GPTConfig(n_layer, 2, 8, 4, 3), 4)
        x = [layer.mlp.residual.origin[0] for layer in placed.layers]
        assert x == sorted(x)
        return [x.count(value) for value in sorted(set(x))]

    assert columns(12) == [12]
    assert columns(13) == [7, 6]
    assert columns(24) == [12, 12]
    assert columns(30) == [10, 10, 10]


def test_boxes_of_many_grids_are_those_of_each():
    placed = layout(NANO, 6)
    assert np.array_equal(boxes_of(placed.grids), np.array([one.box for one in placed.grids]))
    assert boxes_of(()).shape == (0, 2, 3)


@pytest.mark.parametrize("n_tokens", [0, -1, 12])
def test_wrong_number_of_tokens(n_tokens: int):
    with pytest.raises(LlmvizError, match=rf"{n_tokens} tokens.*1 to 11"):
        layout(NANO, n_tokens)


@pytest.mark.parametrize("gap", [0, -1, math.nan, math.inf])
def test_wrong_gap(gap: float):
    with pytest.raises(LlmvizError, match="gap"):
        layout(NANO, 11, gap=gap)


def test_unknown_grid_suggests_names():
    with pytest.raises(ScriptError, match=r"layers\.0\.ln_1\.men.*layers\.0\.ln_1\.mean"):
        layout(NANO, 11)["layers.0.ln_1.men"]

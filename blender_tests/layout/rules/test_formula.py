"""The rules are what the model does: every grid's cells, evaluated by rule, equal the trace."""

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.grid import Grid, Role
from llmviz_addon.layout.rules.equations import MASKED
from llmviz_addon.layout.rules.formula import Rule, evaluate
from llmviz_addon.model.activations import GELU, Gelu
from llmviz_addon.model.architecture import gpt2
from llmviz_addon.model.checkpoint import Checkpoint, builtin, from_tensors, weight_shapes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward
from llmviz_addon.model.trace import Trace


@pytest.fixture(scope="module")
def nano() -> Trace:
    return forward(builtin(), [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2])


def random_model(config: GPTConfig, seed: int) -> Checkpoint:
    random = np.random.default_rng(seed)
    tensors = {name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in weight_shapes(config).items()}
    return from_tensors("random", tensors, {"config": json.dumps(asdict(config))})


def assert_rules_hold(trace: Trace, random: np.random.Generator, cells: int) -> None:
    placed = layout(trace.config, len(trace.tokens))
    for grid in placed.grids:
        assert trace[grid.name].shape == grid.shape
        if grid.rule is None:
            assert grid.role is Role.WEIGHT or grid.name == "tokens"
            continue
        for _ in range(cells):
            index = tuple(int(random.integers(n)) for n in grid.shape)
            found, true = evaluate(grid.rule, trace, index), float(trace[grid.name][index])
            assert found == pytest.approx(true, abs=1e-4, rel=1e-4), (grid, index)


def test_rules_reproduce_nano_gpt(nano: Trace):
    assert_rules_hold(nano, np.random.default_rng(1), cells=40)


@settings(max_examples=12, deadline=None)
@given(
    st.integers(1, 4), st.integers(1, 6), st.integers(1, 3), st.integers(1, 9), st.integers(1, 7), st.integers(0, 99)
)
def test_rules_reproduce_any_model(heads: int, size: int, layers: int, block: int, vocabulary: int, seed: int):
    config = GPTConfig(layers, heads, heads * size, block, vocabulary)
    random = np.random.default_rng(seed)
    tokens = random.integers(vocabulary, size=int(random.integers(1, block + 1))).tolist()
    assert_rules_hold(forward(random_model(config, seed), tokens), random, cells=4)


@pytest.mark.parametrize("form", ["tanh", "exact"])
def test_gelu_is_shown_in_the_form_that_the_model_computes(form: Gelu):
    model = replace(random_model(GPTConfig(2, 2, 8, 5, 7), 3), architecture=gpt2(form))
    trace = forward(model, [1, 2, 3, 4, 6])
    other = GELU["exact" if form == "tanh" else "tanh"]
    placed = layout(model.config, 5, architecture=model.architecture)
    furthest = 0.0
    for layer in placed.layers:
        grid = layer.mlp.activation
        hidden, true = trace[layer.mlp.hidden.name], trace[grid.name]
        for index in np.ndindex(*grid.shape):
            assert evaluate(grid.rule, trace, index) == pytest.approx(float(true[index]), abs=1e-6)
        furthest = max(furthest, float(np.abs(other(hidden.astype(float)) - true).max()))
    assert furthest > 1e-4  # the other form would have been seen


def test_sources_come_before_what_is_computed_from_them(nano: Trace):
    placed = layout(nano.config, 11)
    order = {grid.name: number for number, grid in enumerate(placed.grids)}
    for grid in placed.grids:
        for source in grid.rule.sources.values() if grid.rule else ():
            assert order[source.grid] < order[grid.name]


def regions(grid: Grid, index: tuple[int, ...], nano: Trace, **options: object) -> dict[str, str]:
    assert isinstance(grid.rule, Rule)
    placed = layout(nano.config, 11)
    return {name: repr(region) for name, region in grid.sources(index, placed, **options).items()}


def test_regions_of_a_norm(nano: Trace):
    ln = layout(nano.config, 11).layers[1].ln_1
    direct = {
        "x": "layers.0.mlp.residual[3, 17]",
        "mean": "layers.1.ln_1.mean[3]",
        "std": "layers.1.ln_1.std[3]",
        "gamma": "layers.1.ln_1.gamma[17]",
        "beta": "layers.1.ln_1.beta[17]",
    }
    assert regions(ln.output, (3, 17), nano) == direct
    assert regions(ln.output, (3, 17), nano, pictures=True) == direct  # mean and deviation have letters
    assert regions(ln.mean, (3,), nano) == {"column": "layers.0.mlp.residual[3, 0:48]"}


def test_regions_of_the_embedding_follow_the_token(nano: Trace):
    grid = layout(nano.config, 11).embedding.output
    assert regions(grid, (0, 5), nano)["token_weight"] == "embedding.token_weight[0:3, 5]"
    assert regions(grid, (0, 5), nano, tensors=nano)["token_weight"] == "embedding.token_weight[2, 5]"


def test_attention_is_causal(nano: Trace):
    head = layout(nano.config, 11).layers[0].attn.heads[2]
    name = "layers.0.attn.heads.2"
    assert regions(head.scores, (5, 2), nano) == {"q": f"{name}.q[5, 0:16]", "k": f"{name}.k[2, 0:16]"}
    assert regions(head.max, (5,), nano) == {"row": f"{name}.scores[5, 0:6]"}
    assert regions(head.output, (5, 1), nano) == {"weights": f"{name}.weights[5, 0:6]", "v": f"{name}.v[0:6, 1]"}
    assert head.scores.rule is not None
    assert head.scores.rule.at((2, 5)) is MASKED
    assert regions(head.scores, (2, 5), nano) == {}
    assert evaluate(head.scores.rule, nano, (2, 5)) == -math.inf
    assert head.weights.rule is not None
    assert evaluate(head.weights.rule, nano, (2, 5)) == 0


def test_projection_reads_every_head(nano: Trace):
    found = regions(layout(nano.config, 11).layers[0].attn.proj, (4, 7), nano)
    assert list(found) == ["weight", "head 0", "head 1", "head 2", "bias"]
    assert found["head 1"] == "layers.0.attn.heads.1.output[4, 0:16]"


@pytest.mark.parametrize("index", [(11, 0), (0, 48), (3,), (slice(0, 2), 1)])
def test_wrong_cells(nano: Trace, index: tuple):
    with pytest.raises(ScriptError, match="embedding.output"):
        regions(layout(nano.config, 11).embedding.output, index, nano)

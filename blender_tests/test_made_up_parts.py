"""A model of made-up parts, of which nothing in the package knows: it runs, stands, explains itself and is filmed."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

from blender_tests.layout.test_build import boxes, meeting
from blender_tests.made_up import CONFIG, MADE_UP, made_up
from llmviz_addon.errors import ModelError, ScriptError
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.layout import Layout
from llmviz_addon.layout.outline import outline
from llmviz_addon.layout.roles import Role
from llmviz_addon.layout.rules.formula import (
    evaluate,
)
from llmviz_addon.layout.signs.labels import labels
from llmviz_addon.layout.signs.outline_signs import box_names, layer_names
from llmviz_addon.layout.table import names, sizes, table
from llmviz_addon.model.architecture import trace_shapes, weights_of
from llmviz_addon.model.checkpoint import Checkpoint
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward
from llmviz_addon.model.run import Run, run
from llmviz_addon.model.trace import Trace
from llmviz_addon.screenplay.production import prepare

TOKENS = (3, 0, 6, 6, 2)


@pytest.fixture(scope="module")
def model() -> Checkpoint:
    return made_up()


@pytest.fixture(scope="module")
def trace(model: Checkpoint) -> Trace:
    return forward(model, TOKENS)


@pytest.fixture(scope="module")
def stage() -> Layout:
    return layout(CONFIG, len(TOKENS), architecture=MADE_UP)


def by_hand(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same model in plain loops and double precision: what leaves the layers, and the probabilities."""
    w = {name.removeprefix("transformer."): values.astype(np.float64) for name, values in weights.items()}
    T, H, A = len(TOKENS), CONFIG.n_head, CONFIG.head_size  # noqa: N806

    def norm(x: np.ndarray, scale: np.ndarray) -> np.ndarray:
        return np.array([(row - row.mean()) / math.sqrt(((row - row.mean()) ** 2).mean()) for row in x]) * scale

    found = {}
    x = np.array([w["wte.weight"][token] + w["wpe.weight"][t] for t, token in enumerate(TOKENS)])
    for layer in range(CONFIG.n_layer):
        own = {name.removeprefix(f"h.{layer}."): values for name, values in w.items() if name.startswith(f"h.{layer}.")}
        y, rows = norm(x, own["norm_1.weight"]), np.zeros((T, H * A))
        for h in range(H):
            mine, shared = slice(h * A, h * A + A), slice(h // 2 * A, h // 2 * A + A)
            q, k, v = (
                y @ own[f"attn.{name}.weight"][part].T for name, part in (("q", mine), ("k", shared), ("v", shared))
            )
            for t in range(T):
                scores = [q[t] @ k[s] / math.sqrt(A) for s in range(t + 1)]
                shares = [math.exp(score) for score in scores]
                rows[t, mine] = sum(share / sum(shares) * v[s] for s, share in enumerate(shares))
        x = x + rows @ own["attn.o.weight"].T + own["attn.o.bias"]
        hidden = norm(x, own["norm_2.weight"]) @ own["mlp.c_fc.weight"].T + own["mlp.c_fc.bias"]
        x = x + hidden / (1 + np.exp(-hidden)) @ own["mlp.c_proj.weight"].T + own["mlp.c_proj.bias"]
        found[f"layers.{layer}.mlp.residual"] = x
    logits = norm(x, w["ln_f.weight"]) @ w["lm_head.weight"].T
    shares = np.exp(logits - logits.max(-1, keepdims=True))
    return found | {"output.logits": logits, "output.probs": shares / shares.sum(-1, keepdims=True)}


def test_it_computes_what_it_should(model: Checkpoint, trace: Trace) -> None:
    for name, values in by_hand(dict(model.weights)).items():
        np.testing.assert_allclose(trace[name], values, atol=2e-5, err_msg=name)


def test_its_trace_has_the_names_and_shapes_that_the_parts_tell(model: Checkpoint, trace: Trace) -> None:
    assert {name: values.shape for name, values in trace.items()} == trace_shapes(CONFIG, len(TOKENS), MADE_UP)
    assert trace["layers.1.attn.groups.1.k"].shape == (5, 6)
    assert trace["layers.1.mlp.hidden"].shape == (5, 48)
    assert "layers.0.norm_1.beta" not in trace
    back = weights_of(trace, CONFIG, MADE_UP)
    assert back.keys() == model.weights.keys()
    assert all(np.array_equal(back[name], model.weights[name]) for name in back)


def test_its_parameters_are_counted(model: Checkpoint) -> None:
    layer = 24 + (24 * 24 + 2 * 12 * 24 + 24 * 24 + 24) + 24 + (48 * 24 + 48 + 24 * 48 + 24)
    assert model.blueprint.per_layer == layer
    assert model.n_params == sum(values.size for values in model.weights.values())
    assert model.n_params == (7 + 9) * 24 + 2 * layer + 24 + 7 * 24


@pytest.mark.parametrize(
    ("weight", "name"),
    [("h.1.norm_2.weight", "layers.1.norm_2.output"), ("h.0.attn.q.weight", "layers.0.attn.heads.0.q")],
)
def test_what_becomes_too_large_is_told(model: Checkpoint, weight: str, name: str) -> None:
    weights = dict(model.weights)
    weights[f"transformer.{weight}"] = np.sign(weights[f"transformer.{weight}"]) * np.float32(3e38)
    broken = Checkpoint("broken", CONFIG, weights, model.tokenizer, architecture=MADE_UP)
    with pytest.raises(ModelError, match=f"^'{name}' is not finite"):
        forward(broken, TOKENS)


def test_it_stands_and_no_two_boxes_meet(stage: Layout, trace: Trace) -> None:
    assert meeting(*boxes(stage)) == []
    assert meeting(*boxes(layout(GPTConfig(14, 4, 8, 30, 90), 30, architecture=MADE_UP))) == []
    told = {name for name in trace if not name.endswith((".token", ".position"))}
    assert {grid.name for grid in stage.grids} == told
    assert all(trace[grid.name].shape == grid.shape for grid in stage.grids)
    assert stage.layers[1].attn.groups[1].k is stage["layers.1.attn.groups.1.k"]
    assert stage.layers[0].norm_1.gamma.kind == stage.layers[1].norm_1.gamma.kind == "norm_1.gamma"
    with pytest.raises(AttributeError, match="no 'ln_1'"):
        _ = stage.layers[0].ln_1
    with pytest.raises(ScriptError, match="There is no group 2; this model has groups 0 to 1"):
        _ = stage.layers[0].attn.groups[2]


def test_its_formulas_are_what_it_computes(stage: Layout, trace: Trace) -> None:
    rng = np.random.default_rng(8)
    order = {grid.name: number for number, grid in enumerate(stage.grids)}
    for grid in stage.grids:
        if grid.rule is None:
            assert grid.role is Role.WEIGHT or grid is stage.tokens
            continue
        assert all(order[one.grid] < order[grid.name] for one in grid.rule.sources.values())
        for _ in range(12):
            index = tuple(int(rng.integers(n)) for n in grid.shape)
            found, true = evaluate(grid.rule, trace, index), float(trace[grid.name][index])
            assert found == pytest.approx(true, abs=1e-4, rel=1e-4), (grid, index)


def test_it_has_ribbons_sections_and_labels(stage: Layout) -> None:
    joined = {name for ribbon in stage.ribbons for name in (ribbon.source, ribbon.target)}
    assert {grid.name for grid in stage.grids if not grid.name.endswith(("sum", "max", "mean", "std"))} <= joined
    assert stage.section("layers.1.attn.groups.0").title == "Group 0"
    assert stage.section("layers.1.attn").title == "Shared attention"
    assert {label.name for label in labels(stage)} == {f"label:{grid.name}" for grid in stage.grids}


def test_it_is_listed_and_outlined(model: Checkpoint) -> None:
    told = dict(names(CONFIG, MADE_UP))
    assert "layers[l].attn.groups[g].k_weight" in told
    assert "fc_weight (2C, C)" in table(CONFIG, MADE_UP)
    assert "2C = 48" in sizes(CONFIG, MADE_UP)
    one = outline(model.blueprint)
    assert one.count(Role.WEIGHT) == model.n_params
    said = " ".join(text.body for sign in box_names(one) for text in sign.shapes)
    assert "K weights" in said
    assert re.search(r"Q weights\s+6 × 24, 4 times", said)
    assert len(list(layer_names(one))) == 2


CHAPTER = """
title, part = "Mine", "Own"


def play(film):
    layer = film.layout.layers[0]
    film.computed_up_to(film.layout.embedding.output)
    film.open_on(layer.norm_1, layer.attn)
    film.compute(layer.norm_1.mean[2])
    film.sweep(layer.norm_1.mean, layer.norm_1.std, layer.norm_1.output, seconds=2)
    group, head = layer.attn.groups[1], layer.attn.heads[3]
    film.sweep(group.k, group.v, head.q, seconds=1)
    film.compute(head.scores[3, 1])
    film.sweep(head.scores, head.max, head.sum, head.weights, head.output, seconds=2)
    film.camera.frame(layer.mlp, seconds=1)
    film.sweep(layer.mlp.hidden, seconds=1)
    film.compute(layer.mlp.activation[1, 2])
    with film.beat("end"):
        film.say("[It]({x}) is {x}.", x=layer.mlp.activation[1, 2])
"""


def test_a_chapter_tells_it(model: Checkpoint, tmp_path: Path) -> None:
    (tmp_path / "50_mine.py").write_text(CHAPTER)
    told: Run = run(model, TOKENS)
    timeline = prepare(told, ["mine"], folders=[tmp_path]).timeline
    assert timeline.frames > 6 * timeline.fps
    assert "SiLU" in repr([drawing.shapes for drawing in timeline.drawings])

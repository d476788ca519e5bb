"""The forward pass: held against PyTorch, causal, every tensor of the right shape."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import ModelError
from llmviz_addon.model.activations import gelu, gelu_exact
from llmviz_addon.model.architecture import places
from llmviz_addon.model.checkpoint import Checkpoint
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward
from llmviz_addon.model.parts.attention import Attention, causal_mask
from llmviz_addon.model.parts.layer_norm import LayerNorm
from llmviz_addon.model.parts.part import Part
from llmviz_addon.model.parts.softmax import softmax
from llmviz_addon.model.sampling import generate
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer

DATA = Path(__file__).parent / "data"
CBABBC = [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2]


def reference(case: str) -> tuple[dict[str, np.ndarray], Checkpoint]:
    """PyTorch's values by name, and the model with which they were computed (see ``scripts/make_reference.py``)."""
    with np.load(DATA / f"{case}.npz") as file:
        arrays = dict(file)
    config = {key.removeprefix("config/"): int(arrays.pop(key)) for key in list(arrays) if key.startswith("config/")}
    weights = {key.removeprefix("weights/"): arrays.pop(key) for key in list(arrays) if key.startswith("weights/")}
    if not weights:
        return arrays, None  # type: ignore[return-value]
    return arrays, Checkpoint(case, GPTConfig(**config), weights, IdTokenizer(config["vocab_size"]))


def expected_shapes(config: GPTConfig, T: int) -> dict[str, tuple[int, ...]]:  # noqa: N803 (the field's name)
    """Every name of a trace, with its shape."""
    C, A, n_vocab = config.n_embd, config.head_size, config.vocab_size  # noqa: N806
    norm = {"mean": (T,), "std": (T,), "normalized": (T, C), "gamma": (C,), "beta": (C,), "output": (T, C)}
    head = {"scores": (T, T), "max": (T,), "sum": (T,), "weights": (T, T), "output": (T, A)}
    for letter in "qkv":
        head |= {letter: (T, A), f"{letter}_weight": (A, C), f"{letter}_bias": (A,)}
    layer = {f"{ln}.{key}": shape for ln in ("ln_1", "ln_2") for key, shape in norm.items()}
    layer |= {f"attn.heads.{h}.{key}": shape for h in range(config.n_head) for key, shape in head.items()}
    layer |= {"attn.proj_weight": (C, C), "attn.proj_bias": (C,), "attn.proj": (T, C), "attn.residual": (T, C)}
    layer |= {"mlp.fc_weight": (4 * C, C), "mlp.fc_bias": (4 * C,), "mlp.hidden": (T, 4 * C)}
    layer |= {"mlp.activation": (T, 4 * C), "mlp.proj_weight": (C, 4 * C), "mlp.proj_bias": (C,)}
    layer |= {"mlp.proj": (T, C), "mlp.residual": (T, C)}
    shapes: dict[str, tuple[int, ...]] = {"tokens": (T,)}
    shapes |= {"embedding.token_weight": (n_vocab, C), "embedding.position_weight": (config.block_size, C)}
    shapes |= {f"embedding.{key}": (T, C) for key in ("token", "position", "output")}
    shapes |= {f"layers.{i}.{key}": shape for i in range(config.n_layer) for key, shape in layer.items()}
    shapes |= {f"ln_f.{key}": shape for key, shape in norm.items()}
    shapes |= {"output.weight": (n_vocab, C), "output.logits": (T, n_vocab), "output.probs": (T, n_vocab)}
    return shapes | {"output.max": (T,), "output.sum": (T,)}


@pytest.mark.parametrize("case", ["nano_gpt", "two_heads", "one_token", "five_heads"])
def test_every_intermediate_is_pytorchs(case: str, nano_gpt: Checkpoint) -> None:
    expected, checkpoint = reference(case)
    checkpoint = checkpoint or nano_gpt
    trace = forward(checkpoint, expected["tokens"].tolist())
    assert len(expected) > 30
    for name, values in expected.items():
        np.testing.assert_allclose(trace[name], values, rtol=1e-5, atol=1e-5, err_msg=name)
    activations = {name for name in trace if not name.endswith(("weight", "bias", "gamma", "beta"))}
    assert set(expected) == activations


@pytest.mark.parametrize("length", [1, 4, 9])
def test_every_name_has_its_shape(odd_gpt: Checkpoint, length: int) -> None:
    trace = forward(odd_gpt, [3] * length)
    assert {name: values.shape for name, values in trace.items()} == expected_shapes(odd_gpt.config, length)
    assert all(values.dtype == np.float32 for name, values in trace.items() if name != "tokens")


def test_columns_do_not_depend_on_later_tokens(nano_gpt: Checkpoint) -> None:
    whole, start = forward(nano_gpt, CBABBC), forward(nano_gpt, CBABBC[:6])
    for name, values in start.items():
        key_axis = slice(6) if values.shape == (6, 6) else slice(None)
        part = whole[name][: len(values)] if values.ndim == 1 else whole[name][: len(values), key_axis]
        np.testing.assert_allclose(part, values, rtol=1e-5, atol=1e-5, err_msg=name)


def test_attention_looks_back_only(odd_gpt: Checkpoint) -> None:
    trace = forward(odd_gpt, [0, 1, 2, 3, 4])
    future = np.triu(np.ones((5, 5), bool), 1)
    scores, weights = trace["layers.1.attn.heads.2.scores"], trace["layers.1.attn.heads.2.weights"]
    assert (scores[future] == -np.inf).all()
    assert np.isfinite(scores[~future]).all()
    assert (weights[future] == 0).all()
    np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-6)


def test_a_norm_brings_every_column_to_mean_0_and_variance_1() -> None:
    x = np.random.default_rng(0).normal(3, 7, (4, 50)).astype(np.float32)
    weights = {"weight": np.ones(50, np.float32), "bias": np.zeros(50, np.float32)}
    normalized = LayerNorm().forward(x, x, weights, GPTConfig(1, 1, 50, 4, 1))["normalized"]
    np.testing.assert_allclose(normalized.mean(-1), 0, atol=1e-6)
    np.testing.assert_allclose(normalized.var(-1), 1, rtol=1e-5)


def test_softmax_does_not_overflow_and_ignores_a_constant() -> None:
    x = np.array([[1, 2, 3], [1001, 1002, 1003]], np.float32)
    probs = softmax(x)["probs"]
    np.testing.assert_allclose(probs[0], probs[1], rtol=1e-6)
    np.testing.assert_allclose(probs.sum(-1), 1, rtol=1e-6)


def test_gelu_is_the_tanh_form() -> None:
    # 0.841192 is the tanh form at 1; the exact form, with the error function, has 0.841345.
    np.testing.assert_allclose(gelu(np.array([-30, 0, 1, 30], np.float32)), [0, 0, 0.841192, 30], atol=1e-6)


def test_exact_gelu_is_x_times_the_normal_distribution() -> None:
    x = np.linspace(-8, 8, 4001, dtype=np.float32)
    expected = [0.5 * value * (1 + math.erf(value / math.sqrt(2))) for value in x.tolist()]
    np.testing.assert_allclose(gelu_exact(x), expected, atol=5e-7)
    np.testing.assert_allclose(gelu_exact(x), gelu(x), atol=5e-4)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ([], r"^There is no token to run the model on; it takes 1 to 11\.$"),
        ([0] * 12, r"^12 tokens are too many: this model takes at most 11\.$"),
        ([0, 3], r"^Token 3 is outside the vocabulary: ids run from 0 to 2\.$"),
        ([-1], r"^Token -1 is outside the vocabulary: ids run from 0 to 2\.$"),
        ([0.5], r"^Token 0\.5 is outside the vocabulary"),
    ],
)
def test_tokens_that_the_model_cannot_take(nano_gpt: Checkpoint, tokens: list[int], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        forward(nano_gpt, tokens)


@pytest.mark.parametrize("prompt_length", [0, 3])
def test_a_prompt_is_a_part_of_the_tokens(nano_gpt: Checkpoint, prompt_length: int) -> None:
    with pytest.raises(ModelError, match=rf"^prompt_length is {prompt_length}, but must be from 1 to the 2 tokens"):
        forward(nano_gpt, [0, 1], prompt_length)


LARGE = np.float32(1e30)


@pytest.mark.parametrize(
    ("weight", "factor", "name"),
    [
        ("transformer.wte.weight", LARGE, "layers.0.ln_1.std"),  # finite, but its square is not: all would become beta
        ("transformer.wpe.weight", np.float32(3e38), "embedding.output|layers.0.ln_1.mean"),
        ("transformer.h.1.ln_1.weight", np.float32(3e38), "layers.1.ln_1.output"),
        ("transformer.h.0.attn.c_attn.weight", LARGE, "layers.0.attn.heads.0.scores"),
        ("transformer.h.0.attn.c_proj.weight", np.float32(3e38), "layers.0.attn.proj"),
        ("transformer.h.1.mlp.c_fc.weight", np.float32(3e38), "layers.1.mlp.hidden"),
        ("transformer.h.1.mlp.c_proj.weight", np.float32(3e38), "layers.1.mlp.proj"),
        ("transformer.ln_f.weight", np.float32(3e38), "ln_f.output"),
        ("lm_head.weight", np.float32(3e38), "output.logits"),
    ],
)
def test_numbers_that_become_too_large_are_told_where(
    odd_gpt: Checkpoint, weight: str, factor: np.float32, name: str
) -> None:
    weights = dict(odd_gpt.weights)
    weights[weight] = np.clip(weights[weight] * 4, -1, 1) * factor
    broken = replace(odd_gpt, weights=weights)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ModelError, match=rf"^'({name})' is not finite at token \d: the numbers of this model"):
            forward(broken, [0, 1, 2, 3, 4])
        with pytest.raises(ModelError, match=r"is not finite at token"):
            generate(broken, [0, 1, 2], 2)


def test_a_score_that_attention_would_swallow(odd_gpt: Checkpoint) -> None:
    """One score of -inf is a weight of 0: every number after it is finite."""
    results = {"heads": {"scores": np.zeros((3, 4, 4), np.float32) + causal_mask(4)}}
    assert Attention().is_finite(results, odd_gpt.config)
    results["heads"]["scores"][2, 3, 1] = -np.inf
    assert not Attention().is_finite(results, odd_gpt.config)


def test_a_part_that_does_not_say_how_looks_at_all_that_it_computed(odd_gpt: Checkpoint) -> None:
    class Plain(Attention):
        is_finite = Part.is_finite

    stream, weights = np.ones((4, 15), np.float32), places(odd_gpt.config)[2].weights(odd_gpt.weights)
    results = Plain().forward(stream, stream, weights, odd_gpt.config)
    assert Plain().is_finite(results, odd_gpt.config)
    assert not Plain().is_finite({**results, "proj": results["proj"] * np.float32(np.nan)}, odd_gpt.config)
    results["heads"]["scores"][2, 3, 1] = -np.inf
    assert not Plain().is_finite(results, odd_gpt.config)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_number_of_a_trace_is_not_finite(odd_gpt: Checkpoint, data: st.DataObject) -> None:
    """Whatever weight is scaled by whatever, there is an error or a trace of which every number is one."""
    weights = dict(odd_gpt.weights)
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(weights)))
        factor = np.float32(10.0 ** data.draw(st.integers(0, 38)))
        with np.errstate(over="ignore"):
            weights[name] = np.clip(weights[name] * factor, -3e38, 3e38)
    try:
        trace = forward(replace(odd_gpt, weights=weights), [0, 1, 2, 3, 4])
    except ModelError:
        return
    for name, values in trace.items():
        assert np.isfinite(np.tril(values) if name.endswith(".scores") else values).all(), name

"""How a run goes on: the next token alone gives what the whole text would."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from blender_tests.made_up import CONFIG, made_up
from llmviz_addon.errors import ModelError
from llmviz_addon.model import onward
from llmviz_addon.model.checkpoint import Checkpoint, builtin, from_tensors, weight_shapes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward
from llmviz_addon.model.run import run


def random(config: GPTConfig) -> Checkpoint:
    rng = np.random.default_rng(1)
    tensors = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in weight_shapes(config).items()}
    return from_tensors("random", tensors, {"config": json.dumps(asdict(config))})


@pytest.fixture
def passes(monkeypatch):
    """The texts that whole forward passes read."""
    read = []

    def counted(model, tokens):
        read.append(tuple(tokens))
        return forward(model, tokens)

    monkeypatch.setattr(onward, "forward", counted)
    return read


@pytest.mark.parametrize(("model", "tokens"), [
    (builtin(), [2, 1, 0]),
    (builtin("austen"), list(range(9))),
    (random(GPTConfig(3, 4, 24, 30, 11)), [3, 3, 10, 0]),
], ids=["nano", "austen", "wide"])  # fmt: skip
def test_token_by_token_it_is_what_a_whole_pass_says(model, tokens, passes):
    told = run(model, tokens)
    said, text = told.onward, list(told.tokens)
    for _ in range(min(5, model.config.block_size - len(text))):
        text.append(int(said.logits(text).argmax()))
        whole = forward(model, text)["output.logits"][-1]
        assert np.abs(said.logits(text) - whole).max() <= 2e-6 * max(1, np.abs(whole).max())
        assert said.logits(text).argmax() == whole.argmax()
    assert not passes


def test_what_was_asked_before_is_not_computed_again(passes):
    model = random(GPTConfig(2, 2, 8, 9, 5))
    said = run(model, [1, 2]).onward
    first, second = said.logits([1, 2, 3]), said.logits([1, 2, 3, 4])
    assert said.logits([1, 2, 3]) is first
    assert said.logits([1, 2, 3, 4]) is second
    assert not passes


def test_a_text_that_goes_on_otherwise_is_read_anew(passes):
    model = random(GPTConfig(2, 2, 8, 9, 5))
    said = run(model, [1, 2]).onward
    said.logits([1, 2, 3])
    for text in ([1, 2, 4], [1, 2, 4, 0], [0], [0, 1]):
        assert said.logits(text) == pytest.approx(forward(model, text)["output.logits"][-1], abs=1e-6)
    assert passes == [(1, 2, 4), (0,)]


def test_of_a_text_that_is_too_long_the_last_tokens_are_read(passes):
    model = random(GPTConfig(1, 2, 8, 4, 5))
    said = run(model, [0, 1, 2]).onward
    for text in ([0, 1, 2, 3], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 0]):
        assert said.logits(text) == pytest.approx(forward(model, text[-4:])["output.logits"][-1], abs=1e-6)
    assert passes == [(1, 2, 3, 4), (2, 3, 4, 0)]


def test_a_model_with_parts_that_cannot_go_on_reads_all_again(passes):
    model = made_up()
    said, text = run(model, [1, 2, 3]).onward, [1, 2, 3, 4]
    assert np.array_equal(said.logits(text), forward(model, text)["output.logits"][-1])
    assert passes == [(1, 2, 3, 4)]
    assert model.config == CONFIG


def test_numbers_that_become_too_large_are_the_error_of_a_whole_pass(passes):
    model = random(GPTConfig(1, 2, 8, 9, 5))
    model.weights["transformer.wte.weight"][4] = 3e38
    said = run(model, [0, 1]).onward
    with pytest.raises(ModelError, match=r"is not finite at token 2"):
        said.logits([0, 1, 4])

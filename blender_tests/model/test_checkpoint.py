"""Checkpoints: what the shipped one is, what is inferred, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from llmviz_addon.errors import ModelError
from llmviz_addon.model.architecture import n_params
from llmviz_addon.model.blueprints import BLUEPRINTS
from llmviz_addon.model.checkpoint import BUILTINS, Checkpoint, from_tensors, load
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward

CONFIG = json.dumps({"n_layer": 3, "n_head": 3, "n_embd": 48, "block_size": 11, "vocab_size": 3})


@pytest.fixture
def tensors(nano_gpt: Checkpoint) -> dict[str, np.ndarray]:
    return dict(nano_gpt.weights)


def test_the_shipped_model(nano_gpt: Checkpoint) -> None:
    assert nano_gpt.name == "nano-gpt"
    assert nano_gpt.config == GPTConfig(n_layer=3, n_head=3, n_embd=48, block_size=11, vocab_size=3)
    assert n_params(nano_gpt.config) == 85_584
    assert nano_gpt.n_params == 85_584 + 144  # the LM head is not tied
    assert nano_gpt.blueprint == BLUEPRINTS["nano"]
    assert nano_gpt.prompt_length == 6
    assert nano_gpt.tokenizer.encode("ABC") == [0, 1, 2]
    assert all(values.dtype == np.float32 for values in nano_gpt.weights.values())


def test_of_a_model_of_a_fixed_task_the_columns_of_its_answer_were_asked(nano_gpt: Checkpoint) -> None:
    assert nano_gpt.asked(11) == range(5, 11)
    assert nano_gpt.asked(6) == range(5, 6)
    assert not nano_gpt.asked(5)
    assert not nano_gpt.asked(1)


def test_of_a_model_that_goes_on_with_any_text_every_column_was_asked(tensors: dict[str, np.ndarray]) -> None:
    assert from_tensors("mine", tensors, {}).asked(3) == range(3)


def test_without_metadata_the_shapes_tell(tensors: dict[str, np.ndarray], nano_gpt: Checkpoint) -> None:
    checkpoint = from_tensors("mine", tensors, {})
    assert checkpoint.name == "mine"
    assert checkpoint.config == nano_gpt.config
    assert checkpoint.prompt_length is None
    assert checkpoint.tokenizer.encode("2 0") == [2, 0]


def test_mingpts_mask_buffers_are_left_out(tensors: dict[str, np.ndarray]) -> None:
    tensors["transformer.h.1.attn.bias"] = np.ones((1, 1, 11, 11), np.float32)
    assert "transformer.h.1.attn.bias" not in from_tensors("mine", tensors, {}).weights


def test_without_an_lm_head_the_token_embedding_takes_its_place(tensors: dict[str, np.ndarray]) -> None:
    del tensors["lm_head.weight"]
    trace = forward(from_tensors("tied", tensors, {}), [0, 1])
    assert trace["output.weight"] is trace["embedding.token_weight"]


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"config": "{"}, r"The config '{' is not valid JSON"),
        ({"config": "[1]"}, r"must hold just n_layer, n_head, n_embd, block_size, vocab_size"),
        ({"config": "{}"}, r"must hold just n_layer"),
        ({"config": CONFIG.replace('"n_head": 3', '"n_head": "3"')}, r"n_head is '3', but must be a whole number"),
        ({"config": CONFIG.replace('"n_head": 3', '"n_head": 5')}, r"n_embd must be a multiple of n_head"),
        ({"config": CONFIG.replace('"n_layer": 3', '"n_layer": 2')}, r"'transformer\.h\.2\..*' is not part of"),
        ({"config": CONFIG.replace('"n_layer": 3', '"n_layer": 4')}, r"^It has no 'transformer\.h\.3\."),
        ({"config": CONFIG.replace("11", "12")}, r"'transformer\.wpe\.weight' has the shape \(11, 48\)"),
        ({"vocabulary": "AB"}, r"The vocabulary 'AB' must have vocab_size 3 letters"),
        ({"vocabulary": "ABB"}, r"each only once"),
        ({"prompt_length": "six"}, r"prompt_length is 'six', but must be from 1 to block_size 11"),
        ({"prompt_length": "12"}, r"prompt_length is '12'"),
    ],
)
def test_metadata_that_cannot_be(tensors: dict[str, np.ndarray], metadata: Mapping[str, str], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        from_tensors("mine", tensors, metadata)


def test_an_unknown_number_of_heads_is_not_guessed(tensors: dict[str, np.ndarray]) -> None:
    two_layers = {name: values for name, values in tensors.items() if ".h.2." not in name}
    with pytest.raises(ModelError, match=r"The number of heads of a model with 2 layers of 48 channels is not known"):
        from_tensors("mine", two_layers, {})


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_numbers(tensors: dict[str, np.ndarray], value: float) -> None:
    tensors["transformer.ln_f.bias"] = np.full(48, value, np.float32)
    with pytest.raises(ModelError, match=r"^'transformer\.ln_f\.bias' holds values that are not finite\.$"):
        from_tensors("mine", tensors, {})


def test_models_of_another_kind(tensors: dict[str, np.ndarray]) -> None:
    with pytest.raises(ModelError, match=r"it has no 'transformer\.wte\.weight', but no tensor at all\. Supported is"):
        from_tensors("mine", {}, {})
    with pytest.raises(ModelError, match=r"^It looks like a model with rotary embeddings \(has "):
        from_tensors("mine", tensors | {"rotary": np.zeros(3, np.float32)}, {})


def test_embeddings_are_matrices(tensors: dict[str, np.ndarray]) -> None:
    tensors["transformer.wpe.weight"] = tensors["transformer.wpe.weight"].reshape(-1)
    with pytest.raises(
        ModelError, match=r"^'transformer\.wpe\.weight' has the shape \(528,\), but must be a matrix\.$"
    ):
        from_tensors("mine", tensors, {})


def test_loading_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(BUILTINS["nano-gpt"].file.read_bytes().replace(b'"ABC"', b'"AB "').replace(b'"AB "', b'"ABA"'))
    with pytest.raises(ModelError, match=r"mine\.safetensors: The vocabulary 'ABA' must have"):
        load(path)

"""llm-viz's JSON: what is wrong in it is named, and nothing in it is more than a ModelError."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import ModelError
from llmviz_addon.model.checkpoint import load
from llmviz_addon.model.checkpoints import llmviz_json

TEXT = (Path(__file__).parent / "data" / "checkpoints" / "llm-viz.json").read_text()
NAME = "transformer.ln_f.weight"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("json") / "model.json"


@pytest.fixture
def content() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(TEXT)
    return loaded


def test_half_precision(content: dict[str, Any]) -> None:
    numbers = np.arange(20, dtype="<f4")
    brain = (numbers.view("<u4") >> 16).astype("<u2")
    for dtype, raw in (("torch.float16", numbers.astype("<f2")), ("bfloat16", brain)):
        content[NAME] = {"shape": [20], "dtype": dtype, "data": base64.b64encode(raw.tobytes()).decode()}
        np.testing.assert_array_equal(llmviz_json.JsonTensors(content)[NAME], numbers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dtype": "torch.int64"}, "is of dtype 'torch.int64', but only float32, float16, bfloat16 can be read"),
        ({"dtype": 3}, "'transformer.ln_f.weight' is not a tensor with its shape, dtype and data"),
        ({"shape": "20"}, "is not a tensor with its shape"),
        ({"shape": [21]}, "F32 of shape [21], has 80 bytes of data"),
        ({"shape": [-20]}, "has the shape [-20], which no GPT's tensor has"),
        ({"shape": [True]}, "has the shape [True], which no GPT's"),
        ({"shape": [1] * 9}, "which no GPT's tensor has"),
        ({"shape": [1 << 50]}, "which no GPT's tensor has"),
        ({"data": "AAAA"}, "has 3 bytes of data"),
        ({"data": "A?AA"}, "are not base64"),
        ({"data": "é"}, "are not base64"),
        ({"data": None}, "is not a tensor with its shape"),
    ],
)
def test_each_kind_of_damage_is_named(
    path: Path, content: dict[str, Any], change: dict[str, object], message: str
) -> None:
    path.write_text(json.dumps(content | {NAME: content[NAME] | change}))
    with pytest.raises(ModelError) as caught:
        load(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (None, "It is JSON, but not a model of llm-viz: it has no 'config'"),
        ({}, "The number of heads of a model with 2 layers of 20 channels is not known"),
        ({"n_head": 3}, "n_embd must be a multiple of n_head"),
        ({"n_head": "5"}, "n_head is '5', but must be a whole number"),
        ({"n_head": 5, "block_size": 8}, "'transformer.wpe.weight' has the shape (7, 20)"),
    ],
)
def test_configs_that_cannot_be(path: Path, content: dict[str, Any], config: object, message: str) -> None:
    path.write_text(json.dumps(content | {"config": config}))
    with pytest.raises(ModelError) as caught:
        load(path)
    assert message in str(caught.value)


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(llmviz_json, "MAX_SIZE", 100)
    path.write_text(TEXT)
    with pytest.raises(
        ModelError, match=r"It is JSON of \d+ bytes, but at most 100 are read\. Save it as safetensors\.$"
    ):
        load(path)


@settings(max_examples=50)
@given(length=st.integers(0, len(TEXT) - 1))
def test_any_part_of_a_file_is_refused(path: Path, length: int) -> None:
    path.write_text(TEXT[:length])
    if TEXT[:length].strip() == TEXT.strip():
        return
    with pytest.raises(ModelError):
        load(path)


@settings(max_examples=150)
@given(position=st.integers(0, 2000) | st.integers(0, len(TEXT) - 1), value=st.integers(0, 255))
def test_a_wrong_byte_is_at_most_a_model_error(path: Path, position: int, value: int) -> None:
    damaged = bytearray(TEXT.encode())
    damaged[position] = value
    path.write_bytes(damaged)
    message = ""
    try:
        load(path)
    except ModelError as error:
        message = str(error)
    assert "\n" not in message

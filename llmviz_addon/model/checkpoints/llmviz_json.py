"""A reader of llm-viz's model files: JSON with a ``config`` and each tensor's numbers in base64.

The tensors have minGPT's names, causal masks among them, and stand beside the config under their names.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ...errors import ModelError
from ..files import json_object, one_line, short
from .numbers import float32

MAX_SIZE = 1 << 28  # bytes; JSON has to be taken in whole. This is a model of about 50 million parameters
DTYPES = {"float32": "F32", "float16": "F16", "bfloat16": "BF16"}
ITEM_SIZES = {"F32": 4, "F16": 2, "BF16": 2}

# The one model that llm-viz publishes is minGPT's demonstration: it sorts six letters of A, B and C.
SORTING = {"n_layer": 3, "n_head": 3, "n_embd": 48, "block_size": 11, "vocab_size": 3}
SORTING_NOTES = {"vocabulary": "ABC", "prompt_length": "6"}


class JsonTensors(Mapping[str, np.ndarray]):
    """The tensors in the content of a file as float32 arrays, decoded when they are asked for.

    ``settings`` is the config, with minGPT's keys; ``metadata`` are our own notes on a model we know. Raises
    ModelError if it has no config, or for a tensor that is not one.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        config = content.get("config")
        if not isinstance(config, dict):
            raise ModelError("It is JSON, but not a model of llm-viz: it has no 'config'.")
        self.settings = config
        self.metadata = SORTING_NOTES if {key: config.get(key) for key in SORTING} == SORTING else {}
        self._tensors = {key: value for key, value in content.items() if key != "config"}

    def __getitem__(self, name: str) -> np.ndarray:
        match self._tensors[name]:
            case {"shape": [*shape], "dtype": str(dtype), "data": str(data)}:
                return _decode(name, shape, DTYPES.get(dtype.removeprefix("torch."), short(dtype)), data)
        raise ModelError(f"{short(name)} is not a tensor with its shape, dtype and data.")

    def __contains__(self, name: object) -> bool:
        return name in self._tensors  # a Mapping's own would read the tensor

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)


def read(data: memoryview) -> dict[str, Any]:
    """The content of a file; ModelError if it is too large or not a JSON object."""
    if len(data) > MAX_SIZE:
        raise ModelError(f"It is JSON of {len(data)} bytes, but at most {MAX_SIZE} are read. Save it as safetensors.")
    try:
        text = str(data, "utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(f"It is not text in UTF-8 ({one_line(error)}).") from error
    return json_object(text)


def _decode(name: str, shape: list[Any], dtype: str, data: str) -> np.ndarray:
    """Base64 -> float32 of ``shape``."""
    if dtype not in ITEM_SIZES:
        raise ModelError(f"{short(name)} is of dtype {dtype}, but only {', '.join(DTYPES)} can be read.")
    if not all(type(length) is int and 0 < length < 1 << 40 for length in shape) or len(shape) > 8:
        raise ModelError(f"{short(name)} has the shape {short(shape)}, which no GPT's tensor has.")
    try:
        raw = base64.b64decode(data, validate=True)
    except ValueError as error:
        raise ModelError(f"The data of {short(name)} are not base64 ({one_line(error)}).") from error
    if len(raw) != math.prod(shape) * ITEM_SIZES[dtype]:
        raise ModelError(f"{short(name)}, {dtype} of shape {short(shape)}, has {len(raw)} bytes of data.")
    return float32(np.frombuffer(raw, np.uint8), dtype).reshape(shape)

"""What stands beside the weights in a Hugging Face model folder: the config, and the index of shards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import ModelError
from ..files import short
from ..gelu import Gelu
from .architecture import SUPPORTED, refuse_config
from .checked import NUMBERS

ACTIVATIONS: dict[str, Gelu] = {"gelu_new": "tanh", "gelu_pytorch_tanh": "tanh", "gelu_fast": "tanh", "gelu": "exact"}
EPSILON = 1e-5
# Settings of GPT2Config that change the arithmetic, with the only value that we compute.
FIXED = {
    "scale_attn_weights": True,
    "scale_attn_by_inverse_layer_idx": False,
    "add_cross_attention": False,
    "layer_norm_epsilon": EPSILON,
}


@dataclass(frozen=True)
class Notes:
    """What a config.json tells: numbers of GPTConfig, the form of GELU, whether the LM head is tied."""

    numbers: Mapping[str, object] = field(default_factory=dict)
    gelu: Gelu | None = None
    tied: bool = False


def notes(config: Mapping[str, Any]) -> Notes:
    """Read a config.json of Hugging Face, of minGPT (``model``), or with GPTConfig's own names.

    Raises ModelError for a model of another kind, or one that computes something that GPT-2 does not.
    """
    if isinstance(config.get("model"), dict):  # minGPT writes its whole settings
        config = config["model"]
    elif "model_type" in config:
        return _gpt2(config)
    return Notes({key: config[key] for key in NUMBERS if key in config})


def _gpt2(config: Mapping[str, Any]) -> Notes:
    if config["model_type"] != "gpt2":
        raise refuse_config(config)
    activation = config.get("activation_function", "gelu_new")
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ModelError(
            f"Its activation function is {short(activation)}, but only {', '.join(ACTIVATIONS)} are known."
        )
    for key, value in FIXED.items():
        if config.get(key, value) != value:
            raise ModelError(f"Its {key} is {short(config[key])}, but must be {value}. {SUPPORTED}")
    width, inner = config.get("n_embd"), config.get("n_inner")
    if inner is not None and isinstance(width, int) and inner != 4 * width:
        raise ModelError(f"Its n_inner is {short(inner)}, but must be four times n_embd, {4 * width}. {SUPPORTED}")
    numbers = {"block_size": config.get("n_positions", config.get("n_ctx"))}
    numbers |= {key: config.get(key) for key in NUMBERS if key != "block_size"}
    return Notes(numbers, ACTIVATIONS[activation], config.get("tie_word_embeddings", True) is True)


class Shards(Mapping[str, np.ndarray]):
    """The tensors of several files, by an index that names each tensor's file.

    ``open_shard`` opens one of them. Raises ModelError if the index names a file outside of its folder, one
    that cannot be opened, or a tensor that its file does not have.
    """

    def __init__(
        self, folder: Path, index: Mapping[str, Any], open_shard: Callable[[Path], Mapping[str, np.ndarray]]
    ) -> None:
        weight_map = index.get("weight_map")
        if not isinstance(weight_map, dict) or not all(isinstance(name, str) for name in weight_map.values()):
            raise ModelError("Its 'weight_map' does not give a file for each tensor.")
        self._shards: dict[str, Mapping[str, np.ndarray]] = {}
        for name in sorted(set(weight_map.values())):
            if Path(name).name != name or "\\" in name or name in (".", ".."):
                raise ModelError(f"It names the shard {short(name)}, which is not a file in its folder.")
            self._shards[name] = open_shard(folder / name)
        for tensor, name in weight_map.items():
            if tensor not in self._shards[name]:
                raise ModelError(f"It says that {tensor[:80]!r} is in {short(name)}, but it is not.")
        self._weight_map = weight_map

    def __getitem__(self, name: str) -> np.ndarray:
        return self._shards[self._weight_map[name]][name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._weight_map)

    def __len__(self) -> int:
        return len(self._weight_map)

"""Two sets of names for the same numbers: a trace's, which the grids have, and minGPT's, which checkpoints have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .config import GPTConfig

if TYPE_CHECKING:
    from .checkpoints.checked import Checkpoint

LAYER_NAMES = {  # ours -> minGPT's, inside a layer
    "ln_1.gamma": "ln_1.weight",  # (C,)
    "ln_1.beta": "ln_1.bias",  # (C,)
    "attn.proj_weight": "attn.c_proj.weight",  # (C, C)
    "attn.proj_bias": "attn.c_proj.bias",  # (C,)
    "ln_2.gamma": "ln_2.weight",  # (C,)
    "ln_2.beta": "ln_2.bias",  # (C,)
    "mlp.fc_weight": "mlp.c_fc.weight",  # (4C, C)
    "mlp.fc_bias": "mlp.c_fc.bias",  # (4C,)
    "mlp.proj_weight": "mlp.c_proj.weight",  # (C, 4C)
    "mlp.proj_bias": "mlp.c_proj.bias",  # (C,)
}
MODEL_NAMES = {  # ours -> minGPT's, outside the layers
    "embedding.token_weight": "transformer.wte.weight",  # (n_vocab, C)
    "embedding.position_weight": "transformer.wpe.weight",  # (block_size, C)
    "ln_f.gamma": "transformer.ln_f.weight",  # (C,)
    "ln_f.beta": "transformer.ln_f.bias",  # (C,)
    "output.weight": "lm_head.weight",  # (n_vocab, C)
}


def parameters(checkpoint: Checkpoint) -> dict[str, np.ndarray]:
    """Every parameter under its name in the trace, as views of the checkpoint's arrays."""
    config = checkpoint.config
    result = {ours: checkpoint.weights[theirs] for ours, theirs in MODEL_NAMES.items()}
    for index in range(config.n_layer):
        name, layer = f"layers.{index}", checkpoint.layer(index)
        stacked_weight = layer["attn.c_attn.weight"].reshape(3, config.n_head, -1, config.n_embd)  # (3, H, A, C)
        stacked_bias = layer["attn.c_attn.bias"].reshape(3, config.n_head, -1)  # (3, H, A)
        for letter, weight, bias in zip("qkv", stacked_weight, stacked_bias, strict=True):
            for head in range(config.n_head):
                result[f"{name}.attn.heads.{head}.{letter}_weight"] = weight[head]  # (A, C)
                result[f"{name}.attn.heads.{head}.{letter}_bias"] = bias[head]  # (A,)
        for ours, theirs in LAYER_NAMES.items():
            result[f"{name}.{ours}"] = layer[theirs]
    return result


def weights_of(arrays: Mapping[str, np.ndarray], config: GPTConfig) -> dict[str, np.ndarray]:
    """The way back from :func:`parameters`: weights under minGPT's names, the heads joined (a copy)."""
    result = {theirs: arrays[ours] for ours, theirs in MODEL_NAMES.items()}
    for index in range(config.n_layer):
        heads = [f"layers.{index}.attn.heads.{head}" for head in range(config.n_head)]
        for kind in ("weight", "bias"):
            parts = [arrays[f"{head}.{letter}_{kind}"] for letter in "qkv" for head in heads]
            result[f"transformer.h.{index}.attn.c_attn.{kind}"] = np.concatenate(parts)  # (3C, C), (3C,)
        for ours, theirs in LAYER_NAMES.items():
            result[f"transformer.h.{index}.{theirs}"] = arrays[f"layers.{index}.{ours}"]
    return result


def trace_shapes(config: GPTConfig, length: int) -> dict[str, tuple[int, ...]]:
    """Every name in a trace of ``length`` tokens, with its shape."""
    T, C, A, n_vocab = length, config.n_embd, config.head_size, config.vocab_size  # noqa: N806 (the field's names)
    norm = {"mean": (T,), "std": (T,), "normalized": (T, C), "gamma": (C,), "beta": (C,), "output": (T, C)}
    head: dict[str, tuple[int, ...]] = {}
    for letter in "qkv":
        head |= {f"{letter}_weight": (A, C), f"{letter}_bias": (A,), letter: (T, A)}
    head |= {"scores": (T, T), "max": (T,), "sum": (T,), "weights": (T, T), "output": (T, A)}
    attn = {"proj_weight": (C, C), "proj_bias": (C,), "proj": (T, C), "residual": (T, C)}
    mlp = {"fc_weight": (4 * C, C), "fc_bias": (4 * C,), "hidden": (T, 4 * C), "activation": (T, 4 * C)}
    mlp |= {"proj_weight": (C, 4 * C), "proj_bias": (C,), "proj": (T, C), "residual": (T, C)}
    layer = {f"ln_1.{key}": shape for key, shape in norm.items()}
    layer |= {f"attn.heads.{index}.{key}": shape for index in range(config.n_head) for key, shape in head.items()}
    layer |= {f"attn.{key}": shape for key, shape in attn.items()}
    layer |= {f"ln_2.{key}": shape for key, shape in norm.items()}
    layer |= {f"mlp.{key}": shape for key, shape in mlp.items()}
    shapes: dict[str, tuple[int, ...]] = {"tokens": (T,)}
    shapes |= {"embedding.token_weight": (n_vocab, C), "embedding.position_weight": (config.block_size, C)}
    shapes |= {f"embedding.{key}": (T, C) for key in ("token", "position", "output")}
    shapes |= {f"layers.{index}.{key}": shape for index in range(config.n_layer) for key, shape in layer.items()}
    shapes |= {f"ln_f.{key}": shape for key, shape in norm.items()}
    shapes |= {"output.weight": (n_vocab, C), "output.logits": (T, n_vocab), "output.max": (T,)}
    return shapes | {"output.sum": (T,), "output.probs": (T, n_vocab)}

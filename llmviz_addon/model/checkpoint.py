"""A model as it is run: its shape, its weights, and how its tokens are written.

Inside the add-on weights always have minGPT's state-dict names, ``nn.Linear`` orientation (out, in) and
float32. Readers of other formats translate to that and hand over to :func:`from_tensors`, which is the one
place where a checkpoint is checked and completed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path

import numpy as np

from ..errors import ModelError
from . import safetensors
from .config import GPTConfig
from .tokenizer import IdTokenizer, LetterTokenizer, Tokenizer

BUILTIN = Path(__file__).parent / "weights" / "nano-gpt.safetensors"

# Shapes do not tell the number of heads. These are the published ones, by (n_layer, n_embd):
# OpenAI's GPT and GPT-2 in four sizes, minGPT's presets, nanoGPT's Shakespeare model.
PUBLISHED_HEADS = {
    (12, 768): 12,
    (24, 1024): 16,
    (36, 1280): 20,
    (48, 1600): 25,
    (8, 512): 16,
    (6, 192): 6,
    (4, 128): 4,
    (3, 48): 3,
    (6, 384): 6,
}

CAUSAL_MASK = re.compile(r"transformer\.h\.\d+\.attn\.(bias|masked_bias)")  # a buffer of minGPT, not a weight


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A model ready to run.

    ``weights`` maps minGPT's state-dict names to float32 arrays, matrices as (out, in). ``prompt_length``
    is the number of tokens after which a model that was trained on a fixed task starts its answer, None for
    a model that just continues text.
    """

    name: str
    config: GPTConfig
    weights: Mapping[str, np.ndarray]
    tokenizer: Tokenizer
    prompt_length: int | None = None

    def layer(self, index: int) -> dict[str, np.ndarray]:
        """The weights of one layer, by what follows ``transformer.h.{index}.`` in their names."""
        return {key: self.weights[f"transformer.h.{index}.{key}"] for key in layer_shapes(self.config)}


def builtin() -> Checkpoint:
    """nano-gpt, the model that the add-on ships: it sorts six letters."""
    return load(BUILTIN)


def load(path: str | PathLike[str]) -> Checkpoint:
    """Read a checkpoint from a safetensors file with minGPT's names.

    Raises ModelError if the file cannot be read, is damaged, or does not hold a GPT.
    """
    path = Path(path)
    tensors = safetensors.read(path)
    try:
        return from_tensors(path.stem, tensors, tensors.metadata)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from error


def from_tensors(name: str, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> Checkpoint:
    """Check tensors that have minGPT's names and make a checkpoint of them.

    ``metadata`` may give ``name``, ``config`` (GPTConfig as JSON), ``vocabulary`` (one letter per token) and
    ``prompt_length``. Without ``config`` it is inferred from the shapes. Without an LM head the token
    embedding takes its place (tied weights). Raises ModelError.
    """
    names = [key for key in tensors if not CAUSAL_MASK.fullmatch(key)]
    found = {key: tensors[key] for key in names}
    if "transformer.wte.weight" in found:
        found.setdefault("lm_head.weight", found["transformer.wte.weight"])
    config = parse_config(metadata["config"]) if "config" in metadata else infer_config(found)
    expected = weight_shapes(config)
    for key, shape in expected.items():
        if key not in found:
            raise ModelError(f"Not a GPT with minGPT's names: it has no {key!r}, but {_some(names)}.")
        if found[key].shape != shape:
            raise ModelError(f"{key!r} has the shape {found[key].shape}, but {config} asks for {shape}.")
        if not np.isfinite(found[key]).all():
            raise ModelError(f"{key!r} holds values that are not finite.")
    for key in found:
        if key not in expected:
            raise ModelError(f"{key!r} is not part of {config}, so this is a model of another kind.")
    return Checkpoint(
        name=metadata.get("name", name),
        config=config,
        weights={key: found[key] for key in expected},
        tokenizer=_tokenizer(metadata, config),
        prompt_length=_prompt_length(metadata, config),
    )


def weight_shapes(config: GPTConfig) -> dict[str, tuple[int, ...]]:
    """minGPT's state-dict names with the shapes that they have in a model of this config."""
    width = config.n_embd
    shapes: dict[str, tuple[int, ...]] = {
        "transformer.wte.weight": (config.vocab_size, width),
        "transformer.wpe.weight": (config.block_size, width),
    }
    for index in range(config.n_layer):
        shapes |= {f"transformer.h.{index}.{key}": shape for key, shape in layer_shapes(config).items()}
    shapes["transformer.ln_f.weight"] = (width,)
    shapes["transformer.ln_f.bias"] = (width,)
    shapes["lm_head.weight"] = (config.vocab_size, width)
    return shapes


def layer_shapes(config: GPTConfig) -> dict[str, tuple[int, ...]]:
    """The part of :func:`weight_shapes` that repeats with every layer, without the layer's prefix."""
    width = config.n_embd
    matrices = {
        "ln_1": (width,),
        "attn.c_attn": (3 * width, width),
        "attn.c_proj": (width, width),
        "ln_2": (width,),
        "mlp.c_fc": (4 * width, width),
        "mlp.c_proj": (width, 4 * width),
    }
    weights = {f"{key}.weight": shape for key, shape in matrices.items()}
    biases = {f"{key}.bias": shape[:1] for key, shape in matrices.items()}
    return weights | biases


def parse_config(text: str) -> GPTConfig:
    """GPTConfig from JSON; ModelError if it is not one."""
    names = [field.name for field in fields(GPTConfig)]
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The config {text[:80]!r} is not valid JSON.") from error
    if not isinstance(content, dict) or set(content) != set(names):
        raise ModelError(f"The config {text[:80]!r} must hold just {', '.join(names)}.")
    return GPTConfig(**content)


def infer_config(tensors: Mapping[str, np.ndarray]) -> GPTConfig:
    """GPTConfig from the shapes of minGPT's tensors.

    Raises ModelError if the embeddings are missing, or if the number of heads, which no shape tells, is not
    known from a published model of that depth and width.
    """
    shapes = []
    for key in ("transformer.wte.weight", "transformer.wpe.weight"):
        if key not in tensors or tensors[key].ndim != 2:
            raise ModelError(f"Not a GPT with minGPT's names: it has no matrix {key!r}, but {_some(tensors)}.")
        shapes.append(tensors[key].shape)
    (vocab_size, n_embd), (block_size, _) = shapes
    n_layer = sum(f"transformer.h.{index}.ln_1.weight" in tensors for index in range(len(tensors)))
    n_head = PUBLISHED_HEADS.get((n_layer, n_embd))
    if n_head is None:
        raise ModelError(
            f"The number of heads of a model with {n_layer} layers of {n_embd} channels is not known: "
            'give it in the file\'s metadata, as "config".'
        )
    return GPTConfig(n_layer, n_head, n_embd, block_size, vocab_size)


def _tokenizer(metadata: Mapping[str, str], config: GPTConfig) -> Tokenizer:
    if "vocabulary" not in metadata:
        return IdTokenizer(config.vocab_size)
    tokenizer = LetterTokenizer(metadata["vocabulary"])
    if len(tokenizer.vocabulary) != config.vocab_size:
        raise ModelError(f"The vocabulary {tokenizer.vocabulary!r} must have vocab_size {config.vocab_size} letters.")
    return tokenizer


def _prompt_length(metadata: Mapping[str, str], config: GPTConfig) -> int | None:
    text = metadata.get("prompt_length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= config.block_size):
        raise ModelError(f"prompt_length is {text[:40]!r}, but must be from 1 to block_size {config.block_size}.")
    return int(text)


def _some(names: Mapping[str, object] | list[str]) -> str:
    first = sorted(names)[:3]
    return "has " + ", ".join(map(repr, first)) + (" …" if len(names) > 3 else "") if first else "no tensor at all"

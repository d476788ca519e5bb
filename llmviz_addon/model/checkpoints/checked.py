"""A model as it is run: its shape, its weights, and how its tokens are written.

Inside the add-on weights always have minGPT's state-dict names, ``nn.Linear`` orientation (out, in) and
float32. Readers of other formats translate to that and hand over to :func:`from_tensors`, which is the one
place where a checkpoint is checked and completed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from ...errors import ModelError
from ..config import GPTConfig
from ..files import short
from ..gelu import Gelu
from ..tokenizer import IdTokenizer, LetterTokenizer, Tokenizer
from ..trace import Trace
from .architecture import CAUSAL_MASK, check_names

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

NUMBERS = tuple(field.name for field in fields(GPTConfig))
MAX_NUMBER = 1 << 31
MAX_NAME = 80  # letters


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A model ready to run.

    ``weights`` maps minGPT's state-dict names to float32 arrays, matrices as (out, in). ``prompt_length``
    is the number of tokens after which a model that was trained on a fixed task starts its answer, None for
    a model that just continues text. ``gelu`` is the form that the model was trained with: GPT-2's and
    minGPT's tanh form or nanoGPT's exact one. ``recorded`` is a forward pass that came with the file: it is
    shown for its own tokens in place of what we would compute.
    """

    name: str
    config: GPTConfig
    weights: Mapping[str, np.ndarray]
    tokenizer: Tokenizer
    prompt_length: int | None = None
    gelu: Gelu = "tanh"
    recorded: Trace | None = None

    def layer(self, index: int) -> dict[str, np.ndarray]:
        """The weights of one layer, by what follows ``transformer.h.{index}.`` in their names."""
        return {key: self.weights[f"transformer.h.{index}.{key}"] for key in layer_shapes(self.config)}


def from_tensors(
    name: str,
    tensors: Mapping[str, np.ndarray],
    metadata: Mapping[str, str],
    numbers: Mapping[str, object] | None = None,
    tokenizer: Tokenizer | None = None,
    gelu: Gelu = "tanh",
) -> Checkpoint:
    """Check tensors that have minGPT's names and make a checkpoint of them.

    Parameters
    ----------
    metadata : may give ``name``, ``config`` (GPTConfig as JSON), ``vocabulary`` (one letter per token) and
        ``prompt_length``.
    numbers : those of GPTConfig's numbers that the file or its neighbours tell; ``config`` goes before them.
        What is told nowhere is inferred from the shapes.
    tokenizer : of the model, unless ``metadata`` has a vocabulary; None is one of token ids.

    Without an LM head the token embedding takes its place (tied weights). Without any bias all are zero
    (nanoGPT's ``bias=False``). Raises ModelError.
    """
    names = [key for key in tensors if not CAUSAL_MASK.fullmatch(key)]
    check_names(names)
    found = {key: tensors[key] for key in names}
    found.setdefault("lm_head.weight", found["transformer.wte.weight"])
    config = parse_config(metadata["config"]) if "config" in metadata else infer_config(found, numbers or {})
    if config.n_layer > len(found):
        raise ModelError(f"{config} asks for {config.n_layer} layers, but there are only {len(found)} tensors.")
    expected = weight_shapes(config)
    if not any(key.endswith(".bias") for key in found):
        found |= {key: np.zeros(shape, np.float32) for key, shape in expected.items() if key.endswith(".bias")}
    for key, shape in expected.items():
        if key not in found:
            raise ModelError(f"It has no {key!r}, which {config} asks for.")
        if found[key].shape != shape:
            raise ModelError(f"{key!r} has the shape {found[key].shape}, but {config} asks for {shape}.")
        if not np.isfinite(found[key]).all():
            raise ModelError(f"{key!r} holds values that are not finite.")
    for key in found:
        if key not in expected:
            raise ModelError(f"{key!r} is not part of {config}, so this is a model of another kind.")
    return Checkpoint(
        name=" ".join(metadata.get("name", name).split())[:MAX_NAME],
        config=config,
        weights={key: found[key] for key in expected},
        tokenizer=_tokenizer(metadata, tokenizer, config),
        prompt_length=_prompt_length(metadata, config),
        gelu=gelu,
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
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The config {text[:80]!r} is not valid JSON.") from error
    if not isinstance(content, dict) or set(content) != set(NUMBERS):
        raise ModelError(f"The config {text[:80]!r} must hold just {', '.join(NUMBERS)}.")
    return _config(content)


def infer_config(tensors: Mapping[str, np.ndarray], numbers: Mapping[str, object]) -> GPTConfig:
    """GPTConfig from the ``numbers`` that are told and, for the others, from the shapes of minGPT's tensors.

    Raises ModelError if an embedding is not a matrix, or if the number of heads, which no shape tells, is
    neither told nor known from a published model of that depth and width.
    """
    for key in ("transformer.wte.weight", "transformer.wpe.weight"):
        if tensors[key].ndim != 2:
            raise ModelError(f"{key!r} has the shape {tensors[key].shape}, but must be a matrix.")
    found: dict[str, object] = {
        "n_layer": sum(f"transformer.h.{index}.ln_1.weight" in tensors for index in range(len(tensors))),
        "n_embd": tensors["transformer.wte.weight"].shape[1],
        "block_size": tensors["transformer.wpe.weight"].shape[0],
        "vocab_size": tensors["transformer.wte.weight"].shape[0],
    }
    found |= {key: value for key, value in numbers.items() if value is not None}
    n_layer, n_embd = found["n_layer"], found["n_embd"]
    if "n_head" not in found:
        if (n_layer, n_embd) not in PUBLISHED_HEADS:
            raise ModelError(
                f"The number of heads of a model with {n_layer} layers of {n_embd} channels is not known: "
                'give it in a config.json beside the file, as "n_head".'
            )
        found["n_head"] = PUBLISHED_HEADS[n_layer, n_embd]  # type: ignore[index]
    return _config(found)


def _config(numbers: Mapping[str, object]) -> GPTConfig:
    """GPTConfig of numbers that came out of a file."""
    for key in NUMBERS:
        value = numbers[key]
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < MAX_NUMBER:
            raise ModelError(f"{key} is {short(value)}, but must be a whole number from 1 to {MAX_NUMBER - 1}.")
    return GPTConfig(**{key: numbers[key] for key in NUMBERS})  # type: ignore[arg-type]


def _tokenizer(metadata: Mapping[str, str], tokenizer: Tokenizer | None, config: GPTConfig) -> Tokenizer:
    if "vocabulary" in metadata:
        tokenizer = LetterTokenizer(metadata["vocabulary"])
    return (tokenizer or IdTokenizer(config.vocab_size)).fitted(config.vocab_size)


def _prompt_length(metadata: Mapping[str, str], config: GPTConfig) -> int | None:
    text = metadata.get("prompt_length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= config.block_size):
        raise ModelError(f"prompt_length is {text[:40]!r}, but must be from 1 to block_size {config.block_size}.")
    return int(text)

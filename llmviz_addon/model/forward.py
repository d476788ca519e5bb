"""The forward pass in numpy, with every intermediate value kept.

A model is a row of parts. Each reads what the part before it made, some add to the residual stream, and all that
they compute is filed by name; what a part does stands in its own file in ``parts/``. Everything is float32. T are
the tokens, C the channels of the residual stream.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import ModelError
from .architecture import causal_names, parameters, places
from .checkpoints.checked import Checkpoint
from .config import GPTConfig
from .parts.part import Arrays, flat, is_finite
from .trace import Trace


def forward(checkpoint: Checkpoint, tokens: Sequence[int], prompt_length: int | None = None) -> Trace:
    """Run the model on ``tokens`` and keep everything.

    Parameters
    ----------
    tokens : 1 to ``block_size`` ids inside the vocabulary.
    prompt_length : how many of them were given and not appended by the model; None for all. It is only noted.

    Raises ModelError for tokens or a prompt length that the model cannot take, and where its numbers become too
    large for float32.
    """
    config = checkpoint.config
    tokens = check_tokens(config, tokens)
    prompt_length = len(tokens) if prompt_length is None else prompt_length
    if not 1 <= prompt_length <= len(tokens):
        raise ModelError(f"prompt_length is {prompt_length}, but must be from 1 to the {len(tokens)} tokens given.")
    with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is found by the parts
        return Trace(config, tokens, _run(checkpoint, np.array(tokens)), prompt_length)


def _run(checkpoint: Checkpoint, tokens: np.ndarray) -> Arrays:
    """All that is computed, by name, with the parameters; ModelError where it is not finite."""
    config, weights = checkpoint.config, checkpoint.weights
    arrays = {"tokens": tokens, **parameters(weights, config, checkpoint.architecture)}
    finite = True
    reads = stream = tokens  # (T,)
    for place in places(config, checkpoint.architecture):
        results = place.part.forward(reads, stream, place.weights(weights), config)
        arrays.update(flat(results, f"{place.name}."))
        finite = finite and place.part.is_finite(results, config)
        reads = arrays[f"{place.name}.{place.part.output}"]  # (T, C)
        stream = reads if place.part.joins else stream  # (T, C)
    if not finite:
        raise _too_large(arrays, causal_names(config, checkpoint.architecture))
    return arrays


def _too_large(arrays: Arrays, causal: set[str]) -> ModelError:
    """The error that names the first tensor that is not finite."""
    for name, values in arrays.items():
        if not is_finite(values, name in causal):
            seen = np.tril(values) if name in causal else values
            token = int(np.argwhere(~np.isfinite(seen))[0][0])
            return ModelError(
                f"{name!r} is not finite at token {token}: the numbers of this model become too large there, "
                "although all of its weights are finite."
            )
    raise AssertionError("all that was computed is finite")


def check_tokens(config: GPTConfig, tokens: Sequence[int]) -> tuple[int, ...]:
    """The tokens as plain ints; ModelError if the model cannot take them."""
    if len(tokens) == 0:
        raise ModelError(f"There is no token to run the model on; it takes 1 to {config.block_size}.")
    if len(tokens) > config.block_size:
        raise ModelError(f"{len(tokens)} tokens are too many: this model takes at most {config.block_size}.")
    for token in tokens:
        if not 0 <= token < config.vocab_size or token != int(token):
            raise ModelError(f"Token {token} is outside the vocabulary: ids run from 0 to {config.vocab_size - 1}.")
    return tuple(int(token) for token in tokens)

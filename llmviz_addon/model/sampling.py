"""From logits to the next token, and the loops that let the model write."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..errors import ModelError
from .checkpoint import Checkpoint
from .forward import check_tokens, forward, softmax
from .trace import Trace


def next_token(
    logits: np.ndarray,
    temperature: float = 0.0,
    top_k: int | None = None,
    seed: int | np.random.Generator = 0,
) -> int:
    """Choose the next token.

    Parameters
    ----------
    logits : (n_vocab,), the model's last row.
    temperature : 0 takes the most probable token; 1 draws with the model's own probabilities, less sharpens
        and more flattens them.
    top_k : draw only from so many of the most probable tokens; None for all.
    seed : of the draw, or a generator that goes on drawing.

    Raises ModelError for a temperature below 0 or a top_k below 1.
    """
    if not (math.isfinite(temperature) and temperature >= 0):
        raise ModelError(f"The temperature is {temperature}, but must be 0 (no chance) or more.")
    if top_k is not None and top_k < 1:
        raise ModelError(f"top_k is {top_k}, but must be from 1 to the vocabulary's {len(logits)}.")
    if temperature == 0:
        return int(logits.argmax())
    scaled = (logits.astype(np.float64) - logits.max()) / temperature  # (n_vocab,), at most 0
    if top_k is not None and top_k < len(scaled):
        scaled[np.argsort(-scaled, kind="stable")[top_k:]] = -np.inf
    probs = softmax(scaled)["probs"]  # (n_vocab,)
    return int(np.random.default_rng(seed).choice(len(probs), p=probs))


def generate(
    checkpoint: Checkpoint,
    prompt: Sequence[int],
    n: int,
    temperature: float = 0.0,
    top_k: int | None = None,
    seed: int = 0,
) -> tuple[int, ...]:
    """The prompt and ``n`` more tokens.

    Where that becomes longer than ``block_size``, the model sees the last ``block_size`` tokens only. Raises
    ModelError as :func:`forward` and :func:`next_token` do.
    """
    tokens = check_tokens(checkpoint.config, prompt)
    draw = np.random.default_rng(seed)
    for _ in range(n):
        trace = forward(checkpoint, tokens[-checkpoint.config.block_size :])
        tokens += (next_token(trace["output.logits"][-1], temperature, top_k, draw),)
    return tokens


def run(checkpoint: Checkpoint, prompt: Sequence[int]) -> Trace:
    """The forward pass that is shown for a prompt.

    A model that was trained on prompts of one length, given one of that length, first appends its own greedy
    answer until ``block_size`` is full. The model is causal, so this changes no number of the prompt's columns;
    there are just more columns to see. Any other prompt is run as it is. Raises ModelError as
    :func:`forward` does.
    """
    tokens = check_tokens(checkpoint.config, prompt)
    if len(tokens) == checkpoint.prompt_length:
        tokens = generate(checkpoint, tokens, checkpoint.config.block_size - len(tokens))
    return forward(checkpoint, tokens, prompt_length=len(prompt))


def sort(checkpoint: Checkpoint, letters: str) -> str:
    """What a sorting model makes of ``letters``: as many letters, hopefully in order.

    Raises ModelError if the model is not one that sorts, or for a wrong number of letters or a letter it
    does not know.
    """
    length = checkpoint.prompt_length
    if length is None:
        raise ModelError(f"{checkpoint.name!r} is not trained to sort.")
    prompt = checkpoint.tokenizer.encode(letters)
    if len(prompt) != length:
        raise ModelError(f"{letters!r} has {len(prompt)} letters, but {checkpoint.name!r} sorts {length}.")
    return checkpoint.tokenizer.decode(generate(checkpoint, prompt, length)[length:])

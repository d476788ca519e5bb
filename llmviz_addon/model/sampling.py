"""From logits to the next token, and the loops that let the model write."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ModelError
from .checkpoints.checked import Checkpoint
from .forward import check_tokens, forward
from .parts.softmax import softmax

CANDIDATES = 8
"""Tokens that a draw names."""


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen; see :func:`distribution`. ``temperature`` 0 is greedy."""

    temperature: float = 0.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 0

    def __str__(self) -> str:
        if self.temperature == 0:
            return "greedy"
        parts = [f"temperature {self.temperature:.12g}"]
        parts += [f"top-k {self.top_k}"] if self.top_k is not None else []
        parts += [f"top-p {self.top_p:.12g}"] if self.top_p is not None else []
        return ", ".join([*parts, f"seed {self.seed}"])


@dataclass(frozen=True)
class Candidate:
    """A token that may come next: how probable it is, and its place among all, 1 for the most probable."""

    token: int
    share: float
    rank: int


@dataclass(frozen=True)
class Draw:
    """The next token, and the candidates that it was chosen from, the most probable first; it is among them."""

    token: int
    candidates: tuple[Candidate, ...]
    sampling: Sampling

    @property
    def tokens(self) -> tuple[int, ...]:
        """The chosen one, then the others that it was chosen from."""
        return tuple(dict.fromkeys((self.token, *(one.token for one in self.candidates))))


def draw(logits: np.ndarray, sampling: Sampling, n_tokens: int, most: int = CANDIDATES) -> Draw:
    """Choose the token that follows ``n_tokens`` others, and name at most ``most`` candidates for it.

    Their probabilities are those of the draw, or the model's own ones if it is greedy. What cannot be drawn is
    no candidate. The seed and the number of tokens decide, so a step that is taken again chooses the same.
    ``logits`` (n_vocab,) is the model's last row. Raises ModelError as :func:`distribution` does.
    """
    seed = np.random.default_rng((sampling.seed, n_tokens))
    token = next_token(logits, sampling.temperature, sampling.top_k, seed, sampling.top_p)
    greedy = sampling.temperature == 0
    limits = () if greedy else (sampling.temperature, sampling.top_k, sampling.top_p)
    probs = distribution(logits, *limits)  # (n_vocab,)
    ranked = [(one, rank) for rank, one in enumerate(likeliest(logits, most), start=1) if probs[one] > 0]
    if token not in (one for one, _ in ranked):
        ahead = logits > logits[token]  # (n_vocab,): before it are also equal ones of a lower number
        ahead[:token] |= logits[:token] == logits[token]
        ranked = [*ranked[: most - 1], (token, int(ahead.sum()) + 1)]
    found = tuple(Candidate(one, float(probs[one]), rank) for one, rank in ranked)
    return Draw(token, found, sampling)


def likeliest(scores: np.ndarray, count: int) -> list[int]:
    """The tokens with the largest ``scores`` (n_vocab,), the first first, at most ``count``; of equal ones the lower.

    Of 50,000 these few are found in a twentieth of the time that it takes to sort all.
    """
    if 0 < count < len(scores):
        some = np.flatnonzero(scores >= np.partition(scores, len(scores) - count)[len(scores) - count])
    else:
        some = np.arange(len(scores))
    return some[np.argsort(-scores[some], kind="stable")][:count].tolist()


def next_token(
    logits: np.ndarray,
    temperature: float = 0.0,
    top_k: int | None = None,
    seed: int | np.random.Generator = 0,
    top_p: float | None = None,
) -> int:
    """Choose the next token: the most probable one, or one drawn from :func:`distribution`.

    ``seed`` is of the draw, or a generator that goes on drawing. Raises ModelError as :func:`distribution` does.
    """
    probs = distribution(logits, temperature, top_k, top_p)  # (n_vocab,)
    if temperature == 0:
        return int(logits.argmax())
    return int(np.random.default_rng(seed).choice(len(probs), p=probs))


def distribution(
    logits: np.ndarray, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> np.ndarray:
    """The probabilities (n_vocab,) with which the next token is drawn, float64.

    Parameters
    ----------
    logits : (n_vocab,), the model's last row.
    temperature : 0 leaves only the most probable token; 1 has the model's own probabilities, less sharpens
        and more flattens them.
    top_k : only so many of the most probable tokens are left; None for all.
    top_p : of these only the most probable ones that together have at least this probability; None for all.

    Raises ModelError for a temperature below 0, a top_k below 1 or a top_p that is not above 0 and at most 1.
    """
    check_chance(temperature, top_p)
    if top_k is not None and top_k < 1:
        raise ModelError(f"top_k is {top_k}, but must be from 1 to the vocabulary's {len(logits)}.")
    if temperature == 0:
        return np.eye(1, len(logits), int(logits.argmax()))[0]
    with np.errstate(over="ignore"):  # a tiny temperature takes all but the most probable ones to minus infinity
        scaled = (logits.astype(np.float64) - logits.max()) / temperature  # (n_vocab,), at most 0
    if top_k is None and top_p is None:
        return softmax(scaled)["probs"]
    order = np.argsort(-logits, kind="stable")  # (n_vocab,), most probable first, as they are ranked
    if top_k is not None:
        scaled[order[top_k:]] = -np.inf
    probs = softmax(scaled)["probs"]  # (n_vocab,)
    if top_p is not None:
        before = np.cumsum(probs[order]) - probs[order]  # what the more probable ones have together
        probs[order[before >= top_p]] = 0
        probs /= probs.sum()
    return probs


def check_chance(temperature: float, top_p: float | None) -> None:
    """ModelError for a temperature or a share that no vocabulary can be drawn with."""
    if not (math.isfinite(temperature) and temperature >= 0):
        raise ModelError(f"The temperature is {temperature}, but must be 0 (no chance) or more.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ModelError(f"top_p is {top_p}, but must be above 0 and at most 1.")


def steps(checkpoint: Checkpoint, prompt: Sequence[int], n: int, sampling: Sampling) -> Iterator[Draw]:
    """What the model appends to the prompt, ``n`` tokens, one draw after the other.

    Where that becomes longer than ``block_size``, the model sees the last ``block_size`` tokens only. Raises
    ModelError as :func:`forward` and :func:`draw` do.
    """
    tokens = check_tokens(checkpoint.config, prompt)
    for _ in range(n):
        trace = forward(checkpoint, tokens[-checkpoint.config.block_size :])
        step = draw(trace["output.logits"][-1], sampling, len(tokens))
        tokens += (step.token,)
        yield step


def generate(
    checkpoint: Checkpoint, prompt: Sequence[int], n: int, sampling: Sampling | None = None
) -> tuple[int, ...]:
    """The prompt and ``n`` more tokens, the most probable ones if nothing is said; see :func:`steps`."""
    return (*prompt, *(step.token for step in steps(checkpoint, prompt, n, sampling or Sampling())))


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

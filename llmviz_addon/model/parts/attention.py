"""Self-attention: every token gathers from those before it what its query finds in their keys."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..config import GPTConfig
from .part import Arrays, Part, Results, Tensor
from .softmax import softmax


@dataclass(frozen=True)
class Attention(Part):
    """Causal attention of several heads, their projection, and the sum with the residual stream.

    All heads are computed at once, as a stack; H of them with A channels each, H · A = C.
    """

    output = "residual"
    joins = True
    goes_on = True

    def tensors(self, config: GPTConfig) -> Sequence[Tensor]:
        """A checkpoint has the queries' weights of all heads, then the keys' and the values', in one matrix."""
        heads = range(config.n_head)
        return (
            *(Tensor(f"heads.{head}.{v}_weight", ("A", "C"), "c_attn.weight") for v in "qkv" for head in heads),
            *(Tensor(f"heads.{head}.{v}_bias", ("A",), "c_attn.bias") for v in "qkv" for head in heads),
            *(tensor for head in heads for tensor in computed_by(head)),
            Tensor("proj_weight", ("C", "C"), "c_proj.weight"),
            Tensor("proj_bias", ("C",), "c_proj.bias"),
            Tensor("proj", ("T", "C")),
            Tensor("residual", ("T", "C")),
        )

    def forward(self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig) -> Results:
        """From the normed stream (T, C) to the stream with what the heads add to it (T, C)."""
        return self._joined(
            attend(reads, weights["c_attn.weight"], weights["c_attn.bias"], config.n_head), stream, weights
        )

    def _joined(self, heads: Arrays, stream: np.ndarray, weights: Arrays) -> Results:
        joined = heads["output"].transpose(1, 0, 2).reshape(stream.shape)  # (H, T, A) -> (T, C)
        proj = joined @ weights["c_proj.weight"].T + weights["c_proj.bias"]  # (T, C)
        return {"heads": heads, "proj": proj, "residual": stream + proj}  # (T, C)

    def past(self, trace: Mapping[str, np.ndarray], within: str, config: GPTConfig) -> Arrays:
        """Keys and values of all heads, each (H, T, A)."""
        heads = range(config.n_head)
        return {name: np.stack([trace[f"{within}heads.{head}.{name}"] for head in heads]) for name in "kv"}

    def further(
        self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig, past: Arrays
    ) -> tuple[Results, Arrays]:
        """The next token's query looks at the keys of all before it, and at its own."""
        heads = attend(reads, weights["c_attn.weight"], weights["c_attn.bias"], config.n_head, past)
        return self._joined(heads, stream, weights), {name: heads[name] for name in past}

    def is_finite(self, results: Results, config: GPTConfig) -> bool:
        """What is not finite can get lost here, where a score of -inf becomes a weight of 0: so scores are counted."""
        scores = results["heads"]["scores"]  # (H, T, T)
        length = scores.shape[-1]
        return np.count_nonzero(np.isfinite(scores)) == len(scores) * length * (length + 1) // 2


def computed_by(head: int) -> Iterator[Tensor]:
    """What the head of that number computes."""
    for name, axes in (("q", "TA"), ("k", "TA"), ("v", "TA"), ("scores", "TT")):
        yield Tensor(f"heads.{head}.{name}", tuple(axes), causal=name == "scores")
    for name, axes in (("max", "T"), ("sum", "T"), ("weights", "TT"), ("output", "TA")):
        yield Tensor(f"heads.{head}.{name}", tuple(axes))


def attend(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, n_head: int, past: Arrays | None = None) -> Arrays:
    """Causal self-attention on x (T, C), before the projection; everything is a stack over heads.

    With a ``past``, keys and values of the tokens before, x is that of one token more, T = 1.
    """
    qkv = x @ weight.T + bias  # (T, C) -> (T, 3C)
    q, k, v = qkv.reshape(len(x), 3, n_head, -1).transpose(1, 2, 0, 3)  # (T, 3C) -> 3 × (H, T, A)
    if past is not None:
        k, v = (np.concatenate([past[name], new], axis=1) for name, new in (("k", k), ("v", v)))  # (H, all T, A)
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1]) + causal_mask(len(x))  # (H, T, A) -> (H, T, T)
    parts = softmax(scores)  # (H, T), (H, T), (H, T, T)
    mixed = parts["probs"] @ v  # (H, T, T) @ (H, T, A) -> (H, T, A)
    found = {"q": q, "k": k, "v": v, "scores": scores, "max": parts["max"], "sum": parts["sum"]}
    return found | {"weights": parts["probs"], "output": mixed}


@lru_cache(maxsize=8)
def causal_mask(length: int) -> np.ndarray:
    """(T, T), 0 where a query (row) may look at a key (column), -inf where the key lies in its future."""
    return np.triu(np.full((length, length), -np.inf, np.float32), 1)

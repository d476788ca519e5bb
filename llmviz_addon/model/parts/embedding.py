"""Embedding: each token's vector plus its position's vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..config import GPTConfig
from .part import Arrays, Part, Results, Tensor


@dataclass(frozen=True)
class Embedding(Part):
    """Tables of the tokens and of the positions, both learned."""

    joins = True
    goes_on = True

    def tensors(self, config: GPTConfig) -> Sequence[Tensor]:
        """Two tables, a column of each for every token, and their sum."""
        return (
            Tensor("token_weight", ("n_vocab", "C"), "wte.weight"),
            Tensor("position_weight", ("block_size", "C"), "wpe.weight"),
            Tensor("token", ("T", "C")),
            Tensor("position", ("T", "C")),
            Tensor("output", ("T", "C")),
        )

    def forward(self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig) -> Results:
        """From tokens (T,) to the residual stream (T, C)."""
        return _sum(reads, weights, 0)

    def past(self, trace: Mapping[str, np.ndarray], within: str, config: GPTConfig) -> Arrays:
        """How many tokens there are."""
        return {"length": np.array(len(trace["tokens"]))}

    def further(
        self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig, past: Arrays
    ) -> tuple[Results, Arrays]:
        """The next token, which stands at the next position."""
        return _sum(reads, weights, int(past["length"])), {"length": past["length"] + 1}

    def is_finite(self, results: Results, config: GPTConfig) -> bool:
        """What is not goes down the residual stream, where the next norm finds it."""
        return True


def _sum(tokens: np.ndarray, weights: Arrays, first: int) -> Arrays:
    """Vectors of tokens (T,), of their positions from ``first`` on, and what both are together."""
    token = weights["wte.weight"][tokens]  # (n_vocab, C) -> (T, C)
    position = weights["wpe.weight"][first : first + len(tokens)]  # (block_size, C) -> (T, C)
    return {"token": token, "position": position, "output": token + position}  # (T, C)

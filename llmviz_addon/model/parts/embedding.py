"""Embedding: each token's vector plus its position's vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..config import GPTConfig
from .part import Arrays, Part, Results, Tensor


@dataclass(frozen=True)
class Embedding(Part):
    """Tables of the tokens and of the positions, both learned."""

    joins = True

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
        token = weights["wte.weight"][reads]  # (n_vocab, C) -> (T, C)
        position = weights["wpe.weight"][: len(reads)]  # (block_size, C) -> (T, C)
        return {"token": token, "position": position, "output": token + position}  # (T, C)

    def is_finite(self, results: Results, config: GPTConfig) -> bool:
        """What is not goes down the residual stream, where the next norm finds it."""
        return True

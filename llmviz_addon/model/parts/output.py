"""Output: the LM head, and the softmax of what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..config import GPTConfig
from .part import Arrays, Part, Results, Tensor
from .softmax import softmax


@dataclass(frozen=True)
class Output(Part):
    """Logits of the next token for every position, and their probabilities."""

    output = "logits"
    goes_on = True

    def tensors(self, config: GPTConfig) -> Sequence[Tensor]:
        """The head's matrix, and the steps of the softmax."""
        return (
            Tensor("weight", ("n_vocab", "C"), "weight"),
            Tensor("logits", ("T", "n_vocab")),
            Tensor("max", ("T",)),
            Tensor("sum", ("T",)),
            Tensor("probs", ("T", "n_vocab")),
        )

    def forward(self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig) -> Results:
        """From the normed stream (T, C) to logits and probabilities (T, n_vocab)."""
        logits = reads @ weights["weight"].T  # (T, C) -> (T, n_vocab)
        return {"logits": logits} | softmax(logits)  # (T, n_vocab), (T,), (T,), (T, n_vocab)

    def is_finite(self, results: Results, config: GPTConfig) -> bool:
        """The largest and the smallest logit of all."""
        return bool(np.isfinite(results["max"]).all() and np.isfinite(results["logits"].min()))

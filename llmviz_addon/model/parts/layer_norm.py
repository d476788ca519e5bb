"""Layer norm: every column brought to mean 0 and variance 1, then scaled and shifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..config import GPTConfig
from .part import Arrays, Part, Results, Tensor

EPSILON = 1e-5  # keeps a layer norm from dividing by zero, as in GPT-2


@dataclass(frozen=True)
class LayerNorm(Part):
    """GPT-2's norm, with scale γ and shift β."""

    goes_on = True

    def tensors(self, config: GPTConfig) -> Sequence[Tensor]:
        """γ and β, and the steps from the stream to the output."""
        return (
            Tensor("mean", ("T",)),
            Tensor("std", ("T",)),
            Tensor("normalized", ("T", "C")),
            Tensor("gamma", ("C",), "weight"),
            Tensor("beta", ("C",), "bias"),
            Tensor("output", ("T", "C")),
        )

    def forward(self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig) -> Results:
        """Every row of what is read (T, C), by itself."""
        mean = reads.mean(-1)  # (T, C) -> (T,)
        centered = reads - mean[:, None]  # (T, C)
        std = np.sqrt((centered * centered).mean(-1) + np.float32(EPSILON))  # (T, C) -> (T,)
        normalized = centered / std[:, None]  # (T, C)
        output = normalized * weights["weight"] + weights["bias"]  # (T, C)
        return {"mean": mean, "std": std, "normalized": normalized, "output": output}

    def is_finite(self, results: Results, config: GPTConfig) -> bool:
        """The deviation measures every column of the stream; an infinite one would make the output 0."""
        return bool(np.isfinite(results["std"]).all())

"""MLP: every column widened, bent by an activation, and narrowed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..activations import GELU, Activation
from ..config import GPTConfig
from .part import Arrays, Part, Results, Tensor


@dataclass(frozen=True)
class MLP(Part):
    """Two matrices with an activation in between, and the sum with the residual stream.

    Attributes
    ----------
    activation : what bends the hidden numbers.
    times : how many times as wide as the stream the inside is.
    """

    activation: Activation = GELU["tanh"]
    times: int = 4

    output = "residual"
    joins = True
    goes_on = True

    @property
    def wide(self) -> str:
        """Name of the axis inside."""
        return f"{self.times}C"

    def lengths(self, config: GPTConfig) -> Mapping[str, int]:
        """How long the axis inside is."""
        return {self.wide: self.times * config.n_embd}

    def tensors(self, config: GPTConfig) -> Sequence[Tensor]:
        """Both matrices with their biases, and what they make."""
        return (
            Tensor("fc_weight", (self.wide, "C"), "c_fc.weight"),
            Tensor("fc_bias", (self.wide,), "c_fc.bias"),
            Tensor("hidden", ("T", self.wide)),
            Tensor("activation", ("T", self.wide)),
            Tensor("proj_weight", ("C", self.wide), "c_proj.weight"),
            Tensor("proj_bias", ("C",), "c_proj.bias"),
            Tensor("proj", ("T", "C")),
            Tensor("residual", ("T", "C")),
        )

    def forward(self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig) -> Results:
        """From the normed stream (T, C) to the stream with what the neurons add to it (T, C)."""
        hidden = reads @ weights["c_fc.weight"].T + weights["c_fc.bias"]  # (T, C) -> (T, 4C)
        activation = self.activation(hidden)  # (T, 4C)
        proj = activation @ weights["c_proj.weight"].T + weights["c_proj.bias"]  # (T, 4C) -> (T, C)
        return {"hidden": hidden, "activation": activation, "proj": proj, "residual": stream + proj}

    def is_finite(self, results: Results, config: GPTConfig) -> bool:
        """What is not goes down the residual stream, where the next norm finds it."""
        return True

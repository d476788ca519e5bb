"""Activations, the bends in an MLP. GPT-2's family has GELU, in two forms; the first transformer had ReLU.

GPT-2 and minGPT were trained with the tanh form, nanoGPT is with the exact one. They differ by up to 0.0005.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

Gelu = Literal["tanh", "exact"]


@dataclass(frozen=True)
class Activation:
    """A function of single numbers, for arrays of any shape and precision; ``name`` is what formulas call it."""

    name: str
    function: Callable[[np.ndarray], np.ndarray]

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """The numbers x, bent."""
        return self.function(x)


def relu(x: np.ndarray) -> np.ndarray:
    """What is below 0 becomes 0, of any shape."""
    return np.maximum(x, 0)


def gelu(x: np.ndarray) -> np.ndarray:
    """GELU in the tanh form, of any shape."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def gelu_exact(x: np.ndarray) -> np.ndarray:
    """GELU as it is defined, x times the normal distribution's share below x, to float32's precision.

    numpy has no error function. Abramowitz and Stegun's formula 7.1.26 is within 1.5e-7 of it.
    """
    z = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    terms = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    tail = terms * np.exp(-z * z)  # 1 - erf(z)
    return np.where(x < 0, 0.5 * x * tail, x - 0.5 * x * tail)


GELU: dict[Gelu, Activation] = {"tanh": Activation("GELU", gelu), "exact": Activation("GELU", gelu_exact)}
RELU = Activation("ReLU", relu)
KNOWN = {one.name: one for one in (GELU["tanh"], RELU)}
"""Activations by the names that formulas call them, to be shown beside a model's own."""

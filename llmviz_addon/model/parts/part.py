"""What every part tells of itself, for a model to be made of it.

A part is a value without state: its tensors by name, with the names of their axes; which of them are learned, and
under which names a checkpoint has these; and its forward step. All else follows from that: names and shapes of a
trace, names and shapes of a checkpoint, the number of parameters. Where a part stands and how each of its cells is
computed is told in ``layout/parts/``, in the file of the same name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..config import GPTConfig

Arrays = dict[str, np.ndarray]
Results = Mapping[str, Any]
"""What a part computed, arrays by name. Arrays within one more mapping are of a series, such as the heads: stacks."""


@dataclass(frozen=True)
class Tensor:
    """A tensor of a part.

    Attributes
    ----------
    name : its name within the part, such as ``gamma`` or ``heads.2.q``.
    axes : names of its axes, in order.
    stored : of a parameter, the tensor of a checkpoint in which it is. Parameters that name the same one are its
        rows, from the first on, in the order in which they are told. Empty where nothing is learned.
    causal : a (T, T) tensor that has minus infinity wherever its second index is the greater one.
    """

    name: str
    axes: tuple[str, ...]
    stored: str = ""
    causal: bool = False


class Part(ABC):
    """Something that models are made of.

    ``output`` names what the next part reads. If the part ``joins`` the residual stream, that is the stream from
    there on. If it ``goes_on``, it can compute one token more without those before it; see ``further``.
    """

    output: ClassVar[str] = "output"
    joins: ClassVar[bool] = False
    goes_on: ClassVar[bool] = False

    @abstractmethod
    def tensors(self, config: GPTConfig) -> Sequence[Tensor]:
        """All tensors of the part."""

    @abstractmethod
    def forward(self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig) -> Results:
        """Everything that the part computes.

        Parameters
        ----------
        reads : the output of the part before, (T, C); of the first part the tokens, (T,).
        stream : the residual stream, (T, C).
        weights : what a checkpoint has of this part, by the names in ``Tensor.stored``.
        """

    def past(self, trace: Mapping[str, np.ndarray], within: str, config: GPTConfig) -> Arrays:
        """What of a run must be known for ``further``; in the trace the names of the part begin with ``within``."""
        return {}

    def further(
        self, reads: np.ndarray, stream: np.ndarray, weights: Arrays, config: GPTConfig, past: Arrays
    ) -> tuple[Results, Arrays]:
        """What it computes of one token more, T = 1, and what must be known for the next; of a part that ``goes_on``.

        Here it is as ``forward`` has it: of a token by itself.
        """
        return self.forward(reads, stream, weights, config), past

    def lengths(self, config: GPTConfig) -> Mapping[str, int]:
        """Lengths of axes that only this part has, by name; T, C, A, n_vocab and block_size are known to all."""
        return {}

    def is_finite(self, results: Results, config: GPTConfig) -> bool:
        """Whether all that was computed is finite; looking at a few tensors will do where they tell of the others."""
        found = dict(flat(results))
        return all(is_finite(found[tensor.name], tensor.causal) for tensor in self.tensors(config) if not tensor.stored)


def flat(results: Results, within: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Results by the names of their tensors: stacks become one view for each entry of the series.

    ``within`` is what names begin with.
    """
    for name, result in results.items():
        if isinstance(result, np.ndarray):
            yield within + name, result
        else:
            for inner, stack in result.items():
                for number, values in enumerate(stack):
                    yield f"{within}{name}.{number}.{inner}", values


def is_finite(values: np.ndarray, causal: bool = False) -> bool:
    """Whether all values are finite; of ``causal`` ones those up to the diagonal, as the future is hidden."""
    return bool(np.isfinite(np.tril(values) if causal else values).all())

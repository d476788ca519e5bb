"""The five numbers that fix the shape of a GPT."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ..errors import ModelError
from .files import short


@dataclass(frozen=True)
class GPTConfig:
    """Shape of a GPT, in nanoGPT's words.

    Raises ModelError if a number is not a whole one of at least 1, or if the heads do not share out ``n_embd``.
    """

    n_layer: int
    n_head: int
    n_embd: int  # C, the width of the residual stream
    block_size: int  # the largest T
    vocab_size: int  # n_vocab

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ModelError(f"{field.name} is {short(value)}, but must be a whole number of at least 1.")
        if self.n_embd % self.n_head:
            raise ModelError(
                f"n_embd is {self.n_embd} and n_head is {self.n_head}: n_embd must be a multiple of n_head."
            )

    @property
    def head_size(self) -> int:
        """A, the number of channels of one head."""
        return self.n_embd // self.n_head

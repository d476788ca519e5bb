"""Well-known GPTs as shapes: names and configs, for models that are shown without their weights."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import ModelError, choices
from .architecture import GPT2, Architecture, n_params, n_params_per_layer
from .config import GPTConfig


@dataclass(frozen=True)
class Shape:
    """A model of which only the sizes matter; ``title`` is its name on screen.

    A ``tied`` LM head is the token embedding: drawn twice, learned and counted once, as the GPT papers count.
    """

    title: str
    config: GPTConfig
    tied: bool = True
    biases: bool = True
    architecture: Architecture = GPT2

    @property
    def n_params(self) -> int:
        """How many numbers the model has learned."""
        return n_params(self.config, self.architecture, self.tied, self.biases)

    @property
    def per_layer(self) -> int:
        """How many of them are in one layer."""
        return n_params_per_layer(self.config, self.architecture, self.biases)

    @property
    def remarks(self) -> str:
        """Why there are fewer parameters than blue cells; empty where there are as many."""
        return ", ".join((["tied head"] if self.tied else []) + ([] if self.biases else ["no biases"]))

    @property
    def counted(self) -> str:
        """The number of parameters in words."""
        return f"{self.n_params:,} parameters" + (f" ({self.remarks})" if self.remarks else "")


SHAPES = {  # by the names that users type, ascending
    "nano": Shape("nano-gpt", GPTConfig(n_layer=3, n_head=3, n_embd=48, block_size=11, vocab_size=3), tied=False),
    "gpt2": Shape("GPT-2 small", GPTConfig(n_layer=12, n_head=12, n_embd=768, block_size=1024, vocab_size=50257)),
    "gpt2-medium": Shape("GPT-2 medium", GPTConfig(24, 16, 1024, 1024, 50257)),
    "gpt2-large": Shape("GPT-2 large", GPTConfig(36, 20, 1280, 1024, 50257)),
    "gpt2-xl": Shape("GPT-2 XL", GPTConfig(48, 25, 1600, 1024, 50257)),
    "gpt3": Shape("GPT-3", GPTConfig(96, 96, 12288, 2048, 50257)),
}
COMPARED = ("nano", "gpt2", "gpt2-xl", "gpt3")
"""What a film about a model of one's own is compared with."""
MOST = 7
"""Models in one comparison."""
_ALIASES = {"nanogpt": "nano", "gpt2small": "gpt2"}


def shape(name: str) -> Shape:
    """The shape called ``name``, whatever its case and hyphens; raises ModelError that lists the names."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    plain = _ALIASES.get(plain, plain)
    for key, found in SHAPES.items():
        if plain == key.replace("-", ""):
            return found
    raise ModelError(f"Unknown model shape {name!r}. {choices(SHAPES)}")


def compared(names: Iterable[str]) -> list[Shape]:
    """The shapes of ``names``, each once, the smallest first; raises ModelError for an unknown one or too many."""
    found = list(dict.fromkeys(shape(name) for name in names))
    if not 1 <= len(found) <= MOST:
        raise ModelError(f"Cannot show {len(found)} models; choose 1 to {MOST}.")
    return sorted(found, key=lambda one: one.n_params)


def beside(own: Shape) -> list[Shape]:
    """A model of one's own and what it is compared with, the smallest first; models of its own sizes are left out."""
    others = (SHAPES[name] for name in COMPARED)
    return [own, *(other for other in others if other.config != own.config)]

"""Models without their weights: sizes and parts, of well-known GPTs and of one that was loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import ModelError, choices
from .architecture import GPT2, Architecture, layer_places, n_params, n_params_per_layer
from .config import GPTConfig
from .counts import Count


@dataclass(frozen=True)
class Blueprint:
    """A model as it is on paper; ``title`` is its name on screen.

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
    def layer_parts(self) -> dict[str, Count]:
        """What the parts of a layer have learned, by their names in it and by how wide the model is."""
        found = layer_places(self.config, self.architecture)
        return {name: place.by_width(self.biases) for name, place in found.items()}

    @property
    def by_width(self) -> Count:
        """What a layer has learned, by how wide the model is."""
        return sum(self.layer_parts.values(), Count(()))

    @property
    def remarks(self) -> str:
        """Why there are fewer parameters than blue cells; empty where there are as many."""
        return ", ".join((["tied head"] if self.tied else []) + ([] if self.biases else ["no biases"]))

    @property
    def counted(self) -> str:
        """The number of parameters in words."""
        return f"{self.n_params:,} parameters" + (f" ({self.remarks})" if self.remarks else "")


BLUEPRINTS = {  # by the names that users type, ascending
    "nano": Blueprint("nano-gpt", GPTConfig(n_layer=3, n_head=3, n_embd=48, block_size=11, vocab_size=3), tied=False),
    "gpt2": Blueprint("GPT-2 small", GPTConfig(n_layer=12, n_head=12, n_embd=768, block_size=1024, vocab_size=50257)),
    "gpt2-medium": Blueprint("GPT-2 medium", GPTConfig(24, 16, 1024, 1024, 50257)),
    "gpt2-large": Blueprint("GPT-2 large", GPTConfig(36, 20, 1280, 1024, 50257)),
    "gpt2-xl": Blueprint("GPT-2 XL", GPTConfig(48, 25, 1600, 1024, 50257)),
    "gpt3": Blueprint("GPT-3", GPTConfig(96, 96, 12288, 2048, 50257)),
}
COMPARED = ("nano", "gpt2", "gpt2-xl", "gpt3")
"""What a film about a model of one's own is compared with."""
MOST_COMPARED = 7
"""Models in one comparison."""
_ALIASES = {"nanogpt": "nano", "gpt2small": "gpt2"}


def blueprint(name: str) -> Blueprint:
    """The blueprint called ``name``, whatever its case and hyphens; raises ModelError that lists the names."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    plain = _ALIASES.get(plain, plain)
    for key, found in BLUEPRINTS.items():
        if plain == key.replace("-", ""):
            return found
    raise ModelError(f"Unknown model shape {name!r}. {choices(BLUEPRINTS)}")


class Outlines(tuple[Blueprint, ...]):
    """Models that are shown by their sizes alone, the smallest first."""


def compared(names: Iterable[str]) -> Outlines:
    """The blueprints of ``names``, each once, the smallest first; raises ModelError for an unknown one or too many."""
    found = list(dict.fromkeys(blueprint(name) for name in names))
    if not 1 <= len(found) <= MOST_COMPARED:
        raise ModelError(f"Cannot show {len(found)} models; choose 1 to {MOST_COMPARED}.")
    return Outlines(sorted(found, key=lambda one: one.n_params))


def beside(own: Blueprint) -> list[Blueprint]:
    """A model of one's own and what it is compared with, the smallest first; models of its own sizes are left out."""
    others = (BLUEPRINTS[name] for name in COMPARED)
    return [own, *(other for other in others if other.config != own.config)]

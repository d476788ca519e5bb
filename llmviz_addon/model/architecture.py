"""Which parts a model is made of, and what follows from that: all names and shapes, and how many numbers are learned.

Two sets of names are for the same numbers: a trace's, which the grids have (``layers.0.ln_1.gamma``), and those that
checkpoints have, which are minGPT's (``transformer.h.0.ln_1.weight``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import EllipsisType

import numpy as np

from ..kept import kept
from .activations import GELU, Gelu
from .config import GPTConfig
from .counts import Count
from .parts.attention import Attention
from .parts.embedding import Embedding
from .parts.layer_norm import LayerNorm
from .parts.mlp import MLP
from .parts.output import Output
from .parts.part import Part, Tensor

HEAD = "lm_head"
"""What the names of the output's tensors begin with in a checkpoint; its matrix may be the token embedding's."""


@dataclass(frozen=True)
class Architecture:
    """The parts of a model: the embedding, those of every layer by name and in order, the last norm, the output."""

    layer: tuple[tuple[str, Part], ...]
    embedding: Part = Embedding()
    ln_f: Part = LayerNorm()
    output: Part = Output()


def gpt2(gelu: Gelu = "tanh") -> Architecture:
    """GPT-2 and its family, which differ in the form of GELU."""
    return Architecture((("ln_1", LayerNorm()), ("attn", Attention()), ("ln_2", LayerNorm()), ("mlp", MLP(GELU[gelu]))))


GPT2 = gpt2()


@dataclass(frozen=True, eq=False)
class Place:
    """A part in a model of certain sizes: ``name`` begins its tensors' names in a trace, ``stored`` in a checkpoint.

    If it is ``in_layer``, every layer has such a part.
    """

    name: str
    stored: str
    part: Part
    config: GPTConfig
    in_layer: bool = False

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """The tensors of the part."""
        return _tensors(self.part, self.config)

    @property
    def lengths(self) -> Mapping[str, int]:
        """How long its axes are, by name; all but T, which is another in every run."""
        return lengths(self.part, self.config)

    @property
    def stored_shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of each tensor that a checkpoint has of it, by the name within the part."""
        return _stored_shapes(self.part, self.config)

    @kept
    def rows(self) -> tuple[tuple[str, str, slice | EllipsisType], ...]:
        """Of each parameter its name in a trace, the name of the tensor that has it in a checkpoint, and its rows."""
        known, ends = self.lengths, dict.fromkeys(self.stored_shapes, 0)
        found: list[tuple[str, str, slice | EllipsisType]] = []
        for tensor in self.tensors:
            if tensor.stored:
                start = ends[tensor.stored]
                end = ends[tensor.stored] = start + known[tensor.axes[0]]
                whole = end - start == self.stored_shapes[tensor.stored][0]
                rows = ... if whole else slice(start, end)
                found.append((f"{self.name}.{tensor.name}", self.within(tensor.stored), rows))
        return tuple(found)

    def count(self, biases: bool = True) -> int:
        """How many numbers it has learned, with its biases or without."""
        shapes = self.stored_shapes.items()
        return sum(math.prod(shape) for name, shape in shapes if biases or not name.endswith("bias"))

    def by_width(self, biases: bool = True) -> Count:
        """The same number, by how wide the model is."""
        stored = (tensor for tensor in self.tensors if tensor.stored)
        shapes = (tensor.axes for tensor in stored if biases or not tensor.stored.endswith("bias"))
        return Count.of(shapes, self.config, self.lengths)

    def within(self, stored: str) -> str:
        """A checkpoint's full name of what is called ``stored`` within the part."""
        return f"{self.stored}.{stored}"

    def weights(self, weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Of a checkpoint's weights those of this part, by their names within it."""
        return {name: weights[full] for name, full in self._stored_names}

    @kept
    def _stored_names(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, self.within(name)) for name in self.stored_shapes)


@lru_cache(maxsize=64)
def places(config: GPTConfig, architecture: Architecture = GPT2) -> tuple[Place, ...]:
    """Every part of a model of these sizes, in the order in which they are computed."""

    return (
        Place("embedding", "transformer", architecture.embedding, config),
        *(
            Place(f"layers.{number}.{name}", f"transformer.h.{number}.{name}", part, config, in_layer=True)
            for number in range(config.n_layer)
            for name, part in architecture.layer
        ),
        Place("ln_f", "transformer.ln_f", architecture.ln_f, config),
        Place("output", HEAD, architecture.output, config),
    )


def lengths(part: Part, config: GPTConfig) -> dict[str, int]:
    """How long the axes of a part are, by name; all but T, which is another in every run."""
    common = {"C": config.n_embd, "A": config.head_size, "n_vocab": config.vocab_size, "block_size": config.block_size}
    return {**common, **part.lengths(config)}


@lru_cache(maxsize=256)  # the layers of a model are alike
def _tensors(part: Part, config: GPTConfig) -> tuple[Tensor, ...]:
    return tuple(part.tensors(config))


@lru_cache(maxsize=256)
def _stored_shapes(part: Part, config: GPTConfig) -> Mapping[str, tuple[int, ...]]:
    known = lengths(part, config)
    shapes: dict[str, tuple[int, ...]] = {}
    for tensor in _tensors(part, config):
        if tensor.stored:
            rows, *rest = (known[axis] for axis in tensor.axes)
            before = shapes.get(tensor.stored, (0,))[0]
            shapes[tensor.stored] = (before + rows, *rest)
    return shapes


def trace_shapes(config: GPTConfig, length: int, architecture: Architecture = GPT2) -> dict[str, tuple[int, ...]]:
    """Every name in a trace of ``length`` tokens, with its shape."""
    shapes: dict[str, tuple[int, ...]] = {"tokens": (length,)}
    for place in places(config, architecture):
        known = {**place.lengths, "T": length}
        for tensor in place.tensors:
            shapes[f"{place.name}.{tensor.name}"] = tuple(known[axis] for axis in tensor.axes)
    return shapes


def causal_names(config: GPTConfig, architecture: Architecture = GPT2) -> set[str]:
    """Names of a trace's tensors in which minus infinity hides the future."""
    found = ((place, tensor) for place in places(config, architecture) for tensor in place.tensors)
    return {f"{place.name}.{tensor.name}" for place, tensor in found if tensor.causal}


def weight_shapes(config: GPTConfig, architecture: Architecture = GPT2) -> dict[str, tuple[int, ...]]:
    """Every name in a checkpoint, with its shape."""
    return {
        place.within(name): shape
        for place in places(config, architecture)
        for name, shape in place.stored_shapes.items()
    }


def parameters(
    weights: Mapping[str, np.ndarray], config: GPTConfig, architecture: Architecture = GPT2
) -> dict[str, np.ndarray]:
    """Every parameter under its name in a trace, as views of a checkpoint's weights."""
    told = (row for place in places(config, architecture) for row in place.rows)
    return {name: weights[stored] if rows is ... else weights[stored][rows] for name, stored, rows in told}


def weights_of(
    arrays: Mapping[str, np.ndarray], config: GPTConfig, architecture: Architecture = GPT2
) -> dict[str, np.ndarray]:
    """The way back from :func:`parameters`: a checkpoint's weights; what has several parameters is a copy."""
    parts: dict[str, list[np.ndarray]] = {}
    for place in places(config, architecture):
        for name, stored, _ in place.rows:
            parts.setdefault(stored, []).append(arrays[name])
    return {stored: found[0] if len(found) == 1 else np.concatenate(found) for stored, found in parts.items()}


def n_params(config: GPTConfig, architecture: Architecture = GPT2, tied: bool = True, biases: bool = True) -> int:
    """How many numbers a model has learned. A ``tied`` LM head is the token embedding and counts once."""
    sample = places(replace(config, n_layer=1), architecture)
    outside = sum(place.count(biases) for place in sample if not place.in_layer and not (tied and place.stored == HEAD))
    return outside + config.n_layer * n_params_per_layer(config, architecture, biases)


def n_params_per_layer(config: GPTConfig, architecture: Architecture = GPT2, biases: bool = True) -> int:
    """How many of them are in one layer."""
    return sum(place.count(biases) for place in layer_places(config, architecture).values())


def layer_places(config: GPTConfig, architecture: Architecture = GPT2) -> dict[str, Place]:
    """The parts of a layer, which is like all the others, by their names in it."""
    sample = places(replace(config, n_layer=1), architecture)
    names = (name for name, _ in architecture.layer)
    return dict(zip(names, (place for place in sample if place.in_layer), strict=True))

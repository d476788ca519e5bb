"""The attribute tree of a layout: ``layout.layers[0].attn.heads[2].q_weight`` is a grid.

The tree mirrors the names in the trace, so a chapter reads like the model's own source. A group is
a dataclass and its grids are its fields: there is no second list to keep in step.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from ..errors import ScriptError, choices
from .grid import Grid, Ribbon, Section

if TYPE_CHECKING:
    from ..model.config import GPTConfig


Part = TypeVar("Part")


class Several(tuple[Part, ...]):
    """Layers, or heads; ScriptError, which says how many there are, for one that is not there."""

    what: str

    def __new__(cls, what: str, parts: Iterable[Part]) -> Several[Part]:
        made = super().__new__(cls, parts)
        made.what = what
        return made

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        """The part of that number, or those of a slice."""
        try:
            return super().__getitem__(index)
        except IndexError:
            there = f"{self.what}s 0 to {len(self) - 1}" if len(self) > 1 else f"{self.what} 0 only"
            raise ScriptError(f"There is no {self.what} {index}; this model has {there}.") from None


class Group:
    """Grids and smaller groups, in the order in which they are computed."""

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """All grids of this group and of the groups within."""
        return tuple(_grids(getattr(self, field.name) for field in fields(self)))  # type: ignore[arg-type]


def _grids(parts: Iterator[object] | tuple[object, ...]) -> Iterator[Grid]:
    for part in parts:
        if isinstance(part, Grid):
            yield part
        elif isinstance(part, Group):
            yield from part.grids
        elif isinstance(part, tuple):
            yield from _grids(part)


@dataclass(frozen=True, eq=False)
class Embedding(Group):
    """Tables of the tokens and positions, and the sum of the columns picked from them."""

    token_weight: Grid  # (n_vocab, C)
    position_weight: Grid  # (block_size, C)
    output: Grid  # (T, C)


@dataclass(frozen=True, eq=False)
class Norm(Group):
    """A layer norm."""

    mean: Grid  # (T,)
    std: Grid  # (T,)
    gamma: Grid  # (C,)
    beta: Grid  # (C,)
    output: Grid  # (T, C)


@dataclass(frozen=True, eq=False)
class Head(Group):
    """One attention head."""

    q_weight: Grid  # (A, C)
    q_bias: Grid  # (A,)
    q: Grid  # (T, A)
    k_weight: Grid
    k_bias: Grid
    k: Grid
    v_weight: Grid
    v_bias: Grid
    v: Grid
    scores: Grid  # (T, T) query, key
    max: Grid  # (T,)
    sum: Grid  # (T,)
    weights: Grid  # (T, T)
    output: Grid  # (T, A)


@dataclass(frozen=True, eq=False)
class Attention(Group):
    """All heads, their projection, and the sum with the stream."""

    heads: tuple[Head, ...]
    proj_weight: Grid  # (C, C)
    proj_bias: Grid  # (C,)
    proj: Grid  # (T, C)
    residual: Grid  # (T, C)


@dataclass(frozen=True, eq=False)
class MLP(Group):
    """The feed-forward half of a layer."""

    fc_weight: Grid  # (4C, C)
    fc_bias: Grid  # (4C,)
    hidden: Grid  # (T, 4C)
    activation: Grid  # (T, 4C)
    proj_weight: Grid  # (C, 4C)
    proj_bias: Grid  # (C,)
    proj: Grid  # (T, C)
    residual: Grid  # (T, C)


@dataclass(frozen=True, eq=False)
class Layer(Group):
    """One transformer layer."""

    ln_1: Norm
    attn: Attention
    ln_2: Norm
    mlp: MLP


@dataclass(frozen=True, eq=False)
class Output(Group):
    """The language-model head and its softmax."""

    weight: Grid  # (n_vocab, C)
    logits: Grid  # (T, n_vocab)
    max: Grid  # (T,)
    sum: Grid  # (T,)
    probs: Grid  # (T, n_vocab)


@dataclass(frozen=True, eq=False)
class Layout:
    """The whole model on stage.

    ``grids`` are in the order of computation: what a grid is computed from stands before it.
    """

    config: GPTConfig
    n_tokens: int
    gap: float  # metres between neighbouring grids
    tokens: Grid
    embedding: Embedding
    layers: tuple[Layer, ...]
    ln_f: Norm
    output: Output
    ribbons: tuple[Ribbon, ...] = ()
    sections: tuple[Section, ...] = ()

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """Every grid of the model."""
        return tuple(_grids((self.tokens, self.embedding, self.layers, self.ln_f, self.output)))

    @cached_property
    def _by_name(self) -> dict[str, Grid]:
        return {grid.name: grid for grid in self.grids}

    def __getitem__(self, name: str) -> Grid:
        """The grid of that name; raises ScriptError that suggests the closest names."""
        try:
            return self._by_name[name]
        except KeyError:
            near = difflib.get_close_matches(str(name), self._by_name, n=5, cutoff=0.3) or list(self._by_name)
            raise ScriptError(f"Unknown grid {name!r}. {choices(near)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def made_from(self, *grids: Grid) -> set[str]:
        """Names of these grids and of all that they are computed from, by way of others too."""
        found: set[str] = set()
        waiting = [grid.name for grid in grids]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                rule = self[name].rule
                waiting += [source.grid for source in rule.sources.values()] if rule else []
        return found

    @cached_property
    def all_sections(self) -> tuple[Section, ...]:
        """Sections and the sections within them, outer before inner."""
        found: list[Section] = []
        waiting = list(self.sections)
        while waiting:
            section = waiting.pop(0)
            found.append(section)
            waiting[:0] = section.children
        return tuple(found)

    def section(self, name: str) -> Section:
        """The section of that name, at any depth; raises ScriptError that lists the names."""
        for section in self.all_sections:
            if section.name == name:
                return section
        raise ScriptError(f"Unknown section {name!r}. {choices(s.name for s in self.all_sections)}")

    @classmethod
    def empty(cls, config: GPTConfig) -> Layout:
        """The set of a film about shapes: nothing was run, so nothing stands there."""
        return _Empty(config)

    def __repr__(self) -> str:
        return f"<Layout of {len(self.grids)} grids, {self.n_tokens} tokens>"


class _Empty(Layout):
    """A layout without a grid; a chapter that asks for one is told why there is none."""

    def __init__(self, config: GPTConfig) -> None:
        for name, value in (("config", config), ("n_tokens", 0), ("gap", 1.0), ("grids", ())):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> object:
        if name in ("tokens", "embedding", "layers", "ln_f", "output"):
            raise ScriptError(f"There is no {name!r}: this film is about shapes of models, none of which was run.")
        raise AttributeError(name)

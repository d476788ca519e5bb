"""The whole model on the set, as :mod:`.build` makes it, and what can be asked of it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np

from ..errors import ScriptError, choices
from ..kept import kept
from ..model.architecture import Architecture
from ..model.config import GPTConfig
from .bands import Bands
from .grid import Grid, Ribbon, Section, boxes
from .groups import Group, Layer, Series
from .parts.part import PartGrids
from .sections import bracketed


@dataclass(frozen=True, eq=False)
class Layout(Group):
    """A model with every tensor in its place.

    ``grids`` are in the order of computation: what a grid is computed from stands before it. The parts, embedding
    and so on, are groups with their grids as attributes.
    """

    config: GPTConfig
    architecture: Architecture
    n_tokens: int
    gap: float  # metres between neighbouring grids
    tokens: Grid
    embedding: Any
    layers: Series[Layer]
    ln_f: Any
    output: Any
    ribbons: tuple[Ribbon, ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def parts(self) -> tuple[PartGrids, ...]:
        """The groups of all parts, in the order of computation."""
        in_layers = (part for layer in self.layers for part in layer.members.values())
        return (self.embedding, *in_layers, self.ln_f, self.output)

    @kept
    def _by_name(self) -> dict[str, Grid]:
        return {grid.name: grid for grid in self.grids}

    @kept
    def part_of(self) -> dict[str, PartGrids]:
        """The part that every grid is in, by the grid's name."""
        return {grid.name: part for part in self.parts for grid in part.grids}

    @kept
    def outermost(self) -> dict[str, int]:
        """The number of the outermost section that every grid is in, by the grid's name."""
        return {grid.name: number for number, one in enumerate(self.sections) for grid in one.grids}

    @kept
    def around(self) -> dict[str, list[Section]]:
        """The sections that every grid is in, by the grid's name, the outer before the inner."""
        found: dict[str, list[Section]] = {}
        for section in self.all_sections:
            for grid in section.grids:
                found.setdefault(grid.name, []).append(section)
        return found

    @kept
    def homes(self) -> np.ndarray:
        """Smallest and largest corner of every grid, (n, 2, 3) metres."""
        return boxes(self.grids)

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

    def holding(self, others: Mapping[str, Grid]) -> Layout:
        """The same layout with ``others`` in the places of the grids of these names; bare."""
        return replace(super().holding(others), ribbons=(), sections=())

    @kept
    def ribbons_of(self) -> Mapping[str, Sequence[tuple[int, Ribbon]]]:
        """The ribbons that start at every grid, and their numbers among all, by the grid's name."""
        found: dict[str, list[tuple[int, Ribbon]]] = {}
        for number, ribbon in enumerate(self.ribbons):
            found.setdefault(ribbon.source, []).append((number, ribbon))
        return found

    @kept
    def ribbons_to(self) -> Mapping[str, Sequence[Ribbon]]:
        """The ribbons that lead to every grid, by the grid's name."""
        found: dict[str, list[Ribbon]] = {}
        for ribbon in self.ribbons:
            found.setdefault(ribbon.target, []).append(ribbon)
        return found

    def ribbons_within(self, names: Collection[str]) -> list[Ribbon]:
        """The ribbons from one to another of the grids of these names, in order."""
        starting = chain.from_iterable(self.ribbons_of.get(name, ()) for name in names)
        found = [(number, ribbon) for number, ribbon in starting if ribbon.target in names]
        return [ribbon for _, ribbon in sorted(found, key=itemgetter(0))]

    @kept
    def of_kind(self) -> Mapping[str, Sequence[Grid]]:
        """The grids by their kinds."""
        found: dict[str, list[Grid]] = {}
        for grid in self.grids:
            found.setdefault(grid.kind, []).append(grid)
        return found

    @kept
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


def ribbons(layout: Layout, series: bool = True) -> tuple[Ribbon, ...]:
    """All ribbons of a model; without ``series`` none that starts or ends at what stands in one, such as a head."""
    bands = Bands(layout.gap, layout.n_tokens, series)
    return tuple(ribbon for part in layout.parts for ribbon in part.ribbons(bands))


def sections(layout: Layout) -> tuple[Section, ...]:
    """Embedding, every layer, output; with the sections of the parts within."""
    gap, embedding, ln_f, output = layout.gap, layout.embedding, layout.ln_f, layout.output
    return (
        bracketed("embedding", embedding.title, (layout.tokens, *embedding.grids), gap),
        *(
            bracketed(f"layers.{number}", f"Layer {number}", layer.grids, gap, _within(layer))
            for number, layer in enumerate(layout.layers)
        ),
        bracketed("output", output.title, (*ln_f.grids, *output.grids), gap, (ln_f.section(),)),
    )


def _within(layer: Layer) -> tuple[Section, ...]:
    return tuple(part.section() for part in layer.members.values() if isinstance(part, PartGrids))

"""Close-ups: of a model too large to read single cells, excerpts stand in for the grids that are explained.

A column of GPT-2 has 768 cells: seen whole, none of them is a pixel wide, and a row of weights stands 70 m
from the end of the vector it makes. So the same layout is made once more, of the first cells of every long
axis, and its grids take the places of the true ones while cells are told. They are windows: indices,
numbers and sums are the whole tensor's, labels say "48 of 768", and where an excerpt ends it is torn off.
A chapter is written as for a small model, of which ``closeup`` returns the layout that is there anyway.
Rejected: a camera that frames a part of the true grids, for what belongs together stands too far apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ...layout.build import layout
from ...layout.grid import CELL, Grid, Ribbon
from ...layout.layout import Layout
from ...layout.lettering.drawing import Drawing, Line, Shape
from ...layout.signs.labels import labels
from ..asking import Grids
from ..score.timeline import Channel
from .copies import NEAR

if TYPE_CHECKING:
    from ...model.architecture import Architecture
    from ...model.config import GPTConfig
    from ..film import Film

MOST = {"T": 24, "C": 48, "A": 32, "4C": 64, "block_size": 64}
"""Cells of an axis, by its name, that can be told apart in a picture of a few grids."""
ENOUGH = 1.5
"""An axis is cut only if it is so many times as long as that."""
TEAR = 0.15 * CELL
"""Width of the line along a torn edge."""


@dataclass(frozen=True, eq=False)
class Closeup:
    """Excerpts on stage: pairs of a true grid and what stands in for it, and where a rule finds its sources."""

    pairs: tuple[tuple[Grid, Grid], ...]
    sources: Mapping[str, Grid]


def closeup(film: Film, *things: Grids, seconds: float | None = None) -> Layout:
    """Let excerpts stand in for ``things``, and return the layout that holds them in the places of the true ones.

    The first of ``things`` keeps its upper left corner, where its excerpt stands a hair before it, and the camera
    comes near. Where every axis is short enough nothing happens, and the layout is the film's own.
    """
    whole = film.cast.grids_of(*things)
    axes = {axis.name: axis.length for grid in whole for axis in grid.axes}
    most = {name: count for name, count in MOST.items() if axes.get(name, 0) > ENOUGH * count}
    if not most:
        return film.layout
    seconds = film.length(seconds)
    shown = film.layout.embedding.token_weight.axes[0].shown
    small = _small(
        film.config, film.layout.architecture, film.layout.n_tokens, film.layout.gap, shown, tuple(most.items())
    )
    move = np.array(whole[0].origin) - small[whole[0].name].origin - (0, NEAR, 0)
    prefix = film.unique("excerpt")
    written = {drawing.name: drawing for drawing in labels(small, grids=[small[grid.name] for grid in whole])}
    pairs, stands = [], {}
    for grid in whole:
        excerpt = small[grid.name]
        x, y, z = (float(v) for v in excerpt.origin + move)
        stand = replace(excerpt, name=f"{prefix}:{grid.name}", origin=(x, y, z))
        film.cast.add_grid(stand, film.trace[grid.name])
        label = _label(written[f"label:{grid.name}"], stand, move)
        film.cast.add(label)
        film.cast.signage[label.name] = label
        stands[grid.name] = stand
        pairs.append((grid, stand))
        if film.score.value(Channel(grid.name, "reveal")) == 0:
            film.hide_values(stand)
    film.closeups.append(Closeup(tuple(pairs), {**{g.name: g for g in film.layout.grids}, **stands}))
    with film.together(seconds=seconds):
        film.fade(*whole, *_between(film, whole), to=0)
        film.fade(*stands.values(), to=1)
        film.camera.frame(*stands.values())
    return small.mapped(lambda grid: stands.get(grid.name, grid))


@lru_cache(maxsize=1)  # chapter after chapter asks for the same
def _small(
    config: GPTConfig,
    architecture: Architecture,
    n_tokens: int,
    gap: float,
    shown: tuple[int, ...] | None,
    most: tuple[tuple[str, int], ...],
) -> Layout:
    return layout(config, n_tokens, gap, shown, dict(most), bare=True, architecture=architecture)


def step_back(film: Film, *, seconds: float | None = None) -> None:
    """End the close-up: the whole grids come back with all their values, and the camera shows them.

    Where there is none nothing happens.
    """
    if not film.closeups:
        return
    pairs = film.closeups[-1].pairs
    whole = [grid for grid, _ in pairs]
    film.show_values(*whole)
    with film.together(seconds=film.length(seconds, 1.5)):
        film.fade(*(stand for _, stand in pairs), to=0)
        film.fade(*whole, *_between(film, whole), to=1)
        film.camera.frame(*whole)


def _between(film: Film, grids: list[Grid]) -> list[Ribbon]:
    """The ribbons from one of ``grids`` to another."""
    names = {grid.name for grid in grids}
    return [ribbon for ribbon in film.layout.ribbons if ribbon.source in names and ribbon.target in names]


def stage_of(film: Film, grid: Grid) -> Mapping[str, Grid] | Layout:
    """Where the rule of ``grid`` finds the grids that it names: among excerpts, if it is one."""
    for one in film.closeups:
        if any(stand is grid for _, stand in one.pairs):
            return one.sources
    return film.layout


def _label(label: Drawing, grid: Grid, move: np.ndarray) -> Drawing:
    """A label for an excerpt, with a torn edge wherever it does not end but goes on."""
    pose = label.pose.copy()
    pose[:3, 3] += move
    (left, _, bottom), (right, _, top) = (corner - pose[:3, 3] for corner in grid.box)
    torn: list[Shape] = []
    for axis in grid.axes:
        if axis.shown is not None and axis.direction == "z":
            torn.append(Line(tuple((along, bottom - out) for along, out in _tear(left, right)), TEAR, "muted"))
        elif axis.shown is not None and axis.direction == "x":
            torn.append(Line(tuple((right + out, along) for along, out in _tear(bottom, top)), TEAR, "muted"))
    return replace(label, name=f"label:{grid.name}", shapes=(*label.shapes, *torn), pose=pose, parent=grid.name)


def _tear(start: float, end: float) -> list[tuple[float, float]]:
    """A zigzag from start to end, and how far out its points lie."""
    count = 2 * max(1, round((end - start) / CELL / 2)) + 1
    outs = np.where(np.arange(count) % 2, 0.6 * CELL, 0.3 * CELL)
    return [(float(x), float(out)) for x, out in zip(np.linspace(start, end, count), outs, strict=True)]

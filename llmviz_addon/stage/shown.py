"""What a stage shows, written on the scene as plain data: so that a saved file knows which number stands where.

It names the model and the tokens that it read, from which layout and numbers are had again, and tells what cannot be:
which cells of a tensor a copy or an excerpt shows, which models stand there in outline. Numbers are not written once
more: of a large model they are hundreds of megabytes, and the picture of values keeps only pools of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import bpy

from ..layout.grid import Grid, Taken
from ..layout.roles import Role
from ..layout.tensor import Axis
from ..model.blueprints import BLUEPRINTS
from ..screenplay.score.timeline import Standing
from .ours import is_inherited
from .plain import loads, written_text

if TYPE_CHECKING:
    from ..screenplay.production import Production

OURS = "llmviz_shown"
GRIDS = "llmviz_grids"
"""Custom property of an object that many grids share: the number of each box's grid among all of the stage."""
LONGEST = 1 << 24
"""Of an axis: more is no tensor of ours."""


@dataclass(frozen=True)
class Along:
    """An axis of a grid that a chapter made."""

    name: str
    length: int
    direction: str


@dataclass(frozen=True)
class Run:
    """Of which run the numbers are: a half-open range of indices, one of several that follow one another."""

    start: int
    stop: int


@dataclass(frozen=True)
class Indices:
    """The indices of a tensor that are shown along one of its axes."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Made:
    """A grid that a chapter made, and the cells of the tensor ``of`` that it shows, if it shows one's."""

    name: str
    role: str
    axes: tuple[Along, ...]
    of: str
    indices: tuple[Indices, ...]

    @property
    def is_sound(self) -> bool:
        """Whether it can be one: as long along its axes as what it shows, which may be single along other axes."""
        lengths = [axis.length for axis in self.axes]
        runs = [run for along in self.indices for run in along.runs]
        along = [sum(run.stop - run.start for run in one.runs) for one in self.indices]
        fits = lengths in (along, [length for length in along if length > 1] or [1]) if self.of else not along
        return (
            fits
            and self.role in set(Role)
            and bool(lengths)
            and all(0 < length <= LONGEST for length in lengths)
            and all(0 <= run.start < run.stop <= LONGEST for run in runs)
            and all(axis.direction in ("x", "y", "z") for axis in self.axes)
        )


@dataclass(frozen=True)
class Outlined:
    """A model in outline: the name that its pieces' begin with, and which of ``BLUEPRINTS`` it is; "" is the run's."""

    name: str
    blueprint: str


@dataclass(frozen=True)
class Shown:
    """A run, as what it takes to have it again, and what there is besides on its stage.

    ``columns`` are those of the stage, of which the tokens fill the first; ``model`` is "" where there is no run, or
    one of a model that was in no file.
    """

    model: str
    mark: int
    tokens: tuple[int, ...]
    prompt_length: int
    columns: int
    made: tuple[Made, ...] = ()
    outlines: tuple[Outlined, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether it can be that of a stage."""
        return (
            0 <= self.prompt_length <= len(self.tokens) <= self.columns
            and all(token >= 0 for token in self.tokens)
            and all(made.is_sound for made in self.made)
            and all(one.blueprint in BLUEPRINTS or not one.blueprint for one in self.outlines)
        )


def shown_of(production: Production) -> Shown:
    """What a production shows."""
    run, timeline = production.run, production.timeline
    made = tuple(_made(grid) for grid, _ in timeline.grids)
    outlines = tuple(_outlined(model) for model in timeline.outlines)
    if run is None:
        return Shown("", 0, (), 0, 0, made, outlines)
    return Shown(
        run.model.path, run.model.mark, run.tokens, run.prompt_length, production.layout.n_tokens, made, outlines
    )


def write_shown(scene: bpy.types.Scene, shown: Shown) -> None:
    """Keep ``shown`` in a custom property of the scene."""
    scene[OURS] = json.dumps(asdict(shown), separators=(",", ":"))


def read_shown(scene: bpy.types.Scene) -> Shown | None:
    """What the stage in ``scene`` shows; None where there is none, one of an earlier version, or it was damaged."""
    return None if is_inherited(scene) else _parse(written_text(scene, OURS))


def grids_of(obj: bpy.types.Object) -> Sequence[int]:
    """The numbers of the grids of an object's boxes; none where somebody made something else of that."""
    found = obj.get(GRIDS)
    return tuple(found) if getattr(found, "typecode", "") == "i" else ()


def clear_shown(scene: bpy.types.Scene) -> None:
    """Take it away."""
    if scene.get(OURS) is not None:
        del scene[OURS]


def grid_of(made: Made) -> Grid:
    """The grid that a chapter made, as far as cells can be found in it; it has no place of its own."""
    axes = tuple(Axis(one.name, one.length, one.direction) for one in made.axes)
    indices = tuple(_listed(one.runs) for one in made.indices)
    return Grid(
        made.name, "", Role(made.role), axes, (0.0, 0.0, 0.0), "", taken=Taken(made.of, indices) if made.of else None
    )


@lru_cache(maxsize=4)
def _parse(text: str) -> Shown | None:
    shown = loads(Shown, text)
    return shown if shown is not None and shown.is_sound else None


def _made(grid: Grid) -> Made:
    axes = tuple(Along(axis.name, axis.cells, axis.direction) for axis in grid.axes)
    taken = grid.taken
    indices = tuple(Indices(tuple(_runs(along))) for along in taken.indices) if taken is not None else ()
    return Made(grid.name, str(grid.role), axes, taken.grid if taken is not None else "", indices)


def _outlined(model: Standing) -> Outlined:
    known = (name for name, one in BLUEPRINTS.items() if one == model.blueprint)
    return Outlined(model.once.name, next(known, ""))


def _runs(indices: Sequence[int]) -> Iterable[Run]:
    """Ascending indices as ranges, each of which goes as far as they are neighbours."""
    start = 0
    for number in range(1, len(indices) + 1):
        if number == len(indices) or indices[number] != indices[number - 1] + 1:
            yield Run(int(indices[start]), int(indices[number - 1]) + 1)
            start = number


def _listed(runs: Sequence[Run]) -> Sequence[int]:
    if len(runs) == 1:
        return range(runs[0].start, runs[0].stop)
    return tuple(index for run in runs for index in range(run.start, run.stop))

"""What a stage is about: its run, had again from the model that the scene names, and which cell of it stands where.

Runs of this session that somebody still holds are taken as they are: a model that came from no file has nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from weakref import WeakValueDictionary

import bpy
import numpy as np

from ...errors import JobError, ModelError, ScriptError
from ...kept import kept
from ...language import phrase
from ...layout.grid import Grid, Region
from ...layout.layout import sections
from ...layout.outline import Outline, outline
from ...layout.reading import NO_TENSOR, Reader, Reading, one_cell
from ...model.blueprints import BLUEPRINTS, Blueprint
from ...model.checkpoint import Checkpoint, find
from ...model.run import Run, read
from ...model.run import run as run_of
from ...screenplay.open_stage import Moment
from ...screenplay.production import laid_out
from ..open_state import read_state
from ..ours import NAME, TAG, ours
from ..shown import Shown, grid_of, grids_of, read_shown
from ..told_by_objects import ATLAS, STRIDES, told
from ..values.atlas import WIDTH, numbers_of
from .sight import Hit

NO_STAGE = "In the scene {!r} there is no film and no open stage of which this could be told."
UNKNOWN = "What the film in the scene {!r} shows is not written down: an earlier llmviz built it. Build it anew."

_alive: WeakValueDictionary[tuple[int, tuple[int, ...]], Run] = WeakValueDictionary()


def remember(run: Run | None) -> None:
    """Take note of a run that is shown, as long as somebody holds it."""
    if run is not None:
        _alive[run.model.mark, run.tokens] = run


@dataclass(frozen=True, eq=False)
class Subject:
    """A run on its stage: what reads its cells, and the grids that chapters made of it, by name."""

    shown: Shown
    run: Run | None
    reader: Reader | None
    made: dict[str, Grid]

    @kept
    def numbered(self) -> tuple[Grid, ...]:
        """All grids in the order of the stage's numbers."""
        return (*(self.reader.layout.grids if self.reader else ()), *self.made.values())

    @kept
    def by_name(self) -> dict[str, Grid]:
        """All grids."""
        return {grid.name: grid for grid in self.numbered}

    @kept
    def outlines(self) -> tuple[tuple[str, Outline], ...]:
        """The models in outline, with the names that their pieces' begin with."""
        own = self.run.model.blueprint if self.run is not None else None
        known = ((one.name, BLUEPRINTS.get(one.blueprint, own)) for one in self.shown.outlines)
        return tuple((name, _outline(blueprint)) for name, blueprint in known if blueprint is not None)

    def grid(self, obj: bpy.types.Object, box: int = 0) -> Grid | None:
        """The grid that a box of an object shows; None where it is none of the run's, such as an outline's."""
        if obj.get(TAG) == "grids":
            numbers = grids_of(obj)
            return self.numbered[numbers[box]] if box < len(numbers) and numbers[box] < len(self.numbered) else None
        whole = obj.parent if obj.get(TAG) == "fragment" else obj
        return None if whole is None else self.by_name.get(str(whole.get(NAME)))

    def cell(self, hit: Hit) -> Region | None:
        """The cell that was met, of the run's own grid where a copy shows it; None where nothing is known of it."""
        grid = self.grid(hit.obj, hit.box)
        return None if grid is None else self.true(grid, hit.in_grid)

    def true(self, grid: Grid, cell: tuple[int, int, int]) -> Region | None:
        """The cell of a tensor that is at a place of a grid, a copy too; None where it has no such place."""
        places = dict(zip("xyz", cell, strict=True))
        along = [places[axis.direction] for axis in grid.axes]
        try:
            if grid.taken is not None and self.reader is not None:
                return one_cell(self.reader.layout[grid.taken.grid], grid.taken.index(along))
            return one_cell(grid, [axis.index(place) for axis, place in zip(grid.axes, along, strict=True)])
        except (ScriptError, IndexError):
            return None

    def outlined(self, hit: Hit) -> Reading | None:
        """What can be read of a cell of a model in outline."""
        name = str(hit.obj.get(NAME))
        base, _, layer = name.partition(":layer ")
        drawn = dict(self.outlines).get(base)
        if drawn is None:
            return None
        region = drawn.cell(hit.box, hit.cell, bool(layer))
        reading = _of_outline(drawn).read(region)
        inner = reading.place[1:] if layer else reading.place
        outer = [phrase("Layer {}", int(layer))] if layer else []
        return replace(reading, place=(drawn.blueprint.title, *outer, *inner))

    def worked_out(self, hit: Hit, region: Region, scene: bpy.types.Scene) -> Reading:
        """What can be read of a number of no tensor, such as a product: what its cell shows."""
        assert self.reader is not None
        column, row, _, share = told(hit.obj, ATLAS)
        steps = told(hit.obj, STRIDES)
        flat = sum(round(steps[number]) * place for number, place in enumerate(hit.in_grid))
        where = self.reader.where(region) if region.grid.axes[0].name else ""
        image = next((b for b in ours(scene).blocks if isinstance(b, bpy.types.Image) and b.get(TAG) == "atlas"), None)
        if image is None or share != 1:
            return Reading(region, where, remark=phrase(NO_TENSOR))
        value = _numbers(image.session_uid, image)[round(row) * WIDTH + round(column) + flat]
        return Reading(region, where, values=np.asarray(value), remark=phrase(NO_TENSOR))


_last: list[tuple[int, np.ndarray]] = []


def _numbers(uid: int, image: bpy.types.Image) -> np.ndarray:
    """All numbers of a picture of values, of which the last one that was asked for is kept."""
    if not _last or _last[0][0] != uid:
        _last[:] = [(uid, numbers_of(image).reshape(-1))]
    return _last[0][1]


def subject(scene: bpy.types.Scene) -> Subject:
    """What the stage in ``scene`` is about; JobError where there is none, or its model is gone or another one."""
    return _subject(*_asked(scene))


def at_hand(scene: bpy.types.Scene) -> bool:
    """Whether that is told without reading or running a model, which takes seconds with a large one."""
    try:
        shown, _ = _asked(scene)
    except JobError:
        return True
    return not shown.tokens or (shown.mark, shown.tokens) in _alive


def read_and_run(scene: bpy.types.Scene) -> tuple[Callable[[], Checkpoint], Callable[[Checkpoint], Run]]:
    """How the model is read, and how it is run: neither asks Blender. What comes of it is to be remembered."""
    shown, _ = _asked(scene)
    return lambda: _model(shown), lambda model: _run(shown, model)


def _asked(scene: bpy.types.Scene) -> tuple[Shown, bool]:
    """What the stage shows, and whether it is an open one."""
    state, shown = read_state(scene), read_shown(scene)
    if state is not None:
        shown = Shown(state.model, state.mark, state.tokens, state.prompt_length, state.columns)
    if not ours(scene).blocks:
        raise JobError(NO_STAGE.format(scene.name))
    if shown is None:
        raise JobError(UNKNOWN.format(scene.name))
    return shown, state is not None


@lru_cache(maxsize=2)
def _subject(shown: Shown, is_open: bool) -> Subject:
    made = {one.name: grid_of(one) for one in shown.made}
    if not shown.tokens:
        return Subject(shown, None, None, made)
    run = _alive.get((shown.mark, shown.tokens)) or _run(shown, _model(shown))
    remember(run)
    if is_open:
        moment = Moment(run, shown.columns)
        reader = Reader(moment.layout, moment.values, run.tokens, run.text_of)
    else:
        reader = Reader(laid_out(run), run.trace, run.tokens, run.text_of)
    return Subject(shown, run, reader, made)


def _model(shown: Shown) -> Checkpoint:
    """The model again, from its file; JobError where it cannot be had, or is another."""
    if not shown.model:
        raise JobError("The model of this stage came from no file, so its numbers cannot be read again; build it anew.")
    try:
        model = find(shown.model)
    except ModelError as error:
        raise JobError(
            f"The model of this stage cannot be read any more, so neither can its numbers. {error}"
        ) from error
    if model.mark != shown.mark:
        raise JobError(f"{shown.model!r} is not the model that this stage was built with; its weights differ.")
    if shown.columns > model.config.block_size:
        raise JobError(f"This stage says that it has {shown.columns} columns, more than {model.name!r} takes.")
    return model


def _run(shown: Shown, model: Checkpoint) -> Run:
    """The run again."""
    recorded = model.recorded
    if recorded is not None and recorded.tokens == shown.tokens:
        return run_of(model, shown.tokens)
    return read(model, shown.tokens, shown.prompt_length)


@lru_cache(maxsize=8)
def _outline(blueprint: Blueprint) -> Outline:
    return outline(blueprint)


@lru_cache(maxsize=8)
def _of_outline(drawn: Outline) -> Reader:
    return Reader(replace(drawn.sample, sections=sections(drawn.sample)), None, (), str)

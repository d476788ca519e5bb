"""All that can be read of a cell of a stage at the scene's frame: what the inspector's card tells, as data."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ...errors import JobError
from ...language import phrase, spoken
from ...layout.grid import Grid, Region
from ...layout.rays import Boxes
from ...layout.reading import NO_TOKEN, NOT_YET, Reading
from ...layout.tensor import Index
from ..kept_language import language_of
from ..open_state import read_state
from ..ours import NAME, TAG, ours
from ..shown import grids_of
from ..told_by_objects import KNOWN, REVEAL, STRIDES, share, told
from . import sight
from .sight import Hit, first
from .subject import Subject, subject

SOME = "not all of it computed yet in the story"


@dataclass(frozen=True, eq=False)
class Body:
    """An object, as evaluated, of which a box shows cells of a grid: from the ``first`` up to ``stop``, (x, y, z)."""

    obj: bpy.types.Object
    boxes: Boxes
    box: int
    grid: Grid
    first: tuple[int, int, int]
    stop: tuple[int, int, int]

    def known(self, cells: np.ndarray) -> np.ndarray:
        """Which of some cells (n, 3) of its grid show their value: the cell material's rule."""
        if self.obj.get(TAG) == "grids":
            return cells @ np.array(self.grid.strides) < self.grid.count * share(self.obj, KNOWN)
        flat = cells @ np.rint(np.array(told(self.obj, STRIDES)[:3]))
        count, after, before = told(self.obj, REVEAL)
        return np.maximum(count - flat, np.minimum(flat + after, before - flat)) > 0


def ray(scene: bpy.types.Scene, origin: Sequence[float], direction: Sequence[float]) -> Reading | None:
    """What a ray in the world (metres) meets first of all that is seen; None where that is no cell."""
    return _told(scene, sight.along(scene, origin, direction))


def point(scene: bpy.types.Scene, place: Sequence[float]) -> Reading | None:
    """What is at a place in the world (metres); None where no cell is seen there."""
    return _told(scene, sight.at(scene, place))


def cells(scene: bpy.types.Scene, what: str | Grid | Region, index: Index = ()) -> Reading:
    """What can be read of cells of a grid, by its name or as it is; raises LlmvizError where there are none such."""
    about = subject(scene)
    if about.reader is None:
        raise JobError(f"In the scene {scene.name!r} there are models in outline only, and no numbers of {what!r}.")
    if isinstance(what, Region):
        return cells(scene, what.grid, what.index)
    grid = about.reader.layout[what if isinstance(what, str) else what.name]
    return read(scene, about, grid[index if index != () else slice(None)])


def read(scene: bpy.types.Scene, about: Subject, region: Region, body: Body | None = None) -> Reading:
    """What can be read of cells of a grid of the layout, as it is seen on ``body``, or wherever it is seen."""
    with spoken(language_of(scene)):
        return _read(scene, about, region, body)


def _read(scene: bpy.types.Scene, about: Subject, region: Region, body: Body | None) -> Reading:
    assert about.reader is not None
    places = _places(region)
    bodies = [body] if body is not None else _bodies_of(scene, about, region.grid)
    known = np.zeros(len(places), dtype=bool)
    for one in bodies:
        known |= one.known(places) & _within(places, one)
    if not known.any():
        return about.reader.read(region, _missing(scene, about, region))
    reading = about.reader.read(region)
    if known.all() or reading.values is None:
        return reading
    values = np.array(reading.values, dtype=np.float32)
    values.reshape(-1)[~known] = np.nan
    return replace(reading, values=values, remark=phrase(SOME))


def corners(scene: bpy.types.Scene, about: Subject, *regions: Region) -> list[list[np.ndarray]]:
    """The corners (8, 3), metres in the world, of cells of each region wherever they are seen at this frame."""
    bodies = _bodies(scene, about, {region.grid.name for region in regions})
    return [[one for body in bodies.get(r.grid.name, ()) for one in _corners(body, r)] for r in regions]


def _corners(body: Body, region: Region) -> Iterator[np.ndarray]:
    spans = [region.span(direction) for direction in "xyz"]
    low = np.maximum([start for start, _ in spans], body.first) - body.first
    high = np.minimum([stop for _, stop in spans], body.stop) - body.first
    if (low < high).all():
        matrix = np.array(body.obj.matrix_world)
        yield body.boxes.span(body.box, low, high) @ matrix[:3, :3].T + matrix[:3, 3]


def _told(scene: bpy.types.Scene, hit: Hit | None) -> Reading | None:
    if hit is None:
        return None
    with spoken(language_of(scene)):
        return _of(scene, hit)


def _of(scene: bpy.types.Scene, hit: Hit) -> Reading | None:
    about = subject(scene)
    if hit.obj.get(TAG) == "outline":
        return about.outlined(hit)
    region, grid = about.cell(hit), about.grid(hit.obj, hit.box)
    if region is None or grid is None:
        return None
    body = _body(scene, hit.obj, hit.box, grid)
    known = body is not None and bool(body.known(np.array([hit.in_grid]))[0])
    if grid.taken is None and grid.name in about.made:
        reading = about.worked_out(hit, region, scene)
        return reading if known else replace(reading, values=None, remark=phrase(NOT_YET))
    assert about.reader is not None
    return about.reader.read(region, "" if known else _missing(scene, about, region))


def _missing(scene: bpy.types.Scene, about: Subject, region: Region) -> str:
    """Why cells have no value at this frame."""
    axes = [axis.name for axis in region.grid.axes]
    is_open = read_state(scene) is not None
    return NO_TOKEN if is_open and axes[:1] == ["T"] and region.first[0] >= len(about.shown.tokens) else NOT_YET


def _places(region: Region) -> np.ndarray:
    """The places (n, 3) of the cells of a region in its grid, in the tensor's order."""
    lines = [np.arange(start, stop) for start, stop in region.cells]
    each = np.meshgrid(*lines, indexing="ij")
    places = np.zeros((each[0].size, 3), dtype=int)
    for axis, along in zip(region.grid.axes, each, strict=True):
        places[:, "xyz".index(axis.direction)] = along.reshape(-1)
    return places


def _within(places: np.ndarray, body: Body) -> np.ndarray:
    found: np.ndarray = ((places >= body.first) & (places < body.stop)).all(axis=1)
    return found


def _body(scene: bpy.types.Scene, obj: bpy.types.Object, box: int, grid: Grid) -> Body | None:
    boxes, start = sight.boxes_in(scene, obj), first(obj)
    if boxes is None:
        return None
    x, y, z = (int(a + b) for a, b in zip(start, boxes.cells[box], strict=True))
    return Body(obj, boxes, box, grid, start, (x, y, z))


def _bodies(scene: bpy.types.Scene, about: Subject, names: Collection[str]) -> dict[str, list[Body]]:
    """Where cells of grids of the layout itself are seen, by the names of these; not their copies."""
    found: dict[str, list[Body]] = {}
    wanted = [number for number, grid in enumerate(about.numbered) if grid.name in names]
    for obj in sight.seen(scene):
        boxes = [0] if obj.get(TAG) in sight.SINGLE else []
        if obj.get(TAG) == "grids":
            boxes = np.flatnonzero(np.isin(np.asarray(grids_of(obj), dtype=int), wanted)).tolist()
        for box in boxes:
            grid = about.grid(obj, box)
            if grid is not None and grid.name in names and (body := _body(scene, obj, box, grid)) is not None:
                found.setdefault(grid.name, []).append(body)
    return found


def _bodies_of(scene: bpy.types.Scene, about: Subject, grid: Grid) -> list[Body]:
    """Where cells of a grid are seen; where none are, its own object, which tells how far the story has come."""
    found = _bodies(scene, about, {grid.name}).get(grid.name, [])
    if found:
        return found
    own = [obj for obj in ours(scene).objects if obj.get(TAG) == "grid" and obj.get(NAME) == grid.name]
    evaluated = [obj.evaluated_get(sight.graph(scene)) for obj in own]
    return [body for obj in evaluated if (body := _body(scene, obj, 0, grid)) is not None]

"""Which thing a ray meets the name of: labels of grids, brackets of sections, the model's card.

Many signs that come and go together are one object, so it is where the layout has them that is asked. What stands alone
is met where it stands at the frame, and is met only if it is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import bpy
import numpy as np

from ...layout.contents import Entry
from ...layout.lettering.drawing import Drawing, Line, Rect, Text
from ...layout.signs.signage import signage
from ..materials.cell_material import GONE
from ..open_state import read_state
from ..ours import NAME, TAG
from ..pointing import sight
from ..pointing.subject import Subject
from .hiding import grids_of
from .places import LAYER, Walk

PAD = 0.15
"""By which a sign is met beyond its edges, in metres."""
Rectangle = tuple[float, float, float, float]


def pick(
    scene: bpy.types.Scene, walk: Walk, origin: Sequence[float], direction: Sequence[float], cells: bool
) -> Entry | None:
    """What a ray meets the sign of before any cell; with ``cells`` also what it meets a cell of."""
    hit = sight.along(scene, origin, direction)
    sign = _met(scene, walk, np.asarray(origin, float), np.asarray(direction, float))
    if sign is not None and (hit is None or sign[0] <= hit.far):
        return sign[1]
    return _of_cell(walk, hit) if cells and hit is not None else None


def _of_cell(walk: Walk, hit: sight.Hit) -> Entry | None:
    about, contents = walk.about, walk.contents
    if hit.obj.get(TAG) == "outline":
        base, _, layer = str(hit.obj.get(NAME)).partition(LAYER)
        number = next((n for n, (name, _) in enumerate(about.outlines) if name == base), None)
        models = [one for one in contents.models if one.model.outline == number]
        if number is None or not models:
            return None
        grid = about.outlines[number][1].cell(hit.box, hit.cell, bool(layer)).grid
        within = models[0].children[int(layer) + 1] if layer else models[0]
        return contents.of(grid.name, within)
    found = about.grid(hit.obj, hit.box)
    name = "" if found is None else found.taken.grid if found.taken is not None else found.name
    return contents.of(name) if name else None


def _met(scene: bpy.types.Scene, walk: Walk, origin: np.ndarray, direction: np.ndarray) -> tuple[float, Entry] | None:
    alone, merged = _drawn(scene)
    found: list[tuple[float, str, bool]] = []
    for name, drawing, rectangles in _signs(walk.about, read_state(scene) is not None):
        if drawing.name in alone:
            pose = alone[drawing.name]
        elif merged:
            pose = drawing.pose
        else:
            continue
        far = _far(pose, rectangles, origin, direction)
        if far is not None:
            found.append((far, name, drawing.name in alone))
    for far, name, is_seen in sorted(found):
        entry = walk.contents.of(name) if name else walk.contents.models[0]
        if entry is not None and (is_seen or _is_seen(scene, walk, entry)):
            return far, entry
    return None


def _is_seen(scene: bpy.types.Scene, walk: Walk, entry: Entry) -> bool:
    """Whether anything is seen of an entry, whose name stands in one object with others."""
    return any(name in entry.names for obj in sight.seen(scene) for name in grids_of(walk.about, obj))


def _drawn(scene: bpy.types.Scene) -> tuple[dict[str, np.ndarray], bool]:
    """Where the drawings stand that are seen alone, by their names; whether some are seen that are one object."""
    alone: dict[str, np.ndarray] = {}
    merged = False
    for obj in sight.graph(scene).objects:
        if obj.get(TAG) == "drawing" and obj.color[3] > GONE:
            name = str(obj.get(NAME))
            merged = merged or name.startswith("signs ")
            alone[name] = np.array(obj.matrix_world)
    return alone, merged


def _far(pose: np.ndarray, rectangles: Sequence[Rectangle], origin: np.ndarray, direction: np.ndarray) -> float | None:
    """How far along a ray one of the rectangles in the plane of a pose is met, in lengths of its direction."""
    try:
        way = np.linalg.inv(pose)
    except np.linalg.LinAlgError:
        return None
    start, along = way[:3, :3] @ origin + way[:3, 3], way[:3, :3] @ direction
    if along[2] == 0 or (far := -start[2] / along[2]) <= 0:
        return None
    x, y = (start + far * along)[:2].tolist()
    return float(far) if any(a <= x <= c and b <= y <= d for a, b, c, d in rectangles) else None


@lru_cache(maxsize=2)
def _signs(about: Subject, is_open: bool) -> tuple[tuple[str, Drawing, tuple[Rectangle, ...]], ...]:
    """Every sign of a run's set, with the name of what it is the sign of, "" of the model, and where it is met."""
    if about.reader is None or about.run is None:
        return ()
    written = signage(about.reader.layout, about.run, growing=is_open)
    named = [*written.labels.items(), *written.brackets.items()]
    named += [("", written.card)] if written.card is not None else []
    return tuple((name, drawing, tuple(_rectangles(drawing))) for name, drawing in named)


def _rectangles(drawing: Drawing) -> Iterator[Rectangle]:
    for shape in drawing.shapes:
        if isinstance(shape, Text):
            (left, bottom), (right, top) = shape.corners
        elif isinstance(shape, Rect):
            left, bottom, right, top = shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
        elif isinstance(shape, Line):
            (left, bottom), (right, top) = np.min(shape.points, axis=0), np.max(shape.points, axis=0)
        else:
            continue
        yield left - PAD, bottom - PAD, right + PAD, top + PAD

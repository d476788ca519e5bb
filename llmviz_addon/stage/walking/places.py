"""The tree of a stage, and where what is in it stands at the scene's frame."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import bpy
import numpy as np

from ...language import AsIs, Language, phrase, spoken
from ...layout.contents import Contents, Entry, Model
from ...layout.layout import sections
from ...layout.outline import Outline
from ...layout.rays import Boxes
from ...layout.whereabouts import sections_of
from ..kept_language import language_of
from ..open_state import read_state
from ..ours import NAME, TAG, ours
from ..pointing import inspect, sight
from ..pointing.subject import Subject, subject
from ..shown import read_shown
from .walked import WALKED

Corners = np.ndarray
"""Of a box: (8, 3), metres in the world."""
LAYER = ":layer "
"""Between the name of a model in outline and the number of a layer, in a piece's name."""


@dataclass(frozen=True, eq=False)
class Walk:
    """A stage to walk through."""

    about: Subject
    contents: Contents


def walk_of(scene: bpy.types.Scene) -> Walk:
    """What the stage in ``scene`` is made of; JobError where there is none, or its model cannot be read."""
    about = subject(scene)
    return Walk(about, _contents(about, language_of(scene)))


def marked(scene: bpy.types.Scene) -> str:
    """What tells one stage from another, at no cost: the same while the tree is; "" where there is none."""
    state, shown = read_state(scene), read_shown(scene)
    if state is not None:
        return f"{scene.name} {state.mark} {state.columns}"
    if shown is None or not ours(scene).blocks:
        return ""
    return f"{scene.name} {shown.mark} {shown.columns} {[(one.name, one.blueprint) for one in shown.outlines]}"


@lru_cache(maxsize=2)
def _contents(about: Subject, language: Language) -> Contents:
    with spoken(language):
        return Contents(_models(about))


def _models(about: Subject) -> list[Model]:
    models = []
    if about.reader is not None and about.run is not None and about.reader.layout.grids:
        layout = about.reader.layout
        models.append(Model(about.run.model.name, layout.sections or sections(layout)))
    models += [
        Model(_called(drawn.blueprint.title, models), sections_of(drawn), number)
        for number, (_, drawn) in enumerate(about.outlines)
    ]
    return models


def _called(title: str, models: Sequence[Model]) -> str:
    """What a model in outline is called, which may be the run's own beside larger ones."""
    return phrase("{}, in outline", AsIs(title)) if any(one.title == title for one in models) else title


def shapes(scene: bpy.types.Scene, walk: Walk, entry: Entry) -> list[tuple[Entry, list[Corners]]]:
    """What is in an entry, or it itself if it is a grid, each with the boxes in which it stands.

    What is seen nowhere at this frame is told by its place in the model.
    """
    each = entry.children or (entry,)
    if entry.model.outline is None:
        return _of_run(scene, walk.about, entry, each)
    there = _standing(scene, walk.about, entry)
    return [(one, _of_outline(walk.about, one, there)) for one in each]


def is_seen(scene: bpy.types.Scene, walk: Walk, entry: Entry) -> bool:
    """Whether anything of an entry is seen at this frame."""
    if entry.model.outline is None:
        regions = [grid[:] for grid in entry.grids]
        return any(inspect.corners(scene, walk.about, *regions))
    base, _ = walk.about.outlines[entry.model.outline]
    there = {str(obj.get(NAME)) for obj in sight.seen(scene) if obj.get(TAG) == "outline"}
    return any(piece in there for piece in pieces(base, entry))


def pieces(base: str, entry: Entry) -> list[str]:
    """The names of the pieces of a model in outline in which an entry of it is."""
    last = len(entry.model.sections) - 1
    numbers = range(last + 1) if len(entry.path) < 2 else [entry.path[1]]
    return list(dict.fromkeys(base if n in (0, last) else f"{base}{LAYER}{n - 1}" for n in numbers))


def _of_run(
    scene: bpy.types.Scene, about: Subject, entry: Entry, each: tuple[Entry, ...]
) -> list[tuple[Entry, list[Corners]]]:
    found = dict(
        zip(
            (grid.name for grid in entry.grids),
            inspect.corners(scene, about, *(grid[:] for grid in entry.grids)),
            strict=True,
        )
    )
    somewhere = any(found.values())
    told = []
    for one in each:
        boxes = [box for grid in one.grids for box in found[grid.name]]
        if not boxes and not somewhere:
            boxes = [_box(*(np.array(end) for end in grid.ends)) for grid in one.grids]
        if boxes:
            told.append((one, boxes if one.grid is not None else [around(boxes)]))
    return told


def is_layer(base: str, entry: Entry) -> bool:
    """Whether an entry of a model in outline is a whole piece of it: a layer is, while all else shares one."""
    return len(entry.path) == 2 and base not in pieces(base, entry)


def _standing(scene: bpy.types.Scene, about: Subject, entry: Entry) -> dict[str, list[tuple[Boxes, np.ndarray]]]:
    """The boxes of the pieces of a model in outline in which an entry is, with their ways (4, 4) into the world."""
    assert entry.model.outline is not None
    names, graph = set(pieces(about.outlines[entry.model.outline][0], entry)), sight.graph(scene)
    found: dict[str, list[tuple[Boxes, np.ndarray]]] = defaultdict(list)
    for obj in ours(scene).objects:
        if obj.get(TAG) == "outline" and obj.get(NAME) in names and obj.get(WALKED) is None:
            boxes = sight.boxes_in(scene, obj)
            if boxes is not None:
                found[str(obj[NAME])].append((boxes, np.array(obj.evaluated_get(graph).matrix_world)))
    return found


def _of_outline(about: Subject, entry: Entry, there: Mapping[str, list[tuple[Boxes, np.ndarray]]]) -> list[Corners]:
    assert entry.model.outline is not None
    base, drawn = about.outlines[entry.model.outline]
    found = []
    for boxes, matrix in (one for name in pieces(base, entry) for one in there.get(name, ())):
        if len(entry.path) < 2 or is_layer(base, entry):
            low, high = boxes.around
        else:
            numbers = numbers_of(drawn, entry)
            low, high = boxes.lows[numbers].min(axis=0), boxes.highs[numbers].max(axis=0)
        found.append(_box(low, high) @ matrix[:3, :3].T + matrix[:3, 3])
    return found


def numbers_of(drawn: Outline, entry: Entry) -> list[int]:
    """The boxes of a model in outline that show a section or grid of it, among those of its piece."""
    return [number for grid in entry.grids for number in drawn.boxes_of[grid.name]]


def around(boxes: list[Corners]) -> Corners:
    """The box around some, along the world's axes."""
    points = np.concatenate(boxes)
    return _box(points.min(axis=0), points.max(axis=0))


def _box(low: np.ndarray, high: np.ndarray) -> Corners:
    return np.array([(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])

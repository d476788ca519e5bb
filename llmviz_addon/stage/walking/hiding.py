"""What is hidden of a stage while one walks in it: in the view layer only, as with H, and never keyed or rendered so.

What the user has hidden herself stays hidden when all is shown again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import bpy

from ...layout.contents import Entry, Path
from ...layout.roles import Role
from ..ours import NAME, TAG, keys, ours
from ..playing import whole
from ..pointing import sight
from ..pointing.subject import Subject
from ..shown import grids_of as numbered
from .parts import is_part, remove_parts, show_parts
from .places import LAYER, Walk, is_layer, numbers_of, pieces
from .walked import Walked, hidden_by_walking, is_hiding, read_walked, write_walked

SET = ("grid", "grids", "fragment", "ribbon", "drawing", "outline")
"""What stands on the set and may be hidden; the camera, what it carries, and lamps stay."""
BEFORE_CAMERA = ("page", "stand", "camera")
Keeps = Callable[[bpy.types.Object], bool]


def only(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, walk: Walk, entry: Entry) -> None:
    """Hide all but what is in an entry; weights that are hidden stay so."""
    with whole(scene):
        _hide(scene, layer, walk, entry.path, read_walked(layer).weights)


def hide_weights(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, walk: Walk) -> None:
    """Hide what was learned, besides what is hidden already."""
    with whole(scene):
        _hide(scene, layer, walk, read_walked(layer).only, True)


def show_all(scene: bpy.types.Scene, layer: bpy.types.ViewLayer) -> None:
    """Show again what was hidden, but for what the user has hidden herself."""
    remove_parts(scene, layer)
    with whole(scene):
        for obj in hidden_by_walking(scene, layer):
            obj.hide_set(False, view_layer=layer)
    write_walked(layer, Walked())


def show_everywhere(scene: bpy.types.Scene) -> None:
    """Show all again in every view layer: what is written there tells things by numbers that only this stage has."""
    for layer in scene.view_layers:
        if is_hiding(layer):
            show_all(scene, layer)


def hidden_in(scene: bpy.types.Scene) -> dict[str, Walked]:
    """What walking has hidden, by the view layers in which it has."""
    return {layer.name: read_walked(layer) for layer in scene.view_layers if is_hiding(layer)}


def hide_again(scene: bpy.types.Scene, walk: Walk, hidden: Mapping[str, Walked]) -> None:
    """Hide the same of the stage that is there now, as far as it has that."""
    for layer in scene.view_layers:
        if walked := hidden.get(layer.name):
            with whole(scene):
                _hide(scene, layer, walk, walked.only, walked.weights)


def standing(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """What stands on the set."""
    return [
        obj for obj in ours(scene).objects if obj.get(TAG) in SET and not is_part(obj) and not _is_before_camera(obj)
    ]


def _hide(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, walk: Walk, path: Path, weights: bool) -> None:
    """Show what is at a path, or all, without ``weights`` if these are to be hidden."""
    entry = walk.contents.there(path) if path else None
    show_all(scene, layer)
    there, keeps = set(layer.objects), _keeps(walk.about, entry)
    hidden, parts = [], {}
    for obj in standing(scene):
        if obj not in there or obj.hide_get(view_layer=layer):
            continue
        boxes = _boxes(scene, walk.about, obj, entry, weights)
        if boxes is not None:
            count = len(boxes)
            wanted = [number for number, kept in enumerate(boxes) if kept]
            if 0 < len(wanted) < count:
                parts[obj] = wanted
            whole = len(wanted) == count
        else:
            whole = keeps(obj) and not (weights and _is_weight(walk.about, obj))
        if not whole:
            hidden.append(obj)
    collection = show_parts(scene, layer, parts)
    numbers = keys(scene)
    for obj in hidden:
        obj.hide_set(True, view_layer=layer)
    walked = Walked(frozenset(numbers[obj] for obj in hidden), path if entry is not None else (), weights)
    write_walked(layer, walked, collection)


def _is_before_camera(obj: bpy.types.Object) -> bool:
    while obj.parent is not None:
        obj = obj.parent
        if obj.get(TAG) in BEFORE_CAMERA:
            return True
    return False


def _boxes(
    scene: bpy.types.Scene, about: Subject, obj: bpy.types.Object, entry: Entry | None, weights: bool
) -> Sequence[bool] | None:
    """Of an object of many boxes, which of these are kept; None of any other."""
    if obj.get(TAG) not in sight.MANY or (boxes := sight.boxes_in(scene, obj)) is None:
        return None
    count = len(boxes.lows)
    if obj.get(TAG) == "grids":
        grids = [about.grid(obj, box) for box in range(count)]
        return [
            grid is not None
            and (entry is None or (entry.model.outline is None and grid.name in entry.names))
            and not (weights and grid.role is Role.WEIGHT)
            for grid in grids
        ]
    base = str(obj.get(NAME)).partition(LAYER)[0]
    number = next((number for number, (name, _) in enumerate(about.outlines) if name == base), None)
    if number is None:
        return [entry is None] * count
    kept = set(range(count))
    if entry is not None and (entry.model.outline != number or obj.get(NAME) not in pieces(base, entry)):
        return [False] * count
    drawn = about.outlines[number][1]
    if entry is not None and len(entry.path) > 1:
        kept &= set(numbers_of(drawn, entry))
    if weights:
        roles = (drawn.once if obj.get(NAME) == base else drawn.layer).roles
        kept -= {box for box, role in enumerate(roles) if role is Role.WEIGHT}
    return [box in kept for box in range(count)]


def _keeps(about: Subject, entry: Entry | None) -> Keeps:
    """Whether a thing is of an entry, as far as it can be told: what is of several things is not."""
    if entry is None:
        return lambda obj: True
    whole = len(entry.path) < 2
    if entry.model.outline is not None:
        base, _ = about.outlines[entry.model.outline]
        names = pieces(base, entry)
        full = whole or is_layer(base, entry)
        return lambda obj: full and obj.get(NAME) in names if obj.get(TAG) == "outline" else whole and _is_of(obj, base)
    inside = _sections(entry)

    def keeps(obj: bpy.types.Object) -> bool:
        kind, name = obj.get(TAG), str(obj.get(NAME))
        if kind == "drawing" and obj.parent is None:
            what, _, of = name.partition(":")
            return whole or of in {"section": inside, "label": entry.names}.get(what, ())
        if kind == "drawing":
            return obj.parent is not None and keeps(obj.parent)
        if kind == "ribbon":
            ends = name.removeprefix("ribbon:").split(">")
            return whole or all(end in entry.names for end in ends)
        if kind == "outline":
            return False
        return any(one in entry.names for one in grids_of(about, obj))

    return keeps


def _is_of(obj: bpy.types.Object, base: str) -> bool:
    """Whether a drawing is of a model in outline."""
    return obj.get(TAG) == "drawing" and str(obj.get(NAME)).startswith(base)


def grids_of(about: Subject, obj: bpy.types.Object) -> list[str]:
    """The names of the grids of the run that an object of cells shows, where it is a copy those of what it copies."""
    if obj.get(TAG) == "grids":
        shown = [about.grid(obj, box) for box in range(len(numbered(obj)))]
    else:
        shown = [about.grid(obj)]
    return [grid.taken.grid if grid.taken is not None else grid.name for grid in shown if grid is not None]


def _sections(entry: Entry) -> set[str]:
    """The names of an entry and of all sections in it."""
    return {entry.name}.union(*(_sections(one) for one in entry.children if one.folds))


def _is_weight(about: Subject, obj: bpy.types.Object) -> bool:
    """Whether a thing was learned, or is the name of what was."""
    if obj.get(TAG) == "drawing":
        return obj.parent is not None and _is_weight(about, obj.parent)
    if obj.get(TAG) not in ("grid", "fragment"):
        return False
    grid = about.grid(obj)
    return grid is not None and grid.role is Role.WEIGHT

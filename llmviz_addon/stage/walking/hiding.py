"""What is hidden of a stage while one walks in it: in the view layer only, as with H, and never keyed or rendered so.

What the user has hidden herself stays hidden when all is shown again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import bpy

from ...layout.contents import Entry
from ...layout.roles import Role
from ..ours import NAME, TAG, keys, ours
from ..pointing.subject import Subject
from ..shown import GRIDS
from .places import Walk, pieces
from .walked import WALKED, hidden_by_walking

SET = ("grid", "grids", "fragment", "ribbon", "drawing", "outline")
"""What stands on the set and may be hidden; the camera, what it carries, and lamps stay."""
BEFORE_CAMERA = ("page", "stand", "camera")


def only(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, walk: Walk, entry: Entry) -> None:
    """Hide all but what is in an entry."""
    keeps = _keeps(walk.about, entry)
    _hide(scene, layer, [obj for obj in standing(scene) if not keeps(obj)])


def hide_weights(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, walk: Walk) -> None:
    """Hide what was learned, besides what is hidden already."""
    hidden = hidden_by_walking(scene, layer)
    _hide(scene, layer, [obj for obj in standing(scene) if obj in hidden or _is_weight(walk.about, obj)])


def show_all(scene: bpy.types.Scene, layer: bpy.types.ViewLayer) -> None:
    """Show again what was hidden, but for what the user has hidden herself."""
    _hide(scene, layer, ())


def standing(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """What stands on the set."""
    return [obj for obj in ours(scene).objects if obj.get(TAG) in SET and not _is_before_camera(obj)]


def _hide(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, objects: Iterable[bpy.types.Object]) -> None:
    """Hide these, and show what else was hidden so."""
    before, there, numbers = hidden_by_walking(scene, layer), set(layer.objects), keys(scene)
    wanted = {obj for obj in objects if obj in there and (obj in before or not obj.hide_get(view_layer=layer))}
    for obj in before - wanted:
        obj.hide_set(False, view_layer=layer)
    for obj in wanted - before:
        obj.hide_set(True, view_layer=layer)
    if layer.get(WALKED) is not None:
        del layer[WALKED]
    if wanted:
        layer[WALKED] = sorted(numbers[obj] for obj in wanted)


def _is_before_camera(obj: bpy.types.Object) -> bool:
    while obj.parent is not None:
        obj = obj.parent
        if obj.get(TAG) in BEFORE_CAMERA:
            return True
    return False


def _keeps(about: Subject, entry: Entry) -> Callable[[bpy.types.Object], bool]:
    """Whether a thing is of an entry, as far as it can be told: what is of several things is not."""
    whole = len(entry.path) < 2
    if entry.model.outline is not None:
        base, _ = about.outlines[entry.model.outline]
        names = pieces(base, entry)
        return lambda obj: obj.get(NAME) in names if obj.get(TAG) == "outline" else whole and obj.get(TAG) == "drawing"
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


def grids_of(about: Subject, obj: bpy.types.Object) -> list[str]:
    """The names of the grids of the run that an object of cells shows, where it is a copy those of what it copies."""
    if obj.get(TAG) == "grids":
        shown = [about.grid(obj, box) for box in range(len(obj.get(GRIDS, ())))]
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
    if obj.get(TAG) not in ("grid", "grids", "fragment"):
        return False
    grid = about.grid(obj)
    return grid is not None and grid.role is Role.WEIGHT

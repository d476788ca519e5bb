"""Which Blender properties the channels of each actor on stage drive.

Which channels an actor of a kind has is told by the screenplay's table of channels, where in its object they live by
``properties``; here each is measured from where its object stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import bpy

from ...layout.grid import Grid
from ...layout.lettering.drawing import Drawing, Readout
from ...screenplay.score.channels import Kind, row
from ...screenplay.score.timeline import CAMERA, Fragment
from .. import compat
from ..lens import BLUR, SPOT
from ..materials.flat_material import REACH
from ..things.camera import CLIP_END, CLIP_START, Rig
from ..things.lights import BELOW, POOL
from ..things.page import PAGE
from ..things.readouts import modifier_name, value_input
from .focusing import BLUR as BLURRED
from .focusing import FOCUS
from .focusing import SPOT as SPOTTED
from .keys import Actor, Target
from .properties import place


def grid_actor(grid: Grid, obj: bpy.types.Object) -> Actor:
    """A grid: its object."""
    return _object_actor(obj, Kind.GRID)


def fragment_actor(fragment: Fragment, grid: Grid, obj: bpy.types.Object) -> Actor:
    """A fragment, which lives in its grid's unit cube: turned or stretched, it would be sheared by its size."""
    return _object_actor(obj, Kind.FRAGMENT, tuple(1.0 / size for size in grid.size))


def ribbon_actor(obj: bpy.types.Object) -> Actor:
    """Ribbons that fade together: their object."""
    return _object_actor(obj, Kind.RIBBON)


def drawing_actor(obj: bpy.types.Object, drawing: Drawing) -> Actor:
    """A drawing, or several that fade together: their object, and its readouts."""
    readouts = [shape for shape in drawing.shapes if isinstance(shape, Readout)]
    own, fades_at = _object_actor(obj, Kind.SIGN).targets, float(obj[REACH])

    def targets(prop: str, index: int) -> list[Target]:
        if prop == "scale" and index == 0:  # what is larger is seen from further away
            return [*own(prop, index), Target(obj, f'["{REACH}"]', 0, fades_at)]
        if prop != "value":
            return own(prop, index)
        modifiers: list[Any] = [obj.modifiers[modifier_name(r.slot)] for r in readouts if r.slot == index]
        return [Target(obj, compat.input_path(m, value_input(m))) for m in modifiers]

    return Actor(targets, (obj,))


def crowd_actor(obj: bpy.types.Object, grids: Sequence[Grid]) -> Actor:
    """Grids that share an object: of each the same share of its values is known."""
    return _object_actor(obj, Kind.CROWD, cells=grids[0].count)


def piece_actor(name: str, objects: Sequence[bpy.types.Object]) -> Actor:
    """A piece of a model in outline: its objects, which fade together."""
    each = [_object_actor(obj, Kind.PIECE).targets for obj in objects]

    def targets(prop: str, index: int) -> list[Target]:
        return [target for own in each for target in own(prop, index)]

    return Actor(targets, tuple(objects))


def floor_actor(obj: bpy.types.Object) -> Actor:
    """The floor, as high as what is above it begins, and as solid as that is."""

    def targets(prop: str, index: int) -> list[Target]:
        return [Target(obj, "color", 3) if prop == "opacity" else Target(obj, "location", index, 1.0, -BELOW)]

    return Actor(targets)


def page_floor_actor(obj: bpy.types.Object) -> Actor:
    """The floor under a page."""
    return Actor(lambda prop, index: [Target(obj, "color", 3)], (obj,))


def lens_actor(rig: Rig) -> Actor:
    """The lens of a lit theme: how far away it is focused, and how soft what is furthest from that, and whether
    all but what is pointed out is dim."""
    data: Any = rig.lens
    data[BLUR] = data[SPOT] = 0.0
    paths = {FOCUS.prop: "dof.focus_distance", BLURRED.prop: f'["{BLUR}"]', SPOTTED.prop: f'["{SPOT}"]'}
    return Actor(lambda prop, index: [Target(data, paths[prop])])


def lamps_actor(obj: bpy.types.Object) -> Actor:
    """What carries the lamps, to what is in play."""

    def targets(prop: str, index: int) -> list[Target]:
        return [Target(obj, "location", index)] if prop == "offset" else [Target(obj, "scale", i) for i in range(3)]

    return Actor(targets)


def camera_actor(rig: Rig, floor: bpy.types.Object | None = None) -> Actor:
    """The camera rig; a floor is seen around what it looks at, as far as the picture goes."""
    lens = [Target(rig.lens, "clip_start", 0, *CLIP_START), Target(rig.lens, "clip_end", 0, *CLIP_END)]
    page = [Target(rig.page, "scale", i, PAGE, 1.0) for i in range(3)]
    wide = [] if floor is None else [Target(floor, "scale", i, POOL) for i in range(2)]
    degree, quarter = math.radians(1.0), math.radians(90.0)
    driven: dict[str, Callable[[int], list[Target]]] = {
        "target": lambda index: [
            Target(rig.pivot, "location", index),
            *([Target(floor, "location", index)] if floor is not None and index < 2 else []),
        ],
        "azimuth": lambda index: [Target(rig.pivot, "rotation_euler", 2, degree, quarter)],
        "elevation": lambda index: [Target(rig.pivot, "rotation_euler", 0, -degree, quarter)],
        "distance": lambda index: [Target(rig.camera, "location", 2), *lens, *page, *wide],
        "shift": lambda index: [Target(rig.lens, ("shift_x", "shift_y")[index])],
    }

    def targets(prop: str, index: int) -> list[Target]:
        return driven[row(Kind.CAMERA, prop, CAMERA, index).name](index)

    return Actor(targets)


def _object_actor(
    obj: bpy.types.Object, kind: Kind, per_metre: Sequence[float] = (1.0, 1.0, 1.0), cells: int = 1
) -> Actor:
    """An actor that is one object; ``cells`` of a crowd are those of the first of its grids."""
    home, size = obj.location.to_tuple(), obj.scale.to_tuple()

    def targets(prop: str, index: int) -> list[Target]:
        path, at, factor, summand = place(row(kind, prop, obj.name, index).name, index, kind)
        if prop == "offset":
            factor, summand = per_metre[index], home[index]
        elif prop == "scale":
            factor = size[index]
        elif kind is Kind.CROWD and prop == "reveal":
            factor = 1.0 / cells
        return [Target(obj, path, at, factor, summand)]

    return Actor(targets, (obj,))

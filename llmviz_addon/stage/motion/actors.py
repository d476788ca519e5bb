"""Which Blender properties the channels of each kind of thing drive; for the channels see the screenplay's timeline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import bpy

from ...layout.grid import Grid
from ...layout.lettering.drawing import Drawing, Readout
from ...screenplay.score.timeline import Part
from .. import compat
from ..things.camera import CLIP_END, CLIP_START, Rig
from ..things.page import PAGE
from ..things.readouts import modifier_name, value_input
from .keys import Actor, Target, unknown


def grid_actor(grid: Grid, obj: bpy.types.Object) -> Actor:
    """A grid: its object."""
    return _cells_actor(obj, (1.0, 1.0, 1.0), whole=True)


def part_actor(part: Part, grid: Grid, obj: bpy.types.Object) -> Actor:
    """A part of a grid, which lives in its grid's unit cube."""
    return _cells_actor(obj, tuple(1.0 / size for size in grid.size), whole=False)


def _cells_actor(obj: bpy.types.Object, per_metre: tuple[float, ...], whole: bool) -> Actor:
    """``whole`` grids may turn and stretch; a part would be sheared by its grid's own size."""
    home, size = obj.location.to_tuple(), obj.scale.to_tuple()

    def targets(prop: str, index: int) -> list[Target]:
        match prop:
            case "opacity":
                return [Target(obj, "color", 3)]
            case "reveal":
                return [Target(obj, '["reveal"]')]
            case "highlight":
                return [Target(obj, '["emphasis"]', 0)]
            case "focus":
                return [Target(obj, '["emphasis"]', 1)]
            case "focus_lo" | "focus_hi":
                return [Target(obj, f'["{prop}"]', index)]
            case "offset":
                return [Target(obj, "location", index, per_metre[index], home[index])]
            case "rotation" if whole:
                return [Target(obj, "rotation_euler", index)]
            case "scale" if whole:
                return [Target(obj, "scale", index, size[index])]
        known = ("opacity", "reveal", "highlight", "focus", "focus_lo", "focus_hi", "offset")
        raise unknown(obj.name, prop, (*known, *(("rotation", "scale") if whole else ())))

    return Actor(targets, (obj,))


def flat_actor(obj: bpy.types.Object, drawing: Drawing | None = None) -> Actor:
    """A ribbon or a drawing: its object."""
    home, size = obj.location.to_tuple(), obj.scale.to_tuple()
    readouts = [shape for shape in drawing.shapes if isinstance(shape, Readout)] if drawing else []

    def targets(prop: str, index: int) -> list[Target]:
        match prop:
            case "opacity":
                return [Target(obj, "color", 3)]
            case "offset":
                return [Target(obj, "location", index, 1.0, home[index])]
            case "rotation" if drawing:
                return [Target(obj, "rotation_euler", index)]
            case "scale" if drawing:
                return [Target(obj, "scale", index, size[index])]
            case "value" if drawing:
                modifiers: list[Any] = [obj.modifiers[modifier_name(r.slot)] for r in readouts if r.slot == index]
                return [Target(obj, compat.input_path(m, value_input(m))) for m in modifiers]
        raise unknown(obj.name, prop, ("opacity", "offset", *(("rotation", "scale", "value") if drawing else ())))

    return Actor(targets, (obj,))


def merged_actor(obj: bpy.types.Object, grids: Sequence[Grid]) -> Actor:
    """Grids that share an object: they have all of their values, or none."""

    def targets(prop: str, index: int) -> list[Target]:
        match prop:
            case "opacity":
                return [Target(obj, "color", 3)]
            case "reveal":
                return [Target(obj, '["known"]', 0, 1 / grids[0].count)]
        raise unknown(obj.name, prop, ("opacity", "reveal"))

    return Actor(targets, (obj,))


def camera_actor(rig: Rig) -> Actor:
    """The camera rig."""

    def targets(prop: str, index: int) -> list[Target]:
        match prop:
            case "target":
                return [Target(rig.pivot, "location", index)]
            case "azimuth":
                return [Target(rig.pivot, "rotation_euler", 2, math.radians(1.0), math.radians(90.0))]
            case "elevation":
                return [Target(rig.pivot, "rotation_euler", 0, -math.radians(1.0), math.radians(90.0))]
            case "distance":
                lens = [Target(rig.lens, "clip_start", 0, *CLIP_START)]
                lens += [Target(rig.lens, "clip_end", 0, *CLIP_END)]
                page = [Target(rig.page, "scale", i, PAGE, 1.0) for i in range(3)]
                return [Target(rig.camera, "location", 2), *lens, *page]
            case "shift":
                return [Target(rig.lens, ("shift_x", "shift_y")[index])]
        raise unknown("camera", prop, ("target", "azimuth", "elevation", "distance", "shift"))

    return Actor(targets)

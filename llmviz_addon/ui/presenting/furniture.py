"""Blender's furniture, put away while one presents, and put back as it was.

Blender's own full screen hides all but one area, with its bars, and knows how they were. What looking through the
film's camera changes of that viewport is kept here; it is put back on the same space, which Blender carries from screen
to screen. Undo leaves screens alone, so no step of hers comes between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy

from ..her_view import ALSO, KEPT, read_view, write_view
from ..view import show_film


@dataclass(frozen=True)
class Kept:
    """How a viewport was: ``space`` is a pointer, as areas and screens are others meanwhile."""

    space: int
    view: dict[str, Any]
    camera: str  # its name, where it is one of this viewport alone
    filled: bool  # whether it filled its screen already
    bare: bool  # and that all of the window


def put_away(window: bpy.types.Window, area: bpy.types.Area, scene: bpy.types.Scene) -> Kept:
    """Let ``area`` fill ``window``, with nothing but the film in it."""
    space: Any = area.spaces.active
    filled, bare = window.screen.show_fullscreen, area.height >= window.height
    camera = space.camera.name if space.use_local_camera and space.camera is not None else ""
    kept = Kept(space.as_pointer(), read_view(space, (*KEPT, *ALSO)), camera, filled, filled and bare)
    for _ in range(0 if kept.bare else 2 if filled else 1):
        _toggle(*_holder(kept))  # each time on another screen, and the one before is gone
    fit(kept, scene)
    return kept


def put_back(kept: Kept) -> bool:
    """Everything as it was; False where the viewport is not there any more, or is shown in no window."""
    for space in (s for screen in bpy.data.screens for area in screen.areas for s in area.spaces):
        if space.as_pointer() == kept.space:
            write_view(space, kept.view)
            if kept.camera:
                space.camera = bpy.data.objects.get(kept.camera)
    where = _holder(kept)
    if where is not None and where[0].screen.show_fullscreen and not kept.bare:
        _toggle(*where)
        where = _holder(kept)
        if kept.filled and where is not None:
            _toggle(*where, bare=False)
    return where is not None


def find(kept: Kept) -> tuple[bpy.types.Window, bpy.types.Area] | None:
    """The viewport that is presented in, and its window; None where another editor took its place, too."""
    where = _holder(kept)
    return where if where is not None and where[1].spaces.active.as_pointer() == kept.space else None


def _holder(kept: Kept) -> tuple[bpy.types.Window, bpy.types.Area] | None:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if any(space.as_pointer() == kept.space for space in area.spaces):
                return window, area
    return None


def fit(kept: Kept, scene: bpy.types.Scene) -> None:
    """Look through the film's camera, whose picture fills the viewport."""
    where = find(kept)
    if where is not None:
        space: Any = where[1].spaces.active
        space.use_local_camera = False
        show_film(where[1], scene, bare=True)


def _toggle(window: bpy.types.Window, area: bpy.types.Area, bare: bool = True) -> None:
    with bpy.context.temp_override(window=window, screen=window.screen, area=area, region=main_region(area)):
        bpy.ops.screen.screen_full_area(use_hide_panels=bare)


def main_region(area: bpy.types.Area) -> bpy.types.Region:
    """The part of an area that is not bars."""
    return next(region for region in area.regions if region.type == "WINDOW")

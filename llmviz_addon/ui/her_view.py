"""How the user looked at her own scene, kept while a viewport of hers shows the film.

It is kept on the screen that the viewport belongs to: undo leaves screens alone, and a saved file has them. What
it is given back for may happen in many ways (another scene is chosen, ours is removed, a build undone, a file
opened), so a timer (see ``scenes``) looks whether a viewport that was changed still has a film to show.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from functools import reduce

import bpy

from ..stage.open_state import read_state
from ..stage.ours import is_inherited, is_ours
from ..stage.story import read_story

KEPT_ON = "llmviz_views"
"""Custom property of a screen: by the place of an area, what is kept of it."""
KEPT = (
    *("region_3d.view_perspective", "region_3d.view_location", "region_3d.view_rotation", "region_3d.view_distance"),
    *("region_3d.view_camera_zoom", "region_3d.view_camera_offset", "shading.light", "shading.background_type"),
    *("shading.show_object_outline", "shading.color_type", "shading.use_scene_lights", "shading.use_scene_world"),
    *("shading.type", "overlay.show_overlays", "overlay.show_floor", "overlay.show_axis_x", "overlay.show_axis_y"),
    *("overlay.show_axis_z", "overlay.show_text", "overlay.show_cursor", "overlay.show_extras"),
    *("overlay.show_relationship_lines", "overlay.show_object_origins"),
    *("show_gizmo", "clip_start", "clip_end", "lens"),
)
"""What looking at a film changes of a viewport."""
ALSO = ("use_local_camera",)
"""What presenting changes of it besides."""

_given: dict[int, frozenset[str]] = {}
"""Places of viewports that were given back, by the numbers that a session gives to screens: a film may come again."""


def shows_film(scene: bpy.types.Scene) -> bool:
    """Whether there is a film or an open stage in ``scene``, or it was made for one."""
    told = read_story(scene) is not None or read_state(scene) is not None
    return is_ours(scene) or (told and not is_inherited(scene))


def keep(area: bpy.types.Area) -> None:
    """Keep how ``area`` looks now, unless that is the film's look already."""
    kept = _kept(area.id_data)
    place = _place(area)
    if place not in kept:
        kept[place] = read_view(area.spaces.active, KEPT)
        area.id_data[KEPT_ON] = json.dumps(kept)


def is_kept(area: bpy.types.Area | None) -> bool:
    """Whether ``area`` shows a film, in place of what was kept."""
    return area is not None and area.type == "VIEW_3D" and _place(area) in _kept(area.id_data)


def keep_alike(area: bpy.types.Area, other: bpy.types.Area) -> None:
    """Keep of ``other``, which was split off ``area``, what is kept of that."""
    kept = _kept(area.id_data)
    if _place(area) in kept:
        kept[_place(other)] = kept[_place(area)]
        area.id_data[KEPT_ON] = json.dumps(kept)


def given_back(screen: bpy.types.Screen) -> list[bpy.types.Area]:
    """The viewports of ``screen`` that showed a film before theirs was gone, once; the first look tells."""
    places = _given.pop(screen.session_uid, ())
    return [area for area in screen.areas if area.type == "VIEW_3D" and _place(area) in places]


def give_back() -> bool:
    """Let viewports whose windows show no film any more look as they did before; whether there were any."""
    due = False
    filming = {window.screen: shows_film(window.scene) for window in bpy.context.window_manager.windows}
    somewhere = any(filming.values())  # there, a screen of another workspace may be shown again
    for screen in bpy.data.screens:
        if screen.get(KEPT_ON) is not None and not filming.get(screen, somewhere):
            kept, due = _kept(screen), True
            _given[screen.session_uid] = frozenset(kept)
            del screen[KEPT_ON]
            for area in screen.areas:
                if area.type == "VIEW_3D" and _place(area) in kept:
                    write_view(area.spaces.active, kept[_place(area)])
                    area.tag_redraw()
    return due


def read_view(space: bpy.types.Space, names: Iterable[str]) -> dict[str, object]:
    """What the properties of a viewport with these names are, as plain data."""
    return {name: _plain(_get(space, name)) for name in names}


def write_view(space: bpy.types.Space, kept: dict[str, object]) -> None:
    """Set what was read, or all of it that can be."""
    for name in [name for name in (*KEPT, *ALSO) if name in kept]:
        owner, _, attribute = name.rpartition(".")
        with suppress(TypeError, ValueError):  # a file may have anything there
            setattr(_get(space, owner) if owner else space, attribute, kept[name])


def _kept(screen: bpy.types.ID) -> dict[str, dict[str, object]]:
    try:
        kept = json.loads(str(screen.get(KEPT_ON, "{}")))
    except ValueError:
        return {}
    return {place: view for place, view in kept.items() if isinstance(view, dict)} if isinstance(kept, dict) else {}


def _place(area: bpy.types.Area) -> str:
    return str([other.as_pointer() for other in area.id_data.areas].index(area.as_pointer()))


def _get(space: bpy.types.Space, name: str) -> object:
    return reduce(getattr, name.split("."), space)


def _plain(value: object) -> object:
    return value if isinstance(value, str | bool | float | int) else [float(number) for number in value]

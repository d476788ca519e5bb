"""The keys that a presenter remembers and a clicker sends, and those of walking, for the user to change.

A presenter's lie in Blender's own map *Screen*, which is asked last: whatever is under the pointer has the keys that it
knows. Those of walking lie in the viewport's map, but for the arrow keys, which would go through the frames: the map
*Frames* is asked before the viewport's, and in it an add-on's keys before Blender's. Where there is no film, or nothing
is lit, the operators decline and the keys go on to others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import bpy

SCREEN: tuple[str, Any] = ("Screen", "EMPTY")
VIEWPORT: tuple[str, Any] = ("3D View", "VIEW_3D")
FRAMES: tuple[str, Any] = ("Frames", "EMPTY")
"""Blender's maps, and the kind of editor that they are of."""


@dataclass(frozen=True)
class Key:
    """What a key does, also in a word, with the key that it is on at first."""

    text: str
    short: str
    operator: str
    key: Any  # of which the stubs know each
    shift: bool = False
    options: Mapping[str, object] = field(default_factory=dict)
    map: tuple[str, Any] = SCREEN
    value: Any = "PRESS"

    def is_of(self, item: bpy.types.KeyMapItem) -> bool:
        """Whether ``item`` is this one, on whichever key."""
        options: Any = item.properties
        return item.idname == self.operator and all(getattr(options, n, None) == v for n, v in self.options.items())


KEYS = (
    Key("Play to the next rest", "on", "llmviz.play", "PAGE_DOWN", options={"backwards": False}),
    Key("Play back to the rest before", "back", "llmviz.play", "PAGE_UP", options={"backwards": True}),
    Key("Next chapter", "next chapter", "llmviz.jump", "PAGE_DOWN", True, {"to": "NEXT_CHAPTER"}),
    Key("Previous chapter", "previous chapter", "llmviz.jump", "PAGE_UP", True, {"to": "PREVIOUS_CHAPTER"}),
    *(
        Key(f"Walk {text}", text, "llmviz.walk", key, options={"to": to}, map=where)
        for text, key, to, where in (
            ("to the previous", "LEFT_ARROW", "PREVIOUS", FRAMES),
            ("to the next", "RIGHT_ARROW", "NEXT", FRAMES),
            ("to the layer above", "UP_ARROW", "UP", FRAMES),
            ("to the layer below", "DOWN_ARROW", "DOWN", FRAMES),
            ("in", "RET", "IN", VIEWPORT),
            ("out", "BACK_SPACE", "OUT", VIEWPORT),
        )
    ),
    Key("End the walk", "end", "llmviz.walk_end", "ESC", map=VIEWPORT),
    *(
        Key(f"Walk to {text}", text, "llmviz.walk_pick", "LEFTMOUSE", False, {"cells": cells}, VIEWPORT, value)
        for text, cells, value in (("what a sign names", False, "CLICK"), ("what is clicked", True, "DOUBLE_CLICK"))
    ),
)
_added: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


def add_keys() -> None:
    """Put them into the add-ons' map, from which Blender makes the user's."""
    keymaps = bpy.context.window_manager.keyconfigs.addon.keymaps
    for key in KEYS:
        keymap = keymaps.new(key.map[0], space_type=key.map[1])
        item = keymap.keymap_items.new(key.operator, key.key, key.value, shift=key.shift)
        for name, option in key.options.items():
            setattr(item.properties, name, option)
        _added.append((keymap, item))


def remove_keys() -> None:
    """Take them away. What the user changed about them stays in her preferences, if she saved these.

    Blender makes her maps anew at its next event only. By then the operators are gone of which these hold the options,
    and whoever reads them reads freed memory: so it is done at once.
    """
    while _added:
        keymap, item = _added.pop()
        keymap.keymap_items.remove(item)
    bpy.context.window_manager.keyconfigs.update()


def users_keys(*maps: tuple[str, Any]) -> Iterator[tuple[Key, bpy.types.KeyMap, bpy.types.KeyMapItem]]:
    """Each key of these maps, or of all, with the map and the item that the user has of it."""
    keymaps = bpy.context.window_manager.keyconfigs.user.keymaps
    for key in (key for key in KEYS if not maps or key.map in maps):
        keymap = keymaps.find(key.map[0], space_type=key.map[1])
        yield from ((key, keymap, item) for item in keymap.keymap_items if key.is_of(item))


def draw_keys(layout: bpy.types.UILayout) -> None:
    """A row for each, to be changed; where it was, a way back."""
    for key, keymap, item in users_keys():
        row = layout.row()
        row.context_pointer_set("keymap", keymap)
        row.prop(item, "active", text="")
        row.label(text=key.text)
        row.prop(item, "type", text="", full_event=True)
        if item.is_user_modified:
            row.operator("preferences.keyitem_restore", text="", icon="BACK").item_id = item.id

"""The keys that a presenter remembers and a clicker sends, for the user to change in the preferences.

They lie in Blender's own map *Screen*, which is asked last: whatever is under the pointer has the keys that it knows,
and where there is no film the operators decline and the keys go on to others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import bpy

MAP = "Screen"


@dataclass(frozen=True)
class Key:
    """What a key does, also in a word, with the key that it is on at first."""

    text: str
    short: str
    operator: str
    key: Any  # of which the stubs know each
    shift: bool = False
    options: Mapping[str, object] = field(default_factory=dict)

    def is_of(self, item: bpy.types.KeyMapItem) -> bool:
        """Whether ``item`` is this one, on whichever key."""
        options: Any = item.properties
        return item.idname == self.operator and all(getattr(options, n, None) == v for n, v in self.options.items())


KEYS = (
    Key("Play to the next rest", "on", "llmviz.play", "PAGE_DOWN", options={"backwards": False}),
    Key("Play back to the rest before", "back", "llmviz.play", "PAGE_UP", options={"backwards": True}),
    Key("Next chapter", "next chapter", "llmviz.jump", "PAGE_DOWN", True, {"to": "NEXT_CHAPTER"}),
    Key("Previous chapter", "previous chapter", "llmviz.jump", "PAGE_UP", True, {"to": "PREVIOUS_CHAPTER"}),
)
_added: list[tuple[bpy.types.KeyMap, bpy.types.KeyMapItem]] = []


def add_keys() -> None:
    """Put them into the add-ons' map, from which Blender makes the user's."""
    keymap = bpy.context.window_manager.keyconfigs.addon.keymaps.new(MAP, space_type="EMPTY")
    for key in KEYS:
        item = keymap.keymap_items.new(key.operator, key.key, "PRESS", shift=key.shift)
        for name, option in key.options.items():
            setattr(item.properties, name, option)
        _added.append((keymap, item))


def remove_keys() -> None:
    """Take them away. What the user changed about them stays in her preferences, if she saved these."""
    while _added:
        keymap, item = _added.pop()
        keymap.keymap_items.remove(item)


def users_keys() -> Iterator[tuple[Key, bpy.types.KeyMap, bpy.types.KeyMapItem]]:
    """Each key with the map and the item that the user has of it."""
    keymap = bpy.context.window_manager.keyconfigs.user.keymaps.find(MAP, space_type="EMPTY")
    for key in KEYS:
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

"""What of the user's changes to our things a new stage takes over.

The thing of the new stage that is what the old one was gets her names, and what she set where we set nothing: depth of
field, a colour in the viewport, a property of her own. Where the new film has no such thing, or sets the same itself,
that would be lost, and is told like all that cannot be taken over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from ..ours import keys, kind_of, ours
from .changes import CUSTOM, HIDDEN, PLACE, UNTOLD, Change, changes, is_lamp, label, lines, may_stay, refuse, single
from .snapshot import KEYS, snapshot


@dataclass(frozen=True)
class Carried:
    """What is to be set at ``path`` of the ``heir``; at ``KEYS`` it is an action and a slot of it."""

    heir: Any
    path: str
    value: Any


def settle(
    scene: bpy.types.Scene, made: Iterable[bpy.types.ID], directs: bool, sure: bool, names: Mapping[int, str]
) -> list[Carried]:
    """What of the user's goes on at things that were ``made`` in place of those in ``scene``.

    ChangesError where something does not, unless it is ``sure`` of that; ``directs`` and ``names`` as in ``changes``.
    """
    unique, heirs = single(keys(scene)), single(made)
    lost, carried = [], []
    if (found := changes(scene, directs, names)) is None and not sure:
        refuse([UNTOLD])
    for change in found or ():
        stays = change.block is not None and may_stay(change, unique)
        heir = heirs.get(kind_of(change.block)) if change.block is not None and stays else None
        if change.path == PLACE:
            if heir is not None and change.before and change.now:
                carried.append(Carried(heir, PLACE, change.now))
        elif heir is None or (_is_set(heir, change.path) and not is_lamp(heir)):
            lost.append(change)
        elif change.path.startswith(KEYS):
            data = change.block.animation_data
            carried.append(Carried(heir, KEYS, (data.action, data.action_slot)))
        elif not change.path.startswith("constraints"):
            carried.append(Carried(heir, change.path, _value(change, unique, heirs)))
    if not sure:
        refuse(lines(lost))
    return carried


def carry(scene: bpy.types.Scene, carried: Iterable[Carried]) -> None:
    """Set it."""
    for one in carried:
        owner, _, name = one.path.rpartition(".")
        if one.path == HIDDEN:
            for layer in scene.view_layers:
                if layer.name in one.value and one.heir.name in layer.objects:
                    one.heir.hide_set(True, view_layer=layer)
        elif one.path == PLACE:
            folders = {label(folder): folder for folder in ours(scene).collections}
            if wanted := [folders[name] for name in one.value if name in folders]:
                for folder in set(folders.values()).intersection(one.heir.users_collection):
                    folder.objects.unlink(one.heir)
                for folder in wanted:
                    folder.objects.link(one.heir)
        elif one.path == KEYS:
            data = one.heir.animation_data_create()
            data.action, data.action_slot = one.value
        elif match := CUSTOM.fullmatch(one.path):
            one.heir[match[1]] = one.value
        else:
            setattr(one.heir.path_resolve(owner) if owner else one.heir, name, one.value)


def _is_set(heir: bpy.types.ID, path: str) -> bool:
    """Whether the new film sets or animates the same."""
    if path == "name" or path.startswith("constraints"):
        return False
    built = snapshot(heir, lambda block: block.name)
    return path in built or any(name.startswith(f"{KEYS}{path}[") for name in built)


def _value(change: Change, ours: Mapping[object, bpy.types.ID], heirs: Mapping[object, bpy.types.ID]) -> Any:
    """What she set: plain, or a data-block, which for one of ours is its heir."""
    if change.path in {"name", HIDDEN} or CUSTOM.fullmatch(change.path):
        return change.now
    value = change.block.path_resolve(change.path)
    if isinstance(value, bpy.types.ID):
        kind = kind_of(value)
        return heirs.get(kind) if ours.get(kind) == value else value
    if isinstance(value, str | int | float | set):
        return value
    return [tuple(one) if hasattr(one, "__len__") else one for one in value]

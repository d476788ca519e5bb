"""What of the user's changes to our things a new stage takes over.

The thing of the new stage that is what the old one was gets her names, and what she set where we set nothing: depth of
field, a colour in the viewport, a property of her own, keys where the film has none. Materials have her settings where
the new film sets there what the old one did. Where it has no such thing, or sets the same itself, that would be lost,
and is told like all that cannot be taken over.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import bpy

from .. import compat
from ..ours import keys, kind_of, ours
from .changes import CUSTOM, HIDDEN, PLACE, UNTOLD, Change, changes, is_lamp, label, lines, may_stay, refuse, single
from .curves import Curve, read_curve, write_curve
from .snapshot import KEYS, snapshot


@dataclass(frozen=True)
class Carried:
    """What is to be set at ``path`` of the ``heir``; at ``KEYS`` it is an action and a slot of it, or a ``Curve``."""

    heir: Any
    path: str
    value: Any


def settle(
    scene: bpy.types.Scene,
    made: Iterable[bpy.types.ID],
    directs: bool,
    sure: bool,
    names: Mapping[int, str],
    gone: Collection[bpy.types.ID] | None = None,
    moved: Collection[bpy.types.ID] = (),
) -> list[Carried]:
    """What of the user's goes on at things that were ``made`` in place of those in ``scene``, or of those ``gone``.

    ChangesError where something does not, unless it is ``sure`` of that; ``directs`` and ``names`` as in ``changes``.
    Of things that stay and are ``moved`` otherwise only keys of ours are lost that she changed.
    """
    if (found := changes(scene, directs, names, gone, moved)) is None and not sure:
        refuse([UNTOLD])
    if not found:
        return []
    held, heirs = keys(scene), single(made)
    unique = single(held)
    lost, carried = [], []
    for change in found:
        if change.block is not None and change.block in moved:
            lost += [change] if change.path.startswith(KEYS) and change.before is not None else []
            continue
        stays = change.block is not None and may_stay(change, unique)
        heir = heirs.get(kind_of(change.block)) if change.block is not None and stays else None
        if change.path == PLACE:
            if heir is not None and change.before and change.now:
                carried.append(Carried(heir, PLACE, change.now))
        elif heir is None or (_is_set(heir, change) and not is_lamp(heir)):
            lost.append(change)
        elif change.path.startswith(KEYS):
            if (motion := _motion(change, heir, held)) is None:
                lost.append(change)
            else:
                carried.append(Carried(heir, KEYS, motion))
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
            if isinstance(one.value, Curve):
                write_curve(one.heir, one.value)
            else:
                data = one.heir.animation_data_create()
                data.action, data.action_slot = one.value
        elif match := CUSTOM.fullmatch(one.path):
            one.heir[match[1]] = one.value
        else:
            setattr(one.heir.path_resolve(owner) if owner else one.heir, name, one.value)


def _is_set(heir: bpy.types.ID, change: Change) -> bool:
    """Whether the new film sets or animates the same; of a material, whether it sets anything else than the old one."""
    path = change.path
    if path == "name" or path.startswith("constraints"):
        return False
    built = snapshot(heir, lambda block: block.name)
    if any(name.startswith(f"{KEYS}{path}[") for name in built):
        return True
    if not isinstance(heir, bpy.types.Material):
        return path in built
    return built.get(path) != change.before or not _has(heir, path)


def _has(heir: bpy.types.ID, path: str) -> bool:
    """Whether there is such a property, which a node of hers has not."""
    try:
        heir.path_resolve(path)
    except ValueError:
        return path.startswith(KEYS)
    return True


def _motion(change: Change, heir: Any, held: Container[bpy.types.ID]) -> tuple[Any, Any] | Curve | None:
    """Her keys at a path: the whole action, if it is hers and the heir has none, or the curve; None for one that is
    modified, which cannot be copied."""
    block: Any = change.block
    data, taken = block.animation_data, heir.animation_data
    if is_lamp(heir) or (data.action not in held and (taken is None or taken.action is None)):
        return data.action, data.action_slot
    curve = next(one for one in compat.fcurves(block) if change.path == f"{KEYS}{one.data_path}[{one.array_index}]")
    return None if len(curve.modifiers) or curve.mute else read_curve(curve)


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

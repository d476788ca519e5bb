"""What is ours in a file, and how it is told from what is the user's.

A scene that holds a stage of ours keeps a list of all that the stage is made of, as pointers in custom properties.
Names and marks on things decide nothing: Blender copies both when the user duplicates, so a mark only says what a
thing of ours is. Pointers follow what they point at through saving, appending, linking, undo and the copy of a whole
scene. The list is kept by the scene's view layers: what a property of the scene itself points at Blender evaluates on
every frame, seen or not, and so for all chapters what only one of them shows. The scene points at nothing but itself:
a new scene that was given the settings of ours has all of this, but none of the stage, and still points at ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import bpy

from . import compat

TAG = "llmviz"
"""Custom property on every datablock that we make; its value says what the thing is."""

NAME = "llmviz_name"
"""Custom property on objects of ours: the actor it is, whatever the file calls it."""

REGISTRY = "llmviz_ours"
"""Custom property of a scene: that a stage of ours is in it, and how that was built; of a view layer: what it is."""

KINDS = ("objects", "meshes", "curves", "cameras", "node_groups", "materials", "images", "actions", "worlds", "lights")
"""Where in ``bpy.data`` things of ours are."""

ID, SCENES = bpy.types.ID, (bpy.types.Scene, bpy.types.Collection)
"""Each look-up in ``bpy.types`` takes as long as all else that is asked of one of thousands of things."""
Block = TypeVar("Block", bound=bpy.types.ID)
Keys = Mapping[bpy.types.ID, int]
"""The number of each thing of ours in a scene."""


@dataclass(frozen=True)
class Ours:
    """What is ours in a scene: a collection, which the user may have removed, and what is left of all that we made.

    ``folders`` are the collections within it.
    """

    home: bpy.types.Collection | None
    blocks: Mapping[bpy.types.ID, None]  # an ordered set
    folders: tuple[bpy.types.Collection, ...] = ()

    @property
    def objects(self) -> list[bpy.types.Object]:
        """The objects among it."""
        return [block for block in self.blocks if isinstance(block, bpy.types.Object)]

    @property
    def collections(self) -> tuple[bpy.types.Collection, ...]:
        """All collections of ours that are left, the outer before the inner."""
        return (self.home, *self.folders) if self.home is not None else self.folders


def own(block: Block, what: str, name: str = "") -> Block:
    """Mark ``block`` as made by us, and as the actor ``name`` if it is one, and return it."""
    block[TAG] = what
    if name:
        block[NAME] = name
    return block


def disown(block: bpy.types.ID) -> None:
    """Take our marks off: it is the user's from now on."""
    for mark in (TAG, NAME):
        block.pop(mark, None)


def ours(scene: bpy.types.Scene) -> Ours:
    """What is ours in ``scene``; linked things are those of another file."""
    if not _holds(scene, scene.get(REGISTRY)):
        return Ours(None, {})
    lists = _lists(scene)
    found = [entry.get("block") for entry in _entries(lists, "blocks")]
    local = dict.fromkeys(b for b in found if isinstance(b, ID) and b.library is None)
    homes = [one.get("home") for one in lists]
    folders = [entry.get("folder") for entry in _entries(lists, "folders")]
    return Ours(
        next((home for home in homes if isinstance(home, bpy.types.Collection)), None),
        local,
        tuple(folder for folder in folders if isinstance(folder, bpy.types.Collection)),
    )


def holds(scene: bpy.types.Scene, block: bpy.types.ID) -> bool:
    """Whether a thing is ours in ``scene``, in a fifth of the time that it takes to gather all of it."""
    if not _holds(scene, scene.get(REGISTRY)):
        return False
    return any(entry.get("block") == block for entry in _entries(_lists(scene), "blocks"))


def register(
    scene: bpy.types.Scene,
    held: Ours,
    blocks: Iterable[bpy.types.ID],
    heirs: Mapping[bpy.types.ID, bpy.types.ID] | None = None,
) -> None:
    """Write down that ``blocks`` are ours in ``scene``, and the collections that are ``held``, in place of what was.

    What stays keeps its key, and ``heirs`` have those of what they are in place of.
    """
    known, built, last = keys(scene), built_text(scene), _last_key(scene)
    known.update({heir: known[block] for block, heir in (heirs or {}).items() if block in known})
    entries = []
    for block in blocks:
        if block not in known:
            last += 1
            known[block] = last
        entries.append({"block": block, "key": known[block]})
    scene[REGISTRY] = {"scene": scene, "last": last, "built": built}
    told: dict[str, Any] = {"folders": [{"folder": folder} for folder in held.folders], "blocks": entries}
    if held.home is not None:
        told["home"] = held.home
    for layer in scene.view_layers:
        layer[REGISTRY] = told


def keys(scene: bpy.types.Scene) -> dict[bpy.types.ID, int]:
    """The number that each thing of ours has in ``scene``: in no stage of it do two have the same."""
    entries = _entries(_lists(scene), "blocks") if _holds(scene, scene.get(REGISTRY)) else []
    pairs = [(entry.get("block"), entry.get("key")) for entry in entries]
    return {block: key for block, key in pairs if isinstance(block, ID) and isinstance(key, int)}


def _lists(scene: bpy.types.Scene) -> list[Any]:
    """What its view layers have; one that was added since the stage was built has nothing."""
    found = [layer.get(REGISTRY) for layer in scene.view_layers]
    return [one for one in found if hasattr(one, "get")]


def _entries(lists: Sequence[Any], name: str) -> list[Any]:
    """The entries of one of these lists, of which all are alike."""
    entries = lists[0].get(name, ()) if lists else ()
    return [entry for entry in entries if hasattr(entry, "get")] if isinstance(entries, list) else []


def built_text(scene: bpy.types.Scene) -> bytes:
    """What was written with ``write_built``."""
    registry = scene.get(REGISTRY)
    text = registry.get("built") if _holds(scene, registry) else None
    return text if isinstance(text, bytes) else b""


def write_built(scene: bpy.types.Scene, text: bytes) -> None:
    """Write down, with what is ours in ``scene``, how it was when it was built."""
    registry = scene[REGISTRY]
    registry.pop("built", None)  # what is written over one that is there ends at the first zero
    registry["built"] = text


def _last_key(scene: bpy.types.Scene) -> int:
    registry = scene.get(REGISTRY)
    last = registry.get("last") if _holds(scene, registry) else 0
    return last if isinstance(last, int) else 0


def exchange(scene: bpy.types.Scene, old: Sequence[bpy.types.ID], new: Sequence[bpy.types.ID]) -> None:
    """Note that ``new`` are ours in place of ``old``, of which what nobody uses any more goes; the user's stays."""
    held = ours(scene)
    drawn = {obj.data for obj in held.objects}
    gone = {block for block in old if block in held.blocks and block not in drawn}
    heirs = {before: after for before, after in zip(old, new, strict=True) if before in gone}
    kept = (block for block in held.blocks if block not in gone)
    register(scene, held, dict.fromkeys((*kept, *new)), heirs)
    for block in dict.fromkeys(old):
        if block not in held.blocks and not block.users:
            block.use_fake_user = True
    remove_unused(dict.fromkeys(block for block in old if block in held.blocks))


def forget(*owners: bpy.types.Scene | bpy.types.ViewLayer) -> None:
    """Take the list away from a scene, and from its view layers."""
    for owner in owners:
        if owner.get(REGISTRY) is not None:
            del owner[REGISTRY]


def release(scene: bpy.types.Scene) -> int:
    """All of ours that is in ``scene`` alone is the user's from now on; returns how many objects that are."""
    held = ours_alone(scene)
    for block in (*held.blocks, *held.collections):
        disown(block)
    forget(scene, *scene.view_layers)
    scene.pop(TAG, None)
    return len(held.objects)


def kind_of(block: bpy.types.ID) -> tuple[str, str, str]:
    """What a thing of ours is: the same for the one that succeeds it."""
    return compat.rna(block).identifier, str(block.get(TAG, "")), str(block.get(NAME, ""))


def find_collection(scene: bpy.types.Scene) -> bpy.types.Collection | None:
    """Our collection in ``scene``, if it has one."""
    return ours(scene).home


def is_ours(scene: bpy.types.Scene) -> bool:
    """Whether ``scene`` is a film's own, and not one that was made with the settings of such a scene."""
    registry = scene.get(REGISTRY)
    return scene.get(TAG) is not None and scene.library is None and (registry is None or _holds(scene, registry))


def is_inherited(scene: bpy.types.Scene) -> bool:
    """Whether ``scene`` has its list from the scene that it was made from, and with it whatever else is written there.

    Such a scene holds nothing of ours.
    """
    registry = scene.get(REGISTRY)
    return registry is not None and not _holds(scene, registry)


def reached(home: bpy.types.Collection) -> list[bpy.types.ID]:
    """All of our making that ``home``, which is new, leads to, through objects, meshes, materials and so on."""
    uses: dict[bpy.types.ID, list[bpy.types.ID]] = {}
    for block, users in bpy.data.user_map().items():
        for user in users:
            uses.setdefault(user, []).append(block)
    found: dict[bpy.types.ID, None] = {}
    pending: list[bpy.types.ID] = [home, *home.children_recursive]
    while pending:
        for block in uses.get(pending.pop(), ()):
            if block in found or block.get(TAG) is None or isinstance(block, SCENES):
                continue
            found[block] = None
            pending.append(block)
    return list(found)


def remove_unused(blocks: Iterable[bpy.types.ID]) -> None:
    """Remove those of ``blocks`` that nothing uses, and then those that only these used."""
    left = list(blocks)
    while unused := [block for block in left if not block.users]:
        left = [block for block in left if block.users]
        bpy.data.batch_remove(unused)


def marked() -> list[bpy.types.ID]:
    """Everything in the file that carries our mark, the user's copies too, but for what is linked."""
    return [b for kind in KINDS for b in getattr(bpy.data, kind) if TAG in b and b.library is None]


def ours_alone(scene: bpy.types.Scene) -> Ours:
    """What is ours in ``scene`` and in no other: a copy of a scene has some of it, or all of it, from the other one."""
    held = ours(scene)
    others = [ours(other) for other in bpy.data.scenes if other != scene]
    shared = {block for other in others for block in (*other.blocks, *other.collections)}
    alone = [folder for folder in held.collections if folder not in shared and folder.library is None]
    return Ours(
        held.home if held.home in alone else None,
        {block: None for block in held.blocks if block not in shared},
        tuple(folder for folder in alone if folder != held.home),
    )


@contextmanager
def names_free(held: Ours) -> Iterator[dict[int, str]]:
    """While this lasts all of ``held`` goes by other names, so that new things can have theirs.

    Gives the names of all by their ``session_uid``. The others come first in Blender's lists, which are sorted by
    name: each new thing is put into its place from the end.
    """
    names = {}
    for block in (*held.blocks, *held.collections):
        names[block.session_uid] = block.name
        block.name = f"!{block.session_uid}"
    try:
        yield names
    finally:
        for kind in (*KINDS, "collections"):  # some may be gone
            for block in getattr(bpy.data, kind):
                if block.session_uid in names:
                    block.name = names[block.session_uid]


def _holds(scene: bpy.types.Scene, registry: object) -> bool:
    return hasattr(registry, "get") and registry.get("scene") == scene

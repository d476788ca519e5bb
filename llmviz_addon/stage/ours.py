"""What is ours in a file, and how it is told from what is the user's.

Everything the stage makes carries a custom property. Names decide nothing: a user's collection that
happens to be called like ours is left alone, and ours may be renamed and is still found.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import bpy

TAG = "llmviz"
"""Custom property on every datablock of ours; its value says what the thing is."""

NAME = "llmviz_name"
"""Custom property on objects of ours that may be changed later: the actor it is, whatever the file calls it."""

KINDS = ("objects", "meshes", "curves", "cameras", "node_groups", "materials", "images", "actions", "worlds")
"""Where in ``bpy.data`` things of ours may be left when the objects that used them are gone."""

Block = TypeVar("Block", bound=bpy.types.ID)


def own(block: Block, what: str, name: str = "") -> Block:
    """Mark ``block`` as ours, and as the actor ``name`` if it is one, and return it."""
    block[TAG] = what
    if name:
        block[NAME] = name
    return block


def is_ours(block: bpy.types.ID) -> bool:
    """Whether we made ``block``."""
    return TAG in block


def find_collection(scene: bpy.types.Scene) -> bpy.types.Collection | None:
    """Our collection in ``scene``, if it has one."""
    return next((c for c in scene.collection.children if c.get(TAG) == "stage"), None)


def sweep() -> None:
    """Remove everything of ours that nothing uses any more."""
    while unused := [b for kind in KINDS for b in getattr(bpy.data, kind) if is_ours(b) and not b.users]:
        bpy.data.batch_remove(unused)


@contextmanager
def names_free() -> Iterator[None]:
    """While this lasts, what was ours before goes by other names, so that new things can have theirs."""
    names = {block.session_uid: block.name for block in _blocks()}
    for block in _blocks():
        block.name = f"~{block.session_uid}"
    try:
        yield
    finally:
        for block in _blocks():
            if block.session_uid in names:
                block.name = names[block.session_uid]


def _blocks() -> list[bpy.types.ID]:
    """Everything of ours in the file, but for what is linked from another file: that has names of its own."""
    kinds = (*KINDS, "collections")
    return [block for kind in kinds for block in getattr(bpy.data, kind) if is_ours(block) and block.library is None]

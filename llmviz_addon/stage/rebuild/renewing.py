"""Files of before: what objects told the material of cells had no prefix then, and hid a user's own of these names.

What stands in such a file is given it, with its keys, its materials and what was written down of them, so that
pointing, next tokens and *Build Again* find it. What is linked from another file stays, and plays as it did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import bpy

from .. import compat
from ..materials.nodes import trees
from ..ours import TAG
from ..told_by_objects import PREFIX, READ_BY_CELLS, path_of
from .record import read_record, write_record
from .snapshot import KEYS, Values

BARE = {name.removeprefix(PREFIX): name for name in READ_BY_CELLS}
"""The names as they are, by those of before."""
_PATH = re.compile(r'\["(\w+)"\](.*)')
_READS = "attribute_name"


def renew() -> int:
    """Do so with all of the file that is open; how many objects told it by the old names."""
    old = [obj for obj in bpy.data.objects if obj.library is None and obj.get(TAG) is not None and any(_bare(obj))]
    if not old:
        return 0
    materials: dict[bpy.types.Material, None] = {}
    for obj in old:
        for name in tuple(_bare(obj)):
            value: Any = obj[name]
            obj[BARE[name]] = value.to_list() if hasattr(value, "to_list") else value
            del obj[name]
        for curve in compat.fcurves(obj):
            curve.data_path = _renewed(curve.data_path)
        of_mesh: Any = getattr(obj.data, "materials", ())
        materials.update((one, None) for one in of_mesh if one is not None and one.library is None)
    _read_anew(materials)
    for scene in bpy.data.scenes:
        if scene.library is None and (record := read_record(scene)) is not None:
            write_record(scene, {key: dict(_told(values)) for key, values in record.items()})
    return len(old)


def _bare(obj: bpy.types.Object) -> Iterator[str]:
    return (name for name in BARE if obj.get(name) is not None)


def _renewed(path: str) -> str:
    found = _PATH.fullmatch(path)
    return path_of(BARE[found[1]]) + found[2] if found is not None and found[1] in BARE else path


def _read_anew(materials: Iterable[bpy.types.Material]) -> None:
    for tree in trees(materials):
        for node in tree.nodes:
            if isinstance(node, bpy.types.ShaderNodeAttribute) and node.attribute_type == "OBJECT":
                node.attribute_name = BARE.get(node.attribute_name, node.attribute_name)


def _told(values: Values) -> Iterator[tuple[str, Any]]:
    """The same as it was written down, of one thing."""
    for path, value in values.items():
        if path.startswith(KEYS):
            yield KEYS + _renewed(path.removeprefix(KEYS)), value
        elif path.endswith(_READS) and values.get(f"{path.removesuffix(_READS)}attribute_type") == "OBJECT":
            yield path, BARE.get(value, value)
        else:
            yield _renewed(path), value

"""A scene as a .blend file that is whole.

Blender does not tell when a disk is full while it writes a compressed file: the operator finishes, and the
file ends somewhere. So what was written is looked at.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

import bpy

from ..errors import JobError
from ..stage.rebuild.renewing import renew
from .quiet import quiet, unbroken
from .shown import shown

_ZSTD, _TABLE = b"\x28\xb5\x2f\xfd", 0x8F92EAB1


def save(path: Path, target: Path | None = None, copy: bool = False, compress: bool = True) -> None:
    """Save what is open in Blender to ``path``, which is on its way to ``target``.

    JobError where that fails, or the file is not whole; it is left to the caller to remove it.
    """
    try:
        with quiet(), unbroken():
            bpy.ops.wm.save_as_mainfile(filepath=_place(path), check_existing=False, copy=copy, compress=compress)
        whole = is_whole(path)
    except (RuntimeError, OSError) as error:
        raise JobError(f"Cannot write {str(target or path)!r}: {_reason(error)}; is the disk full?") from error
    if not whole:
        raise JobError(f"Cannot write {str(target or path)!r}: the file was cut short; is the disk full?")


def save_copy(path: Path, scene: bpy.types.Scene) -> None:
    """Save a copy of what is open in Blender, which shows ``scene`` when it is opened.

    The picture for file browsers, which Blender would render first, is left out.
    """
    settings = bpy.context.preferences.filepaths
    kind = settings.file_preview_type
    settings.file_preview_type = "NONE"
    try:
        with shown(scene):
            save(path, copy=True, compress=False)
    finally:
        settings.file_preview_type = kind


def load(path: Path) -> None:
    """Open a file in Blender, running none of the scripts in it; JobError where that fails."""
    try:
        with unbroken():
            bpy.ops.wm.open_mainfile(filepath=_place(path), use_scripts=False)
        renew()
    except RuntimeError as error:
        what = "it is damaged, or of a newer Blender"
        raise JobError(f"Cannot open {str(path)!r}: {what} ({_reason(error)}).") from error


def _place(path: Path) -> str:
    """A path as Blender understands it: in full, and with one slash in front, as two are the open file's folder."""
    place = os.path.abspath(path)
    return "/" + place.lstrip("/") if place.startswith("//") else place


def _reason(error: Exception) -> str:
    return " ".join(str(error).removeprefix("Error:").split()).rstrip(".")


def is_whole(path: Path) -> bool:
    """Whether a .blend file has all the bytes that its own table, or its last block, tells of."""
    with path.open("rb") as file:
        head = file.read(8)
        size = file.seek(0, os.SEEK_END)
        if not head.startswith(_ZSTD):  # not compressed: ends with an empty block, longer in the format that has digits
            file.seek(max(size - (32 if head[7:].isdigit() else 24), 0))
            return head.startswith(b"BLENDER") and file.read(4) == b"ENDB"
        if size < 17:
            return False
        file.seek(size - 9)
        count, _, mark = struct.unpack("<IBI", file.read(9))
        table = 17 + 8 * count  # header, a pair of sizes for every frame, footer
        if mark != _TABLE or table > size:
            return False
        file.seek(size - table + 8)
        sizes = struct.unpack(f"<{2 * count}I", file.read(8 * count))
        return sum(sizes[::2]) + table == size

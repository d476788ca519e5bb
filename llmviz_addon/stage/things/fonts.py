"""Fonts of the user's in Blender: read from what a theme brought, and kept in the file with the scene.

Letters are meshes, so a film needs no font to play. A scene keeps its theme's font all the same, packed, since what is
written on it later is to look as the rest.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import bpy
import numpy as np

from ...errors import JobError
from ...layout.lettering.font_file import FontFile, font_of

MARK = "llmviz_font"
"""On a scene its font, on a font what tells its content."""
TOLERANCE = 0.01
"""By how much of its width a letter of Blender's may be off."""


def load(font: FontFile) -> bpy.types.VectorFont:
    """The font in Blender, packed; JobError where Blender cannot read it, or sets it in other widths than it says."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"font{Path(font.name).suffix}"
        path.write_bytes(font.content)
        known = set(bpy.data.fonts)
        try:
            block = bpy.data.fonts.load(str(path), check_existing=False)
            block.pack()
            block.name = font.name
            measured = _width("HH", block, font.size) - _width("H", block, font.size)
        except RuntimeError:
            for made in set(bpy.data.fonts) - known:
                bpy.data.fonts.remove(made)
            raise JobError(f"Blender cannot read the font {font.name!r}.") from None
    if abs(measured - font.advances["H"]) > TOLERANCE * font.advances["H"]:
        bpy.data.fonts.remove(block)
        raise JobError(f"Blender cannot set the font {font.name!r}: its letters are not as wide as it says.")
    return block


def keep(scene: bpy.types.Scene, font: FontFile | None) -> None:
    """Let ``scene`` hold this font, in place of the one that it held."""
    before = scene.get(MARK)
    if before is not None:
        del scene[MARK]
    if font is not None:
        block = _found(font.mark) or load(font)
        block[MARK] = font.mark
        scene[MARK] = block
    if isinstance(before, bpy.types.VectorFont) and before.get(MARK) and not bpy.data.user_map(subset=[before])[before]:
        bpy.data.fonts.remove(before)


def kept(mark: str, name: str) -> FontFile | None:
    """The font of that content that some scene in the file holds; None where none does any more."""
    block = _found(mark)
    return font_of(bytes(block.packed_file.data), name) if block is not None else None


def _found(mark: str) -> bpy.types.VectorFont | None:
    return next((block for block in bpy.data.fonts if block.get(MARK) == mark and _holds(block, mark)), None)


def _holds(block: bpy.types.VectorFont, mark: str) -> bool:
    try:
        return block.packed_file is not None and font_of(bytes(block.packed_file.data), block.name).mark == mark
    except JobError:
        return False


def _width(text: str, font: bpy.types.VectorFont, size: float) -> float:
    """Where the ink of a text ends."""
    curve: Any = bpy.data.curves.new("llmviz width", "FONT")
    obj = bpy.data.objects.new("llmviz width", curve)
    try:
        curve.font, curve.body, curve.size = font, text, size
        mesh = obj.to_mesh()
        points: np.ndarray = np.zeros(3 * max(len(mesh.vertices), 1), dtype=np.float32)
        if len(mesh.vertices):
            mesh.vertices.foreach_get("co", points)
        obj.to_mesh_clear()
        return float(points[::3].max())
    finally:
        bpy.data.objects.remove(obj)
        bpy.data.curves.remove(curve)

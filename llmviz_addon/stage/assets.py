"""Our looks for Blender's asset browser: worlds of the themes, camera rig, lamps. Plain things, which play without us.

They are made in the file that is open, as Blender can write nothing else, and are gone from it again at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from .materials.theme import RGB, Theme
from .materials.theme_file import NAMES, theme
from .ours import disown
from .things.camera import camera_rig
from .things.lights import ground, lamps

FILE, CATALOGUES = "llmviz.blend", "blender_assets.cats.txt"
WHOLE = "8d0f9f8e-3c62-4b0a-9c1e-5f6b1f2a7c00"
WORLDS = "8d0f9f8e-3c62-4b0a-9c1e-5f6b1f2a7c01"
RIGS = "8d0f9f8e-3c62-4b0a-9c1e-5f6b1f2a7c02"
"""Catalogues, by the numbers that the library's own file gives them."""
TITLE = "LLM Visualizer"
SWATCH = 64
"""Pixels of a preview's side."""

Block = bpy.types.World | bpy.types.Collection


def write_assets(folder: Path) -> list[str]:
    """Write the library into ``folder``; returns the names of what is in it.

    OSError or RuntimeError where it cannot be written.
    """
    told = ((WHOLE, ""), (WORLDS, "/Worlds"), (RIGS, "/Rigs"))  # Blender takes what is not told as not saved yet
    lines = [f"{number}:{TITLE}{path}:{path[1:] or TITLE}\n" for number, path in told]
    (folder / CATALOGUES).write_text("VERSION 1\n\n" + "".join(lines), encoding="utf-8")
    with _made() as blocks:
        bpy.data.libraries.write(str(folder / FILE), {*blocks}, fake_user=True, compress=True)
        return [block.name for block in blocks]


@contextmanager
def _made() -> Iterator[Sequence[Block]]:
    """All assets, as long as it takes to write them."""
    before = {block for kind in _kinds() for block in kind}
    renamed: list[tuple[bpy.types.ID, str]] = []
    try:
        blocks: list[Block] = []
        for name in NAMES:
            look = theme(name)
            title = name.replace("-", " ").title()
            text = (
                "The page behind a film" if look.lit is None else "The sky that lights a film, and the page behind it"
            )
            world = _asset(ground(look), f"LLM {title}", WORLDS, f"{text}, in the theme {title}", renamed)
            _show(world, look.ground)
            blocks.append(world)
            if look.lit is not None:
                blocks.append(_asset(_lamps(look), f"LLM {title} Lamps", RIGS, _OF_LAMPS, renamed))
        blocks.append(_asset(_camera(), "LLM Camera", RIGS, _OF_CAMERA, renamed))
        yield blocks
    finally:
        bpy.data.batch_remove([block for kind in _kinds() for block in kind if block not in before])
        for block, name in renamed:
            block.name = name


_OF_LAMPS = "Three suns and a soft box around an empty: move it to what is to be lit, scale it to its radius in metres"
_OF_CAMERA = "An empty at what is looked at, and the camera at a distance: turn the empty to go around it"


def _kinds() -> tuple[Any, ...]:
    data = bpy.data
    return data.worlds, data.collections, data.objects, data.lights, data.cameras, data.meshes, data.node_groups


def _asset(block: Any, name: str, catalogue: str, text: str, renamed: list[tuple[bpy.types.ID, str]]) -> Any:
    """Mark it, under just that name: what has it in the open file gets another meanwhile."""
    taken = (bpy.data.worlds if isinstance(block, bpy.types.World) else bpy.data.collections).get(name)
    if taken is not None:
        renamed.append((taken, name))
        taken.name = f"{name} for a moment"
    block.name = name
    block.asset_mark()
    block.asset_data.catalog_id, block.asset_data.description = catalogue, text
    block.asset_data.author = TITLE
    objects = block.objects if isinstance(block, bpy.types.Collection) else ()
    for one in (block, *objects, *(obj.data for obj in objects if obj.data is not None)):
        disown(one)
    return block


def _lamps(look: Theme) -> bpy.types.Collection:
    collection = bpy.data.collections.new("lamps")
    assert look.lit is not None, "asked by the caller"
    lamps(look.lit, (), collection).scale = (1.0, 1.0, 1.0)
    return collection


def _camera() -> bpy.types.Collection:
    collection = bpy.data.collections.new("camera")
    rig = camera_rig(collection)
    bpy.data.batch_remove([obj for obj in collection.objects if obj not in (rig.pivot, rig.camera)])
    return collection


def _show(world: bpy.types.World, color: RGB) -> None:
    """Its preview: the page's colour."""
    preview: Any = world.preview_ensure()
    preview.image_size = (SWATCH, SWATCH)
    pixels = np.tile(np.array([*color, 1.0], np.float32), SWATCH * SWATCH)
    preview.image_pixels_float.foreach_set(pixels)

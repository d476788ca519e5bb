"""Blender works out keyframes and drivers for the scene that a window shows, and for others not all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ..stage.playing import whole


@contextmanager
def shown(scene: bpy.types.Scene) -> Iterator[None]:
    """Let every window show ``scene`` in the block, with all chapters of its film; and after it what it showed."""
    before = [(window, window.scene) for window in bpy.context.window_manager.windows if window.scene != scene]
    for window, _ in before:
        window.scene = scene
    try:
        with whole(scene):
            yield
    finally:
        for window, other in before:
            window.scene = other

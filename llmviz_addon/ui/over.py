"""Drawing over Blender's editors, from when it begins to when it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy


class Over:
    """What ``draw``, called with what it is ``given``, draws over all viewports, or over all editors of a ``space``."""

    def __init__(
        self, draw: Callable[..., None], *given: object, space: Any = bpy.types.SpaceView3D, when: str = "POST_PIXEL"
    ) -> None:
        self._draw, self._given, self._space, self._when = draw, given, space, when
        self._handle: Any = None

    def start(self) -> None:
        """Draw from now on."""
        if self._handle is None:
            self._handle = self._space.draw_handler_add(self._draw, self._given, "WINDOW", self._when)

    def stop(self) -> None:
        """Draw no more."""
        if self._handle is not None:
            self._space.draw_handler_remove(self._handle, "WINDOW")
            self._handle = None

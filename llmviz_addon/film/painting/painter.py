"""Frames as arrays of pixels, rendering only what differs from the frame before.

A region rendered alone has the very pixels that it has in the whole picture (a test holds this), so
a frame put together from regions is the frame.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import bpy
import numpy as np

from ...errors import JobError
from ...stage import compat
from ...stage.things.page import go
from ..lock import scratch
from ..quiet import unbroken
from .cells import CellState
from .changes import Change, Changes, has_lamps, is_seen
from .doubles import Doubles, shows
from .keyframes import Keyframes
from .lean import Lean
from .regions import Mask, Rect
from .sights import Projection, Shapes, Sight, mark
from .told import Told
from .written import Written

MOSTLY = 0.8
"""From this share of the picture on, it is rendered as a whole."""
_TGA_HEADER = 18


class Painter:
    """Renders frames of a scene whose engine and size have been set; without ``changes``, whole ones only."""

    def __init__(self, scene: bpy.types.Scene, changes: Changes | None = None) -> None:
        self.scene = scene
        self.changes = changes or Changes(0, -1, *np.zeros((2, 0), dtype=bool))
        percentage = scene.render.resolution_percentage
        self.size = (scene.render.resolution_x * percentage // 100, scene.render.resolution_y * percentage // 100)
        # In EEVEE, after a compositor, or where things are lit, which shade and mirror each other, a region is not
        # exactly the whole's.
        self.regions = scene.render.engine == "CYCLES" and not compat.has_compositor(scene) and not has_lamps(scene)
        self._seen = [obj for obj in scene.objects if is_seen(obj)]
        self._shapes = Shapes()
        self._written = Written(scene)
        self._doubles: Doubles | None = None
        self._lean: Lean | None = None
        self._told: Told | None = None
        self._keyframes = Keyframes()
        self._showing = self._seen  # those that may show until the next ``settle``
        self._sights: tuple[int, dict[bpy.types.Object, Sight]] | None = None  # of all of them, at the last frame
        self._temporary = ExitStack()
        self._folder: Path = self._temporary.enter_context(scratch())
        render = scene.render
        render.use_sequencer = render.use_border = False
        render.use_file_extension = render.use_stamp = False
        render.dither_intensity = 0.0
        compat.set_image_output(scene, "TARGA_RAW")
        render.image_settings.color_mode = "RGB"
        self._picture = self._folder / "part.tga"
        render.filepath = str(self._picture)

    def settle(self, first: int, last: int) -> None:
        """Make ready for the frames ``first`` to ``last``: let go of what does nothing there.

        Only for a scene that nobody will save: keyframes are off their objects until the next call.
        """
        self._keyframes.put_back()
        before = max(first - 1, self.changes.first)
        go(self.scene, before)
        self._showing, self._sights = [obj for obj in self._seen if shows(obj, before, last)], None
        self._written.settle(self._showing)
        if self.regions:
            self._doubles = self._doubles or Doubles(self.scene)
            self._doubles.settle(self._showing)
            self._lean = self._lean or Lean(self._seen)
            self._lean.settle(before, last, self._showing)
            self._shapes.know(self._seen)  # whose materials are still as they were made
            self._told = self._told or Told(self.scene)
            self._told.settle(self._seen)
        self._keyframes.take(self.changes.owners, set(self.changes.idle(before, last)))

    def close(self) -> None:
        """Remove what was temporary: files, and objects."""
        self._temporary.close()
        self._keyframes.put_back()
        if self._doubles is not None:
            self._doubles.remove()
        self._written.remove()
        if self._told is not None:
            self._told.remove()
        if self._lean is not None:
            self._lean.remove()

    def paint(self, frame: int, before: np.ndarray | None = None) -> np.ndarray:
        """(height, width, 3) pixels of ``frame``; ``before`` are those of the frame before, if known.

        Returns ``before`` itself where the picture is the same.
        """
        rects = [] if before is None else self._regions(frame)
        if before is not None and not rects:
            return before
        self._go(frame)
        if before is None or sum(rect.area for rect in rects) > MOSTLY * self.size[0] * self.size[1]:
            return self._render(None)
        pixels = before.copy()
        for rect in rects:
            rows = slice(self.size[1] - rect.high, self.size[1] - rect.low)
            pixels[rows, rect.left : rect.right] = self._render(rect)
        return pixels

    def _regions(self, frame: int) -> list[Rect]:
        """What to render anew at ``frame``."""
        change = self.changes.at(frame)
        mask = Mask(*self.size)
        if change.everything or not (self.regions or change.nothing):
            mask.mark_all()
        elif not change.nothing:
            self._mark(mask, frame, change)
        return mask.cover()

    def _mark(self, mask: Mask, frame: int, change: Change) -> None:
        """Mark what differs at ``frame`` from the frame before."""
        if change.view:
            before = self._all_sights(frame - 1)
            mark(mask, before, self._all_sights(frame), set(change.objects))
            return
        sights: list[dict[bpy.types.Object, Sight]] = []
        cells = []
        for at in (frame - 1, frame):
            self._go(at)
            view = Projection(self.scene, self.size, self._shapes)
            sights.append({obj: view.sight(obj) for obj in change.objects})
            cells.append([CellState.of(obj) for obj in change.in_cells])
        for obj, old, new in zip(change.in_cells, *cells, strict=True):
            sights[-1][obj] = view.cells(obj, old, new)
        mark(mask, *sights)

    def _all_sights(self, frame: int) -> dict[bpy.types.Object, Sight]:
        """Of all that may show: while the camera moves, each frame is asked twice for them."""
        if self._sights is None or self._sights[0] != frame:
            self._go(frame)
            view = Projection(self.scene, self.size, self._shapes)
            self._sights = frame, {obj: view.sight(obj) for obj in self._showing}
        return self._sights[1]

    def _go(self, frame: int) -> None:
        if self.scene.frame_current != frame:
            go(self.scene, frame)
            if self._told is not None:
                self._told.follow()

    def _render(self, rect: Rect | None) -> np.ndarray:
        render = self.scene.render
        render.use_border = render.use_crop_to_border = rect is not None
        width, height = self.size
        if rect is not None:  # the small shift keeps Blender's rounding on the pixel meant
            render.border_min_x, render.border_max_x = (rect.left + 0.01) / width, (rect.right + 0.01) / width
            render.border_min_y, render.border_max_y = (rect.low + 0.01) / height, (rect.high + 0.01) / height
            width, height = rect.right - rect.left, rect.high - rect.low
        self._picture.unlink(missing_ok=True)
        try:
            with unbroken():
                bpy.ops.render.render(write_still=True, scene=self.scene.name)
            return _read_tga(self._picture, width, height)
        except (OSError, RuntimeError) as error:
            place = str(self._folder.parent)
            reason = getattr(error, "strerror", None) or " ".join(str(error).removeprefix("Error:").split())
            raise JobError(
                f"Blender rendered nothing that could be read back: {reason}; is there room in {place!r}?"
            ) from error


def _read_tga(path: Path, width: int, height: int) -> np.ndarray:
    """(height, width, 3) of an uncompressed TGA, first row on top."""
    data = path.read_bytes()
    if len(data) < _TGA_HEADER + width * height * 3:
        raise JobError(f"Blender's picture was cut short; is there room in {str(path.parent.parent)!r}?")
    found = (int.from_bytes(data[12:14], "little"), int.from_bytes(data[14:16], "little"))
    if found != (width, height) or data[2] != 2 or data[16] != 24:
        raise JobError(f"Blender rendered {found[0]}x{found[1]} pixels where {width}x{height} were asked for.")
    pixels = np.frombuffer(data, np.uint8, width * height * 3, _TGA_HEADER).reshape(height, width, 3)
    return pixels[::-1, :, ::-1]

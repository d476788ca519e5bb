"""Pictures by a process of its own: what is open in Blender stays as it is, and can be worked on meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import bpy
import numpy as np

from ..errors import JobError
from ..stage.quality import FINAL, quality
from ..stage.render import chosen, size_of
from ..stepwise import Stepwise
from .blend import save_copy
from .frames import Frames
from .lock import scratch
from .of_scene import check_camera
from .painting import png
from .work.crew import Crew
from .work.making import TRIES

MARK = "still"


def picture_steps(
    scene: bpy.types.Scene, frame: int, engine: str = "auto", preset: str = FINAL, poll: float = 0.2
) -> Stepwise[np.ndarray]:
    """``frame`` rendered by a worker, (height, width, 3) uint8, as ``still.picture`` does it.

    Yields (share done, what goes on), waiting ``poll`` seconds at most. A worker that dies is replaced; closing the
    generator ends it. Raises JobError as ``picture`` does, and where the worker dies again and again.
    """
    check_camera(scene)
    yield 0.0, SAVING
    with elsewhere(scene, (frame, frame), engine, preset, poll) as painter:
        return (yield from painter.paint_steps(frame))


SAVING = "Saving a copy of the file"


@contextmanager
def elsewhere(
    scene: bpy.types.Scene, span: tuple[int, int], engine: str, preset: str, poll: float
) -> Iterator[PainterElsewhere]:
    """What paints frames of ``span``, first and last, of a copy of the file as it is now; see ``picture_steps``."""
    how, engine = quality(preset), chosen(engine)
    size = how.size(size_of(scene))
    with scratch() as folder:
        blend = folder / "still.blend"
        save_copy(blend, scene)
        setup = {
            **{"blend": str(blend), "folder": str(folder), "mark": MARK, "first": span[0], "last": span[1]},
            **{"width": size[0], "height": size[1], "engine": engine, "samples": None, "quality": preset},
            "threads": os.cpu_count() or 1,
        }
        crew = Crew(1, folder)
        try:
            crew.send(0, do="open", setup=setup)
            yield PainterElsewhere(crew, setup, Frames(folder, size, MARK), poll)
        finally:
            crew.stop()


class PainterElsewhere:
    """A worker that paints frame after frame."""

    def __init__(self, crew: Crew, setup: dict[str, object], frames: Frames, poll: float) -> None:
        self._crew, self._setup, self._frames, self._poll = crew, setup, frames, poll
        self._opened = False

    def paint_steps(self, frame: int) -> Stepwise[np.ndarray]:
        """Wait until the worker has painted ``frame``; see ``picture_steps``."""
        failed, text = 0, f"Frame {frame}"
        self._crew.send(0, do="render", first=frame, last=frame)
        while True:
            yield 0.6 if self._opened else 0.2, text
            _, facts = self._crew.next(self._poll) or (0, {})
            self._opened = self._opened or "kinds" in facts
            if "rendered" in facts:
                return png.read(self._frames.path(frame))
            if "lost" in facts:
                failed += 1
                if failed == TRIES:
                    raise JobError(f"Rendering failed {TRIES} times at frame {frame}: {facts['lost']}.")
                text = f"Frame {frame}; rendering failed, tried again: {facts['lost']}"
                self._crew.replace(0)
                self._crew.send(0, do="open", setup=self._setup)
                self._crew.send(0, do="render", first=frame, last=frame)

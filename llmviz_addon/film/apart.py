"""One picture by a process of its own: what is open in Blender stays as it is, and can be worked on meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

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
    how, engine = quality(preset), chosen(engine)
    size = how.size(size_of(scene))
    with scratch() as folder:
        yield 0.0, "Saving a copy of the file"
        blend = folder / "still.blend"
        save_copy(blend, scene)
        setup = {
            **{"blend": str(blend), "folder": str(folder), "mark": MARK, "first": frame, "last": frame},
            **{"width": size[0], "height": size[1], "engine": engine, "samples": None, "quality": preset},
            "threads": os.cpu_count() or 1,
        }
        yield from _rendered(folder, setup, frame, poll)
        return png.read(Frames(folder, size, MARK).path(frame))


def _rendered(folder: Path, setup: dict[str, object], frame: int, poll: float) -> Stepwise[None]:
    """Wait until a worker has rendered ``frame``."""
    crew = Crew(1, folder)
    failed, opened, text = 0, False, f"Frame {frame}"
    try:
        crew.send(0, do="open", setup=setup)
        crew.send(0, do="render", first=frame, last=frame)
        while True:
            yield 0.6 if opened else 0.2, text
            _, facts = crew.next(poll) or (0, {})
            opened = opened or "kinds" in facts
            if "rendered" in facts:
                return
            if "lost" in facts:
                failed += 1
                if failed == TRIES:
                    raise JobError(f"Rendering failed {TRIES} times at frame {frame}: {facts['lost']}.")
                text = f"Frame {frame}; rendering failed, tried again: {facts['lost']}"
                crew.replace(0)
                crew.send(0, do="open", setup=setup)
                crew.send(0, do="render", first=frame, last=frame)
    finally:
        crew.stop()

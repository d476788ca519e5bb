"""A process that renders frames of a saved file, told what to do line by line.

Each job is a line of JSON on stdin, each thing done a line on stdout. The file needs nothing but
Blender to render, so this works as one machine of a render farm would; several at once keep all cores
busy through the parts of a frame that Blender does on one. Ends when stdin does, so it never outlives
whoever started it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import IO, Any

import bpy
import numpy as np

from ..errors import JobError, LlmvizError
from ..stage.render import set_engine, set_size
from . import png
from .changes import Changes
from .frames import frame_path
from .painter import Painter
from .video import encode

SETTLED = 40
"""Frames between two times of letting go of what stands still; see ``Painter.settle``."""


@dataclass(frozen=True)
class Setup:
    """What a worker renders: the first line it is sent."""

    blend: str
    folder: str  # of the frames
    first: int
    last: int
    width: int
    height: int
    engine: str  # "eevee" or "cycles"
    samples: int | None
    threads: int


class FrameWriter:
    """Writes frames in a thread of its own while the next are rendered, in order."""

    def __init__(self, folder: Path, done: Any) -> None:
        self._folder = folder
        self._done = done
        self._thread = ThreadPoolExecutor(1)
        self._waiting: list[Future[None]] = []

    def write(self, frame: int, pixels: np.ndarray, same: bool, started: float) -> None:
        """Put a frame in its place; ``same`` says it is the picture of the frame before."""
        self._waiting.append(self._thread.submit(self._write, frame, pixels, same, started))
        if len(self._waiting) > 4:
            self._waiting.pop(0).result()

    def finish(self) -> None:
        """Wait until all is written."""
        while self._waiting:
            self._waiting.pop(0).result()

    def _write(self, frame: int, pixels: np.ndarray, same: bool, started: float) -> None:
        path = frame_path(self._folder, frame)
        if not (same and _link(frame_path(self._folder, frame - 1), path)):
            png.write(path, pixels)
        self._done(frame=frame, seconds=perf_counter() - started)


def _link(source: Path, path: Path) -> bool:
    """Give the file of an equal frame a second name; False where the file system has no such thing."""
    try:
        os.link(source, path)
    except OSError:
        return False
    return True


class Worker:
    """Renders runs of frames of one scene."""

    def __init__(self, setup: Setup, done: Any) -> None:
        bpy.ops.wm.open_mainfile(filepath=setup.blend, load_ui=False, use_scripts=False)
        scene = bpy.context.scene
        if scene.camera is None:
            raise JobError(f"Scene {scene.name!r} has no camera to render through.")
        set_engine(scene, setup.engine, setup.samples)
        set_size(scene, setup.width, setup.height)
        scene.render.threads_mode, scene.render.threads = "FIXED", setup.threads
        self._folder = Path(setup.folder)
        self._painter = Painter(scene, Changes.of(scene, setup.first, setup.last))
        self._writer = FrameWriter(self._folder, done)

    def render(self, first: int, last: int) -> None:
        """Render the frames ``first`` to ``last``."""
        pixels = self._known(first - 1)
        for frame in range(first, last + 1):
            if (frame - first) % SETTLED == 0:
                self._painter.settle(frame, min(frame + SETTLED - 1, last))
            started = perf_counter()
            before, pixels = pixels, self._painter.paint(frame, pixels)
            self._writer.write(frame, pixels, pixels is before, started)
        self._writer.finish()

    def kinds(self) -> np.ndarray:
        """Per frame of the film: 0 is the picture before, 1 changed in places, 2 is all new."""
        return self._painter.changes.kinds()

    def close(self) -> None:
        """Remove what was temporary."""
        self._painter.close()

    def _known(self, frame: int) -> np.ndarray | None:
        path = frame_path(self._folder, frame)
        return png.read(path) if frame >= self._painter.changes.first and path.is_file() else None


def serve(jobs: IO[str], tell: Any) -> None:
    """Do what each line of ``jobs`` asks until there is none, answering through ``tell(**facts)``."""
    worker = None
    try:
        for line in jobs:
            job = json.loads(line)
            match job["do"]:
                case "open":
                    worker = Worker(Setup(**job["setup"]), tell)
                    tell(kinds="".join(map(str, worker.kinds())))
                case "render":
                    assert worker is not None, "render before open"
                    worker.render(job["first"], job["last"])
                    tell(rendered=job["last"])
                case "encode":
                    encode([Path(p) for p in job["frames"]], Path(job["output"]), job["fps"], tuple(job["size"]))
                    tell(encoded=True)
    finally:
        if worker is not None:
            worker.close()


def main() -> None:
    """Serve stdin; whatever Blender prints is sent to stderr, so that stdout holds our lines only."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started us decides
    with os.fdopen(os.dup(1), "w", buffering=1) as out:
        os.dup2(2, 1)

        def tell(**facts: Any) -> None:
            out.write(json.dumps(facts) + "\n")

        try:
            _answer(tell)
        finally:
            sys.stderr.flush()
            os._exit(0)  # Blender's own exit hangs while Cycles keeps data for a next frame


def _answer(tell: Any) -> None:
    """Serve stdin, and tell what went wrong; nobody may be left to hear it."""
    try:
        serve(sys.stdin, tell)
    except BrokenPipeError:
        return
    except LlmvizError as error:
        tell(error=str(error))
    except Exception as error:  # the one who started us tells the user; the details go to its log
        traceback.print_exc()
        tell(error=f"{type(error).__name__}: {error}", fault=True)


if __name__ == "__main__":
    main()

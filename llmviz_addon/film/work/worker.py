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
import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import IO, Any

import bpy
import numpy as np

from ...errors import JobError, LlmvizError
from ...stage.render import set_engine, set_size
from ..encoding.video import encode, look
from ..frames import Frames
from ..painting import png
from ..painting.changes import Changes
from ..painting.painter import Painter

SETTLED = 40
"""Frames between two times of letting go of what stands still; see ``Painter.settle``."""
BEAT = 2.0
"""Seconds between two signs of life."""


@dataclass(frozen=True)
class Setup:
    """What a worker renders: the first line it is sent."""

    blend: str
    folder: str  # of the frames
    mark: str  # of the film, in each of them
    first: int
    last: int
    width: int
    height: int
    engine: str  # "eevee" or "cycles"
    samples: int | None
    quality: str
    threads: int


class FrameWriter:
    """Writes frames in a thread of its own while the next are rendered, in order."""

    def __init__(self, frames: Frames, done: Any) -> None:
        self._frames = frames
        self._done = done
        self._thread = ThreadPoolExecutor(1)
        self._waiting: list[Future[None]] = []

    def write(self, frame: int, pixels: np.ndarray, same: bool) -> None:
        """Put a frame in its place; ``same`` says it is the picture of the frame before."""
        self._waiting.append(self._thread.submit(self._write, frame, pixels, same))
        if len(self._waiting) > 4:
            self._waiting.pop(0).result()

    def finish(self) -> None:
        """Wait until all is written."""
        while self._waiting:
            self._waiting.pop(0).result()

    def _write(self, frame: int, pixels: np.ndarray, same: bool) -> None:
        path = self._frames.path(frame)
        if not (same and _link(self._frames.path(frame - 1), path)):
            png.write(path, pixels, self._frames.mark)
        self._done(frame=frame)


def _link(source: Path, path: Path) -> bool:
    """Give the file of an equal frame a second name; False where the file system has no such thing."""
    try:
        path.unlink(missing_ok=True)  # one that is not whole
        os.link(source, path)
    except OSError:
        return False
    return True


class Worker:
    """Renders runs of frames of one scene."""

    def __init__(self, setup: Setup, done: Any) -> None:
        bpy.ops.wm.open_mainfile(filepath=setup.blend, load_ui=False, use_scripts=False)
        scene = bpy.context.scene
        assert scene is not None
        if scene.camera is None:
            raise JobError(f"Scene {scene.name!r} has no camera to render through.")
        set_engine(scene, setup.engine, setup.samples, setup.quality)
        set_size(scene, setup.width, setup.height)
        scene.render.threads_mode, scene.render.threads = "FIXED", setup.threads
        self._frames = Frames(Path(setup.folder), (setup.width, setup.height), setup.mark)
        self._painter = Painter(scene, Changes.of(scene, setup.first, setup.last))
        self._writer = FrameWriter(self._frames, done)

    def render(self, first: int, last: int) -> None:
        """Render the frames ``first`` to ``last``."""
        pixels = self._known(first - 1)
        for frame in range(first, last + 1):
            if (frame - first) % SETTLED == 0:
                self._painter.settle(frame, min(frame + SETTLED - 1, last))
            before, pixels = pixels, self._painter.paint(frame, pixels)
            self._writer.write(frame, pixels, pixels is before)
        self._writer.finish()

    def kinds(self) -> np.ndarray:
        """Per frame of the film: 0 is the picture before, 1 changed in places, 2 is all new."""
        return self._painter.changes.kinds()

    def close(self) -> None:
        """Remove what was temporary."""
        self._painter.close()

    def _known(self, frame: int) -> np.ndarray | None:
        there = frame >= self._painter.changes.first and list(self._frames.whole([frame]))
        return png.read(self._frames.path(frame)) if there else None


@dataclass(frozen=True)
class Source:
    """What a video is made of, and where."""

    folder: str  # of the frames
    mark: str
    width: int
    height: int
    rate: tuple[int, float]  # frames per second, and the base they are divided by
    pieces: str  # folder of the segments

    @property
    def frames(self) -> Frames:
        """The film's."""
        return Frames(Path(self.folder), (self.width, self.height), self.mark)


def encode_segment(source: Source, first: int, count: int, copies: int) -> dict[str, Any]:
    """Encode a segment; returns what to tell: where it is, or which frames are not whole and must be rendered again."""
    started = perf_counter()
    frames, shown = source.frames, range(first, first + count * copies)
    whole = set(frames.whole(shown))
    if broken := [frame for frame in shown if frame not in whole]:
        return {"broken": broken, "segment": first}
    if copies > 1 and not _alike([frames.path(frame) for frame in shown]):
        count, copies = count * copies, 1
    video = Path(source.pieces) / f"{first:06d}.mp4"
    encode([frames.path(frame) for frame in shown[:count]], video, (source.rate[0], source.rate[1]), frames.size)
    return {"segment": first, "video": str(video), "copies": copies, "seconds": perf_counter() - started}


def _alike(paths: list[Path]) -> bool:
    """Whether frames are the same picture; mostly they are the same file."""
    first = paths[0].read_bytes()
    return all(os.path.samefile(paths[0], path) or path.read_bytes() == first for path in paths[1:])


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
                    tell(**encode_segment(Source(**job["source"]), **job["segment"]))
                case "look":
                    source = Source(**job["source"])
                    pictures = {int(number): source.frames.path(frame) for number, frame in job["pictures"].items()}
                    look(Path(job["video"]), pictures, source.frames.size)
                    tell(seen=True)
    finally:
        if worker is not None:
            worker.close()


def main() -> None:
    """Serve stdin; whatever Blender prints is sent to stderr, so that stdout holds our lines only."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who started us decides
    with os.fdopen(os.dup(1), "w", buffering=1) as out:
        os.dup2(2, 1)

        turn = threading.Lock()

        def tell(**facts: Any) -> None:
            with turn:
                out.write(json.dumps(facts) + "\n")

        threading.Thread(target=_live, args=(tell,), daemon=True).start()
        try:
            _answer(tell)
        finally:
            sys.stderr.flush()
            os._exit(0)  # Blender's own exit hangs while Cycles keeps data for a next frame


def _live(tell: Any) -> None:
    """Give signs of life, with the processor time used so far; end where nobody is left to hear them."""
    while True:
        try:
            tell(alive=process_time())
        except (BrokenPipeError, ValueError):
            os._exit(1)
        sleep(BEAT)


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

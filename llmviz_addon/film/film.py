"""A film: its frames by worker processes, then the video and its captions.

``film_steps`` is a generator, so that a window can drive it from a timer and a shell from a loop; closing
it stops the workers. What is finished stays, and the same call goes on from there.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from ..errors import JobError
from ..screenplay.timeline import Subtitle
from . import captions
from .crew import Crew
from .frames import frame_path, frames_folder, missing, open_folder
from .output import written

COSTS = {"0": 0.3, "1": 1.0, "2": 8.0}
"""How long a frame takes, relatively, by how it differs from the one before (measured)."""
SHORTEST = 20
"""Frames a worker is given at least: the first of a run has nothing to build on and costs the most."""
POLL = 0.2


@dataclass(frozen=True)
class FilmJob:
    """A film to be made of a saved scene, which needs nothing but Blender to render."""

    blend: Path
    output: Path  # the video; frames and captions stand beside it
    first: int  # frames, both included
    last: int
    size: tuple[int, int]
    fps: int
    engine: str  # "eevee" or "cycles"
    fingerprint: Mapping[str, str]
    subtitles: Sequence[Subtitle] = ()
    web_captions: bool = False
    samples: int | None = None
    workers: int | None = None
    end: int | None = None  # last frame of the whole film, of which this may be an excerpt

    @property
    def folder(self) -> Path:
        """Where the frames are kept."""
        return frames_folder(self.output)


@dataclass(frozen=True)
class Progress:
    """How far a film is."""

    done: int  # frames
    total: int
    text: str
    left: float | None = None  # seconds, when it can be told


@dataclass
class _Count:
    """What has been done since the start, and at what speed."""

    kinds: str
    first: int
    todo: set[int]
    started: float = field(default_factory=monotonic)
    spent: float = 0.0

    def cost(self, frame: int) -> float:
        return COSTS[self.kinds[frame - self.first]]

    def finish(self, frame: int) -> None:
        self.todo.discard(frame)
        self.spent += self.cost(frame)

    def left(self) -> float | None:
        if not self.spent:
            return None
        return sum(map(self.cost, self.todo)) / self.spent * (monotonic() - self.started)


def worker_count(engine: str, cores: int | None = None) -> int:
    """How many workers render fastest: EEVEE has one GPU to share; for Cycles see the benchmarks."""
    return 1 if engine == "eevee" else min(cores or os.cpu_count() or 1, 4)


def film_steps(job: FilmJob, poll: float = POLL) -> Iterator[Progress]:
    """Make a film step by step; yields at least a few times a second, having waited ``poll`` seconds at most.

    Raises JobError for a size that H.264 cannot hold, a frames folder that is not ours, or a failed
    renderer.
    """
    if job.size[0] % 2 or job.size[1] % 2:
        even = "x".join(str(side + side % 2) for side in job.size)
        raise JobError(f"A film needs an even width and height; instead of {job.size[0]}x{job.size[1]} take {even}.")
    open_folder(job.folder, job.fingerprint)
    total = job.last - job.first + 1
    todo = missing(job.folder, job.first, job.last)
    crew = Crew(min(job.workers or worker_count(job.engine), max(len(todo) // SHORTEST, 1)))
    try:
        yield Progress(total - len(todo), total, "Starting")
        if todo:
            yield from _frames(crew, job, todo, poll)
        yield Progress(total, total, "Writing the video")
        yield from _video(crew, job, poll)
    finally:
        crew.stop()
    write_captions(job)
    yield Progress(total, total, "Done", 0.0)


def write_captions(job: FilmJob) -> None:
    """Write what is said beside the film."""
    forms = {".srt": captions.srt, ".vtt": captions.vtt}
    for suffix in (".srt", ".vtt") if job.web_captions else (".srt",):
        text = forms[suffix](job.subtitles, job.fps, job.first, job.last)
        with written(job.output.with_suffix(suffix)) as temporary:
            temporary.write_text(text, encoding="utf-8")


def _frames(crew: Crew, job: FilmJob, todo: list[int], poll: float) -> Iterator[Progress]:
    setup = {
        **{
            "blend": str(job.blend.absolute()),
            "folder": str(job.folder.absolute()),
            "first": 1,
            "last": job.end or job.last,
        },
        **{"width": job.size[0], "height": job.size[1], "engine": job.engine, "samples": job.samples},
        "threads": os.cpu_count() or 1,  # each: while one prepares a frame, another renders on all cores
    }
    for number in range(crew.size):
        crew.send(number, do="open", setup=setup)
    total = job.last - job.first + 1
    count: _Count | None = None
    runs: deque[tuple[int, int]] = deque()
    left = set(todo)
    while left:
        told = crew.next(poll)
        if told is not None:
            number, facts = told
            if count is None and "kinds" in facts:
                count = _Count(facts["kinds"], 1, left)
                runs.extend(split(todo, count.kinds, crew.size))
            if "frame" in facts and count is not None:
                count.finish(facts["frame"])
            if runs and ("kinds" in facts or "rendered" in facts):
                first, last = runs.popleft()
                crew.send(number, do="render", first=first, last=last)
        yield Progress(total - len(left), total, "Rendering", count.left() if count else None)


def _video(crew: Crew, job: FilmJob, poll: float) -> Iterator[Progress]:
    folder, output = job.folder.absolute(), job.output.absolute()  # workers are somewhere else
    paths = [str(frame_path(folder, frame)) for frame in range(job.first, job.last + 1)]
    crew.send(0, do="encode", frames=paths, output=str(output), fps=job.fps, size=job.size)
    while True:
        told = crew.next(poll)
        if told is not None and "encoded" in told[1]:
            return
        yield Progress(len(paths), len(paths), "Writing the video")


def split(todo: Sequence[int], kinds: str, workers: int) -> list[tuple[int, int]]:
    """Runs (first, last) of frames for workers to take one after the other; ``kinds`` starts at frame 1.

    A run is cut where it costs nothing, before a frame that is all new, or else when it is long.
    """
    target = sum(COSTS[kinds[frame - 1]] for frame in todo) / (workers * 6) if workers > 1 else float("inf")
    runs: list[tuple[int, int]] = []
    cost = 0.0
    for frame in todo:
        new = kinds[frame - 1] == "2"
        follows = bool(runs) and frame == runs[-1][1] + 1
        short = follows and frame - runs[-1][0] < SHORTEST
        if follows and (short or cost < target or (not new and cost < 2 * target)):
            runs[-1] = (runs[-1][0], frame)
        else:
            runs.append((frame, frame))
            cost = 0.0
        cost += COSTS[kinds[frame - 1]]
    return runs

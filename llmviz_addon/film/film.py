"""A film: its frames by worker processes, the video that is encoded meanwhile, and its captions.

``film_steps`` is a generator, so that a window can drive it from a timer and a shell from a loop; closing
it stops the workers. What is finished stays, and the same call goes on from there. Nothing that was there
before is replaced until the new video has been read back.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from ..errors import JobError
from ..screenplay.score.timeline import ChapterSpan, Subtitle
from ..stage.quality import FINAL
from .encoding import captions
from .frames import CAPTIONS, PIECES, Frames, check_frames, frames_folder, frames_of, opened
from .lock import scratch
from .output import written
from .quiet import unbroken
from .work.crew import Crew
from .work.making import WORTH, Making

POLL = 0.2
WRITING = "Writing the video"
RENDERING = 0.85
"""Share of a film's work that is in its frames; the rest is the video."""


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
    chapters: Sequence[ChapterSpan] = ()
    web_captions: bool = False
    samples: int | None = None
    quality: str = FINAL
    workers: int | None = None
    end: int | None = None  # last frame of the whole film, of which this may be an excerpt
    fps_base: float = 1.0  # what fps is divided by, as in Blender: 1.001 for 23.976 of 24
    overwrite: bool = False  # whether frames of another film may be thrown away

    @property
    def folder(self) -> Path:
        """Where the frames are kept."""
        return frames_folder(self.output)

    @property
    def frames(self) -> Frames:
        """The frames of this film."""
        return frames_of(self.folder, self.fingerprint, self.size)

    @property
    def rate(self) -> float:
        """Frames per second."""
        return self.fps / self.fps_base

    @property
    def span(self) -> range:
        """The frames that are wanted."""
        return range(self.first, self.last + 1)


@dataclass(frozen=True)
class Progress:
    """How far a film is."""

    done: int  # frames that are rendered
    total: int
    text: str
    left: float | None = None  # seconds, when it can be told
    encoded: int = field(default=0, compare=False)  # frames that are in the video
    trouble: str = ""  # what failed last, and is done again

    @property
    def told(self) -> str:
        """What goes on, and what had to be done again."""
        return f"{self.text}; {self.trouble}" if self.trouble else self.text

    @property
    def count(self) -> int:
        """Frames that are done with what goes on now."""
        return self.encoded if self.encoded and self.text == WRITING else self.done

    @property
    def share(self) -> float:
        """Share of the whole work that is done."""
        return (RENDERING * self.done + (1 - RENDERING) * self.encoded) / max(self.total, 1)


def worker_count(engine: str, cores: int | None = None) -> int:
    """How many workers render fastest: EEVEE has one GPU to share; for Cycles see the benchmarks."""
    return 1 if engine == "eevee" else min(cores or os.cpu_count() or 1, 4)


def check_size(size: tuple[int, int]) -> None:
    """JobError for a size that H.264 cannot hold."""
    if size[0] % 2 or size[1] % 2:
        even = "x".join(str(side + side % 2) for side in size)
        raise JobError(f"A film needs an even width and height; instead of {size[0]}x{size[1]} take {even}.")


def check_film(job: FilmJob) -> None:
    """JobError where a film cannot be made as asked, as far as that can be known before there is a scene."""
    check_size(job.size)
    check_frames(job.folder, job.fingerprint, job.size, job.overwrite)


def film_steps(job: FilmJob, poll: float = POLL) -> Iterator[Progress]:
    """Make a film step by step; yields at least a few times a second, having waited ``poll`` seconds at most.

    Raises JobError as ``check_film`` does, and for a failed renderer, a full disk or a video that cannot be read back.
    """
    check_size(job.size)
    with ExitStack() as stack:
        frames = stack.enter_context(opened(job.folder, job.fingerprint, job.size, job.overwrite))
        todo = frames.missing(job.first, job.last)
        total, done = len(job.span), len(job.span) - len(todo)
        yield Progress(done, total, "Starting")
        pieces = stack.enter_context(_pieces(job.folder))
        workers = min(job.workers or worker_count(job.engine), max(len(todo) // WORTH, 1))
        crew = Crew(workers + 1, stack.enter_context(scratch()))
        stack.callback(crew.stop)
        making = Making(crew, frames, todo, job.span, max(round(job.rate), 2))
        text = "Rendering"
        for _ in making.steps(_setup(job, frames), _source(job, frames, pieces), poll):
            yield _progress(making, total, text)
            text = "Rendering" if making.left else WRITING
        for _ in _finish(job, making, poll):
            yield _progress(making, total, WRITING)
    yield Progress(total, total, "Done", 0.0, total, making.trouble)


def _progress(making: Making, total: int, text: str) -> Progress:
    left = making.estimate.left() if making.estimate else None
    return Progress(total - len(making.left), total, text, left, making.encoded, making.trouble)


def _setup(job: FilmJob, frames: Frames) -> dict[str, object]:
    return {
        **{"blend": str(job.blend.absolute()), "folder": str(job.folder.absolute()), "mark": frames.mark},
        **{"first": min(job.first, 1), "last": job.end or job.last},
        **{"width": job.size[0], "height": job.size[1], "engine": job.engine, "samples": job.samples},
        "quality": job.quality,
        "threads": os.cpu_count() or 1,  # each: while one prepares a frame, another renders on all cores
    }


def _source(job: FilmJob, frames: Frames, pieces: Path) -> dict[str, object]:
    return {
        **{"folder": str(job.folder.absolute()), "mark": frames.mark, "width": job.size[0], "height": job.size[1]},
        **{"rate": (job.fps, job.fps_base), "pieces": str(pieces)},
    }


def _finish(job: FilmJob, making: Making, poll: float) -> Iterator[None]:
    """The video and its captions; all take their places together, when all are there."""
    with ExitStack() as stack:
        video = stack.enter_context(written(job.output))
        yield from making.join(video, job.size, job.rate, poll, chapter_marks(job))
        for suffix, text in caption_texts(job).items():
            path = job.output.with_suffix(suffix)
            stack.enter_context(written(path)).write_bytes(text.encode())
            _keep(path, text, job.folder / CAPTIONS)


def chapter_marks(job: FilmJob) -> list[tuple[float, str]]:
    """Where the chapters begin in the video, in seconds, and their titles; the first that is in it is at 0."""
    began = [span for span in job.chapters if span.start <= job.first][-1:]
    there = [*began, *(span for span in job.chapters if job.first < span.start <= job.last)]
    starts = [0, *(span.start - job.first for span in there[1:])]
    return [(frame / job.rate, span.title) for frame, span in zip(starts, there, strict=False)]


def caption_texts(job: FilmJob) -> dict[str, str]:
    """What is said in the film, as text of the files beside it, by their endings."""
    forms = {".srt": captions.srt, ".vtt": captions.vtt}
    wanted = forms if job.web_captions else [".srt"]
    return {suffix: forms[suffix](job.subtitles, job.rate, job.first, job.last) for suffix in wanted}


def _keep(path: Path, text: str, ours: Path) -> None:
    """Keep captions that are not ours, such as a translation, under another name; ``ours`` lists those that are."""
    known = ours.read_text(encoding="ascii", errors="replace").split() if ours.is_file() else []
    new = hashlib.sha256(text.encode()).hexdigest()
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() not in (*known, new):
        names = (path.with_name(f"{path.name}.old{number or ''}") for number in count())
        shutil.copy2(path, next(name for name in names if not name.exists()))
    if new not in known:
        ours.write_text("\n".join([*known, new]), encoding="ascii")


@contextmanager
def _pieces(folder: Path) -> Iterator[Path]:
    """A folder for pieces of the video, beside the frames: there is room where the film goes, or nowhere."""
    try:
        made = Path(tempfile.mkdtemp(dir=folder, prefix=PIECES)).absolute()
    except OSError as error:
        raise JobError(f"Cannot write into {str(folder)!r}: {error.strerror}.") from error
    try:
        yield made
    finally:
        with unbroken():
            shutil.rmtree(made, ignore_errors=True)

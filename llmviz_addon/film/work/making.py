"""A film in the making: who renders which frames, what is encoded meanwhile, and what is done when something fails.

Workers render runs of frames, one more encodes the segments whose frames are there. A worker that dies or hangs is
replaced, and what it had is done again; so is a frame that is not as it was written when it is to be encoded.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from ...errors import JobError
from ..encoding import mp4
from ..encoding.chapters import Mark
from ..encoding.segments import Segment, plan
from ..frames import Frames
from .crew import Crew
from .estimate import Estimate

COSTS = {"0": 0.3, "1": 1.0, "2": 8.0}
"""How long a frame takes, relatively, by how it differs from the one before (measured)."""
SHORTEST = 40
"""Frames of a run at least, if there are as many: the first of a run has nothing to build on and costs the most."""
WORTH = 20
"""Frames for which a worker is started."""
TRIES = 3
"""How often something may fail, without anything that worked in between, before the film does."""


class Making:
    """The state of a film: ``todo`` are the frames to be rendered, ``setup`` is what workers are told first."""

    def __init__(self, crew: Crew, frames: Frames, todo: Sequence[int], span: range, second: int) -> None:
        self.left = set(todo)
        self.segments: list[Segment] = []
        self.pieces: dict[int, tuple[Path, int]] = {}  # of the video, by first frame: file and how often it is shown
        self.estimate: Estimate | None = None
        self.trouble = ""  # what failed last, and is done again
        self._crew, self._frames, self._span, self._second = crew, frames, span, second
        self._encoder = crew.size - 1
        self._setup: dict[str, Any] = {}
        self._source: dict[str, Any] = {}
        self._kinds = ""
        self._runs: deque[tuple[int, int]] = deque()
        self._busy: dict[int, tuple[int, int]] = {}  # runs in hand, by worker
        self._since: dict[int, tuple[float, bool]] = {}  # when a worker's last frame was done; whether one of a run was
        self._ready: list[int] = []  # workers with nothing to do
        self._encoding: dict[str, Any] | None = None
        self._failed: Counter[str] = Counter()
        self._broken: Counter[int] = Counter()
        self._seen = False

    def steps(self, setup: dict[str, Any], source: dict[str, Any], poll: float) -> Iterator[None]:
        """Render and encode until all pieces of the video are there."""
        self._setup, self._source = setup, source
        for number in range(self._encoder):
            self._crew.send(number, do="open", setup=setup)
        while not self.segments or len(self.pieces) < len(self.segments):
            self._hear(poll)
            yield

    def join(
        self, target: Path, size: tuple[int, int], fps: float, poll: float, chapters: Sequence[Mark] = ()
    ) -> Iterator[None]:
        """Put the video together in ``target``, and look whether it is what it should be."""
        parts = [(mp4.read(video), copies) for _, (video, copies) in sorted(self.pieces.items())]
        mp4.join(parts, target, chapters)
        mp4.check(target, len(self._span), size, fps)
        at = {0, len(self._span) // 3, 2 * len(self._span) // 3, len(self._span) - 1}
        pictures = {number + 1: self._span[number] for number in sorted(at)}
        self._encoding = {"do": "look", "source": self._source, "video": str(target.absolute()), "pictures": pictures}
        self._crew.send(self._encoder, **self._encoding)
        while not self._seen:
            self._hear(poll)
            yield

    @property
    def encoded(self) -> int:
        """Pictures of the video that are there."""
        return sum(len(segment.shown) for segment in self.segments if segment.first in self.pieces)

    def _hear(self, poll: float) -> None:
        told = self._crew.next(poll)
        if told is None:
            return
        number, facts = told
        if "lost" in facts:
            self._lost(number, facts["lost"])
        elif "kinds" in facts:
            self._plan(facts["kinds"])
            self._ready.append(number)
        elif "frame" in facts:
            self._frame(number, facts["frame"])
        elif "rendered" in facts:
            self._busy.pop(number, None)
            self._ready.append(number)
        elif "broken" in facts:
            self._again(facts["broken"])
        elif "video" in facts:
            self._piece(Path(facts["video"]), **{key: facts[key] for key in ("segment", "copies", "seconds")})
        elif "seen" in facts:
            self._seen = True
        self._give()

    def _give(self) -> None:
        """Give work to those who have none."""
        while self._ready and self._runs:
            number, run = self._ready.pop(0), self._runs.popleft()
            self._busy[number], self._since[number] = run, (monotonic(), False)
            self._crew.send(number, do="render", first=run[0], last=run[1])
        for number in self._ready:
            self._crew.rest(number)
        if self._encoding is None:
            waiting = (s for s in self.segments if s.first not in self.pieces and self.left.isdisjoint(s.shown))
            if segment := next(waiting, None):
                about = {"first": segment.first, "count": segment.count, "copies": segment.copies}
                self._encoding = {"do": "encode", "source": self._source, "segment": about}
                self._crew.send(self._encoder, **self._encoding)
            else:
                self._crew.rest(self._encoder)

    def _plan(self, kinds: str) -> None:
        """Share out the work, now that it is known how each frame differs from the one before."""
        if self._kinds:
            return
        self._kinds = kinds
        same = [frame != self._span[0] and self._kind(frame) == "0" for frame in self._span]
        self.segments = plan(self._span[0], same, self._second)
        pictures = sum(segment.count for segment in self.segments)
        self.estimate = Estimate(map(self._kind, self.left), pictures, self._encoder)
        self._runs.extend(split(sorted(self.left), kinds, self._encoder, self._setup["first"]))

    def _kind(self, frame: int) -> str:
        return self._kinds[frame - self._setup["first"]]

    def _frame(self, number: int, frame: int) -> None:
        self._failed.clear()
        self.left.discard(frame)
        since, begun = self._since.get(number, (monotonic(), False))
        self._since[number] = (monotonic(), True)
        if self.estimate is not None:
            self.estimate.rendered(self._kind(frame), monotonic() - since, not begun)

    def _piece(self, video: Path, segment: int, copies: int, seconds: float) -> None:
        self._failed.clear()
        self._encoding = None
        self.pieces[segment] = (video, copies)
        if self.estimate is not None:
            self.estimate.encoded(next(s.count for s in self.segments if s.first == segment), seconds)

    def _again(self, frames: list[int]) -> None:
        """Have frames rendered once more that are not, or no longer, what was written."""
        self._encoding = None
        self._broken.update(frames)
        if (worst := self._broken.most_common(1)[0])[1] > TRIES:
            place = str(self._frames.path(worst[0]))
            raise JobError(f"The frame {place!r} is never what was written; is something wrong with the disk?")
        self.trouble = f"frame {frames[0]} was damaged, rendered again"
        for frame in frames:
            self.left.add(frame)
            if self.estimate is not None:
                self.estimate.again(self._kind(frame))
        self._runs.extend(_stretches(frames))

    def _lost(self, number: int, why: str) -> None:
        """Replace a worker, and take back what it had."""
        self._failed[why] += 1
        where = ""
        if number in self._busy:
            first = min((f for f in self.left if self._busy[number][0] <= f), default=self._busy[number][0])
            where = f" at frame {first}"
        if self._failed.total() >= TRIES:
            raise JobError(f"Rendering failed {TRIES} times{where}: {why}. The frames that are done are kept.")
        self.trouble = f"{'the video' if number == self._encoder else 'rendering'} failed{where}, tried again: {why}"
        self._crew.replace(number)
        self._ready = [other for other in self._ready if other != number]
        if number == self._encoder:
            if self._encoding is not None:
                self._crew.send(number, **self._encoding)
            return
        if run := self._busy.pop(number, None):
            frames = [frame for frame in range(run[0], run[1] + 1) if frame in self.left]
            self._runs.extendleft(reversed(_stretches(frames)))
        self._crew.send(number, do="open", setup=self._setup)


def _stretches(frames: Sequence[int]) -> list[tuple[int, int]]:
    """Runs (first, last) of frames that follow each other."""
    found: list[tuple[int, int]] = []
    for frame in sorted(frames):
        if found and frame == found[-1][1] + 1:
            found[-1] = (found[-1][0], frame)
        else:
            found.append((frame, frame))
    return found


def split(todo: Sequence[int], kinds: str, workers: int, start: int = 1) -> list[tuple[int, int]]:
    """Runs (first, last) of frames for workers to take one after the other; ``kinds`` starts at frame ``start``.

    A run is cut where it costs nothing, before a frame that is all new, or else when it is long.
    """
    target = sum(COSTS[kinds[frame - start]] for frame in todo) / (workers * 6) if workers > 1 else float("inf")
    runs: list[tuple[int, int]] = []
    cost = 0.0
    for frame in todo:
        new = kinds[frame - start] == "2"
        follows = bool(runs) and frame == runs[-1][1] + 1
        short = follows and frame - runs[-1][0] < SHORTEST
        if follows and (short or cost < target or (not new and cost < 2 * target)):
            runs[-1] = (runs[-1][0], frame)
        else:
            runs.append((frame, frame))
            cost = 0.0
        cost += COSTS[kinds[frame - start]]
    return runs

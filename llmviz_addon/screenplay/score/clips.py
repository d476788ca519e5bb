"""Clips: what a chapter asks of a channel over a time span, and the keyframes of it.

A clip is data: from when, for how long, to which value, with which easing, and which line of which
chapter asked for it. A channel has one owner at a time; a clip that starts before the channel's
last one ended is refused with both their names. Rejected: letting the later clip win silently. It
makes a film that depends on the order of two unrelated lines.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from .easing import ease

EPSILON = 1e-6
"""Seconds by which clips may touch."""

Course = Callable[[np.ndarray], np.ndarray]
"""A value over a clip: from the share of its time that has passed, (n,) in 0 … 1, to values (n,)."""


class Origin(NamedTuple):
    """Who asked for a clip: a line of a chapter, and the verb that it spoke; noted once as the verb is entered."""

    path: str = ""
    line: int = 0
    verb: str = ""

    def __str__(self) -> str:
        return f"{os.path.basename(self.path)}:{self.line} {self.verb}" if self.path else self.verb or "the film itself"


class Clip(NamedTuple):
    """One move of one channel; ``course`` replaces the plain ramp to ``value`` where it is given.

    A course is sampled once a frame, or every ``step`` seconds, and holds its value in between. A clip that
    ``yields`` goes on only until another one begins.
    """

    start: float
    seconds: float
    before: float
    value: float
    easing: str
    origin: Origin
    course: Course | None = None
    step: float = 0.0
    yields: bool = False

    @property
    def end(self) -> float:
        """When the channel is free again, in seconds."""
        return self.start + self.seconds

    def __str__(self) -> str:
        return f"{self.origin} ({self.start:.2f}-{self.end:.2f} s, to {self.value:g})"

    def at(self, seconds: float) -> float:
        """The value at a time between its start and its end."""
        share = (seconds - self.start) / self.seconds if self.seconds > 0 else 1.0
        if self.course is not None:
            return float(self.course(np.array([share]))[0])
        return self.before + (self.value - self.before) * ease(self.easing, share)

    def until(self, seconds: float) -> Clip:
        """What there is of it up to a time amid it."""
        return self._some(self.start, seconds)

    def since(self, seconds: float) -> Clip:
        """What there is of it from a time amid it on."""
        return self._some(seconds, self.end)

    def _some(self, start: float, end: float) -> Clip:
        if self.value == self.before and self.course is None:
            return self._replace(start=start, seconds=end - start)

        def course(shares: np.ndarray) -> np.ndarray:
            return np.array([self.at(start + float(share) * (end - start)) for share in shares])

        before, value = self.at(start), self.at(end)
        return self._replace(start=start, seconds=end - start, before=before, value=value, course=course)


def along(clips: Sequence[Clip], rest: float, times: Iterable[float]) -> list[float]:
    """Where the ``clips`` of a channel that was at ``rest`` have brought it at ``times``, which ascend."""
    found, count, last = [], 0, None
    for at in times:
        while count < len(clips) and clips[count].start <= at + EPSILON:
            last, count = clips[count], count + 1
        found.append(rest if last is None else last.at(at) if at < last.end - EPSILON else last.value)
    return found


def keys(clips: Iterable[Clip], first: float, fps: int, offset: int) -> tuple[list[int], list[float], list[str]]:
    """Keyframes of one channel: frames, values, easings towards the next key.

    ``first`` is the channel's value at the chapter's start, ``offset`` the frame where that is.
    Frames are whole; a clip shorter than a frame becomes a cut.
    """
    table: dict[int, tuple[float, str]] = {offset: (first, "constant")}
    arrived = offset  # where the last clip ended, if it was no cut

    def put(frame: int, value: float, easing: str) -> None:
        if frame == arrived > offset and frame in table and frame - 1 not in table and table[frame][0] != value:
            table[frame - 1] = (table[frame][0], "constant")  # a cut where a ramp ends: it arrives a frame early
        table[frame] = (value, easing)

    for clip in clips:
        start, end = offset + round(clip.start * fps), offset + round(clip.end * fps)
        if end > start and clip.course is not None:
            for frame, (value, easing) in _sampled(clip, start, end, fps).items():
                put(frame, value, easing)
        else:
            if end > start:
                put(start, clip.before, clip.easing)
            put(end, clip.value, "constant")
        arrived = end if end > start else offset
    frames = sorted(table)
    return frames, [table[f][0] for f in frames], [table[f][1] for f in frames]


def _sampled(clip: Clip, start: int, end: int, fps: int) -> dict[int, tuple[float, str]]:
    assert clip.course is not None
    stride = max(1, round(clip.step * fps))
    frames = np.array([*range(start, end, stride), end])
    values = clip.course((frames - start) / (end - start))
    keep = np.append(True, values[1:] != values[:-1])
    return {f: (v, "constant") for f, v in zip(frames[keep].tolist(), values[keep].tolist(), strict=True)}

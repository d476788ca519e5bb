"""A reel: the shots that a trailer takes of chapters, and how a timeline is cut down to them.

A cut is a frame on which another stretch of the film begins, nothing else: keys within a shot stay the keys that they
were, for an artist to edit. Only a ramp amid which a cut falls is told frame by frame, as no part of an eased ramp is
one itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from .easing import ease
from .timeline import Timeline, Track

Keys = tuple[np.ndarray, np.ndarray, tuple[str, ...]]
"""Frames, values and easings of a track."""


@dataclass(frozen=True)
class Shot:
    """``length`` frames of a chapter from its frame ``first`` on, counted from 0; ``text`` is what is read meanwhile.

    ``key`` is the beat's, or "" of a card.
    """

    key: str
    first: int
    length: int
    text: str = ""


@dataclass(eq=False)
class Reel:
    """What a trailer takes of one chapter: the shots so far, and the frames of those to come."""

    fps: int
    lengths: Iterator[int]
    shots: list[Shot] = field(default_factory=list)


@dataclass(frozen=True)
class Stretch:
    """Frames ``first`` to ``last`` of a timeline, that one included, which begin at the frame ``at`` of the cut one."""

    first: int
    last: int
    at: int


def cut(timeline: Timeline, stretches: Sequence[Stretch]) -> tuple[Track, ...]:
    """The tracks of a timeline of which only some stretches are left, one after the other."""
    made: dict[tuple[int, int, tuple[str, ...]], Keys] = {}
    tracks = []
    for track in timeline.tracks:
        key = id(track.frames), id(track.values), track.easings
        if key not in made:
            made[key] = _cut((track.frames, track.values, track.easings), stretches)
        tracks.append(Track(track.channel, *made[key]))
    return tuple(tracks)


def _cut(keys: Keys, stretches: Sequence[Stretch]) -> Keys:
    frames: list[float] = []
    values: list[float] = []
    easings: list[str] = []
    for one in stretches:
        new = _within(keys, one.first, one.last)
        if values and len(new) == 1 and values[-1] == new[0][1]:
            continue
        frames += [frame - one.first + one.at for frame, _, _ in new]
        values += [value for _, value, _ in new]
        easings += [easing for _, _, easing in new]
    return np.array(frames, dtype=np.float64), np.array(values, dtype=np.float64), tuple(easings)


def _within(keys: Keys, first: int, last: int) -> list[tuple[float, float, str]]:
    """The keys of a track from one frame to another, the first of them there; the last one holds its value."""
    frames, values, easings = keys
    begin, end = (int(np.searchsorted(frames, at, "right")) - 1 for at in (first, last))
    found: list[tuple[float, float, str]] = []
    if begin < 0:
        found.append((first, float(values[0]), "constant"))
    for number in range(max(begin, 0), end + 1):
        start, value, easing = float(frames[number]), float(values[number]), easings[number]
        stop = float(frames[number + 1]) if number < len(frames) - 1 else start
        whole = first <= start and stop <= last
        if number == len(frames) - 1 or easing == "constant" or values[number + 1] == value:
            found.append((max(start, first), value, "constant"))
        elif whole:
            found.append((start, value, easing))
        else:
            way = float(values[number + 1]) - value
            for frame in range(int(max(start, first)), int(min(stop - 1, last)) + 1):
                found.append((frame, value + way * ease(easing, (frame - start) / (stop - start)), "linear"))
    return [*found[:-1], (*found[-1][:2], "constant")]

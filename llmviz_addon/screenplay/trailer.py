"""A trailer: half a minute of shots from the chapters, each cut on a beat of the music.

Which beats of a chapter it takes the chapter says. A cut falls on the frame that is nearest to its beat, counted from
the first, so that no error adds up: music of so many beats per minute that starts with the film stays in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np

from ..errors import JobError
from .loader import FULL, SHORT, TRAILER, Chapter
from .score.moving import moving
from .score.reel import Shot, Stretch, cut
from .score.timeline import ChapterSpan, Marker, Subtitle, Timeline
from .telling import Telling

TEMPO = 120.0
"""Beats per minute where none are asked for."""
LEAST, MOST = 40.0, 240.0
SECONDS = 30.0
CARDS, LAST = (2.0, 1.0), 2.0
"""Seconds that the cards before the first shot stand, and the one after the last, to the nearest beat."""
LONGEST = 5.0
"""Seconds of a shot at most; a trailer of few is shorter than others."""

Told = Sequence[tuple[Chapter, Telling]]


def tempo(length: str, bpm: float | None) -> float | None:
    """The beats per minute of a film of some length, None if it is no trailer; JobError where they cannot be."""
    if length != TRAILER:
        if bpm is not None:
            others = f"{FULL} and {SHORT}"
            raise JobError(f"A tempo of {bpm:g} beats per minute is for a trailer; {others} films are not cut to one.")
        return None
    bpm = TEMPO if bpm is None else bpm
    if not LEAST <= bpm <= MOST:
        raise JobError(f"A tempo of {bpm:g} beats per minute is not possible; give {LEAST:g} to {MOST:g}.")
    return bpm


def cuts(shots: int, given: bool, bpm: float, fps: int) -> list[int]:
    """Frames at which cards and ``shots`` begin, and at which the last card ends, counted from 0; all on beats.

    Two cards come before the shots where a model is ``given`` something, else one; and one after them.
    """
    before = CARDS if given else CARDS[1:]
    each = min(LONGEST, (SECONDS - sum(before) - LAST) / max(shots, 1))
    beats, at = [0], 0.0
    for end in accumulate((*before, *[each] * shots, LAST)):
        at = max(round(end * bpm / 60), beats[-1] + 1)
        beats.append(at)
    frames = [0]
    for beat in beats[1:]:
        frames.append(max(round(beat * 60 / bpm * fps), frames[-1] + 1))
    return frames


def lengths(frames: Sequence[int]) -> Iterator[int]:
    """How many frames each shot has, card or not, one after the other."""
    return iter(np.diff(frames).tolist())


def edited(whole: Timeline, told: Told) -> Timeline:
    """Of the film of chapters that were told for a trailer the shots alone, one after the other."""
    stretches: list[Stretch] = []
    markers: list[Marker] = []
    subtitles: list[Subtitle] = []
    chapters: list[ChapterSpan] = []
    at = 1
    for (chapter, telling), span in zip(told, whole.chapters, strict=True):
        assert telling.reel is not None
        start, title = at, f"{chapter.number:02d} {chapter.title}"
        markers.append(Marker(at, title, "chapter"))
        numbers = {beat.key: number for number, beat in enumerate(telling.beats, start=1)}
        for shot in telling.reel.shots:
            first = span.start + shot.first
            stretches.append(Stretch(first, first + shot.length - 1, at))
            name = f"{chapter.number:02d}.{numbers[shot.key]} {shot.key.replace('-', ' ')}" if shot.key else title
            end = at + shot.length - 1
            if shot.text and subtitles and subtitles[-1].text == shot.text and subtitles[-1].start >= start:
                subtitles[-1] = replace(subtitles[-1], end=end)
            elif shot.text:
                subtitles.append(Subtitle(at, end, shot.text, name))
            if shot.key and end > markers[-1].frame:
                markers.append(Marker(end, name, "rest", end))
            at = end + 1
        still = _frozen(telling, telling.reel.shots, whole.fps)
        chapters.append(replace(span, start=start, end=at - 1, frozen=still))
    return replace(
        whole,
        frames=at - 1,
        tracks=cut(whole, stretches),
        markers=tuple(markers),
        subtitles=tuple(subtitles),
        chapters=tuple(chapters),
    )


def _frozen(telling: Telling, shots: Sequence[Shot], fps: int) -> float:
    """The share of a chapter's shots, cards left out, in which nothing that is seen moves."""
    own = [shot for shot in shots if shot.key]
    if not own:
        return 0.0
    moves = moving(telling.score, fps, round(max(telling.now, telling.score.end) * fps) + 2)
    return 1.0 - float(np.concatenate([moves[one.first : one.first + one.length] for one in own]).mean())

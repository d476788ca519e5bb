"""When a chapter moves: the frames in which something that is seen changes, told by its score.

It is read off clips, so it takes no Blender and no picture. What nobody sees does not count, as of an actor that has
faded away.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .clips import Clip
from .score import Score, Staff


def moving(score: Score, fps: int, frames: int) -> np.ndarray:
    """Whether each of a chapter's frames differs from the one before, (frames,) bool; the first has none before it.

    What was asked of many channels together is looked at once where they are seen together, and nothing where
    something else is known to move.
    """
    found = np.zeros(frames, dtype=bool)
    seen: dict[Staff | None, np.ndarray] = {}
    for staff, hiding in score.playing():
        if hiding not in seen:
            seen[hiding] = _seen(hiding, fps, frames)
        for clip, start, end in _spans(staff.clips, fps):
            if not found[start + 1 : end + 1].all():
                found[start + 1 : end + 1] |= _changes(clip, start, end, fps) & seen[hiding][start + 1 : end + 1]
    return found


def _spans(told: tuple[Clip, ...], fps: int) -> Iterator[tuple[Clip, int, int]]:
    """Clips that change something, with the frames that they change from and to, counted from 0; see ``clips.keys``."""
    for clip in told:
        if clip.value != clip.before or clip.course is not None:
            start, end = round(clip.start * fps), round(clip.end * fps)
            if end > 0:
                yield clip, min(start, end - 1), end


def _changes(clip: Clip, start: int, end: int, fps: int) -> np.ndarray:
    """In which frames after ``start`` and up to ``end`` it has another value than in the one before."""
    if clip.course is None:
        return np.ones(end - start, dtype=bool)
    at = np.arange(end - start + 1)
    at[:-1] -= at[:-1] % max(1, round(clip.step * fps))  # it holds its value in between
    return np.diff(clip.course(at / (end - start))) != 0


def _seen(hiding: Staff | None, fps: int, frames: int) -> np.ndarray:
    """In which frames an actor is there that fades so, or was in the frame before; always where nothing hides it."""
    clips = hiding.clips if hiding else ()
    there = np.full(frames, hiding is None or (clips[0].before if clips else hiding.rest) > 0)
    for clip, start, end in _spans(clips, fps):
        there[start + 1 : end] = True
        there[end:] = clip.value > 0
    return there | np.append(False, there[:-1])

"""When a chapter moves: the frames in which something that is seen changes, told by its score.

It is read off clips, so it takes no Blender and no picture. What nobody sees does not count, as of an actor that has
faded away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from .clips import Clip
from .timeline import CAMERA, Channel

Told = tuple[Clip, ...]


def moving(clips: Mapping[Channel, Told], rest: Callable[[Channel], float], fps: int, frames: int) -> np.ndarray:
    """Whether each of a chapter's frames differs from the one before, (frames,) bool; the first has none before it.

    ``clips`` are a score's, ``rest`` where a channel stands without. What was asked of many channels together is
    looked at once where they are seen together, and nothing where something else is known to move.
    """
    found = np.zeros(frames, dtype=bool)
    seen: dict[object, np.ndarray] = {}
    done: set[object] = set()
    for channel, told in clips.items():
        hiding = clips.get(Channel(channel.actor, "opacity"), ())
        shown = id(hiding) if hiding or channel.actor == CAMERA else rest(Channel(channel.actor, "opacity")) > 0
        if shown is False or (id(told), shown) in done:
            continue
        done.add((id(told), shown))
        if shown not in seen:
            seen[shown] = _seen(hiding, fps, frames)
        for clip, start, end in _spans(told, fps):
            if not found[start + 1 : end + 1].all():
                found[start + 1 : end + 1] |= _changes(clip, start, end, fps) & seen[shown][start + 1 : end + 1]
    return found


def _spans(told: Told, fps: int) -> Iterator[tuple[Clip, int, int]]:
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


def _seen(hiding: Told, fps: int, frames: int) -> np.ndarray:
    """In which frames an actor is there that these clips fade, or was in the frame before."""
    there = np.full(frames, not hiding or hiding[0].before > 0)
    for clip, start, end in _spans(hiding, fps):
        there[start + 1 : end] = True
        there[end:] = clip.value > 0
    return there | np.append(False, there[:-1])

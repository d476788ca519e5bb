"""From what a user says about time to frames: seconds, rests, excerpts."""

from __future__ import annotations

import re

from ..errors import JobError
from ..screenplay.score.timeline import Told


def frame_at(timeline: Told, at: str) -> int:
    """The frame of ``at``: seconds, or a rest by its number or name, such as ``03.2`` or ``one-column``."""
    rests = {marker.name: marker.frame for marker in timeline.markers if marker.kind == "rest"}
    for name, frame in rests.items():
        number, _, words = name.partition(" ")
        if at.lower().replace("-", " ") in (name.lower(), number, words.lower()):
            return frame
    length = f"0 to {timeline.seconds(timeline.frames):.1f} seconds"
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?|\.[0-9]+", at):
        raise JobError(f"There is no rest {at!r}. Give {length}, or one of: {'; '.join(rests) or 'no rest'}.")
    frame = _frame(timeline, float(at))
    if frame > timeline.frames:
        raise JobError(f"{at} seconds is past the end; this film has {length}.")
    return frame


def frame_range(timeline: Told, start: float | None, stop: float | None) -> tuple[int, int]:
    """First and last frame of an excerpt in seconds; None is the film's own start or end."""
    length = timeline.frames / timeline.fps
    first = 1 if start is None else _frame(timeline, start)
    last = timeline.frames if stop is None else _frame(timeline, stop) - 1
    if first > timeline.frames or last > timeline.frames:
        past = start if first > timeline.frames else stop
        raise JobError(f"{past:g} seconds is past the end; this film has 0 to {length:.1f} seconds.")
    if last < first:
        raise JobError(f"From {start or 0:g} to {stop:g} seconds there is no frame; --to must be after --from.")
    return first, last


def _frame(timeline: Told, seconds: float) -> int:
    """Nearest frame to a time; some frame past the end for all that is past it, however far."""
    return timeline.frame(min(seconds, timeline.frames / timeline.fps + 1))

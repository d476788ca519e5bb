"""Where the floor of a lit theme lies, frame by frame: under what is seen, so that it is mirrored wherever we are.

It glides as the picture changes, and is never above what it is to carry; where the camera cuts it is there at once.
Where nothing stands, behind a chart, that floor is gone and another is there, which goes with the page.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...screenplay.score.timeline import CAMERA, Channel, Timeline, Track
from .standing import SEEN, Film, Standing

FLOOR, SOLID, BEHIND = Channel("floor", "offset", 2), Channel("floor", "opacity"), Channel("page floor", "opacity")
STEP = 0.5
"""Seconds between two looks."""
GLIDES = 2
"""Looks before and after one over which the floor's way is evened out, and which it must not be above."""


def footing(things: Sequence[Standing], timeline: Timeline) -> list[Track]:
    """How high what is seen begins, in metres, all through a film, and where nothing is seen, that there is no floor.

    No tracks where there is no camera or never anything to carry.
    """
    film = Film(things, timeline)
    takes = film.takes(timeline.frames) if film.camera else []
    step = max(1, round(STEP * timeline.fps))
    looks = [np.unique(np.append(np.arange(start, stop, step), stop)) for start, stop in takes]
    low = _lowest(film, np.concatenate(looks)) if looks else np.zeros(0)
    if not (there := np.isfinite(low)).any():
        return []
    ends = np.cumsum([len(one) for one in looks])[:-1]
    heights = [_evened(one) for one in np.split(_filled(low), ends)]
    found = [_track(FLOOR, looks, heights)]
    if not there.all():
        solid = np.split(there.astype(float), ends)
        found += [_track(SOLID, looks, solid), _track(BEHIND, looks, [1.0 - one for one in solid])]
    return found


def lifted(timeline: Timeline) -> float:
    """How far over the picture's middle its optical axis goes, in its heights, where that is highest in a film."""
    ways = [track.values for track in timeline.tracks if track.channel == Channel(CAMERA, "shift", 1)]
    return max((-float(values.min()) for values in ways), default=0.0)


def _track(channel: Channel, looks: Sequence[np.ndarray], values: Sequence[np.ndarray]) -> Track:
    """A track of values at some frames of each take, even from one to the next, without what tells nothing new."""
    keys: list[tuple[int, float, str]] = []
    for frames, told in zip(looks, values, strict=True):
        ways = ["linear"] * (len(frames) - 1) + ["constant"]
        keys += zip(frames.tolist(), told.tolist(), ways, strict=True)
    ends = (0, len(keys) - 1)
    kept = [key for at, key in enumerate(keys) if at in ends or len({keys[at + off][1] for off in (-1, 0, 1)}) > 1]
    places, kept_values, easings = zip(*kept, strict=True)
    return Track(channel, np.array(places, dtype=np.float64), np.array(kept_values, dtype=np.float64), tuple(easings))


def _filled(low: np.ndarray) -> np.ndarray:
    """Where nothing is seen it is as before, and before all as it will be."""
    known = np.flatnonzero(np.isfinite(low))
    before = np.searchsorted(known, np.arange(len(low)), side="right") - 1
    return np.asarray(low[known[np.maximum(before, 0)]])


def _evened(low: np.ndarray) -> np.ndarray:
    """Gliding from one height to the next, and nowhere above them: the mean of what is lowest around, (n,)."""
    if len(low) == 1:  # of a move that is keyed frame by frame
        return np.asarray(np.minimum(low.round(3), low))
    around = np.lib.stride_tricks.sliding_window_view(np.pad(low, GLIDES, mode="edge"), 2 * GLIDES + 1).min(axis=1)
    weights = np.hanning(2 * GLIDES + 3)[1:-1]
    evened = np.convolve(np.pad(around, GLIDES, mode="edge"), weights / weights.sum(), mode="valid")
    return np.asarray(np.minimum(evened.round(3), low))


def _lowest(film: Film, frames: np.ndarray) -> np.ndarray:
    """The lowest edge of what is seen at each of some frames, (n,) metres; NaN where nothing is."""
    looks = film.looks(frames, film.solid(frames, SEEN))
    return np.array([look.low[:, 2].min() if len(look.things) else np.nan for look in looks])

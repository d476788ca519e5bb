"""In a lit theme a piece of a grid glows while the rest of it is paler: it is what one is to follow."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter

import numpy as np

from ...screenplay.score.timeline import Channel, Fragment, Timeline, Track

PALER = 0.35
"""By how much the palest of the others is, where a piece glows as bright as what is pointed out."""


def glowing(timeline: Timeline) -> list[Track]:
    """How pieces glow that stand out of their grids, with what they glow for by themselves."""
    tracks = {track.channel: track for track in timeline.tracks}
    found: list[Track] = []
    for _, together in groupby(timeline.fragments, key=attrgetter("grid")):
        ways = {piece: tracks.get(Channel(piece.name, "opacity")) for piece in together}
        for piece in ways:
            track = _glows(piece, ways, tracks.get(Channel(piece.name, "highlight")))
            if track is not None:
                found.append(track)
    return found


def _glows(piece: Fragment, ways: dict[Fragment, Track | None], own: Track | None) -> Track | None:
    there = [track for track in (*ways.values(), own) if track is not None]
    if ways[piece] is None or not there:
        return None
    frames = np.unique(np.concatenate([track.frames for track in there]))
    solid = {one: _at(track, frames) for one, track in ways.items() if track is not None}
    others = np.array([np.where(way > 0, way, 1.0) for one, way in solid.items() if one is not piece])
    if not len(others):
        return None
    paler = solid[piece] - others.min(axis=0)
    # A piece that is there with others as pale as it, or alone, does not glow for it.
    glow = np.where(solid[piece] > 0.5, np.clip(paler / PALER, 0.0, 1.0), 0.0)
    if not glow.any():
        return None
    values = glow if own is None else np.maximum(glow, _at(own, frames))
    easings = tuple(
        "smooth" if after != before else "constant" for before, after in zip(values, values[1:], strict=False)
    )
    return Track(Channel(piece.name, "highlight"), frames, values, (*easings, "constant"))


def _at(track: Track, frames: np.ndarray) -> np.ndarray:
    """The values at some frames, among which its own are."""
    first = np.clip(np.searchsorted(track.frames, frames, side="right") - 1, 0, len(track.frames) - 1)
    after = np.minimum(first + 1, len(track.frames) - 1)
    share = (frames - track.frames[first]) / np.maximum(track.frames[after] - track.frames[first], 1)
    share[np.array([name == "constant" for name in track.easings])[first]] = 0.0
    return np.asarray(track.values[first] + (track.values[after] - track.values[first]) * np.clip(share, 0, 1))

"""What the lens and the lamps of a lit theme are aimed at, all through a film: what is explained.

That is what glows or holds the focus of a beat, else all that is solid in the picture. The focus is pulled while the
camera moves, with the same easing, and where it stands still when something else is pointed out; the lens is as
wide open as what is explained is shallow, so that all of that is sharp and what is before or behind it is not. The
lamps go along.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ...layout.grid import CELL
from ...screenplay.page.view import TAN
from ...screenplay.score.timeline import Channel, Timeline, Track
from .standing import Film, Look, Standing, Ways

FOCUS, BLUR, SPOT = Channel("lens", "focus"), Channel("lens", "blur"), Channel("lens", "spot")
PLACE, REACH = tuple(Channel("lamps", "offset", axis) for axis in range(3)), Channel("lamps", "scale")
SOLID = 0.6
"""Opacity from which on a thing is in play; what steps aside has less."""
SHARP = 0.5 / 720
"""Blur of the nearest and the furthest that is explained, as a radius in heights of the picture."""
WIDEST, NARROWEST = 24.0 / 720, 2.0 / 720
"""Blur of what is infinitely far, of the lens as wide open as ever, and of one that sees much of what is explained.

Where nothing of all that stands is singled out, all of it is sharp."""
MACRO, OPEN = 30.0, 44.0 / 720
"""Cells one upon the other that fill a picture, up to which it is of a single one, and all around it is soft; and
the blur of what is infinitely far there."""
BEFORE = 0.45
"""How near, as a share of the way to that one, the focus is where a take begins so, if anything is there: it finds it.
"""
HELD = 0.45
"""For how much of the camera's first way it stays there."""
PULL = 0.9
"""Seconds that a pull takes while the camera stands still."""
STEP = 0.25
"""Seconds between two frames that are looked at, at least."""
WORTH = 1.5 / 720
"""What a pull changes at least, as a blur."""
AROUND = 0.1
"""Or how much softer it shows what is so much nearer or further, as a share of how far away the focus is."""
FAR = 0.4
"""Or how far the lamps go, in radii of what they light."""
REACHES = 0.3, 0.6
"""The least and the largest of these, in heights of the picture."""


class Aim(NamedTuple):
    """A focus: how far away, in metres, and the blur of what is infinitely far; where that is, and how large."""

    distance: float
    blur: float
    x: float
    y: float
    z: float
    reach: float  # metres to each side
    spot: float = 0.0  # 1 where something is pointed out: all else is dim
    nearest: float = 0.0  # of what is around a single cell, how far away what is nearest is; else 0


Key = tuple[int, Aim, str]
"""A frame, what is aimed at there, and how it goes on from there."""


def focusing(things: Sequence[Standing], timeline: Timeline) -> list[Track]:
    """Where to aim, all through a film; nothing where there is no camera, or nothing that has cells."""
    cells = [thing for thing in things if thing.has_cells]
    film = Film(cells, timeline)
    if not film.camera or not cells:
        return []
    ways, turns = film.ways(), film.turns()
    takes = [(*take, _frames(*take, ways, turns, film.fps)) for take in film.takes(timeline.frames)]
    asked = np.concatenate([frames for _, _, frames in takes])
    in_play = film.solid(asked, SOLID)
    marked = film.marked(asked)
    aims = iter([_aim(look, marked[:, number]) for number, look in enumerate(film.looks(asked, in_play))])
    keys: list[Key] = []
    for _, stop, at in takes:
        (first, aim), *others = [(frame, next(aims)) for frame in at.tolist()]
        found = _pulled([(first, _before(aim) if ways.at(first) else aim), *others], stop, ways, film.fps)
        if found[0][1] != aim and found[1:]:
            found[:1] = _held(found[0], found[1][0])
        keys += found
    frames = np.array([frame for frame, _, _ in keys], dtype=np.float64)
    easings = tuple(easing for _, _, easing in keys)
    return [
        Track(channel, frames, np.array([aim[at] for _, aim, _ in keys]), easings)
        for at, channel in enumerate((FOCUS, BLUR, *PLACE, REACH, SPOT))
    ]


def _frames(start: int, stop: int, ways: Ways, turns: np.ndarray, fps: float) -> np.ndarray:
    """Frames of a take at which to see what is explained: where the camera sets out or arrives, and where it stands and
    something else comes into play, not too close to one another."""
    ends = ways.frames[(ways.frames > start) & (ways.frames < stop)]
    turns = turns[(turns > start) & (turns < stop)]
    still = np.array([not ways.at(frame - 1) for frame in turns.tolist()], dtype=bool)
    kept = [start]
    for frame in np.union1d(ends, turns[still]).tolist():
        if frame - kept[-1] >= fps * STEP and stop - frame >= fps * STEP:
            kept.append(frame)
    return np.array([*kept, stop] if stop > start else kept)


def _pulled(aims: Sequence[tuple[int, Aim]], stop: int, ways: Ways, fps: float) -> list[Key]:
    """Keys of a take, of what is aimed at where."""
    (start, first), half = aims[0], round(PULL * fps / 2)
    keys: list[Key] = [(start, first, "constant")]
    for (before, _), (now, aim) in pairwise(aims):
        way = ways.at(before)
        if not way and not _differs(keys[-1][1], aim):
            continue
        begin, end = (before, now) if way else (now - half, min(now + half, stop))
        last, was, _ = keys[-1]
        if end <= last:
            keys[-1] = (last, aim, "constant")
            continue
        keys[-1] = (last, was, "constant" if begin > last else way or "smooth")
        if begin > last:
            keys.append((begin, was, way or "smooth"))
        keys.append((end, aim, "constant"))
    return keys


def _aim(look: Look, marked: np.ndarray) -> Aim:
    """Where to look: the nearest and the furthest of it are equally sharp."""
    middle, tall = float(look.view.distance), float(look.view.distance) * TAN
    wanted = marked[look.things]
    depth = look.depth[:, wanted] if wanted.any() else look.depth
    if not depth.size:
        return _at(look.view.target, middle, WIDEST, tall * REACHES[1])
    near, far = (float(max(end, 0.05 * middle)) for end in (depth.min(), depth.max()))
    place, reach, least = look.view.target, tall * REACHES[1], 0.0
    if wanted.any():
        least = NARROWEST
        low, high = look.low[wanted].min(axis=0), look.high[wanted].max(axis=0)
        place, reach = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
        reach = float(np.clip(reach, tall * REACHES[0], tall * REACHES[1]))
    elif tall < MACRO * CELL:  # a few cells: the camera looks at one of them
        return _at(place, middle, OPEN, reach)._replace(nearest=near)
    else:  # all that stands: the camera looks at what matters of it
        near, far = max(near, 0.6 * middle), max(min(far, 1.8 * middle), middle)
    distance = 2 * near * far / (near + far)
    deep = (far - near) / (far + near)
    found = _at(place, distance, float(np.clip(SHARP / max(deep, 1e-6), least, WIDEST)), reach)
    return found._replace(spot=float(wanted.any()))


def _before(aim: Aim) -> Aim:
    """Where the focus is as a take begins in which the camera sets out at once: at a cell, on what is before that."""
    return aim._replace(distance=max(aim.nearest, BEFORE * aim.distance)) if aim.nearest else aim


def _held(key: Key, until: int) -> list[Key]:
    """A key, and one until which what it is focused on stays so, for a share of the way to the next."""
    frame, aim, easing = key
    return [(frame, aim, "constant"), (frame + round(HELD * (until - frame)), aim, easing)]


def _at(place: np.ndarray, distance: float, blur: float, reach: float) -> Aim:
    x, y, z = place.tolist()
    return Aim(distance, blur, x, y, z, reach)


def _differs(one: Aim, other: Aim) -> bool:
    """Whether a pull from one to the other can be seen."""
    way = np.linalg.norm(np.subtract(one[2:5], other[2:5])) + abs(one.reach - other.reach)
    soft = abs(1 - one.distance / other.distance) * max(one.blur, other.blur)
    opens = abs(one.blur - other.blur) * AROUND
    return bool(soft > WORTH or opens > WORTH or one.spot != other.spot or way > FAR * max(one.reach, other.reach))

"""One shot: a chapter whose camera goes past what others stop at, with no cut from its first picture to its last.

It is told like any other. Once it is, every move of the camera becomes a place that it passes at that time: the way
bends there, and its pace, as it looks, goes over from one to the next. Only at both ends does it stand still. Words
are captions under the picture, and a rest takes no time: it is a frame for a still.
"""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ...errors import ScriptError
from ..page import pose
from ..page.commentary import FADE
from ..page.said import Caption
from ..page.view import View
from ..score.clips import EPSILON, Clip
from ..score.score import Staff
from ..score.timeline import CAMERA, Channel
from ..telling import Telling
from . import camera
from .captions import caption

TURN = 0.6
"""Over how much of the way, to each side and as a logarithm of what is seen, it bends past a place."""
LED = 6
"""How often the way is led anew, so that it passes what it is to pass."""
LOOKED = 0.5
"""Seconds at most after which is looked again which labels can be read."""
SAMPLES = 4000
"""Times at which the whole way is worked out."""


def finish(telling: Telling) -> None:
    """Once all is told: let the camera pass all places without a stop, and put up the captions."""
    _write(telling)
    told = {channel: telling.score.clips.of(channel) for channel in pose.told(telling.view)}
    for clip in (clip for clips in told.values() for clip in clips):
        if clip.start > EPSILON and clip.seconds <= EPSILON and clip.value != clip.before:
            raise ScriptError(f"{clip.origin}: a chapter that is one shot has no cuts; give the move some seconds.")
    ends = np.array(sorted({clip.end for clips in told.values() for clip in clips}))
    times = ends[np.diff(ends, prepend=-1.0) > EPSILON]
    if len(times) < 2:
        return
    views = [pose.seen(functools.partial(telling.score.at, seconds=float(at) + EPSILON)) for at in times]
    at = np.linspace(times[0], times[-1], SAMPLES)
    parts = [np.linspace(*leg, math.ceil((leg[1] - leg[0]) / LOOKED) + 1)[1:] for leg in pairwise(times)]
    ends = np.concatenate([times[:1], *parts])
    rows = _rows(views, times, at)
    for channel in told:
        row = rows[camera.PATH[channel.prop] + channel.index] if channel.prop in camera.PATH else None
        if row is not None and np.ptp(row) > 0:
            legs = functools.partial(_legs, ends, at, row)
            telling.score.rewrite((CAMERA,), channel.prop, legs, channel.index)


def _rows(views: list[View], times: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The rows of ``camera.PATH`` at some times, (6, n), of a way that passes each view at its time."""
    marks, path = _through(views)
    share = _smooth(times, marks, at)
    even = np.linspace(0.0, 1.0, path.shape[1])
    placed = [np.interp(share, even, row) for row in path[:4]]
    angles = np.array([(view.azimuth, view.elevation) for view in views]).T
    return np.array([*placed, *(_smooth(times, some, at) for some in angles)])


def _through(views: list[View]) -> tuple[np.ndarray, np.ndarray]:
    """How far along a bent way it passes each view, 0 to 1, (n,), and the way, as ``camera.path`` has it.

    Where it bends it cuts corners: so it is led as far beyond each view as it would miss it.
    """
    led = views
    for _ in range(LED):
        marks, path = camera.marks(led), camera.path(led, camera.bends(led, TURN))
        even = np.linspace(0.0, 1.0, path.shape[1])
        passed = np.array([np.interp(marks, even, row) for row in path[:4]]).T
        led = [_beyond(*three) for three in zip(led, views, passed, strict=True)]
    return camera.marks(led), camera.path(led, camera.bends(led, TURN))


def _beyond(led: View, view: View, passed: np.ndarray) -> View:
    return replace(led, target=led.target + view.target - passed[:3], distance=led.distance * view.distance / passed[3])


def _smooth(times: np.ndarray, values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Values at some times, (n,), through those at others, (m,): without a jolt, a detour or a halt but at both ends.

    A cubic between each two, whose slope at each is the harmonic mean of those to its sides (Fritsch and Butland).
    """
    steps = np.diff(times)
    slopes = np.diff(values) / steps
    before, after = slopes[:-1], slopes[1:]
    weigh, other = 2 * steps[1:] + steps[:-1], steps[1:] + 2 * steps[:-1]
    same = before * after > 0
    safe = np.where(same, before, 1.0), np.where(same, after, 1.0)
    inner = np.where(same, (weigh + other) / (weigh / safe[0] + other / safe[1]), 0.0)
    slope = np.concatenate([[0.0], inner, [0.0]])
    leg = np.clip(np.searchsorted(times, at, side="right") - 1, 0, len(steps) - 1)
    s, step = (at - times[leg]) / steps[leg], steps[leg]
    return (
        values[leg] * (1 + 2 * s) * (1 - s) ** 2
        + values[leg + 1] * s**2 * (3 - 2 * s)
        + step * (slope[leg] * s * (1 - s) ** 2 - slope[leg + 1] * s**2 * (1 - s))
    )


def _legs(times: np.ndarray, at: np.ndarray, row: np.ndarray, staff: Staff) -> tuple[Clip, ...]:
    """The clips of a channel of the camera: one after the other, all of them one way."""
    values = np.interp(times, at, row)
    origin = staff.clips[-1].origin
    found = [Clip(float(times[0]), 0.0, float(values[0]), float(values[0]), "smooth", origin)]
    for start, end, before, value in zip(times[:-1], times[1:], values[:-1], values[1:], strict=True):
        course = functools.partial(_part, at, row, float(start), float(end))
        found.append(Clip(float(start), float(end - start), float(before), float(value), "constant", origin, course))
    return tuple(found)


def _part(at: np.ndarray, row: np.ndarray, start: float, end: float, share: np.ndarray) -> np.ndarray:
    return np.interp(start + (end - start) * share, at, row)


def _write(telling: Telling) -> None:
    """Each clause stands until the next one is said, and goes then: on the picture of a rest it is there."""
    clauses = [clause for beat in telling.beats for clause in beat.clauses]
    ends = [clause.start for clause in clauses[1:]] + [telling.now]
    for clause, end in zip(clauses, ends, strict=True):
        drawing = caption(telling, Caption(clause.start, end, tuple(clause.spans)))
        telling.cast.add(drawing)
        fade, channel = min(FADE, (end - clause.start) / 3), Channel(drawing.name, "opacity")
        telling.score.set(channel, 1.0, clause.start + (fade if clause is not clauses[0] else 0.0), fade)
        if clause is not clauses[-1]:
            telling.score.set(channel, 0.0, end, fade)

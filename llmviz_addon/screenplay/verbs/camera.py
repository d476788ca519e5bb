"""Moving the camera: chapters say what must be seen, and from which side; the place follows from that."""

from __future__ import annotations

import functools

import numpy as np

from ...errors import ScriptError
from ...layout.grid import Region
from ..cast.things import Thing
from ..page import pose
from ..page.view import View, corners
from ..page.view import frame as framed
from ..score.clips import EPSILON, Course
from ..score.easing import ease
from ..score.timeline import CAMERA, Channel
from ..telling import Telling

ZOOMED = ("target", "distance")
"""What changes evenly in a zoom."""


def frame(
    telling: Telling, *things: Thing | np.ndarray, azimuth: float | None = None, elevation: float | None = None,
    zoom: float = 1.0, seconds: float | None = None,
) -> None:  # fmt: skip
    """Move to the closest pose that keeps ``things`` inside the free part of the picture."""
    go(telling, solve(telling, *things, azimuth=azimuth, elevation=elevation, zoom=zoom), seconds)


def solve(
    telling: Telling, *things: Thing | np.ndarray, azimuth: float | None = None, elevation: float | None = None,
    zoom: float = 1.0,
) -> View:  # fmt: skip
    """The pose that ``frame`` moves to."""
    if not telling.is_open and (azimuth is None or elevation is None):
        raise ScriptError("The first framing needs an azimuth and an elevation.")
    azimuth = telling.view.azimuth if azimuth is None else azimuth
    elevation = telling.view.elevation if elevation is None else elevation
    return framed(_points(telling, things), azimuth, elevation, telling.page.free, zoom)


def go(telling: Telling, view: View, seconds: float | None = None) -> None:
    """Move to a pose, e.g. back to one that was kept."""
    seconds = telling.length(seconds, 1.0)
    for channel, value in pose.told(view).items():
        telling.score.set(channel, value, telling.now, seconds)
    telling.view = view
    telling.pass_time(seconds)


def make_way(telling: Telling, view: View, seconds: float) -> None:
    """Move to a pose beside what else is told, and give that up as soon as the camera is asked to go elsewhere."""
    for channel, value in pose.told(view).items():
        telling.score.set(channel, value, telling.now, seconds, yields=True)
    framed = telling.framed
    telling.view = view
    telling.framed = framed


def is_moving(telling: Telling) -> bool:
    """Whether the camera is on its way, so that it cannot be sent elsewhere now."""
    clips = (telling.score.clips.get(channel, ()) for channel in pose.told(telling.view))
    return any(found and found[-1].end > telling.now + EPSILON for found in clips)


def fly(
    telling: Telling, *things: Thing | np.ndarray, azimuth: float | None = None, elevation: float | None = None,
    zoom: float = 1.0, seconds: float | None = None,
) -> None:  # fmt: skip
    """As ``frame``, for ways on which the size of what is seen changes much: it does so evenly, like a zoom."""
    seconds = telling.length(seconds, 4.0)
    end = solve(telling, *things, azimuth=azimuth, elevation=elevation, zoom=zoom)
    start = telling.view
    course = functools.partial(_zooming, end.distance / start.distance)
    for (channel, a), b in zip(pose.told(start).items(), pose.told(end).values(), strict=True):
        if channel.prop not in ZOOMED:
            telling.score.set(channel, b, telling.now, seconds)
        elif a != b:
            telling.score.follow(channel, functools.partial(_between, course, a, b), telling.now, seconds)
    telling.view = end
    telling.pass_time(seconds)


def ride(telling: Telling, end: View, course: Course, seconds: float) -> None:
    """Move to a pose that differs in its target only, as ``course`` (share of time to share of way) says."""
    for i in range(3):
        a, b = float(telling.view.target[i]), float(end.target[i])
        if a != b:
            ramp = functools.partial(_between, course, a, b)
            telling.score.follow(Channel(CAMERA, "target", i), ramp, telling.now, seconds)
    telling.view = end


def _points(telling: Telling, things: tuple[Thing | np.ndarray, ...]) -> np.ndarray:
    regions = [thing for thing in things if isinstance(thing, Region)]
    points = [corners(*telling.box(region)) for region in regions]
    points += [thing for thing in things if isinstance(thing, np.ndarray)]
    rest = [thing for thing in things if not isinstance(thing, Region | np.ndarray)]
    telling.cast.names(*rest)  # raises for what is no thing
    if grids := telling.cast.grids_of(*rest):
        points.append(telling.room(*grids))
    points += [piece.points for piece in telling.cast.pieces_of(*rest)]
    points += [drawing.points for drawing in telling.cast.drawings_of(*rest) if drawing.parent == "world"]
    if not points:
        raise ScriptError("The camera needs at least one grid or drawing to look at.")
    return np.concatenate(points)


def _zooming(ratio: float, share: np.ndarray) -> np.ndarray:
    """Share of the way at a share of the time, (n,) each, for a distance that changes by ``ratio`` and grows evenly.

    The camera eases in and out; between, the logarithm of its distance has a steady pace.
    """
    eased = np.array([ease("smooth", float(s)) for s in share])
    if abs(ratio - 1) < 1e-6:
        return eased
    return (ratio**eased - 1) / (ratio - 1)


def _between(course: Course, start: float, end: float, share: np.ndarray) -> np.ndarray:
    return start + (end - start) * course(share)

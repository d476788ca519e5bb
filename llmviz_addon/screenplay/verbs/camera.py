"""``film.camera``: chapters say what must be seen, and from which side; the place follows from that."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from ...errors import ScriptError
from ...layout.grid import Region
from ..asking import verb
from ..cast.cast import Thing
from ..page.view import View, corners, frame
from ..score.clips import Course
from ..score.easing import ease
from ..score.timeline import CAMERA, Channel

if TYPE_CHECKING:
    from ..film import Film


class CameraOperator:
    """``film.camera``: where the picture is taken from."""

    def __init__(self, film: Film) -> None:
        self.film = film
        self._view: View | None = None

    @property
    def view(self) -> View:
        """The pose now."""
        if self._view is None:
            raise ScriptError("The camera stands nowhere yet; begin the chapter with film.open_on(…).")
        return self._view

    def frame(
        self, *things: Thing, azimuth: float | None = None, elevation: float | None = None,
        seconds: float | None = None, zoom: float = 1.0,
    ) -> None:  # fmt: skip
        """Move to the closest pose that keeps ``things`` inside the free part of the picture.

        Angles in degrees; without them they stay. ``zoom`` below 1 steps back further. A region asks for
        its own cells only, a grid for its label too; points, (n, 3) metres, for themselves.
        """
        self.go(self.solve(*things, azimuth=azimuth, elevation=elevation, zoom=zoom), seconds)

    def solve(
        self, *things: Thing, azimuth: float | None = None, elevation: float | None = None, zoom: float = 1.0
    ) -> View:
        """The pose that ``frame`` moves to."""
        if self._view is None and (azimuth is None or elevation is None):
            raise ScriptError("The first framing needs an azimuth and an elevation.")
        azimuth = self.view.azimuth if azimuth is None else azimuth
        elevation = self.view.elevation if elevation is None else elevation
        return frame(self._points(things), azimuth, elevation, self.film.page.free, zoom)

    def go(self, view: View, seconds: float | None = None) -> None:
        """Move to a pose, e.g. back to one that was kept."""
        seconds = self.film.length(seconds, 1.0)
        self._go(view, seconds)
        self.film.pass_time(seconds)

    def fly(
        self, *things: Thing, azimuth: float | None = None, elevation: float | None = None,
        seconds: float | None = None, zoom: float = 1.0,
    ) -> None:  # fmt: skip
        """As ``frame``, for ways on which the size of what is seen changes much: it does so evenly, like a zoom.

        In each second the picture grows or shrinks by the same factor, around a point that stays where it is.
        """
        seconds = self.film.length(seconds, 4.0)
        end = self.solve(*things, azimuth=azimuth, elevation=elevation, zoom=zoom)
        start, score, now = self.view, self.film.score, self.film.now
        course = functools.partial(_zooming, end.distance / start.distance)
        ends = [("target", i, start.target[i], end.target[i]) for i in range(3)]
        for prop, index, a, b in (*ends, ("distance", 0, start.distance, end.distance)):
            if a != b:
                ramp = functools.partial(_between, course, float(a), float(b))
                score.follow(Channel(CAMERA, prop, index), ramp, now, seconds)
        turns = [("azimuth", 0, end.azimuth), ("elevation", 0, end.elevation)]
        for prop, index, value in (*turns, ("shift", 0, end.shift[0]), ("shift", 1, end.shift[1])):
            score.set(Channel(CAMERA, prop, index), float(value), now, seconds)
        self._view = end
        self.film.pass_time(seconds)

    def ride(self, end: View, course: Course, seconds: float) -> None:
        """Move to a pose that differs in its target only, as ``course`` (share of time to share of way) says."""
        for i in range(3):
            a, b = float(self.view.target[i]), float(end.target[i])
            if a != b:
                ramp = functools.partial(_between, course, a, b)
                self.film.score.follow(Channel(CAMERA, "target", i), ramp, self.film.now, seconds)
        self._view = end

    def _points(self, things: tuple[Thing, ...]) -> np.ndarray:
        regions = [thing for thing in things if isinstance(thing, Region)]
        points = [corners(*self.film.box(region)) for region in regions]
        points += [thing for thing in things if isinstance(thing, np.ndarray)]
        rest = [thing for thing in things if not isinstance(thing, Region | np.ndarray)]
        self.film.cast.names(*rest)  # raises for what is no thing
        if grids := self.film.cast.grids_of(*rest):
            points.append(self.film.room(*grids))
        points += [piece.points for piece in self.film.cast.pieces_of(*rest)]
        points += [drawing.points for drawing in self.film.cast.drawings_of(*rest) if drawing.parent == "world"]
        if not points:
            raise ScriptError("The camera needs at least one grid or drawing to look at.")
        return np.concatenate(points)

    def _go(self, view: View, seconds: float) -> None:
        values = [("target", i, view.target[i]) for i in range(3)]
        values += [("azimuth", 0, view.azimuth), ("elevation", 0, view.elevation), ("distance", 0, view.distance)]
        values += [("shift", i, view.shift[i]) for i in range(2)]
        for prop, index, value in values:
            self.film.score.set(Channel(CAMERA, prop, index), float(value), self.film.now, seconds)
        self._view = view


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


for _name in ("frame", "fly", "go", "solve"):
    setattr(CameraOperator, _name, verb(getattr(CameraOperator, _name)))

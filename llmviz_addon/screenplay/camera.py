"""``film.camera``: chapters say what must be seen, and from which side; the place follows from that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import ScriptError
from .cast import Thing
from .timeline import CAMERA, Channel
from .view import View, frame

if TYPE_CHECKING:
    from .film import Film


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

        Angles in degrees; without them they stay. ``zoom`` below 1 steps back further.
        """
        film = self.film
        seconds = film.length(seconds, 1.0)
        if self._view is None and (azimuth is None or elevation is None):
            raise ScriptError("The first framing needs an azimuth and an elevation.")
        azimuth = self.view.azimuth if azimuth is None else azimuth
        elevation = self.view.elevation if elevation is None else elevation
        view = frame(self._points(things), azimuth, elevation, film.page.free, zoom)
        self._go(view, seconds)
        film.pass_time(seconds)

    def _points(self, things: tuple[Thing, ...]) -> np.ndarray:
        points = [self.film.room(grid) for grid in self.film.cast.grids_of(*things)]
        points += [drawing.outline for drawing in self.film.cast.drawings_of(*things) if drawing.parent == "world"]
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

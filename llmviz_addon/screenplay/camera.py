"""``film.camera``: the part of the vocabulary that is about where the picture is taken from."""

from __future__ import annotations

import numpy as np

from .asking import verb
from .cast.things import Thing
from .page.view import View
from .telling import Telling
from .verbs import camera, captions, steering


class Camera:
    """Chapters say what must be seen, and from which side; the place follows from that."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling

    @property
    def view(self) -> View:
        """The pose now."""
        return self._telling.view

    @verb
    def frame(
        self, *things: Thing | np.ndarray, azimuth: float | None = None, elevation: float | None = None,
        zoom: float = 1.0, seconds: float | None = None,
    ) -> None:  # fmt: skip
        """Move to the closest pose that keeps ``things`` inside the free part of the picture, beside the text.

        Angles in degrees; without them they stay. ``zoom`` below 1 steps back further. A region asks for its own
        cells only, a grid for its label too; points, (n, 3) metres, for themselves.
        """
        view = camera.solve(self._telling, *things, azimuth=azimuth, elevation=elevation, zoom=zoom)
        steering.go(self._telling, view, seconds)

    @verb
    def fly(
        self, *things: Thing | np.ndarray, azimuth: float | None = None, elevation: float | None = None,
        zoom: float = 1.0, seconds: float | None = None, pace: float | None = None,
    ) -> None:  # fmt: skip
        """As ``frame``, for ways on which the size of what is seen changes much: it does so evenly, like a zoom.

        In each second the picture grows or shrinks by the same factor, around a point that stays where it is. With a
        ``pace`` that factor is no larger, whatever the ``seconds``; a way to the side counts as it looks.
        """
        view = camera.solve(self._telling, *things, azimuth=azimuth, elevation=elevation, zoom=zoom)
        seconds = 0.0 if pace and seconds is None else self._telling.length(seconds, 4.0)
        seconds = max(seconds, camera.paced(self._telling, view, pace)) if pace else seconds
        steering.clear(self._telling, view, seconds)
        camera.fly(self._telling, view, seconds)

    @verb
    def take(
        self, *shots: Thing | np.ndarray, azimuth: float | None = None, elevation: float | None = None,
        zoom: float = 1.0, seconds: float | None = None,
    ) -> None:  # fmt: skip
        """One move past several pictures, each of a thing or a list of things, that only rests on the last.

        It zooms evenly, as ``fly`` does; what it has passed stays in sight until it reaches the next.
        """
        seconds = self._telling.length(seconds, 4.0 * len(shots))
        if shots:
            view = camera.solve(self._telling, shots[-1], azimuth=azimuth, elevation=elevation, zoom=zoom)
            steering.clear(self._telling, view, seconds)
        with captions.take(self._telling, seconds) as page:
            camera.take(
                self._telling, *shots, azimuth=azimuth, elevation=elevation, zoom=zoom, seconds=seconds, passing=page
            )

    @verb
    def go(self, view: View, *, seconds: float | None = None) -> None:
        """Move to a pose that was kept, such as ``film.camera.view`` before."""
        steering.go(self._telling, view, seconds)

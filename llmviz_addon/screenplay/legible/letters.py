"""What is written on the picture at a moment of a told chapter: where, how large, and how much from its edge.

Sizes are ems in pixels, see ``page.sizes``. Whoever asks does so when the chapter has been told: all is read from
its clips.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ...kept import kept
from ...layout.lettering.drawing import Drawing, Line, Rect
from ..page import pose
from ..page.commentary import camera_pose
from ..page.sizes import pixel
from ..page.view import TAN, Page, View
from ..score.score import Staff
from ..score.timeline import CAMERA, Channel
from ..telling import Telling

SEEN = 0.02
"""Opacity from which on something is there."""
KEPT = 32
"""Moments of which it is kept which grids stand where: hundreds of arrows look at the same."""
PLATES = ("plate", "card")
LIT = 4.0, -3.0
"""How a drawing fades with its size: it is whole at ``fades_below`` pixels, and gone at three quarters of them."""


@dataclass(frozen=True, eq=False)
class Letters:
    """All texts that are seen at a moment, n of them, each a text or a number of one of ``drawings``.

    ``areas`` (n, 4) are left, bottom, right and top in picture heights, ``sizes`` (n,) ems in pixels, ``facing`` (n,)
    is 1 where a text is seen straight from the front and 0 where it is seen from its edge.
    """

    drawings: tuple[Drawing, ...]
    opacity: np.ndarray  # of each drawing
    owner: np.ndarray  # which of the drawings a text belongs to
    areas: np.ndarray
    sizes: np.ndarray
    facing: np.ndarray
    depth: np.ndarray

    def of(self, number: int) -> np.ndarray:
        """Which texts are those of a drawing."""
        return np.flatnonzero(self.owner == number)

    def around(self, number: int) -> np.ndarray:
        """What all texts of a drawing cover, (4,)."""
        own = self.areas[self.owner == number]
        return np.array([*own[:, :2].min(axis=0), *own[:, 2:].max(axis=0)])


@dataclass(frozen=True, eq=False)
class Alike:
    """Drawings that are always as solid as each other; ``moved`` are the actors that are not always at home."""

    staff: Staff
    drawings: tuple[Drawing, ...]
    moved: Collection[str]

    @kept
    def labels(self) -> tuple[Drawing, ...]:
        """Those that keep their size."""
        return tuple(one for one in self.drawings if one.keeps_size)

    @kept
    def signs(self) -> tuple[Drawing, ...]:
        """The others that are written on the set: not on the page, nor on a plate, which is a picture of its own."""
        return tuple(one for one in self.drawings if not one.keeps_size and _stands_free(one))

    @kept
    def obstacles(self) -> tuple[Drawing, ...]:
        """What no label may lie on: panels, cards and charts, but not the page's own words; and tethers."""
        others = [one for one in self.drawings if not one.keeps_size and not _stands_free(one)]
        return tuple(one for one in others if _is_picture(one) or is_tether(one))

    @kept
    def roaming(self) -> tuple[int, ...]:
        """Which of the labels are not always at home."""
        labels = enumerate(self.labels)
        return tuple(n for n, one in labels if one.name in self.moved or one.parent in self.moved)

    @kept
    def places(self) -> np.ndarray:
        """Where the labels have their origins at home, (n, 3) metres."""
        return np.array([one.pose[:3, 3] for one in self.labels]).reshape(-1, 3)

    @kept
    def ems(self) -> np.ndarray:
        """Of the labels, (n,) metres."""
        return np.array([one.em for one in self.labels])


def _stands_free(one: Drawing) -> bool:
    if one.parent == "camera" or not one.is_written:
        return False
    return not any(isinstance(shape, Rect) and shape.color in PLATES for shape in one.shapes)


def _is_picture(one: Drawing) -> bool:
    if all(isinstance(shape, Line) for shape in one.shapes) or one.is_ground:
        return False
    return one.is_written if one.parent != "camera" else not any(word in one.name for word in (":heading", ":say:"))


def is_tether(one: Drawing) -> bool:
    """Whether it is a line on the page, from a panel to a cell."""
    return one.parent == "camera" and len(one.shapes) == 1 and isinstance(one.shapes[0], Line)


class Sight:
    """What of a told chapter is seen when. Actors that have the very same clips are looked up once."""

    def __init__(self, telling: Telling) -> None:
        self.telling = telling
        self.pixel = pixel(telling.page)
        self._camera = [Channel(CAMERA, prop, i) for prop, size in _CAMERA for i in range(size)]
        self._page = _from_page(telling.page)
        self._pages: dict[str, np.ndarray] = {}
        self._texts: dict[str, int] = {}
        self._numbers: dict[object, int] = {}
        self._stand: dict[bool, tuple[tuple[Drawing, ...], tuple[np.ndarray, ...]]] = {}
        self._solid: dict[tuple[float, float], tuple[np.ndarray, np.ndarray]] = {}
        self._moved = {
            actor: [prop for prop in _PLACE if actor in telling.score.touched[prop]]
            for prop in _PLACE
            for actor in telling.score.touched[prop]
        }

    @kept
    def alike(self) -> list[Alike]:
        """All drawings, those together that are always as solid as each other."""
        drawings = {**self.telling.cast.signage, **self.telling.cast.drawings}
        alike = self.telling.score.alike(drawings, "opacity").items()
        return [Alike(staff, tuple(drawings[name] for name in names), self._moved) for staff, names in alike]

    @kept
    def _grids(self) -> Mapping[Staff, list[str]]:
        """All grids in the same way, by name."""
        return self.telling.score.alike(self.telling.cast.grids, "opacity")

    def view(self, seconds: float) -> View:
        """The camera's pose."""
        score = self.telling.score
        return pose.seen(lambda channel: score.at(channel, seconds))

    def there(self, seconds: float) -> Iterator[tuple[Drawing, float]]:
        """The drawings that are there, and how solid."""
        for alike in self.alike:
            if (opacity := alike.staff.at(seconds)) >= SEEN:
                for one in alike.drawings:
                    yield one, opacity

    def text(self, drawing: Drawing) -> int:
        """A number that those have which are written alike: they are asked for at every moment, and hash slowly."""
        if drawing.name not in self._texts:
            self._texts[drawing.name] = self._numbers.setdefault(drawing.shapes, len(self._numbers))
        return self._texts[drawing.name]

    @kept
    def numbers(self) -> dict[str, int]:
        """Every grid's number, by which those follow each other that are always as solid as each other."""
        return {name: number for number, name in enumerate(name for names in self._grids.values() for name in names)}

    @kept
    def _homes(self) -> np.ndarray:
        """Smallest and largest corner of every grid at home, by its number, (n, 2, 3) metres."""
        cast = self.telling.cast
        return cast.homes[[cast.numbers[name] for name in self.numbers]]

    def solid(self, seconds: float, least: float) -> tuple[np.ndarray, np.ndarray]:
        """The grids in one piece that are at least so solid: numbers (n,) ascending, and corners (n, 2, 3) metres."""
        if (seconds, least) not in self._solid:
            self._solid = {key: found for key, found in self._solid.items() if len(self._solid) < KEPT}
            self._solid[seconds, least] = self._standing(seconds, least)
        return self._solid[seconds, least]

    def _standing(self, seconds: float, least: float) -> tuple[np.ndarray, np.ndarray]:
        counts = [len(names) for names in self._grids.values()]
        is_there = np.repeat([staff.at(seconds) >= least for staff in self._grids], counts)
        there = np.flatnonzero(is_there)
        stand = self._homes[there]
        for name in self._moved.keys() & self.numbers.keys():
            if is_there[number := self.numbers[name]]:
                stand[np.searchsorted(there, number)] += self.moved(name, seconds)
        return there, stand

    def letters(self, seconds: float, view: View | None = None) -> Letters:
        """All that is written at a moment."""
        there = [(drawing, opacity) for drawing, opacity in self.there(seconds) if drawing.is_written]
        return self.seen([one for one, _ in there], np.array([o for _, o in there]), seconds, view)

    def seen(
        self, drawings: Iterable[Drawing], opacity: np.ndarray, seconds: float, view: View | None = None,
        at_home: bool = False,
    ) -> Letters:  # fmt: skip
        """The letters of some drawings at a moment; ``at_home`` is not stretched, whatever they are told."""
        view = view or self.view(seconds)
        drawings = tuple(drawings)
        if not any(len(one.lettering.ems) for one in drawings):
            none = np.zeros(0)
            return Letters((), none, np.zeros(0, dtype=np.int64), none.reshape(0, 4), none, none, none)
        owner, corners, wide, tall, high, on_page = self._set(drawings, seconds, at_home)
        seen = self._projected(corners, view, on_page)
        x, y = seen[:, :, 0], seen[:, :, 1]
        widths = np.hypot(x[:, 1] - x[:, 0], y[:, 1] - y[:, 0])
        heights = np.hypot(x[:, 3] - x[:, 0], y[:, 3] - y[:, 0])
        true = high / (np.maximum(seen[:, 0, 2], 1e-6) * TAN)  # as seen from the front
        facing = np.minimum(heights, widths * tall / wide) / np.maximum(true, 1e-12)
        facing[on_page] = 1.0
        areas = np.stack([x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1)], axis=1)
        return Letters(drawings, opacity, owner, areas, heights / tall / self.pixel, facing, seen[:, 0, 2])

    def _set(self, drawings: tuple[Drawing, ...], seconds: float, at_home: bool) -> tuple[np.ndarray, ...]:
        """All texts of some drawings as they stand: whose each is, its corners (n, 4, 3), its width, its height, that
        in metres too, and whether it is on the page, (n,) each.

        Of drawings that never move that is kept: from moment to moment only the camera does.
        """
        if at_home in self._stand and self._stand[at_home][0] == drawings:
            return self._stand[at_home][1]
        told = [one.lettering for one in drawings]
        counts = [len(one.ems) for one in told]
        corners = np.concatenate([self._world(one, seconds, at_home) for one in drawings])
        wide, tall = np.maximum(np.concatenate([one.spans for one in told]), 1e-6).T
        up = corners[:, 3] - corners[:, 0]
        owner, on_page = (
            np.repeat(each, counts) for each in (np.arange(len(drawings)), [one.parent == "camera" for one in drawings])
        )
        found = owner, corners, wide, tall, np.sqrt((up * up).sum(axis=1)), on_page
        if self._moved.keys().isdisjoint(name for one in drawings for name in (one.name, one.parent)):
            self._stand[at_home] = drawings, found
        return found

    def areas(self, drawings: Iterable[Drawing], seconds: float, view: View) -> np.ndarray:
        """What whole drawings cover of the picture, (n, 4)."""
        found = []
        for one in drawings:
            if one.parent == "camera":
                seen = self._on_page(one)
            else:
                seen = view.project(one.points + self.offset(one, seconds))[:, :2]
            found.append([*seen.min(axis=0), *seen.max(axis=0)])
        return np.array(found).reshape(-1, 4)

    def along(self, line: Drawing) -> np.ndarray:
        """What a line on the page covers of the picture, piece by piece, (n, 4)."""
        way = self._on_page(line)
        return np.hstack([np.minimum(way[1:], way[:-1]), np.maximum(way[1:], way[:-1])])

    def _on_page(self, one: Drawing) -> np.ndarray:
        """Points of a drawing on the page, as they are seen at any time, (n, 2)."""
        if one.name not in self._pages:
            self._pages[one.name] = (one.points @ self._page[:3, :3].T + self._page[:3, 3])[:, :2]
        return self._pages[one.name]

    def offset(self, drawing: Drawing, seconds: float) -> np.ndarray:
        """How far a drawing in the world is from home, (3,) metres."""
        return self.moved(drawing.name, seconds) + self.moved(drawing.parent, seconds)

    def moved(self, actor: str, seconds: float) -> np.ndarray:
        """How far an actor is from home by itself, (3,) metres."""
        if "offset" not in self._moved.get(actor, ()):
            return np.zeros(3)
        return np.array([self.telling.score.at(Channel(actor, "offset", i), seconds) for i in range(3)])

    def scale(self, name: str, seconds: float) -> np.ndarray:
        """How a drawing is stretched along x and y, (2,)."""
        if "scale" not in self._moved.get(name, ()):
            return np.ones(2)
        return np.array([self.telling.score.at(Channel(name, "scale", i), seconds) for i in range(2)])

    def _world(self, drawing: Drawing, seconds: float, at_home: bool) -> np.ndarray:
        """Corners of a drawing's texts, (n, 4, 3): lower left, lower right, upper right, upper left."""
        corners = drawing.lettering.corners
        if drawing.name in self._moved and not at_home:
            origin, (x, y) = drawing.pose[:3, 3], self.scale(drawing.name, seconds)
            right, up = (axis / np.linalg.norm(axis) for axis in drawing.pose[:3, :2].T)
            way = corners - origin
            corners = corners + (way @ right * (x - 1))[..., None] * right + (way @ up * (y - 1))[..., None] * up
        if drawing.name in self._moved or drawing.parent in self._moved:
            corners = corners + self.offset(drawing, seconds)
        return corners

    def _projected(self, flat: np.ndarray, view: View, on_page: np.ndarray) -> np.ndarray:
        """Points (n, m, 3), those of the page before the camera, as seen: x, y, depth."""
        seen = view.project(flat.reshape(-1, 3)).reshape(flat.shape)
        if on_page.any():
            seen[on_page] = flat[on_page] @ self._page[:3, :3].T + self._page[:3, 3]
            seen[on_page, :, 2] = 0.0
        return seen


@functools.lru_cache(maxsize=8)
def _from_page(page: Page) -> np.ndarray:
    """What brings points of the page to where the camera sees them, (4, 4)."""
    return np.linalg.inv(camera_pose(page))


_CAMERA = (("target", 3), ("azimuth", 1), ("elevation", 1), ("distance", 1), ("shift", 2))
_PLACE = ("offset", "scale", "rotation")


def drawn(letters: Letters) -> np.ndarray:
    """How much of each text is left where drawings fade with their size, (n,): 0 is nothing."""
    limits = np.array([one.fades_below for one in letters.drawings])
    largest = np.zeros(len(letters.drawings))
    np.maximum.at(largest, letters.owner, letters.sizes)
    share = np.where(limits > 0, np.clip(LIT[0] * largest / np.maximum(limits, 1e-9) + LIT[1], 0, 1), 1.0)
    return share[letters.owner]

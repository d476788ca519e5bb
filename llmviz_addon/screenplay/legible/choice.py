"""Which labels are there at a moment, and how large: of two that would meet the more important one stays.

A label that is seen from its edge, that would be cut or lie on the words, that stands behind a grid, or that does not
find a place of its own at a size that can be read, is not there. What a chapter speaks of comes first, then what is
solid, large and near; of equal labels the nearest one is enough where the others would lie on grids.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import product
from typing import NamedTuple

import numpy as np

from ...kept import kept
from ...layout.lettering.drawing import Drawing, Line, Rect
from ..page.sizes import ENLARGED, LARGEST, SMALLEST, stretched
from ..page.view import TAN, Page, View
from .letters import SEEN, Alike, Letters, Sight

FACING = 0.6
"""Share of a letter's width or height that must be left of it."""
FAINT = 0.2
"""Opacity below which a label is no more than a smudge."""
SOLID = 0.5
"""Opacity from which on a grid hides what is behind it."""
FITTED = 1.5
"""How many times as large as at home a name on an outline may stand: it has its room among the boxes there."""
UNDER = 0.02
"""Picture heights that the ground under the words reaches beyond them."""
APART = 0.004
"""Picture heights between two labels."""
EDGE = 0.01
"""Picture heights that stay free at the picture's edge."""
ASTRAY = 0.3
"""Of a label's width, what may stand over a grid that it does not name."""
PLATES = ("plate", "card")
SURELY = 1.02
"""Of the limits of sizes: what is enlarged reaches nearer or further, and is seen a little larger or smaller so."""
NOTHING = 1e-6
"""Metres before or behind the camera that make no difference."""
FAR_OUT = 4.0
"""How far from the middle no label reaches, in sums of the picture's sides."""
SPOTS = np.array(list(product(np.linspace(0, 1, 7), np.linspace(0, 1, 3))))
"""Places across and up a label at which is looked whether it is hidden."""


class Shown(NamedTuple):
    """How a drawing is shown at a moment: ``size`` times as large as at home, 0 is not; and what is in its way."""

    size: float
    because: str = ""


def choose(sight: Sight, seconds: float, spoken: Collection[str]) -> dict[str, Shown]:
    """The labels, and other signs on the set, that are there at a moment; ``spoken`` are the grids spoken of.

    Labels of which nothing is told are not there.
    """
    view = sight.view(seconds)
    labels: list[tuple[Alike, float]] = []
    signs: list[Drawing] = []
    others: list[Drawing] = []
    for alike in sight.alike:
        if (opacity := alike.staff.at(seconds)) >= SEEN:
            labels.append((alike, opacity))
            for one in alike.drawings if len(alike.labels) < len(alike.drawings) else ():
                if not one.keeps_size:
                    (signs if _stands_free(one) else others).append(one)
    letters = sight.seen(signs, np.ones(len(signs)), seconds, view)
    found = {one.name: Shown(1.0) for one in signs}
    unread = set(
        letters.owner[
            (letters.sizes < SMALLEST) | (letters.facing < FACING) | _cut(sight.telling.page_at(seconds), letters)
        ].tolist()
    )
    found.update({signs[number].name: Shown(0.0) for number in unread})
    if any(alike.labels for alike, _ in labels):
        taken = _Taken(sight.telling.page_at(seconds), letters.areas[~np.isin(letters.owner, list(unread))])
        for one in others:
            if _is_picture(one):
                taken.add(sight.areas([one], seconds, view), one.name, is_picture=True)
            elif _is_tether(one):
                taken.add(sight.along(one), one.name)
        _place(sight, seconds, view, labels, taken, spoken, found)
    return found


def _cut(page: Page, letters: Letters) -> np.ndarray:
    """Which texts reach out of the picture, or into what stands under the words, (n,)."""
    left, bottom, right, top = letters.areas.T
    half, words = page.aspect / 2, page.text
    into = left < words.right + UNDER if page.is_wide else bottom < words.top
    return (left < -half) | (right > half) | (bottom < -0.5) | (top > 0.5) | into


def _stands_free(one: Drawing) -> bool:
    """Whether it is written on the set: not on the page, and not on a plate, which is a picture of its own."""
    if one.parent == "camera" or not one.is_written:
        return False
    return not any(isinstance(shape, Rect) and shape.color in PLATES for shape in one.shapes)


def _is_picture(one: Drawing) -> bool:
    """Whether a label must not lie on it: a panel, a card or a chart, but no tether, nor the page's own words."""
    if all(isinstance(shape, Line) for shape in one.shapes) or one.is_ground:
        return False
    return one.is_written if one.parent != "camera" else not any(word in one.name for word in (":heading", ":say:"))


def _is_tether(one: Drawing) -> bool:
    """Whether it is a line on the page, from a panel to a cell, that no label must lie on."""
    return one.parent == "camera" and len(one.shapes) == 1 and isinstance(one.shapes[0], Line)


class _Taken:
    """What of the picture is taken: areas, and whose they are."""

    def __init__(self, page: Page, areas: np.ndarray) -> None:
        half, free = page.aspect / 2, page.free
        if free.left > page.text.right - 0.01:  # the words are beside the set, else below it
            self.limit = np.array([free.left, EDGE - 0.5, half - EDGE, 0.5 - EDGE])
        else:
            self.limit = np.array([EDGE - half, free.bottom, half - EDGE, 0.5 - EDGE])
        self.areas, self.whose = areas, [""] * len(areas)
        self.is_picture = np.zeros(len(areas), dtype=bool)
        self._own: dict[str, slice] = {}

    def add(self, areas: np.ndarray, name: str, is_picture: bool = False) -> None:
        """Take what a drawing covers, (n, 4)."""
        self._own[name] = slice(len(self.areas), len(self.areas) + len(areas))
        self.areas = np.concatenate([self.areas, areas])
        self.is_picture = np.append(self.is_picture, [is_picture] * len(areas))
        self.whose += [name] * len(areas)

    def give(self, areas: np.ndarray, name: str) -> None:
        """Take other areas, as many, for a drawing that has some."""
        self.areas[self._own[name]] = areas

    def in_the_way(self, areas: np.ndarray, but: str | None = None) -> str | None:
        """What some ``areas`` (n, 4) meet: whose it is, "" for the edge of what is free; None if nothing.

        What is taken by ``but`` is in nobody's way.
        """
        low, high = _around(areas)
        if (low < self.limit[:2]).any() or (high > self.limit[2:]).any():
            return ""
        least = np.minimum(areas[:, None, 2:], self.areas[None, :, 2:]) + APART
        meets = (least > np.maximum(areas[:, None, :2], self.areas[None, :, :2])).all(axis=2).any(axis=0)
        around = (np.minimum(high, self.areas[:, 2:]) + APART > np.maximum(low, self.areas[:, :2])).all(axis=1)
        meets |= around & self.is_picture  # which must not stand between the texts of a label
        if but is not None:
            meets[self._own[but]] = False
        return self.whose[int(meets.argmax())] if meets.any() else None


def _place(
    sight: Sight, seconds: float, view: View, there: list[tuple[Alike, float]], taken: _Taken,
    spoken: Collection[str], found: dict[str, Shown],
) -> None:  # fmt: skip
    """Give each label that has a place of its own at the smallest size that one, then as much as there is room for.

    Both by importance: so none is gone because another that is as readable when smaller is large.
    """
    labels = [one for alike, _ in there for one in alike.labels]
    opacity = np.repeat([one for _, one in there], [len(alike.labels) for alike, _ in there])
    places = np.concatenate([_places(sight, alike, seconds) for alike, _ in there])
    seen = view.project(places)
    sizes = stretched(np.concatenate([alike.ems for alike, _ in there]), seen[:, 2], sight.telling.page)
    near = (sizes > 0) & (sizes <= ENLARGED) & (opacity >= FAINT)
    near &= (seen[:, :2] > taken.limit[:2]).all(axis=1) & (seen[:, :2] < taken.limit[2:]).all(axis=1)
    grids = sight.telling.cast.grids
    kept = [n for n in np.flatnonzero(near).tolist() if labels[n].parent in grids or sizes[n] <= FITTED]
    letters = sight.seen([labels[n] for n in kept], opacity[kept], seconds, view, at_home=True)
    screens = _Screens(sight, seconds, view)
    texts: set[object] = set()
    fitting: list[tuple[int, list[float]]] = []

    def covered(number: int, size: float) -> np.ndarray:
        middle = np.tile(seen[kept[number], :2], 2)
        return middle + size * (letters.areas[letters.of(number)] - middle)

    for number in _by_importance(sight, letters, spoken):
        one, own = letters.drawings[number], letters.of(number)
        choice = _sizes(float(sizes[kept[number]]), letters.sizes[own])
        if letters.facing[own].min() < FACING or not choice:
            continue
        areas = covered(number, choice[-1])
        if (why := taken.in_the_way(areas)) is not None:
            found[one.name] = Shown(0.0, why)
            continue
        while choice and screens.names_another(covered(number, choice[0]), one.parent):
            choice = choice[1:]
        depth, is_told = float(letters.depth[own[0]]), one.shapes in texts
        while choice and screens.hide(covered(number, choice[0]), depth, one.parent, is_told):
            choice = choice[1:]
        if choice:
            taken.add(areas, one.name)
            texts.add(one.shapes)
            fitting.append((number, choice))
    for number, choice in fitting:
        name = letters.drawings[number].name
        size = next(size for size in choice if taken.in_the_way(covered(number, size), but=name) is None)
        taken.give(covered(number, size), name)
        found[name] = Shown(size)


def _places(sight: Sight, alike: Alike, seconds: float) -> np.ndarray:
    """Where labels have their origins at a moment, (n, 3) metres."""
    if not alike.roaming:
        return alike.places
    places = alike.places.copy()
    for number in alike.roaming:
        places[number] += sight.offset(alike.labels[number], seconds)
    return places


def _sizes(usual: float, at_home: np.ndarray) -> list[float]:
    """The sizes that a label may have, the best one first; its letters, (n,) pixels at home, must all be in range."""
    smallest, largest = SURELY * SMALLEST / float(at_home.min()), LARGEST / SURELY / float(at_home.max())
    if smallest > largest:
        return []
    best = min(max(usual, smallest), largest)
    return [best] if best < 1.05 * smallest else [best, (best + smallest) / 2, smallest]


def _by_importance(sight: Sight, letters: Letters, spoken: Collection[str]) -> list[int]:
    count = len(letters.drawings)
    depth = np.full(count, np.inf)
    np.minimum.at(depth, letters.owner, letters.depth)
    names, solid = [one.parent for one in letters.drawings], np.round(letters.opacity, 2).tolist()
    grids = sight.telling.cast.grids
    cells = [grids[name].count if name in grids else 0 for name in names]
    own = [one.name for one in letters.drawings]
    return sorted(range(count), key=lambda n: (names[n] not in spoken, -solid[n], -cells[n], depth[n], own[n]))


def _around(areas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower left and upper right corner of all of some areas (n, 4), which nearly always are one."""
    if len(areas) == 1:
        return areas[0, :2], areas[0, 2:]
    return areas[:, :2].min(axis=0), areas[:, 2:].max(axis=0)


class _Screens:
    """The grids that are there, as screens before what stands behind them."""

    def __init__(self, sight: Sight, seconds: float, view: View) -> None:
        self.sight, self.seconds, self.view = sight, seconds, view

    @kept
    def _solid(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Numbers (n,) and corners (n, 2, 3) of the grids that may be seen, and what each covers at most, (4, n).

        Most of a deep model stands behind the camera, or far outside the picture.
        """
        numbers, boxes = self.sight.solid(self.seconds, SOLID)
        near = np.flatnonzero(self._may_be_seen(boxes))
        numbers, boxes = numbers[near], boxes[near]
        across, up, depth = self.view.boxes(boxes[:, 0], boxes[:, 1])
        covered = np.array([across.min(0) - APART, up.min(0) - APART, across.max(0) + APART, up.max(0) + APART])
        covered[:, depth.min(0) <= 0] = np.array([[-np.inf], [-np.inf], [np.inf], [np.inf]])  # it reaches behind
        return numbers, boxes, covered

    def _may_be_seen(self, boxes: np.ndarray) -> np.ndarray:
        """Which boxes (n, 2, 3) are not surely behind the camera or further out than any label, (n,) bool."""
        middle, half = (boxes[:, 0] + boxes[:, 1]) / 2 - self.view.position, (boxes[:, 1] - boxes[:, 0]) / 2
        ways = [(middle @ way, half @ np.abs(way)) for way in self.view.basis]  # across, up, and deep
        nearest, farthest = ways[2][0] - ways[2][1], ways[2][0] + ways[2][1]
        there, limit = farthest > -NOTHING, FAR_OUT * (1 + self.sight.telling.page.aspect) * farthest * TAN
        for (place, reach), shift in zip(ways, self.view.shift, strict=False):
            aside = np.abs(place - shift * ways[2][0] * TAN) - reach - abs(shift) * ways[2][1] * TAN
            there &= (nearest <= NOTHING) | (aside <= limit)
        return there

    def names_another(self, areas: np.ndarray, own: str) -> bool:
        """Whether what is written in ``areas`` (n, 4) stands over another grid than its ``own``, as if it named that.

        What stands beside its own, level with it, names no other.
        """
        numbers, _, (left, bottom, right, top) = self._solid
        low, high = _around(areas)
        mine = int(np.searchsorted(numbers, self.sight.numbers.get(own, len(self.sight.numbers))))
        if mine == len(numbers) or numbers[mine] != self.sight.numbers.get(own):
            return False
        if bottom[mine] < high[1] and top[mine] > low[1]:
            return False
        under = (2 * low[1] - high[1] < top) & (top < high[1]) & (bottom < low[1])  # no lower than it is high
        under[mine] = False
        near = np.flatnonzero(under)
        shared = np.minimum(right[near], high[0]) - np.maximum(left[near], low[0])
        least = max(ASTRAY * (high[0] - low[0]), min(right[mine], high[0]) - max(left[mine], low[0]))
        return bool((shared > least).any())

    def hide(self, areas: np.ndarray, depth: float, own: str, clear: bool) -> bool:
        """Whether a grid, other than its ``own``, stands before what is seen in ``areas`` (n, 4) at a depth.

        Where it has to be ``clear``, also whether one stands behind it.
        """
        numbers, boxes, (left, bottom, right, top) = self._solid
        low, high = _around(areas)
        there = (left <= high[0]) & (right >= low[0]) & (bottom <= high[1]) & (top >= low[1])
        if own in self.sight.numbers:
            there &= numbers != self.sight.numbers[own]
        among = np.flatnonzero(there)
        if not len(among):
            return False
        (across, up, forward), tall = self.view.basis, depth * TAN
        spots = (low + SPOTS * (high - low) + self.view.shift) * tall
        ways = (forward * depth + spots[:, :1] * across + spots[:, 1:] * up).T[:, :, None]  # (3, n, 1)
        near, far = ((boxes[among, i] - self.view.position).T[:, None] / ways for i in (0, 1))  # (3, n, m)
        enter, leave = np.minimum(near, far).max(axis=0), np.maximum(near, far).min(axis=0)
        return bool(((enter <= leave) & (leave > 0) & (clear | (enter < 0.99))).any())

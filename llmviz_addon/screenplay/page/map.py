"""The map: a small drawing of the whole model on the page, on which the part that we are in is lit.

At its left stand the model's outermost sections from top to bottom, of many layers only some; at its right, as they
stand on the set seen from the front, the grids of the one that we are in; where that is all of the model, the boxes are
its picture. All layers are alike, so one picture does for each of them. What is lit is a drawing of its own over the
pale ones, so that a change costs two opacities.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ...kept import kept
from ...language import phrase
from ...layout.grid import Grid, Section
from ...layout.lettering.drawing import Line, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, advance, fit
from ...layout.whereabouts import Place, Whereabouts
from .view import PART, Area, Page

PALE = 0.25
"""Opacity of what is not lit."""
MOST = 6
"""Layers that stand on the map one by one; of more the first few, one for all in between, and the last."""
FIRST = 3
BOX = 0.045
"""Height of a section's box at most, in picture heights."""
THINNEST = 0.003
"""A grid is at least so wide and high, in picture heights: about two pixels."""
STROKE = 0.0025
ARROW = " › "
_LAYER = re.compile(r"layers\.\d+")


@dataclass(frozen=True)
class Stop:
    """A box of the tower: what it says, and the numbers of the sections that it stands for."""

    label: str
    sections: tuple[int, ...]
    area: Area


class ModelMap:
    """The map of a model's outermost ``sections`` on a page; all shapes are in picture heights.

    It says the model's ``name`` where it is told.
    """

    def __init__(self, sections: Sequence[Section], page: Page, name: str = "") -> None:
        self.sections, self._page, self.area, self.name = sections, page, page.map, name
        self._is_small = not page.is_wide
        self._wholes: dict[int, Area] = {}
        self._extents: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._em = page.em * (0.62 if self._is_small else 0.66)

    @kept
    def stops(self) -> tuple[Stop, ...]:
        """The boxes of the tower, from top to bottom."""
        found = _stops(self.sections)
        area = self._tower
        gap = 0.18 * area.height / len(found)
        tall = min(BOX, (area.height + gap) / len(found) - gap)
        tops = [area.top - i * (tall + min(gap, 0.25 * tall)) for i in range(len(found))]
        return tuple(
            Stop(label, numbers, Area(area.left, top - tall, area.right, top))
            for (label, numbers), top in zip(found, tops, strict=True)
        )

    def tower(self) -> list[Shape]:
        """The boxes, none of them lit."""
        return [_box(stop.area, "muted") for stop in self.stops]

    def names(self) -> list[Shape]:
        """What the boxes say; where the map is small, nothing."""
        return [self._label(stop, "muted") for stop in self.stops] if not self._is_small else []

    def picture(self, number: int) -> list[Shape]:
        """The grids of section ``number``."""
        rects = self._rects(number)
        return [replace(rect, color="muted") for rect in rects]

    def alike(self, number: int) -> int:
        """The section whose picture stands for that of section ``number``: the first of all layers."""
        sections = self.sections
        if not _LAYER.fullmatch(sections[number].name):
            return number
        return next(i for i, one in enumerate(sections) if _LAYER.fullmatch(one.name))

    def lit(self, place: Place) -> list[Shape]:
        """What is lit where we are at ``place``: boxes, the way from the last to its picture, grids, and in words."""
        there = [stop for stop in self.stops if set(stop.sections) & set(place.sections)]
        shapes: list[Shape] = []
        for stop in there:
            area = stop.area
            shapes.append(_box(area.grown(STROKE), "accent"))
            shapes.append(_box(area, "ground" if not self._is_small else "accent"))
            if not self._is_small:
                shapes.append(self._label(stop, "ink"))
        if self.is_whole(place):
            return [*shapes, *self._words(place)]
        number = place.sections[-1]
        drawn, here = self._whole(number), there[-1].area
        ends = ((here.top, drawn.top), (here.bottom, drawn.bottom))
        x = here.right + 2 * STROKE, drawn.left - 3 * STROKE
        shapes += [Line(((x[0], a), (x[1], b)), 0.5 * STROKE, "muted") for a, b in ends]
        return [*shapes, *self._rects(number, place.grids), *self._words(place)]

    def is_whole(self, place: Place) -> bool:
        """Whether we are at all of several sections at once."""
        return len(place.sections) == len(self.sections) > 1

    @property
    def _tower(self) -> Area:
        """Where the boxes stand."""
        area = self.area
        if self._is_small:
            return Area(area.left, area.bottom, area.left + 0.6 * self._em, area.top)
        return Area(area.left, area.bottom, area.left + 0.29 * area.width, area.top - 2.2 * self._em)

    @property
    def _room(self) -> Area:
        """Where the picture of a section finds room."""
        area, left = self.area, self._tower.right + (0.035 if not self._is_small else 0.3 * self.area.height)
        return Area(left, area.bottom, area.right, self._tower.top)

    def _label(self, stop: Stop, color: str) -> Text:
        area = stop.area
        size = fit(stop.label, min(self._em, 0.75 * area.height), 0.9 * area.width)
        (x, y) = area.center
        return Text(x, y - CAP_HEIGHT * size / 2, ((stop.label, color),), size, "center")

    def _words(self, place: Place) -> list[Shape]:
        """Where we are, in a line over the map; on a small one beside it, as much of it as there is room for."""
        titles = [phrase(title) for title in place.titles]
        if len(place.sections) > 1:
            titles = [f"{titles[0]} – {titles[-1]}"]
        if self.is_whole(place):
            titles = [] if self.name else [phrase("The whole model")]
        titles = [self.name, *titles] if self.name else titles
        small, area, text = self._is_small, self.area, self._page.text
        left, right = (text.left + PART * text.width, area.left - 1.2 * self._em) if small else (area.left, area.right)
        while len(titles) > 1 and advance(ARROW.join(titles), self._em) > right - left:
            titles.pop(0)
        said = ARROW.join(titles)
        *outer, inner = titles
        spans = ((ARROW.join([*outer, ""]), "muted"), (inner, "ink")) if outer else ((inner, "ink"),)
        size = fit(said, self._em, right - left)
        if small:
            return [Text(right, text.top - 0.8 * self._page.em, spans, size, "right")]
        return [Text(left, area.top - self._em, spans, size)]

    def _whole(self, number: int) -> Area:
        """The rectangle of the picture of section ``number``."""
        number = self.alike(number)
        if number not in self._wholes:
            rects = self._rects(number)
            left, bottom = min(rect.x for rect in rects), min(rect.y for rect in rects)
            right, top = max(rect.x + rect.width for rect in rects), max(rect.y + rect.height for rect in rects)
            self._wholes[number] = Area(left, bottom, right, top)
        return self._wholes[number]

    def _rects(self, number: int, names: Collection[str] | None = None) -> list[Rect]:
        """Grids of section ``number`` seen from the front, all or those of these names; those behind others of their
        size are left out."""
        grids, ends = self.sections[number].grids, self.sections[number].boxes[:, :, [0, 2]]
        numbers = self.sections[number].numbers
        mine = [*range(len(grids))] if names is None else sorted(numbers[name] for name in names if name in numbers)
        if not mine:
            return []
        ends = ends[mine]
        low, high = self._extent(number)
        room = self._room
        scale = min(room.width / (high[0] - low[0]), room.height / (high[1] - low[1]))
        left = room.left if not self._is_small else room.right - scale * (high[0] - low[0])
        wide, tall = np.maximum(scale * (ends[:, 1] - ends[:, 0]), THINNEST).T
        x, y = left + scale * (ends[:, 0, 0] - low[0]), room.top - scale * (high[1] - ends[:, 1, 1]) - tall
        seen = np.column_stack([x, y, wide, tall])
        _, first = np.unique(seen.round(5), axis=0, return_index=True)
        found = ((*seen[one].tolist(), str(grids[mine[one]].role)) for one in sorted(first.tolist()))
        return [Rect(left, bottom, across, down, color) for left, bottom, across, down, color in found]

    def _extent(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest x and z of the grids of section ``number``, each (2,) metres."""
        if number not in self._extents:
            ends = self.sections[number].boxes[:, :, [0, 2]]
            self._extents[number] = ends[:, 0].min(axis=0), ends[:, 1].max(axis=0)
        return self._extents[number]


@dataclass(eq=False)
class OnMap:
    """The map: what is on it, names of what has been drawn by what it is, and where we are, if anywhere yet.

    ``models`` are the maps of those in outline, by their names, and ``of`` is the one that is up. ``told`` are the
    grids that a chapter wants to be shown, whatever is in play.
    """

    map: ModelMap
    whereabouts: Whereabouts
    models: dict[str, ModelMap] = field(default_factory=dict)
    of: ModelMap | None = None
    place: Place | None = None
    drawings: dict[tuple[str, object, str], str] = field(default_factory=dict)
    told: list[Grid] = field(default_factory=list)


def _stops(sections: Sequence[Section]) -> list[tuple[str, tuple[int, ...]]]:
    """What stands in the tower: a label and the numbers of its sections, for each box."""
    layers = [i for i, one in enumerate(sections) if _LAYER.fullmatch(one.name)]
    amid = layers[FIRST:-1] if len(layers) > MOST else []
    found: list[tuple[str, tuple[int, ...]]] = []
    for number, section in enumerate(sections):
        if number not in amid:
            found.append((phrase(section.title), (number,)))
        elif number == amid[0]:
            found.append((f"… × {len(layers)}", tuple(amid)))
    return found


def _box(area: Area, color: str) -> Rect:
    return Rect(area.left, area.bottom, area.width, area.height, color, min(0.2 * area.height, 0.006))

"""Once a chapter is told: the data flow is drawn where the grids stand, however they were moved.

A ribbon belongs to its place in the layout. While one of the grids that it leads from and to is away from home it is
gone, and a flat arrow runs between where the two stand; when they have moved on, another one does. Excerpts have such
arrows as well. Ribbons and arrows are as solid as the ribbon was told to be, and never more than what they connect: so
they come and go with the grids, whatever was asked of these and in which order. Rejected: verbs that swap them as they
move grids, for what is told at once with a move would then claim the same channels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TypeVar

import numpy as np

from ..layout.grid import CELL, Grid, Ribbon
from ..layout.lettering.drawing import LIFT
from .legible.letters import Sight
from .score.clips import EPSILON, Clip, Origin, along
from .score.score import Staff
from .score.timeline import Channel
from .telling import SOLID, Telling
from .verbs.arrows import ARROW, Box, arrow, front, in_plane, pieces, way, width_from, with_tokens

ORIGIN = Origin(verb="the data flow")
FADE = 0.25
"""Seconds in which a ribbon or an arrow goes or comes as grids start to move, or have moved."""
PLANES = 64
"""In which arrows lie, one behind the other: two that cross in one plane would be a stipple."""
T = TypeVar("T")
Stand = tuple[float, ...]
"""How far the source and the target of a flow are from home, six numbers."""


@dataclass(frozen=True, eq=False)
class Flow:
    """A ribbon, and the grids that it connects: those of the layout, or excerpts that stand in for them."""

    ribbon: Ribbon
    source: Grid
    target: Grid
    is_excerpt: bool = False

    @property
    def grids(self) -> tuple[Grid, Grid]:
        """Where it comes from and where it leads to."""
        return self.source, self.target


@dataclass(frozen=True)
class Span:
    """A while in which nothing begins or ends: from when to when; the places, and how solid a band is, at both ends."""

    start: float
    end: float
    places: tuple[Stand, Stand]
    solid: tuple[float, float]

    @property
    def place(self) -> Stand | None:
        """Where both grids stand; None while one of them moves."""
        return self.places[0] if self.places[0] == self.places[1] else None


@dataclass(frozen=True, eq=False)
class Standing:
    """Where both grids of a flow stand away from home, from when it is first seen there."""

    flow: Flow
    spans: list[Span]
    whiles: list[Span]
    at: float
    source: Box
    target: Box
    number: int

    @property
    def behind(self) -> float:
        """Metres from the foremost plane in which arrows lie."""
        return self.number % PLANES * LIFT

    @property
    def apart(self) -> float:
        """Metres from one to the other, in height."""
        return float(max(self.source[0][2] - self.target[1][2], self.target[0][2] - self.source[1][2], 0.0))

    @property
    def times(self) -> list[float]:
        """The ends of all the whiles."""
        return sorted({at for span in self.whiles for at in (span.start + EPSILON, span.end - 2 * EPSILON)})


@dataclass(frozen=True, eq=False)
class Wire:
    """What an arrow covers piece by piece, in which plane, and when it is there."""

    boxes: tuple[Box, ...]
    whiles: list[Span]
    y: float

    def is_there(self, at: float) -> bool:
        """Whether it is seen at a time."""
        return any(span.start <= at <= span.end for span in self.whiles)


def flow(telling: Telling) -> None:
    """Let ribbons come and go with their grids, and arrows stand in for those whose grids are away from home."""
    sight, moved = Sight(telling), telling.score.moved
    flows, excerpts = list(_between_grids(telling)), list(_between_excerpts(telling))
    away = (one for one in flows if one.source.name in moved or one.target.name in moved)
    numbers = {one: number for number, one in enumerate((*away, *excerpts))}
    stands: list[Standing] = []
    for alike in _alike(telling, (*flows, *excerpts)):
        spans = _spans(telling, alike[0])
        if any(_is_apart(alike[0], span) for span in spans):
            for one in (one for one in alike if one.ribbon.name not in telling.bundled):
                stands += _standing(telling, sight, one, _placed(telling, one, spans), numbers[one])
        if not alike[0].is_excerpt:
            _keep(telling, alike, spans)
    wires: list[Wire] = []
    stands.sort(key=lambda stand: (stand.at, stand.apart, stand.number))
    for stand in stands:  # who goes farther goes around the others
        _draw(telling, sight, stand, wires)


def _between_grids(telling: Telling) -> Iterator[Flow]:
    """All but those of ribbons that fade with their grids anyway, or in whose place the chapter drew an arrow."""
    score, grids = telling.score, telling.cast.grids
    score.note(grids, "opacity")
    staff, restless = score.staves("opacity"), score.moved | telling.splits.ever
    for ribbon in telling.layout.ribbons:
        source, target = ribbon.source, ribbon.target
        rests = source not in restless and target not in restless
        fades = rests and staff[ribbon.name] is staff[source] is staff[target]
        if not fades and (source, target) not in telling.connected:
            yield Flow(ribbon, grids[source], grids[target])


def _alike(telling: Telling, flows: Collection[Flow]) -> Iterable[list[Flow]]:
    """Flows by what is asked of them and when, however far their grids go."""
    score, names = telling.score, dict.fromkeys(grid.name for one in flows for grid in (one.source, one.target))
    bodies = {name: telling.splits.bodies(name, -1.0) for name in names}
    score.note(chain.from_iterable(bodies.values()), "opacity")
    staff, offsets = score.staves("opacity"), [score.parts["offset", i] for i in range(3)]
    does = {
        name: (tuple(staff[body] for body in those), *(_way(staves.get(name)) for staves in offsets))
        for name, those in bodies.items()
    }
    found: dict[object, list[Flow]] = defaultdict(list)
    for one in flows:
        own = None if one.is_excerpt else staff[one.ribbon.name]
        found[own, does[one.source.name], does[one.target.name]].append(one)
    return found.values()


def _way(staff: Staff | None) -> Hashable:
    """When a grid moves along an axis, and when it is away from home."""

    def told(clip: Clip) -> Hashable:
        before, value = round(clip.before, 6), round(clip.value, 6)
        return clip.start, clip.seconds, clip.easing, clip.course, before != 0, value != 0, value != before

    return tuple(map(told, staff.clips)) if staff else ()


def _between_excerpts(telling: Telling) -> Iterator[Flow]:
    for pairs in telling.excerpts:
        stands = {grid.name: stand for grid, stand in pairs}
        for ribbon in telling.layout.ribbons_within(stands):
            source, target = stands[ribbon.source], stands[ribbon.target]
            if (source.name, target.name) not in telling.connected:
                yield Flow(ribbon, source, target, is_excerpt=True)


def _spans(telling: Telling, one: Flow) -> list[Span]:
    """All that happens to a flow, one span after the other."""
    score = telling.score
    shown = [
        [score.staff(Channel(body, "opacity")) for body in telling.splits.bodies(grid.name, -1.0)] for grid in one.grids
    ]
    offsets = _offsets(telling, one)
    told = [] if one.is_excerpt else [score.staff(Channel(one.ribbon.name, "opacity"))]
    clips = (clip for staff in (*shown[0], *shown[1], *offsets, *told) for clip in staff.clips)
    times = sorted({0.0, *(round(at, 6) for clip in clips for at in (clip.start, clip.end))})
    whiles = [(start, end) for start, end in pairwise([*times, times[-1] + 1.0]) if end - start > 4 * EPSILON]
    ends = _ends(whiles)
    grids = (map(max, zip(*_columns(some, ends), strict=True)) for some in shown)
    solid = (round(min(numbers), 6) for numbers in zip(*grids, *_columns(told, ends), strict=True))
    pairs = zip(whiles, _pairs(_stands(offsets, ends)), _pairs(solid), strict=True)
    return [Span(start, end, places, ways) for (start, end), places, ways in pairs]


def _placed(telling: Telling, one: Flow, spans: list[Span]) -> list[Span]:
    """The spans of a flow that is like another, which has ``spans``, but for where its grids stand."""
    stands = _stands(_offsets(telling, one), _ends((span.start, span.end) for span in spans))
    return [Span(span.start, span.end, places, span.solid) for span, places in zip(spans, _pairs(stands), strict=True)]


def _offsets(telling: Telling, one: Flow) -> list[Staff]:
    return [telling.score.staff(Channel(grid.name, "offset", i)) for grid in one.grids for i in range(3)]


def _ends(whiles: Iterable[tuple[float, float]]) -> list[float]:
    """When each of them has just begun and is about to end."""
    return [at for start, end in whiles for at in (start + EPSILON, end - 2 * EPSILON)]


def _columns(staves: Iterable[Staff], times: Sequence[float]) -> Iterator[list[float]]:
    """Where each of some staves stands at times."""
    return (along(staff.clips, staff.rest, times) for staff in staves)


def _stands(offsets: list[Staff], times: Sequence[float]) -> Iterator[Stand]:
    return (tuple(round(number, 6) for number in numbers) for numbers in zip(*_columns(offsets, times), strict=True))


def _pairs(them: Iterable[T]) -> Iterator[tuple[T, T]]:
    """The first and the second, the third and the fourth, and so on."""
    each = iter(them)
    return zip(each, each, strict=True)


def _keep(telling: Telling, flows: list[Flow], spans: list[Span]) -> None:
    """Let ribbons that do alike be there as far as their grids are, and at home."""
    names = [one.ribbon.name for one in flows]
    clips = _clips(spans, lambda span: span.place is not None and not any(span.place), 1.0)
    told = telling.score.clips.of(Channel(names[0], "opacity"))
    ends = _ends((span.start, span.end) for span in spans)
    if any(abs(now - asked) > 1e-4 for now, asked in zip(along(clips, 1.0, ends), along(told, 1.0, ends), strict=True)):
        telling.score.rewrite(names, "opacity", lambda _: clips)


def _clips(spans: list[Span], is_there: Callable[[Span], bool], full: float, rest: float = 1.0) -> tuple[Clip, ...]:
    """The clips of a band that is there in some spans, as solid as it may be, where 1 is ``full``."""
    found: list[Clip] = []
    now, before = rest, None

    def go(start: float, end: float, to: float) -> None:
        nonlocal now
        if abs(to - now) > EPSILON:
            found.append(Clip(start, end - start, now, to, "smooth", ORIGIN))
            now = to

    for span in spans:
        first, last = (full * solid if is_there(span) else 0.0 for solid in span.solid)
        start = span.start
        if before is not None and is_there(before) != is_there(span) and None in (before.place, span.place):
            start = min(span.start + FADE, span.end)
            first += (last - first) * (start - span.start) / (span.end - span.start)
        go(span.start, start, first)
        if span.end > start + EPSILON:
            go(start, span.end, last)
        before = span
    return tuple(found)


def _is_apart(one: Flow, span: Span) -> bool:
    """Whether both grids of a flow stand still and are seen, but not at home, where a ribbon is."""
    return span.place is not None and max(span.solid) > 0 and (one.is_excerpt or any(span.place))


def _standing(telling: Telling, sight: Sight, one: Flow, spans: list[Span], number: int) -> Iterator[Standing]:
    """Each place away from home where both grids of a flow stand, and are seen."""
    seen = [span for span in spans if _is_apart(one, span)]
    places = {span.place: span for span in reversed(seen)}
    for place, span in places.items():
        at = span.start + EPSILON if span.solid[0] > 0 else span.end - 2 * EPSILON
        source, target = (_touching(telling, sight, grid, at) for grid in one.grids)
        if in_plane(source, target):
            yield Standing(one, spans, [other for other in seen if other.place == place], at, source, target, number)


def _draw(telling: Telling, sight: Sight, stand: Standing, wires: list[Wire]) -> None:
    """Give a flow its arrow for where its grids stand, past what stands there when it is first seen, and past wires.

    It leaves over its source's label, and ends over its target's, wherever these are at any of the times that it is
    there: a tile may lift them.
    """
    one, at, source, target = stand.flow, stand.at, stand.source, stand.target
    numbers, boxes = sight.solid(at, SOLID)
    depth = boxes[:, 0, 1] + boxes[:, 1, 1]
    level = np.abs(depth - source[0][1] - source[1][1]) < CELL  # as ``in_plane``, of thousands at once
    for end in (source, target):  # themselves, and what touches them
        level &= ~((boxes[:, 0] > end[0] - CELL / 4) & (boxes[:, 1] < end[1] + CELL / 4)).all(axis=1)
    for number in (sight.numbers[grid.name] for grid in one.grids):
        level[np.searchsorted(numbers, number) : np.searchsorted(numbers, number, "right")] = False
    above, over = (max(_top(telling, sight, grid, when) for when in stand.times) for grid in one.grids)
    near = (wire for wire in wires if abs(wire.y - source[0][1] - source[1][1]) < CELL and wire.is_there(at))
    there = [box for wire in near for box in wire.boxes]
    found = way(source, target, over, boxes[level], above, there)
    if found is None:
        return
    wide, y = width_from(sight.view(stand.times[-1])), front(source, target) + stand.behind
    made = arrow(telling.unique("arrow"), found, str(one.ribbon.role), y, wide)
    telling.cast.add(made)
    wires.append(Wire(tuple(pieces(found)), stand.whiles, source[0][1] + source[1][1]))
    clips = _clips(stand.spans, lambda span: span in stand.whiles, ARROW, rest=0.0)
    telling.score.rewrite([made.name], "opacity", lambda _: clips)


def _touching(telling: Telling, sight: Sight, grid: Grid, at: float) -> Box:
    """Where a grid is at a moment, with what touches it at a side and is as high: an arrow leads to all of it."""
    low, high = _box(telling, sight, grid, at)
    _, boxes = sight.solid(at, SOLID)
    if len(grid.axes) > 1:
        return low, high
    alike = (np.abs(boxes[:, :, 1:] - np.array([low[1:], high[1:]])) < CELL / 4).all(axis=(1, 2))
    beside = np.maximum(boxes[:, 0, 0] - high[0], low[0] - boxes[:, 1, 0])
    for box in boxes[alike & (np.abs(beside) < CELL / 4)]:
        low, high = np.minimum(low, box[0]), np.maximum(high, box[1])
    return low, high


def _box(telling: Telling, sight: Sight, grid: Grid, at: float) -> Box:
    """Where a grid is at a moment, with the tokens along it."""
    low, high = with_tokens(telling, grid)
    moved = sight.moved(grid.name, at)
    return low + moved, high + moved


def _top(telling: Telling, sight: Sight, grid: Grid, at: float) -> float:
    """The upper end of a grid at a moment, or of its label where that is seen."""
    top = float((grid.box[1] + sight.moved(grid.name, at))[2])
    label = telling.cast.labels.get(grid.name)
    if label is None or telling.score.at(Channel(label.name, "opacity"), at) <= 0:
        return top
    tall = float((label.points[:, 2] - label.pose[2, 3]).max()) * float(sight.scale(label.name, at)[1])
    return max(top, float(label.pose[2, 3] + sight.offset(label, at)[2]) + tall)

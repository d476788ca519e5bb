"""What verbs work on: one chapter while it is told.

A ``Telling`` knows what time it is, who is there and where they stand, what has been asked of whom, and what is
written on the page. It tells nothing itself: verbs do, each a function ``verb(telling, …)`` that imports downwards
only. What chapters see of all this is ``film.Film``.
"""

from __future__ import annotations

import itertools
from collections import ChainMap
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import numpy as np

from ..errors import ScriptError
from ..layout.grid import Grid, Region
from ..layout.layout import Layout
from ..layout.lettering.drawing import Drawing
from ..layout.tensor import Numbers, Unplaced
from ..model.checkpoint import Checkpoint
from ..model.lens import lens
from ..model.onward import Onward
from ..model.sampling import Draw
from ..model.trace import Trace
from .cast.cast import Cast
from .cast.splits import Splits
from .page.map import OnMap
from .page.panel import Explanation
from .page.said import Beat, Caption, Clause
from .page.sizes import ENLARGED, stretched
from .page.view import Page, View, corners
from .score.clips import EPSILON
from .score.clock import Clock
from .score.reel import Reel
from .score.score import Score
from .score.timeline import Channel, Fragment

SOLID = 0.9
"""Opacity from which on a grid is there for a reader."""
LOOSE = 0.05
"""Seconds in which a tether goes: before the camera has left from where it leads to its cell."""
GONE = 0.2
"""Seconds in which explanations, paragraphs and pictures go."""
CROWD = 16
"""Grids of which all labels may be seen at once."""


@dataclass(frozen=True, eq=False)
class Closeup:
    """Excerpts on stage: pairs of a true grid and what stands in for it, and where a rule finds its sources."""

    pairs: tuple[tuple[Grid, Grid], ...]
    sources: Mapping[str, Grid]


def _naming(chapter: str) -> Callable[[str], str]:
    """What gives a new actor of a chapter its name, by its kind."""
    numbers = itertools.count(1)
    return lambda kind: f"{chapter}:{kind}:{next(numbers)}"


class Telling:
    """One chapter while it is told: clock, score, cast, page and camera, and the run that it is about."""

    def __init__(
        self, name: str, cast: Cast, trace: Trace, checkpoint: Checkpoint, page: Page, pace: float | None,
        drawn: Draw | None = None, onward: Onward | None = None,
    ) -> None:  # fmt: skip
        self.name, self.cast, self.trace, self.checkpoint, self.drawn = name, cast, trace, checkpoint, drawn
        self.onward = onward or Onward(checkpoint, trace)
        self.page, self.pace = page, pace
        self.clock, self.score = Clock(), Score(cast.rest)
        self.score.seat(cast.ensemble.solid, "opacity")
        self.beats: list[Beat] = []
        self.beat: Beat | None = None  # that is being told
        self.keys: list[str] = []  # of all beats so far, those that are left out too
        self.chosen: Sequence[str] = ()  # keys of the beats that are told; none is all of them
        self.curtain = ""  # behind which others are left out, by name, while it is down
        self.written: list[str] = []  # the paragraph that is up, as drawings by name
        self.column: list[str] = []  # all paragraphs, and the heading
        self.captions: list[Caption] = []
        self.pictures: list[str] = []  # those that go with it
        self.aside: dict[float, list[str]] = {}  # actors that a picture took the stage from, by how solid they were
        self.returned: list[tuple[float, list[str]]] = []  # those that were asked to come back, and when
        self.explanations: list[Explanation] = []
        self.closeups: list[Closeup] = []
        self.excerpts: list[tuple[tuple[Grid, Grid], ...]] = []  # pairs of all close-ups there ever were
        self.connected: set[tuple[str, str]] = set()  # names of grids between which the chapter drew an arrow itself
        self.arrows: dict[Hashable, Sequence[np.ndarray]] = {}  # what they would cover, by where which grids stand
        self.bundled: set[str] = set()  # ribbons that have no arrow where their grids are dealt out: one stands for all
        self.outlines: dict[str, Drawing] = {}  # that light empty grids, by the names of these
        self.question = ""  # that the chapter asks and answers, if any
        self.asked: Clause | None = None  # when it was
        self.card: Sequence[str] = ()  # titles of all chapters, of which this is the first
        self.interlude: tuple[str, str] | None = None  # title and part, where it follows another chapter
        self.cover = ""  # the card with these, by name, under which one chapter gives way to the next
        self.reel: Reel | None = None  # what a trailer takes of it, if it is told for one
        self.one_shot = False  # whether the camera goes past what other chapters stop at
        self.on_map = OnMap(cast.ensemble.map(page), cast.ensemble.whereabouts)
        self.unique = _naming(name)
        self.splits = Splits(cast, self.score, self.unique, until=len(trace.tokens))
        self._view: View | None = None
        self._framed: View | None = None
        self._lens: dict[int, np.ndarray] = {}

    # What it is about -------------------------------------------------------------------------

    @property
    def is_bare(self) -> bool:
        """Whether there is no room for words but at the bottom: neither for a heading nor for the map."""
        return self.one_shot or self.reel is not None

    @property
    def layout(self) -> Layout:
        """The set."""
        return self.cast.layout

    @property
    def tensors(self) -> Mapping[str, np.ndarray]:
        """The numbers of all grids by name, of those made by the chapter too."""
        made = {name: values for name, (_, values) in self.cast.made.items()}
        return ChainMap(made, self.trace)  # type: ignore[arg-type]

    def values(self, tensor: Grid | Unplaced) -> np.ndarray:
        """The numbers of a tensor, of the model's or of a grid made by the chapter."""
        made = self.cast.made.get(tensor.name)
        return np.asarray(self.trace[tensor.name] if made is None else made[1])

    def numbers(self, some: Region | Numbers) -> np.ndarray:
        """The numbers of a region, or of a part of a tensor that stands nowhere."""
        return self.values(some.tensor)[some.index]

    @property
    def until(self) -> int:
        """How many tokens there are yet, as far as the story knows."""
        return self.splits.until

    def so_far(self, region: Region) -> Region:
        """Of a region what is of the tokens that there are yet; ScriptError where that is nothing."""
        grid, (first, last) = region.grid, region.ranges[0]
        if grid.axes[0].name != "T" or last <= self.until:
            return region
        if first >= self.until:
            raise ScriptError(f"{region!r} is of a token that is still to come: the text ends before t = {self.until}.")
        return Region(grid, ((first, self.until), *region.ranges[1:]))

    def lens(self, t: int) -> np.ndarray:
        """What the model would say follows the token at time ``t`` if it ended earlier; see ``model.lens``."""
        if t not in self._lens:
            self._lens[t] = lens(self.checkpoint, self.trace, t)
            self._lens[t].flags.writeable = False
        return self._lens[t]

    def sources(self, grid: Grid, index: tuple[int, ...]) -> dict[str, Region]:
        """The cells that a cell of ``grid`` is computed from, by operand; ScriptError where it holds parameters.

        Those of an excerpt are found among excerpts.
        """
        if grid.rule is None:
            raise ScriptError(f"{grid!r} is not computed: it holds parameters. Sweep or compute what is made from it.")
        near = (one.sources for one in self.closeups if any(stand is grid for _, stand in one.pairs))
        return grid.sources(index, next(near, self.layout), self.trace)

    # Time -------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Seconds since the chapter began."""
        return self.clock.now

    def length(self, seconds: float | None, default: float = 0.5) -> float:
        """Seconds that a verb takes: those it was given, the block's, or its default."""
        return self.clock.length(seconds, default)

    def pass_time(self, seconds: float) -> None:
        """Let ``seconds`` go by; what is told at once begins where it began."""
        self.clock.pass_time(seconds)

    def together(self, seconds: float | None = None, lag: float = 0.0) -> AbstractContextManager[None]:
        """At once, or each when the share ``lag`` of the one before it has passed."""
        return self.clock.together(seconds, lag)

    def in_sequence(self) -> AbstractContextManager[None]:
        """One after the other."""
        return self.clock.in_sequence()

    def stretch(self, since: float, factor: float) -> None:
        """Let all that began at ``since`` or later go ``factor`` times as slowly, as if it had been told so."""
        self.score.stretch(since, factor)
        self.splits.stretch(since, factor)
        for number, one in enumerate(self.captions):
            start, end = (max(at, since + (at - since) * factor) for at in (one.start, one.end))
            self.captions[number] = Caption(start, end, one.spans)

    def collapse(self, since: float) -> None:
        """Let all that was told from ``since`` on come about at once, and go on from there."""
        self.score.collapse(since)
        self.splits.collapse(since)
        self.captions = [one for one in self.captions if one.start < since - EPSILON]
        self.clock.now = since

    # Actors -----------------------------------------------------------------------------------

    def change(
        self, actor: str, prop: str, value: float, seconds: float = 0.0, index: int = 0, easing: str = "smooth"
    ) -> None:
        """Move a channel from now on, without moving the clock."""
        self.score.set(Channel(actor, prop, index), value, self.now, seconds, easing)

    def carry(self, actor: str, to: np.ndarray, seconds: float) -> None:
        """Bring an actor to an offset from its home, (3,) metres, without moving the clock."""
        for i in range(3):
            if self.score.value(Channel(actor, "offset", i)) != to[i]:
                self.change(actor, "offset", float(to[i]), seconds, i)

    def show(self, drawing: Drawing, seconds: float | None = None, to: float = 1.0) -> Drawing:
        """Bring a drawing on stage."""
        seconds = self.length(seconds)
        self.cast.add(drawing)
        self.change(drawing.name, "opacity", to, seconds)
        self.pass_time(seconds)
        return drawing

    # Where things stand -----------------------------------------------------------------------

    def offset(self, grid: Grid) -> np.ndarray:
        """How far a grid is from home now, (3,) metres."""
        if grid.name not in self.score.moved:
            return np.zeros(3)
        return np.array(self.score.values(grid.name, "offset"))

    def box(self, thing: Grid | Region) -> tuple[np.ndarray, np.ndarray]:
        """Corners, each (3,) metres, of where a grid or region stands now."""
        low, high = thing.box
        offset = self.offset(thing if isinstance(thing, Grid) else thing.grid)
        return low + offset, high + offset

    def boxes(self, grids: Sequence[Grid]) -> np.ndarray:
        """Corners of where grids stand now, (n, 2, 3) metres: the ``box`` of each, of thousands at once."""
        numbers, moved = self.cast.numbers, self.score.moved
        found = self.cast.homes[np.array([numbers[grid.name] for grid in grids], dtype=np.int64)]
        for place, grid in enumerate(grids) if moved else ():
            if grid.name in moved:
                found[place] += self.offset(grid)
        return found

    def ends(self, grids: Sequence[Grid]) -> tuple[np.ndarray, np.ndarray]:
        """Smallest and largest corner, each (3,) metres, of all of some grids as they stand now."""
        found = self.boxes(grids)
        return found[:, 0].min(axis=0), found[:, 1].max(axis=0)

    def room(self, *grids: Grid, view: View | None = None) -> np.ndarray:
        """Points around grids, their labels and letters where they stand now, (n, 3) metres.

        A few labels are as large as they are to be seen from ``view``; of a crowd not all can be seen, and they are
        as at home.
        """
        if view is not None and len(grids) <= CROWD:
            return np.concatenate([self._around(grid, view) for grid in grids])
        apart = self.score.moved | self.cast.along.keys()
        others = [grid for grid in grids if grid.name in apart]
        home = tuple(grid for grid in grids if grid.name not in apart) if others else grids
        return np.concatenate([self.cast.around(home), *(self._around(grid, None) for grid in others)])

    def _around(self, grid: Grid, view: View | None) -> np.ndarray:
        """Points around a grid, its label as large as it is seen from a view or at home, its letters and torn edges."""
        points, label = [corners(*grid.box)], self.cast.labels.get(grid.name)
        if label is not None:
            size = 1.0 if view is None else self._size(label, view, self.offset(grid))
            seen = label.pose[:3, 3] + size * (label.points - label.pose[:3, 3])
            if label.name in self.score.moved:  # a tile lifts it
                seen = seen + [self.score.value(Channel(label.name, "offset", i)) for i in range(3)]
            points.append(seen)
        points += [one.points for one in self.cast.along.get(grid.name, ()) if one.name not in self.score.gone]
        points += [edge.points] if (edge := self.cast.edges.get(grid.name)) is not None else []
        around = np.concatenate(points)
        return around + self.offset(grid) if grid.name in self.score.moved else around

    def placed(self, drawing: Drawing, flat: np.ndarray, at_home: bool = False) -> np.ndarray:
        """Where points of a drawing's own plane, (n, 2), are in the world now, (n, 3) metres.

        What keeps its size on the picture is as large as from where the camera stands, or as ``at_home``.
        """
        stretch, moved = np.ones(3), np.zeros(3)
        for i in range(3 if drawing.name in self.score.moved else 0):
            stretch[i] = self.score.value(Channel(drawing.name, "scale", i))
            moved[i] = self.score.value(Channel(drawing.name, "offset", i))
        if drawing.parent in self.cast.grids:
            moved = moved + self.offset(self.cast.grids[drawing.parent])
        if drawing.keeps_size and not at_home:
            stretch[:2] = self._size(drawing, self.view, moved)
        points = np.column_stack([flat, np.zeros(len(flat))]) * stretch
        return points @ drawing.pose[:3, :3].T + drawing.pose[:3, 3] + moved

    def _size(self, label: Drawing, view: View, offset: np.ndarray) -> float:
        """How many times as large as at home a label will stand, if it is there; else 1."""
        depth = float((label.pose[:3, 3] + offset - view.position) @ view.basis[2])
        size = float(stretched(label.em, depth, self.page))
        return size if 0 < size <= ENLARGED else 1.0

    @property
    def view(self) -> View:
        """The camera's pose now."""
        if self._view is None:
            raise ScriptError("The camera stands nowhere yet; begin the chapter with film.open_on(…).")
        return self._view

    @view.setter
    def view(self, view: View) -> None:
        if view is not self._view:
            self.untie()
        self._view = self._framed = view

    def page_at(self, seconds: float) -> Page:
        """How the picture is shared out at a time, of which all has been told."""
        within = any(one.start + EPSILON < seconds < one.end - EPSILON for one in self.captions)
        return self.page.captioned() if within else self.page

    @property
    def framed(self) -> View:
        """The pose that the chapter asked for, from which the camera may have made room for a panel."""
        return self.view if self._framed is None else self._framed

    @framed.setter
    def framed(self, view: View) -> None:
        self._framed = view

    @property
    def is_open(self) -> bool:
        """Whether the camera stands anywhere."""
        return self._view is not None

    def in_play(self, view: View | None = None) -> list[Grid]:
        """The grids that are solid now and stand inside the free part of the picture, as it is or from a ``view``."""
        solid, view = self._solid(), view or self.view
        if not len(solid):
            return []
        stand, free, numbers = self.cast.homes[solid], self.page.free, self.cast.numbers
        moved = [numbers[name] for name in self.score.moved if name in numbers]
        for place in np.flatnonzero(np.isin(solid, moved)).tolist():
            stand[place] += self.offset(self.cast.numbered[solid[place]])
        left, bottom, right, top = view.areas(stand[:, 0], stand[:, 1]).T
        seen = (np.minimum(right, free.right) > np.maximum(left, free.left)) & (
            np.minimum(top, free.top) > np.maximum(bottom, free.bottom)
        )
        inside = seen & (left >= free.left - 0.02) & (right <= free.right + 0.02)
        return [self.cast.numbered[n] for n in solid[inside].tolist()]

    def _solid(self) -> np.ndarray:
        """Numbers of the grids that are solid now, or whose fragments are, in the set's order, (n,)."""
        cut, numbers = self.splits.ever, self.cast.numbers
        pieces, gone = self.splits.in_pieces(self.now), self.score.gone
        there = (name for name in cut if name in pieces or name not in gone)
        parts = [name for name in there if self.splits.opacity(name, self.now) >= SOLID]
        is_solid = np.zeros(len(numbers), dtype=bool)
        for staff in self.score.at_least(SOLID, "opacity"):
            is_solid[staff.numbered(numbers)] = True
        is_solid[[numbers[name] for name in cut]] = False
        is_solid[[numbers[name] for name in parts]] = True
        return np.flatnonzero(is_solid)

    # What shows a grid ------------------------------------------------------------------------

    def opacity(self, grid: Grid) -> float:
        """Of the grid or of the most solid of its fragments."""
        return self.splits.opacity(grid.name, self.now)

    def bodies(self, grid: Grid, at: float | None = None) -> list[str]:
        """The actors that show a grid now, or ``at`` a time: itself and its fragments, so that both agree."""
        return self.splits.bodies(grid.name, self.now if at is None else at)

    def fragments(self, grid: Grid) -> list[Fragment]:
        """The pieces that a grid is split into now; none if it is whole."""
        split = self.splits.of(grid.name, self.now)
        return list(split.fragments) if split else []

    # What explains ----------------------------------------------------------------------------

    def untie(self) -> None:
        """Let all tethers go: the camera leaves the place from where they lead to their cells."""
        for name in (name for one in self.explanations for name in one.tethers):
            self.score.withdraw(Channel(name, "opacity"), self.now, LOOSE)
        self.explanations = [replace(one, tethers=()) for one in self.explanations]

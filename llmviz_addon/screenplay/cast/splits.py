"""Grids that are shown in pieces for a while: where they are cut, who shows them now, and how they become whole again.

A grid is cut where a column or a row stands apart, and where more of it is known than its two stretches can tell
(see ``known``). Its fragments then show every cell of it once, and the grid itself is gone; each fragment has done
all that the grid did up to then, so that nothing jumps. One that stands apart goes home before the grid takes over
again; those that were never apart do so as soon as what they know can be told of the whole.

What is told of a grid is told of the fragments and of the whole behind them, so that both agree when they
change places.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...errors import ScriptError
from ...layout.grid import Grid, Region
from ..score import channels
from ..score.channels import Changes, Kind
from ..score.clips import EPSILON
from ..score.score import SIZES, Score
from ..score.timeline import Channel, Fragment
from .boxes import Box, across, before, common, ends, sliced
from .cast import Cast
from .known import Known, cells, flat_span, stretches

KNOWING = channels.named(knows=True)
LOOKS = tuple(
    name
    for name in channels.names(Kind.FRAGMENT)
    if not (one := channels.row(Kind.FRAGMENT, name)).hides and one.changes is not Changes.PLACE and name not in KNOWING
)
"""What a fragment does as its grid does."""
WHICH = {name for name in channels.named(changes=Changes.CELLS) if SIZES[name] > 1}
"""What says which cells are meant, not how many."""
Pace = Sequence[tuple[float, float]]
"""How far a sweep is by when: shares of its time, and of its cells, from (0, 0) to (1, 1)."""
EVENLY: Pace = ((0.0, 0.0), (1.0, 1.0))


@dataclass(eq=False)
class Split:
    """A grid in pieces, from a time until another, in seconds; ``is_apart`` while one of them stands apart."""

    grid: Grid
    fragments: list[Fragment]
    since: float
    is_apart: bool
    until: float = math.inf

    @property
    def is_closing(self) -> bool:
        """Whether it is told already when the grid is whole again."""
        return self.until < math.inf


class Splits:
    """All grids of a chapter that are, or were, in pieces; times are seconds from the chapter's start.

    There are tokens ``until`` a time: of what comes after it nothing is known, of what others would read of it neither.
    """

    def __init__(self, cast: Cast, score: Score, unique: Callable[[str], str], until: int) -> None:
        self._cast, self._score, self._unique = cast, score, unique
        self.until = until
        self._told: dict[str, list[Split]] = defaultdict(list)

    # Who shows a grid -------------------------------------------------------------------------

    def of(self, name: str, at: float) -> Split | None:
        """In what pieces the grid ``name`` is shown at a time; None where it is whole."""
        if name not in self._told:  # as nearly all, of thousands
            return None
        told = self._told[name]
        return next((s for s in reversed(told) if s.since <= at + EPSILON < s.until), None)

    @property
    def ever(self) -> set[str]:
        """Names of the grids that are, were or will be in pieces."""
        return set(self._told)

    def in_pieces(self, at: float) -> set[str]:
        """Names of the grids that are shown in pieces at a time."""
        return {name for name in self._told if self.of(name, at)}

    def left(self, name: str) -> Split | None:
        """In what pieces the grid ``name`` is left; None where it is whole in the end."""
        return next((split for split in self._told.get(name, ()) if not split.is_closing), None)

    def bodies(self, name: str, at: float) -> list[str]:
        """The actors that show a grid at a time or will: itself and its fragments."""
        told = self._told.get(name, ())
        return [name, *(fragment.name for s in told if s.until > at + EPSILON for fragment in s.fragments)]

    def solid(self, name: str, at: float) -> tuple[str, ...]:
        """The actors that stand for ``name`` when it fades: itself, or the fragments that show it."""
        if name not in self._told:
            return (name,)
        self.settle(name, at)
        split = self.of(name, at)
        fragments = tuple(fragment.name for fragment in split.fragments) if split else ()
        return fragments if split and not split.is_closing else (name, *fragments)

    def opacity(self, name: str, at: float) -> float:
        """Of the grid or of the most solid of its fragments."""
        if name not in self._told:
            return self._score.value(Channel(name, "opacity"))
        return max(self._score.value(Channel(body, "opacity")) for body in self.bodies(name, at))

    # Standing apart ---------------------------------------------------------------------------

    def open(self, region: Region, gap: float, others: float, at: float, seconds: float) -> None:
        """Let a region stand ``gap`` metres from the rest of its grid, which steps back to the opacity ``others``."""
        grid = region.grid
        axis, cuts = across(region)
        self.settle(grid.name, at)
        split = self._check(grid, at, "split it")
        if split is not None and split.is_apart:
            raise ScriptError(f"{grid!r} is split already; merge it first.")
        fragments: list[tuple[int, Fragment]] = []
        for body, box in self._showing(grid, at):
            boxes = list(sliced(box, axis, cuts))
            made = [self._fragment(grid, one) for _, one in boxes]
            self._replace(grid, body, made, at)
            fragments += [(place, fragment) for (place, _), fragment in zip(boxes, made, strict=True)]
        direction = -1.0 if axis == 2 else 1.0
        for place, fragment in fragments:
            if place != 1:
                opacity = Channel(fragment.name, "opacity")
                if others < self._score.value(opacity):
                    self._score.set(opacity, others, at, seconds)
                self._score.set(Channel(fragment.name, "offset", axis), direction * (place - 1) * gap, at, seconds)
        self._current(grid, at).is_apart = True

    def close(self, grid: Grid, at: float, seconds: float) -> float | None:
        """Bring the fragments home, all as solid as the most solid one, and let the grid take over from them.

        It takes over later where it cannot tell yet what they know. Returns how solid it is then; None where none of
        them stood apart.
        """
        split = self.of(grid.name, at)
        if split is None or split.is_closing or not split.is_apart:
            return None
        solid = max(self._score.value(Channel(fragment.name, "opacity")) for fragment in split.fragments)
        self._home(split, solid, at, seconds)
        split.is_apart = False
        self._take_over(split, at + seconds)
        return solid

    def take_down(self, name: str, at: float, seconds: float, but: Collection[str] = ()) -> bool:
        """Bring the fragments home and to rest, ``but`` in some; whether there are any. It takes over if it can."""
        split = self.of(name, at)
        if split is None or split.is_closing:
            return False
        self._home(split, self._cast.rest(Channel(name, "opacity")), at, seconds)
        for fragment in split.fragments:
            self.rest([fragment.name], at, seconds, but=("opacity", "offset", *but))
        split.is_apart = False
        (self._take_over if but else self._swap)(split, at + seconds)
        return True

    def rest(self, actors: Collection[str], at: float, seconds: float, but: Collection[str] = ()) -> None:
        """Bring channels of actors to rest, all ``but`` some; what says which cells are meant changes at the end."""
        for prop in (prop for prop in SIZES if prop not in but):
            touched = [actor for actor in actors if actor in self._score.touched[prop]]
            start, takes = (at + seconds, 0.0) if prop in WHICH else (at, seconds)
            for index in range(SIZES[prop] if touched else 0):
                for staff, those in self._score.alike(touched, prop, index).items():
                    if staff.clips and staff.value != staff.rest:
                        self._score.set_all(those, prop, staff.rest, start, takes, index=index)

    def settle(self, name: str, at: float) -> None:
        """Let the grid ``name`` take over from fragments that are home, if it can tell what they know."""
        split = self.of(name, at) if name in self._told else None
        if split is not None and not split.is_apart and not split.is_closing:
            self._take_over(split, at)

    def settle_all(self, at: float) -> None:
        """The same for all grids."""
        for name in self._told:
            self.settle(name, at)

    def stretch(self, since: float, factor: float) -> None:
        """Let grids be cut and become whole when they are with the score that is stretched so."""
        for split in (split for told in self._told.values() for split in told):
            split.since = max(split.since, since + (split.since - since) * factor)
            split.until = max(split.until, since + (split.until - since) * factor)

    def collapse(self, since: float) -> None:
        """Let grids be cut and become whole when they are with the score that is collapsed so."""
        for split in (split for told in self._told.values() for split in told):
            split.since = min(split.since, since)
            split.until = min(split.until, since) if split.is_closing else split.until

    # Knowing ----------------------------------------------------------------------------------

    def known(self, body: str) -> Known:
        """What is known of a grid or a fragment."""
        value = self._score.value
        return Known(value(Channel(body, "reveal")), *(value(Channel(body, "kept", i)) for i in (0, 1)))

    def cells(self, grid: Grid, at: float) -> np.ndarray:
        """Which cells show their values, when all that is told has come about, by who shows them at a time; bool."""
        known = ((box, self.known(body)) for body, box in self._showing(grid, at))
        return cells(grid, known).reshape(grid.shown_shape)

    def show(self, region: Region, at: float) -> None:
        """Let the cells of a region show their values from a time on."""
        self._learn(region, at, None)

    def agree(self, excerpt: Grid, grid: Grid, at: float) -> None:
        """Let an excerpt that nothing was told of show what is known of its grid."""
        known = self.cells(grid, at)
        for number, (own, its) in enumerate(zip(grid.axes, excerpt.axes, strict=True)):
            known = np.take(known, [own.cell(its.index(cell)) for cell in range(its.cells)], axis=number)
        found = stretches(known.ravel())
        self._set(excerpt.name, found or Known(0), at)
        for row in np.flatnonzero(known.reshape(len(known), -1).any(axis=1)) if found is None else ():
            for place in [(row,)] if known[row].all() else [(row, *cell) for cell in np.argwhere(known[row])]:
                index = (axis.index(int(i)) for axis, i in zip(excerpt.axes, place, strict=False))
                self.show(excerpt[tuple(index)], at)

    def sweep(self, region: Region, at: float, seconds: float, pace: Pace = EVENLY) -> None:
        """Let the cells of a region show their values one after the other; see ``Known.sweeping``."""
        self._learn(region, at, seconds, pace)

    def show_all(self, grids: Sequence[Grid], share: float, at: float, seconds: float) -> None:
        """Let grids show all their values, or with a ``share`` of 0 none of them."""
        by_cells: dict[float, list[str]] = defaultdict(list)
        for grid in grids:
            self.settle(grid.name, at)
            for body in self.bodies(grid.name, at):
                by_cells[share * grid.count].append(body)
                if body in self._score.touched["kept"] and self.known(body).keeps:
                    self._set(body, self.known(body)._replace(start=0.0, stop=0.0), at + seconds if share else at)
        for front, wanted in by_cells.items():
            self._score.set_all(wanted, "reveal", front, at, seconds, "linear")

    def _learn(self, region: Region, at: float, seconds: float | None, pace: Pace = EVENLY) -> None:
        grid, (first, count) = region.grid, flat_span(region)
        self.settle(grid.name, at)
        span = first, first + count
        later, seen = self._later(grid, at), before(region, self.until)
        is_all = seen is region
        for body, box in self._showing(grid, at):
            if (within := common(box, seen)) is None:
                continue
            sure = within == box
            if not ((is_all or sure) and self._tell(grid, body, box, span, at, seconds, pace, sure)):
                fragment = self._isolate(grid, body, box, seen, at)
                self._tell(grid, fragment.name, within, span, at, seconds, pace, sure=True)
        split = self.of(grid.name, at)
        if split is not None:
            whole = is_all and self._tell(grid, grid.name, ((0, 0, 0), grid.cells), span, at, seconds, pace)
            if split.is_closing and not whole:
                raise ScriptError(f"{grid!r} is being merged until {split.until:.2f} s; compute it after that.")
        for split in later:  # told already, in what runs at once with this
            for fragment in split.fragments:
                within = common(box := (fragment.first, fragment.cells), seen)
                can = is_all or within == box
                if within and not (can and self._tell(grid, fragment.name, box, span, at, seconds, pace)):
                    raise _too_late(split, at)

    def _tell(
        self, grid: Grid, body: str, box: Box, span: tuple[int, int], at: float, seconds: float | None,
        pace: Pace, sure: bool = False,
    ) -> bool:  # fmt: skip
        """Let a body show the cells of a ``span``; whether it can. One that is ``sure`` to is not asked."""
        if not sure and self._learns(body, at):
            return False
        known = self.known(body).within(*ends(grid, box))
        if seconds is None:
            more = known.adding(*span)
            if more is not None:
                self._set(body, more, at)
            return more is not None
        course = known.sweeping(*span)
        if course is None:
            return False
        self._set(body, course.first, at)
        for (since, _), (until, done) in pairwise(pace):
            self._set(body, course.at(done), at + since * seconds, (until - since) * seconds)
        self._set(body, course.end, at + seconds)
        return True

    def _learns(self, body: str, at: float) -> bool:
        """Whether it is told already that at a time a body learns something, or later."""
        numbers = ((prop, index) for prop in KNOWING for index in range(channels.row(Kind.FRAGMENT, prop).size))
        return any(self._score.busy(Channel(body, prop, index), at) for prop, index in numbers)

    def _set(self, body: str, known: Known, at: float, seconds: float = 0.0) -> None:
        before = self.known(body)
        if known.keeps or before.keeps:
            for index, (old, new) in enumerate(zip(before[1:], known[1:], strict=True)):
                if old != new:
                    self._score.set(Channel(body, "kept", index), new, at, seconds, "linear")
        if before.front != known.front:
            self._score.set(Channel(body, "reveal"), known.front, at, seconds, "linear")

    # Cutting ----------------------------------------------------------------------------------

    def _showing(self, grid: Grid, at: float) -> list[tuple[str, Box]]:
        """The bodies that show a grid, each with its cells."""
        split = self.of(grid.name, at)
        if split is None:
            return [(grid.name, ((0, 0, 0), grid.cells))]
        return [(fragment.name, (fragment.first, fragment.cells)) for fragment in split.fragments]

    def _later(self, grid: Grid, at: float) -> list[Split]:
        """The splits that begin after a time and are told already, by what runs at once with what is told now."""
        return [split for split in self._told.get(grid.name, ()) if split.since > at + EPSILON]

    def _current(self, grid: Grid, at: float) -> Split:
        split = self.of(grid.name, at)
        assert split is not None
        return split

    def _check(self, grid: Grid, at: float, wish: str) -> Split | None:
        """The pieces that a grid is shown in at a time, if it can be cut there."""
        split = self.of(grid.name, at)
        if split is not None and split.is_closing:
            raise ScriptError(f"{grid!r} is being merged until {split.until:.2f} s; {wish} after that.")
        for later in self._later(grid, at):
            raise _too_late(later, at)
        return split

    def _isolate(self, grid: Grid, body: str, box: Box, region: Region, at: float) -> Fragment:
        """Cut a body so that what it shows of a region is a part of its own, which is returned."""
        self._check(grid, at, "compute it")
        others = []
        for axis in ("xyz".index(one.direction) for one in grid.axes):
            for place, piece in sliced(box, axis, region.span("xyz"[axis])):
                if place == 1:
                    box = piece
                else:
                    others.append(piece)
        made = [self._fragment(grid, one) for one in (*others, box)]
        self._replace(grid, body, made, at, alone=made[-1])
        return made[-1]

    def _fragment(self, grid: Grid, box: Box) -> Fragment:
        fragment = Fragment(self._unique(f"fragment:{grid.name}"), grid.name, *box)
        self._cast.add(fragment)
        return fragment

    def _replace(self, grid: Grid, body: str, made: list[Fragment], at: float, alone: Fragment | None = None) -> None:
        """Let fragments show from a time on what ``body`` did, and do what it did; one ``alone`` only what is over."""
        for fragment in made:
            place = () if body == grid.name else ("offset",)
            self._score.inherit(body, fragment.name, (*LOOKS, *place))
            self._score.inherit(body, fragment.name, KNOWING, at if fragment is alone else math.inf)
        self._score.hand_over(body, [fragment.name for fragment in made], at)
        split = self.of(grid.name, at)
        if split is None:
            self._told[grid.name].append(Split(grid, made, at, False))
        else:
            split.fragments = [*(fragment for fragment in split.fragments if fragment.name != body), *made]

    # Becoming whole ---------------------------------------------------------------------------

    def _home(self, split: Split, opacity: float, at: float, seconds: float) -> None:
        for fragment in split.fragments:
            self._score.set(Channel(fragment.name, "opacity"), opacity, at, seconds)
            for index in range(3):
                channel = Channel(fragment.name, "offset", index)
                if channel in self._score.clips and self._score.value(channel) != 0:
                    self._score.set(channel, 0.0, at, seconds)

    def _take_over(self, split: Split, at: float) -> None:
        """Let the grid take over from its fragments at a time, if it can tell what they know."""
        grid, bodies = split.grid, [split.grid.name, *(fragment.name for fragment in split.fragments)]
        solid = {self._score.value(Channel(fragment.name, "opacity")) for fragment in split.fragments}
        if len(solid) > 1 or any(self._learns(body, at) for body in bodies):
            return
        known = stretches(self.cells(grid, split.since).ravel())
        if known is None:
            return
        if self.known(grid.name).within(0, grid.count) != known:
            self._set(grid.name, known, at)
        self._swap(split, at)

    def _swap(self, split: Split, at: float) -> None:
        first, *others = (fragment.name for fragment in split.fragments)
        self._score.hand_over(first, [split.grid.name], at)
        for fragment in others:
            self._score.hand_over(fragment, (), at)
        split.until, split.is_apart = at, False


def _too_late(split: Split, at: float) -> ScriptError:
    return ScriptError(
        f"{split.grid!r} is cut into pieces at {split.since:.2f} s; tell before that what happens to it at {at:.2f} s."
    )

"""Beats: a paragraph told clause by clause while its actions run, then a rest on the finished picture.

A clause comes up when the one before it has been read and its action has been played; what follows in the chapter
plays while it is read, and takes its time: an action that would be over before its clause is read goes as slowly as
that takes. So a beat lasts, clause by clause, as long as reading or acting takes, whichever is longer, and without a
pace as long as its actions. All its words are set as one paragraph once it is over, each clause below
the last where it stays, so that nothing moves when the next one comes. What explains stays up for the rest, and
goes when the next beat begins.

A film may tell some beats only. Those that it leaves out come about behind a curtain, in no time, so that the next one
finds all as if they had been told; after the last one that it tells the chapter is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ...errors import ScriptError
from ...language import AsIs
from ...layout.grid import Grid, Region
from ...layout.lettering.drawing import Drawing
from ..cast.things import Thing
from ..page import cards, commentary
from ..page.commentary import FADE, Link
from ..page.rulers import at_home, ruler
from ..page.said import Beat, Clause
from ..pictures.pinned import bring_back, take_down
from ..score.timeline import Channel
from ..telling import GONE, Telling
from . import outlining, trailing
from .camera import frame
from .dismissing import dismiss
from .explain import focus
from .mapping import follow
from .measuring import usual
from .opening import open_chapter

REST = 1.5
"""Seconds that a rest lasts where there is a pace."""
SLOWEST = 2.0
"""How many times as slowly as it was told an action goes at most, while its clause is read."""
GLOW = 1.0
"""Seconds for which a grid glows when a reader comes to the link to it."""
LIT = 0.8
"""How strongly it glows, or what is not meant of it steps back."""
CURTAIN = 0.35
"""Seconds in which the curtain falls, and in which it rises."""
LONGEST = 4.0
"""Seconds that a ruler stays at most, and the time it gets where there is no reading pace."""
LARGER = 1.2
"""How much larger than usual the letters of a ruler are at most, where an axis is seen from near."""


def open_on(telling: Telling, *things: Thing, azimuth: float, elevation: float, zoom: float) -> None:
    """Begin the chapter with the camera on ``things``, and put up the ground under the text."""
    if telling.now > 0 or telling.beats or any(one.is_ground for one in telling.cast.drawings.values()):
        raise ScriptError("open_on comes before anything else in a chapter.")
    frame(telling, *things, azimuth=azimuth, elevation=elevation, zoom=zoom, seconds=0)
    follow(telling, 0.0)
    telling.show(commentary.plate(f"{telling.name}:plate", telling.page), seconds=0)


def heading(telling: Telling, title: str, part: str) -> None:
    """Put up the chapter's title over the commentary, where there is one."""
    if telling.is_bare:
        return
    made = telling.show(commentary.heading(f"{telling.name}:heading", title, part, telling.page), seconds=0)
    telling.column.append(made.name)


class Over(BaseException):
    """All beats that are wanted of a chapter have been told; raised where the next one would begin."""


def tells(telling: Telling, key: str) -> bool:
    """Whether the film tells the beat of this key, or leaves it out."""
    return not telling.chosen or key in telling.chosen


@contextmanager
def beat(telling: Telling, key: str, afresh: bool = True, concludes: bool = False) -> Iterator[None]:
    """Tell one paragraph: what is said and what happens within belong together; a rest ends it.

    One that is not told ``afresh`` leaves up what explains, and only its words take the place of those before. What
    ``concludes`` its chapter ends on the answer.
    """
    if telling.beat is not None:
        raise ScriptError(f"The beat {key!r} is inside the beat {telling.beat.key!r}; end that one first.")
    if telling.clock.blocks:
        raise ScriptError(f"The beat {key!r} is inside of together or in_sequence; these go into a beat.")
    if key in telling.keys:
        raise ScriptError(f"The chapter has a beat {key!r} already; keys must differ.")
    if telling.chosen and set(telling.chosen) <= set(telling.keys):
        raise Over
    telling.keys.append(key)
    if not tells(telling, key):
        with _left_out(telling, key):
            yield
        return
    origin = telling.score.origin
    if not telling.beats:
        open_chapter(telling)
    clear(telling, afresh)
    if telling.curtain:
        telling.change(telling.curtain, "opacity", 0.0, CURTAIN)
        telling.curtain = ""
    told = telling.beat = Beat(key, telling.now, concludes=concludes)
    telling.beats.append(told)
    try:
        yield
    finally:
        telling.beat = None
    telling.score.origin = origin
    _read(telling, told)
    if telling.reel is not None:
        trailing.take(telling, told)
        return
    pause = REST if telling.pace is not None else 0.0
    told.rest = telling.now, telling.now + pause
    if not telling.one_shot:
        _write(telling, told)
    telling.pass_time(pause)


@contextmanager
def _left_out(telling: Telling, key: str) -> Iterator[None]:
    """Let a beat come about unseen and unheard, in no time."""
    if telling.beats and not telling.curtain and telling.reel is None:
        telling.curtain = telling.show(cards.curtain(telling.unique("curtain"), telling.page), seconds=CURTAIN).name
    since, pace, telling.pace = telling.now, telling.pace, None
    telling.beat = Beat(key, since)
    try:
        yield
    finally:
        telling.beat, telling.pace = None, pace
    clear(telling)
    telling.collapse(since)


def clear(telling: Telling, afresh: bool = True) -> None:
    """Take down all that belongs to the beat before: paragraph, pictures, explanations; else the paragraph alone."""
    up = [*telling.written, *(telling.pictures if afresh else ())]
    busy = bool(up or (telling.explanations and afresh))
    telling.splits.settle_all(telling.now)
    if afresh:
        dismiss(telling)
        take_down(telling)
        bring_back(telling)
    for name in telling.written:
        telling.change(name, "opacity", 0.0, GONE)
    telling.written = []
    telling.pass_time(GONE if busy else 0.0)


def say(telling: Telling, text: str, names: dict[str, object]) -> None:
    """Say one clause of the beat, when the one before it has been read and acted out."""
    if telling.beat is None:
        raise ScriptError('say belongs into a beat: with film.beat("key"): film.say("Words.").')
    name = telling.checkpoint.name  # which is the same in any language
    names = {key: AsIs(name) if isinstance(value, str) and value == name else value for key, value in names.items()}
    spans, links = commentary.parse(text, names, telling.tensors)
    _read(telling, telling.beat)
    seconds, along = commentary.reading_seconds(spans, telling.pace), [] if telling.is_bare else rulers(telling, links)
    clause = Clause(spans, links, telling.now, seconds, along)
    telling.beat.clauses.append(clause)


def _read(telling: Telling, told: Beat) -> None:
    """Let the last clause be read to its end, and its links glow where a reader came to them."""
    if told.clauses:
        clause = told.clauses[-1]
        acted = telling.now - clause.start
        if 0 < acted < clause.seconds:
            slower = min(clause.seconds / acted, SLOWEST)
            telling.stretch(clause.start, slower)
            telling.pass_time(acted * (slower - 1))
        telling.pass_time(max(0.0, clause.start + clause.seconds - telling.now))
        light_links(telling, clause)
        light_axes(telling, clause)
        follow(telling, clause.start)


def _write(telling: Telling, told: Beat) -> None:
    """Set the paragraph, and let each clause come up at its time."""
    opening = len(telling.beats) == 1
    name = f"{telling.name}:say:{told.key}"
    drawings = commentary.paragraph(name, [clause.spans for clause in told.clauses], telling.page, None, told.concludes)
    for drawing, clause in zip(drawings, told.clauses, strict=True):
        telling.cast.add(drawing)
        at_once = opening and clause.start == 0
        seconds = 0.0 if at_once else min(FADE, told.rest[0] - clause.start)
        telling.score.set(Channel(drawing.name, "opacity"), 1.0, clause.start, seconds)
        telling.written.append(drawing.name)
        telling.column.append(drawing.name)


def level(telling: Telling) -> None:
    """Once all is told: set the paragraphs of all beats in letters of one size, that of the longest."""
    if telling.is_bare:
        return
    told = [(one, [clause.spans for clause in one.clauses]) for one in telling.beats]
    em = min((commentary.letter_size(clauses, telling.page) for _, clauses in told), default=telling.page.em)
    if em < telling.page.em:
        for one, clauses in told:
            name = f"{telling.name}:say:{one.key}"
            drawings = commentary.paragraph(name, clauses, telling.page, em, one.concludes)
            telling.cast.drawings.update({drawing.name: drawing for drawing in drawings})


def light_links(telling: Telling, clause: Clause) -> None:
    """Let what a clause links to stand out for a moment when a reader comes to it.

    A whole grid glows, or its outline does while it is empty; of one of which some cells are meant the others step
    back. Where a verb lit it meanwhile, that is enough.
    """
    if clause.seconds < GLOW:
        return
    busy: dict[str, float] = {}
    for link in clause.links:
        if isinstance(link.target, str):
            continue
        region = link.target[:] if isinstance(link.target, Grid) else link.target
        grid, at = region.grid, clause.start + link.at * (clause.seconds - GLOW)
        if at < busy.get(grid.name, 0.0):
            continue
        busy[grid.name] = at + GLOW
        whole = region.ranges == grid[:].ranges
        if whole and outlining.empty(telling, [grid]):
            if telling.opacity(grid) and not _is_lit(telling, grid, at):
                outlining.flash(telling, grid, at, GLOW, LIT)
            continue
        for name in telling.bodies(grid, at):
            channel = Channel(name, "highlight" if whole else "focus")
            clips = telling.score.clips.of(channel)
            before = telling.score.value(channel)
            if (clips and clips[-1].end > at) or (before and not whole):
                continue
            if not whole:
                focus(telling, name, region, at)
            telling.score.set(channel, max(before, LIT), at, 0.25 * GLOW)
            telling.score.set(channel, before, at + 0.65 * GLOW, 0.35 * GLOW)


def _is_lit(telling: Telling, grid: Grid, at: float) -> bool:
    """Whether a verb lights an empty grid after a time."""
    made = telling.outlines.get(grid.name)
    clips = telling.score.clips.of(Channel(made.name, "opacity")) if made else ()
    return bool(clips) and clips[-1].end > at


def rulers(telling: Telling, links: list[Link]) -> list[Drawing]:
    """The rulers of the axes among links, along what is in play now; one of each, for it is as long everywhere."""
    linked = {
        link.target.grid.name if isinstance(link.target, Region) else link.target.name
        for link in links
        if not isinstance(link.target, str)
    }

    def rank(grid: Grid) -> tuple[bool, ...]:
        """Best what is spoken of, then whole tables, vectors of tokens, what is known; biases and sums need not."""
        tokens = any(own.name == "T" for own in grid.axes)
        return grid.name not in linked, len(grid.axes) < 2, not tokens, telling.splits.known(grid.name).front == 0

    found = []
    for axis in _axes(telling, links):
        grids = [grid for grid in telling.in_play() if any(own.name == axis for own in grid.axes)]
        if grids:
            best = min(grids, key=rank)
            along = best.axis(axis)
            size = usual(telling, best)
            size = min(max(at_home(along), size), LARGER * size)
            found.append(ruler(telling.unique("ruler"), best, along, size))
            telling.cast.add(found[-1])
    return found


def light_axes(telling: Telling, clause: Clause) -> None:
    """Show the rulers of the axes that a clause links to while it is read, or for a short while."""
    for drawing in clause.rulers:
        channel = Channel(drawing.name, "opacity")
        telling.score.set(channel, 1.0, clause.start, FADE)
        telling.score.set(channel, 0.0, clause.start + max(clause.seconds - FADE, LONGEST / 2), FADE)


def _axes(telling: Telling, links: list[Link]) -> Iterator[str]:
    """The axes among links, by name."""
    for link in links:
        if not isinstance(link.target, str) or link.target in commentary.PLAIN:
            continue
        names = (axis.name for grid in telling.cast.grids.values() for axis in grid.axes)
        if link.target not in names:
            known = {axis.name for grid in telling.cast.grids.values() for axis in grid.axes}
            raise ScriptError(f"No grid has an axis {link.target!r}. Choose from {', '.join(sorted(known))}.")
        yield link.target

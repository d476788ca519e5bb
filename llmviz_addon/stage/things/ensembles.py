"""Which things always come and go together, and so can be one object.

Every animated object costs some four microseconds on every frame. Of the 450 ribbons and signs
of nano-gpt a chapter fades nearly all in the same way at the same time; as one object per way they cost
next to nothing. So it is with the 2,400 grids of GPT-2. Those of nano-gpt stay apart, for whoever
wants to pick one and look at it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Sequence
from typing import TypeVar

from ...layout.grid import Grid, Ribbon
from ...layout.lettering.drawing import Drawing, Readout
from ...screenplay.score import channels
from ...screenplay.score.timeline import Timeline, Track
from .drawings import reach

Thing = TypeVar("Thing")
CROWD = 1000
"""As many grids may have an object each."""
FADING, MOVING = channels.named(hides=True), channels.named(changes=channels.Changes.PLACE)
KNOWING, SHARED = channels.named(knows=True), frozenset(channels.names(channels.Kind.CROWD))


class Ensembles:
    """Groups things by what happens to them in a timeline, and by their ``place``, unless ``grids`` are a crowd."""

    def __init__(
        self, timeline: Timeline, place: Callable[[str], Hashable] = lambda name: None, grids: int = 0
    ) -> None:
        self._place = place if grids <= CROWD else timeline.made_by.get
        self._tracks: dict[str, list[Track]] = defaultdict(list)
        for track in timeline.tracks:
            self._tracks[track.channel.actor].append(track)
        self._home = {channel.actor for channel in timeline.home}
        self._away = {channel.actor for channel in timeline.home if channel.prop in MOVING}
        self._fragmented = {fragment.grid for fragment in timeline.fragments}

    def grids(self, grids: Sequence[Grid], alone: Container[str] = ()) -> list[list[Grid]]:
        """Grids of one role that may share an object, where there is a crowd of them; never those named ``alone``."""
        if len(grids) <= CROWD:
            return [[grid] for grid in grids]
        return _grouped(grids, lambda grid: None if grid.name in alone else self._grid_key(grid))

    def ribbons(self, ribbons: Iterable[Ribbon]) -> list[list[Ribbon]]:
        """Ribbons that may share an object."""
        return _grouped(ribbons, lambda ribbon: self._course(ribbon.name))

    def drawings(self, drawings: Iterable[Drawing]) -> list[list[Drawing]]:
        """Drawings that may share an object; those that move, or hang on what moves, stay alone."""
        return _grouped(drawings, self._drawing_key)

    def tracks(self, together: Sequence[Sequence[Grid | Ribbon | Drawing]]) -> list[Track]:
        """All tracks, without those of things that share the object of another."""
        followers = {thing.name for group in together for thing in group[1:]}
        return [track for name, tracks in self._tracks.items() if name not in followers for track in tracks]

    def _grid_key(self, grid: Grid) -> Hashable | None:
        """How a grid fades and glows, and which share of it is known when, if that is all that happens to it."""
        course = self._course(grid.name, SHARED, grid.count)
        return None if course is None or grid.name in self._fragmented else (course, grid.role)

    def _drawing_key(self, drawing: Drawing) -> Hashable | None:
        fade = self._course(drawing.name)
        moves = any(track.channel.prop in MOVING for track in self._tracks.get(drawing.parent, ()))
        if fade is None or drawing.parent == "camera" or moves or drawing.parent in self._away:
            return None
        if any(isinstance(shape, Readout) for shape in drawing.shapes):
            return None
        return (fade, reach(drawing), drawing.opacity)

    def _course(self, name: str, props: Container[str] = FADING, count: int = 1) -> Hashable | None:
        """What happens to a thing of ``count`` cells, if these channels are all that it is asked in; else None."""
        tracks = self._tracks.get(name, ())
        if name in self._home or any(track.channel.prop not in props for track in tracks):
            return None
        return self._place(name), *(self._told(track, count) for track in tracks)

    def _told(self, track: Track, count: int) -> Hashable:
        """A track as what equals it: of what is known, as shares of the cells."""
        prop = track.channel.prop
        values = track.values if prop not in KNOWING else (track.values / count).round(6)
        return prop, track.frames.tobytes(), values.tobytes(), track.easings


def _grouped(things: Iterable[Thing], key: Callable[[Thing], Hashable | None]) -> list[list[Thing]]:
    groups: dict[Hashable, list[Thing]] = {}
    for number, thing in enumerate(things):
        fade = key(thing)
        groups.setdefault(("alone", number) if fade is None else fade, []).append(thing)
    return list(groups.values())

"""The score of a chapter: the clips of all its channels.

Channels that were always asked for together are on one staff: of thousands that fade as one, whatever follows is
worked out once. Rejected: clips by channel, of which every fade, every stretch and every look at what is there takes
as long as the model is large.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

import numpy as np

from ...errors import ScriptError
from .channels import TABLE, Kind, named
from .clips import EPSILON, Clip, Course, Origin
from .easing import EASINGS
from .timeline import Channel

HIDING = named(hides=True)
FADING = frozenset(row.name for row in TABLE if row.kinds != {Kind.CAMERA})
SIZES = {row.name: row.size for row in TABLE}
MANY = 200
"""Actors of whom it is faster to ask every staff which of them are on it."""
FEW = 4
"""Staves of which it is faster to look through all actors for each than to look at one actor after the other."""


@dataclass(eq=False, slots=True)
class Staff:
    """What the channels of some actors do that were always asked for together, and where they stand at ``rest``."""

    rest: float
    clips: tuple[Clip, ...] = ()
    players: set[str] = field(default_factory=set)
    _numbered: np.ndarray | None = None

    @property
    def value(self) -> float:
        """Where they stand after all their clips."""
        return self.clips[-1].value if self.clips else self.rest

    def join(self, actors: Iterable[str]) -> None:
        """Take on others."""
        self.players.update(actors)
        self._numbered = None

    def leave(self, actors: Collection[str]) -> None:
        """Let some of them go."""
        if len(actors) == len(self.players):
            self.players = set()
        else:
            self.players.difference_update(actors)
        self._numbered = None

    def numbered(self, numbers: Mapping[str, int]) -> np.ndarray:
        """The numbers of those that have one, (n,), in no order; a player has always the same."""
        if self._numbered is None:
            self._numbered = np.array([numbers[name] for name in self.players & numbers.keys()], dtype=np.int64)
        return self._numbered

    def at(self, seconds: float) -> float:
        """Where they stand at a time."""
        for clip in reversed(self.clips):
            if clip.start <= seconds + EPSILON:
                return clip.at(seconds) if seconds < clip.end - EPSILON else clip.value
        return self.rest


Staves = dict[tuple[str, int], dict[str, Staff]]
"""By a channel's property and index the staff of each actor."""


class Clips(Mapping[Channel, tuple[Clip, ...]]):
    """The clips of every channel that was asked for."""

    def __init__(self, staves: Staves) -> None:
        self._staves = staves

    def __getitem__(self, channel: Channel) -> tuple[Clip, ...]:
        if clips := self.of(channel):
            return clips
        raise KeyError(channel)

    def __iter__(self) -> Iterator[Channel]:
        for (prop, index), staves in self._staves.items():
            yield from (Channel(actor, prop, index) for actor, staff in staves.items() if staff.clips)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def of_actor(self, actor: str) -> Iterator[tuple[Channel, tuple[Clip, ...]]]:
        """Those of all channels of an actor that were asked for."""
        for (prop, index), staves in self._staves.items():
            if actor in staves and (clips := staves[actor].clips):
                yield Channel(actor, prop, index), clips

    def of(self, channel: Channel) -> tuple[Clip, ...]:
        """Those of a channel, none of one that was not asked for."""
        staff = self._staves[channel.prop, channel.index].get(channel.actor)
        return staff.clips if staff else ()


class Score:
    """The clips of one chapter, in the order in which they were asked for, and every channel's state."""

    def __init__(self, rest: Callable[[Channel], float]) -> None:
        self.touched: dict[str, set[str]] = defaultdict(set)  # by name of a channel, whose was ever asked for
        self.gone: set[str] = set()  # actors that were asked to fade away, and are not back yet
        self.origin = Origin()  # whose clips follow
        self._rest = rest
        self._staff_of: Staves = defaultdict(dict)
        self._staves: dict[tuple[str, int], dict[Staff, None]] = defaultdict(dict)  # a set's order is another each time
        self._idle: dict[tuple[str, int, float], Staff] = {}  # of channels that were never asked for: they rest
        self.clips = Clips(self._staff_of)

    @property
    def moved(self) -> set[str]:
        """Actors that were ever asked to leave home."""
        return self.touched["offset"]

    def value(self, channel: Channel) -> float:
        """Where the channel stands after all its clips so far."""
        return self._staff(channel).value

    def values(self, actor: str, prop: str) -> list[float]:
        """Where all channels ``prop`` of an actor stand, such as how far it is from home."""
        staves = [self._staff_of[prop, index].get(actor) for index in range(SIZES[prop])]
        return [
            self._rest(Channel(actor, prop, index)) if staff is None else staff.value
            for index, staff in enumerate(staves)
        ]

    def at(self, channel: Channel, seconds: float) -> float:
        """Where the channel stands at a time, of which all has been told."""
        staff = self._staff_of[channel.prop, channel.index].get(channel.actor)
        return self._rest(channel) if staff is None else staff.at(seconds)

    def staff(self, channel: Channel) -> Staff:
        """What a channel is asked to do up to now; of one that never was, that it rests."""
        staff = self._staff_of[channel.prop, channel.index].get(channel.actor)
        return Staff(self._rest(channel)) if staff is None else staff

    def alike(self, actors: Iterable[str], prop: str, index: int = 0) -> Mapping[Staff, list[str]]:
        """Actors by the staff that their channel ``prop`` is on: those that always do the same in it."""
        return self._by_staff(actors, prop, index)

    def rewrite(
        self, actors: Iterable[str], prop: str, change: Callable[[Staff], tuple[Clip, ...]], index: int = 0
    ) -> None:  # fmt: skip
        """Give the channel ``prop`` of actors, of which all has been told, other clips in place of its own."""
        for staff, those in self._by_staff(actors, prop, index).items():
            self._play(those, prop, index, staff, change(staff))

    def by_value(self, actors: Iterable[str], prop: str) -> dict[float, list[str]]:
        """Actors by where their channel ``prop`` stands after all its clips so far."""
        found: dict[float, list[str]] = defaultdict(list)
        for staff, those in self._by_staff(actors, prop, 0).items():
            found[staff.value] += those
        return found

    def solid(self, but: Set[str]) -> dict[float, list[str]]:
        """All actors that are there now ``but`` some, in no order, by how solid they are."""
        found: dict[float, list[str]] = defaultdict(list)
        for staff in self._staves["opacity", 0]:
            if staff.value > 0 and (those := staff.players - but):
                found[staff.value] += those
        return found

    def note(self, actors: Iterable[str], prop: str) -> None:
        """Count these actors among those whose channel ``prop`` is at rest until it is asked for."""
        self._by_staff(actors, prop, 0)

    def seat(self, resting: Mapping[float, Collection[str]], prop: str) -> None:
        """Before anything is told, count actors among those whose channel ``prop`` is at rest, by where it rests."""
        for rest, actors in resting.items():
            self._seated(actors, prop, 0, self._idle_at(prop, 0, rest))

    @property
    def parts(self) -> Mapping[tuple[str, int], Mapping[str, Staff]]:
        """By a channel's property and index the staff of every actor that was asked for or that is noted."""
        return self._staff_of

    def staves(self, prop: str) -> Mapping[str, Staff]:
        """The staff that the channel ``prop`` is on, of every actor that was asked for or that is noted."""
        return self._staff_of[prop, 0]

    def at_least(self, value: float, prop: str) -> list[Staff]:
        """The staves of the channel ``prop`` that stand at ``value`` or above, with those that are noted."""
        return [staff for staff in self._staves[prop, 0] if staff.value >= value]

    def set(
        self, channel: Channel, value: float, start: float, seconds: float = 0.0, easing: str = "smooth",
        yields: bool = False,
    ) -> None:  # fmt: skip
        """Move ``channel`` to ``value`` from ``start`` on, over ``seconds``; 0 is a cut.

        What ``yields`` is given up where another clip of the channel begins before it is over.
        """
        self.set_all((channel.actor,), channel.prop, value, start, seconds, easing, yields, channel.index)

    def set_all(
        self, actors: Iterable[str], prop: str, value: float, start: float, seconds: float = 0.0,
        easing: str = "smooth", yields: bool = False, index: int = 0,
    ) -> None:  # fmt: skip
        """Move the channel ``prop`` of all ``actors`` to ``value``, as ``set`` does with one."""
        if easing not in EASINGS:
            raise ScriptError(f"Unknown easing {easing!r}. Choose from {', '.join(EASINGS)}.")
        change = self.gone.update if value == 0 else self.gone.difference_update
        for staff, those in self._parted(actors, prop, index):
            clips = _free(staff.clips, start)
            before = clips[-1].value if clips else staff.rest
            kind = "constant" if seconds > 0 and before == value else easing
            clip = Clip(start, seconds, before, float(value), kind, self.origin, yields=yields)
            self._play(those, prop, index, staff, self._after(clips, clip, Channel(next(iter(those)), prop, index)))
            if prop in HIDING:
                change(those)

    def withdraw(self, channel: Channel, at: float, seconds: float) -> None:
        """Let what was to come of a channel from a time on not come, and what is there of it be gone by then."""
        clips = tuple(clip for clip in self.clips.of(channel) if clip.start < at - EPSILON)
        self._put(channel, tuple(clip.until(at) if clip.end > at + EPSILON else clip for clip in clips))
        self.set(channel, 0.0, at, seconds)

    def follow(self, channel: Channel, course: Course, start: float, seconds: float, step: float = 0.0) -> None:
        """Let ``channel`` follow ``course`` for ``seconds``, changing at most every ``step`` seconds."""
        last = float(course(np.array([1.0]))[0])
        staff = self._staff(channel)
        clips = _free(staff.clips, start)
        before = clips[-1].value if clips else staff.rest
        clip = Clip(start, seconds, before, last, "constant", self.origin, course, step)
        self._put(channel, self._after(clips, clip, channel))
        if channel.prop in HIDING:
            self.gone.discard(channel.actor)

    def busy(self, channel: Channel, at: float) -> bool:
        """Whether the channel is asked for by a clip that is not over at a time."""
        clips = self.clips.of(channel)
        return bool(clips) and clips[-1].end > at + EPSILON and not clips[-1].yields

    def inherit(self, source: str, heir: str, props: Iterable[str], before: float = math.inf) -> None:
        """Let ``heir`` do all that ``source`` was asked for up to now, in the channels ``props``.

        With a time, what is over ``before`` it.
        """
        for prop in (prop for prop in props if source in self.touched[prop]):
            for index in range(SIZES[prop]):
                asked = self.clips.of(Channel(source, prop, index))
                if clips := tuple(clip for clip in asked if clip.end <= before + EPSILON):
                    self._put(Channel(heir, prop, index), clips)

    def hand_over(self, source: str, heirs: Iterable[str], at: float) -> None:
        """From a time on ``heirs`` are as solid as ``source`` was to be, which is gone from then on."""
        channel = Channel(source, "opacity")
        clips = self.clips.of(channel)
        over = tuple(clip for clip in clips if clip.end <= at + EPSILON)
        amid = [clip for clip in clips[len(over) :] if clip.start < at - EPSILON]
        later = [*(clip.since(at) for clip in amid), *clips[len(over) + len(amid) :]]
        now = later[0].before if later else self.value(channel)
        for heir in heirs:
            own = Channel(heir, "opacity")
            self.set(own, now, at)
            self._put(own, (*self.clips[own], *later))
            (self.gone.discard if self.value(own) else self.gone.add)(heir)
        self._put(channel, (*over, *(clip.until(at) for clip in amid)))
        self.set(channel, 0.0, at)

    def _after(self, clips: tuple[Clip, ...], clip: Clip, channel: Channel) -> tuple[Clip, ...]:
        if not math.isfinite(clip.value):
            raise ScriptError(f"{clip.origin}: channel {channel} cannot go to {clip.value}.")
        if clip.seconds < 0:
            raise ScriptError(f"{clip.origin}: a clip cannot last {clip.seconds} s; it needs 0 or more.")
        if clips and (clips[-1].start, clips[-1].seconds, clips[-1].value) == (clip.start, clip.seconds, clip.value):
            return clips  # asked for twice: both are content
        if clips and clip.start < clips[-1].end - EPSILON:
            raise ScriptError(f"Two clips claim {channel}: {clips[-1]} and {clip}. Start the second one later.")
        return (*clips, clip)

    def stretch(self, since: float, factor: float) -> None:
        """Let all that began at ``since`` or later go ``factor`` times as slowly, as if it had been told so."""
        for staff in self._all():
            if staff.clips and staff.clips[-1].start >= since - EPSILON:
                staff.clips = tuple(_stretched(clip, since, factor) for clip in staff.clips)

    def collapse(self, since: float) -> None:
        """Let all that was told from ``since`` on come about at once: only where it leads to is left of it."""
        for staff in self._all():
            if not staff.clips or staff.clips[-1].end <= since + EPSILON:
                continue
            clips = tuple(clip for clip in staff.clips if clip.start < since - EPSILON)
            if clips and clips[-1].end > since + EPSILON:
                clips = (*clips[:-1], clips[-1].until(since))
            before, last = clips[-1].value if clips else staff.rest, staff.clips[-1]
            staff.clips = (*clips, Clip(since, 0.0, before, last.value, "smooth", last.origin))

    @property
    def end(self) -> float:
        """When the last clip ends, in seconds."""
        return max((staff.clips[-1].end for staff in self._all() if staff.clips), default=0.0)

    def _all(self) -> Iterable[Staff]:
        return itertools.chain.from_iterable(self._staves.values())

    def playing(self) -> Iterable[tuple[Staff, Staff | None]]:
        """Every staff that has clips, with those on which its players fade; with None for the camera."""
        found: dict[tuple[Staff, Staff | None], None] = {}
        for (prop, _), staves in list(self._staff_of.items()):
            if prop == "opacity":
                found.update(dict.fromkeys((staff, staff) for staff in self._staves[prop, 0] if staff.clips))
                continue
            actors = [actor for actor, staff in staves.items() if staff.clips]
            if prop not in FADING:
                found.update(dict.fromkeys((staves[actor], None) for actor in actors))
                continue
            for hiding, those in self._by_staff(actors, "opacity", 0).items():
                found.update(dict.fromkeys((staves[actor], hiding) for actor in those))
        return found

    def _staff(self, channel: Channel) -> Staff:
        staff = self._staff_of[channel.prop, channel.index].get(channel.actor)
        return next(iter(self._by_staff((channel.actor,), channel.prop, channel.index))) if staff is None else staff

    def _by_staff(self, actors: Iterable[str], prop: str, index: int) -> dict[Staff, list[str]]:
        """Actors by the staff of their channel; what was never asked for is on that of all that rest where it does."""
        each = list(dict.fromkeys(actors))
        staves = list(map(self._staff_of[prop, index].get, each))
        if len(distinct := dict.fromkeys(staves)) <= FEW and None not in distinct:
            return {
                staff: each if len(distinct) == 1 else [a for a, its in zip(each, staves, strict=True) if its is staff]
                for staff in distinct
                if staff is not None
            }
        found: dict[Staff, list[str]] = defaultdict(list)
        resting: dict[float, list[str]] = defaultdict(list)
        for actor, staff in zip(each, staves, strict=True):
            if staff is None:
                resting[self._rest(Channel(actor, prop, index))].append(actor)
            else:
                found[staff].append(actor)
        for rest, those in resting.items():
            found[self._seated(those, prop, index, self._idle_at(prop, index, rest))] += those
        return found

    def _parted(
        self, actors: Iterable[str], prop: str, index: int
    ) -> Iterable[tuple[Staff, Collection[str]]]:  # fmt: skip
        """The same, in no order where they are many."""
        each = actors if isinstance(actors, Collection) else list(actors)
        if len(each) < MANY or not self._staff_of[prop, index].keys() >= (wanted := set(each)):
            return self._by_staff(each, prop, index).items()
        return [(staff, those) for staff in self._staves[prop, index] if (those := staff.players & wanted)]

    def _put(self, channel: Channel, clips: tuple[Clip, ...]) -> None:
        self._play((channel.actor,), channel.prop, channel.index, self._staff(channel), clips)

    def _play(self, actors: Collection[str], prop: str, index: int, staff: Staff, clips: tuple[Clip, ...]) -> None:
        """Give the channels of these actors of a staff other clips; where there are more on it, they part."""
        if clips is staff.clips:
            return
        if not staff.clips:
            self.touched[prop].update(actors)
        elif clips and len(actors) == len(staff.players):
            staff.clips = clips
            return
        staff.leave(actors)
        if not staff.players:
            self._staves[prop, index].pop(staff, None)
        to = Staff(staff.rest, clips) if clips else self._idle_at(prop, index, staff.rest)
        self._seated(actors, prop, index, to)

    def _seated(self, actors: Collection[str], prop: str, index: int, staff: Staff) -> Staff:
        staff.join(actors)
        self._staves[prop, index][staff] = None
        self._staff_of[prop, index].update(dict.fromkeys(actors, staff))
        return staff

    def _idle_at(self, prop: str, index: int, rest: float) -> Staff:
        if (key := (prop, index, rest)) not in self._idle:
            self._idle[key] = Staff(rest)
        return self._idle[key]


def _stretched(clip: Clip, since: float, factor: float) -> Clip:
    if clip.start < since - EPSILON:
        return clip
    return clip._replace(start=since + (clip.start - since) * factor, seconds=clip.seconds * factor)


def _free(clips: tuple[Clip, ...], start: float) -> tuple[Clip, ...]:
    """Clips before one that starts at a time: the last of them may yield to it."""
    if not clips or not clips[-1].yields or start >= clips[-1].end - EPSILON:
        return clips
    before, last = clips[:-1], clips[-1]
    return (*before, last.until(start)) if start > last.start + EPSILON else before

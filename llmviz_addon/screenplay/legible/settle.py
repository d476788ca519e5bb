"""Once a chapter is told: labels get their size on the picture, and those go that could not be read.

Looked at is what stands: every rest, every place where the camera comes to a halt, and the one from where it starts.
From one to the next a label grows as the camera moves away, so that on the picture it stays as it is; where it loses
its place it goes as the camera starts, or as what comes in its way does, and where it finds one it is there when the
camera has come.
All of it is clips of the channels that are there anyway.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ...layout.grid import Grid
from ..score.clips import EPSILON, Clip, Origin
from ..score.score import Staff
from ..score.timeline import CAMERA, Channel
from ..telling import Telling
from .choice import Shown, choose
from .letters import SEEN, Sight

FADE = 0.25
"""Seconds in which a label goes or comes."""
BRIEFLY = 0.8
"""Seconds for which a label is there at least, from half solid to half solid; else it only flickers."""
STEPS = 65
"""Times at which the way of a camera's move is told to labels."""
ORIGIN = Origin(verb="the size of labels")
Hidden = tuple[float, float, float, float]
"""From when to when a drawing goes, and from when to when it comes again."""


def settle(telling: Telling) -> None:
    """Give the labels of a chapter that has been told their sizes, and let those go that cannot be read."""
    sight, moves = Sight(telling), _moves(telling)
    moments = sorted({0.0, *(beat.rest[0] for beat in telling.beats), *(move.end for move in moves)})
    starts = [move.start for move in moves if move.end > move.start + EPSILON]
    uncovered = starts[:1]  # by the card that a chapter begins with
    moments = sorted({*moments, *uncovered, *_comings(sight, moments, moves)})
    shown = [choose(sight, at, _spoken(telling, at)) for at in moments]
    told: dict[str, dict[int, Shown]] = defaultdict(dict)  # of each drawing, by the number of the moment
    for number, one in enumerate(shown):
        for name, state in one.items():
            told[name][number] = state
    ways: dict[tuple[int, float], np.ndarray] = {}
    away: dict[tuple[Hidden, ...], list[str]] = defaultdict(list)
    for alike in sight.alike:
        seen = [one.name for one in alike.drawings if one.name in told]
        never = [one.name for one in alike.labels if one.name not in told]
        if not seen and not never:
            continue
        unread = [Shown(0.0) if alike.staff.at(at) >= SEEN else None for at in moments]
        if never and any(unread):
            away[tuple(_hidden(telling, moments, moves, unread))] += never
        hidden_as: dict[tuple[tuple[int, bool, str], ...], tuple[Hidden, ...] | None] = {}
        for name in seen:
            key = tuple((number, state.size == 0, state.because) for number, state in told[name].items())
            if key not in hidden_as:
                states = [told[name].get(number, state) for number, state in enumerate(unread)]
                gone = any(state is not None and state.size == 0 for state in states)
                hidden_as[key] = tuple(_hidden(telling, moments, moves, states)) if gone else None
            if (hidden := hidden_as[key]) is not None:
                away[hidden].append(name)
            if any(state.size not in (0.0, 1.0) for state in told[name].values()):
                known = [(moments[number], state.size) for number, state in told[name].items() if state.size > 0]
                _stretch(telling, name, known, moves, ways)
    roofs = {model.signs.card.name: model.signs.roof.name for model in telling.cast.standing}
    for hidden, names in away.items():
        names += [roofs[name] for name in names if name in roofs]  # a plate that says nothing
        telling.score.rewrite(names, "opacity", functools.partial(veiled, hidden))
    if telling.reel is None:
        labels = [one.name for alike in sight.alike for one in alike.labels]
        labels += [roofs[name] for name in labels if name in roofs]
        telling.score.rewrite(labels, "opacity", unhurried)


def _comings(sight: Sight, moments: Sequence[float], moves: Sequence[Clip]) -> set[float]:
    """When labels have come for which nothing is looked at before the camera moves on: they came after it stood."""
    clips = {clip for alike in sight.alike if alike.labels for clip in alike.staff.clips if clip.value > clip.before}
    found: set[float] = set()
    for at in sorted({clip.end for clip in clips}):
        if any(move.start < at < move.end for move in moves):
            continue  # they are looked at when it stands
        goes = min((move.start for move in moves if move.start >= at - EPSILON), default=np.inf)
        first = bisect_left(moments, at - EPSILON)
        if first == len(moments) or moments[first] > goes + EPSILON:
            found.add(at)
    return found


def _moves(telling: Telling) -> list[Clip]:
    """When the camera moves, or cuts: of clips that end at once the one of the distance, if it is told."""
    found: dict[float, Clip] = {}
    told = telling.score.clips.of_actor(CAMERA)
    for channel, clip in ((channel, clip) for channel, clips in told for clip in clips):
        changes = clip.course is not None or clip.before != clip.value
        if changes and (channel.prop == "distance" or clip.end not in found):
            found[clip.end] = clip
    return [found[end] for end in sorted(found)]


def _spoken(telling: Telling, at: float) -> frozenset[str]:
    """The grids that are spoken of in the beat that a moment belongs to, by name."""
    beat = next((one for one in telling.beats if one.start - EPSILON <= at <= one.rest[1] + EPSILON), None)
    targets = [link.target for clause in (beat.clauses if beat else ()) for link in clause.links]
    grids = [one if isinstance(one, Grid) else one.grid for one in targets if not isinstance(one, str)]
    return frozenset(grid.name for grid in grids)


def _between(moves: Sequence[Clip], after: float, until: float) -> list[Clip]:
    """The moves that end after a time, and until another."""
    first, last = (bisect_left(moves, at + EPSILON, key=_end) for at in (after, until))
    return list(moves[first:last])


def _end(move: Clip) -> float:
    return move.end


def _hidden(
    telling: Telling, moments: Sequence[float], moves: Sequence[Clip], states: Sequence[Shown | None]
) -> list[Hidden]:
    """When a drawing is away that is there at some moments and not at others.

    Where by its own clips it is not there anyway it does as at the next moment.
    """
    known = [(at, state) for at, state in zip(moments, states, strict=True) if state is not None]
    found: list[Hidden] = []
    gone: tuple[float, float] | None = None if known[0][1].size else (-1.0, -1.0)
    for (before, was), (after, now) in pairwise(known):
        if bool(was.size) == bool(now.size):
            continue
        if was.size:
            start = _going(telling, moves, before, after, now)
            gone = start, min(start + FADE, after)
        elif gone is not None:
            end = max(after, gone[1])
            found.append((*gone, max(gone[1], end - FADE, _rested(telling, end)), end))
            gone = None
    if gone is not None:
        found.append((*gone, np.inf, np.inf))
    return found


def _rested(telling: Telling, at: float) -> float:
    """When the last rest before a time was over: what is there after it is not there yet in its picture."""
    return max((beat.rest[1] for beat in telling.beats if beat.rest[1] <= at + EPSILON), default=0.0)


def _going(telling: Telling, moves: Sequence[Clip], before: float, after: float, now: Shown) -> float:
    """When a drawing begins to go: with the camera, or with what comes in its way."""
    if between := _between(moves, before, after):
        return max(before, between[0].start)
    clips = telling.score.clips.get(Channel(now.because, "opacity"), ())
    comes = [clip.start for clip in clips if before <= clip.start <= after and clip.value > clip.before]
    return min(comes[-1] if comes else before, after - FADE) if after - FADE > before else before


def veiled(hidden: Sequence[Hidden], staff: Staff) -> tuple[Clip, ...]:
    """The clips of an opacity that is as it was told, but 0 while its drawing is hidden."""
    found: list[Clip] = []
    start = -1.0
    for going, gone, coming, there in hidden:
        found += _part(staff.clips, start, going)
        if (before := staff.at(going)) > 0:
            found.append(Clip(max(going, 0.0), gone - going, before, 0.0, "smooth", ORIGIN))
        else:  # it is gone by itself, maybe just then
            found += [clip for clip in staff.clips if clip.seconds == 0 and abs(clip.start - going) <= EPSILON]
        if there < np.inf and (value := staff.at(there)) > 0:
            own = [clip.start for clip in staff.clips if coming < clip.start <= there and clip.before == 0]
            coming = max([coming, *own])  # while something else is on the stage it is not there by itself
            found.append(Clip(coming, there - coming, 0.0, value, "smooth", ORIGIN))
        start = there
    return (*found, *_part(staff.clips, start, np.inf))


def unhurried(staff: Staff) -> tuple[Clip, ...]:
    """The clips of an opacity without those by which it is there for a moment only, too short to be read."""
    found: list[Clip] = []
    coming = -1  # the clip among those found that it came with, if it came
    for clip in staff.clips:
        found.append(clip)
        if clip.before == 0 < clip.value and clip.course is None:
            coming = len(found) - 1
        elif clip.value == 0 and coming >= 0:
            if clip.start + clip.seconds / 2 - found[coming].start - found[coming].seconds / 2 < BRIEFLY:
                del found[coming:]
            coming = -1
    return staff.clips if len(found) == len(staff.clips) else tuple(found)


def _part(clips: Sequence[Clip], start: float, end: float) -> list[Clip]:
    """What there is of clips from one time to another."""
    found = []
    for clip in clips:
        is_cut_within = clip.seconds == 0 and start - EPSILON <= clip.start < end - EPSILON
        if (clip.end <= start + EPSILON or clip.start >= end - EPSILON) and not is_cut_within:
            continue
        if clip.start < start - EPSILON:
            clip = clip.since(start)
        if clip.end > end + EPSILON:
            clip = clip.until(end)
        found.append(clip)
    return found


def _stretch(
    telling: Telling, name: str, known: Sequence[tuple[float, float]], moves: Sequence[Clip],
    ways: dict[tuple[int, float], np.ndarray],
) -> None:  # fmt: skip
    """Let a drawing be so many times as large as at home at the moments at which that is ``known``."""
    score = telling.score
    for index in (0, 1):
        channel = Channel(name, "scale", index)
        if channel in score.clips:
            return  # a chapter has its own will with it
        score.origin = ORIGIN
        score.set(channel, known[0][1], 0.0)
        for (before, was), (after, now) in pairwise(known):
            if abs(now - was) < 1e-3 * was:
                continue
            between = _between(moves, before, after)
            if not between:
                score.set(channel, now, max(before, after - FADE), min(FADE, after - before))
                continue
            move = between[-1]
            start = max(before, move.start)
            if move.course is not None and move.value != move.before:
                key = id(move), start
                way = ways[key] if key in ways else ways.setdefault(key, _way(move, start))
                course = functools.partial(_alongside, way, was, now)
                score.follow(channel, course, start, move.end - start)
            else:
                score.set(channel, now, start, move.end - start, move.easing)


def _alongside(way: np.ndarray, was: float, now: float, shares: np.ndarray) -> np.ndarray:
    """From one size to another as a move of the camera goes, whose ``way`` is told at even times."""
    return was + (now - was) * np.interp(shares, np.linspace(0, 1, len(way)), way)


def _way(move: Clip, start: float) -> np.ndarray:
    """Shares of the way of a move that has a course, from a time on, at even times."""
    assert move.course is not None
    shares = np.linspace((start - move.start) / move.seconds, 1.0, STEPS)
    told = move.course(shares)
    return (told - told[0]) / (told[-1] - told[0])

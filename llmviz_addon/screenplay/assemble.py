"""From chapters to one timeline: seconds become frames, chapters follow each other, markers are set.

A chapter leaves nothing behind: whatever it touched goes back to rest where the next one starts,
and between two chapters the camera, opacities and places glide for a second from the end of one to
the opening of the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .film import Film
from .loader import Chapter
from .score import keys
from .timeline import CAMERA, Channel, ChapterSpan, Marker, Subtitle, Timeline, Track

GLIDE = 1.0
"""Seconds between two chapters."""
FAR = 20
"""Way between two chapters that is a cut, in distances that the camera has from what it looks at."""
GLIDING = ("opacity", "offset", "scale", "highlight")
TAIL = 0.5
"""Seconds that the last picture of a chapter stays."""


@dataclass(frozen=True)
class _Told:
    chapter: Chapter
    film: Film
    start: int
    end: int


def assemble(told: Sequence[tuple[Chapter, Film]], fps: int, size: tuple[int, int]) -> Timeline:
    """Compile finished chapters, in the given order, into one timeline."""
    placed, frame = [], 1
    for chapter, film in told:
        end = frame + round((max(film.now, film.score.end) + TAIL) * fps)
        placed.append(_Told(chapter, film, frame, end))
        frame = end + round(GLIDE * fps)
    channels = sorted({channel for item in placed for channel in item.film.score.clips})
    return Timeline(
        fps=fps,
        size=size,
        frames=placed[-1].end if placed else 1,
        tracks=tuple(_track(channel, placed, fps) for channel in channels),
        drawings=tuple(d for item in placed for d in item.film.cast.drawings.values()),
        parts=tuple(p for item in placed for p in item.film.cast.parts.values()),
        grids=tuple(made for item in placed for made in item.film.cast.made.values()),
        outlines=tuple({s.once.name: s for item in placed for s in item.film.cast.standing}.values()),
        markers=tuple(_markers(placed, fps)),
        subtitles=tuple(_subtitles(placed, fps)),
        chapters=tuple(
            ChapterSpan(i.chapter.name, i.chapter.number, i.chapter.title, i.chapter.part, i.start, i.end)
            for i in placed
        ),
    )


def _track(channel: Channel, placed: Sequence[_Told], fps: int) -> Track:
    frames: list[int] = []
    values: list[float] = []
    easings: list[str] = []
    for item in placed:
        clips = item.film.score.clips.get(channel, [])
        rest = _rest(item.film, channel)
        new = keys(clips, rest, fps, item.start)
        if channel.actor == CAMERA and not clips:
            continue
        if frames:
            if values[-1] == new[1][0] and len(new[0]) == 1:
                continue
            before = placed[placed.index(item) - 1]
            begin, end = _glide(channel, values[-1], before, item)
            if frames[-1] <= before.end and begin < end:
                if frames[-1] < begin:
                    frames.append(begin)
                    values.append(values[-1])
                    easings.append("smooth")
                else:
                    easings[-1] = "smooth"
            if end < item.start:
                frames.append(end)
                values.append(new[1][0])
                easings.append("constant")
        frames += new[0]
        values += new[1]
        easings += new[2]
    return Track(channel, np.array(frames, dtype=np.float64), np.array(values, dtype=np.float64), tuple(easings))


def _glide(channel: Channel, value: float, before: _Told, item: _Told) -> tuple[int, int]:
    """Frames from and to which a channel goes from its ``value`` at a chapter's end to the next one's opening.

    The words of one chapter are gone before those of the next one come, and the plate under them stays;
    what nobody sees changes at once.
    """
    begin, end, middle = before.end, item.start, (before.end + item.start) // 2
    if channel.actor.endswith(":plate"):
        return end, end
    if channel.prop == "opacity" and any(channel.actor in told.film.cast.drawings for told in (before, item)):
        return (middle, end) if value == 0 else (begin, middle)
    if channel.actor == CAMERA and _far(before.film, item.film):
        return middle, middle
    if channel.actor == CAMERA or channel.prop in GLIDING:
        return begin, end
    if channel.prop == "reveal" and before.film.score.value(Channel(channel.actor, "opacity")) == 0:
        return begin + 1, begin + 1
    return end, end


def _far(before: Film, after: Film) -> bool:
    """Whether the camera would race over a way many times as long as it sees: it then cuts, amid the fade."""
    start = [before.score.value(Channel(CAMERA, "target", i)) for i in range(3)]
    opening = [after.score.clips.get(Channel(CAMERA, "target", i), []) for i in range(3)]
    if not all(opening):
        return False
    way = np.linalg.norm([clips[0].value - value for clips, value in zip(opening, start, strict=True)])
    return bool(way > FAR * before.score.value(Channel(CAMERA, "distance")))


def _rest(film: Film, channel: Channel) -> float:
    """The channel's rest value in a chapter that may not know the actor (another chapter's drawing)."""
    return film.cast.rest(channel) if film.cast.known(channel.actor) or channel.actor == CAMERA else 0.0


def _markers(placed: Sequence[_Told], fps: int) -> list[Marker]:
    found: list[Marker] = []
    for item in placed:
        number = f"{item.chapter.number:02d}"
        found.append(Marker(item.start, f"{number} {item.chapter.title}", "chapter"))
        for i, rest in enumerate(item.film.rests, start=1):
            frame = max(item.start + round(rest.start * fps), found[-1].frame + 1)
            found.append(Marker(frame, f"{number}.{i} {rest.key.replace('-', ' ')}", "rest"))
    return found


def _subtitles(placed: Sequence[_Told], fps: int) -> list[Subtitle]:
    found: list[Subtitle] = []
    for item in placed:
        rests = item.film.rests
        for i, rest in enumerate(rests):
            start = item.start + round(rest.start * fps)
            end = item.start + round(rests[i + 1].start * fps) - 1 if i + 1 < len(rests) else item.end
            name = f"{item.chapter.number:02d}.{i + 1} {rest.key.replace('-', ' ')}"
            found.append(Subtitle(start, max(end, start), rest.text, name))
    return found

"""A chapter at a glance: a still at every rest and half-way to the next, and a contact sheet of them.

This is how one sees whether a chapter tells its story without the text, so the stills are taken where a
film dwells and in the middle of what moves. The first is how it opens: with its question, where there is a reading
pace.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ..screenplay.score.timeline import ChapterSpan, Told
from ..stage.quality import FINAL, quality
from ..stage.render import set_engine, set_size, size_of
from ..stepwise import Stepwise
from ..writing import written
from .apart import PainterElsewhere, elsewhere
from .filled import filled, summary, table
from .output import check_place, made_folder
from .painting import png
from .painting.painter import Painter
from .quiet import quiet
from .shown import shown
from .still import restored

COLUMNS = 4
WIDEST = 2400
"""Pixels that a contact sheet is wide, at most."""
GAP = 8


@dataclass(frozen=True)
class Shot:
    """One still of a storyboard: its frame and what it is called, such as ``03.2-one-column``."""

    frame: int
    name: str
    is_rest: bool = False


def shots(timeline: Told, chapter: ChapterSpan) -> list[Shot]:
    """The stills of a chapter: its rests, half-way between two, the film's end, and its start if no rest is there."""
    rests = [m for m in timeline.markers if m.kind == "rest" and chapter.start <= m.frame <= chapter.end]
    is_last = chapter == timeline.chapters[-1]  # all others end on the picture of their last rest
    at_once = bool(rests) and rests[0].frame <= chapter.start + 1
    found = [] if at_once else [Shot(_asked(timeline, chapter), f"{chapter.number:02d}.0-opening")]
    for i, rest in enumerate(rests):
        name = re.sub(r"[^\w.]+", "-", rest.name)[:100]  # a part of a file's name, whatever a chapter or a file says
        found.append(Shot(rest.frame, name, is_rest=True))
        if i + 1 < len(rests) or is_last:
            after = rests[i + 1].frame if i + 1 < len(rests) else chapter.end
            found.append(Shot((rest.frame + after) // 2, f"{name}-then"))
    if not rests or is_last:
        found.append(Shot(chapter.end, f"{chapter.number:02d}.{len(rests) + 1}-end"))
    return found


def _asked(timeline: Told, chapter: ChapterSpan) -> int:
    """The frame of a chapter at which its question stands and no card any more; else its first."""
    title = next((m.name for m in timeline.markers if m.kind == "chapter" and m.frame == chapter.start), "")
    before = [one for one in timeline.subtitles if one.marker == title and chapter.start <= one.start <= chapter.end]
    return (before[-1].start + before[-1].end) // 2 if before else chapter.start  # cards, if any, come first


def storyboard_steps(
    scene: bpy.types.Scene,
    timeline: Told,
    folder: Path,
    engine: str = "auto",
    preset: str = FINAL,
    poll: float | None = None,
) -> Generator[tuple[float, str], None, list[str]]:
    """Render the stills of every chapter into ``folder``; yields (share done, what comes next).

    ``scene`` is one that the film was staged in; its settings are as before afterwards. Each chapter gets a
    folder of its stills, and beside it a sheet and a table of how much of the stage each still fills; returns
    what the rests of each come to, a line per chapter. With a ``poll`` it is done by a process of its own, waited
    for as many seconds at a time. Raises JobError where ``folder`` cannot be written to.
    """
    folder = made_folder(check_place(Path(folder)))
    plan = [(chapter, shots(timeline, chapter)) for chapter in timeline.chapters]
    frames = [shot.frame for _, found in plan for shot in found]
    total, done = len(frames), 0
    lines = []
    yield 0.0, "Getting ready"
    place = _here(scene, engine, preset) if poll is None else _apart(scene, frames, engine, preset, poll)
    with place as painter:
        for chapter, found in plan:
            name = f"{chapter.number:02d}-{chapter.name}"
            made_folder(folder / name)
            pictures = []
            for shot in found:
                painting, share, title = painter.paint_steps(shot.frame), done / total, f"{chapter.title}: {shot.name}"
                pictures.append((yield from _titled(painting, share, title)))
                png.write(folder / name / f"{shot.name}.png", pictures[-1])
                done += 1
            png.write(folder / f"{name}.png", sheet(pictures))
            measured = [filled(picture) for picture in pictures]
            stills = [(shot.name, one) for shot, one in zip(found, measured, strict=True)]
            _write(folder / f"{name}.txt", table(stills))
            rests = [one for shot, one in zip(found, measured, strict=True) if shot.is_rest]
            lines += [f"{chapter.title}: {summary(rests)}"] if rests else []
    yield 1.0, "Done"
    return lines


class _PainterHere:
    """The same as what paints elsewhere, at once."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter

    def paint_steps(self, frame: int) -> Stepwise[np.ndarray]:
        """Paint ``frame``."""
        yield 0.0, ""
        with quiet():
            return self._painter.paint(frame)


@contextmanager
def _here(scene: bpy.types.Scene, engine: str, preset: str) -> Iterator[_PainterHere]:
    with shown(scene), restored(scene):
        set_engine(scene, engine, preset=preset)
        set_size(scene, *quality(preset).size(size_of(scene)))
        painter = Painter(scene)
        try:
            yield _PainterHere(painter)
        finally:
            painter.close()


@contextmanager
def _apart(
    scene: bpy.types.Scene, frames: Sequence[int], engine: str, preset: str, poll: float
) -> Iterator[PainterElsewhere]:
    with elsewhere(scene, (min(frames), max(frames)), engine, preset, poll) as painter:
        yield painter


def _titled(painting: Stepwise[np.ndarray], share: float, title: str) -> Stepwise[np.ndarray]:
    """Steps of one still under its title, with what went wrong."""
    with closing(painting):
        while True:
            try:
                _, text = next(painting)
            except StopIteration as done:
                return done.value
            _, _, trouble = text.partition("; ")
            yield share, title + f"; {trouble}" * bool(trouble)


def _write(path: Path, text: str) -> None:
    with written(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def sheet(pictures: Sequence[np.ndarray], columns: int = COLUMNS) -> np.ndarray:
    """A contact sheet, (height, width, 3) uint8, of pictures (h, w, 3) uint8 of one size, row by row."""
    columns = min(columns, len(pictures))
    height, width, _ = pictures[0].shape
    step = max(1, -(-columns * width // WIDEST))
    height, width = height // step, width // step
    rows = -(-len(pictures) // columns)
    page = np.full((rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, 3), 255, np.uint8)
    for i, picture in enumerate(pictures):
        small = picture[: height * step, : width * step].reshape(height, step, width, step, 3).mean(axis=(1, 3))
        y, x = GAP + i // columns * (height + GAP), GAP + i % columns * (width + GAP)
        page[y : y + height, x : x + width] = small.round().astype(np.uint8)
    return page

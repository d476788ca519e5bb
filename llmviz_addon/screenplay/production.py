"""From a run to everything the stage needs: it is laid out, and chapters are told about it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..errors import JobError, ScriptError, choices
from ..language import Language, language_in_use, of_chapter
from ..layout.build import layout
from ..layout.grid import Grid, Role
from ..layout.layout import Layout
from ..layout.lettering.drawing import Drawing
from ..layout.lettering.font import font_in_use
from ..layout.signs.signage import Signage, signage
from ..layout.vocabulary import window
from ..model.blueprints import Blueprint, beside
from ..model.checkpoint import Checkpoint
from ..model.run import Run
from ..model.tokenizers.tokenizer import IdTokenizer
from ..model.trace import Trace
from ..stepwise import Stepwise, at_once
from ..unswept import unswept
from . import loader
from .assemble import assemble
from .cast.cast import Cast, Ensemble
from .contained import Contained
from .film import Film
from .flow import flow
from .legible.settle import settle
from .loader import Chapter
from .page.view import Page
from .pictures.pinned import stay_away
from .retold import Retold
from .score.reel import Reel
from .score.timeline import Timeline
from .telling import Telling
from .trailer import cuts, edited, lengths, tempo
from .verbs import beats, captions, closing, opening, trailing, unbroken

Known = Callable[[Hashable, Callable[[], Telling]], Telling]
"""What gives a chapter as it was told before under a key, or has it told."""
PACE = 200.0
"""Words per minute of the reading pauses where none is asked for."""
SMALLEST, LARGEST = 64, 8192
ASSEMBLED = 3
"""How long it takes to put the chapters together, in chapters."""


@dataclass(eq=False)
class Production:
    """One film, ready to be staged.

    ``values`` are the numbers of the layout's grids, by name. One that is staged ``once`` gives them away then: of a
    large model they take more room than all else.
    """

    layout: Layout
    values: Mapping[str, np.ndarray]
    signage: Iterable[Drawing]
    timeline: Timeline
    once: bool = False
    run: Run | None = None  # whose numbers these are, where any are
    language: Language = field(default_factory=language_in_use)

    def take(self) -> tuple[Mapping[str, np.ndarray], tuple[tuple[Grid, np.ndarray], ...]]:
        """The values, and the grids that chapters made with theirs, for the stage to keep."""
        taken = self.values, self.timeline.grids
        if self.once:
            self.values, self.timeline, self.run = {}, replace(self.timeline, grids=()), None
        return taken


def laid_out(run: Run) -> Layout:
    """Where everything stands in films about a run; of a large vocabulary there are some tokens."""
    shown = window(run.tokens, run.probs)
    return layout(run.config, len(run.tokens), vocabulary=shown, architecture=run.model.architecture)


@dataclass(frozen=True, eq=False)
class Set:
    """A run and the set of it, on which any chapter can be told."""

    run: Run
    layout: Layout
    signage: Signage
    blueprints: tuple[Blueprint, ...]  # of the models beside which this one is shown in outline
    ensemble: Ensemble

    @classmethod
    @unswept()
    def of(cls, run: Run) -> Set:
        """Lay out a run."""
        stage = laid_out(run)
        signs = signage(stage, run)
        return cls(run, stage, signs, tuple(beside(run.model.blueprint)), Ensemble(stage, signs))

    def tell_steps(
        self,
        chapters: Sequence[Chapter],
        pace: float | None = PACE,
        size: tuple[int, int] = (1280, 720),
        fps: int = 30,
        tracks: bool = True,
        bpm: float | None = None,
        retold: Retold[Set] | None = None,
    ) -> Stepwise[Timeline]:
        """The film of ``chapters``; without ``tracks`` only what is when. Raises ScriptError or JobError.

        With beats per minute it is a trailer, which is cut to them. What was told of ours on this set is ``retold``.
        """
        check(pace, size, fps)
        page, pace = _page(size, pace, bpm, chapters)

        def begin(name: str) -> Telling:
            cast = Cast(self.layout, self.signage, self.blueprints, self.ensemble)
            run = self.run
            return Telling(name, cast, run.trace, run.model, page, pace, run.draw, run.onward)

        def known(key: Hashable, tell: Callable[[], Telling]) -> Telling:
            return (
                tell()
                if retold is None
                else retold.telling(self, (key, page, pace, font_in_use(), language_in_use()), tell)
            )

        return (yield from _timeline(chapters, begin, bpm, fps, size, tracks, known=known))

    @property
    def size(self) -> int:
        """How many numbers were computed."""
        return sum(grid.count for grid in self.layout.grids if grid.role is not Role.WEIGHT)

    tell = at_once(tell_steps)


def prepare_steps(
    run: Run,
    chapters: Sequence[str] | None = None,
    pace: float | None = PACE,
    size: tuple[int, int] = (1280, 720),
    fps: int = 30,
    folders: Sequence[Path] = (),
    length: str = loader.FULL,
    bpm: float | None = None,
    retold: Retold[Set] | None = None,
) -> Stepwise[Production]:
    """Tell ``chapters`` (names or numbers; None is all) about a run, one after the other.

    ``pace`` is the reading pace in words per minute, None for no pauses; ``size`` the picture's in
    pixels; ``folders`` hold chapters of the user's own; ``length`` is full, short, or trailer, which has so many beats
    per minute. What was ``retold`` before is told again only where it has changed. Raises ScriptError or JobError.
    """
    check(pace, size, fps)
    chapters, length = loader.asked(chapters, length)
    bpm = tempo(length, bpm)
    chosen = loader.choose(chapters, loader.find(folders), length)
    stage = Set.of(run) if retold is None else retold.stage(run, Set.of)
    timeline = yield from stage.tell_steps(chosen, pace, size, fps, bpm=bpm, retold=retold)
    return Production(stage.layout, run.trace, stage.signage, timeline, run=run)


prepare = at_once(prepare_steps)


def prepare_outlines_steps(
    blueprints: Sequence[Blueprint],
    chapters: Sequence[str] | None = None,
    pace: float | None = PACE,
    size: tuple[int, int] = (1280, 720),
    fps: int = 30,
    folders: Sequence[Path] = (),
    length: str = loader.FULL,
    bpm: float | None = None,
) -> Stepwise[Production]:
    """Tell ``chapters`` (None is all that can be) about models of which only the sizes are known.

    Nothing is run: the production has an empty set, without values.
    """
    check(pace, size, fps)
    chapters, length = loader.asked(chapters, length)
    bpm = tempo(length, bpm)
    found = loader.find(folders)
    able = [chapter for chapter in found.chapters if chapter.outlines]
    chosen = loader.choose(None, able, length) if loader.is_all(chapters) else loader.choose(chapters, found, length)
    for chapter in chosen:
        if not chapter.outlines:
            raise ScriptError(
                f"Chapter {chapter.name!r} is about numbers, and outlines have none. {choices(c.name for c in able)}"
            )
    first = blueprints[0]
    stage, trace = Layout.empty(first.config), Trace(first.config, (), {}, 0)
    checkpoint = Checkpoint(first.title, first.config, {}, IdTokenizer(first.config.vocab_size))
    page, pace = _page(size, pace, bpm, chosen)

    def begin(name: str) -> Telling:
        return Telling(name, Cast(stage, Signage(), blueprints), trace, checkpoint, page, pace)

    return Production(stage, trace, (), (yield from _timeline(chosen, begin, bpm, fps, size, given=False)))


prepare_outlines = at_once(prepare_outlines_steps)


def _page(
    size: tuple[int, int], pace: float | None, bpm: float | None, chapters: Sequence[Chapter]
) -> tuple[Page, float | None]:  # fmt: skip
    """How the picture is shared out, and the pace of words: a trailer, or one shot, waits for no reader."""
    page = Page.of(size)
    if bpm is not None:
        return page.bare(), None
    return (page.bottom(), None) if any(one.one_shot for one in chapters) else (page, pace)


def _timeline(
    chapters: Sequence[Chapter],
    begin: Callable[[str], Telling],
    bpm: float | None,
    fps: int,
    size: tuple[int, int],
    tracks: bool = True,
    given: bool = True,
    known: Known | None = None,
) -> Stepwise[Timeline]:
    """The film of chapters; with beats per minute a trailer that is cut to them, and opens with what is ``given``."""
    if bpm is None:
        told = yield from _told_steps(chapters, begin, known=known)
        return _assembled(told, fps, size, tracks)
    shots = lengths(cuts(sum(len(chapter.beats) for chapter in chapters), given, bpm, fps))
    told = yield from _told_steps(chapters, begin, lambda: Reel(fps, shots))
    return edited(_assembled(told, fps, size, tracks), told)


def _told_steps(
    chapters: Sequence[Chapter],
    begin: Callable[[str], Telling],
    reel: Callable[[], Reel] | None = None,
    known: Known | None = None,
) -> Stepwise[list[tuple[Chapter, Telling]]]:
    """Every chapter with its telling, which ``begin`` opens by the chapter's name; for a trailer each has a reel."""
    told: list[tuple[Chapter, Telling]] = []
    chapters = [chapter.in_language() for chapter in chapters]
    titles = [chapter.title for chapter in chapters]
    for chapter in chapters:
        yield len(told) / (len(chapters) + ASSEMBLED), chapter.title
        is_first, is_last = not told, chapter is chapters[-1]

        def tell(chapter: Chapter = chapter, is_first: bool = is_first, is_last: bool = is_last) -> Telling:
            telling = begin(chapter.name)
            if reel is not None:
                _show(chapter, telling, reel(), titles, is_first, is_last)
            else:
                _tell(chapter, telling, titles, is_first, is_last)
            return telling

        with unswept():
            if known is None or reel is not None or chapter.path.parent != loader.home():
                telling = tell()  # hers may depend on more than her file
            else:
                others = tuple(titles) if is_first or is_last else len(titles) > 1
                telling = known((chapter.name, chapter.mark, chapter.beats, is_first, is_last, others), tell)
        told.append((chapter, telling))
    yield len(told) / (len(chapters) + ASSEMBLED), "All in one film"
    return told


_told = at_once(_told_steps)


def _tell(chapter: Chapter, telling: Telling, titles: Sequence[str], is_first: bool, is_last: bool) -> None:
    """Tell a chapter whole: with its question and its answer; the first and the last of several have cards."""
    telling.question = chapter.question
    telling.card = titles if len(titles) > 1 and is_first else ()
    telling.interlude = None if is_first else (chapter.title, chapter.part)
    telling.one_shot = chapter.one_shot
    with _contained(chapter), of_chapter(chapter.path):
        beats.heading(telling, chapter.title, chapter.part)
        _play(chapter, telling)
        telling.splits.settle_all(telling.now)
        if chapter.answer:
            closing.close(telling, chapter.answer)
        if len(titles) > 1 and is_last:
            closing.end(telling, titles)
        beats.level(telling)
        captions.write(telling)
        if chapter.one_shot:
            unbroken.finish(telling)
        stay_away(telling)
        settle(telling)
        flow(telling)


def _show(chapter: Chapter, telling: Telling, reel: Reel, titles: Sequence[str], is_first: bool, is_last: bool) -> None:
    """Tell what a trailer shows of a chapter: its shots and its question; the first and the last have cards."""
    telling.reel, telling.question, telling.card = reel, chapter.question, titles if is_first else ()
    with _contained(chapter), of_chapter(chapter.path):
        _play(chapter, telling)
        telling.splits.settle_all(telling.now)
        trailing.ask(telling)
        if is_last:
            trailing.finish(telling, opening.tokens(telling))
        settle(telling)
        flow(telling)


def _play(chapter: Chapter, telling: Telling) -> None:
    """Tell a chapter, or those of its beats that are wanted."""
    telling.chosen = chapter.beats
    with suppress(beats.Over):
        chapter.play(Film(telling))
    telling.chosen = ()
    for key in chapter.beats:
        if key not in telling.keys:
            what = "trailer" if telling.reel else "short film"
            raise ScriptError(f"there is no beat {key!r}, which a {what} is to tell. {choices(telling.keys)}")
    _ = telling.view  # raises where the camera stands nowhere


def _contained(chapter: Chapter) -> Contained:
    line = getattr(getattr(chapter.play, "__code__", None), "co_firstlineno", None)
    return Contained(chapter.path, f"Chapter {chapter.path.name}, ", line)


@unswept()
def _assembled(told: list[tuple[Chapter, Telling]], fps: int, size: tuple[int, int], tracks: bool = True) -> Timeline:
    """The timeline of chapters; where one has left its film in no state for that, an error that names it."""
    try:
        return assemble(told, fps, size, tracks)
    except Exception:
        for one in told:
            with _contained(one[0]):
                assemble([one], fps, size, tracks)
        raise


def check(pace: float | None, size: tuple[int, int] = (1280, 720), fps: int = 30) -> None:
    """JobError for a pace (None is none), a picture's size in pixels or a frame rate that is not possible."""
    if pace is not None and not 20 <= pace <= 2000:
        raise JobError(f"A pace of {pace:g} words per minute is not possible; give 20 to 2000, or none.")
    if not all(SMALLEST <= side <= LARGEST for side in size):
        given = f"{size[0]}x{size[1]}"
        raise JobError(f"A picture of {given} is not possible; each side may have {SMALLEST} to {LARGEST} pixels.")
    if not 1 <= fps <= 240:
        raise JobError(f"{fps} frames per second is not possible; give 1 to 240.")

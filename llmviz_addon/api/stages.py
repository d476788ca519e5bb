"""Chapters told, films and open stages put into a scene, and what can be read of them there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import JobError, ScriptError
from ..film.made import Stage
from ..film.staging import Steps, into, produced_steps, staged_steps
from ..language import ENGLISH, spoken
from ..layout.grid import Grid, Region
from ..layout.lettering.font import lettered
from ..layout.reading import Reading
from ..layout.tensor import Index
from ..model import run as runs
from ..model.blueprints import Outlines
from ..model.checkpoint import Checkpoint
from ..model.generation import Generation
from ..model.run import Run
from ..model.sampling import Sampling
from ..screenplay import loader
from ..screenplay.languages import language as language_of
from ..screenplay.loader import FULL
from ..screenplay.open_stage import ROOM, Moment, opening
from ..screenplay.production import PACE, Set, check
from ..screenplay.retold import Retold
from ..screenplay.score.timeline import Timeline
from ..screenplay.trailer import tempo
from ..stage.materials.theme_file import ThemeOf
from ..stage.materials.theme_file import theme as theme_of
from ..stepwise import at_once, inside, within
from .models import PathOf, load, run

if TYPE_CHECKING:
    import bpy

SIZE, FPS, THEME = (1280, 720), 30, "light"
TOLD = 0.35
"""Share of the time of a build in which the chapters are told."""


def chapters(
    of: Run | None = None,
    *,
    pace: float | None = PACE,
    walkthroughs: Sequence[PathOf] = (),
    length: str = FULL,
    bpm: float | None = None,
    language: str = ENGLISH.name,
) -> Iterator[Timeline | ScriptError]:
    """Each chapter told alone about a run (None: nano-gpt's), with its rests; or, in its place, why it cannot be.

    What it yields prints as a storyboard. ``pace``, ``walkthroughs``, ``length``, ``bpm`` and ``language`` as in
    ``build``, of a short film or a trailer those that have a part in it; those that are one shot come last. Needs no
    Blender.
    """
    check(pace)
    bpm = tempo(length, bpm)
    folders = [Path(folder) for folder in walkthroughs]
    found, told_in = loader.find(folders), language_of(language, folders)
    with spoken(told_in):
        told_on = Set.of(of or run())
    yield from (problem.error for problem in found.problems)
    shots = found.shots if length == FULL else ()
    for chapter in (*loader.choose(None, loader.Found(found.chapters, shots=found.shots), length), *shots):
        try:
            with spoken(told_in):
                told = told_on.tell([chapter], pace, tracks=False, bpm=bpm)
            yield told
        except ScriptError as error:
            yield error


def build_steps(
    what: Run | Outlines,
    chapters: Sequence[str] | None = None,
    *,
    theme: ThemeOf = THEME,
    pace: float | None = PACE,
    size: tuple[int, int] = SIZE,
    fps: int = FPS,
    walkthroughs: Sequence[PathOf] = (),
    length: str = FULL,
    bpm: float | None = None,
    language: str = ENGLISH.name,
    engine: str | None = None,
    scene: bpy.types.Scene | None = None,
    sure: bool = False,
    retold: Retold[Set] | None = None,
    in_place: bool = False,
) -> Steps:
    """Put the film of a run, or of models in outline, into a scene.

    Parameters
    ----------
    chapters
        Names or numbers; None, or ``all``, is all that can be told; ``trailer`` is that length.
    theme
        Its look: ``light``, ``dark``, ``light-safe``, ``dark-safe``, ``cinematic``, or the path of a theme
        file (.toml).
    pace
        Words per minute at which the commentary is read; None leaves no time for it.
    size, fps
        Of the picture, in pixels, and frames per second.
    walkthroughs
        Folders with chapters of your own.
    length
        ``full``; ``short``: of about three minutes, from the chapters that have a part in it; or ``trailer``: 30
        seconds, without words but their questions.
    bpm
        Beats per minute, 40 to 240, on which a trailer's cuts lie; None is 120.
    language
        What it is told in: ``en``, ``de``, or what a folder of ``walkthroughs`` has in its ``languages``.
    engine
        ``eevee`` or ``cycles``, for which the scene is set; None or ``auto`` is what suits the machine.
    scene
        Where to build; None is the scene of ours in the file that is open, made if there is none. A scene of yours
        keeps its camera, world, length, rate and size.
    sure
        Whether changes of yours to a film that stands there may go, where they cannot be taken over.
    retold
        A ``Retold()``, given to one film after the other: chapters of ours that it was told before, of the same run,
        are not told again.
    in_place
        Whether, of a film that was ``retold``, only what is not as in the one that stands there is made anew, where
        that can be: what is the same is not touched, with all that you changed on it.

    Raises ScriptError or JobError; the scene is then as it was.
    """
    check(pace, size, fps)
    look = theme_of(theme)
    told_in = language_of(language, [Path(folder) for folder in walkthroughs])
    telling = produced_steps(what, chapters, pace, size, fps, walkthroughs, look, length, bpm, retold, told_in)
    production = yield from within(telling, 0.0, TOLD, "Telling: ")
    return (yield from within(staged_steps(production, look, engine, scene, sure, in_place=in_place), TOLD, 1.0))


build = at_once(build_steps)


def open_stage_steps(
    of: Run,
    room: int = ROOM,
    *,
    theme: ThemeOf = THEME,
    size: tuple[int, int] = SIZE,
    fps: int = FPS,
    language: str = ENGLISH.name,
    walkthroughs: Sequence[PathOf] = (),
    scene: bpy.types.Scene | None = None,
    sure: bool = False,
) -> Steps:
    """The whole set of a run without a film, with ``room`` columns to spare, on which the model can write on.

    ``language`` is what it is labelled in, of ours or of those in folders of ``walkthroughs``.
    """
    from ..stage.live import open_steps

    check(None, size, fps)
    look, told_in = theme_of(theme), language_of(language, [Path(folder) for folder in walkthroughs])
    with lettered(look.font), spoken(told_in):
        now = opening(of, room)
    steps = into(scene, lambda home: open_steps(home, now, size, fps, look, None, sure))
    return (yield from inside(partial(spoken, told_in), steps))


open_stage = at_once(open_stage_steps)


def step(on: Stage, model: Checkpoint | None = None, count: int = 1, sampling: Sampling | None = None) -> Generation:
    """Append ``count`` tokens on an open stage, and show the values of the longer run there.

    ``model`` is the stage's own, if it is at hand already or was moved; ``sampling`` None chooses as before. Raises
    JobError where there is no open stage or no room, ModelError where the model cannot be read.
    """
    from ..stage import live
    from ..stage.kept_language import language_of as language_kept

    state = live.state_of(on.scene)
    model = model or load(state.model or None)
    live.check_model(state, model)
    run_there = runs.read(model, state.tokens, state.prompt_length, sampling or state.sampling)
    now, draws = Moment(run_there, state.columns, state.look.font, language_kept(on.scene)), []
    for _ in range(count):
        draws.append(now.run.draw)
        now = now.following()
    live.show(on.scene, now)
    return Generation(model, now.run.tokens, tuple(draws))


def inspect(
    of: Stage | bpy.types.Scene,
    at: str | Grid | Region | Sequence[float],
    index: Index = (),
    *,
    along: Sequence[float] | None = None,
) -> Reading | None:
    """What can be read of a cell of a stage, or of several, at the frame that its scene is at.

    Parameters
    ----------
    of
        A film or an open stage; also one in a file that was opened, whose model is read again where it was.
    at
        A grid by its name, such as ``"layers.0.attn.heads.2.scores"``, as a grid or as a region of one; or a point
        (x, y, z) of the scene, in metres.
    index
        Of the grid's tensor, as numpy has it: ``(3, 2)``, or ``3`` for a row; by default all of it.
    along
        A direction (x, y, z): the cell that is seen first from the point ``at`` in that direction. Without one it is
        the cell in which the point lies.

    Returns
    -------
    Reading
        Prints as what it knows: ``title``, ``shape`` and ``index``, ``where`` (the index by the names of its axes),
        ``values`` in float32 (``value`` of one cell, ``text`` to be copied), its ``formula`` and that with its
        ``numbers``, the ``sources`` that it is computed from and what ``uses`` it, as regions that can be inspected in
        turn. What the story has not computed yet at this frame has no values, and a ``remark`` that says so. None
        where no cell is seen at a point.

    Raises JobError where there is no stage, or its model is not to be had any more; ScriptError for a grid or an
    index that there is not.
    """
    from ..stage.pointing import inspect as inspecting

    scene = of.scene if isinstance(of, Stage) else of
    if isinstance(at, str | Grid | Region):
        return inspecting.cells(scene, at, index)
    if len(at) != 3 or (along is not None and (len(along) != 3 or not any(along))):
        raise JobError(f"A point and a direction are three numbers, but got {at!r} and {along!r}.")
    return inspecting.point(scene, at) if along is None else inspecting.ray(scene, at, along)

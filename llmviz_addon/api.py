"""What llmviz can do, from Python: for scripts and notebooks, and for the shell and the sidebar, which call it too.

>>> import llmviz
>>> run = llmviz.run(text="CBABBC")
>>> stage = llmviz.build(run, ["layer-norm"], theme="dark")
>>> llmviz.still(stage, "one-column").save("one-column.png")
>>> llmviz.film(stage, "layer-norm.mp4")

Blender is imported by what needs it and not before: a run, its numbers and a list of chapters are to be had without.
What takes long has a twin whose name ends in ``_steps``: a generator that tells how far it is, and that leaves
everything as it was when it is closed. Raises LlmvizError, a ModelError, ScriptError or JobError, for whatever cannot
be done as asked: one line that quotes what was given and says what would be possible.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import JobError, ModelError, ScriptError
from .errors import LlmvizError as LlmvizError
from .film.made import Film, Stage, Still, Storyboard
from .film.output import check_output, check_place, check_text, written
from .film.staging import Steps, into, produced_steps, staged_steps
from .film.times import frame_at, frame_range
from .layout.grid import Grid, Region
from .layout.lettering.font import lettered
from .layout.reading import Reading
from .layout.tensor import Index
from .model import checkpoint as checkpoints
from .model import run as runs
from .model.blueprints import Outlines, compared
from .model.checkpoint import Checkpoint
from .model.generation import Generation
from .model.run import Run
from .model.sampling import Sampling, steps
from .model.trace import Trace as Trace
from .screenplay import loader
from .screenplay.loader import FULL
from .screenplay.open_stage import ROOM, Moment, opening
from .screenplay.production import PACE, Set, check
from .screenplay.retold import Retold
from .screenplay.score.timeline import Timeline
from .screenplay.trailer import tempo
from .stage.materials.theme_file import ThemeOf
from .stage.materials.theme_file import theme as theme_of
from .stage.quality import FINAL
from .stepwise import at_once, within

if TYPE_CHECKING:
    import bpy

    from .film.film import Progress

__all__ = [
    "Film",
    "Generation",
    "JobError",
    "LlmvizError",
    "ModelError",
    "Outlines",
    "Reading",
    "Run",
    "Sampling",
    "ScriptError",
    "Stage",
    "Still",
    "Storyboard",
    "Trace",
    "build",
    "build_steps",
    "chapters",
    "film",
    "film_steps",
    "generate",
    "inspect",
    "load",
    "open_file",
    "open_stage",
    "open_stage_steps",
    "outlines",
    "run",
    "save",
    "step",
    "still",
    "storyboard",
    "storyboard_steps",
    "trace",
]

SIZE, FPS, THEME = (1280, 720), 30, "light"
TOLD = 0.35
"""Share of the time of a build in which the chapters are told."""
PathOf = str | PathLike[str]


# --- models and runs --------------------------------------------------------------------------------------


def load(path: PathOf | None = None) -> Checkpoint:
    """The model in a file or folder, or one that comes along. Raises ModelError.

    Those have names: ``"nano-gpt"``, which sorts six letters and is loaded without a path, and ``"austen"``, which goes
    on in the English of Jane Austen's novels. A folder of such a name is given as ``"./austen"``, or as a ``Path``.
    """
    return checkpoints.builtin() if path is None else checkpoints.find(path)


def run(
    model: Checkpoint | PathOf | None = None,
    text: str | None = None,
    *,
    tokens: Sequence[int] | None = None,
    sampling: Sampling | None = None,
) -> Run:
    """Run a model on a text, and keep every number.

    Parameters
    ----------
    model
        What ``load`` gives, or takes; None is nano-gpt.
    text
        What it reads; None is the sample that nano-gpt and austen come with.
    tokens
        Token ids in place of a text, 1 to ``block_size``.
    sampling
        How the next token is chosen; by default the likeliest.

    Returns
    -------
    Run
        ``run.trace[name]`` are the numbers, float32, such as ``layers.0.ln_1.mean`` (T,); ``run.tokens`` and
        ``run.texts`` what was read; ``run.draw`` what comes next. A model that answers prompts of one length, as
        nano-gpt does, has appended its answer.

    Raises ModelError.
    """
    model = model if isinstance(model, Checkpoint) else load(model)
    if text is not None and tokens is not None:
        raise ModelError("A run reads a text or tokens. Give one of the two.")
    return runs.run(model, runs.prompt(model, text) if tokens is None else tokens, sampling)


def trace(of: Run, output: PathOf) -> Path:
    """Write every number of a run to an .npz file, by name. Raises JobError or ModelError."""
    path = check_output(output, ".npz")
    of.trace.save(path)
    return path


def generate(
    model: Checkpoint | PathOf | None = None, text: str | None = None, count: int = 1, sampling: Sampling | None = None
) -> Generation:
    """Let a model write ``count`` tokens after a text; beyond ``block_size`` it sees the last ones only.

    ``model`` and ``text`` as in ``run``. Raises ModelError.
    """
    model = model if isinstance(model, Checkpoint) else load(model)
    tokens = runs.prompt(model, text)
    draws = tuple(steps(model, tokens, count, sampling or Sampling()))
    return Generation(model, (*tokens, *(draw.token for draw in draws)), draws)


def outlines(*names: str) -> Outlines:
    """Well-known models by name, such as ``nano`` and ``gpt3``, to be built to scale. Raises ModelError."""
    return compared(names)


# --- films on stage ---------------------------------------------------------------------------------------


def chapters(
    of: Run | None = None,
    *,
    pace: float | None = PACE,
    walkthroughs: Sequence[PathOf] = (),
    length: str = FULL,
    bpm: float | None = None,
) -> Iterator[Timeline | ScriptError]:
    """Each chapter told alone about a run (None: nano-gpt's), with its rests; or, in its place, why it cannot be.

    What it yields prints as a storyboard. ``pace``, ``walkthroughs``, ``length`` and ``bpm`` as in ``build``, of a
    short film or a trailer those that have a part in it; those that are one shot come last. Needs no Blender.
    """
    check(pace)
    bpm = tempo(length, bpm)
    found = loader.find([Path(folder) for folder in walkthroughs])
    told_on = Set.of(of or run())
    yield from (problem.error for problem in found.problems)
    shots = found.shots if length == FULL else ()
    for chapter in (*loader.choose(None, loader.Found(found.chapters, shots=found.shots), length), *shots):
        try:
            yield told_on.tell([chapter], pace, tracks=False, bpm=bpm)
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
    engine: str | None = None,
    scene: bpy.types.Scene | None = None,
    sure: bool = False,
    retold: Retold[Set] | None = None,
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

    Raises ScriptError or JobError; the scene is then as it was.
    """
    check(pace, size, fps)
    look = theme_of(theme)
    telling = produced_steps(what, chapters, pace, size, fps, walkthroughs, look, length, bpm, retold)
    production = yield from within(telling, 0.0, TOLD, "Telling: ")
    return (yield from within(staged_steps(production, look, engine, scene, sure), TOLD, 1.0))


build = at_once(build_steps)


def open_stage_steps(
    of: Run,
    room: int = ROOM,
    *,
    theme: ThemeOf = THEME,
    size: tuple[int, int] = SIZE,
    fps: int = FPS,
    scene: bpy.types.Scene | None = None,
    sure: bool = False,
) -> Steps:
    """The whole set of a run without a film, with ``room`` columns to spare, on which the model can write on."""
    from .stage.live import open_steps

    check(None, size, fps)
    look = theme_of(theme)
    with lettered(look.font):
        now = opening(of, room)
    return (yield from into(scene, lambda home: open_steps(home, now, size, fps, look, None, sure)))


open_stage = at_once(open_stage_steps)


def step(on: Stage, model: Checkpoint | None = None, count: int = 1, sampling: Sampling | None = None) -> Generation:
    """Append ``count`` tokens on an open stage, and show the values of the longer run there.

    ``model`` is the stage's own, if it is at hand already or was moved; ``sampling`` None chooses as before. Raises
    JobError where there is no open stage or no room, ModelError where the model cannot be read.
    """
    from .stage import live

    state = live.state_of(on.scene)
    model = model or load(state.model or None)
    live.check_model(state, model)
    run_there = runs.read(model, state.tokens, state.prompt_length, sampling or state.sampling)
    now, draws = Moment(run_there, state.columns, state.look.font), []
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
    from .stage.pointing import inspect as inspecting

    scene = of.scene if isinstance(of, Stage) else of
    if isinstance(at, str | Grid | Region):
        return inspecting.cells(scene, at, index)
    if len(at) != 3 or (along is not None and (len(along) != 3 or not any(along))):
        raise JobError(f"A point and a direction are three numbers, but got {at!r} and {along!r}.")
    return inspecting.point(scene, at) if along is None else inspecting.ray(scene, at, along)


# --- files ------------------------------------------------------------------------------------------------


def save(of: Stage, output: PathOf) -> Path:
    """Save the file that is open in Blender, with the stage in it; it plays and renders without the add-on."""
    from .film.blend import save as save_file

    path = check_output(output, ".blend")
    with written(path) as temporary:
        save_file(temporary, path, copy=True)
    return path


def open_file(path: PathOf) -> Stage:
    """Open a .blend in Blender, in place of what is open, and find the film or open stage in it. Raises JobError."""
    import bpy

    from .film.blend import load as load_file

    if not Path(path).is_file():
        raise JobError(f"There is no file {str(path)!r}.")
    load_file(Path(path))
    for scene in bpy.data.scenes:
        if Stage(scene).story is not None or Stage(scene).state is not None:
            return Stage(scene)
    raise JobError(f"There is neither a film nor an open stage in {Path(path).name!r}.")


def still(of: Stage, at: str | float | None = None, *, engine: str = "auto", quality: str = FINAL) -> Still:
    """One picture of a stage.

    ``at`` are seconds, or a rest by its number or name, such as ``03.2`` or ``one-column``; None is the frame that
    the scene is at. ``quality`` is ``draft``, ``final`` or ``4k``. Raises JobError.
    """
    from .film.still import picture

    frame = of.scene.frame_current if at is None else frame_at(of.told, str(at))
    return Still(picture(of.scene, frame, engine=engine, preset=quality), frame)


def storyboard_steps(
    of: Stage, output: PathOf, *, engine: str = "auto", quality: str = FINAL, poll: float | None = None
) -> Generator[tuple[float, str], None, Storyboard]:
    """A still at every rest and half-way to the next, and a contact sheet per chapter, in a folder; see ``still``.

    Beside each sheet is a table of ink and span: which share of the free part of the picture each still fills.
    With a ``poll``, seconds, it is rendered by a process of its own, and what is open in Blender stays free.
    """
    from .film import storyboard as boards
    from .film.of_scene import check_camera

    check_camera(of.scene)
    folder = check_place(output)
    fills = yield from boards.storyboard_steps(of.scene, of.told, folder, engine, quality, poll)
    return Storyboard(folder, tuple(fills))


storyboard = at_once(storyboard_steps)


def film_steps(
    of: Stage,
    output: PathOf,
    *,
    start: float | None = None,
    stop: float | None = None,
    captions: bool = False,
    engine: str = "auto",
    quality: str = FINAL,
    workers: int | None = None,
    overwrite: bool = False,
    poll: float = 0.2,
) -> Generator[Progress, None, Film]:
    """Render a video and its captions, by processes of their own; what is open in Blender stays as it is.

    Parameters
    ----------
    output
        The video, .mp4; a film that was stopped goes on when it is asked for again.
    start, stop
        An excerpt, in seconds of the film; None is the scene's frame range.
    captions
        Whether WebVTT is written beside SubRip.
    engine
        ``auto``, ``eevee`` or ``cycles``.
    quality
        ``draft``, fast; ``final``; or ``4k``, as that and larger.
    workers
        Processes that render at once; None is what suits the machine.
    overwrite
        Whether frames of another film, kept beside the output, may go.
    poll
        Seconds that ``film_steps`` waits at most between two steps.

    Raises JobError.
    """
    from .film import film as films
    from .film.blend import save_copy
    from .film.lock import scratch
    from .film.of_scene import check_scene, film_job

    path = check_output(output, ".mp4")
    check_text(path)
    check_scene(of.scene)
    span = None if start is None and stop is None else frame_range(of.told, start, stop)
    with scratch() as folder:
        job = film_job(
            of.scene, path, folder / "film.blend", engine, span=span, captions=captions, workers=workers,
            overwrite=overwrite, preset=quality,
        )  # fmt: skip
        films.check_film(job)
        save_copy(job.blend, of.scene)
        yield from films.film_steps(job, poll)
    return Film(path, job.folder, len(job.span) / job.rate)


film = at_once(film_steps)


setattr(sys.modules[__package__], "film", film)  # noqa: B010 - of the package it is the verb that is meant, not the room

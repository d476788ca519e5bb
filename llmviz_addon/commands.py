"""What the command line's jobs do: options in, files and a closing line out; the work is the api's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from . import api, options
from .errors import JobError, ModelError, ScriptError, Stopped
from .film.film import check_size
from .film.frames import check_free, drop, frames_folder, size_of
from .film.lock import scratch, temporary_in
from .film.output import check_output, check_place, check_text, written
from .film.quiet import quiet, unbroken
from .film.staging import produced, staged_steps
from .film.times import frame_at, frame_range
from .film.work.progress import Bar, clock
from .layout.table import sizes, table
from .model.checkpoint import Checkpoint
from .model.forward import check_tokens
from .model.generation import draw_text
from .model.run import prompt, read
from .model.sampling import Sampling, check_chance, steps
from .model.tokenizers.tokenizer import visible
from .processes import few_threads
from .screenplay import loader
from .screenplay.languages import language
from .screenplay.production import Production, check
from .screenplay.score.timeline import Told
from .screenplay.trailer import tempo
from .stage.materials.theme_file import theme
from .stepwise import at_once
from .terminal import shown
from .unswept import unswept

if TYPE_CHECKING:
    from .stage.open_state import OpenState


def layout(asked: options.Layout) -> None:
    """List the names of a layout's grids, with their shapes."""
    model = api.load(asked.model)
    told = (model.config, model.architecture)
    print(f"film.layout.…, in the order of computation ({sizes(*told)}):\n\n{table(*told)}")


def chapters(asked: options.Chapters) -> None:
    """List chapters, each told alone, with its rests, and how much of the time between these something moves."""
    check(asked.pace)
    tempo(asked.length, asked.bpm)
    folders = [Path(folder) for folder in asked.walkthroughs]
    loader.find(folders)  # a missing one is told before a model is read
    told_in = language(asked.language, folders)
    run, problems = _run(asked), []
    found = api.chapters(
        run, pace=asked.pace, walkthroughs=folders, length=asked.length, bpm=asked.bpm, language=asked.language
    )
    for count, told in enumerate(found, start=1):  # noqa: B007 - how many there are is told at the end
        if isinstance(told, ScriptError):
            problems.append(str(told))
            continue
        (chapter,), seconds = told.chapters, told.frames / told.fps
        rests = [marker for marker in told.markers if marker.kind == "rest"]
        halts = f"{len(rests):2d} rests  moves {100 * (1 - chapter.frozen):3.0f} %"
        print(f"{chapter.number:02d} {chapter.name:<16} {chapter.title:<20} {seconds:6.1f} s  {halts}")
        for rest in rests:
            print(f"     {told.seconds(rest.frame):8.1f} s  {rest.name}")
    for unasked in told_in.unasked:
        print(f"-- {unasked}")
    for path, text in told_in.untold:
        print(f"-- no {told_in.title} in {path.name if path else 'words'} for: {text}")
    if told_in.untold:
        print(f"{len(told_in.untold)} texts have no {told_in.title}, and are told in English.")
    for problem in problems:
        print(f"-- {problem}")
    if problems:
        raise ScriptError(f"{len(problems)} of {count} chapters cannot be told.")


def build(asked: options.Build) -> None:
    """Write a .blend."""
    target = check_output(asked.output, ".blend")
    production = _produced(asked)
    length = _length(production.timeline)
    with written(target) as temporary:
        _staged(production, asked, kept=True)
        del production
        _save(temporary, target)
    _wrote(target, length)


def still(asked: options.Still) -> None:
    """Render one picture."""
    target = check_output(asked.output, ".png")
    production = _produced(asked)
    seconds = production.timeline.seconds(frame_at(production.timeline, asked.at))
    stage = _staged(production, asked, renders=True)
    del production
    picture = api.still(stage, asked.at, engine=asked.engine, quality=asked.quality)
    picture.save(target)
    _wrote(target, f"frame {picture.frame}, {seconds:.1f} s")


def film(asked: options.Film) -> int:
    """Render a film; returns the exit status."""
    check_size(asked.size)
    target = check_output(asked.output, ".mp4")
    check_text(target)
    check_free(frames_folder(target))
    production = _produced(asked)
    frame_range(production.timeline, asked.start, asked.stop)
    with scratch() as folder, temporary_in(folder):
        stage = _staged(production, asked)
        del production
        made = _filmed(stage, target, asked)
    count = round(made.seconds * asked.fps)
    length = f"{clock(made.seconds)}, {count} frames"
    if asked.drop_frames:
        drop(made.frames)
        _wrote(target, length)
    else:
        kept = f"{size_of(made.frames) / 1e6:,.0f} MB"
        _wrote(target, f"{length}; they are kept in {shown(str(made.frames))} ({kept}) for the next time")
    return 0


def _filmed(stage: api.Stage, target: Path, asked: options.Film) -> api.Film:
    """The film of what is staged, with a bar; what is done so far is told where it ends before its time."""
    steps = api.film_steps(
        stage,
        target,
        start=asked.start,
        stop=asked.stop,
        captions=asked.captions,
        engine=asked.engine,
        quality=asked.quality,
        workers=asked.jobs,
        overwrite=asked.overwrite,
    )
    kept = ""
    try:
        with closing(steps), Bar() as bar:  # what they hold is let go of here, whatever else meets a signal
            while True:
                progress = next(steps)
                kept = f"{progress.done} of {progress.total} frames in {frames_folder(target)}"
                bar.show(progress.count, progress.total, progress.told, progress.left, progress.share)
    except StopIteration as done:
        return done.value
    except KeyboardInterrupt:
        raise Stopped(f"Stopped with {kept}; the same command goes on." if kept else "Stopped.") from None
    except JobError as error:
        if not kept:
            raise
        raise JobError(f"{error} What is done is kept, {kept}; the same command goes on.") from error


def storyboard(asked: options.Storyboard) -> None:
    """Render stills and contact sheets."""
    folder = check_place(asked.output)
    production = _produced(asked)
    stage = _staged(production, asked, renders=True)
    steps = api.storyboard_steps(stage, folder, engine=asked.engine, quality=asked.quality)
    try:
        with closing(steps), Bar() as bar:
            while True:
                share, text = next(steps)
                bar.show(round(share * 100), 100, text)
    except StopIteration as done:
        print(*done.value.fills, sep="\n")
    _wrote(folder, _length(production.timeline))


def trace(asked: options.Trace) -> None:
    """Write every number of a forward pass."""
    target = check_output(asked.output, ".npz", asked.model)
    run = _run(asked)
    api.trace(run, target)
    _wrote(target, f"{len(run.trace)} tensors of {len(run.tokens)} tokens")


def generate(asked: options.Generate) -> None:
    """Let the model write on, and show it on an open stage, if asked."""
    target = check_output(asked.output, ".blend") if asked.output else None
    check(None, asked.size)
    theme(asked.theme)
    folders = [Path(folder) for folder in asked.walkthroughs]
    language(asked.language, folders)
    sampling = _sampling(asked, Sampling())
    model = api.load(asked.model)
    tokens = _tokens(asked, model)
    columns = min(len(tokens) + asked.count + asked.room, model.config.block_size)
    if target and len(tokens) + asked.count > columns:
        raise JobError(
            f"{len(tokens)} tokens and {asked.count} more have no room: "
            f"{model.name!r} takes at most {model.config.block_size}."
        )
    written_on = tokens
    for draw in steps(model, tokens, asked.count, sampling):
        print(draw_text(model, draw, len(written_on)), flush=True)
        written_on += (draw.token,)
    print(shown(model.tokenizer.decode(written_on)))
    if target:
        run = read(model, written_on, len(tokens), sampling)
        with written(target) as temporary:
            with _fresh():
                api.open_stage(
                    run, asked.room, theme=asked.theme, size=asked.size,
                    language=asked.language, walkthroughs=folders,
                )  # fmt: skip
            _save(temporary, target)
        _wrote(target, f"{len(written_on)} tokens, and room for {columns - len(written_on)} more")


def step(asked: options.Step) -> None:
    """Append the next tokens on the open stage in a .blend."""
    target = check_output(asked.scene, ".blend")
    _sampling(asked, Sampling())  # what is wrong with it is told before Blender starts
    with quiet():
        _blender()
        stage, state = _open_stage(target)
        model = _model_of(state, asked.model)
        made = api.step(stage, model, asked.count, _sampling(asked, state.sampling))
        with written(target) as temporary:
            _save(temporary, target)
    start = len(made.tokens) - len(made.draws)
    for number, draw in enumerate(made.draws):
        print(draw_text(model, draw, start + number))
    print(shown(visible(made.text, " ")))
    _wrote(target, f"{len(made.tokens)} tokens, and room for {state.columns - len(made.tokens)} more")


def package(asked: options.Package) -> None:
    """Build the extension zip."""
    from .packaging import package as make

    _wrote(make(check_place(asked.output)))


# --- options ----------------------------------------------------------------------------------------------


def _produced(asked: options.Staged) -> Production:
    """What the options ask to be told. Whatever can be wrong without a model is told before one is read."""
    check(asked.pace, asked.size, asked.fps)
    look = theme(asked.theme)
    folders = [Path(folder) for folder in asked.walkthroughs]
    chapters, length = loader.asked(asked.chapters, asked.length)
    tempo(length, asked.bpm)
    loader.choose(chapters, loader.find(folders), length)
    told_in = language(asked.language, folders)
    what = _outlines(asked) or _run(asked)
    return produced(
        what, chapters, asked.pace, asked.size, asked.fps, folders, look, length, asked.bpm, language=told_in
    )


def _outlines(asked: options.Staged) -> api.Outlines | None:
    """The models that are to be shown in outline; none where one is to be run."""
    names = [asked.shape] if asked.shape is not None else asked.compare
    if names is None:
        return None
    if asked.shape is not None and asked.compare:
        raise ModelError("--shape shows one model and --compare several. Give one of the two.")
    if asked.model is not None or asked.tokens is not None:
        raise ModelError("Outlines of models are not run. Leave out --model and --tokens.")
    return api.outlines(*names)


def _run(asked: options.Reading) -> api.Run:
    model = api.load(asked.model)
    return api.run(model, tokens=_tokens(asked, model))


def _tokens(asked: options.Reading, model: Checkpoint) -> tuple[int, ...]:
    if asked.tokens is None and model.recorded is None and not model.sample:
        raise ModelError(f"Say with --tokens what {model.name!r} is to read.")
    return check_tokens(model.config, prompt(model, asked.tokens))


def _sampling(asked: options.Draw, base: Sampling) -> Sampling:
    """How tokens are chosen: as ``base`` but for what is asked for."""
    names = ("temperature", "top_k", "top_p", "seed")
    given = {name: getattr(asked, name) for name in names if getattr(asked, name) is not None}
    if given and base.temperature == 0:
        given.setdefault("temperature", 1.0)
    sampling = replace(base, **given)
    check_chance(sampling.temperature, sampling.top_p)
    return sampling


def _open_stage(path: Path) -> tuple[api.Stage, OpenState]:
    """The open stage in a .blend, which is opened, and what it shows; JobError where there is none."""
    make = f"llmviz generate -o {path.name}"
    if not path.is_file():
        raise JobError(f"There is no file {str(path)!r}. Make one with {make}.")
    stage = api.open_file(path)
    if (state := stage.state) is None:
        raise JobError(f"{path.name!r} holds a film, which is about one run; llmviz generate -o makes an open stage.")
    return stage, state


def _model_of(state: OpenState, path: str | None) -> Checkpoint:
    """The model of an open stage, which may have been moved to ``path``."""
    try:
        return api.load(path or state.model or None)
    except ModelError as error:
        if path:
            raise
        raise JobError(f"The model of this stage cannot be read: {error} Say with --model where it is now.") from error


# --- Blender ----------------------------------------------------------------------------------------------


def _staged(
    production: Production, asked: options.Staged, kept: bool = False, renders: bool = False
) -> api.Stage:  # fmt: skip
    """The production on stage, its values no more; it is all that there is in Blender.

    Only of one that is ``kept`` is noted how it was; Blender has all threads where this process ``renders`` it.
    """
    production.once = True
    with _fresh(renders), unswept():
        return at_once(staged_steps)(production, theme(asked.theme), asked.engine, noted=kept)


@contextmanager
def _fresh(renders: bool = False) -> Iterator[None]:
    """A Blender of factory settings whose file has nothing but an empty scene of ours.

    Its chatter is kept off the terminal in the block. A scene is removed before there is a stage: Blender would look
    through all of that.
    """
    bpy = _blender(renders)
    with quiet(), unbroken():
        bpy.ops.wm.read_factory_settings(use_empty=True)
    with quiet():
        from .stage.build import film_scene

        empty = list(bpy.data.scenes)
        film_scene()
        for scene in empty:
            bpy.data.scenes.remove(scene)
        yield


def _blender(renders: bool = False) -> ModuleType:
    """Blender, started, as the module bpy; with threads that help only where it ``renders`` in this process."""
    with quiet(), unbroken(), few_threads(os.cpu_count() or 1 if renders else 1):
        import bpy
    return bpy


def _save(path: Path, target: Path) -> None:
    """Save what is staged to ``path``, which is on its way to ``target``."""
    with quiet():
        from .film.blend import save

        save(path, target)


# --- words ------------------------------------------------------------------------------------------------


def _wrote(path: Path, what: str = "") -> None:
    """Say what is where, on one line whatever its name."""
    print(f"Wrote {' '.join(shown(str(path)).splitlines())}{what and ': '}{what}.")


def _length(told: Told) -> str:
    titles = ", ".join(chapter.title for chapter in told.chapters)
    return f"{clock(told.frames / told.fps)}, {told.frames} frames: {titles}"

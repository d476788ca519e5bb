"""What the command line's jobs do: options in, files and a closing line out; the work is the api's."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from . import api
from .errors import JobError, ModelError, ScriptError, Stopped
from .film.film import check_size
from .film.frames import check_free, drop, frames_folder, size_of
from .film.lock import scratch, temporary_in
from .film.output import check_output, check_place, check_text, written
from .film.progress import Bar, clock
from .film.quiet import quiet, unbroken
from .film.times import frame_at, frame_range
from .layout.table import sizes, table
from .model.checkpoint import Checkpoint
from .model.forward import check_tokens
from .model.generation import draw_text
from .model.run import prompt, read
from .model.sampling import Sampling, check_chance, steps
from .model.tokenizers.tokenizer import visible
from .screenplay import loader
from .screenplay.production import Production, check
from .screenplay.score.timeline import Told
from .stage.theme import theme
from .terminal import shown

if TYPE_CHECKING:
    from .stage.open_state import OpenState


def layout(options: argparse.Namespace) -> None:
    """List the names of a layout's grids, with their shapes."""
    model = _model(options)
    told = (model.config, model.architecture)
    print(f"film.layout.…, in the order of computation ({sizes(*told)}):\n\n{table(*told)}")


def chapters(options: argparse.Namespace) -> None:
    """List chapters, each told alone, with its rests."""
    check(options.pace)
    loader.find([Path(folder) for folder in options.walkthroughs])  # a missing one is told before a model is read
    found, problems = api.chapters(_run(options), pace=options.pace, walkthroughs=options.walkthroughs), []
    for count, told in enumerate(found, start=1):  # noqa: B007 - how many there are is told at the end
        if isinstance(told, ScriptError):
            problems.append(str(told))
            continue
        (chapter,), seconds = told.chapters, told.frames / told.fps
        rests = [marker for marker in told.markers if marker.kind == "rest"]
        print(f"{chapter.number:02d} {chapter.name:<16} {chapter.title:<20} {seconds:6.1f} s  {len(rests):2d} rests")
        for rest in rests:
            print(f"     {told.seconds(rest.frame):8.1f} s  {rest.name}")
    for problem in problems:
        print(f"-- {problem}")
    if problems:
        raise ScriptError(f"{len(problems)} of {count} chapters cannot be told.")


def build(options: argparse.Namespace) -> None:
    """Write a .blend."""
    target = check_output(options.output, ".blend")
    production = _produced(options)
    length = _length(production.timeline)
    with written(target) as temporary:
        _staged(production, options)
        del production
        gc.collect()  # as in a still; and packing the values for the file takes as much again
        _save(temporary, target)
    _wrote(target, length)


def still(options: argparse.Namespace) -> None:
    """Render one picture."""
    target = check_output(options.output, ".png")
    production = _produced(options)
    seconds = production.timeline.seconds(frame_at(production.timeline, options.at))
    stage = _staged(production, options)
    del production
    gc.collect()  # weights and values are on stage: of a large model they take more room than the picture
    picture = api.still(stage, options.at, engine=options.engine)
    picture.save(target)
    _wrote(target, f"frame {picture.frame}, {seconds:.1f} s")


def film(options: argparse.Namespace) -> int:
    """Render a film; returns the exit status."""
    check_size(options.size)
    target = check_output(options.output, ".mp4")
    check_text(target)
    check_free(frames_folder(target))
    production = _produced(options)
    frame_range(production.timeline, options.start, options.stop)
    with scratch() as folder, temporary_in(folder):
        stage = _staged(production, options)
        del production
        gc.collect()
        made = _filmed(stage, target, options)
    count = round(made.seconds * options.fps)
    length = f"{clock(made.seconds)}, {count} frames"
    if options.drop_frames:
        drop(made.frames)
        _wrote(target, length)
    else:
        kept = f"{size_of(made.frames) / 1e6:,.0f} MB"
        _wrote(target, f"{length}; they are kept in {shown(str(made.frames))} ({kept}) for the next time")
    return 0


def _filmed(stage: api.Stage, target: Path, options: argparse.Namespace) -> api.Film:
    """The film of what is staged, with a bar; what is done so far is told where it ends before its time."""
    steps = api.film_steps(
        stage,
        target,
        start=options.start,
        stop=options.stop,
        captions=options.captions,
        engine=options.engine,
        workers=options.jobs,
        overwrite=options.overwrite,
    )
    kept = ""
    try:
        with Bar() as bar:
            while True:
                progress = next(steps)
                kept = f"{progress.done} of {progress.total} frames in {frames_folder(target)}"
                bar.show(progress.count, progress.total, progress.text, progress.left, progress.share)
    except StopIteration as done:
        return done.value
    except KeyboardInterrupt:
        raise Stopped(f"Stopped with {kept}; the same command goes on." if kept else "Stopped.") from None
    except JobError as error:
        if not kept:
            raise
        raise JobError(f"{error} What is done is kept, {kept}; the same command goes on.") from error


def storyboard(options: argparse.Namespace) -> None:
    """Render stills and contact sheets."""
    folder = check_place(options.output)
    production = _produced(options)
    stage = _staged(production, options)
    with Bar() as bar:
        for share, text in api.storyboard_steps(stage, folder, engine=options.engine):
            bar.show(round(share * 100), 100, text)
    _wrote(folder, _length(production.timeline))


def trace(options: argparse.Namespace) -> None:
    """Write every number of a forward pass."""
    target = check_output(options.output, ".npz", options.model)
    run = _run(options)
    api.trace(run, target)
    _wrote(target, f"{len(run.trace)} tensors of {len(run.tokens)} tokens")


def generate(options: argparse.Namespace) -> None:
    """Let the model write on, and show it on an open stage, if asked."""
    target = check_output(options.output, ".blend") if options.output else None
    check(None, options.size)
    theme(options.theme)
    sampling = _sampling(options, Sampling())
    model = _model(options)
    tokens = _tokens(options, model)
    columns = min(len(tokens) + options.count + options.room, model.config.block_size)
    if target and len(tokens) + options.count > columns:
        raise JobError(
            f"{len(tokens)} tokens and {options.count} more have no room: "
            f"{model.name!r} takes at most {model.config.block_size}."
        )
    written_on = tokens
    for draw in steps(model, tokens, options.count, sampling):
        print(draw_text(model, draw, len(written_on)), flush=True)
        written_on += (draw.token,)
    print(shown(model.tokenizer.decode(written_on)))
    if target:
        run = read(model, written_on, len(tokens), sampling)
        with written(target) as temporary:
            with _fresh():
                _alone(api.open_stage(run, options.room, theme=options.theme, size=options.size))
            _save(temporary, target)
        _wrote(target, f"{len(written_on)} tokens, and room for {columns - len(written_on)} more")


def step(options: argparse.Namespace) -> None:
    """Append the next tokens on the open stage in a .blend."""
    target = check_output(options.scene, ".blend")
    _sampling(options, Sampling())  # what is wrong with it is told before Blender starts
    with quiet():
        _blender()
        stage, state = _open_stage(target)
        model = _model_of(state, options.model)
        made = api.step(stage, model, options.count, _sampling(options, state.sampling))
        with written(target) as temporary:
            _save(temporary, target)
    start = len(made.tokens) - len(made.draws)
    for number, draw in enumerate(made.draws):
        print(draw_text(model, draw, start + number))
    print(shown(visible(made.text, " ")))
    _wrote(target, f"{len(made.tokens)} tokens, and room for {state.columns - len(made.tokens)} more")


def package(options: argparse.Namespace) -> None:
    """Build the extension zip."""
    from .packaging import package as make

    _wrote(make(check_place(options.output)))


# --- options ----------------------------------------------------------------------------------------------


def _produced(options: argparse.Namespace) -> Production:
    """What the options ask to be told. Whatever can be wrong without a model is told before one is read."""
    check(options.pace, options.size, options.fps)
    theme(options.theme)
    folders = [Path(folder) for folder in options.walkthroughs]
    loader.choose(options.chapters, loader.chapters(folders))
    what = _outlines(options) or _run(options)
    return api.produced(what, options.chapters or None, options.pace, options.size, options.fps, folders)


def _outlines(options: argparse.Namespace) -> api.Outlines | None:
    """The models that are to be shown in outline; none where one is to be run."""
    names = [options.shape] if options.shape is not None else options.compare
    if names is None:
        return None
    if options.shape is not None and options.compare:
        raise ModelError("--shape shows one model and --compare several. Give one of the two.")
    if options.model is not None or options.tokens is not None:
        raise ModelError("Outlines of models are not run. Leave out --model and --tokens.")
    return api.outlines(*names)


def _run(options: argparse.Namespace) -> api.Run:
    model = _model(options)
    return api.run(model, tokens=_tokens(options, model))


def _model(options: argparse.Namespace) -> Checkpoint:
    return api.load(options.model)


def _tokens(options: argparse.Namespace, model: Checkpoint) -> tuple[int, ...]:
    if options.tokens is None and model.recorded is None and not model.sample:
        raise ModelError(f"Say with --tokens what {model.name!r} is to read.")
    return check_tokens(model.config, prompt(model, options.tokens))


def _sampling(options: argparse.Namespace, base: Sampling) -> Sampling:
    """How tokens are chosen: as ``base`` but for what is asked for."""
    names = ("temperature", "top_k", "top_p", "seed")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
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


def _staged(production: Production, options: argparse.Namespace) -> api.Stage:
    """The production on stage; it is all that there is in Blender."""
    with _fresh():
        return _alone(api.at_once(api.staged_steps)(production, options.theme, options.engine))


@contextmanager
def _fresh() -> Iterator[None]:
    """An empty file in a Blender of factory settings, whose chatter is kept off the terminal in the block."""
    bpy = _blender()
    with quiet(), unbroken():
        bpy.ops.wm.read_factory_settings(use_empty=True)
    with quiet():
        yield


def _alone(stage: api.Stage) -> api.Stage:
    """The stage, without the empty scenes beside it."""
    scenes = _blender().data.scenes
    for scene in set(scenes) - {stage.scene}:
        scenes.remove(scene)
    return stage


def _blender() -> ModuleType:
    """Blender, started, as the module bpy."""
    with quiet(), unbroken():
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

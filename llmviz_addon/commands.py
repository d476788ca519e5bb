"""What the command line's jobs do: options in, files and a closing line out."""

from __future__ import annotations

import argparse
import gc
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from .errors import JobError, ModelError, ScriptError, Stopped
from .film.film import FilmJob, check_film, check_size, film_steps
from .film.frames import check_free, code_version, drop, fingerprint, frames_folder, size_of
from .film.lock import scratch, temporary_in
from .film.output import check_output, check_place, check_text, written
from .film.progress import Bar, clock
from .film.quiet import quiet, unbroken
from .film.times import frame_at, frame_range
from .layout.table import sizes, table
from .model import checkpoint as checkpoints
from .model.blueprints import Blueprint, compared
from .model.checkpoint import Checkpoint
from .model.forward import check_tokens
from .model.run import prompt, read, run
from .model.sampling import Draw, Sampling, check_chance, steps
from .rounding import parts_of_all, percent
from .screenplay import loader
from .screenplay.open_stage import Moment
from .screenplay.production import Production, Set, check, prepare, prepare_shapes, unswept
from .screenplay.score.timeline import Timeline
from .stage.theme import theme
from .terminal import shown

if TYPE_CHECKING:
    import bpy

    from .stage.open_state import OpenState


def layout(options: argparse.Namespace) -> None:
    """List the names of a layout's grids, with their shapes."""
    config = _checkpoint(options).config
    print(f"film.layout.…, in the order of computation ({sizes(config)}):\n\n{table(config)}")


@unswept()
def chapters(options: argparse.Namespace) -> None:
    """List chapters, each told alone, with its rests."""
    check(options.pace)
    folders = _folders(options)
    found = loader.find(folders)
    checkpoint = _checkpoint(options)
    tokens = _tokens(options, checkpoint)
    stage = Set.of(run(checkpoint, tokens))
    problems = [problem.message for problem in found.problems]
    for chapter in found.chapters:
        try:
            timeline = stage.tell([chapter], options.pace, tracks=False)
        except ScriptError as error:
            problems.append(str(error))
            continue
        rests = [marker for marker in timeline.markers if marker.kind == "rest"]
        seconds = timeline.frames / timeline.fps
        print(f"{chapter.number:02d} {chapter.name:<16} {chapter.title:<20} {seconds:6.1f} s  {len(rests):2d} rests")
        for rest in rests:
            print(f"     {timeline.seconds(rest.frame):8.1f} s  {rest.name}")
    for problem in problems:
        print(f"-- {problem}")
    if problems:
        raise ScriptError(f"{len(problems)} of {len(found.chapters) + len(found.problems)} chapters cannot be told.")


def build(options: argparse.Namespace) -> None:
    """Write a .blend."""
    target = check_output(options.output, ".blend")
    production = _production(options)
    with written(target) as temporary:
        length, _ = _length(production.timeline), _staged(production, options)
        del production
        gc.collect()  # as in a still; and packing the values for the file takes as much again
        _save(temporary, target)
    _wrote(target, length)


def still(options: argparse.Namespace) -> None:
    """Render one picture."""
    target = check_output(options.output, ".png")
    production = _production(options)
    frame = frame_at(production.timeline, options.at)
    seconds, scene = production.timeline.seconds(frame), _staged(production, options)
    del production
    gc.collect()  # weights and values are on stage: of a large model they take more room than the picture
    from .film.still import still as render

    render(scene, target, frame, engine=options.engine)
    _wrote(target, f"frame {frame}, {seconds:.1f} s")


def film(options: argparse.Namespace) -> int:
    """Render a film; returns the exit status."""
    check_size(options.size)
    target = check_output(options.output, ".mp4")
    check_text(target)
    check_free(frames_folder(target))
    production = _production(options)
    span = frame_range(production.timeline, options.start, options.stop)
    with scratch() as folder, temporary_in(folder):
        job = _film_job(options, production, folder / "film.blend", target, span)
        check_film(job)
        _staged(production, options)
        _save(job.blend, job.blend)
        del production
        gc.collect()
        try:
            with Bar() as bar:
                for progress in film_steps(job):
                    bar.show(progress.count, progress.total, progress.text, progress.left, progress.share)
        except KeyboardInterrupt:
            raise Stopped(f"Stopped with {_kept(job)}; the same command goes on.") from None
        except JobError as error:
            raise JobError(f"{error} What is done is kept, {_kept(job)}; the same command goes on.") from error
    length = f"{clock(len(job.span) / job.rate)}, {len(job.span)} frames"
    if options.drop_frames:
        drop(job.folder)
        _wrote(target, length)
    else:
        kept = f"{size_of(job.folder) / 1e6:,.0f} MB"
        _wrote(target, f"{length}; they are kept in {shown(str(job.folder))} ({kept}) for the next time")
    return 0


def storyboard(options: argparse.Namespace) -> None:
    """Render stills and contact sheets."""
    folder = check_place(options.output)
    production = _production(options)
    scene = _staged(production, options)
    from .film.storyboard import storyboard_steps

    with Bar() as bar:
        for share, text in storyboard_steps(scene, production.timeline, folder, options.engine):
            bar.show(round(share * 100), 100, text)
    _wrote(folder, _length(production.timeline))


def trace(options: argparse.Namespace) -> None:
    """Write every number of a forward pass."""
    target = check_output(options.output, ".npz", options.model)
    checkpoint = _checkpoint(options)
    numbers = run(checkpoint, _tokens(options, checkpoint)).trace
    numbers.save(target)
    _wrote(target, f"{len(numbers)} tensors of {len(numbers.tokens)} tokens")


def generate(options: argparse.Namespace) -> None:
    """Let the model write on, and show it on an open stage, if asked."""
    target = check_output(options.output, ".blend") if options.output else None
    check(None, options.size)
    theme(options.theme)
    sampling = _sampling(options, Sampling())
    checkpoint = _checkpoint(options)
    tokens = check_tokens(checkpoint.config, _tokens(options, checkpoint))
    columns = min(len(tokens) + options.count + options.room, checkpoint.config.block_size)
    if target and len(tokens) + options.count > columns:
        raise JobError(
            f"{len(tokens)} tokens and {options.count} more have no room: "
            f"{checkpoint.name!r} takes at most {checkpoint.config.block_size}."
        )
    written_on = tokens
    for draw in steps(checkpoint, tokens, options.count, sampling):
        _print_draw(draw, len(written_on), checkpoint)
        written_on += (draw.token,)
    print(shown(checkpoint.tokenizer.decode(written_on)))
    if target:
        now = Moment(read(checkpoint, written_on, len(tokens), sampling), columns)
        with written(target) as temporary:
            _opened(options, now)
            _save(temporary, target)
        _wrote(target, f"{len(written_on)} tokens, and room for {columns - len(written_on)} more")


def step(options: argparse.Namespace) -> None:
    """Append the next tokens on the open stage in a .blend."""
    target = check_output(options.scene, ".blend")
    _sampling(options, Sampling())  # what is wrong with it is told before Blender starts
    with quiet():
        _blender()
        from .stage import live

        scene = _open_stage(target)
        state = live.state_of(scene)
        checkpoint = _model_of(state, options.model)
        sampling = _sampling(options, state.sampling)
        live.check_model(state, checkpoint)
        now, draws = Moment(read(checkpoint, state.tokens, state.prompt_length, sampling), state.columns), []
        for _ in range(options.count):
            draws.append((now.run.draw, len(now.run.tokens)))
            now = now.following()
        live.show(scene, now, _path_of(options) if options.model else state.model)
        with written(target) as temporary:
            _save(temporary, target)
    for draw, count in draws:
        _print_draw(draw, count, checkpoint)
    print(shown(live.state_of(scene).text))
    count = len(now.run.tokens)
    _wrote(target, f"{count} tokens, and room for {now.columns - count} more")


def package(options: argparse.Namespace) -> None:
    """Build the extension zip."""
    from .packaging import package as make

    _wrote(make(check_place(options.output)))


def _wrote(path: Path, what: str = "") -> None:
    """Say what is where, on one line whatever its name."""
    print(f"Wrote {' '.join(shown(str(path)).splitlines())}{what and ': '}{what}.")


def _film_job(
    options: argparse.Namespace, production: Production, blend: Path, target: Path, span: tuple[int, int]
) -> FilmJob:
    version = _blender().app.version_string
    with quiet():
        from .stage.render import chosen

        engine = chosen(options.engine)
    mark = fingerprint(
        blender=version,
        engine=engine,
        llmviz=code_version(),
        values=production.values,
        signage=production.signage,
        theme=options.theme,
        timeline=production.timeline,
    )
    return FilmJob(
        blend=blend,
        output=target,
        first=span[0],
        last=span[1],
        size=options.size,
        fps=options.fps,
        engine=engine,
        fingerprint=mark,
        subtitles=production.timeline.subtitles,
        web_captions=options.captions,
        workers=options.jobs,
        end=production.timeline.frames,
        overwrite=options.overwrite,
    )


def _kept(job: FilmJob) -> str:
    """How far a film has come, such as "12 of 300 frames in film.frames"."""
    total = len(job.span)
    return f"{total - len(job.frames.missing(job.first, job.last))} of {total} frames in {job.folder}"


def _staged(production: Production, options: argparse.Namespace) -> bpy.types.Scene:
    """The production on stage, in a Blender of factory settings."""
    scene = _empty_scene()
    with quiet():
        from .stage.build import build as stage

        stage(scene, production, options.theme, own_scene=True, engine=options.engine)
    return scene


def _blender() -> ModuleType:
    """Blender, started, as the module bpy."""
    with quiet(), unbroken():
        import bpy
    return bpy


def _empty_scene() -> bpy.types.Scene:
    """The scene of an empty file, in a Blender of factory settings."""
    bpy = _blender()
    with quiet(), unbroken():
        bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy.context.scene


def _save(path: Path, target: Path) -> None:
    """Save what is staged to ``path``, which is on its way to ``target``."""
    with quiet():
        from .film.blend import save

        save(path, target)


def _opened(options: argparse.Namespace, now: Moment) -> None:
    """An open stage, in a Blender of factory settings."""
    scene = _empty_scene()
    with quiet():
        from .stage.live import open_steps

        for _ in open_steps(scene, now, _path_of(options), options.size, 30, options.theme, True):
            pass


def _open_stage(path: Path) -> bpy.types.Scene:
    """The scene with an open stage in a .blend, which is opened; JobError where there is none."""
    import bpy

    from .film.blend import load
    from .stage.open_state import read_state
    from .stage.story import read_story

    if not path.is_file():
        raise JobError(f"There is no file {str(path)!r}. Make one with llmviz generate -o {path.name}.")
    load(path)
    for scene in bpy.data.scenes:
        if read_state(scene) is not None:
            return scene
    if any(read_story(scene) is not None for scene in bpy.data.scenes):
        raise JobError(f"{path.name!r} holds a film, which is about one run; llmviz generate -o makes an open stage.")
    raise JobError(f"There is no open stage in {path.name!r}; llmviz generate -o makes one.")


def _model_of(state: OpenState, path: str | None) -> Checkpoint:
    """The checkpoint of an open stage, which may have been moved to ``path``."""
    try:
        model = path or state.model
        return checkpoints.load(Path(model)) if model else checkpoints.builtin()
    except ModelError as error:
        if path:
            raise
        raise JobError(f"The model of this stage cannot be read: {error} Say with --model where it is now.") from error


def _path_of(options: argparse.Namespace) -> str:
    return str(Path(options.model).resolve()) if options.model else ""


def _sampling(options: argparse.Namespace, base: Sampling) -> Sampling:
    """How tokens are chosen: as ``base`` but for what is asked for."""
    names = ("temperature", "top_k", "top_p", "seed")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    if given and base.temperature == 0:
        given.setdefault("temperature", 1.0)
    sampling = replace(base, **given)
    check_chance(sampling.temperature, sampling.top_p)
    return sampling


def _print_draw(draw: Draw, count: int, checkpoint: Checkpoint) -> None:
    """The candidates for what follows ``count`` tokens, the chosen one marked."""
    print(f"t = {count}, {draw.sampling}:")
    texts = [checkpoint.tokenizer.text(candidate.token) for candidate in draw.candidates]
    width = max(map(len, texts))
    shares = parts_of_all(candidate.share for candidate in draw.candidates)
    for candidate, text, share in zip(draw.candidates, texts, shares, strict=True):
        sign = ">" if candidate.token == draw.token else " "
        print(f"{sign} {candidate.rank:>5}  {text:<{width}}  {percent(share):>8}", flush=True)


def _production(options: argparse.Namespace) -> Production:
    """What the options ask to be told. Whatever can be wrong without a model is told before one is read."""
    check(options.pace, options.size, options.fps)
    theme(options.theme)
    loader.choose(options.chapters, loader.chapters(_folders(options)))
    if shapes := _shapes(options):
        return prepare_shapes(
            shapes, options.chapters or None, options.pace, options.size, options.fps, _folders(options)
        )
    checkpoint = _checkpoint(options)
    return prepare(
        run(checkpoint, _tokens(options, checkpoint)),
        options.chapters or None,
        options.pace,
        options.size,
        options.fps,
        _folders(options),
    )


def _shapes(options: argparse.Namespace) -> list[Blueprint]:
    """The models that are to be shown in outline; none where one is to be run."""
    names = [options.shape] if options.shape is not None else options.compare
    if names is None:
        return []
    if options.shape is not None and options.compare:
        raise ModelError("--shape shows one model and --compare several. Give one of the two.")
    if options.model is not None or options.tokens is not None:
        raise ModelError("Outlines of models are not run. Leave out --model and --tokens.")
    return compared(names)


def _checkpoint(options: argparse.Namespace) -> Checkpoint:
    return checkpoints.load(Path(options.model)) if options.model else checkpoints.builtin()


def _tokens(options: argparse.Namespace, checkpoint: Checkpoint) -> Sequence[int]:
    return prompt(checkpoint, options.tokens)


def _folders(options: argparse.Namespace) -> list[Path]:
    return [Path(folder) for folder in options.walkthroughs]


def _length(timeline: Timeline) -> str:
    titles = ", ".join(chapter.title for chapter in timeline.chapters)
    return f"{clock(timeline.frames / timeline.fps)}, {timeline.frames} frames: {titles}"

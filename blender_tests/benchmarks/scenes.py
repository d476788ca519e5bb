"""What is measured on scenes in this process: building, playing, stepping, pointing, and a film of one."""

from __future__ import annotations

import argparse
import importlib.util
import resource
import statistics
import sys
import tempfile
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
from figures import FPS, SIZE, Row, median, random, row, told
from growth import GPT2, write_model

from llmviz_addon.film.film import FilmJob, film_steps, worker_count
from llmviz_addon.film.quiet import quiet
from llmviz_addon.model.blueprints import BLUEPRINTS, COMPARED, compared
from llmviz_addon.model.checkpoint import builtin, load
from llmviz_addon.model.run import read, run
from llmviz_addon.model.sampling import Sampling
from llmviz_addon.screenplay.open_stage import opening
from llmviz_addon.screenplay.production import Production, prepare, prepare_outlines

SEARCHED = tuple(sys.path)  # once bpy is imported there is more on it, which a new process could not import bpy with
MOMENTS = 300
"""Frames at which it is measured what the next one of a long film costs."""


def measure_build(options: argparse.Namespace) -> list[Row]:
    """From a checkpoint in memory to a scene, and what playing it costs."""
    if importlib.util.find_spec("bpy") is None:
        return [row("build", None, "s", 0.5, "bpy is not installed")]
    import bpy

    from llmviz_addon.stage.build import build

    with quiet():
        bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    production = told(options)
    prepared = median(lambda: told(options), 0.5)
    built = median(lambda: build(scene, production, own_scene=True), 2.0)
    times = _plays(scene, production)
    return [
        row("prepare: model, layout, screenplay", prepared * 1e3, "ms"),
        row("build, in a warm process", built, "s", 0.5, f"{len(scene.objects)} objects"),
        row("frame_set, median", statistics.median(times) * 1e3, "ms", 2.0),
        row("frame_set, slowest of a hundred", sorted(times)[-len(times) // 100] * 1e3, "ms"),
    ]


def _steps(scene: Any) -> tuple[float, float]:
    """Seconds of processor time from a frame to the next, and to another place of the film, medians of many."""
    steps, jumps = [], []
    for frame in range(1, scene.frame_end, max(1, scene.frame_end // MOMENTS)):
        start = process_time()
        scene.frame_set(frame)
        scene.frame_set(frame + 1)  # where something else begins there, it has now
        middle = process_time()
        scene.frame_set(frame + 2)
        steps.append(process_time() - middle)
        jumps.append(middle - start)
    return statistics.median(steps), statistics.median(jumps)


def _played(scene: Any) -> tuple[list[float], float]:
    """With the handlers of the user interface: each step of ten seconds from every chapter's middle; and ``_steps``."""
    import bpy

    from llmviz_addon.stage.story import read_story
    from llmviz_addon.ui import playing

    playing.register()
    times = []
    for chapter in read_story(scene).chapters:
        middle = (chapter.start + chapter.end) // 2
        for frame in range(middle, middle + 10 * FPS):
            start = process_time()
            scene.frame_set(frame)
            times.append(process_time() - start)
    jump = _steps(scene)[1]
    playing.unregister()
    assert bpy.context.scene == scene, "Blender works out keys for what a window shows"
    return times, jump


def measure_whole(options: argparse.Namespace) -> list[Row]:
    """Every chapter in one scene, each time in a new file of a process that has built it before: processor time."""
    if importlib.util.find_spec("bpy") is None:
        return [row("every chapter", None, "s", 1.0, "bpy is not installed")]
    import bpy

    from llmviz_addon.stage.build import build
    from llmviz_addon.stage.playing import everything

    prepared, built = [], []
    for _ in range(4):
        with quiet():
            bpy.ops.wm.read_factory_settings(use_empty=True)
        scene, start = bpy.context.scene, process_time()
        production = told(options, every=True)
        prepared.append(process_time() - start)
        start = process_time()
        build(scene, production, own_scene=True)
        built.append(process_time() - start)
    timeline = production.timeline
    all_there, (playing, jump) = _steps(scene)[0], _played(scene)
    everything(scene)
    with tempfile.TemporaryDirectory() as folder, quiet():
        blend = Path(folder) / "film.blend"
        bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=True)
        large = blend.stat().st_size / 1e6
    count = len(timeline.chapters)
    note = f"{len(scene.objects)} objects, {len(timeline.tracks):,} tracks"
    return [
        row(f"every chapter, {count} of them: prepare", min(prepared[1:]), "s", None, "processor time"),
        row("  build, in a warm process", min(built[1:]), "s", 1.0, note),
        row("  build, the first time", built[0], "s"),
        row("  frame_set to the next frame, median", statistics.median(playing) * 1e3, "ms", 3.0, "what is seen"),
        row("  the same, mean of all", statistics.mean(playing) * 1e3, "ms", None, "with what changes at borders"),
        row("  frame_set to another place, median", jump * 1e3, "ms"),
        row("  the same where all chapters are there", all_there * 1e3, "ms", None, "as without the add-on"),
        row("  the .blend", large, "MB", 20.0),
    ]


def measure_gpt2(options: argparse.Namespace) -> list[Row]:
    """From a file of GPT-2 small's size, with random weights, to a saved scene; in a process of its own."""
    if any(importlib.util.find_spec(name) is None for name in ("bpy", "safetensors")):
        return [row("GPT-2 small", None, "s", 20.0, "bpy or safetensors is not installed")]
    with tempfile.TemporaryDirectory() as folder:
        write_model(Path(folder), random(GPT2))
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            return process.submit(_gpt2, Path(folder), options.chapter, SEARCHED).result()


def _gpt2(folder: Path, chapter: str, searched: tuple[str, ...]) -> list[Row]:
    sys.path[:] = searched
    import bpy

    from llmviz_addon.stage.build import build

    with quiet():
        bpy.ops.wm.read_factory_settings(use_empty=True)
    scene, blend = bpy.context.scene, folder / "gpt2.blend"
    laps = [perf_counter()]
    checkpoint = load(folder)
    laps.append(perf_counter())
    production = prepare(run(checkpoint, list(range(64))), [chapter], None, SIZE, FPS)
    laps.append(perf_counter())
    build(scene, production, own_scene=True)
    laps.append(perf_counter())
    with quiet():
        bpy.ops.wm.save_as_mainfile(filepath=str(blend), compress=True)
    laps.append(perf_counter())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    loaded, prepared, built, saved = np.diff(laps)
    grids = len(production.layout.grids)
    return [
        row("GPT-2 small, 64 tokens: load", loaded, "s"),
        row("  forward, layout, screenplay", prepared, "s"),
        row("  build", built, "s", None, f"{grids:,} grids, {len(scene.objects)} objects"),
        row("  save", saved, "s"),
        row("  all of it", laps[-1] - laps[0], "s", 20.0),
        row("  peak memory", peak, "MB", 2500.0),
        row("  the .blend", blend.stat().st_size / 1e6, "MB", 300.0),
        row("  frame_set, median", statistics.median(_plays(scene, production)) * 1e3, "ms", 10.0),
    ]


def _plays(scene: Any, production: Production) -> list[float]:
    """Seconds that it takes to come to every frame."""
    times = []
    for frame in range(1, production.timeline.frames + 1):
        start = perf_counter()
        scene.frame_set(frame)
        times.append(perf_counter() - start)
    return times


def measure_shapes(options: argparse.Namespace) -> list[Row]:
    """From a name to a scene with the model in outline, and what playing it costs."""
    if importlib.util.find_spec("bpy") is None:
        return [row("shapes", None, "s", 3.0, "bpy is not installed")]
    import bpy

    from llmviz_addon.stage.build import build

    rows = []
    for names in (*((name,) for name in BLUEPRINTS), COMPARED):
        with quiet():
            bpy.ops.wm.read_factory_settings(use_empty=True)
        scene = bpy.context.scene
        start = perf_counter()
        production = prepare_outlines(compared(names), None, None, SIZE, FPS)
        build(scene, production, own_scene=True)
        built = perf_counter() - start
        times = _plays(scene, production)
        boxes = sum(
            len(one.outline.once.cells) + len(one.layers) * len(one.outline.layer.cells)
            for one in production.timeline.outlines
        )
        what = ", ".join(names)
        rows.append(row(f"shape {what}", built, "s", 3.0, f"{boxes:,} boxes, {len(scene.objects)} objects"))
        rows.append(row("  frame_set, median", statistics.median(times) * 1e3, "ms", 10.0))
    return rows


def measure_step(options: argparse.Namespace) -> list[Row]:
    """The next token on an open stage: model run, new values, new drawings."""
    if importlib.util.find_spec("bpy") is None:
        return [row("next token", None, "s", 1.0, "bpy is not installed")]
    import bpy

    from llmviz_addon.stage.live import open_steps, show

    rows = []
    sampling = Sampling(0.8, top_k=40)
    for name, checkpoint, prompt, target in (
        ("nano-gpt", builtin(), (2, 1, 0, 1, 1, 2), 1.0),
        ("GPT-2's shape, 10 tokens", random(GPT2), range(10), None),
    ):
        with quiet():
            bpy.ops.wm.read_factory_settings(use_empty=True)
        scene = bpy.context.scene
        now = opening(read(checkpoint, list(prompt), sampling=sampling))
        start = perf_counter()
        deque(open_steps(scene, now, own_scene=True), maxlen=0)
        opened = perf_counter() - start
        times = []
        for _ in range(5):
            start = perf_counter()
            now = now.following()
            show(scene, now)
            times.append(perf_counter() - start)
        rows.append(row(f"open stage, {name}", opened, "s"))
        rows.append(row("  next token", statistics.median(times), "s", target))
    return rows


def measure_pointing(options: argparse.Namespace) -> list[Row]:
    """From a ray to the cell that is met first, on frames of a film; and all that is read of that cell."""
    if importlib.util.find_spec("bpy") is None:
        return [row("pointing", None, "ms", 5.0, "bpy is not installed")]
    import bpy

    import llmviz_addon as llmviz

    rows = []
    chapters = ["preliminary", "layer-norm", "self-attention"]
    for name, what in (
        ("nano-gpt", read(builtin(), (2, 1, 0, 1, 1, 2))),
        ("GPT-2's shape, 10 tokens", read(random(GPT2), range(10))),
        ("GPT-3 in outline", llmviz.outlines("gpt3")),
    ):
        with quiet():
            bpy.ops.wm.read_factory_settings(use_empty=True)
            told = None if isinstance(what, llmviz.Outlines) else chapters
            stage = llmviz.build(what, told, pace=None, engine="cycles")
        rows += _picks(name, stage)
    return rows


def _picks(name: str, stage: Any) -> list[Row]:
    """Rays from the camera into its picture."""
    import llmviz_addon as llmviz
    from llmviz_addon.stage.pointing import sight

    scene, rng = stage.scene, np.random.default_rng(1)
    times: dict[str, list[float]] = {"pick": [], "read": []}
    boxes = met = 0
    for frame in np.linspace(1, scene.frame_end, 12).astype(int).tolist():
        scene.frame_set(frame)
        place = np.array(scene.camera.evaluated_get(sight.graph(scene)).matrix_world)
        sight.along(scene, place[:3, 3], (0, 1, 0))  # what is kept of a scene is made
        boxes = max(boxes, sum(len(sight.boxes_in(scene, obj).lows) for obj in sight.seen(scene)))
        for x, y in rng.uniform(-0.3, 0.3, (20, 2)):
            way = place[:3, :3] @ (x, y, -1.0)
            for kind, call in (
                ("pick", lambda: sight.along(scene, place[:3, 3], way)),  # noqa: B023 - called at once
                ("read", lambda: llmviz.inspect(stage, place[:3, 3], along=way)),  # noqa: B023
            ):
                start = perf_counter()
                found = call()
                times[kind].append(perf_counter() - start)
            met += found is not None
    note = f"{boxes:,} boxes seen at most, {met} of {len(times['pick'])} rays meet a cell"
    return [
        row(f"picking, {name}, median", statistics.median(times["pick"]) * 1e3, "ms", 5.0, note),
        row("  the slowest of 20", sorted(times["pick"])[-max(1, len(times["pick"]) // 20)] * 1e3, "ms", 5.0),
        row("  with all that is read", statistics.median(times["read"]) * 1e3, "ms"),
    ]


def measure_film(options: argparse.Namespace) -> list[Row]:
    """The whole film of the chapter without reading pauses, video included."""
    if importlib.util.find_spec("bpy") is None:
        return [row("film", None, "s/s", 6.0, "bpy is not installed")]
    import bpy

    from llmviz_addon.stage.build import build
    from llmviz_addon.stage.render import set_engine

    production = told(options)
    with tempfile.TemporaryDirectory() as folder:
        with quiet():
            bpy.ops.wm.read_factory_settings(use_empty=True)
            build(bpy.context.scene, production, own_scene=True)
            engine = set_engine(bpy.context.scene, "auto")
            blend = Path(folder) / "film.blend"
            bpy.ops.wm.save_as_mainfile(filepath=str(blend))
        frames = production.timeline.frames
        job = FilmJob(blend, Path(folder) / "film.mp4", 1, frames, SIZE, FPS, engine, {}, workers=options.jobs)
        start = perf_counter()
        rendered = None
        for progress in film_steps(job):
            if progress.text.startswith("Writing") and rendered is None:
                rendered = perf_counter() - start
        whole = perf_counter() - start
    workers = options.jobs or worker_count(engine)
    length = frames / FPS
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return [
        row("film, wall time per second of film", whole / length, "s/s", 6.0, f"{length:.1f} s of film, {engine}"),
        row("  the frames", rendered / frames if rendered else None, "s/frame", None, f"{workers} workers"),
        row("  the video", (whole - (rendered or 0.0)) / frames, "s/frame"),
        row("  processor time", (children.ru_utime + children.ru_stime) / frames, "s/frame"),
        row("peak memory of a worker", children.ru_maxrss / 1024, "MiB"),
        row("peak memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB"),
    ]

"""Speed and memory of what users wait for, as a table, and as JSON beside this file.

    python blender_tests/benchmarks/run.py                 # all of it
    python blender_tests/benchmarks/run.py forward build   # some of it
    python blender_tests/benchmarks/run.py --chapter 4     # with another chapter

What this Python lacks is left out with a note: without bpy the scene and the film, without torch the
comparison. Only on an idle machine do the figures mean anything.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent / "model" / "scripts")]
SEARCHED = tuple(sys.path)  # once bpy is imported there is more on it, which a new process could not import bpy with

import excerpt  # noqa: E402
from growth import GPT2, MEMORY, costs, write_model  # noqa: E402

from llmviz_addon.film.film import FilmJob, film_steps, worker_count  # noqa: E402
from llmviz_addon.film.quiet import quiet  # noqa: E402
from llmviz_addon.model.blueprints import BLUEPRINTS, COMPARED, compared  # noqa: E402
from llmviz_addon.model.checkpoint import Checkpoint, builtin, load, weight_shapes  # noqa: E402
from llmviz_addon.model.config import GPTConfig  # noqa: E402
from llmviz_addon.model.forward import forward  # noqa: E402
from llmviz_addon.model.run import read, run  # noqa: E402
from llmviz_addon.model.sampling import Sampling  # noqa: E402
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer  # noqa: E402
from llmviz_addon.screenplay.open_stage import opening  # noqa: E402
from llmviz_addon.screenplay.production import Production, prepare, prepare_outlines  # noqa: E402

SIZE, FPS = (1280, 720), 30
MOMENTS = 300
"""Frames at which it is measured what the next one of a long film costs."""
Row = dict[str, Any]


def main() -> None:
    """Measure, print, and write ``results.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; by default all")
    parser.add_argument("--chapter", default="layer-norm")
    parser.add_argument("--jobs", type=int, help="worker processes of the film")
    parser.add_argument("--manim", default=sys.executable, help="a Python that has Manim, if this one has none")
    options = parser.parse_args()
    rows: list[Row] = []
    for name in options.parts or PARTS:
        for row in PARTS[name](options):
            print(_line(row), flush=True)
            rows.append(row)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "numpy": np.__version__}
    path = HERE / "results.json"
    path.write_text(json.dumps({"machine": machine, "chapter": options.chapter, "rows": rows}, indent=1) + "\n")


def _row(what: str, value: float | None, unit: str, target: float | None = None, note: str = "") -> Row:
    return {"what": what, "value": value, "unit": unit, "target": target, "note": note}


def _line(row: Row) -> str:
    value = "–" if row["value"] is None else f"{row['value']:.4g}"
    target = "" if row["target"] is None else f"at most {row['target']:g}"
    return f"{row['what']:<44}{value:>10} {row['unit']:<8}{target:<14}{row['note']}".rstrip()


def _median(call: Callable[[], object], seconds: float = 1.0) -> float:
    """Median time of a call, in seconds, after one to warm up."""
    call()
    times: list[float] = []
    end = perf_counter() + seconds
    while perf_counter() < end or len(times) < 5:
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return statistics.median(times)


def measure_forward(options: argparse.Namespace) -> list[Row]:
    """The forward pass with every intermediate kept, ours and PyTorch's."""
    rows = []
    for name, checkpoint, tokens in (
        ("nano-gpt, 11 tokens", builtin(), [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2]),
        ("GPT-2's shape, 64 tokens", _random(GPT2), list(range(64))),
    ):
        ours = _median(lambda c=checkpoint, t=tokens: forward(c, t))
        theirs = _torch(checkpoint, tokens)
        rows.append(_row(f"forward, {name}", ours * 1e3, "ms"))
        if theirs is None:
            rows.append(_row("  against PyTorch", None, "times", 1.3, "torch is not installed"))
        else:
            rows.append(_row("  against PyTorch", ours / theirs, "times", 1.3, f"PyTorch takes {theirs * 1e3:.4g} ms"))
    return rows


def _random(config: GPTConfig) -> Checkpoint:
    rng = np.random.default_rng(0)
    weights = {
        name: rng.standard_normal(shape, dtype=np.float32) * 0.02 for name, shape in weight_shapes(config).items()
    }
    return Checkpoint("random", config, weights, IdTokenizer(config.vocab_size))


def _torch(checkpoint: Checkpoint, tokens: list[int]) -> float | None:
    if importlib.util.find_spec("torch") is None:
        return None
    import torch
    from torch_gpt import GPT

    shape = {
        key: getattr(checkpoint.config, key) for key in ("n_layer", "n_head", "n_embd", "block_size", "vocab_size")
    }
    model = GPT(**shape).eval()
    batch = torch.tensor([tokens])
    with torch.inference_mode():
        return _median(lambda: model(batch))


def measure_formats(options: argparse.Namespace) -> list[Row]:
    """How far our logits are from those of PyTorch and transformers, per format of checkpoint."""
    data = HERE.parent / "model" / "data" / "checkpoints"
    with np.load(data / "expected.npz") as file:
        expected = dict(file)
    rows = []
    for case in sorted({name.partition("/")[0] for name in expected}):
        checkpoint = load(data / case)
        ours = forward(checkpoint, expected[f"{case}/tokens"].tolist())["output.logits"]
        theirs = expected[f"{case}/logits"]
        error = float(np.abs(ours - theirs).max())
        note = f"the largest logit is {np.abs(theirs).max():.3g}"
        rows.append(_row(f"{case}, largest difference of a logit", error, "", 1e-5, note))
    return rows


def measure_build(options: argparse.Namespace) -> list[Row]:
    """From a checkpoint in memory to a scene, and what playing it costs."""
    if importlib.util.find_spec("bpy") is None:
        return [_row("build", None, "s", 0.5, "bpy is not installed")]
    import bpy

    from llmviz_addon.stage.build import build

    with quiet():
        bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    production = _production(options)
    prepared = _median(lambda: _production(options), 0.5)
    built = _median(lambda: build(scene, production, own_scene=True), 2.0)
    times = _plays(scene, production)
    return [
        _row("prepare: model, layout, screenplay", prepared * 1e3, "ms"),
        _row("build, in a warm process", built, "s", 0.5, f"{len(scene.objects)} objects"),
        _row("frame_set, median", statistics.median(times) * 1e3, "ms", 2.0),
        _row("frame_set, slowest of a hundred", sorted(times)[-len(times) // 100] * 1e3, "ms"),
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
        return [_row("every chapter", None, "s", 1.0, "bpy is not installed")]
    import bpy

    from llmviz_addon.stage.build import build
    from llmviz_addon.stage.playing import everything

    told, built = [], []
    for _ in range(4):
        with quiet():
            bpy.ops.wm.read_factory_settings(use_empty=True)
        scene, start = bpy.context.scene, process_time()
        production = _production(options, every=True)
        told.append(process_time() - start)
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
        _row(f"every chapter, {count} of them: prepare", min(told[1:]), "s", None, "processor time"),
        _row("  build, in a warm process", min(built[1:]), "s", 1.0, note),
        _row("  build, the first time", built[0], "s"),
        _row("  frame_set to the next frame, median", statistics.median(playing) * 1e3, "ms", 3.0, "what is seen"),
        _row("  the same, mean of all", statistics.mean(playing) * 1e3, "ms", None, "with what changes at borders"),
        _row("  frame_set to another place, median", jump * 1e3, "ms"),
        _row("  the same where all chapters are there", all_there * 1e3, "ms", None, "as without the add-on"),
        _row("  the .blend", large, "MB", 20.0),
    ]


def measure_gpt2(options: argparse.Namespace) -> list[Row]:
    """From a file of GPT-2 small's size, with random weights, to a saved scene; in a process of its own."""
    if any(importlib.util.find_spec(name) is None for name in ("bpy", "safetensors")):
        return [_row("GPT-2 small", None, "s", 20.0, "bpy or safetensors is not installed")]
    with tempfile.TemporaryDirectory() as folder:
        write_model(Path(folder), _random(GPT2))
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
        _row("GPT-2 small, 64 tokens: load", loaded, "s"),
        _row("  forward, layout, screenplay", prepared, "s"),
        _row("  build", built, "s", None, f"{grids:,} grids, {len(scene.objects)} objects"),
        _row("  save", saved, "s"),
        _row("  all of it", laps[-1] - laps[0], "s", 20.0),
        _row("  peak memory", peak, "MB", 2500.0),
        _row("  the .blend", blend.stat().st_size / 1e6, "MB", 300.0),
        _row("  frame_set, median", statistics.median(_plays(scene, production)) * 1e3, "ms", 10.0),
    ]


def _plays(scene: Any, production: Production) -> list[float]:
    """Seconds that it takes to come to every frame."""
    times = []
    for frame in range(1, production.timeline.frames + 1):
        start = perf_counter()
        scene.frame_set(frame)
        times.append(perf_counter() - start)
    return times


def measure_growth(options: argparse.Namespace) -> list[Row]:
    """Processor time and memory of whole commands on models that are deep, wide or large."""
    if any(importlib.util.find_spec(name) is None for name in ("bpy", "safetensors")):
        return [_row("growth", None, "s", 10.0, "bpy or safetensors is not installed")]
    rows = []
    for what, seconds, most, peak in costs(_random):
        rows += [_row(what, seconds, "s", most, "processor time"), _row("  peak memory", peak, "MB", MEMORY)]
    return rows


def measure_shapes(options: argparse.Namespace) -> list[Row]:
    """From a name to a scene with the model in outline, and what playing it costs."""
    if importlib.util.find_spec("bpy") is None:
        return [_row("shapes", None, "s", 3.0, "bpy is not installed")]
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
        rows.append(_row(f"shape {what}", built, "s", 3.0, f"{boxes:,} boxes, {len(scene.objects)} objects"))
        rows.append(_row("  frame_set, median", statistics.median(times) * 1e3, "ms", 10.0))
    return rows


def measure_step(options: argparse.Namespace) -> list[Row]:
    """The next token on an open stage: model run, new values, new drawings."""
    if importlib.util.find_spec("bpy") is None:
        return [_row("next token", None, "s", 1.0, "bpy is not installed")]
    import bpy

    from llmviz_addon.stage.live import open_steps, show

    rows = []
    sampling = Sampling(0.8, top_k=40)
    for name, checkpoint, prompt, target in (
        ("nano-gpt", builtin(), (2, 1, 0, 1, 1, 2), 1.0),
        ("GPT-2's shape, 10 tokens", _random(GPT2), range(10), None),
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
        rows.append(_row(f"open stage, {name}", opened, "s"))
        rows.append(_row("  next token", statistics.median(times), "s", target))
    return rows


def measure_pointing(options: argparse.Namespace) -> list[Row]:
    """From a ray to the cell that is met first, on frames of a film; and all that is read of that cell."""
    if importlib.util.find_spec("bpy") is None:
        return [_row("pointing", None, "ms", 5.0, "bpy is not installed")]
    import bpy

    import llmviz_addon as llmviz

    rows = []
    chapters = ["preliminary", "layer-norm", "self-attention"]
    for name, what in (
        ("nano-gpt", read(builtin(), (2, 1, 0, 1, 1, 2))),
        ("GPT-2's shape, 10 tokens", read(_random(GPT2), range(10))),
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
        _row(f"picking, {name}, median", statistics.median(times["pick"]) * 1e3, "ms", 5.0, note),
        _row("  the slowest of 20", sorted(times["pick"])[-max(1, len(times["pick"]) // 20)] * 1e3, "ms", 5.0),
        _row("  with all that is read", statistics.median(times["read"]) * 1e3, "ms"),
    ]


def measure_film(options: argparse.Namespace) -> list[Row]:
    """The whole film of the chapter without reading pauses, video included."""
    if importlib.util.find_spec("bpy") is None:
        return [_row("film", None, "s/s", 6.0, "bpy is not installed")]
    import bpy

    from llmviz_addon.stage.build import build
    from llmviz_addon.stage.render import set_engine

    production = _production(options)
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
        _row("film, wall time per second of film", whole / length, "s/s", 6.0, f"{length:.1f} s of film, {engine}"),
        _row("  the frames", rendered / frames if rendered else None, "s/frame", None, f"{workers} workers"),
        _row("  the video", (whole - (rendered or 0.0)) / frames, "s/frame"),
        _row("  processor time", (children.ru_utime + children.ru_stime) / frames, "s/frame"),
        _row("peak memory of a worker", children.ru_maxrss / 1024, "MiB"),
        _row("peak memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB"),
    ]


def measure_excerpt(options: argparse.Namespace) -> list[Row]:
    """Some seconds of film by the shell's command, and a flat scene as long by Manim."""
    if importlib.util.find_spec("bpy") is None:
        return [_row("excerpt", None, "s", None, "bpy is not installed")]
    ours, theirs = excerpt.costs(options.manim, options.jobs)
    rows = []
    for kind, target in (("processor", 0.7), ("wall", None)):
        for whose, found in (("excerpt of 7.5 s", ours), ("  the same by Manim", theirs)):
            times = sorted(getattr(cost, kind) for cost in found)
            note = f"{times[0]:.1f} to {times[-1]:.1f}" if times else "manim is not installed"
            rows.append(_row(f"{whose}, {kind} time", excerpt.middle(found, kind) if found else None, "s", None, note))
        of_theirs, spread = excerpt.ratio(ours, theirs, kind) if theirs else (None, "manim is not installed")
        rows.append(_row("  against Manim", of_theirs, "times", target, spread))
    return rows


def _production(options: argparse.Namespace, every: bool = False) -> Production:
    checkpoint, chapters = builtin(), None if every else [options.chapter]
    return prepare(run(checkpoint, checkpoint.tokenizer.encode("CBABBC")), chapters, None, SIZE, FPS)


PARTS: dict[str, Callable[[argparse.Namespace], list[Row]]] = {
    "formats": measure_formats,
    "forward": measure_forward,
    "build": measure_build,
    "whole": measure_whole,
    "gpt2": measure_gpt2,
    "growth": measure_growth,
    "shapes": measure_shapes,
    "step": measure_step,
    "pointing": measure_pointing,
    "film": measure_film,
    "excerpt": measure_excerpt,
}

if __name__ == "__main__":
    main()

"""The command line: what it makes, and what it leaves behind when it is stopped."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from llmviz_addon import cli, commands, options
from llmviz_addon.errors import ScriptError
from llmviz_addon.film.film import Progress
from llmviz_addon.film.painting import png
from llmviz_addon.film.work.progress import Bar
from llmviz_addon.model.checkpoint import BUILTINS, builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.loader import Chapter, chapters, find
from llmviz_addon.screenplay.production import PACE, Set, prepare

ROOT = Path(__file__).resolve().parent.parent
FILM = ["film", "layer-norm", "--pace", "none", "-o", "a.mp4"]

JOBS = (
    *("layout", "chapters", "build -o a.blend", "still 1 --at 0 -o a.png", "storyboard -o a", "film -o a.mp4"),
    *("trace -o a.npz", "generate", "step a.blend", "package -o a"),
)


@pytest.mark.parametrize("line", JOBS)
def test_a_job_is_handed_all_that_its_parser_takes_and_nothing_else(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option that no job reads would be ignored without a word."""
    handed: list[options.Options] = []
    job = line.split()[0]
    monkeypatch.setattr(commands, job, handed.append)
    assert cli.main(line.split()) == 0
    parsed = vars(cli._parser().parse_args(line.split()))
    assert vars(handed[0]) == {name: value for name, value in parsed.items() if name not in {"run", "parser"}}
    assert type(handed[0]) is getattr(options, job.capitalize())


def test_the_model_is_not_replaced_by_its_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.npz"
    assert cli.main(["trace", "-o", str(path)]) == 0
    before = path.read_bytes()
    assert cli.main(["trace", "--model", str(path), "-o", str(path)]) == 2
    assert "it is the file that is read" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_help_and_chapters_need_no_blender() -> None:
    program = (
        "import sys, llmviz_addon\n"
        "from llmviz_addon import cli\n"
        "assert cli.main(['chapters']) == 0\n"
        "assert not {'bpy', 'mathutils'} & set(sys.modules), 'Blender was imported'\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "03 layer-norm" in done.stdout
    assert "03.1" in done.stdout
    moves = [int(share) for share in re.findall(r"moves +(\d+) %$", done.stdout, re.M)]
    assert len(moves) == len(chapters()) + len(find().shots)
    assert all(67 <= share < 100 for share in moves)
    assert subprocess.run([sys.executable, "-m", "llmviz_addon", "--help"], cwd=ROOT, check=False).returncode == 0


def test_chapters_of_a_short_film_are_those_that_have_a_part_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["chapters", "--length", "short"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[1] for line in lines if re.match(r"[0-9]{2} ", line)]
    assert names == ["overview", "self-attention", "output"]
    assert any("04.1 lookup" in line for line in lines)


@pytest.mark.parametrize("job", ["build", "storyboard", "still", "film"])
@pytest.mark.parametrize(("named", "length"), [("all", "full"), ("all", "short"), ("overview", "short")])
def test_every_job_that_tells_chapters_tells_them_all_or_a_short_film(
    job: str, named: str, length: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, tuple[str, ...]]] = []

    def stop(chosen: Sequence[Chapter], *_: object) -> None:
        told.extend((chapter.name, chapter.beats) for chapter in chosen)
        raise ScriptError("That is enough.")

    monkeypatch.setattr(Set, "tell_steps", lambda self, chosen, *_, **__: stop(chosen))
    output = {"build": "a.blend", "storyboard": "a", "still": "a.png", "film": "a.mp4"}[job]
    arguments = [job, named, "--length", length, "-o", str(tmp_path / output)]
    assert cli.main([*arguments, *(["--at", "0"] if job == "still" else [])]) == 2
    wanted = [one for one in chapters() if named in ("all", one.name) and (length == "full" or one.short)]
    assert told == [(one.name, one.short if length == "short" else ()) for one in wanted]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["trailer", "--bpm", "500"], "A tempo of 500 beats per minute is not possible; give 40 to 240."),
        (["trailer", "--bpm", "fast"], "'fast' is not a tempo; give beats per minute, such as 120"),
        (["mlp", "--bpm", "120"], "A tempo of 120 beats per minute is for a trailer; full and short films"),
        (["mlp", "--quality", "ultra"], "invalid choice: 'ultra'"),
        (["trailer", "softmax"], "A trailer leaves out the chapter 'softmax'."),
    ],
)
def test_a_trailer_that_cannot_be_is_refused(
    given: list[str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["film", *given, "-o", str(tmp_path / "a.mp4")]) == 2
    assert why in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_default_pace_is_the_screenplay_s() -> None:
    assert cli._parser().parse_args(["chapters"]).pace == PACE
    assert cli._parser().parse_args(["storyboard", "-o", "a"]).pace == PACE  # else no chapter opens with its question


def test_moments() -> None:
    checkpoint = builtin()
    timeline = prepare(run(checkpoint, checkpoint.tokenizer.encode("CBABBC")), ["layer-norm"]).timeline
    rests = [marker for marker in timeline.markers if marker.kind == "rest"]
    number, _, words = rests[1].name.partition(" ")
    for at in (number, words, words.replace(" ", "-").upper(), rests[1].name):
        assert commands.frame_at(timeline, at) == rests[1].frame
    assert commands.frame_at(timeline, "0") == 1
    assert commands.frame_at(timeline, "2.5") == 76
    assert commands.frame_range(timeline, None, None) == (1, timeline.frames)
    assert commands.frame_range(timeline, 1.0, 2.0) == (31, 60)


def test_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["trace", "--tokens", "ABCABC", "-o", str(tmp_path / "t.npz")]) == 0
    with np.load(tmp_path / "t.npz") as numbers:
        assert numbers["layers.0.ln_1.mean"].shape == (11,)
    assert "11 tokens" in capsys.readouterr().out


def test_still(tmp_path: Path) -> None:
    path = tmp_path / "s.png"
    arguments = ["still", "3", "--at", "03.2", "--size", "256x144", "--engine", "cycles", "-o", str(path)]
    assert cli.main(arguments) == 0
    assert png.read(path).std() > 10
    assert [p.name for p in tmp_path.iterdir()] == ["s.png"]


@pytest.mark.parametrize(
    ("job", "noted"),
    [
        (["build", "layer-norm", "-o", "a.blend"], True),
        (["still", "layer-norm", "--at", "1", "-o", "a.png"], False),
    ],
)
def test_how_a_scene_was_built_is_noted_only_in_one_that_is_kept(
    job: list[str], noted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import bpy

    from llmviz_addon.stage.rebuild.changes import UNTOLD, losses

    monkeypatch.chdir(tmp_path)
    assert cli.main([*job, "--pace", "none", "--size", "64x64"]) == 0
    if noted:
        bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "a.blend"))
    assert losses(bpy.context.scene) == ([] if noted else [UNTOLD])


def test_build_and_film(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["build", "layer-norm", "--pace", "none", "-o", str(tmp_path / "s.blend")]) == 0
    span = ["--from", "1", "--to", "1.2", "--size", "128x72", "--engine", "cycles", "--captions"]
    assert cli.main([*FILM[:-1], str(tmp_path / "f.mp4"), *span]) == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["f.frames", "f.mp4", "f.srt", "f.vtt", "s.blend"]
    assert (tmp_path / "s.blend").read_bytes()[:4] == b"\x28\xb5\x2f\xfd"  # compressed: GPT-2's would have 760 MB
    out, err = capfd.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == ["Wrote", "Wrote"]
    assert "Rendering 6/6" in err


def test_frames_of_another_film_and_frames_that_are_not_kept(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    film = [*FILM[:-1], str(tmp_path / "f.mp4"), "--to", "0.1", "--size", "64x64", "--engine", "cycles"]
    assert cli.main(film) == 0
    assert re.search(r"3 frames; they are kept in .*f\.frames \(0 MB\)", capfd.readouterr().out)
    assert cli.main([*film, "--theme", "dark"]) == 2
    assert "keeps 3 frames of another film (another scene, theme); name another output" in capfd.readouterr().err
    assert len(list((tmp_path / "f.frames").glob("*.png"))) == 3
    assert cli.main([*film, "--theme", "dark", "--overwrite", "--drop-frames"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.mp4", "f.srt"]


def test_shapes(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.png"
    options = ["--size", "256x144", "--engine", "cycles", "-o", str(path)]
    assert cli.main(["still", "scale", "--compare", "gpt3", "nano", "--at", "layers", *options]) == 0
    assert png.read(path).std() > 10
    assert cli.main(["build", "--shape", "GPT-3", "--pace", "none", "-o", str(tmp_path / "s.blend")]) == 0
    assert "Scale" in capfd.readouterr().out


def test_ctrl_c_keeps_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Bar, "show", stopped)
    assert (
        cli.main([*FILM[:-1], str(tmp_path / "f.mp4"), "--to", "0.2", "--size", "64x64", "--engine", "cycles"]) == 130
    )
    err = capfd.readouterr().err
    assert err.splitlines()[-1].startswith("llmviz: Stopped with 0 of 6 frames in ")
    assert not (tmp_path / "f.mp4").exists()


def test_generate_tells_every_step_and_the_whole_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["generate", "-n", "7"]) == 0  # beyond the block size the first letters are forgotten
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "t = 6, greedy:"
    assert lines[1].split() == [">", "1", "A", "99.996", "%"]
    assert [line.split()[0] for line in lines].count("t") == 7
    assert lines[-1].startswith("CBABBCABBBCC")
    assert len(lines[-1]) == 13


def test_models_that_come_along_are_had_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(BUILTINS["nano-gpt"].file, tmp_path / "austen")
    said = []
    for model in ("austen", "nano-gpt", "./austen"):
        text = ["--tokens", "CBA"] if model == "./austen" else []
        assert cli.main(["generate", "--model", model, *text]) == 0
        said.append(capsys.readouterr().out.splitlines()[-1])
    assert said[0].startswith(BUILTINS["austen"].sample)
    assert said[1:] == ["CBABBCA", "CBAA"]


def test_a_seed_without_a_temperature_draws_as_the_model_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["generate", "--top-k", "2", "--seed", "5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "t = 6, temperature 1, top-k 2, seed 5:"
    assert len(lines) == 4


def test_an_open_stage_goes_on_step_by_step(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, kept, model = tmp_path / "s.blend", tmp_path / "kept.safetensors", tmp_path / "mine.safetensors"
    shutil.copy(BUILTINS["nano-gpt"].file, model)
    text = ["--model", str(model), "--tokens", "CBABBC"]
    assert cli.main(["generate", *text, "-n", "2", "--room", "2", "-o", str(path)]) == 0
    assert capfd.readouterr().out.splitlines()[-2:] == ["CBABBCAB", f"Wrote {path}: 8 tokens, and room for 2 more."]
    assert cli.main(["step", str(path), "--temperature", "6", "--seed", "2"]) == 0
    stepped = capfd.readouterr().out.splitlines()
    assert stepped[0] == "t = 8, temperature 6, seed 2:"
    chosen = next(line for line in stepped if line.startswith(">")).split()[2]
    assert stepped[-2] == f"CBABBCAB{chosen}"
    model.rename(kept)
    assert cli.main(["step", str(path)]) == 2
    assert "Say with --model where it is now." in capfd.readouterr().err
    assert cli.main(["step", str(path), "--model", str(kept)]) == 0
    moved = capfd.readouterr().out.splitlines()
    assert moved[0] == "t = 9, temperature 6, seed 2:"  # as it was chosen last
    before = path.read_bytes()
    assert cli.main(["step", str(path)]) == 2
    assert "All 10 columns of the stage are filled; open it with more room." in capfd.readouterr().err
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"s.blend", "kept.safetensors"}


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (["build", "layer-norm", "--pace", "none"], "'s.blend' holds a film, which is about one run"),
        ([], "Cannot open"),
    ],
)
def test_only_an_open_stage_goes_on(
    made: list[str], message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.blend"
    path.write_bytes(b"BLENDER, but not really")
    if made:
        assert cli.main([*made, "-o", str(path)]) == 0
    before = path.read_bytes()
    capfd.readouterr()
    assert cli.main(["step", str(path)]) == 2
    assert message in capfd.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_film_that_is_ended_leaves_nothing_temporary_for_good(tmp_path: Path, name: str) -> None:
    (tmp_path / "tmp").mkdir()
    film = [*FILM[:-1], str(tmp_path / "f.mp4"), "--to", "2", "--size", "64x64", "--engine", "cycles"]
    command = [sys.executable, "-P", "-m", "llmviz_addon", *film]
    env = {**os.environ, "TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not list(tmp_path.glob("f.frames/*.png")):
            time.sleep(0.05)
        process.send_signal(getattr(signal, name))
        status = process.wait(60)
    assert status == {"SIGINT": 130, "SIGTERM": 143, "SIGKILL": -9}[name]
    left = list((tmp_path / "tmp").iterdir())
    assert bool(left) == (name == "SIGKILL")
    if left:
        time.sleep(5)  # its workers notice, and end
        assert subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0
        assert not list((tmp_path / "tmp").iterdir())
        assert sorted(path.name for path in tmp_path.iterdir()) == ["f.frames", "f.mp4", "f.srt", "tmp"]
        assert not list((tmp_path / "f.frames").glob(".*"))


@pytest.mark.parametrize("job", ["film", "storyboard"])
def test_what_steps_hold_is_let_go_of_where_a_signal_meets_the_bar(
    job: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_steps = []

    def steps(*_: object, **__: object) -> Iterator[object]:
        open_steps.append(job)
        try:
            while True:
                yield Progress(1, 2, "Rendering") if job == "film" else (0.5, "Rendering")
        finally:
            open_steps.clear()

    def met(*_: object) -> None:
        assert open_steps
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "_staged", lambda *_, **__: None)
    monkeypatch.setattr(commands.api, f"{job}_steps", steps)
    monkeypatch.setattr(Bar, "show", met)
    target = tmp_path / ("f.mp4" if job == "film" else "board")
    with pytest.raises(KeyboardInterrupt) as caught:  # which keeps all that it passed through
        cli.carry_out([job, "layer-norm", "-o", str(target)])
    assert caught.tb is not None
    assert not open_steps


def test_what_is_slow_is_imported_only_by_a_job() -> None:
    code = "import sys; from llmviz_addon.cli import _parser; _parser(); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(("size", "threads"), [(1, "1"), (2, None)])
def test_only_large_checkpoints_are_read_with_many_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, threads: str | None
) -> None:
    monkeypatch.setattr(cli, "LARGE", 1000)
    monkeypatch.setattr(commands, "layout", lambda asked: None)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(bytes(400 * size))
    cli.main(["layout", "--model", str(tmp_path)])
    assert os.environ.get("OPENBLAS_NUM_THREADS") == threads

"""The command line: what it makes, and one line for everything that cannot be made."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from llmviz_addon import cli, commands, options
from llmviz_addon.film.painting import png
from llmviz_addon.film.work.progress import Bar
from llmviz_addon.model.checkpoint import BUILTIN, builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import PACE, prepare

ROOT = Path(__file__).resolve().parent.parent
STILL = ["still", "layer-norm", "-o", "a.png"]
FILM = ["film", "layer-norm", "--pace", "none", "-o", "a.mp4"]

WRONG = {
    "no job": ([], "arguments are required: JOB"),
    "unknown job": (["flim"], "invalid choice: 'flim' (choose from"),
    "unknown chapter": (
        ["still", "layer-nrom", "--at", "1", "-o", "a.png"],
        "Unknown chapter 'layer-nrom'. Choose from",
    ),
    "unknown chapter number": (["build", "77", "-o", "a.blend"], "Unknown chapter '77'. Choose from"),
    "letter outside the vocabulary": (["build", "--tokens", "CBAXBC", "-o", "a.blend"], "possible are A, B, C"),
    "too many tokens": (["trace", "--tokens", "ABCABCABCABC", "-o", "a.npz"], "11"),
    "no tokens": (["trace", "--tokens", "", "-o", "a.npz"], "1 to 11"),
    "time past the end": ([*STILL, "--at", "9999"], "9999 seconds is past the end; this film has 0 to"),
    "unknown rest": ([*STILL, "--at", "lunch"], "There is no rest 'lunch'. Give 0 to"),
    "negative time": ([*STILL, "--at=-1"], "There is no rest '-1'. Give 0 to"),
    "no time": (STILL, "--at"),
    "from past the end": ([*FILM, "--from", "9999"], "9999 seconds is past the end"),
    "to past the end": ([*FILM, "--to", "9999"], "9999 seconds is past the end"),
    "to before from": ([*FILM, "--from", "3", "--to", "2"], "--to must be after --from"),
    "no seconds": ([*FILM, "--from", "soon"], "'soon' is not a time; give seconds"),
    "a size of 0": ([*FILM, "--size", "0x720"], "0x720 is not possible; each side may have 64 to"),
    "no size": ([*FILM, "--size", "big"], "'big' is no size; give width and height in pixels"),
    "no rate": ([*FILM, "--fps", "0"], "'0' is not a whole number above 0"),
    "impossible rate": ([*FILM, "--fps", "1000"], "1000 frames per second is not possible; give 1 to 240"),
    "no pace": (["chapters", "--pace", "fast"], "'fast' is not a pace; give words per minute, such as 200, or none"),
    "impossible pace": (["chapters", "--pace", "1"], "give 20 to 2000, or none"),
    "unknown engine": ([*FILM, "--engine", "luxcore"], "invalid choice: 'luxcore' (choose from"),
    "unknown theme": ([*STILL, "--at", "1", "--theme", "neon"], "Unknown theme 'neon'. Choose from light"),
    "no output": (["film"], "-o/--output"),
    "odd size": (["film", "nothing", "--size", "101x64", "-o", "a.mp4"], "instead of 101x64 take 102x64"),
    "wrong ending": (["film", "-o", "a.avi"], "'a.avi' must end in .mp4"),
    "no folder": (["build", "-o", "no/a.blend"], "'no' does not exist"),
    "no rights": (["trace", "-o", "/proc/a.npz"], "Cannot write '/proc/a.npz'"),
    "no checkpoint": (["trace", "--model", "gpt.pt", "-o", "a.npz"], "gpt.pt"),
    "no chapter folder": (["chapters", "--walkthroughs", "mine"], "There is no chapter folder 'mine'"),
    "unknown shape": (["build", "--shape", "gpt5", "-o", "a.blend"], "Unknown model shape 'gpt5'. Choose from nano,"),
    "unknown shapes": (["build", "--compare", "nano", "x", "-o", "a.blend"], "Unknown model shape 'x'. Choose from"),
    "one and several": (["film", "--shape", "nano", "--compare", "gpt2", "-o", "a.mp4"], "Give one of the two"),
    "a shape that is run": (["build", "--shape", "nano", "--tokens", "A", "-o", "a.blend"], "Leave out --model and"),
    "numbers of a shape": (["build", "3", "--shape", "nano", "-o", "a.blend"], "outlines have none. Choose from scale"),
    "no temperature": (
        ["generate", "--temperature", "warm"],
        "'warm' is not a temperature; give 0 or more, such as 0.8",
    ),
    "a negative temperature": (["generate", "--temperature=-1"], "'-1' is not a temperature"),
    "top-k of 0": (["generate", "--top-k", "0"], "'0' is not a whole number above 0"),
    "top-p above 1": (["generate", "--top-p", "2"], "top_p is 2.0, but must be above 0 and at most 1"),
    "no seed": (["generate", "--seed=-4"], "'-4' is not a whole number of 0 or more"),
    "no room on any stage": (
        ["generate", "-n", "9", "-o", "a.blend"],
        "6 tokens and 9 more have no room: 'nano-gpt' takes at most 11.",
    ),
    "a stage that is not there": (["step", "a.blend"], "There is no file 'a.blend'. Make one with llmviz generate -o"),
    "an empty model": (["trace", "--model", "", "-o", "a.npz"], "argument --model: it is empty; give a path"),
    "an empty output": (["trace", "-o", ""], "argument -o/--output: it is empty; give a path"),
    "an empty scene": (["step", ""], "argument SCENE.blend: it is empty; give a path"),
    "an empty model of a scene": (["step", "a.blend", "--model="], "argument --model: it is empty; give a path"),
    "an empty chapter folder": (["chapters", "--walkthroughs", ""], "argument --walkthroughs: it is empty"),
    "an empty chapter": (["build", "", "-o", "a.blend"], "Unknown chapter ''. Choose from"),
    "an empty theme": (["build", "--theme", "", "-o", "a.blend"], "Unknown theme ''. Choose from light"),
    "an empty shape": (["build", "--shape", "", "-o", "a.blend"], "Unknown model shape ''. Choose from"),
    "an empty moment": ([*STILL, "--at", ""], "There is no rest ''. Give 0 to"),
    "tokens that are no text": (["trace", "--tokens", "A\udce9", "-o", "a.npz"], "is not text in this terminal's"),
    "another script's digits": (["chapters", "--pace", "２００"], "'２００' is not a pace; give words"),
    "another script's size": ([*FILM, "--size", "١٢٨x٧٢"], "'١٢٨x٧٢' is no size"),
    "another script's moment": ([*STILL, "--at", "١"], "There is no rest '١'. Give 0 to"),
    "a number with a joint": (["chapters", "--pace", "1_000"], "'1_000' is not a pace"),
    "more than a number holds": (["generate", "--temperature", "1e400"], "'1e400' is not a temperature"),
    "no number": (["generate", "--top-p", "nan"], "'nan' is not a share"),
    "6,000 digits": (["generate", "-n", "9" * 6000], "999' is not a whole number above 0"),
    "6,000 zeros": (["generate", "-n", "0" * 6000], "000' is not a whole number above 0"),
    "a moment of 6,000 digits": ([*STILL, "--at", "9" * 6000], "999 seconds is past the end; this film has 0 to"),
    "a start of 300 digits": ([*FILM, "--from", "9" * 300], "1e+300 seconds is past the end"),
    "too many processes": ([*FILM, "--jobs", "100000"], "'100000' is not a number of processes; give 1 to 256"),
    "half an option": (
        ["trace", "--mod", "x", "-o", "a.npz"],
        "unrecognized arguments: --mod x. Did you mean --model?",
    ),
    "a value like an option": (["trace", "--tokens", "-x", "-o", "a.npz"], "is given as --tokens=-5"),
    "a film whose name is no text": (["film", "-o", "a\udce9.mp4"], r"'a\udce9.mp4': with its folder it is not UTF-8"),
    "no place for a board": (["storyboard", "-o", "no/board"], "'no' does not exist"),
    "no place for the zip": (["package", "-o", "no/dist"], "'no' does not exist"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_in_one_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments, wanted = WRONG[name]
    monkeypatch.chdir(tmp_path)
    try:
        status = cli.main(arguments)
    except SystemExit as end:
        status = end.code
    out, err = capfd.readouterr()
    assert status == 2
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("llmviz: ")
    assert wanted in err
    assert len(err) < 1400
    assert list(tmp_path.iterdir()) == []


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


EARLY = (
    *("a size of 0", "impossible rate", "impossible pace", "unknown theme", "unknown chapter", "unknown shape"),
    *("wrong ending", "no folder", "no place for a board", "top-p above 1", "no chapter folder"),
)


@pytest.mark.parametrize("name", EARLY)
def test_what_can_be_told_at_once_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        pytest.fail("a model was read first")

    arguments, wanted = WRONG[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("llmviz_addon.api.load", fail)
    assert cli.main(arguments) == 2
    assert wanted in capfd.readouterr().err


def test_a_wrong_theme_or_size_of_an_open_stage_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    for option, value in (("--theme", "neon"), ("--size", "0x0"), ("--top-p", "0")):
        assert cli.main(["generate", option, value]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1


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
    assert subprocess.run([sys.executable, "-m", "llmviz_addon", "--help"], cwd=ROOT, check=False).returncode == 0


def test_the_default_pace_is_the_screenplay_s() -> None:
    assert cli._parser().parse_args(["chapters"]).pace == PACE


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
    assert lines[1].split() == [">", "1", "A", ">", "99.9", "%"]
    assert [line.split()[0] for line in lines].count("t") == 7
    assert lines[-1].startswith("CBABBCABBBCC")
    assert len(lines[-1]) == 13


def test_a_seed_without_a_temperature_draws_as_the_model_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["generate", "--top-k", "2", "--seed", "5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "t = 6, temperature 1, top-k 2, seed 5:"
    assert len(lines) == 4


def test_an_open_stage_goes_on_step_by_step(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, kept, model = tmp_path / "s.blend", tmp_path / "kept.safetensors", tmp_path / "mine.safetensors"
    shutil.copy(BUILTIN, model)
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


FULL = {
    "build": (["build", "layer-norm", "--pace", "none", "-o", "s.blend"], "is the disk full?"),
    "still": ([*STILL, "--at", "1", "--size", "256x144", "--engine", "cycles"], "is there room in "),
    "board": (["storyboard", "3", "--size", "256x144", "--engine", "cycles", "-o", "b"], "is there room in "),
    "film": ([*FILM, "--to", "0.2"], "is the disk full?"),
    "trace": (["trace", "-o", "t.npz"], "Cannot write 't.npz': File too large."),
    "open stage": (["generate", "-o", "s.blend"], "is the disk full?"),
    "step": (["step", "open.blend"], "is the disk full?"),
    "zip": (["package", "-o", "d"], "File too large"),
}


@pytest.mark.parametrize("name", FULL)
def test_a_full_disk_is_told_and_nothing_is_replaced(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    disk_of: Callable[[int], AbstractContextManager[None]],
) -> None:
    arguments, wanted = FULL[name]
    monkeypatch.chdir(tmp_path)
    if name == "step":
        assert cli.main(["generate", "-o", "open.blend"]) == 0
    elif name != "board" and name != "zip":
        Path(arguments[-1] if name != "still" else "a.png").write_text("hers")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    capfd.readouterr()
    with disk_of(5000):
        assert cli.main(arguments) == 2
    err = capfd.readouterr().err.splitlines()
    assert err[-1].startswith("llmviz: ")
    assert wanted in err[-1]
    assert "Traceback" not in "".join(err)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert list(scratch.iterdir()) == []


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

"""The command line: one line for everything that cannot be made, and nothing half-done."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from llmviz_addon import cli

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
    "unknown language": ([*FILM, "--language", "tlh"], "Unknown language 'tlh'. Choose from en, de"),
    "unknown length": ([*FILM, "--length", "medium"], "invalid choice: 'medium' (choose from"),
    "no part in a short film": (
        ["film", "mlp", "--length", "short", "-o", "a.mp4"],
        "A short film leaves out the chapter 'mlp'. Choose from overview, self-attention, output",
    ),
    "no short film of outlines": (
        ["build", "all", "--compare", "nano", "gpt2", "--length", "short", "-o", "a.blend"],
        "A short film leaves out the chapter 'scale'",
    ),
    "no model of ours": (
        ["trace", "--model", "austin", "-o", "a.npz"],
        "There is no file or folder 'austin' here. The models that come along are nano-gpt and austen.",
    ),
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
    "a lost theme file": ([*STILL, "--at", "1", "--theme", "gone.toml"], "Cannot read the theme 'gone.toml': No such"),
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

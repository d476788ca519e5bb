"""Odd arguments in every combination: a status and one line, never a traceback, and nothing half-done."""

from __future__ import annotations

import argparse
import os
import random
from pathlib import Path
from typing import NoReturn

import pytest

from llmviz_addon import cli, commands
from llmviz_addon.errors import JobError

CASES = int(os.environ.get("LLMVIZ_FUZZ", "150"))
ODD = (
    *("", " ", "x", "-", "--", "-x", "--x", "-1", "0", "1", "2", "12.5", "1e400", "1e-320", "1e308", "nan", "inf"),
    *("１２", "٣", "1_000", "+5", "0x10", "9" * 30, "9" * 6000, "0" * 6000, "%s", "{x}", "$HOME", "*", "~", "\\"),
    *("\udce9", "é", "名", "\u202e", "\x1b[2J", "\n", "a" * 300, "/", ".", "..", "/dev/null", "/proc/self/mem", "nul"),
    *("none", "NONE", "auto", "light", "LIGHT", "cycles", "1280x720", "64x64", "65x65", "0x0", "8193x64", "１x１"),
    *("layer-norm", "LAYER_NORM", "3", "03", "10", "scale", "03.2", "one-column", "nano", "gpt3", "GPT-2", "CBABBC"),
    *("a.png", "a.PNG", "a.blend", "a.mp4", "a.npz", "new", "no/a.png", "model.npz", "folder.blend", "folder", "A"),
    *("pipe.png", "pipe.npz", "cut.npz", "cut.blend", "text.blend", "\udce9.npz", "a\nb.blend", "-rf.npz", "loop.npz"),
    *("chapters", "//tmp", "None"),
)
RIGHT = {
    "chapters": ("layer-norm", "3", "self-attention", "scale"),
    "--at": ("12.5", "0", "03.2", "one-column"),
    "--model": ("model.npz",),
    "--tokens": ("CBABBC", "A", "ABCABCABCAB"),
    "--pace": ("200", "none"),
    "--size": ("640x360", "64x64"),
    "--theme": ("dark",),
    "--engine": ("cycles",),
    "--fps": ("24",),
    "--walkthroughs": ("chapters",),
    "--shape": ("nano", "gpt2"),
    "--from": ("1",),
    "--to": ("2",),
    "-n": ("1", "3"),
    "--seed": ("7",),
    "--top-k": ("2",),
    "--top-p": ("0.9",),
    "--temperature": ("0.8",),
    "--room": ("2",),
    "--jobs": ("2",),
}
OUTPUTS = {"still": "a.png", "film": "a.mp4", "trace": "a.npz", "storyboard": "new", "package": "new"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with odd things in it, and Blender kept away: what would be staged is an error of its own."""

    def stop(*_: object) -> NoReturn:
        raise JobError("Blender would start now.")

    for name in ("_blender", "_fresh"):
        monkeypatch.setattr(commands, name, stop)
    monkeypatch.setattr("llmviz_addon.packaging._stage", stop)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["trace", "-o", "model.npz"]) == 0
    data = Path("model.npz").read_bytes()
    Path("cut.npz").write_bytes(data[: len(data) // 2])
    Path("cut.blend").write_bytes(b"BLENDER-v405")
    Path("text.blend").write_text("no blend")
    Path("folder.blend").mkdir()
    Path("folder").mkdir()
    Path("loop.npz").symlink_to("loop.npz")
    Path("chapters").mkdir()
    Path("chapters/50_mine.py").write_text("title, part = 'Mine', 'M'\ndef play(film):\n    film.wait(1)\n")
    for name in ("pipe.png", "pipe.npz"):
        os.mkfifo(name)
    return tmp_path


def odd_arguments(job: str, parser: argparse.ArgumentParser, chance: random.Random) -> list[str]:
    """Some of a job's options, each with a value that may be right, odd, or missing."""
    found = [job]
    oddness = chance.choice((0.05, 0.2, 0.6))
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction) or not (action.required or chance.random() < 0.25):
            continue
        names = action.option_strings
        if {"-o", "scene"} & {*names, action.dest}:
            right = (OUTPUTS.get(job, "a.blend"),)
        else:
            right = next((RIGHT[name] for name in (*names, action.dest) if name in RIGHT), ODD)
        count = {0: 0, None: 1, 1: 1}.get(action.nargs, chance.randrange(3))  # type: ignore[call-overload]
        given = [chance.choice(ODD if chance.random() < oddness else right) for _ in range(count)]
        if names and given and chance.random() < 0.5:  # in one word with its name
            name = chance.choice(names)
            given[0] = f"{name}{'=' if name.startswith('--') else ''}{given[0]}"
        elif names:
            given.insert(0, chance.choice(names))
        found += given
    if chance.random() < oddness / 5:
        found.insert(chance.randrange(len(found) + 1), chance.choice(ODD))
    return found


def things(folder: Path) -> dict[str, bytes | None]:
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("part", range(5))
def test_odd_arguments(part: int, place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    jobs = next(a for a in cli._parser()._actions if isinstance(a, argparse._SubParsersAction)).choices
    before = things(place)
    for seed in range(part, CASES, 5):
        chance = random.Random(seed)
        job = chance.choice(sorted(jobs))
        arguments = odd_arguments(job, jobs[job], chance)
        capfd.readouterr()
        status = cli.main(arguments)
        out, err = capfd.readouterr()
        told = f"seed {seed}: {arguments!r}: {status} {err[-500:]!r}"
        assert status in (0, 2), told
        if status == 2:
            assert err.startswith("llmviz: "), told
            assert err.count("\n") == 1, told
            assert len(err) < 1400, told
            assert things(place) == before, told
        else:
            assert err == "", told
            changed = {path for path, data in things(place).items() if before.get(path, b"") != data}
            assert len(changed) == (job == "trace"), told
            for path in changed:
                Path(path).unlink()
            for path in changed & set(before):
                Path(path).write_bytes(before[path] or b"")

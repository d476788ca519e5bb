"""A few hundred of the fuzzer's cases; ``python -m blender_tests.model.fuzz`` runs as many as one likes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from blender_tests.model.fuzz import cases, pool
from blender_tests.model.fuzz.originals import originals
from llmviz_addon.errors import ModelError

FIRST = 1_000_000  # not those that a run of the command begins with


def test_hostile_files_are_refused_in_one_line_or_right() -> None:
    kinds, bad = pool.counted(FIRST, 400, 1)
    assert bad == []
    assert kinds["error"] + kinds["right"] == 400
    assert min(kinds["error"], kinds["right"]) > 50  # else the changes are too harmless, or all is refused at once


@pytest.mark.parametrize("name", originals())
def test_the_originals_are_right(name: str, tmp_path: Path) -> None:
    outcome = cases.try_one(cases.written(originals()[name], tmp_path / "it"), name)
    assert outcome.kind == "right", outcome.told


def test_a_case_is_made_by_its_number() -> None:
    assert [cases.make(number) for number in range(40)] == [cases.make(number) for number in range(40)]


def crash() -> object:
    os.kill(os.getpid(), signal.SIGSEGV)
    return None


def loop() -> object:
    while True:
        pass


def fill() -> object:
    return np.ones(1 << 28)


def fail() -> object:
    raise KeyError("x")


def shout() -> object:
    raise ModelError("x" * 1000)


def two_lines() -> object:
    raise ModelError("one\ntwo")


@pytest.mark.parametrize(
    ("does", "kind"),
    [
        (crash, "SIGSEGV"),
        (loop, "too slow"),
        (fill, "MemoryError"),
        (fail, "KeyError"),
        (shout, "a long message"),
        (two_lines, "a message that is not one line"),
    ],
)
def test_what_must_not_be_is_told(monkeypatch: pytest.MonkeyPatch, does: object, kind: str) -> None:
    for name in originals():
        cases.numbers_of(name)
    monkeypatch.setattr(cases, "load", lambda _: does())  # type: ignore[operator]
    monkeypatch.setattr(pool, "SECONDS", 0.2)
    count = 1 if kind == "too slow" else 2  # a second one shows that a worker that died is replaced
    kinds, bad = pool.counted(0, count, 1)
    assert kinds == {kind: count}
    assert [number for number, _ in bad] == [0, 1][:count]

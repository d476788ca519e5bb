"""A still by a process of its own."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.film import apart
from llmviz_addon.film.apart import picture_steps
from llmviz_addon.film.still import picture
from llmviz_addon.film.work.crew import Crew
from llmviz_addon.stepwise import at_once


@pytest.fixture
def filmed(blend: Path) -> bpy.types.Scene:
    """A small scene that was saved, and is open."""
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    return bpy.context.scene


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Crew]:
    """The crews that were started."""
    crews: list[Crew] = []

    class Known(Crew):
        def __init__(self, *args: object) -> None:
            super().__init__(*args)
            crews.append(self)

    monkeypatch.setattr(apart, "Crew", Known)
    return crews


def test_it_is_the_picture_that_is_rendered_here(filmed: bpy.types.Scene, started: list[Crew]) -> None:
    made = at_once(picture_steps)(filmed, 5, "cycles", poll=0.5)
    assert np.abs(made.astype(int) - picture(filmed, 5, engine="cycles")).mean() < 0.5
    assert started[0]._members[0].process.poll() is not None


def test_a_worker_that_dies_is_replaced_and_that_is_told(filmed: bpy.types.Scene, started: list[Crew]) -> None:
    told, killed = [], False
    for _, text in picture_steps(filmed, 5, "cycles", poll=0.5):
        told.append(text)
        if started and not killed:
            killed = True
            started[0]._members[0].process.kill()
    assert "rendering failed, tried again: the process was killed (SIGKILL)" in told[-1]


def test_one_that_dies_again_and_again_is_an_error(filmed: bpy.types.Scene, started: list[Crew]) -> None:
    def kill_all() -> None:
        for _ in picture_steps(filmed, 5, "cycles", poll=0.2):
            for crew in started:
                crew._members[0].process.kill()

    with pytest.raises(JobError, match="Rendering failed 3 times at frame 5"):
        kill_all()


def test_given_up_it_leaves_nothing(filmed: bpy.types.Scene, started: list[Crew]) -> None:
    steps = picture_steps(filmed, 5, "cycles")
    while not started:
        next(steps)
    steps.close()
    assert started[0]._members[0].process.poll() is not None

"""What is told, ready for the stage."""

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import prepare
from llmviz_addon.screenplay.telling import Telling

ROOT = Path(__file__).resolve().parents[2]
TELL = """
import numpy as np
from blender_tests.screenplay.conftest import random_checkpoint
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import prepare
np.set_printoptions(threshold=10_000)
model = random_checkpoint(GPTConfig(2, 2, 20, 16, 7))
told = prepare(run(model, [0, 1, 2]), ["self-attention", "transformer"]).timeline
for track in told.tracks:
    print(track.channel, track.frames.tolist(), track.values.tolist(), track.easings)
print(*told.drawings, *told.fragments, *told.markers, *told.subtitles, *told.chapters, sep="\\n")
"""


def test_in_every_process_the_same_is_told():
    """Not what a set's order is, which is another with other addresses and other hashes of names."""

    def told(**settings: str) -> list[str]:
        command, around = [sys.executable, "-c", TELL], {**os.environ, "PYTHONPATH": str(ROOT), **settings}
        return subprocess.run(command, cwd=ROOT, env=around, capture_output=True, text=True, check=True).stdout.split(
            "\n"
        )

    first, second = told(PYTHONHASHSEED="1"), told(PYTHONHASHSEED="2", PYTHONMALLOC="malloc")
    assert len(first) > 2000
    assert [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize("once", [True, False])
def test_only_a_film_that_is_staged_once_gives_its_values_away(nano, once):
    production = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["layer-norm"])
    production.once = once
    trace, frames = weakref.ref(production.values), production.timeline.frames
    values, made = production.take()
    assert values is trace()
    assert production.timeline.frames == frames
    del values, made
    assert (trace() is None) == once
    assert bool(production.values) != once


def test_what_was_told_is_let_go_of_without_a_search_for_garbage(nano, monkeypatch):
    """It holds all numbers of the run, and looking for them takes half a second on a large model."""
    told = []
    began = Telling.__init__

    def begin(self, *given, **named):
        began(self, *given, **named)
        told.append(weakref.ref(self))

    monkeypatch.setattr(Telling, "__init__", begin)
    gc.disable()
    try:
        prepare(run(nano, [2, 1, 0, 1, 1, 2]))
    finally:
        gc.enable()
    assert told
    assert [one for one in told if one() is not None] == []

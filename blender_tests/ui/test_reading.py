"""A stage's model is read again by a job: step by step, given up with nothing left over, told where it cannot be."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path

import bpy
import pytest

from llmviz_addon.errors import JobError
from llmviz_addon.model.checkpoint import BUILTINS
from llmviz_addon.stage.pointing import subject as subjects
from llmviz_addon.stage.pointing.subject import at_hand, subject
from llmviz_addon.ui import reading, runs


def forgotten() -> None:
    """As in a session in which the file was opened."""
    runs._recent.clear()
    subjects._subject.cache_clear()
    gc.collect()
    subjects._alive.clear()


@pytest.fixture
def mine(sidebar: bpy.types.Scene, tmp_path: Path) -> Path:
    """A stage of a model of hers."""
    path = Path(shutil.copy(BUILTINS["nano-gpt"].file, tmp_path / "mine.safetensors"))
    sidebar.llmviz_settings.model, sidebar.llmviz_settings.checkpoint = "FILE", str(path)
    bpy.ops.llmviz.open_stage()
    forgotten()
    return path


def test_the_model_is_read_and_run_in_steps(mine: Path) -> None:
    scene = bpy.context.scene
    assert not at_hand(scene)
    told = [step[1] for step in reading.read_steps(scene)]
    assert list(dict.fromkeys(told)) == ["Reading the model", "Running the model"]
    assert at_hand(scene)
    assert subject(scene).run is not None


def test_given_up_it_can_be_asked_for_again(mine: Path) -> None:
    scene = bpy.context.scene
    going = reading.read_steps(scene)
    next(going)
    going.close()
    assert not at_hand(scene)
    assert bpy.ops.llmviz.read_model() == {"FINISHED"}
    assert at_hand(scene)


def test_a_model_that_is_gone_is_told(mine: Path) -> None:
    mine.unlink()
    with pytest.raises(JobError, match="cannot be read any more"):
        list(reading.read_steps(bpy.context.scene))


def test_a_script_waits_as_it_always_did(mine: Path) -> None:
    assert bpy.ops.llmviz.walk_begin() == {"FINISHED"}
    assert at_hand(bpy.context.scene)


def test_where_nothing_is_to_be_read_nothing_is(sidebar: bpy.types.Scene) -> None:
    assert at_hand(sidebar), "there is no stage, which what asks will say"

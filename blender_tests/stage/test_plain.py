"""What a file says of a film or a stage is believed only where it can be so."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import bpy
import pytest

from llmviz_addon.stage.open_state import OURS as STATE
from llmviz_addon.stage.open_state import read_state
from llmviz_addon.stage.story import OURS as STORY
from llmviz_addon.stage.story import read_story

TOLD: dict[str, Any] = {
    "chapters": [{"name": "one", "number": 1, "title": "One", "part": "All", "start": 1, "end": 90}],
    "markers": [{"frame": 2, "name": "01.1 a", "kind": "rest", "end": 30}],
    "subtitles": [{"start": 1, "end": 90, "text": "Hello.", "marker": "01.1 a"}],
}
OPENED: dict[str, Any] = {
    "model": "", "mark": 4_000_000_000, "theme": "light", "columns": 3, "prompt_length": 1, "tokens": [0, 1],
    "text": "AB", "sampling": {"temperature": 1, "top_k": None, "top_p": 0.5, "seed": 2},
    "candidates": [{"rank": 1, "text": "A", "share": 0.5, "chosen": True}],
}  # fmt: skip
WRONG_STORIES: tuple[Callable[[dict[str, Any]], object], ...] = (
    lambda told: told["chapters"][0].update(name="../../escaped"),
    lambda told: told["chapters"][0].update(name=None),
    lambda told: told["chapters"][0].update(name=""),
    lambda told: told["chapters"][0].update(start="1"),
    lambda told: told["chapters"][0].update(start=True),
    lambda told: told["chapters"][0].update(number=1.5),
    lambda told: told["chapters"][0].update(number=10**400),
    lambda told: told["chapters"][0].update(more=1),
    lambda told: told["chapters"][0].pop("part"),
    lambda told: told["markers"][0].update(frame=-1),
    lambda told: told["markers"][0].update(frame=10**7),
    lambda told: told["subtitles"][0].update(text=["Hello"]),
    lambda told: told["subtitles"].append([]),
    lambda told: told.update(subtitles={}),
    lambda told: told.pop("markers"),
)
WRONG_STATES: tuple[Callable[[dict[str, Any]], object], ...] = (
    lambda state: state.update(columns=1),
    lambda state: state.update(prompt_length=3),
    lambda state: state.update(tokens=[]),
    lambda state: state.update(tokens=[0, -1]),
    lambda state: state.update(tokens=[0, 1.0]),
    lambda state: state.update(sampling=None),
    lambda state: state["sampling"].update(temperature=float("nan")),
    lambda state: state["candidates"][0].update(share=1.5),
    lambda state: state["candidates"][0].update(rank="1"),
    lambda state: state.update(model=5),
)
SPOILT = (
    *((STORY, TOLD, read_story, spoil) for spoil in WRONG_STORIES),
    *((STATE, OPENED, read_state, spoil) for spoil in WRONG_STATES),
)


def test_what_is_right_is_read(scene: bpy.types.Scene) -> None:
    scene[STORY], scene[STATE] = json.dumps(TOLD), json.dumps(OPENED)
    story, state = read_story(scene), read_state(scene)
    assert story is not None
    assert story.chapters[0].name == "one"
    assert story.markers[0].end == 30
    assert state is not None
    assert state.tokens == (0, 1)
    assert state.sampling.top_p == 0.5


@pytest.mark.parametrize(("key", "right", "read", "spoil"), SPOILT)
def test_what_cannot_be_is_none(
    scene: bpy.types.Scene,
    key: str,
    right: dict[str, Any],
    read: Callable[[bpy.types.Scene], object],
    spoil: Callable[[dict[str, Any]], object],
) -> None:
    told = json.loads(json.dumps(right))
    spoil(told)
    scene[key] = json.dumps(told)
    assert read(scene) is None


@pytest.mark.parametrize("written", ["[" * 100_000, "", "null", "7", b"\xff\xfe", 5, [1.0], {"a": 1}, '{"a":' * 5000])
def test_what_is_no_text_of_ours_is_nothing(scene: bpy.types.Scene, written: object) -> None:
    for key, read in ((STORY, read_story), (STATE, read_state)):
        scene[key] = written
        assert read(scene) is None

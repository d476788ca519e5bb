"""What a file says about its film is taken for what we write, or for nothing."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, fields

import bpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmviz_addon.film.storyboard import shots
from llmviz_addon.model.sampling import Sampling
from llmviz_addon.screenplay.score.timeline import ChapterSpan, Marker, Subtitle
from llmviz_addon.stage import open_state, story
from llmviz_addon.stage.open_state import OpenState, Row, read_state, write_state
from llmviz_addon.stage.ours import ours
from llmviz_addon.stage.story import Story, read_story

STORY = Story(
    (ChapterSpan("layer-norm", 3, "Layer Norm", "Detailed", 1, 40),),
    (Marker(1, "03 Layer Norm", "chapter", 1), Marker(11, "03.1 one column", "rest", 20)),
    (Subtitle(2, 30, "Every column μ.", "03.1 one column"),),
)
STATE = OpenState(
    "",
    7,
    "light",
    8,
    2,
    (1, 2, 0),
    "BCA",
    Sampling(0.5, 3, 0.9, 4),
    (Row(1, "A", 0.75, True), Row(2, "B", 0.25, False)),
)
TYPES = {"int": int, "str": str, "float": float, "bool": bool}

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("../../escaped"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def plain(value: object) -> object:
    return json.loads(json.dumps(asdict(value)))


def spots(value: object, path: tuple = ()) -> list[tuple]:
    """Every place in plain data."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(spot for key, item in inside for spot in spots(item, (*path, key)))]


def changed(value: object, spot: tuple, to: object, drop: bool) -> object:
    """``value`` with something else at ``spot``, or without it."""
    value = json.loads(json.dumps(value))
    if not spot:
        return to
    at = value
    for key in spot[:-1]:
        at = at[key]
    if drop:
        del at[spot[-1]]
    else:
        at[spot[-1]] = to
    return value


def check_types(value: object) -> None:
    """Fields are of the types that they are declared with, and such as can be drawn and written."""
    for field in fields(value):
        held = getattr(value, field.name)
        for item in held if isinstance(held, tuple) else (held,):
            if field.type in TYPES:
                assert type(item) is TYPES[field.type]
            elif hasattr(item, "__dataclass_fields__"):
                check_types(item)
            if isinstance(item, str):
                item.encode()
                assert "\0" not in item
            elif item is not None and not hasattr(item, "__dataclass_fields__"):
                assert abs(item) < 2**63 or isinstance(item, float)


def use_story(found: Story | None) -> None:
    """What panels, operators and the storyboard do with it."""
    if found is None:
        return
    check_types(found)
    assert found.chapters
    for chapter in found.chapters:
        assert re.fullmatch("[a-z0-9-]+", chapter.name)
        assert 0 <= chapter.start <= 1_048_574
        assert 0 <= chapter.end <= 1_048_574
        for shot in shots(found, chapter):
            assert re.fullmatch(r"[\w.-]+", shot.name)
            assert len(shot.name) < 120
    for frame in (0, 1, 20, 10**9):
        found.commentary(frame)
        found.chapter(frame)


def use_state(found: OpenState | None) -> None:
    if found is None:
        return
    check_types(found)
    assert 1 <= found.prompt_length <= len(found.tokens) <= found.columns
    str(found.sampling)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_story_or_state_is_whole_or_none(scene: bpy.types.Scene, data: st.DataObject) -> None:
    for key, whole, read, use in (
        (story.OURS, plain(STORY), read_story, use_story),
        (open_state.OURS, plain(STATE), read_state, use_state),
    ):
        spot = data.draw(st.sampled_from(spots(whole)))
        scene[key] = json.dumps(changed(whole, spot, data.draw(junk), data.draw(st.booleans())))
        use(read(scene))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | junk.map(json.dumps))
def test_any_text_is_whole_or_none(scene: bpy.types.Scene, text: str) -> None:
    scene[story.OURS] = scene[open_state.OURS] = text.replace("\0", "")
    use_story(read_story(scene))
    use_state(read_state(scene))


@pytest.mark.parametrize(
    "written",
    [
        *(1, 1.5, True, b"\xff", [1, 2], [1.0], {"a": 1}, {"get": {}}, "", "[" * 100_000, '{"a":' * 100_000),
        *('{"chapters": [], "markers": [], "subtitles": []}', "NaN", "1e999", "9" * 6000, "null", "\udcff"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_nothing_of_the_kind_is_none(scene: bpy.types.Scene, written: object) -> None:
    for key in (story.OURS, open_state.OURS, "llmviz_ours", "llmviz_markers"):
        scene[key] = written
        assert read_story(scene) is None
        assert read_state(scene) is None
        assert not ours(scene).blocks


@pytest.mark.parametrize(
    ("spot", "to"),
    [
        (("chapters", 0, "name"), "../../escaped"),
        (("chapters", 0, "name"), ""),
        (("chapters", 0, "name"), "a/b"),
        (("chapters", 0, "end"), 2**40),
        (("chapters", 0, "number"), True),
        (("chapters",), []),
        (("markers", 0, "frame"), "1"),
        (("subtitles", 0, "text"), "nul\0"),
        (("subtitles", 0, "text"), "half \ud800"),
        (("subtitles", 0, "start"), 1.5),
        (("more",), 1),
    ],
)
def test_a_story_that_we_do_not_write_is_none(scene: bpy.types.Scene, spot: tuple, to: object) -> None:
    scene[story.OURS] = json.dumps(plain(STORY))
    assert read_story(scene) == STORY
    scene[story.OURS] = json.dumps(changed(plain(STORY), spot, to, False))
    assert read_story(scene) is None


@pytest.mark.parametrize(
    ("spot", "to"),
    [
        (("theme",), "neon"),
        (("columns",), 2),
        (("prompt_length",), 0),
        (("tokens",), []),
        (("tokens", 0), -1),
        (("tokens", 0), 1.0),
        (("model",), "nul\0"),
        (("sampling", "temperature"), -1.0),
        (("sampling", "top_k"), 0),
        (("sampling", "top_p"), 1.5),
        (("candidates", 0, "share"), 2.0),
        (("candidates", 0, "rank"), None),
    ],
)
def test_a_state_that_we_do_not_write_is_none(scene: bpy.types.Scene, spot: tuple, to: object) -> None:
    write_state(scene, STATE)
    assert read_state(scene) == STATE
    scene[open_state.OURS] = json.dumps(changed(plain(STATE), spot, to, False))
    assert read_state(scene) is None

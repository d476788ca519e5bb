"""Clips: claims, states, keys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.errors import ScriptError
from llmviz_addon.screenplay.score.clips import Origin, along, keys
from llmviz_addon.screenplay.score.score import Score
from llmviz_addon.screenplay.score.timeline import Channel

OPACITY = Channel("grid", "opacity")


def score() -> Score:
    return Score(lambda channel: 1.0)


def test_two_clips_on_one_channel_are_refused_and_both_are_named():
    s = score()
    s.origin = Origin("/somewhere/03_mine.py", 7, "fade")
    s.set(OPACITY, 0.0, 0.0, 1.0)
    s.origin = Origin("/somewhere/03_mine.py", 9, "revert")
    with pytest.raises(ScriptError, match=r"grid\.opacity") as error:
        s.set(OPACITY, 0.5, 0.5, 1.0)
    assert "03_mine.py:7 fade (" in str(error.value)
    assert "03_mine.py:9 revert (" in str(error.value)
    assert "0.00-1.00 s, to 0" in str(error.value)
    assert "0.50-1.50 s, to 0.5" in str(error.value)


def test_the_same_clip_asked_for_twice_is_one_clip():
    s = score()
    s.set(OPACITY, 0.0, 0.0, 1.0)
    s.set(OPACITY, 0.0, 0.0, 1.0)
    assert len(s.clips[OPACITY]) == 1


def test_who_is_gone_is_known_until_it_is_back():
    s, other = score(), Channel("other", "opacity")
    s.set_all([OPACITY.actor, other.actor], "opacity", 0.0, 0.0, 1.0)
    s.set_all(["third"], "highlight", 0.0, 0.0, 1.0)
    assert s.gone == {"grid", "other"}
    s.set(OPACITY, 0.1, 1.0)
    s.follow(other, lambda share: share, 1.0, 1.0)
    assert s.gone == set()


@pytest.mark.parametrize("crowd", [1, 4, 200])
def test_whatever_is_asked_together_or_alone_a_channel_is_told_as_if_it_were_the_only_one(monkeypatch, crowd):
    monkeypatch.setattr("llmviz_addon.screenplay.score.score.MANY", crowd)
    random, names = np.random.default_rng(0), [f"grid {n}" for n in range(6)]
    many, *each = (Score(lambda channel: float(channel.actor[-1] in "012")) for _ in range(7))
    alone = dict(zip(names, each, strict=True))
    for now in range(60):
        some = random.choice(names, random.integers(1, 9)).tolist()  # some twice
        value, seconds = float(random.choice([0.0, 0.5, 1.0])), float(random.choice([0.0, 0.5, 2.0]))
        lasts = [clips[-1] for name in some if (clips := alone[name].clips.of(Channel(name, "opacity")))]
        start = max([float(now), *(last.end for last in lasts if not last.yields)])
        yields = bool(random.integers(2))
        many.set_all(some, "opacity", value, start, seconds, yields=yields)
        for name in dict.fromkeys(some):
            alone[name].set(Channel(name, "opacity"), value, start, seconds, yields=yields)
        for one in (many, *each) if now % 7 == 0 else ():
            one.stretch(start, 1.5)
    for name in names:
        channel = Channel(name, "opacity")
        pairs = zip(many.clips[channel], alone[name].clips[channel], strict=True)
        assert all(one._replace(course=None) == other._replace(course=None) for one, other in pairs)
        assert keys(many.clips[channel], 1.0, 30, 1) == keys(alone[name].clips[channel], 1.0, 30, 1)
        assert many.value(channel) == alone[name].value(channel)
        assert (name in many.gone) == (name in alone[name].gone)
    by_value = {name: value for value, those in many.by_value(names, "opacity").items() for name in those}
    assert by_value == {name: one.value(Channel(name, "opacity")) for name, one in alone.items()}
    there = {name: value for name, value in by_value.items() if value > 0 and name != "grid 1"}
    assert {name: value for value, those in many.solid({"grid 1"}).items() for name in those} == there
    assert many.end == max(one.end for one in each)
    assert at_least(many, 0.5, "opacity") == {name for name, value in by_value.items() if value >= 0.5}
    assert at_least(many, 0.5, "highlight") == set()
    many.note(["noted", "grid 0"], "highlight")
    assert at_least(many, 0.0, "highlight") == {"noted", "grid 0"}
    numbers = {"grid 0": 7, "noted": 3, "nobody": 5}
    assert numbered(many, 0.0, numbers) == [3, 7]
    many.set(Channel("noted", "highlight"), 0.5, 99.0)
    assert numbered(many, 0.0, numbers) == [3, 7]
    many.set(Channel("noted", "highlight"), 0.0, 100.0)
    assert numbered(many, 0.5, numbers) == [7]


def numbered(score: Score, value: float, numbers: dict[str, int]) -> list[int]:
    return sorted(number for staff in score.at_least(value, "highlight") for number in staff.numbered(numbers))


def at_least(score: Score, value: float, prop: str) -> set[str]:
    """Actors whose channel stands at a value or above."""
    return set().union(*(staff.players for staff in score.at_least(value, prop)))


def test_a_clip_may_start_where_the_last_one_ended():
    s = score()
    s.set(OPACITY, 0.0, 0.0, 1.0)
    s.set(OPACITY, 1.0, 1.0, 1.0)
    assert s.value(OPACITY) == 1.0
    assert s.end == 2.0


@pytest.mark.parametrize(("value", "seconds", "easing"), [(np.nan, 1, "smooth"), (1.0, -1, "smooth"), (1, 1, "bouncy")])
def test_impossible_clips_are_refused(value, seconds, easing):
    with pytest.raises(ScriptError, match=r"nan|-1|bouncy"):
        score().set(OPACITY, value, 0.0, seconds, easing)


def test_keys_hold_the_value_until_the_clip_starts():
    s = score()
    s.set(OPACITY, 0.0, 1.0, 0.5)
    frames, values, easings = keys(s.clips[OPACITY], 1.0, 30, 1)
    assert frames == [1, 31, 46]
    assert values == [1.0, 1.0, 0.0]
    assert easings == ["constant", "smooth", "constant"]


def test_a_clip_shorter_than_a_frame_is_a_cut():
    s = score()
    s.set(OPACITY, 0.0, 1.0, 0.001)
    assert keys(s.clips[OPACITY], 1.0, 30, 1)[0] == [1, 31]


def test_a_ramp_keeps_its_height_where_a_cut_ends_it():
    s = score()
    s.set(OPACITY, 0.2, 0.0)
    s.set(OPACITY, 1.0, 0.0, 1.0)
    s.set(OPACITY, 0.0, 1.0)
    frames, values, _ = keys(s.clips[OPACITY], 1.0, 30, 1)
    assert frames == [1, 30, 31]
    assert values == [0.2, 1.0, 0.0]


def test_two_cuts_at_once_are_the_second():
    s = score()
    s.set(OPACITY, 0.0, 0.0, 0.5)
    s.set(OPACITY, 1.0, 1.0)
    s.set(OPACITY, 0.2, 1.0)
    frames, values, _ = keys(s.clips[OPACITY], 1.0, 30, 1)
    assert frames == [1, 16, 31]
    assert values == [1.0, 0.0, 0.2]


def test_a_course_is_sampled_every_step_and_ends_on_its_last_value():
    s = score()
    s.follow(OPACITY, lambda u: np.floor(u * 10), 0.0, 1.0, step=0.2)
    frames, values, easings = keys(s.clips[OPACITY], 1.0, 30, 1)
    assert frames == [1, 7, 13, 19, 25, 31]
    assert values == [0, 2, 4, 6, 8, 10]
    assert set(easings) == {"constant"}


@given(
    st.lists(st.tuples(st.floats(0, 2), st.floats(0, 3), st.floats(-5, 5)), min_size=1, max_size=12),
    st.sampled_from([24, 25, 30, 60]),
)
def test_keys_are_ascending_whole_frames_and_end_where_the_score_ends(moves, fps):
    s, now = score(), 0.0
    for gap, seconds, value in moves:
        s.set(OPACITY, value, now + gap, seconds)
        now = s.clips[OPACITY][-1].end
    frames, values, easings = keys(s.clips[OPACITY], 1.0, fps, 1)
    assert frames == sorted(set(frames))
    assert all(isinstance(frame, int) for frame in frames)
    assert frames[0] == 1
    assert values[-1] == s.value(OPACITY)
    assert len(frames) == len(values) == len(easings)


def test_channels_that_are_asked_for_together_share_their_clips_until_they_part():
    together = [Channel(f"grid {n}", "opacity") for n in range(3)]
    s = Score(lambda channel: 0.5 if channel == together[2] else 1.0)
    names = [channel.actor for channel in together]
    s.set_all(names, "opacity", 0.0, 0.0, 1.0)
    assert s.clips[together[0]] is s.clips[together[1]]
    assert [s.clips[channel][0].before for channel in together] == [1.0, 1.0, 0.5]
    s.set_all(names, "opacity", 0.0, 0.0, 1.0)  # asked for twice
    assert [len(s.clips[channel]) for channel in together] == [1, 1, 1]
    s.set(together[1], 0.3, 2.0)
    s.set_all(names, "opacity", 1.0, 3.0)
    assert [[clip.value for clip in s.clips[channel]] for channel in together] == [[0, 1], [0, 0.3, 1], [0, 1]]
    with pytest.raises(ScriptError, match=r"Two clips claim grid 0\.opacity"):
        s.set_all(names, "opacity", 0.0, 2.5, 1.0)


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2), st.floats(-1, 1)), max_size=6), st.lists(st.floats(-1, 30)))
def test_along_many_times_it_stands_as_at_each(asked: list[tuple[float, float, float]], times: list[float]) -> None:
    s, now = score(), 0.0
    for wait, seconds, value in asked:
        s.set(OPACITY, value, now + wait, seconds)
        now += wait + seconds
    staff = s.staff(OPACITY)
    assert along(staff.clips, staff.rest, sorted(times)) == [staff.at(at) for at in sorted(times)]

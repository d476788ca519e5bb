"""How a film is cut into what is encoded at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.film.encoding.segments import LONGEST, Segment, plan


@given(st.lists(st.sampled_from([True, True, True, False]), min_size=1, max_size=300), st.integers(2, 12))
def test_every_frame_once_and_in_order(same: list[bool], second: int) -> None:
    same[0] = False
    segments = plan(5, same, second)
    assert [frame for segment in segments for frame in segment.shown] == list(range(5, 5 + len(same)))
    assert all(segment.count <= LONGEST * second + 1 for segment in segments)
    for segment in segments:
        if segment.copies > 1:
            assert segment.count == second
            assert all(same[frame - 5] for frame in segment.shown[1:])
    assert all(segment.count > 1 for segment in segments[:-1])


def test_what_stands_still_is_encoded_once() -> None:
    still = [False, *[True] * 99]
    assert plan(1, still, 10) == [Segment(1, 10, 10)]
    assert plan(1, [False, *still, False, False], 10) == [Segment(1, 2), Segment(3, 10, 9), Segment(93, 11)]
    assert plan(1, [False] * 5 + [True] * 20, 10) == [Segment(1, 4), Segment(5, 10, 2), Segment(25, 1)]

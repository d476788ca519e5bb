"""Which cells of a grid are known, as two stretches: they tell what they can, and say where they cannot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.screenplay.cast.known import Known, stretches


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_two_stretches_tell_what_they_can(told):
    known = np.array(told)
    found = stretches(known)
    runs = sum(b and not a for a, b in zip([False, *told], told, strict=False))
    assert (found is None) == (runs > 1 + told[0])
    if found is not None:
        at = np.arange(len(told))
        assert np.array_equal((at < found.front) | ((at >= found.start) & (at < found.stop)), known)


ends: Iterator = st.integers(0, 12)


@given(ends, ends, ends, ends, ends)
def test_what_is_added_is_known_and_what_is_swept_comes_one_after_the_other(front, start, stop, low, high):
    known, at = Known(front, start, stop).within(0, 12), np.arange(12)
    if low >= high:
        return
    shows = lambda one: (at < one.front) | ((at >= one.start) & (at < one.stop))  # noqa: E731
    more, course = known.adding(low, high), known.sweeping(low, high)
    inside = (at >= low) & (at < high)
    if more is not None:
        assert np.array_equal(shows(more), shows(known) | inside)
    if course is not None:
        kept = (at >= known.start) & (at < known.stop)
        assert np.array_equal(shows(course.end), shows(known) | inside)
        assert np.array_equal(shows(course.last), shows(course.end) | (shows(course.last) & inside))
        assert (shows(course.first) >= (shows(known) & ~inside)).all()
        assert np.array_equal(shows(course.first) & inside & ~kept, np.zeros(12, dtype=bool))

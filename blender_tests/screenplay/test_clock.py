"""Time is composed: sequences, things at once, waves, and any nesting of these."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.screenplay.score.clock import Clock

seconds = st.floats(0, 5)
plans = st.recursive(
    seconds,
    lambda inner: st.tuples(st.sampled_from([None, 0.0, 0.25, 1.0]), st.lists(inner, min_size=1, max_size=4)),
    max_leaves=12,
)


def told(clock: Clock, plan, spans: list[tuple[float, float]]) -> None:
    """Tell a plan: a length, or a block of plans, of a lag (None is a sequence)."""
    if isinstance(plan, float):
        spans.append((clock.now, clock.now + plan))
        clock.pass_time(plan)
        return
    lag, parts = plan
    with clock.in_sequence() if lag is None else clock.together(lag=lag):
        for part in parts:
            told(clock, part, spans)


def expected(plan, start: float) -> tuple[float, list[tuple[float, float]]]:
    """How long a plan lasts, and from when to when each of its lengths is told."""
    if isinstance(plan, float):
        return plan, [(start, start + plan)]
    lag, parts = plan
    at, end, spans = start, start, []
    for part in parts:
        length, inside = expected(part, at)
        spans += inside
        end = max(end, at + length)
        at += length if lag is None else lag * length
    return end - start, spans


@given(st.lists(plans, min_size=1, max_size=4))
def test_everything_begins_and_ends_where_its_block_says(found):
    clock, spans = Clock(), []
    for plan in found:
        told(clock, plan, spans)
    length, wanted = expected((None, found), 0.0)
    assert clock.now == pytest.approx(length)
    assert [list(span) for span in spans] == [pytest.approx(list(span)) for span in wanted]
    assert clock.blocks == ()


@given(plans)
def test_a_block_lasts_until_its_last_one_ends(plan):
    clock, spans = Clock(), []
    told(clock, plan, spans)
    assert clock.now == pytest.approx(max(end for _, end in spans))


def test_the_length_of_a_block_is_that_of_what_names_none():
    clock = Clock()
    with clock.together(seconds=2):
        assert clock.length(None, 0.5) == 2
        with clock.in_sequence():
            assert clock.length(None, 0.5) == 2
            assert clock.length(0.1, 0.5) == 0.1
        with clock.together(seconds=1):
            assert clock.length(None, 0.5) == 1
    assert clock.length(None, 0.5) == 0.5
    assert clock.now == 2


def test_an_error_inside_leaves_no_block_open():
    clock = Clock()
    with pytest.raises(ZeroDivisionError), clock.together(), clock.in_sequence():
        clock.pass_time(1 / 0)
    assert (clock.blocks, clock.now) == ((), 0.0)


def test_what_runs_beside_what_is_told_by_the_blocks_they_share():
    clock = Clock()
    with clock.together():
        with clock.in_sequence():
            first = clock.blocks
            assert not clock.at_once_with(first)
        with clock.in_sequence():
            assert clock.at_once_with(first)
        assert clock.at_once_with(first)
    assert not clock.at_once_with(first)

"""How many frames of a second are seen, and what costs the time."""

from __future__ import annotations

import pytest

from llmviz_addon.ui.rate import PAUSE, Meter


def played(count: int, apart: float, evaluating: float, start: float = 100.0) -> Meter:
    """Frames that came ``apart`` seconds from each other."""
    meter = Meter()
    for number in range(count):
        now = start + number * apart
        meter.before(now)
        meter.after(now + evaluating)
    return meter


@pytest.mark.parametrize(
    ("count", "apart", "evaluating", "words"),
    [
        (3, 0.1, 0.01, ""),
        (90, 1 / 30, 0.01, "Plays all 30 frames a second."),
        (50, 0.1, 0.007, "Shows 10 of 30 frames a second: 93 ms for drawing, 7 ms for what moves."),
        (9, 0.8, 0.6, "Shows 1.2 of 30 frames a second: 200 ms for drawing, 600 ms for what moves."),
    ],
)
def test_what_is_said(count: int, apart: float, evaluating: float, words: str) -> None:
    assert played(count, apart, evaluating).words(30) == words


def test_plain_colours_are_offered_where_drawing_costs_most() -> None:
    assert played(50, 0.1, 0.01).is_slow_to_draw(30)
    assert not played(50, 0.1, 0.09).is_slow_to_draw(30)
    assert not played(90, 1 / 30, 0.001).is_slow_to_draw(30)
    assert not Meter().is_slow_to_draw(30)


def test_another_play_is_measured_anew() -> None:
    meter = played(50, 0.1, 0.01)
    meter.before(105.0 + PAUSE + 0.1)
    assert meter.words(30) == ""

"""The time left: said when it means something, and then near the truth."""

from __future__ import annotations

import pytest

from llmviz_addon.film.work.estimate import Estimate

TIMES = {"0": 0.001, "1": 0.05, "2": 0.4}
"""Seconds of a frame of a kind."""


def test_nothing_is_said_while_it_would_be_a_guess() -> None:
    estimate = Estimate("2" * 1000, 1000, 1)
    assert estimate.left() is None
    estimate.rendered("2", 60.0, True)  # all that is got ready at the beginning
    assert estimate.left() is None
    for _ in range(29):
        estimate.rendered("2", 0.5, False)
        assert estimate.left() is None
    estimate.rendered("2", 0.5, False)
    assert estimate.left() == pytest.approx(0.5 * 969)


@pytest.mark.parametrize("workers", [1, 3])
def test_kinds_are_timed_by_themselves(workers: int) -> None:
    """First what is slow, then a long rest: the rest is not held for slow."""
    kinds = "2" * 100 + "1" * 400 + "0" * 1500
    estimate = Estimate(kinds, 600, workers)
    told = []
    for i, kind in enumerate(kinds):
        estimate.rendered(kind, TIMES[kind], i == 0)
        left = sum(TIMES[k] for k in kinds[i + 1 :]) / workers
        if (said := estimate.left()) is not None and left > 1:
            told.append(said / left)
    assert len(told) > 400 / workers
    assert 0.4 < min(told) <= max(told) < 4


def test_a_film_whose_frames_are_there() -> None:
    estimate = Estimate("", 200, 1)
    assert estimate.left() is None
    estimate.encoded(50, 2.0)
    assert estimate.left() == pytest.approx(6.0)
    estimate.encoded(150, 6.0)
    assert estimate.left() == 0


def test_the_video_may_take_longer_than_the_frames() -> None:
    estimate = Estimate("1" * 60, 1000, 2)
    for _ in range(40):
        estimate.rendered("1", 0.1, False)
    estimate.encoded(100, 10.0)
    assert estimate.left() == pytest.approx(90.0)


def test_a_frame_that_is_rendered_again_counts() -> None:
    estimate = Estimate("1" * 30, 30, 1)
    for _ in range(30):
        estimate.rendered("1", 1.0, False)
    estimate.encoded(10, 1.0)
    estimate.again("1")
    assert estimate.left() == pytest.approx(2.0)

"""Masks of what changed, and the rectangles that cover them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.film.painting.regions import Mask, Rect

WIDTH, HEIGHT = 300, 170
box = st.tuples(*[st.integers(-50, 350)] * 4).map(
    lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
)


@given(st.lists(box, max_size=12))
def test_all_that_is_marked_is_covered(boxes: list[tuple[int, int, int, int]]) -> None:
    mask = Mask(WIDTH, HEIGHT)
    wanted = np.zeros((HEIGHT, WIDTH), bool)
    for left, low, right, high in boxes:
        mask.mark(np.array([[left, low, right, high]], float))
        wanted[max(low, 0) : max(high + 1, 0), max(left, 0) : max(right + 1, 0)] = True
    covered = np.zeros_like(wanted)
    for rect in mask.cover():
        assert 0 <= rect.left < rect.right <= WIDTH
        assert 0 <= rect.low < rect.high <= HEIGHT
        covered[rect.low : rect.high, rect.left : rect.right] = True
    assert not (wanted & ~covered).any()


def test_nothing_and_everything() -> None:
    mask = Mask(1280, 720)
    assert mask.cover() == []
    mask.mark(np.array([[-9.0, -9.0, -5.0, -5.0], [2000.0, 0.0, 2100.0, 9.0]]))
    assert mask.cover() == []
    mask.mark_all()
    assert mask.cover() == [Rect(0, 0, 1280, 720)]


def test_far_things_are_rendered_apart_and_near_ones_together() -> None:
    far, near = Mask(1280, 720), Mask(1280, 720)
    far.mark(np.array([[10.0, 10.0, 60.0, 60.0], [1200.0, 650.0, 1250.0, 700.0]]))
    near.mark(np.array([[10.0, 10.0, 60.0, 60.0], [90.0, 80.0, 120.0, 110.0]]))
    assert len(far.cover()) == 2
    assert len(near.cover()) == 1

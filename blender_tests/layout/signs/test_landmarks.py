"""Landmarks: as high as they are, on the ground, and clear of what is written over them."""

from dataclasses import replace

import numpy as np
import pytest

from llmviz_addon.layout.grid import CELL
from llmviz_addon.layout.signs.landmarks import LANDMARKS, METRE, OVER, landmark, landmark_signs, landmark_width

AT = np.array([7.0, -2.0, -300.0])


@pytest.mark.parametrize("one", LANDMARKS, ids=lambda one: one.name)
@pytest.mark.parametrize("em", [5.0, 400.0])
def test_a_landmark_is_as_high_as_it_says_where_a_cell_is_a_millimetre(one, em):
    whole, *sides, name = landmark_signs("any", one, AT, em)
    figure = replace(whole, shapes=whole.shapes[len(one.behind) :])
    x, y, z = np.concatenate([one.points for one in (figure, *sides)]).T
    assert z.min() == pytest.approx(AT[2])
    assert z.max() - z.min() == pytest.approx(1000 * one.metres * CELL)
    assert (x.min() + x.max()) / 2 == pytest.approx(AT[0], abs=0.01 * (x.max() - x.min()))
    assert y.min() == pytest.approx(AT[1])
    assert (y.max() > AT[1]) == bool(sides) == bool(one.boards)
    assert f"{one.metres:g} m" in " ".join(shape.body for shape in name.shapes)
    assert name.points[:, 2].min() >= z.max()
    everything = np.concatenate([one.points for one in (whole, *sides, name)])
    assert np.ptp(everything[:, 0]) <= landmark_width(one, em) * 1.001
    assert everything[:, 2].max() - AT[2] <= (one.top * one.metres * METRE + OVER * em) * 1.001


def test_the_door_behind_the_person_is_as_large_as_it_says():
    person = LANDMARKS[1]
    door, _ = person.behind
    assert np.ptp(door.points, axis=0) * person.metres == pytest.approx((0.9, 2.0))
    assert person.top * person.metres == pytest.approx(2.0)
    assert "door 2 m" in person.also


def test_landmarks_ascend_and_the_highest_that_is_lower_stands_beside():
    heights = [one.metres for one in LANDMARKS]
    assert heights == sorted(heights)
    assert landmark(0.5) is landmark(1.1) is LANDMARKS[0]
    assert landmark(26) is LANDMARKS[1]
    assert landmark(1e6) is LANDMARKS[-1]
    for one in LANDMARKS[1:]:
        assert landmark(one.metres * 1.01) is one
        assert landmark(one.metres) is not one


def test_the_known_heights():
    assert {one.name: one.metres for one in LANDMARKS} == {
        "a chair": 0.9,
        "a person": 1.7,
        "the Arc de Triomphe": 50,
        "the Eiffel Tower": 330,
    }

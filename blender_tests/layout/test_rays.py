"""Rays and boxes: as one would reckon one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from llmviz_addon.layout.rays import Boxes, inverted, met

some = st.floats(-4, 4).map(lambda number: round(number, 2))
triple = st.tuples(some, some, some)


@given(triple, triple, triple, triple)
def test_a_box_is_met_where_the_first_point_of_a_ray_is_in_it(
    origin: tuple, direction: tuple, low: tuple, size: tuple
) -> None:
    """Found by walking along the ray in small steps."""
    at, way, low = np.array(origin), np.array(direction), np.array(low)
    high = low + np.abs(size) + 0.5
    far = float(met(at[None], way[None], low, high)[0])
    if ((at > low + 1e-6) & (at < high - 1e-6)).all() or not way.any():
        assert np.isinf(far)
        return
    assume(not ((at > low - 1e-6) & (at < high + 1e-6)).all())
    steps = np.linspace(0, 400, 40001)[:, None] * way / np.linalg.norm(way) * 0.05 + at
    inside = ((steps >= low) & (steps <= high)).all(axis=1)
    if inside.any():
        first = float(np.linalg.norm(steps[inside.argmax()] - at)) / float(np.linalg.norm(way))
        assert abs(far - first) <= 0.011 / np.linalg.norm(way) + 1e-6
    elif np.isfinite(far):  # it only grazes an edge between two steps
        edge = at + far * way
        assert ((edge >= low - 1e-6) & (edge <= high + 1e-6)).all()


@given(st.tuples(*[st.integers(1, 9)] * 3), st.data())
def test_a_point_in_a_cell_is_in_the_span_of_that_cell(cells: tuple[int, int, int], data: st.DataObject) -> None:
    boxes = Boxes(np.array([[-1.0, 2.0, -3.0]]), np.array([[1.5, 2.4, 0.5]]), np.array([cells]))
    cell = np.array([data.draw(st.integers(0, count - 1)) for count in cells])
    corners = boxes.span(0, cell, cell + 1)
    assert boxes.cell(0, corners.mean(axis=0)) == tuple(cell)
    assert boxes.cell(0, np.array(boxes.around[1])) == (cells[0] - 1, cells[1] - 1, 0)  # z runs down


def test_places_are_led_back_into_the_space_of_an_object() -> None:
    rng = np.random.default_rng(2)
    worlds = np.tile(np.eye(4), (50, 1, 1))
    worlds[:, :3] = rng.normal(size=(50, 3, 4))
    worlds[3, :3, 1] = 0  # it has no width
    inverses, whole = inverted(worlds)
    np.testing.assert_array_equal(np.flatnonzero(~whole), [3])
    np.testing.assert_allclose(inverses[whole] @ worlds[whole], np.tile(np.eye(4), (49, 1, 1)), atol=1e-9)

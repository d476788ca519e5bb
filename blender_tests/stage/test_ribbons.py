"""Ribbons: rounded bends, heads that end where the path does."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmviz_addon.layout.grid import Ribbon, Role
from llmviz_addon.stage.things.ribbons import ribbon_mesh, rounded


def ribbon(*path, across=(0, 1, 0), width=0.2, head=True) -> Ribbon:
    return Ribbon("r", "a", "b", np.array(path, dtype=float), np.array(across, dtype=float), width, Role.WEIGHT, head)


def test_a_bend_is_a_quarter_circle():
    path = rounded(np.array([(0.0, 0, 0), (2, 0, 0), (2, 0, -2)]), 0.5)
    center = np.array([1.5, 0, -0.5])
    assert np.linalg.norm(path[1:-1] - center, axis=1) == pytest.approx([0.5] * (len(path) - 2), abs=1e-6)


@given(st.lists(st.tuples(*[st.integers(-5, 5)] * 3), min_size=2, max_size=6, unique=True))
@example([(0, -2, 2), (4, 0, -4), (2, -1, -1)])  # turns back on itself
def test_ends_stay_and_nothing_breaks(points):
    path = np.array(points, dtype=float)
    bent = rounded(path, 0.3)
    np.testing.assert_allclose(bent[[0, -1]], path[[0, -1]])
    mesh_points, edge, triangles = ribbon_mesh(ribbon(*points))
    assert np.isfinite(mesh_points).all()
    assert np.isfinite(edge).all()
    assert triangles.max() < len(mesh_points)


def test_the_head_ends_where_the_path_does():
    points, edge, _ = ribbon_mesh(ribbon((0, 0, 0), (3, 0, 0)))
    solid = points[~edge.any(axis=1)]
    assert solid[:, 0].max() == pytest.approx(3.0)
    assert np.ptp(solid[solid[:, 0] < 2, 1]) == pytest.approx(0.2)
    assert np.ptp(solid[:, 1]) == pytest.approx(0.38)


def test_a_short_ribbon_keeps_a_tail():
    points, edge, _ = ribbon_mesh(ribbon((0, 0, 0), (0.1, 0, 0)))
    assert points[:, 0].min() == pytest.approx(0.0, abs=1e-6)
    assert points[~edge.any(axis=1), 0].max() == pytest.approx(0.1)


def test_a_band_lies_across():
    points, _, _ = ribbon_mesh(ribbon((0, 0, 0), (1, 0, 0), (1, 0, -1), across=(0, 0, 1), head=False))
    assert np.ptp(points[:, 1]) == pytest.approx(0.0, abs=1e-6)

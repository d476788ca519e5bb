"""Flat shapes: right areas, fringes that lie outside."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.layout.drawing import Text
from llmviz_addon.layout.font import advance
from llmviz_addon.stage.glyphs import Glyphs
from llmviz_addon.stage.mesh2d import disc, offset_path, polygon, rectangle, stroke


def areas(flat) -> np.ndarray:
    corners = flat.points[flat.triangles]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2


def filled(flat) -> float:
    """Area of the shape without its fringe."""
    inner = ~flat.edge.any(axis=1)
    return float(areas(flat)[inner[flat.triangles].all(axis=1)].sum())


@given(st.floats(0.1, 3), st.floats(0.1, 3), st.floats(0, 0.5))
def test_rectangle(width, height, radius):
    flat = rectangle(1, 2, width, height, radius, 0.01)
    rounded = min(radius, width / 2, height / 2)
    assert filled(flat) == pytest.approx(width * height - (4 - math.pi) * rounded**2, rel=0.01)
    assert flat.points.min(axis=0) == pytest.approx((0.99, 1.99), abs=0.005)


def test_disc_and_polygon_either_way_round():
    assert filled(disc(0, 0, 1, 0.01)) == pytest.approx(math.pi, rel=0.01)
    l_shape = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
    for points in (l_shape, l_shape[::-1]):
        flat = polygon(points, 0.05)
        assert filled(flat) == pytest.approx(3)
        outer = flat.edge.any(axis=1)
        assert outer.sum() == 6
        assert np.linalg.norm(flat.edge[outer], axis=1) == pytest.approx([0.05] * 6)
        assert tuple(flat.points[outer].min(axis=0)) == pytest.approx((-0.05, -0.05))


def test_stroke_width_and_head():
    assert filled(stroke([(0, 0), (3, 0)], 0.2, 0, 0.01)) == pytest.approx(0.6)
    assert filled(stroke([(0, 0), (1, 0), (1, 1)], 0.2, 0, 0.01)) == pytest.approx(0.4, rel=0.05)
    headed = stroke([(0, 0), (3, 0)], 0.1, 0.5, 0.01)
    assert headed.points[~headed.edge.any(axis=1), 0].max() == pytest.approx(3)
    assert len(stroke([(1, 1), (1, 1)], 0.1, 0, 0.01).points) == 0


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=8, unique=True))
def test_offsets_are_finite(points):
    assert np.isfinite(offset_path(np.array(points, dtype=float))).all()


def test_letters_stand_where_the_font_puts_them():
    glyphs = Glyphs()
    placed = glyphs.text(Text(1.0, 2.0, (("no", "ink"), ("n\nx", "weight")), 0.5, leading=2.0))
    assert [color for _, color in placed] == ["ink", "ink", "weight", "weight"]
    first, third, fourth = placed[0][0], placed[2][0], placed[3][0]
    assert third.points[:, 0].min() - first.points[:, 0].min() == pytest.approx(advance("no", 0.5), abs=1e-4)
    inside = ~fourth.edge.any(axis=1)
    assert fourth.points[inside, 1].min() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(("align", "shift"), [("left", 0.0), ("center", 0.5), ("right", 1.0)])
def test_alignment(align, shift):
    glyphs = Glyphs()
    width = advance("word")
    left = glyphs.text(Text(0, 0, (("word", "ink"),), 1.0))[0][0].points[:, 0].min()
    moved = glyphs.text(Text(0, 0, (("word", "ink"),), 1.0, align))[0][0].points[:, 0].min()
    assert left - moved == pytest.approx(shift * width, abs=1e-6)


def test_fringes_of_letters_lie_outside():
    flat = Glyphs().glyph("o")
    outer = flat.edge.any(axis=1)
    radius = np.linalg.norm(flat.points - flat.points.mean(axis=0), axis=1)
    inner_hole = radius < np.median(radius[~outer])
    assert radius[outer & ~inner_hole].max() > radius[~outer].max()
    assert radius[outer & inner_hole].min() < radius[~outer].min()


def test_letters_without_ink():
    assert Glyphs().text(Text(0, 0, (("  \n", "ink"),), 1.0)) == []

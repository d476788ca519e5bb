"""Flat shapes: right areas, fringes that lie outside."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.layout.lettering.font import advance
from llmviz_addon.stage.things import glyphs
from llmviz_addon.stage.things.forms import disc, offset_path, polygon, rectangle, stroke
from llmviz_addon.stage.things.glyphs import FRINGE, glyph, placed
from llmviz_addon.stage.things.mesh2d import filled, fringed, inset, shrunk, untangled


def areas(flat) -> np.ndarray:
    corners = flat.points[flat.triangles]
    u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2


def filled_area(flat) -> float:
    """Area of the shape without its fringe."""
    inner = ~flat.edge.any(axis=1)
    return float(areas(flat)[inner[flat.triangles].all(axis=1)].sum())


@given(st.floats(0.1, 3), st.floats(0.1, 3), st.floats(0, 0.5))
def test_rectangle(width, height, radius):
    flat = rectangle(1, 2, width, height, radius, 0.01)
    rounded = min(radius, width / 2, height / 2)
    assert filled_area(flat) == pytest.approx(width * height - (4 - math.pi) * rounded**2, rel=0.01)
    assert flat.points.min(axis=0) == pytest.approx((0.99, 1.99), abs=0.005)


@given(st.floats(0.01, 100), st.sampled_from([rectangle(0, 0, 1, 1, 0, 0.01), stroke([(0, 0), (1, 0)], 1, 0, 0.01)]))
def test_the_sides_of_a_stretched_rectangle_stay_straight(tall, flat):
    """Along each side all of its fringe tells the same way out, whatever the rectangle is scaled to."""
    stretch = np.array([1.0, tall])
    fringes = flat.triangles[flat.edge.any(axis=1)[flat.triangles].any(axis=1)]
    assert len(fringes) == 8
    for fringe in fringes:
        (ways,) = {tuple(way) for way in (flat.edge[fringe] * stretch).round(9).tolist() if any(way)}
        assert 0 in ways
    assert filled_area(flat) == pytest.approx(1)
    outer = flat.points[flat.edge.any(axis=1)]
    assert np.ptp(outer, axis=0) == pytest.approx((1.02, 1.02))


def test_disc_and_polygon_either_way_round():
    assert filled_area(disc(0, 0, 1, 0.01)) == pytest.approx(math.pi, rel=0.01)
    l_shape = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
    for points in (l_shape, l_shape[::-1]):
        flat = polygon(points, 0.05)
        assert filled_area(flat) == pytest.approx(3)
        outer = flat.edge.any(axis=1)
        assert outer.sum() == 6
        assert np.linalg.norm(flat.edge[outer], axis=1) == pytest.approx([0.05] * 6)
        assert tuple(flat.points[outer].min(axis=0)) == pytest.approx((-0.05, -0.05))


def test_stroke_width_and_head():
    assert filled_area(stroke([(0, 0), (3, 0)], 0.2, 0, 0.01)) == pytest.approx(0.6)
    assert filled_area(stroke([(0, 0), (1, 0), (1, 1)], 0.2, 0, 0.01)) == pytest.approx(0.4, rel=0.05)
    headed = stroke([(0, 0), (3, 0)], 0.1, 0.5, 0.01)
    assert headed.points[~headed.edge.any(axis=1), 0].max() == pytest.approx(3)
    assert len(stroke([(1, 1), (1, 1)], 0.1, 0, 0.01).points) == 0


def test_a_line_that_turns_back_is_as_wide_before_and_after():
    """The foot of a root: at a sharp corner a mitre would be as long as the line, or thin it out."""
    root = stroke([(0.08, 0.3), (0.24, 0.0), (0.52, 1.0), (1.5, 1.0)], 0.04, 0.0, 0.01)
    reach = math.hypot(0.16, 0.3) + 0.02 + math.hypot(0.28, 1.0) + 0.98
    assert filled_area(root) == pytest.approx(0.04 * reach, rel=0.02)
    assert (areas(root) > -1e-9).all()


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=8, unique=True))
def test_offsets_are_finite(points):
    assert np.isfinite(offset_path(np.array(points, dtype=float))).all()


def square(x: float, y: float, edge: float, turned: bool = False) -> list[tuple[float, float]]:
    corners = [(x, y), (x + edge, y), (x + edge, y + edge), (x, y + edge)]
    return corners[::-1] if turned else corners


def outline(*loops: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    edges, start = [], 0
    for loop in loops:
        edges += [(start + i, start + (i + 1) % len(loop)) for i in range(len(loop))]
        start += len(loop)
    return np.concatenate([np.array(loop, dtype=float) for loop in loops]), np.array(edges)


@pytest.mark.parametrize("turned", [False, True])
def test_overlapping_outlines_are_filled_once(turned):
    points, triangles = filled(*outline(square(0, 0, 2, turned), square(1, 1, 2, turned)), 1e-6)
    flat = fringed(points, triangles, 0.1)
    assert filled_area(flat) == pytest.approx(7)
    hole = filled(*outline(square(0, 0, 3, turned), square(1, 1, 1, not turned)), 1e-6)
    assert filled_area(fringed(*hole, 0.1)) == pytest.approx(8)


def test_inset_and_fringe():
    flat = fringed(*shrunk(*filled(*outline(square(0, 0, 2)), 1e-6), 0.25, 1e-6), 0.5)
    assert filled_area(flat) == pytest.approx(1.5**2)
    assert areas(flat).sum() == pytest.approx(2.5**2)


def test_an_outline_with_a_point_twice_is_inset_as_without():
    """Outlines of arrows have such points; their leaning edges were no numbers."""
    corners = np.array([(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)])
    straight = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)])
    inner, outward = inset(straight, 0.25)
    assert inner[[0, 3, 4, 5]] == pytest.approx(inset(corners, 0.25)[0])
    assert inner[[1, 2]] == pytest.approx(np.array([(1.0, 0.25)] * 2))
    assert np.linalg.norm(outward, axis=1) == pytest.approx(1.0)


def test_untangled_fringes_cover_nothing_twice():
    slit = [(0, 0), (4, 0), (4, 2), (2.1, 2), (2.1, 0.5), (1.9, 0.5), (1.9, 2), (0, 2)]  # narrower than its fringe
    folded = fringed(*filled(*outline(slit), 1e-6), 0.3)
    flat = untangled(folded, 1e-6)
    assert filled_area(folded) == pytest.approx(filled_area(flat))
    assert np.abs(areas(folded)).sum() > 4.6 * 2.6 + 0.1
    assert (areas(flat) > 0).all()
    assert areas(flat).sum() == pytest.approx(4.6 * 2.6, abs=0.05)
    assert np.linalg.norm(flat.edge, axis=1).max() < 0.43


@pytest.mark.parametrize("letter", "48ADKRkmεσδθπβΣ√→&}中")
def test_letters_are_neither_torn_nor_filled_up(letter):
    flat = glyph(letter)
    ink = ~flat.edge.any(axis=1)[flat.triangles].any(axis=1)
    assert areas(flat).min() > 0
    assert 0.02 < areas(flat)[ink].sum() < 0.2
    assert np.linalg.norm(flat.edge, axis=1).max() < 2 * FRINGE


def test_letters_stand_where_the_font_puts_them():
    letters = placed(Text(1.0, 2.0, (("no", "ink"), ("n\nx", "weight")), 0.5, leading=2.0))
    assert [color for _, color in letters] == ["ink", "ink", "weight", "weight"]
    first, third, fourth = letters[0][0], letters[2][0], letters[3][0]
    assert third.points[:, 0].min() - first.points[:, 0].min() == pytest.approx(advance("no", 0.5), abs=1e-4)
    inside = ~fourth.edge.any(axis=1)
    assert fourth.points[inside, 1].min() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(("align", "shift"), [("left", 0.0), ("center", 0.5), ("right", 1.0)])
def test_alignment(align, shift):
    width = advance("word")
    left = placed(Text(0, 0, (("word", "ink"),), 1.0))[0][0].points[:, 0].min()
    moved = placed(Text(0, 0, (("word", "ink"),), 1.0, align))[0][0].points[:, 0].min()
    assert left - moved == pytest.approx(shift * width, abs=1e-6)


def test_fringes_of_letters_lie_outside():
    flat = glyph("o")
    outer = flat.edge.any(axis=1)
    radius = np.linalg.norm(flat.points - flat.points.mean(axis=0), axis=1)
    inner_hole = radius < np.median(radius[~outer])
    assert radius[outer & ~inner_hole].max() > radius[~outer].max()
    assert radius[outer & inner_hole].min() < radius[~outer].min()


def test_letters_without_ink():
    assert placed(Text(0, 0, (("  \n", "ink"),), 1.0)) == []


def test_texts_are_set_where_inter_is_missing(monkeypatch):
    monkeypatch.setattr(glyphs, "load_inter", lambda: None)
    monkeypatch.setattr(glyphs, "_known", {})
    assert len(placed(Text(0, 0, (("c = 17 ε", "ink"),), 1.0))) == 5

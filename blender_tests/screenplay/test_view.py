"""The camera solver: what is named is seen, inside the free part, as large as can be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.screenplay.page.view import Page, View, boxes_seen, corners, frame

SIZES = [(1280, 720), (1920, 1080), (1080, 1920), (720, 720), (640, 480), (2560, 1080)]
coordinate = st.floats(-50, 50)


@given(
    st.lists(st.tuples(coordinate, coordinate, coordinate), min_size=2, max_size=20),
    st.floats(200, 340),
    st.floats(-5, 80),
    st.sampled_from(SIZES),
)
def test_every_point_is_inside_the_free_part(points, azimuth, elevation, size):
    free = Page.of(size).free
    view = frame(np.array(points), azimuth, elevation, free)
    x, y, depth = view.project(np.array(points)).T
    assert (depth > 0).all()
    assert (x > free.left - 1e-6).all()
    assert (x < free.right + 1e-6).all()
    assert (y > free.bottom - 1e-6).all()
    assert (y < free.top + 1e-6).all()


@given(st.floats(0.5, 20), st.floats(0.5, 20), st.sampled_from(SIZES))
def test_the_view_is_tight_in_one_direction(width, height, size):
    free = Page.of(size).free
    seen = frame(corners(np.zeros(3), np.array([width, 0.1, height])), 281, 9, free)
    area = seen.area(np.zeros(3), np.array([width, 0.1, height]))
    slack = min(free.width - area.width, free.height - area.height)
    assert slack == pytest.approx(0, abs=1e-6)


def test_boxes_that_many_views_see_are_as_each_sees_them():
    views = [View(np.array([1.0, -2.0, 3.0]), 280.0, 7.0, 12.0, (0.1, -0.02)), View(np.zeros(3), 310.0, 40.0, 30.0)]
    low = np.array([[0.0, 1.0, 2.0], [-3.0, 0.5, 1.0], [4.0, -1.0, 0.0], [0.2, 0.3, 0.4]])
    high, by = low + [0.5, 2.0, 1.0], np.array([1, 0, 0, 1])
    found = boxes_seen(views, by, low, high)
    for number, view in enumerate(views):
        assert found[:, :, by == number] == pytest.approx(view.boxes(low[by == number], high[by == number]))


def test_project_and_unproject_are_inverse():
    view = View(np.array([1.0, 2.0, -3.0]), 290, 20, 7.0, (-0.2, 0.1))
    point = view.unproject(0.3, -0.2, 5.0)
    assert view.project(point)[0] == pytest.approx([0.3, -0.2, 5.0])


def test_azimuth_270_looks_from_the_front():
    right, up, forward = View(np.zeros(3), 270, 0, 1.0).basis
    assert right == pytest.approx([1, 0, 0])
    assert up == pytest.approx([0, 0, 1])
    assert forward == pytest.approx([0, 1, 0])


@pytest.mark.parametrize("size", SIZES)
def test_the_areas_of_a_page_do_not_overlap_and_lie_inside_the_picture(size):
    page = Page.of(size)
    areas = [page.free, page.text, *([page.map] if page.is_wide else [])]
    assert page.is_wide == (page.aspect > 1.2)
    if not page.is_wide:  # it is in the text's upper right corner, beside the heading
        assert page.text.overlap(page.map) == pytest.approx(page.map.width * page.map.height)
        assert page.text.top - page.map.bottom < 3 * page.em
    for i, area in enumerate(areas):
        assert -page.aspect / 2 < area.left < area.right < page.aspect / 2
        assert -0.5 < area.bottom < area.top < 0.5
        assert all(area.overlap(other) == 0 for other in areas[i + 1 :])

"""The presenter's HUD as plain data: what stands where, what a click means, what fades, and the light."""

from __future__ import annotations

import numpy as np
import pytest

from llmviz_addon.ui.presenting import hud

CHAPTERS = ((1, 0, "Overview"), (401, 3, "Layer Norm"), (901, 8, "Softmax"))
RESTS = ((101, "00.1 one"), (601, "03.1 two"), (961, "08.1 three"))


def strip(frame: int = 500, width: float = 1056) -> hud.Strip:
    return hud.make_strip(CHAPTERS, RESTS, (1, 1001), frame, width, 1.0)


def test_chapters_follow_one_another_as_long_as_they_are() -> None:
    told = strip()
    assert [(segment.left, segment.right) for segment in told.segments] == [(28, 428), (428, 928), (928, 1028)]
    assert [segment.now for segment in told.segments] == [False, True, False]
    assert told.now == pytest.approx(28 + 499)
    assert [tick.at for tick in told.ticks] == [128, 628, 988]


@pytest.mark.parametrize(("frame", "now"), [(1, 0), (400, 0), (401, 1), (900, 1), (901, 2), (1001, 2)])
def test_one_chapter_is_the_one_we_are_in(frame: int, now: int) -> None:
    assert [segment.now for segment in strip(frame).segments] == [place == now for place in range(3)]


@pytest.mark.parametrize(
    ("x", "y", "frame"),
    [(30, 30, 1), (427, 30, 1), (428, 30, 401), (1027, 30, 901), (128, 30, 101), (134, 30, 101), (622, 40, 601)],
)
def test_a_click_goes_to_a_rest_or_the_beginning_of_its_chapter(x: float, y: float, frame: int) -> None:
    assert strip().hit(x, y).frame == frame


@pytest.mark.parametrize(("x", "y"), [(300, 10), (300, 60), (10, 30), (1040, 30), (-1, -1)])
def test_beside_the_strip_there_is_nothing_to_click(x: float, y: float) -> None:
    assert strip().hit(x, y) is None


def test_no_width_and_no_rests_are_no_error() -> None:
    told = hud.make_strip(CHAPTERS[:1], (), (1, 1), 1, 0.0, 1.0)
    assert told.hit(28, 30) is None
    assert len(told.segments) == 1


def test_a_chapters_name_is_cut_to_its_number_then_to_nothing() -> None:
    segment = strip().segments[1]
    assert [hud.label(segment, room, lambda text: 10.0 * len(text)) for room in (100, 99, 20, 19)] == [
        *("Layer Norm", "03", "03", ""),
    ]


def test_it_fades_two_seconds_after_the_mouse() -> None:
    assert [hud.shown(idle) for idle in (0, 1.99, 2.0, 2.2, 2.4, 99)] == pytest.approx([1, 1, 1, 0.5, 0, 0])


def test_the_light_covers_all_and_is_dark_but_around_the_mouse() -> None:
    points, dark, triangles = hud.light((300.0, 200.0), (1600.0, 900.0), 1.0)
    away = np.linalg.norm(points - (300, 200), axis=1)
    assert (dark[away <= hud.LIT + 1e-3] == 0).all()
    assert dark[away >= hud.SOFT - 1e-3] == pytest.approx(hud.DIM)
    order = np.argsort(away, kind="stable")
    assert (np.diff(dark[order]) >= -1e-6).all()
    assert away.max() >= np.hypot(1600, 900)
    assert triangles.max() == len(points) - 1
    a, b, c = (points[triangles[:, corner]].astype(float) for corner in range(3))
    (x, y), (u, v) = (b - a).T, (c - a).T
    whole = np.pi * away.max() ** 2
    assert abs(x * v - y * u).sum() / 2 == pytest.approx(whole, rel=0.01)  # nothing left out, nothing twice


@pytest.mark.parametrize(
    ("size", "aspect", "bars"),
    [
        ((1600, 900), 16 / 9, []),
        ((1600, 1000), 16 / 9, [(0, 0, 1600, 50), (0, 950, 1600, 1000)]),
        ((1600, 900), 1.0, [(0, 0, 350, 900), (1250, 0, 1600, 900)]),
        ((900, 1600), 9 / 16, []),
    ],
)
def test_what_the_picture_leaves_free_is_black(
    size: tuple[float, float], aspect: float, bars: list[tuple[float, ...]]
) -> None:
    assert hud.bars(size, aspect) == [pytest.approx(bar) for bar in bars]

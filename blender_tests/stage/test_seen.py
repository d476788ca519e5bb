"""What a film sees from near is exact, however little room there is for numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from blender_tests.stage.conftest import SmallLayout, track
from blender_tests.stage.test_pictures import render
from llmviz_addon.layout.grid import CELL, Grid, Role
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.screenplay.page.pose import told
from llmviz_addon.screenplay.page.view import Area, View, corners, frame
from llmviz_addon.stage.build import build
from llmviz_addon.stage.values.atlas import atlas
from llmviz_addon.stage.values.seen import DOT_PIXELS, seen_rows

SIZE = (320, 240)


def table(name: str, rows: int, columns: int, origin=(0.0, 0.0, 0.0), along: str = "z") -> Grid:
    across = "x" if along == "z" else "z"
    return Grid(name, name, Role.WEIGHT, (Axis("A", rows, along), Axis("C", columns, across)), origin, "w")


def poses(*views: tuple[float, View]):
    """Tracks of a camera that stands at these (frame, view)s."""
    return tuple(
        track(*channel[:2], *((at, told(view)[channel]) for at, view in views), index=channel.index)
        for channel in told(views[0][1])
    )


def close_to(grid: Grid, rows: slice, columns: slice, azimuth: float = 270.0) -> View:
    area = Area(-0.6, -0.45, 0.6, 0.45)
    return frame(corners(*grid[rows, columns].box), azimuth, 10.0, area)


@pytest.mark.parametrize("along", ["z", "x"])
def test_the_rows_in_the_picture_are_found(along):
    grid = table("w", 400, 300, along=along)
    (found,) = seen_rows([grid], poses((1, close_to(grid, slice(100, 140), slice(50, 80)))), SIZE)
    assert found.grid is grid
    assert found.first <= 100
    assert found.stop >= 140
    assert found.stop - found.first < 120


def test_what_is_far_or_hidden_or_gone_is_not():
    near, behind = table("near", 400, 300), table("behind", 400, 300, (0.0, 3.0, 0.0))
    view = close_to(near, slice(100, 140), slice(50, 80))
    names = lambda *tracks: [rows.grid.name for rows in seen_rows([near, behind], tracks, SIZE)]  # noqa: E731
    assert names(*poses((1, view))) == ["near"]
    gone = track("near", "opacity", (1, 1.0), (20, 1.0), (30, 0.0))
    assert names(*poses((1, view)), gone) == ["near", "behind"]
    away = track("near", "offset", (1, 500.0))
    assert names(*poses((1, view)), away) == ["behind"]
    reach = CELL * SIZE[1] / (24 / 35 * DOT_PIXELS)
    assert names(*poses((1, replace(view, distance=reach * 1.1)))) == []
    assert names() == []


def test_a_camera_that_passes_by_sees_all_on_its_way():
    grid = table("w", 3000, 100)
    start, end = (close_to(grid, slice(a, a + 40), slice(0, 50)) for a in (200, 700))
    (found,) = seen_rows([grid], poses((1, start), (61, end)), SIZE)
    assert found.first <= 200
    assert 740 <= found.stop < 1000


@pytest.fixture
def matrix(production):
    """A film that shows some rows of a large matrix from near, fading and glowing."""
    grids = (table("w", 300, 200), table("far", 300, 200, (0.0, 100.0, 0.0)))
    rng = np.random.default_rng(2)
    values = {grid.name: rng.normal(size=grid.shape).astype(np.float32) for grid in grids}
    view = close_to(grids[0], slice(120, 150), slice(30, 60), 281.0)
    tracks = (
        *poses((1, view)),
        track("w", "opacity", (1, 1.0), (21, 0.4)),
        track("far", "opacity", (1, 1.0), (21, 1.0)),
    )
    timeline = replace(production.timeline, tracks=tracks, drawings=(), fragments=(), size=SIZE)
    return replace(production, layout=SmallLayout(grids, ()), values=values, timeline=timeline, signage=())


@pytest.mark.parametrize("frame", [1, 15])
def test_a_close_up_shows_single_cells(scene, matrix, tmp_path, monkeypatch, frame):
    pictures = []
    for budget in (200_000, 50_000):
        monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=budget))
        build(scene, matrix, own_scene=True)
        assert (scene.objects["w"]["llmviz_atlas"][3] < 1) == (budget == 50_000)  # kept as pools
        scene.frame_set(frame)
        pictures.append(render(scene, tmp_path / f"{budget}.png"))
    assert pictures[0].std() > 0.05
    assert (np.abs(pictures[1] - pictures[0]) > 3 / 255).mean() < 1e-4  # but for rays between two cells


def test_the_room_is_kept_and_used_by_the_nearest(matrix):
    tracks, size = matrix.timeline.tracks, matrix.timeline.size
    for budget in (4_000, 20_000, 50_000):
        made = atlas(matrix.layout.grids, matrix.values, tracks=tracks, budget=budget, size=size)
        assert made.pixels.size < budget + 4096
        assert bool(made.slices) == (budget > 4_000)
    for one in made.slices["w"]:
        start = one.place.row * 4096 + one.place.column
        rows = made.pixels.ravel()[start + one.first * 200 : start + one.stop * 200]
        np.testing.assert_array_equal(rows, matrix.values["w"][one.first : one.stop].ravel())


def test_the_last_numbers_of_a_very_large_matrix_are_told_apart(scene, matrix, tmp_path, monkeypatch):
    """Cells seen near its end look like those of a small matrix in the same place."""
    monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=2_000_000))
    monkeypatch.setattr("llmviz_addon.stage.values.atlas.gains_of", lambda grids, tensors: {"w": 0.5})
    numbers = np.random.default_rng(4).normal(size=(84, 84)).astype(np.float32)
    pictures = []
    for count in (84, 3924):
        skipped = count - 84  # a multiple of 256, where lines begin anew
        grid = table("w", count, count, (-skipped * CELL, 0.0, skipped * CELL))
        values = np.zeros((count, count), dtype=np.float32)
        values[skipped:, skipped:] = numbers
        view = close_to(grid, slice(skipped + 40, skipped + 60), slice(skipped + 40, skipped + 60), 281.0)
        tracks = poses((1, view))
        timeline = replace(matrix.timeline, tracks=tracks)
        film = replace(matrix, layout=SmallLayout((grid,), ()), values={"w": values}, timeline=timeline)
        build(scene, film, own_scene=True)
        scene.frame_set(1)
        pictures.append(render(scene, tmp_path / f"{count}.png"))
    assert pictures[0].std() > 0.05
    differs = np.abs(pictures[1] - pictures[0]).max(axis=2) > 0.15
    assert differs.mean() < 1e-3  # here and there on an edge; one cell with a neighbour's number would be twice as much

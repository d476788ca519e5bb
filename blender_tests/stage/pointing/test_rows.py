"""What a shader is told of the cells that are seen: the same places and numbers as pointing reads."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import bpy
import numpy as np
import pytest

import llmviz_addon as llmviz
from blender_tests.stage.conftest import SmallLayout, SmallProduction
from blender_tests.stage.pointing.test_pick import SMALL, STAGED, bodies, frames, nano
from blender_tests.stage.test_seen import close_to, poses, table
from llmviz_addon.layout.grid import CELL
from llmviz_addon.stage.build import build
from llmviz_addon.stage.pointing import rows as told
from llmviz_addon.stage.pointing import sight, subject
from llmviz_addon.stage.pointing.inspect import Body
from llmviz_addon.stage.things import ensembles
from llmviz_addon.stage.values.atlas import WIDTH, atlas, numbers_of
from llmviz_addon.stage.values.pooling import FORBIDDEN

SIZE = (1280, 720)
EVERYWHERE = np.array([[1e-4, 0, 0, 0], [0, 0, 1e-4, 0], [0, 0, 0, 0.5], [0, 0, 0, 1]])
"""A view from straight ahead in which all of a set lies."""


def seen_by_camera(scene: bpy.types.Scene, size: tuple[int, int] = SIZE) -> np.ndarray:
    """What brings the world to a picture of the camera's."""
    graph = sight.graph(scene)
    camera = scene.camera.evaluated_get(graph)
    window = camera.calc_matrix_camera(graph, x=size[0], y=size[1])
    return np.array(window @ camera.matrix_world.inverted())


def placed(row: np.ndarray, cell: Sequence[float]) -> np.ndarray:
    """Where in the world the middle of a cell of a row's box is."""
    x, y, z = (np.asarray(cell) + 0.5) / row[told.ALONG, :3]
    return row[told.WORLD : told.ALONG] @ (x, y, -z, 1)


def value(scene: bpy.types.Scene, row: np.ndarray, cell: np.ndarray) -> float | None:
    """What the shader finds for a cell of a row's box; None where that is not computed."""
    flat = float((cell + row[told.FROM, :3]) @ row[told.STEPS, :3])
    front, after, before, _ = row[told.REVEALED]
    if max(front - flat, min(flat + after, before - flat)) <= 0:
        return None
    image = next(image for image in bpy.data.images if image.get("llmviz") == "atlas")
    column, line, _, share = row[told.PLACE]
    assert share == 1
    return float(numbers_of(image).reshape(-1)[round(line) * WIDTH + round(column) + round(flat)])


def corners(body: Body, *ends: np.ndarray) -> np.ndarray:
    matrix = np.array(body.obj.matrix_world)
    return body.boxes.span(body.box, *ends) @ matrix[:3, :3].T + matrix[:3, 3]


@pytest.mark.parametrize(("make", "what"), [one[:2] for one in STAGED], ids=lambda one: getattr(one, "__name__", one))
def test_a_cell_is_where_pointing_meets_it_and_has_the_number_that_is_read_there(
    scene: bpy.types.Scene, make: Callable[[], llmviz.Run], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make()
    if what == "crowd":
        monkeypatch.setattr(ensembles, "CROWD", 0)
    chapter = "preliminary" if what == "crowd" else what
    stage = llmviz.open_stage(run, 3) if what == "open" else llmviz.build(run, [chapter], **SMALL)
    scene, pick, met, kinds = stage.scene, random.Random(3), 0, set()
    for frame in frames(scene):
        scene.frame_set(frame)
        about = subject.subject(scene)
        every = told.rows(scene, EVERYWHERE, (10_000_000, 10_000_000))
        some = bodies(scene, about)
        assert len(every) >= len(some)
        middles = np.array([placed(row, row[told.ALONG, :3] / 2 - 0.5) for row in every])
        for body in pick.sample(some, min(20, len(some))):
            cells = np.array(body.stop) - body.first
            cell = np.array([pick.randrange(count) for count in cells])
            middle = corners(body, np.zeros(3), cells).mean(axis=0)
            near = every[np.linalg.norm(middles - middle, axis=1) < 1e-3]
            rows = [row for row in near if row[told.ALONG, :3].tolist() == cells.tolist()]
            place = corners(body, cell, cell + 1).mean(axis=0)
            assert any(np.allclose(placed(row, cell), place, atol=1e-3) for row in rows)
            assert any(np.allclose(row[told.HUE, :3], body.obj.color[:3]) for row in rows)
            found = [value(scene, row, cell) for row in rows]
            region = about.true(body.grid, tuple((cell + body.first).tolist()))
            known = bool(body.known(cell[None] + body.first)[0])
            kinds.add(known)
            if not known:
                assert None in found
            elif region.grid.name in run.trace:
                tensor = run.trace[region.grid.name]
                if all(index < count for index, count in zip(region.index, tensor.shape, strict=True)):
                    exact = float(np.float32(max(tensor[region.index], FORBIDDEN)))
                    assert exact in found
                    met += 1
    assert met > 20
    assert True in kinds


def test_what_is_out_of_sight_or_too_small_is_left_out(scene: bpy.types.Scene) -> None:
    stage = llmviz.build(nano(), ["layer-norm"], **SMALL)
    scene = stage.scene
    scene.frame_set(scene.frame_end)
    matrix = seen_by_camera(scene)
    count = len(sight.seen(scene))
    here = told.rows(scene, matrix, SIZE)
    assert 0 < len(here) <= count
    away = matrix.copy()
    away[0] += 5 * away[3]  # all of it far to the right
    assert len(told.rows(scene, away, SIZE)) == 0
    assert len(told.rows(scene, matrix, (4, 2))) < len(here)
    assert len(told.rows(scene, matrix, SIZE, lambda obj: False)) == 0


@pytest.mark.parametrize("told_as", ["x", [1.0, 2.0], {"a": 1}])
def test_what_somebody_has_made_something_else_of_is_left_out(scene: bpy.types.Scene, told_as: object) -> None:
    scene = llmviz.build(nano(), ["layer-norm"], **SMALL).scene
    before = len(told.rows(scene, EVERYWHERE, (10_000_000, 10_000_000)))
    obj = next(obj for obj in sight.seen(scene) if obj.get("llmviz") == "grid").original
    obj.animation_data_clear()
    obj["llmviz_reveal"] = told_as
    scene.frame_set(2)
    assert len(told.rows(scene, EVERYWHERE, (10_000_000, 10_000_000))) == before - 1


def test_models_in_outline_have_no_values(scene: bpy.types.Scene) -> None:
    stage = llmviz.build(llmviz.outlines("nano"))
    assert len(sight.seen(stage.scene))
    assert len(told.rows(stage.scene, EVERYWHERE, (10_000_000, 10_000_000))) == 0


def test_of_a_grid_of_which_some_rows_are_kept_exactly_each_piece_is_told(
    scene: bpy.types.Scene, production: SmallProduction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=50_000))
    grids = (table("w", 300, 200), table("far", 300, 200, (0.0, 100.0, 0.0)))
    values = {grid.name: np.random.default_rng(2).normal(size=grid.shape).astype(np.float32) for grid in grids}
    tracks = poses((1, close_to(grids[0], slice(120, 150), slice(30, 60), 281.0)))
    timeline = replace(production.timeline, tracks=tracks, drawings=(), fragments=(), size=SIZE)
    film = replace(production, layout=SmallLayout(grids, ()), values=values, timeline=timeline, signage=())
    build(scene, film, own_scene=True)
    every = [row for row in told.rows(scene, EVERYWHERE, (10_000_000, 10_000_000)) if row[told.WORLD + 1, 3] < 50]
    exact = [row for row in every if row[told.PLACE, 3] == 1]
    assert len(every) >= 3
    assert sum(row[told.ALONG, 2] for row in every) == 300
    (piece,) = [row for row in exact if row[told.FROM, 2] <= 120 and row[told.FROM, 2] + row[told.ALONG, 2] >= 150]
    cell = np.array([40.0, 0.0, 130.0 - piece[told.FROM, 2]])
    assert value(scene, piece, cell) == values["w"][130, 40]
    x, y, z = grids[0].origin
    assert placed(piece, cell) == pytest.approx((x + 40.5 * CELL, y + 0.5 * CELL, z - 130.5 * CELL), abs=1e-3)

"""Numbers on cells: whatever stands in a cell is its number, in every grid, on every face, in every engine."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import bpy
import numpy as np
import pytest

from blender_tests.stage.conftest import SmallLayout, track
from blender_tests.stage.reading import FACES, look_at, read_cells
from blender_tests.stage.test_pictures import load
from llmviz_addon.layout.grid import Grid, Role
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import run
from llmviz_addon.rounding import in_cell
from llmviz_addon.screenplay.open_stage import Moment
from llmviz_addon.screenplay.verbs.outlining import BESIDE
from llmviz_addon.stage import compat
from llmviz_addon.stage.build import build
from llmviz_addon.stage.materials.cell_drawing import LINE
from llmviz_addon.stage.materials.cell_numbers import ROOM
from llmviz_addon.stage.render import set_engine, set_size
from llmviz_addon.stage.values.atlas import atlas

NAMES = (
    "embedding.token_weight", "layers.0.ln_1.output", "layers.0.attn.heads.0.q_weight", "layers.0.attn.heads.1.scores",
    "layers.1.attn.heads.2.weights", "layers.2.mlp.fc_weight", "output.logits",
)  # fmt: skip
EDGES = (
    0.0, -0.0, 1.0, 0.9996, 0.99999994, 1.0000001, 1.004, -1.005, 0.0009999, 0.001, -0.00123, 1.125, 1.375, 0.1235, 2.5,
    9.995, 99.95, 999.5, 1234.4, -12345.6, 59999.0, 60000.0, -1e5, 1e9, 1.23e-7, -4.567e-12, 3e-30, 1e29, -0.0995, 0.05,
)  # fmt: skip


WHITE = 0.7
"""Light of what is nothing but a number, in the dark theme."""


@pytest.fixture
def still(production):
    """A set of one grid, at rest; made of its name, its axes and its numbers."""

    def make(name: str, axes: tuple[Axis, ...], numbers: np.ndarray, *tracks):
        grid = Grid(name, "W", Role.ACTIVATION, axes, (0.3, -0.2, 0.7), name)
        timeline = replace(production.timeline, tracks=tracks, drawings=(), fragments=())
        film = replace(
            production, layout=SmallLayout((grid,), ()), values={name: numbers}, timeline=timeline, signage=()
        )
        return grid, film

    return make


def shot(scene: bpy.types.Scene, path, engine: str = "cycles", size: tuple[int, int] = (960, 540)) -> np.ndarray:
    compat.set_image_output(scene)
    set_size(scene, *size)
    set_engine(scene, engine, samples=1)
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    return load(path)


def written(grid: Grid, numbers: np.ndarray, face: str, cell: tuple[int, int, int]) -> str:
    """What should stand in the cell of a face."""
    axis = "xyz".index({"front": "y", "back": "y", "top": "z"}.get(face, "x"))
    index = [*cell]
    index[axis] = grid.cells[axis] - 1 if face in {"back", "right"} else 0
    return in_cell(numbers.reshape(-1)[np.dot(index, grid.strides)])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_number_of_nano_gpt_can_be_read(scene, tmp_path, theme):
    ran = run(builtin(), [2, 1, 0, 1, 1, 2])
    now = Moment(ran, len(ran.tokens))
    rig = build(scene, now.production((960, 540), 30), theme, own_scene=True)
    count = 0
    for name in NAMES:
        grid, numbers = now.layout[name], now.layout[name].drawn(now.values[name])
        for obj in scene.objects:
            obj.hide_render = obj.name != name
        look_at(rig, grid, "front", tuple(min(n / 2, half) for n, half in zip(grid.cells, (6, 1, 4), strict=True)))
        found = read_cells(shot(scene, tmp_path / "cells.png", size=(1280, 720)), scene, grid, "front")
        wanted = {cell: written(grid, numbers, "front", cell) for cell in found}
        allowed = {cell: text for cell, text in wanted.items() if text != "−∞"}
        assert {cell: found[cell] for cell in allowed} == allowed
        count += len(found)
    assert count > 400


@pytest.mark.parametrize("face", FACES)
def test_numbers_are_upright_on_every_face_that_is_seen(scene, still, tmp_path, face):
    numbers = np.random.default_rng(5).normal(size=(3, 4, 5)).astype(np.float32) * 10
    grid, film = still("box", (Axis("A", 3, "z"), Axis("B", 4, "y"), Axis("C", 5, "x")), numbers)
    rig = build(scene, film, own_scene=True)
    look_at(rig, grid, face, tuple(n / 2 for n in grid.cells), 6.5)
    found = read_cells(shot(scene, tmp_path / "face.png"), scene, grid, face)
    assert len(found) == {"x": 12, "y": 15, "z": 20}[{"front": "y", "back": "y", "top": "z"}.get(face, "x")]
    assert found == {cell: written(grid, numbers, face, cell) for cell in found}


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_numbers_are_upright_on_a_grid_that_is_turned(scene, still, tmp_path, degrees):
    """Laid on its side, a grid's cells are read by whoever looks, not as they stood."""
    numbers = np.random.default_rng(5).normal(size=(4, 4)).astype(np.float32)
    grid, film = still("table", (Axis("A", 4, "z"), Axis("B", 4, "x")), numbers)
    rig = build(scene, film, own_scene=True)
    obj = bpy.data.objects["table"]
    x, _, z = grid.center
    obj.rotation_euler[1] = math.radians(degrees)
    obj.location = (0, obj.location.y, 0)
    bpy.context.view_layer.update()
    middle = obj.matrix_world @ obj.data.vertices[0].co.lerp(obj.data.vertices[-1].co, 0.5)
    obj.location.x, obj.location.z = x - middle.x, z - middle.z
    look_at(rig, grid, "front", (2, 0, 2), 5)
    found = read_cells(shot(scene, tmp_path / "turned.png"), scene, grid, "front")
    table = np.rot90(numbers, -degrees // 90)
    assert found == {(c, 0, r): in_cell(table[r, c]) for r in range(4) for c in range(4)}


@pytest.mark.parametrize("engine", ["cycles", "eevee"])
def test_edges_between_two_roundings_are_told_apart(scene, still, tmp_path, engine):
    numbers = np.array(EDGES, dtype=np.float32).reshape(5, 6)
    grid, film = still("edges", (Axis("A", 5, "z"), Axis("B", 6, "x")), numbers)
    rig = build(scene, film, own_scene=True)
    look_at(rig, grid, "front", (3, 0, 2.5), 5.5)
    found = read_cells(shot(scene, tmp_path / "edges.png", engine), scene, grid, "front")
    assert found == {(c, 0, r): in_cell(numbers[r, c]) for r in range(5) for c in range(6)}


def test_cells_show_no_number_from_afar_nor_before_they_are_computed(scene, still, tmp_path):
    numbers = np.random.default_rng(5).normal(size=(8, 8)).astype(np.float32)
    reveal = track("table", "reveal", (1, 20.0), (21, 20.0))
    grid, film = still("table", (Axis("A", 8, "z"), Axis("B", 8, "x")), numbers, reveal)
    rig = build(scene, film, "dark", own_scene=True)
    scene.frame_set(1)
    look_at(rig, grid, "front", (4, 0, 4), 9)
    found = read_cells(shot(scene, tmp_path / "some.png"), scene, grid, "front")
    assert found == {(c, 0, r): in_cell(numbers[r, c]) if 8 * r + c < 20 else "" for r in range(8) for c in range(8)}
    for high, seen in ((24, True), (30, False)):  # a cell is 22 pixels wide, and 18
        look_at(rig, grid, "front", (4, 0, 4), high)
        assert bool((shot(scene, tmp_path / "far.png").min(axis=2) > WHITE).any()) == seen


@pytest.mark.parametrize("merged", [False, True])
def test_a_pool_of_many_cells_shows_no_number(scene, still, tmp_path, monkeypatch, merged):
    """Of a grid kept as pools, rows that the camera comes near are exact: there, and there only, are numbers."""
    if merged:
        monkeypatch.setattr("llmviz_addon.stage.things.ensembles.CROWD", 0)
    numbers = np.random.default_rng(5).normal(size=(64, 16)).astype(np.float32)
    grid, film = still("large", (Axis("A", 64, "z"), Axis("B", 16, "x")), numbers)
    monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=300))
    rig = build(scene, film, "dark", own_scene=True)
    look_at(rig, grid, "front", (8, 0, 32), 8)
    assert not (shot(scene, tmp_path / "pools.png").min(axis=2) > WHITE).any()
    look_at(rig, grid, "front", (8, 0, 32), 8)


def test_frames_leave_numbers_free():
    margin = (1 - ROOM) / 2
    assert margin >= LINE
    assert margin >= BESIDE

"""Golden pictures: small Cycles stills, and the same again from a saved file in a Blender without us."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import bpy
import numpy as np
import pytest

from blender_tests.stage.conftest import SmallLayout
from llmviz_addon.layout.grid import Grid, Role
from llmviz_addon.layout.lettering.drawing import BELOW, Rect
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.screenplay.score.timeline import Channel, Track
from llmviz_addon.stage import compat
from llmviz_addon.stage.build import build
from llmviz_addon.stage.materials.theme_file import theme
from llmviz_addon.stage.render import set_engine
from llmviz_addon.stage.things.camera import pose
from llmviz_addon.stage.values.atlas import Atlas, atlas

GOLDEN = Path(__file__).parent / "golden"
PLAIN = """
import sys
import bpy
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
assert not [name for name in sys.modules if "llmviz" in name]
bpy.context.scene.frame_set(11)
bpy.context.scene.render.filepath = sys.argv[2]
bpy.ops.render.render(write_still=True)
"""


def render(scene: bpy.types.Scene, path: Path) -> np.ndarray:
    compat.set_image_output(scene)
    set_engine(scene, "cycles")
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)
    return load(path)


def load(path: Path) -> np.ndarray:
    image = bpy.data.images.load(str(path))
    image.colorspace_settings.name = "Non-Color"
    pixels = np.empty(image.size[0] * image.size[1] * 4, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    size = image.size[:]
    bpy.data.images.remove(image)
    return pixels.reshape(size[1], size[0], 4)[..., :3]


@pytest.mark.parametrize(("frame", "theme"), [(1, "light"), (11, "light"), (21, "light"), (11, "dark")])
def test_golden(scene, production, tmp_path, request, frame, theme):
    build(scene, production, theme, own_scene=True)
    scene.frame_set(frame)
    golden = GOLDEN / f"small_{theme}_{frame:02}.png"
    path = golden if request.config.getoption("--regenerate") else tmp_path / golden.name
    difference = np.abs(render(scene, path) - load(golden))
    assert difference.mean() < 0.004, f"{path} is not {golden}"
    assert np.quantile(difference, 0.99) < 0.1


def test_a_saved_file_renders_without_us(scene, production, tmp_path):
    build(scene, production, own_scene=True)
    scene.frame_set(11)
    here = render(scene, tmp_path / "here.png")
    scene.frame_set(1)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    subprocess.run(
        [sys.executable, "-c", PLAIN, str(tmp_path / "film.blend"), str(tmp_path / "there.png")],
        check=True, cwd=tmp_path, capture_output=True,
    )  # fmt: skip
    np.testing.assert_allclose(load(tmp_path / "there.png"), here, atol=1 / 255)


def test_one_sample_is_as_smooth_as_many(scene, production, tmp_path):
    build(scene, production, own_scene=True)
    scene.frame_set(21)
    one = render(scene, tmp_path / "one.png")
    scene.cycles.samples, scene.cycles.filter_width = 64, 1.0
    scene.render.filepath = str(tmp_path / "many.png")
    bpy.ops.render.render(write_still=True)
    many = load(tmp_path / "many.png")
    assert np.abs(one - many).mean() < 0.012


def test_what_is_forbidden_is_a_cross_in_every_engine(scene, production, tmp_path):
    grid = next(g for g in production.layout.grids if g.name == "scores")
    production.timeline = replace(production.timeline, tracks=(), drawings=(), fragments=())
    production.layout.grids, production.layout.ribbons, production.signage = (grid,), (), ()
    production.values["scores"][~np.isneginf(production.values["scores"])] = 0.0
    rig = build(scene, production, own_scene=True)
    pose(rig, (0.25, 0.0, 0.05), 270.0, 0.0, 1.4)
    pictures = []
    for engine in ("cycles", "eevee"):
        compat.set_image_output(scene)
        set_engine(scene, engine)
        scene.render.filepath = str(tmp_path / f"{engine}.png")
        bpy.ops.render.render(write_still=True)
        pictures.append(load(tmp_path / f"{engine}.png"))
    light = [(picture.min(axis=2) < 0.2).sum() for picture in pictures]  # a dot of something negative is black
    assert light == [0, 0]
    assert np.abs(pictures[0] - pictures[1]).mean() < 0.02


def test_colours_are_the_themes(scene, production, tmp_path):
    build(scene, production, own_scene=True)
    picture = render(scene, tmp_path / "colours.png")
    assert picture[-2, -2] == pytest.approx([0.953] * 3, abs=0.004)  # the ground
    plate = picture[14, 35]
    assert plate == pytest.approx([1.0] * 3, abs=0.004)


def test_a_bar_that_hangs_down_has_its_counter_hue(scene, production, tmp_path):
    bar = Rect(-1, -1, 2, 2, "activation", below=BELOW["activation"])
    say = replace(production.timeline.drawings[0], shapes=(bar,), opacity=1.0)
    production.timeline = replace(production.timeline, drawings=(say,), tracks=())
    build(scene, production, own_scene=True)
    for color in ("activation", "activation_below"):
        assert render(scene, tmp_path / f"{color}.png")[20, 35] == pytest.approx(theme("light").color(color), abs=0.004)
        bpy.data.objects["say"].scale.y *= -1


def test_a_turned_grid_looks_as_one_walked_around(scene, production, tmp_path):
    grid = next(g for g in production.layout.grids if g.name == "scores")
    still = {"tracks": (), "drawings": (), "fragments": ()}
    production.timeline = type(production.timeline)(**{**vars(production.timeline), **still})
    production.layout.grids, production.layout.ribbons, production.signage = (grid,), (), ()
    rig = build(scene, production, "dark", own_scene=True)
    pose(rig, (0.2, 0.0, 0.0), 250.0, 20.0, 1.5)
    straight = render(scene, tmp_path / "straight.png")
    bpy.data.objects["scores"].rotation_euler[2] = math.radians(90)
    pose(rig, (0.0, 0.2, 0.0), 340.0, 20.0, 1.5)
    turned = render(scene, tmp_path / "turned.png")
    assert straight.std() > 0.1
    assert np.quantile(np.abs(turned - straight), 0.99) < 0.02


def test_the_material_of_pools_draws_single_cells_alike(scene, production, tmp_path, monkeypatch):
    build(scene, production, own_scene=True)
    scene.frame_set(11)
    plain = render(scene, tmp_path / "plain.png")
    monkeypatch.setattr(Atlas, "thin", True)
    build(scene, production, own_scene=True)
    scene.frame_set(11)
    np.testing.assert_allclose(render(scene, tmp_path / "thin.png"), plain, atol=3 / 255)


def test_a_pool_is_one_large_cell(scene, production, tmp_path, monkeypatch):
    """A table of equal numbers in pools of 2 × 2 is the table of half its size, seen at twice its size."""
    pictures = []
    for shape, zoom, budget in (((20, 20), 1.0, 150), ((10, 10), 0.5, 150)):
        axes = (Axis("T", shape[0], "z"), Axis("C", shape[1], "x"))
        weights = Grid("weights", "w", Role.WEIGHT, axes, (0.0, 0.0, 0.0), "w")
        signs = np.where(np.add.outer(np.arange(10), np.arange(10)) % 3, 1.0, -1.0)
        values = {"weights": signs.repeat(20 // 10 if shape[0] == 20 else 1, 0).repeat(shape[1] // 10, 1)}
        tracks = tuple(
            Track(Channel("camera", prop, index), np.array([1.0]), np.array([value]), ("linear",))
            for prop, index, value in (
                ("target", 0, zoom), ("target", 1, 0.0), ("target", 2, -zoom), ("azimuth", 0, 270.0),
                ("elevation", 0, 0.0), ("distance", 0, 6.0 * zoom),
            )
        )  # fmt: skip
        timeline = replace(production.timeline, tracks=tracks, drawings=(), fragments=())
        film = replace(production, layout=SmallLayout((weights,), ()), values=values, timeline=timeline, signage=())
        monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=budget))
        build(scene, film, own_scene=True)
        scene.frame_set(1)
        pictures.append(render(scene, tmp_path / f"{shape[0]}.png"))
    difference = np.abs(pictures[0] - pictures[1])
    assert difference.mean() < 0.02
    assert pictures[0].std() > 0.05

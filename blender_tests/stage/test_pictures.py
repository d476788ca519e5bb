"""Golden pictures: small Cycles stills, and the same again from a saved file in a Blender without us."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest

from llmviz_addon.stage import compat
from llmviz_addon.stage.build import build
from llmviz_addon.stage.camera import pose
from llmviz_addon.stage.render import set_engine

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


def test_colours_are_the_themes(scene, production, tmp_path):
    build(scene, production, own_scene=True)
    picture = render(scene, tmp_path / "colours.png")
    assert picture[-2, -2] == pytest.approx([0.953] * 3, abs=0.004)  # the ground
    plate = picture[14, 35]
    assert plate == pytest.approx([1.0] * 3, abs=0.004)


def test_a_turned_grid_looks_as_one_walked_around(scene, production, tmp_path):
    grid = next(g for g in production.layout.grids if g.name == "scores")
    still = {"tracks": (), "drawings": (), "parts": ()}
    production.timeline = type(production.timeline)(**{**vars(production.timeline), **still})
    production.layout.grids, production.layout.ribbons, production.signage = (grid,), (), ()
    rig = build(scene, production, own_scene=True)
    pose(rig, (0.2, 0.0, 0.0), 250.0, 20.0, 1.5)
    straight = render(scene, tmp_path / "straight.png")
    bpy.data.objects["scores"].rotation_euler[2] = math.radians(90)
    pose(rig, (0.0, 0.2, 0.0), 340.0, 20.0, 1.5)
    turned = render(scene, tmp_path / "turned.png")
    assert straight.std() > 0.1
    assert np.quantile(np.abs(turned - straight), 0.99) < 0.02

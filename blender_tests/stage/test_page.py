"""Text stands before whichever camera is used, in the same place of its picture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest

from llmviz_addon.stage.build import build
from llmviz_addon.stage.ours import NAME, TAG, ours
from llmviz_addon.stage.things.page import follows_camera, go

NEAR = 0.005
"""Of the picture's height: text stands in relief, by up to so much of its distance, which shows off the middle."""


@pytest.fixture
def film(scene, production) -> bpy.types.Scene:
    build(scene, production, own_scene=True)
    return scene


def camera(scene: bpy.types.Scene, frame: int | None = 8, **lens: object) -> bpy.types.Object:
    """A camera of the user's that she cuts to at ``frame``."""
    made = bpy.data.objects.new("hers", bpy.data.cameras.new("hers"))
    scene.collection.objects.link(made)
    made.location, made.rotation_euler = (1, -3, 2), (1.0, 0.2, 0.3)
    for name, value in lens.items():
        setattr(made.data, name, value)
    if frame is not None:
        scene.timeline_markers.new("cut", frame=frame).camera = made
    return made


def placed(scene: bpy.types.Scene) -> np.ndarray:
    """Where the corners of the commentary are on the picture, (8, 2) from -1 to 1."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    seen = scene.camera.evaluated_get(depsgraph)
    lens = seen.calc_matrix_camera(depsgraph, x=scene.render.resolution_x, y=scene.render.resolution_y)
    (text,) = (obj.evaluated_get(depsgraph) for obj in ours(scene).objects if obj.get(NAME) == "say")
    turn = seen.matrix_world.to_quaternion().to_matrix().to_4x4()
    turn.translation = seen.matrix_world.translation
    corners = np.hstack([np.array(text.bound_box), np.ones((8, 1))])
    clip = corners @ np.array(lens @ turn.inverted() @ text.matrix_world).T
    return clip[:, :2] / clip[:, 3:]


LENSES = {
    "wide": {"lens": 18.0},
    "sensor": {"sensor_width": 23.5, "sensor_fit": "HORIZONTAL"},
    "vertical": {"sensor_height": 30.0, "sensor_fit": "VERTICAL"},
    "shift": {"shift_x": 0.3, "shift_y": -0.2},
    "orthographic": {"type": "ORTHO", "ortho_scale": 3.0},
    "orthographic, high": {"type": "ORTHO", "ortho_scale": 3.0, "sensor_fit": "VERTICAL", "shift_y": 0.1},
}


@pytest.mark.parametrize("size", [(160, 90), (90, 160)])
@pytest.mark.parametrize("lens", LENSES)
def test_text_is_in_the_same_place_of_every_picture(film, size, lens):
    film.render.resolution_x, film.render.resolution_y = size
    camera(film, **LENSES[lens])
    go(film, 5)
    before = placed(film)
    go(film, 9)
    assert film.camera.name == "hers"
    np.testing.assert_allclose(placed(film), before, atol=2 * NEAR)
    go(film, 5)
    np.testing.assert_array_equal(placed(film), before)


@pytest.mark.parametrize("turn", [(1.2, np.pi / 2, 0.3), (1.2, -np.pi / 2, 0.3), (0, 0, 0), (np.pi, 0, 1)])
def test_text_follows_however_the_camera_is_turned_and_hung(film, turn):
    hers, place = camera(film), bpy.data.objects.new("place", None)
    film.collection.objects.link(place)
    place.scale, place.location = (3, 3, 3), (5, 6, 7)
    hers.parent, hers.rotation_euler = place, turn
    go(film, 5)
    before = placed(film)
    go(film, 9)
    np.testing.assert_allclose(placed(film), before, atol=2 * NEAR)


def test_the_films_own_shift_stays_where_the_text_is(film):
    film.camera.data.shift_x = 0.2
    go(film, 5)
    before = placed(film)
    camera(film)
    go(film, 9)
    np.testing.assert_allclose(placed(film), before, atol=2 * NEAR)


def test_a_camera_that_takes_over_without_a_marker_has_the_text(film):
    before = placed(film)
    for marker in film.timeline_markers:
        marker.camera = None
    film.camera = camera(film, None)
    bpy.context.view_layer.update()
    np.testing.assert_allclose(placed(film), before, atol=2 * NEAR)


def test_for_our_camera_the_page_is_where_its_child_would_be(film):
    for frame in (1, 9, 21):
        go(film, frame)
        (stand,) = (obj for obj in ours(film).objects if obj[TAG] == "stand")
        np.testing.assert_allclose(np.array(stand.matrix_world), np.array(film.camera.matrix_world), atol=1e-6)


def test_the_page_follows_again_after_no_camera_was_used(film, capfd):
    """And nothing is divided by zero meanwhile, of which Blender tells on the console at each frame."""
    used, film.camera = film.camera, None
    (stand,) = (obj for obj in ours(film).objects if obj[TAG] == "stand")
    go(film, 9)
    seen = stand.evaluated_get(bpy.context.evaluated_depsgraph_get())
    assert seen.scale[0] == pytest.approx(1.0)
    assert "Math Domain" not in "".join(capfd.readouterr())
    film.camera = used
    go(film, 21)
    np.testing.assert_allclose(np.array(stand.matrix_world), np.array(used.matrix_world), atol=1e-6)


def test_her_own_drivers_are_no_camera_drivers(film):
    (stand,) = (obj for obj in ours(film).objects if obj[TAG] == "stand")
    assert follows_camera(stand)
    stand.driver_add("scale", 2).driver.expression = "frame"
    assert not follows_camera(stand)


def test_a_saved_film_follows_without_python_and_without_us(film, tmp_path: Path):
    camera(film)
    path = str(tmp_path / "film.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    program = f"""
import bpy
bpy.ops.wm.open_mainfile(filepath={path!r}, use_scripts=False)
scene = bpy.context.scene
for frame in (1, 9, 9):
    scene.frame_set(frame)
    (stand,) = [obj for obj in scene.objects if obj.get("llmviz") == "stand"]
    print("AWAY", (stand.matrix_world.translation - scene.camera.matrix_world.translation).length, scene.camera.name)
"""
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    told = [line.split() for line in done.stdout.splitlines() if line.startswith("AWAY")]
    assert float(told[0][1]) < 1e-6
    assert (float(told[2][1]) < 1e-6, told[2][2]) == (True, "hers")

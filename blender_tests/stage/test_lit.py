"""Lit themes: lamps that are plain lamps, dots that tell their values, and no word and no light of the user's lost."""

from __future__ import annotations

import math
from dataclasses import replace

import bpy
import numpy as np
import pytest
from mathutils import Vector

from blender_tests.stage.reading import look_at
from llmviz_addon.errors import JobError
from llmviz_addon.film.still import picture
from llmviz_addon.layout.grid import Role
from llmviz_addon.stage import compat
from llmviz_addon.stage.build import build, clear
from llmviz_addon.stage.kept_theme import is_lit
from llmviz_addon.stage.materials.theme import linear
from llmviz_addon.stage.materials.theme_file import LAMPS, theme
from llmviz_addon.stage.ours import TAG, ours
from llmviz_addon.stage.rebuild.changes import ChangesError, losses
from llmviz_addon.stage.rebuild.snapshot import snapshot
from llmviz_addon.stage.things.lights import FOLLOWS

CINEMATIC = "cinematic"


def lamps(scene):
    return {obj.get(TAG): obj for obj in scene.objects if obj.type == "LIGHT"}


def compositing(scene):
    tree = compat.compositor(scene)
    return None if tree is None or not compat.has_compositor(scene) else tree


@pytest.fixture
def built(scene, production):
    build(scene, production, CINEMATIC, own_scene=True, engine="cycles")
    return scene


def test_lamps_floor_and_sky_are_plain_things_of_ours(built):
    found = lamps(built)
    assert set(found) == {f"{name} light" for name in LAMPS}
    blocks = ours(built).blocks
    for name in LAMPS:
        lamp, told = found[f"{name} light"], vars(theme(CINEMATIC).lit.lamps)[name]
        assert lamp in blocks
        assert lamp.data in blocks
        assert lamp.data.type == ("AREA" if name == FOLLOWS else "SUN")
        assert name == FOLLOWS or lamp.data.energy == told.strength
        assert lamp.parent.get(TAG) == "lamps"
        assert tuple(lamp.data.color) == pytest.approx(linear(told.color))
        shines = lamp.matrix_basis.to_3x3() @ Vector((0, 0, -1))
        azimuth, elevation = math.radians(told.azimuth), math.radians(told.elevation)
        assert shines.z == pytest.approx(-math.sin(elevation), abs=1e-5)
        assert shines.x == pytest.approx(-math.cos(elevation) * math.cos(azimuth), abs=1e-5)
    ground = next(obj for obj in built.objects if obj.get(TAG) == "floor")
    lowest = min((obj.location.z - obj.scale.z) for obj in built.objects if obj.get(TAG) == "grid")
    assert ground.location.z < lowest
    assert built.view_settings.view_transform == theme(CINEMATIC).lit.finish.view_transform
    assert is_lit(built)
    assert all(node.bl_idname != "ShaderNodeTexImage" for node in built.world.node_tree.nodes)


def test_flat_themes_have_none_of_it(scene, production):
    build(scene, production, "dark", own_scene=True, engine="cycles")
    assert not lamps(scene)
    assert compositing(scene) is None
    assert scene.view_settings.view_transform == "Standard"
    assert not is_lit(scene)


@pytest.mark.parametrize("other", ["dark", None])
def test_what_was_lit_is_gone_with_it(built, production, other):
    assert compositing(built) is not None
    if other is None:
        clear(built)
    else:
        build(built, production, other, engine="cycles")
    assert not lamps(built)
    assert compositing(built) is None
    assert not [group for group in bpy.data.node_groups if group.bl_idname == "CompositorNodeTree" and group.users]
    assert not bpy.data.lights
    assert other is None or built.view_settings.view_transform == "Standard"


def test_building_again_keeps_what_she_did_to_lamps(built, production):
    key, rim = lamps(built)["key light"], lamps(built)["rim light"]
    key.location, key.rotation_euler = (3, 4, 5), (0.1, 0.2, 0.3)
    key.data.energy, key.data.color = 1.0, (1, 0, 0)  # 1 is Blender's own, and so told as nothing
    key.name = "Sun of mine"
    rim.data.energy = 3
    rim.data.keyframe_insert("energy", frame=1)
    rim.data.energy = 9
    rim.data.keyframe_insert("energy", frame=11)
    assert not losses(built)
    for _ in range(2):
        build(built, production, CINEMATIC, engine="cycles")
        assert len(lamps(built)) == len(LAMPS)
        key, rim = lamps(built)["key light"], lamps(built)["rim light"]
        assert tuple(key.location) == (3, 4, 5)
        assert tuple(key.rotation_euler) == pytest.approx((0.1, 0.2, 0.3))
        assert (key.name, key.data.energy, tuple(key.data.color)) == ("Sun of mine", 1.0, (1, 0, 0))
        built.frame_set(1)
        assert rim.data.energy == pytest.approx(3)
        built.frame_set(11)
        assert rim.data.energy == pytest.approx(9)
    with pytest.raises(ChangesError, match="Sun of mine"):
        build(built, production, "dark")


def test_the_key_follows_what_is_in_play_and_she_may_still_move_it(built, production):
    key = lamps(built)["key light"]
    paths = {curve.data_path for curve in compat.fcurves(key.parent)}
    assert {"location", "scale"} <= paths
    assert not compat.fcurves(key)  # hers to key
    key.location.x += 0.5
    before = key.location.copy()
    key.data.energy *= 2
    strong = key.data.energy
    build(built, production, CINEMATIC, engine="cycles")
    key = lamps(built)["key light"]
    assert tuple(key.location) == pytest.approx(tuple(before))
    assert key.data.energy == pytest.approx(strong)
    assert key.parent.get(TAG) == "lamps"
    assert {"location", "scale"} <= {curve.data_path for curve in compat.fcurves(key.parent)}


def test_as_much_light_arrives_at_what_is_large_and_further_away(scene, row):
    """The soft box grows with what it lights."""
    grid, film = row(Role.ACTIVATION)
    rig = build(scene, film, CINEMATIC, own_scene=True, engine="cycles")
    key = lamps(scene)["key light"]
    for name in LAMPS:
        lamps(scene)[f"{name} light"].hide_render = name != FOLLOWS
    look_at(rig, grid, "front", (3.5, 0, 0.5), 9.0)
    seen = []
    for reach in (2.0, 40.0):
        key.parent.animation_data_clear()
        key.parent.location, key.parent.scale = grid.origin, [reach] * 3
        seen.append(light_of(picture(scene, 1, (160, 90), "cycles", samples=4).astype(float))[40:50, 50:110].mean())
    assert seen[0] == pytest.approx(seen[1], rel=0.2)


def test_building_again_keeps_her_compositor(built, production):
    tree = compat.compositor(built)
    count = len(tree.nodes)
    mine = tree.nodes.new("CompositorNodeGlare")
    mine.name = "mine"
    for look in (CINEMATIC, "dark", CINEMATIC):
        build(built, production, look, engine="cycles")
        tree = compat.compositor(built)
        assert "mine" in tree.nodes
        assert len(tree.nodes) == count + 1
        ours_in_it = [node for node in tree.nodes if getattr(node, "node_tree", None) is not None]
        assert [node.mute for node in ours_in_it] == [look == "dark"]
    assert len([group for group in bpy.data.node_groups if group.get(TAG) == "finish"]) == 1


def test_what_she_did_to_the_finish_is_told(built, production):
    group = next(group for group in bpy.data.node_groups if group.get(TAG) == "finish")
    told = snapshot(group, lambda block: block.name)
    assert not [path for path in told if path.endswith(".threshold")]  # which 4.5 complains of
    bloom = next(node for node in group.nodes if node.bl_idname == "CompositorNodeGlare")
    bloom.inputs["Strength"].default_value = 0.9
    assert losses(built) == ["the compositor node tree 'llmviz finish': nodes"]


def test_what_is_said_of_light_is_checked(tmp_path):
    path = tmp_path / "mine.toml"
    for text, wrong in (
        ('inherits = "dark"\n[lit.slab]\ntint = 0.5\n', r"line 3: nothing is lit in 'dark'.*Choose from cinematic"),
        (
            'inherits = "cinematic"\n[lit.slab]\nbevel = 2\n',
            r"line 3: lit.slab.bevel is a radius: .*0 to 0.5",
        ),
        ('inherits = "cinematic"\n[lit.lamps.top]\nstrength = 2\n', r"unknown 'top' in \[lit.lamps\].*key, rim"),
        ('inherits = "cinematic"\nlit.finish.view_transform = "Log"\n', r"'Khronos PBR Neutral'.*, not 'Log'"),
        ('inherits = "cinematic"\n[lit.lamps.key]\nstrength = -1\n', r"lit.lamps.key.strength is a strength: give"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(JobError, match=wrong):
            theme(path)
    path.write_text('inherits = "cinematic"\n[lit.lamps.key]\nstrength = 4\n', encoding="utf-8")
    ours_, hers = theme(CINEMATIC).lit, theme(path).lit
    assert hers == replace(ours_, lamps=replace(ours_.lamps, key=replace(ours_.lamps.key, strength=4.0)))


def light_of(pixels):
    """How light pixels are, linear."""
    share = pixels / 255
    linear_ = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear_ @ (0.2126, 0.7152, 0.0722)


@pytest.mark.parametrize("side", [15, 32], ids=["dots", "numbers"])
@pytest.mark.parametrize("role", list(Role))
def test_light_follows_the_size_of_a_value_and_hue_its_sign(scene, row, role, side):
    grid, film = row(role)
    rig = build(scene, film, CINEMATIC, own_scene=True, engine="cycles")
    look_at(rig, grid, "front", (3.5, 0, 0.5), 9.0)
    shown = picture(scene, 1, (side * 16, side * 9), "cycles", samples=4).astype(float)
    middle = side * 9 // 2
    top, bottom = (-0.2, 0.2) if side < 20 else (0.28, 0.4)  # the dot; of a tile what is under the number
    rows = slice(middle + round(top * side), middle + round(bottom * side))
    cells = [shown[rows, round(side * (8 + c - 3.2)) : round(side * (8 + c - 2.8))] for c in range(7)]
    mean = np.array([cell.reshape(-1, 3).mean(axis=0) for cell in cells])
    light = light_of(mean)
    assert (np.diff(light[3:]) > 0).all()
    assert (np.diff(light[:4]) < 0).all()
    assert light[3] < 0.45 * min(light[0], light[6])
    hue = look_hue(theme(CINEMATIC), role)
    for end, wanted in ((0, hue[1]), (6, hue[0])):
        assert min(hue, key=lambda color, end=end: angle(mean[end], color)) is wanted


def look_hue(look, role):
    """The hue of the most positive and that of the most negative value, linear."""
    return [np.array(linear(colors[role])) for colors in (look.cells.positive, look.cells.negative)]


def angle(pixel, color):
    """Between the colours of two lights, of whatever strength."""
    light = np.array(linear(tuple(pixel / 255)))
    return np.arccos(np.clip(light @ color / (np.linalg.norm(light) * np.linalg.norm(color)), -1, 1))


@pytest.mark.parametrize("look", [CINEMATIC, "dark"])
def test_a_lamp_of_hers_lights_the_set_and_never_the_text(scene, production, look):
    build(scene, production, look, own_scene=True, engine="cycles")
    before = picture(scene, 21, (320, 240), "cycles", samples=4).astype(int)
    data = bpy.data.lights.new("hers", "SUN")
    data.energy, data.color = 20.0, (1.0, 0.2, 0.2)
    lamp = bpy.data.objects.new("hers", data)
    lamp.rotation_euler = (math.radians(70), 0, 0)
    scene.collection.objects.link(lamp)
    after = picture(scene, 21, (320, 240), "cycles", samples=4).astype(int)
    changed = np.abs(after - before).max(axis=2)
    assert (changed.max() > 40) == (look == CINEMATIC)
    plate = changed[240 - 84 : 240 - 30, 4:90]  # with the commentary; the denoiser looks at what is beside it, too
    assert plate.mean() < 0.5
    assert plate.max() <= 12
    assert before[240 - 84 : 240 - 30, 4:90].max() > 200  # which is there

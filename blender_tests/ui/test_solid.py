"""Values over plain colours: what the shader draws is what the material of cells shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

from blender_tests.stage.conftest import SmallLayout, track
from blender_tests.stage.pointing.test_rows import seen_by_camera
from blender_tests.stage.reading import look_at
from blender_tests.stage.test_cell_colors import cells_of
from blender_tests.stage.test_numbers import shot
from blender_tests.ui.test_panels import draw
from llmviz_addon.layout.grid import Role
from llmviz_addon.layout.lettering.drawing import Drawing, Rect, pose
from llmviz_addon.screenplay.score.timeline import ChapterSpan
from llmviz_addon.stage.build import build
from llmviz_addon.stage.materials.theme import linear
from llmviz_addon.stage.materials.theme_file import built_in
from llmviz_addon.stage.ours import ours
from llmviz_addon.stage.story import write_story
from llmviz_addon.stage.things.camera import pose as set_pose
from llmviz_addon.ui.panels import LLMVIZ_PT_play
from llmviz_addon.ui.preferences import LLMVIZ_AP_preferences, shows_values
from llmviz_addon.ui.solid import drawing, overlay
from llmviz_addon.ui.solid.shader import encoded

SIZE = (960, 540)
GROUND = (0.25, 0.5, 0.75, 1.0)


@pytest.fixture
def on_graphics(scene: bpy.types.Scene) -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Calls a function where there is a graphics context: 5.2 makes one, 4.5 has it while an engine of ours renders."""
    import gpu

    module: Any = gpu
    found: list[Any] = []

    def call(function: Callable[[], Any]) -> Any:
        if hasattr(module, "init"):
            module.init()
            return function()

        class Engine(bpy.types.RenderEngine):
            bl_idname, bl_label, bl_use_gpu_context = "LLMVIZ_TEST", "Test", True

            def render(self, graph: bpy.types.Depsgraph) -> None:
                found.append(function())
                drawing.forget()

        bpy.utils.register_class(Engine)
        before = scene.render.engine
        scene.render.engine = Engine.bl_idname
        try:
            bpy.ops.render.render(scene=scene.name)
        finally:
            scene.render.engine = before
            bpy.utils.unregister_class(Engine)
        return found.pop()

    yield call
    drawing.forget()


def tell(scene: bpy.types.Scene, film: Any, theme: str) -> None:
    """Let a scene have a story: that names the theme."""
    write_story(scene, replace(film.timeline, chapters=(ChapterSpan("row", 1, "Row", "", 1, 21),)), theme)


def drawn(scene: bpy.types.Scene) -> np.ndarray:
    """The picture (height, width, 3), its lowest row first, that is drawn over a view through the camera, on GROUND."""
    import gpu

    types: Any = gpu.types
    state: Any = gpu.state
    width, height = SIZE
    picture = types.GPUOffScreen(width, height, format="RGBA32F")
    eye = np.append(np.array(scene.camera.matrix_world.translation), 1.0)
    with picture.bind():
        bound = state.active_framebuffer_get()
        bound.clear(color=GROUND, depth=1.0)
        drawing.draw_seen(scene, seen_by_camera(scene, SIZE), eye, SIZE)
        pixels = np.array(bound.read_color(0, 0, width, height, 4, 0, "FLOAT").to_list())
    picture.free()
    return pixels[..., :3]


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("role", list(Role))
def test_cells_have_the_colours_of_the_film(
    scene: bpy.types.Scene, row: Any, on_graphics: Any, tmp_path: Path, name: str, role: Role
) -> None:
    look = built_in(name)
    grid, film = row(role)
    rig = build(scene, film, name, own_scene=True)
    look_at(rig, grid, "front", (3.5, 0, 0.5), 9.0)
    tell(scene, film, name)
    found = cells_of(on_graphics(lambda: drawn(scene)))
    assert found[6] == pytest.approx(look.cells.positive[role], abs=0.01)
    assert found[0] == pytest.approx(look.cells.negative[role], abs=0.01)
    assert found == pytest.approx(cells_of(shot(scene, tmp_path / "row.png", size=SIZE)), abs=0.02)


@pytest.mark.parametrize("high", [30.0, 240.0])
def test_the_picture_is_the_film_s_but_for_numbers(
    scene: bpy.types.Scene, production: Any, on_graphics: Any, tmp_path: Path, high: float
) -> None:
    """Of what is lit, half computed, forbidden, in focus; and so small that single cells melt into one another."""
    (scores,) = (grid for grid in production.layout.grids if grid.name == "scores")
    tracks = (
        track("scores", "highlight", (1, 1.0), (21, 1.0)),
        track("scores", "reveal", (1, 18.0), (21, 18.0)),
        track("scores", "focus", (1, 1.0), (21, 1.0)),
        *(track("scores", "focus_hi", (1, end), (21, end), index=axis) for axis, end in enumerate((3.0, 1.0, 5.0))),
    )
    layout = SmallLayout((scores,), ())
    timeline = replace(production.timeline, tracks=tracks, drawings=(), fragments=())
    values = {"scores": production.values["scores"]}
    film = replace(production, layout=layout, values=values, timeline=timeline, signage=())
    rig = build(scene, film, "light", own_scene=True)
    look_at(rig, scores, "front", (2.5, 0, 2.5), high)
    tell(scene, film, "light")
    scene.frame_set(1)
    picture, truth = on_graphics(lambda: drawn(scene)), shot(scene, tmp_path / "film.png", size=SIZE)[..., :3]
    covered = (np.abs(picture - GROUND[:3]) > 0.01).any(axis=2)
    assert covered.sum() == pytest.approx((5 * 540 / high) ** 2, rel=0.2)
    inner = covered & np.all([np.roll(covered, way, axis) for way in (1, -1) for axis in (0, 1)], axis=0)
    assert np.abs(picture - truth)[inner].mean() < 0.01
    assert truth[inner].std() > 0.02


@pytest.mark.parametrize("name", ["light", "dark"])
def test_what_is_not_computed_is_glass_and_what_fades_does_so_into_the_ground(
    scene: bpy.types.Scene, row: Any, on_graphics: Any, name: str
) -> None:
    look = built_in(name)
    grid, film = row(
        Role.ACTIVATION,
        track("row", "reveal", (1, 3.0), (21, 3.0)),
        track("row", "opacity", (1, 1.0), (11, 1.0), (21, 0.5)),
    )
    rig = build(scene, film, name, own_scene=True)
    look_at(rig, grid, "front", (3.5, 0, 0.5), 9.0)
    tell(scene, film, name)
    scene.frame_set(1)
    found = cells_of(on_graphics(lambda: drawn(scene)))
    assert found[0] == pytest.approx(look.cells.negative[Role.ACTIVATION], abs=0.01)
    assert found[3:] == pytest.approx(np.tile(look.cells.glass, (4, 1)), abs=0.01)
    scene.frame_set(21)
    half = cells_of(on_graphics(lambda: drawn(scene)))
    away = np.abs(half - look.ground).max(axis=1), np.abs(found - look.ground).max(axis=1)
    assert (away[0][:3] < away[1][:3]).all()


def test_beside_its_cells_nothing_is_drawn_nor_what_is_hidden(
    scene: bpy.types.Scene, row: Any, on_graphics: Any
) -> None:
    grid, film = row(Role.WEIGHT)
    rig = build(scene, film, "light", own_scene=True)
    look_at(rig, grid, "front", (3.5, 0, 0.5), 9.0)
    tell(scene, film, "light")
    picture = on_graphics(lambda: drawn(scene))
    covered = (np.abs(picture - GROUND[:3]) > 0.01).any(axis=2)
    assert covered.mean() == pytest.approx(7 / (16 * 9), rel=0.02)
    assert not covered[:100].any()
    scene.objects["row"].hide_viewport = True
    scene.frame_set(2)
    assert not (np.abs(on_graphics(lambda: drawn(scene)) - GROUND[:3]) > 0.01).any()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_what_is_half_transparent_has_its_colour_on_the_ground_and_what_is_written_on_it_stays(
    scene: bpy.types.Scene, production: Any, on_graphics: Any, name: str
) -> None:
    """Of a plate at a quarter of its opacity, and a whole one a part of a millimetre behind its left half."""
    look = built_in(name)
    plates = tuple(
        Drawing(what, (Rect(0.0, 0.0, wide, 1.0, "accent"),), pose((0, 0, 0)))
        for what, wide in (("pale", 2.0), ("written", 1.0))
    )
    tracks = (track("pale", "opacity", (1, 0.25), (21, 1.0)),)
    timeline = replace(production.timeline, tracks=tracks, drawings=(), fragments=())
    film = replace(production, layout=SmallLayout((), ()), values={}, timeline=timeline, signage=plates)
    rig = build(scene, film, name, own_scene=True)
    set_pose(rig, (1.0, 0.0, 0.5), 270, 0, 5.0, (0.0, 0.0))
    tell(scene, film, name)
    scene.frame_set(1)
    picture = on_graphics(lambda: drawn(scene))
    ground, ink = np.array(linear(look.ground)), np.array(linear(look.colors["accent"]))
    colors = picture.reshape(-1, 3)
    there = colors[(np.abs(colors - GROUND[:3]) > 0.01).any(axis=1)]
    for wanted in (ink, ground + (ink - ground) * 0.25):
        assert (np.abs(there - encoded(wanted)).max(axis=1) < 0.01).mean() == pytest.approx(0.5, abs=0.05)
    scene.frame_set(21)
    assert (np.abs(on_graphics(lambda: drawn(scene)) - GROUND[:3]) < 0.01).all()


def test_a_scene_without_a_film_is_left_alone(scene: bpy.types.Scene, on_graphics: Any) -> None:
    scene.camera = bpy.data.objects.new("hers", bpy.data.cameras.new("hers"))
    assert (np.abs(on_graphics(lambda: drawn(scene)) - GROUND[:3]) < 0.01).all()


def test_it_can_be_turned_off_beside_the_button(film: bpy.types.Scene, preferences: LLMVIZ_AP_preferences) -> None:
    area = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
    space = area.spaces.active
    assert shows_values()
    preferences.solid_values = False
    assert not shows_values()
    for shading in ("MATERIAL", "SOLID"):
        space.shading.type = shading
        with bpy.context.temp_override(area=area):
            seen = draw(LLMVIZ_PT_play).drawn
        assert any(text == "solid_values" for _, text, _ in seen) == (shading == "SOLID")


def test_without_a_window_nothing_is_drawn(sidebar: bpy.types.Scene) -> None:
    assert overlay._over._handle is None


def test_values_are_those_of_the_stage_though_a_copy_of_hers_keeps_the_picture_of_before(
    sidebar: bpy.types.Scene,
) -> None:
    bpy.ops.llmviz.open_stage()
    stage = bpy.context.scene
    before = drawing._picture(stage)
    bpy.ops.llmviz.own_copy()
    bpy.context.window.scene = stage
    bpy.ops.llmviz.next_token()
    assert before in set(bpy.data.images), "her copy shows it"
    assert before not in ours(stage).blocks
    assert drawing._picture(stage) in ours(stage).blocks
    drawing.forget()

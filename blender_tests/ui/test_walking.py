"""The list to walk in and its operators, without a window."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from mathutils import Vector

from blender_tests.ui.test_panels import shown
from llmviz_addon.layout.contents import Entry
from llmviz_addon.stage.ours import NAME, TAG, ours
from llmviz_addon.stage.rebuild.changes import losses
from llmviz_addon.stage.walking.places import is_seen, walk_of
from llmviz_addon.stage.walking.walked import hidden_by_walking, is_hiding
from llmviz_addon.ui import jobs
from llmviz_addon.ui.preferences import catalogue
from llmviz_addon.ui.walking import looking, overlay, panel, session, steps
from llmviz_addon.ui.walking.session import MOST, session_of


@pytest.fixture
def stage(sidebar: bpy.types.Scene) -> bpy.types.Scene:
    bpy.ops.llmviz.open_stage()
    return bpy.context.scene


@pytest.fixture
def group(stage: bpy.types.Scene) -> bpy.types.PropertyGroup:
    bpy.ops.llmviz.walk_begin()
    return bpy.context.window_manager.llmviz_walk


def titles(group: bpy.types.PropertyGroup) -> list[str]:
    return [row.title for row in group.rows]


def path_of(scene: bpy.types.Scene, name: str) -> str:
    found = walk_of(scene).contents.of(name)
    assert found is not None
    return steps.told(found.path)


def lit() -> str:
    found = session.lit(bpy.context.scene)
    return "" if found is None else found.name or found.title


def test_the_list_begins_with_the_models_sections(group: bpy.types.PropertyGroup) -> None:
    assert titles(group) == ["nano-gpt", "Embedding", "Layer 0", "Layer 1", "Layer 2", "Output"]
    bpy.ops.llmviz.walk_fold(path="0.2")
    assert titles(group)[4:7] == ["Layer Norm", "Self-attention", "Layer Norm"]
    bpy.ops.llmviz.walk_fold(path="0.2")
    assert len(group.rows) == 6


def test_a_click_lights_and_selects_and_the_list_shows_it(group: bpy.types.PropertyGroup) -> None:
    scene = bpy.context.scene
    group.index = 3
    assert lit() == "layers.1"
    bpy.ops.llmviz.walk_to(path=path_of(scene, "layers.1.attn.heads.2.q"))
    assert lit() == "layers.1.attn.heads.2.q"
    assert group.rows[group.index].title == "Q vectors"
    selected = [obj for obj in ours(scene).objects if obj.select_get()]
    assert [obj[NAME] for obj in selected] == ["layers.1.attn.heads.2.q"]
    assert bpy.context.view_layer.objects.active == selected[0]
    bpy.ops.llmviz.walk(to="OUT")
    assert {obj[NAME] for obj in ours(scene).objects if obj.select_get()} == {
        grid.name for grid in walk_of(scene).contents.of("layers.1.attn.heads.2").grids
    }


def test_steps_walk_and_where_there_is_no_way_on_they_say_so(group: bpy.types.PropertyGroup) -> None:
    assert not bpy.ops.llmviz.walk.poll(), "nothing is lit yet"
    bpy.ops.llmviz.walk_to(path=path_of(bpy.context.scene, "layers.1.attn.heads.1.q"))
    went = []
    for to in ("UP", "OUT", "NEXT", "NEXT", "DOWN", "IN", "PREVIOUS"):
        bpy.ops.llmviz.walk(to=to)
        went.append(lit())
    assert went == [
        *("layers.0.attn.heads.1.q", "layers.0.attn.heads.1", "layers.0.attn.heads.2", "layers.0.attn.proj"),
        *("layers.1.attn.proj", went[5], went[5]),
    ]
    bpy.ops.llmviz.walk_end()
    assert not bpy.ops.llmviz.walk.poll()
    with pytest.raises(RuntimeError, match="There is nothing at '0.99'"):
        bpy.ops.llmviz.walk_to(path="0.99")
    for junk in ("", "x", "0.-1", "0..1", "9" * 400, "٣"):
        with pytest.raises(RuntimeError, match="There is nothing"):
            bpy.ops.llmviz.walk_to(path=junk)


def test_searching_lists_what_was_found(group: bpy.types.PropertyGroup) -> None:
    group.search = "layer 1 head 2 q weights"
    assert titles(group)[0] == "Q weights   (Head 2, Layer 1)"
    assert "layers.1.attn.heads.2.q_weight" in group.rows[0].tip
    group.index = 0
    assert lit() == "layers.1.attn.heads.2.q_weight"
    group.search = "nothing of this"
    assert titles(group) == []
    group.search = ""
    assert "Head 2" in titles(group), "what was found is unfolded"
    assert len(group.rows) < MOST


def test_hiding_is_undone_by_back_to_all(group: bpy.types.PropertyGroup) -> None:
    scene = bpy.context.scene
    bpy.ops.llmviz.walk_to(path=path_of(scene, "layers.1.attn.heads.2.q"))

    def seen() -> set[str]:
        return {obj[NAME] for obj in ours(scene).objects if obj.get(TAG) == "grid" and obj.visible_get()}

    before = seen()
    assert not bpy.ops.llmviz.walk_show_all.poll()
    bpy.ops.llmviz.walk_only(outer=False)
    head = walk_of(scene).contents.of("layers.1.attn.heads.2")
    assert seen() == head.names
    bpy.ops.llmviz.walk_only(outer=True)
    assert seen() == head.outer.names
    bpy.ops.llmviz.walk_hide_weights()
    assert seen() == {grid.name for grid in head.outer.grids if grid.role != "weight"}
    bpy.ops.llmviz.walk_show_all()
    assert seen() == before


def test_what_is_hidden_stays_so_where_a_film_is_built_again_and_not_on_a_stage_of_another_kind(
    film: bpy.types.Scene,
) -> None:
    bpy.ops.llmviz.walk_hide_weights()
    hidden = {obj[NAME] for obj in hidden_by_walking(film, film.view_layers[0])}
    film.llmviz_settings.theme = "dark"
    bpy.ops.llmviz.build()
    assert {obj[NAME] for obj in hidden_by_walking(film, film.view_layers[0])} == hidden
    assert losses(film) == []
    bpy.ops.llmviz.open_stage()
    assert not bpy.ops.llmviz.walk_show_all.poll()
    assert all(obj.visible_get() for obj in ours(film).objects if obj.get(TAG) == "grid")


def test_a_copy_of_her_own_has_all(film: bpy.types.Scene) -> None:
    bpy.ops.llmviz.walk_hide_weights()
    bpy.ops.llmviz.own_copy()
    copy = bpy.context.window.scene
    assert not [obj for obj in copy.objects if obj.hide_get(view_layer=copy.view_layers[0])]
    assert not is_hiding(copy.view_layers[0])
    assert is_hiding(film.view_layers[0])


def test_a_viewport_goes_there_and_back_to_the_films_camera(group: bpy.types.PropertyGroup) -> None:
    scene = bpy.context.scene
    area = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
    view = area.spaces.active.region_3d
    with bpy.context.temp_override(area=area):
        bpy.ops.llmviz.walk_back()
        assert view.view_perspective == "CAMERA"
        camera = [tuple(row) for row in scene.camera.matrix_world]
        bpy.ops.llmviz.walk_to(path=path_of(scene, "layers.2.mlp"))
        assert view.view_perspective == "PERSP"
        assert [tuple(row) for row in scene.camera.matrix_world] == camera
        ends = np.array([grid.ends for grid in walk_of(scene).contents.of("layers.2.mlp").grids])
        low, high = ends[:, 0].min(axis=0), ends[:, 1].max(axis=0)
        middle = np.array(view.view_location)
        assert (low - 30 < middle).all()
        assert (middle < high + 30).all()
        bpy.ops.llmviz.walk_back()
        assert view.view_perspective == "CAMERA"
    assert lit() == ""


def test_a_glide_ends_where_it_should(group: bpy.types.PropertyGroup) -> None:
    area = next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")
    space = area.spaces.active
    space.region_3d.view_perspective = "PERSP"
    start = space.region_3d.view_location.copy(), space.region_3d.view_distance
    looking._glides.append(looking.Glide(space.as_pointer(), start, (Vector((1, 2, 3)), 7.0), 0.0, 0.2))
    looking._glides.append(looking.Glide(1, start, (Vector((1, 2, 3)), 7.0), 0.0, 0.2))
    assert looking._step() is None
    assert tuple(space.region_3d.view_location) == pytest.approx((1, 2, 3))
    assert space.region_3d.view_distance == pytest.approx(7)
    assert looking._glides == []


def test_another_stage_has_another_list(group: bpy.types.PropertyGroup) -> None:
    scene = bpy.context.scene
    group.index = 2
    scene.llmviz_settings.model = "austen"
    scene.llmviz_settings.tokens = "Emma was"
    bpy.ops.llmviz.open_stage()
    assert session_of(scene) is None
    assert not bpy.ops.llmviz.walk.poll()
    bpy.ops.llmviz.walk_begin()
    assert titles(group)[0] == "austen"


def test_the_panel_draws_at_every_stage(stage: bpy.types.Scene) -> None:
    def operators() -> list[str]:
        return shown(panel.LLMVIZ_PT_walk, "operator")

    assert "llmviz.walk_begin" in operators()
    bpy.ops.llmviz.walk_begin()
    assert "llmviz.walk" in operators()
    assert "llmviz.walk_only" not in operators()
    bpy.ops.llmviz.walk_to(path="0.2.1")
    assert operators().count("llmviz.walk_only") == 2


def test_names_do_not_lie_over_one_another() -> None:
    square = np.array([(0.0, 0.0), (100.0, 0.0), (100.0, 50.0), (0.0, 50.0)])
    found = overlay.placed_names([("Head 0", square), ("Head 1", square + (3, 2)), ("Head 2", square + (0, 100))], 12.0)
    assert [text for _, text in found] == ["Head 0", "Head 2"]
    matrix = np.diag([1.0, 1.0, 1.0, 1.0])
    matrix[3] = (0, 0, -1, 0)
    assert overlay.outlined([(None, np.array([(0.0, 0.0, 1.0)] * 8))], matrix, (100.0, 100.0)) == [], "behind the eye"


def test_a_script_is_told_what_picking_needs(stage: bpy.types.Scene) -> None:
    with pytest.raises(RuntimeError, match="needs a mouse"):
        bpy.ops.llmviz.walk_pick()


def test_the_models_beside_the_run_are_told_apart(sidebar: bpy.types.Scene) -> None:
    only(sidebar, "scale")
    bpy.ops.llmviz.build()
    bpy.ops.llmviz.walk_begin()
    group = bpy.context.window_manager.llmviz_walk
    assert titles(group)[:2] == ["nano-gpt", "Embedding"], "the run's own is unfolded"
    assert "nano-gpt, in outline" in titles(group)
    group.search = "layer 1 head 2"
    assert titles(group)[0] == "Head 2   (Layer 1)"
    group.search = "gpt-3 head 2"
    assert all(title.endswith(", GPT-3)") for title in titles(group))


def test_what_is_not_seen_is_gone_to(sidebar: bpy.types.Scene) -> None:
    only(sidebar, "projection")
    bpy.ops.llmviz.build()
    scene = bpy.context.scene
    name = "layers.0.attn.heads.2.output"
    bpy.ops.llmviz.walk_to(path=path_of(scene, name))
    found = walk_of(scene).contents.of(name)
    unseen = [frame for frame in range(1, scene.frame_end, 90) if not seen_at(scene, frame, found)]
    scene.frame_set(unseen[-1])
    assert bpy.ops.llmviz.walk_seen() == {"FINISHED"}
    assert scene.frame_current != unseen[-1]
    assert is_seen(scene, walk_of(scene), found)
    bpy.ops.llmviz.walk_to(path=path_of(scene, "layers.1.attn.heads.2.scores"))
    before = scene.frame_current
    assert bpy.ops.llmviz.walk_seen() == {"FINISHED"}
    assert scene.frame_current == before
    assert "This film does not show" in jobs.last().text
    bpy.ops.llmviz.walk_to(path=path_of(scene, name))
    scene.frame_set(unseen[-1])
    looking = steps.LLMVIZ_OT_walk_seen.steps(SimpleNamespace(), bpy.context)
    next(looking)
    scene.frame_set(7)  # as it does on the way
    looking.close()
    assert scene.frame_current == unseen[-1], "given up, the film is where it was"


@pytest.mark.parametrize("cls", [steps.LLMVIZ_OT_walk_begin, steps.LLMVIZ_OT_walk_hide_weights])
def test_walking_waits_for_the_model(stage: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch, cls: type) -> None:
    asked: list[object] = []
    monkeypatch.setattr(steps, "read_first", lambda operator, context: bool(asked.append(operator) or True))
    waits = SimpleNamespace(needs_model=cls.needs_model)
    assert cls.invoke(waits, bpy.context, None) == {"CANCELLED"}
    assert asked == [waits]
    assert not steps.LLMVIZ_OT_walk_back.needs_model


def only(scene: bpy.types.Scene, chapter: str) -> None:
    names = [one.name for one in catalogue().chapters]
    scene.llmviz_settings.skipped = " ".join(name for name in names if name != chapter)


def seen_at(scene: bpy.types.Scene, frame: int, entry: Entry) -> bool:
    scene.frame_set(frame)
    return is_seen(scene, walk_of(scene), entry)

"""The inspector's gestures, its card, and what is drawn, without a window."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

import llmviz_addon as llmviz
from llmviz_addon import ui
from llmviz_addon.layout.reading import NO_TOKEN, NOT_YET
from llmviz_addon.stage.pointing import inspect, sight, subject
from llmviz_addon.ui.over import Over
from llmviz_addon.ui.pointing import card as cards
from llmviz_addon.ui.pointing import tool
from llmviz_addon.ui.pointing.session import Session, lines_of, shapes

HEAD = "layers.1.attn.heads.2."


@pytest.fixture
def stage(scene: bpy.types.Scene) -> llmviz.Stage:
    return llmviz.open_stage(llmviz.run(), 0, size=(320, 180))


def ray_to(stage: llmviz.Stage, name: str, index: tuple[int, ...]) -> tuple[tuple, tuple]:
    """From a little before a cell straight at it."""
    about = subject.subject(stage.scene)
    ((corners, *_),) = inspect.corners(stage.scene, about, about.by_name[name][index])
    x, y, z = corners.mean(axis=0)
    return (x, y - 0.12, z), (0.0, 1.0, 0.0)


def hover(session: Session, stage: llmviz.Stage, name: str, *index: int) -> None:
    session.hover(stage.scene, *ray_to(stage, name, index))


def test_a_click_pins_and_a_click_on_a_source_walks_upstream(stage: llmviz.Stage) -> None:
    session = Session(stage.scene.name)
    hover(session, stage, HEAD + "scores", 5, 2)
    assert session.told.grid == HEAD + "scores"
    assert session.pinned is None
    session.click(stage.scene)
    assert session.pinned.where == "query: 5 “C”, key: 2 “A”"
    assert [region.grid.name for region in session.lit] == [HEAD + "q", HEAD + "k"]
    hover(session, stage, HEAD + "k", 2, 7)
    assert session.told.grid == HEAD + "scores", "the card of what is pinned stays"
    session.click(stage.scene)
    assert (session.told.grid, session.told.index) == (HEAD + "k", (2, 7))
    session.click(stage.scene)
    assert len(session.trail) == 2, "the same cell once more is no step"
    assert session.back()
    assert session.told.grid == HEAD + "scores"
    session.back()
    assert not session.back()
    session.hover(stage.scene, (900, 900, 900), (0, 1, 0))
    assert session.told is None
    assert session.lit == ()


def test_a_click_on_nothing_lets_go(stage: llmviz.Stage) -> None:
    session = Session(stage.scene.name)
    hover(session, stage, HEAD + "scores", 5, 2)
    session.click(stage.scene)
    session.hover(stage.scene, (900, 900, 900), (0, 1, 0))
    session.click(stage.scene)
    assert (session.told, session.trail, session.copied()) == (None, [], "")


def test_an_alt_click_walks_down_to_what_uses_the_cell(stage: llmviz.Stage) -> None:
    session = Session(stage.scene.name)
    hover(session, stage, HEAD + "scores", 5, 2)
    session.click(stage.scene)
    session.downstream = True
    assert [region.grid.name for region in session.lit] == [HEAD + "max", HEAD + "sum", HEAD + "weights"]
    session.click(stage.scene, downstream=True)  # on the cell itself: to the first
    assert (session.told.grid, session.told.index) == (HEAD + "max", (5,))
    session.back()
    hover(session, stage, HEAD + "weights", 5, 2)
    session.click(stage.scene, downstream=True)
    assert (session.told.grid, session.told.index) == (HEAD + "weights", (5, 2))
    hover(session, stage, HEAD + "q", 0, 0)  # no use of it
    session.click(stage.scene, downstream=True)
    assert session.told.grid == HEAD + "output"


def test_what_is_not_seen_is_walked_to_by_its_number(stage: llmviz.Stage) -> None:
    session = Session(stage.scene.name)
    hover(session, stage, HEAD + "k", 2, 7)
    session.walk(stage.scene, 0)
    assert session.pinned is None, "nothing is pinned yet"
    session.click(stage.scene)
    for obj in stage.scene.objects:
        obj.hide_set(True, view_layer=stage.scene.view_layers[0])
    session.walk(stage.scene, 1)
    assert (session.told.grid, session.told.index) == ("layers.1.ln_1.output", (2, 0))
    session.back()
    session.downstream = True
    session.walk(stage.scene, 0)
    assert (session.told.grid, session.told.index) == (HEAD + "scores", (2, 2))
    session.walk(stage.scene, 8)
    assert len(session.trail) == 2


def test_a_tether_goes_from_edge_to_edge() -> None:
    card = cards.Card((), 1.0, 0.0, 0.0, 10.0, 10.0)
    start, end = cards.tether(card, np.array([(20.0, 2.0), (30.0, 2.0), (30.0, 6.0), (20.0, 6.0)]))
    assert (start.tolist(), end.tolist()) == ([10.0, 4.0], [20.0, 4.0])


def test_the_value_is_copied_as_it_is(stage: llmviz.Stage) -> None:
    session, run = Session(stage.scene.name), llmviz.run()
    hover(session, stage, HEAD + "scores", 5, 2)
    assert np.float32(session.copied()) == run.trace[HEAD + "scores"][5, 2]


def test_what_is_pinned_follows_the_frame(scene: bpy.types.Scene) -> None:
    stage = llmviz.build(llmviz.run(), ["layer-norm"], pace=None, size=(320, 180), fps=10, engine="cycles")
    scene, name = stage.scene, "layers.0.ln_1.mean"
    scene.frame_set(1)
    session = Session(scene.name)
    session.refresh(scene)
    session.hovered = llmviz.inspect(stage, name, 3)
    session.click(scene)
    assert session.told.remark == NOT_YET
    scene.frame_set(scene.frame_end)
    session.refresh(scene)
    assert session.told.value == llmviz.run().trace[name][3]


def test_what_is_pinned_follows_the_run(scene: bpy.types.Scene) -> None:
    """Next Token may be pressed while somebody points; what is lit are cells of the stage as it is then."""
    stage = llmviz.open_stage(llmviz.run(tokens=[2, 1, 0]), 2)
    session = Session(stage.scene.name)
    hover(session, stage, HEAD + "scores", 3, 2)
    session.click(stage.scene)
    assert session.told.remark == NO_TOKEN
    llmviz.step(stage)
    session.refresh(stage.scene)
    assert session.told.value is not None
    assert all(shapes(stage.scene, [*session.lit, session.told.region, *session.told.lines]))
    subject._subject.cache_clear()
    assert all(shapes(stage.scene, [*session.lit, session.told.region]))
    stage = llmviz.open_stage(llmviz.run(tokens=[2, 1]), 0, scene=stage.scene, sure=True)
    session.refresh(stage.scene)
    assert session.told is None, "there is no such cell any more"


def test_a_card_tells_all_that_is_read(stage: llmviz.Stage) -> None:
    reading = llmviz.inspect(stage, HEAD + "scores", (5, 2))
    lines = lines_of(stage.scene, reading)
    assert [line.values.shape for line in lines] == [(11,), (11,)]
    pinned = "\n".join(line.text for line in cards.told(reading, lines, True))
    place, formula = "Layer 1 ▸ Self-attention ▸ Head 2", "dot(query, key) / √A"
    for part in (place, reading.title, reading.where, reading.shown, formula):
        assert part in pinned
    assert "row:  " in pinned
    assert "from  1 Q vectors,  2 K vectors" in pinned
    users = ",  ".join(f"{number} {use.grid.title}" for number, use in enumerate(reading.uses, start=1))
    assert len(reading.uses) == 3
    assert f"used by  {users}" in pinned
    hovered = [line.text for line in cards.told(reading, [], False)]
    assert "Click to pin" in hovered[-1]
    token = llmviz.inspect(stage, "tokens", 3)
    told = [line.text for line in cards.told(token, lines_of(stage.scene, token), True)]
    assert "the token “B”" in told
    assert any(line.startswith("all of it:") and line.endswith("48 in all") for line in told)


@pytest.mark.parametrize("at", [(0, 0), (800, 0), (400, 300), (800, 600), (5, 600)])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_card_stands_within_what_is_free(at: tuple[float, float], scale: float) -> None:
    lines = [cards.Line("Attention matrix"), cards.Line("word " * 60), cards.Line("0.12", "value", cards.LARGE)]
    free = (40.0, 8.0, 760.0, 560.0)
    card = cards.placed(lines, lambda text, size: 0.5 * size * len(text), at, free, scale)
    assert free[0] <= card.left
    assert card.left + card.width <= free[2]
    assert free[1] <= card.bottom
    assert card.bottom + card.height <= free[3]
    assert " ".join(" ".join(line.text for line in card.lines).split()) == " ".join(
        " ".join(line.text for line in lines).split()
    )
    ys = [y for _, y in card.baselines]
    assert ys == sorted(ys, reverse=True)
    assert card.bottom < ys[-1]


def test_cells_are_outlined_where_the_camera_sees_them(stage: llmviz.Stage) -> None:
    scene = stage.scene
    camera = scene.camera.evaluated_get(sight.graph(scene))
    matrix = camera.calc_matrix_camera(sight.graph(scene), x=320, y=180) @ camera.matrix_world.inverted()
    about = subject.subject(scene)
    ((corners, *_),) = shapes(scene, [about.by_name[HEAD + "scores"][5, 2]])
    found = cards.seen(corners, np.array(matrix), (320, 180))
    for place, corner in zip(found, corners, strict=True):
        x, y, _ = world_to_camera_view(scene, camera, Vector(corner))
        assert place == pytest.approx((x * 320, y * 180), abs=0.05)
    outline = cards.hull(found)
    assert len(outline) in (4, 5, 6)
    assert _area(outline) > 0
    behind = np.array(camera.matrix_world.translation) + np.array(camera.matrix_world.to_3x3().col[2])
    assert cards.seen(behind[None], np.array(matrix), (320, 180)) is None


def _area(points: np.ndarray) -> float:
    x, y = points.T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)


def test_strokes_and_fills_cover_what_they_should() -> None:
    square = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])
    points, colors = cards.filled(square, (1.0, 0.5, 0.0, 0.3))
    assert sum(abs(_area(one)) for one in points.reshape(-1, 3, 2)) == pytest.approx(100)
    assert colors.shape == (6, 4)
    points, colors = cards.stroke(np.array([(0.0, 0.0), (10.0, 0.0)]), 2.0, (1.0, 1.0, 1.0, 1.0), False)
    triangles = points.reshape(-1, 3, 2)
    assert sum(abs(_area(one)) for one in triangles) == pytest.approx(12 * 4)  # soft edges and rounded ends included
    assert set(np.abs(points[:, 1]).tolist()) == {1.0, 2.0}
    assert (colors[np.abs(points[:, 1]) == 2.0, 3] == 0).all()
    assert len(cards.stroke(square[:1], 1.0, (1.0,) * 4, True)[0]) == 0


def test_a_sidebar_over_the_viewport_is_not_the_viewport() -> None:
    def part(kind: str, x: int, width: int) -> SimpleNamespace:
        return SimpleNamespace(type=kind, x=x, y=0, width=width, height=100)

    main, bar = part("WINDOW", 0, 200), part("UI", 150, 50)
    area = SimpleNamespace(type="VIEW_3D", x=0, y=0, width=200, height=100, regions=[main, bar])
    window = SimpleNamespace(screen=SimpleNamespace(areas=[area]))
    assert tool.under(window, 20, 20) == (area, main)
    assert tool.under(window, 160, 20) == (None, None)
    assert tool.under(window, 260, 20) == (None, None)


def test_the_tool_stands_in_the_toolbar_and_goes(scene: bpy.types.Scene) -> None:
    from bl_ui.space_toolsystem_common import ToolSelectPanelHelper
    from bl_ui.space_toolsystem_toolbar import VIEW3D_PT_tools_active

    def there() -> list[str]:
        tools = VIEW3D_PT_tools_active.tools_all()
        flat = ToolSelectPanelHelper._tools_flatten([one for _, some in tools for one in some])
        return [one.idname for one in flat if one is not None and one.idname.startswith("llmviz")]

    assert there() == []
    ui.register()
    try:
        assert there() == [tool.TOOL]
        tool._drawn.append(Over(lambda: None))
        tool._drawn[-1].start()
    finally:
        ui.unregister()
    assert there() == []
    assert tool._drawn == [], "what is drawn goes with the extension"


def test_a_script_is_told_of_the_function(film: bpy.types.Scene) -> None:
    with pytest.raises(RuntimeError, match=r"a script has llmviz\.inspect"):
        bpy.ops.llmviz.inspect_cell()

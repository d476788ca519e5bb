"""Presenting: the furniture goes and comes back as it was, however it ends; what keys may do meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from blender_tests.ui.test_view import looks
from llmviz_addon import ui
from llmviz_addon.stage.story import read_story
from llmviz_addon.ui import her_view, presenting, view
from llmviz_addon.ui.presenting import drawing, furniture, present

NAMES = [chapter.name for chapter in ui.preferences.catalogue().chapters]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a film and all of Blender's furniture."""
    path = tmp_path_factory.mktemp("present") / "film.blend"
    ui.register()
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    bpy.context.scene.llmviz_settings.skipped = " ".join(name for name in NAMES if name != "layer-norm")
    bpy.ops.llmviz.build()
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    ui.unregister()
    return path


@pytest.fixture
def set_up(saved: Path, sidebar: bpy.types.Scene) -> Iterator[bpy.types.Scene]:
    """The film's scene in that file, opened."""
    bpy.ops.wm.open_mainfile(filepath=str(saved), load_ui=True)
    yield bpy.context.window.scene
    presenting.stop()


def viewport() -> bpy.types.Area:
    return next(area for area in bpy.context.window.screen.areas if area.type == "VIEW_3D")


def interface() -> dict[str, object]:
    """All of the window: its areas where they stand, their bars, and what is set of each viewport."""
    found: dict[str, object] = {"screens": sorted(screen.name for screen in bpy.data.screens)}
    for number, window in enumerate(bpy.context.window_manager.windows):
        found[f"{number}"] = window.screen.name, window.scene.name, window.screen.show_fullscreen
        for place, area in enumerate(window.screen.areas):
            found[f"{number}.{place}"] = area.ui_type, area.x, area.y, area.width, area.height
            space = area.spaces.active
            bars = [name for name, _ in space.bl_rna.properties.items() if name.startswith("show_region")]
            found[f"{number}.{place}.bars"] = {name: getattr(space, name) for name in bars}
            if area.type == "VIEW_3D":
                found[f"{number}.{place}.view"] = {name: rounded(value) for name, value in looks(area).items()}
    return found


def rounded(value: object) -> object:
    """Numbers but for the last digits: a view's turn is a quaternion, which Blender norms."""
    parts = value if isinstance(value, tuple) else (value,)
    return [round(part, 5) if isinstance(part, float) else part for part in parts]


def test_nothing_but_the_film_is_seen_and_all_comes_back(set_up: bpy.types.Scene) -> None:
    area = viewport()
    area.spaces.active.show_region_ui = True
    view.look_freely(area, set_up)
    area.spaces.active.region_3d.view_distance = 3.25
    before = interface()
    assert bpy.ops.llmviz.present() == {"FINISHED"}
    (alone,) = bpy.context.window.screen.areas
    space = alone.spaces.active
    assert bpy.context.window.screen.show_fullscreen
    assert view.looks_through_camera(space)
    assert not any(getattr(space, f"show_region_{name}") for name in ("ui", "toolbar", "header"))
    assert not space.overlay.show_overlays
    assert not space.show_gizmo
    presenting.stop()
    assert interface() == before
    assert not presenting.is_presenting()


@pytest.mark.parametrize("hide_panels", [False, True])
def test_a_viewport_that_filled_the_window_fills_it_again(set_up: bpy.types.Scene, hide_panels: bool) -> None:
    area = viewport()
    with bpy.context.temp_override(area=area, region=furniture.main_region(area)):
        bpy.ops.screen.screen_full_area(use_hide_panels=hide_panels)
    before = interface()
    bpy.ops.llmviz.present()
    assert bpy.context.window.screen.show_fullscreen
    presenting.stop()
    assert interface() == before


def test_a_camera_of_her_own_in_the_viewport_comes_back(set_up: bpy.types.Scene) -> None:
    space = viewport().spaces.active
    hers = bpy.data.objects.new("hers", bpy.data.cameras.new("hers"))
    set_up.collection.objects.link(hers)
    space.use_local_camera, space.camera = True, hers
    bpy.ops.llmviz.present()
    assert not space.use_local_camera
    presenting.stop()
    assert space.use_local_camera
    assert space.camera == hers


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(lambda film: bpy.ops.llmviz.jump(to="NEXT"), id="gone on"),
        pytest.param(lambda film: film.timeline_markers.clear(), id="markers removed"),
        pytest.param(lambda film: film.objects[0].name, id="nothing"),
    ],
)
def test_what_happens_meanwhile_changes_nothing_of_it(
    set_up: bpy.types.Scene, happens: Callable[[bpy.types.Scene], object]
) -> None:
    before = interface()
    bpy.ops.llmviz.present()
    happens(set_up)
    presenting.stop()
    assert interface() == before


def test_where_the_film_is_gone_meanwhile_her_scene_looks_as_it_did(sidebar: bpy.types.Scene) -> None:
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    bpy.context.scene.llmviz_settings.skipped = " ".join(name for name in NAMES if name != "layer-norm")
    before = {name: rounded(value) for name, value in looks(viewport()).items()}
    bpy.ops.llmviz.build()
    bpy.ops.llmviz.present()
    bpy.data.scenes.remove(bpy.context.window.scene)  # as an undo does
    her_view.give_back()  # as the watch does at any time
    assert read_story(bpy.context.window.scene) is None
    presenting.stop()
    her_view.give_back()
    assert {name: rounded(value) for name, value in looks(viewport()).items()} == before
    assert not bpy.context.window.screen.show_fullscreen


def test_the_extension_disabled_puts_everything_back(set_up: bpy.types.Scene) -> None:
    before = interface()
    bpy.ops.llmviz.present()
    ui.unregister()
    try:
        assert interface() == before
    finally:
        ui.register()


@pytest.mark.parametrize("load_ui", [True, False])
def test_a_file_opened_meanwhile_leaves_a_whole_window(set_up: bpy.types.Scene, tmp_path: Path, load_ui: bool) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "film.blend"))
    before = interface()
    bpy.ops.llmviz.present()
    (session,) = present._sessions
    later = []
    stand_in = SimpleNamespace(_session=session, _timer=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(present, "_put_back_later", later.append)
        context = SimpleNamespace(window_manager=SimpleNamespace(event_timer_remove=lambda timer: None))
        present.LLMVIZ_OT_present.cancel(stand_in, context)  # what Blender does first of all
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "film.blend"), load_ui=load_ui)
    for kept in later:
        furniture.put_back(kept)
    assert later == [session.kept]
    assert not presenting.is_presenting()
    assert interface() == before


def test_a_viewport_that_is_gone_is_no_error(set_up: bpy.types.Scene) -> None:
    before = len(bpy.context.window.screen.areas)
    bpy.ops.llmviz.present()
    bpy.context.window.screen.areas[0].type = "CONSOLE"
    presenting.stop()
    screen = bpy.context.window.screen
    assert (len(screen.areas), screen.show_fullscreen) == (before, False)
    next(area for area in screen.areas if area.type == "CONSOLE").type = "VIEW_3D"
    assert not presenting.is_presenting()


def test_one_presents_once_and_only_a_film(set_up: bpy.types.Scene) -> None:
    bpy.ops.llmviz.present()
    with pytest.raises(RuntimeError, match="presenting already"):
        bpy.ops.llmviz.present()
    presenting.stop()
    bpy.context.window.scene = next(scene for scene in bpy.data.scenes if scene != set_up)
    with pytest.raises(RuntimeError, match="no film in this scene"):
        bpy.ops.llmviz.present()


def test_without_a_viewport_it_says_so(set_up: bpy.types.Scene) -> None:
    area = viewport()
    area.type = "CONSOLE"
    try:
        with pytest.raises(RuntimeError, match="no 3D viewport in this window"):
            bpy.ops.llmviz.present()
    finally:
        area.type = "VIEW_3D"


def test_the_picture_fills_the_viewport(set_up: bpy.types.Scene) -> None:
    bpy.ops.llmviz.present()
    region = furniture.main_region(viewport())
    zoom = viewport().spaces.active.region_3d.view_camera_zoom
    share = ((2**0.5 + zoom / 50) / 2) ** 2  # of the viewport's height
    wide = share * region.height * set_up.render.resolution_x / set_up.render.resolution_y
    assert max(share, wide / region.width) == pytest.approx(1, abs=0.01)


def test_it_is_told_where_we_are_and_what_comes(set_up: bpy.types.Scene) -> None:
    story = read_story(set_up)
    set_up.frame_set(story.subtitles[0].start)
    assert drawing.where_we_are(set_up, story) == "03 Layer Norm"
    bpy.ops.llmviz.jump(to="NEXT")
    first = next(marker for marker in story.markers if marker.kind == "rest")
    assert drawing.where_we_are(set_up, story) == f"03 Layer Norm  ·  {first.name}"
    second = [marker for marker in story.markers if marker.kind == "rest"][1]
    seconds = round((second.frame - set_up.frame_current) / story.fps)
    assert drawing.what_comes(set_up, story) == f"Next: {second.name}, in {seconds} s"
    bpy.ops.llmviz.play()
    assert drawing.where_we_are(set_up, story) == f"03 Layer Norm  ·  {second.name}"
    set_up.frame_set([marker.frame for marker in story.markers if marker.kind == "rest"][-1])
    assert drawing.what_comes(set_up, story) == "Next: the end"
    set_up.frame_set(set_up.frame_end)
    assert drawing.what_comes(set_up, story) == "The film ends here"


def test_the_keys_are_told_as_the_user_has_them(set_up: bpy.types.Scene) -> None:
    bpy.context.window_manager.keyconfigs.update()
    told = drawing.what_keys_do()
    assert "Page Down  on" in told
    assert "Shift Page Up  previous chapter" in told
    assert told.endswith("Esc  leave")


@pytest.mark.parametrize(
    ("name", "operator", "through_camera", "expected"),
    [
        ("Screen", "llmviz.play", True, True),
        ("Screen", "ed.undo", True, True),
        ("Screen", "screen.screen_full_area", True, False),
        ("Frames", "screen.frame_offset", True, True),
        ("Window", "wm.save_mainfile", True, False),
        ("3D View", "view3d.zoom", True, False),
        ("3D View", "view3d.zoom", False, True),
        ("3D View", "view3d.rotate", True, True),
        ("3D View", "object.delete", True, False),
    ],
)
def test_keys_that_could_change_the_film_are_kept_away(
    sidebar: bpy.types.Scene, name: str, operator: str, through_camera: bool, expected: bool
) -> None:
    class Items:
        @staticmethod
        def match_event(event: object) -> object:
            return SimpleNamespace(idname=operator)

    maps = {name: SimpleNamespace(keymap_items=Items)}
    assert present.allowed(maps, None, through_camera) == expected


class Hand:
    """Stands in for the running operator, with what is pressed and moved."""

    def __init__(self, film: bpy.types.Scene, keys: dict[str, str] | None = None) -> None:
        bpy.ops.llmviz.present()
        (self._session,) = present._sessions
        self._timer = None
        self.film = film
        finds = SimpleNamespace(match_event=lambda event: SimpleNamespace(idname=(keys or {}).get(event.type, "none")))
        maps = {"Screen": SimpleNamespace(keymap_items=finds)}
        manager = SimpleNamespace(
            event_timer_remove=lambda timer: None, keyconfigs=SimpleNamespace(user=SimpleNamespace(keymaps=maps))
        )
        self.context = SimpleNamespace(window_manager=manager, screen=bpy.context.screen, scene=film)

    _tick = present.LLMVIZ_OT_present._tick
    _mouse = present.LLMVIZ_OT_present._mouse

    def do(self, kind: str, value: str = "PRESS", at: tuple[float, float] = (0, 0)) -> set[str]:
        """An event, ``at`` a place of the viewport."""
        region = furniture.main_region(bpy.context.window.screen.areas[0])  # there is no other
        modifiers = dict.fromkeys(("ctrl", "alt", "shift", "oskey"), False)
        x, y = at[0] + region.x, at[1] + region.y
        event = SimpleNamespace(type=kind, value=value, mouse_x=x, mouse_y=y, **modifiers)
        return present.LLMVIZ_OT_present.modal(self, self.context, event)


KEPT_AWAY, LET_THROUGH = {"RUNNING_MODAL"}, {"PASS_THROUGH"}


def test_escape_leaves_and_gives_back(set_up: bpy.types.Scene) -> None:
    before = interface()
    hand = Hand(set_up)
    assert hand.do("ESC") == {"FINISHED"}
    assert interface() == before
    assert not presenting.is_presenting()


def test_a_key_shows_and_hides_the_commentary_and_starts_nothing_else(set_up: bpy.types.Scene) -> None:
    hand = Hand(set_up, {"C": "llmviz.play"})
    for large in (True, False):
        assert hand.do("C") == hand.do("C", "RELEASE") == KEPT_AWAY  # where Blender would select with a circle
        assert hand._session.view.large == large


def test_a_presenters_keys_go_through_others_do_not(set_up: bpy.types.Scene) -> None:
    hand = Hand(set_up, {"PAGE_DOWN": "llmviz.play", "Z": "ed.undo", "X": "object.delete"})
    assert hand.do("PAGE_DOWN") == hand.do("Z") == hand.do("TIMER", "NOTHING") == LET_THROUGH
    assert hand.do("X") == hand.do("RIGHTMOUSE") == hand.do("TAB") == KEPT_AWAY


def test_a_click_on_the_strip_goes_there_and_elsewhere_lights(set_up: bpy.types.Scene) -> None:
    hand = Hand(set_up)
    strip = drawing.strip_of(set_up, furniture.main_region(viewport()))
    tick = strip.ticks[3]
    assert hand.do("LEFTMOUSE", at=(tick.at, strip.low + 2)) == KEPT_AWAY
    assert set_up.frame_current == tick.frame
    assert not hand._session.view.lit
    for kind, value, lit in (("LEFTMOUSE", "PRESS", True), ("MOUSEMOVE", "NOTHING", True)):
        hand.do(kind, value, at=(300, 400))
        assert hand._session.view.lit == lit
    assert hand._session.view.mouse == (300, 400)
    hand.do("LEFTMOUSE", "RELEASE", at=(tick.at, strip.low + 2))
    assert not hand._session.view.lit
    assert set_up.frame_current == tick.frame


def test_it_fades_and_comes_with_the_mouse(set_up: bpy.types.Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(present.time, "monotonic", lambda: now[0])
    hand = Hand(set_up)
    seen = []
    for kind, later in (("TIMER", 1.9), ("TIMER", 0.3), ("TIMER", 0.3), ("MOUSEMOVE", 1.0), ("TIMER", 1.0)):
        now[0] += later
        hand.do(kind, "NOTHING")
        seen.append((hand._session.view.share, hand._session.hidden))
    assert seen == [(1, False), (pytest.approx(0.5), False), (0, True), (1, False), (1, False)]


@pytest.mark.parametrize("end", ["film", "job", "workspace"])
def test_it_ends_with_what_it_needs(set_up: bpy.types.Scene, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hand = Hand(set_up)
    if end == "film":
        bpy.data.scenes.remove(set_up)
    elif end == "job":
        monkeypatch.setattr(present, "locked", lambda: True)
    else:
        viewport().type = "CONSOLE"
    assert hand.do("TIMER", "NOTHING") == {"FINISHED"}
    assert not presenting.is_presenting()
    assert not bpy.context.window.screen.show_fullscreen
    for area in bpy.context.window.screen.areas:
        if area.type == "CONSOLE":
            area.type = "VIEW_3D"

"""The presenter's keys: there with the extension and gone with it, the user's to change, and only for a film."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import pytest

from blender_tests.ui.test_panels import Layout
from llmviz_addon import ui
from llmviz_addon.ui import keys
from llmviz_addon.ui.pointing.tool import LLMVIZ_OT_inspect_cell


@pytest.fixture
def keymaps(sidebar: bpy.types.Scene) -> Iterator[bpy.types.KeyConfigurations]:
    """Blender's maps, with the keys as the user has them."""
    maps = bpy.context.window_manager.keyconfigs
    maps.update()
    yield maps
    for _, keymap, item in keys.users_keys():
        keymap.restore_item_to_default(item)
    maps.update()


def on() -> list[tuple[str, str, bool]]:
    return [(key.text, item.type, bool(item.shift)) for key, _, item in keys.users_keys(keys.SCREEN)]


def test_a_clickers_keys_play_and_shifted_ones_go_to_chapters(keymaps: bpy.types.KeyConfigurations) -> None:
    assert on() == [
        ("Play to the next rest", "PAGE_DOWN", False),
        ("Play back to the rest before", "PAGE_UP", False),
        ("Next chapter", "PAGE_DOWN", True),
        ("Previous chapter", "PAGE_UP", True),
    ]


def test_each_does_what_it_says(film: bpy.types.Scene, keymaps: bpy.types.KeyConfigurations) -> None:
    film.frame_set(film.frame_start)
    went = []
    for key in (0, 0, 1, 3):
        _, _, item = [*keys.users_keys()][key]
        name = item.idname.partition(".")[2]
        options = {name: getattr(item.properties, name) for name in keys.KEYS[key].options}
        getattr(bpy.ops.llmviz, name)(**options)
        went.append(film.frame_current)
    first, second, back, start = went
    assert film.frame_start == start < first == back < second


def test_without_a_film_a_key_goes_on_to_others(keymaps: bpy.types.KeyConfigurations) -> None:
    for key, _, _ in keys.users_keys():
        assert not getattr(bpy.ops.llmviz, key.operator.partition(".")[2]).poll(), key.text


def test_a_key_can_be_changed_and_all_go_with_the_extension(keymaps: bpy.types.KeyConfigurations) -> None:
    [*keys.users_keys()][0][2].type = "F9"
    keymaps.update()
    assert [name for _, name, _ in on()] == ["F9", "PAGE_UP", "PAGE_DOWN", "PAGE_UP"]
    ui.unregister()
    keymaps.update()
    assert [*keys.users_keys()] == []
    ui.register()
    keymaps.update()
    assert len([*keys.users_keys()]) == len(keys.KEYS)


def test_a_file_that_is_opened_leaves_them(keymaps: bpy.types.KeyConfigurations) -> None:
    before = on()
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    assert on() == before


def test_the_preferences_show_each_and_a_way_back_from_a_change(keymaps: bpy.types.KeyConfigurations) -> None:
    def drawn(kind: str) -> list[str]:
        layout = Layout()
        keys.draw_keys(layout)
        return [text for what, text, _ in layout.drawn if what == kind]

    assert drawn("label") == [key.text for key in keys.KEYS]
    assert drawn("operator") == []
    [*keys.users_keys()][2][2].type = "F9"
    keymaps.update()
    assert drawn("operator") == ["preferences.keyitem_restore"]


def test_when_the_extension_goes_none_is_left_in_the_users_maps_whose_operator_is_gone(scene: bpy.types.Scene) -> None:
    maps, operators = (
        bpy.context.window_manager.keyconfigs,
        {LLMVIZ_OT_inspect_cell.bl_idname, *(key.operator for key in keys.KEYS)},
    )

    def held() -> set[str]:
        return operators & {item.idname for keymap in maps.user.keymaps for item in keymap.keymap_items}

    ui.register()
    maps.update()
    before = held()
    ui.unregister()
    assert before == operators
    assert not held()

"""Frames are rendered of letters that are written out, and nothing of that is left."""

from pathlib import Path

import bpy
import numpy as np

from llmviz_addon.film.painting.changes import Changes
from llmviz_addon.film.painting.painter import Painter
from llmviz_addon.film.painting.written import modified
from llmviz_addon.stage.render import set_engine
from llmviz_addon.stage.things.letters import MODIFIER


def test_letters_are_written_out_while_frames_are_rendered(blend: Path, rests: dict[str, int]) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    set_engine(scene, "cycles")
    lettered = [obj for obj in scene.objects if MODIFIER in obj.modifiers]
    own, meshes, objects = [obj.data for obj in lettered], set(bpy.data.meshes), set(bpy.data.objects)
    rest = list(rests.values())[1]
    plain = Painter(scene)
    expected = plain.paint(rest)
    plain.close()
    painter = Painter(scene, Changes.of(scene, 1, scene.frame_end))
    for frame in rests.values():
        painter.settle(frame - 1, frame)
        scene.frame_set(frame)
        seen = [obj for obj in lettered if not obj.hide_render]
        assert seen
        assert not any(modified(obj) and obj.modifiers[0].name == MODIFIER and len(obj.modifiers) == 1 for obj in seen)
        assert all(len(obj.data.polygons) for obj in seen)
    painter.settle(rest - 1, rest)
    assert np.abs(painter.paint(rest).astype(int) - expected).max() <= 1  # as doubles, too, have it
    painter.close()
    assert [obj.data for obj in lettered] == own
    assert all(obj.modifiers[0].show_render and obj.modifiers[0].show_viewport for obj in lettered)
    assert set(bpy.data.meshes) == meshes
    assert set(bpy.data.objects) == objects


def test_a_modifier_that_the_user_turned_off_or_put_first_stays_as_it_is(blend: Path, rests: dict[str, int]) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    off, later, *_ = (obj for obj in scene.objects if MODIFIER in obj.modifiers)
    off.modifiers[0].show_render = False
    later.modifiers.new("Mine", "DISPLACE")
    later.modifiers.move(1, 0)
    own = off.data, later.data
    painter = Painter(scene, Changes.of(scene, 1, scene.frame_end))
    painter.settle(1, scene.frame_end)
    assert (off.data, later.data) == own
    assert [modifier.show_render for modifier in later.modifiers] == [True, True]
    painter.close()
    assert not off.modifiers[0].show_render

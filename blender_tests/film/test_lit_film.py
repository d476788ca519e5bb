"""Where things are lit they shade and mirror each other: a frame that changed is rendered whole, another not at all."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from llmviz_addon.film.painting.changes import Changes
from llmviz_addon.film.painting.painter import Painter
from llmviz_addon.stage.build import build
from llmviz_addon.stage.render import set_engine, set_size

SIZE = (96, 54)


@pytest.fixture
def lit(production) -> bpy.types.Scene:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    build(scene, production, "cinematic", own_scene=True, engine="cycles")
    set_engine(scene, "cycles", samples=2)
    set_size(scene, *SIZE)
    return scene


def test_a_frame_is_whole_or_the_one_before(lit):
    changes = Changes.of(lit, 1, lit.frame_end)
    kinds = changes.kinds()
    still = next(frame for frame in range(2, lit.frame_end) if kinds[frame - 1] == 0)
    moved = next(frame for frame in range(still, lit.frame_end) if kinds[frame - 1] == 1)
    painter = Painter(lit, changes)
    assert not painter.regions
    painter.settle(still - 1, moved)
    before = painter.paint(still - 1)
    assert painter.paint(still, before) is before
    put_together = painter.paint(moved, painter.paint(moved - 1))
    painter.close()
    alone = Painter(lit)
    whole = alone.paint(moved)
    alone.close()
    assert np.abs(whole.astype(int) - put_together).max() <= 1


def test_regions_would_be_wrong_under_lamps_and_right_without(lit):
    assert not Painter(lit).regions
    for obj in [obj for obj in lit.objects if obj.type == "LIGHT"]:
        bpy.data.objects.remove(obj)
    lit.render.use_compositing = False
    assert Painter(lit).regions

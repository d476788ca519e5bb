"""A frame put together from regions is the frame."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from llmviz_addon.film.painting.changes import Changes
from llmviz_addon.film.painting.painter import Painter
from llmviz_addon.film.painting.regions import Mask, Projection, Rect
from llmviz_addon.screenplay.production import Production
from llmviz_addon.stage.build import build
from llmviz_addon.stage.render import set_engine, set_size
from llmviz_addon.stage.things import drawings

SIZE = (480, 270)
STRETCHES = ((64, 70), (176, 182), (304, 310), (450, 458), (664, 670))
"""Frames of a fade, of things moving aside, of formulas and of a sweep."""


@pytest.mark.parametrize(("first", "last"), STRETCHES)
def test_regions_are_the_very_pixels(blend: Path, first: int, last: int) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    _check_regions(bpy.context.scene, first, last)


def test_regions_are_the_very_pixels_through_a_camera_of_hers(blend: Path) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    kinds = Changes.of(scene, 1, scene.frame_end).kinds()
    cut = 1 + next(i for i in range(30, len(kinds)) if all(kinds[i : i + 4] == 1))  # the film's camera stands still
    scene.frame_set(cut)
    hers = bpy.data.objects.new("hers", bpy.data.cameras.new("hers"))
    scene.collection.objects.link(hers)
    hers.matrix_world = scene.camera.matrix_world.copy()
    hers.data.lens, hers.data.shift_y = 60.0, 0.1
    scene.timeline_markers.new("cut", frame=cut).camera = hers
    assert Changes.of(scene, 1, scene.frame_end).kinds()[cut - 1] == 2
    assert 1 in Changes.of(scene, 1, scene.frame_end).kinds()[cut : cut + 4]
    _check_regions(scene, cut - 3, cut + 4)


def test_what_instances_show_is_not_missed(production: Production, monkeypatch: pytest.MonkeyPatch) -> None:
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    monkeypatch.setattr(drawings, "MANY", 0)
    scene = bpy.context.scene
    build(scene, production, own_scene=True)
    scene.frame_set(1)
    repeated = [obj for obj in scene.objects if "Repeats" in obj.modifiers and not obj.hide_render]
    assert repeated
    for obj in repeated:
        mask = Mask(*SIZE)
        Projection(scene, mask).mark(obj)
        assert mask.cover() == [Rect(0, 0, *SIZE)]


def _check_regions(scene: bpy.types.Scene, first: int, last: int) -> None:
    set_engine(scene, "cycles")
    set_size(scene, *SIZE)
    painter = Painter(scene, Changes.of(scene, 1, scene.frame_end))
    try:
        painter.settle(first, last)
        pieced = [painter.paint(first)]
        for frame in range(first + 1, last + 1):
            pieced.append(painter.paint(frame, pieced[-1]))
        painter.settle(1, scene.frame_end)
        for frame, pixels in zip(range(first, last + 1), pieced, strict=True):
            whole = painter.paint(frame)
            assert whole.shape == (SIZE[1], SIZE[0], 3)
            off = (np.abs(whole.astype(int) - pixels) > 2).any(axis=2)
            assert off.mean() < 2e-4, f"frame {frame}: {off.sum()} pixels"  # crossing lines at one depth may swap
    finally:
        painter.close()
        scene.render.use_persistent_data = False


@pytest.mark.parametrize("engine", ["cycles", "eevee"])
def test_the_same_picture_is_not_rendered_again(blend: Path, engine: str) -> None:
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    scene = bpy.context.scene
    set_engine(scene, engine)
    changes = Changes.of(scene, 1, scene.frame_end)
    still = int(np.flatnonzero(changes.kinds()[1:] == 0)[0]) + 2
    painter = Painter(scene, changes)
    before = np.zeros((108, 192, 3), np.uint8)
    assert painter.paint(still, before) is before
    painter.close()

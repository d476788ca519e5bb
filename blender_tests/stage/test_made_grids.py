"""Grids that a chapter makes: own values in the atlas, the gain of their kind, free to turn and to stretch."""

from dataclasses import replace

import bpy
import numpy as np
import pytest

from llmviz_addon.layout.grid import Grid, Role
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.screenplay.score.timeline import Channel, Track
from llmviz_addon.stage.build import build
from llmviz_addon.stage.values.atlas import WIDTH, atlas

COPY = Grid("test:made:1", "", Role.ACTIVATION, (Axis("C", 4, "z"),), (3.0, 0.0, 2.0), "input")
VALUES = np.array([0.25, -9.0, 3.0, 1.0], dtype=np.float32)


def track(prop: str, *keys: tuple[float, float], index: int = 0) -> Track:
    frames, values = (np.array(column, dtype=np.float64) for column in zip(*keys, strict=True))
    return Track(Channel(COPY.name, prop, index), frames, values, ("linear",) * len(keys))


@pytest.fixture
def made(production):
    tracks = (
        track("opacity", (1, 0.0), (5, 0.0), (6, 1.0)),
        track("rotation", (1, -np.pi / 2), (21, 0.0), index=1),
        track("scale", (11, 1.0), (21, 0.5), index=2),
        track("offset", (1, 0.0), (21, 1.0)),
    )
    timeline = replace(production.timeline, tracks=production.timeline.tracks + tracks, grids=((COPY, VALUES),))
    return replace(production, timeline=timeline)


def test_a_made_grid_has_its_values_in_the_atlas_and_the_gain_of_its_kind(made):
    grids, values = made.layout.grids, made.values
    place = atlas(grids, values, made.timeline.grids).places[COPY.name]
    pixels = atlas(grids, values, made.timeline.grids).pixels.ravel()
    start = place.row * WIDTH + place.column
    assert pixels[start : start + 4].tolist() == VALUES.tolist()
    assert place.gain == atlas(grids, values).places["input"].gain


def test_a_made_grid_comes_turns_stretches_and_moves(scene, made):
    build(scene, made, own_scene=True)
    obj = bpy.data.objects[COPY.name]
    seen = {}
    for frame in (1, 11, 21):
        scene.frame_set(frame)
        now = obj.evaluated_get(bpy.context.evaluated_depsgraph_get())
        seen[frame] = (obj.hide_render, now.rotation_euler.y, now.scale.z, now.location.x)
    assert seen[1] == (True, pytest.approx(-np.pi / 2), pytest.approx(0.4), pytest.approx(3.0))
    assert seen[11] == (False, pytest.approx(-np.pi / 4), pytest.approx(0.4), pytest.approx(3.5))
    assert seen[21] == (False, pytest.approx(0.0), pytest.approx(0.2), pytest.approx(4.0))

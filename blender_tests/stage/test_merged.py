"""Merged grids: fewer objects, the same picture."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import bpy
import numpy as np
import pytest

from blender_tests.stage.conftest import SmallLayout, track
from blender_tests.stage.test_pictures import render
from llmviz_addon.film.painting.changes import Changes
from llmviz_addon.film.painting.regions import Mask
from llmviz_addon.film.painting.sights import Projection
from llmviz_addon.layout.grid import Grid, Role
from llmviz_addon.layout.lettering.drawing import Drawing, Text, pose
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.stage.build import build
from llmviz_addon.stage.pointing.inspect import Body
from llmviz_addon.stage.things.merged import Crowd, merged_mesh
from llmviz_addon.stage.values.atlas import atlas


@pytest.fixture
def crowd(production, monkeypatch):
    """A set of which most grids may be merged: weights that fade in two ways, activations, one that moves."""
    monkeypatch.setattr("llmviz_addon.stage.things.ensembles.CROWD", 3)
    rng = np.random.default_rng(3)
    grids, values, tracks = list(production.layout.grids), dict(production.values), list(production.timeline.tracks)
    for number in range(8):
        axes = (Axis("A", 9 + number, "z"), Axis("C", 4 + number % 3, "x"))
        role = (Role.WEIGHT, Role.ACTIVATION)[number % 2]
        place = (-1.9 + 0.9 * (number // 2), 0.8 + 0.3 * (number % 3), 1.6 - 1.7 * (number % 2))
        grid = Grid(f"w{number}", "W", role, axes, place, f"w{number % 2}")
        grids.append(grid)
        values[grid.name] = rng.normal(size=grid.shape).astype(np.float32)
        if number in {2, 4}:
            tracks.append(track(grid.name, "opacity", (1, 1.0), (21, 0.2)))
    tracks.append(track("w6", "offset", (1, 0.0), (21, 0.3), index=1))
    tracks += [_shown(grid, 15) for grid in grids if grid.name in {"w1", "w3"}]
    production.layout = SmallLayout(tuple(grids), production.layout.ribbons)
    production.values = values
    production.timeline = replace(production.timeline, tracks=tuple(tracks))
    label = Drawing("label:w1", (Text(0.0, 0.05, (("W", "ink"),), 0.15),), pose((-1.5, 0, 1.2)), "w1", fades_below=0)
    turned = replace(label, name="label:w4", parent="w4")
    production.timeline = replace(
        production.timeline, tracks=(*production.timeline.tracks, track("label:w4", "rotation", (1, 0.0), (21, 0.1)))
    )
    production.signage = (*production.signage, label, turned)
    return production


def _shown(grid, frame):
    """A grid that is empty until a frame comes."""
    empty = track(grid.name, "reveal", (1, 0.0), (frame, float(grid.count)))
    return replace(empty, easings=("constant", "constant"))


def kinds(scene):
    return [obj.get("llmviz") for obj in scene.objects]


@pytest.mark.parametrize("budget", [100_000, 700])
def test_merged_and_unmerged_look_equal(scene, crowd, tmp_path, monkeypatch, budget):
    monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=budget))
    pictures = []
    for largest in (3, 1000):
        monkeypatch.setattr("llmviz_addon.stage.things.ensembles.CROWD", largest)
        build(scene, crowd, own_scene=True)
        assert ("grids" in kinds(scene)) == (largest == 3)
        for frame in (1, 15):
            scene.frame_set(frame)
            pictures.append(render(scene, tmp_path / f"{largest}_{frame}.png"))
    np.testing.assert_allclose(pictures[:2], pictures[2:], atol=3 / 255)
    assert np.abs(pictures[0] - pictures[1]).max() > 0.1


@pytest.mark.parametrize("budget", [100_000, 700])
def test_values_look_equal_however_many_a_pixel_holds(scene, crowd, tmp_path, monkeypatch, budget):
    monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=budget))
    pictures = []
    for folded in (1 << 20, 0):
        monkeypatch.setattr("llmviz_addon.stage.values.atlas.FOLDED", folded)
        build(scene, crowd, own_scene=True)
        (image,) = [image for image in bpy.data.images if image.get("llmviz") == "atlas"]
        assert image.size[0] == (1024 if folded == 0 else 4096)
        scene.frame_set(11)
        pictures.append(render(scene, tmp_path / f"{folded}.png"))
    np.testing.assert_array_equal(pictures[0], pictures[1])


def test_only_what_fades_alike_shares_an_object(scene, crowd):
    build(scene, crowd)
    alone = {obj.name for obj in scene.objects if obj.get("llmviz") == "grid"}
    assert alone == {"input", "mean", "scores", "w6"}
    merged = {frozenset(_boxes(obj)): obj for obj in scene.objects if obj.get("llmviz") == "grids"}
    named = {grid.name: tuple(np.round(grid.origin, 2)) for grid in crowd.layout.grids}
    groups = {
        frozenset(name for name, place in named.items() if place in places): obj for places, obj in merged.items()
    }
    assert set(groups) == {
        frozenset({"w2", "w4"}), frozenset({"w0", "scale"}), frozenset({"w1", "w3"}), frozenset({"w5", "w7"}),
    }  # fmt: skip
    scene.frame_set(21)
    assert groups[frozenset({"w2", "w4"})].color[3] == pytest.approx(0.2)
    assert groups[frozenset({"w0", "scale"})].color[3] == 1.0
    for frame, known in ((14, 0.0), (15, 1.0)):
        scene.frame_set(frame)
        assert groups[frozenset({"w1", "w3"})]["llmviz_known"] == known
        assert groups[frozenset({"w5", "w7"})]["llmviz_known"] == 1.0


def test_grids_that_glow_and_are_computed_bit_by_bit_share_an_object(scene, crowd, tmp_path, monkeypatch):
    tracks = [replace(t, easings=("linear",) * 2) if t.channel.prop == "reveal" else t for t in crowd.timeline.tracks]
    tracks += [track(name, "highlight", (1, 0.0), (21, 1.0)) for name in ("w1", "w3", "w5")]
    crowd.timeline = replace(crowd.timeline, tracks=tuple(tracks))
    pictures = []
    for largest in (3, 1000):
        monkeypatch.setattr("llmviz_addon.stage.things.ensembles.CROWD", largest)
        build(scene, crowd, own_scene=True)
        alone = {obj.name for obj in scene.objects if obj.get("llmviz") == "grid"}
        assert {"w1", "w3"} & alone == ({"w1", "w3"} if largest == 1000 else set())
        for frame in (8, 15):
            scene.frame_set(frame)
            pictures.append(render(scene, tmp_path / f"{largest}_{frame}.png"))
    np.testing.assert_allclose(pictures[:2], pictures[2:], atol=4 / 255)
    assert np.abs(pictures[0] - pictures[1]).max() > 0.1


def test_of_a_shared_object_it_can_be_told_which_cells_are_known(scene, crowd):
    tracks = [replace(t, easings=("linear",) * 2) if t.channel.prop == "reveal" else t for t in crowd.timeline.tracks]
    crowd.timeline = replace(crowd.timeline, tracks=tuple(tracks))
    build(scene, crowd, own_scene=True)
    scene.frame_set(8)
    grid = next(grid for grid in crowd.layout.grids if grid.name == "w3")
    shared = next(obj for obj in scene.objects if tuple(np.round(grid.origin, 2)) in set(_cornered(obj)))
    cells = np.array([(x, 0, z) for z in range(grid.cells[2]) for x in range(grid.cells[0])])
    known = Body(shared, None, 0, grid, (0, 0, 0), grid.cells).known(cells)
    assert known.sum() == np.ceil(grid.count * shared["llmviz_known"]) == known.argmin()


def _cornered(obj):
    return _boxes(obj) if obj.get("llmviz") == "grids" else []


def _boxes(obj):
    """Home corners of the boxes of a merged object."""
    points = np.array([vertex.co for vertex in obj.data.vertices], dtype=float).reshape(-1, 8, 3)
    homes = np.concatenate([points[..., :2].min(axis=1), points[..., 2:].max(axis=1)], axis=1)
    return [tuple(home) for home in homes.round(2)]


def test_a_drawing_on_a_merged_grid_stands_where_it_would(scene, crowd, monkeypatch):
    places = []
    for largest in (3, 1000):
        monkeypatch.setattr("llmviz_addon.stage.things.ensembles.CROWD", largest)
        build(scene, crowd)
        scene.frame_set(21)
        places.append(np.array(bpy.data.objects["label:w4"].matrix_world))
    np.testing.assert_allclose(places[0], places[1], atol=1e-6)


def test_boxes_without_values_are_a_mesh_too(scene):
    boxes = Crowd(np.array([(0, 0, 0), (5, 1, 2.0)]), np.array([(10, 1, 20), (3, 4, 5)]))
    mesh = merged_mesh("boxes", boxes, bpy.data.materials.new("any"))
    assert not mesh.validate()
    points = np.array([vertex.co for vertex in mesh.vertices]).reshape(2, 8, 3)
    np.testing.assert_allclose(points.min(axis=1), [(0, 0, -2), (5, 1, 1.5)], atol=1e-3)
    np.testing.assert_allclose(points.max(axis=1), [(1, 0.1, 0), (5.3, 1.4, 2)], atol=1e-3)
    for polygon in mesh.polygons:  # all faces look outwards
        middle = points[polygon.index // 6].mean(axis=0)
        assert (np.array(polygon.center) - middle) @ np.array(polygon.normal) > 0
    assert {value.value for value in mesh.attributes["known"].data} == {0.0}


def test_a_fade_is_rendered_again_only_where_its_boxes_are(scene, crowd, tmp_path):
    still = [found for found in crowd.timeline.tracks if found.channel.actor in {"w2", "w4"}]
    still += [
        replace(found, values=found.values[:1], frames=found.frames[:1], easings=found.easings[:1])
        for found in crowd.timeline.tracks
        if found.channel.actor == "camera"
    ]
    crowd.timeline = replace(crowd.timeline, tracks=tuple(still), fragments=(), drawings=())
    build(scene, crowd, own_scene=True)
    pictures = []
    for frame in (10, 11):
        scene.frame_set(frame)
        pictures.append(render(scene, tmp_path / f"{frame}.png"))
    change = Changes.of(scene, 1, 21).at(11)
    assert [obj.get("llmviz") for obj in change.objects] == ["grids"]
    mask = Mask(160, 120)
    mask.mark(Projection(scene, (160, 120)).sight(change.objects[0]).boxes)
    marked = np.zeros((120, 160), dtype=bool)
    for rect in mask.cover():
        marked[rect.low : rect.high, rect.left : rect.right] = True
    differs = (pictures[0] != pictures[1]).any(axis=2)
    assert differs.any()
    assert not (differs & ~marked).any()
    assert marked.mean() < 0.3

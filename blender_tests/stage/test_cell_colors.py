"""Colour says what is known: hue tells the sign, light the size, and what is not computed yet is glass."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from blender_tests.stage.conftest import SmallLayout, track
from blender_tests.stage.reading import look_at
from blender_tests.stage.test_numbers import shot
from llmviz_addon.layout.grid import Grid, Ribbon, Role
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.screenplay.page.view import TAN
from llmviz_addon.stage.build import build
from llmviz_addon.stage.materials.theme import linear
from llmviz_addon.stage.materials.theme_file import built_in
from llmviz_addon.stage.things.camera import pose
from llmviz_addon.stage.values.atlas import atlas

THEMES = ("light", "dark")


def cells_of(picture: np.ndarray) -> np.ndarray:
    """Colour of the lower left of each of seven cells that span 7 / 10 of the picture's width, (7, 3)."""
    height, width, _ = picture.shape
    side = width / 16
    return np.array([picture[round(height / 2 - 0.36 * side), round(width / 2 + (c - 3.36) * side)] for c in range(7)])


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("role", list(Role))
def test_hue_tells_the_sign_and_light_the_size(scene, row, tmp_path, name, role):
    look = built_in(name)
    grid, film = row(role)
    rig = build(scene, film, name, own_scene=True)
    look_at(rig, grid, "front", (3.5, 0, 0.5), 9.0)
    found = cells_of(shot(scene, tmp_path / "row.png", size=(960, 540)))
    assert found[6] == pytest.approx(look.cells.positive[role], abs=0.02)
    assert found[0] == pytest.approx(look.cells.negative[role], abs=0.02)
    away = np.linalg.norm(found - found[3], axis=1)  # from 0
    assert (np.diff(away[3:]) > 0).all()
    assert (np.diff(away[:4]) < 0).all()
    light = np.array([np.dot(linear(tuple(color)), (0.2126, 0.7152, 0.0722)) for color in found])
    ground = np.dot(linear(look.ground), (0.2126, 0.7152, 0.0722))
    assert np.abs(light - ground).argmin() == 3
    assert np.abs(found[3] - look.ground).max() > 0.04  # pale, but there


@pytest.mark.parametrize("name", THEMES)
def test_what_is_not_computed_yet_is_glass_on_every_side(scene, row, tmp_path, name):
    look = built_in(name)
    grid, film = row(Role.ACTIVATION, track("row", "reveal", (1, 0.0), (21, 0.0)), depth=4)
    rig = build(scene, film, name, own_scene=True)
    scene.frame_set(1)
    pose(rig, grid.middle, 300.0, 30.0, 1.6)
    picture = shot(scene, tmp_path / "glass.png")
    off = np.abs(picture - look.ground).max(axis=2)
    assert off.max() < 0.25
    assert np.median(off[off > 0.004]) < 0.09  # no dull block
    assert (off > 0.1).sum() > 300  # but lines


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("known", [0.0, 7.0])
def test_light_is_in_the_lines_around_cells_which_keep_their_colours(scene, row, tmp_path, name, known):
    """What is lit while it is computed does not look as if it were already, and keeps the hues of its signs."""
    grid, film = row(Role.ACTIVATION, track("row", "reveal", (1, known)), track("row", "highlight", (1, 0.0), (2, 1.0)))
    rig = build(scene, film, name, own_scene=True)
    look_at(rig, grid, "front", (3.5, 0, 0.5), 9.0)
    pictures = []
    for frame in (1, 2):
        scene.frame_set(frame)
        pictures.append(shot(scene, tmp_path / f"{frame}.png", size=(960, 540)))
    dull, lit = pictures
    assert cells_of(lit) == pytest.approx(cells_of(dull), abs=0.01)
    assert (np.abs(lit - dull).max(axis=2) > 0.1).sum() > 300


@pytest.mark.parametrize("name", THEMES)
def test_ribbons_in_one_plane_do_not_speckle(scene, production, tmp_path, name):
    """Of several in one place a ray used to meet one or the other, or all, at random."""
    path = np.array([(-1.0, 0, 0.1), (1.0, 0, 0.1)])
    ribbons = tuple(
        Ribbon(f"r{i}", "input", "scores", path + (0.1 * i, 0, 0), np.array([0.0, 0.0, 1.0]), 0.3, Role.ACTIVATION)
        for i in range(3)
    )
    production.timeline = replace(production.timeline, tracks=(), drawings=(), fragments=())
    production.layout.grids, production.layout.ribbons, production.signage = (), ribbons, ()
    production.values.clear()
    rig = build(scene, production, name, own_scene=True)
    pose(rig, (0.0, 0.0, 0.1), 290.0, 12.0, 1.4)
    picture = shot(scene, tmp_path / "ribbons.png")
    middle = picture[240:300, 380:580]
    assert middle.std(axis=(0, 1)).max() < 0.004
    assert np.abs(middle.mean(axis=(0, 1)) - built_in(name).ground).max() > 0.05


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("budget", [1 << 20, 3000])
def test_far_cells_show_mean_and_spread(scene, production, tmp_path, monkeypatch, merged, budget):
    """Where cells are far too small to be told apart, one half of a grid still differs from the other."""
    monkeypatch.setattr("llmviz_addon.stage.things.ensembles.CROWD", 0 if merged else 1000)
    monkeypatch.setattr("llmviz_addon.stage.build.atlas", partial(atlas, budget=budget))
    rng = np.random.default_rng(8)
    kinds = {"wide": rng.normal(size=(96, 96)), "narrow": rng.normal(size=(96, 96)) * 0.1}
    kinds["above"], kinds["below"] = 1 + 0.02 * kinds["narrow"], -1 + 0.02 * kinds["narrow"]
    axes = (Axis("A", 192, "z"), Axis("C", 192, "x"))
    table = np.block([[kinds["wide"], kinds["narrow"]], [kinds["above"], kinds["below"]]]).astype(np.float32)
    grids = tuple(Grid(name, "W", Role.WEIGHT, axes, (x, 0.0, 0.0), "table") for name, x in (("a", 0.0), ("b", 30.0)))
    production.timeline = replace(production.timeline, tracks=(), drawings=(), fragments=())
    film = replace(production, layout=SmallLayout(grids, ()), values={"a": table, "b": table}, signage=())
    rig = build(scene, film, "light", own_scene=True)
    assert any(obj.get("llmviz") == "grids" for obj in scene.objects) == merged
    pose(rig, (9.6, 0.0, -9.6), 270.0, 0.0, 96 / TAN)  # a cell is half a pixel wide
    picture = shot(scene, tmp_path / "far.png", size=(960, 480))
    wide, narrow = (picture[245:285, left : left + 40].mean(axis=(0, 1)) for left in (437, 483))
    above, below = (picture[197:237, left : left + 40].mean(axis=(0, 1)) for left in (437, 483))
    look = built_in("light").cells
    zero = np.array(look.zero)
    assert np.abs(wide - zero).max() > 2 * np.abs(narrow - zero).max()
    assert above[2] - above[0] > 0.2  # blue
    assert below[0] - below[2] > 0.2  # orange
    if budget > 3000:  # else pools of eight cells, which are four pixels wide, are told apart
        region = picture[245:285, 437:477]
        assert np.abs(region - zero).max(axis=2).std() < 0.12  # all alike in how large they are
        steps = np.abs(np.diff(region, axis=1)).max(axis=2) > 0.1
        assert steps.mean() < 0.2  # no speckle of cells that are half a pixel wide: tiles of four pixels
        assert 0.3 < (region[..., 2] > region[..., 0]).mean() < 0.7  # of both hues, as the numbers are


@pytest.mark.parametrize("opacity", [1.0, 0.4])
def test_eevee_has_no_noise_at_one_sample(scene, row, tmp_path, opacity):
    grid, film = row(Role.WEIGHT, track("row", "opacity", (1, opacity), (21, opacity)), depth=4)
    rig = build(scene, film, own_scene=True)
    scene.frame_set(1)
    look_at(rig, grid, "top", (3.5, 2, 0), 9.0)
    cells_off = []
    picture = shot(scene, tmp_path / "eevee.png", "eevee", (960, 540))
    for cell in range(7):
        left = round(480 + (cell - 3.3) * 60)
        cells_off.append(picture[250:262, left : left + 36].std(axis=(0, 1)).max())
    assert max(cells_off) < 0.004

"""Where channels live in Blender: there and back, for every line of the table, and at rest nothing moves."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from blender_tests.stage.conftest import track
from blender_tests.stage.test_pictures import render
from llmviz_addon.screenplay.score import channels
from llmviz_addon.screenplay.score.channels import Changes, Kind
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel
from llmviz_addon.stage import build as stage
from llmviz_addon.stage import compat
from llmviz_addon.stage.build import build
from llmviz_addon.stage.motion.keys import Target, set_rest
from llmviz_addon.stage.motion.properties import changed_by

ACTORS = {Kind.GRID: "input", Kind.FRAGMENT: "column", Kind.RIBBON: "input>scores", Kind.SIGN: "label:input",
          Kind.DRAWING: "say", Kind.CAMERA: CAMERA}  # fmt: skip


@pytest.fixture
def cast(scene, production, monkeypatch):
    """The actors of the small set, at rest."""
    found = {}
    monkeypatch.setattr(stage, "animate", lambda cast, tracks, **_: found.update(cast))
    production.timeline = replace(production.timeline, tracks=())
    build(scene, production)
    return found


def value(target: Target) -> float:
    if target.path.startswith("modifiers"):
        _, name, rest = target.path.split('"', 2)
        modifier = target.owner.modifiers[name]
        return compat.get_input(modifier, next(part for part in ("Socket_1", "Socket_2") if part in rest))
    found = target.owner[target.path[2:-2]] if target.path.startswith('["') else getattr(target.owner, target.path)
    return found if isinstance(found, float) else found[target.index]


@pytest.mark.parametrize("kind", ACTORS)
def test_every_line_of_the_table_has_a_property_that_is_its_own(cast, kind):
    actor, seen = cast[ACTORS[kind]], set()
    for prop in channels.names(kind):
        row = channels.row(kind, prop)
        for index in range(row.size or 1):
            targets = actor.targets(prop, index)
            assert targets or (kind, prop) == (Kind.SIGN, "value"), prop  # a label has no readouts
            for number in (0.25, 0.75):
                set_rest(cast, {Channel(ACTORS[kind], prop, index): number})
                told = [value(target) for target in targets]
                assert told == pytest.approx([number * t.factor + t.summand for t in targets], rel=1e-5)
            for target in targets:
                place = (target.owner.name, target.path, target.index)
                assert place not in seen, place
                seen.add(place)
                if kind is not Kind.CAMERA:
                    assert changed_by(target.path) is row.changes, (kind, prop)


@pytest.mark.parametrize("kind", [kind for kind in ACTORS if kind is not Kind.CAMERA])
def test_a_stage_that_was_just_built_is_at_rest(cast, production, kind):
    name = ACTORS[kind]
    own = {"reveal": 100.0} if kind in (Kind.GRID, Kind.FRAGMENT) else {}
    own |= {"opacity": {Kind.SIGN: 1.0, Kind.DRAWING: 1.0}.get(kind)} if kind in (Kind.SIGN, Kind.DRAWING) else {}
    for prop in channels.names(kind):
        row = channels.row(kind, prop)
        rest = own.get(prop, row.rest)
        for index in range(row.size):
            for target in cast[name].targets(prop, index):
                assert value(target) == pytest.approx(rest * target.factor + target.summand, abs=1e-6), (prop, index)


def test_what_is_no_channels_may_move_all():
    assert changed_by("delta_location") is changed_by("rotation_quaternion") is Changes.PLACE
    assert changed_by("hide_render") is changed_by("color") is Changes.LOOKS


def test_a_stretch_is_known_beyond_the_first_cells(scene, production, tmp_path):
    """Cells 40 to 60 are two columns: there the picture is that of all known, elsewhere that of none."""
    pictures = {}
    for name, front, kept in (("none", 0, (0, 0)), ("all", 100, (0, 0)), ("some", 20, (40, 80)), ("cell", 0, (47, 48))):
        keys = [track("input", "reveal", (1, front)), *(track("input", "kept", (1, kept[i]), index=i) for i in (0, 1))]
        camera = [t for t in production.timeline.tracks if t.channel.actor == CAMERA]
        film = replace(
            production, timeline=replace(production.timeline, tracks=(*keys, *camera), drawings=(), fragments=())
        )
        build(scene, film, own_scene=True)
        scene.frame_set(1)
        pictures[name] = render(scene, tmp_path / f"{name}.png")
    none, every, some, cell = (pictures[name] for name in ("none", "all", "some", "cell"))
    shown, empty = (some == every).all(axis=2), (some == none).all(axis=2)
    assert (shown | empty).all()
    assert (shown & ~empty).sum() > 100
    assert (empty & ~shown).sum() > 100
    assert ((cell == every) | (cell == none)).all()
    assert 0 < (cell != none).any(axis=2).sum() < 0.02 * (every != none).any(axis=2).sum() + 9
    columns = np.flatnonzero((every != none).any(axis=2).any(axis=0))
    parts = np.array_split(columns, 5)
    known = [(some[:, part] == every[:, part]).all() for part in parts]
    assert known[0]
    assert not known[1]
    assert not known[4]


def test_a_grid_that_keeps_a_stretch_is_an_object_of_its_own(scene, production, monkeypatch):
    monkeypatch.setattr("llmviz_addon.stage.things.ensembles.CROWD", 1)
    tracks = [t for t in production.timeline.tracks if t.channel.actor == CAMERA]
    tracks += [track("scale", "kept", (1, 2.0), index=0), track("scale", "kept", (1, 5.0), index=1)]
    production.timeline = replace(production.timeline, tracks=tuple(tracks), fragments=())
    build(scene, production)
    scene.frame_set(1)
    assert list(bpy.data.objects["scale"]["llmviz_reveal"]) == [20.0, -1.0, 5.0]

"""Pointing: whatever cell is seen through the camera is met there, and read as the tensor has it.

Blender's own ray cast tells what is in the way, which is no part of what is tested.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import bpy
import numpy as np
import pytest
from mathutils import Vector

import llmviz_addon as llmviz
from blender_tests.screenplay.conftest import random_checkpoint
from llmviz_addon.errors import JobError, ScriptError
from llmviz_addon.layout.grid import Region
from llmviz_addon.layout.reading import NO_TENSOR, NO_TOKEN, NO_WEIGHTS, NOT_YET
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.stage import shown
from llmviz_addon.stage.ours import NAME, TAG
from llmviz_addon.stage.pointing import inspect, sight, subject
from llmviz_addon.stage.pointing.inspect import Body
from llmviz_addon.stage.things import ensembles

SMALL = {"pace": None, "size": (320, 180), "fps": 10, "engine": "cycles"}
FUTURE = {"scores": -np.inf, "weights": 0.0}
"""What stands there for a key to come."""
STEPS = 8
"""Frames of a film that are looked at."""


def nano() -> llmviz.Run:
    return llmviz.run()


def uneven() -> llmviz.Run:
    return llmviz.run(random_checkpoint(GPTConfig(2, 2, 20, 16, 7)), tokens=[0, 1, 2])


def wide() -> llmviz.Run:
    """Of which chapters show excerpts."""
    return llmviz.run(random_checkpoint(GPTConfig(1, 2, 160, 40, 400)), tokens=list(range(0, 400, 12))[:32])


STAGED = [  # what is told, and of which kinds cells must be met: tags, and whether they are copies or excerpts
    (nano, "self-attention", {("grid", False), ("grid", True)}),
    (nano, "layer-norm", {("grid", False), ("fragment", False)}),
    (uneven, "embedding", {("grid", False), ("grid", True)}),
    (uneven, "mlp", {("grid", False), ("grid", True)}),
    (wide, "layer-norm", {("grid", False), ("grid", True), ("fragment", True)}),
    (wide, "projection", {("grid", False), ("grid", True)}),
    (uneven, "crowd", {("grids", False)}),
    (nano, "open", {("grid", False)}),
    (wide, "open", {("grid", False)}),
]


@pytest.fixture(params=STAGED, ids=lambda one: f"{one[0].__name__} {one[1]}")
def staged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[llmviz.Run, llmviz.Stage]:
    """A run, and a film of a chapter, or an open stage, of it; a crowd's grids are merged."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    make, what, _ = request.param
    run = make()
    if what == "open":
        return run, llmviz.open_stage(run, 3, size=(320, 180))
    if what == "crowd":
        monkeypatch.setattr(ensembles, "CROWD", 0)
    return run, llmviz.build(run, ["run-through" if what == "crowd" else what], **SMALL)


def frames(scene: bpy.types.Scene) -> list[int]:
    return np.linspace(1, scene.frame_end, STEPS).astype(int).tolist()


def eye(scene: bpy.types.Scene) -> Vector:
    return scene.camera.evaluated_get(sight.graph(scene)).matrix_world.translation


def front(corners: np.ndarray, towards: Vector) -> np.ndarray:
    """The middle of the face of a box, by its eight corners, that looks most towards a place."""
    middle = corners.mean(axis=0)
    sides = [
        corners[[i for i in range(8) if (i >> bit) & 1 == side]].mean(axis=0) for bit in range(3) for side in (0, 1)
    ]
    view = np.array(towards) - middle
    return max(sides, key=lambda one: float((one - middle) @ view) / max(float(np.linalg.norm(one - middle)), 1e-9))


def beside(place: np.ndarray, corners: np.ndarray) -> list[np.ndarray]:
    """Places a twentieth of the box away, on a face's own level: what grazes an edge is met by some rays only."""
    away = 0.05 * np.diag(np.ptp(corners, axis=0))
    level = [one for one in away if abs(one @ (place - corners.mean(axis=0))) < 1e-6]
    return [place + sign * one for one in level for sign in (1, -1)]


def bodies(scene: bpy.types.Scene, about: subject.Subject) -> list[Body]:
    """All that shows cells of the run, copies as well."""
    found = []
    for obj in sight.seen(scene):
        boxes = sight.boxes_in(scene, obj)
        for box in range(len(boxes.lows)):
            grid = about.grid(obj, box)
            if grid is not None:
                found.append(inspect._body(scene, obj, box, grid))
    return found


def test_every_cell_that_is_seen_is_met_and_read_as_the_tensor_has_it(
    staged: tuple[llmviz.Run, llmviz.Stage], request: pytest.FixtureRequest
) -> None:
    run, stage = staged
    scene, pick, met, kinds = stage.scene, random.Random(5), 0, set()
    for frame in frames(scene):
        scene.frame_set(frame)
        about, at = subject.subject(scene), eye(scene)
        some = bodies(scene, about)
        for body in pick.sample(some, min(40, len(some))):
            cell = np.array([pick.randrange(a, b) for a, b in zip(body.first, body.stop, strict=True)])
            matrix = np.array(body.obj.matrix_world)
            corners = (
                body.boxes.span(body.box, cell - body.first, cell - body.first + 1) @ matrix[:3, :3].T + matrix[:3, 3]
            )
            goal = front(corners, at)
            way, near = Vector(goal) - at, 0.02 * max(1.0, np.ptp(corners, axis=0).max())
            rays = [(place, Vector(place) - at) for place in (goal, *beside(goal, corners))]
            hits = [(place, *scene.ray_cast(sight.graph(scene), at, ray)) for place, ray in rays]
            clear = all(
                hit and obj.original == body.obj.original and (where - Vector(place)).length < near
                for place, hit, where, _, _, obj, _ in hits
            )
            if not clear or body.obj.color[3] < sight.SOLID:
                continue  # something else is in the way, or its very edge
            reading = llmviz.inspect(stage, at, along=way)
            met, _ = met + 1, kinds.add((body.obj[TAG], body.grid.taken is not None))
            check(run, about, body, cell, reading)
    assert met > 20, met
    assert kinds >= request.node.callspec.params["staged"][2]


def check(
    run: llmviz.Run, about: subject.Subject, body: Body, cell: np.ndarray, reading: llmviz.Reading | None
) -> None:
    """What was read is this very cell."""
    region = about.true(body.grid, tuple(int(place) for place in cell))
    assert reading is not None
    assert (reading.grid, reading.index) == (region.grid.name, region.index)
    known = bool(body.known(cell[None])[0])
    if reading.grid not in run.trace:
        assert reading.remark in (NO_TENSOR, NOT_YET)
    elif not known:
        assert reading.value is None
        assert reading.remark in (NOT_YET, NO_TOKEN)
    else:
        of_run = run.trace[reading.grid]
        room = any(i >= n for i, n in zip(reading.index, of_run.shape, strict=True))  # of a token to come
        assert reading.value == (FUTURE[reading.grid.rpartition(".")[2]] if room else of_run[reading.index])


def test_a_ray_meets_what_blender_meets() -> None:
    """In a film of true pieces and copies: the same object, and as far away."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    stage = llmviz.build(nano(), ["embedding"], **SMALL)
    scene, pick, same = stage.scene, random.Random(3), 0
    for frame in frames(scene):
        scene.frame_set(frame)
        at, graph = eye(scene), sight.graph(scene)
        for body in sight.seen(scene):
            place = np.array(body.matrix_world) @ (pick.random(), 0.5, -pick.random(), 1)
            way = Vector(place[:3]) - at
            hit, where, _, _, obj, _ = scene.ray_cast(graph, at, way)
            mine = sight.along(scene, at, way)
            if hit and obj.get(TAG) in (*sight.SINGLE, *sight.MANY) and obj.color[3] >= sight.SOLID:
                assert mine is not None
                assert mine.obj.original == obj.original
                assert mine.far * way.length == pytest.approx((where - at).length, rel=1e-2)
                same += 1
    assert same > 20


def test_what_is_not_seen_is_not_met(scene: bpy.types.Scene) -> None:
    stage = llmviz.build(nano(), ["self-attention"], **SMALL)
    scene = stage.scene
    scene.frame_set(1)
    obj = next(o for o in sight.seen(scene) if o[NAME] == "layers.0.attn.heads.1.scores")
    grid = subject.subject(scene).by_name["layers.0.attn.heads.1.scores"]
    x, _, z = grid.middle
    place = (x, grid.origin[1] - 0.05, z)

    def found() -> str:
        reading = llmviz.inspect(stage, place, along=(0, 1, 0))
        return reading.grid if reading is not None else ""

    assert found() == grid.name
    assert llmviz.inspect(stage, place, along=(0, -1, 0)) is None or found() == grid.name
    original = obj.original
    original.hide_set(True, view_layer=scene.view_layers[0])
    assert found() != grid.name
    original.hide_set(False, view_layer=scene.view_layers[0])
    assert found() == grid.name
    original.animation_data_clear()
    original.color[3] = 0.1
    scene.frame_set(2)
    assert found() != grid.name


def test_the_story_says_what_is_computed(scene: bpy.types.Scene) -> None:
    run = nano()
    stage = llmviz.build(run, ["layer-norm"], **SMALL)
    name, scene = "layers.0.ln_1.output", stage.scene
    scene.frame_set(1)
    before = llmviz.inspect(stage, name, (3, 17))
    assert (before.value, before.text, before.remark) == (None, "", NOT_YET)
    assert before.formula == "(x − E[column]) / √(Var[column] + ε) · γ + β"
    assert not before.numbers
    scene.frame_set(scene.frame_end)
    after = llmviz.inspect(stage, name, (3, 17))
    assert after.value == run.trace[name][3, 17]
    assert np.float32(after.text) == run.trace[name][3, 17]
    assert after.where == "t: 3 “B”, c: 17"
    assert NOT_YET in repr(before)
    assert after.shown in repr(after)
    part = [frame for frame in range(1, scene.frame_end, 5) if _share(stage, frame, name) not in (0, 1)]
    assert part, "it is computed cell by cell"


def _share(stage: llmviz.Stage, frame: int, name: str) -> float:
    """Share of a grid that is computed at a frame."""
    stage.scene.frame_set(frame)
    values = llmviz.inspect(stage, name).values
    return 0.0 if values is None else float(np.isfinite(values).mean())


def test_upstream_and_downstream_lead_back(scene: bpy.types.Scene) -> None:
    stage = llmviz.open_stage(nano(), 0)
    reading = llmviz.inspect(stage, "layers.1.attn.heads.2.scores", (5, 2))
    assert [repr(one) for one in reading.sources] == [
        "layers.1.attn.heads.2.q[5, 0:16]", "layers.1.attn.heads.2.k[2, 0:16]",
    ]  # fmt: skip
    key = llmviz.inspect(stage, reading.sources[1])
    assert key.values.shape == (16,)
    assert not key.uses
    one = llmviz.inspect(stage, "layers.1.attn.heads.2.k", (2, 7))
    assert [repr(use) for use in one.uses] == ["layers.1.attn.heads.2.scores[2:11, 2]"]
    row, column = reading.lines
    assert (row.index, column.index) == ((5, slice(0, 11)), (slice(0, 11), 2))
    token = llmviz.inspect(stage, "tokens", 4)
    assert token.shown == "1"
    assert token.remark == "the token “B”"
    assert token.lines[0].index == (4, slice(0, 48))


def test_on_an_open_stage_there_is_room_without_tokens(scene: bpy.types.Scene) -> None:
    run = llmviz.run(tokens=[2, 1])
    stage = llmviz.open_stage(run, 3)
    assert llmviz.inspect(stage, "embedding.output", (4, 0)).remark == NO_TOKEN
    assert llmviz.inspect(stage, "layers.0.attn.heads.0.scores", (0, 1)).remark == "a later token: masked"
    before = llmviz.inspect(stage, "embedding.output", (2, 0))
    llmviz.step(stage)
    after = llmviz.inspect(stage, "embedding.output", (2, 0))
    assert before.remark == NO_TOKEN
    assert after.value is not None


def test_a_saved_stage_knows_its_numbers(scene: bpy.types.Scene, tmp_path: Path) -> None:
    run = nano()
    name, index = "layers.2.mlp.hidden", (4, 100)
    expected = float(run.trace[name][index])
    llmviz.save(llmviz.open_stage(run, 0), tmp_path / "open.blend")
    llmviz.save(llmviz.build(run, ["transformer"], **SMALL), tmp_path / "film.blend")
    del run
    subject._subject.cache_clear()
    for file in ("open.blend", "film.blend"):
        stage = llmviz.open_file(tmp_path / file)
        stage.scene.frame_set(stage.scene.frame_end)
        assert llmviz.inspect(stage, name, index).value == expected


def test_a_model_that_has_gone_is_told(scene: bpy.types.Scene, tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    llmviz.trace(nano(), path)
    run = llmviz.run(path)
    stage = llmviz.open_stage(run, 0)
    assert llmviz.inspect(stage, "ln_f.mean", 2).value == run.trace["ln_f.mean"][2]
    del run
    path.unlink()
    subject._subject.cache_clear()
    with pytest.raises(JobError, match=r"model of this stage cannot be read any more.*mine\.npz"):
        llmviz.inspect(stage, "ln_f.mean", 2)
    llmviz.trace(uneven(), path)
    with pytest.raises(JobError, match="its weights differ"):
        llmviz.inspect(stage, "ln_f.mean", 2)


def test_what_can_not_be_read_is_told(scene: bpy.types.Scene) -> None:
    with pytest.raises(JobError, match="no film and no open stage"):
        llmviz.inspect(scene, "tokens", 0)
    stage = llmviz.open_stage(nano(), 0)
    with pytest.raises(ScriptError, match="Unknown grid 'ln_f.men'"):
        llmviz.inspect(stage, "ln_f.men", 0)
    with pytest.raises(ScriptError, match="ln_f.mean"):
        llmviz.inspect(stage, "ln_f.mean", 99)
    with pytest.raises(JobError, match="three numbers"):
        llmviz.inspect(stage, (1, 2))
    assert llmviz.inspect(stage, (500.0, 500.0, 500.0)) is None


@pytest.mark.parametrize("seed", range(2))
def test_a_damaged_record_is_told_in_a_line(scene: bpy.types.Scene, seed: int) -> None:
    stage = llmviz.build(nano(), ["embedding"], **SMALL)
    scene, dice, told = stage.scene, random.Random(seed), set()
    scene.frame_set(scene.frame_end // 2)
    whole = json.loads(scene[shown.OURS])
    places = [tuple(obj.matrix_world @ Vector((0.5, 0.5, -0.5))) for obj in sight.seen(scene)]
    for _ in range(40):
        scene[shown.OURS] = json.dumps(altered(dice, altered(dice, whole)))
        try:
            for place in places:
                llmviz.inspect(stage, place)
            told.add(repr(llmviz.inspect(stage, "tokens", 0)))
        except llmviz.LlmvizError as error:
            told.add(f"error: {error}")
    assert len(told) > 2
    assert not [text for text in told if text.startswith("error: ") and "\n" in text]


def altered(dice: random.Random, what: object) -> object:
    """The same with another number or text of the same type somewhere in it."""
    if isinstance(what, dict) and what:
        key = dice.choice(list(what))
        return {name: altered(dice, item) if name == key else item for name, item in what.items()}
    if isinstance(what, list) and what:
        place = dice.randrange(len(what))
        return [altered(dice, item) if at == place else item for at, item in enumerate(what)]
    return dice.choice([-1, 0, 1, 2, 7, 1 << 40] if isinstance(what, int) else ["", "x", "austen", "tokens", "z"])


def test_an_outline_has_shapes_and_no_weights(scene: bpy.types.Scene) -> None:
    stage = llmviz.build(llmviz.outlines("nano", "gpt3"), **SMALL)
    scene, found = stage.scene, {}
    pick = random.Random(2)
    for frame in frames(scene):
        scene.frame_set(frame)
        at = eye(scene)
        for obj in sight.seen(scene):
            boxes = sight.boxes_in(scene, obj)
            for box in pick.sample(range(len(boxes.lows)), min(3, len(boxes.lows))):
                middle = (boxes.lows[box] + boxes.highs[box]) / 2
                way = Vector((np.array(obj.matrix_world) @ (*middle, 1))[:3]) - at
                reading = llmviz.inspect(stage, at, along=way)
                if reading is not None:
                    found[reading.place, reading.title] = reading
    assert len(found) > 20
    titles = {place[0] for place, _ in found}
    assert titles == {"nano-gpt", "GPT-3"}
    for reading in found.values():
        assert (reading.value, reading.remark) == (None, NO_WEIGHTS)
        assert all(0 <= i < n for i, n in zip(reading.index, reading.shape, strict=True)), reading
    with pytest.raises(JobError, match="in outline only"):
        llmviz.inspect(stage, "tokens", 0)


def test_corners_lie_around_the_cells_where_they_are_seen(scene: bpy.types.Scene) -> None:
    """Of the same cell, while its column stands apart too."""
    stage = llmviz.build(nano(), ["layer-norm"], **SMALL)
    scene, split = stage.scene, 0
    for frame in frames(scene):
        scene.frame_set(frame)
        about = subject.subject(scene)
        cell: Region = about.by_name["layers.0.ln_1.output"][3, 5]
        (found,) = inspect.corners(scene, about, cell)
        for corners in found:
            middle = corners.mean(axis=0)
            reading = llmviz.inspect(stage, middle)
            assert reading is not None
            assert (reading.grid, reading.index) == (cell.grid.name, cell.index)
            np.testing.assert_allclose(np.ptp(corners, axis=0), 0.1, rtol=0.05)
        split += any(obj[TAG] == "fragment" for obj in sight.seen(scene))
    assert split

"""One shot: a chapter whose camera never stops, cuts, or goes through a thing, and ours that are such."""

from __future__ import annotations

import numpy as np
import pytest

from blender_tests.screenplay.conftest import MODELS, SIZES, Told
from blender_tests.screenplay.legible.test_letters import check_labels
from blender_tests.screenplay.test_chapters import check_timeline
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.model.blueprints import compared
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.page import pose
from llmviz_addon.screenplay.page.view import Page, View
from llmviz_addon.screenplay.production import Set, _assembled, _told, prepare, prepare_outlines
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel
from llmviz_addon.screenplay.telling import Telling
from llmviz_addon.screenplay.verbs import unbroken

FPS = 30
FASTEST = 3.0
"""How far the camera goes in a second at most, in ways that look alike: to zoom by a factor is its logarithm."""
SHAPES = ["nano", "one token", "one of each", "one head", "many heads", "austen", "very wide"]
CHAPTER = """
title, part, one_shot = "Mine", "Own", True


def play(film):
    e, layer = film.layout.embedding, film.layout.layers[0]
    film.open_on(e, azimuth=280, elevation=5)
    with film.beat("first"):
        film.say("One.")
        film.camera.frame(layer, azimuth=290, elevation=9, seconds=2)
    with film.beat("second"):
        film.say("Two.")
        film.camera.{move}
"""


def tell(name, made, size=(1280, 720), found=None):
    (chapter,) = loader.choose([name], found or loader.find())

    def begin(named: str) -> Telling:
        cast = Cast(made.layout, made.signage, made.blueprints, made.ensemble)
        page = Page.of(size).bottom()
        return Telling(named, cast, made.run.trace, made.run.model, page, None, made.run.draw, made.run.onward)

    told = _told([chapter], begin)
    return told[0][1], _assembled(told, FPS, size)


def poses(telling, step=1 / FPS) -> list[View]:
    times = np.arange(0.0, telling.now + step / 2, step)
    return [pose.seen(lambda channel, at=at: telling.score.at(channel, at)) for at in times.tolist()]


def ways(views: list[View]) -> np.ndarray:
    """How far it looks from each to the next, turns included, (n - 1,)."""
    places = np.array([[*view.position, view.distance] for view in views])
    apart = (np.diff(places, axis=0) ** 2).sum(axis=1)
    moved = np.arccosh(1.0 + apart / (2.0 * places[1:, 3] * places[:-1, 3]))
    turned = np.abs(np.diff([[view.azimuth, view.elevation] for view in views], axis=0)).max(axis=1)
    return moved + np.radians(turned)


@pytest.fixture(scope="module", params=SHAPES)
def made(request):
    return request.param, Set.of(run(*MODELS[request.param]()))


@pytest.fixture(scope="module", params=[(name, size) for name in loader.SHOTS for size in SIZES], ids="-".join)
def shot(request, made):
    """Name, size, telling and timeline of one of ours."""
    name, size = request.param
    return name, SIZES[size], *tell(name, made[1], SIZES[size])


def test_the_camera_never_cuts_nor_goes_through_a_thing(made, shot):
    name, size, telling, timeline = shot
    check_timeline(timeline)
    views = poses(telling)
    speed = ways(views) * FPS
    assert speed.max() <= FASTEST, views[int(speed.argmax())]
    assert np.abs(np.diff(speed)).max() * FPS <= 20
    stands = [number for number in range(len(speed)) if speed[number] < 1e-4]
    still = [number for number in stands if FPS < number < len(speed) - 4 * FPS]
    assert not still, "it stands amid the shot"
    places = np.array([view.position for view in views])
    homes = telling.layout.homes
    for low, high in homes:
        inside = ((places > low - 0.05) & (places < high + 0.05)).all(axis=1)
        assert not inside.any()
    for before, after in zip(places[:-1], places[1:], strict=True):
        way = after - before
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = np.sort([(homes[:, 0] - before) / way, (homes[:, 1] - before) / way], axis=0)
        enter, leave = np.nanmax(ends[0], axis=1), np.nanmin(ends[1], axis=1)
        assert not ((enter <= leave) & (enter <= 1) & (leave >= 0)).any()


def test_it_lasts_half_a_minute_and_says_little(made, shot):
    name, size, telling, timeline = shot
    assert 14 if made[0] == "one of each" else 18 <= timeline.frames / FPS <= 36
    clauses = [clause for beat in telling.beats for clause in beat.clauses]
    assert max(len(clause.text.split()) for clause in clauses) <= 15
    assert sum(len(clause.text.split()) for clause in clauses) <= 90
    assert len(timeline.subtitles) == len(clauses)
    area = telling.page.text.grown(1e-6)
    for drawing in (one for one in telling.cast.drawings.values() if ":said:" in one.name):
        (text,) = (shape for shape in drawing.shapes if isinstance(shape, Text))
        lines = 1 + "".join(body for body, _ in text.spans).count("\n")
        assert area.bottom <= text.y - (lines - 1) * 1.35 * text.size - 0.25 * text.size
        assert text.size * 720 >= 14 * (0.5 if size[0] < size[1] else 1)
    assert not [name for name in telling.cast.drawings if "heading" in name or ":map:" in name]


def stood(telling, grids, at):
    """Where grids stand at a time, (n, 2, 3)."""
    ways = [[telling.score.at(Channel(grid.name, "offset", i), at) for i in range(3)] for grid in grids]
    return np.array([grid.box for grid in grids]) + np.array(ways)[:, None]


def test_what_is_told_of_is_in_the_picture(made, shot):
    name, size, telling, timeline = shot
    free = telling.page.free.grown(0.03)
    layer, at = telling.layout.layers[0], {beat.key: beat.rest[0] for beat in telling.beats}
    near = min(layer.attn.heads, key=lambda head: head.scores.middle[1])
    shown = {"layer": layer.grids, "model": telling.layout.grids}
    if name == loader.RUN_THROUGH:
        heads = [grid for head in layer.attn.heads for grid in head.grids]
        matrices = [near.scores, near.weights]
        output = [grid for grid in telling.layout.output.grids if grid.role != "weight"]
        shown = {"heads": heads, "matrix": matrices, "mlp": layer.mlp.grids, "scores": output}
    for key, grids in shown.items():
        view = pose.seen(lambda channel, key=key: telling.score.at(channel, at[key]))
        boxes = stood(telling, grids, at[key])
        areas = view.areas(boxes[:, 0], boxes[:, 1])
        assert areas[:, 0].min() >= free.left, key
        assert areas[:, 2].max() <= free.right, key
        assert areas[:, 1].min() >= free.bottom, key
        assert areas[:, 3].max() <= free.top, key
        spans = np.ptp(areas[:, ::2]) / free.width, np.ptp(areas[:, 1::2]) / free.height
        assert key in ("scores", "model") or max(spans) >= 0.55, (key, spans)


def test_what_is_written_can_be_read(made, shot):
    name, size, telling, timeline = shot
    (chapter,) = loader.choose([name], loader.find())
    assert check_labels(Told(made[0], size, [(chapter, telling)], {})) >= 1


def test_all_is_computed_on_the_way_and_nothing_before(nano):
    telling, timeline = tell("run-through", Set.of(run(nano, [2, 1, 0, 1, 1, 2])))
    tracks = {track.channel: track for track in timeline.tracks}
    begins = []
    for grid in telling.layout.grids:
        if grid.rule is None or grid is telling.layout.tokens:
            continue
        track = tracks[Channel(grid.name, "reveal")]
        assert track.values[-1] == grid.count
        first = next(frame for frame, value in zip(track.frames, track.values, strict=True) if value == grid.count)
        begins.append((grid.name, first))
    layers = [np.mean([at for name, at in begins if name.startswith(f"layers.{n}.")]) for n in range(3)]
    assert layers == sorted(layers)
    assert all(at < layers[0] for name, at in begins if name.startswith("embedding"))
    assert all(at > layers[2] for name, at in begins if name.startswith("output"))


def test_the_pull_back_begins_on_a_number_that_can_be_read_and_ends_on_the_largest_model(nano):
    telling, timeline = tell("pull-back", Set.of(run(nano, [2, 1, 0, 1, 1, 2])))
    first, *_, last = poses(telling)
    assert 0.1 / (first.distance * 24 / 35) * 720 > 100  # pixels of a cell
    assert last.distance / first.distance > 1e4
    assert [one.title for one in telling.cast.standing] == ["GPT-2 small", "GPT-2 XL", "GPT-3"]
    low, high = telling.cast.standing[-1].box
    area = last.area(low, high)
    assert area.width > 0.3
    own = stood(telling, telling.layout.grids, telling.now)  # its layers are side by side
    ground = own[:, 0, 2].min()
    assert all(one.box[0][2] == pytest.approx(ground, abs=1e-6) for one in telling.cast.standing)
    rights = [own[:, 1, 0].max(), *(one.box[1][0] for one in telling.cast.standing)]
    assert all(right < one.box[0][0] for right, one in zip(rights, telling.cast.standing, strict=False))
    distances = [view.distance for view in poses(telling)]
    assert min(np.diff(distances)) > -1e-9 * max(distances)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("shapes", [("nano", "gpt2", "gpt3"), ("gpt3",)])
@pytest.mark.parametrize("name", loader.SHOTS)
def test_models_in_outline_are_shown_as_far_as_they_can_be(name, shapes, size):
    told = prepare_outlines(compared(shapes), [name], size=size).timeline
    check_timeline(told)
    assert 12 <= told.frames / told.fps <= 36


@pytest.mark.parametrize("name", loader.SHOTS)
def test_it_is_named_like_a_chapter_or_asked_for_by_its_length(nano, name):
    about = run(nano, [2, 1, 0])
    told = [prepare(about, *asked).timeline for asked in (([name],), (None, None, (1280, 720), 30, (), name))]
    assert repr(told[0]) == repr(told[1])
    assert name not in [one.name for one in loader.choose(None, loader.find())]
    for asked in (([name, "mlp"],), (["mlp"], None, (1280, 720), 30, (), name)):
        with pytest.raises(ScriptError, match=f"'{name}' is one shot, a film of its own. Ask for it alone."):
            prepare(about, *asked)


def test_a_chapter_of_the_users_is_one_shot_too(tmp_path, nano):
    (tmp_path / "50_mine.py").write_text(CHAPTER.format(move="fly(film.layout, azimuth=280, elevation=5, pace=2)"))
    telling, timeline = tell("mine", Set.of(run(nano, [2, 1, 0])), found=loader.find([tmp_path]))
    assert ways(poses(telling)).max() * FPS <= FASTEST
    assert [marker.name for marker in timeline.markers] == ["50 Mine", "50.1 first", "50.2 second"]
    at = telling.beats[0].rest[0]
    camera = [telling.score.at(Channel(CAMERA, "distance"), at + by) for by in (-0.1, 0.1)]
    assert camera[1] > camera[0]


def test_a_cut_is_refused(tmp_path, nano):
    (tmp_path / "50_mine.py").write_text(CHAPTER.format(move="frame(film.layout, azimuth=280, elevation=5, seconds=0)"))
    with pytest.raises(ScriptError, match="50_mine.py:13 frame: .*has no cuts; give the move some seconds"):
        prepare(run(nano, [2, 1, 0]), ["mine"], folders=[tmp_path])


def test_a_way_through_values_has_no_jolt_and_keeps_to_them():
    times = np.array([0.0, 1.0, 3.0, 3.5, 6.0])
    values = np.array([0.0, 4.0, 5.0, 9.0, 2.0])
    at = np.linspace(0, 6, 6001)
    way = unbroken._smooth(times, values, at)
    np.testing.assert_allclose(np.interp(times, at, way), values, atol=1e-6)
    slope = np.diff(way) / np.diff(at)
    assert np.abs(np.diff(slope)).max() < 0.1
    assert abs(slope[0]) < 0.05
    assert abs(slope[-1]) < 0.05
    assert way.max() <= 9 + 1e-9
    assert (np.diff(way[at <= 3.5]) >= -1e-12).all()


def test_a_column_that_is_followed_stands_out_wherever_it_comes(nano):
    telling, _ = tell("run-through", Set.of(run(nano, [2, 1, 0, 1, 1, 2])))
    value = telling.score.value
    for name in ("embedding.output", "layers.0.ln_1.output", "layers.0.attn.heads.0.scores", "layers.2.stream"):
        grid = next((grid for grid in telling.layout.grids if grid.name == name), telling.layout.layers[2].stream)
        assert value(Channel(grid.name, "focus")) > 0
        low, high = (value(Channel(grid.name, prop)) for prop in ("focus_lo", "focus_hi"))
        assert high - low == (grid.shape[1] if name.endswith("scores") else 1)
    assert len(telling.cast.tiles) > 6

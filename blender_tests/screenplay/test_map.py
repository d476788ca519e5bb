"""The map: the whole model under the words, with the part lit that we are in, from a chapter's opening to its end."""

from __future__ import annotations

import numpy as np
import pytest

from blender_tests.made_up import made_up
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Rect, Text
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.page.commentary import camera_pose
from llmviz_addon.screenplay.page.map import ModelMap
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.production import prepare

SIZES = [(1280, 720), (1080, 1920), (720, 720)]


def at(track, frame):
    return float(track.values[np.searchsorted(track.frames, frame, side="right") - 1])


def said_by(drawing):
    """Where we are, in words: the last ones of a drawing that lights a part."""
    return [shape.body for shape in drawing.shapes if isinstance(shape, Text)][-1]


def on_page(page, drawing):
    """Corners of a drawing before the camera, in picture heights as they are seen."""
    points = drawing.points
    seen = np.hstack([points, np.ones((len(points), 1))]) @ np.linalg.inv(camera_pose(page)).T
    return seen[:, :2] * (points[:, 2].min() / points[:, 2])[:, None]


def maps(production):
    """The drawings of a film's maps that say where we are, each with the track of its opacity."""
    tracks = {t.channel.actor: t for t in production.timeline.tracks if t.channel.prop == "opacity"}
    return [(d, tracks[d.name]) for d in production.timeline.drawings if ":map:lit:" in d.name]


def lit_at(production, frame):
    """What the map says at a frame."""
    return [said_by(drawing) for drawing, track in maps(production) if at(track, frame) > 0.99]


def rest(production, key):
    return next(m.frame for m in production.timeline.markers if m.name.endswith(key))


@pytest.fixture(scope="module")
def told(request):
    from llmviz_addon.model.checkpoint import builtin

    return prepare(run(builtin(), [2, 1, 0, 1, 1, 2]), ["layer-norm", "self-attention"], 200)


@pytest.mark.parametrize(
    ("key", "where"),
    [
        ("deviation", "Layer 0 › Layer Norm"),
        ("normalise", "Layer 0 › Layer Norm"),  # where a picture has taken the stage
        ("what for", "Layer 0 › Self-attention"),
        ("three vectors", "Layer 0 › Self-attention › Head"),
        ("lookup", "Layer 0 › Self-attention › Head"),
        ("weighted sum", "Layer 0 › Self-attention › Head"),
    ],
)
def test_the_lit_part_is_the_one_that_the_beat_is_about(told, key, where):
    frames = [m.frame for m in told.timeline.markers if m.name.endswith(key)]
    (said,) = lit_at(told, frames[-1])
    assert where in said


def test_the_map_stands_from_the_opening_of_a_chapter_to_its_end(told):
    for chapter in told.timeline.chapters:
        mine = [track for drawing, track in maps(told) if drawing.name.startswith(f"{chapter.name}:")]
        assert mine
        heading = next(t for t in told.timeline.tracks if t.channel.actor == f"{chapter.name}:heading")
        for frame in range(chapter.start, chapter.end + 1):
            going = [track for track in mine if at(track, frame) > 0 or frame in track.frames]
            assert going or at(heading, frame) == 0, (chapter.name, frame)  # all words are a caption then
        shown = [sum(at(track, frame) for track in mine) for frame in (chapter.start, chapter.end)]
        assert shown == [1, 1]
    assert len([*maps(told)]) > len(told.timeline.chapters)  # it moves when we move


def test_a_map_moves_with_few_keys(told):
    assert sum(len(track.frames) for _, track in maps(told)) < 120


@pytest.mark.parametrize("size", SIZES)
def test_the_map_keeps_to_its_place_and_off_the_words(nano, size):
    production = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["layer-norm", "self-attention"], 200, size)
    page = Page.of(size)
    drawn = [d for d in production.timeline.drawings if ":map:" in d.name]
    assert drawn
    for drawing in drawn:
        points = on_page(page, drawing)
        assert points[:, 0].max() <= page.text.right + 0.01
        assert points[:, 1].min() >= page.map.bottom - 0.01
        assert points[:, 1].max() <= page.map.top + 0.01
        assert points[:, 0].min() >= page.text.left + (-0.01 if page.is_wide else 0.25 * page.text.width)
    for drawing in production.timeline.drawings:
        if drawing.name.endswith(":heading") and not page.is_wide:
            texts = [shape for shape in drawing.shapes if isinstance(shape, Text)]
            assert max(text.corners[1][0] for text in texts) < page.map.left
        if ":say:" in drawing.name:
            assert on_page(page, drawing)[:, 1].max() < page.map.bottom or page.is_wide
            assert on_page(page, drawing)[:, 1].min() > page.map.top or not page.is_wide


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("n_layer", [1, 3, 6, 7, 96])
def test_of_many_layers_some_stand_for_all(size, n_layer):
    from llmviz_addon.layout.build import layout

    stage = layout(GPTConfig(n_layer, 1, 4, 8, 5), 3)
    one = ModelMap(stage.sections, Page.of(size))
    labels = [stop.label for stop in one.stops]
    assert sorted(number for stop in one.stops for number in stop.sections) == list(range(n_layer + 2))
    if n_layer <= 6:
        assert labels == ["Embedding", *(f"Layer {n}" for n in range(n_layer)), "Output"]
    else:
        assert labels == [
            "Embedding",
            "Layer 0",
            "Layer 1",
            "Layer 2",
            f"… × {n_layer}",
            f"Layer {n_layer - 1}",
            "Output",
        ]
    boxes = [stop.area for stop in one.stops]
    assert all(upper.bottom > lower.top for upper, lower in zip(boxes, boxes[1:], strict=False))
    assert boxes[0].top <= one.area.top
    assert boxes[-1].bottom >= one.area.bottom - 1e-9


def test_layers_are_alike_so_one_picture_does_for_all(nano):
    from llmviz_addon.layout.build import layout

    one = ModelMap(layout(nano.config, 6).sections, Page.of((1280, 720)))
    assert [one.alike(number) for number in range(5)] == [0, 1, 1, 1, 4]
    near = [(round(r.x, 6), round(r.y, 6)) for r in one.picture(1) if isinstance(r, Rect)]
    assert [(round(r.x, 6), round(r.y, 6)) for r in one.picture(3) if isinstance(r, Rect)] == near


def lit_now(film):
    return film.telling.on_map.place.titles


def test_a_chapter_may_say_where_it_is(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], pace=200)
    ln = film.layout.layers[0].ln_1
    film.fade(film.all_but(ln), to=0, seconds=0)
    film.open_on(ln)
    assert lit_now(film) == ("Layer 0", "Layer Norm")
    with film.beat("a"):
        film.say("One.")
        film.locate(film.layout.layers[2].mlp)
        film.say("Two.")
        assert lit_now(film) == ("Layer 2", "MLP")
    with film.beat("b"):
        film.say("Three.")
        film.locate()
    assert lit_now(film) == ("Layer 0", "Layer Norm")
    with pytest.raises(ScriptError, match="locate needs"):
        film.locate("layers.0")


def test_what_is_lit_of_a_place_is_drawn_once(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2])
    film.open_on(film.layout.layers[1])
    orders = np.random.default_rng(0)
    whole = film.layout.layers[1].grids
    for count in range(12):  # equal sets of names are told in different orders
        film.locate(*(whole[n] for n in orders.permutation(len(whole))))
        film.wait(1)
        film.locate(film.layout.layers[count % 2].mlp)
        film.wait(1)
    assert sum(":map:lit:" in name for name in film.telling.cast.drawings) <= 4


def test_excerpts_are_where_their_grids_are(random_model, make_film):
    film = make_film(random_model(GPTConfig(2, 2, 96, 8, 5)), [2, 1, 0, 1], pace=200)
    ln = film.layout.layers[1].ln_1
    film.fade(film.all_but(ln), to=0, seconds=0)
    film.open_on(ln)
    with film.beat("a"):
        film.say("One.")
        film.closeup(ln)
    assert film.telling.closeups
    assert lit_now(film) == ("Layer 1", "Layer Norm")


CHAPTER = """
title, part = "Mine", "Own"


def play(film):
    layer = film.layout.layers[1]
    film.fade(film.all_but(layer), to=0, seconds=0)
    film.open_on(layer)
    with film.beat("norm"):
        film.say("A norm.")
        film.camera.frame(layer.norm_2, zoom=0.9, seconds=1)
        film.fade(film.all_but(layer.norm_2), to=0)
    with film.beat("mlp"):
        film.say("An MLP.")
        film.fade(layer.norm_2, to=0)
        film.fade(layer.mlp, to=1)
        film.camera.frame(layer.mlp, seconds=1)
"""


def test_a_made_up_model_has_its_map(tmp_path):
    (tmp_path / "50_mine.py").write_text(CHAPTER)
    told = prepare(run(made_up(), (3, 0, 6, 6, 2)), ["mine"], 200, folders=[tmp_path])
    assert lit_at(told, rest(told, "norm")) == ["Layer 1 › Norm"]
    assert lit_at(told, rest(told, "mlp")) == ["Layer 1 › MLP"]
    assert [said_by(drawing) for drawing, _ in maps(told)] == ["Layer 1", "Layer 1 › Norm", "Layer 1 › MLP"]


def test_of_models_in_outline_the_largest_in_play_has_its_map(nano):
    told = prepare(run(nano, [2, 1, 0]), ["scale"], 200)
    said = [said_by(drawing) for drawing, _ in maps(told)]
    assert any("nano-gpt" in one and "Layer" in one for one in said)
    assert any("GPT-3" in one for one in said)
    for chapter in told.timeline.chapters:
        for frame in (chapter.start, chapter.end):
            assert len(lit_at(told, frame)) == 1
    drawn = next(d for d in told.timeline.drawings if ":map:names:" in d.name and "… × 96" in repr(d.shapes))
    assert drawn


def test_where_nothing_of_a_model_is_on_stage_there_is_no_map(nano, make_film):
    film = make_film(nano, [2, 1, 0], pace=200)
    film.open_on(film.layout.layers[0].ln_1)
    assert lit_now(film)
    film = make_film(nano, [2, 1, 0], pace=200)
    film.fade(film.all_but(), to=0, seconds=0)
    film.open_on(film.layout.layers[0].ln_1)
    with film.beat("a"):
        film.say("Nothing.")
    assert film.telling.on_map.place is None

"""Models in outline on stage: any of them, side by side, seen whole, and gone outside of their chapter."""

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.model.blueprints import BLUEPRINTS, Blueprint, compared
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import prepare, prepare_outlines
from llmviz_addon.screenplay.score.clips import Score
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel

SIZES = [(1280, 720), (1080, 1920), (720, 720)]


def track(timeline, actor, prop, index=0):
    return next(t for t in timeline.tracks if t.channel == Channel(actor, prop, index))


def at(timeline, actor, prop, frame, index=0):
    """Value of a channel at a frame where it stands still or is keyed."""
    found = track(timeline, actor, prop, index)
    return float(found.values[np.searchsorted(found.frames, frame, side="right") - 1])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "names", [["nano"], ["gpt3"], ["nano", "gpt2"], ["nano", "gpt2", "gpt2-xl", "gpt3"], [*BLUEPRINTS]]
)
def test_the_chapter_tells_any_comparison(names, size):
    timeline = prepare_outlines(compared(names), None, 200, size).timeline
    assert [chapter.name for chapter in timeline.chapters] == ["scale"]
    assert len(timeline.outlines) == len(names)
    for one in timeline.tracks:
        assert np.isfinite(one.values).all(), one.channel
        assert (np.diff(one.frames) > 0).all(), one.channel
    said = " ".join(subtitle.text for subtitle in timeline.subtitles)
    for name in names:
        assert BLUEPRINTS[name].title in said
        assert f"{BLUEPRINTS[name].n_params:,}" in said
    assert ("tied" in said) == any(BLUEPRINTS[name].tied for name in names)
    assert ("the LM head and" in said) == ("nano" in names)
    assert max(len(subtitle.text.split()) for subtitle in timeline.subtitles) <= 26


@pytest.mark.parametrize("size", SIZES)
def test_every_model_is_seen_whole_with_its_card_where_it_was_announced(make_film, random_model, size):
    film = make_film(random_model(GPTConfig(1, 1, 4, 1, 2)), [0], size)
    for model in film.models:
        film.telling.score = Score(film.cast.rest)
        film.telling._view = None
        film.camera.frame(model, azimuth=287, elevation=9)
        free = film.page.free.grown(0.001)
        for piece in model.pieces:
            x, y, _ = film.camera.view.project(piece.points).T
            assert free.left <= x.min() < x.max() <= free.right
            assert free.bottom <= y.min() < y.max() <= free.top
        area = film.camera.view.area(*model.box)
        assert max(area.height / free.height, area.width / free.width) > 0.5


def test_models_stand_side_by_side_by_size_in_the_order_of_their_story(make_film, random_model):
    film = make_film(random_model(GPTConfig(2, 2, 8, 4, 3)), [0])
    assert [model.outline.blueprint.title for model in film.models] == [
        "test",
        "nano-gpt",
        "GPT-2 small",
        "GPT-2 XL",
        "GPT-3",
    ]
    assert film.models[0] is film.models[0]  # made once
    placed = sorted(film.models, key=lambda model: model.outline.blueprint.n_params)
    for left, right in zip(placed, placed[1:], strict=False):
        ends = [sign.points[:, 0].max() for sign in left.signs] + [left.box[1][0]]
        starts = [sign.points[:, 0].min() for sign in right.signs] + [right.box[0][0]]
        assert max(ends) < min(starts)


def test_a_flight_grows_what_is_seen_by_the_same_factor_every_moment(make_film, random_model):
    film = make_film(random_model(GPTConfig(1, 1, 4, 1, 2)), [0])
    small, large = film.models[0], film.models[-1]
    film.open_on(small, azimuth=287, elevation=9)
    start = film.camera.view
    film.camera.fly(small, large, seconds=4)
    end = film.camera.view
    clip = film.score.clips[Channel(CAMERA, "distance")][-1]
    moments = np.linspace(0, 1, 121)
    steps = np.diff(np.log(clip.course(moments)))
    assert end.distance / start.distance > 1000
    assert steps.max() < 2 * steps.mean()  # a ramp of the distance itself would have steps a hundred times as large
    assert clip.course(np.array([0.0, 1.0])) == pytest.approx([start.distance, end.distance])
    for i in range(3):
        course = film.score.clips[Channel(CAMERA, "target", i)][-1].course
        assert course(np.array([0.0, 1.0])) == pytest.approx([start.target[i], end.target[i]])


def test_in_a_film_about_a_run_outlines_and_set_are_never_seen_together(nano):
    timeline = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["layer-norm", "scale"], None).timeline
    norm, scale = timeline.chapters
    assert [one.outline.blueprint.title for one in timeline.outlines][0] == nano.name
    pieces = {piece.name for one in timeline.outlines for piece in one.pieces}
    for piece in pieces:
        opacity = track(timeline, piece, "opacity")
        assert (opacity.values[opacity.frames <= norm.end] == 0).all()
    for frame in (scale.start, scale.end):
        assert at(timeline, "embedding.output", "opacity", frame) == 0
        assert at(timeline, "tokens:input", "opacity", frame) == 0


def test_names_of_small_models_are_pointed_out_once_they_are_shown(make_film, random_model):
    film = make_film(random_model(GPTConfig(1, 1, 4, 1, 2)), [0])
    film.open_on(film.models[-1], azimuth=287, elevation=9)
    film.fade(film.models[-1], film.models[0], to=1)
    (sign,) = film.point_out(beside=film.models[-1])
    assert film.models[0].outline.blueprint.title in [getattr(shape, "body", "") for shape in sign.shapes]
    assert film.point_out(beside=film.models[0]) == []


def test_a_chapter_about_numbers_is_refused_in_one_line():
    with pytest.raises(ScriptError, match=r"'layer-norm' is about numbers, and outlines have none\. Choose from scale"):
        prepare_outlines(compared(["gpt2"]), ["layer-norm"])


def test_a_chapter_that_asks_for_grids_of_a_shape_is_told_why_there_are_none(tmp_path):
    (tmp_path / "50_mine.py").write_text(
        'title = "Mine"\npart = "Own"\noutlines = True\n\n\ndef play(film):\n    film.layout.layers[0]\n'
    )
    with pytest.raises(ScriptError, match="line 7: There is no 'layers': this film is about shapes"):
        prepare_outlines([Blueprint("any", GPTConfig(1, 1, 4, 1, 2))], ["mine"], folders=[tmp_path])

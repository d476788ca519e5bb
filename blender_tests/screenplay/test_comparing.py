"""Models in outline on stage: any of them, side by side, seen whole, and gone outside of their chapter."""

from dataclasses import replace

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.grid import CELL
from llmviz_addon.layout.layout import Layout
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.layout.signs.signage import Signage
from llmviz_addon.model.blueprints import BLUEPRINTS, Blueprint, compared
from llmviz_addon.model.checkpoint import Checkpoint
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.model.tokenizers.tokenizer import IdTokenizer
from llmviz_addon.model.trace import Trace
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.legible.letters import Sight
from llmviz_addon.screenplay.page.sizes import SMALLEST, pixel
from llmviz_addon.screenplay.page.view import TAN, Page
from llmviz_addon.screenplay.production import _told, prepare, prepare_outlines
from llmviz_addon.screenplay.score.score import Score
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.telling import Telling
from llmviz_addon.screenplay.verbs.comparing import LETTERS, SEEN, _em, models

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


def test_what_is_known_stands_on_the_ground_of_its_model_and_clear_of_the_next(make_film, random_model):
    film = make_film(random_model(GPTConfig(1, 1, 4, 1, 2)), [0])
    film.open_on(film.models[-1], azimuth=287, elevation=9)
    placed = sorted(film.models, key=lambda model: model.n_params)
    grounds = [model.box[0][2] for model in placed]
    assert grounds == pytest.approx([grounds[0]] * len(grounds), abs=1e-6)
    edge = -np.inf
    for model in placed:
        assert model.box[0][0] > edge
        bar, figure, *sides, name = film.measure(model)
        low, high = model.box
        assert figure.points[:, 2].min() == pytest.approx(low[2])
        assert bar.points[:, 2].max() == pytest.approx(high[2], abs=1.0)
        assert min(bar.points[:, 0].min(), figure.points[:, 0].min(), name.points[:, 0].min()) > high[0]
        assert model.height in " ".join(getattr(shape, "body", "") for shape in bar.shapes)
        assert not overlap(bar_words(bar), name)
        assert not overlap(bar_words(bar), figure)
        edge = max(sign.points[:, 0].max() for sign in (bar, figure, name))


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_beside_a_model_can_be_read_in_every_aspect(make_film, random_model, size):
    film = make_film(random_model(GPTConfig(1, 1, 4, 1, 2)), [0], size)
    for model in film.models[1:]:
        film.camera.frame(model, azimuth=280, elevation=9)
        bar, figure, *sides, name = film.measure(model)
        film.camera.frame(model, bar, figure, *sides, name, azimuth=280, elevation=9)
        for sign in (bar, name):
            foot, top = film.camera.view.project(sign.pose[:3, 3] + np.outer((0, 1), sign.pose[:3, 1]))
            assert top[1] - foot[1] > SMALLEST * pixel(film.page)


def test_layers_are_named_where_a_name_has_room(make_film, random_model):
    film = make_film(random_model(GPTConfig(3, 3, 48, 11, 3)), [0])
    small, large = film.models[0], film.models[-1]
    film.open_on(large, azimuth=287, elevation=9)
    for model, shown in ((small, 1.0), (large, 0.0)):
        film.grow(model)
        opacities = {film.score.value(Channel(sign.name, "opacity")) for sign in model.signs.layers}
        assert opacities == {shown}
        assert film.score.value(Channel(model.signs.roof.name, "opacity")) == 1


def bar_words(bar):
    return replace(bar, shapes=tuple(shape for shape in bar.shapes if hasattr(shape, "body")))


def overlap(one, other):
    (a, b), (c, d) = ((drawing.points.min(axis=0), drawing.points.max(axis=0)) for drawing in (one, other))
    return bool((a[[0, 2]] < d[[0, 2]]).all() and (c[[0, 2]] < b[[0, 2]]).all())


def test_the_scale_bar_gives_way_to_the_height(make_film, random_model):
    film = make_film(random_model(GPTConfig(1, 1, 4, 1, 2)), [0])
    model = film.models[-1]
    film.open_on(model, azimuth=287, elevation=9)
    film.fade(model, to=1)
    film.measure(model)
    assert film.score.value(Channel(model.signs.scale_bar.name, "opacity")) == 0


@pytest.mark.parametrize(
    ("cells", "said"), [(1, "1 number"), (16, "16 × 16 = 256 numbers"), (10**6, "48 × 192 = 9,216 numbers")]
)
def test_a_tally_counts_the_cells_that_it_frames(film, cells, said):
    model = film.models[0]
    film.open_on(model.corner(20), azimuth=280, elevation=4)
    film.fade(model, to=1)
    drawing = film.tally(model, cells)
    frame, text = drawing.shapes
    assert text.body == said
    low, high = model.outline.widest.box
    corners = np.array([(x, y, 0.0, 1.0) for x, y in frame.points]) @ drawing.pose.T
    assert corners[:, 0].min() == pytest.approx(low[0] + model.at[0])
    assert corners[:, 2].max() == pytest.approx(high[2] + model.at[2])
    across, down = (round(float(np.ptp(corners[:, axis])) / CELL) for axis in (0, 2))
    assert f"{across * down:,} number" in said
    foot, top = film.camera.view.project(drawing.pose[:3, 3] + np.outer((0, 1), drawing.pose[:3, 1]))
    assert 0.02 < top[1] - foot[1] < 0.04  # of the picture's height is a letter, wherever the camera is
    with film.beat("next"):
        pass
    assert film.score.value(Channel(drawing.name, "opacity")) == 0


@pytest.mark.parametrize("cells", [3, 20, 10**9])
def test_a_corner_of_a_matrix_is_seen_with_ground_beyond_its_edges(film, cells):
    model = film.models[0]
    low, high = (end + model.at for end in model.outline.widest.box)
    x, _, z = model.corner(cells).T
    assert x.min() < low[0] < x.max() <= high[0] + 1e-9
    assert z.max() > high[2] > z.min() >= low[2] - 1e-9
    assert x.max() - low[0] == pytest.approx(min(cells * CELL, high[0] - low[0]))
    assert high[2] - z.min() == pytest.approx(min(cells * CELL, high[2] - low[2]))


def test_a_model_in_outline_knows_its_parts(film):
    model = film.models[0]
    low, high = model.outline.layer.box
    for points in model.parts.values():
        assert (points >= low + model.at - 1e-6).all()
        assert (points <= high + model.at + 1e-6).all()
    assert set(model.parts) >= {"attn", "mlp"}
    assert model.outline.largest == "mlp"


def test_a_tally_of_another_matrix_frames_that_one(film):
    model = film.models[0]
    film.open_on(model.layers[0], azimuth=300, elevation=14)
    scores = model.outline.sample.layers[0].attn.heads[-1].scores
    drawing = film.tally(model, 10**9, of=scores)
    frame, text = drawing.shapes
    corners = np.array([(x, y, 0.0, 1.0) for x, y in frame.points]) @ drawing.pose.T
    low, high = (end + model.at for end in scores.box)
    assert (corners[:, 0].min(), corners[:, 0].max()) == pytest.approx((low[0], high[0]))
    assert (corners[:, 2].min(), corners[:, 2].max()) == pytest.approx((low[2], high[2]))
    assert corners[0, 1] == pytest.approx(
        (scores.box[0][1] + CELL / 2) * model.outline.flat - CELL / 2 + model.at[1], abs=0.05
    )
    assert text.body == "11 × 11 cells"


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
    film.fade(film.all_but(), to=0, seconds=0)
    film.open_on(film.models[-1], azimuth=287, elevation=9)
    film.fade(*film.models[-2:], film.models[0], to=1)
    (sign,) = film.point_out(beside=film.models[-1])  # the first is too small to be seen
    assert film.models[-2].title in [getattr(shape, "body", "") for shape in sign.shapes]
    assert film.point_out(beside=film.models[0]) == []


def test_beside_a_larger_model_each_is_named_whose_card_cannot_be_read(make_film, random_model):
    """The name of nano-gpt alone would stand over the bare card of GPT-2 small, and seem to be that one's."""
    film = make_film(random_model(GPTConfig(1, 1, 4, 1, 2)), [0])
    for number in range(1, len(film.models)):
        *smaller, large = film.models[: number + 1]
        (film.open_on if number == 1 else film.camera.frame)(large, *smaller, azimuth=277, elevation=9)
        film.fade(*smaller, large, to=1)
        named = {getattr(s, "body", "") for sign in film.point_out(beside=large) for s in sign.shapes}
        pixels = LETTERS * CELL / _em(large.outline, film.page)
        for model in (one for one in smaller if one.outline.tall * pixels > SEEN):
            card = model.signs.card
            depth = float((card.pose[:3, 3] - film.camera.view.position) @ film.camera.view.basis[2])
            assert model.title in named or card.em / (TAN * depth) * 720 >= SMALLEST, (model.title, large.title)


def test_a_chapter_about_numbers_is_refused_in_one_line():
    with pytest.raises(ScriptError, match=r"'layer-norm' is about numbers, and outlines have none\. Choose from scale"):
        prepare_outlines(compared(["gpt2"]), ["layer-norm"])


def test_a_chapter_that_asks_for_grids_of_a_shape_is_told_why_there_are_none(tmp_path):
    (tmp_path / "50_mine.py").write_text(
        'title = "Mine"\npart = "Own"\noutlines = True\n\n\ndef play(film):\n    film.layout.layers[0]\n'
    )
    with pytest.raises(ScriptError, match="line 7: There is no 'layers': this film is about shapes"):
        prepare_outlines([Blueprint("any", GPTConfig(1, 1, 4, 1, 2))], ["mine"], folders=[tmp_path])


@pytest.mark.parametrize("size", SIZES)
def test_models_are_dealt_to_fill_the_free_part_and_all_their_columns_end_on_the_ground(size):
    film = told_outlines(["nano", "gpt2", "gpt2-xl", "gpt3"], size)
    free = film.page.free
    for model in models(film):
        (left, _, bottom), (right, _, top) = model.box
        assert 0.35 < (right - left) / (top - bottom) / (free.width / free.height) < 1.4
        columns = np.unique(model.outline.offsets[:, 0].round(3), return_counts=True)[1]
        assert len(set(columns.tolist())) == 1 or model.config.n_layer == 3  # which upright are two and one
    upright, wide = (models(told_outlines(["nano", "gpt2-xl"], one))[1].outline for one in ((720, 1280), (1280, 720)))
    assert upright.tall > 1.2 * wide.tall


@pytest.mark.parametrize("size", SIZES)
def test_names_of_small_models_end_before_what_they_stand_beside(size):
    film = told_outlines(["nano", "gpt2", "gpt2-xl", "gpt3"], size)
    pointers = [one for name, one in film.cast.drawings.items() if ":pointer:" in name]
    large = models(film)[-1]
    assert pointers
    for one in pointers:
        if one.points[:, 2].max() - one.points[:, 2].min() > 0.02 * np.ptp(large.outline.box, axis=0)[2]:
            assert one.points[:, 0].max() < large.box[0][0]


@pytest.mark.parametrize("size", SIZES)
def test_the_largest_model_has_its_card_and_its_height_wherever_it_is_seen_whole(size):
    film = told_outlines(["nano", "gpt2", "gpt2-xl", "gpt3"], size)
    sight, large = Sight(film), models(film)[-1]
    for key in ("model-4", "one-take", "nothing-new"):
        at = next(beat.rest[0] for beat in film.beats if beat.key == key)
        there = {one.name for one, _ in sight.there(at)}
        assert large.signs.card.name in there, key
        bars = [one for name, one in film.cast.drawings.items() if name.endswith(":height") and name in there]
        assert any(large.height in shape.body for one in bars for shape in one.shapes if isinstance(shape, Text)), key


@pytest.mark.parametrize("size", SIZES)
def test_no_band_stands_there_whose_card_cannot_be_read(size):
    film = told_outlines(["nano", "gpt2", "gpt2-xl", "gpt3"], size)
    hidden = 0
    for model in models(film):
        for at in np.arange(0, film.now, 0.5).tolist():
            card, roof = (
                film.score.at(Channel(one.name, "opacity"), at) for one in (model.signs.card, model.signs.roof)
            )
            hidden += card == 0
            assert roof <= card, (model.title, at)
    assert hidden


def told_outlines(names, size):
    """The chapter about some models, told."""
    tellings = []
    outlines, stage = compared(names), Layout.empty(compared(names)[0].config)
    trace = Trace(outlines[0].config, (), {}, 0)
    checkpoint = Checkpoint(outlines[0].title, outlines[0].config, {}, IdTokenizer(outlines[0].config.vocab_size))

    def begin(name):
        tellings.append(Telling(name, Cast(stage, Signage(), outlines), trace, checkpoint, Page.of(size), 200.0))
        return tellings[-1]

    _told(loader.choose(["scale"], loader.find(())), begin)
    return tellings[0]

"""In a long action the words are a caption under a larger stage, and come back before the next clause."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.legible.letters import Sight
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.production import Set, _told
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.telling import Telling
from llmviz_addon.screenplay.verbs.captions import GAIN, GROWS, LONG

SQUARE, WIDE = (720, 720), (1280, 720)


@pytest.fixture(scope="module")
def stage() -> Set:
    return Set.of(run(builtin(), [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2]))


def told(
    stage: Set, name: str, size: tuple[int, int], pace: float | None = 200.0, folders: tuple[Path, ...] = ()
) -> Telling:
    tellings: list[Telling] = []

    def begin(name: str) -> Telling:
        cast = Cast(stage.layout, stage.signage, stage.blueprints)
        tellings.append(Telling(name, cast, stage.run.trace, stage.run.model, Page.of(size), pace, stage.run.draw))
        return tellings[-1]

    _told(loader.choose([name], loader.find(folders)), begin)
    return tellings[0]


SLOWLY = """
title, part = "Slowly", "Test"
question = "What is every cell?"
answer = "Computed."


def play(film):
    x, ln = film.layout.embedding.output, film.layout.layers[0].ln_1
    film.computed_up_to(x)
    film.fade(film.all_but(x, ln), to=0, seconds=0)
    film.move(x, beside=ln.output, seconds=0)
    film.open_on(x, ln, azimuth=275, elevation=3)
    with film.beat("all"):
        film.say("Every cell is computed like this, column by column.")
        film.sweep(ln.mean, ln.std, ln.output, seconds=8)
        film.say("And so it stands.")
"""


@pytest.fixture(scope="module")
def slowly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a chapter that has one long action."""
    folder = tmp_path_factory.mktemp("chapters")
    (folder / "50_slowly.py").write_text(SLOWLY, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def norm(stage: Set, slowly: Path) -> Telling:
    return told(stage, "slowly", SQUARE, folders=(slowly,))


def opacity(telling: Telling, name: str, at: float) -> float:
    return telling.score.at(Channel(name, "opacity"), at)


def column(telling: Telling) -> list[str]:
    grounds = [name for name, one in telling.cast.drawings.items() if one.is_ground]
    return [*telling.column, *filter(None, telling.on_map.drawings.values()), *grounds]


def test_the_words_give_way_to_a_caption_and_come_back(norm):
    (one,) = norm.captions
    middle = (one.start + one.end) / 2
    before, after = one.start - 0.01, one.end + 0.01
    assert len([name for name in column(norm) if opacity(norm, name, before)]) >= 4  # heading, words, map, ground
    assert not [name for name in column(norm) if opacity(norm, name, middle)]
    assert len([name for name in column(norm) if opacity(norm, name, after)]) >= 4
    (caption,) = [name for name in norm.cast.drawings if ":said:" in name]
    assert [opacity(norm, caption, at) for at in (before, middle, after)] == [0.0, 1.0, 0.0]
    ground, text = norm.cast.drawings[caption].shapes
    assert ground.color == "ground"  # what passes behind it never makes it hard to read
    assert ground.width >= norm.page.aspect
    assert ground.y + ground.height > text.corners[1][1]
    assert " ".join(text.body.split()) == "Every cell is computed like this, column by column."
    words = next(shape for shape in norm.cast.drawings[norm.column[-1]].shapes if isinstance(shape, Text))
    assert text.size == words.size


def test_meanwhile_what_is_in_play_is_larger_and_inside_the_picture(norm):
    (one,) = norm.captions
    sight = Sight(norm)
    large, small = sight.view(one.start + GROWS), sight.view(one.start - 0.01)
    assert small.distance > GAIN * large.distance
    assert large.shift == small.shift  # the page stays where it is
    assert sight.view(one.end + 0.01).distance > large.distance
    free = norm.page.captioned().free.grown(1e-6)
    for at in np.linspace(one.start + GROWS, one.end - GROWS, 7):
        view = sight.view(float(at))
        for name in ("layers.0.ln_1.mean", "layers.0.ln_1.gamma", "layers.0.ln_1.output"):
            left, bottom, right, top = view.area(*norm.cast.grids[name].box).edges
            assert free.left <= left < right <= free.right
            assert free.bottom <= bottom < top <= free.top


def test_labels_are_chosen_for_the_larger_stage_and_none_is_on_the_caption(norm):
    (one,) = norm.captions
    letters = Sight(norm).letters(one.start + GROWS + 0.5)
    labels = [number for number, drawing in enumerate(letters.drawings) if drawing.keeps_size]
    assert len(labels) == 6
    text = norm.page.captioned().text
    assert all(letters.around(number)[1] > text.top for number in labels)


def test_at_the_rest_the_formula_of_the_last_cell_is_up_beside_the_words(norm):
    assert len(norm.captions) == 1
    rest = next(beat.rest[0] for beat in norm.beats if beat.key == "all")
    up = [one for name, one in norm.cast.drawings.items() if ":panel:" in name and opacity(norm, name, rest) == 1]
    body = " ".join(shape.body for one in up for shape in one.shapes if isinstance(shape, Text))
    assert "−0.75" in body
    assert norm.page.home is None
    page = np.linalg.inv(norm.cast.drawings[norm.column[0]].pose)
    for one in up:
        low = (page @ np.append(one.points.min(axis=0), 1.0))[1]
        assert low > norm.page.text.top


def test_the_stage_stays_as_it_is_where_nothing_would_be_larger_or_the_action_is_short(stage):
    assert told(stage, "layer-norm", WIDE).captions == []  # it fills the height already
    telling = told(stage, "scale", WIDE)
    assert len(telling.captions) == 3
    assert min(one.end - one.start for one in telling.captions) > LONG - 1
    for earlier, later in pairwise(telling.captions):
        assert earlier.end <= later.start + 1e-6


def test_a_take_passes_its_shots_on_the_whole_picture_and_rests_beside_the_words(stage):
    telling = told(stage, "scale", WIDE)
    take = telling.captions[-1]
    sight = Sight(telling)
    heading = telling.column[0]
    assert opacity(telling, heading, take.start) == 0  # the one before it has just ended: it does not flash
    assert opacity(telling, heading, take.end) == 1
    largest = telling.cast.standing[-1]
    free = telling.page.free.grown(0.01)
    view = sight.view(next(beat.rest[0] for beat in telling.beats if beat.key == "one-take"))
    seen = view.project(np.concatenate([piece.points for piece in largest.pieces]))
    assert free.left <= seen[:, 0].min() < seen[:, 0].max() <= free.right


def test_a_caption_goes_as_slowly_as_its_action(stage, slowly):
    slow = told(stage, "slowly", SQUARE, pace=25.0, folders=(slowly,))
    (one,) = slow.captions
    distance = slow.score.clips[Channel("camera", "distance")]
    starts, ends = [clip.start for clip in distance], [clip.end for clip in distance]
    assert min(abs(start - one.start) for start in starts) < 1e-6
    assert min(abs(end - one.end) for end in ends) < 1e-6
    assert one.end - one.start > 12

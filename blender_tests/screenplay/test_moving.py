"""When a chapter moves, and that none stands still for long."""

from __future__ import annotations

import numpy as np
import pytest

from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.production import prepare
from llmviz_addon.screenplay.score.moving import moving
from llmviz_addon.screenplay.score.score import Score
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel

FPS = 10
MOST = 1 / 3
"""Of a film that may stand still, its rests left out."""


def rest(channel: Channel) -> float:
    return 0.0 if channel.prop in ("offset", "azimuth") or channel.actor == "drawing" else 1.0


def frames(score: Score, count: int = 60) -> list[int]:
    """In which of so many frames something moves, counted from 0."""
    return np.flatnonzero(moving(score, FPS, count)).tolist()


def test_a_ramp_moves_until_it_is_there_and_a_cut_moves_once():
    score = Score(rest)
    score.set(Channel("grid", "opacity"), 0.5, 1.0, 0.5)
    score.set(Channel("grid", "highlight"), 0.5, 3.0)
    score.set(Channel("grid", "highlight"), 0.5, 4.0, 1.0)  # where it is already
    score.set(Channel(CAMERA, "azimuth"), 1.0, 5.0, 0.2)
    assert frames(score) == [11, 12, 13, 14, 15, 30, 51, 52]


def test_how_a_chapter_opens_is_no_move():
    score = Score(rest)
    score.set(Channel(CAMERA, "azimuth"), 281.0, 0.0)
    score.set(Channel("grid", "opacity"), 0.0, 0.0)
    assert frames(score) == []


def test_what_nobody_sees_does_not_move():
    score = Score(rest)
    for actor in ("grid", "drawing", "other"):
        score.set(Channel(actor, "offset"), 1.0, 1.0, 0.5)
        score.set(Channel(actor, "offset"), 0.0, 3.0, 0.5)
    score.set(Channel("grid", "opacity"), 0.0, 0.5)
    score.set(Channel("other", "opacity"), 0.0, 2.0, 0.1)
    assert frames(score) == [5, 11, 12, 13, 14, 15, 21]
    score.set(Channel("drawing", "opacity"), 1.0, 3.2, 1.0)
    assert frames(score)[7:] == list(range(33, 43))


def test_a_course_moves_where_its_value_changes():
    score = Score(rest)
    score.follow(Channel("grid", "offset"), lambda share: np.floor(share * 2), 1.0, 2.0)
    assert frames(score) == [20, 30]
    score = Score(rest)
    score.follow(Channel("grid", "offset"), lambda share: share, 1.0, 2.0, step=0.5)
    assert frames(score) == [15, 20, 25, 30]


@pytest.mark.parametrize("name", [chapter.name for chapter in loader.chapters()])
def test_what_stands_still_of_a_shipped_chapter_is_a_third_at_most(nano, name):
    for text in ("CBABBC", "A"):
        (span,) = prepare(run(nano, nano.tokenizer.encode(text)), [name]).timeline.chapters
        assert 0 < span.frozen <= MOST


def test_reading_makes_a_chapter_stand_still(nano):
    told = run(nano, [2, 1, 0, 1, 1, 2])
    slow, usual, quick = (prepare(told, ["layer-norm"], pace).timeline.chapters[0].frozen for pace in (60, 200, None))
    assert slow > usual > quick

"""Chapters open with a question and end with its answer; a film of several has a card before and one after."""

from __future__ import annotations

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import LIFT, Rect, Text
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.page import cards
from llmviz_addon.screenplay.page.commentary import camera_pose
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.production import Set, prepare
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel

TOKENS = [2, 1, 0, 1, 1, 2]
SIZES = [(1280, 720), (1080, 1920), (720, 720)]
CHAPTER = """
title, part = "Mine", "Own"
question = "Why   is it so?"
answer = "It is so."


def play(film):
    ln = film.layout.layers[0].ln_1
    film.fade(film.all_but(ln), to=0, seconds=0)
    film.open_on(ln)
    with film.beat("one"):
        film.say("A norm.")
        film.compute(ln.mean[1])
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "50_mine.py").write_text(CHAPTER)
    (tmp_path / "51_other.py").write_text(CHAPTER.replace("Mine", "Other"))
    return tmp_path


def texts(drawing):
    return [shape.body for shape in drawing.shapes if isinstance(shape, Text)]


def drawn(timeline, suffix):
    return next((one for one in timeline.drawings if one.name.endswith(suffix)), None)


def opacity(timeline, drawing, seconds):
    track = next(t for t in timeline.tracks if (t.channel.actor, t.channel.prop) == (drawing.name, "opacity"))
    frame = timeline.frame(seconds)
    return float(track.values[np.searchsorted(track.frames, frame, side="right") - 1])


def test_a_chapter_opens_with_its_question_while_the_camera_comes_near(nano, folder):
    told = prepare(run(nano, TOKENS), ["mine"], 200, folders=[folder]).timeline
    question = drawn(told, ":question")
    assert " ".join(texts(question)[0].split()) == "Why is it so?"
    first = told.subtitles[0]
    assert (first.start, first.text, first.marker) == (1, "Why is it so?", "50 Mine")
    said = told.subtitles[1].start
    assert said > 1.0 * told.fps
    assert opacity(told, question, 0) == opacity(told, question, 0.5) == 1
    assert opacity(told, question, told.seconds(said)) == 0
    (distance,) = (t for t in told.tracks if t.channel[:2] == (CAMERA, "distance"))
    assert distance.values[0] > distance.values[np.searchsorted(distance.frames, said, side="right") - 1]


def test_it_ends_with_the_answer_on_the_last_picture(nano, folder):
    told = prepare(run(nano, TOKENS), ["mine"], 200, folders=[folder]).timeline
    assert told.markers[-1].name == "50.2 answer"
    assert [one.text for one in told.subtitles[-2:]] == ["Why is it so?", "It is so."]
    panel = next(one for one in told.drawings if ":panel:" in one.name)
    assert opacity(told, panel, told.seconds(told.markers[-1].frame)) == 1  # what explains stays up
    one = drawn(told, ":say:one:1")
    assert opacity(told, one, told.seconds(told.markers[-1].frame)) == 0


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (900, 900)])
def test_the_answer_is_as_large_as_the_question_and_stays_in_the_text(nano, size):
    told = prepare(run(nano, TOKENS), ["layer-norm"], 200, size=size).timeline
    page = Page.of(size)
    asked, answered = (drawn(told, part).shapes[0] for part in (":question", ":say:answer:2"))
    muted = drawn(told, ":say:answer:1").shapes[0]
    assert muted.size < answered.size <= asked.size + 1e-9
    (_, low), (_, high) = answered.corners
    assert page.text.bottom - 0.02 < low < high < muted.corners[0][1]


def test_without_a_pace_nothing_waits_for_a_reader(nano, folder):
    told = prepare(run(nano, TOKENS), ["mine", "other"], None, folders=[folder]).timeline
    assert drawn(told, ":question") is None
    assert drawn(told, ":card") is None
    assert drawn(told, ":end") is None
    assert told.markers[-1].name == "51.2 answer"


def test_a_film_of_several_chapters_has_a_card_and_an_end(nano, folder):
    told = prepare(run(nano, TOKENS), ["mine", "other"], 200, folders=[folder]).timeline
    card, end = drawn(told, "mine:card"), drawn(told, "other:end")
    assert {"nano-gpt", "85,728 parameters", "Mine · Other"} <= set(texts(card))
    assert {"What was shown", "Mine", "Other"} <= set(texts(end))
    about = run(nano, TOKENS)
    hook = drawn(told, "mine:hook")
    for drawing, read in ((card, about.texts[:6]), (hook, about.texts[:6]), (end, about.texts)):
        assert [text for text in texts(drawing) if text in about.texts] == list(read)
    assert opacity(told, hook, 0) == opacity(told, hook, 2) == 1
    assert opacity(told, hook, 3.2) == 0
    assert opacity(told, card, 0) == opacity(told, card, 2.5) == opacity(told, card, 5.5) == 1
    assert opacity(told, card, 7) == 0
    assert opacity(told, end, told.seconds(told.frames) - 2) == 1
    assert opacity(told, end, 6) == 0
    assert drawn(told, "mine:end") is None
    assert drawn(told, "other:card") is None
    between, second = drawn(told, "other:title"), told.chapters[1]
    assert "Other" in texts(between)
    assert drawn(told, "mine:title") is None
    start = told.seconds(second.start)
    assert [opacity(told, between, at) for at in (start - 1, start, start + 1.3, start + 2.1)] == [0, 1, 1, 0]
    alone = prepare(run(nano, TOKENS), ["mine"], 200, folders=[folder]).timeline
    assert drawn(alone, ":card") is None


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 1, 6, 30, 200])
def test_cards_cover_the_picture_and_keep_their_letters_in_it(size, count):
    page = Page.of(size)
    tokens = [(number, f"word{number}") for number in range(count)]
    chapters = [f"Chapter number {number}" for number in range(12)]
    for card in (
        cards.title("card", page, "a model of quite a long name", "1,234 parameters", tokens, chapters),
        cards.end("end", page, "a model of quite a long name", tokens, chapters),
        *([cards.hook("hook", page, "What comes next?", tokens)] if tokens else ()),
        cards.chapter("title", page, "A chapter of quite a long name, as long as one may be", "Detailed"),
    ):
        ground, *others = card.shapes
        assert isinstance(ground, Rect)
        assert ground.width >= page.aspect
        for shape in others:
            low, high = (
                shape.corners
                if isinstance(shape, Text)
                else ((shape.x, shape.y), (shape.x + shape.width, shape.y + shape.height))
            )
            assert -page.aspect / 2 < low[0] < high[0] < page.aspect / 2
            assert -0.5 < low[1] < high[1] < 0.5
        assert np.linalg.norm(card.pose[:3, 3]) < np.linalg.norm(camera_pose(page)[:3, 3])  # before all else


def front(drawing):
    """How far from the camera its foremost shape lies, in metres."""
    return -drawing.pose[2, 3] - LIFT * len(drawing.shapes) * drawing.pose[2, 2]


@pytest.mark.parametrize("size", SIZES)
def test_a_card_lies_before_all_that_it_covers(random_model, size):
    stage = Set.of(run(random_model(GPTConfig(1, 1, 4, 200, 300)), list(range(200))))
    told = stage.tell(loader.choose(None, loader.find(), "short"), size=size, tracks=False)
    cards_ = [one for one in told.drawings if one.name.endswith((":hook", ":card", ":title", ":end"))]
    cards_ += [one for one in told.drawings if ":curtain:" in one.name]
    under = [one for one in told.drawings if one.parent == "camera" and one not in cards_]
    assert len(cards_) >= 6
    assert min(map(front, under)) > max(-card.pose[2, 3] for card in cards_)
    hook = drawn(told, ":hook")
    assert front(drawn(told, ":card")) > -hook.pose[2, 3]
    assert min(map(front, cards_)) > 0.7 * 0.3  # nothing is so near that the camera does not see it


def test_all_chapters_ask_and_answer():
    for chapter in loader.chapters():
        assert chapter.question.endswith("?")
        assert chapter.answer.endswith(".")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("question = 3", "its question is no text: 3"),
        (f"answer = {'word ' * 16!r}", "its answer has 16 words; at most 15 are read"),
    ],
)
def test_what_is_no_clause_is_refused(tmp_path, line, why):
    (tmp_path / "50_mine.py").write_text(CHAPTER + "\n" + line + "\n")
    with pytest.raises(ScriptError, match=why):
        loader.chapters([tmp_path])


def test_numbers_in_cells_of_another_model_are_its_own(random_model, folder):
    about = run(random_model(GPTConfig(1, 1, 4, 8, 5)), [4, 0, 1])
    told = prepare(about, ["mine", "other"], 200, folders=[folder]).timeline
    assert any(about.model.name in text for text in texts(drawn(told, "other:end")))


@pytest.mark.parametrize("length", [loader.FULL, loader.SHORT])
def test_at_every_rest_a_film_of_all_chapters_looks_as_each_of_them_alone(nano, length):
    """Nothing is left over from the chapters before, and nothing lacks."""
    stage, chapters = Set.of(run(nano, TOKENS)), loader.choose(None, loader.find(), length)
    cast = Cast(stage.layout, stage.signage, stage.blueprints)
    together = stage.tell(chapters)
    tracks = {track.channel: track for track in together.tracks}
    for chapter, span in zip(chapters, together.chapters, strict=True):
        alone = stage.tell([chapter])
        own = {track.channel: track for track in alone.tracks}
        frames = [m.end for m in together.markers if m.kind == "rest" and span.start <= m.frame <= span.end]
        rests = [m.end for m in alone.markers if m.kind == "rest"]
        assert len(frames) == len(rests) > 0
        for channel, track in tracks.items():
            if channel in own:
                expected = values(own[channel], rests)
            elif cast.knows(channel.actor):
                expected = np.full(len(rests), cast.rest(channel))
            elif channel.prop == "opacity":
                expected = np.zeros(len(rests))
            else:
                continue
            seen = np.ones(len(rests), dtype=bool)
            if (opacity := tracks.get(Channel(channel.actor, "opacity"))) and channel.prop != "opacity":
                seen = values(opacity, frames) > 0
            given = values(track, frames)[seen]
            np.testing.assert_allclose(given, expected[seen], atol=1e-5, err_msg=f"{chapter.name} {channel}")


def values(track, frames):
    """What a channel is from each of some frames on, or was keyed at last before it."""
    return track.values[np.maximum(np.searchsorted(track.frames, frames, side="right") - 1, 0)]

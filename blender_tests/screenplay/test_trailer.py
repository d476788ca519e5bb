"""A trailer: shots from chapters that are cut on beats, each the end of what its chapter tells there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from blender_tests.screenplay.conftest import MODELS, SIZES, Told
from blender_tests.screenplay.legible import test_letters as letters
from blender_tests.screenplay.test_chapters import check_timeline
from blender_tests.screenplay.test_opening import drawn, opacity, texts
from llmviz_addon.errors import JobError, ScriptError
from llmviz_addon.layout.lettering.drawing import Rect
from llmviz_addon.model.blueprints import compared
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader, trailer
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.production import Set, _assembled, _told, prepare, prepare_outlines
from llmviz_addon.screenplay.score.easing import EASINGS, ease
from llmviz_addon.screenplay.score.reel import Reel, Stretch, cut
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel, Timeline, Track
from llmviz_addon.screenplay.telling import Telling
from llmviz_addon.screenplay.trailer import CARDS, LAST, LONGEST

TOKENS = [2, 1, 0, 1, 1, 2]
FPS = 30
CHAPTER = """
title, part = "Mine", "Own"
trailer = {trailer}


def play(film):
    x, ln = film.layout.embedding.output, film.layout.layers[0].ln_1
    film.open_on(x, ln, azimuth=280, elevation=5)
    with film.beat("first"):
        film.say("One.")
        film.camera.frame(ln, azimuth=275, elevation=4, seconds=1)
    with film.beat("second"):
        film.say("Two.")
        film.sweep(ln.output, seconds=60)
"""


def chapters():
    return loader.choose(["trailer"], loader.find())


def told_for_a_trailer(made: Set, size=(1280, 720), bpm=120.0, chosen=None):
    """The chapters as they are told for it, their whole timeline, and the trailer."""
    chosen = chosen or chapters()
    page = Page.of(size).bare()

    def begin(name: str) -> Telling:
        cast = Cast(made.layout, made.signage, made.blueprints, made.ensemble)
        return Telling(name, cast, made.run.trace, made.run.model, page, None, made.run.draw, made.run.onward)

    parts = trailer.lengths(trailer.cuts(sum(len(one.beats) for one in chosen), True, bpm, FPS))
    told = _told(chosen, begin, lambda: Reel(FPS, parts))
    whole = _assembled(told, FPS, size)
    return told, whole, trailer.edited(whole, told)


@pytest.mark.parametrize("fps", [24, 30, 60])
@pytest.mark.parametrize("bpm", [40, 61.7, 90, 120, 128, 174, 240])
@pytest.mark.parametrize("shots", [1, 6, 10, 16])
def test_every_cut_lies_on_a_beat(shots, bpm, fps):
    for given in (True, False):
        frames = trailer.cuts(shots, given, bpm, fps)
        assert len(frames) == shots + 3 + given
        beats = np.array(frames) / fps * bpm / 60
        assert np.abs(beats - beats.round()).max() <= 0.5 / fps * bpm / 60 + 1e-9
        assert (np.diff(beats.round()) >= 1).all()
    if shots * trailer.LONGEST >= trailer.SECONDS and shots <= 16:
        assert abs(trailer.cuts(shots, True, bpm, fps)[-1] / fps - trailer.SECONDS) <= 0.5 * 60 / bpm + 1 / fps


@pytest.mark.parametrize("bpm", [39.9, 241, 0, -120, float("nan"), float("inf")])
def test_a_tempo_that_cannot_be_is_told(nano, bpm):
    with pytest.raises(JobError, match=rf"A tempo of {bpm:g} beats per minute is not possible; give 40 to 240\."):
        prepare(run(nano, TOKENS), ["trailer"], bpm=bpm)


def test_a_tempo_is_for_a_trailer(nano):
    with pytest.raises(JobError, match="A tempo of 100 beats per minute is for a trailer; full and short films"):
        prepare(run(nano, TOKENS), ["layer-norm"], bpm=100)


def test_it_is_named_like_a_chapter_or_asked_for_by_its_length(nano):
    about = run(nano, TOKENS)
    told = [prepare(about, *asked).timeline for asked in ((["trailer"],), (None, None, (1280, 720), 30, (), "trailer"))]
    assert repr(told[0]) == repr(told[1])
    assert loader.asked(["Trailer", "mlp"]) == (["mlp"], "trailer")
    assert [one.name for one in loader.choose(["trailer", "mlp"], loader.find())] == ["mlp"]
    with pytest.raises(ScriptError, match=r"A trailer leaves out the chapter 'softmax'\. Choose from overview"):
        loader.choose(["trailer", "softmax"], loader.find())


@pytest.mark.parametrize("model", ["nano", "one token", "one of each", "many heads", "words"])
def test_it_takes_half_a_minute_whatever_the_model(model):
    told = Set.of(run(*MODELS[model]())).tell(chapters(), bpm=120.0)
    assert told.frames == 900
    check_timeline(told)
    assert told.chapters[0].start == 1
    assert all(before.end + 1 == after.start for before, after in pairwise(told.chapters))
    cues = [(one.start, one.end) for one in told.subtitles]
    assert cues[0][0] == 1
    assert cues[-1][1] == 900
    assert all(before[1] + 1 == after[0] for before, after in pairwise(cues))
    asked = [one.text for one in told.subtitles[2:-1]]
    assert asked == [chapter.question for chapter in chapters()]
    assert max(chapter.frozen for chapter in told.chapters) < 0.5


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("model", ["nano", "one of each", "austen"])
def test_what_is_written_can_be_read(model, size):
    told, _, _ = told_for_a_trailer(Set.of(run(*MODELS[model]())), size)
    assert letters.check_labels(Told(model, size, told, {})) > 1
    for chapter, telling in told:
        asked = next(one for name, one in telling.cast.drawings.items() if name.endswith(":asked"))
        assert "".join(texts(asked)).replace("\n", " ") == chapter.question
        (text,) = asked.shapes
        area = telling.page.text
        assert text.y + 0.75 * text.size <= area.top + 1e-6
        lines = 1 + text.body.count("\n")
        assert text.y - (lines - 1) * 1.35 * text.size - 0.25 * text.size >= area.bottom - 1e-6
        assert lines <= 2
        assert not [name for name in telling.cast.drawings if ":say:" in name or "heading" in name or ":map:" in name]


def test_a_shot_is_what_the_chapter_told(nano):
    told, whole, made = told_for_a_trailer(Set.of(run(nano, TOKENS)))
    at = 1
    shots = [(span, shot) for (_, telling), span in zip(told, whole.chapters, strict=True)
             for shot in telling.reel.shots]  # fmt: skip
    full = {track.channel: track for track in whole.tracks}
    some = [track for track in made.tracks if track.channel.actor == CAMERA or track.channel.prop == "reveal"]
    assert len(some) > 20
    for span, shot in shots:
        for track in some:
            for off in (0, 1, shot.length // 2, shot.length - 1):
                there, here = (value(one, frame) for one, frame in (
                    (full[track.channel], span.start + shot.first + off), (track, at + off)))  # fmt: skip
                assert here == pytest.approx(there, abs=1e-4), (track.channel, shot, off)
        at += shot.length
    assert at == made.frames + 1


def test_what_is_too_long_is_shown_from_its_end_on(nano, tmp_path):
    (tmp_path / "50_mine.py").write_text(CHAPTER.format(trailer="['second']"))
    chosen = loader.choose(["trailer", "mine"], loader.find([tmp_path]))
    told, _, made = told_for_a_trailer(Set.of(run(nano, TOKENS)), chosen=chosen)
    shots = [shot for shot in told[0][1].reel.shots if shot.key]
    assert [shot.key for shot in shots] == ["second"]
    beat = told[0][1].beats[0]
    assert (beat.rest[0] - beat.start) == pytest.approx(60 / 3.5, rel=0.05)
    assert shots[0].length == 5 * FPS  # no shot is longer
    assert shots[0].first + shots[0].length == round(beat.rest[0] * FPS)
    assert made.frames == pytest.approx(30 * (sum(CARDS) + LONGEST + LAST), abs=30)


def test_chapters_say_which_beats_it_has(nano, tmp_path):
    (tmp_path / "50_mine.py").write_text(CHAPTER.format(trailer="'second'"))
    with pytest.raises(ScriptError, match="its trailer is no list of beats, such as .'scores'.: 'second'"):
        loader.chapters([tmp_path])
    (tmp_path / "50_mine.py").write_text(CHAPTER.format(trailer="['third']"))
    with pytest.raises(ScriptError, match=r"no beat 'third', which a trailer is to tell. Choose from first, second"):
        prepare(run(nano, TOKENS), ["trailer", "mine"], folders=[tmp_path])
    (tmp_path / "50_trailer.py").write_text(CHAPTER.format(trailer="['second']"))
    with pytest.raises(ScriptError, match="'50_trailer.py' is no chapter's name: 'trailer' is what all of them have"):
        loader.chapters([tmp_path])


def test_it_opens_with_what_is_given_and_ends_on_whose_numbers_these_are(nano):
    told = prepare(run(nano, TOKENS), ["trailer"]).timeline
    hook, last = drawn(told, "overview:hook"), drawn(told, ":last")
    assert texts(hook) == ["What comes next?", *"CBABBC", "?"]
    assert opacity(told, hook, 0) == opacity(told, hook, CARDS[0] - 0.1) == 1
    assert opacity(told, hook, CARDS[0] + 0.1) == 0
    assert texts(last)[:3] == ["nano-gpt", "85,728 parameters", "Every number is true."]
    assert texts(last)[3:] == [*"CBABBC", *"ABBBCC", "the model's own"]
    assert sum(isinstance(shape, Rect) and shape.color == "accent" for shape in last.shapes) == 6 + 1  # under, and key
    assert opacity(told, last, 29.9 - LAST) == 0
    assert opacity(told, last, 30.1 - LAST) == opacity(told, last, 29.9) == 1


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_models_in_outline_have_one_too(size):
    told = prepare_outlines(compared(("nano", "gpt3")), ["trailer"], size=size, bpm=100).timeline
    check_timeline(told)
    assert [one.name for one in told.chapters] == ["scale"]
    assert texts(drawn(told, ":last"))[2] == "Every size is true."


def value(track, frame):
    at = int(np.searchsorted(track.frames, frame, side="right")) - 1
    if at < 0 or at == len(track.frames) - 1:
        return float(track.values[max(at, 0)])
    start, end = track.frames[at : at + 2]
    low, high = track.values[at : at + 2]
    return float(low + (high - low) * ease(track.easings[at], (frame - start) / (end - start)))


def test_any_track_is_cut_to_what_it_was():
    rng = np.random.default_rng(0)
    for _ in range(300):
        count = int(rng.integers(1, 8))
        frames = np.sort(rng.choice(np.arange(1, 60), count, replace=False)).astype(float)
        track = Track(Channel("a", "opacity"), frames, rng.integers(0, 4, count) / 3.0,
                      tuple(rng.choice(list(EASINGS), count)))  # fmt: skip
        whole = Timeline(30, (64, 64), 60, (track,), (), (), (), (), ())
        stretches, at = [], 1
        for _ in range(int(rng.integers(1, 4))):
            first = int(rng.integers(1, 50))
            last = int(rng.integers(first, 61))
            stretches.append(Stretch(first, last, at))
            at += last - first + 1
        (made,) = cut(whole, stretches)
        assert (np.diff(made.frames) > 0).all()
        for one in stretches:
            for frame in range(one.first, one.last + 1):
                assert value(made, one.at + frame - one.first) == pytest.approx(value(track, frame), abs=1e-6)


def test_what_never_comes_is_hidden_all_the_time():
    told, whole, shown = told_for_a_trailer(Set.of(run(*MODELS["nano"]())))
    hidden = {name for _, one in told for name, staff in one.score.parts["opacity", 0].items() if staff.clips}
    for timeline in (whole, shown):
        assert hidden == {track.channel.actor for track in timeline.tracks if track.channel.prop == "opacity"}

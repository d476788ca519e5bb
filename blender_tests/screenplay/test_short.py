"""A short film: it tells some beats of some chapters, and what it leaves out has come about all the same."""

from __future__ import annotations

import numpy as np
import pytest

from blender_tests.screenplay.conftest import MODELS, SIZES, tell
from blender_tests.screenplay.legible import test_letters as letters
from blender_tests.screenplay.test_chapters import check_timeline, words
from blender_tests.screenplay.test_opening import drawn, opacity, texts, values
from llmviz_addon.errors import ScriptError
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.assemble import assemble
from llmviz_addon.screenplay.production import Set, prepare
from llmviz_addon.screenplay.score.timeline import CAMERA

TOKENS = [2, 1, 0, 1, 1, 2]
CHAPTER = """
title, part = "Mine", "Own"
question, answer = "Why?", "So."
short = {short}


def play(film):
    x, ln = film.layout.embedding.output, film.layout.layers[0].ln_1
    film.open_on(x, ln, azimuth=280, elevation=5)
    with film.beat("first"):
        film.say("One.")
        film.camera.frame(ln, azimuth=275, elevation=4, seconds=1)
    with film.beat("second"):
        film.say("Two.")
        film.hide_values(ln.output)
        film.split(ln.output[3], seconds=1)
        film.compute(ln.mean[3])
        film.fade(x, to=0.5, seconds=1)
        film.light(ln, seconds=1)
    with film.beat("third"):
        if film.tells("second"):
            film.say("As we saw,")
        film.say("three.")
        film.merge(ln.output, seconds=0.5)
        film.sweep(ln.output, seconds=7)
        film.camera.frame(x, ln, azimuth=285, elevation=8, seconds=1)
    with film.beat("fourth"):
        film.say("Four.")
        film.light(ln, to=0, seconds=0.5)
    with film.beat("fifth"):
        film.say("Five.")
        film.fade(ln, to=0)
"""


@pytest.fixture
def stage(nano):
    return Set.of(run(nano, TOKENS))


@pytest.fixture
def chapter(tmp_path):
    def write(*short, length="short"):
        (tmp_path / "50_mine.py").write_text(CHAPTER.format(short=short))
        return loader.choose(["mine"], loader.find([tmp_path]), length)

    return write


@pytest.mark.parametrize("short", [("second",), ("first", "third"), ("third", "fourth"), ("fourth",), ("first",)])
@pytest.mark.parametrize("pace", [200, None])
def test_at_every_rest_it_looks_as_the_full_film_does(stage, chapter, short, pace):
    (full,), (cut,) = (
        [stage.tell(chapter(*short, length=length), pace)] for length in ("full", "short")
    )  # fmt: skip
    keys = {marker.name.partition(" ")[2]: marker for marker in full.markers}
    rests = [marker for marker in cut.markers if marker.kind == "rest"]
    assert [marker.name.partition(" ")[2] for marker in rests] == [*short, "answer"]
    here = [marker.end for marker in rests[:-1]]
    there = [keys[marker.name.partition(" ")[2]].end for marker in rests[:-1]]
    own = {track.channel: track for track in full.tracks}
    looks = [one for one in cut.tracks if stage.layout.__contains__(one.channel.actor) or one.channel.actor == CAMERA]
    assert looks
    for track in looks:
        np.testing.assert_allclose(
            values(track, here), values(own[track.channel], there), atol=1e-5, err_msg=str(track.channel)
        )


def test_what_is_left_out_happens_behind_a_curtain(stage, chapter):
    told = stage.tell(chapter("first", "third"))
    (curtain,) = (one for one in told.drawings if ":curtain:" in one.name)
    first, third = (next(m for m in told.markers if m.name.endswith(key)) for key in ("first", "third"))
    track = next(one for one in told.tracks if one.channel.actor == curtain.name)
    closed = track.frames[track.values == 1][0]
    assert first.end < closed < third.frame
    assert opacity(told, curtain, told.seconds(first.end)) == 0
    assert opacity(told, curtain, told.seconds(third.frame)) == 0
    for one in told.tracks:
        if one.channel.actor == CAMERA or stage.layout.__contains__(one.channel.actor):
            moving = one.frames[1:][(np.diff(one.values) != 0)]
            assert not ((moving > first.end) & (moving < closed)).any(), one.channel
    said = " ".join(one.text for one in told.subtitles)
    assert "Two." not in said
    assert "As we saw" not in said
    assert "three." in said


def test_where_the_first_beats_are_left_out_it_opens_with_its_question(stage, chapter):
    told = stage.tell(chapter("third"))
    assert [one.text for one in told.subtitles[:2]] == ["Why?", "three."]
    assert not [one for one in told.drawings if ":curtain:" in one.name]
    assert opacity(told, drawn(told, ":question"), 0.5) == 1


def test_after_its_last_beat_the_chapter_is_over_and_the_answer_comes_on_its_picture(stage, chapter):
    told = stage.tell(chapter("third"))
    assert told.subtitles[-1].text == "So."
    fades = [
        one for one in told.tracks if one.channel.actor == "layers.0.ln_1.output" and one.channel.prop == "opacity"
    ]
    assert all(track.values[-1] == 1 for track in fades)


@pytest.mark.parametrize(
    ("short", "why"),
    [
        ("'third'", "its short is no list of beats, such as .'scores'.: 'third'"),
        ("3", "its short is no list of beats"),
        ("['']", "its short is no list of beats"),
    ],
)
def test_what_is_no_list_of_beats_is_refused(tmp_path, short, why):
    (tmp_path / "50_mine.py").write_text(CHAPTER.format(short=short))
    with pytest.raises(ScriptError, match=why):
        loader.chapters([tmp_path])


def test_a_beat_that_there_is_not_is_told_with_the_choices(stage, chapter):
    with pytest.raises(ScriptError, match=r"50_mine.py.*no beat 'thrid'.*Choose from first, second, third, fourth"):
        stage.tell(chapter("first", "thrid"))


def test_two_beats_of_one_key_are_an_error_where_one_is_left_out_too(stage, tmp_path):
    (tmp_path / "50_mine.py").write_text(CHAPTER.format(short="['third']").replace('"second")', '"first")', 1))
    with pytest.raises(ScriptError, match="has a beat 'first' already"):
        stage.tell(loader.choose(["mine"], loader.find([tmp_path]), "short"))


def test_all_are_all_chapters_or_those_with_a_part_in_a_short_film():
    found = loader.find()
    for wanted in (None, [], ["all"], ["ALL"], ["mlp", "all"]):
        assert loader.choose(wanted, found) == list(found.chapters)
        short = loader.choose(wanted, found, "short")
        assert [one.name for one in short] == ["overview", "self-attention", "output"]
        assert all(one.beats == one.short for one in short)
    assert all(not one.beats for one in found.chapters)


def test_what_a_short_film_leaves_out_is_told(tmp_path):
    with pytest.raises(ScriptError, match="leaves out the chapter 'mlp'. Choose from overview, self-attention, output"):
        loader.choose(["overview", "mlp"], loader.find(), "short")
    with pytest.raises(ScriptError, match="Unknown length 'middling'. Choose from full, short, trailer"):
        loader.choose(None, loader.find(), "middling")
    (tmp_path / "50_all.py").write_text(CHAPTER.format(short="()"))
    with pytest.raises(ScriptError, match="'50_all.py' is no chapter's name: 'all' are all of them together"):
        loader.chapters([tmp_path])


def test_it_takes_about_three_minutes(nano):
    told = prepare(run(nano, TOKENS), None, length="short").timeline
    assert 165 < told.frames / told.fps < 210
    assert [one.title for one in told.chapters] == ["Overview", "Self Attention", "Output"]


def test_nothing_is_spoken_of_that_was_left_out(nano):
    told = prepare(run(nano, TOKENS), None, length="short").timeline
    said = " ".join(one.text for one in told.subtitles)
    for word in ("the three", "the weights", "as we know", "again at"):
        assert word not in said, word
    assert said.index("logits") < said.index("logit may be divided")
    assert said.lower().index("softmax") < said.index("before the softmax")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("model", ["nano", "one token", "one of each", "words"])
def test_it_satisfies_what_every_film_does(model, size):
    made = Set.of(run(*MODELS[model]()))
    told = tell(model, made, size, loader.choose(None, loader.find(), "short"))
    check_timeline(assemble(told.chapters, 30, told.size))
    assert letters.check_labels(told) > 1
    letters.test_the_words_of_a_chapter_are_of_one_size_and_the_heading_is_larger_than_any_label(told)
    for telling in told.tellings:
        free = telling.page.free.grown(0.01)
        for key, grid, area in told.named[telling.name]:
            assert free.left <= area.left < area.right <= free.right, (key, grid)
            assert free.bottom <= area.bottom < area.top <= free.top, (key, grid)
        assert all(words(beat.text) <= (40 if model == "nano" else 52) for beat in telling.beats)


def test_a_film_of_several_opens_with_what_is_given_and_says_each_title(nano):
    told = prepare(run(nano, TOKENS), None, length="short").timeline
    hook = drawn(told, "overview:hook")
    assert texts(hook) == ["What comes next?", *"CBABBC", "?"]
    assert opacity(told, hook, 0) == opacity(told, hook, 2.4) == 1
    assert opacity(told, hook, 3.2) == 0
    titles = [one for one in told.subtitles if one.text in ("Overview", "Self Attention", "Output")]
    assert [one.text for one in titles] == ["Overview", "Self Attention", "Output"]
    for cue, span, before in zip(titles, told.chapters, (None, *told.chapters), strict=False):
        assert cue.start == (before.end + 1 if before else 1)
        assert cue.end > span.start + 30
        assert cue.marker.endswith(span.title)
    ends = [(one.start, one.end) for one in told.subtitles]
    assert all(start <= end < after for (start, end), (after, _) in zip(ends, ends[1:], strict=False))

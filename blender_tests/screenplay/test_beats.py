"""Beats: told clause by clause while their actions run, and a rest on the finished picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.page.commentary import FADE, reading_seconds
from llmviz_addon.screenplay.production import prepare
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.verbs.beats import LIT, SLOWEST

from .conftest import new_film

clauses = st.tuples(st.integers(1, 15), st.lists(st.floats(0.25, 4), max_size=3), st.booleans())
beats = st.lists(st.lists(clauses, min_size=1, max_size=4), min_size=1, max_size=3)


def tell(found, pace):
    """A film of beats of clauses: so many words, waits as actions, and whether these run at once."""
    film = new_film(builtin(), [0, 1, 2], pace=pace)
    film.open_on(film.layout.ln_f)
    for number, beat in enumerate(found):
        with film.beat(f"beat-{number}"):
            for words, actions, at_once in beat:
                film.say(" ".join(["word"] * words))
                with film.together() if at_once else film.in_sequence():
                    for seconds in actions:
                        film.wait(seconds)
    return film


def acting(actions, at_once):
    return max(actions, default=0.0) if at_once else sum(actions)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(beats, st.sampled_from([None, 120.0, 300.0]))
def test_a_clause_lasts_as_long_as_reading_or_acting_and_the_rest_comes_at_the_end(found, pace):
    film = tell(found, pace)
    now = 0.0
    for told, beat in zip(film.beats, found, strict=True):
        assert told.start == pytest.approx(now + (FADE if told is not film.beats[0] else 0))
        at = told.start
        for clause, (words, actions, at_once) in zip(told.clauses, beat, strict=True):
            assert clause.start == pytest.approx(at)
            assert clause.seconds == reading_seconds([("word " * words, "ink")], pace)
            at += max(clause.seconds, acting(actions, at_once))
        assert told.rest[0] == pytest.approx(at)
        now = told.rest[1]
        assert (now > told.rest[0]) == (pace is not None)
    assert film.now == pytest.approx(now)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(beats, st.sampled_from([None, 200.0]))
def test_clauses_stay_until_the_beat_is_over_and_nothing_jumps(found, pace):
    film = tell(found, pace)
    for number, told in enumerate(film.beats):
        names = [f"test:say:{told.key}:{n + 1}" for n in range(len(told.clauses))]
        texts = [next(s for s in film.cast.drawings[name].shapes if isinstance(s, Text)) for name in names]
        tops = [text.y for text in texts]
        assert tops == sorted(tops, reverse=True)
        assert len({text.size for text in texts}) == 1
        for name, clause in zip(names, told.clauses, strict=True):
            clips = film.score.clips[Channel(name, "opacity")]
            assert clips[0].start == clause.start
            assert clips[0].end <= told.rest[0] + 1e-9
            assert not {channel.prop for channel in film.score.clips if channel.actor == name} - {"opacity"}
            assert [clip.value for clip in clips] == [1.0, 0.0][: 2 if number + 1 < len(film.beats) else 1]
            assert all(clip.start >= told.rest[1] for clip in clips[1:])


CHAPTER = """
title, part = "Mine", "Own"


def play(film):
    head = film.layout.layers[0].attn.heads[0]
    film.open_on(head, azimuth=280, elevation=5)
    with film.beat("one"):
        film.say("Here is a [query]({q}).", q=head.q)
        film.compute(head.q[1, 2], seconds=2)
        film.say("And these are its weights.")
        film.light(head.q_weight, seconds=2)
    film.fade(head.k, to=0, seconds=1)
    with film.beat("shares"):
        film.say("Here are shares of one whole.")
        film.bars(head.weights[1, :2], ["a", "b"], "Weights", seconds=2)
    with film.beat("two"):
        film.say("That was all.")
"""


@pytest.fixture(params=[None, 200.0])
def timeline(request, nano, tmp_path):
    (tmp_path / "42_mine.py").write_text(CHAPTER)
    return prepare(run(nano, [2, 1, 0]), ["mine"], request.param, folders=[tmp_path]).timeline


def shown(timeline, kind, frame):
    """The drawings of a kind that are seen at a frame."""
    tracks = {
        t.channel.actor: t for t in timeline.tracks if f":{kind}:" in t.channel.actor and t.channel.prop == "opacity"
    }
    return [name for name, t in tracks.items() if t.values[np.flatnonzero(t.frames <= frame)[-1]] > 0]


def test_what_explains_is_up_at_the_rest_and_gone_when_the_next_beat_is_told(timeline):
    one, shares, two = [marker for marker in timeline.markers if marker.kind == "rest"]
    assert [one.name, shares.name, two.name] == ["42.1 one", "42.2 shares", "42.3 two"]
    assert one.frame < shares.frame < two.frame
    for frame in (shares.frame, shares.end):
        assert len(shown(timeline, "bar", frame)) == len(shown(timeline, "copy", frame)) == 2
        assert shown(timeline, "panel", frame) == []
    for frame in (one.frame, one.end):
        assert len(shown(timeline, "panel", frame)) == 3  # symbols, values, result
        assert shown(timeline, "bar", frame) == []
        assert shown(timeline, "say", frame) == ["mine:say:one:1", "mine:say:one:2"]
    assert shown(timeline, "panel", two.frame) == shown(timeline, "bar", two.frame) == []
    assert shown(timeline, "say", two.frame) == ["mine:say:two:1"]


def test_captions_go_clause_by_clause_and_have_no_gap(timeline):
    lines = timeline.subtitles
    assert [line.text for line in lines] == [
        *("Here is a query.", "And these are its weights.", "Here are shares of one whole.", "That was all.")
    ]
    assert [line.marker for line in lines] == ["42.1 one", "42.1 one", "42.2 shares", "42.3 two"]
    for line, following in zip(lines, lines[1:], strict=False):
        assert line.start <= line.end == following.start - 1
    assert lines[-1].end == timeline.frames


def test_clauses_that_come_at_once_are_one_caption(nano, tmp_path):
    text = CHAPTER.replace("        film.compute(head.q[1, 2], seconds=2)\n", "")
    (tmp_path / "42_mine.py").write_text(text)
    lines = prepare(run(nano, [2, 1, 0]), ["mine"], None, folders=[tmp_path]).timeline.subtitles
    assert [line.text for line in lines] == [
        *("Here is a query. And these are its weights.", "Here are shares of one whole.", "That was all.")
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("film.say('No beat.')", "line 6: say belongs into a beat"),
        ("with film.beat('a'):\n        with film.beat('b'):\n            pass", "'b' is inside the beat 'a'"),
        ("with film.together():\n        with film.beat('a'):\n            pass", "'a' is inside of together"),
        ("with film.beat('a'):\n        pass\n    with film.beat('a'):\n        pass", "line 8: .*a beat 'a' already"),
    ],
)
def test_beats_that_cannot_be_are_refused_in_words(nano, tmp_path, lines, message):
    head = 'title, part = "Mine", "Own"\n\n\ndef play(film):\n    film.open_on(film.layout.ln_f)\n'
    (tmp_path / "42_mine.py").write_text(f"{head}    {lines}\n")
    with pytest.raises(ScriptError, match=message):
        prepare(run(nano, [0, 1]), ["mine"], folders=[tmp_path])


def test_what_is_told_at_once_is_explained_at_once_and_what_follows_takes_its_place(film):
    ln = film.layout.layers[0].ln_1
    film.open_on(film.layout.embedding.output, ln)
    with film.together(seconds=1, lag=0.5):
        film.compute(ln.mean[2])
        film.compute(ln.std[2])
    assert len(film.explanations) == 2
    film.compute(ln.output[2, 0])
    assert len(film.explanations) == 1
    film.dismiss()
    film.wait(0.2)
    with film.together():
        film.compute(ln.mean[0])
        with film.in_sequence():
            film.compute(ln.std[0])
            film.compute(ln.std[1])
    assert len(film.explanations) == 2


def test_a_link_glows_while_it_is_read_unless_a_verb_has_it_glow(nano):
    for busy in (False, True):
        film = new_film(nano, [0, 1, 2], pace=120.0)
        x = film.layout.embedding.output
        film.open_on(x)
        with film.beat("one"):
            film.say("This is the [input]({x}) of it all.", x=x)
            if busy:
                film.light(x, to=0.5, seconds=3)
        clips = film.score.clips[Channel(x.name, "highlight")]
        assert [clip.value for clip in clips] == ([0.5] if busy else [0.8, 0.0])
        assert all(clip.end <= film.beats[0].rest[0] for clip in clips)


@pytest.mark.parametrize("pace", [None, 200.0])
def test_an_action_takes_as_long_as_its_clause_is_read(film_at, pace):
    film = film_at(pace)
    ln, x = film.layout.layers[0].ln_1, film.layout.embedding.output
    with film.beat("short"):
        film.say("These are ten words, which take three seconds to read.")
        film.fade(x, to=0.5, seconds=1)
        film.fade(ln, to=0.5, seconds=0.5)
        film.say("This one is short.")
        film.fade(x, to=1, seconds=5)
    clause, second = film.beats[0].clauses
    first, last = film.score.clips[Channel(x.name, "opacity")]
    (other,) = film.score.clips[Channel(ln.output.name, "opacity")]
    slower = 2.0 if pace else 1.0
    assert (first.start, first.seconds) == pytest.approx((clause.start, slower))
    assert (other.start, other.seconds) == pytest.approx((first.end, 0.5 * slower))
    assert second.start == pytest.approx(other.end)
    assert (last.start, last.seconds) == pytest.approx((second.start, 5.0))  # longer than its clause: as it was told
    assert film.beats[0].rest[0] == pytest.approx(last.end)


def test_what_is_brief_does_not_crawl_and_what_was_told_before_stays(film_at):
    film = film_at(40.0)
    x = film.layout.embedding.output
    with film.beat("slow"):
        film.say("One.")
        film.fade(x, to=0.5, seconds=3)
        film.say("Ten words take fifteen seconds at a pace of forty.")
        film.fade(x, to=1, seconds=0.5)
    before, brief = film.score.clips[Channel(x.name, "opacity")]
    assert before.seconds == pytest.approx(3)
    assert brief.seconds == pytest.approx(0.5 * SLOWEST)
    assert film.beats[0].rest[0] == pytest.approx(film.beats[0].clauses[1].start + 15)


def test_a_link_to_some_cells_lets_the_others_step_back_and_lights_no_more(film_at):
    film = film_at(100.0)
    ln, x = film.layout.layers[0].ln_1, film.layout.embedding.output
    with film.beat("region"):
        film.say("Here is [one column]({column}) of many, and the [whole]({whole}).", column=x[2], whole=ln.output)
    clips = film.score.clips
    assert Channel(x.name, "highlight") not in clips
    assert [clip.value for clip in clips[Channel(x.name, "focus")]] == [LIT, 0.0]
    where = [[clips[Channel(x.name, prop, i)][0].value for i in range(3)] for prop in ("focus_lo", "focus_hi")]
    assert where == [[2, 0, 0], [3, 1, 48]]
    assert clips[Channel(x.name, "focus_lo", 0)][0].start <= clips[Channel(x.name, "focus")][0].start
    assert [clip.value for clip in clips[Channel(ln.output.name, "highlight")]] == [LIT, 0.0]
    assert Channel(ln.output.name, "focus") not in clips


def test_a_region_that_is_in_focus_already_is_left_alone(film_at):
    film = film_at(100.0)
    ln = film.layout.layers[0].ln_1
    with film.beat("explained"):
        film.say("It has a mean.")
        film.compute(ln.mean[2], seconds=2)
        film.say("Of [these]({column}) it is the mean.", column=film.layout.embedding.output[2])
    values = [clip.value for clip in film.score.clips[Channel(film.layout.embedding.output.name, "focus")]]
    assert values == [1.0]


def test_what_is_computed_is_shown_piece_by_piece_and_the_value_last(film_at):
    film = film_at(None)
    ln = film.layout.layers[0].ln_1
    film.hide_values(ln.mean)
    film.compute(ln.mean[1], seconds=9)
    (told,) = film.explanations

    def comes(name):
        return film.score.clips[Channel(name, "opacity")][0]

    steps = [comes(one.name).start for one in (told.panel.symbols, *told.panel.values, *told.panel.results)]
    assert steps == pytest.approx([0, 3, 6])
    starts = [comes(name).start for name in told.tethers]
    assert len(starts) >= 2
    assert starts == sorted(set(starts))
    assert all(start < steps[1] for start in starts[:-1])  # as the symbols are read; the last leads to the cell
    assert starts[-1] == pytest.approx(comes(told.panel.results[0].name).end)
    known = film.score.clips[Channel(ln.mean.name, "kept", 1)][-1]
    assert known.start >= comes(told.panel.results[0].name).end - 1e-9
    assert film.now == pytest.approx(9)


@pytest.fixture
def film_at():
    """A chapter that has opened, told at a pace."""

    def opened(pace):
        film = new_film(builtin(), [2, 1, 0, 1, 1, 2], pace=pace)
        film.open_on(film.layout.embedding.output, film.layout.layers[0].ln_1, azimuth=280, elevation=5)
        return film

    return opened


def test_an_axis_that_many_grids_have_is_measured_once_on_what_is_spoken_of(make_film, nano):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], pace=200)
    head = film.layout.layers[0].attn.heads[0]
    film.fade(film.all_but(*head.rows[:3]), to=0, seconds=0)
    film.hide_values(head.v)
    film.open_on(*head.rows.q, *head.rows.v, azimuth=276, elevation=5)
    for key, clause, on in (
        ("any", "Vectors of [16 numbers](A).", head.q),
        ("linked", "The [values]({v}) are [16 numbers](A) each.", head.v),
        ("weights", "The [weights]({w}) have a row for each of [16 numbers](A).", head.v_weight),
    ):
        with film.beat(key):
            before = set(film.cast.drawings)
            film.say(clause, v=head.v, w=head.v_weight)
        (ruler,) = (one for name, one in film.cast.drawings.items() if ":ruler:" in name and name not in before)
        assert ruler.parent == on.name


def test_a_result_is_read_in_its_panel_before_its_cell_is_pointed_to_and_shows_it(make_film, nano):
    film = make_film(nano, [2, 1, 0, 1, 1, 2])
    ln = film.layout.layers[0].ln_1
    film.fade(film.all_but(film.layout.embedding.output, ln), to=0, seconds=0)
    film.hide_values(ln)
    film.open_on(ln, azimuth=276, elevation=4)
    film.compute(ln.mean[3], seconds=6)
    (up,) = film.telling.explanations
    come = film.score.clips[Channel(up.panel.results[0].name, "opacity")][-1]
    *_, home = (film.cast.drawings[name] for name in up.tethers)
    *_, mark = (film.cast.drawings[name] for name in up.marks)
    for one in (home, mark):
        assert one.shapes[0].color == "ink"
        assert film.score.clips[Channel(one.name, "opacity")][0].start >= come.end - 1e-6
    assert mark.parent == ln.mean.name
    knowing = [Channel(name, prop) for name in film.telling.bodies(ln.mean) for prop in ("reveal", "kept")]
    shown = [one for channel in knowing for one in film.score.clips.of(channel) if one.start > 0]
    assert min(c.start for c in shown) == pytest.approx(film.score.clips[Channel(mark.name, "opacity")][0].end)


def test_what_goes_on_with_a_picture_is_not_as_large_as_an_answer(film):
    film.open_on(film.layout.embedding.output, azimuth=280, elevation=5)
    for key, afresh in (("one", True), ("two", False)):
        with film.beat(key, afresh=afresh):
            film.say("All is said in letters of one size.")
    sizes = {
        shape.size for name, one in film.cast.drawings.items() if ":say:" in name for shape in one.shapes
    }  # fmt: skip
    assert len(sizes) == 1

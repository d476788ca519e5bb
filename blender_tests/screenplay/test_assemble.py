"""From chapters to a timeline: what is worth a key, and what stays behind."""

import pytest

from llmviz_addon.screenplay.production import prepare
from llmviz_addon.screenplay.timeline import Channel

CHAPTER = """
title, part = "Mine", "Own"


def play(film):
    ln = film.layout.layers[0].ln_1
    film.open_on(ln, azimuth=280, elevation=5)
    film.compute(ln.mean[0], seconds=1)
    film.dismiss()
    copy = film.copy(ln.output[0])
    film.fly(copy, (0, 0, 0), seconds=1)
    film.wait(1)
"""


@pytest.fixture
def timeline(nano, tmp_path):
    (tmp_path / "42_mine.py").write_text(CHAPTER)
    return prepare(nano, [2, 1, 0, 1, 1, 2], ["mine"], None, folders=[tmp_path]).timeline


def test_what_never_moves_while_it_is_seen_has_no_keys_but_stands_there(timeline):
    arcs = {drawing.name for drawing in timeline.drawings if ":arc:" in drawing.name}
    keyed = {track.channel.prop for track in timeline.tracks if track.channel.actor in arcs}
    assert len(arcs) == 2
    assert keyed == {"opacity"}
    assert all(timeline.home[Channel(arc, "scale", i)] > 0 for arc in arcs for i in range(3))


def test_what_moves_has_keys(timeline):
    (grid, _), *others = timeline.grids
    assert not others
    assert {"offset", "opacity"} <= {
        track.channel.prop for track in timeline.tracks if track.channel.actor == grid.name
    }
    assert not any(channel.actor == grid.name for channel in timeline.home)


def test_between_chapters_words_do_not_meet_and_what_is_unseen_changes_at_once(nano, tmp_path):
    other = CHAPTER.replace("    film.open_on", "    film.hide_values(film.layout.ln_f.output)\n    film.open_on")
    leaving = CHAPTER.replace("    copy =", "    film.fade(film.layout.ln_f, to=0)\n    copy =")
    (tmp_path / "42_mine.py").write_text(leaving)
    (tmp_path / "43_other.py").write_text(other)
    timeline = prepare(nano, [2, 1, 0, 1, 1, 2], ["mine", "other"], None, folders=[tmp_path]).timeline
    first, second = timeline.chapters
    tracks = {track.channel: track for track in timeline.tracks}

    def shown(actor, frame):
        track = tracks[Channel(actor, "opacity")]
        return float(track.values[track.frames <= frame][-1])

    middle = (first.end + second.start) // 2
    assert shown("mine:heading", first.end - 1) == 1
    assert shown("mine:heading", middle) == shown("other:heading", middle) == 0
    assert shown("other:heading", second.start) == 1
    reveal = tracks[Channel("ln_f.output", "reveal")]
    assert reveal.frames[reveal.values == 0][0] == first.end + 1

"""From chapters to a timeline: what is worth a key, and what stays behind."""

import numpy as np
import pytest

from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.production import Set, prepare
from llmviz_addon.screenplay.score.easing import ease
from llmviz_addon.screenplay.score.timeline import Channel

CHAPTER = """
title, part = "Mine", "Own"


def play(film):
    ln = film.layout.layers[0].ln_1
    film.open_on(film.layout.embedding.output, ln, azimuth=280, elevation=5)
    film.compute(ln.mean[3], seconds=1)
    film.dismiss()
    copy = film.copy(ln.output[0])
    film.fly(copy, (0, 0, 0), seconds=1)
    film.wait(1)
"""


@pytest.fixture
def timeline(nano, tmp_path):
    (tmp_path / "42_mine.py").write_text(CHAPTER)
    return prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["mine"], None, folders=[tmp_path]).timeline


def test_a_tether_stands_in_its_place_without_keys(timeline):
    tethers = {drawing.name: drawing for drawing in timeline.drawings if ":tether:" in drawing.name}
    keyed = {track.channel.prop for track in timeline.tracks if track.channel.actor in tethers}
    assert len(tethers) == 2
    assert keyed == {"opacity"}
    for tether in tethers.values():
        axes = tether.pose[:3, :3]
        assert np.linalg.norm(axes, axis=0) == pytest.approx(np.full(3, np.linalg.norm(axes[:, 0])))
        assert axes.T @ axes == pytest.approx(np.diag(np.diag(axes.T @ axes)))


def test_what_moves_has_keys(timeline):
    (grid, _), *others = timeline.grids
    assert not others
    assert {"offset", "opacity"} <= {
        track.channel.prop for track in timeline.tracks if track.channel.actor == grid.name
    }


def test_what_is_never_there_is_not_made(nano, tmp_path):
    (tmp_path / "42_mine.py").write_text(CHAPTER + "    film.models[0]\n")
    timeline = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["mine"], None, folders=[tmp_path]).timeline
    keyed = {track.channel.actor for track in timeline.tracks}
    assert timeline.outlines
    assert timeline.drawings
    assert [one.name for one in timeline.drawings if one.opacity == 0 and one.name not in keyed] == []


def test_between_chapters_words_do_not_meet_and_what_is_unseen_changes_at_once(nano, tmp_path):
    other = CHAPTER.replace("    film.open_on", "    film.hide_values(film.layout.ln_f.output)\n    film.open_on")
    leaving = CHAPTER.replace("    copy =", "    film.fade(film.layout.ln_f, to=0)\n    copy =")
    (tmp_path / "42_mine.py").write_text(leaving)
    (tmp_path / "43_other.py").write_text(other)
    timeline = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["mine", "other"], None, folders=[tmp_path]).timeline
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


LEFT = """
title, part = "Left", "Own"


def play(film):
    ln, scores = film.layout.layers[0].ln_1, film.layout.layers[0].attn.heads[0].scores
    film.hide_values(scores)
    film.open_on(ln, azimuth=280, elevation=5)
    film.split(ln.output[2], seconds=1)
    film.split(ln.mean[1], seconds=0.5)
    film.merge(ln.mean, seconds=0.5)
    for cell in (scores[1, 1], scores[3, 1], scores[5, 1]):
        film.compute(cell, seconds=0.5)
"""


def test_a_grid_that_is_left_in_pieces_is_shown_by_them_until_the_next_chapter_opens(nano, tmp_path):
    (tmp_path / "42_left.py").write_text(LEFT)
    (tmp_path / "43_other.py").write_text(CHAPTER)
    timeline = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["left", "other"], None, folders=[tmp_path]).timeline
    first, second = timeline.chapters
    tracks = {track.channel: track for track in timeline.tracks}

    def value(actor, prop, frame, index=0):
        track = tracks[Channel(actor, prop, index)]
        at = int(np.searchsorted(track.frames, frame, side="right")) - 1
        if at == len(track.frames) - 1:
            return track.values[at]
        share = (frame - track.frames[at]) / (track.frames[at + 1] - track.frames[at])
        return track.values[at] + (track.values[at + 1] - track.values[at]) * ease(track.easings[at], share)

    for grid in ("layers.0.ln_1.output", "layers.0.ln_1.mean", "layers.0.attn.heads.0.scores"):
        parts = [part for part in timeline.fragments if part.grid == grid]
        for frame in range(first.end - 5, second.start + 10):
            shown = [part for part in parts if value(part.name, "opacity", frame) > 0]
            cells = sum(np.prod(part.cells) for part in shown)
            whole = value(grid, "opacity", frame) > 0
            assert (cells, whole) in ((0, True), (sum(np.prod(p.cells) for p in parts), False)), (grid, frame)
            assert whole == (frame >= second.start or grid.endswith("mean"))
    for part in (part for part in timeline.fragments if part.grid == "layers.0.ln_1.output"):
        assert value(part.name, "opacity", second.start - 1) == pytest.approx(1.0)
    moved = [channel for channel in tracks if channel.prop == "offset" and ":fragment:" in channel.actor]
    assert len(moved) == 4
    assert [value(*channel[:2], second.start, channel.index) for channel in moved] == [0] * 4


def test_what_always_fades_together_has_the_same_keys_once(nano, tmp_path):
    (tmp_path / "42_mine.py").write_text(
        'title, part = "Mine", "Own"\n\n\ndef play(film):\n    film.open_on(film.layout.ln_f)\n'
        "    film.fade(film.all_but(film.layout.ln_f), to=0, seconds=1)\n"
        "    film.fade(film.layout.layers, to=0.5, seconds=1)\n"
    )
    timeline = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["mine", "layer-norm"], folders=[tmp_path]).timeline
    tracks = {track.channel: track for track in timeline.tracks if track.channel.prop == "opacity"}
    far = [tracks[Channel(f"layers.{layer}.mlp.fc_weight", "opacity")] for layer in (1, 2)]
    assert len(far[0].frames) > 4
    assert far[0].frames is far[1].frames
    assert far[0].values is far[1].values


def test_a_set_tells_every_chapter_as_if_it_were_alone(nano):
    stage = Set.of(run(nano, [2, 1, 0, 1, 1, 2]))
    for chapter in loader.chapters():
        alone = prepare(run(nano, [2, 1, 0, 1, 1, 2]), [chapter.name]).timeline
        listed = stage.tell([chapter], tracks=False)
        assert listed.frames == alone.frames
        assert (listed.markers, listed.subtitles, listed.chapters) == (alone.markers, alone.subtitles, alone.chapters)
        assert not listed.tracks

"""Grids in pieces, case by case: faults as they once were."""

from __future__ import annotations

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.grid import Grid
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay.score.clips import keys
from llmviz_addon.screenplay.score.easing import ease
from llmviz_addon.screenplay.score.timeline import Channel

from .shown import FPS, Shown, check_every_cell_is_shown_once, check_is_at_rest


@pytest.fixture
def ln(film):
    film.open_on(film.layout.embedding.output, film.layout.layers[0].ln_1, azimuth=280, elevation=5)
    return film.layout.layers[0].ln_1


def bodies_at(film, grid: Grid, seconds: float) -> list[str]:
    return Shown(film).visible(grid, 1 + round(seconds * FPS))


def test_a_split_grid_that_is_reverted_is_whole_and_at_rest(film, ln):
    film.split(ln.output[3], seconds=0.5)
    film.sweep(ln.output[3], seconds=1)
    film.revert(ln.output, seconds=0.5)
    assert bodies_at(film, ln.output, film.now) == [ln.output.name]
    check_is_at_rest(film, ln.output.name)
    check_every_cell_is_shown_once(film)
    film.split(ln.output[2])  # and can be split again
    assert len(film.fragments(ln.output)) == 3


def test_what_is_still_being_merged_half_solid_is_no_rest(film, ln):
    film.split(ln.output[3], seconds=0.5)
    film.fade(ln.output, to=0.5, seconds=0.5)
    with film.together():
        film.merge(ln.output, seconds=1)
        with pytest.raises(ScriptError, match="Two clips claim"):
            film.revert(ln.output, seconds=1)
    film.revert(ln.output)
    check_is_at_rest(film, ln.output.name)


def test_what_is_dismissed_can_be_explained_again_at_once(film, ln):
    x = film.layout.embedding.output
    film.compute(ln.mean[2])
    film.dismiss()
    film.compute(ln.std[2])  # lights x again, which is just going out
    assert film.score.value(Channel(x.name, "focus")) == 1
    film.dismiss()
    film.wait(0.1)
    film.compute(ln.mean[3])  # amid of it
    clips = film.score.clips[Channel(x.name, "focus")]
    assert all(a.end <= b.start + 1e-6 for a, b in zip(clips, clips[1:], strict=False))
    assert 0 < clips[-1].before < 1
    film.revert(ln, seconds=0.5)
    film.dismiss()
    assert film.score.value(Channel(x.name, "focus")) == 0


def test_a_clip_that_yields_goes_on_until_the_next_one_begins(film, ln):
    channel, score = Channel(ln.mean.name, "focus"), film.score
    score.set(channel, 1.0, 0.0)
    score.set(channel, 0.0, 1.0, 2.0, yields=True)
    score.set(channel, 1.0, 2.0, 1.0)
    frames, values, _ = keys(score.clips[channel], 0.0, FPS, 1)
    assert values[frames.index(31)] == 1
    assert values[frames.index(61)] == pytest.approx(0.5)
    assert values[-1] == 1
    assert not [value for value in values if value < 0.5 and value != 0.0]
    with pytest.raises(ScriptError, match="Two clips claim"):
        score.set(channel, 0.3, 2.5)


def test_rows_and_cells_that_one_stretch_cannot_tell_are_shown_by_parts_until_it_can(film, ln):
    grid = film.layout.layers[0].attn.heads[0].scores
    film.hide_values(grid)
    for t in (1, 3, 5):
        film.compute(grid[t, 0], seconds=1)
    assert np.argwhere(film.splits.cells(grid, film.now)).tolist() == [[1, 0], [3, 0], [5, 0]]
    fragments = film.fragments(grid)
    assert sum(np.prod(fragment.cells) for fragment in fragments) == grid.count
    film.sweep(grid, seconds=1)
    film.wait(1)
    film.light(grid, to=1)
    film.fade(grid, to=0.5)
    assert film.fragments(grid) == []
    assert film.splits.known(grid.name).within(0, grid.count) == (grid.count, 0, 0)
    assert film.score.value(Channel(grid.name, "highlight")) == 1
    check_every_cell_is_shown_once(film)


def test_pieces_go_as_slowly_as_what_is_told(film, ln):
    film.split(ln.output[3], seconds=0.5)
    film.merge(ln.output, seconds=0.5)
    film.telling.stretch(0.0, 2.0)
    film.wait(1)
    assert film.splits.of(ln.output.name, 1.9) is not None
    assert film.splits.of(ln.output.name, 2.0) is None
    assert bodies_at(film, ln.output, 1.9) == [fragment.name for fragment in film.cast.fragments.values()]
    assert bodies_at(film, ln.output, 2.0) == [ln.output.name]
    check_every_cell_is_shown_once(film)


def test_one_column_needs_no_part(film, ln):
    film.hide_values(ln.output, ln.mean)
    film.compute(ln.mean[3])
    film.sweep(ln.output[3], seconds=1)
    film.sweep(ln.output[4], seconds=1)
    assert film.cast.fragments == {}
    assert film.splits.cells(ln.output, film.now)[3:5].all()
    film.sweep(ln.mean, ln.output, seconds=4)
    assert film.cast.fragments == {}
    assert film.splits.cells(ln.output, film.now).all()


def test_what_glows_while_it_closes_glows_on_as_a_whole(film, ln):
    film.split(ln.output[3], seconds=0.5)
    with film.together():
        film.merge(ln.output, seconds=1)
        film.light(ln.output, to=0.7, seconds=0.5)
    shown = Shown(film)
    for at in (0.5, 1.5):
        for body in shown.visible(ln.output, 1 + round((at + 0.5) * FPS)):
            assert shown.value(Channel(body, "highlight"), 1 + round((at + 0.5) * FPS)) == pytest.approx(0.7)
    check_every_cell_is_shown_once(film)


def test_what_closes_is_computed_in_parts_and_whole_alike(film, ln):
    film.hide_values(ln.output)
    film.split(ln.output[3])
    with film.together():
        film.merge(ln.output, seconds=1)
        film.compute(ln.output[3, 0], seconds=0.6)
    assert np.argwhere(film.splits.cells(ln.output, film.now)).tolist() == [[3, 0]]
    film.split(ln.output[2])
    with film.together():
        film.merge(ln.output, seconds=1)
        with pytest.raises(ScriptError, match="is being merged until"):
            film.split(ln.output[3])


def test_a_grid_that_is_fading_can_be_cut(film, ln):
    with film.together():
        film.fade(ln.output, to=0.4, seconds=2)
        with film.in_sequence():
            film.wait(1)
            film.split(ln.output[3], others=1.0, seconds=0.5)
    shown = Shown(film)
    for frame in range(1, 61):
        level = {shown.value(Channel(body, "opacity"), frame) for body in shown.visible(ln.output, frame)}
        assert all(value == pytest.approx(1 - 0.6 * ease("smooth", (frame - 1) / 60), abs=0.02) for value in level)
    check_every_cell_is_shown_once(film)


def test_excerpts_are_gone_when_the_whole_is_back(random_model, make_film):
    film = make_film(random_model(GPTConfig(2, 2, 200, 90, 1000)), list(range(80)))
    whole = film.layout.layers[1].ln_1
    film.open_on(whole, azimuth=280, elevation=5)
    close = film.closeup(whole).layers[1].ln_1
    film.split(close.output[3])
    film.compute(close.mean[3])
    film.step_back()
    assert film.closeups == []
    assert film.closeup(whole) is not film.layout  # another one
    film.step_back()
    film.step_back()  # nothing is left
    for channel in [c for c in film.score.clips if c.actor in film.cast.fragments or c.actor in film.cast.made]:
        if channel.prop == "opacity":
            assert film.score.value(channel) == 0, channel
    assert film.sources(whole.output, (3, 0))["mean"].grid is whole.mean


def test_an_excerpt_shows_what_is_known_of_the_whole_and_no_more(random_model, make_film):
    film = make_film(random_model(GPTConfig(2, 2, 200, 90, 1000)), list(range(80)))
    ln = film.layout.layers[1].ln_1
    film.open_on(ln, azimuth=280, elevation=5)
    film.hide_values(ln.mean, ln.output)
    film.sweep(ln.mean[:10], seconds=0.5)
    film.compute(ln.output[7, 3], seconds=0.5)
    film.sweep(ln.output[9], seconds=0.5)
    film.compute(ln.output[11, 5], seconds=0.5)
    close = film.closeup(ln).layers[1].ln_1
    assert film.splits.cells(close.mean, film.now).tolist() == [t < 10 for t in range(24)]
    assert film.splits.cells(close.std, film.now).all()
    shown = film.splits.cells(close.output, film.now)
    assert np.argwhere(shown[:9]).tolist() == [[7, 3]]
    assert shown[9].all()
    assert np.argwhere(shown[10:]).tolist() == [[1, 5]]
    film.revert(ln)
    assert film.closeups == []
    assert film.score.value(Channel(close.output.name, "opacity")) == 0
    check_is_at_rest(film, *(grid.name for grid in ln.grids))
    check_every_cell_is_shown_once(film)


def test_a_name_rises_with_the_rows_over_one_that_stands_apart(film):
    hidden = film.layout.layers[0].mlp.hidden  # its tokens are rows
    film.open_on(hidden, azimuth=280, elevation=5)
    label = Channel(film.cast.labels[hidden.name].name, "offset", 2)
    film.split(hidden[2], gap=0.12)
    assert film.score.value(label) == pytest.approx(0.12)
    film.merge(hidden)
    assert film.score.value(label) == 0
    film.split(hidden[0], gap=0.12)
    assert film.score.value(label) == 0

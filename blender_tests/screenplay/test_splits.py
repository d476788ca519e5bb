"""Grids in pieces: whatever is told, every cell is shown once, and what is taken down is down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.grid import Grid
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay.cast.known import Known, cells, stretches
from llmviz_addon.screenplay.score.clips import keys
from llmviz_addon.screenplay.score.easing import ease
from llmviz_addon.screenplay.score.timeline import Channel

from .conftest import new_film, random_checkpoint

FPS = 30
CONFIG = GPTConfig(1, 1, 6, 5, 5)
TOKENS = [0, 1, 2, 3]


# What a score says, frame by frame -----------------------------------------------------------


class Shown:
    """A film's channels, frame by frame."""

    def __init__(self, film) -> None:
        self.film = film
        self.keys = {c: keys(clips, film.cast.rest(c), FPS, 1) for c, clips in film.score.clips.items()}

    def value(self, channel: Channel, frame: int) -> float:
        if channel not in self.keys:
            return self.film.cast.rest(channel)
        frames, values, easings = self.keys[channel]
        at = int(np.searchsorted(frames, frame, side="right")) - 1
        if at == len(frames) - 1:
            return values[at]
        share = (frame - frames[at]) / (frames[at + 1] - frames[at])
        return values[at] + (values[at + 1] - values[at]) * ease(easings[at], share)

    def bodies(self, grid: Grid) -> dict[str, tuple]:
        """The actors that may show a grid, and their cells."""
        found = {grid.name: ((0, 0, 0), grid.cells)}
        return found | {n: (p.first, p.cells) for n, p in self.film.cast.fragments.items() if p.grid == grid.name}

    def visible(self, grid: Grid, frame: int) -> list[str]:
        return [body for body in self.bodies(grid) if self.value(Channel(body, "opacity"), frame) > 0]

    def moments(self, grid: Grid) -> list[int]:
        """Frames at which the bodies of a grid have keys, and those beside them."""
        own = (k[0] for c, k in self.keys.items() if c.actor in self.bodies(grid) and c.prop == "opacity")
        return sorted({max(1, f + d) for frames in own for f in frames for d in (-1, 0, 1)})

    def times_shown(self, grid: Grid, frame: int) -> np.ndarray:
        """How many visible bodies show each cell."""
        count, boxes = np.zeros(grid.count, dtype=int), self.bodies(grid)
        for body in self.visible(grid, frame):
            count += cells(grid, [(boxes[body], Known(grid.count))])
        return count

    def known(self, grid: Grid, frame: int) -> np.ndarray:
        """Which cells show their values."""
        found, boxes = np.zeros(grid.count, dtype=bool), self.bodies(grid)
        for body in self.visible(grid, frame):
            value = lambda prop, i=0, body=body: self.value(Channel(body, prop, i), frame)  # noqa: E731
            found |= cells(grid, [(boxes[body], Known(value("reveal"), value("kept", 0), value("kept", 1)))])
        return found


def check_every_cell_is_shown_once(film) -> None:
    shown = Shown(film)
    for name in {fragment.grid for fragment in film.cast.fragments.values()}:
        grid = film.cast.grids[name]
        for frame in shown.moments(grid):
            times = shown.times_shown(grid, frame)
            assert (times == 1).all() or not times.any(), (grid, frame, shown.visible(grid, frame))


def check_is_at_rest(film, *counted: str) -> None:
    for channel in film.score.clips:
        if channel.actor in counted:
            assert film.score.value(channel) == film.cast.rest(channel), channel
        elif channel.actor in film.cast.fragments and channel.prop == "opacity":
            assert film.score.value(channel) == 0, channel
    assert not film.explanations
    assert not film.closeups
    assert not [name for name in film.cast.grids if film.splits.of(name, film.now)]


# Random chapters -----------------------------------------------------------------------------


@cache
def checkpoint():
    return random_checkpoint(CONFIG)


def grids_of(film) -> list[Grid]:
    layer = film.layout.layers[0]
    head = layer.attn.heads[0]
    return [layer.ln_1.output, head.scores, layer.ln_1.mean]


of = st.integers(0, 2)
picks = st.integers(0, 5)
seconds = st.sampled_from([0.0, 0.1, 0.5, 1.0])
VERBS: dict[str, Callable] = {
    "split": lambda film, grid, at, s: film.split(grid[at % grid.shape[0]], seconds=s),
    "split across": lambda film, grid, at, s: film.split(grid[:, at % grid.shape[-1]], seconds=s),
    "merge": lambda film, grid, at, s: film.merge(grid, seconds=s),
    "fade": lambda film, grid, at, s: film.fade(grid, to=(0.0, 0.5, 1.0)[at % 3], seconds=s),
    "light": lambda film, grid, at, s: film.light(grid, to=at / 5, seconds=s),
    "hide": lambda film, grid, at, s: film.hide_values(grid, seconds=s),
    "show": lambda film, grid, at, s: film.show_values(grid, seconds=s),
    "compute": lambda film, grid, at, s: film.compute(grid[cell(grid, at)], seconds=s),
    "sweep": lambda film, grid, at, s: film.sweep(grid, seconds=s),
    "sweep some": lambda film, grid, at, s: film.sweep(grid[at % grid.shape[0]], seconds=s),
    "move": lambda film, grid, at, s: film.move(grid, by=(0.1 * at, 0.0, 0.0), seconds=s),
    "dismiss": lambda film, grid, at, s: film.dismiss(s),
    "revert": lambda film, grid, at, s: film.revert(grid, seconds=s),
    "back": lambda film, grid, at, s: film.step_back(seconds=s),
    "wait": lambda film, grid, at, s: film.wait(s),
}


def cell(grid: Grid, at: int) -> tuple[int, ...]:
    return tuple((at + 2 * number) % length for number, length in enumerate(grid.shape))


def nested(verbs: st.SearchStrategy, grids: st.SearchStrategy) -> st.SearchStrategy:
    """A verb about a grid, or some at once or one after the other, or some of these."""
    return st.recursive(
        st.tuples(verbs, grids, picks, seconds),
        lambda inner: st.tuples(st.sampled_from(["together", "lag", "in sequence"]), st.lists(inner, max_size=4)),
        max_leaves=6,
    )


chapters = st.lists(nested(st.sampled_from(sorted(VERBS)), of), max_size=8)


def tell(film, told) -> None:
    if len(told) == 2:
        how, inner = told
        lag = {"together": 0.0, "lag": 0.4}.get(how)
        with film.in_sequence() if lag is None else film.together(lag=lag):
            for one in inner:
                tell(film, one)
        return
    name, number, at, length = told
    VERBS[name](film, grids_of(film)[number], at, length)


def opened(pace: float | None = None):
    film = new_film(checkpoint(), TOKENS, pace=pace)
    film.open_on(film.layout.embedding.output, film.layout.layers[0].ln_1, azimuth=280, elevation=5)
    film.computed_up_to(film.layout.embedding.output)
    return film


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(chapters, st.booleans())
def test_whatever_is_told_every_cell_is_shown_once_and_what_is_reverted_is_at_rest(told, read):
    """What is ``read`` goes as slowly as its clause."""
    film = opened(150.0 if read else None)
    for number, one in enumerate(told):
        try:
            with film.beat(f"beat {number}") if read else nullcontext():
                if read:
                    film.say("word " * (1 + number % 7))
                tell(film, one)
        except ScriptError as error:  # two that move one thing at once, say, or what no rule computes
            event("refused")
            said = str(error)
            assert "\n" not in said
            assert ("claim" not in said) or said.count("test_splits.py:") == 2, said
            if "claim" in said or len(one) == 2:
                return  # a chapter ends there; a verb that is refused before it begins leaves all as it was
    event("told")
    check_every_cell_is_shown_once(film)
    film.wait(2)  # whatever runs longer than the clock of those at once
    film.revert(film.all_but(), seconds=0.5)
    check_is_at_rest(film, *film.cast.grids, *film.cast.ribbons, *film.cast.signage)
    check_every_cell_is_shown_once(film)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(["compute", "sweep", "sweep some", "hide", "show", "split", "merge"]), picks,
                          seconds), max_size=8))  # fmt: skip
def test_what_was_computed_is_known_and_nothing_else(told):
    """Of one grid, told in sequence: what the pieces show is what a list of cells says."""
    film = opened()
    grid = film.layout.layers[0].attn.heads[0].scores
    wanted = np.zeros(grid.shape, dtype=bool)
    for name, at, length in told:
        split = film.splits.of(grid.name, film.now)
        if name == "split" and split is not None and split.is_apart:
            continue
        VERBS[name](film, grid, at, length)
        if name == "compute":
            wanted[cell(grid, at)] = True
        elif name == "sweep some":
            wanted[at % len(wanted)] = True
        elif name in ("sweep", "show", "hide"):
            wanted[:] = name != "hide"
        end = 2 + round(film.now * FPS)
        assert np.array_equal(Shown(film).known(grid, end), wanted.ravel()), name
        assert np.array_equal(film.splits.cells(grid, film.now), wanted)


def leaves(told) -> Iterator[tuple]:
    """The verbs in a block, without the blocks."""
    if len(told) == 4:
        yield told
    else:
        for one in told[1]:
            yield from leaves(one)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(nested(st.sampled_from(["compute", "sweep some", "split", "merge", "wait"]), st.just(1)), max_size=5))
def test_whatever_runs_at_once_nothing_that_was_computed_is_lost(told):
    film = opened()
    grid = film.layout.layers[0].attn.heads[0].scores
    wanted = np.zeros(grid.shape, dtype=bool)
    for one in told:
        try:
            tell(film, one)
        except ScriptError:
            event("refused")
            return
        for name, _, at, _ in leaves(one):
            if name == "compute":
                wanted[cell(grid, at)] = True
            elif name == "sweep some":
                wanted[at % len(wanted)] = True
    event("told")
    film.wait(2)
    end = 2 + round(film.now * FPS)
    assert np.array_equal(Shown(film).known(grid, end), wanted.ravel())
    check_every_cell_is_shown_once(film)


# Single faults, as they were -----------------------------------------------------------------


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


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_two_stretches_tell_what_they_can(told):
    known = np.array(told)
    found = stretches(known)
    runs = sum(b and not a for a, b in zip([False, *told], told, strict=False))
    assert (found is None) == (runs > 1 + told[0])
    if found is not None:
        at = np.arange(len(told))
        assert np.array_equal((at < found.front) | ((at >= found.start) & (at < found.stop)), known)


ends: Iterator = st.integers(0, 12)


@given(ends, ends, ends, ends, ends)
def test_what_is_added_is_known_and_what_is_swept_comes_one_after_the_other(front, start, stop, low, high):
    known, at = Known(front, start, stop).within(0, 12), np.arange(12)
    if low >= high:
        return
    shows = lambda one: (at < one.front) | ((at >= one.start) & (at < one.stop))  # noqa: E731
    more, course = known.adding(low, high), known.sweeping(low, high)
    inside = (at >= low) & (at < high)
    if more is not None:
        assert np.array_equal(shows(more), shows(known) | inside)
    if course is not None:
        kept = (at >= known.start) & (at < known.stop)
        assert np.array_equal(shows(course.end), shows(known) | inside)
        assert np.array_equal(shows(course.last), shows(course.end) | (shows(course.last) & inside))
        assert (shows(course.first) >= (shows(known) & ~inside)).all()
        assert np.array_equal(shows(course.first) & inside & ~kept, np.zeros(12, dtype=bool))

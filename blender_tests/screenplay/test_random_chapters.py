"""Random chapters: whatever is told, every cell is shown once, and what is taken down is down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cache
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.grid import Grid
from llmviz_addon.model.config import GPTConfig

from .conftest import new_film, random_checkpoint
from .shown import FPS, Shown, check_every_cell_is_shown_once, check_is_at_rest

CONFIG = GPTConfig(1, 1, 6, 5, 5)
TOKENS = [0, 1, 2, 3]


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
            assert ("claim" not in said) or said.count(f"{Path(__file__).name}:") == 2, said
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

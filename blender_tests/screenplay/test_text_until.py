"""A text that ends before the model's answer: of what comes after it nothing is seen, whatever is computed."""

from __future__ import annotations

import numpy as np
import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.cast.known import Known, cells
from llmviz_addon.screenplay.production import Set
from llmviz_addon.screenplay.score.timeline import Channel

LETTERS = [2, 1, 0, 1, 1, 2]


@pytest.fixture
def given(nano, make_film):
    """A film whose text ends where nano-gpt began to write."""
    film = make_film(nano, LETTERS)
    film.text_until(6)
    return film


def known(film, grid) -> np.ndarray:
    """Which cells are known, in the tensor's shape."""
    bodies = []
    for name in film.telling.bodies(grid):
        fragment = film.cast.fragments.get(name)
        box = (fragment.first, fragment.cells) if fragment else ((0, 0, 0), grid.cells)
        values = (film.score.value(Channel(name, prop, i)) for prop, i in (("reveal", 0), ("kept", 0), ("kept", 1)))
        bodies.append((box, Known(*values)))
    return cells(grid, bodies).reshape(grid.shown_shape)


@pytest.mark.parametrize("verb", ["show_values", "pulse", "sweep"])
def test_no_verb_shows_what_is_still_to_come(given, verb):
    layer = given.layout.layers[0]
    given.computed_up_to(given.layout.embedding.output)
    given.open_on(layer, azimuth=280, elevation=5)
    if verb == "show_values":
        given.show_values(layer.ln_1, layer.attn, seconds=1)
    elif verb == "pulse":
        given.pulse(layer.ln_1, layer.attn, titles=["Layer Norm", "Self-attention"], seconds=2)
    else:
        given.sweep(layer.ln_1.output, *(g for g in layer.attn.heads[0].grids if g.rule), seconds=6)
    head = layer.attn.heads[0]
    for grid in (layer.ln_1.output, head.q, head.scores, head.weights, head.output):
        there = known(given, grid)
        times = [axis.name == "T" for axis in grid.axes]
        so_far = np.ix_(*(range(6 if is_time else n) for n, is_time in zip(there.shape, times, strict=True)))
        assert there[so_far].all(), grid
        assert there.sum() == there[so_far].size, grid


def test_a_square_that_goes_home_stays_as_far_computed_as_it_was(given):
    layer = given.layout.layers[0]
    given.computed_up_to(given.layout.embedding.output)
    given.open_on(layer, azimuth=280, elevation=5)
    given.show_values(layer.attn)
    weights = layer.attn.heads[0].weights
    given.move(weights, by=(1, 0, 0))
    given.revert(layer.attn)
    assert known(given, weights).sum() == 6 * 6
    assert given.telling.opacity(weights) == 1


def test_what_is_of_no_token_is_all_there(given):
    weight = given.layout.layers[0].mlp.fc_weight
    given.hide_values(weight)
    given.show_values(weight)
    assert known(given, weight).all()


def test_a_column_that_is_still_to_come_is_an_error(given):
    with pytest.raises(ScriptError, match=r"is of a token that is still to come: the text ends before t = 6"):
        given.sweep(given.layout.embedding.output[6], seconds=1)


@pytest.mark.parametrize("time", [0, 12])
def test_a_time_that_there_is_not(given, time):
    with pytest.raises(ScriptError, match=f"There is no text until the time {time}; choose from 1 to 11."):
        given.text_until(time)


def test_its_letters_are_those_that_were_given(given):
    given.open_on(given.layout.output, azimuth=280, elevation=5)
    letters = given.letters(given.layout.output.probs)
    assert sorted(written_on(letters)) == sorted("CBABBC" + "ABC")  # and those of the vocabulary, which is given
    assert sum(written_on([one]) == list("CBABBC") for one in letters) == 1
    assert [text for text in written_on([given.signs.input]) if text in "ABC"] == list("CBABBC")
    assert given.signs.input in given.all_but()


def test_the_whole_text_changes_nothing(nano, make_film):
    film = make_film(nano, LETTERS)
    sign = film.signs.input
    film.text_until(len(film.tokens))
    assert film.signs.input is sign


def test_overview_shows_no_answer_before_it_was_guessed(nano):
    stage = Set.of(run(nano, LETTERS))
    timeline = stage.tell(loader.choose(["overview"], loader.find()))
    tracks = {track.channel: track for track in timeline.tracks}
    grids = [grid for grid in stage.layout.grids if grid.axes[0].name == "T"]
    assert len(grids) > 50
    for grid in grids:
        shown = tracks[Channel(grid.name, "reveal")].values
        assert shown.max() in (0, pytest.approx(grid.count * 6 / 11)), grid
    squares = {grid.name for grid in grids if [axis.name for axis in grid.axes] == ["T", "T"]}
    for piece in (one for one in timeline.fragments if one.grid in squares):
        seen, learns = (tracks.get(Channel(piece.name, what)) for what in ("opacity", "reveal"))
        front = learns.values[learns.frames < seen.frames[-1]].max() if learns else 0
        grid = stage.layout[piece.grid]
        there = cells(grid, [((piece.first, piece.cells), Known(front))]).reshape(grid.shown_shape)
        assert not there[6:].any(), piece
        assert not there[:, 6:].any(), piece  # nobody has looked at it yet
        if there.any():
            squares.discard(grid.name)
    assert not squares
    written = [one for one in timeline.drawings if ":letters:" in one.name]
    assert written
    texts = [one for one in written if written_on([one]) != list("ABC")]  # else the vocabulary, which is no answer
    assert texts
    assert all(written_on([one]) == list("CBABBC") for one in texts)

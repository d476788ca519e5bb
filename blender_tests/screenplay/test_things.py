"""Things are asked for, never spelled: in the screenplay and in chapters no string says what a thing is."""

import re
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from llmviz_addon.layout.build import layout
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.rounding import number
from llmviz_addon.screenplay.page import commentary

HOME = Path(__file__).resolve().parents[2]
SPELLED = re.compile(r"""["'](label|section|tokens):|:plate["']|endswith\(|rsplit\(|startswith\("label""")


@pytest.mark.parametrize("folder", ["llmviz_addon/screenplay", "walkthroughs"])
def test_no_name_is_put_together_or_taken_apart(folder):
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted((HOME / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if SPELLED.search(line) and "commentary.plate(" not in line  # where that drawing gets its name
    ]
    assert not found


def test_a_grid_says_whether_it_holds_shares_of_a_whole():
    stage = layout(GPTConfig(2, 2, 8, 4, 5), 3)
    shares = {grid.name for grid in stage.grids if grid.shares}
    heads = {f"layers.{n}.attn.heads.{h}.weights" for n in range(2) for h in range(2)}
    assert shares == {*heads, "output.probs"}


def test_a_share_is_told_so_that_it_is_no_whole(film):
    """Whatever the name of the grid: a share of attention that is not all of it is never 100 %."""
    weights = film.layout.layers[0].attn.heads[0].weights
    values = film.trace[weights.name].copy()
    values[1, :2] = 1.0, 1e-9
    for shares, said in ((True, "more than 99.999 %"), (False, "100 %")):
        grid = replace(weights, name="made", kind="made", shares=shares)
        spans, _ = commentary.parse("{w:.0%}", {"w": grid[1, 0]}, {"made": values})
        assert "".join(text for text, _ in spans) == said


def test_what_has_no_grid_is_asked_for_by_name_and_shown_in_numbers(film):
    ln = film.layout.layers[0].ln_1
    unplaced = {tensor.name for part in film.layout.parts for tensor in part.unplaced.values()}
    assert unplaced | {grid.name for grid in film.layout.grids} == set(film.trace)
    assert ln.normalized[3].index == (3, slice(0, 48))
    film.open_on(ln)
    with film.beat("numbers"):
        film.say("It is {n:.4f}.", n=ln.normalized[3, 5])
        film.skyline(film.layout.embedding.output[3], "before", beside=ln.normalized[3])
    assert f"{film.trace[ln.normalized.name][3, 5]:.4f}".replace("-", "−") in film.beats[0].text
    texts = (shape for one in film.cast.drawings.values() for shape in one.shapes if isinstance(shape, Text))
    deviation = number(film.trace[film.layout.embedding.output.name][3].astype(float).std())
    assert any(text.body.endswith(f"deviation {deviation}") for text in texts)


def test_the_clearest_head_is_the_one_with_the_largest_weight(film):
    heads = film.layout.layers[0].attn.heads
    weights = [film.values(head.weights)[3].max() for head in heads]
    assert film.clearest(*(head.weights[3] for head in heads)) == weights.index(max(weights))
    assert film.clearest(heads[1].weights[0], heads[0].weights[0]) == 0  # the first token has no choice: a tie


def test_a_head_knows_its_rows_and_a_chapter_lays_them_out(film):
    head = film.layout.layers[0].attn.heads[1]
    assert [grid for row in head.rows for grid in row] == [*head.grids]
    assert head.rows.matrix == (head.scores, head.max, head.sum, head.weights)


def test_counts_are_said_in_words(film):
    assert [film.count(n, "layer") for n in (0, 1, 12, 1024)] == ["0 layers", "1 layer", "12 layers", "1,024 layers"]


@pytest.mark.parametrize("within", [True, False])
def test_a_closeup_says_in_a_beat_what_is_drawn_and_when_all_is_back(random_model, make_film, within):
    film = make_film(random_model(GPTConfig(2, 2, 200, 90, 1000)), list(range(80)), pace=200)
    ln = film.layout.layers[1].ln_1
    film.open_on(ln)
    with film.beat("near") if within else nullcontext():
        film.closeup(ln)
        film.step_back()
    if within:
        assert film.beats[0].text == (
            "Only part is shown, 24 of 80 tokens, 48 of 200 numbers each; the rest is there, too. "
            "Now all of it is drawn again."
        )
    assert bool(film.beats) == within


def test_ribbons_are_those_between_the_grids_among_some(film):
    layer = film.layout.layers[0]
    names = {grid.name for grid in layer.ln_1.grids}
    found = film.ribbons(layer.ln_1)
    assert found
    assert all({one.source, one.target} <= names for one in found)
    left_out = [one for one in film.layout.ribbons if one not in found]
    assert not any({one.source, one.target} <= names for one in left_out)
    assert film.ribbons(layer.ln_1.gamma) == []
    assert not set(found) & set(film.all_but(layer.ln_1))
    assert set(left_out) <= set(film.all_but(layer.ln_1))

"""Copies, made grids, arranging: what these verbs compile to."""

from types import SimpleNamespace

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.grid import CELL, Role
from llmviz_addon.layout.lettering.drawing import Rect, Text
from llmviz_addon.layout.signs.tiles import tint
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.verbs.copies import make


def value(film, actor, prop, index=0):
    return film.score.value(Channel(getattr(actor, "name", actor), prop, index))


@pytest.fixture
def head(film):
    head = film.layout.layers[0].attn.heads[1]
    film.open_on(film.layout.layers[0].ln_1.output, head, azimuth=276, elevation=5)
    return head


def test_a_copy_stands_just_before_its_source_and_holds_its_numbers(film, head):
    copy = film.copy(head.q[3])
    low, high = film.box(copy)
    source_low, source_high = head.q[3].box
    assert np.allclose(high - low, source_high - source_low)
    assert low[1] < source_low[1]
    assert np.array_equal(film.values(copy), film.trace[head.q.name][3])
    assert (copy.role, copy.kind) == (head.q.role, head.q.kind)
    assert value(film, copy, "opacity") == 1


def test_a_row_becomes_a_column_when_it_flies(film, head):
    row = head.q_weight[2]
    copy = film.copy(row, along="z")
    assert copy.cells == (1, 1, row.grid.shape[1])
    assert value(film, copy, "rotation", 1) == pytest.approx(-np.pi / 2)
    film.fly(copy, (1.0, 2.0, 3.0), seconds=2)
    assert value(film, copy, "rotation", 1) == 0
    low, high = film.box(copy)
    assert (low[0], low[1], high[2]) == pytest.approx((1, 2, 3))
    assert film.now == 2


def test_a_copy_that_lands_hands_its_values_over(film, head):
    film.hide_values(head.output)
    copy = film.copy(head.v[2])
    film.land(copy, head.output[2], seconds=1)
    assert value(film, copy, "opacity") == 0
    shown = film.splits.cells(head.output, film.now)
    assert shown[2].all()
    assert shown.sum() == head.output.shape[1]


def test_made_grids_go_into_the_timeline_with_their_values(film, head):
    grid = make(film.telling, np.arange(3.0), (Axis("", 3, "x"),), (0, 0, 0), Role.AGGREGATE)
    made, numbers = film.cast.made[grid.name]
    assert made is grid
    assert numbers.tolist() == [0, 1, 2]
    assert film.cast.rest(Channel(grid.name, "opacity")) == 0
    with pytest.raises(ScriptError, match=r"shape \(2,\)"):
        make(film.telling, np.arange(2.0), (Axis("", 3, "x"),), (0, 0, 0), Role.AGGREGATE)


def test_arranged_rows_stand_in_one_plane_below_one_another(film, head):
    x = film.layout.layers[0].ln_1.output
    rows = (head.q_weight, head.q), (head.k_weight, head.k), (head.v_weight, head.v)
    for _ in range(2):  # whatever was arranged before
        film.arrange(*rows, level=x, gap=0.7)
        boxes = [[film.box(grid) for grid in row] for row in rows]
        assert boxes[0][0][1][2] == pytest.approx(x.box[1][2])
        for upper, lower in zip(boxes, boxes[1:], strict=False):
            assert upper[0][0][2] - lower[0][1][2] == pytest.approx(0.7)
        middles = [(low[1] + high[1]) / 2 for row in boxes for low, high in row]
        assert np.allclose(middles, x.center[1])
        film.arrange(head.k, head.q)


def test_an_arrow_runs_between_what_it_connects(film, head):
    arrow = film.connect(head.q_weight, head.q)
    points = arrow.points
    assert points[:, 0].min() > head.q_weight.box[1][0]
    assert points[:, 0].max() < head.q.box[0][0]
    down = film.connect(head.q, head.scores).points
    assert down[:, 2].max() < head.q.box[0][2]
    assert down[:, 2].min() > head.scores.box[1][2]
    bent = film.connect(head.weights, head.output).points
    assert bent[:, 2].max() < head.weights.box[0][2]
    assert bent[:, 0].max() < head.output.box[0][0]


def test_a_symbol_stands_between_two_things(film, head):
    sign = film.symbol("×", between=(head.q_weight, head.q))
    x = sign.points[:, 0].mean()
    assert head.q_weight.box[1][0] < x < head.q.box[0][0]


def test_letters_stand_along_every_time_axis(film, head):
    letters = [film.token_text(t) for t in range(len(film.tokens))]
    made = film.letters(head.scores)
    rows, columns = made[:2], made[2:]
    for drawings in (rows, columns):
        texts = [shape for drawing in drawings for shape in drawing.shapes if isinstance(shape, Text)]
        tiles = [shape for drawing in drawings for shape in drawing.shapes if isinstance(shape, Rect)]
        assert not drawings[0].is_written  # tints are there even where letters would be too small
        assert [text.body for text in texts] == letters
        assert [tile.color for tile in tiles] == [tint(token, film.trace.tokens) for token in film.trace.tokens]
        for tile, text in zip(tiles, texts, strict=True):  # each letter amid its tile
            (left, _), (right, _) = text.corners
            assert tile.x < left < right < tile.x + tile.width
            assert tile.x + tile.width / 2 == pytest.approx((left + right) / 2)
    assert film.room(head.scores)[:, 2].min() < head.scores.box[0][2] - 0.05  # what frames it frames them
    assert {drawing.parent for drawing in made} == {head.scores.name}
    assert film.letters(head.scores) == made  # once is enough
    with pytest.raises(ScriptError, match="no axis"):
        film.letters(head.q_weight)


def test_alone_takes_all_else_away_and_brings_it_back(film, head):
    from llmviz_addon.screenplay.verbs.arranging import alone

    film.fade(head.k, to=0.4)
    with alone(film.telling, head.q):
        film.wait(1)
        assert value(film, head.q, "opacity") == 1
        assert value(film, head.k, "opacity") == value(film, head.v, "opacity") == 0
    assert value(film, head.k, "opacity") == 0.4
    assert value(film, head.v, "opacity") == 1


def test_a_group_has_the_bracket_of_the_section_that_it_is(film):
    for section in film.layout.all_sections:
        names = [sign.name for sign in film.signs.brackets(section.grids)]
        assert names == ([] if section.bracket is None else [f"section:{section.name}"])
    layer = film.layout.layers[0]
    assert film.signs.bracket(layer.attn.heads[1]).name == "section:layers.0.attn.heads.1"
    assert film.signs.bracket(layer).name == "section:layers.0"
    assert film.signs.brackets(layer.ln_1.grids[:2]) == ()
    with pytest.raises(ScriptError, match="has no bracket"):
        film.signs.bracket(SimpleNamespace(grids=layer.ln_1.grids[:2]))


def test_groups_stand_alone_in_turn_and_are_all_solid_in_the_end(film, head):
    heads = film.layout.layers[0].attn.heads
    film.fade(*(film.signs.bracket(one) for one in heads), to=0, seconds=0)
    start = film.now
    film.in_turn(*heads, titles=["one", "two", "three"], seconds=4)
    assert film.now - start == pytest.approx(4)
    for i, one in enumerate(heads):
        clips = film.score.clips[Channel(one.q.name, "opacity")]
        assert [clip.value for clip in clips] == [[1, 0.12, 1], [0.12, 1, 0.12, 1], [0.12, 1, 1]][i]
        assert value(film, f"section:layers.0.attn.heads.{i}", "opacity") == 0
    signs = [drawing for name, drawing in film.cast.drawings.items() if ":sign:" in name]
    assert [sign.shapes[0].body for sign in signs] == ["one", "two", "three"]
    assert all(value(film, sign, "opacity") == 0 for sign in signs)


@pytest.mark.parametrize("last", [0, 1, 2])
def test_a_tour_can_end_on_one_group_and_all_carry_their_one_name_meanwhile(film, last):
    heads = film.layout.layers[0].attn.heads
    film.fade(*(film.signs.bracket(one) for one in heads), to=0, seconds=0)
    names = film.in_turn(*heads, titles=["one", "two", "three"], last=last, seconds=4)
    assert [name.shapes[0].body for name in names] == ["one", "two", "three"]
    for i, (one, name) in enumerate(zip(heads, names, strict=True)):
        assert value(film, one.q.name, "opacity") == (1 if i == last else 0.12)
        assert value(film, name, "opacity") == (1 if i == last else 0.45)
        assert all(clip.value > 0 for clip in film.score.clips[Channel(name.name, "opacity")][-3:])
        bracket = Channel(film.signs.bracket(one).name, "opacity")
        assert [clip.value for clip in film.score.clips[bracket]] == [0]  # else the name is there twice
    with pytest.raises(ScriptError, match="cannot end on group 3; choose from 0 to 2"):
        film.in_turn(*heads, last=3)


def test_groups_have_their_titles_in_place_of_the_names_within_and_keep_them_on_a_tour(film, head):
    heads = film.layout.layers[0].attn.heads
    names = film.entitle(*heads, titles=["one", "two", "three"], seconds=1)
    assert [name.shapes[0].body for name in names] == ["one", "two", "three"]
    assert all(value(film, name, "opacity") == 1 for name in names)
    labels = [label for one in heads for label in film.signs.labels(one)]
    assert len(labels) == 3 * len(head.grids)
    assert {value(film, label, "opacity") for label in labels} == {0}
    assert film.in_turn(*heads, titles=names, last=1, seconds=4) == names
    assert [value(film, name, "opacity") for name in names] == [0.45, 1, 0.45]
    with pytest.raises(ScriptError, match="a title for each group; got 3 and 1"):
        film.entitle(*heads, titles=["one"])


@pytest.mark.parametrize(
    ("verb", "message"),
    [
        (lambda film, head: film.copy(head.q, along="z"), "cannot be laid along"),
        (lambda film, head: film.copy(head.q[3], along="y"), "cannot be laid along"),
        (lambda film, head: film.connect(head.q, head.q), "cover each other"),
        (lambda film, head: film.in_turn(head, titles=["a", "b"]), "got 1 and 2"),
        (lambda film, head: film.in_turn(), "got 0"),
    ],
)
def test_impossible_wishes_are_refused(film, head, verb, message):
    with pytest.raises(ScriptError, match=message):
        verb(film, head)


def test_a_copy_is_a_cell_large_enough_to_see(film, head):
    copy = film.copy(head.q[0, 0])
    assert copy.size == (CELL, CELL, CELL)


def test_letters_fade_with_their_grid_and_go_while_a_column_stands_apart(film, head):
    made = film.letters(head.q, head.k, seconds=0.5)

    def seen():
        return [round(value(film, one, "opacity"), 3) for one in made]

    film.fade(head.k, to=0, seconds=0.5)
    assert seen() == [1, 1, 0, 0]
    film.fade(head.k, to=1, seconds=0.5)
    film.split(head.k[2], seconds=0.5)
    assert seen() == [1, 1, 0, 0]
    film.merge(head.k, seconds=0.5)
    assert seen() == [1, 1, 1, 1]
    film.revert(head.q, seconds=0.5)
    assert seen() == [0, 0, 1, 1]
    film.fade(head.q, to=0.5, seconds=0.5)
    assert seen() == [0, 0, 1, 1]  # they are gone for good


def test_what_is_arranged_carries_its_tokens(film, head):
    start = film.now
    film.arrange((head.q_weight, head.q), (head.scores, head.max), level=film.layout.layers[0].ln_1.output, seconds=2)
    assert film.now == pytest.approx(start + 2)
    assert film.score.clips[Channel(head.q.name, "offset", 1)][-1].start == pytest.approx(start)
    assert [bool(film.cast.along.get(one.name)) for one in (head.q_weight, head.q, head.scores)] == [False, True, True]
    for drawing in film.cast.along[head.q.name]:  # above the row below
        lowest = drawing.points[:, 2].min() + film.telling.offset(head.q)[2]
        assert lowest > film.box(head.scores)[1][2]


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
def test_rows_are_dealt_into_the_page(film, make_film, size):
    """As large as they can be: never smaller than rows one below the other, and nothing lies on another."""
    from llmviz_addon.screenplay.page.view import Page

    film.telling.page = Page.of(size)
    head = film.layout.layers[0].attn.heads[1]
    film.open_on(head, azimuth=270, elevation=0)
    for rows in ([head.rows.matrix], [head.rows.matrix, (head.v, head.output)], [(head.q, head.k), head.rows.matrix]):
        film.arrange(*rows, level=head.k, seconds=0)
        grids = [grid for row in rows for grid in row]
        boxes = [film.box(grid) for grid in grids]
        for i, (low, high) in enumerate(boxes):
            for other_low, other_high in boxes[:i]:
                assert any(low[n] > other_high[n] - 1e-6 or high[n] < other_low[n] + 1e-6 for n in (0, 2))
        assert boxes[grids.index(head.max)][0][0] == pytest.approx(boxes[grids.index(head.sum)][1][0])  # still one
        assert max(high[2] for _, high in boxes) == pytest.approx(
            film.box(head.k)[1][2] if rows[0][0] is head.q else head.k.box[1][2]
        )
        film.camera.frame(*grids, azimuth=270, elevation=0, seconds=0)
        widths = np.ptp(np.concatenate(boxes)[:, 0]) / film.telling.view.distance
        assert widths > 0.2


def test_a_long_row_is_broken_on_an_upright_page_only(film):
    from llmviz_addon.screenplay.page.view import Page

    head = film.layout.layers[0].attn.heads[1]
    film.open_on(head, azimuth=270, elevation=0)
    levels = {}
    for name, size in {"wide": (1280, 720), "upright": (720, 1280)}.items():
        film.telling.page = Page.of(size)
        film.arrange(head.rows.matrix, level=head.k, seconds=0)
        levels[name] = len({round(float(film.box(grid)[1][2]), 3) for grid in head.rows.matrix})
    assert levels == {"wide": 1, "upright": 2}

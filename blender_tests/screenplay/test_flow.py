"""The data flow: where grids have moved, flat arrows take the places of ribbons, and go where these would."""

from __future__ import annotations

import numpy as np
import pytest

from blender_tests.screenplay.conftest import new_film, random_checkpoint
from llmviz_addon.layout.grid import CELL
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay.flow import flow
from llmviz_addon.screenplay.legible.settle import FADE
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.verbs.arrows import ARROW, GAP, WIDTH, pieces, way


def at(film, actor, seconds):
    return film.score.at(Channel(getattr(actor, "name", actor), "opacity"), seconds)


def arrows(film):
    return [one for name, one in film.cast.drawings.items() if ":arrow:" in name]


def ribbon(film, source, target):
    return next(r for r in film.layout.ribbons if (r.source, r.target) == (source.name, target.name))


@pytest.fixture
def head(film):
    head = film.layout.layers[0].attn.heads[1]
    film.fade(film.all_but(head.v_weight, head.v, head.v_bias), to=0, seconds=0)
    film.open_on(head.v_weight, head.v, azimuth=276, elevation=5)
    film.wait(1)
    return head


def test_what_stands_at_home_has_its_ribbons_and_no_arrows(film, head):
    film.move(head.v, by=(0, 0, 0), seconds=1)
    flow(film.telling)
    assert arrows(film) == []
    assert at(film, ribbon(film, head.v_weight, head.v), film.now) == 1


def test_an_arrow_takes_the_place_of_a_ribbon_whose_grid_is_away_and_gives_it_back(film, head):
    band, start = ribbon(film, head.v_weight, head.v), film.now
    film.move(head.v, by=(0.4, 0, -1.0), seconds=1)
    stands = film.box(head.v)
    film.wait(2)
    film.move(head.v, seconds=1)
    film.wait(1)
    flow(film.telling)
    (arrow,) = arrows(film)
    low, high = arrow.points.min(axis=0), arrow.points.max(axis=0)
    assert head.v_weight.box[1][0] < low[0] < high[0] < stands[0][0]  # between where they stand
    assert stands[0][2] < low[2] < high[2] < stands[1][2] + CELL
    times = start, start + FADE, start + 1, start + 1 + FADE, start + 3, start + 4, start + 4 + FADE
    assert [at(film, band, t) for t in times] == [1, 0, 0, 0, 0, 0, 1]
    assert [round(at(film, arrow, t), 6) for t in times] == [0, 0, 0, ARROW, ARROW, 0, 0]


def test_an_arrow_is_never_more_solid_than_what_it_connects_or_than_its_ribbon_was_told(film, head):
    with film.together(seconds=1):  # whatever runs at once with the move, in any order
        film.fade(head.v, to=0.5)
        film.move(head.v, by=(0.4, 0, -1.0))
    film.wait(1)
    half = film.now
    film.fade(ribbon(film, head.v_weight, head.v), to=0.2, seconds=0.5)
    pale = film.now
    film.fade(head.v_weight, to=0, seconds=0.5)
    gone = film.now
    film.fade(head.v, head.v_weight, to=1, seconds=0.5)
    back = film.now
    flow(film.telling)
    (arrow,) = arrows(film)
    shown = [at(film, arrow, t) / ARROW for t in (half, pale, gone, back)]
    assert shown == pytest.approx([0.5, 0.2, 0, 0.2])


def test_grids_that_go_on_have_another_arrow_and_a_place_of_before_its_own_again(film, head):
    for z in (-1.0, -2.0, -1.0):
        film.move(head.v, by=np.array([0.0, 0.0, z]) - film.telling.offset(head.v), seconds=0)
        film.wait(1)
    flow(film.telling)
    first, second = arrows(film)
    end = film.now
    assert [at(film, first, end - t) > 0 for t in (2.5, 1.5, 0.5)] == [True, False, True]
    assert [at(film, second, end - t) > 0 for t in (2.5, 1.5, 0.5)] == [False, True, False]


def test_what_was_connected_by_hand_and_what_lies_in_another_plane_has_no_arrow_of_its_own(film, head):
    film.move(head.v, by=(0.0, 1.0, 0.0), seconds=0)  # away from the weights, level with the bias' plane no more
    by_hand = film.connect(head.v_bias, head.v_weight)
    film.move(head.v_bias, by=(-0.5, 0, 0), seconds=0)
    film.wait(1)
    flow(film.telling)
    assert arrows(film) == [by_hand]


def test_no_two_arrows_lie_in_one_plane(film):
    head = film.layout.layers[0].attn.heads[1]
    film.open_on(head, azimuth=276, elevation=5)
    film.arrange(*head.rows[:3], (head.output, *head.rows.matrix), seconds=1)
    film.wait(1)
    flow(film.telling)
    planes = [round(float(one.pose[1, 3]), 5) for one in arrows(film)]
    assert len(planes) > 6
    assert len(set(planes)) == len(planes)  # where two cross they would be a stipple


def test_no_arrow_of_a_head_that_lies_flat_passes_behind_a_grid_and_no_two_are_one_bar(film):
    head = film.layout.layers[0].attn.heads[1]
    film.open_on(head, azimuth=276, elevation=5)
    film.arrange(*head.rows[:3], (*head.rows.matrix, head.output), seconds=1)
    film.wait(1)
    flow(film.telling)
    stands = [film.box(grid) for row in head.rows for grid in row]
    outlines = [one.points[:, [0, 2]] for one in arrows(film)]
    assert len(outlines) == 12  # to vectors, to the matrix, and along it to the output
    assert not any(lies_on([*outline, outline[0]], one) for outline in outlines for one in stands)
    low, high = film.box(head.scores)
    down = [one for one in outlines if low[0] < one[:, 0].min() < high[0] and one[:, 1].max() > film.box(head.v)[1][2]]
    assert len(down) == 2  # of queries and of keys, past the weights and into the matrix
    lanes = sorted(float(one[:, 0].min()) for one in down)
    assert lanes[1] - lanes[0] > 2 * WIDTH


def test_a_row_in_an_order_of_its_own_ends_where_the_others_end_and_its_names_do_not_meet(film):
    head = film.layout.layers[0].attn.heads[1]
    film.open_on(head, azimuth=276, elevation=5)
    film.arrange(*head.rows[:3], (*head.rows.matrix, head.output), seconds=1)
    assert film.box(head.output)[1][0] == pytest.approx(film.box(head.v)[1][0])
    middles = [film.box(grid)[0][0] for grid in (head.scores, head.max, head.sum, head.weights, head.output)]
    assert middles == sorted(middles)
    assert film.box(head.sum)[0][0] > film.box(head.max)[1][0] + 0.3  # at home they touch, the other way round
    for grid, name in ((head.max, "max"), (head.sum, "Σ exp")):
        label = film.cast.labels[grid.name]
        assert [shape.body for shape in label.shapes if isinstance(shape, Text)] == [name]
        assert label.pose[0, 3] == pytest.approx(grid.middle[0])  # so each has its name over it
    assert film.box(head.scores)[0][0] < film.box(head.v_bias)[0][0] - 0.5  # ways go down before the others


def test_pieces_of_a_grid_keep_its_arrow(film, head):
    film.move(head.v, by=(0.4, 0, -1.0), seconds=0)
    film.split(head.v[3], seconds=0.5)
    film.wait(1)
    flow(film.telling)
    (arrow,) = arrows(film)
    assert at(film, arrow, film.now) == pytest.approx(ARROW)


def test_excerpts_of_a_wide_model_have_arrows():
    film = new_film(random_checkpoint(GPTConfig(1, 2, 200, 8, 5)), [0, 1, 2, 3])
    head = film.layout.layers[0].attn.heads[0]
    film.open_on(head, azimuth=276, elevation=5)
    close = film.closeup(head).layers[0].attn.heads[0]
    film.wait(1)
    end = film.now
    film.step_back()
    flow(film.telling)
    film.wait(1)
    between = [one for one in arrows(film) if one.points[:, 0].min() > film.box(close.q_weight)[1][0]]
    assert any(one.points[:, 0].max() < film.box(close.q)[0][0] for one in between)
    assert all(at(film, one, end) > 0 and at(film, one, film.now) == 0 for one in between)


def box(left, low, right, high):
    return np.array([left, 0.0, low]), np.array([right, CELL, high])


def lies_on(points, other):
    xs, zs = np.array(points).T
    steps = np.linspace(0, 1, 50)
    for i in range(len(xs) - 1):
        x, z = xs[i] + steps * (xs[i + 1] - xs[i]), zs[i] + steps * (zs[i + 1] - zs[i])
        if ((x > other[0][0]) & (x < other[1][0]) & (z > other[0][2]) & (z < other[1][2])).any():
            return True
    return False


@pytest.mark.parametrize("between", [box(0.2, 2, 0.8, 3), box(-1, 2, 2, 3), box(-3, 2, 3, 3)])
def test_a_way_goes_past_what_stands_between(between):
    upper, lower = box(0, 4, 1, 5), box(0, 0, 1, 1)
    assert way(upper, lower, 1.2) == [(0.5, pytest.approx(4 - GAP)), (0.5, pytest.approx(1.2 + GAP / 2))]
    around = way(upper, lower, 1.2, [between])
    assert len(around) == 4
    assert not any(lies_on(around, one) for one in (upper, lower, between))


def test_a_way_keeps_off_other_wires():
    upper, lower, between = box(0, 4, 1, 5), box(-4, 0, 1, 1), box(-1, 2, 2, 3)
    first = way(upper, lower, 1.2, [between])
    second = way(upper, lower, 1.2, [between], wires=list(pieces(first)))
    assert not any(lies_on(second, one) for one in [between, *pieces(first)][:-1])


def test_a_way_turns_the_corner_that_is_free():
    left, right = box(0, 4, 1, 5), box(3, 0, 4, 1)
    assert way(left, right, 1.2)[1] == (0.5, 0.5)  # down, then to the right
    assert way(left, right, 1.2, [box(0, 2, 1, 3)])[1] == (3.5, 4.5)
    assert way(left, box(0.5, 4.5, 2, 6), 6) is None


def test_a_ribbon_comes_and_goes_with_its_grids(film, head):
    band = ribbon(film, head.v_weight, head.v)
    start = film.now
    film.fade(head.v, to=0.3, seconds=1)
    film.fade(head.v_weight, to=0, seconds=1)
    film.fade(band, to=0.5, seconds=1)
    film.fade(head.v_weight, head.v, to=1, seconds=1)
    flow(film.telling)
    assert [round(at(film, band, start + t), 3) for t in range(5)] == [1, 0.3, 0, 0, 0.5]


def test_ribbons_that_nobody_touched_keep_the_clips_that_they_had(film, head):
    others = [one for one in film.layout.ribbons if head.v.name not in (one.source, one.target)]
    before = [film.score.clips.of(Channel(one.name, "opacity")) for one in others]
    film.move(head.v, by=(0.4, 0, -1.0), seconds=1)
    flow(film.telling)
    after = [film.score.clips.of(Channel(one.name, "opacity")) for one in others]
    assert all(a is b for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (900, 900)])
def test_a_panel_keeps_clear_of_the_arrows_that_are_to_come(make_film, nano, size):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
    head = film.layout.layers[0].attn.heads[0]
    film.fade(film.all_but(head.q, head.k, head.scores), to=0, seconds=0)
    film.open_on(head, azimuth=272, elevation=3)
    film.arrange((head.q, head.k), level=head.k, seconds=0)
    film.move(head.scores, beside=head.k, side="below", seconds=0)
    film.camera.frame(head.q, head.k, head.scores, seconds=0)
    with film.beat("one"):
        film.compute(head.scores[4, 2], seconds=2)
    (panel,) = film.explanations
    flow(film.telling)
    area = panel.panel.area
    made = [one for one in arrows(film) if at(film, one, film.now) > 0]
    assert made
    for one in made:
        seen = film.telling.view.project(one.points)[:, :2]
        for share in np.linspace(0, 1, 20):
            for a, b in zip(seen, np.roll(seen, 1, axis=0), strict=True):
                x, y = a + share * (b - a)
                assert not (area.left < x < area.right and area.bottom < y < area.top)


def test_an_arrow_leaves_upwards_over_its_source_s_name_wherever_a_tile_lifts_it(film):
    x, ln = film.layout.embedding.output, film.layout.layers[0].ln_1
    film.fade(film.all_but(x, ln), to=0, seconds=0)
    film.open_on(x, ln, azimuth=283, elevation=9)
    film.move(x, beside=ln.output, seconds=1)
    film.wait(1)
    film.split(x[3], seconds=0.5)
    label = film.signs.label(x)
    top = film.telling.placed(label, label.flat, at_home=True)[:, 2].max()
    film.merge(x, seconds=0.5)
    film.wait(1)
    assert film.telling.placed(label, label.flat, at_home=True)[:, 2].max() < top
    flow(film.telling)
    up = [one for one in arrows(film) if one.points[:, 2].max() > ln.mean.box[0][2]]  # to the mean and the deviation
    assert up
    for one in up:
        assert one.points[:, 2].min() > film.box(x)[1][2] + CELL
        assert one.points[:, 2].min() >= min(top, ln.std.box[0][2] - 0.2) - 1e-6


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
def test_an_arrow_drawn_by_hand_ends_before_the_tokens_along_its_target(nano, make_film, size):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
    rows = film.layout.layers[0].attn.heads[0].rows
    film.open_on(*rows.matrix, azimuth=280, elevation=5)
    film.arrange(rows.matrix, seconds=0)
    scores, largest, total, weights = rows.matrix
    made = film.connect(total, weights)
    for one in film.cast.along[weights.name]:
        points = one.points + film.offset(weights)
        inside = [
            point for point in made.points
            if points[:, 0].min() < point[0] < points[:, 0].max() and points[:, 2].min() < point[2] < points[:, 2].max()
        ]  # fmt: skip
        assert not inside, size


def test_no_way_turns_back_on_itself():
    """Between two boxes of one height that all but touch there is no way out at a side and back in."""
    left, right = (np.array([[x, 0, 0], [x + 1, 0.1, 1]]) for x in (0, 1.01 + 2 * GAP))
    assert np.linalg.norm(np.diff(way(left, right, over=1), axis=0), axis=1).min() > WIDTH

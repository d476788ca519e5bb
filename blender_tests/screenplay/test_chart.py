"""Bars over names that turn into other numbers, on other scales, and stack up where they are shares."""

import numpy as np
import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import BELOW, Rect
from llmviz_addon.rounding import in_cell
from llmviz_addon.screenplay.pictures.chart import INSIDE, LEAST, PALE, SEAM
from llmviz_addon.screenplay.pictures.pinned import metres
from llmviz_addon.screenplay.pictures.scales import UNDER
from llmviz_addon.screenplay.score.timeline import Channel


@pytest.fixture
def opened(film):
    film.open_on(film.layout.layers[0].attn.heads[0], azimuth=276, elevation=5)
    return film


def row(film):
    head = film.layout.layers[0].attn.heads[0]
    return head, film.softmax(head.scores[5, :6])


def heights(film, up):
    """Of the bars, in numbers, and of where they stand: 0 if on the line."""
    shown = np.array([film.score.value(Channel(name, "scale", 1)) for name in up.bars]) * up.area.height / up.unit
    feet = np.array([film.score.value(Channel(name, "offset", 1)) for name in up.bars]) / metres(film.telling, 1)
    return shown, feet - (up.zero - up.home)


def test_bars_are_as_tall_as_their_numbers_and_hang_where_they_are_below_0(opened):
    film = opened
    head, steps = row(film)
    up = film.chart(head.scores[5, :6], film.tokens[:6], "Scores", seconds=2)
    assert film.now == pytest.approx(2)
    shown, feet = heights(film, up)
    assert shown == pytest.approx(film.values(head.scores)[5, :6], abs=2 * LEAST * up.area.height / up.unit)
    assert feet == pytest.approx(0, abs=1e-9)
    assert up.span[0] <= steps.row.min() < 0 < steps.row.max() <= up.span[1]
    assert written_on([film.cast.drawings[up.figures]]) == ["−2.73", "−0.505", "1.72", "−0.316", "−0.190", "−3.05"]
    assert written_on([film.cast.drawings[up.title]]) == ["Scores"]
    assert {shape.below for name in up.bars for shape in film.cast.drawings[name].shapes} == {BELOW[up.role]}


def test_they_become_other_numbers_on_a_scale_of_their_own(opened):
    film = opened
    _, steps = row(film)
    up = film.chart(steps.row, film.tokens[:6], "Scores", span=(-5, 1))
    zero = up.zero
    film.become(up, steps.shifted, "Less the largest", seconds=3)
    assert film.now == pytest.approx(4.5)
    assert up.zero == zero
    assert heights(film, up)[0] == pytest.approx(steps.shifted, abs=1e-3)
    film.become(up, steps.powers, "Powers", span=(0, 1), seconds=3)
    assert up.span == (0, 1)
    assert up.zero < zero
    shown, feet = heights(film, up)
    assert shown == pytest.approx(steps.powers, abs=1e-3)
    assert feet == pytest.approx(0, abs=1e-9)
    line = film.score.value(Channel(up.line, "offset", 1)) / metres(film.telling, 2)
    assert line == pytest.approx(up.zero - zero)
    told = written_on([film.cast.drawings[up.figures]])
    assert told[2] == "1"
    assert told[0] == in_cell(float(steps.powers[0]))
    there = [name for name, one in film.cast.drawings.items() if ":scale:" in name]
    assert [film.score.value(Channel(name, "opacity")) for name in there] == [0, 1]


def test_numbers_that_do_not_fit_the_scale_get_another(opened):
    film = opened
    up = film.chart(np.array([0.2, 0.8]), ["a", "b"], "Small")
    film.become(up, np.array([3.0, -7.0]), "Large")
    assert up.span[0] <= -7 < 3 <= up.span[1]


@pytest.mark.parametrize("lowest", [-4.94, -5.0, -3.03])
def test_the_number_of_the_lowest_bar_has_room_on_the_scale(opened, lowest):
    up = opened.chart(np.array([lowest, -3.0, 8.41]), ["a", "b", "c"], "Logits")
    assert up.span[0] <= lowest - UNDER * 15
    told = opened.cast.drawings[up.scale].shapes
    assert [shape.body for shape in told if hasattr(shape, "body")] == ["−5", "0", "5", "10"]


def test_a_stack_is_as_high_as_the_sum_and_shrinks_to_1_with_the_bars(opened):
    film = opened
    _, steps = row(film)
    up = film.chart(steps.powers, film.tokens[:6], "Powers", span=(0, steps.sum), whole=True)
    film.pile_up(up, seconds=2)

    def piled():
        lows = [film.score.value(Channel(name, "offset", 1)) / metres(film.telling, 1) for name in up.copies]
        shares = [
            film.score.value(Channel(name, "scale", 1)) * one for name, one in zip(up.copies, up.drawn, strict=True)
        ]
        highs = [share * up.area.height for share in shares]
        return np.array(lows) + up.stacked - up.zero, np.array(highs)

    for numbers in (steps.powers, steps.shares):
        lows, highs = piled()
        assert highs + SEAM == pytest.approx(numbers * up.unit, abs=SEAM + LEAST)
        assert lows[-1] + highs[-1] == pytest.approx(numbers.sum() * up.unit, abs=2 * SEAM)
        assert (np.diff(lows) > 0).all()
        if numbers is steps.powers:
            assert written_on([film.cast.drawings[up.total]])[0] == "≈ 1.41"
            film.become(up, steps.shares, "Shares", span=(0, 2), seconds=3)
    assert written_on([film.cast.drawings[up.total]])[0] == "= 1"
    assert written_on([film.cast.drawings[up.figures]]) == ["0.008", "0.077", "0.711", "0.093", "0.105", "0.006"]
    sides = [film.score.value(Channel(name, "offset", 0)) / metres(film.telling, 1) for name in up.copies]
    assert np.array(sides) + up.lefts == pytest.approx(up.pile[0] + INSIDE)


def test_shares_are_written_as_parts_of_one_whole(opened):
    film = opened
    up = film.chart(np.array([0.99999, 0.00001]), ["a", "b"], "Shares")
    assert written_on([film.cast.drawings[up.figures]]) == ["> 0.9999", "< 0.0001"]


def test_shares_that_add_up_with_no_number_of_decimals_are_said_to_be_rounded(opened):
    film = opened
    up = film.chart(np.array([0.99999, 0.00001]), ["a", "b"], "Shares", whole=True)
    film.pile_up(up)
    assert written_on([film.cast.drawings[up.total]]) == ["≈ 1, rounded", "a > 0.9999", "b < 0.0001"]


def test_bars_are_called_what_they_are_and_nothing_on_the_way(opened):
    film = opened
    _, steps = row(film)
    up = film.chart(steps.row, film.tokens[:6], "Scores", seconds=2)
    old, bar = up.title, Channel(up.bars[0], "scale", 1)
    film.become(up, steps.shifted, "Less the largest", seconds=4)
    moves = film.score.clips[bar][-1]
    assert min(clip.end for clip in film.score.clips[Channel(old, "opacity")] if clip.value == 0) <= moves.start + 1e-9
    assert film.score.clips[Channel(up.title, "opacity")][-1].start >= moves.end - 1e-9
    assert (film.score.value(Channel(old, "opacity")), film.score.value(Channel(up.title, "opacity"))) == (0, 1)


def test_the_glass_of_1_comes_with_the_stack_and_stays_where_the_scale_changes(opened):
    film = opened
    _, steps = row(film)
    up = film.chart(steps.powers, film.tokens[:6], "Powers", span=(0, steps.sum), whole=True)
    assert not [name for name in film.cast.drawings if ":glass:" in name]
    film.pile_up(up)
    first = up.glass
    assert film.score.value(Channel(first, "opacity")) == 1
    film.become(up, steps.shares, "Shares", span=(0, 1))
    assert (film.score.value(Channel(first, "opacity")), film.score.value(Channel(up.glass, "opacity"))) == (0, 1)


def test_what_is_cut_stays_as_a_ghost_as_tall_as_it_was(opened):
    film = opened
    up = film.chart(np.array([0.5, 0.3, 0.2]), ["a", "b", "c"], "All", span=(0, 1))
    film.become(up, np.array([0.625, 0.375, 0]), "Top 2", pale=[2])
    assert heights(film, up)[0] == pytest.approx([0.625, 0.375, 0.2], abs=1e-3)
    assert written_on([film.cast.drawings[up.figures]]) == ["0.625", "0.375", "cut"]
    film.become(up, np.array([1.0, 0, 0]), "Top 1", pale=[1, 2], span=(0, 2))
    assert heights(film, up)[0] == pytest.approx([1, 0.375, 0.2], abs=1e-3)
    assert written_on([film.cast.drawings[up.figures]]) == ["1", "cut", "cut"]
    film.become(up, np.array([0.5, 0.3, 0.2]), "All")
    assert heights(film, up)[0] == pytest.approx([0.5, 0.3, 0.2], abs=1e-3)


def test_what_does_not_count_is_pale(opened):
    film = opened
    up = film.chart(np.array([0.5, 0.3, 0.2]), ["a", "b", "c"], "All")
    film.become(up, np.array([0.625, 0.375, 0]), "Top 2", pale=[2])
    assert [film.score.value(Channel(name, "opacity")) for name in up.bars] == [1, 1, PALE]
    film.become(up, np.array([0.5, 0.3, 0.2]), "All")
    assert [film.score.value(Channel(name, "opacity")) for name in up.bars] == [1, 1, 1]


def test_ids_of_tokens_are_tiles_and_texts_are_texts(opened):
    film = opened
    film.chart(np.array([0.5, 0.5]), [2, 0], "Tokens")
    film.chart(np.array([0.5, 0.5]), ["one", "two"], "Texts", part=(1, 2))
    *_, tiles, texts = (one for name, one in film.cast.drawings.items() if ":names:" in name)  # the map's, too
    assert written_on([tiles]) == ["C", "A"]
    assert len({shape.color for shape in tiles.shapes if isinstance(shape, Rect)}) == 2
    assert written_on([texts]) == ["one", "two"]


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
def test_two_charts_share_the_stage(nano, make_film, size):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
    film.open_on(film.layout.ln_f)
    one = film.chart(np.array([1.0, 2.0]), ["a", "b"], "One", part=(0, 2)).area
    two = film.chart(np.array([1.0, 2.0]), ["a", "b"], "Two", part=(1, 2)).area
    assert one.overlap(two) == 0
    assert one.right < two.left if size[0] > size[1] else one.bottom > two.top or one.right < two.left
    free = film.page.free
    for area in (one, two):
        assert free.left <= area.left < area.right <= free.right
        assert free.bottom <= area.bottom < area.top <= free.top


def test_the_steps_of_a_softmax_are_those_of_the_run(opened):
    film = opened
    head, steps = row(film)
    assert steps.largest == film.values(head.max)[5]
    assert steps.sum == pytest.approx(film.values(head.sum)[5], rel=1e-5)
    assert steps.shares == pytest.approx(film.values(head.weights)[5, :6], abs=1e-6)
    assert film.softmax(steps.row + 3).shares == pytest.approx(steps.shares)
    assert film.softmax(np.array([1e4, 1e4])).shares.tolist() == [0.5, 0.5]


def test_what_is_no_chart(opened):
    film = opened
    head, steps = row(film)
    with pytest.raises(ScriptError, match="2 bars need as many numbers, but got 6"):
        film.chart(steps.row, ["a", "b"], "Wrong")
    with pytest.raises(ScriptError, match="need as many numbers.*inf"):
        film.chart(head.scores[0, :2], ["a", "b"], "Masked")
    with pytest.raises(ScriptError, match="There is no part 2 of 2"):
        film.chart(steps.row[:2], ["a", "b"], "Parts", part=(2, 2))
    up = film.chart(steps.row, film.tokens[:6], "Scores", whole=True)
    with pytest.raises(ScriptError, match="what is below 0 does not stack up"):
        film.pile_up(up)
    film.become(up, steps.powers, "Powers", span=(0, 1))
    with pytest.raises(ScriptError, match=r"The stack is 1\.41 high, but its scale ends at 1"):
        film.pile_up(up)
    film.become(up, steps.shares, "Shares")
    film.pile_up(up)
    with pytest.raises(ScriptError, match="stacked already"):
        film.pile_up(up)
    with pytest.raises(ScriptError, match=r"ask for it with film\.chart\(…, whole=True\)"):
        film.pile_up(film.chart(steps.shares, film.tokens[:6], "Shares"))
    with pytest.raises(ScriptError, match="become needs a skyline.* or bars that film.chart"):
        film.become(head.scores, steps.row, "Wrong")


def test_a_chart_stays_for_a_beat_that_does_not_begin_afresh_and_goes_with_the_next(opened):
    film = opened
    _, steps = row(film)
    with film.beat("one"):
        film.say("Here it is.")
        up = film.chart(steps.row, film.tokens[:6], "Scores")
    with film.beat("two", afresh=False):
        film.say("It stays.")
        film.become(up, steps.shifted, "Less the largest")
    with film.beat("three"):
        film.say("It is gone.")
        with pytest.raises(ScriptError, match="not up any more"):
            film.become(up, steps.row, "Scores")


def test_shares_of_a_vocabulary_are_written_in_percent_with_their_scale(opened):
    film = opened
    up = film.chart(np.array([0.7, 0.3]), [0, 1], "Next", span=(0, 1), percent=True)
    assert written_on([film.cast.drawings[up.figures]]) == ["70.0 %", "30.0 %"]
    assert written_on([film.cast.drawings[up.scale]]) == ["0 %", "25 %", "50 %", "75 %", "100 %"]
    scores = film.chart(np.array([0.7, 0.3]), [0, 1], "Scores", span=(0, 1))
    scale = scores.scale
    film.become(scores, np.array([0.6, 0.4]), "Shares", percent=True)
    assert scores.scale != scale  # the numbers are the same, but not how they are written
    assert written_on([film.cast.drawings[scores.figures]]) == ["60.0 %", "40.0 %"]
    film.become(scores, np.array([0.5, 0.5]), "Shares")
    assert written_on([film.cast.drawings[scores.figures]]) == ["50.0 %", "50.0 %"]


def test_a_stack_of_percents_is_all_of_it(opened):
    film = opened
    up = film.chart(np.array([0.75, 0.25]), ["a", "b"], "Shares", span=(0, 1), whole=True, percent=True)
    film.pile_up(up)
    assert written_on([film.cast.drawings[up.total]]) == ["= 100 %", "a 75.0 %", "b 25.0 %"]


def test_what_is_said_of_a_share_is_as_its_chart_writes_it(opened):
    film = opened
    head, steps = row(film)
    up = film.chart(steps.shares, film.tokens[:6], "Shares")
    told = written_on([film.cast.drawings[up.figures]])
    assert [film.share(steps.shares, i) for i in range(6)] == told
    assert film.share(np.array([0.99999, 0.00001]), 0) == "more than 0.9999"


def test_where_percents_have_no_room_they_are_written_without_decimals(opened):
    film = opened
    shares = np.array([0.84162, 0.1114, 0.02698, 0.011, 0.009])
    for part, told in (((0, 1), ["84.2 %", "11.1 %", "2.7 %"]), ((0, 4), ["84 %", "11 %", "3 %"])):
        up = film.chart(shares, ["a", "b", "c", "d", "e"], "Shares", span=(0, 1), percent=True, part=part)
        assert written_on([film.cast.drawings[up.figures]])[:3] == told
    up = film.chart(np.array([0.99995, 0.00005]), ["a", "b"], "Shares", span=(0, 1), percent=True, part=(0, 6))
    assert written_on([film.cast.drawings[up.figures]] if up.figures else []) in (["> 99 %", "< 1 %"], [])


def test_three_charts_side_by_side_have_room_for_numbers_and_no_scales(opened):
    film = opened
    shares = np.array([0.99996, 0.00004, 0.0])
    alone = film.chart(shares, ["a", "b", "c"], "Shares", span=(0, 1), percent=True)
    up = film.chart(shares, ["a", "b", "c"], "Shares", span=(0, 1), percent=True, part=(0, 3))
    assert (alone.is_bare, up.is_bare, up.scale) == (False, True, "")
    assert written_on([film.cast.drawings[up.figures]]) == written_on([film.cast.drawings[alone.figures]])
    film.become(up, np.array([0.5, 0.25, 0.25]), "Others", span=(0, 2))
    assert not up.scale

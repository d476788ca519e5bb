"""Bars, bands and the lookup picture: true to their numbers, inside their part of the page."""

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Polygon, Rect, Text
from llmviz_addon.layout.signs.tiles import INK
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import prompt
from llmviz_addon.screenplay.page.commentary import camera_pose
from llmviz_addon.screenplay.score.timeline import Channel


def opened(film):
    head = film.layout.layers[0].attn.heads[0]
    film.open_on(head, azimuth=276, elevation=5)
    return head


def on_page(film, drawing):
    """Corners of a drawing before the camera, in picture heights."""
    back = np.linalg.inv(camera_pose(film.page))
    points = drawing.points
    return (np.hstack([points, np.ones((len(points), 1))]) @ back.T)[:, :2]


SIZES = [(1280, 720), (1080, 1920), (720, 720)]


@pytest.mark.parametrize("size", SIZES)
def test_bars_are_as_tall_as_their_shares_and_stack_up_to_one(nano, make_film, size):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
    head = opened(film)
    shares = film.trace[head.weights.name][4, :5]
    film.bars(head.weights[4, :5], list("abcde"), "Shares", seconds=4)
    assert film.now == 4
    bars, copies = (
        [d for name, d in film.cast.drawings.items() if name.startswith(f"test:{kind}:")] for kind in ("bar", "copy")
    )
    heights = [np.ptp(on_page(film, d)[:, 1]) * film.score.value(Channel(d.name, "scale", 1)) for d in bars]
    assert np.array(heights) / sum(heights) == pytest.approx(shares, abs=0.01)
    tops = [film.score.value(Channel(d.name, "offset", 1)) for d in copies]
    assert tops == sorted(tops)
    for drawing in film.cast.drawings.values():
        if drawing.name in film.pictures:
            points = on_page(film, drawing)
            area = film.page.free
            assert points[:, 0].min() > area.left - 0.02
            assert points[:, 0].max() < area.right + 0.02
            assert points[:, 1].min() > area.bottom - 0.01
            assert points[:, 1].max() < area.top + 0.02


@pytest.mark.parametrize("t", range(6))
def test_what_bars_sum_to_is_one_or_says_that_it_is_rounded(film, t):
    head = opened(film)
    film.bars(head.weights[t, : t + 1], list("abcdef")[: t + 1], "Shares")
    *_, total = (d for name, d in film.cast.drawings.items() if name.startswith("test:total"))
    (words,) = (d for name, d in film.cast.drawings.items() if name.startswith("test:figures"))
    figures = [Decimal(shape.body) for shape in words.shapes if shape.body[0].isdigit()]
    assert total.shapes[0].body == ("= 1" if round(sum(figures)) == sum(figures) == 1 else "≈ 1, rounded")


def test_bars_show_shares_of_a_whole_only(film):
    head = opened(film)
    with pytest.raises(ScriptError, match="sum to"):
        film.bars(head.scores[3, :4], list("abcd"), "Scores")


@pytest.mark.parametrize("size", SIZES)
def test_bands_are_as_wide_as_the_weights(nano, make_film, size):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], size)
    head = opened(film)
    film.bands(head.weights[5], "Attention")
    drawings = [d for name, d in film.cast.drawings.items() if name.startswith("test:bands")]
    shapes = [shape for drawing in drawings for shape in drawing.shapes]
    widths = [max(p[0] for p in s.points[:1]) - s.points[-1][0] for s in shapes if isinstance(s, Polygon)]
    weights = film.trace[head.weights.name][5, :6]
    weights = weights[weights >= 0.004]
    assert np.array(widths) / sum(widths) == pytest.approx(weights / weights.sum(), abs=1e-3)
    area = film.page.free
    starts = [film.score.clips[Channel(drawing.name, "opacity")][0].start for drawing in drawings]
    assert starts == sorted(set(starts))  # one after the other
    points = np.concatenate([on_page(film, drawing) for drawing in drawings])
    assert points[:, 0].min() >= area.left
    assert points[:, 0].max() <= area.right
    assert points[:, 1].min() >= area.bottom - 1e-6
    assert points[:, 1].max() <= area.top


@pytest.mark.parametrize("size", SIZES)
def test_a_long_word_among_bands_takes_room_from_the_others(make_film, size):
    model = builtin("austen")
    film = make_film(model, list(prompt(model)), size)
    film.bands(opened(film).weights[:], "Attention")
    (tokens,) = (d for name, d in film.cast.drawings.items() if name.startswith("test:tokens"))
    tiles = [shape for shape in tokens.shapes if isinstance(shape, Rect)][::2]
    words = [s for s in tokens.shapes if isinstance(s, Text) and s.spans[0][1] == INK][::2]
    assert [word.body for word in words] == [film.token_text(t) for t in range(12)]
    for tile, other in pairwise(tiles):
        assert tile.x + tile.width < other.x
    assert film.page.free.left <= tiles[0].x < tiles[-1].x + tiles[-1].width <= film.page.free.right
    for tile, word in zip(tiles, words, strict=True):
        (left, _), (right, _) = word.corners
        assert tile.x < left < right < tile.x + tile.width
    widths, sizes = [tile.width for tile in tiles], [word.size for word in words]
    assert max(widths) == widths[10] > 1.3 * min(widths)  # the others give up little
    assert min(sizes) > 0.6 * max(sizes)  # 0.38 where all tiles are alike


def test_all_rows_of_bands_come_one_after_the_other(film):
    head = opened(film)
    film.bands(head.weights[:], "Attention", seconds=5)
    assert sum(name.startswith("test:bands") for name in film.cast.drawings) == len(film.tokens)
    with pytest.raises(ScriptError, match="square"):
        film.bands(head.q[2], "Q")


def test_one_of_many_rows_of_bands_can_be_followed_and_both_rows_of_tokens_say_what_they_do(film):
    head = opened(film)
    film.bands(head.weights[:], "Attention", follow=2, seconds=5)
    rows = [name for name in film.cast.drawings if name.startswith("test:bands")]
    solid = [film.score.value(Channel(name, "opacity")) for name in rows]
    assert min(solid) == max(solid[:2] + solid[3:]) < solid[2] / 3
    (tokens,) = (d for name, d in film.cast.drawings.items() if name.startswith("test:tokens"))
    title, above, below, *_ = (shape for shape in tokens.shapes if isinstance(shape, Text))
    assert (title.body, above.body, below.body) == ("Attention", "is looked at", "looks")
    assert below.y < min(shape.y for shape in tokens.shapes if isinstance(shape, Rect)) < above.y


def answers(film):
    return [s.body for n in film.pictures for s in film.cast.drawings[n].shapes if isinstance(s, Text)]


def test_a_lookup_answers_with_one_value_or_a_mixture(film):
    opened(film)
    entries = {"a": 2, "b": 3, "c": 8}
    film.lookup(entries, "b")
    assert answers(film).count("3") == 2
    film.lookup(entries, "like b", weights=(0.2, 0.7, 0.1))
    assert "3.3" in answers(film)
    assert "0.2·2 + 0.7·3 + 0.1·8 = 3.3" in answers(film)
    assert answers(film).count("b") == 1
    for wish in (lambda: film.lookup(entries, "d"), lambda: film.lookup(entries, "b", weights=(0.5, 0.5))):
        with pytest.raises(ScriptError):
            wish()


@pytest.mark.parametrize("size", SIZES)
def test_what_a_picture_takes_the_stage_from_steps_aside_and_comes_back_as_it_was(nano, make_film, size):
    film = make_film(nano, [2, 1, 0, 1, 1, 2], size, 200)
    head = opened(film)
    film.split(head.q[2], others=0.2)
    film.fade(head.v, to=0)
    everyone = [*film.cast.ensemble.kinds, *film.cast.fragments]
    before = {name: film.score.value(Channel(name, "opacity")) for name in everyone}
    with film.beat("picture"):
        film.say("This is how it looks.")
        film.bars(head.weights[4, :5], list("abcde"), "Shares", seconds=2)
        film.lookup({"a": 1, "b": 2}, "a", seconds=2)
        assert not {name for name in everyone if film.score.value(Channel(name, "opacity")) > 0}
    with film.beat("after"):
        film.say("And all is there again.")
    assert {name: film.score.value(Channel(name, "opacity")) for name in before} == before

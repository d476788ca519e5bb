"""A vector as a skyline: bars as tall as its numbers, around their mean, on one scale throughout."""

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.screenplay.page.commentary import camera_pose
from llmviz_addon.screenplay.pictures.skyline import FLAT, MOST
from llmviz_addon.screenplay.score.timeline import Channel


@pytest.fixture
def opened(film):
    film.open_on(film.layout.layers[0].ln_1, azimuth=276, elevation=5)
    return film


def heights(film, chart):
    """Of the bars, in numbers."""
    return np.array([film.score.value(Channel(name, "scale", 1)) for name in chart.bars]) * chart.reach


def told(film, chart):
    shapes = [shape for name in chart.caption for shape in film.cast.drawings[name].shapes]
    return " ".join(shape.body for shape in shapes if isinstance(shape, Text))


def test_bars_are_as_tall_as_the_numbers_before_and_after(opened):
    film = opened
    ln, x = film.layout.layers[0].ln_1, film.layout.embedding.output
    before, after = film.values(x)[3], film.values(ln.normalized)[3]
    chart = film.skyline(x[3], "As it came", beside=ln.normalized[3], seconds=2)
    assert film.now == pytest.approx(2)
    assert heights(film, chart) == pytest.approx(before, abs=2 * FLAT * chart.reach)
    assert f"mean {before.mean():.5f}   band: standard deviation {before.std():.3f}" in told(film, chart)
    assert chart.reach >= np.abs(after).max() > 0.5 * chart.reach
    film.become(chart, ln.normalized[3], "Normalised", seconds=4)
    assert film.now == pytest.approx(6)
    assert heights(film, chart) == pytest.approx(after, abs=2 * FLAT * chart.reach)
    assert "mean ≈ 0   band: standard deviation 0.998" in told(film, chart)
    band = film.score.value(Channel(chart.band, "scale", 1))
    assert band == pytest.approx(2 * after.std() * chart.unit, rel=1e-5)
    scale = float(camera_pose(film.page)[0, 0])
    assert film.score.value(Channel(chart.line, "offset", 1)) == pytest.approx(
        after.mean() * chart.unit * scale, abs=1e-9
    )


def test_the_floor_slides_before_the_heights_stretch(opened):
    film = opened
    ln, x = film.layout.layers[0].ln_1, film.layout.embedding.output
    chart = film.skyline(x[3], "As it came", beside=ln.normalized[3], seconds=2)
    film.become(chart, ln.normalized[3], "Normalised", seconds=4)
    clips = film.score.clips[Channel(chart.bars[0], "scale", 1)]
    before, after = film.values(x)[3], film.values(ln.normalized)[3]
    slid = clips[-2]
    assert slid.start == pytest.approx(2)
    assert slid.end < clips[-1].start
    moved = before[0] - before.mean() + after.mean() * before.std() / after.std()
    assert slid.value * chart.reach == pytest.approx(moved, abs=2 * FLAT * chart.reach)


def test_the_shadow_counts_all_numbers(opened):
    film = opened
    ln, x = film.layout.layers[0].ln_1, film.layout.embedding.output
    chart = film.skyline(x[3], "As it came", beside=ln.normalized[3])
    film.become(chart, ln.normalized[3], "Normalised")
    widths = [shape.width for shape in film.cast.drawings[chart.shadow[0]].shapes]
    counts, _ = np.histogram(film.values(ln.normalized)[3], 15, (-chart.reach, chart.reach))
    assert np.array(widths) / max(widths) == pytest.approx(counts[counts > 0] / counts.max())


def test_what_does_not_follow_from_the_bars_takes_its_place_at_once(opened):
    film = opened
    ln = film.layout.layers[0].ln_1
    chart = film.skyline(film.layout.embedding.output[3], "As it came", beside=ln.output[3])
    known = len(film.score.clips[Channel(chart.bars[0], "scale", 1)])
    film.become(chart, ln.output[3], "Scaled and shifted")
    assert len(film.score.clips[Channel(chart.bars[0], "scale", 1)]) == known + 1
    assert heights(film, chart) == pytest.approx(film.values(ln.output)[3], abs=2 * FLAT * chart.reach)


def test_a_scale_ends_where_it_ends_and_says_what_goes_beyond(opened):
    film = opened
    x, ln = film.layout.embedding.output, film.layout.layers[0].ln_1
    chart = film.skyline(ln.output[3], "Tall", beside=x[3])
    values = film.values(ln.output)[3]
    assert np.abs(values).max() > chart.reach
    assert np.abs(heights(film, chart)).max() == pytest.approx(chart.reach)
    assert "largest" in told(film, chart)


def test_of_a_long_vector_the_first_numbers_have_bars(opened):
    film = opened
    chart = film.skyline(film.layout.layers[0].mlp.hidden[3], "All of it")
    assert len(chart.bars) == MOST
    assert f"the first {MOST} of 192" in told(film, chart)


def test_what_cannot_become(opened):
    film = opened
    x, head = film.layout.embedding.output, film.layout.layers[0].attn.heads[0]
    chart = film.skyline(x[3], "As it came")
    with pytest.raises(ScriptError, match="has 16 numbers, but the skyline 48"):
        film.become(chart, head.q[3], "Query")
    with film.beat("one"):
        film.say("Here is another.")
        chart = film.skyline(x[3], "As it came")
    with film.beat("two"):
        film.say("It is gone.")
        with pytest.raises(ScriptError, match="not up any more"):
            film.become(chart, x[2], "Another")

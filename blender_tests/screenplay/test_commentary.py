"""Commentary: links, true numbers, wrapping, timing."""

import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.screenplay.page import commentary
from llmviz_addon.screenplay.page.view import Page


def test_numbers_come_from_the_trace(film):
    mean = film.layout.layers[0].ln_1.mean
    spans, _ = commentary.parse("It is {mean[3]:.4f}.", {"mean": mean}, film.trace)
    assert spans == [(f"It is {film.trace[mean.name][3]:.4f}.".replace("-", "−"), "ink")]


def test_links_are_coloured_and_point_at_their_grid(film):
    ln = film.layout.layers[0].ln_1
    spans, links = commentary.parse("The [scale]({g}) of [{n} rows](C).", {"g": ln.gamma, "n": 48}, film.trace)
    assert spans == [("The ", "ink"), ("scale", "weight"), (" of ", "ink"), ("48 rows", "accent"), (".", "ink")]
    assert [link.target for link in links] == [ln.gamma, "C"]
    assert 0 < links[0].at < links[1].at < 1


def test_spaces_that_hold_together_are_kept(film):
    spans, _ = commentary.parse(" 12\u00a0C²\n   is {n}. ", {"n": "2\u00a0m"}, film.trace)
    assert spans == [("12\u00a0C² is 2\u00a0m.", "ink")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{nothing}", "nothing"),
        ("[a]({nothing})", "nothing"),
        ("{x}", "whole grid"),
        ("{x[0]}", "48 numbers"),
        ("{x[99]}", "99"),
        ("[a]({n})", "points to 3"),
    ],
)
def test_what_means_nothing_is_refused(film, text, message):
    names = {"x": film.layout.embedding.output, "n": 3}
    with pytest.raises(ScriptError, match=message):
        commentary.parse(text, names, film.trace)


@pytest.mark.parametrize("size", [(1280, 720), (1080, 1920), (720, 720)])
@pytest.mark.parametrize("count", [5, 60, 120])
def test_paragraphs_stay_inside_their_area(size, count):
    page = Page.of(size)
    spans = [("word " * count, "ink"), ("coloured " * 3, "weight")]
    drawings = commentary.paragraph("p", [spans[:1], spans[1:]], page)
    texts = [shape for drawing in drawings for shape in drawing.shapes if isinstance(shape, Text)]
    assert len(texts) == len(drawings) == 2
    last = texts[-1]
    assert last.y - last.body.count("\n") * last.leading * last.size > page.text.bottom - 1.2 * last.size
    assert texts[0].y + texts[0].size <= page.text.top
    for upper, lower in zip(texts, texts[1:], strict=False):
        assert lower.size == upper.size
        assert lower.y < upper.y - (upper.body.count("\n") + 1) * upper.leading * upper.size


def test_reading_takes_as_long_as_the_pace_says():
    spans = [("one two three four five six seven eight nine ten", "ink")]
    assert commentary.reading_seconds(spans, 100) == pytest.approx(6.0)
    assert commentary.reading_seconds(spans, None) == 0.0

"""Text metrics and line breaking, without Blender."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.layout.lettering.font import advance, fit, line_count, wrap

COLORS = st.sampled_from(["ink", "muted", "weight"])
TEXT = st.text(st.sampled_from("aWi.  =-—\n中γ√é…"), max_size=40)
SPANS = st.lists(st.tuples(TEXT, COLORS), max_size=6)


def colored(spans: object) -> list[tuple[str, str]]:
    return [(character, color) for text, color in spans for character in text]


@given(SPANS, st.floats(0.05, 2), st.floats(0.01, 8))
def test_wrapping_keeps_every_character_and_color(spans: list, size: float, width: float):
    before = colored(spans)
    for character, color in colored(wrap(spans, size, width)):
        if before and before[0] == (character, color):
            before.pop(0)
        elif before and character == "\n" and before[0] == (" ", color):
            before.pop(0)  # the broken space
        else:
            assert character == "\n"
    assert before == []


@given(SPANS, st.floats(0.05, 2), st.floats(0.01, 8))
def test_lines_fit(spans: list, size: float, width: float):
    for line in "".join(text for text, _ in wrap(spans, size, width)).split("\n"):
        assert len(line) <= 1 or advance(line, size) <= width * 1.0001


@given(SPANS, st.floats(0.05, 2), st.floats(0.01, 8))
def test_wrapping_again_changes_nothing(spans: list, size: float, width: float):
    once = wrap(spans, size, width)
    assert wrap(once, size, width) == once


@given(SPANS)
def test_wide_enough_text_stays(spans: list):
    assert wrap(spans, 1, 1000) == tuple(spans)
    assert line_count(spans) == 1 + "".join(text for text, _ in spans).count("\n")


def test_breaks_at_words_across_spans():
    spans = (("The input ", "ink"), ("embed", "activation"), ("ding enters", "ink"))
    width = advance("The input embedding", 0.5)
    assert wrap(spans, 0.5, width) == (("The input ", "ink"), ("embed", "activation"), ("ding\nenters", "ink"))
    assert "".join(text for text, _ in wrap(spans, 0.5, width * 0.99)) == "The input\nembedding enters"


def test_names_with_a_number_stay_together():
    assert wrap((("as GPT-2", "ink"),), 1, advance("as GPT-")) == (("as\nGPT-2", "ink"),)
    assert wrap((("as self-made", "ink"),), 1, advance("as self-")) == (("as self-\nmade", "ink"),)


@pytest.mark.parametrize(
    ("text", "line", "broken"),
    [
        ("cells, with T = 2,048 up", "cells, with T =", "cells, with\nT = 2,048 up"),
        ("likeliest gets 99.996 %.", "likeliest gets 99.996", "likeliest gets\n99.996 %."),
        ("at 99 % of it", "at 99 %", "at 99 %\nof it"),
        ("each of 96 × 96 = 9,216", "each of 96 × 96 =", "each of\n96 × 96 = 9,216"),
        ("has 12\u00a0C² + 13\u00a0C more", "has 12\u00a0C² + 1", "has\n12\u00a0C² + 13\u00a0C\nmore"),
        ("is a + b + c + d", "is a + b", "is\na + b +\nc + d"),  # wider than a line itself
        ("t = 5: it", "t = 5:", "t = 5:\nit"),
    ],
)
def test_formulas_stay_together(text: str, line: str, broken: str):
    assert wrap(((text, "ink"),), 1, advance(line)) == ((broken, "ink"),)


def test_chinese_breaks_anywhere():
    assert wrap((("归一化层", "ink"),), 1, 2) == (("归一\n化层", "ink"),)


def test_advance_is_that_of_the_widest_line():
    assert advance("i\nWW\nn", 2) == pytest.approx(2 * advance("WW"))
    assert advance("", 1) == 0
    assert advance("ő") == advance("o")
    assert advance("中") == 1.0


@given(TEXT, st.floats(0.05, 2), st.floats(0.01, 8))
def test_fit_shrinks_but_never_grows(text: str, size: float, width: float):
    fitted = fit(text, size, width)
    assert 0 < fitted <= size
    assert advance(text, fitted) <= width * 1.0001

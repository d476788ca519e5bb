"""How numbers are written: as many digits as tell a number from what it is not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.rounding import done, formatted, in_cell, near_zero, number, percent, relation, said, written_percents


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.00"),
        (-0.0, "0.00"),
        (1, "1.00"),
        (0.0005, "0.0005"),
        (-0.00051234, "−0.00051"),
        (0.0576, "0.058"),
        (0.71, "0.71"),
        (0.997, "0.997"),
        (0.9996, "0.9996"),
        (0.9999999, "> 0.99999"),
        (1.0000001, "> 1.00"),
        (-0.9999999, "< −0.99999"),
        (1e-9, "< 0.00001"),
        (-1e-9, "> −0.00001"),
        (1.996, "2.00"),
        (12345.678, "12,345.68"),
        (3e15, "3.00e+15"),
        (math.nan, "–"),
        (-math.inf, "−∞"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (0.0004, ".3f", "0.0004"),
        (-0.0004, ".2f", "−0.0004"),
        (0.0576, ".2f", "0.06"),
        (0.0576, ".0%", "6 %"),
        (0.997, ".0%", "99.7 %"),
        (0.99999, ".0%", "99.999 %"),
        (0.0001, ".0%", "0.01 %"),
        (1, ".0%", "100 %"),
        (-0.3, "+.1f", "−0.3"),
        (4, "", "4"),
        (1.0, ".1f", "1.0"),
        (0.9996, ".2f", "0.9996"),
        (1e-9, ".4f", "< 0.00001"),
    ],
)
def test_what_a_chapter_asks_for_is_honoured_but_does_not_lie(value: float, spec: str, text: str) -> None:
    assert formatted(value, spec) == text


def read(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


@given(
    st.floats(allow_nan=False, allow_infinity=False, width=32) | st.floats(0, 1) | st.floats(-1e-4, 1e-4),
    st.sampled_from(["", ".0f", ".2f", ".4f", "+.1f"]),
)
def test_what_is_written_is_true(value: float, spec: str) -> None:
    for text in (number(value), formatted(value, spec)):
        assert not text.startswith("−0.") or text.strip("−0.")
        if text[0] in "<>":
            bound = read(text[1:])
            assert value < bound if text[0] == "<" else value > bound
            assert abs(value - bound) < 2e-5
        else:
            told = read(text)
            for exact in (-1, 0, 1):
                assert (told == exact) == (value == exact)
            assert told == pytest.approx(value, abs=0.51 if spec.endswith(".0f") else 0.051, rel=0.01)


@given(st.floats(0, 1))
def test_a_share_is_nothing_or_all_only_where_it_is(share: float) -> None:
    assert (percent(share) == "0 %") == (share == 0)
    assert (percent(share) == "100 %") == (share == 1)


def test_work_is_done_at_the_end_only() -> None:
    assert [done(share) for share in (0, 0.29, 0.4, 0.999, 1)] == ["0%", "29%", "40%", "99%", "100%"]


def test_a_sum_that_is_nothing_but_rounding_says_so() -> None:
    assert near_zero(-3e-9, 2.5) == "≈ 0"
    assert near_zero(0.0, 2.5) == "0.00"
    assert near_zero(0.004, 2.5) == "0.004"


@pytest.mark.parametrize(
    ("result", "parts", "sign"),
    [
        ("1", ["0.71", "0.24", "0.05"], "="),
        ("1", ["0.33", "0.33", "0.33"], "≈"),
        ("0.04", ["0.01", "0.03"], "="),
        ("0.04", ["0.01", "0.02"], "≈"),
        ("0.0208", ["0.0153", "0.00553"], "≈"),  # 0.02083
        ("1", ["> 0.9999", "< 0.0001"], "≈"),
        ("−0.30", ["−0.10", "−0.20"], "="),
        ("0.00", ["3" + 42 * "0"], "≈"),  # more digits than a decimal keeps
    ],
)
def test_what_is_shown_adds_up_as_shown_or_says_so(result: str, parts: list[str], sign: str) -> None:
    assert relation(result, parts) == sign


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1, "1.00"),
        (-0.591, "−0.591"),
        (0.0163, "0.0163"),
        (0.00743, "0.00743"),
        (0.00099, "0.00099"),
        (0.000353, "0.00035"),
        (1.04e-5, "0.00001"),
        (0.0000099, "≈0"),
        (-4.567e-12, "≈0"),
        (1e-45, "≈0"),
        (12.34, "12.3"),
        (-123.4, "−123"),
        (12345.6, "12346"),
        (60000.0, ""),
        (1.125, "1.12"),  # half to the even one, as in all other numbers
        (1.375, "1.38"),
        (9.996, "10.0"),
        (999.7, "1000"),
        (0.9994, "0.999"),
        (0.9996, "0.9996"),
        (0.9999999, "0.99999"),
        (1.004, "1.004"),
        (1.0000001, "1.00001"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
    ],
)
def test_numbers_in_cells(value: float, text: str) -> None:
    assert in_cell(value) == text


@given(st.floats(-59_999, 59_999, width=32))
def test_a_number_in_a_cell_is_true_to_three_digits(value: float) -> None:
    text = in_cell(value).replace("−", "-")
    size = abs(value)
    assert (text == "≈0") == (0 < size < 0.999e-5)
    if text == "≈0":
        return
    assert text == "0" or not set(text) <= set("-0.")
    assert len(text) <= 9
    digits = len(text.lstrip("-0.").replace(".", ""))
    assert digits >= 3 or size < 0.001
    assert abs(float(text) - value) <= 0.50001 * max(10 ** (math.floor(math.log10(size or 1)) - 2), 1e-5)
    if value != 1:
        assert float(text) != 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (4.0, "4"),
        (0.5, "0.500"),
        (-0.5046, "−0.505"),
        (0.0005, "0.00050"),
        (12.345, "12.3"),
        (0.99912, "0.9991"),
        (43143.5, "43,143.50"),
        (1234567.5, "1,234,567.50"),
        (1e-9, "< 0.00001"),
        (math.nan, "–"),
        (-math.inf, "−∞"),
    ],
)
def test_what_is_said_looks_as_in_a_cell(value: float, text: str) -> None:
    assert said(value) == text


def test_shares_in_percent_add_up_as_they_are_written():
    assert written_percents([0.8423, 0.1103, 0.0474]) == ["84.23 %", "11.03 %", "4.74 %"]
    assert written_percents([0.6264, 0.2256, 0.1480]) == ["62.6 %", "22.6 %", "14.8 %"]
    assert written_percents([0.99996, 0.00004, 0.0]) == ["99.996 %", "0.004 %", "0 %"]
    assert written_percents([0.0, 1.0]) == ["0 %", "100 %"]
    assert written_percents([0.5, 0.2]) == ["50.0 %", "20.0 %"]  # others are not shown

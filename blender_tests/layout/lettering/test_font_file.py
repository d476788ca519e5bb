"""Fonts of the user's are measured from their tables; what cannot be used is told in one line."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_tests.layout.lettering.made_font import CAPITAL, LETTERS, made_font
from llmviz_addon.errors import JobError
from llmviz_addon.layout.lettering.drawing import Text
from llmviz_addon.layout.lettering.font import CAP_HEIGHT, advance, lettered, once_per_font, wrap
from llmviz_addon.layout.lettering.font_file import FontFile, font_of, read_font

EM = CAPITAL / CAP_HEIGHT
FONT = made_font({"H": 900, "i": 200, "1": 300, "8": 640})


@pytest.mark.parametrize("form", [4, 12])
def test_every_letter_is_as_wide_as_the_font_says(form):
    font = font_of(made_font({"H": 900}, form=form), "a.ttf")
    for number, letter in enumerate(sorted(LETTERS)):
        if not letter.isdigit():
            units = 900 if letter == "H" else 400 + 10 * number
            assert font.advances[letter] == pytest.approx(units / EM)
    assert set(font.advances) == set(LETTERS)


def test_digits_are_as_wide_as_the_widest_and_stand_amid():
    font = font_of(FONT, "a.ttf")
    assert {font.advances[digit] for digit in string.digits} == {640 / EM}
    assert font.shifts["1"] == pytest.approx(170 / EM)
    assert font.shifts["8"] == 0


def test_what_is_lettered_is_measured_by_the_font():
    font = font_of(FONT, "a.ttf")
    plain, mu = advance("Hi"), advance("μ")
    with lettered(font):
        assert advance("Hi", 2.0) == pytest.approx(2 * 1100 / EM)
        assert advance("μ") == mu  # which it lacks
        assert advance("Hμ") == pytest.approx(900 / EM + mu)
        assert wrap((("HH HH", "ink"),), 1.0, 1900 / EM) == (("HH\nHH", "ink"),)
        text = Text(0, 0, (("Hi", "ink"),), 1.0)
    assert advance("Hi") == plain
    assert wrap((("HH HH", "ink"),), 1.0, 2 * 1900 / EM) == (("HH HH", "ink"),)
    assert text.corners[1][0] == pytest.approx(1100 / EM)
    assert text != Text(0, 0, (("Hi", "ink"),), 1.0)


def test_what_is_worked_out_once_is_worked_out_once_per_font():
    font, calls = font_of(FONT, "a.ttf"), []

    @once_per_font(8)
    def width(text: str) -> float:
        calls.append(text)
        return advance(text)

    plain = [width("Hi"), width("Hi")]
    with lettered(font):
        hers = [width("Hi"), width("Hi")]
    assert width("Hi") == plain[0] == plain[1] != hers[0] == hers[1]
    assert calls == ["Hi", "Hi"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no font that can be read; give a TrueType or OpenType file"),
        (b"wOF2" + FONT[4:], "no font that can be read; give a TrueType or OpenType file"),
        (FONT[:40], "damaged"),
        (FONT[:-1], "damaged"),
        (FONT.replace(b"hmtx", b"hmtz"), "damaged"),
        (FONT.replace(b"cmap", b"cmaq"), "damaged"),
        (FONT.replace(b"name", b"namf"), "damaged"),
        (made_font(letters=LETTERS.replace("Q", "")), "has no 'Q'; a theme's font has Latin letters and digits"),
        (made_font(dict.fromkeys(string.digits, 0)), "damaged"),
    ],
)
def test_what_is_no_font_is_told(content, message):
    with pytest.raises(JobError, match=message):
        font_of(content, "a.ttf")


def test_what_cannot_be_read_is_told(tmp_path: Path):
    for name, message in (("gone.ttf", "No such file"), ("nul\0", "not possible"), (".", "Is a directory")):
        with pytest.raises(JobError, match=f"cannot read the font .*{message}"):
            read_font(tmp_path / name)
    (tmp_path / "large.ttf").write_bytes(FONT + b"\0" * (1 << 25))
    with pytest.raises(JobError, match="more than 32 MiB"):
        read_font(tmp_path / "large.ttf")


@pytest.mark.parametrize(("spot", "byte"), [(2, 105), (3, 51), (8, 94), (4, 1), (12, 3), (15, 200)])
def test_a_font_whose_name_freetype_does_not_find_is_damaged(spot: int, byte: int):
    """Blender dies of such a font."""
    start = FONT.index(b"name") + 8
    table = int.from_bytes(FONT[start : start + 4], "big")
    content = bytearray(FONT)
    content[table + spot] = byte
    with pytest.raises(JobError, match="damaged"):
        font_of(bytes(content), "a.ttf")


@settings(max_examples=300, deadline=None)
@given(
    spots=st.lists(st.tuples(st.integers(0, len(FONT) - 1), st.integers(0, 255)), max_size=6),
    end=st.integers(0, len(FONT)),
)
def test_whatever_is_in_a_font_ends_in_one_or_in_one_line(spots, end):
    content = bytearray(FONT)
    for at, byte in spots:
        content[at] = byte
    try:
        assert isinstance(font_of(bytes(content[: end or None]), "a.ttf"), FontFile)
    except JobError as error:
        told = str(error)
        assert len(told.splitlines()) == 1  # noqa: PT017 - either is right

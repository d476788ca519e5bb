"""Tokenizers: there and back, and errors that quote what they got."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmviz_addon.errors import ModelError
from llmviz_addon.model.tokenizers.bpe import ByteLevelBPE
from llmviz_addon.model.tokenizers.tokenizer import UNSEEN, IdTokenizer, LetterTokenizer, visible

ABC = LetterTokenizer("ABC")


def test_letters_are_numbered_in_the_order_of_the_vocabulary() -> None:
    assert ABC.encode("CBABBC") == [2, 1, 0, 1, 1, 2]
    assert [ABC.text(token) for token in range(3)] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("vocabulary", "text", "tokens"),
    [("ABC", "cba", [2, 1, 0]), ("ABC", "aBC", [0, 1, 2]), ("AB \n", "b a", [1, 2, 0]), ("ABab", "aA", [2, 0])],
)
def test_small_letters_are_capitals_where_there_are_no_others(vocabulary: str, text: str, tokens: list[int]) -> None:
    assert LetterTokenizer(vocabulary).encode(text) == tokens


@pytest.mark.parametrize(("vocabulary", "text"), [("ABc", "a"), ("abc", "A"), ("\u212aK", "k"), ("ABC", "ä")])
def test_a_letter_that_may_mean_another_is_refused(vocabulary: str, text: str) -> None:
    with pytest.raises(ModelError, match="is not in the vocabulary"):
        LetterTokenizer(vocabulary).encode(text)


@given(st.text("ABC"))
def test_letters_there_and_back(text: str) -> None:
    assert ABC.decode(ABC.encode(text)) == text


@given(st.lists(st.integers(0, 9)))
def test_ids_there_and_back(tokens: list[int]) -> None:
    tokenizer = IdTokenizer(10)
    assert tokenizer.encode(tokenizer.decode(tokens)) == tokens


def test_an_unknown_letter_is_quoted_with_the_vocabulary() -> None:
    with pytest.raises(ModelError, match=r"^'X' in 'CBX' is not in the vocabulary; possible are A, B, C\.$"):
        ABC.encode("CBX")
    with pytest.raises(ModelError) as caught:
        LetterTokenizer("".join(map(chr, range(0x4E00, 0x5E00)))).encode("X")
    assert len(str(caught.value)) < 700
    assert str(caught.value).endswith(" more).")


@given(st.text())
def test_any_text_gives_tokens_or_a_model_error(text: str) -> None:
    for tokenizer in (ABC, IdTokenizer(10)):
        message, tokens = "", []
        try:
            tokens = tokenizer.encode(text)
        except ModelError as error:
            message = str(error)
        assert "\n" not in message
        assert all(0 <= token < 10 for token in tokens)


@pytest.mark.parametrize("token", [-1, 3])
def test_a_token_outside_the_vocabulary(token: int) -> None:
    for tokenizer in (ABC, IdTokenizer(3)):
        with pytest.raises(ModelError, match=rf"^Token {token} is outside the vocabulary: ids run from 0 to 2\.$"):
            tokenizer.decode([0, token])


@pytest.mark.parametrize("vocabulary", ["", "ABA"])
def test_a_vocabulary_needs_distinct_letters(vocabulary: str) -> None:
    with pytest.raises(ModelError, match="each only once"):
        LetterTokenizer(vocabulary)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" the", "·the"),
        ("·the", "\\u00b7the"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("a\\nb", "a\\\\nb"),
        ("\u00a0\u3000\u200b\u2028", "\\u00a0\\u3000\\u200b\\u2028"),
        ("\x00\x7f\x85", "\\x00\\x7f\\u0085"),
        ("\u202eabc", "\\u202eabc"),  # would turn what follows it
        ("é", "é"),
        ("e\u0301", "e\\u0301"),  # would look the same
        ("\u0301", "\\u0301"),  # would stand on what is before it
        (" \u0301", "·\\u0301"),
        ("\u212b", "\\u212b"),  # a unit that looks like a letter
        ("✈\ufe0f", "✈\\ufe0f"),
        ("नमस्ते שלום 中␣", "नमस्ते·שלום·中␣"),
        ("\U000e0041", "\\U000e0041"),
        ("\udcf0\udc9f", "\\xf0\\x9f"),  # bytes that are no text
    ],
)
def test_what_is_written_for_a_text(text: str, shown: str) -> None:
    assert visible(text) == shown


def read_back(shown: str) -> str:
    """The text that was written."""
    names = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}

    def letter(match: re.Match[str]) -> str:
        code = match[1]
        if code in names:
            return names[code]
        number = int(code[1:], 16)
        return chr(number + 0xDC00 if code[0] == "x" and number > 0x7F else number)

    pieces = re.split(r"(\\(?:[ntr\\]|x..|u....|U........))", shown)
    parts = [re.sub(r"\\(.+)", letter, piece) if n % 2 else piece.replace("·", " ") for n, piece in enumerate(pieces)]
    return "".join(parts)


@given(st.text() | st.text(" ·\\\nnxu0e\u0301\u0323é") | st.text(st.characters(categories=["L", "M"])))
@example("한" + "한")
@example("a\u0301\u0323")
def test_no_two_texts_look_alike(text: str) -> None:
    for space in ("·", " "):
        shown = visible(text, space)
        assert shown.isprintable()
        assert unicodedata.is_normalized("NFC", shown)  # what Unicode calls the same is written as one of them
        assert not UNSEEN & set(shown)
    assert read_back(visible(text)) == text


def test_a_number_that_stands_for_no_text_is_not_a_text() -> None:
    ours = ByteLevelBPE({"<5>": 0, "<": 1}, []).fitted(9)
    assert [ours.text(token) for token in (0, 1, 5)] == ["\\x3c5>", "<", "<5>"]


def test_not_all_letters_of_a_large_vocabulary_are_listed() -> None:
    letters = LetterTokenizer("".join(map(chr, range(0x4E00, 0x4E00 + 5000))))
    with pytest.raises(ModelError, match=r"possible are 一, .*, … \(4940 more\)\.$") as caught:
        letters.encode("x")
    assert len(str(caught.value)) < 300

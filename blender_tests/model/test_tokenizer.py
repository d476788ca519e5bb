"""Tokenizers: there and back, and errors that quote what they got."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.errors import ModelError
from llmviz_addon.model.tokenizer import IdTokenizer, LetterTokenizer

ABC = LetterTokenizer("ABC")


def test_letters_are_numbered_in_the_order_of_the_vocabulary() -> None:
    assert ABC.encode("CBABBC") == [2, 1, 0, 1, 1, 2]
    assert [ABC.text(token) for token in range(3)] == ["A", "B", "C"]


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

"""From text to token ids and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ..errors import ModelError


class Tokenizer(Protocol):
    """What the rest of the add-on asks of a tokenizer."""

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text``; ModelError if it cannot be written in this vocabulary."""

    def decode(self, tokens: Iterable[int]) -> str:
        """Text of token ids; ModelError for an id outside the vocabulary."""

    def text(self, token: int) -> str:
        """What to write on the box of one token."""


class LetterTokenizer:
    """One token per letter: the id is the letter's place in ``vocabulary``."""

    def __init__(self, vocabulary: str) -> None:
        if not vocabulary or len(set(vocabulary)) != len(vocabulary):
            raise ModelError(f"The vocabulary {vocabulary!r} must have at least one letter, and each only once.")
        self.vocabulary = vocabulary
        self._ids = {letter: index for index, letter in enumerate(vocabulary)}

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text``; ModelError for a letter outside the vocabulary."""
        for letter in text:
            if letter not in self._ids:
                raise ModelError(
                    f"{letter!r} in {text!r} is not in the vocabulary; possible are {', '.join(self.vocabulary)}."
                )
        return [self._ids[letter] for letter in text]

    def decode(self, tokens: Iterable[int]) -> str:
        """Text of token ids; ModelError for an id outside the vocabulary."""
        return "".join(self.text(token) for token in tokens)

    def text(self, token: int) -> str:
        """The token's letter; ModelError for an id outside the vocabulary."""
        if not 0 <= token < len(self.vocabulary):
            raise ModelError(f"Token {token} is outside the vocabulary: ids run from 0 to {len(self.vocabulary) - 1}.")
        return self.vocabulary[token]


class IdTokenizer:
    """For a model whose vocabulary is not known: its tokens are written as their numbers, ``"0 2 1"``."""

    def __init__(self, vocab_size: int) -> None:
        self.vocab_size = vocab_size

    def encode(self, text: str) -> list[int]:
        """Token ids of numbers apart by spaces or commas; ModelError for anything else."""
        words = text.replace(",", " ").split()
        for word in words:
            if not (word.isascii() and word.isdigit() and len(word) < 10 and int(word) < self.vocab_size):
                raise ModelError(f"{word!r} is not a token id: this model has 0 to {self.vocab_size - 1}.")
        return [int(word) for word in words]

    def decode(self, tokens: Iterable[int]) -> str:
        """The ids, apart by spaces; ModelError for an id outside the vocabulary."""
        return " ".join(self.text(token) for token in tokens)

    def text(self, token: int) -> str:
        """The id itself; ModelError if it is outside the vocabulary."""
        if not 0 <= token < self.vocab_size:
            raise ModelError(f"Token {token} is outside the vocabulary: ids run from 0 to {self.vocab_size - 1}.")
        return str(int(token))

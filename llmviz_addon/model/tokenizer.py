"""From text to token ids and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ..errors import ModelError
from .files import short


class Tokenizer(Protocol):
    """What the rest of the add-on asks of a tokenizer."""

    def fitted(self, vocab_size: int) -> Tokenizer:
        """The same for a model with so many tokens; ModelError if it is not that model's tokenizer."""

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text``; ModelError if it cannot be written in this vocabulary."""

    def decode(self, tokens: Iterable[int]) -> str:
        """Text of token ids; ModelError for an id outside the vocabulary."""

    def text(self, token: int) -> str:
        """What to write on the box of one token: one line, in which everything is visible."""


class LetterTokenizer:
    """One token per letter: the id is the letter's place in ``vocabulary``."""

    def __init__(self, vocabulary: str) -> None:
        if not vocabulary or len(set(vocabulary)) != len(vocabulary):
            raise ModelError(f"The vocabulary {short(vocabulary)} must have at least one letter, and each only once.")
        self.vocabulary = vocabulary
        self._ids = {letter: index for index, letter in enumerate(vocabulary)}

    def fitted(self, vocab_size: int) -> LetterTokenizer:
        """Itself; ModelError if the model has more or fewer tokens than there are letters."""
        if len(self.vocabulary) != vocab_size:
            raise ModelError(f"The vocabulary {short(self.vocabulary)} must have vocab_size {vocab_size} letters.")
        return self

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text``; ModelError for a letter outside the vocabulary."""
        for letter in text:
            if letter not in self._ids:
                possible = ", ".join(map(visible, self.vocabulary))
                raise ModelError(f"{letter!r} in {short(text)} is not in the vocabulary; possible are {possible}.")
        return [self._ids[letter] for letter in text]

    def decode(self, tokens: Iterable[int]) -> str:
        """Text of token ids; ModelError for an id outside the vocabulary."""
        return "".join(self._letter(token) for token in tokens)

    def text(self, token: int) -> str:
        """The token's letter; ModelError for an id outside the vocabulary."""
        return visible(self._letter(token))

    def _letter(self, token: int) -> str:
        check_id(token, len(self.vocabulary))
        return self.vocabulary[token]


class IdTokenizer:
    """For a model whose vocabulary is not known: its tokens are written as their numbers, ``"0 2 1"``."""

    def __init__(self, vocab_size: int) -> None:
        self.vocab_size = vocab_size

    def fitted(self, vocab_size: int) -> IdTokenizer:
        """The same for a model with so many tokens."""
        return IdTokenizer(vocab_size)

    def encode(self, text: str) -> list[int]:
        """Token ids of numbers apart by spaces or commas; ModelError for anything else."""
        words = text.replace(",", " ").split()
        for word in words:
            if not (word.isascii() and word.isdigit() and len(word) < 10 and int(word) < self.vocab_size):
                raise ModelError(f"{short(word)} is not a token id: this model has 0 to {self.vocab_size - 1}.")
        return [int(word) for word in words]

    def decode(self, tokens: Iterable[int]) -> str:
        """The ids, apart by spaces; ModelError for an id outside the vocabulary."""
        return " ".join(self.text(token) for token in tokens)

    def text(self, token: int) -> str:
        """The id itself; ModelError if it is outside the vocabulary."""
        check_id(token, self.vocab_size)
        return str(int(token))


def check_id(token: int, size: int) -> None:
    """Raise ModelError if ``token`` is not an id of a vocabulary of that size."""
    if not 0 <= token < size:
        raise ModelError(f"Token {token} is outside the vocabulary: ids run from 0 to {size - 1}.")


def visible(text: str) -> str:
    """Text as it is written on a token's box: a space is a middle dot, what does not print is escaped."""
    return "".join("·" if letter == " " else letter if letter.isprintable() else _escape(letter) for letter in text)


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")

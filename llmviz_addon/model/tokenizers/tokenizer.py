"""From text to token ids and back."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Protocol

from ...errors import ModelError
from ..files import short

LISTED = 60  # letters of a vocabulary that a message lists


class ForeignTokenizerError(ModelError):
    """A tokenizer of a kind that we do not have; token ids can still be given."""


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
    """One token per letter: the id is the letter's place in ``vocabulary``.

    Where all of these are capitals, small letters are taken for them: nothing else can be meant.
    """

    def __init__(self, vocabulary: str) -> None:
        if not vocabulary or len(set(vocabulary)) != len(vocabulary):
            raise ModelError(f"The vocabulary {short(vocabulary)} must have at least one letter, and each only once.")
        self.vocabulary = vocabulary
        self._ids = {letter: index for index, letter in enumerate(vocabulary)}
        small = vocabulary.lower()
        if vocabulary.isupper() and len(set(small)) == len(small) == len(vocabulary):
            self._ids |= {letter: self._ids.get(letter, index) for index, letter in enumerate(small)}

    def fitted(self, vocab_size: int) -> LetterTokenizer:
        """Itself; ModelError if the model has more or fewer tokens than there are letters."""
        if len(self.vocabulary) != vocab_size:
            raise ModelError(f"The vocabulary {short(self.vocabulary)} must have vocab_size {vocab_size} letters.")
        return self

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text``; ModelError for a letter outside the vocabulary."""
        for letter in text:
            if letter not in self._ids:
                possible = ", ".join(map(visible, self.vocabulary[:LISTED]))
                possible += f", … ({len(self.vocabulary) - LISTED} more)" if len(self.vocabulary) > LISTED else ""
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
    """For a model whose vocabulary is not known: its tokens are written as their numbers, ``"0 2 1"``.

    ``why`` says why not, if there is a tokenizer.
    """

    def __init__(self, vocab_size: int, why: str = "") -> None:
        self.vocab_size = vocab_size
        self.why = why

    def fitted(self, vocab_size: int) -> IdTokenizer:
        """The same for a model with so many tokens."""
        return IdTokenizer(vocab_size, self.why)

    def encode(self, text: str) -> list[int]:
        """Token ids of numbers apart by spaces or commas; ModelError for anything else."""
        words = text.replace(",", " ").split()
        for word in words:
            if not (word.isascii() and word.isdigit() and len(word) < 10 and int(word) < self.vocab_size):
                why = f" Text cannot be read: {self.why}" if self.why else ""
                raise ModelError(f"{short(word)} is not a token id: this model has 0 to {self.vocab_size - 1}.{why}")
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


SPACE = "·"
"""How a space is written on a token's box."""
UNSEEN = frozenset(  # letters that count as printable and show nothing
    [*"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0", *map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10)))]
    + list(map(chr, range(0xE0100, 0xE01F0)))
)


def visible(text: str, space: str = SPACE) -> str:
    """Text in one line in which all is seen and no two texts look alike, as on a token's box.

    A space is a middle dot, or ``space``. Escaped, as Python writes it, is what does not print, the middle dot and
    the backslash themselves, bytes that are no text (as ``surrogateescape`` decodes them), an accent that has no letter
    before it, and what would look like a letter of its own, as an e with an accent after it does.
    """
    shown: list[str] = []
    before = ""  # the letter before, unless it is escaped
    for letter in text:
        plain = letter.isprintable() and letter not in (space, "\\") and letter not in UNSEEN
        if plain and not letter.isascii():
            plain = unicodedata.is_normalized("NFC", before + letter)
            plain = plain and bool(before or not unicodedata.category(letter).startswith("M"))
        shown.append(space if letter == " " else letter if plain else _escape(letter))
        before = letter if plain and letter != " " else ""
    return "".join(shown)


def _escape(letter: str) -> str:
    """``\\n``, ``\\x00`` for a byte, ``\\u00a0`` for a letter."""
    if 0xDC80 <= ord(letter) <= 0xDCFF:
        return f"\\x{ord(letter) - 0xDC00:02x}"
    if letter.isascii():
        return letter.encode("unicode_escape").decode("ascii")
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"

"""GPT-2's tokenizer: byte-level byte-pair encoding.

Text is cut into words (:data:`WORDS`), each word's UTF-8 bytes are written as one printable symbol per byte,
and neighbouring symbols are merged in the order in which training found them. It gives the ids of Hugging
Face's tokenizers package, which the tests hold it against; letters that Unicode got after the version that
this Python knows may be cut differently.
"""

from __future__ import annotations

import copy
import heapq
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from ...errors import ModelError
from ..files import short
from .added_tokens import Added, Finder
from .tokenizer import check_id, visible

SPACES = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # re's \s has four more
CACHED_WORDS = 1 << 14
NUMBERED = re.compile(r"<\d+>")  # what is written for a token without a text


class Frame(NamedTuple):
    """What a tokenizer does to the ids of a whole text: puts others before and after it, cuts off what is too much."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    most: int | None = None


class ByteLevelBPE:
    """Byte-level byte-pair encoding.

    Parameters
    ----------
    vocabulary : symbol string -> id.
    merges : pairs of symbol strings, the first the most urgent.
    added : tokens that are found in the text before it is cut into words.
    add_prefix_space : whether a text that does not start with a space gets one.
    frame : what is done to the ids of a whole text.
    special : texts of special tokens; one that has no id is refused where a text has it.

    Raises ModelError if a merge needs a token that is not in the vocabulary, or if two tokens have one id.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        merges: Iterable[tuple[str, str]],
        added: Iterable[Added] = (),
        add_prefix_space: bool = False,
        frame: Frame = Frame(),  # noqa: B008 (a tuple)
        special: Iterable[str] = (),
    ) -> None:
        added = list(added)
        self._added = {token.text: token.id for token in added}
        self._finders = (
            Finder([*(token.text for token in added if token.special), *(set(special) - set(self._added))]),
            Finder(token.text for token in added if not token.special),
        )
        self._prefix = " " if add_prefix_space else ""
        self._frame = frame
        self._vocabulary = vocabulary
        self._merges: dict[tuple[int, int], tuple[int, int]] = {}  # ids of a pair -> rank, id of both together
        for rank, (left, right) in enumerate(merges):
            for token in (left, right, left + right):
                if token not in vocabulary:
                    raise ModelError(f"The merge of {short(left)} and {short(right)} needs a token {short(token)}.")
            self._merges[vocabulary[left], vocabulary[right]] = rank, vocabulary[left + right]
        self._bytes = {index: _bytes_of(token) for token, index in vocabulary.items()}
        if len(self._bytes) != len(vocabulary):
            raise ModelError("Two tokens of the vocabulary have the same id.")
        self._bytes |= {index: text.encode("utf-8", "replace") for text, index in self._added.items()}
        if len(self._bytes) != len(vocabulary.keys() | self._added.keys()):
            raise ModelError("Two tokens have the same id.")
        self.size = 1 + max(self._bytes, default=-1)  # ids run from 0 to below it, some perhaps without a text
        for index in (*frame.before, *frame.after):
            if index not in self._bytes:
                raise ModelError(f"Its post_processor adds the id {short(index)}, which no token has.")
        self._word = lru_cache(CACHED_WORDS)(self._encode_word)

    def fitted(self, vocab_size: int) -> ByteLevelBPE:
        """The same for a model with so many tokens, which may be more than there are texts for.

        nanoGPT rounds GPT-2's 50,257 up to 50,304. Raises ModelError if they are fewer.
        """
        if vocab_size < self.size:
            raise ModelError(f"The tokenizer has ids up to {self.size - 1}, but the model only {vocab_size} tokens.")
        fitted = copy.copy(self)
        fitted.size = vocab_size
        return fitted

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text``; ModelError for half characters (lone surrogates) or a byte without a token."""
        tokens = list(self._frame.before)
        for piece, is_token in self._pieces(text):
            if not is_token:
                tokens += self._encode_plain(piece)
            elif piece in self._added:
                tokens.append(self._added[piece])
            else:
                raise ModelError(f"{short(piece)} is a special token, but it has no id in this vocabulary.")
        tokens += self._frame.after
        if self._frame.most is not None and len(tokens) > self._frame.most:
            raise ModelError(f"The text has {len(tokens)} tokens, but its tokenizer cuts off after {self._frame.most}.")
        return tokens

    def _pieces(self, text: str) -> Iterator[tuple[str, bool]]:
        """Added tokens, the special ones first, and the plain text between them; whether each is a token."""
        for piece, is_token in self._finders[0].cut(text):
            if is_token:
                yield piece, True
            else:
                yield from self._finders[1].cut(piece)

    def decode(self, tokens: Iterable[int]) -> str:
        """Text of token ids, with a replacement character for bytes that are no text; ModelError as :meth:`text`."""
        return b"".join(self._content(token) for token in tokens).decode("utf-8", "replace")

    def text(self, token: int) -> str:
        """The token's text, bytes that are only a part of a character as ``\\xf0``; ``<5>`` if number 5 has no text.

        Raises ModelError for an id outside the vocabulary.
        """
        content = self._content(token)
        if not content:
            return f"<{token}>"
        text = visible(content.decode("utf-8", "surrogateescape"))
        return f"\\x3c{text[1:]}" if NUMBERED.fullmatch(text) else text

    def _content(self, token: int) -> bytes:
        check_id(token, self.size)
        return self._bytes.get(int(token), b"")  # ids may be left out

    def _encode_plain(self, text: str) -> list[int]:
        if text and not text.startswith(" "):
            text = self._prefix + text
        return [token for word in words().findall(text) for token in self._word(word)]

    def _encode_word(self, word: str) -> tuple[int, ...]:
        try:
            symbols = [BYTE_SYMBOLS[byte] for byte in word.encode("utf-8")]
        except UnicodeEncodeError as error:
            raise ModelError(f"{short(word)} holds half a character, which has no tokens.") from error
        for symbol in symbols:
            if symbol not in self._vocabulary:
                raise ModelError(f"{short(word)} holds a byte that has no token in this vocabulary.")
        return tuple(self._merge([self._vocabulary[symbol] for symbol in symbols]))

    def _merge(self, ids: list[int]) -> Sequence[int]:
        """Merge neighbours, always the most urgent pair and of equals the leftmost, until there is none.

        A heap of candidates and a linked list keep this from being quadratic for a word of a million letters.
        """
        following = [*range(1, len(ids)), -1]
        before = [-1, *range(len(ids) - 1)]
        gone = [False] * len(ids)
        heap: list[tuple[int, int, int]] = []  # rank, position of the left one, id of both together

        def consider(left: int) -> None:
            right = following[left] if left >= 0 else -1
            found = self._merges.get((ids[left], ids[right])) if right >= 0 else None
            if found:
                heapq.heappush(heap, (found[0], left, found[1]))

        for position in range(len(ids) - 1):
            consider(position)
        while heap:
            _, left, merged = heapq.heappop(heap)
            right = following[left]
            if gone[left] or right < 0 or self._merges.get((ids[left], ids[right]), (0, None))[1] != merged:
                continue  # what was here has been merged with something else since
            ids[left], gone[right], following[left] = merged, True, following[right]
            if following[right] >= 0:
                before[following[right]] = left
            consider(before[left])
            consider(left)
        return [token for token, is_gone in zip(ids, gone, strict=True) if not is_gone]


def byte_symbols() -> list[str]:
    """One printable symbol per byte: itself where that prints, else a letter from U+0100 on."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = iter(range(0x100, 0x200))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


BYTE_SYMBOLS = byte_symbols()
BYTE_OF_SYMBOL = {symbol: byte for byte, symbol in enumerate(BYTE_SYMBOLS)}


def _bytes_of(token: str) -> bytes:
    """The bytes that a token's symbols stand for; the text itself if it has other letters, as special ones do."""
    if all(symbol in BYTE_OF_SYMBOL for symbol in token):
        return bytes(BYTE_OF_SYMBOL[symbol] for symbol in token)
    return token.encode("utf-8", "replace")


@lru_cache(maxsize=1)
def words() -> re.Pattern[str]:
    """GPT-2's pattern for cutting text into words.

    It needs Unicode's classes of letters and numbers, which Python's re lacks. They are listed once, when the
    first text is encoded (about a quarter of a second).
    """
    letters, numbers = _characters("L"), _characters("N")
    return re.compile(
        rf"'(?:[smtd]|re|ve|ll)| ?[{letters}]+| ?[{numbers}]+"
        rf"| ?[^{SPACES}{letters}{numbers}]+|[{SPACES}]+(?![^{SPACES}])|[{SPACES}]+"
    )


def _characters(category: str) -> str:
    """All characters of a Unicode category, as ranges inside of a pattern's brackets."""
    ranges: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)).startswith(category):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)

"""Tokens that are found in a text before it is cut into words: special ones, and those added after training."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from ...errors import ModelError
from ..files import short


class Added(NamedTuple):
    """An added token. Those that are ``special`` are found first, the others in what is left between them."""

    text: str
    id: int
    special: bool


class Finder:
    """Cuts a text at tokens, the leftmost first and of those that begin together the longest.

    It looks up what begins with a token's first letter, for each length that such tokens have: an expression of all
    tokens (a quarter of a million of them are not rare) takes minutes to compile.
    """

    def __init__(self, tokens: Iterable[str]) -> None:
        self._tokens = frozenset(tokens)
        lengths: dict[str, set[int]] = {}
        for token in self._tokens:
            lengths.setdefault(token[0], set()).add(len(token))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}
        self._first = re.compile(f"[{''.join(map(re.escape, lengths))}]") if lengths else None

    def cut(self, text: str) -> Iterator[tuple[str, bool]]:
        """The pieces of a text in their order, none of them empty, and whether each is a token."""
        position = 0
        for match in self._first.finditer(text) if self._first else ():
            start = match.start()
            if start >= position and (token := self._longest(text, start)):
                if start > position:
                    yield text[position:start], False
                yield token, True
                position = start + len(token)
        if position < len(text):
            yield text[position:], False

    def _longest(self, text: str, start: int) -> str:
        pieces = (text[start : start + length] for length in self._lengths[text[start]])
        return next((piece for piece in pieces if piece in self._tokens), "")


def united(sources: Iterable[Iterable[Added]], vocabulary: Mapping[str, int]) -> dict[str, Added]:
    """The tokens of several sources by their text.

    Raises ModelError if two sources disagree, if one disagrees with the vocabulary, or if the ids of new ones do not
    go on where the vocabulary ends: the tokenizers package numbers them so, whatever the file says.
    """
    found: dict[str, Added] = {}
    for token in (token for source in sources for token in source):
        known = vocabulary.get(token.text, token.id)
        if known != token.id or found.setdefault(token.text, token).id != token.id:
            other = known if known != token.id else found[token.text].id
            raise ModelError(f"The token {short(token.text)} has two ids, {other} and {token.id}.")
    new = sorted(token.id for token in found.values() if token.text not in vocabulary)
    end = 1 + max(vocabulary.values(), default=-1)
    if new != list(range(end, end + len(new))):
        raise ModelError(f"The ids of added tokens ({short(new)}) do not go on from the vocabulary's last, {end - 1}.")
    return found


def numbered(names: Collection[str], vocabulary: Mapping[str, int], found: Mapping[str, Added]) -> list[Added]:
    """Special tokens of which only the names are told, where the vocabulary has them and ``found`` has not."""
    return [Added(name, vocabulary[name], True) for name in names if name in vocabulary and name not in found]

"""In which language a film is told: all its words go through ``phrase``, all its numbers through ``marked``.

Code and chapters write English, and what they write is the key under which a language has its own, as in gettext. So a
chapter reads like its script and a user's can be told in other languages as it is; a sentence that is written anew or
moved is told in English until somebody translates it, where a key such as ``mean.2`` would tell the wrong one. A number
that was written into a text is no part of its key: ``What t = 3 takes`` is looked up as ``What t = {} takes``.

The language is no argument of the hundred functions that write words, because all of one film is told in one: it is in
use while that is told, as a theme's font is (see ``layout.lettering.font``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

FORMS: Mapping[str, tuple[int, Callable[[int], int]]] = {
    "none": (1, lambda n: 0),
    "one": (2, lambda n: n != 1),
    "one or none": (2, lambda n: n > 1),
    "one, few, many": (3, lambda n: 0 if n == 1 else 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2),
    "ones, few, many": (
        3,
        lambda n: 0 if n % 10 == 1 and n % 100 != 11 else 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2,
    ),
}
"""How many forms of a word there are, and which one goes with a number: as in Chinese, German, French, Polish and
Russian."""
PLACE = re.compile(r"\{(\d*)\}")
"""Where a number or a text comes that has no name."""
_NAMED = re.compile(r"\{[^}]*\}|\]\([^)]*\)")
_NUMBER = re.compile(r"(\{[^}]*\}|\]\([^)]*\))|\d+(?:,\d{3})*(?:\.\d+)?")


class AsIs(str):
    """Text that is written as it is: it is in the language of the film already, or in none, as a token is."""

    __slots__ = ()


@dataclass(frozen=True, eq=False)
class Language:
    """A language: what numbers and texts are in it, those of each chapter by its file.

    ``untold`` collects what was asked for and is not there: (chapter's file or None, English); ``unasked`` tells of
    what is there and nobody writes.
    """

    name: str
    title: str
    decimal: str = "."
    thousands: str = ","
    rule: str = "one"
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    chapters: Mapping[Path, Mapping[str, str]] = field(default_factory=dict)
    unasked: tuple[str, ...] = ()
    untold: dict[tuple[Path | None, str], None] = field(default_factory=dict)

    @property
    def is_english(self) -> bool:
        """Whether it is what code and chapters are written in."""
        return self is ENGLISH

    def find(self, text: str, chapter: Path | None) -> str | None:
        """What it has for an English text in a chapter, if anything."""
        found = self.chapters.get(chapter, {}).get(text) if chapter else None
        return found or self.words.get(text)


ENGLISH = Language("en", "English")
_USED: ContextVar[Language] = ContextVar("language", default=ENGLISH)
_CHAPTER: ContextVar[Path | None] = ContextVar("chapter", default=None)


def language_in_use() -> Language:
    """The language in which texts are written now."""
    return _USED.get()


@contextmanager
def spoken(language: Language) -> Iterator[None]:
    """While this lasts, texts are written in ``language``."""
    token = _USED.set(language)
    try:
        yield
    finally:
        _USED.reset(token)


@contextmanager
def of_chapter(path: Path) -> Iterator[None]:
    """While this lasts, a language's texts for the chapter in this file come before those for all."""
    token = _CHAPTER.set(path)
    try:
        yield
    finally:
        _CHAPTER.reset(token)


def phrase(text: str, *values: object) -> str:
    """An English text in the language in use, with ``values`` in its places ``{}``: whole numbers, or texts.

    What has a name, such as ``{mean}``, and links stay for whoever fills them in. What is untold stays English.
    """
    language = _USED.get()
    if isinstance(text, AsIs) or (language.is_english and not values):
        return text
    if values:
        return AsIs(_filled(_translated(text, language) or text, [_written(value) for value in values]))
    if (found := _translated(text, language, quietly=True)) is not None:
        return AsIs(found)
    numbers: list[str] = []

    def lift(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        numbers.append(match[0])
        return "{}"

    lifted = _NUMBER.sub(lift, text)
    return AsIs(_filled(_translated(lifted, language) or lifted, [marked(number) for number in numbers]))


def quoted(text: object) -> str:
    """A text of the model's, such as a token's, between quotes."""
    plain = "“{}”"
    return AsIs(_filled(_USED.get().words.get(plain, plain), [str(text)]))


def count(amount: int, what: str) -> str:
    """So many of something: ``1 layer``, ``1,024 layers``; ``what`` is one of them in English."""
    language = _USED.get()
    number = whole(amount)
    if language.is_english:
        return f"{number} {what}" if amount == 1 else f"{number} {what}s"
    forms = language.plurals.get(what)
    if forms is None:
        language.untold[None, what] = None
        forms = (f"{{}} {what}", f"{{}} {what}s")
        return AsIs(_filled(forms[amount != 1], [number]))
    return AsIs(_filled(forms[FORMS[language.rule][1](abs(amount))], [number]))


def whole(number: int) -> str:
    """A whole number: ``1,024``."""
    return marked(f"{number:,}")


def marked(number: str) -> str:
    """A number as Python writes it with the marks of the language in use."""
    language = _USED.get()
    return number if language.is_english else number.translate({46: language.decimal, 44: language.thousands})


def comma() -> str:
    """What stands between numbers in a list: where a comma begins decimals, a semicolon."""
    return ";" if _USED.get().decimal == "," else ","


def unmarked(number: str) -> str:
    """A number back as Python writes and reads it, without thousands' marks."""
    language = _USED.get()
    return number.replace(language.thousands, "").replace(language.decimal, ".")


def names_of(template: str) -> tuple[set[str], int, set[str]]:
    """What a text has places for: names, how many without one, and what its links point at."""
    fields = [match[1:-1].partition(":")[0] for match in re.findall(r"\{[^}]*\}", template)]
    targets = set(re.findall(r"\]\(([^)]*)\)", template))
    numbered = {int(name) for name in fields if name.isdigit()}
    places = len(numbered) if numbered == {*range(len(numbered))} else -1
    return {name for name in fields if name and not name.isdigit()}, places or fields.count(""), targets


def _translated(text: str, language: Language, quietly: bool = False) -> str | None:
    """What a language has for a text, None for English; what it should have and has not is noted."""
    if language.is_english or sum(map(str.isalpha, _NAMED.sub("", text))) < 2:  # letters are the same in all of them
        return None
    chapter = _CHAPTER.get()
    found = language.find(text, chapter)
    if found is None and not quietly:
        language.untold[chapter, text] = None
    return found


def _written(value: object) -> str:
    return phrase(value) if isinstance(value, str) else whole(value) if isinstance(value, int) else str(value)


def _filled(template: str, values: list[str]) -> str:
    """A text with values in its places, one after the other or by their numbers."""
    following = iter(values)
    return PLACE.sub(lambda match: values[int(match[1])] if match[1] else next(following), template)

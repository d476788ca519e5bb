"""How wide text will be, known without Blender.

Layout, screenplay and typesetting happen where bpy cannot be imported, yet plates must fit their
text and commentary must break into lines. All text is set in Inter, which comes with Blender: its 1
cannot be taken for an I, and its digits are all equally wide, so that a number that changes does not
jitter. The stage puts letters side by side by their advance alone (no kerning), so a table of advances
is exact; a test holds the table to bpy's. What Inter lacks comes from Blender's built-in font, which
falls back to others for Chinese and the like. Rejected: the built-in font for all, whose 1 is a bare stroke.

A theme may name a font of the user's. Whatever is laid out and told while it is ``lettered`` is measured by it, and
each text remembers it; characters that it lacks are set as without it. It is no argument of the hundred functions
between a theme and a text, because all of one film is set in one font.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from ...language import language_in_use
from .font_file import FontFile
from .font_table import ASCENDER, CAP_HEIGHT, DESCENDER, INTER, INTER_SIZE, OTHERS, UNIT, X_HEIGHT

__all__ = [
    "ASCENDER",
    "CAP_HEIGHT",
    "DESCENDER",
    "INTER_SIZE",
    "X_HEIGHT",
    "Spans",
    "advance",
    "advance_in",
    "aside",
    "fit",
    "font_in_use",
    "is_inter",
    "lettered",
    "line_count",
    "once_per_font",
    "wrap",
]

Spans = tuple[tuple[str, str], ...]
"""Runs of (text, colour)."""

_SET = {character: units / UNIT for units, characters in (*OTHERS, *INTER) for character in characters}
_CLOSER = {"-": 0.41}
"""Advance of what Inter sets as wide as a digit, for columns of numbers, but we write in words: ``self-attention``."""
_TABLE = {**_SET, **_CLOSER}
_INTER = frozenset("".join(characters for _, characters in INTER))
_WIDE = 1.0  # em, for Chinese, Japanese, Korean and other square scripts
_UNKNOWN = 0.6
_BREAK_AFTER = frozenset("-–—")
_SIGNS = frozenset("=≈×+")
_USED: ContextVar[FontFile | None] = ContextVar("font", default=None)
T = TypeVar("T")
P = ParamSpec("P")


def font_in_use() -> FontFile | None:
    """The font that texts are set in now; None for Inter."""
    return _USED.get()


@contextmanager
def lettered(font: FontFile | None) -> Iterator[None]:
    """While this lasts, texts are measured and made in ``font``."""
    token = _USED.set(font)
    try:
        yield
    finally:
        _USED.reset(token)


def once_per_font(maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """``lru_cache`` for what depends on how wide texts are, and in which language."""

    def decorate(make: Callable[P, T]) -> Callable[P, T]:
        kept: Any = lru_cache(maxsize)(lambda _, *args, **kwargs: make(*args, **kwargs))

        @wraps(make)
        def made(*args: P.args, **kwargs: P.kwargs) -> T:
            return kept((_USED.get(), language_in_use()), *args, **kwargs)

        return made

    return decorate


def _measure(font: FontFile | None) -> Callable[[str], float]:
    """Advance of a character in ems, in ``font`` where it has the character."""
    if font is None:
        return _advance
    known = font.advances
    return lambda character: known[character] if character in known else _advance(character)


@lru_cache(maxsize=4096)
def _advance(character: str) -> float:
    if character in _TABLE:
        return _TABLE[character]
    if unicodedata.category(character) in {"Cc", "Cf", "Mn", "Me"}:
        return 0.0
    if unicodedata.east_asian_width(character) in {"W", "F"}:
        return _WIDE
    base = unicodedata.normalize("NFD", character)[0]  # ő is as wide as o
    return _TABLE.get(base, _UNKNOWN)


def is_inter(character: str) -> bool:
    """Whether a character is set in Inter, at ``INTER_SIZE`` ems; others are in the built-in font at one em."""
    return character in _INTER


def aside(character: str) -> float:
    """By how many ems a character of our fonts stands further right than they have it, to be amid its advance."""
    return (_CLOSER[character] - _SET[character]) / 2 if character in _CLOSER else 0.0


def advance(text: str, size: float = 1.0) -> float:
    """Width in metres of the widest line of ``text`` at an em of ``size`` metres, in the font in use."""
    return advance_in(_USED.get(), text, size)


def advance_in(font: FontFile | None, text: str, size: float = 1.0) -> float:
    """The same in a font, which is None for Inter."""
    measure = _measure(font)
    return size * max(sum(map(measure, line)) for line in text.split("\n"))


def fit(text: str, size: float, width: float) -> float:
    """The em at most ``size`` at which ``text`` is at most ``width`` wide, in metres."""
    natural = advance(text, size)
    return size if natural <= width else size * width / natural


def line_count(spans: Iterable[tuple[str, str]]) -> int:
    """Number of lines of already broken text."""
    return 1 + sum(text.count("\n") for text, _ in spans)


def wrap(spans: Iterable[tuple[str, str]], size: float, width: float) -> Spans:
    """Break coloured text into lines of at most ``width`` metres.

    A break takes the place of a space, or comes after a square (e.g. Chinese) character, a hyphen or
    a dash, but for one before a digit, as in GPT-2; a word that is wider than a line is broken anywhere.
    A formula, such as T = 2,048, or a share, such as 60 %, is broken at its spaces only where it is wider than a line
    itself.
    Breaks that are there stay. Only the spaces that became breaks are lost, and every character keeps
    its colour. A line is wider than ``width`` only if it is a single character.
    """
    spans = tuple(spans)
    text = "".join(run for run, _ in spans)
    replaced, inserted = _breaks(text, width / size)
    broken = []
    position = 0
    for run, color in spans:
        characters = []
        for character in run:
            characters.append("\n" if position in replaced else character)
            position += 1
            if position in inserted:
                characters.append("\n")
        broken.append(("".join(characters), color))
    return tuple(broken)


@once_per_font(4096)  # a paragraph is broken anew for every size that is tried
def _breaks(text: str, width: float) -> tuple[frozenset[int], frozenset[int]]:
    """Greedy breaks for a width in ems: spaces to replace, and positions to break before."""
    measure = _measure(_USED.get())
    replaced: set[int] = set()
    inserted: set[int] = set()
    start = position = 0  # of the line, of the next character
    chance = -1  # where the line may break: at the space there, or before the character there
    within = -1  # the same, for a space within a formula
    reach = 0.0
    while position < len(text):
        character = text[position]
        if character == " ":
            chance, within = (chance, position) if _in_formula(text, position) else (position, within)
        if character == "\n":
            start, chance, within, reach = position + 1, -1, -1, 0.0
        elif reach + measure(character) > width * (1 + 1e-9) and position > start:
            at = next((place for place in (chance, within) if place > start), position)
            if text[at] == " ":
                replaced.add(at)
                position = at
                start = at + 1
            else:
                inserted.add(at)
                position = at - 1
                start = at
            chance, within, reach = -1, -1, 0.0
        else:
            reach += measure(character)
            if _is_square(character) or (character in _BREAK_AFTER and not text[position + 1 : position + 2].isdigit()):
                chance = position + 1
        position += 1
    return frozenset(replaced), frozenset(inserted)


def _in_formula(text: str, space: int) -> bool:
    """Whether a space is within a formula, or before a per cent sign."""
    before, after = text[space - 1 : space], text[space + 1 : space + 2]
    return after == "%" or before in _SIGNS or after in _SIGNS


def _is_square(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}

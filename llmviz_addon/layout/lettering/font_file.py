"""A font of the user's, measured without Blender: OpenType or TrueType, read from its tables.

Only what lettering needs is read: which characters there are, how wide they are, and how tall capitals. Outlines are
Blender's to read. The font is set at the size at which its capitals are as tall as Inter's, so that whatever is centred
on capitals stays centred; all digits are as wide as the widest, so that a number that changes does not jitter.
Rejected: WOFF, which needs a decompressor that Python lacks, and fonts without Latin letters and digits, of which
nearly everything would be in Inter.
"""

from __future__ import annotations

import string
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from ...errors import JobError
from .font_table import CAP_HEIGHT

LARGEST = 1 << 25
"""Bytes of a font file."""
NEEDED = string.ascii_letters + string.digits
_KINDS = (b"\0\1\0\0", b"OTTO", b"true")
_NAMED = ((0, 3), (0, 4), (1, 0), (3, 1), (3, 10))
"""Platform and encoding of names: Unicode, Macintosh's Roman, and Windows' Unicode."""
_TALLEST = 16_384
"""Units to the em that a font may have."""


@dataclass(frozen=True)
class FontFile:
    """A font by what is in its file; ``name`` is the file's."""

    mark: str  # tells the content from any other
    name: str = field(compare=False)
    content: bytes = field(compare=False, repr=False)
    size: float = field(compare=False)  # at which Blender is to set it for an em of 1
    advances: Mapping[str, float] = field(compare=False, repr=False)  # in ems, by character
    shifts: Mapping[str, float] = field(compare=False, repr=False)  # ems from a digit's place to where it begins


def read_font(path: Path) -> FontFile:
    """The font in a file; raises JobError where there is none that can be used."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not possible"
        raise JobError(f"cannot read the font {str(path)!r}: {why}.") from None
    return font_of(content, path.name)


@lru_cache(maxsize=4)
def font_of(content: bytes, name: str) -> FontFile:
    """The font with this content; raises JobError where it cannot be used."""
    if len(content) > LARGEST:
        raise JobError(f"the font {name!r} has more than {LARGEST >> 20} MiB.")
    if content[:4] not in _KINDS:
        raise JobError(f"{name!r} is no font that can be read; give a TrueType or OpenType file (.ttf or .otf).")
    try:
        return _measured(_Tables(content), content, name)
    except (struct.error, IndexError, KeyError, ValueError):
        raise JobError(f"the font {name!r} is damaged: its tables do not say how wide its letters are.") from None


def _measured(tables: _Tables, content: bytes, name: str) -> FontFile:
    _check_named(tables)
    glyphs = dict(_characters(tables))
    if missing := [character for character in NEEDED if not glyphs.get(character)]:
        raise JobError(f"the font {name!r} has no {missing[0]!r}; a theme's font has Latin letters and digits.")
    bottom, top = tables.numbers("head", 38, "h")[0], tables.numbers("head", 42, "h")[0]
    capital = _capital(tables, glyphs["H"])
    em = capital / CAP_HEIGHT  # units to an em of ours
    if not (0 < top - bottom <= 8 * _TALLEST and 0 < capital <= _TALLEST):
        raise ValueError(capital)
    widths = _widths(tables)
    advances = {character: widths[min(glyph, len(widths) - 1)] / em for character, glyph in glyphs.items() if glyph}
    widest = max(advances[digit] for digit in string.digits)
    if not 0 < widest < 10:
        raise ValueError(widest)
    shifts = {digit: (widest - advances[digit]) / 2 for digit in string.digits}
    advances |= dict.fromkeys(string.digits, widest)
    mark = sha256(content).hexdigest()
    return FontFile(mark, name, content, (top - bottom) / em, MappingProxyType(advances), MappingProxyType(shifts))


class _Tables:
    """The tables of a font file, of which numbers are read; struct.error or KeyError where there are none."""

    def __init__(self, content: bytes) -> None:
        (count,) = struct.unpack_from(">H", content, 4)
        records = [struct.unpack_from(">4s4xLL", content, 12 + 16 * number) for number in range(count)]
        if any(start + length > len(content) for _, start, length in records):
            raise ValueError("a table beyond the end")
        self._tables = {name.decode("latin-1"): content[start : start + length] for name, start, length in records}

    def numbers(self, table: str, start: int, form: str) -> tuple[int, ...]:
        """Big-endian numbers in the form of struct."""
        return struct.unpack_from(f">{form}", self._tables[table], start)

    def size(self, table: str) -> int:
        """Bytes in a table; 0 where there is none."""
        return len(self._tables.get(table, b""))


def _check_named(tables: _Tables) -> None:
    """ValueError for a font without a family's name in a script that FreeType reads: Blender dies of it."""
    (count, start), size = tables.numbers("name", 2, "HH"), tables.size("name")
    for number in range(count):
        *script, what, length, at = tables.numbers("name", 6 + 12 * number, "HH2xHHH")
        fits = 6 + 12 * count <= start + at <= size - length
        if tuple(script) in _NAMED and what in (1, 16) and length > 1 and fits:
            return
    raise ValueError("no name")


def _widths(tables: _Tables) -> tuple[int, ...]:
    """Advance of every glyph, in units; those after the last are as wide as it."""
    (count,) = tables.numbers("hhea", 34, "H")
    return tables.numbers("hmtx", 0, "Hh" * count)[::2]


def _capital(tables: _Tables, glyph: int) -> int:
    """How tall a glyph is: as its outline says, or in a font with other outlines the table of metrics."""
    if tables.size("glyf"):
        long = tables.numbers("head", 50, "h")[0]
        start, end = tables.numbers("loca", glyph * (4 if long else 2), "LL" if long else "HH")
        if end > start:
            return tables.numbers("glyf", (start if long else 2 * start) + 8, "h")[0]
    return tables.numbers("OS/2", 88, "h")[0]


def _characters(tables: _Tables) -> Iterator[tuple[str, int]]:
    """Each character with the number of its glyph, from the widest of the maps that are of Unicode."""
    (count,) = tables.numbers("cmap", 2, "H")
    found = []
    for number in range(count):
        platform, encoding, start = tables.numbers("cmap", 4 + 8 * number, "HHL")
        (form,) = tables.numbers("cmap", start, "H")
        if (platform == 0 or (platform == 3 and encoding in (1, 10))) and form in (4, 12):
            found.append((form, start))
    if not found:
        raise ValueError("no map of Unicode")
    form, start = max(found)
    yield from _segments(tables, start) if form == 4 else _groups(tables, start)


def _groups(tables: _Tables, start: int) -> Iterator[tuple[str, int]]:
    """A map of format 12: ranges of characters."""
    (count,), before = tables.numbers("cmap", start + 12, "L"), -1
    for number in range(count):
        first, last, glyph = tables.numbers("cmap", start + 16 + 12 * number, "LLL")
        if not before < first <= last <= 0x10FFFF:
            raise ValueError(last)
        before = last
        for code in range(first, last + 1):
            yield chr(code), glyph + code - first


def _segments(tables: _Tables, start: int) -> Iterator[tuple[str, int]]:
    """A map of format 4: segments of the first plane, with an offset to add or a list to look up."""
    count = tables.numbers("cmap", start + 6, "H")[0] // 2
    ends = tables.numbers("cmap", start + 14, f"{count}H")
    firsts = tables.numbers("cmap", start + 16 + 2 * count, f"{count}H")
    adds = tables.numbers("cmap", start + 16 + 4 * count, f"{count}H")
    lists = start + 16 + 6 * count
    offsets, before = tables.numbers("cmap", lists, f"{count}H"), -1
    for number, (first, last, add, offset) in enumerate(zip(firsts, ends, adds, offsets, strict=True)):
        if not before < first <= last:
            raise ValueError(last)
        before = last
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = tables.numbers("cmap", lists + 2 * number + offset + 2 * (code - first), "H")
            if glyph or not offset:
                yield chr(code), (glyph + add) & 0xFFFF

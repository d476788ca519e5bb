"""A TrueType font of boxes, made here so that no font of somebody's is needed."""

from __future__ import annotations

import string
import struct
from collections.abc import Mapping
from itertools import accumulate

LETTERS = string.ascii_letters + string.digits + " .,-−:"
UNITS = 1000
CAPITAL = 700
TOP, BOTTOM = 900, -200


def made_font(widths: Mapping[str, int] | None = None, letters: str = LETTERS, form: int = 4) -> bytes:
    """A font in which each of ``letters`` is a box that fills its advance but for 50 units on each side.

    Advances are 400 units and 10 more from letter to letter, but for those in ``widths``.
    """
    letters = "".join(sorted(letters))
    advances = [500, *((widths or {}).get(letter, 400 + 10 * number) for number, letter in enumerate(letters))]
    outlines = [b"", *(b"" if c == " " else _box(w - 100) for c, w in zip(letters, advances[1:], strict=True))]
    tables = {
        b"OS/2": struct.pack(">HhHHH", 4, 500, 400, 5, 0) + b"\0" * 58 + struct.pack(">hhhHH", 900, -200, 0, 900, 200)
        + b"\0" * 8 + struct.pack(">hhHHH", 500, CAPITAL, 0, 32, 1),
        b"cmap": _map(letters) if form == 4 else _groups(letters),
        b"glyf": b"".join(outlines),
        b"head": struct.pack(">LLLLHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, UNITS, 0, 0, 0, BOTTOM, 2000,
                             TOP, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">LhhhHhhhhhhhhhhhH", 0x10000, TOP, BOTTOM, 0, 2000, 50, 50, 2000, 1, 0, 0, 0, 0, 0, 0, 0,
                             len(advances)),
        b"hmtx": b"".join(struct.pack(">Hh", width, 50) for width in advances),
        b"loca": struct.pack(f">{len(outlines) + 1}L", 0, *accumulate(map(len, outlines))),
        b"maxp": struct.pack(">LHHHHHHHHHHHHHH", 0x10000, len(outlines), 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": _names("Box", "Regular"),
        b"post": struct.pack(">LLhhLLLLL", 0x30000, 0, -100, 50, 0, 0, 0, 0, 0),
    }  # fmt: skip
    head, body, start = b"", b"", 12 + 16 * len(tables)
    for name, table in tables.items():
        head += struct.pack(">4sLLL", name, 0, start + len(body), len(table))
        body += table + b"\0" * (-len(table) % 4)
    return struct.pack(">LHHHH", 0x10000, len(tables), 128, 3, 16) + head + body


def _box(width: int) -> bytes:
    """A rectangle as tall as capitals, from the left bearing on."""
    points = ((50, 0), (0, CAPITAL), (width, 0), (0, -CAPITAL))
    outline = struct.pack(">hhhhh", 1, 50, 0, 50 + width, CAPITAL) + struct.pack(">HH4B", 3, 0, 1, 1, 1, 1)
    outline += b"".join(struct.pack(">h", x) for x, _ in points) + b"".join(struct.pack(">h", y) for _, y in points)
    return outline + b"\0" * (-len(outline) % 4)


def _names(family: str, style: str) -> bytes:
    texts = [family.encode("utf-16-be"), style.encode("utf-16-be")]
    records = b"".join(
        struct.pack(">HHHHHH", 3, 1, 0x409, number + 1, len(text), len(b"".join(texts[:number])))
        for number, text in enumerate(texts)
    )
    return struct.pack(">HHH", 0, len(texts), 6 + len(records)) + records + b"".join(texts)


def _map(letters: str) -> bytes:
    """A map of format 4, a segment per letter; the second half of them is looked up in a list."""
    codes, count = [ord(letter) for letter in letters], len(letters) + 1
    glyphs = range(1, count)
    half = count // 2
    adds = [(g - c) & 0xFFFF if n < half else 0 for n, (g, c) in enumerate(zip(glyphs, codes, strict=True))] + [1]
    offsets = [0 if n < half else 2 * (count - n + n - half) for n in range(count - 1)] + [0]
    segments = struct.pack(f">{count}H", *codes, 0xFFFF) + b"\0\0" + struct.pack(f">{count}H", *codes, 0xFFFF)
    segments += struct.pack(f">{count}H", *adds) + struct.pack(f">{count}H", *offsets)
    segments += struct.pack(f">{count - 1 - half}H", *glyphs[half:])
    table = struct.pack(">HHHHHHH", 4, 14 + len(segments), 0, 2 * count, 64, 5, 2) + segments
    return struct.pack(">HHHHL", 0, 1, 3, 1, 12) + table


def _groups(letters: str) -> bytes:
    """A map of format 12."""
    groups = b"".join(struct.pack(">LLL", ord(c), ord(c), n + 1) for n, c in enumerate(letters))
    table = struct.pack(">HHLLL", 12, 0, 16 + len(groups), 0, len(letters)) + groups
    return struct.pack(">HHHHL", 0, 1, 3, 10, 12) + table

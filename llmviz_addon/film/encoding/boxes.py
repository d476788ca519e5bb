"""The boxes that MP4 files are made of."""

from __future__ import annotations

import struct

UNITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""How a picture lies in the film: as it is."""


def box(name: bytes, *contents: bytes) -> bytes:
    """A box of that name: its length, the name, and what is in it."""
    data = b"".join(contents)
    return struct.pack(">I4s", len(data) + 8, name) + data


def full(name: bytes, flags: int, *contents: bytes) -> bytes:
    """A box that begins with its version, in the highest byte of ``flags``, and its flags."""
    return box(name, struct.pack(">I", flags), *contents)


PLACE = box(b"dinf", full(b"dref", 0, struct.pack(">I", 1), full(b"url ", 1)))
"""That a track's samples lie in the same file."""

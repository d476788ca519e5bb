"""Chapters in an MP4 file, for players to jump to, in the two ways that there are: each player knows one of them.

The list that Nero began to write is read by VLC, and by FFmpeg with all that is made with it. QuickTime, and what Apple
makes, wants a track of texts that the video's track refers to, and that is not shown.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from .boxes import PLACE, UNITY, box, full

Mark = tuple[float, str]
"""Where a chapter begins, in seconds, and what it is called."""
MOST, LONGEST = 255, 255
"""Chapters of a film, and bytes of a name, that the list has room for."""
TRACK = 2
"""Number of the track of texts; the video's is 1."""
_UTF8 = box(b"encd", b"\0\0\1\0")
_LOOKS = bytes(3) + b"\1" + bytes(18) + b"\0\0\0\0\0\1\0\0\0\0\0\0" + box(b"ftab", b"\0\1\0\1\0")
"""How texts would look if they were shown: a text sample entry of nothing but what must be there."""


@dataclass(frozen=True)
class Chapters:
    """Names, and from which tick on each is shown, of a film of so many ticks."""

    names: tuple[bytes, ...]
    starts: tuple[int, ...]
    ticks: int
    timescale: int  # ticks per second

    @classmethod
    def of(cls, marks: Sequence[Mark], timescale: int, ticks: int) -> Self:
        """Those of a film; of very many the first, and of a long name what finds room."""
        names = (name.encode()[:LONGEST].decode(errors="ignore").encode() for _, name in marks[:MOST])
        return cls(tuple(names), tuple(round(at * timescale) for at, _ in marks[:MOST]), ticks, timescale)

    @property
    def samples(self) -> list[bytes]:
        """The texts of the track, which lie where the pictures do."""
        return [struct.pack(">H", len(name)) + name + _UTF8 for name in self.names]

    @property
    def reference(self) -> bytes:
        """What the video's track has of them, if there are any."""
        return box(b"tref", box(b"chap", struct.pack(">I", TRACK))) if self.names else b""

    def boxes(self, at: int, wide: bool) -> bytes:
        """The list and the track, whose samples lie ``at`` that byte of the file, if there are any."""
        return self._track(at, wide) + self._list() if self.names else b""

    def _list(self) -> bytes:
        times = (start * 10_000_000 // self.timescale for start in self.starts)
        entries = (struct.pack(">QB", at, len(name)) + name for at, name in zip(times, self.names, strict=True))
        return box(b"udta", full(b"chpl", 1 << 24, bytes(4), struct.pack(">B", len(self.names)), *entries))

    def _track(self, at: int, wide: bool) -> bytes:
        count, sizes = len(self.names), [len(sample) for sample in self.samples]
        ends = (*self.starts[1:], self.ticks)
        lasts = b"".join(struct.pack(">II", 1, end - start) for start, end in zip((0, *ends), ends, strict=False))
        table = box(
            b"stbl",
            full(b"stsd", 0, struct.pack(">I", 1), box(b"text", bytes(6), b"\0\1", _LOOKS)),
            full(b"stts", 0, struct.pack(">I", count), lasts),
            full(b"stsc", 0, struct.pack(">IIII", 1, 1, count, 1)),
            full(b"stsz", 0, struct.pack(f">{count + 2}I", 0, count, *sizes)),
            full(b"co64" if wide else b"stco", 0, struct.pack(">IQ" if wide else ">II", 1, at)),
        )
        looks = box(b"gmhd", full(b"gmin", 0, b"\0\x40\x80\0\x80\0\x80\0\0\0\0\0"), box(b"text", UNITY))
        media = box(
            b"mdia",
            full(b"mdhd", 1 << 24, bytes(16), struct.pack(">IQHH", self.timescale, self.ticks, 0x55C4, 0)),
            full(b"hdlr", 0, b"\0\0\0\0text", bytes(12), b"Chapters\0"),
            box(b"minf", looks, PLACE, table),
        )
        head = struct.pack(">IIQ", TRACK, 0, self.ticks)
        return box(b"trak", full(b"tkhd", 1 << 24 | 2, bytes(16), head, bytes(16), UNITY, bytes(8)), media)

"""MP4 files of one H.264 stream: their tables read, checked and written, with the standard library alone.

A film is encoded in segments while its frames come in, each from a key frame on, and what stands still is
encoded once and repeated. Here they become one file. Nothing is encoded anew: a sample is a picture's
bytes, and the tables say when it is shown.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ...errors import JobError
from .boxes import PLACE, UNITY, box, full
from .chapters import TRACK, Chapters, Mark

BUFFER = 1 << 18
"""Bytes that are copied at once."""
_ENTRY = 78  # bytes of a stream's description before the boxes in it


@dataclass(frozen=True)
class Video:
    """The tables of a file; samples are in the order of decoding."""

    path: Path
    size: tuple[int, int]
    timescale: int  # ticks per second
    ticks: int  # per picture
    description: bytes  # the stsd box: codec, its profile and its parameter sets
    offsets: tuple[int, ...]
    sizes: tuple[int, ...]
    shown: tuple[int, ...]  # when each sample is shown: its place among the pictures
    keys: tuple[int, ...]  # samples that pictures can be shown from, the first is 0

    @property
    def fps(self) -> float:
        """Pictures per second."""
        return self.timescale / self.ticks


def read(path: Path) -> Video:
    """The tables of an MP4 file of one video stream; JobError where it is not whole."""
    try:
        with path.open("rb") as file:
            tops = dict(_boxes(file, 0, path.stat().st_size))
            moov = _content(file, tops[b"moov"])
        return _video(path, moov, tops[b"mdat"])
    except (KeyError, ValueError, IndexError, struct.error) as error:
        raise JobError(f"The video {str(path)!r} is not whole: {error}.") from error


def join(parts: Sequence[tuple[Video, int]], target: Path, chapters: Sequence[Mark] = ()) -> None:
    """Write one file of videos, each as often as its number says, one after the other.

    ``chapters`` are what players offer to jump to, at most 255. JobError where the videos were not encoded alike.
    """
    first = parts[0][0]
    for video, _ in parts:
        if (video.description, video.timescale, video.ticks) != (first.description, first.timescale, first.ticks):
            raise JobError(f"The videos {first.path.name!r} and {video.path.name!r} were not encoded alike.")
    sizes: list[int] = []
    shown: list[int] = []
    keys: list[int] = []
    contents = 0
    for video, copies in parts:
        for _ in range(copies):
            keys += [len(sizes) + key for key in video.keys]
            shown += [len(sizes) + place for place in video.shown]
            sizes += video.sizes
        contents += sum(video.sizes) * copies
    head = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
    told = Chapters.of(chapters, first.timescale, len(sizes) * first.ticks)
    texts = b"".join(told.samples)
    contents += len(texts)
    wide = contents + 16 > 0xFFFFFFFF
    start = len(head) + len(_moov(first, sizes, shown, keys, 0, wide, told)) + (16 if wide else 8)
    with target.open("wb") as file:
        file.write(head + _moov(first, sizes, shown, keys, start, wide, told))
        file.write(
            struct.pack(">I4sQ", 1, b"mdat", contents + 16) if wide else struct.pack(">I4s", contents + 8, b"mdat")
        )
        for video, copies in parts:
            for _ in range(copies):
                _copy(video, file)
        file.write(texts)


def check(path: Path, count: int, size: tuple[int, int], fps: float) -> None:
    """JobError unless the file is a whole video of ``count`` pictures of this size and rate."""
    video = read(path)
    found = (len(video.sizes), video.size, video.keys[:1], sorted(video.shown))
    if found != (count, size, (0,), list(range(count))) or abs(video.fps - fps) > fps * 1e-4:
        raise JobError(
            f"The video {str(path)!r} is not the film: it has {len(video.sizes)} pictures of "
            f"{video.size[0]}x{video.size[1]} at {video.fps:g} a second."
        )


def _copy(video: Video, target: BinaryIO) -> None:
    with video.path.open("rb") as file:
        if all(a + size == b for a, size, b in zip(video.offsets, video.sizes, video.offsets[1:], strict=False)):
            file.seek(video.offsets[0])
            _copy_bytes(file, target, sum(video.sizes))
            return
        for offset, size in zip(video.offsets, video.sizes, strict=True):
            file.seek(offset)
            _copy_bytes(file, target, size)


def _copy_bytes(file: BinaryIO, target: BinaryIO, count: int) -> None:
    while count:
        piece = file.read(min(count, BUFFER))
        if not piece:
            raise JobError("A piece of the video was cut short while it was put together.")
        target.write(piece)
        count -= len(piece)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Names of a file's boxes, and from where to where their content goes."""
    while start < end:
        file.seek(start)
        size, name = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:
            (size,), head = struct.unpack(">Q", file.read(8)), 16
        if size < head or start + size > end:
            raise ValueError(f"its box {name.decode('latin-1')!r} goes past the end")
        yield name, (start + head, start + size)
        start += size


def _content(file: BinaryIO, span: tuple[int, int]) -> bytes:
    file.seek(span[0])
    return file.read(span[1] - span[0])


def _inside(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > len(data):
            raise ValueError(f"its box {name.decode('latin-1')!r} goes past the end")
        found.append((name, data[at + 8 : at + size]))
        at += size
    return found


def _video(path: Path, moov: bytes, data: tuple[int, int]) -> Video:
    tracks = [dict(_inside(dict(_inside(content))[b"mdia"])) for name, content in _inside(moov) if name == b"trak"]
    streams = [media for media in tracks if media[b"hdlr"][8:12] != b"text"]  # not the chapters
    if len(streams) != 1:
        raise ValueError(f"it has {len(streams)} streams in place of one")
    media = streams[0]
    table = dict(_inside(dict(_inside(media[b"minf"]))[b"stbl"]))
    if media[b"hdlr"][8:12] != b"vide" or table[b"stsd"][12:16] != b"avc1":
        raise ValueError("its stream is not H.264")
    header = media[b"mdhd"]
    (timescale,) = struct.unpack_from(">I", header, 20 if header[0] else 12)
    same, count = struct.unpack_from(">II", table[b"stsz"], 4)
    sizes = (same,) * count if same else struct.unpack_from(f">{count}I", table[b"stsz"], 12)
    offsets = _offsets(table, sizes)
    if any(not data[0] <= offset <= offset + size <= data[1] for offset, size in zip(offsets, sizes, strict=True)):
        raise ValueError("its pictures go past the end")
    times = _runs(table[b"stts"], count)
    if len(set(times)) != 1:
        raise ValueError("its pictures do not stand for the same time each")
    delays = _runs(table[b"ctts"], count) if b"ctts" in table else [0] * count
    order = sorted(range(count), key=lambda i: i * times[0] + delays[i])
    shown = [0] * count
    for place, sample in enumerate(order):
        shown[sample] = place
    keys = list(range(count))
    if b"stss" in table:
        (length,) = struct.unpack_from(">I", table[b"stss"], 4)
        keys = [number - 1 for number in struct.unpack_from(f">{length}I", table[b"stss"], 8)]
    size = struct.unpack_from(">HH", table[b"stsd"], 16 + 24)
    return Video(
        path, size, timescale, times[0], _description(table[b"stsd"]), offsets, tuple(sizes), tuple(shown), tuple(keys)
    )


def _description(content: bytes) -> bytes:
    """The stsd box with what decoders need, without figures such as the bit rate, in which equal streams differ."""
    entry = _inside(content[8:])[0][1]
    kept = [box(name, data) for name, data in _inside(entry[_ENTRY:]) if name in (b"avcC", b"colr", b"pasp")]
    return struct.pack(">II", 0, 1) + box(b"avc1", entry[:_ENTRY], *kept)


def _offsets(table: dict[bytes, bytes], sizes: Sequence[int]) -> tuple[int, ...]:
    """Where in the file each sample is: they lie in chunks."""
    box, letter = (table[b"co64"], "Q") if b"co64" in table else (table[b"stco"], "I")
    (count,) = struct.unpack_from(">I", box, 4)
    chunks = struct.unpack_from(f">{count}{letter}", box, 8)
    (count,) = struct.unpack_from(">I", table[b"stsc"], 4)
    runs = [struct.unpack_from(">III", table[b"stsc"], 8 + 12 * i) for i in range(count)]
    found: list[int] = []
    for i, (first, per_chunk, _) in enumerate(runs):
        last = runs[i + 1][0] - 1 if i + 1 < len(runs) else len(chunks)
        for chunk in chunks[first - 1 : last]:
            for _ in range(per_chunk):
                found.append(chunk)
                chunk += sizes[len(found) - 1]
    if len(found) != len(sizes):
        raise ValueError("its tables do not agree")
    return tuple(found)


def _runs(box: bytes, count: int) -> list[int]:
    """Values of a table that tells each with how often it stands."""
    (length,) = struct.unpack_from(">I", box, 4)
    values: list[int] = []
    for i in range(length):
        times, value = struct.unpack_from(">Ii", box, 8 + 8 * i)
        if len(values) + times > count:
            raise ValueError("its tables do not agree")
        values += [value] * times
    if len(values) != count:
        raise ValueError("its tables do not agree")
    return values


def _moov(
    like: Video, sizes: Sequence[int], shown: Sequence[int], keys: Sequence[int], start: int, wide: bool, told: Chapters
) -> bytes:
    """The tables of a file whose pictures lie from the byte ``start`` on, and behind them its chapters."""
    count, ticks = len(sizes), like.ticks
    late = max(sample - place for sample, place in enumerate(shown))  # no picture is shown before it is decoded
    delays = b"".join(struct.pack(">II", 1, (place - sample + late) * ticks) for sample, place in enumerate(shown))
    table = box(
        b"stbl",
        box(b"stsd", like.description),
        full(b"stts", 0, struct.pack(">III", 1, count, ticks)),
        full(b"ctts", 0, struct.pack(">I", count), delays) if late or any(delays) else b"",
        full(b"stss", 0, struct.pack(f">{len(keys) + 1}I", len(keys), *(key + 1 for key in keys))),
        full(b"stsc", 0, struct.pack(">IIII", 1, 1, count, 1)),
        full(b"stsz", 0, struct.pack(f">{count + 2}I", 0, count, *sizes)),
        full(b"co64" if wide else b"stco", 0, struct.pack(">IQ" if wide else ">II", 1, start)),
    )
    media = box(
        b"mdia",
        full(b"mdhd", 1 << 24, bytes(16), struct.pack(">IQHH", like.timescale, count * ticks, 0x55C4, 0)),
        full(b"hdlr", 0, b"\0\0\0\0vide", bytes(12), b"VideoHandler\0"),
        box(b"minf", full(b"vmhd", 1, bytes(8)), PLACE, table),
    )
    width, height = like.size
    length = struct.pack(">Q", count * ticks)
    track = full(
        b"tkhd", 1 << 24 | 3, bytes(16), struct.pack(">II", 1, 0), length, bytes(16), UNITY,
        struct.pack(">II", width << 16, height << 16),
    )  # fmt: skip
    cut = box(b"edts", full(b"elst", 1 << 24, struct.pack(">I", 1), length, struct.pack(">qI", late * ticks, 1 << 16)))
    movie = full(
        b"mvhd", 1 << 24, bytes(16), struct.pack(">I", like.timescale), length,
        struct.pack(">IH", 1 << 16, 1 << 8), bytes(10), UNITY, bytes(24), struct.pack(">I", TRACK + 1),
    )  # fmt: skip
    chapters = told.boxes(start + sum(sizes), wide)
    return box(b"moov", movie, box(b"trak", track, cut, told.reference, media), chapters)

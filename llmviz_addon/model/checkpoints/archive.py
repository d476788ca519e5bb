"""Zip archives that somebody else wrote: PyTorch's checkpoints and numpy's npz files.

Python's zipfile reads the list of contents; the contents themselves we take from the file's bytes, so that
what is stored plainly is never copied and what is packed cannot unfold to more than its reader asked for.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from ...errors import ModelError
from ..files import one_line

LOCAL_HEADER = 30  # bytes, before the name
MAX_RATIO = 50  # unpacked : packed, of a whole archive; numbers of a real trace reach about 10
FREE = 1 << 20  # bytes that may be unpacked whatever the ratio


def entries(path: Path) -> dict[str, zipfile.ZipInfo]:
    """What the archive contains, by name.

    Raises ModelError if it is damaged, cut short, encrypted, or has two entries of one name.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        raise ModelError(f"It is a damaged zip archive, or only a part of one ({one_line(error)}).") from error
    found = {info.filename: info for info in infos}
    if len(found) != len(infos):
        raise ModelError("It is a zip archive with two entries of one name.")
    if any(info.flag_bits & 1 for info in infos):
        raise ModelError("It is an encrypted zip archive.")
    return found


def check_ratio(infos: Iterable[zipfile.ZipInfo], size: int) -> None:
    """Raise ModelError if the entries of a file of ``size`` bytes would unfold to far more than numbers do."""
    unfolded = sum(info.file_size for info in infos)
    if unfolded > FREE + MAX_RATIO * size:
        raise ModelError(f"It is a zip archive of {size} bytes that would unfold to {unfolded}.")


def plain(data: memoryview, info: zipfile.ZipInfo) -> memoryview:
    """The bytes of an entry that is stored without compression, as a part of the file's bytes ``data``."""
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise ModelError(f"The entry {info.filename[:60]!r} is compressed, which PyTorch's files never are.")
    return _raw(data, info)


def unpacked(data: memoryview, info: zipfile.ZipInfo) -> bytes | memoryview:
    """The bytes of an entry, unpacked where needed: as many as the archive says, checked against its sum."""
    content: bytes | memoryview = _raw(data, info)
    if info.compress_type == zipfile.ZIP_DEFLATED:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = unpacker.decompress(content, info.file_size + 1)
        except zlib.error as error:
            raise ModelError(f"The entry {info.filename[:60]!r} is damaged ({one_line(error)}).") from error
    elif info.compress_type != zipfile.ZIP_STORED:
        raise ModelError(f"The entry {info.filename[:60]!r} is packed in a way that cannot be read.")
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise ModelError(f"The entry {info.filename[:60]!r} is damaged.")
    return content


def _raw(data: memoryview, info: zipfile.ZipInfo) -> memoryview:
    header = bytes(data[info.header_offset : info.header_offset + LOCAL_HEADER])
    if len(header) < LOCAL_HEADER or not header.startswith(b"PK\3\4"):
        raise ModelError(f"The entry {info.filename[:60]!r} is not where the archive says.")
    name, extra = struct.unpack_from("<HH", header, 26)
    start = info.header_offset + LOCAL_HEADER + name + extra
    content = data[start : start + info.compress_size]
    if len(content) != info.compress_size:
        raise ModelError(f"The entry {info.filename[:60]!r} is cut short.")
    return content

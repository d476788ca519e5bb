"""Zip archives that somebody else wrote: PyTorch's checkpoints and numpy's npz files.

Python's zipfile reads the list of contents; the contents themselves we take from the file's bytes, so that
what is stored plainly is never copied and what is packed cannot unfold to more than its reader asked for.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from ...errors import ModelError
from ..files import one_line, short

LOCAL_HEADER = 30  # bytes, before the name
MAX_RATIO = 50  # unpacked : packed, of a whole archive; numbers of a real trace reach about 10
FREE = 1 << 20  # bytes that may be unpacked whatever the ratio
MAX_CONTENTS = 1 << 22  # bytes of the list of contents; a trace of GPT-2 XL has a fifth of that


class _File(io.FileIO):
    """A file for Python's zipfile, which reads the list of contents in one go, however long it says it is."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_CONTENTS:
            raise zipfile.BadZipFile(f"its list of contents has {size} bytes")
        return super().read(size)


def entries(path: Path) -> dict[str, zipfile.ZipInfo]:
    """What the archive contains, by name.

    Raises ModelError if it is damaged, cut short, encrypted, or has two entries of one name or in one place.
    """
    try:
        with _File(path) as file, zipfile.ZipFile(file) as archive:
            size = file.seek(0, io.SEEK_END)
            infos = archive.infolist()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        raise ModelError(f"It is a damaged zip archive, or only a part of one ({one_line(error)}).") from error
    found = {info.filename: info for info in infos}
    if len(found) != len(infos):
        raise ModelError("It is a zip archive with two entries of one name.")
    if any(info.flag_bits & 1 for info in infos):
        raise ModelError("It is an encrypted zip archive.")
    if sum(info.compress_size for info in infos) > size:
        raise ModelError("It is a damaged zip archive: its entries lie one over the other.")
    return found


def check_ratio(infos: Iterable[zipfile.ZipInfo], size: int) -> None:
    """Raise ModelError if the entries of a file of ``size`` bytes would unfold to far more than numbers do."""
    unfolded = sum(info.file_size for info in infos)
    if unfolded > FREE + MAX_RATIO * size:
        raise ModelError(f"It is a zip archive of {size} bytes that would unfold to {unfolded}.")


def plain(data: memoryview, info: zipfile.ZipInfo) -> memoryview:
    """The bytes of an entry that is stored without compression, as a part of the file's bytes ``data``.

    Checked against the archive's sum, which takes half a second for each gigabyte; a sum of 0 is none at all,
    as ``torch.serialization.set_crc32_options(False)`` leaves it.
    """
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise ModelError(f"The entry {short(info.filename)} is compressed, which PyTorch's files never are.")
    content = _raw(data, info)
    if info.CRC and zlib.crc32(content) != info.CRC:
        raise _damaged(info)
    return content


def unpacked(data: memoryview, info: zipfile.ZipInfo) -> bytes | memoryview:
    """The bytes of an entry, unpacked where needed: as many as the archive says, checked against its sum."""
    content: bytes | memoryview = _raw(data, info)
    if info.compress_type == zipfile.ZIP_DEFLATED:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = unpacker.decompress(content, info.file_size + 1)
        except zlib.error as error:
            raise ModelError(f"The entry {short(info.filename)} is damaged ({one_line(error)}).") from error
    elif info.compress_type != zipfile.ZIP_STORED:
        raise ModelError(f"The entry {short(info.filename)} is packed in a way that cannot be read.")
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise _damaged(info)
    return content


def _damaged(info: zipfile.ZipInfo) -> ModelError:
    return ModelError(f"The entry {short(info.filename)} is damaged: its bytes do not give the archive's sum.")


def _raw(data: memoryview, info: zipfile.ZipInfo) -> memoryview:
    header = bytes(data[info.header_offset : info.header_offset + LOCAL_HEADER])
    if info.header_offset < 0 or len(header) < LOCAL_HEADER or not header.startswith(b"PK\3\4"):
        raise ModelError(f"The entry {short(info.filename)} is not where the archive says.")
    name, extra = struct.unpack_from("<HH", header, 26)
    start = info.header_offset + LOCAL_HEADER + name + extra
    content = data[start : start + info.compress_size]
    if len(content) != info.compress_size:
        raise ModelError(f"The entry {short(info.filename)} is cut short.")
    return content

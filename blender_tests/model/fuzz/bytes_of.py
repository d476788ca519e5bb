"""Files of tensors taken apart and put together again, whatever the parts."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping

import numpy as np

Entries = list[tuple[str, bytes]]


def safetensors_bytes(
    tensors: Mapping[str, tuple[str, np.ndarray]], metadata: Mapping[str, str] | None = None
) -> bytes:
    """A file of (dtype, numbers), whose bytes are written as they are."""
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    data = b""
    for name, (dtype, values) in tensors.items():
        raw = values.tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    return with_header(json.dumps(header).encode(), data)


def with_header(header: bytes, data: bytes) -> bytes:
    return len(header).to_bytes(8, "little") + header + data


def header_of(file: bytes) -> tuple[bytes, bytes]:
    """A safetensors file -> its header and its data."""
    end = 8 + int.from_bytes(file[:8], "little")
    return file[8:end], file[end:]


def zip_entries(file: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def zip_bytes(entries: Entries, compression: int = zipfile.ZIP_STORED) -> bytes:
    """An archive with true sums and lengths."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return buffer.getvalue()

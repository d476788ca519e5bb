"""Changes of whole files by their format: the parts are changed and put together again, or the frame around them is.

What the frame says is true again after most changes (offsets, lengths, sums), so that the readers come to the
parts; a file whose frame lies is refused at once and teaches little.
"""

from __future__ import annotations

import json
import struct
import warnings
import zipfile
from collections.abc import Callable
from random import Random

import numpy as np

from blender_tests.model.fuzz import json_changes, pickle_changes
from blender_tests.model.fuzz.bytes_of import header_of, with_header, zip_bytes, zip_entries

NUMBERS = (
    0,
    1,
    2,
    4,
    8,
    63,
    64,
    255,
    256,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    1 << 40,
    1 << 63,
    (1 << 64) - 1,
)
WIDTHS = {1: "<B", 2: "<H", 4: "<I", 8: "<Q"}
VALUES = (np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45, 0.0, 1e20, -1.0)
DESCR = (
    b"'<f4'",
    b"'>f4'",
    b"'<f8'",
    b"'<f2'",
    b"'|O'",
    b"'<i8'",
    b"'<c8'",
    b"'|V4'",
    b"'<f1'",
    b"'<U3'",
    b"[('a','<f4')]",
)
SHAPES = (
    b"()",
    b"(0,)",
    b"(1,)",
    b"(3, 4)",
    b"(-1,)",
    b"(99999999999,)",
    b"(999999999999, 999999999999)",
    b"(1, 1, 1)",
    b"(2, )",
)
NAMES = (
    "",
    "/",
    "../x",
    "a/data.pkl",
    "archive/data.pkl",
    "model/constants.pkl",
    "x.npy",
    "tokens.npy",
    "é",
    "n" * 3000,
    "\x1b[31m",
)
LINES = (
    "",
    " ",
    "a",
    "a b",
    "a b c",
    "Ġ t",
    "\0",
    "\ud800 a",
    "x" * 100_000,
    "#version: 0.2",
    "Ġ  t",
    "é 中",
    "\r",
    "a\tb",
)


def damaged(rng: Random, data: bytes) -> bytes:
    """Any bytes: some are others, a stretch is missing, doubled, empty or random."""
    result, size = bytearray(data), len(data)
    start = rng.choice((rng.randrange(size + 1), rng.randrange(min(size, 200) + 1), max(0, size - rng.randrange(200))))
    end = min(size, start + rng.choice((1, 4, 30, 1000, size)))
    match rng.randrange(6):
        case 0:
            del result[start:]
        case 1:
            del result[start:end]
        case 2:
            result[start:start] = data[start:end]
        case 3:
            result[start:end] = bytes(end - start)
        case 4:
            result[start:end] = rng.randbytes(end - start)
        case _:
            for _ in range(rng.choice((1, 2, 8))):
                place = rng.choice((rng.randrange(start, size + 1), rng.randrange(size + 1)))
                result[place : place + 1] = bytes([rng.randrange(256)])
    return bytes(result)


def safetensors(rng: Random, data: bytes) -> bytes:
    """The header's JSON changed, a tensor's numbers, its shape, type or name, or what stands before the header."""
    header, numbers = header_of(data)
    match rng.randrange(6):
        case 0 | 1:
            return with_header(json_changes.change(rng, header), numbers)
        case 2:
            return struct.pack("<Q", rng.choice((*NUMBERS, len(header) + 1, len(header) - 1, len(data)))) + data[8:]
        case 3:
            place = rng.randrange(len(numbers) // 4) * 4
            value = struct.pack("<f", rng.choice(VALUES))
            return with_header(header, numbers[:place] + value + numbers[place + 4 :])
        case 4:
            return with_header(header + b" " * rng.randrange(9), numbers)
        case _:
            return with_header(_one_tensor(rng, header), numbers)


def _one_tensor(rng: Random, header: bytes) -> bytes:
    """Another tensor that fits into the same bytes, or one less or more of which the frame says nothing wrong."""
    content = json.loads(header)
    name = rng.choice([name for name in content if name != "__metadata__"])
    entry = content[name]
    match rng.randrange(5):
        case 0:
            entry["shape"] = entry["shape"][::-1]
        case 1:
            entry["shape"] = rng.choice(([int(np.prod(entry["shape"]))], [1, *entry["shape"]], [*entry["shape"], 1]))
        case 2:
            entry["dtype"], entry["shape"] = "F16", [2, *entry["shape"]]
        case 3:
            content["module." * rng.choice((1, 2, 5000)) + name] = content.pop(name)
        case _:
            content[rng.choice(("bias", "lm_head.weight", "transformer.h.0.attn.bias", "h.0.rotary", name + "x"))] = (
                content.pop(name)
            )
    return json.dumps(content).encode()


def archive(rng: Random, data: bytes) -> bytes:
    """A zip archive: an entry changed by what it is, or the entries rearranged."""
    entries = zip_entries(data)
    place = rng.randrange(len(entries))
    if rng.random() < 0.5:  # the pickle and the array of tokens are one among many
        place = next((at for at, (name, _) in enumerate(entries) if name.endswith(("data.pkl", "tokens.npy"))), place)
    name, content = entries[place]
    match rng.randrange(8):
        case 0:
            del entries[place]
        case 1:
            entries.insert(rng.randrange(len(entries)), (rng.choice((name, *NAMES)), content))
        case 2:
            entries[place] = rng.choice(NAMES), content
        case 3:
            entries[place] = name, entries[rng.randrange(len(entries))][1]
        case _:
            entries[place] = name, _entry(rng, name, content)
    rng.shuffle(entries) if rng.random() < 0.1 else None
    packed = rng.random() < 0.1 or (name.endswith(".npy") and rng.random() < 0.5)
    with warnings.catch_warnings(action="ignore"):  # of names that come twice
        return zip_bytes(entries, zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED)


def _entry(rng: Random, name: str, content: bytes) -> bytes:
    if name.endswith(".pkl"):
        return pickle_changes.change(rng, content)
    if name.endswith(".npy"):
        return _array(rng, content)
    if "/data/" in name and len(content) >= 4 and rng.random() < 0.7:
        place = rng.randrange(len(content) // 4) * 4
        return content[:place] + struct.pack("<f", rng.choice(VALUES)) + content[place + 4 :]
    return damaged(rng, content)


def _array(rng: Random, content: bytes) -> bytes:
    """An npy file with another header, of a true length, or with odd numbers."""
    start = 10 + int.from_bytes(content[8:10], "little")
    header, numbers = content[10:start], content[start:]
    match rng.randrange(5):
        case 0:
            header = _between(header, b"'descr': ", b", 'fortran", rng.choice(DESCR))
        case 1:
            header = _between(header, b"'shape': ", b", }", rng.choice(SHAPES))
        case 2:
            header = header.replace(b"False", rng.choice((b"True", b"0", b"__import__('os')")))
        case 3 if len(numbers) >= 4:
            place = rng.randrange(len(numbers) // 4) * 4
            numbers = numbers[:place] + struct.pack("<f", rng.choice(VALUES)) + numbers[place + 4 :]
        case _:
            return damaged(rng, content)
    return content[:8] + len(header).to_bytes(2, "little") + header + numbers


def _between(data: bytes, before: bytes, after: bytes, value: bytes) -> bytes:
    start = data.index(before) + len(before)
    return data[:start] + value + data[data.index(after, start) :]


def frame(rng: Random, data: bytes) -> bytes:
    """A number in one of the archive's own structures becomes another."""
    signature = rng.choice((b"PK\3\4", b"PK\1\2", b"PK\5\6"))
    places = [place for place in range(len(data)) if data.startswith(signature, place)]
    if not places:
        return damaged(rng, data)
    width = rng.choice((2, 2, 4))
    place = rng.choice(places) + rng.randrange(4, {b"PK\3\4": 30, b"PK\1\2": 46, b"PK\5\6": 22}[signature] - width + 1)
    value = struct.pack(WIDTHS[width], rng.choice(NUMBERS) & ((1 << 8 * width) - 1))
    return data[:place] + value + data[place + width :]


def lines(rng: Random, data: bytes) -> bytes:
    """Text by lines: merges.txt."""
    parts = data.decode("utf-8", "replace").split("\n")
    place = rng.randrange(len(parts))
    match rng.randrange(7):
        case 0:
            parts = parts[:place]
        case 1:
            del parts[place]
        case 2:
            parts.insert(place, rng.choice(LINES))
        case 3:
            parts[place] = rng.choice(LINES)
        case 4:
            rng.shuffle(parts)
        case 5:
            parts = [rng.choice(("", "\ufeff")) + ("\r\n" if rng.random() < 0.5 else "\n\n").join(parts)]
        case _:
            return damaged(rng, data)
    return "\n".join(parts).encode("utf-8", "surrogatepass")


BY_ENDING: dict[str, tuple[Callable[[Random, bytes], bytes], ...]] = {
    ".json": (json_changes.change,),
    ".safetensors": (safetensors,),
    ".pt": (archive, archive, archive, frame),
    ".bin": (archive, archive, archive, frame),
    ".npz": (archive, archive, archive, frame),
    ".pkl": (pickle_changes.change,),
    ".txt": (lines,),
}
SUMMED = (".pt", ".bin", ".npz")  # what is damaged in them shows in their sums

"""Changes of JSON that keep it JSON, mostly: odd values in odd places."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 4, 5, 255, 2**30, 2**31 - 1, 2**31, 2**32, 2**53, 2**62, 2**63, 2**64,
    -(2**63),
    10**30, 10**4000, 0.0, -0.0, 0.5, 1.0, 4.0, 1e-5, 1e-6, 1e308, -1e308, float("nan"), float("inf"), -float("inf"),
    "", " ", "0", "4", "x", "gelu", "gpt2", "relu", "a b", "\n", "\0", "\x1b[31m", "\ud800", "é中🙂", "../x",
    "/etc/passwd",
    "model.safetensors", "config.json", "one.bin", ".", "F32", "F64", "BF16", "I64", "x" * 100_000,
    "\U0010ffff" * 5_000,
    "module." * 30_000, "Ġ", "Ġt", [], {}, [[]], [None], [1, 2], ["a"], ["a", "b"], [0] * 10_000, ["a b"] * 1000,
    {"a": 1}, {"": None}, {"type": "ByteLevel"}, {"content": "x", "id": 1}, {"a": {"b": {"c": [1]}}},
)  # fmt: skip
RAW = (  # put into the text in place of a value; not all of it is JSON
    b"1" + b"0" * 6000, b"-" + b"9" * 4000, b"1e999", b"1.0", b"NaN", b"-Infinity", b"[" * 900 + b"]" * 900,
    b"[" * 100_000, b'{"a":' * 500 + b"1" + b"}" * 500, b"[" + b"[]," * 300_000 + b"[]]",
    b"[" + b"{}," * 900_000 + b"1]",
    b'"\\ud800"', b'"\\u0000"', b"'", b"//", b"\xff", b"\xef\xbb\xbf", b"", b"tru", b'"' + b"\\u00e9" * 50_000 + b'"',
)  # fmt: skip


def change(rng: Random, data: bytes) -> bytes:
    """JSON with one to three values, names or bytes changed."""
    try:
        content = json.loads(data)
    except ValueError:
        return data + b" "
    if rng.random() < 0.15:
        return _raw(rng, data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        content = _step(rng, content)
    text = json.dumps(content, ensure_ascii=rng.random() < 0.5)
    return text.encode("utf-8", "surrogatepass")


def odd(rng: Random) -> Any:
    """One of the odd values, now and then inside of others."""
    value = rng.choice(ODD)
    if rng.random() < 0.1:
        for _ in range(rng.choice((1, 20, 31, 40, 300))):
            value = [value] if rng.random() < 0.5 else {"a": value}
    return value


def _step(rng: Random, content: Any) -> Any:
    """One change at a random place."""
    content = copy.deepcopy(content)
    places = list(_places(content))
    if not places or rng.random() < 0.03:
        return odd(rng)
    if rng.random() < 0.5:  # long lists and dictionaries do not hide the few values around them
        depth = rng.choice(sorted({depth for *_, depth in places}))
        places = [place for place in places if place[2] == depth]
    container, key, _ = rng.choice(places)
    match rng.randrange(8):
        case 0:
            del container[key]
        case 1:
            other, other_key, _ = rng.choice(places)
            container[key], other[other_key] = other[other_key], container[key]
        case 2 if isinstance(container, dict):
            container[str(odd(rng)) if rng.random() < 0.5 else f"{key}."] = container.pop(key)
        case 3 if isinstance(container, dict):
            container[rng.choice(("a", "", "bias", "n_inner", "model_type", "lm_head.weight", "é"))] = odd(rng)
        case 3 if isinstance(container, list):
            container.insert(rng.randrange(len(container) + 1), odd(rng))
        case 4 if isinstance(container[key], int | float):
            container[key] = container[key] * rng.choice((-1, 2, 0.5, 1 << 30)) + rng.choice((0, 1, -1))
        case 5 if isinstance(container[key], str):
            container[key] = container[key][: rng.randrange(len(container[key]) + 1)]
        case _:
            container[key] = odd(rng)
    return content


def _places(content: Any, depth: int = 0) -> Any:
    keys = content if isinstance(content, dict) else range(len(content)) if isinstance(content, list) else ()
    for key in keys:
        yield content, key, depth
        if depth < 8:
            yield from _places(content[key], depth + 1)


def _raw(rng: Random, data: bytes) -> bytes:
    """The text changed, with no regard to what is JSON."""
    ends = [place for place, byte in enumerate(data[:200_000]) if byte in b",}]:"]
    place = rng.choice(ends or [0])
    piece = rng.choice(RAW)
    match rng.randrange(5):
        case 0:
            return data[: rng.randrange(len(data) + 1)]
        case 1:
            return piece + data
        case 2:  # the last value but one comes twice, with its name
            start = data.rfind(b",", 0, place)
            return data[:place] + data[max(start, 0) : place] + data[place:]
        case 3 if b":" in data:
            colon = data.index(b":", rng.randrange(data.rindex(b":") + 1))
            return data[: colon + 1] + piece + (b"," + data[colon + 1 :] if rng.random() < 0.5 else b"}")
        case _:
            return data[:place] + piece + data[place:]

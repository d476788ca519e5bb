"""Checksums of what is too long to be told: of the keys of F-curves, and of meshes."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import bpy
import numpy as np

from . import compat

Keyed = Iterable[tuple[str, int, int, int]]
"""Of F-curves what they set, a path and an index, how many keys they have, and the checksum of these."""
Curves = dict[bpy.types.ID, list[tuple[str, int, int, int]]]
Shapes = dict[bpy.types.ID, int]

FIELDS = {
    "FLOAT": ("value", 1, np.float32),
    "INT": ("value", 1, np.int32),
    "INT8": ("value", 1, np.int8),
    "BOOLEAN": ("value", 1, np.bool_),
    "FLOAT_VECTOR": ("vector", 3, np.float32),
    "FLOAT2": ("vector", 2, np.float32),
    "FLOAT_COLOR": ("color", 4, np.float32),
    "BYTE_COLOR": ("color", 4, np.float32),
}
"""Of kinds of attributes: the name of a member's value, its length, and what it is made of."""
DERIVED = (".select", ".hide", ".edge", ".corner_edge")
"""How attributes begin that are no work of anybody's: selections, and edges, which follow from the faces."""


Fields = tuple[tuple[str, int, Any], ...]
EASED: Fields = (("easing", 1, np.int32),)
SHAPED: dict[str, Fields] = {
    "CONSTANT": (),
    "LINEAR": (),
    "BEZIER": (("handle_left", 2, np.float32), ("handle_right", 2, np.float32)),
    "BACK": (*EASED, ("back", 1, np.float32)),
    "ELASTIC": (*EASED, ("amplitude", 1, np.float32), ("period", 1, np.float32)),
}
"""What else shapes a curve, by its interpolation; all others ease in, out, or both."""


def of_bytes(*parts: Any, start: int = 0) -> int:
    """That of several arrays, or bytes, one after the other; ``start`` is that of what goes before."""
    for part in parts:
        start = zlib.crc32(part, start)
    return start


def of_keys(places: np.ndarray, interpolation: np.ndarray, easing: np.ndarray | None) -> int:
    """That of keys without handles: ``places`` are their frames and values in turn, of 32 bits."""
    total = of_bytes(places, interpolation)
    for _ in _bent(interpolation.tobytes()):
        total = of_bytes(np.zeros_like(interpolation) if easing is None else easing, start=total)
    return total


def of_curve(curve: bpy.types.FCurve) -> int:
    """That of the keys of an F-curve."""
    points = curve.keyframe_points
    kinds = _array(points, "interpolation", 1, np.int32)
    total = of_bytes(_array(points, "co", 2, np.float32), kinds)
    for shape in _bent(kinds.tobytes()):
        total = of_bytes(_array(points, *shape), start=total)
    return total


def of_mesh(mesh: bpy.types.Mesh) -> int:
    """That of the shape of ``mesh`` and of all that is painted on it."""
    total = of_bytes(repr((len(mesh.vertices), len(mesh.edges), len(mesh.polygons))).encode())
    for attribute in sorted(mesh.attributes, key=lambda attribute: attribute.name):
        if not attribute.name.startswith(DERIVED):
            told = f"{attribute.name} {attribute.data_type} {attribute.domain}".encode()
            total = of_bytes(told, _attribute(attribute), start=total)
    return total


def _attribute(attribute: Any) -> Any:
    if attribute.data_type in FIELDS:
        return _array(attribute.data, *FIELDS[attribute.data_type])
    return repr([str(getattr(one, "value", one)) for one in attribute.data]).encode()


def _array(members: Any, name: str, width: int, dtype: Any) -> np.ndarray:
    values = np.empty(len(members) * width, dtype)
    members.foreach_get(name, values)
    return values


@cache
def _shaped() -> dict[int, Fields]:
    return {compat.key_enum("interpolation", name): fields for name, fields in SHAPED.items()}


@lru_cache(500)  # most curves have keys of the same few kinds
def _bent(kinds: bytes) -> Fields:
    """What else shapes a curve of keys of such ``kinds``, for each of them."""
    found = sorted(set(np.frombuffer(kinds, np.int32).tolist()))
    return tuple(field for kind in found for field in _shaped().get(kind, EASED))

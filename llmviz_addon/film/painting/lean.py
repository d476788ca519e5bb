"""Materials without what does nothing for the moment, which Cycles would work out at every pixel all the same.

A sixth of the material of cells is about what is highlighted or in focus, and most grids are neither most of the
time; another sixth is about what is known of a grid, where mostly all is or nothing. And what an object tells that
never changes is a number in a material of its own, from which Cycles works out once what follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import bpy
import numpy as np

from ...stage import compat
from ...stage.materials.cell_material import KNOWN
from ...stage.ours import TAG
from ...stage.told_by_objects import ATLAS, CELLS, EMPHASIS, FIRST, REVEAL, STRIDES, path_of, tells_cells

INDEX = "Object Index"
"""Output of a node that tells the number of an object's role."""
MOST = 48
"""So many objects at once have materials of their own; of more, those that are alike share them."""

Facts = dict[str, tuple[float, ...]]


class Lean:
    """Lends objects of a scene that nobody will save leaner materials, of the same looks."""

    def __init__(self, objects: Iterable[bpy.types.Object]) -> None:
        self._objects = [obj for obj in objects if tells_cells(obj) and len(obj.material_slots) == 1]
        self._made: dict[tuple[Any, ...], bpy.types.Material] = {}

    def settle(self, first: int, last: int, showing: Iterable[bpy.types.Object] | None = None) -> None:
        """Lend them to what is ``showing`` at the frames ``first`` to ``last``; by default that may be anything."""
        seen = self._objects if showing is None else [obj for obj in self._objects if obj in set(showing)]
        lent = set()
        for obj in self._objects:
            obj.material_slots[0].link = "DATA"
        for obj in seen:
            slot = obj.material_slots[0]
            if slot.material is None or slot.material.get(TAG) != "cells":
                continue
            if facts := _facts(obj, first, last, len(seen) <= MOST):
                key = (slot.material, *facts.items())
                lent.add(key)
                if key not in self._made:
                    self._made[key] = _leaner(slot.material, facts)
                slot.link = "OBJECT"
                slot.material = self._made[key]
        if len(self._made) > 2 * MOST:
            self._drop(self._made.keys() - lent)

    def remove(self) -> None:
        """Take them all back."""
        for obj in self._objects:
            obj.material_slots[0].link = "DATA"
        self._drop(self._made.keys())

    def _drop(self, keys: Iterable[tuple[Any, ...]]) -> None:
        bpy.data.batch_remove([self._made.pop(key) for key in tuple(keys)])


def _facts(obj: bpy.types.Object, first: int, last: int, own: bool) -> Facts:
    """What stays so at the frames ``first`` to ``last``: of attributes by name, and of what is ``KNOWN``.

    That which only this object has is among it if it is to have a material of its ``own``.
    """
    keyed = {curve.data_path for curve in compat.fcurves(obj)}
    found: Facts = {} if "pass_index" in keyed else {INDEX: (float(obj.pass_index),)}
    emphasis = _values(obj, EMPHASIS, first, last)
    if not emphasis.any():
        found[EMPHASIS] = (0.0, 0.0, 0.0)
    told = [name for name in (CELLS, FIRST, STRIDES, ATLAS) if obj.get(name) is not None]
    still = [name for name in told if path_of(name) not in keyed]
    if obj.get(REVEAL) is not None and {CELLS, FIRST, STRIDES} <= set(still):
        known = _known(obj, _values(obj, REVEAL, first, last))
        if known is not None:
            found[KNOWN] = (known,)
    return found | {name: tuple(obj[name]) for name in still} if own else found


def _values(obj: bpy.types.Object, name: str, first: int, last: int) -> np.ndarray:
    """(frames, size) of a property, or (1, size) of one without keys."""
    curves = {curve.array_index: curve for curve in compat.fcurves(obj) if curve.data_path == path_of(name)}
    frames = range(first, last + 1) if curves else range(1)
    columns = (
        [curves[index].evaluate(frame) for frame in frames] if index in curves else [value] * len(frames)
        for index, value in enumerate(obj[name])
    )
    return np.array(tuple(columns)).T


def _known(obj: bpy.types.Object, reveal: np.ndarray) -> float | None:
    """1 where all cells show their values as ``reveal`` (frames, 3) says, 0 where none does, else None."""
    cells, at, strides = (np.array(obj[name])[:3] for name in (CELLS, FIRST, STRIDES))
    low, high = at @ strides, (at + cells - 1) @ strides
    front, after, before = reveal.T
    if (front >= high + 1).all():
        return 1.0
    kept = np.minimum(after + high, before - low) > 0
    return None if kept.any() or (front > low).any() else 0.0


def _leaner(material: bpy.types.Material, facts: Mapping[str, tuple[float, ...]]) -> bpy.types.Material:
    """A copy that has numbers in place of what tells it these ``facts``; Cycles leaves out all that is idle then."""
    made = material.copy()
    tree: Any = compat.node_tree(made)
    for node in list(tree.nodes):
        name = getattr(node, "attribute_name", "") or node.label
        of_object = node.bl_idname != "ShaderNodeAttribute" or node.attribute_type == "OBJECT"
        for output in node.outputs:
            values = facts.get(output.name if output.name == INDEX else name)
            if values is None or not of_object:
                continue
            for socket in [link.to_socket for link in output.links]:
                tree.links.remove(socket.links[0])
                _hold(socket, values[3:] if output.name == "Alpha" else values)
    return made


def _hold(socket: Any, values: tuple[float, ...]) -> None:
    """Have an input that nothing leads to hold numbers, or the first of them."""
    if socket.type == "VECTOR":
        socket.default_value = values[:3] if len(values) > 1 else values * 3
    else:
        socket.default_value = values[0]

"""Which cells differ between two states of a grid: all of them, and what is marked is little more."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmviz_addon.film.painting.cells import CellState, changed_cells

SHAPE = (6, 9)  # rows along x, columns along z
COUNT = SHAPE[0] * SHAPE[1]
ends = st.integers(0, COUNT)
states = st.tuples(st.floats(0, COUNT), ends, ends)


def known(state: tuple[float, float, float]) -> np.ndarray:
    """How much each cell shows of its value, in the tensor's shape."""
    front, start, stop = state
    flat = np.arange(COUNT, dtype=float)
    return np.clip(np.maximum(front - flat, np.minimum(flat + 1 - start, stop - flat)), 0, 1).reshape(SHAPE)


@pytest.mark.usefixtures("scene")
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states, states)
def test_all_cells_that_differ_are_marked(old: tuple, new: tuple) -> None:
    obj = bpy.data.objects.new("grid", None)
    obj["llmviz_cells"], obj["llmviz_first"], obj["llmviz_strides"] = [6.0, 1.0, 9.0], [0.0, 0.0, 0.0], [9.0, 0.0, 1.0]
    obj["llmviz_focus_lo"] = obj["llmviz_focus_hi"] = [0.0, 0.0, 0.0]
    found = []
    for front, start, stop in (old, new):
        obj["llmviz_reveal"] = [front, 1.0 - start, float(stop)]
        found.append(CellState.of(obj))
    marked = np.zeros(SHAPE, dtype=bool)
    for low, high in changed_cells(obj, *found):
        (x0, _, z0), (x1, _, z1) = (np.round(end * (6, 1, 9)).astype(int) for end in (low, high))
        marked[x0:x1, z0:z1] = True
    differs = known(old) != known(new)
    assert not (differs & ~marked).any()
    if not differs.any() and old == new:
        assert not marked.any()

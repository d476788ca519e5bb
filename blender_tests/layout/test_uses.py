"""Downstream is upstream asked the other way: a cell uses what it is computed from, and nothing else does."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from llmviz_addon.layout.build import layout
from llmviz_addon.layout.grid import Grid, Region, Taken
from llmviz_addon.layout.uses import Uses
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import read

CONFIG = GPTConfig(2, 2, 4, 3, 3)


def cells(region: Region) -> set[tuple[str, tuple[int, ...]]]:
    return {(region.grid.name, index) for index in product(*(range(a, b) for a, b in region.ranges))}


def test_uses_are_sources_the_other_way() -> None:
    stage = layout(CONFIG, 3)
    tensors = {grid.name: np.zeros(grid.shape) for grid in stage.grids}
    tensors["tokens"] = np.array([2, 0, 2])
    read_by: dict[tuple[str, tuple[int, ...]], set] = {}
    for grid in stage.grids:
        if grid.rule is not None:
            for index in np.ndindex(grid.shape):
                for region in grid.sources(index, stage, tensors).values():
                    for cell in cells(region):
                        read_by.setdefault(cell, set()).add((grid.name, index))
    uses = Uses(stage)
    for grid in stage.grids:
        for index in np.ndindex(grid.shape):
            found = [cells(region) for region in uses.of(grid, index, tensors)]
            assert set().union(*found) == read_by.get((grid.name, index), set()), (grid.name, index)
    assert len(read_by) > 500


def test_a_vocabulary_of_which_some_have_cells_is_used_where_these_are() -> None:
    stage = layout(CONFIG, 3, vocabulary=[0, 2])
    tensors = {"tokens": np.array([2, 0, 2])}
    found = Uses(stage).of(stage.embedding.token_weight, (2, 1), tensors)
    assert [repr(region) for region in found] == ["embedding.output[0, 1]", "embedding.output[2, 1]"]


@pytest.mark.parametrize("index", [(slice(1, 3), 2), (1, slice(0, 4)), (slice(0, 3), slice(1, 3)), (0, 0)])
def test_a_copy_knows_which_numbers_it_shows(index: tuple[int | slice, ...]) -> None:
    """Of one of a copy as well."""
    run = read(builtin(), [0, 1, 2])
    grid = layout(run.config, 3).layers[0].ln_1.output
    taken, tensor = grid[index].taken, run.trace[grid.name]
    shown = np.squeeze(tensor[index])
    for cell in np.ndindex(shown.shape):
        assert tensor[taken.index(cell or (0,))] == shown[cell]
    axes = tuple(axis for axis, part in zip(grid.axes, index, strict=True) if isinstance(part, slice))
    if axes:
        copied = Grid("copy", "", grid.role, tuple(_long(axis, n) for axis, n in zip(axes, shown.shape, strict=True)),
                      (0.0, 0.0, 0.0), "", taken=taken)  # fmt: skip
        again = copied[1].taken
        assert tensor[again.index((0,) * max(shown.ndim - 1, 1))] == np.ravel(shown[1])[0]


def _long(axis, length: int):
    from dataclasses import replace

    return replace(axis, length=length)


def test_an_excerpt_has_the_tensors_own_indices() -> None:
    taken = Taken("ids", ((3, 5, 900), range(48)))
    assert taken.index((2, 7)) == (900, 7)
    assert taken.part(((1, 3), (4, 5))) == Taken("ids", ((5, 900), range(4, 5)))

"""What is drawn of a large model: cells of a window and of a close-up hold the numbers that their indices name."""

import bpy
import numpy as np
import pytest

from blender_tests.screenplay.conftest import random_checkpoint
from llmviz_addon.layout.grid import Grid
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.screenplay.production import Production, prepare
from llmviz_addon.stage.build import build


@pytest.fixture(scope="module")
def production() -> Production:
    checkpoint = random_checkpoint(GPTConfig(1, 2, 200, 64, 2000))
    return prepare(run(checkpoint, list(range(7, 67))), ["layer-norm"], None)


def cells(grid: Grid) -> np.ndarray:
    """The numbers that the cell material finds for a grid's cells, in ``shown_shape``."""
    obj = bpy.data.objects[grid.name]
    image = bpy.data.images["llmviz values"]
    pixels = np.empty(len(image.pixels), dtype=np.float32)
    image.pixels.foreach_get(pixels)
    column, row, _, pools = obj["llmviz_atlas"]
    assert pools == 1
    start = int(row) * image.size[0] + int(column)
    assert list(obj["llmviz_cells"]) == list(grid.cells)
    found = pixels[::4][start : start + int(np.prod(grid.cells))]
    return found.reshape(grid.shown_shape)


def test_cells_of_windows_and_of_close_ups_hold_the_numbers_of_their_indices(scene, production):
    build(scene, production, own_scene=True)
    excerpts = [grid for grid, _ in production.timeline.grids if ":excerpt:" in grid.name]
    assert len(excerpts) == 6
    logits = production.layout.output.logits
    assert max(logits.shown_shape) < max(logits.shape)
    for grid in (logits, production.layout.embedding.token_weight, *excerpts):
        found, true = cells(grid), production.values[grid.name.split(":")[-1]]
        for flat in range(0, found.size, 7):
            assert found.ravel()[flat] == true[grid.index_of(flat)], (grid, flat)
        obj = bpy.data.objects[grid.name]
        steps = np.array(obj["llmviz_strides"][:3]) * (np.array(obj["llmviz_cells"]) - 1)
        assert steps.sum() == found.size - 1

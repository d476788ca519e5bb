"""Where in a model some of its grids are, for any parts."""

from __future__ import annotations

import pytest

from blender_tests.made_up import CONFIG, MADE_UP
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.whereabouts import Whereabouts
from llmviz_addon.model.config import GPTConfig

NANO = GPTConfig(n_layer=3, n_head=3, n_embd=48, block_size=11, vocab_size=3)


@pytest.fixture(scope="module")
def stage():
    return layout(NANO, 6)


def titles(stage, *grids):
    place = Whereabouts(stage).place(grids)
    return place and place.titles


def test_the_innermost_section_of_all_of_them_is_named_with_those_around_it(stage):
    attn = stage.layers[1].attn
    assert titles(stage, attn.heads[2].q, attn.heads[2].scores) == ("Layer 1", "Self-attention", "Head 2")
    assert titles(stage, attn.heads[2].q, attn.heads[1].q) == ("Layer 1", "Self-attention")
    assert titles(stage, attn.proj, attn.proj_weight, stage.layers[1].mlp.hidden) == ("Layer 1",)
    assert titles(stage, *stage.output.grids) == ("Output",)
    assert titles(stage, *stage.ln_f.grids) == ("Output", "Layer Norm")


def test_what_another_part_reads_is_no_place_to_be(stage):
    layer = stage.layers[0]
    assert titles(stage, stage.embedding.output, *layer.ln_1.grids) == ("Layer 0", "Layer Norm")
    assert titles(stage, layer.ln_1.output, *layer.attn.heads[0].grids) == ("Layer 0", "Self-attention", "Head 0")
    assert titles(stage, layer.stream, *stage.layers[1].ln_1.grids) == ("Layer 1", "Layer Norm")
    assert titles(stage, stage.embedding.output) == ("Embedding",)  # by itself it is
    assert titles(stage, *stage.embedding.grids, *layer.ln_1.grids) == ("Embedding", "Layer 0")


def test_all_of_it_is_in_all_sections(stage):
    place = Whereabouts(stage).place(stage.grids)
    assert place.sections == tuple(range(len(stage.sections)))
    assert place.grids == {grid.name for grid in stage.sections[-1].grids}


def test_nothing_is_nowhere(stage):
    assert titles(stage) is None


def test_made_up_parts_have_their_places():
    stage = layout(CONFIG, 5, architecture=MADE_UP)
    layer = stage.layers[1]
    assert titles(stage, layer.norm_1.output, *layer.attn.heads[3].grids)[:2] == ("Layer 1", layer.attn.title)
    assert titles(stage, layer.attn.residual, *layer.norm_2.grids) == ("Layer 1", "Norm")

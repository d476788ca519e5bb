"""The tree of a model: its order, steps in it, what is found by searching."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llmviz_addon.layout.build import layout
from llmviz_addon.layout.contents import Contents, Entry, Model
from llmviz_addon.layout.layout import sections
from llmviz_addon.layout.outline import outline
from llmviz_addon.layout.whereabouts import sections_of
from llmviz_addon.model.blueprints import BLUEPRINTS
from llmviz_addon.model.config import GPTConfig

NANO = GPTConfig(n_layer=3, n_head=3, n_embd=48, block_size=11, vocab_size=3)


@pytest.fixture(scope="module")
def stage():
    bare = layout(NANO, 6)
    return replace(bare, sections=sections(bare))


@pytest.fixture(scope="module")
def contents(stage) -> Contents:
    return Contents([Model("nano", stage.sections)])


def at(contents: Contents, name: str) -> Entry:
    found = contents.of(name)
    assert found is not None
    return found


def test_every_grid_is_there_once_where_it_is_computed(stage, contents):
    grids = [entry.name for entry in contents.every() if entry.grid is not None]
    assert sorted(grids) == sorted(grid.name for grid in stage.grids)
    order = {grid.name: number for number, grid in enumerate(stage.grids)}
    for entry in contents.every():
        firsts = [order[one.grids[0].name] for one in entry.children]
        assert firsts == sorted(firsts), entry.title
        assert contents[entry.path] is entry
        if entry.children:
            assert {name for one in entry.children for name in one.names} == entry.names


def test_a_head_lies_in_its_layer(contents):
    head = at(contents, "layers.1.attn.heads.2")
    assert (head.title, head.place) == ("Head 2", ("nano", "Layer 1", "Self-attention"))
    query = at(contents, "layers.1.attn.heads.2.q")
    assert (query.nearest, query.outer.title) == (head, "Layer 1")
    assert query.detail == "6 × 16"
    assert (head.nearest, head.detail) == (head, "14 grids")
    assert contents.of("layers.7") is None
    model = contents.models[0]
    assert (model.outer, model.nearest, model.place) == (model, model, ())


def test_steps_go_to_siblings_in_and_out_and_across_the_layers(contents):
    def to(name: str, way: str) -> str | None:
        found = contents.step(at(contents, name).path, way)
        return None if found is None else found.name

    assert to("layers.1.attn.heads.1", "NEXT") == "layers.1.attn.heads.2"
    assert to("layers.1.attn.heads.1", "PREVIOUS") == "layers.1.attn.heads.0"
    assert to("layers.1.attn.heads.0", "PREVIOUS") is None
    assert to("layers.1.attn.heads.1", "OUT") == "layers.1.attn"
    assert to("layers.1.attn", "IN") == "layers.1.attn.heads.0"
    assert to("layers.1.attn.heads.1.q", "UP") == "layers.0.attn.heads.1.q"
    assert to("layers.1.attn.heads.1.q", "DOWN") == "layers.2.attn.heads.1.q"
    assert to("layers.1.attn.heads.1.q", "IN") is None
    assert to("layers.0.attn.heads.1.q", "UP") == "embedding", "what comes closest"
    assert to("layers.2", "DOWN") == "output"
    assert to("output", "DOWN") is None
    model = contents.models[0]
    assert contents.step(model.path, "OUT") is None
    assert contents.step(model.path, "UP") is None
    assert contents.step(model.path, "NEXT") is None


def test_what_has_all_words_is_found_the_titles_first(contents):
    found = contents.search("head 2")
    assert [entry.title for entry in found[:3]] == ["Head 2"] * 3
    assert all(entry.nearest.title == "Head 2" for entry in found[: 3 * 15]), "then all that is in them"
    assert [entry.name for entry in contents.search("LAYERS.1.ATTN.HEADS.2.Q_WEIGHT")] == [
        "layers.1.attn.heads.2.q_weight"
    ]
    assert contents.search("no such thing") == []


SOUGHT = ("h", "head 2", "2 q", "attention head", "ayer 1 self", "layer 1 self-attention head 2 q", "norm", "11 self")


@pytest.mark.parametrize("text", [*SOUGHT, "layers.0.attn", "2 head", "no such thing", "", "nano gpt-2"])
def test_what_is_found_is_what_going_through_all_finds(text):
    drawn = [outline(BLUEPRINTS[name]) for name in ("nano", "gpt2")]
    contents = Contents([Model(one.blueprint.title, sections_of(one), n) for n, one in enumerate(drawn)])
    words = text.split()

    def told(entry: Entry) -> str:
        return " ".join((*entry.place, entry.title)).casefold()

    def rank(entry: Entry) -> int:
        return 0 if all(word in entry.title.casefold() for word in words) else 1 if text in told(entry) else 2

    every = [one for one in contents.every() if text in one.name.casefold() or all(word in told(one) for word in words)]
    paths = [entry.path for entry in sorted(every, key=rank)] if words else []
    assert [entry.path for entry in contents.search(text)] == paths
    assert [entry.path for entry in contents.search(text, 7)] == paths[:7]


def test_rows_are_those_that_are_unfolded(contents):
    model = contents.models[0]
    assert [entry.title for entry in contents.rows(())] == ["nano"]
    titles = [entry.title for entry in contents.rows({model.path, (0, 2), (9,)})]
    assert titles[:3] == ["nano", "Embedding", "Layer 0"]
    assert titles[3:8] == ["Layer 1", "Layer Norm", "Self-attention", "Layer Norm", "MLP"]


@pytest.mark.parametrize("path", [(), (1,), (0, 99), (0, -1), (0, 0, 0, 0)])
def test_where_there_is_nothing_nothing_is_told(contents, path):
    assert contents.there(path) is None


def test_of_models_in_outline_every_layer_is_told():
    drawn = outline(BLUEPRINTS["gpt2"])
    contents = Contents([Model("GPT-2", sections_of(drawn), 0)])
    model = contents.models[0]
    assert [entry.title for entry in model.children] == ["Embedding", *(f"Layer {n}" for n in range(12)), "Output"]
    query = contents.of("layers.0.attn.heads.11.q_weight", model.children[8])
    assert query is not None
    assert query.place[:3] == ("GPT-2", "Layer 7", "Self-attention")
    down = contents.step(query.path, "DOWN")
    assert down is not None
    assert down.place == ("GPT-2", "Layer 8", *query.place[2:])

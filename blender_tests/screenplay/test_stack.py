"""Grids stacked without a gap beside another, with their names, which move and are framed with them."""

from __future__ import annotations

import pytest

from blender_tests.screenplay.conftest import written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay.score.timeline import Channel


def opened(film):
    attn = film.layout.layers[0].attn
    outputs = [head.output for head in attn.heads]
    film.open_on(outputs, attn.proj, azimuth=290, elevation=8)
    return attn, outputs


def test_they_lie_on_one_another_and_are_together_as_high_as_what_they_are_made_for(film):
    attn, outputs = opened(film)
    film.stack(*outputs, beside=attn.proj, names=["a", "b", "c"], seconds=2)
    names = [film.cast.along[grid.name][0] for grid in outputs]
    assert film.now == 2
    boxes = [film.box(grid) for grid in outputs]
    low, high = film.box(attn.proj)
    assert boxes[0][1][2] == pytest.approx(high[2])
    for upper, lower in zip(boxes, boxes[1:], strict=False):
        assert upper[0][2] == pytest.approx(lower[1][2])
    assert boxes[-1][0][2] == pytest.approx(low[2])
    assert {round(float(box[0][0]), 6) for box in boxes} == {round(float(high[0]) + 0.8, 6)}
    assert {round(float(box[0][1]), 6) for box in boxes} == {round(float(low[1]), 6)}
    for grid, name, text in zip(outputs, names, "abc", strict=True):
        assert (name.parent, written_on([name])) == (grid.name, [text])
        assert film.score.value(Channel(name.name, "opacity")) == 1
        assert film.score.value(Channel(film.signs.label(grid).name, "opacity")) == 0
    film.stack(*outputs, beside=attn.proj, side="left", gap=0.5, seconds=1)
    assert film.box(outputs[1])[1][0] == pytest.approx(low[0] - 0.5)


def test_names_are_in_the_picture(film):
    attn, outputs = opened(film)
    film.stack(*outputs, beside=attn.proj, names=["Head 0", "Head 1", "Head 2"], seconds=2)
    names = [film.cast.along[grid.name][0] for grid in outputs]
    film.camera.frame(outputs, azimuth=275, elevation=4)
    free = film.page.free
    for grid, name in zip(outputs, names, strict=True):
        points = name.points + film.offset(grid)
        area = film.camera.view.area(points.min(axis=0), points.max(axis=0))
        assert free.left <= area.left < area.right <= free.right


def test_what_cannot_be_stacked_is_refused(film):
    attn, outputs = opened(film)
    with pytest.raises(ScriptError, match="a name for each or none; got 3 and 2"):
        film.stack(*outputs, beside=attn.proj, names=["a", "b"])
    with pytest.raises(ScriptError, match="left or right of another grid, but got 'above'"):
        film.stack(*outputs, beside=attn.proj, side="above")
    with pytest.raises(ScriptError, match="stack needs grids"):
        film.stack(beside=attn.proj)


def test_a_columns_label_that_is_gone_stays_gone_when_it_is_split(film):
    attn, outputs = opened(film)
    film.stack(*outputs, beside=attn.proj, names=["a", "b", "c"])
    film.split(outputs[1][3], attn.proj[3])
    assert film.score.value(Channel(film.signs.label(outputs[1]).name, "opacity")) == 0
    assert film.score.value(Channel(film.signs.label(attn.proj).name, "opacity")) == 1  # what is shown keeps its name


def test_of_many_heads_a_closeup_shows_as_many_numbers_as_channels_all_together(random_model, make_film):
    film = make_film(random_model(GPTConfig(1, 12, 768, 32, 20)), [0, 1, 2, 3])
    attn, outputs = opened(film)
    close = film.closeup(attn.proj, *outputs).layers[0].attn
    assert sum(head.output.cells[2] for head in close.heads) == close.proj.cells[2] == 48
    film.step_back()
    alone = film.closeup(outputs[3]).layers[0].attn.heads[3].output
    assert alone.cells[2] == 32


def test_torn_edges_and_labels_of_excerpts_come_and_go_with_them(random_model, make_film):
    film = make_film(random_model(GPTConfig(1, 2, 200, 90, 1000)), list(range(80)))
    film.open_on(film.layout.embedding, azimuth=280, elevation=5)
    close = film.closeup(film.layout.tokens, film.layout.embedding)
    table = close.embedding.token_weight
    edge, label = film.cast.edges[table.name], film.signs.label(table)
    assert table.axes[0].shown[:80] == tuple(range(80)) or len(table.axes[0].shown) == 32
    assert {*film.tokens[: close.tokens.cells[0]]} <= {*table.axes[0].shown}
    assert (edge.opacity, label.opacity) == (0.0, 0.0)
    assert film.score.value(Channel(edge.name, "opacity")) == 1
    low, high = table.box
    assert edge.points[:, 2].min() < low[2] < high[2]
    assert edge.points[:, 0].max() > high[0]
    assert not edge.keeps_size
    film.step_back()
    assert film.score.value(Channel(edge.name, "opacity")) == 0


def test_names_stand_at_the_far_side_of_a_stack(film):
    attn, outputs = opened(film)
    film.stack(*outputs, beside=attn.proj_weight, side="left", names=["a", "b", "c"])
    for grid in outputs:
        (name,) = film.cast.along[grid.name]
        low, high = film.box(grid)
        x = (name.points + film.offset(grid))[:, 0]
        assert x.max() < low[0]
        assert high[0] < film.box(attn.proj_weight)[0][0]


def test_apart_they_stand_in_the_middle_of_its_height_with_room_between(film):
    attn, outputs = opened(film)
    film.stack(*outputs, beside=attn.proj, apart=0.5, seconds=0)
    boxes, (low, high) = [film.box(grid) for grid in outputs], film.box(attn.proj)
    for upper, lower in zip(boxes, boxes[1:], strict=False):
        assert upper[0][2] - lower[1][2] == pytest.approx(0.5)
    assert boxes[0][1][2] + boxes[-1][0][2] == pytest.approx(low[2] + high[2])


def test_a_trace_leaves_pale_copies_and_bands_that_lead_from_them_into_the_stack(film):
    attn, outputs = opened(film)
    assert film.stack(*outputs, beside=attn.proj, side="left", gap=4.0, apart=0.5, seconds=0) == []
    before = [film.box(grid) for grid in outputs]
    traces = film.stack(*outputs, beside=attn.proj, side="left", trace=True, seconds=2)
    copies, bands = traces[::2], traces[1::2]
    for copied, band, (low, high), grid in zip(copies, bands, before, outputs, strict=True):
        assert [*copied.box[0][[0, 2]], *copied.box[1][[0, 2]]] == pytest.approx([low[0], low[2], high[0], high[2]])
        assert 0 < film.score.value(Channel(copied.name, "opacity")) < 1
        assert 0 < film.score.value(Channel(band.name, "opacity")) < 1
        assert band.points[:, 0].min() == pytest.approx(high[0])
        assert band.points[:, 0].max() == pytest.approx(film.box(grid)[0][0])
    film.fade(*traces, to=0)
    assert all(film.score.value(Channel(one.name, "opacity")) == 0 for one in traces)

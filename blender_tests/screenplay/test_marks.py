"""What marks what is spoken of: outlines, names on faces, letters fanned out over columns, and waves that wait."""

from __future__ import annotations

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.grid import CELL
from llmviz_addon.layout.lettering.drawing import Line, Rect, Text
from llmviz_addon.screenplay.page.sizes import pixel
from llmviz_addon.screenplay.page.view import TAN
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.verbs.outlining import BESIDE, REGION, THIN, outline

READ = 24
"""Pixels of a cell from which on its number stands in it."""


def value(film, name, prop="opacity", index=0):
    return film.score.value(Channel(name, prop, index))


def drawings(film, kind):
    return [one for name, one in film.cast.drawings.items() if f":{kind}:" in name]


@pytest.fixture
def ln(film):
    film.open_on(film.layout.embedding.output, film.layout.layers[0].ln_1, azimuth=280, elevation=5)
    return film.layout.layers[0].ln_1


def test_outlines_are_in_the_colour_of_the_role_and_go_with_the_beat(film, ln):
    with film.beat("one"):
        film.outline(ln.mean[3], ln.output[3], seconds=0.5)
        made = drawings(film, "outline")
        assert film.now == pytest.approx(0.5)
        assert [one.shapes[0].color for one in made] == ["aggregate", "activation"]
        for one, region in zip(made, (ln.mean[3], ln.output[3]), strict=True):
            low, high = film.telling.box(region)
            assert (one.points.min(axis=0) <= low + (0, 1, 0)).all()
            assert (one.points.max(axis=0) >= high - (0, 1, 0)).all()
            assert value(film, one.name) == 1
    with film.beat("two"):
        film.wait(1)
    assert [value(film, one.name) for one in made] == [0, 0]


def test_a_frame_is_thinner_than_the_row_that_it_marks(film, ln):
    film.camera.frame(film.layout.layers, azimuth=280, elevation=5, seconds=0)  # where a cell is less than a pixel wide
    with film.beat("one"):
        film.outline(ln.output[3], seconds=0.5)
        (made,) = drawings(film, "outline")
    assert made.shapes[0].width == pytest.approx(0.4 * CELL, abs=0.1 * CELL)


def test_faces_have_names_but_not_in_a_crowd(film):
    heads = film.layout.layers[0].attn.heads
    film.open_on(heads, azimuth=280, elevation=5)
    groups = [(head.q, head.k, head.v) for head in heads]
    with film.beat("one"):
        made = film.inscribe(*groups, names=("Q", "K", "V"), seconds=0.5)
        assert [one.shapes[0].body for one in made] == ["Q", "K", "V"] * len(heads)
        low, high = film.telling.box(heads[0].k)
        assert low[0] < made[1].points[:, 0].min()
        assert made[1].points[:, 0].max() < high[0]
        assert film.inscribe(*groups * 6, names=("Q", "K", "V")) == []
        with pytest.raises(ScriptError, match="got 2 for 3"):
            film.inscribe(*groups, names=("Q", "K"))
    with film.beat("two"):
        film.wait(1)
    assert not any(value(film, one.name) for one in made)


def test_letters_are_fanned_out_over_columns_each_with_a_way_to_its_own(film, ln):
    x = film.layout.embedding.output
    tiles, letters = film.letters(x, fanned=True, seconds=0)
    texts = [shape for shape in letters.shapes if isinstance(shape, Text)]
    assert [text.body for text in texts] == [film.token_text(t) for t in range(len(film.tokens))]
    (left, _, _), (_, _, top) = film.telling.box(x)
    ways = [shape for shape in tiles.shapes if isinstance(shape, Line)]
    columns = [left + (t + 0.5) * CELL for t in range(len(film.tokens))]
    assert [tiles.pose[0, 3] + way.points[-1][0] for way in ways] == pytest.approx(columns)
    rects = [shape for shape in tiles.shapes if isinstance(shape, Rect)]
    assert np.diff([rect.x for rect in rects]).min() > rects[0].width > 1.5 * CELL
    label = f"label:{x.name}"
    lifted = value(film, label, "offset", 2)
    assert letters.points[:, 2].max() < top + lifted + CELL  # its name makes room
    film.split(x[1], seconds=0.5)
    assert value(film, letters.name) == 0
    assert value(film, label, "offset", 2) != lifted
    film.merge(x, seconds=0.5)
    assert value(film, letters.name) == 1
    assert value(film, label, "offset", 2) == pytest.approx(lifted)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_wave_waits_at_a_cell_that_is_explained_meanwhile(film, ln, share):
    film.hide_values(ln.mean, ln.output)
    with film.beat("one"):
        film.sweep(ln.mean, ln.output, waits=share, seconds=9)
        assert film.now == pytest.approx(9, abs=0.7)
        assert all(film.splits.cells(grid, film.now).all() for grid in (ln.mean, ln.output))
        count = ln.mean.count + ln.output.count
        at = min(int(share * count), count - 1)
        told = [one.shapes for one in drawings(film, "panel")]
        assert told
        assert bool(film.explanations) == (share == 1)
        if share == 1:
            assert film.explanations[0].of == ln.output.name
            assert at == count - 1


def test_rows_wait_for_a_cell_too(film):
    head = film.layout.layers[0].attn.heads[0]
    film.open_on(head, azimuth=276, elevation=5)
    film.hide_values(head.weights, head.output)
    with film.beat("one"):
        film.sweep(head.weights, head.output, waits=0.5, rows=True, seconds=8)
    assert all(film.splits.cells(grid, film.now).all() for grid in (head.weights, head.output))
    assert len(drawings(film, "panel")) == 3  # symbols, values and result of one cell


def test_squares_are_to_scale_and_say_how_many_cells_they_have(film, ln):
    with film.beat("one"):
        film.squares([8, 2, 4], "T", "A matrix", seconds=4)
        assert film.now == pytest.approx(4)
        faces = [one.shapes[0] for one in drawings(film, "square") if isinstance(one.shapes[0], Rect)]
        assert np.array([face.width for face in faces]) / faces[-1].width == pytest.approx([0.25, 0.5, 1])
        written = [s.body for one in drawings(film, "names") for s in one.shapes if isinstance(s, Text)]
        assert {"A matrix", "T = 8", "64 cells", "T = 4", "16 cells"} <= set(written)
        with pytest.raises(ScriptError, match="one cell at least"):
            film.squares([0], "T", "Nothing")


def test_the_frame_of_a_sweeps_last_cell_goes_with_its_panel(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2])
    mlp = film.layout.layers[0].mlp
    film.open_on(mlp, azimuth=280, elevation=5)
    with film.beat("one"):
        film.say("All of it.")
        film.sweep(mlp.hidden, seconds=4)
        assert any(value(film, one.name) for one in drawings(film, "outline"))
        film.dismiss()
        assert not any(value(film, one.name) for one in drawings(film, "outline"))


def test_the_light_of_the_last_part_that_a_pulse_passes_is_out_in_the_end(nano, make_film):
    film = make_film(nano, [2, 1, 0, 1, 1, 2])
    layer = film.layout.layers[0]
    film.open_on(layer, azimuth=280, elevation=5)
    film.pulse(layer.attn, layer.mlp, seconds=2)
    clips = film.score.clips.of(Channel(layer.mlp.hidden.name, "highlight"))
    assert [clip.value for clip in clips] == [1.0, 0.0]
    assert clips[-1].end == pytest.approx(film.now)


@pytest.mark.parametrize("zoom", [0.05, 1.0, 20.0])
def test_an_outline_lies_around_its_cells_and_leaves_the_numbers_beside_them_free(film, zoom):
    grid = film.layout.layers[0].ln_1.output
    film.open_on(grid, azimuth=272, elevation=2, zoom=zoom)
    (line,) = outline(film.telling, grid[2], thick=REGION).shapes
    (left, _, bottom), (right, _, top) = film.telling.box(grid[2])
    xs, zs = np.array(line.points).T
    inner = xs.min() + line.width / 2, zs.min() + line.width / 2, xs.max() - line.width / 2, zs.max() - line.width / 2
    assert inner == pytest.approx((left, bottom, right, top), abs=1e-6)
    pixels = CELL / (TAN * film.camera.view.distance * pixel(film.page))
    assert line.width <= (max(BESIDE, REGION / 2 / pixels) if pixels > READ else THIN) * CELL + 1e-9

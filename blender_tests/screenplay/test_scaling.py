"""One scale of colour where numbers are added or compared."""

import numpy as np
import pytest

from llmviz_addon.layout.gains import common_gain
from llmviz_addon.screenplay.score.timeline import Channel


def gains(film, *grids):
    """How many times its number each grid's colour is now."""
    own = {grid.kind: common_gain([film.values(other) for other in film.layout.grids if other.kind == grid.kind])
           for grid in grids}  # fmt: skip
    return [own[grid.kind] * film.score.value(Channel(grid.name, "gain")) for grid in grids]


def test_what_is_told_to_share_a_scale_does_and_goes_back(film):
    layer = film.layout.layers[0]
    grids = film.layout.embedding.output, layer.attn.proj, layer.attn.residual
    film.open_on(*grids)
    before = gains(film, *grids)
    assert len(set(before)) == 3
    film.one_scale(*grids)
    after = gains(film, *grids)
    assert after == pytest.approx([common_gain([film.values(grid) for grid in grids])] * 3)
    film.revert(*grids)
    assert gains(film, *grids) == before


def test_pieces_and_copies_have_the_scale_of_their_grid(film):
    x, proj = film.layout.embedding.output, film.layout.layers[0].attn.proj
    film.open_on(x, proj)
    film.one_scale(x, proj)
    wanted = film.score.value(Channel(x.name, "gain"))
    assert wanted != 1
    film.split(x[2])
    pieces = film.telling.bodies(x)
    assert len(pieces) == 4  # the grid itself, too
    assert [film.score.value(Channel(piece, "gain")) for piece in pieces] == [wanted] * 4
    one = film.copy(x[2])
    assert film.score.value(Channel(one.name, "gain")) == wanted
    film.one_scale(x)
    assert {film.score.value(Channel(piece, "gain")) for piece in pieces} != {wanted}


def test_columns_that_are_added_up_share_a_scale_with_their_sum(film):
    layer = film.layout.layers[0]
    film.open_on(layer.attn)
    film.add_up(layer.attn.residual[2])
    columns = list(film.cast.made.values())[-3:]
    kinds = [grid.kind for grid, _ in columns]
    assert len(set(kinds)) == 3
    own = [common_gain([film.values(g) for g in film.layout.grids if g.kind == kind]) for kind in kinds]
    shown = [gain * film.score.value(Channel(grid.name, "gain")) for gain, (grid, _) in zip(own, columns, strict=True)]
    assert shown == pytest.approx([common_gain([np.concatenate([values for _, values in columns])])] * 3)

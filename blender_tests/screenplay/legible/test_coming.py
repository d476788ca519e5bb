"""Labels that come once the camera stands have their size from then on, not from the next rest on."""

from __future__ import annotations

import numpy as np

from llmviz_addon.screenplay.legible.letters import Sight
from llmviz_addon.screenplay.legible.settle import settle, veiled
from llmviz_addon.screenplay.page.sizes import LARGEST, SMALLEST
from llmviz_addon.screenplay.score.timeline import Channel


def test_a_label_that_comes_after_a_cut_can_be_read_before_the_camera_moves_on(make_film, nano):
    film = make_film(nano, [2, 1, 0, 1, 1, 2])
    layer = film.layout.layers[0]
    grid, head = layer.attn.heads[0].q, layer.attn.heads[0]
    film.open_on(head, azimuth=275, elevation=5, zoom=0.5)
    film.wait(1)
    film.fade(grid, to=0, seconds=0.5)
    film.camera.frame(grid, azimuth=271, elevation=2, seconds=0)
    film.fade(film.all_but(grid), to=0, seconds=0)
    film.fade(grid, to=1, seconds=1)
    came = film.now
    film.wait(2)
    film.camera.frame(grid, zoom=0.4, seconds=1)
    film.wait(1)
    settle(film.telling)
    sight = Sight(film.telling)
    for at in np.linspace(came, film.now, 9):
        letters = sight.letters(float(at))
        own = [n for n, owner in enumerate(letters.owner) if letters.drawings[owner].parent == grid.name]
        assert own, at
        assert SMALLEST - 0.1 <= letters.sizes[own].min() <= letters.sizes[own].max() <= LARGEST + 0.1, at


def test_what_goes_by_a_cut_when_it_is_to_be_hidden_for_good_is_gone(make_film, nano):
    film = make_film(nano, [2, 1, 0])
    grid = film.layout.layers[0].attn.proj
    label = film.cast.labels[grid.name].name
    film.open_on(grid)
    film.wait(2)
    film.fade(grid, to=0, seconds=0)
    cut = film.now
    film.score.rewrite([label], "opacity", lambda staff: veiled([(cut, cut + 0.3, np.inf, np.inf)], staff))
    assert film.score.value(Channel(label, "opacity")) == 0

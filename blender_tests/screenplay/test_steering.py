"""Panels while the camera moves: what it goes to does not come to lie under them."""

from __future__ import annotations

import pytest

from llmviz_addon.screenplay.legible.letters import Sight
from llmviz_addon.screenplay.page.view import Area, corners
from llmviz_addon.screenplay.score.timeline import Channel

LEAST = 0.02
"""Of a panel, what may lie over a grid at a rest."""


def covered(telling, at: float) -> list[tuple[str, str, float]]:
    """Which panels that are up lie on which solid grids, and with which share."""
    sight, view = Sight(telling), Sight(telling).view(at)
    free, names = telling.page_at(at).free, list(sight.numbers)
    plates = [
        one for name, one in telling.cast.drawings.items()
        if ":panel:" in name and any(getattr(shape, "color", "") == "plate" for shape in one.shapes)
        and telling.score.at(Channel(name, "opacity"), at) > 0.5
    ]  # fmt: skip
    panels = [Area(*area) for area in sight.areas(plates, at, view).tolist()]
    found = []
    for number, box in zip(*sight.solid(at, 0.9), strict=True):
        flat = view.project(corners(*box))
        grid = Area(*flat[:, :2].min(axis=0), *flat[:, :2].max(axis=0))
        if flat[:, 2].min() <= 0 or grid.overlap(free) < 0.99 * grid.width * grid.height:
            continue
        for plate, panel in zip(plates, panels, strict=True):
            share = panel.overlap(grid) / (panel.width * panel.height)
            if share > LEAST:
                found.append((plate.name, names[number], round(share, 3)))
    return found


def up(film) -> list[str]:
    """The panels that are up now."""
    return [n for n in film.cast.drawings if ":panel:" in n and film.score.value(Channel(n, "opacity")) > 0.5]


@pytest.fixture
def explained(film):
    """A film whose last picture has a panel beside a large grid."""
    norm = film.layout.layers[0].ln_1
    film.open_on(norm, azimuth=281, elevation=9)
    film.computed_up_to(norm.output)
    film.compute(norm.output[3, 40], seconds=3)
    assert not covered(film.telling, film.now)
    return film, norm


def test_where_the_camera_comes_near_no_panel_lies_on_what_is_seen(explained):
    film, norm = explained
    film.camera.frame(norm.output, norm.mean, azimuth=281, elevation=9, seconds=2)
    assert not covered(film.telling, film.now)
    assert up(film)


def test_a_panel_that_is_in_nobodys_way_stays_where_it_is(explained):
    film, norm = explained
    before = up(film)
    film.camera.go(film.camera.view, seconds=1)
    assert up(film) == before


@pytest.mark.parametrize("seconds", [0, 2])
def test_a_panel_that_hangs_elsewhere_keeps_what_is_written_on_it(explained, seconds):
    film, norm = explained
    written = [film.cast.drawings[name].shapes for name in up(film)]
    before = up(film)
    film.camera.frame(norm.output, norm.mean, azimuth=281, elevation=9, seconds=seconds)
    film.wait(0.1)
    assert not covered(film.telling, film.now)
    assert up(film)
    assert not {*up(film)} & {*before}
    assert [film.cast.drawings[name].shapes for name in up(film)] == written


def test_a_panel_for_which_there_is_no_room_goes(explained):
    film, norm = explained
    film.camera.frame(norm.output[3, 4:7], azimuth=270, elevation=2, seconds=1)
    assert not covered(film.telling, film.now)


def test_no_panel_lies_on_a_grid_at_any_rest(told):
    for _, telling in told.chapters:
        for beat in telling.beats:
            assert not covered(telling, beat.rest[0] + 0.01), (telling.name, beat.key)


def test_a_panel_comes_when_the_camera_has_made_room_for_it(film):
    norm = film.layout.layers[0].ln_1
    film.open_on(norm.output, norm.gamma, norm.beta, azimuth=276, elevation=5)
    film.computed_up_to(norm.output)
    before, start = film.camera.view, film.now
    film.compute(norm.output[3, 5], seconds=6)
    assert film.camera.view is not before  # else this tests nothing
    for at in (start + 0.1 * i for i in range(1, 60)):
        assert not covered(film.telling, at), at

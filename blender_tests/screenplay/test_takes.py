"""Flights and takes of the camera past models of any size: all goes at one pace, and what is passed stays in sight."""

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay.page.view import View
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel
from llmviz_addon.screenplay.verbs.camera import points_of

SIZES = [(1280, 720), (1080, 1920), (720, 720)]


def test_a_flight_grows_what_is_seen_by_the_same_factor_every_moment(make_film, random_model):
    film = make_film(random_model(GPTConfig(1, 1, 4, 1, 2)), [0])
    small, large = film.models[0], film.models[-1]
    film.open_on(small, azimuth=287, elevation=9)
    start = film.camera.view
    film.camera.fly(small, large, seconds=4)
    end = film.camera.view
    clip = film.score.clips[Channel(CAMERA, "distance")][-1]
    moments = np.linspace(0, 1, 121)
    steps = np.diff(np.log(clip.course(moments)))
    assert end.distance / start.distance > 1000
    assert steps.max() < 2 * steps.mean()  # a ramp of the distance itself would have steps a hundred times as large
    assert clip.course(np.array([0.0, 1.0])) == pytest.approx([start.distance, end.distance])
    for i in range(3):
        course = film.score.clips[Channel(CAMERA, "target", i)][-1].course
        assert course(np.array([0.0, 1.0])) == pytest.approx([start.target[i], end.target[i]])


@pytest.mark.parametrize("size", SIZES)
def test_a_take_keeps_what_it_passes_in_sight_until_it_reaches_the_next(make_film, random_model, size):
    film = make_film(random_model(GPTConfig(1, 1, 4, 1, 2)), [0], size)
    first, *others = film.models
    film.open_on(first.corner(20), azimuth=279, elevation=4)
    start = film.camera.view
    shots = [first.corner(10**9), first.layers[0], first, *([first, *others[: n + 1]] for n in range(len(others)))]
    film.camera.take(*shots, azimuth=287, elevation=9, seconds=14)
    moments = np.linspace(0, 1, 2001)
    channels = {
        (prop, index): film.score.clips[Channel(CAMERA, prop, index)][-1].course(moments)
        for prop, index in [
            ("target", 0),
            ("target", 1),
            ("target", 2),
            ("distance", 0),
            ("azimuth", 0),
            ("elevation", 0),
        ]
    }
    target = np.stack([channels["target", i] for i in range(3)], axis=1)
    views = [
        View(place, *(float(channels[prop, 0][n]) for prop in ("azimuth", "elevation", "distance")), start.shift)
        for n, place in enumerate(target)
    ]
    assert views[0].position == pytest.approx(start.position)
    assert views[-1].position == pytest.approx(film.camera.view.position)
    free = film.page.free.grown(0.02)

    def inside(view, points):
        x, y, _ = view.project(points).T
        return free.left <= x.min() and x.max() <= free.right and free.bottom <= y.min() and y.max() <= free.top

    seen = [_points(film, shot) for shot in shots]
    reached = [next(n for n, view in enumerate(views) if inside(view, points)) for points in seen]
    assert reached == sorted(reached)
    for points, begin in zip(seen, reached, strict=True):
        assert all(inside(view, points) for view in views[begin:])
    steps = np.diff(np.log(channels["distance", 0]))
    assert (steps > -1e-4).all()  # it never turns back
    assert steps.max() < 2.2 * steps.mean()
    assert steps[0] < 0.05 * steps.max() > steps[-1]  # it eases out, and in


def test_a_take_goes_at_one_pace_past_what_is_equally_near(make_film, random_model):
    """Down along layers that are built alike no zoom tells how long the way is."""
    film = make_film(random_model(GPTConfig(6, 1, 8, 4, 3)), [0, 1, 2])
    layers = film.layout.layers
    film.open_on(layers[0], azimuth=284, elevation=9)
    film.camera.take(*layers[1:], azimuth=284, elevation=9, seconds=10)
    down = film.score.clips[Channel(CAMERA, "target", 2)][-1].course(np.linspace(0.2, 0.8, 61))
    steps = np.abs(np.diff(down))
    assert steps.max() < 2 * steps.min()  # it eases out, and in


def _points(film, shot):
    return shot if isinstance(shot, np.ndarray) else points_of(film.telling, film.telling.cast.seen(shot))[0]


def test_a_take_of_nothing_is_refused(make_film, random_model):
    film = make_film(random_model(GPTConfig(1, 1, 4, 1, 2)), [0])
    film.open_on(film.models[0], azimuth=287, elevation=9)
    with pytest.raises(ScriptError, match="at least one shot"):
        film.camera.take()

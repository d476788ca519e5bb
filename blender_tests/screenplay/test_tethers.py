"""Panels and tethers on the picture, over whole chapters: none crosses what is written, and three are the most."""

from __future__ import annotations

import numpy as np
import pytest

from blender_tests.screenplay.conftest import new_film, random_checkpoint
from blender_tests.screenplay.shown import Shown
from llmviz_addon.layout.lettering.drawing import Drawing, Line, Text
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.legible.settle import settle
from llmviz_addon.screenplay.page.commentary import camera_pose
from llmviz_addon.screenplay.page.pose import seen
from llmviz_addon.screenplay.page.view import Area, View
from llmviz_addon.screenplay.score.timeline import Channel
from llmviz_addon.screenplay.verbs import tethers
from llmviz_addon.screenplay.verbs.tethers import LONGEST, MOST

SIZES = [(1280, 720), (720, 1280), (900, 900)]
SEEN, STANDS = 0.05, 0.95
"""Opacity from which on something can be seen, and from which on it is there; what is less comes or goes."""


class Picture:
    """What of a chapter is seen at a frame, in picture heights."""

    def __init__(self, film) -> None:
        self.film, self.shown = film, Shown(film)
        self.to_page = np.linalg.inv(camera_pose(film.page))
        self.tethers = [one for name, one in film.cast.drawings.items() if ":tether:" in name]
        self.plates = [one for name, one in film.cast.drawings.items() if ":panel:" in name and self._plate(one)]

    @staticmethod
    def _plate(drawing: Drawing):
        return next((s for s in drawing.shapes if getattr(s, "color", "") == "plate"), None)

    def up(self, drawings: list[Drawing], frame: int, least: float = SEEN) -> list[Drawing]:
        return [one for one in drawings if self.shown.value(Channel(one.name, "opacity"), frame) > least]

    def moments(self) -> list[int]:
        """Frames at which anything that explains comes, goes or is there, and every rest."""
        explains = {one.name for one in (*self.tethers, *self.plates)}
        found = {b for beat in self.film.beats for b in (round(t * 30) + 1 for t in beat.rest)}
        for channel, (frames, *_) in self.shown.keys.items():
            if channel.actor in explains:
                found |= {max(1, f + d) for f in frames for d in (-1, 0, 1)}
        return sorted(found)

    def way(self, tether: Drawing) -> np.ndarray:
        (line,) = tether.shapes
        assert isinstance(line, Line)
        assert tether.parent == "camera"
        return np.array(line.points)

    def panel(self, drawing: Drawing) -> Area:
        plate = self._plate(drawing)
        low, high = (
            (self.to_page @ drawing.pose @ np.array([x, y, 0, 1]))[:2]
            for x, y in ((plate.x, plate.y), (plate.x + plate.width, plate.y + plate.height))
        )
        return Area(*low, *high)

    def free(self, frame: int) -> Area:
        """The free part of the picture, which is larger while the words are a caption."""
        return self.film.telling.page_at((frame - 1) / 30).free

    def view(self, frame: int) -> View:
        return seen(lambda channel: self.shown.value(channel, frame))

    def labels(self, frame: int) -> dict[str, Area]:
        """Every text in the world that can be read, by its name and words."""
        cast, view = self.film.cast, self.view(frame)
        own = {one.name for one in cast.drawings.values() if one.parent == "camera"}
        found = {}
        for one in {**cast.signage, **{label.name: label for label in cast.labels.values()}, **cast.drawings}.values():
            if one.name in own or self.shown.value(Channel(one.name, "opacity"), frame) <= SEEN:
                continue
            moved = np.array([self.shown.value(Channel(one.parent, "offset", i), frame) for i in range(3)]) if (
                one.parent in cast.grids) else np.zeros(3)  # fmt: skip
            moved = moved + [self.shown.value(Channel(one.name, "offset", i), frame) for i in range(3)]
            for text in (shape for shape in one.shapes if isinstance(shape, Text)):
                (left, bottom), (right, top) = text.corners
                wide, tall = (self.shown.value(Channel(one.name, "scale", i), frame) for i in (0, 1))
                flat = np.array([(x * wide, y * tall, 0, 1) for x in (left, right) for y in (bottom, top)])
                points = view.project((flat @ one.pose.T)[:, :3] + moved)
                if (points[:, 2] > 0).all():
                    found[f"{one.name} {text.body}"] = Area(*points[:, :2].min(0), *points[:, :2].max(0))
        return found


def told(make_film, checkpoint, tokens, name, size):
    film = make_film(checkpoint, tokens, size, 200.0)
    next(one for one in loader.chapters() if one.name == name).play(film)
    film.splits.settle_all(film.now)
    settle(film.telling)
    return Picture(film)


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def picture(request, model, chapter):
    """A chapter about a model, in every aspect."""
    return told(new_film, *model, chapter, request.param)


@pytest.fixture(scope="module", params=["layer-norm", "self-attention"])
def chapter(request):
    return request.param


def inside(way: np.ndarray, area: Area) -> bool:
    x, y = way.T
    return bool(((x > area.left) & (x < area.right) & (y > area.bottom) & (y < area.top)).any())


def models():
    from llmviz_addon.model.checkpoint import builtin

    yield builtin(), [2, 1, 0, 1, 1, 2]
    yield builtin(), [0]
    yield random_checkpoint(GPTConfig(2, 4, 192, 32, 11)), [t % 11 for t in range(24)]


@pytest.fixture(scope="module", params=range(3), ids=["nano", "one token", "wide"])
def model(request):
    return list(models())[request.param]


def test_tethers_are_short_three_at_most_and_cross_nothing_that_is_written(picture):
    assert picture.plates
    cramped = picture.film.page.aspect < 1 and picture.film.checkpoint.config.n_embd > 100
    assert picture.tethers or cramped  # upright, names of wide grids may leave no way to their cells
    for frame in picture.moments():
        up, free = picture.up(picture.tethers, frame), picture.free(frame).grown(0.01)
        assert len(up) <= MOST, frame
        if not up:
            continue
        panels = [picture.panel(one).grown(-0.003) for one in picture.up(picture.plates, frame, STANDS)]
        labels = picture.labels(frame)
        for tether in up:
            way = picture.way(tether)
            assert np.linalg.norm(np.diff(way, axis=0), axis=1).sum() <= LONGEST + 1e-6
            assert free.left < way[:, 0].min() < way[:, 0].max() < free.right
            assert free.bottom < way[:, 1].min() < way[:, 1].max() < free.top
            assert not any(inside(way, panel) for panel in panels), (frame, tether.name)
            crossed = [words for words, area in labels.items() if inside(way, area)]
            assert not crossed, (frame, tether.name, crossed)


def test_tethers_lead_to_what_a_formula_reads_across_no_numbers_of_others(make_film, nano, monkeypatch):
    found, made = [], tethers.tether

    def look(telling, panel, region, around, operand=None, *more, **named):
        drawing = made(telling, panel, region, around, operand, *more, **named)
        if drawing is not None and operand is not None:
            way = np.array(drawing.shapes[0].points)[None]
            found.append(float(tethers._across(telling, way, region, around, tethers.READ)[0]))
        return drawing

    monkeypatch.setattr(tethers, "tether", look)
    for chapter in ("mlp", "self-attention"):
        told(make_film, nano, [2, 1, 0, 1, 1, 2], chapter, (1280, 720))
    assert len(found) > 3
    assert max(found) <= 2 * tethers.MOST_READ  # what leads on onto its own cells is not drawn


def test_panels_stay_in_the_free_part_and_apart_from_each_other(picture):
    for frame in picture.moments():
        free = picture.free(frame).grown(1e-6)
        areas = [picture.panel(one) for one in picture.up(picture.plates, frame, STANDS)]
        for number, area in enumerate(areas):
            assert free.left <= area.left < area.right <= free.right, frame
            assert free.bottom <= area.bottom < area.top <= free.top, frame
            assert all(area.overlap(other) < 1e-6 for other in areas[:number]), frame


def test_every_explanation_is_up_with_all_its_steps_at_the_rest(make_film, nano):
    picture = told(make_film, nano, [2, 1, 0, 1, 1, 2], "layer-norm", (1280, 720))
    for key in ("mean", "deviation"):
        beat = next(one for one in picture.film.beats if one.key == key)
        frame = round(beat.rest[0] * 30) + 1
        up = [name for name in picture.film.cast.drawings if ":panel:" in name and
              picture.shown.value(Channel(name, "opacity"), frame) > 0.99]  # fmt: skip
        assert len(up) == 3  # symbols, values and result


def test_all_symbols_of_a_formula_are_tied_or_none_is(nano, make_film):
    picture = told(make_film, nano, [2, 1, 0, 1, 1, 2], "projection", (1280, 720))
    beat = next(beat for beat in picture.film.beats if beat.key == "one-number")
    last = round(beat.rest[0] * 30) + 1
    seen = {one.name: one for frame in range(last - 300, last + 1) for one in picture.up(picture.tethers, frame)}
    colors = sorted(one.shapes[0].color for one in seen.values())
    assert colors == ["ink"]  # the result: with the stack, the row and the bias there would be too many

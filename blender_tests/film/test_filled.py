"""How much of the stage a picture fills."""

from __future__ import annotations

from statistics import median

import numpy as np
import pytest

from llmviz_addon.film.filled import LEAST, SPAN, TYPICAL, Filled, filled, summary, table
from llmviz_addon.film.painting import png
from llmviz_addon.film.storyboard import shots, storyboard_steps
from llmviz_addon.model.blueprints import compared
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.production import prepare_outlines
from llmviz_addon.stage.build import build


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
def test_ink_and_span_are_of_the_free_part(size):
    width, height = size
    free = Page.of(size).free
    picture = np.full((height, width, 3), 40, np.uint8)
    assert filled(picture) == Filled(0.0, 0.0, 0.0)
    left, right = (round(x * height + width / 2) for x in (free.left, free.right))
    top, bottom = (round((0.5 - y) * height) for y in (free.top, free.bottom))
    wide, high = (right - left) // 2, (bottom - top) // 4
    picture[top : top + high, left : left + wide] = 200
    picture[:top] = 90  # the margin is not of the free part
    found = filled(picture)
    assert found.width == pytest.approx(0.5, abs=0.01)
    assert found.height == pytest.approx(0.25, abs=0.01)
    assert found.ink == pytest.approx(0.125, abs=0.01)
    assert found.span == found.width


def test_what_is_almost_the_ground_is_no_ink():
    picture = np.full((72, 128, 3), 243, np.uint8)
    picture[10:60, 60:100] = 240
    assert filled(picture).ink == 0.0


def test_a_chapter_in_a_line():
    rests = [Filled(0.1, 0.9, 0.2), Filled(0.4, 0.5, 0.55), Filled(0.5, 0.2, 0.7)]
    assert summary(rests) == (
        "ink 40 % in the median of its rests, 10 % at least; span 55 % at least; 1 of 3 rests are filled"
    )
    assert table([("03.1-x", rests[0])]).splitlines()[1] == "  10%   90%    20%  03.1-x"


@pytest.mark.parametrize(
    ("names", "size"),
    [
        (["nano", "gpt2", "gpt2-xl", "gpt3"], (640, 360)),
        (["nano", "gpt2-large", "gpt2-xl"], (360, 640)),
        (["gpt3"], (360, 360)),
    ],
)
def test_the_rests_of_scale_fill_the_picture(scene, tmp_path, names, size):
    production = prepare_outlines(compared(names), None, None, size)
    build(scene, production, own_scene=True)
    list(storyboard_steps(scene, production.timeline, tmp_path / "board", "cycles"))
    (chapter,) = production.timeline.chapters
    stills = [shot.name for shot in shots(production.timeline, chapter) if shot.is_rest]
    rests = [filled(png.read(tmp_path / "board" / "10-scale" / f"{name}.png")) for name in stills]
    assert len(rests) >= 9
    assert min(one.ink for one in rests) >= LEAST
    assert min(one.span for one in rests) >= SPAN
    if size[0] > size[1]:
        assert median(one.ink for one in rests) >= TYPICAL

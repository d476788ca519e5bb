"""Letters on the picture: at every rest of every chapter, in every aspect, of models of all shapes.

What holds at every rest. Of labels of grids, and of names and cards of models in outline: their letters are 14 to 24
pixels high where the picture's shorter side has 720, at least 60 % of their width and height is left by how they are
turned, nothing of them is cut off by the picture's edge or lies on the words, they meet no other text, and no panel
or card. Of all else that is written on the set, such as a model's height: no letter of it is smaller than 14 pixels,
seen from its edge, cut off, or on the words. Of what is on the page: nothing is cut off by the picture's edge. Of the
words: they are of one size in all beats of a chapter, and the heading is larger than any label.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from blender_tests.screenplay.conftest import random_checkpoint
from llmviz_addon.layout.lettering.drawing import Drawing, Rect
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.legible.letters import Letters, Sight
from llmviz_addon.screenplay.page.sizes import LARGEST, SMALLEST, pixel
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.production import Set, _told
from llmviz_addon.screenplay.telling import Telling

MODELS = {
    "nano": lambda: (builtin(), [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2]),
    "one token": lambda: (builtin(), [0]),
    "one head": lambda: (random_checkpoint(GPTConfig(2, 1, 8, 6, 5)), [0, 1, 2, 3, 4, 0]),
    "wide": lambda: (random_checkpoint(GPTConfig(2, 12, 768, 64, 600)), [t * 7 % 600 for t in range(24)]),
    "many heads": lambda: (random_checkpoint(GPTConfig(2, 16, 64, 32, 20)), [t % 20 for t in range(20)]),
}
SIZES = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (720, 720)}
ROUNDING = 0.1
"""Pixels."""


def told(stage: Set, size: tuple[int, int], pace: float | None = 200.0) -> list[Telling]:
    """All chapters about a run."""

    def begin(name: str) -> Telling:
        cast = Cast(stage.layout, stage.signage, stage.blueprints)
        return Telling(name, cast, stage.run.trace, stage.run.model, Page.of(size), pace)

    return [telling for _, telling in _told(loader.choose(None, loader.find(())), begin)]


@pytest.fixture(scope="module", params=MODELS)
def stage(request: pytest.FixtureRequest) -> Set:
    return Set.of(run(*MODELS[request.param]()))


def on_plate(drawing: Drawing) -> bool:
    return any(isinstance(shape, Rect) and shape.color in ("plate", "card") for shape in drawing.shapes)


def meet(a: np.ndarray, b: np.ndarray, slack: float = 1e-3) -> bool:
    return bool((np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]) > slack).all())


@pytest.mark.parametrize("aspect", SIZES)
def test_labels_can_be_read_at_every_rest(stage, aspect):
    seen, half = 0, Page.of(SIZES[aspect]).aspect / 2
    for telling in told(stage, SIZES[aspect]):
        sight = Sight(telling)
        for beat in telling.beats:
            at = beat.rest[0]
            letters = sight.letters(at)
            where = f"{telling.name} {beat.key}"
            labels = [n for n, one in enumerate(letters.drawings) if one.keeps_size]
            seen += len(labels)
            for number in labels:
                _check_alone(letters, number, telling.page, where)
            _check_apart(sight, letters, labels, at, where)
            for number in {*range(len(letters.drawings))} - {*labels}:
                one, own = letters.drawings[number], letters.of(number)
                if one.parent == "camera":
                    left, bottom, right, top = letters.around(number)
                    assert -half <= left < right <= half, (where, one.name)
                    assert -0.5 <= bottom < top <= 0.5, (where, one.name)
                elif not on_plate(one):
                    assert letters.sizes[own].min() >= SMALLEST - ROUNDING, (where, one.name)
                    assert letters.facing[own].min() >= 0.6, (where, one.name)
                    _check_whole(letters, number, telling.page, (where, one.name))
    assert seen > 10


@pytest.mark.parametrize("aspect", SIZES)
def test_the_words_of_a_chapter_are_of_one_size_and_the_heading_is_larger_than_any_label(stage, aspect):
    for telling in told(stage, SIZES[aspect]):
        words = [one for name, one in telling.cast.drawings.items() if ":say:" in name]
        ems = {shape.size for one in words for shape in one.shapes}
        assert len(ems) == 1, telling.name
        assert len(words) == sum(len(beat.clauses) for beat in telling.beats)
        heading = telling.cast.drawings[f"{telling.name}:heading"]
        assert heading.lettering.ems.max() > LARGEST * pixel(telling.page)
        bottom = min(shape.corners[0][1] for one in words for shape in one.shapes)
        assert bottom >= -0.5, telling.name


def _check_alone(letters: Letters, number: int, page: Page, where: str) -> None:
    what, own = (where, letters.drawings[number].name), letters.of(number)
    assert letters.sizes[own].min() >= SMALLEST - ROUNDING, what
    assert letters.sizes[own].max() <= LARGEST + ROUNDING, what
    assert letters.facing[own].min() >= 0.6, what
    _check_whole(letters, number, page, what)


def _check_whole(letters: Letters, number: int, page: Page, what: tuple[str, str]) -> None:
    """No letter is cut by the picture's edge, or lies on the words."""
    left, bottom, right, top = letters.around(number)
    assert -page.aspect / 2 <= left < right <= page.aspect / 2, what
    assert -0.5 <= bottom < top <= 0.5, what
    text = page.text
    assert not meet(letters.around(number), np.array([text.left, text.bottom, text.right, text.top])), what


def _check_apart(sight: Sight, letters: Letters, labels: list[int], at: float, where: str) -> None:
    for a, b in combinations(range(len(letters.owner)), 2):
        if letters.owner[a] != letters.owner[b] and {letters.owner[a], letters.owner[b]} & set(labels):
            names = [letters.drawings[letters.owner[n]].name for n in (a, b)]
            assert not meet(letters.areas[a], letters.areas[b]), (where, *names)
    plates = [one for one, _ in sight.there(at) if on_plate(one) and not one.keeps_size]
    for plate, area in zip(plates, sight.areas(plates, at, sight.view(at)), strict=True):
        for number in labels:
            assert not meet(letters.around(number), area), (where, plate.name, letters.drawings[number].name)

"""Letters on the picture: at every rest of every chapter, in every aspect, of models of all shapes.

What holds at every rest. Of labels of grids, and of names and cards of models in outline: their letters are 14 to 24
pixels high where the picture's shorter side has 720, at least 60 % of their width and height is left by how they are
turned, nothing of them is cut off by the picture's edge or lies on the words, they meet no other text, and no panel
or card. Of all else that is written on the set, such as a model's height: no letter of it is smaller than 14 pixels,
seen from its edge, cut off, or on the words. Of what is on the page: nothing is cut off by the picture's edge. Of the
words: they are of one size in all beats of a chapter, none but its answer larger; the heading is larger than any label.
"""

from __future__ import annotations

import numpy as np

from llmviz_addon.layout.lettering.drawing import Drawing, Rect
from llmviz_addon.screenplay.legible.letters import Letters, Sight
from llmviz_addon.screenplay.page.sizes import LARGEST, SMALLEST, pixel
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.verbs.closing import KEY

ROUNDING = 0.1
"""Pixels."""
SLACK = 1e-3
"""Picture heights that texts may share."""


def on_plate(drawing: Drawing) -> bool:
    return any(isinstance(shape, Rect) and shape.color in ("plate", "card") for shape in drawing.shapes)


def meet(a: np.ndarray, b: np.ndarray) -> bool:
    return bool((np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]) > SLACK).all())


def test_labels_can_be_read_at_every_rest(told):
    assert check_labels(told) > 10


def check_labels(told) -> int:
    """At every rest what is written can be read; how many labels are seen."""
    seen, half = 0, Page.of(told.size).aspect / 2
    for telling in told.tellings:
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
    return seen


def test_the_words_of_a_chapter_are_of_one_size_and_the_heading_is_larger_than_any_label(told):
    for telling in told.tellings:
        words = [one for name, one in telling.cast.drawings.items() if ":say:" in name]
        answer = words[-1:] if telling.beats[-1].key == KEY else []  # as large as the question, where there is room
        ems = {shape.size for one in words[: len(words) - len(answer)] for shape in one.shapes}
        assert len(ems) == 1, telling.name
        assert all(shape.size >= max(ems) for one in answer for shape in one.shapes), telling.name
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
    owner, areas = letters.owner, letters.areas
    for a in np.flatnonzero(np.isin(owner, labels)):  # a label's text, and any other's
        shared = np.minimum(areas[a, 2:], areas[:, 2:]) - np.maximum(areas[a, :2], areas[:, :2])
        met = np.flatnonzero((shared > SLACK).all(axis=1) & (owner != owner[a]))
        assert not len(met), (where, letters.drawings[owner[a]].name, [letters.drawings[owner[b]].name for b in met])
    plates = [one for one, _ in sight.there(at) if on_plate(one) and not one.keeps_size]
    for plate, area in zip(plates, sight.areas(plates, at, sight.view(at)), strict=True):
        for number in labels:
            assert not meet(letters.around(number), area), (where, plate.name, letters.drawings[number].name)

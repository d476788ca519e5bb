"""Cards: what is written large where a film begins and ends, and what a chapter asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...language import AsIs, phrase
from ...layout.lettering.drawing import Drawing, Rect, Shape, Text
from ...layout.lettering.font import CAP_HEIGHT, advance, fit, wrap
from ...layout.signs.tiles import tile, tint, wide
from ..pictures.own import key, underline
from .commentary import LARGE, LEADING, camera_pose
from .view import Page

BEFORE, FIRST = 0.9, 0.8
"""Depth of a card that covers the picture, and of one that covers cards, as shares of the page's.

What is covered is as thick as it has shapes, each of which lies before the one under it.
"""

Tokens = Sequence[tuple[int, str]]
"""Ids and texts."""


def question(name: str, text: str, page: Page) -> Drawing:
    """A chapter's question where its words will be, larger than these."""
    em = LARGE * page.em
    top = page.text.top - (3.1 * page.em + 1.35 * em)
    lines = wrap([(text, "ink")], em, page.text.width)
    return Drawing(
        name, (Text(page.text.left, top, tuple(lines), em, leading=LEADING),), camera_pose(page), "camera", opacity=0.0
    )


def asked(name: str, text: str, page: Page) -> Drawing:
    """A question in the middle of where the words will be, in two lines at most."""
    em = LARGE * page.em
    while (lines := wrap([(text, "ink")], em, page.text.width)) and sum(body.count("\n") for body, _ in lines) > 1:
        em *= 0.95
    more = sum(body.count("\n") for body, _ in lines)
    middle = page.text.bottom + page.text.height / 2 + (0.5 * LEADING * more - 0.35) * em
    text_of = Text(page.text.center[0], middle, tuple(lines), em, "center", LEADING)
    return Drawing(name, (text_of,), camera_pose(page), "camera", opacity=0.0)


def hook(name: str, page: Page, question: str, tokens: Tokens) -> Drawing:
    """What a film opens with: a question, and what is given, with an empty place after it."""
    unit, room = _measures(page)
    height = 1.3 * unit
    shapes = [_ground(page), Text(0, 1.0 * unit, ((question, "ink"),), fit(question, 1.0 * unit, room), "center")]
    row = _row(tokens, -0.9 * unit, height, room - 1.14 * height, last=True)
    tall = max(shape.height for shape in row if isinstance(shape, Rect))
    aside = 0.57 * tall  # half of the empty place
    edge = max(shape.x + shape.width for shape in row if isinstance(shape, Rect)) - aside + 0.14 * tall
    shapes += [replace(shape, x=shape.x - aside) for shape in row if isinstance(shape, Rect | Text)]
    shapes.append(Rect(edge, -0.9 * unit - tall / 2, tall, tall, "plate", 0.15 * tall))
    base = -0.9 * unit - CAP_HEIGHT * 0.72 * tall / 2
    shapes.append(Text(edge + tall / 2, base, (("?", "accent"),), 0.72 * tall, "center"))
    return _card(name, shapes, page, FIRST)


def title(name: str, page: Page, model: str, about: str, tokens: Tokens, chapters: Sequence[str]) -> Drawing:
    """The film's card: the model, its size, what it reads, and what is told of it."""
    unit, room = _measures(page)
    shapes = [_ground(page)]
    shapes.append(Text(0, 0.9 * unit, ((model, "ink"),), fit(model, 1.3 * unit, room), "center"))
    shapes.append(Text(0, 0.15 * unit, ((about, "muted"),), fit(about, 0.42 * unit, room), "center"))
    shapes += _row(tokens, -0.85 * unit, 0.8 * unit, room)
    told = " · ".join(chapters)
    shapes.append(Text(0, -2.1 * unit, ((told, "muted"),), fit(told, 0.42 * unit, room), "center"))
    return _card(name, shapes, page)


def chapter(name: str, page: Page, title: str, part: str, clear: bool = False) -> Drawing:
    """What a film of several chapters shows between two: what the next one is called, and the part that it is of.

    A ``clear`` one hides of the set only what is under its words.
    """
    unit, room = _measures(page)
    size = fit(title, 1.1 * unit, room)
    wide = advance(title, size) + 1.2 * unit
    under = Rect(-wide / 2, -1.1 * unit, wide, 2.4 * unit, "ground", 0.3 * unit)
    shapes = [under if clear else _ground(page)]
    shapes.append(Text(0, 0.55 * unit, ((part, "muted"),), fit(part, 0.42 * unit, room), "center"))
    shapes.append(Text(0, -0.6 * unit, ((title, "ink"),), size, "center"))
    return _card(name, shapes, page)


def curtain(name: str, page: Page) -> Drawing:
    """What hides the picture while something of a chapter is left out."""
    return _card(name, [_ground(page)], page)


def end(name: str, page: Page, model: str, tokens: Tokens, chapters: Sequence[str]) -> Drawing:
    """The film's end: what was shown, and whose numbers these are."""
    unit, room = _measures(page)
    step = min(0.62 * unit, 3.0 * unit / max(len(chapters), 1))
    top = 0.9 * unit + step * (len(chapters) - 1) / 2
    shapes = [_ground(page), Text(0, top + 0.9 * unit, ((phrase("What was shown"), "muted"),), 0.42 * unit, "center")]
    for number, chapter in enumerate(chapters):
        size = fit(chapter, 0.8 * step, room)
        shapes.append(Text(0, top - number * step, ((chapter, "ink"),), size, "center"))
    bottom = top - len(chapters) * step
    whose = phrase(f"Every number in a cell is {{}}’s own{', computed from' if tokens else ''}", AsIs(model))
    shapes.append(Text(0, bottom - 0.5 * unit, ((whose, "muted"),), fit(whose, 0.42 * unit, room), "center"))
    shapes += _row(tokens, bottom - 1.35 * unit, 0.8 * unit, room)
    return _card(name, shapes, page)


def last(name: str, page: Page, model: str, about: str, true: str, tokens: Tokens, own: int = 0) -> Drawing:
    """A trailer's end: the model, its size, that all numbers are ``true``, and its tokens, of which the last ones are
    its ``own``: what came next."""
    unit, room = _measures(page)
    shapes = [_ground(page), Text(0, 1.2 * unit, ((model, "ink"),), fit(model, 1.3 * unit, room), "center")]
    shapes.append(Text(0, 0.45 * unit, ((about, "muted"),), fit(about, 0.42 * unit, room), "center"))
    whose = phrase("{}.", true)
    shapes.append(Text(0, -0.75 * unit, ((whose, "ink"),), fit(whose, 0.55 * unit, room), "center"))
    row = _row(tokens, -1.75 * unit, 0.9 * unit, room, last=True, own=own)
    right = max((shape.x + shape.width for shape in row if isinstance(shape, Rect)), default=0.0)
    shapes += [*row, *(key(-room / 2, right, -2.75 * unit, 0.42 * unit) if own else ())]
    return _card(name, shapes, page)


def _measures(page: Page) -> tuple[float, float]:
    """A line's height, and how wide a card's text may be, in picture heights."""
    return 0.105 * min(1.0, page.aspect / 1.2), 0.86 * page.aspect


def _ground(page: Page) -> Shape:
    return Rect(-0.51 * page.aspect, -0.51, 1.02 * page.aspect, 1.02, "ground")


def _card(name: str, shapes: Sequence[Shape], page: Page, depth: float = BEFORE) -> Drawing:
    pose = camera_pose(page)
    pose[:3, :] *= depth
    return Drawing(name, tuple(shapes), pose, "camera", opacity=0.0)


def _row(tokens: Tokens, y: float, height: float, room: float, last: bool = False, own: int = 0) -> list[Shape]:
    """The tokens' tiles in a row around x = 0; of more than there is room for the first, or last, and an ellipsis.

    So many at its end are the model's ``own``.
    """
    read = [token for token, _ in tokens]
    widths = [wide(text, height) for _, text in tokens]
    gap, dots = 0.14 * height, 0.0
    total = sum(widths) + gap * max(len(widths) - 1, 0)
    if total > room and len(tokens) > 1:
        smaller = max(room / total, 0.6)
        if smaller > 0.6:
            return _row(tokens, y, 0.99 * smaller * height, room, last, own)
        height, gap = 0.6 * height, 0.6 * gap
        dots = advance("…", height)
        tokens = (
            _some([*tokens][::-1], height, gap, room - dots)[::-1] if last else _some(tokens, height, gap, room - dots)
        )
        widths = [wide(text, height) for _, text in tokens]
        total = sum(widths) + gap * len(widths) + dots
    shapes: list[Shape] = []
    x = -total / 2
    if dots and last:
        shapes.append(Text(x, y - 0.1 * height, (("…", "muted"),), height))
        x += dots + gap
    for left, ((token, text), width) in zip(range(len(tokens), 0, -1), zip(tokens, widths, strict=True), strict=True):
        shapes += tile(tint(token, read), text, (x + width / 2, y), width, height)
        shapes += [underline(x + width / 2, y, width, height)] if left <= own else []
        x += width + gap
    if dots and not last:
        shapes.append(Text(x, y - 0.1 * height, (("…", "muted"),), height))
    return shapes


def _some(tokens: Tokens, height: float, gap: float, room: float) -> Tokens:
    """As many tokens from the first on as there is room for, with a gap after each."""
    count, used = 0, 0.0
    while count < len(tokens) and (used := used + wide(tokens[count][1], height) + gap) <= room:
        count += 1
    return tokens[:count]

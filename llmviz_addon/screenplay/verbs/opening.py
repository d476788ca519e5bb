"""How a chapter opens: with its question, while the camera comes near; a whole film with two cards before that."""

from __future__ import annotations

from dataclasses import replace

from ...language import phrase
from ...layout.lettering.drawing import Drawing
from ..page import cards, commentary, pose
from ..page.cards import Tokens
from ..page.said import Clause
from ..score.timeline import Channel
from ..telling import GONE, Telling
from . import trailing
from .reading import token_text

HOOK, NEXT = 2.5, "What comes next?"
"""Seconds that a film's first card stands, and what it asks: what the model is asked all the time."""
CARD = 3.0
"""Seconds that a film's card stands."""
BETWEEN = 1.4
"""Seconds that the card between two chapters stands."""
LIFTS = 0.6
"""Seconds in which it goes."""
FURTHER, ASIDE = 1.14, 6.0
"""From how much further away, and how many degrees from the side, the camera comes while the question is read."""


def open_chapter(telling: Telling) -> None:
    """Show what comes before the first beat, where there is time to read."""
    if telling.reel is not None and telling.card:
        trailing.begin(telling, tokens(telling, telling.trace.prompt_length))
    if telling.pace is None or not telling.is_open:
        return
    if telling.card:
        _card(telling)
    elif telling.interlude:
        title, part = telling.interlude
        card = cards.chapter(f"{telling.name}:title", telling.page, title, part)
        telling.cover = card.name
        _lift(telling, card, BETWEEN)
    if telling.question:
        _ask(telling)


def tokens(telling: Telling, count: int | None = None) -> Tokens:
    """The tokens that the model reads, or the first so many, ids and texts."""
    return [(int(token), token_text(telling, t)) for t, token in enumerate(telling.trace.tokens[:count])]


def _card(telling: Telling) -> None:
    """Of a text that the model has gone on with only what was given is there yet."""
    model, chapters, given = telling.checkpoint, telling.card, tokens(telling, telling.trace.prompt_length)
    about = phrase("{} parameters", model.n_params)
    card = cards.title(f"{telling.name}:card", telling.page, model.name, about, given, chapters)
    if given:
        telling.show(card, seconds=0)
        _lift(telling, cards.hook(f"{telling.name}:hook", telling.page, phrase(NEXT), given), HOOK)
    _lift(telling, card, CARD)


def _lift(telling: Telling, card: Drawing, seconds: float) -> None:
    """Show a card, if it is not there yet, for some seconds; then it goes."""
    if not telling.cast.known(card.name):
        telling.show(card, seconds=0)
    telling.pass_time(seconds)
    telling.change(card.name, "opacity", 0.0, LIFTS)
    telling.pass_time(LIFTS / 2)


def _ask(telling: Telling) -> None:
    """Let the question be read; once a card is gone the thing itself comes near meanwhile."""
    spans = [(telling.question, "ink")]
    seconds = commentary.reading_seconds(spans, telling.pace) + GONE
    drawing = cards.question(f"{telling.name}:question", telling.question, telling.page)
    telling.asked = Clause(spans, [], telling.now, seconds)
    telling.show(drawing, seconds=0)
    view = telling.view
    away = replace(view, distance=FURTHER * view.distance, azimuth=view.azimuth + ASIDE)
    near = pose.told(view)
    for channel, value in pose.told(away).items():
        if near[channel] != value:
            clips = telling.score.clips.get(channel, ())
            if not clips or clips[-1].end <= 0:
                telling.score.set(channel, value, 0.0)
                telling.score.set(channel, near[channel], telling.now + LIFTS / 2, seconds - LIFTS / 2)
    telling.pass_time(seconds - GONE)
    telling.score.set(Channel(drawing.name, "opacity"), 0.0, telling.now, GONE)
    telling.pass_time(GONE)

"""How a chapter is told for a trailer: beat by beat in shots of given lengths, with its question under all of them.

No word is read but that question, and nobody answers it. An action goes as fast as its shot asks for, within reason;
of one that is longer even so the end is seen, with the finished picture.
"""

from __future__ import annotations

from ...language import AsIs, phrase
from ...layout.lettering.drawing import Drawing
from ..page import cards
from ..page.cards import Tokens
from ..page.said import Beat
from ..score.reel import Shot
from ..score.timeline import Channel
from ..telling import Telling
from .reading import drawn

ASKS, ABOUT = "What comes next?", "Inside a GPT"
"""What the first card asks, and what stands over the model's name on the next."""
FASTEST, SLOWEST = 3.5, 3.0
"""How many times as fast as it was told an action goes at most, and how many times as slowly."""
HOLDS = 0.1
"""Seconds for which the finished picture stands before the cut, and a quarter of the shot at most."""
LEAD = 0.3
"""Seconds of a shot that are over when it begins, so that no cut leads to an empty stage."""
PUSHED = 1.06
"""How many times as large a card is at its end as at its beginning."""


def begin(telling: Telling, given: Tokens) -> None:
    """Show what the model is given, and its name."""
    if given:
        _card(telling, cards.hook(f"{telling.name}:hook", telling.page, phrase(ASKS), given), phrase(ASKS))
    name, _ = _whose(telling)
    _card(
        telling,
        cards.chapter(f"{telling.name}:name", telling.page, name, phrase(ABOUT), clear=True),
        f"{phrase(ABOUT)}: {name}",
    )


def take(telling: Telling, told: Beat) -> None:
    """Make a shot of a beat that has been told, and let its picture stand until the cut."""
    reel = telling.reel
    assert reel is not None
    length = next(reel.lengths)
    seconds, acted = length / reel.fps, telling.now - told.start
    if acted > 0:
        wanted = LEAD + seconds - min(HOLDS, seconds / 4)
        factor = min(max(wanted / acted, 1 / FASTEST), SLOWEST)
        telling.stretch(told.start, factor)
        telling.pass_time(acted * (factor - 1))
    telling.pass_time(max(0.0, told.start + LEAD + seconds - telling.now))
    told.rest = telling.now, telling.now
    _note(telling, told.key, length, telling.question)


def ask(telling: Telling) -> None:
    """Once all beats have been told: put the chapter's question under them."""
    reel = telling.reel
    assert reel is not None
    shots = [shot for shot in reel.shots if shot.key]
    if not telling.question or not shots:
        return
    start, end = (frame / reel.fps for frame in (shots[0].first, shots[-1].first + shots[-1].length))
    drawing = cards.asked(f"{telling.name}:asked", telling.question, telling.page)
    telling.cast.add(drawing)
    channel = Channel(drawing.name, "opacity")
    telling.score.set(channel, 1.0, start)
    telling.score.set(channel, 0.0, end)


def finish(telling: Telling, given: Tokens) -> None:
    """Show the last card: whose numbers these are, and what it was given with what it made of that."""
    name, about = _whose(telling)
    text = phrase("Every number is true" if given else "Every size is true")
    own = 0
    if given:  # what came next was asked
        chosen = drawn(telling).token
        given = [*given, (chosen, telling.checkpoint.tokenizer.text(chosen))]
        own = len(given) - telling.trace.prompt_length
    card = cards.last(f"{telling.name}:last", telling.page, name, about, text, given, own)
    _card(telling, card, f"{name}, {about}. {text}.")


def _whose(telling: Telling) -> tuple[str, str]:
    """What the model is called and how large it is; of several in outline the smallest and the largest."""
    if len(telling.trace.tokens):
        return telling.checkpoint.name, phrase("{} parameters", telling.checkpoint.n_params)
    models = sorted(telling.cast.standing, key=lambda one: one.n_params)
    ends = [models[0], *models[-1:]] if len(models) > 1 else models
    names, sizes = [AsIs(one.title) for one in ends], [one.n_params for one in ends]
    if len(ends) == 1:
        return names[0], phrase("{} parameters", *sizes)
    return phrase("{} to {}", *names), phrase("{} to {} parameters", *sizes)


def _card(telling: Telling, card: Drawing, text: str) -> None:
    """A shot of a card."""
    assert telling.reel is not None
    length = next(telling.reel.lengths)
    telling.show(card, seconds=0)
    for axis in range(2):
        telling.change(card.name, "scale", PUSHED, length / telling.reel.fps, axis, easing="linear")
    telling.pass_time(length / telling.reel.fps)
    _note(telling, "", length, text)
    telling.change(card.name, "opacity", 0.0)
    telling.pass_time(1 / telling.reel.fps)


def _note(telling: Telling, key: str, length: int, text: str) -> None:
    """The last frames until now are a shot."""
    assert telling.reel is not None
    first = round(telling.now * telling.reel.fps) - length
    telling.reel.shots.append(Shot(key, max(first, 0), length, text))

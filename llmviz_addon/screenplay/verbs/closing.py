"""How a chapter ends: with its question and the answer, beside the last picture; a whole film with a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..page import cards
from ..telling import Telling
from . import beats
from .camera import go
from .opening import tokens
from .steering import clear

KEY = "answer"
COMES = 0.8
"""Seconds in which a film's last card comes."""
STAYS = 5.0
"""Seconds for which it stays."""
FURTHER = 1.03
"""How much further away the camera goes while the answer is read."""


def close(telling: Telling, answer: str) -> None:
    """Say what the chapter asked, and the answer; what explains is still up."""
    with beats.beat(telling, KEY, afresh=False, concludes=True):
        if telling.question:
            beats.say(telling, "[{asked}](muted)", {"asked": telling.question})
        beats.say(telling, answer, {})
        if telling.pace is not None:
            view = replace(telling.view, distance=FURTHER * telling.view.distance)
            go(telling, clear(telling, view, 2.0), 2.0)


def end(telling: Telling, chapters: Sequence[str]) -> None:
    """Show the film's last card."""
    if telling.pace is None:
        return
    name = telling.checkpoint.name
    telling.show(cards.end(f"{telling.name}:end", telling.page, name, tokens(telling), chapters), seconds=COMES)
    telling.pass_time(STAYS)

"""What a model has written, and how it came to it."""

from __future__ import annotations

from dataclasses import dataclass

from ..rounding import parts_of_all, percent
from .checkpoints.checked import Checkpoint
from .sampling import Draw


@dataclass(frozen=True)
class Generation:
    """What a model has written: ``tokens`` are the prompt and what was appended, ``draws`` how each was chosen."""

    model: Checkpoint
    tokens: tuple[int, ...]
    draws: tuple[Draw, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return self.model.tokenizer.decode(self.tokens)

    def __repr__(self) -> str:
        """Every step's candidates, the chosen one marked, and the text."""
        start = len(self.tokens) - len(self.draws)
        told = [draw_text(self.model, draw, start + number) for number, draw in enumerate(self.draws)]
        return "\n".join([*told, self.text])


def draw_text(model: Checkpoint, draw: Draw, count: int) -> str:
    """The candidates for what follows ``count`` tokens, a line each, the chosen one marked."""
    texts = [model.tokenizer.text(candidate.token) for candidate in draw.candidates]
    width = max(map(len, texts))
    shares = parts_of_all(candidate.share for candidate in draw.candidates)
    lines = [f"t = {count}, {draw.sampling}:"]
    for candidate, text, share in zip(draw.candidates, texts, shares, strict=True):
        sign = ">" if candidate.token == draw.token else " "
        lines.append(f"{sign} {candidate.rank:>5}  {text:<{width}}  {percent(share):>8}")
    return "\n".join(lines)

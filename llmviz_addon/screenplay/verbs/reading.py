"""What chapters read off the run before they tell of it: the tokens' names, and which number is the largest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...errors import ScriptError
from ...language import AsIs, phrase
from ...layout.grid import Region
from ...layout.signs.tiles import tint
from ...layout.tensor import Numbers
from ...model.sampling import Draw
from ...model.tokenizers.tokenizer import IdTokenizer, LetterTokenizer
from ..telling import Telling

ALIKE = 1e-5
"""Share of a number by which others may differ from it and are still alike: that much is nothing but rounding."""


def drawn(telling: Telling) -> Draw:
    """The token that comes after those read, and how it was chosen."""
    if telling.drawn is None:
        raise ScriptError("No token comes next: this film is about shapes of models, none of which was run.")
    return telling.drawn


def token_text(telling: Telling, t: int) -> str:
    """The text of the token at time ``t``."""
    return AsIs(telling.checkpoint.tokenizer.text(int(telling.trace.tokens[t])))


def token_name(telling: Telling, t: int) -> str:
    """What the token at time ``t`` is called in a sentence: ``letter C``, ``token 318`` or ``token “·the”``."""
    return name_of(telling, int(telling.trace.tokens[t]))


def tint_of(telling: Telling, token: int) -> str:
    """The colour of a token's tile in this film: the same wherever it comes, as text or as a guess."""
    return tint(token, (*telling.trace.tokens, *(telling.drawn.tokens if telling.drawn else ())))


def tint_at(telling: Telling, t: int) -> str:
    """The colour of the tile of the token at time ``t``."""
    return tint_of(telling, int(telling.trace.tokens[t]))


def name_of(telling: Telling, token: int) -> str:
    """What a token of the vocabulary is called in a sentence."""
    kind = telling.checkpoint.tokenizer
    text = AsIs(kind.text(token))
    if isinstance(kind, LetterTokenizer) and text.isalpha():
        return phrase("letter {}", text)
    return phrase("token {}" if isinstance(kind, IdTokenizer) else "token “{}”", text)


def largest(telling: Telling, region: Region) -> list[int]:
    """Where the largest number of a region is, such as of a row; all the places where several are as large.

    So that a film is the same wherever it is made, numbers that differ by nothing but rounding are as large.
    """
    return _largest(telling.numbers(region))


def clearest(telling: Telling, *regions: Region) -> int:
    """Which of some regions has the largest number; the first of several."""
    return _largest([float(np.nanmax(telling.numbers(region))) for region in regions])[0]


def _largest(numbers: ArrayLike) -> list[int]:
    found = np.nan_to_num(np.asarray(numbers, dtype=np.float64).ravel(), nan=-np.inf)
    most = found.max()
    alike = found >= most - ALIKE * abs(most) if np.isfinite(most) else found == most
    return [int(place) for place in np.flatnonzero(alike)]


@dataclass(frozen=True)
class Softmax:
    """What a softmax makes of a row, step by step, in double precision."""

    row: np.ndarray
    largest: float
    shifted: np.ndarray  # the row less its largest
    powers: np.ndarray  # of e
    sum: float
    shares: np.ndarray


def softmax(telling: Telling, numbers: Region | Numbers | np.ndarray) -> Softmax:
    """The steps of the softmax of some numbers."""
    some = telling.numbers(numbers) if isinstance(numbers, Region | Numbers) else numbers
    row = np.asarray(some, dtype=np.float64).ravel()
    largest = float(row.max())
    powers = np.exp(row - largest)
    total = float(powers.sum())
    return Softmax(row, largest, row - largest, powers, total, powers / total)

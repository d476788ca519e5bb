"""Which tokens of a large vocabulary have cells on the set.

Drawn whole, the 50,257 tokens of GPT-2 are bars of 5 km that hide the model they belong to. What a film
says about single tokens concerns those that go in and those that the model holds likely, so these have cells,
and the labels say of how many they are. Rejected: folding the vocabulary into a square, in which a cell's
neighbours mean nothing and its index cannot be read off; and pooling, where a cell is no true number.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..model.sampling import likeliest

LARGE = 512
"""A vocabulary of up to so many tokens is drawn whole."""
SHOWN_AT_LEAST = 128
"""So many tokens of a larger one are drawn at least."""
CANDIDATES = 24
"""Of them, those that the model holds most likely to come next are there in any case."""


def window(tokens: Sequence[int], probs: np.ndarray, at_least: int = SHOWN_AT_LEAST) -> tuple[int, ...] | None:
    """Ids of the tokens to show, ascending; None for all.

    They are the tokens that go in, the likeliest to follow each of them, and the likeliest to come next.

    Parameters
    ----------
    tokens
        The T ids that go in.
    probs
        (T, n_vocab), what the model holds likely to follow each; NaN where it is not known.
    at_least
        Tokens shown at least.
    """
    if probs.shape[1] <= LARGE:
        return None
    known = probs if np.isfinite(probs).all() else np.where(np.isfinite(probs), probs, -1.0)
    shown = {int(token) for token in (*tokens, *known.argmax(axis=1))}
    ranked = likeliest(known[-1], CANDIDATES + at_least)
    shown.update(ranked[:CANDIDATES])
    for token in ranked[CANDIDATES:]:
        if len(shown) >= at_least:
            break
        shown.add(token)
    return tuple(sorted(shown))

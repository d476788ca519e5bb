"""Softmax, which attention and output have in common."""

from __future__ import annotations

import numpy as np

from .part import Arrays


def softmax(x: np.ndarray) -> Arrays:
    """Softmax along the last axis (n), with the maximum taken off first so that nothing overflows."""
    largest = x.max(-1)  # (…, n) -> (…,)
    values = x - largest[..., None]  # (…, n), from here on in place: for a large vocabulary copies cost most
    np.exp(values, out=values)
    total = values.sum(-1)  # (…, n) -> (…,)
    values /= total[..., None]
    return {"max": largest, "sum": total, "probs": values}

"""Raw bytes of a tensor made float32, for the readers whose files hold such bytes."""

from __future__ import annotations

import numpy as np

READABLE = ("F32", "F16", "BF16")


def float32(raw: np.ndarray, dtype: str) -> np.ndarray:
    """Little-endian numbers of one of ``READABLE`` -> read-only float32.

    Parameters
    ----------
    raw : bytes (n * itemsize,) uint8, of which n numbers are made, or items of any shape and strides, which is kept.

    F32 comes without a copy where the machine can read it in place.
    """
    if dtype == "F32":
        values = np.require(raw.view("<f4"), np.float32, "A")
    elif dtype == "F16":
        values = raw.view("<f2").astype(np.float32)
    else:  # BF16 is the upper half of a float32
        halves = raw.view("<u2")
        values = np.left_shift(halves, 16, out=np.empty(halves.shape, np.uint32), dtype=np.uint32).view(np.float32)
    values.flags.writeable = False
    return values

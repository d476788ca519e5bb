"""Raw bytes of a tensor made float32, for the readers whose files hold such bytes."""

from __future__ import annotations

import numpy as np

READABLE = ("F32", "F16", "BF16")


def float32(raw: np.ndarray, dtype: str) -> np.ndarray:
    """Bytes (n * itemsize,) uint8, little-endian, of one of ``READABLE`` -> read-only float32 (n,).

    F32 comes without a copy where the machine can read it in place.
    """
    if dtype == "F32":
        values = np.require(raw.view("<f4"), np.float32, "A")
    elif dtype == "F16":
        values = raw.view("<f2").astype(np.float32)
    else:  # BF16 is the upper half of a float32
        values = (raw.view("<u2").astype(np.uint32) << 16).view(np.float32)
    values.flags.writeable = False
    return values

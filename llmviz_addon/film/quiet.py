"""Keeping Blender's chatter off the terminal.

Blender, its engines and its libraries print from C, past ``sys.stdout``, so the file descriptors
themselves are turned away while they work.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet(errors: bool = True) -> Iterator[None]:
    """Send what is printed meanwhile to nowhere; ``errors`` False leaves stderr alone."""
    kept = []
    sink = os.open(os.devnull, os.O_WRONLY)
    _flush()
    try:
        for stream, number in ((sys.stdout, 1), (sys.stderr, 2))[: 2 if errors else 1]:
            if stream is not None:
                stream.flush()
            kept.append((stream, number, os.dup(number)))
            os.dup2(sink, number)
        yield
    finally:
        _flush()
        for stream, number, copy in kept:
            if stream is not None:
                stream.flush()
            os.dup2(copy, number)
            os.close(copy)
        os.close(sink)


def _flush() -> None:
    """Empty the buffers of the C library, so that nothing printed earlier or later changes sides."""
    library = ctypes.CDLL(None) if os.name == "posix" else ctypes.cdll.msvcrt
    library.fflush(None)

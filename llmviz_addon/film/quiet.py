"""Keeping Blender and the terminal apart: its chatter off the one, Ctrl-C off the other.

Blender, its engines and its libraries print from C, past ``sys.stdout``, so the file descriptors
themselves are turned away while they work. An exception that a signal raises in the Python that Blender
calls from C is printed and forgotten there, or ends in a crash, so that signals wait meanwhile.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any


@contextmanager
def quiet() -> Iterator[None]:
    """Send what is printed meanwhile to nowhere, by C and by Python."""
    _flush()
    kept = []
    for number in (1, 2):
        with suppress(OSError):  # closed: a program without a console
            kept.append((number, os.dup(number)))
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        try:
            for number, _ in kept:
                os.dup2(nowhere.fileno(), number)
            with redirect_stdout(nowhere), redirect_stderr(nowhere):
                yield
        finally:
            _flush()
            for number, copy in kept:
                os.dup2(copy, number)
                os.close(copy)


@contextmanager
def unbroken() -> Iterator[None]:
    """Let the signals that Python handles wait until the block has ended; then the first that came is handled."""
    came: list[int] = []
    kept: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)
            if number is not None and callable(signal.getsignal(number)):
                kept[number] = signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
        if came:
            kept[came[0]](came[0], None)


def _flush() -> None:
    """Empty all buffers, the C library's too, so that what was printed before or meanwhile does not change sides."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    library = ctypes.CDLL(None) if os.name == "posix" else ctypes.cdll.msvcrt
    library.fflush(None)

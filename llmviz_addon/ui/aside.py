"""What needs no Blender is done beside it, in a thread: the window is drawn meanwhile, and Esc need not wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import TypeVar

WAIT = 0.02
"""Seconds that a step waits for the thread, at most."""

T = TypeVar("T")


def aside(work: Callable[[], T], share: float, text: str) -> Generator[tuple[float, str], None, T]:
    """Do ``work``, which neither asks Blender nor changes what others see; returns, or raises, what it does.

    Yields ``share`` and ``text`` for as long as it takes. Closed before its end, it is let go: what comes of it is
    dropped.
    """
    yield share, text
    results: list[T] = []
    errors: list[BaseException] = []

    def do() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=do, name="llmviz", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(WAIT)
        if thread.is_alive():
            yield share, text
    if errors:
        raise errors[0]
    return results[0]

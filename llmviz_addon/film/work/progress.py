"""A progress bar on stderr: one line redrawn on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TextIO

WIDTH = 28
EVERY = 15.0
"""Seconds between two lines of a log."""


@dataclass
class Bar:
    """Shows how far a job is; use as a context, so that the terminal's line is ended whatever happens."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _last: float = float("-inf")
    _shown: str = ""

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self.stream.isatty() and self._shown:
            self._write("\n")

    def show(self, done: int, total: int, text: str, left: float | None = None, share: float | None = None) -> None:
        """Say that ``done`` of ``total`` is done, what goes on now, and how many seconds are left if known.

        The bar shows ``share`` of the whole job where that is not what is counted.
        """
        line = f"{text} {done}/{total}"
        if left is not None:
            line += f", {clock(left)} left"
        now = monotonic()
        if self.stream.isatty():
            filled = round(WIDTH * (done / max(total, 1) if share is None else share))
            line = f"{'█' * filled}{'░' * (WIDTH - filled)} {line}"
            if line != self._shown:
                self._write(f"\r\x1b[K{line}")
        elif now - self._last >= EVERY or (done == total and line != self._shown):
            self._write(f"{line}\n")
            self._last = now
        else:
            return
        self._shown = line

    def _write(self, text: str) -> None:
        with suppress(OSError):  # whoever read it has gone, but the film is still wanted
            self.stream.write(text)
            self.stream.flush()


def clock(seconds: float) -> str:
    """``1:05`` for 65 seconds; hours only where there are some."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"

"""The clock of a chapter: what follows what, and what happens at once.

Time is composed of blocks that nest freely. In a sequence everything begins where the one before has ended; at
once, all begin where the block does, or each when a share of the one before has passed: its ``lag``, a ratio, so
that the same lines look alike at any speed (0 is all at once, 1 one after the other, more leaves a pause). Rejected:
a lag in seconds, which has to be worked out again whenever a length changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ...errors import ScriptError


@dataclass(eq=False)
class Block:
    """A stretch of time: where it began, how long what names no length lasts in it, and how late each one follows.

    ``lag`` is None in a sequence.
    """

    start: float
    seconds: float | None
    lag: float | None
    end: float


class Clock:
    """What time it is for the next verb, in seconds from the chapter's start."""

    def __init__(self) -> None:
        self.now = 0.0
        self._blocks: list[Block] = []

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks that are open, the outermost first."""
        return tuple(self._blocks)

    def pass_time(self, seconds: float) -> None:
        """Something of this length has been told: what comes next follows it, or begins after its lag."""
        block = self._blocks[-1] if self._blocks else None
        if block is None or block.lag is None:
            self.now += seconds
        else:
            block.end = max(block.end, self.now + seconds)
            self.now += block.lag * seconds

    def length(self, seconds: float | None, default: float) -> float:
        """Seconds that something takes: those it was given, those of the block around it, or its default."""
        if seconds is None:
            seconds = next((b.seconds for b in reversed(self._blocks) if b.seconds is not None), default)
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ScriptError(f"A verb cannot last {seconds} s; it needs 0 or more.")
        return float(seconds)

    @contextmanager
    def together(self, seconds: float | None = None, lag: float = 0.0) -> Iterator[None]:
        """All inside at once, or each when the share ``lag`` of the one before it has passed."""
        with self._within(seconds, lag) as block:
            yield
        self.pass_time(max(block.end - block.start, seconds or 0.0))

    @contextmanager
    def in_sequence(self) -> Iterator[None]:
        """One after the other, which is together one thing of what is around it."""
        with self._within(None, None) as block:
            yield
        self.pass_time(block.end - block.start)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """One after the other from now on, without taking any time."""
        with self._within(None, None):
            yield

    @contextmanager
    def _within(self, seconds: float | None, lag: float | None) -> Iterator[Block]:
        block, depth = Block(self.now, seconds, lag, self.now), len(self._blocks)
        self._blocks.append(block)
        try:
            yield block
            if lag is None:
                block.end = self.now
        finally:
            del self._blocks[depth:]
            self.now = block.start

    def at_once_with(self, blocks: tuple[Block, ...]) -> bool:
        """Whether now belongs to what runs beside something that was told within ``blocks``."""
        shared = None
        for mine, other in zip(self._blocks, blocks, strict=False):
            if mine is not other:
                break
            shared = mine
        return shared is not None and shared.lag is not None

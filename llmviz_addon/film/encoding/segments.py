"""A film cut into segments that are encoded one by one, while later frames are still rendered.

Where the picture stands still for long, a second of it is encoded and repeated: as many pictures as there
are between two key frames, so a player can jump to any of them, and none differs from the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 5
"""Seconds of a segment: as long as a film goes on behind its frames."""
WORTH = 2
"""Repetitions from which on a still picture is a segment of its own."""


@dataclass(frozen=True)
class Segment:
    """Frames that are encoded together, and how often what comes out is shown."""

    first: int
    count: int
    copies: int = 1

    @property
    def frames(self) -> range:
        """The frames that are encoded."""
        return range(self.first, self.first + self.count)

    @property
    def shown(self) -> range:
        """The frames of the film that these are."""
        return range(self.first, self.first + self.count * self.copies)


def plan(first: int, same: Sequence[bool], second: int) -> list[Segment]:
    """Segments of the frames from ``first`` on; ``same`` tells of each whether it is the picture before.

    ``second`` is how many frames there are between two key frames. None but the last segment has a single frame: two
    key frames are never neighbours, of which H.264 has something to say.
    """
    found: list[Segment] = []
    start = at = 0  # what is before start is in a segment, what is before at has been looked at
    while at < len(same):
        stop = at + 1
        while stop < len(same) and same[stop]:
            stop += 1
        still = at + 1 if at == start + 1 else at
        copies = (stop - still) // second
        if copies >= WORTH:
            found += _pieces(first, start, still, second)
            found.append(Segment(first + still, second, copies))
            start = still + second * copies
        at = stop
    return found + _pieces(first, start, len(same), second)


def _pieces(first: int, start: int, stop: int, second: int) -> list[Segment]:
    pieces = []
    while start < stop:
        count = min(LONGEST * second, stop - start)
        if stop - start - count == 1:
            count += 1
        pieces.append(Segment(first + start, count))
        start += count
    return pieces

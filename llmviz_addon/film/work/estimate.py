"""How much longer a film takes, from how long its frames took so far.

Frames cost a different time each: some are the picture before, most change in places, some are all new,
and so is the first that a worker is given. Each kind is timed by itself, and nothing is said before enough
was seen: the first frames, with all that a renderer gets ready for them, say little about the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

RATIOS = {"0": 0.01, "1": 0.3, "2": 1.0}
"""How long a frame of a kind takes as against one that is all new, until one was seen."""
SEEN = 20
"""Frames of the kinds that matter after which an estimate means something."""
SHARE = 0.03
"""And the share of all work that must be done."""


class Estimate:
    """Times of frames by kind; ``kinds`` tells of every frame to come which it is."""

    def __init__(self, kinds: Iterable[str], pictures: int, workers: int) -> None:
        self._left = Counter(kinds)
        self._done: Counter[str] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._workers = workers
        self._pictures, self._encoded, self._encoding = pictures, 0, 0.0

    def rendered(self, kind: str, seconds: float, first: bool) -> None:
        """A frame took ``seconds``; the ``first`` of a run is rendered whole whatever its kind, and tells nothing."""
        self._left[kind] -= 1
        if not first:
            self._done[kind] += 1
            self._seconds[kind] += seconds

    def encoded(self, pictures: int, seconds: float) -> None:
        """So many pictures of the video took ``seconds``."""
        self._encoded += pictures
        self._encoding += seconds

    def again(self, kind: str) -> None:
        """A frame has to be rendered once more."""
        self._left[kind] += 1

    def left(self) -> float | None:
        """Seconds left; None while that would be a guess."""
        rendering, encoding = self._rendering(), self._video()
        if rendering is None or (rendering == 0 and encoding is None):
            return None
        return max(rendering, encoding or 0.0)

    def _rendering(self) -> float | None:
        if not sum(self._left.values()):
            return 0.0
        spent = sum(self._seconds.values())
        left = sum(count * self._each(kind) for kind, count in self._left.items())
        if self._done["1"] + self._done["2"] < min(SEEN, self._left["1"] + self._left["2"]):
            return None
        return None if spent < SHARE * (spent + left) else left / self._workers

    def _each(self, kind: str) -> float:
        """Seconds of a frame of a kind, guessed from others where none was seen."""
        if self._done[kind]:
            return self._seconds[kind] / self._done[kind]
        scale = sum(self._seconds.values()) / max(sum(RATIOS[k] * n for k, n in self._done.items()), 1e-9)
        return RATIOS[kind] * scale

    def _video(self) -> float | None:
        left = self._pictures - self._encoded
        if not left:
            return 0.0
        return left * self._encoding / self._encoded if self._encoded else None

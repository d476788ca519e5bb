"""What was told last, for another film of the same run: of its chapters only those that are others are told again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from ..language import Language, language_in_use
from ..model.run import Run
from .telling import Telling

MOST = 50_000_000
"""Numbers of a run with whose chapters it is kept, which are 200 MB. The chapters themselves take little: of a model of
7,200 grids 30 MB, where telling them anew takes 5 s."""
CHAPTERS = 24
"""So many are kept."""


class OfRun(Protocol):
    """What chapters are told on."""

    @property
    def run(self) -> Run:
        """What is told about."""
        ...

    @property
    def size(self) -> int:
        """How many numbers its run has made."""
        ...


S = TypeVar("S", bound=OfRun)


@dataclass(eq=False)
class Retold(Generic[S]):
    """The set of a run, and the chapters that were told on it; empty at first."""

    _stage: S | None = None
    _language: Language | None = None
    _told: dict[Hashable, Telling] = field(default_factory=dict)

    def stage(self, run: Run, make: Callable[[Run], S]) -> S:
        """The set of a run: the last one, where its run and its language are the same, else one that is made now."""
        if self._stage is None or self._language is not language_in_use() or not _same(self._stage.run, run):
            self._told.clear()
            self._stage, self._language = None, language_in_use()
            made = make(run)
            if made.size > MOST:
                return made
            self._stage = made
        return self._stage

    def telling(self, on: object, key: Hashable, tell: Callable[[], Telling]) -> Telling:
        """A chapter as it was told on this very set under this key, or as it is told now."""
        if on is not self._stage:
            return tell()
        found = self._told.pop(key, None) or tell()
        self._told[key] = found
        while len(self._told) > CHAPTERS:
            del self._told[next(iter(self._told))]
        return found


def _same(one: Run, other: Run) -> bool:
    """Whether two runs are of one model, read the same, and came out the same."""
    return one.model is other.model and (one.tokens, one.prompt_length, one.draw) == (
        other.tokens,
        other.prompt_length,
        other.draw,
    )

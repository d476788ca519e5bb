"""What is said: clauses that make up the paragraph of a beat, and captions where the stage is larger than usual."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...layout.lettering.drawing import Drawing
from .commentary import Link


@dataclass(frozen=True, eq=False)
class Clause:
    """What is said in one breath: coloured text, what it links to, from when on, and how long it takes to read.

    ``rulers`` are those of the axes that it links to.
    """

    spans: list[tuple[str, str]]
    links: list[Link]
    start: float
    seconds: float
    rulers: list[Drawing] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(text for text, _ in self.spans)


@dataclass(eq=False)
class Beat:
    """A paragraph, told clause by clause; ``rest`` is from when to when a presenter pauses on its last picture.

    One that ``concludes`` its chapter ends on the answer.
    """

    key: str
    start: float
    clauses: list[Clause] = field(default_factory=list)
    rest: tuple[float, float] = (0.0, 0.0)
    concludes: bool = False

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(clause.text for clause in self.clauses)


@dataclass(frozen=True)
class Caption:
    """From when to when the words are a caption under a larger stage, and what it says: (text, colour) runs."""

    start: float
    end: float
    spans: tuple[tuple[str, str], ...]

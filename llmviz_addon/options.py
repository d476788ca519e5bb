"""What each job of the command line can be asked, as data: the parser fills it in, the commands read it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of one job; a field is called as the parser's destination is."""

    @classmethod
    def of(cls, parsed: object) -> Self:
        """Those among what was parsed that the job takes."""
        given: dict[str, Any] = {field.name: getattr(parsed, field.name) for field in fields(cls)}
        return cls(**given)


# --- what several jobs take -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Reading(Options):
    """Which model, nano-gpt where none is named, and what it reads."""

    model: str | None
    tokens: str | None


@dataclass(frozen=True, kw_only=True)
class Picture(Options):
    """How it looks: ``size`` in pixels."""

    size: tuple[int, int]
    theme: str


@dataclass(frozen=True, kw_only=True)
class Told(Options):
    """In which language, and folders of more chapters and languages."""

    walkthroughs: list[str]
    language: str


@dataclass(frozen=True, kw_only=True)
class Pace(Told):
    """How fast chapters are read, words per minute or not at all; and how much of them.

    ``bpm`` is the tempo of a trailer, None is as usual.
    """

    pace: float | None
    length: str
    bpm: float | None


@dataclass(frozen=True, kw_only=True)
class Draw(Options):
    """How many tokens are appended, and how each is chosen; None is as it was, or as is usual."""

    count: int
    temperature: float | None
    top_k: int | None
    top_p: float | None
    seed: int | None


@dataclass(frozen=True, kw_only=True)
class Staged(Reading, Picture, Pace):
    """Chapters that are put on stage, about a run or about models in outline."""

    chapters: list[str]
    shape: str | None
    compare: list[str] | None
    fps: int
    engine: str


# --- the jobs ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Layout(Options):
    """``llmviz layout``."""

    model: str | None


@dataclass(frozen=True, kw_only=True)
class Chapters(Reading, Pace):
    """``llmviz chapters``."""


@dataclass(frozen=True, kw_only=True)
class Build(Staged):
    """``llmviz build``."""

    output: str


@dataclass(frozen=True, kw_only=True)
class Rendered(Staged):
    """What is rendered, in a ``quality``."""

    quality: str


@dataclass(frozen=True, kw_only=True)
class Still(Rendered):
    """``llmviz still``: ``at`` are seconds, or a rest's number or name."""

    at: str
    output: str


@dataclass(frozen=True, kw_only=True)
class Storyboard(Rendered):
    """``llmviz storyboard``."""

    output: str


@dataclass(frozen=True, kw_only=True)
class Film(Rendered):
    """``llmviz film``: an excerpt from ``start`` to ``stop`` in seconds, rendered by ``jobs`` processes."""

    output: str
    start: float | None
    stop: float | None
    captions: bool
    jobs: int | None
    overwrite: bool
    drop_frames: bool


@dataclass(frozen=True, kw_only=True)
class Trace(Reading):
    """``llmviz trace``."""

    output: str


@dataclass(frozen=True, kw_only=True)
class Generate(Reading, Draw, Picture, Told):
    """``llmviz generate``: onto an open stage with ``room`` columns to spare, where there is an output."""

    output: str | None
    room: int


@dataclass(frozen=True, kw_only=True)
class Step(Draw):
    """``llmviz step``: on the open stage in the file ``scene``, whose model may have moved to ``model``."""

    scene: str
    model: str | None


@dataclass(frozen=True, kw_only=True)
class Package(Options):
    """``llmviz package``."""

    output: str

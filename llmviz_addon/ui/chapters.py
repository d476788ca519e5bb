"""Which chapters there are to choose from: ours, and those in folders that the user trusts.

A chapter is a Python file, so to read it is to run it. Panels are drawn all the time and for whatever file is
open; what they show is what was found last. Files of the user's are read when she adds a folder, presses
*Reload Chapters* or builds, and at no other time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path

from ..errors import LlmvizError
from ..screenplay import loader
from ..screenplay.loader import FULL, SHORT, TRAILER, Chapter, Problem

Stamp = tuple[tuple[str, int], ...]
"""Files with the times of their last change."""


@dataclass(frozen=True)
class Entry:
    """A chapter as a line of the list."""

    name: str
    number: int
    title: str
    outlines: bool
    short: bool = False  # whether it has a part in a short film
    trailer: bool = False  # and in a trailer

    def is_in(self, model: str, length: str) -> bool:
        """Whether a film of this ``length``, of a ``model`` as the settings call it, can tell it."""
        told = {FULL: True, SHORT: self.short, TRAILER: self.trailer}
        return (self.outlines or model != "SHAPE") and told.get(length, False)


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a chapter, in a file at a line where that is known, or with a folder, which has no file.

    ``chapter`` is what the chapter would be called; "" where the file is no chapter by its name.
    """

    text: str
    path: str = ""
    line: int = 0
    chapter: str = ""


@dataclass(frozen=True)
class Catalogue:
    """Chapters to choose from, and what is wrong with the user's folders, if anything."""

    chapters: tuple[Entry, ...]
    troubles: tuple[Trouble, ...] = ()

    @property
    def problem(self) -> str:
        """All that is wrong, a line for each; "" where nothing is."""
        return "\n".join(trouble.text for trouble in self.troubles)

    def without_ours(self) -> Catalogue:
        """What came from the user's folders."""
        return Catalogue(tuple(entry for entry in self.chapters if entry not in ours()), self.troubles)

    def with_ours(self) -> Catalogue:
        """With our chapters, but for those whose place the user's take."""
        found = {entry.name: entry for entry in (*ours(), *self.chapters)}
        return Catalogue(tuple(sorted(found.values(), key=lambda entry: (entry.number, entry.name))), self.troubles)


def read(folders: Sequence[Path]) -> Catalogue:
    """Run the files in ``folders`` where they have changed; all chapters, and what is wrong with others."""
    here = there(folders)
    found = _read(here, stamp(file for folder in here for file in files(folder)))
    gone = [Trouble(f"There is no chapter folder {str(folder)!r}.") for folder in folders if folder not in here]
    return Catalogue(found.chapters, (*gone, *found.troubles)) if gone else found


def there(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Those of ``folders`` that are there; one on a stick that is not is told, and hides nothing else."""
    return tuple(folder for folder in folders if os.path.isdir(folder))


@lru_cache(maxsize=1)
def ours() -> tuple[Entry, ...]:
    """The chapters that come along."""
    return _entries(loader.chapters())


def to_text(catalogue: Catalogue) -> str:
    """A catalogue as text, to be kept."""
    return json.dumps(asdict(catalogue))


@lru_cache(maxsize=4)
def from_text(text: str) -> Catalogue:
    """The catalogue that was kept as ``text``; an empty one where it is none."""
    try:
        content = json.loads(text)
        kept = [[entry[field.name] for field in fields(Entry)] for entry in content["chapters"]]
        entries = (Entry(str(name), int(number), str(title), *map(bool, parts)) for name, number, title, *parts in kept)
        told = [[trouble[field.name] for field in fields(Trouble)] for trouble in content.get("troubles", ())]
        troubles = (Trouble(str(text), str(path), int(line), str(chapter)) for text, path, line, chapter in told)
        return Catalogue(tuple(entries), tuple(troubles))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Catalogue(())


def files(folder: str | Path) -> list[Path]:
    """What lies in a folder; nothing where it cannot be looked into."""
    try:
        return [Path(entry.path) for entry in os.scandir(folder)]
    except (OSError, ValueError):
        return []


def stamp(paths: Iterable[Path]) -> Stamp:
    """What tells whether files have changed; a link to nowhere, such as an editor's lock, is never newer."""
    return tuple((str(path), _changed(path)) for path in sorted(paths))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _read(folders: tuple[Path, ...], stamp: Stamp) -> Catalogue:
    try:
        found = loader.find(folders)
    except LlmvizError as error:
        return Catalogue(ours(), (Trouble(str(error)),))
    return Catalogue(_entries(found.chapters), tuple(_trouble(problem) for problem in found.problems))


def _trouble(problem: Problem) -> Trouble:
    chapter = problem.keys[0] if loader.FILE.fullmatch(problem.path.name) else ""
    return Trouble(problem.message, str(problem.path), problem.line or 0, chapter)


def _entries(chapters: Iterable[Chapter]) -> tuple[Entry, ...]:
    return tuple(
        Entry(one.name, one.number, one.title, one.outlines, bool(one.short), bool(one.trailer)) for one in chapters
    )

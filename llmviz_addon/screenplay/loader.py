"""Finding and opening chapters: our own, and those in folders of the user's.

A chapter is a file ``NN_name.py`` with ``title``, ``part`` and ``play(film)``, and with ``shapes = True`` if
all it needs are the sizes of models. Ours lie in ``walkthroughs/``: inside the package where it was installed,
beside it in a checkout.
"""

from __future__ import annotations

import re
import runpy
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import LlmvizError, ScriptError, choices

if TYPE_CHECKING:
    from .film import Film

PACKAGE = Path(__file__).resolve().parent.parent
FILE = re.compile(r"(\d\d)_([a-z0-9_]+)\.py")


@dataclass(frozen=True)
class Chapter:
    """One chapter, opened: ``name`` is what users type, such as ``layer-norm``."""

    name: str
    number: int
    title: str
    part: str
    about: str
    path: Path
    play: Callable[[Film], None]
    shapes: bool = False  # whether it can be told of models that are shapes only


def home() -> Path:
    """The folder of our own chapters."""
    inside, beside = PACKAGE / "walkthroughs", PACKAGE.parent / "walkthroughs"
    return inside if inside.is_dir() else beside


def chapters(folders: Iterable[Path] = ()) -> list[Chapter]:
    """All chapters in film order; a user's chapter takes the place of ours of the same name."""
    found: dict[str, Chapter] = {}
    for folder in (home(), *(Path(f) for f in folders)):
        if not folder.is_dir():
            raise ScriptError(f"There is no chapter folder {str(folder)!r}.")
        files = [path for path in sorted(folder.glob("*.py")) if FILE.fullmatch(path.name)]
        if not files and folder != home():
            raise ScriptError(
                f"The folder {str(folder)!r} holds no chapter; chapters are files such as 03_layer_norm.py."
            )
        for path in files:
            chapter = _open(path)
            found[chapter.name] = chapter
    return sorted(found.values(), key=lambda chapter: (chapter.number, chapter.name))


def choose(wanted: Sequence[str] | None, available: Sequence[Chapter]) -> list[Chapter]:
    """The chapters named in ``wanted`` (a name or a number), in film order; all for None or none named."""
    if not wanted:
        return list(available)
    picked = []
    for name in wanted:
        key = name.strip().lower().replace("_", "-")
        match = [c for c in available if key in (c.name, str(c.number), f"{c.number:02d}", f"{c.number:02d}-{c.name}")]
        if not match:
            raise ScriptError(f"Unknown chapter {name!r}. {choices(c.name for c in available)}")
        picked.append(match[0])
    return [chapter for chapter in available if chapter in picked]


def _open(path: Path) -> Chapter:
    match = FILE.fullmatch(path.name)
    assert match is not None
    try:
        names = runpy.run_path(str(path))
    except Exception as error:
        raise ScriptError(f"Chapter {path.name} cannot be read: {where(error, path)}") from error
    for need, kind in (("title", str), ("part", str), ("play", Callable)):
        if not isinstance(names.get(need), kind):  # type: ignore[arg-type]
            raise ScriptError(f"Chapter {path.name} has no {need!r}; it needs title, part and play(film).")
    about = (names.get("__doc__") or "").strip()
    name = match[2].replace("_", "-")
    shapes = bool(names.get("shapes", False))
    return Chapter(name, int(match[1]), names["title"], names["part"], about, path, names["play"], shapes)


def where(error: BaseException, path: Path) -> str:
    """``line 12: message``: the chapter's own line at which an error arose."""
    lines = [entry.lineno for entry in traceback.extract_tb(error.__traceback__) if entry.filename == str(path)]
    line = lines[-1] if lines else getattr(error, "lineno", None)
    message = str(error) if isinstance(error, LlmvizError) else f"{type(error).__name__}: {error}"
    return f"line {line}: {message}" if line else message

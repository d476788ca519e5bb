"""Finding and opening chapters: our own, and those in folders of the user's.

A chapter is a file ``NN_name.py`` with ``title``, ``part`` and ``play(film)``, and with ``outlines = True`` if
all it needs are the sizes of models. Ours lie in ``walkthroughs/``: inside the package where it was installed,
beside it in a checkout. What is wrong with one chapter does not hide the others: it is a problem beside them.
"""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import ScriptError, choices
from ..language import of_chapter, phrase
from .contained import Contained

PACKAGE = Path(__file__).resolve().parent.parent
FILE = re.compile(r"([0-9][0-9])_([a-z0-9_]+)\.py")
ALMOST = re.compile(r"[0-9]{1,3}[ _.-].*\.py", re.IGNORECASE)
"""Files that are meant to be chapters, whatever they are called."""
LARGEST = 1_000_000
"""Bytes of a chapter at most."""
WORDS = 15
"""Words of a question or an answer at most."""
ALL = "all"
"""What all chapters are called together."""
FULL, SHORT, TRAILER = "full", "short", "trailer"
RUN_THROUGH, PULL_BACK = "run-through", "pull-back"
SHOTS = (RUN_THROUGH, PULL_BACK)
"""Chapters of ours that are one shot, and so each a film of its own."""
LENGTHS = (FULL, SHORT, TRAILER, *SHOTS)
"""What a film tells: everything, or what chapters say is their part in a short one, or in a trailer; or one shot."""
TOGETHER = {ALL: "are all of them together", TRAILER: "is what all of them have a part in"}
"""What no chapter can be called, and why."""
LANGUAGES = "languages"
"""Folder of what other languages have for the chapters beside it."""
LONGEST = 60
"""Letters of a title at most."""


@dataclass(frozen=True)
class Chapter:
    """One chapter, opened: ``name`` is what users type, such as ``layer-norm``."""

    name: str
    number: int
    title: str
    part: str
    about: str
    path: Path
    play: Callable[[Any], None]
    outlines: bool = False  # whether it can be told of models in outline, which have no numbers
    question: str = ""  # with which it opens
    answer: str = ""  # with which it ends
    short: tuple[str, ...] = ()  # keys of the beats that a short film tells; none is that it leaves the chapter out
    trailer: tuple[str, ...] = ()  # of those that a trailer shows
    one_shot: bool = False  # whether the camera never stops: then it is a film of its own, which ``all`` leaves out
    mark: str = ""  # tells what is in its file from anything else
    beats: tuple[str, ...] = ()  # keys of those that are to be told; none is all

    @property
    def keys(self) -> tuple[str, ...]:
        """All that it may be called."""
        return _keys(self.name, self.number)

    def in_language(self) -> Chapter:
        """The same, with its title, part, question and answer in the language in use."""
        with of_chapter(self.path):
            return replace(
                self, title=phrase(self.title), part=phrase(self.part),
                question=phrase(self.question), answer=phrase(self.answer),
            )  # fmt: skip

    def part_in(self, length: str) -> tuple[str, ...]:
        """Keys of the beats that a film of some length, not a full one, tells of it."""
        return self.trailer if length == TRAILER else self.short


@dataclass(frozen=True)
class Problem:
    """A file that should be a chapter and is none, and why, in one line with its file and the line in it."""

    path: Path
    message: str
    line: int | None = None

    @property
    def error(self) -> ScriptError:
        """To be raised where the chapter is wanted."""
        return ScriptError(self.message, self.path, self.line)

    @property
    def keys(self) -> tuple[str, ...]:
        """What the chapter would be called."""
        match = FILE.fullmatch(self.path.name)
        return _keys(_name(match), int(match[1])) if match else (self.path.stem,)


@dataclass(frozen=True)
class Found:
    """Chapters in film order, the files that are none, and chapters that are one shot."""

    chapters: tuple[Chapter, ...]
    problems: tuple[Problem, ...] = ()
    shots: tuple[Chapter, ...] = ()


def home() -> Path:
    """The folder of our own chapters."""
    inside, beside = PACKAGE / "walkthroughs", PACKAGE.parent / "walkthroughs"
    return inside if inside.is_dir() else beside


def find(folders: Iterable[Path] = ()) -> Found:
    """All chapters, and what is wrong with others; a user's takes the place of ours of the same name.

    Raises ScriptError for a folder that is not there or holds nothing that could be a chapter.
    """
    found: dict[str, Chapter] = {}
    problems: list[Problem] = []
    for folder in (home(), *(Path(f) for f in folders)):
        here: dict[str, Path] = {}
        for path in _files(folder):
            match = FILE.fullmatch(path.name)
            name = _name(match) if match else ""
            try:
                if not match:
                    raise ScriptError(f"{path.name!r} is no chapter's name; call it such as 50_my_norm.py.")
                if name in TOGETHER:
                    raise ScriptError(f"{path.name!r} is no chapter's name: {name!r} {TOGETHER[name]}.")
                if name in here:
                    raise ScriptError(f"Chapters {here[name].name} and {path.name} have one name, {name!r}.")
                here[name] = path
                found.pop(name, None)  # one that is broken leaves its place empty
                found[name] = _open(path)
            except ScriptError as error:
                problems.append(Problem(path, str(error), error.line))
    ordered = sorted(found.values(), key=lambda one: (one.number, one.name))
    told, shots = ([one for one in ordered if one.one_shot is alone] for alone in (False, True))
    return Found(tuple(told), tuple(problems), tuple(shots))


def chapters(folders: Iterable[Path] = ()) -> list[Chapter]:
    """All chapters in film order; raises ScriptError where one is broken."""
    return choose(None, find(folders))


def is_all(wanted: str | Sequence[str] | None) -> bool:
    """Whether all chapters are wanted: none is named, or they are all together."""
    wanted = [wanted] if isinstance(wanted, str) else wanted
    return not wanted or any(name.strip().lower() == ALL for name in wanted)


def asked(wanted: str | Sequence[str] | None, length: str = FULL) -> tuple[list[str] | None, str]:
    """What is ``wanted``, and the length: that of a ``trailer`` where one is named like a chapter.

    A length that is one shot is the chapter of that name, told in full.
    """
    names = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if length in SHOTS:
        return ([length] if is_all(names) else [length, *names]), FULL
    others = [name for name in names if name.strip().lower() != TRAILER]
    return others or None, length if len(others) == len(names) else TRAILER


def choose(
    wanted: str | Sequence[str] | None, among: Found | Sequence[Chapter], length: str = FULL
) -> list[Chapter]:  # fmt: skip
    """The chapters that are ``wanted`` (names or numbers, or one), in film order; all for None, none, or ``all``.

    Of a ``short`` film, or a ``trailer``, they have the beats that it tells, and all are those that have a part in it.
    Raises ScriptError for one that is unknown, broken, or not the only one of its number, or that it leaves out.
    """
    wanted, length = asked(wanted, length)
    if length not in LENGTHS:
        raise ScriptError(f"Unknown length {length!r}. {choices(LENGTHS)}")
    found = among if isinstance(among, Found) else Found(tuple(among))
    picked = list(found.chapters) if is_all(wanted) else _named(wanted or (), found)
    if len(picked) > 1 and (alone := next((one.name for one in picked if one.one_shot), None)):
        raise ScriptError(f"{alone!r} is one shot, a film of its own. Ask for it alone.")
    if is_all(wanted) and found.problems:
        raise found.problems[0].error
    return picked if length == FULL else _shortened(picked, found, is_all(wanted), length)


def _shortened(picked: Sequence[Chapter], found: Found, is_all: bool, length: str) -> list[Chapter]:
    """Chapters with the beats that a short film tells, or a trailer."""
    able = [chapter.name for chapter in found.chapters if chapter.part_in(length)]
    out = [chapter.name for chapter in picked if not chapter.part_in(length)]
    if out and (not is_all or len(out) == len(picked)):
        which = choices(able) if able else "So it does all that there are."
        what = "trailer" if length == TRAILER else "short film"
        raise ScriptError(f"A {what} leaves out the chapter {out[0]!r}. {which}")
    return [replace(chapter, beats=beats) for chapter in picked if (beats := chapter.part_in(length))]


def _named(wanted: Sequence[str], found: Found) -> list[Chapter]:
    """The chapters of these names or numbers, in film order."""
    picked, there = [], (*found.chapters, *found.shots)
    for name in wanted:
        key = name.strip().lower().replace("_", "-")
        for problem in found.problems:
            if key in problem.keys:
                raise problem.error
        match = [chapter for chapter in there if key in chapter.keys]
        if not match:
            raise ScriptError(f"Unknown chapter {name!r}. {choices(c.name for c in there)}")
        if len(match) > 1:
            raise ScriptError(f"Several chapters have the number {name!r}. {choices(c.name for c in match)}")
        picked.append(match[0])
    return [chapter for chapter in there if chapter in picked]


def _files(folder: Path) -> list[Path]:
    """What should be chapters in a folder, in order; not what editors and systems leave there."""
    if not folder.is_dir():
        raise ScriptError(f"There is no chapter folder {str(folder)!r}.")
    try:
        files = [path for path in sorted(folder.iterdir()) if FILE.fullmatch(path.name) or ALMOST.fullmatch(path.name)]
    except OSError as error:
        raise ScriptError(f"Cannot look into the chapter folder {str(folder)!r}: {error.strerror}.") from error
    if not files and folder != home() and not (folder / LANGUAGES).is_dir():
        raise ScriptError(f"The folder {str(folder)!r} holds no chapter; chapters are files such as 03_layer_norm.py.")
    return files


def _name(match: re.Match[str]) -> str:
    return match[2].replace("_", "-")


def _keys(name: str, number: int) -> tuple[str, ...]:
    return (name, str(number), f"{number:02d}", f"{number:02d}-{name}")


def _open(path: Path) -> Chapter:
    match = FILE.fullmatch(path.name)
    assert match is not None
    with Contained(path, f"Chapter {path.name} cannot be read: "):
        names, mark = _run(path)
        title, part = _text(path, names, "title"), _text(path, names, "part")
        play = _play(path, names)
        about = names.get("__doc__")
        about = about.strip() if isinstance(about, str) else ""
        outlines = bool(names.get("outlines", False))
        question, answer = (_clause(path, names, what) for what in ("question", "answer"))
        short, trailer = (_beats(path, names, length) for length in (SHORT, TRAILER))
        alone = bool(names.get("one_shot", False))
    return Chapter(
        _name(match), int(match[1]), title, part, about, path, play, outlines, question, answer, short, trailer, alone,
        mark,
    )  # fmt: skip


def _run(path: Path) -> tuple[dict[str, object], str]:
    """The names in a chapter's file, and a mark of its text.

    A folder or an archive of that name is not run, as ``runpy`` would do.
    """
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "a link to nothing" if path.is_symlink() else "no file"
        raise ScriptError(f"it is {kind}.")
    with path.open("rb") as file:
        source = file.read(LARGEST + 1)
    if len(source) > LARGEST:
        raise ScriptError(f"it has more than {LARGEST:,} bytes.")
    names: dict[str, object] = {"__name__": path.stem, "__file__": str(path)}
    exec(compile(source, str(path), "exec", dont_inherit=True), names)
    return names, hashlib.sha256(source).hexdigest()


def _text(path: Path, names: dict[str, object], need: str) -> str:
    value = names.get(need)
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text:
        raise ScriptError(f"Chapter {path.name} has no {need!r} in words; it needs title, part and play(film).")
    if len(text) > LONGEST:
        raise ScriptError(f"Chapter {path.name} has a {need} of {len(text)} letters; at most {LONGEST} find room.")
    return text


def _clause(path: Path, names: dict[str, object], what: str) -> str:
    """A question or an answer, if there is one: a clause, as they are said."""
    value = names.get(what, "")
    if not isinstance(value, str):
        raise ScriptError(f"Chapter {path.name}: its {what} is no text: {value!r}.")
    text = " ".join(value.split())
    if len(text.split()) > WORDS:
        raise ScriptError(f"Chapter {path.name}: its {what} has {len(text.split())} words; at most {WORDS} are read.")
    return text


def _beats(path: Path, names: dict[str, object], length: str) -> tuple[str, ...]:
    """The keys of the beats that a film of some length tells, if there are any."""
    value = names.get(length, ())
    if not isinstance(value, list | tuple) or not all(isinstance(key, str) and key for key in value):
        raise ScriptError(f"Chapter {path.name}: its {length} is no list of beats, such as ['scores']: {value!r}.")
    return tuple(value)


def _play(path: Path, names: dict[str, object]) -> Callable[[Any], None]:
    play = names.get("play")
    if not callable(play):
        raise ScriptError(f"Chapter {path.name} has no 'play'; it needs title, part and play(film).")
    line = getattr(getattr(play, "__code__", None), "co_firstlineno", None)
    where = f"Chapter {path.name}, line {line or '?'}"
    if inspect.isgeneratorfunction(play) or inspect.iscoroutinefunction(play):
        raise ScriptError(f"{where}: play has a yield or is async, so nothing would be told.", path, line)
    try:
        inspect.signature(play).bind(None)
    except TypeError:
        raise ScriptError(f"{where}: play must take one argument, the film.", path, line) from None
    return play

"""Finding and reading languages: one file for each, ``languages/de.toml`` beside the chapters that it is of.

A file has a ``name``, the marks of numbers (``decimal``, ``thousands``), a ``rule`` by which a word has plurals, and
tables: ``plurals``, ``words`` (what all chapters share) and one per chapter, by English texts. A folder of the user's
may have languages too, with texts for its own chapters or for ours; they come before ours. What cannot be used is
refused with file, table and text: a place or a link too many or too few. A text that nobody writes, or no more, harms
nobody: it is noted, for whoever looks after the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import ScriptError, choices
from ..language import ENGLISH, FORMS, PLACE, Language, names_of
from .loader import LANGUAGES, WORDS, Chapter, find, home
from .templates import templates

KNOWN = {"name", "decimal", "thousands", "rule", "plurals", "words", "chapters"}


def names(folders: Iterable[Path] = ()) -> list[str]:
    """What languages there are, by their short names; English first."""
    found = {path.stem for folder in (home(), *folders) for path in (folder / LANGUAGES).glob("*.toml")}
    return [ENGLISH.name, *sorted(found - {ENGLISH.name})]


def language(name: str, folders: Sequence[Path] = ()) -> Language:
    """The language of a short name such as ``de``; raises ScriptError for one that there is not, or is wrong."""
    if name == ENGLISH.name:
        return ENGLISH
    if name not in (known := names(folders)):
        raise ScriptError(f"Unknown language {name!r}. {choices(known)}")
    paths = [path for folder in (home(), *folders) if (path := folder / LANGUAGES / f"{name}.toml").is_file()]
    return _read(name, tuple((path, path.stat().st_mtime_ns) for path in paths))


def title(name: str, folders: Sequence[Path] = ()) -> str:
    """What a language is called in itself, such as Deutsch; its short name where its file is wrong."""
    try:
        return language(name, folders).title
    except ScriptError:
        return name


@lru_cache(maxsize=8)  # a film that is built again is told in the same one
def _read(name: str, files: tuple[tuple[Path, int], ...]) -> Language:
    made = Language(name, name)
    for path, _ in files:
        made = _File(path, path.parent.parent).onto(made)
    return made


class _File:
    """One file of a language, which is of the chapters in its folder, or else of ours."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        self.said = self._read(path)
        if unknown := self.said.keys() - KNOWN:
            raise self._wrong(f"{sorted(unknown)[0]!r} means nothing. {choices(sorted(KNOWN))}")
        self.unasked: list[str] = []
        self.chapters = {one.name: one for one in _chapters(())} | {one.name: one for one in _chapters((folder,))}

    def onto(self, base: Language) -> Language:
        """What ``base`` has, and what this file has before that."""
        rule = self._text("rule", base.rule)
        if rule not in FORMS:
            raise self._wrong(f"unknown rule {rule!r}. {choices(FORMS)}")
        decimal, thousands = self._text("decimal", base.decimal), self._text("thousands", base.thousands)
        if len(decimal) != 1 or decimal.isalnum() or decimal == thousands:
            raise self._wrong(f"decimal is one sign, and not that of thousands: {decimal!r}.")
        words, plurals = self._words(), self._plurals(FORMS[rule][0])
        own = {self.chapters[name].path: told for name, told in self._of_chapters().items()}
        return Language(
            base.name, self._text("name", base.title), decimal, thousands, rule,
            {**base.plurals, **plurals}, {**base.words, **words},
            {path: {**base.chapters.get(path, {}), **own.get(path, {})} for path in {**base.chapters, **own}},
            (*base.unasked, *(f"{self.path.name}, {one}" for one in self.unasked)),
        )  # fmt: skip

    def _of_chapters(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for name, table in self._table(self.said, "chapters", "chapters").items():
            if name not in self.chapters:
                raise self._wrong(f"there is no chapter {name!r}. {choices(self.chapters)}")
            known, where = templates(self.chapters[name].path), f"chapter {name}"
            found[name] = self._texts(table, where)
            self.unasked += [f"{where} does not write: {text}" for text in found[name] if text not in known]
        return found

    def _words(self) -> dict[str, str]:
        return self._listed(self._texts(self.said.get("words", {}), "words"), "words")

    def _plurals(self, forms: int) -> dict[str, tuple[str, ...]]:
        told = self._listed(self._table(self.said, "plurals", "plurals"), "plurals")
        for what, texts in told.items():
            if not isinstance(texts, list) or len(texts) != forms or not all(PLACE.search(str(one)) for one in texts):
                raise self._wrong(f"plurals of {what!r} are a list of {forms}, each with a place {{}}, not {texts!r}.")
        return {what: tuple(map(str, texts)) for what, texts in told.items()}

    def _listed(self, told: dict[str, Any], table: str) -> dict[str, Any]:
        """The same; what no language of ours has is asked for by nobody."""
        if self.path.parent.parent != home():
            known = {text for path in (home() / LANGUAGES).glob("*.toml") for text in self._read(path).get(table, {})}
            self.unasked += [f"{table}: nobody writes: {text}" for text in told if text not in known]
        return told

    def _texts(self, table: object, where: str) -> dict[str, str]:
        if not isinstance(table, dict):
            raise self._wrong(f"{where} is no table of texts.")
        for text, told in table.items():
            if not isinstance(told, str) or not told.strip():
                raise self._wrong(f"{where}: {text!r} has no text.")
            for has, wants, what in zip(names_of(told), names_of(text), ("names", "places", "links"), strict=True):
                if has != wants:
                    raise self._wrong(f"{where}: {told!r} has the {what} {_spelled(has)}, not {_spelled(wants)}.")
            if len(told.split()) > WORDS:
                raise self._wrong(f"{where}: {told!r} has {len(told.split())} words; at most {WORDS} are read.")
        return table

    def _text(self, what: str, usual: str) -> str:
        told = self.said.get(what, usual)
        if not isinstance(told, str):
            raise self._wrong(f"{what} is no text: {told!r}.")
        return told

    def _table(self, of: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
        table = of.get(key, {})
        if not isinstance(table, dict):
            raise self._wrong(f"{where} is no table: {table!r}.")
        return table

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ScriptError(f"Language {path.name} cannot be read: {error}.", path) from error

    def _wrong(self, message: str) -> ScriptError:
        return ScriptError(f"Language {self.path.name}: {message}", self.path)


def _chapters(folders: Sequence[Path]) -> Iterable[Chapter]:
    found = find(folders)
    return (*found.chapters, *found.shots)


def _spelled(what: object) -> str:
    return (", ".join(sorted(what)) or "none") if isinstance(what, set) else str(what)

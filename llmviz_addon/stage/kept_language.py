"""The language that a scene was told in, which it keeps: what is written on it later needs no file but its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

import bpy

from ..language import ENGLISH, FORMS, PLACE, AsIs, Language, names_of, phrase, spoken
from .ours import is_inherited
from .plain import loads, written_text

OURS = "llmviz_language"


@dataclass(frozen=True)
class _Kept:
    """A language but for the texts of chapters, which are on the set already."""

    name: str
    title: str
    decimal: str
    thousands: str
    rule: str
    plurals: tuple[tuple[str, ...], ...]  # in English, and in all its forms
    words: tuple[tuple[str, ...], ...]  # in English, and in the language

    @property
    def is_sound(self) -> bool:
        """Whether it can be one: every text has the places of the English one."""
        forms, _ = FORMS.get(self.rule, (0, None))
        return (
            forms > 0
            and len(self.decimal) == 1
            and all(len(one) == 1 + forms and all(map(PLACE.search, one[1:])) for one in self.plurals)
            and all(len(one) == 2 and names_of(one[0]) == names_of(one[1]) for one in self.words)
        )


def write_language(scene: bpy.types.Scene, language: Language) -> None:
    """Keep a language in a custom property of the scene; of English nothing."""
    scene.pop(OURS, None)
    if not language.is_english:
        plurals = [[what, *forms] for what, forms in language.plurals.items()]
        told = {name: getattr(language, name) for name in ("name", "title", "decimal", "thousands", "rule")}
        scene[OURS] = json.dumps(told | {"plurals": plurals, "words": [*language.words.items()]})


def language_of(scene: bpy.types.Scene) -> Language:
    """What the film or the open stage in ``scene`` is told in; English where there is neither, or it was damaged."""
    return ENGLISH if is_inherited(scene) else _parse(written_text(scene, OURS))


def phrased(scene: bpy.types.Scene, text: str, *values: str | int) -> str:
    """A text in the language of ``scene``, with ``values`` in its places, which are in it already or in none."""
    with spoken(language_of(scene)):
        return phrase(text, *(AsIs(value) if isinstance(value, str) else value for value in values))


@lru_cache(maxsize=8)  # so that one text is one language
def _parse(text: str) -> Language:
    kept = loads(_Kept, text)
    if kept is None or not kept.is_sound:
        return ENGLISH
    plurals, words = {one[0]: one[1:] for one in kept.plurals}, {one[0]: one[1] for one in kept.words}
    return Language(kept.name, kept.title, kept.decimal, kept.thousands, kept.rule, plurals, words)

"""Where things of a stage lie in the outliner: the model's by layer, part and head, and what a chapter adds by chapter.

A thing that several share, such as labels that fade together, lies in the innermost collection that holds them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING

import bpy

from ...layout.grid import Section
from ...layout.lettering.drawing import Drawing
from ...layout.signs.signage import bracket_of
from ...screenplay.score.timeline import Timeline
from ..motion.keys import Actors
from ..ours import own

if TYPE_CHECKING:
    from ...layout.layout import Layout

MODEL, CHAPTERS, SECTION, CHAPTER = "model", "chapters", "section", "chapter"
"""What our collections are."""
NUMBER = re.compile(r"\.\d{3,}$")
TITLE = "llmviz_title"
"""Custom property of a collection: what we called it."""
Path = tuple[Section, ...]
NONE: Mapping[tuple[str, str], bpy.types.Collection] = MappingProxyType({})


class Folders:
    """The collections of a stage within ``home``, made when something is put there."""

    def __init__(
        self,
        home: bpy.types.Collection,
        layout: Layout,
        signage: Iterable[Drawing],
        timeline: Timeline,
        there: Mapping[tuple[str, str], bpy.types.Collection] = NONE,
    ) -> None:
        self._home, self._timeline = home, timeline
        self._around: Mapping[str, Sequence[Section]] = layout.around
        self._at = {ribbon.name: ribbon.target for ribbon in layout.ribbons}
        self._at |= {drawing.name: drawing.parent for drawing in signage}
        self._paths: dict[str, Path] = {}
        self._titles: dict[str, str] = {}  # of collections by the names of sections
        for section in layout.sections:
            self._learn(section, (), section.title)
        self._made = dict(there)
        if layout.grids:
            self._section(())
        for number in sorted({number for by in timeline.made_by.values() for number in by}):
            self._chapter(number)

    def place(self, name: str) -> tuple[object, ...]:
        """Where the actor of that name belongs: equal for those that lie in one collection."""
        return self._timeline.made_by.get(name) or self._path(name)

    def put(self, actors: Actors, names: Sequence[str], out_of: bpy.types.Collection | None = None) -> None:
        """Put the objects of the first of some actors, which have them in common, where these belong.

        They are taken ``out_of`` the collection that they are in, if there is one.
        """
        by = [self._timeline.made_by.get(name, ()) for name in names]
        if all(by):
            folders = [self._chapter(number) for number in dict.fromkeys(number for one in by for number in one)]
        else:
            folders = [self._section(_common([self._path(name) for name in names]))]
        for obj in actors[names[0]].hides:
            if out_of is not None:
                out_of.objects.unlink(obj)
            for folder in folders:
                folder.objects.link(obj)

    def _learn(self, section: Section, above: Path, title: str) -> None:
        """Of some that have one title within another each has a number; all of them tell of the outermost."""
        path = (*above, section)
        self._paths[bracket_of(section)] = path
        self._titles[section.name] = title
        titles = [child.title for child in section.children]
        for number, child in enumerate(section.children):
            again = f" {titles[:number].count(child.title) + 1}" if titles.count(child.title) > 1 else ""
            self._learn(child, path, f"{child.title}{again} ({path[0].title})")

    def _path(self, name: str) -> Path:
        if name in self._paths:
            return self._paths[name]
        return tuple(self._around.get(self._at.get(name, name), ()))

    def _chapter(self, number: int) -> bpy.types.Collection:
        chapter = self._timeline.chapters[number]
        return self._folder(CHAPTER, chapter.name, chapter.marked, self._folder(CHAPTERS, "", "Chapters", self._home))

    def _section(self, path: Path) -> bpy.types.Collection:
        if not path:
            return self._folder(MODEL, "", "Model", self._home)
        name = path[-1].name
        return self._folder(SECTION, name, self._titles[name], self._section(path[:-1]))

    def _folder(self, what: str, name: str, title: str, above: bpy.types.Collection) -> bpy.types.Collection:
        if (what, name) not in self._made:
            made = self._made[what, name] = own(bpy.data.collections.new(title), what, name)
            made[TITLE] = title
            above.children.link(made)
        return self._made[what, name]


def _common(paths: Sequence[Path]) -> Path:
    """How far all of them go the same way."""
    return tuple(
        steps[0] for steps in takewhile(lambda steps: len(set(map(id, steps))) == 1, zip(*paths, strict=False))
    )


def is_renamed(folder: bpy.types.Collection) -> bool:
    """Whether the user calls a collection of ours otherwise than we do; Blender may have put a number behind it."""
    return NUMBER.sub("", folder.name) != NUMBER.sub("", str(folder.get(TITLE, "")))

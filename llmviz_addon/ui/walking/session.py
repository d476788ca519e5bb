"""Where one walks: the entry that is lit, what of the list is unfolded and searched, without a window.

Nothing of Blender's is kept: entries are told by their paths, and where they stand is asked anew for every frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

import bpy
import numpy as np

from ...layout.contents import Entry, Path
from ...stage.ours import NAME, TAG, ours
from ...stage.walking.places import Walk, is_seen, marked, shapes, walk_of
from ...stage.walking.walked import read_walked

MOST = 400
"""Rows of the list: more is found by searching."""
Boxes = list[tuple[Entry, list[np.ndarray]]]


@dataclass
class Session:
    """A walk through the stage that is ``marked`` so: ``at`` is lit, () where nothing is, and is ``seen`` or not."""

    stage: str
    at: Path = ()
    unfolded: set[Path] = field(default_factory=set)
    search: str = ""
    drawn: tuple[object, Boxes] = (None, [])
    seen: bool = True

    def rows(self, walk: Walk) -> list[Entry]:
        """What the list shows: what was found, or what is unfolded."""
        if self.search.strip():
            return walk.contents.search(self.search, MOST)
        return [*islice(walk.contents.rows(self.unfolded), MOST)]

    def entry(self, walk: Walk) -> Entry | None:
        """What is lit."""
        return walk.contents.there(self.at) if self.at else None

    def go(self, walk: Walk, path: Path) -> Entry | None:
        """Light what is at a path, and unfold what it is in; None where there is nothing."""
        entry = walk.contents.there(path)
        if entry is not None:
            self.at = entry.path
            self.unfolded.update(one.path for one in entry.ways_up[1:])
        return entry

    def fold(self, path: Path) -> None:
        """Fold what is unfolded, or the other way round."""
        self.unfolded ^= {path}

    def boxes(self, scene: bpy.types.Scene, walk: Walk, entry: Entry) -> Boxes:
        """What is in an entry, with where that stands, kept for the frame."""
        hidden = tuple(read_walked(layer) for layer in scene.view_layers)
        key = (scene.frame_current, entry.path, hidden, id(walk.about))
        if self.drawn[0] != key:
            self.drawn = key, shapes(scene, walk, entry)
            self.seen = is_seen(scene, walk, entry)
        return self.drawn[1]


_sessions: list[Session] = []


def session_of(scene: bpy.types.Scene) -> Session | None:
    """The walk through the stage in ``scene``; None where one has not begun, or another stage was built since."""
    there = marked(scene)
    return next((one for one in _sessions if there and one.stage == there), None)


def begin(scene: bpy.types.Scene) -> tuple[Session, Walk]:
    """Begin to walk, or go on; raises JobError where there is no stage, or its model cannot be read."""
    walk, there = walk_of(scene), marked(scene)
    found = session_of(scene)
    if found is None:
        models = walk.contents.models
        first = models[0]
        is_told = len(models) == 1 or first.model.outline is None  # the model of the run, among some beside it
        found = Session(there, unfolded={first.path} if is_told else set())
        _sessions[:] = [found, *_sessions[:3]]
    return found, walk


def end() -> None:
    """Nothing is lit any more; what is unfolded stays so."""
    for one in _sessions:
        one.at = ()


def forget() -> None:
    """Forget all walks."""
    _sessions.clear()


def select(scene: bpy.types.Scene, layer: bpy.types.ViewLayer, walk: Walk, entry: Entry) -> None:
    """Select the objects that are of an entry alone, as a click on them does."""
    names = entry.names if entry.model.outline is None and len(entry.path) > 1 else frozenset()
    there = set(layer.objects)
    found = None
    for obj in layer.objects:
        if obj.select_get(view_layer=layer):
            obj.select_set(False, view_layer=layer)
    for obj in ours(scene).objects:
        if obj.get(TAG) == "grid" and obj.get(NAME) in names and obj in there and obj.visible_get(view_layer=layer):
            obj.select_set(True, view_layer=layer)
            found = found or obj
    if found is not None:
        layer.objects.active = found


def lit(scene: bpy.types.Scene) -> Entry | None:
    """What is lit in ``scene``."""
    session = session_of(scene)
    return session.entry(walk_of(scene)) if session is not None and session.at else None

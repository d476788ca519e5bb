"""What another film on a stage has otherwise than the one that is there.

Most of a film stays when one of its chapters is written on. So a stage is remembered as it was made, for as long as
Blender goes on with it, and a film on the same set, of the same chapters in the same look, is compared with the one
before. Where more differs than drawings, fragments and keys there is no ``difference``, and all is to be built.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import is_
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ...layout.grid import Grid, Ribbon
from ...layout.lettering.drawing import Drawing, Readout
from ...screenplay.score.timeline import Fragment, Timeline, Track
from ..materials.theme import Theme
from ..motion.followed import following, with_followers
from ..motion.keys import Actor
from ..ours import Ours, built_text, kind_of, ours
from ..things.camera import Rig
from ..things.drawings import DrawingMaker, letters_of
from ..things.ensembles import Ensembles
from ..things.folders import CHAPTER, Folders
from ..things.grids import SWELLS
from ..values.atlas import Atlas, plan_of

if TYPE_CHECKING:
    from ...screenplay.production import Production

Groups = list[list[Drawing]]
Channels = Mapping[str, set[tuple[str, int]]]


@dataclass(eq=False)
class Stood:
    """A stage as it was made: what it is of, and the makers and things of it."""

    production: Production
    look: Theme
    rig: Rig
    maker: DrawingMaker
    cast: dict[str, Actor]
    grids: Mapping[str, Grid]
    crowds: list[list[Grid]]
    objects: Mapping[str, bpy.types.Object]
    values: Atlas  # where they are, not what
    cubes: Mapping[Any, bpy.types.Mesh]
    ribbons: list[list[Ribbon]]
    drawings: Groups
    tracks: list[Track]
    scene: int = 0
    blocks: dict[int, int] = field(default_factory=dict)

    @property
    def timeline(self) -> Timeline:
        """What is told on it."""
        return self.production.timeline

    @property
    def leaders(self) -> set[str]:
        """The actors that a chapter may make or put together otherwise."""
        return _leaders(self.ribbons, self.drawings, self.timeline.fragments)

    @property
    def still(self) -> set[str]:
        """Names of the grids that have no object of their own."""
        return {grid.name for group in self.crowds if len(group) > 1 for grid in group}


_stood: list[Stood] = []


def forget() -> None:
    """Forget the stage that was made last, as after an undo, which may put other things in place of its own."""
    _stood.clear()


def remember(scene: bpy.types.Scene, stood: Stood) -> None:
    """Remember the stage that was just put into ``scene``, unless its numbers were given away."""
    forget()
    if not stood.production.once and not stood.timeline.home:
        stood.scene, stood.blocks = scene.session_uid, _there(ours(scene))
        _stood.append(stood)


def _there(held: Ours) -> dict[int, int]:
    return {block.session_uid: block.as_pointer() for block in held.blocks}


@dataclass(eq=False)
class Difference:
    """What another film has otherwise than the one that ``stood``; actors are meant by their names."""

    stood: Stood
    held: Ours
    production: Production
    folders: Folders
    ribbons: list[list[Ribbon]]
    drawings: Groups
    tracks: list[Track]
    gone: list[bpy.types.Object]
    made: set[str]
    moved: set[str]

    @property
    def leaders(self) -> set[str]:
        """As of a stage that stood."""
        return _leaders(self.ribbons, self.drawings, self.production.timeline.fragments)


def difference(scene: bpy.types.Scene, production: Production, look: Theme) -> Difference | None:
    """What is to be changed on the stage in ``scene`` for another film; None where it is to be built."""
    stood = next((one for one in _stood if one.scene == scene.session_uid), None)
    if stood is None or stood.look != look or not _is_alike(stood, production):
        return None
    layout, timeline, held = production.layout, production.timeline, ours(scene)
    if not _is_whole(scene, stood, held):
        return None
    known: Any = {kind_of(folder)[1:]: folder for folder in held.folders}
    chapters = {timeline.chapters[number].name for by in timeline.made_by.values() for number in by}
    if held.home is None or not {(CHAPTER, name) for name in chapters} <= known.keys():
        return None
    folders = Folders(held.home, layout, production.signage, timeline, known)
    ensembles = Ensembles(timeline, folders.place, len(stood.grids))
    ribbons = ensembles.ribbons(layout.ribbons)
    drawings = ensembles.drawings((*production.signage, *timeline.drawings))
    grids = tuple(stood.grids.values())
    crowds = ensembles.grids(grids, stood.values.slices)
    if crowds != stood.crowds:
        return None
    if plan_of(grids, timeline.tracks, timeline.fragments, size=timeline.size) != stood.values.plan:
        return None
    tracks = ensembles.tracks((*crowds, *ribbons, *drawings))
    if look.lit is not None:
        tracks = with_followers(tracks, following(layout, stood.grids, production.signage, timeline))
    leaders, were = _leaders(ribbons, drawings, timeline.fragments), stood.leaders
    before, now = _channels(stood.tracks), _channels(tracks)
    others = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    if not others <= leaders | were:
        return None
    made = others & leaders | _other_fragments(stood.timeline, timeline)
    made |= _other_groups(stood.drawings, drawings, stood.timeline, timeline)
    made |= _other_groups(stood.ribbons, ribbons, stood.timeline, timeline)
    going = [name for name in sorted(were) if name not in leaders or name in made]
    keys = {track.channel: track for track in stood.tracks}
    moved = {t.channel.actor for t in tracks if t.channel.actor not in made and not _same_keys(t, keys[t.channel])}
    gone = [obj for name in going for obj in stood.cast[name].hides]
    return Difference(stood, held, production, folders, ribbons, drawings, tracks, gone, made, moved)


def _is_alike(stood: Stood, production: Production) -> bool:
    """Whether another film is of the same chapters on the same set, and shows no other numbers or letters."""
    before, now = stood.timeline, production.timeline
    return (
        stood.production.layout is production.layout
        and stood.production.signage is production.signage
        and (before.fps, before.size, now.home) == (now.fps, now.size, {})
        and [(one.name, one.marked) for one in before.chapters] == [(one.name, one.marked) for one in now.chapters]
        and all(map(is_, before.outlines, now.outlines))
        and len(before.outlines) == len(now.outlines)
        and [grid for grid, _ in before.grids] == [grid for grid, _ in now.grids]
        and all(np.array_equal(a, b) for (_, a), (_, b) in zip(before.grids, now.grids, strict=True))
        and _aligned(before.drawings) == _aligned(now.drawings)
        and all(stood.maker.letters.has(some, font) for font, some in letters_of(now.drawings).items())
    )


def _aligned(drawings: Iterable[Drawing]) -> set[str]:
    """How readouts are aligned: each way has a group of nodes."""
    return {shape.align for drawing in drawings for shape in drawing.shapes if isinstance(shape, Readout)}


def _is_whole(scene: bpy.types.Scene, stood: Stood, held: Ours) -> bool:
    """Whether all that was made stands in ``scene``, and there alone, and it is known how it was."""
    elsewhere = (ours(other).blocks for other in bpy.data.scenes if other != scene)
    return (
        _there(held) == stood.blocks
        and all(blocks.keys().isdisjoint(held.blocks) for blocks in elsewhere)
        and bool(built_text(scene))
        and not any(block.library for block in (scene, *held.collections))
    )


def _leaders(
    ribbons: Iterable[Sequence[Ribbon]], drawings: Iterable[Sequence[Drawing]], fragments: Iterable[Fragment]
) -> set[str]:
    first = {group[0].name for group in ribbons} | {group[0].name for group in drawings}
    return first | {one.name for one in fragments}


def _channels(tracks: Iterable[Track]) -> Channels:
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for track in tracks:
        found[track.channel.actor].add(track.channel[1:])
    return found


def _same_keys(one: Track, other: Track) -> bool:
    return (
        one.easings == other.easings
        and np.array_equal(one.frames, other.frames)
        and np.array_equal(one.values, other.values)
    )


def _other_groups(
    before: Sequence[Sequence[Any]], now: Sequence[Sequence[Any]], then: Timeline, timeline: Timeline
) -> set[str]:
    """The first of those groups that are of other things, or of things that belong elsewhere; of ribbons, in another
    place among all, as none lies in the plane of its neighbour."""

    def same(old: Sequence[Any], group: Sequence[Any]) -> bool:
        belongs = all(then.made_by.get(one.name) == timeline.made_by.get(one.name) for one in group)
        return belongs and len(old) == len(group) and all(map(_looks_like, old, group))

    known = {group[0].name: (at, group) for group, at in zip(before, places(before), strict=True)}
    placed = ((group, at, *known.get(group[0].name, (-1, ()))) for group, at in zip(now, places(now), strict=True))
    return {group[0].name for group, at, place, old in placed if at != place or not same(old, group)}


def places(groups: Sequence[Sequence[Any]]) -> Iterator[int]:
    """How many ribbons are in the groups before each; 0 for drawings."""
    before = 0
    for group in groups:
        yield before
        before += len(group) if isinstance(group[0], Ribbon) else 0


def _looks_like(one: Any, other: Any) -> bool:
    if one is other:
        return True
    told = ("name", "shapes", "parent", "fades_below", "opacity", "keeps_size", "is_ground")
    is_drawn = isinstance(one, Drawing) and isinstance(other, Drawing)
    return is_drawn and np.array_equal(one.pose, other.pose) and all(getattr(one, n) == getattr(other, n) for n in told)


def _other_fragments(then: Timeline, timeline: Timeline) -> set[str]:
    def told(one: Timeline) -> dict[str, object]:
        return {f.name: (f, n % SWELLS, one.made_by.get(f.name)) for n, f in enumerate(one.fragments)}

    before = told(then)
    return {name for name, one in told(timeline).items() if before.get(name) != one}

"""The same stage with another film: only what that has otherwise is made anew.

Drawings and fragments that are others go and come, what moves at other times gets other keys, and all else is not
touched, with whatever the user did to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy

from ...stepwise import Stepwise
from ..motion import actors
from ..motion.keys import HIDING, SLOTS, Actor, animate, animate_again
from ..ours import Ours, names_free, own, reached, register, remove_unused
from ..things.drawings import DrawingMaker, lift, numbers_hung, standing_alone
from ..things.grids import fragment_objects
from ..things.ribbons import ribbon_object
from .carried import Carried, settle
from .difference import Difference, Stood, places, remember
from .replace import hand_on


@dataclass(frozen=True)
class Placed:
    """What stays, and is to be called otherwise or ``lifted`` otherwise; she may call it as she likes."""

    block: Any
    before: str
    name: str
    lifted: list[float] | None


@dataclass(frozen=True)
class Touched:
    """What was made, what was given other keys, and what other names or places."""

    made: list[bpy.types.ID]
    moved: Mapping[bpy.types.ID, None]
    placed: Mapping[bpy.types.ID, None]


def retell_steps(
    scene: bpy.types.Scene, other: Difference, directs: bool = True, sure: bool = False
) -> Stepwise[tuple[Touched, list[Carried]]]:
    """Change the stage in ``scene`` by what is ``other``; returns what that was, and what of the user's goes on.

    Given up before its end, or refused with a ChangesError as a build is, it leaves all as it was.
    """
    stood, held = other.stood, other.held
    drawn: Counter[Any] = Counter(obj.data for obj in bpy.data.objects)
    drawn.subtract(obj.data for obj in other.gone)
    meshes = [obj.data for obj in other.gone if obj.data is not None and not drawn[obj.data]]
    going: dict[bpy.types.ID, None] = dict.fromkeys((*other.gone, *meshes))
    stay = [block for block in held.blocks if block not in going]
    placed = list(_other_places(other))
    nursery = own(bpy.data.collections.new("llmviz new"), "stage")
    with names_free(Ours(None, dict.fromkeys((*going, *(one.block for one in placed))))) as names:
        try:
            cast = yield from _made_steps(other, nursery)
            new = [block for block in reached(nursery) if block not in held.blocks]
            moved = _moved(other)
            carried = settle(scene, new, directs, sure, names, going, moved)
        except BaseException:
            _give_up(nursery, stood.maker)
            raise
        fragments = ([one] for one in other.production.timeline.fragments)
        groups: Iterable[Sequence[Any]] = (*other.ribbons, *other.drawings, *fragments)
        for group in groups:
            if group[0].name in other.made:
                other.folders.put(cast, [thing.name for thing in group], nursery)
        bpy.data.collections.remove(nursery)
        _let_go_of_slots(other.gone)
        told = [track for track in other.tracks if track.channel.actor in other.made]
        if (action := animate(cast, told, after=_with_room(stay))) is not None and action not in held.blocks:
            new.append(action)
        register(scene, held, dict.fromkeys((*stay, *new)))
        hand_on(scene, held, going, new)
        stood.maker.let_go()
        were, leaders = stood.leaders, other.leaders
        stood.cast = {name: one for name, one in stood.cast.items() if name not in were or name in leaders} | cast
        animate_again(stood.cast, [track for track in other.tracks if track.channel.actor in other.moved])
        for one in placed:
            if names[one.block.session_uid] == one.before:
                names[one.block.session_uid] = one.name
            if one.lifted is not None:
                one.block.delta_location = one.lifted
    stood.production, stood.ribbons, stood.drawings = other.production, other.ribbons, other.drawings
    stood.tracks = other.tracks
    remember(scene, stood)
    return Touched(new, moved, dict.fromkeys(one.block for one in placed)), carried


def _made_steps(other: Difference, nursery: bpy.types.Collection) -> Stepwise[dict[str, Actor]]:
    """The things that are made anew, in a collection of their own, as actors by their names."""
    stood, timeline, maker = other.stood, other.production.timeline, other.stood.maker
    maker.collection = nursery
    yield 0.4, "Drawings"
    anew = [(number, group) for number, group in enumerate(other.drawings) if group[0].name in other.made]
    maker.prepare([drawing for _, group in anew for drawing in group])
    numbers = list(numbers_hung(other.drawings))
    parents = {group[0].parent for _, group in anew} & stood.objects.keys()
    fragments = {one.name: one for one in timeline.fragments if one.name in other.made}
    cast = {}
    with _at_home(stood, parents | {one.grid for one in fragments.values()}):
        still = stood.still
        named = [
            (group[0].name if len(group) == 1 else f"signs {number}", standing_alone(group, still))
            for number, group in anew
        ]
        made = maker.make(named, [numbers[number] for number, _ in anew], stood.objects, stood.rig.page)
        for obj, (_, group) in zip(made, anew, strict=True):
            cast[group[0].name] = actors.drawing_actor(obj, group[0])
        objects = fragment_objects(
            timeline.fragments, stood.grids, stood.objects, stood.values.places, stood.cubes, nursery, fragments
        )
        for name, obj in objects.items():
            cast[name] = actors.fragment_actor(fragments[name], stood.grids[fragments[name].grid], obj)
    for (number, ribbons), before in zip(enumerate(other.ribbons), places(other.ribbons), strict=True):
        if (name := ribbons[0].name) in other.made:
            called = name if len(ribbons) == 1 else f"ribbons {number}"
            obj = ribbon_object(ribbons, called, maker.material, stood.look, nursery, before)
            cast[name] = actors.ribbon_actor(obj)
    yield 0.8, "Putting it in place"
    return cast


@contextmanager
def _at_home(stood: Stood, names: Iterable[str]) -> Iterator[None]:
    """Some grids stand meanwhile where they are at rest, from where it is measured what hangs on them."""
    places = [(stood.objects[n], stood.objects[n].location.copy(), stood.objects[n].scale.copy()) for n in names]
    for name in names:
        stood.objects[name].location, stood.objects[name].scale = stood.grids[name].origin, stood.grids[name].size
    yield
    for obj, location, scale in places:
        obj.location, obj.scale = location, scale


def _give_up(nursery: bpy.types.Collection, maker: DrawingMaker) -> None:
    objects = list(nursery.objects)
    meshes: Any = dict.fromkeys(obj.data for obj in objects if obj.data is not None)
    bpy.data.batch_remove([*objects, nursery])
    remove_unused(meshes)
    maker.let_go()


def _other_places(other: Difference) -> Iterator[Placed]:
    """What stays and is called otherwise, or stands by another share of a millimetre before its plane, as its number
    among all is another."""
    pairs: Any = ((other.stood.drawings, other.drawings, "signs"), (other.stood.ribbons, other.ribbons, "ribbons"))
    for before, now, what in pairs:
        were = {first.name: (name, hung) for first, name, hung in _numbered(before, what)}
        for first, name, hung in _numbered(now, what):
            if first.name in other.made or were[first.name] == (name, hung):
                continue
            called, lifted = were[first.name][0], lift(first, hung) if hung else None
            for obj in other.stood.cast[first.name].hides:
                yield Placed(obj, called, name, lifted)
                if called != name and obj.data is not None:
                    yield Placed(obj.data, called, name, None)


def _numbered(groups: Sequence[Sequence[Any]], what: str) -> Iterator[tuple[Any, str, int]]:
    """The first of each group, what its object is called, and as which number it is hung; 0 where it is not."""
    for number, (group, hung) in enumerate(zip(groups, numbers_hung(groups), strict=True)):
        alone = len(group) == 1
        yield group[0], group[0].name if alone else f"{what} {number}", hung if alone and what == "signs" else 0


def _moved(other: Difference) -> dict[bpy.types.ID, None]:
    """What gets other keys."""
    found: dict[bpy.types.ID, None] = {}
    for track in other.tracks:
        if (channel := track.channel).actor in other.moved:
            actor = other.stood.cast[channel.actor]
            owners = [target.owner for target in actor.targets(channel.prop, channel.index)]
            found.update(dict.fromkeys((*owners, *(actor.hides if channel.prop in HIDING else ()))))
    return found


def _let_go_of_slots(gone: Iterable[bpy.types.Object]) -> None:
    """Take the keys away of things that go, unless something of the user's is moved by them."""
    for obj in gone:
        data = obj.animation_data
        action: Any = data.action if data is not None else None
        if action is not None and data is not None:
            slot = data.action_slot or action.slots.get(data.last_slot_identifier)
            if slot is not None and set(slot.users()) <= {obj}:
                action.slots.remove(slot)


def _with_room(blocks: Iterable[bpy.types.ID]) -> bpy.types.Action | None:
    """An action of ours that may have more slots, the last of them."""
    found = [block for block in blocks if isinstance(block, bpy.types.Action) and len(block.slots) < SLOTS]
    return max(found, key=lambda action: action.name, default=None)

"""What the user changed on our things since they were built.

A new stage takes the place of the one before, and with that goes what she did to its things. So when a stage is
built, all that is set on it is written down, with the list of what is ours; before another takes its place the two
are compared, and what would be lost is told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import bpy

from ...errors import JobError
from ...unswept import unswept
from .. import compat
from ..motion.markers import count_markers
from ..ours import Keys, is_ours, keys, kind_of, ours
from ..playing import hidden_away
from ..values.atlas import repainted
from ..walking.walked import hidden_by_walking
from .record import read_record, write_record
from .snapshot import GEOMETRY, KEYS, NOTHING, NameOf, Values, Written, keyed, snapshot

SCENE, MARKERS = "scene", "markers"
"""The keys of what a film sets of the scene itself, and of its markers there."""
DIRECTED = {
    "": ("camera", "frame_start", "frame_end"),
    "render": ("fps", "fps_base", "resolution_x", "resolution_y", "resolution_percentage"),
    "view_settings": ("view_transform", "look", "exposure", "gamma"),
}
SHOWN, HIDDEN, PLACE, SHOWN_MARKERS, PIXELS = ":shown", ":hidden", ":place", ":markers", ":pixels"
"""Whether an object is in its scene, in which view layers it is hidden, in which of our collections it lies, how many
markers are as they were set, and whether a picture is not as it was made, which is not written down: the picture itself
tells."""
CUSTOM, PLAIN_PATH = re.compile(r'\["(.*)"\]'), re.compile(r"[a-z][a-z0-9_.]*")
NODE_PATH = re.compile(r'node_tree\.nodes\["[^"]*"\]\.[a-z0-9_.\[\]]+')
DRIVEN = re.compile(r"animation_data\.drivers\[\d+\]\.data_path")
NUMBER = re.compile(r"\.\d{3,}$")
NO_NAMES: Mapping[int, str] = MappingProxyType({})
LOSES = "Building again would lose what you changed:"
UNTOLD = "all of it, if you changed anything: it is not known how the film was built, or another Blender built it"
OF_PLACE = frozenset({"name", "delta_location"})
"""What of a thing that stays follows from how many others there are."""
LINES, PARTS = 12, 5
"""How much is spelt out: lines of a list, and members of a line."""


class ChangesError(JobError):
    """A build that would lose what the user changed: ``lost``, a line for each thing."""

    def __init__(self, lost: list[str]) -> None:
        super().__init__(f"{LOSES} {'; '.join(shortened(lost))}. Nothing was removed. With sure=True it is.")
        self.lost = lost


@dataclass(frozen=True)
class Change:
    """Something that is not as it was built: the ``thing``, the ``path`` to it, and both values, None for the default.

    ``block`` is the thing itself, unless it is gone or the scene.
    """

    thing: str
    block: bpy.types.ID | None
    path: str
    before: Any
    now: Any


def note(scene: bpy.types.Scene, written: Written = NOTHING) -> None:
    """Write down how our stage in ``scene`` is now, as what was built, of which some was just ``written``."""
    held = keys(scene)
    write_record(scene, _state(scene, held, None, written) | _about(scene, held))


def note_some(
    scene: bpy.types.Scene,
    made: Iterable[bpy.types.ID],
    moved: Collection[bpy.types.ID],
    placed: Collection[bpy.types.ID],
) -> None:
    """Write down how things ``made`` since are; of others the keys, if they were ``moved``, or names and places."""
    built, held = read_record(scene) or {}, keys(scene)
    known = {block: str(key) for block, key in held.items()}
    alive = {key: built[key] for key in known.values() if key in built}
    now = _keyed(held, moved) | _state(scene, held, {*made, *placed})
    for block in {*moved, *placed}:
        before, values = alive[known[block]], now[known[block]]
        for path in values.keys() & before.keys():
            if (block in moved and path.startswith(KEYS)) or (block in placed and path in OF_PLACE):
                before[path] = values[path]
    write_record(scene, alive | {known[block]: now[known[block]] for block in made} | _about(scene, held))


@contextmanager
def noting(scene: bpy.types.Scene, blocks: Callable[[], Iterable[bpy.types.ID]]) -> Iterator[None]:
    """What is changed on ``blocks`` while this lasts is no change of the user's."""
    before = _state(scene, keys(scene), blocks())
    yield
    built, held = read_record(scene), keys(scene)
    after = _state(scene, held, blocks())
    if built is None:
        return
    alive = {str(key) for key in held.values()}
    for key, values in after.items():
        known = built.setdefault(key, {})
        for path in values.keys() | before.get(key, {}).keys():
            if values.get(path) != before.get(key, {}).get(path):
                known[path] = values.get(path)
    for key in before.keys() - alive:
        built.pop(key, None)
    told = {key: {path: value for path, value in values.items() if value is not None} for key, values in built.items()}
    write_record(scene, told)


def refuse(lost: list[str]) -> None:
    """ChangesError, if anything would be ``lost``."""
    if lost:
        raise ChangesError(lost)


def losses(scene: bpy.types.Scene) -> list[str]:
    """What of the user's goes when another stage takes the place of the one in ``scene``, a line for each thing."""
    found = changes(scene)
    unique = single(keys(scene))
    return [UNTOLD] if found is None else lines(change for change in found if not may_stay(change, unique))


def lines(found: Iterable[Change]) -> list[str]:
    """Changes in words, a line for each thing."""
    things: dict[str, list[Change]] = defaultdict(list)
    for change in found:
        things[change.thing].append(change)
    return [_line(thing, together) for thing, together in things.items()]


def single(blocks: Iterable[bpy.types.ID]) -> dict[object, bpy.types.ID]:
    """Those of which there is one of the kind, by that."""
    found: dict[object, list[bpy.types.ID]] = defaultdict(list)
    for block in blocks:
        found[kind_of(block)].append(block)
    return {kind: alike[0] for kind, alike in found.items() if len(alike) == 1}


def may_stay(change: Change, unique: Container[object]) -> bool:
    """Whether a new stage takes ``change`` over, if it has the thing and sets nothing there itself.

    That is her constraints, as ours have none, her names, plain settings of objects and cameras where we left the
    default, her keys where nothing of ours moves, and settings of materials, on things of ``unique`` kinds. Of lamps it
    is all of them, and her keys: a film lights its set once, and does not touch its lamps again.
    """
    block = change.block
    if block is None or isinstance(block, bpy.types.World) or change.path == SHOWN:
        return False
    if isinstance(block, bpy.types.Object) and (change.path.startswith("constraints") or change.path == PLACE):
        return True
    if kind_of(block) not in unique:
        return False
    if is_lamp(block):
        return change.path == "name" or change.path.startswith(KEYS) or _is_plain(block, change)
    fits = isinstance(block, bpy.types.Object | bpy.types.Camera | bpy.types.Material)
    if change.path.startswith(KEYS):
        return fits and change.before is None
    free = change.before is None or isinstance(block, bpy.types.Material)
    return change.path == "name" or (fits and free and _is_plain(block, change))


def is_lamp(block: bpy.types.ID) -> bool:
    """Whether it is a lamp, the object or what is in it."""
    return isinstance(block, bpy.types.Light) or (isinstance(block, bpy.types.Object) and block.type == "LIGHT")


def _is_plain(block: bpy.types.ID, change: Change) -> bool:
    """Whether what she set can be set anywhere else by its path."""
    if change.path == HIDDEN:
        return True
    if match := CUSTOM.fullmatch(change.path):
        return isinstance(change.now, str | int | float) and block.get(match[1]) is not None
    tweaked = isinstance(block, bpy.types.Material) and NODE_PATH.fullmatch(change.path) is not None
    gone = change.now is None and not tweaked and not is_lamp(block)  # what is back at Blender's default
    if not (tweaked or PLAIN_PATH.fullmatch(change.path)) or gone or change.path.startswith("parent_"):
        return False  # how it is a child changes where it stands
    owner = block.path_resolve(change.path.rpartition(".")[0]) if "." in change.path else block
    prop = owner.bl_rna.properties.get(change.path.rpartition(".")[2])
    complete = not isinstance(change.now, list) or None not in change.now
    return prop is not None and not prop.is_readonly and prop.type != "COLLECTION" and complete


def shortened(lines: list[str]) -> list[str]:
    """No more lines than can be read."""
    return lines if len(lines) <= LINES else [*lines[: LINES - 1], f"{len(lines) - LINES + 1} more things"]


def changes(
    scene: bpy.types.Scene,
    directs: bool = True,
    names: Mapping[int, str] = NO_NAMES,
    only: Collection[bpy.types.ID] | None = None,
    moved: Collection[bpy.types.ID] = (),
) -> list[Change] | None:
    """All that is not as it was built; None where it is not known how that was.

    What a film that ``directs`` its scene sets there is told only if so. ``names`` are those of things that go by
    others just now, by their ``session_uid``. Of ``only`` some things it is told, where they are named, and of the
    scene, and that the keys of some others are, which are ``moved``.
    """
    held = keys(scene)
    if not held and not ours(scene).blocks:
        return []
    built = read_record(scene)
    if built is None:
        return None
    blocks = {str(key): block for block, key in held.items()}
    now = _state(scene, held, only) | _keyed(held, moved) | _about(scene, held)
    if scene.camera is not None and scene.camera in {one.camera for one in scene.timeline_markers} and SCENE in now:
        now[SCENE]["camera"] = built.get(SCENE, {}).get("camera")  # Blender sets it as it passes a marker
    for key, known in blocks.items():
        if "name" in now.get(key, ()):
            now[key]["name"] = names.get(known.session_uid, known.name)
    found, gone = [], [f"#{key}" for key in built if key not in blocks]
    for key, before in built.items():
        block = blocks.get(key)
        if not directs and (key == SCENE or isinstance(block, bpy.types.World)):
            continue
        about_scene = key in {SCENE, MARKERS}
        if only is not None and not about_scene and block not in only:
            if block is None or block not in moved:
                continue
            before = {path: value for path, value in before.items() if path.startswith(KEYS)}
        thing = f"the scene {scene.name!r}" if about_scene else _thing(block, now.get(key, before))
        if not about_scene and (block is None or (before.get(SHOWN) and not now.get(key, {}).get(SHOWN))):
            found.append(Change(thing, block, SHOWN, True, None))
        elif key in now:
            if isinstance(block, bpy.types.Image) and repainted(block):
                found.append(Change(thing, block, PIXELS, None, True))
            found += (one for one in _compared(thing, block, before, now[key]) if one.before not in gone)
    return found


def _compared(thing: str, block: bpy.types.ID | None, before: Values, now: Values) -> Iterator[Change]:
    """Where two states of a thing differ: where one of them is animated or driven, only in that it is."""
    if before == now:
        return
    moved = {path[len(KEYS) :].rpartition("[")[0] for path in before.keys() ^ now.keys() if path.startswith(KEYS)}
    moved |= {value for state in (before, now) for path, value in state.items() if DRIVEN.fullmatch(path)}
    for path in sorted((before.keys() | now.keys()) - moved):
        if before.get(path) != now.get(path) and not _is_numbered(path, before, now):
            yield Change(thing, block, path, before.get(path), now.get(path))


def _is_numbered(path: str, before: Values, now: Values) -> bool:
    """Whether the two differ only in the number that Blender gives to a second thing of a name."""
    return path == "name" and NUMBER.sub("", str(before.get(path))) == NUMBER.sub("", str(now.get(path)))


@unswept()
def _state(
    scene: bpy.types.Scene, known: Keys, only: Iterable[bpy.types.ID] | None = None, written: Written = NOTHING
) -> dict[str, Values]:
    """What is set on our things by their keys, or on ``only`` some of them."""
    wanted = known if only is None else [block for block in only if block in known]
    name_of = _namer(known)
    places: dict[bpy.types.ID, list[str]] = defaultdict(list)
    for folder in ours(scene).collections:
        told = label(folder)
        for obj in folder.objects:
            places[obj].append(told)
    here = set(scene.objects)
    layers = [(layer, hidden_away(layer), hidden_by_walking(scene, layer)) for layer in scene.view_layers]
    state: dict[str, Values] = {}
    for block in wanted:
        if block.library is None:
            values = state[str(known[block])] = snapshot(block, name_of, written=written)
            if block in here:
                values[SHOWN] = True
                values[PLACE] = sorted(places[block])
                if hidden := [
                    layer.name
                    for layer, away, walked in layers
                    if block not in walked and (block in away or block.hide_get(view_layer=layer))
                ]:
                    values[HIDDEN] = hidden
    return state


def _keyed(known: Keys, some: Iterable[bpy.types.ID]) -> dict[str, Values]:
    """What keys ``some`` of our things have, by their own."""
    name_of = _namer(known)
    return {str(known[block]): keyed(block, name_of) for block in some if block in known and block.library is None}


def _about(scene: bpy.types.Scene, known: Keys) -> dict[str, Values]:
    """What is set of the scene itself."""
    name_of = _namer(known)
    state: dict[str, Values] = {MARKERS: {SHOWN_MARKERS: count_markers(scene)}}
    if is_ours(scene):
        state[SCENE] = {}
        for name, paths in DIRECTED.items():
            told = snapshot(getattr(scene, name) if name else scene, name_of, paths)
            state[SCENE].update({f"{name}.{path}".lstrip("."): value for path, value in told.items()})
    return state


def _namer(known: Keys) -> NameOf:
    def name_of(block: bpy.types.ID) -> str:
        return f"#{known[block]}" if block in known else f"{compat.rna(block).identifier} {block.name}"

    return name_of


def label(folder: bpy.types.Collection) -> str:
    """By what a collection of ours is told among all of a stage."""
    return " ".join(kind_of(folder)[1:])


def _thing(block: bpy.types.ID | None, values: Values) -> str:
    """What to call a thing of ours: as she does."""
    named = repr(str(values.get("name", "a thing")))
    if block is None or isinstance(block, bpy.types.Object):
        return named
    return f"the {compat.rna(block).name.lower()} {named}"


def _line(thing: str, together: list[Change]) -> str:
    """One line on a thing: ``'Camera': 12 keys, lens``."""
    keyed = [change for change in together if change.path.startswith(KEYS)]
    others = (_part(change) for change in together if not change.path.startswith(KEYS))
    parts = list(dict.fromkeys([_keys(keyed)] * bool(keyed) + list(others)))
    if len(parts) > PARTS:
        parts = [*parts[:PARTS], f"{len(parts) - PARTS} more settings"]
    return f"{thing}: {', '.join(parts)}"


def _keys(changes: list[Change]) -> str:
    """The keys that she added, if they are that; else on how many curves they differ."""
    counts = [(_count(change.before), _count(change.now)) for change in changes]
    added = sum(now - before for before, now in counts if now > before)
    if all(now > before for before, now in counts):
        return "1 key" if added == 1 else f"{added} keys"
    return f"keys of {_several(len(changes), 'curve')}"


def _count(told: Any) -> int:
    return told[0] if isinstance(told, list) and told and isinstance(told[0], int) else 0


def _several(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _part(change: Change) -> str:
    """What of a thing is changed, in a few words."""
    path = change.path
    if path == SHOWN:
        return "deleted, and comes back"
    if path == SHOWN_MARKERS:
        return "markers moved or deleted, and set again"
    if path in WORDS:
        return WORDS[path]
    if path.startswith(("node_tree.", "nodes", "links", "interface")):
        return "nodes"
    if path.startswith("animation_data."):
        return "drivers" if "drivers" in path else "animation"
    if isinstance(change.now or change.before, list) and all(isinstance(n, str) for n in change.now or change.before):
        return _members(path, change.before or [], change.now or [])
    if match := re.fullmatch(r'(.*)\["(.*)"\]', path.split(".")[0]):
        owner, name = match.groups()
        return f"{_one(owner)} {name!r}" if owner else f"property {name!r}"
    return path.partition("[")[0].replace("_", " ").replace(".", " ")


def _members(path: str, before: list[str], now: list[str]) -> str:
    """How the names of a collection differ, such as those of modifiers; the added ones are told by themselves."""
    gone = [name for name in before if name not in now]
    if gone:
        return f"without {_one(path)} {gone[0]!r}"
    added = [name for name in now if name not in before]
    return f"{_one(path)} {added[0]!r}" if added else f"order of {path}"


def _one(collection: str) -> str:
    return collection.replace("_", " ").removesuffix("s")


WORDS = {
    "name": "its name",
    GEOMETRY: "its shape or paint",
    PIXELS: "its pixels",
    HIDDEN: "hidden or shown",
    PLACE: "its collection",
}

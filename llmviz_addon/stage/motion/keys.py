"""Tracks to keyframes: one action for the film, or a few, one slot per thing, keys written in bulk.

An actor turns a channel into targets, the Blender properties that it drives, each with the linear
map from the channel's value to the property's. One action with many slots is what Blender evaluates
fastest; ``keyframe_insert`` would take twenty times as long as the bulk assignment here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import bpy
import numpy as np

from ...errors import ScriptError, choices
from ...kept import kept
from ...screenplay.score import channels
from ...screenplay.score.easing import easing
from ...screenplay.score.timeline import Channel, Track
from .. import compat
from ..checksums import Curves, of_keys
from ..ours import own
from .properties import HIDES

HIDING = channels.named(hides=True)
SLOTS = 1000
"""In an action: Blender looks through them, one by one, for every thing that gets one and for each of its keys."""


@dataclass(frozen=True)
class Target:
    """A property that a channel drives: property = value · factor + summand."""

    owner: Any
    path: str
    index: int = 0
    factor: float = 1.0
    summand: float = 0.0

    def of(self, values: np.ndarray) -> np.ndarray:
        """What the property is where the channel has these; most are the same."""
        return values if self.factor == 1.0 and self.summand == 0.0 else values * self.factor + self.summand


@dataclass(frozen=True)
class Actor:
    """A thing on stage: ``targets`` of a (property, index), and the objects to hide when it is gone."""

    targets: Callable[[str, int], list[Target]]
    hides: tuple[bpy.types.Object, ...] = ()


Actors = Mapping[str, Actor]


def set_rest(actors: Actors, home: Mapping[Channel, float]) -> None:
    """Put channels to their rest values, without keys."""
    for channel, value in home.items():
        actor = _actor(actors, channel)
        for target in actor.targets(channel.prop, channel.index):
            _set(target, value * target.factor + target.summand)
        if channel.prop in HIDING:
            for obj in actor.hides:
                obj.hide_render = obj.hide_viewport = value <= 0


def animate(
    actors: Actors,
    tracks: Iterable[Track],
    name: str = "llmviz film",
    after: bpy.types.Action | None = None,
    written: Curves | None = None,
) -> bpy.types.Action | None:
    """Write all tracks as keyframes of new actions, of which the last is returned; None if there are no tracks.

    The first go into the action ``after`` which they are written, as far as there is room. What is written is told in
    ``written``, by whose it is.
    """
    writer = _Writer(name, after)
    _write(writer, actors, tracks, written)
    return writer.action


def animate_again(actors: Actors, tracks: Iterable[Track]) -> None:
    """Write all tracks in place of the keys that there are of the same properties."""
    _write(_Rewriter(), actors, tracks)


def _write(writer: _Writer | _Rewriter, actors: Actors, tracks: Iterable[Track], written: Curves | None = None) -> None:
    def put(owner: bpy.types.ID, path: str, index: int, keys: _Keys) -> None:
        keys.fill(writer.curve(owner, path, index))
        if written is not None:
            written.setdefault(owner, []).append((path, index, len(keys.interpolation), keys.checksum))

    for track in tracks:
        actor = _actor(actors, track.channel)
        codes = _codes(track.easings)
        for target in actor.targets(track.channel.prop, track.channel.index):
            places = _places(track.frames, target.of(track.values))
            put(target.owner, target.path, target.index, _Keys(places, *codes))
        if track.channel.prop in HIDING and actor.hides:
            frames, hidden = hide_keys(track)
            keys = _Keys(_places(frames, hidden), *_codes(("constant",) * len(frames)))
            for obj in actor.hides:
                for path in HIDES:
                    put(obj, path, 0, keys)


def hide_keys(track: Track) -> tuple[list[float], list[bool]]:
    """When an opacity track leaves its actor invisible: frames, and whether it is hidden from there on."""
    gone = [value <= 0 for value in track.values.tolist()]
    frames: list[float] = []
    hidden: list[bool] = []
    for frame, now, then, way in zip(track.frames.tolist(), gone, [*gone[1:], True], track.easings, strict=True):
        if (hides := now and (then or way == "constant")) not in hidden[-1:]:
            frames.append(frame)
            hidden.append(hides)
    return frames, hidden


class _Writer:
    """Makes F-curves in actions, with a slot per owner."""

    def __init__(self, name: str, action: bpy.types.Action | None = None) -> None:
        self.action = action
        self._name = name
        self._bags: dict[int, Any] = {}

    def curve(self, owner: bpy.types.ID, path: str, index: int = 0) -> bpy.types.FCurve:
        return self._bag(owner).fcurves.new(path, index=index)

    def _bag(self, owner: bpy.types.ID) -> Any:
        key = owner.as_pointer()
        if key not in self._bags:
            if self.action is None or len(self.action.slots) >= SLOTS:
                self.action = own(bpy.data.actions.new(self._name), "film")
            _, self._bags[key] = compat.new_channelbag(self.action, owner)
        return self._bags[key]


class _Rewriter:
    """Clears the F-curves that owners have."""

    def __init__(self) -> None:
        self._curves: dict[int, dict[tuple[str, int], Any]] = {}

    def curve(self, owner: bpy.types.ID, path: str, index: int = 0) -> bpy.types.FCurve:
        key = owner.as_pointer()
        if key not in self._curves:
            found = compat.fcurves(owner)
            self._curves[key] = {(curve.data_path, curve.array_index): curve for curve in found}
        curve = self._curves[key][path, index]
        curve.keyframe_points.clear()
        return curve


def _places(frames: Any, values: Any) -> np.ndarray:
    """Keys as Blender takes them: frames and values in turn."""
    places = np.empty((len(frames), 2), dtype=np.float32)
    places[:, 0], places[:, 1] = frames, values
    return places.ravel()


class _Keys:
    """Keys as Blender takes them; without easings they have those of any new key."""

    def __init__(self, places: np.ndarray, interpolation: np.ndarray, ease: np.ndarray | None) -> None:
        self.places, self.interpolation, self.ease = places, interpolation, ease

    @kept
    def checksum(self) -> int:
        """By which they are known in the note of how a stage was built."""
        return of_keys(self.places, self.interpolation, self.ease)

    def fill(self, curve: bpy.types.FCurve) -> None:
        """Put them into a curve that has none."""
        points = curve.keyframe_points
        points.add(len(self.interpolation))
        points.foreach_set("co", self.places)
        points.foreach_set("interpolation", self.interpolation)
        if self.ease is not None:
            points.foreach_set("easing", self.ease)
        curve.update()


@lru_cache(maxsize=2000)  # many things move alike
def _codes(easings: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray | None]:
    """Numbers behind the interpolations of keys, and behind their easings, unless these are as of any new key."""
    known = {name: easing(name) for name in set(easings)}
    interpolation = {name: compat.key_enum("interpolation", e.interpolation) for name, e in known.items()}
    ease = {name: compat.key_enum("easing", e.easing) for name, e in known.items()}
    return (
        np.array([interpolation[name] for name in easings], dtype=np.int32),
        np.array([ease[name] for name in easings], dtype=np.int32) if any(ease.values()) else None,
    )


def _actor(actors: Actors, channel: Channel) -> Actor:
    try:
        return actors[channel.actor]
    except KeyError:
        near = difflib.get_close_matches(channel.actor, actors, n=5)
        hint = f" {choices(near)}" if near else ""
        raise ScriptError(f"Nothing on stage is called {channel.actor!r} (channel {channel}).{hint}") from None


def _set(target: Target, value: float) -> None:
    owner_path, _, prop = target.path.rpartition(".")
    if target.path.startswith("modifiers"):
        compat.set_by_path(target.owner, target.path, value)
        return
    if target.path.startswith('["'):
        name = target.path[2:-2]
        current = target.owner[name]
        if isinstance(current, float):
            target.owner[name] = float(value)
        else:
            current[target.index] = float(value)
        return
    owner = target.owner.path_resolve(owner_path) if owner_path else target.owner
    current = getattr(owner, prop)
    if isinstance(current, float | int | bool):
        setattr(owner, prop, value)
    else:
        current[target.index] = value

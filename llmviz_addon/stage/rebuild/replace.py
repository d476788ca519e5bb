"""A new stage takes the place of the one before, and all that the user did around that one stays whole.

What of hers points at a thing of ours, such as a constraint, a child, a driver or an instance, then points at its
successor. Where there is none, because the new film has no such thing, the thing is handed over to her, hidden.
What is not on our list is not ours, whatever it is called, wherever it lies and whoever made it first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import bpy

from ...errors import JobError
from ..ours import (
    TAG,
    Ours,
    disown,
    forget,
    is_inherited,
    kind_of,
    marked,
    ours,
    ours_alone,
    reached,
    register,
    remove_unused,
)
from ..playing import everything
from ..walking.hiding import show_everywhere
from .layers import set_again, settings_of

Heirs = dict[tuple[str, str, str], Any]
"""New things by their kind, of which their type is a part."""
Uses = dict[bpy.types.ID, set[bpy.types.ID]]
RESEMBLING = ("hide_select", "hide_viewport", "hide_render", "color_tag", "instance_offset", "lineart_usage")
"""How a user may set a collection up."""


def check_place(scene: bpy.types.Scene) -> None:
    """JobError where the stage in ``scene`` cannot give way to another without a change to somebody else's scene."""
    if scene.library is not None:
        raise JobError(f"The scene {scene.name!r} is linked from another file; build in a scene of this one.")
    held = ours(scene)
    astray = {c for c in _beside(scene.collection, held.home) if c in held.collections}
    for other in _sharing(scene, held):
        both = set(_tree(scene)).intersection(_tree(other))
        for collection in (c for c in both if (c in astray or c not in held.collections) and _holds(c, held)):
            what = f"The scenes {scene.name!r} and {other.name!r} share the film and the collection {collection.name!r}"
            if collection in astray:
                raise JobError(
                    f"{what}, a part of it that lies beside it. Move it back into the film, and build again."
                )
            raise JobError(
                f"{what}, in which it lies, or a part of it. Move it out of that collection, and build again."
            )


def take_place(scene: bpy.types.Scene, home: bpy.types.Collection, made: Sequence[bpy.types.ID]) -> None:
    """Put the stage in ``home``, which is in no scene yet, into ``scene`` in place of the one that is there.

    ``made`` is all of our making that it leads to.
    """
    everything(scene)
    show_everywhere(scene)
    old, new = ours(scene), Ours(home, {}, tuple(home.children_recursive))
    kept = settings_of(scene, old)
    ground: list[bpy.types.ID] = [block for block in old.blocks if _is_finish(block)]  # to which no stage leads
    ground += [scene.world] if scene.world is not None and scene.world in old.blocks else []
    for other in bpy.data.scenes:
        if other.library is None and is_inherited(other):
            forget(*other.view_layers)  # the scene's own mark says that all it has is inherited
    if (sharing := _sharing(scene, old)) or (old.home is not None and old.home.library is not None):
        _part(scene, old, new, made)
        for other in sharing:
            theirs = ours(other)
            register(other, theirs, dict.fromkeys((*theirs.blocks, *old.blocks)))
        forget(scene, *scene.view_layers)
    else:
        alone = ours_alone(scene)
        old = Ours(old.home, alone.blocks, alone.folders)
        forget(scene, *scene.view_layers)
        if old.blocks or old.collections:
            _succeed(scene, old, new, made)
    if home not in set(_tree(scene)):
        scene.collection.children.link(home)
    register(scene, new, (*made, *ground))
    set_again(scene, new, kept)


def _is_finish(block: bpy.types.ID) -> bool:
    """Whether it is a group of the compositor, and in use there."""
    return isinstance(block, bpy.types.CompositorNodeTree) and block.users > 0


def remove_stage(scene: bpy.types.Scene) -> None:
    """Remove all that is ours from ``scene``, and nothing else."""
    everything(scene)
    show_everywhere(scene)
    old = ours(scene)
    alone, sharing = ours_alone(scene).blocks, _sharing(scene, old)
    forget(scene, *scene.view_layers)
    for parent in _parents(scene, old.home) if old.home is not None else [scene.collection]:
        for collection in old.collections:
            _lead_out(collection, parent, old)
        if sharing and old.home is not None:
            parent.children.unlink(old.home)
    if not sharing:
        _remove(Ours(old.home, alone, old.folders))


def _lead_out(collection: bpy.types.Collection, parent: bpy.types.Collection, old: Ours) -> None:
    """What the user put into a collection of ours goes to ``parent``."""
    for obj in collection.objects:
        if obj not in old.blocks and obj.name not in parent.objects:
            parent.objects.link(obj)
    for child in collection.children:
        if child not in old.collections and child not in parent.children.values():
            parent.children.link(child)


def abandon(home: bpy.types.Collection, known: Collection[int]) -> None:
    """Remove a stage that was not finished; ``known`` are the ``session_uid`` of all marked things before it."""
    _remove(Ours(home, dict.fromkeys(reached(home)), tuple(home.children_recursive)))
    remove_unused(block for block in marked() if block.session_uid not in known)


def _remove(old: Ours) -> None:
    bpy.data.batch_remove(old.objects)
    rest = [block for block in old.blocks if not isinstance(block, bpy.types.Object)]
    bpy.data.batch_remove([collection for collection in old.collections if collection.library is None])
    remove_unused(rest)


def _tree(scene: bpy.types.Scene) -> Iterator[bpy.types.Collection]:
    yield scene.collection
    yield from scene.collection.children_recursive


def _beside(collection: bpy.types.Collection, home: bpy.types.Collection | None) -> Iterator[bpy.types.Collection]:
    """The collections within another that are there without ``home``."""
    for child in collection.children:
        if child != home:
            yield child
            yield from _beside(child, home)


def _parents(scene: bpy.types.Scene, home: bpy.types.Collection | None) -> list[bpy.types.Collection]:
    return [parent for parent in dict.fromkeys(_tree(scene)) if home is not None and home in parent.children.values()]


def _holds(collection: bpy.types.Collection, held: Ours) -> bool:
    """Whether anything of ours lies in a collection of the user's."""
    return any(child in held.collections for child in collection.children) or bool(_among(collection, held))


def _among(collection: bpy.types.Collection, held: Ours) -> list[bpy.types.Object]:
    return [obj for obj in collection.objects if obj in held.blocks]


def _sharing(scene: bpy.types.Scene, held: Ours) -> list[bpy.types.Scene]:
    """Other scenes that show the very stage, or a part of it, as their own, as a linked copy of a scene does."""
    found = []
    for other in bpy.data.scenes:
        theirs = ours(other)
        same = (
            theirs.home is not None and theirs.home == held.home or any(block in held.blocks for block in theirs.blocks)
        )
        if other != scene and same and (_parents(other, held.home) or any(_among(c, held) for c in _tree(other))):
            found.append(other)
    return found


def _part(scene: bpy.types.Scene, old: Ours, new: Ours, made: Sequence[bpy.types.ID]) -> None:
    """``new`` for the old one in ``scene`` alone; the old one, which others show, stays as it is."""
    home: Any = new.home
    if old.home is not None:
        _move_in(old, new)
        for parent in _parents(scene, old.home):
            parent.children.unlink(old.home)
            parent.children.link(home)
    heirs: Heirs = {kind_of(block): block for block in reversed(made)}
    _keep_constraints(old, heirs)
    for collection in set(_tree(scene)).difference(new.collections):  # which none of the others shows
        for obj in _among(collection, old):
            collection.objects.unlink(obj)
            if heir := heirs.get(kind_of(obj)):
                collection.objects.link(heir)
    for owner in (scene, *scene.timeline_markers):
        if owner.camera in old.blocks:
            owner.camera = heirs.get(kind_of(owner.camera))


def _succeed(scene: bpy.types.Scene, old: Ours, new: Ours, made: Sequence[bpy.types.ID]) -> None:
    """Give what was at the old stage's things to the new one's, and remove the old ones."""
    before = frozenset(old.blocks)
    ours_too = {*before, *made, *bpy.data.scenes, *old.collections, *new.collections}
    uses = bpy.data.user_map()
    heirs: Heirs = {kind_of(block): block for block in reversed(made)}
    home: Any = new.home
    hers = [b for b, users in uses.items() if b.users and b not in ours_too and not users.isdisjoint(before)]
    hers = [block for block in hers if not isinstance(block, bpy.types.Key)]  # shapes of a mesh, and gone with it
    _move_in(old, new)
    _place(scene, old, new, heirs)
    _keep_constraints(old, heirs)
    kept = _point_on(old, home, heirs, uses, ours_too)
    for collection, heir in _succession(old, new):
        inside = uses[collection].intersection(heir.children_recursive)
        for parent in heir.children_recursive if inside else ():
            if parent in inside:  # it would lie within itself
                parent.children.unlink(collection)
        if collection == old.home or uses[collection] - ours_too:
            collection.user_remap(heir)
    _remove(Ours(old.home, {block: None for block in old.blocks if block not in kept}, old.folders))
    for left in hers:
        if not left.users:
            left.use_fake_user = True


def hand_on(
    scene: bpy.types.Scene, held: Ours, gone: Mapping[bpy.types.ID, None], made: Sequence[bpy.types.ID]
) -> None:
    """Of what is ``held`` in ``scene`` some things are ``gone``: give what was at these to those that were ``made``."""
    old, new = Ours(held.home, gone, held.folders), Ours(held.home, {}, held.folders)
    ours_too = {*held.blocks, *made, *bpy.data.scenes, *held.collections}
    uses = bpy.data.user_map()
    heirs: Heirs = {kind_of(block): block for block in reversed(made)}
    _place(scene, old, new, heirs)
    _keep_constraints(old, heirs)
    kept = _point_on(old, held.home, heirs, uses, ours_too)
    _remove(Ours(None, {block: None for block in gone if block not in kept}))


def _point_on(
    old: Ours, home: Any, heirs: Heirs, uses: Uses, ours_too: Collection[bpy.types.ID]
) -> list[bpy.types.Object]:
    """What of hers points at old things points at their ``heirs``; returns those that have none, and so are hers."""
    kept = []
    for block in [block for block in old.blocks if isinstance(block, bpy.types.Object | bpy.types.Camera)]:
        used = uses[block].difference(ours_too)
        heir = heirs.get(kind_of(block))
        if heir is not None and (used or block.get(TAG) == "camera"):  # scenes and markers use that one
            block.user_remap(heir)
        elif heir is None and used and isinstance(block, bpy.types.Object):
            kept.append(block)
    for obj in kept:
        _hand_over(obj, home)
    return kept


def _succession(old: Ours, new: Ours) -> list[tuple[bpy.types.Collection, Any]]:
    """Old collections of ours with the new ones in their places, as far as there are any."""
    heirs = {kind_of(collection): collection for collection in new.folders}
    pairs: list[tuple[Any, Any]] = [(collection, heirs.get(kind_of(collection))) for collection in old.folders]
    return [(one, heir) for one, heir in ((old.home, new.home), *pairs) if one is not None and heir is not None]


def _move_in(old: Ours, new: Ours) -> None:
    """What the user put into our collections goes to the new ones, which are set up as she set up those."""
    heirs = dict(_succession(old, new))
    for collection in old.collections:
        heir: Any = heirs.get(collection, new.home)
        _lead_out(collection, heir, old)
        for setting in RESEMBLING if collection in heirs else ():
            setattr(heir, setting, getattr(collection, setting))


def _place(scene: bpy.types.Scene, old: Ours, new: Ours, heirs: Mapping[tuple[str, str, str], Any]) -> None:
    """New things lie in the collections of the user's that she put the old ones into."""
    before = {obj for collection in old.collections for obj in collection.objects}
    objects, here = set(old.objects), set(_tree(scene))
    for collection in (*bpy.data.collections, *(scene.collection for scene in bpy.data.scenes)):
        if collection in new.collections or collection in old.collections or collection.library is not None:
            continue
        for obj in objects.intersection(collection.objects):
            heir = heirs.get(kind_of(obj))
            if heir is None:
                continue
            if heir.name not in collection.objects:
                collection.objects.link(heir)
            if obj not in before and collection in here:
                for folder in set(new.collections).intersection(heir.users_collection):
                    folder.objects.unlink(heir)


def _keep_constraints(old: Ours, heirs: Heirs) -> None:
    """Constraints are the user's, as we make none: those on the old things are on the new ones."""
    for obj in old.objects:
        heir = heirs.get(kind_of(obj))
        for constraint in obj.constraints if heir is not None else ():
            kept = heir.constraints.copy(constraint)
            if getattr(kept, "target", None) in old.blocks:
                kept.target = heirs.get(kind_of(kept.target))


def _hand_over(obj: bpy.types.Object, home: bpy.types.Collection) -> None:
    """Leave a thing of ours to the user, whose things point at it, where it stands and out of sight."""
    place = obj.matrix_world.copy()
    obj.animation_data_clear()
    obj.parent = None
    obj.matrix_world = place
    obj.hide_render = obj.hide_viewport = True
    disown(obj)
    home.objects.link(obj)

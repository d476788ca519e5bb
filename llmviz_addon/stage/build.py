"""From a production to a scene.

Everything made is tagged as ours and lives in a collection of ours, so building again replaces only
that. A scene that is not ours keeps its camera, world, frame range and colour management; ``own_scene``
hands these to the film. The user interface builds into a scene of its own, ``film_scene``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import bpy

from ..language import ENGLISH
from ..layout.grid import RULED_WIDE, Grid
from ..layout.lettering.drawing import Drawing
from ..screenplay.cast.things import Named
from ..screenplay.score.timeline import CAMERA, Track
from ..stepwise import Pause, Stepwise, at_once, within
from ..unswept import unswept
from .finish import lay_finish
from .kept_language import write_language
from .kept_theme import write_lit
from .materials.cell_material import Pictures, cell_material
from .materials.flat_material import flat_material
from .materials.theme import Finish, Theme
from .materials.theme_file import ThemeOf, theme, written
from .motion import actors
from .motion.focusing import FOCUS, PLACE
from .motion.followed import following, with_followers
from .motion.footing import BEHIND, FLOOR, lifted
from .motion.keys import Actor, animate, set_rest
from .motion.markers import clear_markers, set_markers
from .open_state import clear_state
from .ours import is_ours, kind_of, marked, names_free, ours, ours_alone, own, reached, register, remove_unused
from .pointing.subject import remember
from .rebuild.carried import carry, settle
from .rebuild.changes import note, note_some
from .rebuild.difference import Stood, difference
from .rebuild.difference import remember as remember_stage
from .rebuild.in_place import retell_steps
from .rebuild.replace import abandon, check_place, remove_stage, take_place
from .rebuild.snapshot import Written
from .render import chosen, set_film
from .shown import GRIDS, clear_shown, shown_of, write_shown
from .story import clear_story, write_story
from .things import glyphs
from .things.camera import Rig, camera_rig
from .things.drawings import DrawingMaker, letters_of, numbers_hung, standing_alone
from .things.ensembles import Ensembles
from .things.folders import Folders, is_renamed
from .things.fonts import keep
from .things.grids import fragment_objects, grid_objects, sliced_cube, unit_cube
from .things.lights import floor, ground, lamps, page_floor
from .things.merged import merged_object
from .things.numerals import numerals
from .things.outlines import outline_actors
from .things.ribbons import ribbon_object
from .values.atlas import Atlas, atlas

if TYPE_CHECKING:
    from ..screenplay.production import Production

SCENE = "llmviz"
MADE, MADE_AGAIN = 0.6, 0.35
"""Share of the time in which a stage is made, of a first one and of one that takes the place of another."""
SOME = 200
"""Drawings that are made at a stretch."""


def build(
    scene: bpy.types.Scene,
    production: Production,
    theme: ThemeOf = "light",
    own_scene: bool | None = None,
    engine: str | None = None,
    sure: bool = False,
) -> Rig:
    """Put ``production`` into ``scene`` at once; see ``build_steps``. Returns the camera rig."""
    with unswept():
        return at_once(build_steps)(scene, production, theme, own_scene, engine, sure)


def build_steps(
    scene: bpy.types.Scene,
    production: Production,
    theme_name: ThemeOf = "light",
    own_scene: bool | None = None,
    engine: str | None = None,
    sure: bool = False,
    noted: bool = True,
    in_place: bool = False,
) -> Stepwise[Rig]:
    """Build step by step, for a progress bar: yields (share done, what comes next); returns the rig.

    ``own_scene`` True makes the scene ours for good: camera, world, frame range, rate, size and view
    transform are the film's. False leaves all of these alone. None does what was decided before, or
    leaves them alone. A scene that becomes ours is set to render fast, with ``engine`` or else the one that suits
    this machine; later only if an engine is named, as the user may have set it up her way since.
    How the stage was built is ``noted``, but for one that is thrown away: only so can a later build tell what the user
    changed on it.
    Raises JobError for a theme or engine that cannot be had, before anything is touched, and ChangesError where the
    user changed things of the stage that is there in a way that cannot be taken over, unless it is ``sure`` that this
    may go.
    What is the same as in the film that is there is left as it is, if it is to be told ``in_place`` and can be.
    What was built before gives way at the end, when that is looked at; a build that fails, or is given up by closing
    the generator, leaves everything as it was.
    """
    look = theme(theme_name)
    if look.font is not None:
        glyphs.prepare("H", look.font)  # raises where Blender cannot read it
    check_place(scene)
    owns = is_ours(scene) if own_scene is None else own_scene
    again = is_ours(scene) and bool(ours(scene).blocks)
    renderer = chosen(engine or "auto") if owns and (engine or not again) else ""
    made = MADE_AGAIN if again else MADE
    yield 0.0, "Values"
    shown = shown_of(production)
    remember(production.run)
    if in_place and (other := difference(scene, production, look)) is not None:
        touched, carried = yield from within(retell_steps(scene, other, owns, sure), 0.1, 0.9)
        camera = other.stood.rig.camera
        _tell(scene, production, look, camera if owns else None)
        write_shown(scene, shown)
        if owns:
            _direct(scene, production, other.stood.rig, look)
        if renderer:
            set_film(scene, renderer)
        note_some(scene, touched.made, touched.moved, touched.placed)
        carry(scene, carried)
        return other.stood.rig
    known = {block.session_uid for block in marked()}
    renamed = {kind_of(folder): folder.session_uid for folder in ours(scene).collections if is_renamed(folder)}
    with names_free(ours_alone(scene)) as names:
        home = own(bpy.data.collections.new("llmviz"), "stage")
        written = Written()
        try:
            stood = yield from within(_stage(home, production, look, written), 0.0, made)
            yield Pause(made, "Putting it in place")
            check_place(scene)  # the user may have gone on working
            new = reached(home)
            carried = settle(scene, new, owns, sure, names)
        except BaseException:
            abandon(home, known)
            raise
        take_place(scene, home, new)
        for folder in ours(scene).collections if renamed else ():
            folder.name = names.get(renamed.get(kind_of(folder), 0), folder.name)
        if own_scene:
            own(scene, "scene")
        rig = stood.rig
        if owns:
            _lay_ground(scene, look, again)
            _lay_finish(scene, look.lit.finish if look.lit else None, rig.camera)
    remove_unused(block for block in marked() if block.session_uid not in known)
    keep(scene, look.font)
    _tell(scene, production, look, rig.camera if owns else None)
    write_shown(scene, shown)
    if owns:
        _direct(scene, production, rig, look)
    if renderer:
        set_film(scene, renderer)
    if noted:
        note(scene, written)
        remember_stage(scene, stood)
    carry(scene, carried)
    return rig


def _tell(scene: bpy.types.Scene, production: Production, look: Theme, camera: bpy.types.Object | None) -> None:
    """Markers, bound to ``camera`` if it is the scene's, and commentary."""
    clear_story(scene)
    clear_state(scene)
    write_lit(scene, look.lit is not None)
    write_language(scene, production.language)
    set_markers(scene, production.timeline.markers, camera, ours(scene).blocks)
    if production.timeline.chapters:
        write_story(scene, production.timeline, written(look))


def _stage(home: bpy.types.Collection, production: Production, look: Theme, written: Written) -> Stepwise[Stood]:
    numbers, made = production.take()
    layout, timeline = production.layout, production.timeline
    values = atlas(layout.grids, numbers, made, timeline.tracks, timeline.fragments, size=timeline.size)
    grids = {grid.name: grid for grid in (*layout.grids, *(grid for grid, _ in made))}
    del numbers, made  # of a large model they take more room than all that follows
    wide = any(max(grid.cells) > RULED_WIDE for grid in grids.values())
    letters = letters_of((*production.signage, *timeline.drawings))
    pictures = Pictures.of(values.image(), numerals(letters.get(None, ())))
    cells = partial(cell_material, pictures, look, wide, values.thin)
    values = values.places_only()
    flat = flat_material(look)
    rig = camera_rig(home)
    cast: dict[str, Actor] = {}
    follow: list[Track] = []
    ground = None
    if look.lit is not None:
        cast[PLACE[0].actor] = actors.lamps_actor(lamps(look.lit, layout.grids, home))
        if layout.grids:
            ground = floor(look, look.lit, layout.grids, home)
            cast[FLOOR.actor], cast[FOCUS.actor] = actors.floor_actor(ground), actors.lens_actor(rig)
            cast[BEHIND.actor] = actors.page_floor_actor(page_floor(ground, rig.page, lifted(timeline), home))
            follow = following(layout, grids, production.signage, timeline)
    cast[CAMERA] = actors.camera_actor(rig, ground)
    yield 0.15, "Grids"
    folders = Folders(home, layout, production.signage, timeline)
    ensembles = Ensembles(timeline, folders.place, len(grids))
    crowds = ensembles.grids(tuple(grids.values()), values.slices)
    merged = [group for group in crowds if len(group) > 1]
    material, roles = cells(), dict.fromkeys(grid.role for grid in grids.values())
    cubes = {role: unit_cube(material, role, look) for role in roles}
    sliced = _sliced(grids, values, cells, look)
    alone = (group[0] for group in crowds if len(group) == 1)
    objects = grid_objects(
        alone, grids, values.places, lambda grid: sliced.get(grid.name, cubes[grid.role]), look, home
    )
    cast.update({name: actors.grid_actor(grids[name], obj) for name, obj in objects.items()})
    cast.update(_merged(merged, values, cells, look, home, {name: number for number, name in enumerate(grids)}))
    fragments = fragment_objects(timeline.fragments, grids, objects, values.places, cubes, home)
    cast.update(
        {
            fragment.name: actors.fragment_actor(fragment, grids[fragment.grid], fragments[fragment.name])
            for fragment in timeline.fragments
        }
    )
    ribbons = ensembles.ribbons(layout.ribbons)
    before = 0
    for number, group in enumerate(ribbons):
        name = group[0].name if len(group) == 1 else f"ribbons {number}"
        cast[group[0].name] = actors.ribbon_actor(ribbon_object(group, name, flat, look, home, before))
        before += len(group)
    cast.update(outline_actors(timeline.outlines, flat, look, home))
    yield 0.25, "Drawings"
    drawings = ensembles.drawings((*production.signage, *timeline.drawings))
    still = {grid.name for group in merged for grid in group}
    maker = DrawingMaker(look, flat)
    with unswept():
        maker.prepare([drawing for group in drawings for drawing in group], letters)
    cast.update((yield from within(_drawings(drawings, maker, objects, still, rig), 0.25, 0.85)))
    pieces: Iterable[Named] = (piece for model in timeline.outlines for piece in model.pieces)
    together: list[Sequence[Named]] = [*crowds, *ribbons, *drawings, *([one] for one in (*timeline.fragments, *pieces))]
    drawn = {group[0].name for group in drawings}
    for things in together:
        folders.put(cast, [thing.name for thing in things], None if things[0].name in drawn else home)
    yield 0.85, "Keyframes"
    set_rest(cast, timeline.home)
    tracks = with_followers(ensembles.tracks((*crowds, *ribbons, *drawings)), follow)
    with unswept():
        animate(cast, tracks, written=written.curves)
    written.shapes.update(maker.shapes)
    maker.shapes.clear()
    return Stood(production, look, rig, maker, cast, grids, crowds, objects, values, cubes, ribbons, drawings, tracks)


def clear(scene: bpy.types.Scene) -> None:
    """Remove everything of ours from ``scene``, and nothing else."""
    clear_markers(scene)
    clear_story(scene)
    clear_state(scene)
    clear_shown(scene)
    write_lit(scene, False)
    write_language(scene, ENGLISH)
    keep(scene, None)
    if scene.world in ours(scene).blocks:
        scene.world = None
    if is_ours(scene):
        _lay_finish(scene, None)
    remove_stage(scene)


def film_scene() -> bpy.types.Scene:
    """The scene of ours in this file, made where there is none; a user's scenes are never taken over."""
    found = next((scene for scene in bpy.data.scenes if is_ours(scene)), None)
    if found is None:
        found = own(bpy.data.scenes.new(SCENE), "scene")
        found.render.use_lock_interface = True  # handlers may change what is rendered
    return found


def _sliced(
    grids: Mapping[str, Grid], values: Atlas, cells: Callable[..., bpy.types.Material], look: Theme
) -> dict[str, bpy.types.Mesh]:
    """A cube of their own for grids that are kept exactly only in slices."""
    if not values.slices:
        return {}
    material = cells(sliced=True)
    return {
        name: sliced_cube(grids[name], values.places[name], slices, material, look)
        for name, slices in values.slices.items()
    }


def _merged(
    groups: list[list[Grid]],
    values: Atlas,
    cells: Callable[..., bpy.types.Material],
    look: Theme,
    home: bpy.types.Collection,
    numbers: Mapping[str, int],
) -> dict[str, Actor]:
    """An object for each of ``groups``, which is known by the first of its grids; it tells the ``numbers`` of all."""
    if not groups:
        return {}
    material, cast = cells(merged=True), {}
    for number, group in enumerate(groups):
        obj = merged_object(group, f"grids {number}", values.places, material, look, home)
        obj[GRIDS] = [numbers[grid.name] for grid in group]
        cast[group[0].name] = actors.crowd_actor(obj, group)
    return cast


def _drawings(
    groups: list[list[Drawing]],
    maker: DrawingMaker,
    grids: dict[str, bpy.types.Object],
    still: Collection[str],
    rig: Rig,
) -> Stepwise[dict[str, Actor]]:
    """Drawings as actors, by name; see ``standing_alone``."""
    hung, cast = list(numbers_hung(groups)), {}
    for begin in range(0, len(groups), SOME):
        yield begin / len(groups), "Drawings"
        with unswept():
            some = [
                (group[0].name if len(group) == 1 else f"signs {number}", standing_alone(group, still))
                for number, group in enumerate(groups[begin : begin + SOME], begin)
            ]
            made = maker.make(some, hung[begin : begin + SOME], grids, rig.page)
            for obj, (_, group) in zip(made, some, strict=True):
                cast[group[0].name] = actors.drawing_actor(obj, group[0])
    return cast


def _direct(scene: bpy.types.Scene, production: Production, rig: Rig, look: Theme) -> None:
    """Give a scene of ours the film's camera, length, size and true colours."""
    timeline = production.timeline
    scene.camera = rig.camera
    scene.frame_start, scene.frame_end = 1, timeline.frames
    scene.frame_current = min(scene.frame_current, timeline.frames)  # the film before may have been longer
    scene.render.fps, scene.render.fps_base = timeline.fps, 1.0
    scene.render.resolution_x, scene.render.resolution_y = timeline.size
    scene.render.resolution_percentage = 100
    finish = look.lit.finish if look.lit else None
    view: Any = scene.view_settings
    view.view_transform = finish.view_transform if finish else "Standard"
    view.look = "None"
    view.exposure, view.gamma = finish.exposure if finish else 0.0, 1.0


def _lay_finish(scene: bpy.types.Scene, finish: Finish | None, camera: bpy.types.Object | None = None) -> None:
    """Give a scene of ours the film's finish, or none."""
    held = ours(scene)
    before = [block for block in held.blocks if isinstance(block, bpy.types.CompositorNodeTree)]
    made = lay_finish(scene, finish, before, camera)
    if list(made) != before:
        register(scene, held, dict.fromkeys((*(block for block in held.blocks if block not in before), *made)))
        remove_unused([block for block in before if block not in made])


def _lay_ground(scene: bpy.types.Scene, look: Theme, again: bool) -> None:
    """Give a scene of ours the film's ground; a world that the user put there since the film was built stays."""
    held, before = ours(scene), scene.world
    if again and before is not None and before not in held.blocks:
        return
    world = own(ground(look), "ground")
    scene.world = world
    register(scene, held, (*(block for block in held.blocks if block != before), world))
    if before is not None and before in held.blocks:
        remove_unused([before])
    elif before is not None and not before.users:
        before.use_fake_user = True

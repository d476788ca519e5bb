"""An open stage: built once, then shown run after run.

Places, sizes and gains do not depend on the run, so the next token needs no rebuild: only values, how far
they are revealed, and what is written with the tokens. Values come as a new datablock in the place of the old
one, because Blender's undo restores whole datablocks, but never the pixels within one. Drawings stay what they
are and are filled anew: a setting that is dragged and let be with Esc draws the candidates without an undo step,
and at the next undo Blender would look for a mesh that it does not know to be gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Generator, Iterator, Mapping
from typing import Any

import bpy
import numpy as np

from ..errors import JobError
from ..layout.lettering.drawing import Drawing
from ..model.checkpoint import Checkpoint
from ..model.forward import check_tokens
from ..model.tokenizers.tokenizer import visible
from ..screenplay.open_stage import Moment
from ..screenplay.page.view import View
from ..stepwise import Stepwise, at_once
from .build import build_steps
from .materials.flat_material import REACH
from .materials.nodes import trees
from .materials.theme_file import ThemeOf, theme, written
from .open_state import OpenState, Row, read_state, write_state
from .ours import NAME, TAG, exchange, find_collection, ours
from .pointing.subject import remember
from .rebuild.changes import noting
from .things.camera import Rig, pose
from .things.drawings import DrawingMaker, reach
from .told_by_objects import ATLAS, REVEAL, STRIDES, told
from .values.afar import STEP, from_afar
from .values.atlas import FORM, FORMED, WIDTH, kept, numbers_of, picture


def open_steps(
    scene: bpy.types.Scene,
    now: Moment,
    size: tuple[int, int] = (1280, 720),
    fps: int = 30,
    theme_name: ThemeOf = "light",
    own_scene: bool | None = None,
    sure: bool = False,
) -> Generator[tuple[float, str], None, Rig]:
    """Build an open stage that shows ``now``, step by step as ``build_steps``."""
    look = theme(theme_name)
    rig = yield from build_steps(scene, now.production(size, fps), look, own_scene, sure=sure)
    write_state(scene, _state(now, written(look)))
    return rig


def state_of(scene: bpy.types.Scene) -> OpenState:
    """What the open stage in ``scene`` shows; JobError where there is none."""
    state = read_state(scene)
    if state is None or find_collection(scene) is None:
        raise JobError(f"In the scene {scene.name!r} there is no open stage to go on with; open one first.")
    forms = [image.get(FORMED) for image in _atlases(scene)]
    if any(form != FORM for form in forms) or any(isinstance(obj.get(REVEAL), float) for obj in _objects(scene)):
        age = "a later" if any(isinstance(form, int) and form > FORM for form in forms) else "an earlier"
        raise JobError(f"The open stage in the scene {scene.name!r} was built by {age} llmviz; open it anew.")
    for obj in _grids(scene):
        for name in (REVEAL, ATLAS, STRIDES):
            told(obj, name)
    return state


def check_model(state: OpenState, checkpoint: Checkpoint) -> None:
    """JobError if ``checkpoint`` is not the model that the stage was built with."""
    if checkpoint.mark != state.mark:
        raise JobError(f"{checkpoint.name!r} is not the model that this stage was built with; its weights differ.")
    if state.columns > checkpoint.config.block_size:
        raise JobError(
            f"This stage says that it has {state.columns} columns; {checkpoint.name!r} takes at most "
            f"{checkpoint.config.block_size}."
        )
    check_tokens(checkpoint.config, state.tokens)


def show_steps(scene: bpy.types.Scene, now: Moment) -> Stepwise[None]:
    """Put the values of ``now`` on the stage that stands in ``scene``, in the places of those that are there.

    All numbers are worked out first: stopped before its last step, the stage is as it was.
    """
    state, nodes = state_of(scene), list(_pictures(scene))
    reveals, objects = now.reveals, _grids(scene)
    changing = {obj[NAME]: obj for obj in objects if obj[NAME] in reveals}
    written = {}
    for image in {node.image for node in nodes if node.image is not None}:
        written[image] = yield from _rewritten(image, changing, now)
    yield 1.0, "Showing it"
    with noting(scene, lambda: _changing(scene, {*reveals, *(sign.name for sign in now.signs)})):
        for name, obj in changing.items():
            obj[REVEAL][0] = reveals[name]
            obj.update_tag()
        for old, numbers in written.items():
            new = picture(numbers)
            for node in nodes:
                if node.image == old:
                    node.image = new
            exchange(scene, [old], [new])
            new.name = "llmviz values"
        _write(scene, now.signs, state)
    write_state(scene, _state(now, state.theme))
    remember(now.run)


show = at_once(show_steps)


def show_candidates(scene: bpy.types.Scene, now: Moment) -> None:
    """Of ``now`` only what may come next, where nothing but the way to choose it has changed."""
    state, signs = state_of(scene), (now.signs.candidates,)
    with noting(scene, lambda: _changing(scene, {sign.name for sign in signs})):
        _write(scene, signs, state)
    write_state(scene, _state(now, state.theme))


def look(scene: bpy.types.Scene, view: View) -> None:
    """Put the stage's camera to ``view``."""
    found = {obj.get(TAG): obj for obj in _objects(scene)}
    if {"camera", "camera target", "page"} <= found.keys():
        x, y, z = map(float, view.target)
        rig = Rig(found["camera target"], found["camera"], found["page"])
        with noting(scene, lambda: (rig.pivot, rig.camera, rig.lens, rig.page)):
            pose(rig, (x, y, z), view.azimuth, view.elevation, view.distance, view.shift)


def _state(now: Moment, theme: str) -> OpenState:
    run, tokenizer = now.run, now.run.model.tokenizer
    found, chosen = run.draw.candidates, run.draw.token
    return OpenState(
        model=run.model.path,
        mark=run.model.mark,
        theme=theme,
        columns=now.columns,
        prompt_length=run.prompt_length,
        tokens=run.tokens,
        text=visible(tokenizer.decode(run.tokens), " "),
        sampling=run.draw.sampling,
        candidates=tuple(Row(c.rank, tokenizer.text(c.token), c.share, c.token == chosen) for c in found),
    )


def _objects(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    return ours(scene).objects


def _grids(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The grids, each an object."""
    return [obj for obj in _objects(scene) if obj.get(TAG) == "grid" and isinstance(obj.get(NAME), str)]


def _changing(scene: bpy.types.Scene, names: Collection[str]) -> list[bpy.types.ID]:
    """What another run changes: things of these names, what they are made of, and the pictures of values."""
    objects = [obj for obj in _objects(scene) if obj.get(NAME) in names]
    images = [block for block in ours(scene).blocks if isinstance(block, bpy.types.Image)]
    return [*objects, *dict.fromkeys(obj.data for obj in objects if obj.data is not None), *images]


def _pictures(scene: bpy.types.Scene) -> Iterator[bpy.types.ShaderNodeTexImage]:
    """The nodes of our materials that read the atlas."""
    atlases = _atlases(scene)
    for tree in trees(block for block in ours(scene).blocks if isinstance(block, bpy.types.Material)):
        for node in tree.nodes:
            if isinstance(node, bpy.types.ShaderNodeTexImage) and node.image in atlases:
                yield node


def _atlases(scene: bpy.types.Scene) -> set[bpy.types.Image]:
    """The pictures of values, of which there is one."""
    held = (block for block in ours(scene).blocks if isinstance(block, bpy.types.Image))
    return {block for block in held if block.get(TAG) == "atlas"}


def _rewritten(image: bpy.types.Image, objects: Mapping[str, bpy.types.Object], now: Moment) -> Stepwise[np.ndarray]:
    """The numbers of a picture with those of ``now`` in the places of ``objects``, which grids have by name."""
    pixels, values = numbers_of(image).reshape(-1), now.values
    for count, (name, obj) in enumerate(objects.items()):
        yield count / len(objects), "Working out what cells show"
        grid = now.layout[name]
        tensor = grid.drawn(values[name])
        column, row, _, share = told(obj, ATLAS)
        far = round(told(obj, STRIDES)[3])
        for start, numbers in (
            (round(row) * WIDTH + round(column), kept(tensor, round(1 / share))),
            (far // 32 * STEP, from_afar(grid, tensor, far % 32 >= 16)),
        ):
            pixels[start : start + len(numbers)] = numbers
    return pixels.reshape(-1, WIDTH)


def _write(scene: bpy.types.Scene, drawings: tuple[Drawing, ...], state: OpenState) -> None:
    """Draw anew what has changed of ``drawings``."""
    drawn = {drawing.name: drawing for drawing in drawings}
    objects, home = [obj for obj in _objects(scene) if obj.get(NAME) in drawn], find_collection(scene)
    if not objects or home is None:
        return
    materials = (block for block in ours(scene).blocks if isinstance(block, bpy.types.Material))
    flat = next((block for block in materials if block.get(TAG) == "flat"), None)
    if flat is None:
        raise JobError(f"In the scene {scene.name!r} the material is gone that things are written in; open it anew.")
    maker = DrawingMaker(state.look, flat, home)
    maker.prepare(drawings)
    shown = Counter(obj.data for obj in bpy.data.objects)
    for obj in objects:
        drawing = drawn[obj[NAME]]
        mesh: Any = obj.data
        arrays = maker.arrays(drawing)
        if isinstance(mesh, bpy.types.Mesh) and mesh.get(TAG) == "flat" and shown[mesh] == 1:
            arrays.fill(mesh)
        else:  # the user draws with it too
            fresh = arrays.mesh(drawing.name, maker.material)
            obj.data = fresh
            exchange(scene, [mesh], [fresh])
            fresh.name = drawing.name
        obj[REACH] = reach(drawing)

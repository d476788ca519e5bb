"""Onto a stage: what is asked for is told, and built in a scene of Blender's, step by step.

Blender is imported when the first step is taken, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from ..language import ENGLISH, Language, spoken
from ..layout.lettering.font import lettered
from ..model.blueprints import Outlines
from ..model.run import Run
from ..screenplay.production import Production, Set, prepare_outlines_steps, prepare_steps
from ..screenplay.retold import Retold
from ..stage.materials.theme import Theme
from ..stepwise import Stepwise, at_once, inside
from .made import Stage

if TYPE_CHECKING:
    import bpy

Steps = Generator[tuple[float, str], None, Stage]


def produced_steps(
    what: Run | Outlines,
    chapters: Sequence[str] | None,
    pace: float | None,
    size: tuple[int, int],
    fps: int,
    walkthroughs: Sequence[str | PathLike[str]],
    look: Theme,
    length: str,
    bpm: float | None = None,
    retold: Retold[Set] | None = None,
    language: Language = ENGLISH,
) -> Stepwise[Production]:
    """The film of ``what`` as data, in a language and lettered for its look but not yet on stage; arguments as in
    ``build``."""
    asked = (chapters, pace, size, fps, [Path(folder) for folder in walkthroughs], length, bpm)
    steps = prepare_outlines_steps(what, *asked) if isinstance(what, Outlines) else prepare_steps(what, *asked, retold)
    steps = inside(partial(spoken, language), steps)
    return (yield from inside(partial(lettered, look.font), steps))


produced = at_once(produced_steps)


def staged_steps(
    production: Production,
    look: Theme,
    engine: str | None,
    scene: bpy.types.Scene | None = None,
    sure: bool = False,
    noted: bool = True,
    in_place: bool = False,
) -> Steps:
    """Put a film that is told into a scene, step by step; arguments as in ``build``.

    Of one that is ``noted`` a later build can tell what was changed on it; what is thrown away can do without. Told
    ``in_place``, only what is not as in the film that is there is made anew.
    """
    from ..stage.build import build_steps as steps_of

    named = None if engine == "auto" else engine
    steps = into(scene, lambda home: steps_of(home, production, look, None, named, sure, noted, in_place))
    return (yield from inside(partial(spoken, production.language), steps))


def into(
    scene: bpy.types.Scene | None, build: Callable[[bpy.types.Scene], Generator[tuple[float, str], None, object]]
) -> Steps:
    """Build in ``scene`` or else in the one of ours, which goes again if it was made for nothing."""
    import bpy

    from ..stage.build import film_scene

    known = set(bpy.data.scenes)
    home = scene or film_scene()
    try:
        yield from build(home)
    except BaseException:
        if home not in known:
            bpy.data.scenes.remove(home)
        raise
    return Stage(home)

"""What a stage becomes on the disk: .blend files, stills, storyboards and films."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import JobError
from ..film.made import Film, Stage, Still, Storyboard
from ..film.output import check_output, check_place, check_text, written
from ..film.times import frame_at, frame_range
from ..stage.quality import FINAL
from ..stepwise import at_once
from .models import PathOf

if TYPE_CHECKING:
    from ..film.film import Progress


def save(of: Stage, output: PathOf) -> Path:
    """Save the file that is open in Blender, with the stage in it; it plays and renders without the add-on."""
    from ..film.blend import save as save_file

    path = check_output(output, ".blend")
    with written(path) as temporary:
        save_file(temporary, path, copy=True)
    return path


def open_file(path: PathOf) -> Stage:
    """Open a .blend in Blender, in place of what is open, and find the film or open stage in it. Raises JobError."""
    import bpy

    from ..film.blend import load as load_file

    if not Path(path).is_file():
        raise JobError(f"There is no file {str(path)!r}.")
    load_file(Path(path))
    for scene in bpy.data.scenes:
        if Stage(scene).story is not None or Stage(scene).state is not None:
            return Stage(scene)
    raise JobError(f"There is neither a film nor an open stage in {Path(path).name!r}.")


def still(of: Stage, at: str | float | None = None, *, engine: str = "auto", quality: str = FINAL) -> Still:
    """One picture of a stage.

    ``at`` are seconds, or a rest by its number or name, such as ``03.2`` or ``one-column``; None is the frame that
    the scene is at. ``quality`` is ``draft``, ``final`` or ``4k``. Raises JobError.
    """
    from ..film.still import picture

    frame = of.scene.frame_current if at is None else frame_at(of.told, str(at))
    return Still(picture(of.scene, frame, engine=engine, preset=quality), frame)


def storyboard_steps(
    of: Stage, output: PathOf, *, engine: str = "auto", quality: str = FINAL, poll: float | None = None
) -> Generator[tuple[float, str], None, Storyboard]:
    """A still at every rest and half-way to the next, and a contact sheet per chapter, in a folder; see ``still``.

    Beside each sheet is a table of ink and span: which share of the free part of the picture each still fills.
    With a ``poll``, seconds, it is rendered by a process of its own, and what is open in Blender stays free.
    """
    from ..film import storyboard as boards
    from ..film.of_scene import check_camera

    check_camera(of.scene)
    folder = check_place(output)
    fills = yield from boards.storyboard_steps(of.scene, of.told, folder, engine, quality, poll)
    return Storyboard(folder, tuple(fills))


storyboard = at_once(storyboard_steps)


def film_steps(
    of: Stage,
    output: PathOf,
    *,
    start: float | None = None,
    stop: float | None = None,
    captions: bool = False,
    engine: str = "auto",
    quality: str = FINAL,
    workers: int | None = None,
    overwrite: bool = False,
    poll: float = 0.2,
) -> Generator[Progress, None, Film]:
    """Render a video and its captions, by processes of their own; what is open in Blender stays as it is.

    Parameters
    ----------
    output
        The video, .mp4; a film that was stopped goes on when it is asked for again.
    start, stop
        An excerpt, in seconds of the film; None is the scene's frame range.
    captions
        Whether WebVTT is written beside SubRip.
    engine
        ``auto``, ``eevee`` or ``cycles``.
    quality
        ``draft``, fast; ``final``; or ``4k``, as that and larger.
    workers
        Processes that render at once; None is what suits the machine.
    overwrite
        Whether frames of another film, kept beside the output, may go.
    poll
        Seconds that ``film_steps`` waits at most between two steps.

    Raises JobError.
    """
    from ..film import film as films
    from ..film.blend import save_copy
    from ..film.lock import scratch
    from ..film.of_scene import check_scene, film_job

    path = check_output(output, ".mp4")
    check_text(path)
    check_scene(of.scene)
    span = None if start is None and stop is None else frame_range(of.told, start, stop)
    with scratch() as folder:
        job = film_job(
            of.scene, path, folder / "film.blend", engine, span=span, captions=captions, workers=workers,
            overwrite=overwrite, preset=quality,
        )  # fmt: skip
        films.check_film(job)
        save_copy(job.blend, of.scene)
        yield from films.film_steps(job, poll)
    return Film(path, job.folder, len(job.span) / job.rate)


film = at_once(film_steps)

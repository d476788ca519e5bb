"""From the sidebar's settings to what the rooms above are asked for.

Panels are redrawn all the time, so what they need to know of files (whether the tokens suit the model) is
remembered until the files change.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

import bpy

from .. import api
from ..errors import JobError, LlmvizError, ModelError
from ..model.checkpoint import BUILTINS, Checkpoint, is_builtin
from ..model.forward import check_tokens
from ..screenplay.loader import SHORT, SHOTS, TRAILER
from ..stage.kept_theme import kept_theme
from ..stage.materials.theme import Theme
from ..stage.materials.theme_file import theme as theme_of
from ..stepwise import Stepwise, at_once
from .aside import aside
from .chapters import Stamp, files, read, stamp
from .preferences import own_language, own_theme
from .values import ASPECTS, value

LEAVES = {SHORT: "a short film", TRAILER: "a trailer"}
"""Films that leave chapters out, by their length."""


def chosen(settings: bpy.types.PropertyGroup, folders: Sequence[Path]) -> list[str]:
    """Names of the chapters that are ticked, none for what is one shot; raises JobError where none is."""
    if value(settings, "length") in SHOTS:
        return []
    asked = value(settings, "model"), value(settings, "length")
    names = [chapter.name for chapter in read(folders).chapters if chapter.is_in(*asked)]
    wanted = [name for name in names if name not in value(settings, "skipped").split()]
    if not wanted:
        able = ["outlines can tell"] * (asked[0] == "SHAPE") + [f"{LEAVES.get(asked[1])} tells"] * (asked[1] in LEAVES)
        raise JobError(f"No chapter is ticked{' that ' * bool(able)}{' and '.join(able)}. Tick at least one.")
    return wanted


def size(settings: bpy.types.PropertyGroup) -> tuple[int, int]:
    """Width and height in pixels, both even as video needs them."""
    across, down = ASPECTS[value(settings, "shape")]
    unit = int(value(settings, "short_side")) / min(across, down)
    return 2 * round(across * unit / 2), 2 * round(down * unit / 2)


def path(settings: bpy.types.PropertyGroup) -> str:
    """The absolute path of the chosen model, or the name of a built-in one. Raises ModelError if none is chosen."""
    chosen = value(settings, "model")
    if chosen == "SHAPE":
        raise ModelError(f"Shapes cannot be run. Choose {', '.join(BUILTINS)} or a checkpoint.")
    if chosen == "FILE" and not value(settings, "checkpoint"):
        raise ModelError("No checkpoint is chosen. Give the path of a file or folder that holds one.")
    return os.path.abspath(bpy.path.abspath(value(settings, "checkpoint"))) if chosen == "FILE" else chosen


def checkpoint(settings: bpy.types.PropertyGroup) -> Checkpoint:
    """The chosen model; raises ModelError if it cannot be read."""
    return checkpoint_at(path(settings))


def checkpoint_at(path: str) -> Checkpoint:
    """The model at a path, or the built-in of a name; raises ModelError if it cannot be read."""
    if is_builtin(path):
        return _builtin(path)
    file = Path(path)
    folder = file if os.path.isdir(file) else file.parent  # config and tokenizer are read from there too
    return _load(file, stamp(file for file in files(folder) if os.path.isfile(file)))


def tokens(settings: bpy.types.PropertyGroup, model: Checkpoint) -> tuple[int, ...]:
    """Token ids of the text; raises ModelError if the model cannot take it."""
    return check_tokens(model.config, model.tokenizer.encode(value(settings, "tokens")))


def tokens_problem(settings: bpy.types.PropertyGroup) -> str:
    """Why the text cannot be used, as far as that is known without reading a large file; "" if it can."""
    if value(settings, "model") not in BUILTINS:
        return ""
    try:
        tokens(settings, checkpoint(settings))
    except LlmvizError as error:
        return str(error)
    return ""


def theme(settings: bpy.types.PropertyGroup, scene: bpy.types.Scene | None) -> Theme:
    """The chosen look; one whose file is gone as the film in ``scene`` keeps it. Raises JobError."""
    if value(settings, "theme") != "FILE":
        return theme_of(value(settings, "theme"))
    path = value(settings, "theme_file") or own_theme()
    if not path:
        raise JobError("No theme file is chosen. Give the path of one, or choose another theme.")
    file = Path(bpy.path.abspath(path))
    kept = None if os.path.exists(file) or scene is None else kept_theme(scene)
    return kept if kept is not None and kept.name == file.stem else theme_of(file)


def pace(settings: bpy.types.PropertyGroup) -> float | None:
    """Words per minute; None for no time to read."""
    return value(settings, "pace") if value(settings, "pauses") else None


def language(settings: bpy.types.PropertyGroup) -> str:
    """What the film is told in: what this file says, else what the preferences do."""
    return value(settings, "language") or own_language()


def tempo(settings: bpy.types.PropertyGroup) -> float | None:
    """Beats per minute of a trailer; None for other films."""
    return value(settings, "bpm") if value(settings, "length") == TRAILER else None


def what_steps(settings: bpy.types.PropertyGroup) -> Stepwise[api.Run | api.Outlines]:
    """The run, or the models in outline, that are asked for; raises LlmvizError."""
    if value(settings, "model") == "SHAPE":
        return api.outlines(*value(settings, "outlines"))
    model, ids = yield from read_steps(settings)
    return (yield from aside(lambda: api.run(model, tokens=ids), 0.5, "Running the model"))


what = at_once(what_steps)


def read_steps(settings: bpy.types.PropertyGroup) -> Stepwise[tuple[Checkpoint, tuple[int, ...]]]:
    """The chosen model, and the ids of the text; raises ModelError if one cannot be had."""
    place, text = path(settings), value(settings, "tokens")

    def read() -> tuple[Checkpoint, tuple[int, ...]]:
        model = checkpoint_at(place)
        return model, check_tokens(model.config, model.tokenizer.encode(text))

    return (yield from aside(read, 0.0, "Reading the model"))


@cache
def _builtin(name: str) -> Checkpoint:
    return api.load(name)


@lru_cache(maxsize=2)
def _load(path: Path, stamp: Stamp) -> Checkpoint:
    return api.load(path)

"""Themes as files: TOML, read strictly, nothing in them executed.

A theme of the user's inherits from one of ours, or from another file of hers, and says only what differs. What is not
known is refused, with file, line and choices, so that a slip never leaves a colour as it was without a word. A theme
that was read whole can be written as JSON and read again: that is how a saved scene keeps it, without the file.
Rejected: a path in the scene, as files are moved, and a theme in Python, as looks should not run code.
"""

from __future__ import annotations

import json
import math
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, fields, replace
from functools import cache
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from ...errors import JobError, LlmvizError, choices
from ...layout.lettering.drawing import BELOW, COLORS
from ...layout.lettering.font_file import FontFile, read_font
from ...layout.roles import Role
from ...model.files import json_object
from .theme import RGB, CellColors, Dots, Finish, Floor, Glass, Lamp, Lamps, Lit, Sky, Slab, Theme

FOLDER = Path(__file__).with_name("themes")
NAMES = ("light", "dark", "light-safe", "dark-safe", "cinematic")
"""Of our own themes."""
SUFFIX = ".toml"
LARGEST, LINES, DEPTH = 1 << 15, 500, 8
"""Bytes and lines of a theme file, and how many may inherit from each other."""
INHERITS = "inherits"
COLOR, SHARE, POWER, FONT = "a colour", "a share", "a power", "a font"
LIGHT, ANGLE, RADIUS, STOPS, TRANSFORM = "a strength", "an angle", "a radius", "an exposure", "a view transform"
RANGES = {SHARE: (0, 1), POWER: (0.1, 10), LIGHT: (0, 1000), ANGLE: (-360, 360), RADIUS: (0, 0.5), STOPS: (-10, 10)}
TRANSFORMS = ("Standard", "Khronos PBR Neutral", "AgX", "Filmic")
LAMPS = tuple(field.name for field in fields(Lamps))
_OF_ROLES: dict[str, Any] = dict.fromkeys(Role, COLOR)
_OF_LAMPS: dict[str, Any] = {
    "color": COLOR, "strength": LIGHT, "azimuth": ANGLE, "elevation": ANGLE, "softness": SHARE,
}  # fmt: skip
LIT: dict[str, Any] = {
    "slab": {"color": COLOR, "tint": SHARE, "roughness": SHARE, "coat": SHARE, "bevel": RADIUS},
    "dots": {"size": RADIUS, "spread": SHARE, "strength": LIGHT, "halo": SHARE},
    "glass": {"color": COLOR, "clear": SHARE, "roughness": SHARE},
    "floor": {"color": COLOR, "roughness": SHARE},
    "sky": {"low": COLOR, "high": COLOR, "strength": LIGHT},
    "finish": {
        "view_transform": TRANSFORM, "exposure": STOPS, "bloom": SHARE, "bloom_size": SHARE, "vignette": SHARE,
    },
    "lamps": dict.fromkeys(LAMPS, _OF_LAMPS),
}  # fmt: skip
"""What a theme says besides, if things are lit in it: all of that, or nothing."""
FORM: dict[str, Any] = {
    "ground": COLOR,
    "ribbon_opacity": SHARE,
    "font": FONT,
    "text": {name: COLOR for name in COLORS if name not in ("ground", *BELOW.values())},
    "cells": {
        "zero": COLOR,
        "zero_tint": SHARE,
        "growth": POWER,
        **dict.fromkeys(("glass", "glass_line", "line", "digits", "digits_on_deep"), COLOR),
        "positive": _OF_ROLES,
        "negative": _OF_ROLES,
    },
    "lit": LIT,
}
"""What a theme says; a table of what it says in a table."""

_PARTS: dict[str, Any] = {
    "slab": Slab, "dots": Dots, "glass": Glass, "floor": Floor, "sky": Sky, "finish": Finish,
}  # fmt: skip

ThemeOf: TypeAlias = "str | PathLike[str] | Theme"
Spot = tuple[str, ...]
"""Where something is said: the names of the tables that it is in, and its own."""


def theme(of: ThemeOf) -> Theme:
    """A theme by its name or the path of its file; raises JobError, with the choices, where there is none."""
    if isinstance(of, Theme):
        return of
    if isinstance(of, str) and of in NAMES:
        return built_in(of)
    if isinstance(of, str) and not _is_path(of):
        raise JobError(f"Unknown theme {of!r}. {choices(NAMES)[:-1]}, or give the path of a theme file ({SUFFIX}).")
    return _made(Path(of).stem, _read(Path(of), ()))


@cache
def built_in(name: str) -> Theme:
    """One of our own, which are ``NAMES``."""
    return _made(name, _read(FOLDER / f"{name}{SUFFIX}", ()))


def written(look: Theme) -> str:
    """All of a theme as text, from which ``rewritten`` makes it anew."""
    cells = look.cells
    plain = {name: getattr(cells, name) for name, kind in FORM["cells"].items() if isinstance(kind, str)}
    told = {
        "ground": look.ground,
        "ribbon_opacity": look.ribbon_opacity,
        "text": dict(look.text),
        "cells": {**plain, "positive": dict(cells.positive), "negative": dict(cells.negative)},
    }
    font = {"font": [look.font.name, look.font.mark]} if look.font is not None else {}
    lit = {"lit": asdict(look.lit)} if look.lit is not None else {}
    return json.dumps({"name": look.name, **font, **told, **lit})


def rewritten(text: str, fonts: Callable[[str, str], FontFile | None] | None = None) -> Theme | None:
    """The theme that was written as ``text``, or is ours by that name, as it was; None where it is neither.

    Its font is what ``fonts`` find by mark and name; raises JobError where they do not. Without ``fonts`` it has none.
    """
    if text in NAMES:
        return built_in(text)
    try:
        told = json_object(text)
        name, font = (told.pop(key, None) for key in ("name", "font"))
        if not isinstance(name, str) or "\0" in name or not (font is None or _is_texts(font)):
            return None
        look = _made(name, _checked(told, _Source("")))
    except (LlmvizError, ValueError, KeyError):
        return None
    if font is None or fonts is None:
        return look
    if (found := fonts(font[1], font[0])) is None:
        raise JobError(f"The font {font[0]!r} is no longer in this file. Build what is in it anew.")
    return replace(look, font=found)


def _is_texts(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) == 2 and all(isinstance(one, str) and "\0" not in one for one in value)
    )


def _spots(form: Mapping[str, Any], at: Spot) -> Iterator[Spot]:
    """All that ``form`` has at ``at``."""
    for name, kind in form.items():
        yield from [(*at, name)] if isinstance(kind, str) else _spots(kind, (*at, name))


_LIT = tuple(_spots(LIT, ("lit",)))


# --- from a file ------------------------------------------------------------------------------------------


class _Source:
    """A file that is read, for what is said of it."""

    def __init__(self, text: str, path: Path | None = None) -> None:
        self.text, self.path = text, path

    def wrong(self, spot: Spot, what: str) -> JobError:
        """The error that ``what`` is said at ``spot``."""
        return JobError(f"{self.named(self.line(spot))}: {what}")

    def named(self, line: int = 0) -> str:
        """The file, and the line if there is one."""
        name = repr(str(self.path)) if self.path else "The theme"
        return f"{name}, line {line}" if line else name

    def line(self, spot: Spot) -> int:
        """Where the statement begins that says ``spot``; tomllib knows no lines, but can read what is before one."""
        lines, begins = self.text.split("\n"), 0
        for count, line in enumerate(lines):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                told: Any = tomllib.loads("\n".join(lines[: count + 1]))
            except ValueError:  # within a statement of several lines
                begins = begins or count + 1
                continue
            if _says(told, spot):
                return begins or count + 1
            begins = 0
        return 0


def _says(told: Any, spot: Spot) -> bool:
    for name in spot:
        if not isinstance(told, dict) or name not in told:
            return False
        told = told[name]
    return True


def _read(path: Path, heirs: tuple[Path, ...]) -> dict[Spot, Any]:
    """All that a theme file says and inherits; ``heirs`` are the files that inherit from it, the nearest last."""
    source = _Source(_text(path), path)
    try:
        told = tomllib.loads(source.text)
    except (ValueError, RecursionError) as error:
        raise JobError(_syntax(source, error)) from None
    parent = told.pop(INHERITS, None)
    own = _checked(told, source)
    if parent is None:
        if path.parent != FOLDER:
            raise JobError(f'{source.named()}: it inherits from no theme. Begin with: {INHERITS} = "{NAMES[0]}".')
        return own
    if not isinstance(parent, str) or not (parent in NAMES or _is_path(parent)):
        message = f"unknown theme {parent!r} to inherit from. {choices(NAMES)[:-1]}, or a theme file ({SUFFIX})."
        raise source.wrong((INHERITS,), message)
    whole = {**_inherited(parent, source, (*heirs, path)), **own}
    if (said := next((spot for spot in own if spot[0] == "lit"), None)) and any(spot not in whole for spot in _LIT):
        lit = choices(name for name in NAMES if built_in(name).lit)
        raise source.wrong(said, f"nothing is lit in {parent!r}. To say how, inherit from a theme that is. {lit}")
    return whole


def _inherited(parent: str, source: _Source, heirs: tuple[Path, ...]) -> dict[Spot, Any]:
    """What ``parent`` says, a theme of ours or a file beside ``source``."""
    if parent in NAMES:
        return _read(FOLDER / f"{parent}{SUFFIX}", heirs)
    path = heirs[-1].parent / parent
    if any(_is_same(path, heir) for heir in heirs):
        way = " > ".join(heir.name for heir in (*heirs, path))
        raise source.wrong((INHERITS,), f"it inherits from itself, {way}. {choices(NAMES)}")
    if len(heirs) >= DEPTH:
        raise source.wrong((INHERITS,), f"it is one of more than {DEPTH} files that inherit from each other.")
    if not os.path.isfile(path):
        raise source.wrong((INHERITS,), f"there is no file {parent!r} to inherit from. {choices(NAMES)}")
    return _read(path, heirs)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def _is_path(text: str) -> bool:
    return text.endswith(SUFFIX) or "/" in text or os.sep in text


def _text(path: Path) -> str:
    """What is in a theme file; JobError where it is none."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode()
    except UnicodeDecodeError:
        raise JobError(f"{str(path)!r} is no theme: it is not text in UTF-8.") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not possible"
        raise JobError(f"Cannot read the theme {str(path)!r}: {why}.") from None
    if len(content) > LARGEST or text.count("\n") > LINES:
        raise JobError(f"{str(path)!r} is no theme: it has more than {LARGEST // 1024} KiB or {LINES} lines.")
    return text


def _syntax(source: _Source, error: Exception) -> str:
    """Why a file is no TOML, with the line at its beginning as in every message."""
    message = " ".join(str(error).split()) if isinstance(error, ValueError) else "it is nested too deep"
    found = re.fullmatch(r"(.*?)\s*\(at (?:line (\d+), column \d+|end of document)\)", message)
    if found is None:
        return f"{source.named()}: it is no TOML: {message}."
    line = int(found[2] or source.text.rstrip("\n").count("\n") + 1)
    return f"{source.named(line)}: it is no TOML: {found[1]}."


# --- what is said -----------------------------------------------------------------------------------------


def _checked(
    told: Mapping[str, Any], source: _Source, form: Mapping[str, Any] = FORM, at: Spot = ()
) -> dict[Spot, Any]:
    """Everything that is ``told``, by its spot; JobError where it is not as ``form`` says."""
    found: dict[Spot, Any] = {}
    for name, value in told.items():
        spot = (*at, name)
        if name not in form:
            where = f" in [{'.'.join(at)}]" if at else ""
            known = (*form, INHERITS) if not at else form
            homes = " or ".join(f"[{'.'.join(home)}]" if home else "the first lines" for home in _homes(name))
            elsewhere = f"; it belongs in {homes}" if homes else ""
            raise source.wrong(spot, f"unknown {name!r}{where}{elsewhere}. {choices(known, 20)}")
        kind = form[name]
        if not isinstance(kind, str):
            if not isinstance(value, dict):
                raise source.wrong(spot, f"{'.'.join(spot)} is a table, [{'.'.join(spot)}], and not {_quoted(value)}.")
            found |= _checked(value, source, kind, spot)
        else:
            try:
                found[spot] = _value(value, kind, source)
            except JobError as error:
                raise source.wrong(spot, str(error)) from None
            except ValueError as error:
                raise source.wrong(spot, f"{'.'.join(spot)} is {kind}: {error}, not {_quoted(value)}.") from None
    return found


def _homes(name: str, form: Mapping[str, Any] = FORM, at: Spot = ()) -> Iterator[Spot]:
    """The tables in which something of this name is said."""
    if name in form or (not at and name == INHERITS):
        yield at
    for table, inner in form.items():
        if not isinstance(inner, str):
            yield from _homes(name, inner, (*at, table))


def _value(value: Any, kind: str, source: _Source) -> RGB | float | str | FontFile:
    """What is said where something of this ``kind`` is; ValueError with what would be one, JobError of a file."""
    if kind == FONT:
        if not isinstance(value, str) or not value or source.path is None:
            raise ValueError("give the path of a .ttf or .otf file")
        return read_font(source.path.parent / value)
    if kind == TRANSFORM:
        if value not in TRANSFORMS:
            raise ValueError(f"give {', '.join(map(repr, TRANSFORMS[:-1]))} or {TRANSFORMS[-1]!r}")
        return str(value)
    return _color(value) if kind == COLOR else _number(value, kind)


def _color(value: Any) -> RGB:
    """A colour; ValueError with what would be one."""
    if isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value):
        red, green, blue = (int(value[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return (red, green, blue)
    if isinstance(value, list) and len(value) == 3 and all(_is_between(part, 0, 1) for part in value):
        red, green, blue = map(float, value)
        return (red, green, blue)
    raise ValueError('give "#rrggbb", or [red, green, blue] from 0 to 1')


def _number(value: Any, kind: str) -> float:
    """A number of a kind; ValueError with what would be one."""
    low, high = RANGES[kind]
    if not _is_between(value, low, high):
        raise ValueError(f"give a number from {low} to {high}")
    return float(value)


def _is_between(value: Any, low: float, high: float) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and low <= value <= high


def _quoted(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _made(name: str, told: Mapping[Spot, Any]) -> Theme:
    """The theme that says all of ``told``; KeyError where something is left out."""

    def table(*at: str) -> Mapping[str, Any]:
        form: Any = FORM
        for part in at:
            form = form[part]
        needed = (name for name, kind in form.items() if kind != FONT and isinstance(kind, str))
        return MappingProxyType({name: told[(*at, name)] for name in needed})

    cells = CellColors(**table("cells"), positive=table("cells", "positive"), negative=table("cells", "negative"))
    lit = None
    if any(spot[0] == "lit" for spot in told):
        parts = {part: kind(**table("lit", part)) for part, kind in _PARTS.items()}
        lit = Lit(**parts, lamps=Lamps(*(Lamp(**table("lit", "lamps", name)) for name in LAMPS)))
    return Theme(name, text=table("text"), cells=cells, font=told.get(("font",)), lit=lit, **table())

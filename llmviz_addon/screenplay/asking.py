"""Where a chapter's wish comes in: who asks is noted, and what is asked is checked.

Every argument of every verb is held against what its signature says it is.

A verb that gets a grid for a region, text for a number or a name that it does not know would fail somewhere
deep inside, with words about our code, or do something else in silence. So each is wrapped once: the
annotation of a parameter, and for numbers its name, say what may be given, and the error says it too.
"""

from __future__ import annotations

import functools
import inspect
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, Protocol, TypeVar

import numpy as np

from ..errors import ScriptError
from ..language import language_in_use, phrase
from ..layout.grid import Grid, Region, Role
from ..layout.layout import Layout
from ..layout.lettering.drawing import COLORS, Drawing
from ..layout.tensor import Axis, Numbers, Unplaced
from .page.view import View
from .pictures.chart import Bars
from .pictures.curve import Curve
from .pictures.skyline import Skyline
from .pictures.worked_out import Worked
from .scenes.weighted_sum import Summed
from .score.clips import Origin
from .score.timeline import Standing
from .telling import Telling

LONGEST = 3600.0
"""Seconds that a verb may last."""
QUOTED = 60
"""Letters of a wrong value that an error quotes."""

Verb = TypeVar("Verb", bound=Callable[..., Any])
Rule = tuple[Callable[[Any], bool], str]


def _number(value: Any, low: float = -math.inf, high: float = math.inf) -> bool:
    is_real = isinstance(value, Real | np.floating | np.integer) and not isinstance(value, bool | np.bool_)
    return is_real and math.isfinite(value) and low <= value <= high


def _place(value: object) -> bool:
    return isinstance(value, Sequence | np.ndarray) and len(value) == 3 and all(map(_number, value))


def _texts(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(one, str) for one in value)


def _counts(value: object, count: int = 0) -> bool:
    fits = isinstance(value, Sequence) and not isinstance(value, str) and len(value) == (count or len(value))
    return fits and all(_number(one) and float(one).is_integer() for one in value)  # type: ignore[attr-defined]


def _grids(value: object) -> bool:
    if isinstance(value, Grid | Region):
        return True
    inside = getattr(value, "grids", value)
    return isinstance(inside, Iterable) and not isinstance(inside, str) and all(map(_grids, inside))


def _entries(value: object) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(map(_number, value.values())) and _texts(list(value))


def _of(kind: type | tuple[type, ...]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kind)


BY_NAME: dict[str, Rule] = {  # numbers
    "seconds": (lambda value: _number(value, 0, LONGEST), f"seconds, 0 to {LONGEST:,.0f}"),
    "to": (lambda value: _number(value, 0, 1), "a number from 0 to 1"),
    "back": (lambda value: _number(value, 0, 1), "a number from 0 to 1"),
    "others": (lambda value: _number(value, 0, 1), "a number from 0 to 1"),
    "lag": (lambda value: _number(value, 0, 1e3), "a share of the one before, 0 or more, such as 0.1"),
    "pace": (lambda value: _number(value, 1.01, 1e3), "a factor above 1, such as 2, twice as much in each second"),
    "zoom": (lambda value: _number(value, 1e-3, 1e3), "a number above 0, such as 0.9"),
    "size": (lambda value: _number(value, 1e-6, 1e6), "metres above 0"),
    "width": (lambda value: _number(value, 1e-6, 1e6), "metres above 0"),
    "gap": (lambda value: _number(value, 0), "metres, 0 or more"),
    "below": (lambda value: _number(value, 0), "metres, 0 or more"),
    "azimuth": (_number, "degrees, such as 270, straight from the front"),
    "elevation": (lambda value: _number(value, -90, 90), "degrees from -90 to 90"),
}
BY_KIND: dict[str, Rule] = {
    "float": (_number, "a number"),
    "int": (lambda value: _number(value) and float(value).is_integer(), "a whole number"),
    "bool": (_of(bool), "True or False"),
    "str": (_of(str), "text"),
    "None": (lambda value: value is None, "nothing"),
    "Grid": (_of(Grid), "a grid, such as film.layout.ln_f.output"),
    "Region": (_of(Region), "a region, such as weights[:] or output[t, 0]"),
    "Grids": (_grids, "grids or regions"),
    "Thing": (lambda value: value is not None, "a grid, section, sign or any other thing"),
    "Drawing": (_of(Drawing), "a drawing, such as film.sign gives"),
    "Standing": (_of(Standing), "one of film.models"),
    "Layout": (_of(Layout), "the set, film.layout"),
    "Skyline": (_of(Skyline), "a skyline that film.skyline put up"),
    "Bars": (_of(Bars), "bars that film.chart or film.bars put up"),
    "Summed": (_of(Summed), "a sum that film.weighted_sum put up"),
    "Worked": (_of(Worked), "a table that film.work_out put up"),
    "Curve": (_of(Curve), "a curve that film.curve put up"),
    "View": (_of(View), "a view, such as film.camera.view"),
    "Role": (_of(Role), "a role"),
    "Place": (_place, "three numbers (x, y, z), in metres"),
    "tuple[float, float, float]": (_place, "three numbers (x, y, z), in metres"),
    "Sequence[Grid]": (
        lambda value: isinstance(value, Sequence) and all(map(_of(Grid), value)),
        "a list of copies, such as film.copy gives",
    ),
    "Sequence[str]": (_texts, "a list of texts"),
    "Sequence[Drawing]": (
        lambda value: isinstance(value, Sequence) and all(map(_of(Drawing), value)),
        "of drawings, such as film.entitle gives",
    ),
    "tuple[str, str]": (lambda value: _texts(value) and len(value) == 2, "two texts"),
    "Sequence[int]": (_counts, "a list of whole numbers"),
    "Sequence[Sequence[int]]": (
        lambda value: isinstance(value, Sequence) and all(map(_counts, value)),
        "lists of whole numbers, such as ids of tokens",
    ),
    "tuple[int, int]": (lambda value: _counts(value, 2), "two whole numbers"),
    "tuple[float, float]": (
        lambda value: isinstance(value, tuple) and len(value) == 2 and all(map(_number, value)),
        "two numbers",
    ),
    "Sequence[float]": (lambda value: isinstance(value, Sequence) and all(map(_number, value)), "a list of numbers"),
    "Mapping[str, float]": (_entries, 'a dictionary of numbers by name, such as {"apple": 2}'),
    "Numbers": (_of(Numbers), "numbers, such as ln.normalized[t]"),
    "Unplaced": (_of(Unplaced), "a tensor, such as ln.normalized"),
    "tuple[Grid | Region, Grid | Region]": (
        lambda value: isinstance(value, tuple) and len(value) == 2 and all(map(_of((Grid, Region)), value)),
        "two grids or regions",
    ),
    "np.ndarray": (_of(np.ndarray), "an array"),
    "tuple[Axis, ...]": (lambda value: isinstance(value, tuple) and all(map(_of(Axis), value)), "axes"),
    "object": (lambda value: True, ""),
}
TOLD = {"text", "title", "titles", "names", "parts", "words"}
"""Parameters of verbs that are written on the picture, in the language of the film; ``say`` sees to its own."""
SAID = {"say", "phrase"}
CHOICES: dict[str, Sequence[str]] = {
    "color": COLORS,
    "align": ("left", "center", "right"),
    "side": ("left", "right", "above", "below"),
}


class Speaker(Protocol):
    """What has verbs: it works on a telling."""

    _telling: Telling


def verb(function: Verb) -> Verb:
    """The same method, but what it is given is checked, and what it asks for is put down to the line that called it.

    What it does step by step is one thing to whatever is around it. Raises ScriptError that says what it needs.
    """
    name = function.__name__
    signature = inspect.signature(function)
    _, *parameters = signature.parameters.values()
    spelled = ", ".join(f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name for p in parameters) or "nothing"
    rules = {p.name: _rule(p) for p in parameters if p.kind is not p.VAR_KEYWORD}
    many = {p.name for p in parameters if p.kind is p.VAR_POSITIONAL}
    written = {p.name for p in parameters if p.kind is not p.VAR_KEYWORD} & TOLD if name not in SAID else set()

    @functools.wraps(function)
    def checked(self: Speaker, *args: Any, **kwargs: Any) -> Any:
        try:
            bound = signature.bind(self, *args, **kwargs)
            given = bound.arguments
        except TypeError as error:
            raise ScriptError(f"{name} takes {spelled}: {error}.") from None
        for parameter, value in given.items():
            rule = rules.get(parameter)
            if rule is not None:
                for one in value if parameter in many else (value,):
                    if not rule[0](one):
                        raise ScriptError(f"{name} needs {rule[1]} for {parameter!r}, but got {_quoted(one)}.")
        caller, telling = sys._getframe(1), self._telling
        telling.score.origin = Origin(caller.f_code.co_filename, caller.f_lineno, name)
        if not language_in_use().is_english:
            given.update({key: _in_language(given[key]) for key in written & given.keys()})
        with telling.in_sequence():
            return function(*bound.args, **bound.kwargs)

    return checked  # type: ignore[return-value]


def _in_language(value: Any) -> Any:
    """Texts as they are written; what else may be given, such as drawings, as it is."""
    if isinstance(value, str):
        return phrase(value)
    return type(value)(map(_in_language, value)) if isinstance(value, list | tuple) else value


def _rule(parameter: inspect.Parameter) -> Rule | None:
    """What may be given for a parameter; None where anything may."""
    kinds = re.split(r" \| (?![^\[]*\])", str(parameter.annotation))
    if parameter.name in CHOICES and "str" in kinds:
        allowed, several = CHOICES[parameter.name], "Sequence[str]" in kinds

        def fits(value: object) -> bool:
            if several and _texts(value) and value:
                return all(one in allowed for one in value)  # type: ignore[attr-defined]
            return isinstance(value, str) and value in allowed

        return fits, f"one {'or more ' * several}of {', '.join(filter(None, allowed))}"
    rules = [BY_NAME.get(parameter.name, BY_KIND[kind]) if kind == "float" else BY_KIND[kind] for kind in kinds]
    if "object" in kinds:
        return None
    words = " or ".join(dict.fromkeys(need for (_, need), kind in zip(rules, kinds, strict=True) if kind != "None"))
    return (lambda value: any(fits(value) for fits, _ in rules)), words


def _quoted(value: object) -> str:
    try:
        text = " ".join(repr(value).split())
    except Exception:  # whatever its own __repr__ does
        text = f"a {type(value).__name__}"
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"

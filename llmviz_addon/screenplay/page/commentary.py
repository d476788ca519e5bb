"""Commentary: prose with links and true numbers, set into the page and timed by a reading pace.

Markup: ``[phrase]({x})`` links a phrase to a grid or a region that was handed to ``say``; ``[phrase](T)``
links it to an axis, ``[phrase](weight)`` gives it the colour of a role. ``{mean}`` is filled in; a region of
one cell is written as its value in the trace, with as many digits as it takes. ``{mean:.1f}`` asks for so many, and
gets them unless they would make a 0 or a 1 of what is none.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from ...errors import ScriptError
from ...language import AsIs, marked, phrase
from ...layout.grid import Grid, Region, Role
from ...layout.lettering.drawing import Drawing, Line, Rect, Shape, Text
from ...layout.lettering.font import Spans, fit, wrap
from ...layout.tensor import Numbers, Unplaced
from ...rounding import formatted, parts_of_all, said, written_shares
from .view import PART, TAN, Page

PLAIN = {*Role, "muted"}
"""What gives a phrase a colour, and is no thing."""
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_SPACES = re.compile(r"[^\S\u00a0]+")  # all but the one that holds two words together
FADE = 0.2
"""Seconds in which a clause comes."""
SHORTEST = 1.0
"""Seconds that even the shortest clause is read, where there is a pace."""
LARGE = 1.45
"""Size of a question's letters, and of its answer's, in those of the commentary."""
LEADING, BETWEEN = 1.35, 0.4
"""Height of a line, and what stands clauses apart, in letters."""


@dataclass(frozen=True)
class Link:
    """A phrase that points at a grid, a region, an axis or a role (by name); ``at`` is its place in the text, 0-1."""

    phrase: str
    target: Grid | Region | str
    at: float

    @property
    def color(self) -> str:
        """The theme's name for the phrase's colour."""
        if isinstance(self.target, str):
            return self.target if self.target in PLAIN else "accent"
        return str((self.target if isinstance(self.target, Grid) else self.target.grid).role)


class _Formatter(string.Formatter):
    """``str.format`` in which a region of one cell, or what has one number, is that number in the trace."""

    def __init__(self, tensors: Mapping[str, np.ndarray]) -> None:
        self.tensors = tensors

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, Region | Numbers):
            values = self.tensors[value.tensor.name][value.index]
            if np.ndim(values):
                raise ScriptError(
                    f"{value!r} has {np.size(values)} numbers; commentary can show the value of one cell."
                )
            share, row = float(values), self.tensors[value.tensor.name][value.index[:-1]]
            if isinstance(value, Region) and value.grid.shares:
                if not format_spec:
                    return in_words(written_shares(row)[value.ranges[-1][0]])
                share = next(part for part in parts_of_all([share, *np.delete(row, value.index[-1])]))
            return in_words(formatted(share, format_spec) if format_spec else said(share))
        if isinstance(value, Grid | Unplaced):
            what = "grid" if isinstance(value, Grid) else "tensor"
            raise ScriptError(f"{value!r} is a whole {what}; commentary can show the value of one cell, or link to it.")
        if isinstance(value, float | np.floating):
            return in_words(formatted(float(value), format_spec) if format_spec else said(float(value)))
        if isinstance(value, int | np.integer):
            return marked(format(value, format_spec)).replace("-", "−")
        return format(phrase(value) if isinstance(value, str) else value, format_spec)


def in_words(number: str) -> str:
    """A bound as it is said: ``more than 99.9 %``."""
    bound = {">": "more than {}", "<": "less than {}"}.get(number[:1])
    return phrase(bound, AsIs(number[2:])) if bound else number


def parse(
    text: str, names: Mapping[str, object], tensors: Mapping[str, np.ndarray]
) -> tuple[list[tuple[str, str]], list[Link]]:
    """Spans (text, colour) and links of a paragraph; raises ScriptError for a name or a link that means nothing."""
    formatter = _Formatter(tensors)
    text = text if isinstance(text, AsIs) else phrase(_SPACES.sub(" ", text).strip(" "))

    def fill(piece: str) -> str:
        try:
            return formatter.vformat(piece, (), names)
        except (KeyError, IndexError, AttributeError, ValueError, TypeError) as error:
            raise ScriptError(
                f"Commentary {piece!r} cannot be filled in: {error}. Names: {', '.join(names) or 'none'}."
            ) from None

    spans: list[tuple[str, str]] = []
    links: list[Link] = []
    last = 0
    for match in LINK.finditer(text):
        spans.append((fill(text[last : match.start()]), "ink"))
        link = Link(fill(match[1]), _target(match[2], names), match.start() / len(text))
        links.append(link)
        spans.append((link.phrase, link.color))
        last = match.end()
    spans.append((fill(text[last:]), "ink"))
    return [span for span in spans if span[0]], links


def _target(name: str, names: Mapping[str, object]) -> Grid | Region | str:
    if not name.startswith("{"):
        return name
    try:
        value, _ = string.Formatter().get_field(name.strip("{}"), (), names)
    except (KeyError, IndexError, AttributeError) as error:
        raise ScriptError(f"The link {name!r} points nowhere: {error}. Names: {', '.join(names) or 'none'}.") from None
    if not isinstance(value, Grid | Region):
        raise ScriptError(f"The link {name!r} points to {value!r}; it can point to a grid, a region or an axis.")
    return value


def words(spans: list[tuple[str, str]]) -> int:
    """How many words there are to read."""
    return len("".join(text for text, _ in spans).split())


def reading_seconds(spans: list[tuple[str, str]], pace: float | None) -> float:
    """How long it takes to read text at ``pace`` words a minute; without a pace nobody waits."""
    return 0.0 if pace is None else max(SHORTEST, words(spans) / pace * 60)


def camera_pose(page: Page) -> np.ndarray:
    """(4, 4) pose of the page before the camera, on which one unit is one picture height.

    The camera is shifted so that its axis meets the middle of the free part; the page is put back
    under the picture by the same amount. It stands so near that nothing on the set comes between.
    """
    distance = 0.3
    cx, cy = page.axis
    matrix = np.diag([distance * TAN, distance * TAN, distance * TAN, 1.0])
    matrix[:3, 3] = (-cx * distance * TAN, -cy * distance * TAN, -distance)
    return matrix


def heading(name: str, title: str, part: str, page: Page) -> Drawing:
    """The chapter's title above the commentary, with a rule under it."""
    x, top, em = page.text.left, page.text.top, page.em
    rooms = (page.text.width,) * 2 if page.is_wide else (PART * page.text.width - em, page.map.left - x - em)
    shapes: tuple[Shape, ...] = (
        Text(x, top - 0.8 * em, ((part, "muted"),), fit(part, em * 0.8, rooms[0])),
        Text(x, top - 2.4 * em, ((title, "ink"),), fit(title, em * 1.5, rooms[1])),
        Line(((x, top - 3.1 * em), (x + page.text.width, top - 3.1 * em)), 0.0015, "muted"),
    )
    return Drawing(name, shapes, camera_pose(page), "camera", opacity=0.0)


def plate(name: str, page: Page) -> Drawing:
    """The ground under the text: what moves behind it never makes it hard to read."""
    half, text = page.aspect / 2, page.text
    if page.is_wide:
        rect = Rect(-half, -0.5, text.right + 0.02 + half, 1.0, "ground")
    else:
        rect = Rect(-half, -0.5, 2 * half, text.top + 0.5 + 0.005, "ground")
    pose = camera_pose(page)
    pose[:3, :] *= 1.01
    return Drawing(name, (rect,), pose, "camera", opacity=0.0, is_ground=True)


Clauses = list[list[tuple[str, str]]]


def letter_size(clauses: Clauses, page: Page) -> float:
    """Em of a beat's text, in picture heights: the page's; long text is set smaller rather than cut."""
    em = page.em
    while True:
        _, tall = _wrapped(clauses, em, page)
        end = _top(page) - sum(tall) + (LEADING + BETWEEN - 1) * em
        if end >= page.text.bottom - 0.5 * em or em < 0.012:
            return em
        em *= 0.95


def paragraph(
    name: str, clauses: Clauses, page: Page, em: float | None = None, concludes: bool = False
) -> list[Drawing]:
    """A beat's text, one drawing per clause, each below the last, in letters of ``em`` or as large as may be.

    The last clause of what ``concludes`` a chapter is as large as the question was that it answers.
    """
    em = letter_size(clauses, page) if em is None else em
    sizes = [em] * len(clauses)
    if concludes:
        sizes[-1] = _concluding(clauses, em, page)
    top, found = _top(page), []
    for number, (spans, size) in enumerate(zip(clauses, sizes, strict=True), start=1):
        (lines,), (height,) = _wrapped([spans], size, page)
        text = Text(page.text.left, top - (size - em), tuple(lines), size, leading=LEADING)
        found.append(Drawing(f"{name}:{number}", (text,), camera_pose(page), "camera", opacity=0.0))
        top -= height
    return found


def _concluding(clauses: Clauses, em: float, page: Page) -> float:
    """Em of the last clause: a question's, or as large as there is room for under those before."""
    *_, over = [0.0, *accumulate(_wrapped(clauses[:-1], em, page)[1])]
    size = LARGE * em
    while size > em:
        ((height,),) = _wrapped(clauses[-1:], size, page)[1:]
        if _top(page) - (size - em) - over - height + (LEADING + BETWEEN - 1) * size >= page.text.bottom:
            return size
        size *= 0.95
    return em


def _top(page: Page) -> float:
    """The first line's, under the heading."""
    return page.text.top - (4.6 if page.is_wide else 4.4) * page.em


def _wrapped(clauses: Clauses, em: float, page: Page) -> tuple[list[Spans], list[float]]:
    """Clauses in lines, and how much room each takes."""
    wrapped = [wrap(spans, em, page.text.width) for spans in clauses]
    counts = [1 + "".join(text for text, _ in lines).count("\n") for lines in wrapped]
    return wrapped, [count * LEADING * em + BETWEEN * em for count in counts]

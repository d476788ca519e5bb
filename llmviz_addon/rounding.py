"""How a number is written, everywhere: in what is said, in panels, charts and lists, on the set and in the shell.

As many digits as tell the number from what it is not. ``0.00`` is nothing but 0 and ``1.00`` nothing but 1: what is
merely near them gets more digits (``0.0005``, ``0.997``), and where these would be too many, a bound that it
keeps (``< 0.00001``, ``> 99.9 %``). Numbers that change while a film plays follow the same rule, in nodes: see
``stage/things/readouts.py``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from .language import AsIs, marked, unmarked

ZERO = Decimal()
FEWEST_DECIMALS, MOST_DECIMALS = 2, 5
"""Decimals that are written in any case, and at most."""
FINEST = 9
"""Digits of a number that is nearly 1, in a formula: float32 has no more."""
DIGITS = 2
"""Digits that a small number has after its zeros."""
HUGE = 1e12
"""From there on powers of ten are written."""
NOISE = 1e-6
"""Share of the numbers that went into it below which a sum that should be 0 is nothing but rounding."""

MANY, SUM_DECIMALS = 1000, 3
"""Shares that are written together at most; decimals of what a softmax divides by."""

TINY_IN_CELL, HUGE_IN_CELL = 0.999e-5, 6e4
"""In a cell what is smaller is ``≈0``, and what is as large is not written at all: no renderer knows it."""


def number(
    value: float, least: int = FEWEST_DECIMALS, most: int = MOST_DECIMALS, digits: int = DIGITS, whole: float = 1.0
) -> str:
    """A value as it is shown: ``0.058``, ``−0.0005``, ``0.9996``, ``< 0.00001``; ``–`` where it is not known.

    Parameters
    ----------
    least, most
        Decimals in any case, and at most.
    digits
        How many a number near 0 has after its zeros.
    whole
        What is all of it, such as 100 for percent: nothing less is written like it.
    """
    value = float(value) + 0.0  # of -0.0 too
    if not math.isfinite(value):
        return _unknown(value)
    size = abs(value)
    away, finest = abs(size - whole), 10.0**-most
    near = 0.999 * finest  # a bound that is met is no bound
    if size >= HUGE:
        return _minus(f"{value:.{least}e}")
    if 0 < size < near:
        return _bound(value, finest, most, above=False)
    if 0 < away < near:
        above = size > whole
        return _bound(value, whole if above else whole - finest, least if above else most, above=True)
    decimals = min(max(least, _decimals(size, digits), _decimals(away, 1)), most)
    text = f"{value:,.{decimals}f}"
    while decimals > least and text.endswith("0"):
        text, decimals = text[:-1], decimals - 1
    return _minus(text.rstrip("."))


def figure(value: float) -> str:
    """A number to reckon with: as ``number`` writes it, but where that is a mere bound ``3e−7``, or all of it."""
    text = number(value)
    if text[0] not in "<>":
        return text
    return _minus(re.sub("e-0*", "e-", f"{value:.0e}") if abs(value) < 0.5 else f"{value:.{FINEST}g}")


def in_cell(value: float) -> str:
    """A value as it stands in a cell, with three digits or more: ``0``, ``0.0123``, ``1.20``, ``1234``.

    But no more than five decimals, as in all other numbers: ``0.00035``, and ``≈0`` where nothing is left. Nothing
    where it is 60,000 or more, and ``−∞`` for what is a cross there. The cells work this out in nodes: see
    ``stage/materials/cell_numbers.py``.
    """
    return AsIs(marked(_in_cell(float(value))))


@lru_cache(maxsize=8192)  # what is told of a cell is told several times
def _in_cell(value: float) -> str:
    value += 0.0
    if not math.isfinite(value) or value == 0:
        return "0" if value == 0 else _unknown(value)
    if abs(value) >= HUGE_IN_CELL:
        return ""
    size = abs(value)
    if size < TINY_IN_CELL:
        return "≈0"
    away = -Decimal(abs(2 * size - 2)).adjusted()  # what is not 1 is not written so
    power = min(max(2 - Decimal(size).adjusted(), 0, 0 if size == 1 else away), MOST_DECIMALS)
    shown = int(f"{size:.{power}f}".replace(".", ""))
    if shown == 1000 and power:
        shown, power = 100, power - 1
    if shown == 10**MOST_DECIMALS and size != 1:
        shown += 1 if size > 1 else -1
    text = f"{shown // 10**power}.{shown % 10**power:0{power}}" if power else str(shown)
    return text if value > 0 else f"−{text}"


def of_cell(value: float, more: int = 0) -> str:
    """A value that stands in a cell, wherever else it is written: as the cell has it, or what none can as a figure.

    One with decimals has so many digits ``more``.
    """
    text = in_cell(value)
    if not text or text == "≈0":
        return figure(value)
    decimals = len(unmarked(text).partition(".")[2])
    return _minus(f"{value:.{decimals + more}f}") if more and decimals else text


def percent(share: float) -> str:
    """A share as it is written, such as ``61.3 %``, ``0.018 %`` or ``99.996 %``: as fine near all of it as near none.

    Nothing is ``0 %`` and all of it ``100 %``, what is not quite 0 or 1 never looks so, and a cell that holds the share
    shows the same digits.
    """
    return AsIs(f"{number(100 * float(share), 0 if share in (0, 1) else 1, 3, whole=100)} %")


def done(share: float) -> str:
    """How much of some work is done, such as ``40%``; 100 % only at the end."""
    return f"{math.floor(100 * share + 1e-9)}%"


def formatted(value: float, spec: str = "") -> str:
    """A value as a chapter asks for it (``.3f``, ``.0%``), but with more digits where these would make it 0 or 1.

    Without a ``spec`` it is a :func:`number`, and a whole one has no decimals.
    """
    value = float(value) + 0.0
    if not spec:
        return _minus(f"{value:,.0f}") if value.is_integer() else number(value)
    if not math.isfinite(value):
        return number(value)
    text = _minus(format(value, spec))
    whole = 100.0 if spec.endswith("%") else 1.0
    size = abs(value) * whole
    for exact in (0.0, whole):
        if format(value, spec).lstrip("+-") == format(exact / whole, spec).lstrip("+-") and size != exact:
            places = re.search(r"\.(\d+)", spec)
            least = int(places[1]) if places else 0
            most = max(least, 5 if whole == 1 else 3)
            text = number(value * whole, least, most, 1, whole) + spec[-1:] * (whole == 100)
    return AsIs(text.replace("%", " %"))


def said(value: float) -> str:
    """A value as it is said, and shown where it is no cell's: as in a cell, but a whole one has no decimals.

    Of what is nearly 1 it is told how nearly, as of shares.
    """
    value = float(value) + 0.0
    text = in_cell(value)
    is_other = value.is_integer() or abs(value) >= 1000 or 0.99 < abs(value) < 1 or not text[:1].strip("≈")
    return formatted(value) if is_other else text


def parts_of_all(shares: Iterable[float]) -> list[float]:
    """Shares of one whole; one that is rounded to 1 is not all where another is anything, however small."""
    found = [float(share) for share in shares]
    if max(found, default=0.0) < 1:
        return found
    most = 1.0 if sum(share > 0 for share in found) == 1 else math.nextafter(1, 0)
    return [min(share, most) for share in found]


def written_shares(values: Iterable[float]) -> list[str]:
    """Shares of one whole as they are written, wherever they come: with three decimals where these add up to 1, else
    with as many as do; the smallest have more in any case, and none looks like all of it.
    """
    parts = parts_of_all(values)
    told = [
        [number(part, least, 4, digits) if 0 < part < 1 else AsIs(f"{part:.0f}") for part in parts]
        for least, digits in ((3, 1), (2, 2), (4, 1))
    ]
    return next((one for one in told if relation("1", one) == "="), told[0])


def written_percents(values: Iterable[float]) -> list[str]:
    """The same in percent, with one decimal where these add up to 100, else with as many as do."""
    parts = parts_of_all(values)
    told = [[number(100 * part, least if 0 < part < 1 else 0, 3, whole=100) for part in parts] for least in (1, 2, 3)]
    best = next((one for one in told if relation("100", one) == "="), told[0])
    return [AsIs(f"{text} %") for text in best]


def of_whole(parts: Sequence[float] | Iterable[float], place: int) -> str:
    """One of some shares, as all of them are written together; what would be a mere bound is as in a cell.

    Of more than ``MANY`` none can be added up by anybody: each is as in a cell.
    """
    shares = [float(part) for part in parts]
    text = written_shares(shares)[place] if len(shares) <= MANY else "<"
    return of_cell(shares[place]) if text[0] in "<>" else text


def of_sum(value: float) -> str:
    """What a softmax divides by: with fewer decimals what is divided by it as it is written would not come out so."""
    return number(value, SUM_DECIMALS) if abs(value) < 1000 else of_cell(value)


def near_zero(value: float, scale: float) -> str:
    """A sum that is 0 but for rounding is ``≈ 0``, where ``scale`` is the size of what was summed; else a number."""
    return "≈ 0" if 0 < abs(value) < NOISE * scale else number(value)


def relation(
    result: str, parts: Sequence[str], give: Callable[[Sequence[Decimal]], Decimal] = lambda values: sum(values, ZERO)
) -> str:
    """``=``, or ``≈`` where ``parts``, as they are written, do not ``give`` the very ``result`` that is written."""
    try:
        return "=" if read(result) == give([read(part) for part in parts]) else "≈"
    except ArithmeticError:  # one is a mere bound, or has more digits than are kept
        return "≈"


def _decimals(size: float, digits: int) -> int:
    """Decimals that give a number of this size so many digits after its zeros."""
    return 0 if size == 0 else digits - 1 - math.floor(math.log10(size))


def _bound(value: float, bound: float, decimals: int, above: bool) -> str:
    """``value`` lies beyond ``bound``, seen from 0, or within it."""
    sign = ">" if above == (value > 0) else "<"
    return _minus(f"{sign} {math.copysign(bound, value):.{decimals}f}")


def _unknown(value: float) -> str:
    return "–" if math.isnan(value) else "−∞" if value < 0 else "∞"


def _minus(text: str) -> str:
    """A number as Python writes it with our minus, and the marks of the language in use."""
    return AsIs(marked(text).replace("-", "−"))


def decimals_of(text: str) -> int:
    """How many decimals a number is written with."""
    return len(unmarked(text).partition(".")[2])


def read(text: str) -> Decimal:
    """A number back from how it is written; raises ArithmeticError for a bound."""
    return Decimal(unmarked(text.replace("−", "-")))

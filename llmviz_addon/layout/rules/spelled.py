"""A formula in one line of text: what a panel sets in two dimensions, for cards, notebooks and the clipboard.

The same trees are spelled, in symbols and with their values, by the same rules for brackets.
"""

from __future__ import annotations

from ...language import comma, phrase
from ...rounding import number
from .formula import (
    Add,
    Bend,
    Concat,
    Div,
    Dot,
    Exp,
    Expression,
    Figure,
    Lookup,
    Max,
    Mean,
    Mul,
    Number,
    Operand,
    Series,
    Sqrt,
    Square,
    Stored,
    Sub,
    Sum,
    Symbol,
    Var,
)

_CALLED: dict[type, tuple[str, str]] = {
    Mean: ("E[", "]"),
    Var: ("Var[", "]"),
    Max: ("max(", ")"),
    Exp: ("exp(", ")"),
    Sqrt: ("√(", ")"),
}
_WORDS = {"token_weight": "token embedding", "position_weight": "position embedding", "weight": "weights"}
"""Operands whose names are not what they are called."""


def spelled(expression: Expression) -> str:
    """``expression`` in one line, such as ``dot(query, key) / √A`` or ``(0.52 − 0.01) / 0.98 · 1.2 + 0.1``."""
    return _spelled(expression, 0)


def _spelled(part: Expression, strength: int, opens: bool = True) -> str:
    """A part, in brackets where it holds together less than ``strength``, or is a minus where none can stand."""
    negative = isinstance(part, Figure) and part.text.startswith("−") and not opens
    fenced = _strength(part) < strength or negative
    return f"({_plain(part, True)})" if fenced else _plain(part, opens)


def _strength(part: Expression) -> int:
    """How tightly it holds together: sums 1, products and fractions 2, all else 3."""
    match part:
        case Add() | Sub():
            return 1
        case Series(terms, _, "+", missing):
            return 1 if len(terms) + missing > 1 else _strength(terms[0])
        case Mul() | Div():
            return 2
        case Stored(_, shown):
            return _strength(shown)
    return 3


def _plain(part: Expression, opens: bool) -> str:
    match part:
        case Operand(name, _, _, symbol):
            return phrase(symbol or _WORDS.get(name, name))
        case Figure(text) | Symbol(text):
            return text
        case Number(value):
            return number(value, 0)
        case Stored(_, shown):
            return _plain(shown, opens)
        case Lookup(entry, index):
            return f"{_plain(entry, True)}[{_plain(index, True)}]"
        case Concat(parts):
            first, last = _plain(parts[0], True), _plain(parts[-1], True)
            return first if len(parts) == 1 else f"{first} … {last}"
        case Add(left, right):
            return f"{_spelled(left, 1, opens)} + {_spelled(right, 1, False)}"
        case Sub(left, right):
            return f"{_spelled(left, 1, opens)} − {_spelled(right, 2, False)}"
        case Mul(left, right):
            return f"{_spelled(left, 2, opens)} · {_spelled(right, 3, False)}"
        case Div(left, right):
            return f"{_spelled(left, 2, opens)} / {_spelled(right, 3, False)}"
        case _:
            return _called(part, opens)


def _called(part: Expression, opens: bool) -> str:
    """What has a name, or a sign of its own."""
    match part:
        case Dot(left, right):
            return f"{phrase('dot')}({_plain(left, True)}{comma()} {_plain(right, True)})"
        case Sum(inner):
            return f"Σ {_spelled(inner, 2, True)}"
        case Square(inner):
            return f"{_spelled(inner, 3, False)}²"
        case Bend(inner, by):
            return f"{by.name}({_plain(inner, True)})"
        case Sqrt(Symbol() | Number() | Figure() as inner):
            return f"√{_spelled(inner, 3, False)}"
        case Series():
            return _series(part, opens)
        case Mean(inner) | Var(inner) | Max(inner) | Exp(inner) | Sqrt(inner):
            opening, closing = _CALLED[type(part)]
            return f"{opening}{_plain(inner, True)}{closing}"
    raise TypeError(f"Nothing says how {part!r} is spelled.")


def _series(series: Series, opens: bool) -> str:
    """The terms that are written, and "…" for each stretch of others."""
    words: list[str] = []
    last = -1
    for place in series.shown:
        if place > last + 1 or (series.missing and place == series.shown[-1]):
            words.append("…")
        words.append(_spelled(series.terms[place], 1, (opens and not words) or series.sign == ","))
        last = place
    if last + 1 < len(series.terms):
        words.append("…")
    return (f" {series.sign} " if series.sign == "+" else f"{comma()} ").join(words)

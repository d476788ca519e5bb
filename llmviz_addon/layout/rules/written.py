"""A formula with its values: the same tree as its symbols, with every operand a number as it is written.

Nothing is written for a rule of its own: whatever a formula can say is filled in here, part by part, so that a new
part of a model shows its numbers too. What reads many numbers becomes the sum of them, of which the first, the last and
the largest are written; where only some of them are drawn, those that can be seen. The numbers look as in their cells:
they are rounded, so whether they give the result as it is written is worked out from what is written, as a reader with
a calculator would. Where a few single numbers would give her another one, they have a digit or two more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from ...language import marked, whole
from ...rounding import ZERO, of_cell, of_sum, of_whole, read, relation
from ..roles import Role
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
    Rule,
    Series,
    Sqrt,
    Square,
    Stored,
    Sub,
    Sum,
    Symbol,
    Var,
    operands,
    value_of,
)

FIRST = 2
"""Terms of a sum that are written before "…"."""
MORE = 2
"""Digits more than in cells that the numbers of a formula have at most."""
LONGEST = 1000
"""Of a sum of more terms only those that are written are looked at; nobody could add them up."""


def written(
    rule: Rule, tensors: Mapping[str, np.ndarray], index: tuple[int, ...], result: str, first: int = FIRST,
    lines: int = 1,
) -> tuple[Expression, str] | None:  # fmt: skip
    """The formula of the cell at ``index`` with its values, and whether they are ``=`` or ``≈`` its ``result``.

    Of a sum the ``first`` terms are written, and it takes so many ``lines``. None where the formula reads nothing.
    """
    return Writing(rule, tensors, index, result).at(first, lines)


class Writing:
    """The formula of one cell with its values, to be written in several ways: what these share is worked out once."""

    def __init__(
        self, rule: Rule, tensors: Mapping[str, np.ndarray], index: tuple[int, ...], result: str,
        drawn: Mapping[str, Sequence[int]] | None = None,
    ) -> None:  # fmt: skip
        self._filling = _Filling(rule.at(index), tensors, index, drawn or {})
        self._result = result
        self._sign = ""

    def at(self, first: int = FIRST, lines: int = 1) -> tuple[Expression, str] | None:
        """As ``written`` gives it."""
        filling, formula = self._filling, self._filling.rule.formula
        if next(operands(formula), None) is None:
            return None
        filling.first, filling.lines = first, lines
        tree = filling.fill(formula)
        if not any(isinstance(part, Series) for part in parts(tree)):
            tree = next((one for one in self._finer(tree) if gives(one, self._result)), tree)
        self._sign = self._sign or relation(self._result, (), lambda _: worth(tree))
        return tree, self._sign

    def _finer(self, tree: Expression) -> Iterator[Expression]:
        """The same with more and more digits."""
        yield tree
        for more in range(1, MORE + 1):
            yield replace(self._filling, more=more).fill(self._filling.rule.formula)


def gives(tree: Expression, result: str) -> bool:
    """Whether written numbers give the result as that is rounded."""
    try:
        return worth(tree).quantize(wanted := read(result)) == wanted
    except ArithmeticError:
        return False


def parts(tree: Expression) -> Iterator[Expression]:
    """A written formula, and all that it is made of."""
    yield tree
    for part in vars(tree).values():
        if isinstance(part, Expression):
            yield from parts(part)


def worth(tree: Expression) -> Decimal:
    """What written numbers give, reckoned exactly; raises ArithmeticError where not all of them are there."""
    match tree:
        case Figure(text):
            return read(text)
        case Add(left, right):
            return worth(left) + worth(right)
        case Sub(left, right):
            return worth(left) - worth(right)
        case Mul(left, right):
            return worth(left) * worth(right)
        case Div(left, right):
            return worth(left) / worth(right)
        case Square(inner):
            return worth(inner) ** 2
        case Sqrt(inner):
            return worth(inner).sqrt()
        case Exp(inner):
            return worth(inner).exp()
        case Bend(inner, by):
            return Decimal(float(by(np.array(float(worth(inner))))))
        case Max(Series(terms, _, ",", 0)):
            return max(map(worth, terms))
        case Series(terms, _, "+", 0):
            return sum(map(worth, terms), ZERO)
        case _:
            raise ArithmeticError(f"{type(tree).__name__} is not all written.")


@dataclass
class _Filling:
    """What it takes to fill in a formula for one cell."""

    rule: Rule
    tensors: Mapping[str, np.ndarray]
    index: tuple[int, ...]
    drawn: Mapping[str, Sequence[int]]  # of what is read only in part seen, which of its numbers, by operand
    first: int = FIRST
    lines: int = 1
    more: int = 0  # digits, than in cells

    def __post_init__(self) -> None:
        self._values: dict[Expression, np.ndarray] = {}
        self._kept: dict[int, tuple[Expression, np.ndarray]] = {}  # the same by identity: of many parts one is long
        self._terms: dict[Expression, tuple[Expression, ...]] = {}  # of sums, by what they add

    def fill(self, formula: Expression) -> Expression:
        """The formula with its numbers."""
        return self._fill(formula, 0)

    def _value(self, part: Expression) -> np.ndarray:
        if (kept := self._kept.get(id(part))) is not None:
            return kept[1]
        if part not in self._values:
            self._values[part] = np.ravel(value_of(part, self.rule, self.tensors, self.index))
        self._kept[id(part)] = part, self._values[part]
        return self._values[part]

    def _figure(self, value: float, role: Role | None = None) -> Figure:
        return Figure(of_cell(float(value), self.more), role)

    def _fill(self, part: Expression, at: int) -> Expression:
        """A part with its numbers; of what is many numbers, the one at a place."""
        match part:
            case Operand():
                values = self._value(part)
                if part.shares:
                    return Figure(of_whole(values, at), part.role)
                return self._figure(values[at if len(values) > 1 else 0], part.role)
            case Stored(_, shown):
                value = float(self._value(part)[0])
                return Figure(of_sum(value) if isinstance(shown, Sum) else of_cell(value, self.more), Role.AGGREGATE)
            case Lookup(entry, _):
                return self._fill(entry, at)
            case Concat(parts):
                return self._figure(self._value(part)[at], parts[0].role)
            case Symbol(_, value) | Number(value):
                return Figure(marked(f"{value:,.0f}")) if float(value).is_integer() else self._figure(value)
            case Add() | Sub() | Mul() | Div():
                return type(part)(self._fill(part.left, at), self._fill(part.right, at))
            case Sqrt() | Exp() | Square():
                return type(part)(self._fill(part.inner, at))
            case Bend(inner, by):
                return Bend(self._fill(inner, at), by)
            case Figure():
                return part
            case _:
                return self._reduced(part)

    def _reduced(self, part: Expression) -> Expression:
        """What makes one number of many."""
        match part:
            case Dot(left, right):
                return self._series(Mul(left, right), left)
            case Sum(inner):
                return self._series(inner, inner)
            case Mean(inner):
                return Div(self._series(inner, inner), self._how_many(inner))
            case Var(inner):
                mean = self._figure(float(self._value(inner).mean()), Role.AGGREGATE)
                return Div(self._series(Square(Sub(inner, mean)), inner), self._how_many(inner))
            case Max(inner):
                return Max(self._series(inner, inner, ","))
        raise TypeError(f"Nothing says how {part!r} is written with its values.")

    def _how_many(self, part: Expression) -> Figure:
        return Figure(whole(len(self._value(part))))

    def _series(self, term: Expression, numbers: Expression, sign: str = "+") -> Series:
        """A term for each of some numbers: the first ones, the last, and in any case the largest.

        In a sum that takes the place of one of the first, so that it is no longer, but for the very first. Where
        ``first`` is 0 there is so little room that of a sum only the first and the last are written. Of a sum of which
        only some terms can be seen the last one is not written, and the others are among these.
        """
        count, first = len(self._value(numbers)), max(self.first, 1)
        is_one = sign == "+" and count <= LONGEST and not isinstance(numbers, Concat)
        seen = self.drawn.get(next(operands(numbers), ""), ()) if is_one else ()
        there, last = (seen, []) if seen else (range(count), [count - 1])
        written = set(there) if len(there) <= self.first + 1 + len(last) else {*there[:first], *last}
        if self.first or sign == ",":
            sizes = self._values_of(term, numbers)[there]
            largest = there[int((sizes if sign == "," else abs(sizes)).argmax())]
            if sign == "+" and largest not in written and first > 1:
                written.remove(there[first - 1])
            written.add(largest)
        looked_at = range(count) if count <= LONGEST else sorted(written)
        if count > LONGEST or term not in self._terms:
            self._terms[term] = tuple(self._fill(term, place) for place in looked_at)
        terms = self._terms[term]
        shown = tuple(number for number, place in enumerate(looked_at) if place in written)
        return Series(terms, shown, sign, count - len(looked_at), self.lines)

    def _values_of(self, term: Expression, numbers: Expression) -> np.ndarray:
        """What a term comes to for each of some numbers, or what grows as it does."""
        match term:
            case Mul(left, right):
                return self._value(left) * self._value(right)
            case Square(Sub(inner, Figure())):
                return self._value(inner) - self._value(inner).mean()
        return self._value(numbers)

"""How a cell is computed, as data.

One description serves all who need it: the screenplay lights the cells that are read, the formula
panel draws the tree, sweeps follow it, and a test evaluates it against the trace, so a picture
cannot claim what the model doesn't do. A rule names its sources by their place in the whole tensor
(the cell's own index, all of an axis, up to the cell's own index …), never by example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from ...model.activations import Activation
from ..roles import Role

# --- the tree ---------------------------------------------------------------------------------------------


class Form(StrEnum):
    """How numbers lie on the set, and so in the little picture of them."""

    CELL = "cell"
    ROW = "row"  # side by side
    COLUMN = "column"  # one below the other


@dataclass(frozen=True)
class Operand:
    """Numbers read from a grid: the rule's source of that name.

    It is drawn as a little picture of its cells, or as ``symbol`` where it has one.
    They may be ``shares`` of one whole.
    """

    name: str
    form: Form = Form.CELL
    role: Role = Role.ACTIVATION
    symbol: str = ""
    shares: bool = False


@dataclass(frozen=True)
class Stored:
    """A number read from the aggregate ``name``: drawn as its ``symbol``, or else as what it stands for (``shown``)."""

    name: str
    shown: Expression
    symbol: str = ""


@dataclass(frozen=True)
class Lookup:
    """A number of a table at the entry that ``index`` holds."""

    entry: Operand
    index: Operand


@dataclass(frozen=True)
class Concat:
    """Several vectors end to end."""

    parts: tuple[Operand, ...]


@dataclass(frozen=True)
class Symbol:
    """A constant that is drawn as a letter."""

    text: str
    value: float


@dataclass(frozen=True)
class Number:
    """A constant that is drawn as its value."""

    value: float


@dataclass(frozen=True)
class Add:
    """left + right"""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Sub:
    """left − right"""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Mul:
    """left · right"""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Div:
    """A fraction."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Sqrt:
    """Square root."""

    inner: Expression


@dataclass(frozen=True)
class Mean:
    """mean(x), over all numbers of x."""

    inner: Expression


@dataclass(frozen=True)
class Var:
    """variance(x), over all numbers of x, divided by their count."""

    inner: Expression


@dataclass(frozen=True)
class Sum:
    """Σ, over all numbers of x."""

    inner: Expression


@dataclass(frozen=True)
class Max:
    """Largest of all numbers of x."""

    inner: Expression


@dataclass(frozen=True)
class Exp:
    """e to the power of each number of x."""

    inner: Expression


@dataclass(frozen=True)
class Bend:
    """A number bent by the activation that the model computes with, such as one form of GELU; drawn by its name."""

    inner: Expression
    by: Activation


@dataclass(frozen=True)
class Dot:
    """Dot product of two vectors."""

    left: Expression
    right: Expression


Unary = Sqrt | Mean | Var | Sum | Max | Exp | Bend
Binary = Add | Sub | Mul | Div | Dot


# --- with values in it: see ``written`` ---------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A number as it is written, in the colour of its role."""

    text: str
    role: Role | None = None


@dataclass(frozen=True)
class Square:
    """inner²"""

    inner: Expression


@dataclass(frozen=True)
class Series:
    """Numbers of which those at the places ``shown`` are written and "…" stands for the others.

    They are summed where ``sign`` is "+"; "," lists them for a function of all. Of more than ``LONGEST`` there are
    only those that are written, ``missing`` so many. They are written in so many ``lines``.
    """

    terms: tuple[Expression, ...]
    shown: tuple[int, ...]
    sign: str = "+"
    missing: int = 0
    lines: int = 1


Written = Figure | Square | Series
Expression = Operand | Stored | Lookup | Concat | Symbol | Number | Unary | Binary | Written


# --- what is read -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class At:
    """The cell's own index along its axis number ``axis``."""

    axis: int


@dataclass(frozen=True)
class UpTo:
    """Everything from 0 to the cell's own index along its axis ``axis``, that one included."""

    axis: int


@dataclass(frozen=True)
class All:
    """The whole axis."""


@dataclass(frozen=True)
class ValueOf:
    """The index that is the value of another source."""

    name: str


Index = At | UpTo | All | ValueOf


@dataclass(frozen=True)
class Source:
    """Cells of the grid ``grid``: one index per axis of its tensor."""

    grid: str
    index: tuple[Index, ...]


@dataclass(frozen=True)
class Rule:
    """How each cell of a grid is computed.

    ``sources`` are by operand name. ``masked`` is the rule of the cells for which the second index is
    greater than the first (keys later than the query), where they are made otherwise.
    """

    formula: Expression
    sources: Mapping[str, Source] = field(default_factory=dict)
    masked: Rule | None = None

    def at(self, index: tuple[int, ...]) -> Rule:
        """The rule of the cell at ``index``: this one, or ``masked``."""
        if self.masked is not None and index[1] > index[0]:
            return self.masked
        return self


def resolve(part: Index, index: tuple[int, ...], rule: Rule, tensors: Mapping[str, np.ndarray] | None) -> int | slice:
    """Where ``part`` of a source is read for the cell at ``index``; without ``tensors`` a looked up entry is any."""
    match part:
        case At(axis):
            return index[axis]
        case UpTo(axis):
            return slice(0, index[axis] + 1)
        case ValueOf(name) if tensors is not None:
            return int(_read(rule, name, tensors, index))
        case _:
            return slice(None)


def operands(expression: Expression, pictures: bool = False) -> Iterator[str]:
    """Names of the operands in an expression, from left to right; those only drawn if ``pictures``."""
    match expression:
        case Operand(name):
            yield name
        case Stored(name, shown, symbol):
            yield name
            if pictures and not symbol:
                yield from operands(shown, pictures)
        case Lookup(entry, position):
            yield entry.name
            yield position.name
        case Concat(parts):
            for part in parts:
                yield part.name
        case Add() | Sub() | Mul() | Div() | Dot():
            yield from operands(expression.left, pictures)
            yield from operands(expression.right, pictures)
        case Sqrt() | Mean() | Var() | Sum() | Max() | Exp() | Bend():
            yield from operands(expression.inner, pictures)


# --- evaluation -------------------------------------------------------------------------------------------


def evaluate(rule: Rule, tensors: Mapping[str, np.ndarray], index: tuple[int, ...]) -> float:
    """Value of the cell at ``index``, in double precision, from the tensors that the rule reads."""
    rule = rule.at(index)
    return float(value_of(rule.formula, rule, tensors, index))


def _read(rule: Rule, name: str, tensors: Mapping[str, np.ndarray], index: tuple[int, ...]) -> np.ndarray:
    source = rule.sources[name]
    where = tuple(resolve(part, index, rule, tensors) for part in source.index)
    return np.asarray(tensors[source.grid][where], dtype=np.float64)


def value_of(
    expression: Expression, rule: Rule, tensors: Mapping[str, np.ndarray], index: tuple[int, ...]
) -> np.ndarray | float:
    """What a part of the formula of ``rule`` is for the cell at ``index``, in double precision."""

    def value(inner: Expression) -> np.ndarray | float:
        return value_of(inner, rule, tensors, index)

    match expression:
        case Operand(name) | Stored(name):
            return _read(rule, name, tensors, index)
        case Lookup(entry, _):
            return value(entry)
        case Concat(parts):
            return np.concatenate([np.atleast_1d(value(part)) for part in parts])
        case Symbol(_, constant) | Number(constant):
            return constant
        case Add() | Sub() | Mul() | Div() | Dot():
            return _binary(expression, value(expression.left), value(expression.right))
        case Figure() | Square() | Series():
            raise TypeError(f"{expression!r} is written; its worth is told by ``written``.")
        case _:
            return _unary(expression, np.asarray(value(expression.inner)))


def _binary(expression: Binary, left: np.ndarray | float, right: np.ndarray | float) -> np.ndarray | float:
    match expression:
        case Add():
            return left + right
        case Sub():
            return left - right
        case Mul():
            return left * right
        case Div():
            return left / right
        case Dot():
            return np.dot(left, right)


def _unary(expression: Unary, inner: np.ndarray) -> np.ndarray | float:
    match expression:
        case Sqrt():
            return np.sqrt(inner)
        case Mean():
            return inner.mean()
        case Var():
            return inner.var()
        case Sum():
            return inner.sum()
        case Max():
            return inner.max()
        case Exp():
            return np.exp(inner)
        case Bend(_, by):
            return by(inner)

"""How many parameters there are by how wide the model is: ``12 C² + 13 C`` of a layer, told from its parts' axes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from .config import GPTConfig

POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
WIDE = re.compile(r"([0-9]*)C")
"""Axes that are as wide as the stream, or so many times as wide."""


@dataclass(frozen=True)
class Count:
    """A sum of terms, each a number and a power of C, the highest first; it prints itself as it is written."""

    terms: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, shapes: Iterable[tuple[str, ...]], config: GPTConfig, lengths: Mapping[str, int]) -> Count:
        """What tensors of these ``shapes``, told by the names of their axes, have together."""
        found: dict[int, Fraction] = defaultdict(Fraction)
        for axes in shapes:
            factor, power = Fraction(1), 0
            for name in axes:
                if (wide := WIDE.fullmatch(name)) is not None:
                    factor, power = factor * int(wide[1] or 1), power + 1
                elif name == "A":  # together the heads are as wide as the stream
                    factor, power = factor * Fraction(lengths["A"], config.n_embd), power + 1
                else:
                    factor *= lengths[name]
            found[power] += factor
        whole = all(factor.denominator == 1 for factor in found.values())
        told = found if whole else {0: sum(factor * config.n_embd**power for power, factor in found.items())}
        return cls(tuple((int(told[power]), power) for power in sorted(told, reverse=True)))

    def at(self, width: int) -> int:
        """How many these are where C is ``width``."""
        return sum(factor * width**power for factor, power in self.terms)

    def __add__(self, other: Count) -> Count:
        found: dict[int, int] = defaultdict(int)
        for factor, power in (*self.terms, *other.terms):
            found[power] += factor
        return Count(tuple((found[power], power) for power in sorted(found, reverse=True)))

    def __str__(self) -> str:
        return " + ".join(_term(factor, power) for factor, power in self.terms)


def _term(factor: int, power: int) -> str:
    symbol = "" if power == 0 else "C" if power == 1 else f"C{POWERS[power]}"
    return f"{factor:,}\u00a0{symbol}".rstrip() if factor != 1 or not symbol else symbol

"""What takes long is a generator that tells how far it is; taken at a stretch it is a function."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from contextlib import closing
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")
Stepwise = Generator[tuple[float, str], None, T]
"""Yields (share done, what comes next)."""


def at_once(steps: Callable[P, Generator[object, None, T]]) -> Callable[P, T]:
    """The same as a generator's steps, taken one after the other: returns what it returns."""

    @functools.wraps(steps)
    def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        going = steps(*args, **kwargs)
        while True:
            try:
                next(going)
            except StopIteration as done:
                return done.value

    whole.__name__ = whole.__qualname__ = steps.__name__.removesuffix("_steps")
    return whole


def within(steps: Stepwise[T], start: float, end: float, says: str = "") -> Stepwise[T]:
    """Steps as a part of others, from a share of these to another; what comes next is said after ``says``."""
    with closing(steps):
        while True:
            try:
                share, text = next(steps)
            except StopIteration as done:
                return done.value
            yield start + (end - start) * share, says + text

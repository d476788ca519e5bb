"""What takes long is a generator that tells how far it is; taken at a stretch it is a function."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing
from typing import NamedTuple, ParamSpec, TypeVar

S = TypeVar("S")
T = TypeVar("T")
P = ParamSpec("P")
Stepwise = Generator[tuple[float, str], None, T]
"""Yields (share done, what comes next)."""


class Pause(NamedTuple):
    """A step before which a window is drawn, however short the last one took.

    Then Blender's list of notifications is empty, along which it walks for each thing that is removed.
    """

    share: float
    text: str


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
                step = next(steps)
            except StopIteration as done:
                return done.value
            share, text = start + (end - start) * step[0], says + step[1]
            yield Pause(share, text) if isinstance(step, Pause) else (share, text)


def inside(
    context: Callable[[], AbstractContextManager[object]], steps: Generator[S, None, T]
) -> Generator[S, None, T]:
    """The same steps, each taken inside a context that is made anew for it and left again after it."""
    with closing(steps):
        while True:
            try:
                with context():
                    step = next(steps)
            except StopIteration as done:
                return done.value
            yield step

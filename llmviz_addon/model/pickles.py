"""A reader of pickles that can run nothing.

A pickle is a program for a small stack machine, and Python's own machine lets it import and call whatever it
names. This one knows only the instructions that plain data need, and of names only those that the caller
hands in; anything else is refused by its name. It walks over :func:`pickletools.genops` and not over a
restricted ``pickle.Unpickler``, because that one sets aside whatever memory a few bytes of a pickle claim.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import ModelError
from .files import one_line, short

MAX_SIZE = 1 << 22  # bytes; the pickle in a checkpoint of GPT-2 XL with its optimizer has half a million
MAX_ARGUMENTS = 16  # of one call; a tuple of a million costs a few bytes each time that it is handed over
MAX_KEY = 1 << 12  # letters of a key
SMALL = 1 << 24  # whole numbers up to here cannot be chosen such that a dictionary of them gets slow
MAX_LARGE = 1000  # keys in one pickle that are other numbers

CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
EMPTY: dict[str, Callable[[], object]] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple}
NUMBER_OPS = {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"}
TEXT_OPS = {"STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"}
ARGUMENTS = NUMBER_OPS | TEXT_OPS | {"BINBYTES", "SHORT_BINBYTES", "BINBYTES8"}
IDLE = {"PROTO", "FRAME"}
SHORT_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class Dict(dict[Any, Any]):
    """What stands in for an OrderedDict, which may carry notes beside its items; they are dropped.

    It is made empty, as Python 3 writes it: filled by its constructor it would take any keys.
    """

    def __init__(self) -> None:
        super().__init__()


def read(
    data: bytes,
    known: Mapping[str, object] | None = None,
    persistent: Callable[[object], object] | None = None,
) -> object:
    """The plain data in a pickle.

    Parameters
    ----------
    data : the pickle, at most ``MAX_SIZE`` bytes.
    known : what a name such as ``"collections.OrderedDict"`` stands for; what is callable may be called. That
        one name is always known.
    persistent : makes an object of a persistent id; without it there may be none.

    Raises ModelError for a damaged pickle and for any name or instruction that is not known.
    """
    if len(data) > MAX_SIZE:
        raise ModelError(f"Its pickle has {len(data)} bytes, but at most {MAX_SIZE} are read.")
    machine = _Machine({"collections.OrderedDict": Dict} | dict(known or {}), persistent)
    try:
        for opcode, argument, _ in pickletools.genops(data):
            machine.step(opcode.name, argument)
        return machine.stack.pop()
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise ModelError(f"Its pickle is damaged ({type(error).__name__}: {one_line(error)}).") from error


class _Machine:
    """The stack, what it was when each open mark was set, and the memo."""

    def __init__(self, known: Mapping[str, object], persistent: Callable[[object], object] | None) -> None:
        self.known = known
        self.persistent = persistent
        self.stack: list[Any] = []
        self.outer: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.large = 0

    def step(self, name: str, argument: Any) -> None:
        """Carry out one instruction."""
        if name in ARGUMENTS:
            self.stack.append(argument)
        elif name in CONSTANTS:
            self.stack.append(CONSTANTS[name])
        elif name in EMPTY:
            self.stack.append(EMPTY[name]())
        elif name in SHORT_TUPLES:
            self.stack.append(tuple(reversed([self.stack.pop() for _ in range(SHORT_TUPLES[name])])))
        elif name not in IDLE and name != "STOP":
            self._rare(name, argument)

    def _rare(self, name: str, argument: Any) -> None:
        stack, memo = self.stack, self.memo
        match name:
            case "MARK":
                self.outer.append(stack)
                self.stack = []
            case "POP":
                stack.pop()
            case "POP_MARK":
                self._since_mark()
            case "DUP":
                stack.append(stack[-1])
            case "PUT" | "BINPUT" | "LONG_BINPUT":
                memo[argument] = stack[-1]
            case "MEMOIZE":
                memo[len(memo)] = stack[-1]
            case "GET" | "BINGET" | "LONG_BINGET":
                stack.append(memo[argument])
            case "TUPLE":
                items = self._since_mark()
                self.stack.append(tuple(items))
            case "LIST":
                items = self._since_mark()
                self.stack.append(items)
            case "DICT":
                items = self._since_mark()
                self.stack.append(self._pairs(items))
            case "APPEND":
                item = stack.pop()
                _of_type(stack[-1], list).append(item)
            case "APPENDS":
                items = self._since_mark()
                _of_type(self.stack[-1], list).extend(items)
            case "SETITEM":
                value, key = stack.pop(), stack.pop()
                _of_type(stack[-1], dict).update(self._pairs([key, value]))
            case "SETITEMS":
                items = self._since_mark()
                _of_type(self.stack[-1], dict).update(self._pairs(items))
            case "GLOBAL":
                self._name(argument.replace(" ", ".", 1))
            case "STACK_GLOBAL":
                attribute, module = stack.pop(), stack.pop()
                self._name(f"{_of_type(module, str)}.{_of_type(attribute, str)}")
            case "REDUCE":
                arguments = _of_type(stack.pop(), tuple)
                if len(arguments) > MAX_ARGUMENTS:
                    raise ValueError(f"{len(arguments)} arguments")
                stack.append(_function(stack.pop())(*arguments))
            case "BUILD":
                stack.pop()
                _of_type(stack[-1], Dict)
            case "BINPERSID" if self.persistent is not None:
                stack.append(self.persistent(stack.pop()))
            case _:
                raise ModelError(f"Its pickle has the instruction {name}, which plain data do not need.")

    def _name(self, name: str) -> None:
        if name not in self.known:
            raise ModelError(
                f"Its pickle asks for {short(name)}, which is not part of a dictionary of tensors and is not run. "
                "Save the model's state_dict() alone."
            )
        self.stack.append(self.known[name])

    def _since_mark(self) -> list[Any]:
        """What was put on the stack since the last mark; the stack is as it was then."""
        items, self.stack = self.stack, self.outer.pop()
        return items

    def _pairs(self, items: list[Any]) -> dict[Any, Any]:
        """Keys and values in turn -> dict. Keys are text or numbers: hashing others may run deep.

        Few are large numbers, as it is no art to find a hundred thousand that have one hash, and few letters
        long, as equal ones are compared letter by letter.
        """
        if len(items) % 2:
            raise ValueError("a key without a value")
        for key in items[::2]:
            if not isinstance(key, str | int | float | None):
                raise ValueError(f"a {type(key).__name__} as a key")
            if isinstance(key, str) and len(key) > MAX_KEY:
                raise ValueError(f"a key of {len(key)} letters")
            self.large += isinstance(key, float) or (isinstance(key, int) and abs(key) > SMALL)
        if self.large > MAX_LARGE:
            raise ValueError(f"{self.large} large numbers as keys")
        return dict(zip(items[::2], items[1::2], strict=True))


def _function(value: Any) -> Callable[..., object]:
    if not callable(value):
        raise ValueError(f"a {type(value).__name__} where a function is needed")
    return value


def _of_type(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"a {type(value).__name__} where a {kind.__name__} is needed")
    return value

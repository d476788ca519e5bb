"""The reader of pickles: plain data as Python reads them, nothing else, whatever the bytes."""

from __future__ import annotations

import collections
import contextlib
import os
import pickle
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import ModelError
from llmviz_addon.model import pickles
from llmviz_addon.model.files import short

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner)
        | st.tuples(inner, inner, inner, inner)
        | st.dictionaries(st.text() | st.integers() | st.none(), inner)
        | st.dictionaries(st.text(), inner).map(collections.OrderedDict)
    ),
)


class Foreign:
    """Something whose pickle would run code."""

    def __init__(self, name: object, *arguments: object) -> None:
        self.reduced = name, arguments

    def __reduce__(self) -> object:
        return self.reduced


@given(PLAIN, st.integers(2, pickle.HIGHEST_PROTOCOL))
def test_plain_data_are_what_python_reads(data: object, protocol: int) -> None:
    assert pickles.read(pickle.dumps(data, protocol)) == data


@pytest.mark.parametrize("data", [b"", b"x" * 300, 1 << 3000, -(1 << 3000)])
def test_bytes_and_long_numbers(data: object) -> None:
    assert pickles.read(pickle.dumps(data)) == data


def test_one_list_in_two_places_stays_one() -> None:
    inner: list[int] = []
    found = pickles.read(pickle.dumps([inner, inner]))
    assert isinstance(found, list)
    assert found[0] is found[1]


def test_an_ordered_dict_with_notes_beside_it() -> None:
    noted = collections.OrderedDict(a=1)
    noted._metadata = {"version": 1}  # type: ignore[attr-defined]
    assert pickles.read(pickle.dumps(noted, 2)) == {"a": 1}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (Foreign(os.system, "touch /tmp/llmviz-was-here"), f"{os.system.__module__}.system"),
        (Foreign(eval, "1"), "builtins.eval"),
        (Foreign(getattr, "", "join"), "builtins.getattr"),
        (os.system, f"{os.system.__module__}.system"),
        (collections.deque(), "collections.deque"),
    ],
)
def test_foreign_code_is_refused_by_its_name(thing: object, name: str, protocol: int) -> None:
    if protocol < 3:
        name = name.replace("builtins", "__builtin__")
    with pytest.raises(ModelError) as caught:
        pickles.read(pickle.dumps({"model": thing}, protocol))
    if protocol >= 2:  # before, even a plain object goes through copy_reg
        assert f"asks for {name!r}, which is not part of" in str(caught.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is damaged"),
        (b"\x80\x04", "is damaged"),
        (b".", "is damaged"),
        (b"0.", "is damaged"),
        (b"h\x05.", "is damaged"),
        (b"e.", "is damaged"),
        (b"}]K\x01s.", "a list as a key"),
        (b"}(K\x01u.", "a key without a value"),
        (b"K\x01K\x02a.", "a int where a list is needed"),
        (b"K\x01)R.", "a int where a function is needed"),
        (b"ccollections\nOrderedDict\nK\x01R.", "a int where a tuple is needed"),
        (b"ccollections\nOrderedDict\nK\x01\x85R.", "is damaged (TypeError"),
        (b"}}b.", "a dict where a Dict is needed"),
        (b"(i__main__\nFoo\n.", "has the instruction INST, which plain data do not need"),
        (b"c__main__\nFoo\n.", "asks for '__main__.Foo'"),
        (b"K\x01Q.", "has the instruction BINPERSID"),
        (b"P1\n.", "has the instruction PERSID"),
        (b"\x82\x01.", "has the instruction EXT1"),
        (b")\x81.", "has the instruction NEWOBJ"),
        (b"\x8f.", "has the instruction EMPTY_SET"),
        (b"I" + b"9" * 5000 + b"\n.", "is damaged"),
    ],
)
def test_each_kind_of_damage(data: bytes, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        pickles.read(data)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"]r\xff\xff\xff\x7f.",  # a memo of two thousand million places
        b"\x8e" + b"\xff" * 7 + b"\x0f" + b"x.",  # bytes without end
        b"\x8b\xff\xff\xff\x7f.",  # a number of two thousand million bytes
        b"\x95" + b"\xff" * 7 + b"\x0f" + b"N.",  # a frame without end
        b"](" + b"]q\0" + b"2" * 100_000 + b"e.",  # one list again and again
    ],
)
def test_a_few_bytes_do_not_claim_much_memory(data: bytes) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(ModelError):
            pickles.read(data)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_things_nested_without_end() -> None:
    deep = b"]" * 200_000 + b"a" * 199_999 + b"."
    found = pickles.read(deep)
    assert isinstance(found, list)
    with pytest.raises(ModelError, match="a tuple as a key"):
        pickles.read(b"})" + b"\x85" * 200_000 + b"K\x01s.")


DEEP = b")" + b"\x85" * 150_000
ORDERED = b"ccollections\nOrderedDict\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (ORDERED + b"(" + DEEP + b"K\x01\x86\x85tR.", "1 positional argument"),
        (ORDERED + DEEP + b"K\x01\x86\x85\x85R.", "1 positional argument"),
        (b"}" + DEEP + b"K\x01s.", "a tuple as a key"),
        (b"(" + DEEP + b"K\x01d.", "a tuple as a key"),
        (b"}(" + DEEP + b"K\x01u.", "a tuple as a key"),
        (DEEP + b"Q.", f"It is described as {'(' * 59}…."),
        (b")" + b"q\0h\0\x86" * 60 + b"Q.", f"It is described as {'(' * 59}…."),
    ],
)
def test_nothing_deep_is_hashed_or_printed(data: bytes, message: str) -> None:
    def refuse(value: object) -> object:
        raise ModelError(f"It is described as {short(value)}.")

    with pytest.raises(ModelError) as caught:
        pickles.read(data, persistent=refuse)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 200


def many(count: int, entry: Callable[[int], bytes]) -> bytes:
    return b"}(" + b"".join(entry(index) + b"N" for index in range(count)) + b"u."


def same_hash(index: int) -> bytes:
    return pickle.dumps((index + 1) * ((1 << 61) - 1), 2)[2:-1]


LONG_KEY = b"X" + (2_000_000).to_bytes(4, "little") + b"x" * 2_000_000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (many(100_000, same_hash), "100000 large numbers as keys"),
        (b"}" + b"".join(same_hash(index) + b"Ns" for index in range(100_000)) + b".", "1001 large numbers as keys"),
        (many(2_000, lambda index: pickle.dumps(float(index), 2)[2:-1]), "2000 large numbers as keys"),
        (LONG_KEY + b"q\x000" + LONG_KEY + b"q\x010}h\0Ns" + b"h\x01Ns" * 40_000 + b".", "a key of 2000000 letters"),
        (b"(" + b"N" * 100_000 + b"tq\x000" + ORDERED + b"q\x010" + b"h\x01h\0R" * 100_000 + b".", "100000 arguments"),
    ],
    ids=["at once", "one by one", "floats", "long keys", "arguments"],
)
def test_what_grows_with_the_square_of_a_pickle_is_refused(data: bytes, message: str) -> None:
    before = time.process_time()
    with pytest.raises(ModelError) as caught:
        pickles.read(data)
    assert message in str(caught.value)
    assert time.process_time() - before < 3


def test_a_pickle_that_is_too_long() -> None:
    with pytest.raises(ModelError, match=r"^Its pickle has 4194305 bytes, but at most 4194304 are read\.$"):
        pickles.read(b"N" * (pickles.MAX_SIZE + 1))


@settings(max_examples=300)
@given(st.binary(max_size=80) | st.lists(st.sampled_from([bytes([b]) for b in range(40, 155)])).map(b"".join))
def test_any_bytes_are_at_most_a_model_error(data: bytes) -> None:
    message = ""
    try:
        pickles.read(data + b".")
    except ModelError as error:
        message = str(error)
    assert "\n" not in message


@settings(max_examples=300)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_wrong_byte_is_at_most_a_model_error(position: int, value: int) -> None:
    good = pickle.dumps({"stoi": {"a": 0, "b": 1}, "list": [1, 2.5, (None, True)], "text": "x" * 300}, 4)
    damaged = bytearray(good)
    damaged[position % len(good)] = value
    message = ""
    try:
        pickles.read(bytes(damaged))
    except ModelError as error:
        message = str(error)
    assert "\n" not in message

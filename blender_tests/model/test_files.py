"""Files of others: what is read of JSON, and what a message quotes of a value, has bounds."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.errors import ModelError
from llmviz_addon.model import files

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text() | st.integers() | st.none(), inner)
    ),
)


@given(PLAIN)
def test_short_is_the_start_of_repr(value: object) -> None:
    whole, text = repr(value), files.short(value)
    assert len(text) <= 60
    assert text == whole if len(whole) <= 60 else whole.startswith(text[:59]) and text.endswith("…")


def doubled(times: int) -> tuple[object, ...]:
    value: tuple[object, ...] = ()
    for _ in range(times):
        value = (value, value)
    return value


def nested(levels: int) -> list[object]:
    value: list[object] = []
    for _ in range(levels):
        value = [value]
    return value


SELF: list[object] = []
SELF.append(SELF)


@pytest.mark.parametrize(
    "value",
    [
        doubled(60),
        {"shape": doubled(60)},
        nested(100_000),
        SELF,
        [0] * 5_000_000,
        "x" * 50_000_000,
        "\U0010ffff" * 5_000_000,
        b"\xff" * 50_000_000,
        1 << 100_000_000,
        -(10**5000),
        dict.fromkeys(range(500_000), doubled(60)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_message_quotes_costs_nothing(value: object) -> None:
    tracemalloc.start()
    try:
        before = time.process_time()
        text = files.short(value)
        assert time.process_time() - before < 0.5
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
    assert len(text) <= 60
    assert "\n" not in text


def test_other_things_are_told_by_their_type() -> None:
    assert files.short([files, print]) == "[<module>, <builtin_function_or_method>]"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('{"a": ' + "[" * 32 + "]" * 32 + "}", "It is JSON of more than 32 levels."),
        ('{"a":' * 40 + "1" + "}" * 40, "It is JSON of more than 32 levels."),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "It is not valid JSON (maximum recursion depth exceeded"),
        ('{"a": [' + "[]," * 1_100_000 + "[]]}", "It is JSON of more than 2097152 values."),
        ('{"a": [' + "{}," * 1_100_000 + "{}]}", "It is JSON of more than 2097152 values."),
        ('{"a": [' + "1," * 2_100_000 + "1]}", "It is JSON of more than 2097152 values."),
        ('{"a": 1' + "0" * 6000 + "}", "It is not valid JSON (Exceeds the limit (4300 digits)"),
        (b'{"a": "\xff"}', "It is not valid JSON ('utf-8' codec can't decode byte 0xff"),
        ("[]", "It is not a JSON object."),
        ('{"a": 1, "a": 2}', "It is not valid JSON (a name comes twice)."),
    ],
    ids=range(10),
)
def test_json_has_bounds(source: str | bytes, message: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ModelError) as caught:
            files.json_object(source)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 200


def test_json_as_deep_as_is_read() -> None:
    source = '{"a": ' + "[" * 31 + "]" * 31 + "}"
    assert files.json_object(source) == json.loads(source)

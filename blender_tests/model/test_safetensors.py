"""Our reader of safetensors: the same numbers as the format's own package, and no crash on any damage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from llmviz_addon.errors import ModelError
from llmviz_addon.model import files
from llmviz_addon.model.checkpoint import BUILTINS, load
from llmviz_addon.model.checkpoints import safetensors as ours

Header = dict[str, object]


def pack(header: Header | bytes, data: bytes = b"") -> bytes:
    """A safetensors file from its header and its data, however wrong they are."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(dtype: object = "F32", shape: object = (2,), offsets: object = (0, 8)) -> Header:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def small_checkpoint() -> bytes:
    """A whole checkpoint in 4 kB: one layer, one head of two channels."""
    shapes = {"wte.weight": (3, 2), "wpe.weight": (4, 2), "ln_f.weight": (2,), "ln_f.bias": (2,)}
    for key, shape in {"ln_1": (2,), "attn.c_attn": (6, 2), "attn.c_proj": (2, 2), "ln_2": (2,)}.items():
        shapes |= {f"h.0.{key}.weight": shape, f"h.0.{key}.bias": shape[:1]}
    for key, shape in {"mlp.c_fc": (8, 2), "mlp.c_proj": (2, 8)}.items():
        shapes |= {f"h.0.{key}.weight": shape, f"h.0.{key}.bias": shape[:1]}
    tensors = {f"transformer.{key}": np.full(shape, 0.5, np.float32) for key, shape in shapes.items()}
    config = {"n_layer": 1, "n_head": 1, "n_embd": 2, "block_size": 4, "vocab_size": 3}
    metadata = {"config": json.dumps(config), "vocabulary": "xyz", "prompt_length": "2"}
    return safetensors.numpy.save(tensors, metadata)


SMALL = small_checkpoint()
HEADER_END = 8 + int.from_bytes(SMALL[:8], "little")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("safetensors") / "model.safetensors"


def test_nano_gpt_as_the_package_reads_it() -> None:
    expected = safetensors.numpy.load_file(BUILTINS["nano-gpt"].file)
    found = ours.read(BUILTINS["nano-gpt"].file)
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)
    assert found.metadata["name"] == "nano-gpt"


@given(
    tensors=st.dictionaries(
        st.text(max_size=20).filter(lambda name: name != "__metadata__"),
        st.sampled_from([np.float32, np.float16]).flatmap(
            lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, max_side=4))
        ),
        max_size=4,
    )
)
def test_what_the_package_writes_is_read(path: Path, tensors: dict[str, np.ndarray]) -> None:
    path.write_bytes(safetensors.numpy.save(tensors))
    found = ours.read(path)
    assert set(found) == set(tensors)
    for name, values in tensors.items():
        assert found[name].dtype == np.float32
        np.testing.assert_array_equal(found[name], values.astype(np.float32))


def test_bfloat16(path: Path) -> None:
    numbers = np.array([0, 1, -2.5, 3.0e38, np.inf], np.float32)  # the upper halves of these are bfloat16
    upper = (numbers.view(np.uint32) >> 16).astype("<u2")
    path.write_bytes(pack({"x": entry("BF16", [5], [0, 10])}, upper.tobytes()))
    np.testing.assert_allclose(ours.read(path)["x"], numbers, rtol=1 / 128)


@pytest.mark.parametrize("map_from", [0, 1 << 40])
def test_mapped_or_read_it_is_the_same_and_not_writable(
    path: Path, monkeypatch: pytest.MonkeyPatch, map_from: int
) -> None:
    monkeypatch.setattr(files, "MAP_FROM", map_from)
    path.write_bytes(pack({"x": entry(shape=[2, 1])}, np.array([1, 2], "<f4").tobytes()))
    values = ours.read(path)["x"]
    np.testing.assert_array_equal(values, [[1], [2]])
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 3


def test_a_file_whose_numbers_stand_at_odd_places(path: Path) -> None:
    header = json.dumps({"x": entry()}).encode()
    path.write_bytes(pack(header + b" " * (len(header) % 2 == 0), np.array([1, 2], "<f4").tobytes()))
    values = ours.read(path)["x"]
    np.testing.assert_array_equal(values, [1, 2])
    assert values.flags.aligned


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a safetensors file"),
        (b"\x08\0\0\0\0\0\0", "not a safetensors file"),
        (pack(b"{}")[:-1], "not a safetensors file"),
        ((1 << 63).to_bytes(8, "little") + b"{}", "not a safetensors file"),
        (pack(b"not JSON"), "not valid JSON"),
        (pack(b"\xff\xfe"), "not valid JSON"),
        (pack(b"[" * 100_000), "not valid JSON"),
        (pack(b'{"x": 1' + b"0" * 5000 + b"}"), "not valid JSON"),
        (pack(b'{"x": 1, "x": 2}'), "a name comes twice"),
        (pack(b"[]"), "not a JSON object"),
        (pack({"__metadata__": {"format": 1}}), "must hold text only"),
        (pack({"__metadata__": "pt"}), "must hold text only"),
        (pack({"x": 3}), "'x' lacks its dtype"),
        (pack({"x": {"dtype": "F32", "shape": [2]}}, b"12345678"), "'x' lacks its dtype"),
        (pack({"x": entry(dtype="F8")}, b"12345678"), "'x' is of dtype 'F8', but only F32, F16, BF16"),
        (pack({"x": entry(dtype=None)}, b"12345678"), "'x' lacks its dtype"),
        (pack({"x": entry(shape=[2.0])}, b"12345678"), "not whole numbers"),
        (pack({"x": entry(shape=[True, 2])}, b"12345678"), "not whole numbers"),
        (pack({"x": entry(shape=[-1, -2])}, b"12345678"), "which no GPT's tensor has"),
        (pack({"x": entry(shape=[0, 1 << 70], offsets=[0, 0])}), "which no GPT's tensor has"),
        (pack({"x": entry(shape=[1] * 40 + [2])}, b"12345678"), "which no GPT's tensor has"),
        (pack({"x": entry(shape=[1 << 62, 1 << 62])}, b"12345678"), "does not fill its bytes"),
        (pack({"x": entry(offsets=[0, 1 << 70])}, b"12345678"), "does not fill its bytes"),
        (pack({"x": entry(offsets=[8, 0])}, b"12345678"), "does not fill its bytes"),
        (pack({"x": entry(offsets=[-8, 0])}, b"12345678"), "does not fill its bytes"),
        (pack({"x": entry(offsets=[4, 12])}, b"123456789012"), "'x' starts at byte 4 of the data, not at 0"),
        (pack({"x": entry(), "y": entry()}, b"12345678"), "starts at byte 0 of the data, not at 8"),
        (pack({"x": entry()}, b"1234567"), "describes 8 bytes of data, but the file holds 7"),
        (pack({"x": entry()}, b"123456789"), "describes 8 bytes of data, but the file holds 9"),
    ],
)
def test_each_kind_of_damage_is_named(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(ModelError, match=message) as caught:
        ours.read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_dtype_matters_only_where_it_is_asked_for(path: Path) -> None:
    path.write_bytes(pack({"x": entry(), "ids": entry("I64", [1], [8, 16])}, b"1234567812345678"))
    file = ours.read(path)
    assert file["x"].shape == (2,)
    with pytest.raises(ModelError, match=r"^'ids' is of dtype I64, but only F32, F16, BF16 can be read\.$"):
        file["ids"]
    with pytest.raises(KeyError):
        file["y"]


def test_places_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match=r"nothing\.safetensors does not exist; a checkpoint is a file or a model's folder\.$"
    ):
        ours.read(tmp_path / "nothing.safetensors")
    with pytest.raises(ModelError, match=r" is a folder; a checkpoint is a file or a model's folder\.$"):
        ours.read(tmp_path)


def test_a_file_that_may_not_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(SMALL)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # tests may run as root, who may read everything
    with pytest.raises(ModelError, match=r"^Cannot read .*: Permission denied\.$"):
        ours.read(path)


@given(length=st.integers(0, len(SMALL) - 1))
def test_any_part_of_a_checkpoint_is_refused(path: Path, length: int) -> None:
    path.write_bytes(SMALL[:length])
    with pytest.raises(ModelError):
        load(path)


@settings(max_examples=300)
@given(position=st.integers(0, HEADER_END - 1), value=st.integers(0, 255))
def test_a_wrong_byte_in_the_header_is_at_most_a_model_error(path: Path, position: int, value: int) -> None:
    damaged = bytearray(SMALL)
    damaged[position] = value
    path.write_bytes(damaged)
    message = ""
    try:
        checkpoint = load(path)
    except ModelError as error:
        message = str(error)
    else:  # the byte was part of a note that does not matter
        assert len(checkpoint.weights) == 17
    assert "\n" not in message


@given(
    header=st.dictionaries(
        st.text(max_size=5) | st.just("__metadata__"),
        st.fixed_dictionaries(
            {},
            optional={
                "dtype": st.sampled_from(["F32", "BF16", "I64", "X"]) | st.none(),
                "shape": st.lists(st.integers() | st.booleans(), max_size=3) | st.integers(),
                "data_offsets": st.lists(st.integers() | st.floats(), max_size=3),
            },
        ),
    ),
    data=st.binary(max_size=20),
)
def test_any_header_is_at_most_a_model_error(path: Path, header: Header, data: bytes) -> None:
    path.write_bytes(pack(header, data))
    message = ""
    try:
        ours.read(path)
    except ModelError as error:
        message = str(error)
    assert "\n" not in message

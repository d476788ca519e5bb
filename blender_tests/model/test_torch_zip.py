"""PyTorch's zip checkpoints: views as PyTorch lays them, and no crash on any damage."""

from __future__ import annotations

import random
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import ModelError
from llmviz_addon.model.checkpoint import load
from llmviz_addon.model.checkpoints import torch_zip

DATA = Path(__file__).parent / "data" / "checkpoints"
SMALL = (DATA / "nanogpt" / "ckpt.pt").read_bytes()
SIX = np.arange(6, dtype="<f4").tobytes()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("torch") / "model.pt"


def text(value: str) -> bytes:
    return b"X" + len(value.encode()).to_bytes(4, "little") + value.encode()


def numbers(*values: int) -> bytes:
    return b"(" + b"".join(b"I%d\n" % value for value in values) + b"t"


def tensor(
    shape: tuple[int, ...] = (2, 3),
    stride: tuple[int, ...] = (3, 1),
    offset: int = 0,
    count: int = 6,
    kind: str = "FloatStorage",
    key: str = "0",
    marks: bytes = b"",
) -> bytes:
    """The instructions of a pickle that make a tensor, as ``torch.save`` writes them."""
    storage = b"(" + text("storage") + b"ctorch\n" + kind.encode() + b"\n" + text(key) + text("cpu") + b"I%d\n" % count
    arguments = (
        b"(" + storage + b"tQ" + b"I%d\n" % offset + numbers(*shape) + numbers(*stride) + b"\x89}" + marks + b"t"
    )
    return b"ctorch._utils\n_rebuild_tensor_v2\n" + arguments + b"R"


def write(path: Path, body: bytes, files: dict[str, bytes] | None = None, **options: int) -> None:
    """A checkpoint with a pickle of ``body`` and other entries."""
    with zipfile.ZipFile(path, "w", **options) as archive:  # type: ignore[arg-type]
        archive.writestr("model/data.pkl", b"\x80\x02" + body + b".")
        for name, data in (files if files is not None else {"data/0": SIX}).items():
            archive.writestr(f"model/{name}", data)


def state(**tensors: bytes) -> bytes:
    """A dictionary of tensors."""
    return b"}(" + b"".join(text(name) + value for name, value in tensors.items()) + b"u"


@pytest.mark.parametrize(
    ("shape", "stride", "offset"),
    [
        ((2, 3), (3, 1), 0),
        ((3, 2), (1, 3), 0),
        ((2,), (3,), 1),
        ((), (), 5),
        ((1, 2, 2), (9, 2, 1), 1),
        ((3,), (2,), 0),
    ],
)
def test_views_are_laid_as_pytorch_lays_them(
    path: Path, shape: tuple[int, ...], stride: tuple[int, ...], offset: int
) -> None:
    write(path, state(x=tensor(shape, stride, offset)))
    base = np.frombuffer(SIX, "<f4")
    expected = np.lib.stride_tricks.as_strided(base[offset:], shape, [4 * step for step in stride])
    found = torch_zip.read(path).tensors["x"]
    np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="read-only"):
        found[...] = 0


def test_half_precision(path: Path) -> None:
    half = np.array([1, -2.5, 0, 4, 5, 6], "<f2")
    brain = (np.array([1, -2.5, 0, 4, 5, 6], "<f4").view("<u4") >> 16).astype("<u2")
    both = state(f16=tensor(kind="HalfStorage"), bf16=tensor(kind="BFloat16Storage", key="1"))
    write(path, both, {"data/0": half.tobytes(), "data/1": brain.tobytes()})
    tensors = torch_zip.read(path).tensors
    for name in ("f16", "bf16"):
        np.testing.assert_array_equal(tensors[name], [[1, -2.5, 0], [4, 5, 6]])
        assert tensors[name].dtype == np.float32
    views = {name: tensor((3, 2), (1, 3), kind=kind) for name, kind in (("t", "HalfStorage"), ("u", "BFloat16Storage"))}
    for numbers in (half, brain):
        write(path, state(**views, v=tensor((), (), 1, kind="BFloat16Storage")), {"data/0": numbers.tobytes()})
        tensors = torch_zip.read(path).tensors
        np.testing.assert_array_equal(tensors["t" if numbers is half else "u"], [[1, 4], [-2.5, 5], [0, 6]])
    assert tensors["v"] == -2.5
    assert tensors["v"].shape == ()


@pytest.mark.parametrize("key", ["model", "state_dict"])
def test_a_state_dict_inside_of_a_larger_one(path: Path, key: str) -> None:
    write(path, b"}" + text(key) + state(x=tensor()) + b"s" + text("epoch") + b"I3\ns")
    assert set(torch_zip.read(path).tensors) == {"x"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (state(x=tensor(shape=(2, 4))), "'x', of shape (2, 4), does not fit in its 24 bytes"),
        (state(x=tensor(offset=1)), "does not fit in its 24 bytes"),
        (state(x=tensor(count=7)), "does not fit in its 24 bytes"),
        (state(x=tensor(shape=(0, 3))), "does not fit"),
        (state(x=tensor(shape=(3,), stride=(1 << 70,))), "does not fit"),
        (state(x=tensor(shape=(7,), stride=(0,))), "does not fit"),
        (state(x=tensor(shape=(1 << 40, 1 << 40), stride=(0, 0))), "far larger than its"),
        (state(x=tensor(shape=(-2, -3))), "shape (-2, -3) and stride (3, 1) make no sense"),
        (state(x=tensor(stride=(-3, 1))), "make no sense"),
        (state(x=tensor(offset=-1)), "make no sense"),
        (state(x=tensor(stride=(1,))), "make no sense"),
        (state(x=tensor(shape=(1,) * 9, stride=(1,) * 9)), "make no sense"),
        (state(x=tensor(key="1")), "lies in the storage '1', which the file does not have"),
        (state(x=tensor(key="../data.pkl")), "which the file does not have"),
        (state(x=tensor(marks=b"}" + text("neg") + b"\x88s")), "A tensor has the marks {'neg': True}. Save what"),
        (state(x=tensor(kind="LongStorage")), "'x' is of dtype I64, but only F32, F16, BF16 can be read"),
        (state(x=tensor(kind="QInt8Storage")), "Its pickle asks for 'torch.QInt8Storage'"),
        (state(x=tensor(count=-1)), "which makes no sense"),
        (b"cmingpt.model\nGPT\n)R", "asks for 'mingpt.model.GPT', which is not part of a dictionary of tensors"),
        (b"cos\nsystem\n" + text("touch /tmp/llmviz-was-here") + b"\x85R", "asks for 'os.system'"),
        (state(x=b"I3\n"), "It is not a dictionary of tensors: it holds 'x'"),
        (state(x=b"NX\x01\0\0\0y")[:-1] + b"u", "a key without a value"),
        (b"}I1\n" + tensor() + b"s", "It is not a dictionary of tensors: it holds 1"),
        (b"]", "It holds a list, not a dictionary of tensors"),
        (tensor(), "It holds a View, not a dictionary"),
    ],
)
def test_each_kind_of_lie_is_named(path: Path, body: bytes, message: str) -> None:
    write(path, body)
    with pytest.raises(ModelError) as caught:
        dict(torch_zip.read(path).tensors)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_stride_that_is_never_stepped_may_be_any(path: Path) -> None:
    write(path, state(x=tensor((1, 3), (1 << 62, 1))))
    np.testing.assert_array_equal(torch_zip.read(path).tensors["x"], [[0, 1, 2]])


TWICE = b")" + b"q\0h\0\x86" * 60
DEEP = b")" + b"\x85" * 150_000
LONG_NUMBER = b"\x8b" + (3000).to_bytes(4, "little") + b"\x7f" * 3000


@pytest.mark.parametrize("value", [TWICE, DEEP, LONG_NUMBER], ids=["doubled", "deep", "long"])
@pytest.mark.parametrize("place", range(6))
def test_values_without_end_are_told_shortly(path: Path, place: int, value: bytes) -> None:
    make = b"ctorch._utils\n_rebuild_tensor_v2\n"
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu")
    bodies = [
        value + b"Q",
        storage + value + b"tQ",
        make + b"(" + storage + b"I6\ntQ" + value + numbers(6) + numbers(1) + b"tR",
        make + b"(" + storage + b"I6\ntQI0\n" + value + value + b"tR",
        make + b"(" + storage + b"I6\ntQI0\n(" + value + b"t(" + value + b"ttR",
        b"}" + value + b"Ns",
    ]
    write(path, bodies[place])
    before = time.process_time()
    with pytest.raises(ModelError) as caught:
        load(path)
    assert time.process_time() - before < 2
    assert len(str(caught.value)) < 300


def test_notes_that_are_not_plain_are_told_as_text(path: Path) -> None:
    write(path, b"}" + text("model") + state(x=tensor()) + b"s" + text("model_args") + b"}" + text("n") + DEEP + b"ss")
    assert torch_zip.read(path).model_args == {"n": "(" * 59 + "…"}


@pytest.mark.parametrize("name", ["data/0", "data.pkl", "byteorder"])
def test_bytes_that_do_not_give_the_archives_sum_are_not_read(path: Path, name: str) -> None:
    write(path, state(x=tensor()), {"data/0": SIX, "byteorder": b"little"})
    whole = bytearray(path.read_bytes())
    content = {"data/0": SIX, "data.pkl": b"FloatStorage", "byteorder": b"little"}[name]
    whole[whole.index(content)] ^= 1
    path.write_bytes(whole)
    with pytest.raises(ModelError, match=rf"^The entry 'model/{name}' is damaged: its bytes do not give the archive's"):
        dict(torch_zip.read(path).tensors)


def test_sums_that_pytorch_was_told_not_to_write(path: Path) -> None:
    write(path, state(x=tensor()))
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            whole = whole.replace(info.CRC.to_bytes(4, "little"), bytes(4))
    path.write_bytes(whole)
    np.testing.assert_array_equal(torch_zip.read(path).tensors["x"], [[0, 1, 2], [3, 4, 5]])


def test_each_storage_is_summed_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, state(**{name: tensor((3,), (2,)) for name in "abcdefgh"}))
    tensors, summed, true = torch_zip.read(path).tensors, [], zlib.crc32
    monkeypatch.setattr(zlib, "crc32", lambda data: summed.append(len(data)) or true(data))
    assert len(dict(tensors)) == 8
    assert summed == [len(SIX)]


def test_a_few_numbers_far_apart_do_not_take_what_lies_between(path: Path) -> None:
    far = {name: tensor((2,), (499_999,), count=500_000, kind="HalfStorage") for name in map(str, range(300))}
    write(path, state(**far), {"data/0": bytes(1_000_000)})
    tensors = torch_zip.read(path).tensors
    tracemalloc.start()
    try:
        assert sum(values.size for values in dict(tensors).values()) == 600
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_entries_that_lie_one_over_the_other(path: Path) -> None:
    write(path, state(x=tensor()), {"data/0": bytes(5000), "data/1": bytes(5000)})
    with zipfile.ZipFile(path) as whole:
        first, second = (whole.getinfo(f"model/data/{key}") for key in "01")
    data = bytearray(path.read_bytes())
    place = data.rindex(b"model/data/1") - 46  # of the entry in the list of contents
    data[place + 42 : place + 46] = first.header_offset.to_bytes(4, "little")
    del data[second.header_offset : second.header_offset + 5000 + 42]
    end = data.rindex(b"PK\5\6")
    start = int.from_bytes(data[end + 16 : end + 20], "little") - 5042
    data[end + 16 : end + 20] = start.to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"its entries lie one over the other\.$"):
        load(path)


def test_a_list_of_contents_without_end(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as whole:
        for index in range(60_000):
            whole.writestr(f"model/data/{index:040}", b"")
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=r"its list of contents has \d+ bytes"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_archives_that_are_something_else(path: Path) -> None:
    write(path, state(x=tensor()), compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ModelError, match=r"is compressed, which PyTorch's files never are"):
        torch_zip.read(path)
    write(path, state(x=tensor()), {"data/0": SIX, "constants.pkl": b""})
    with pytest.raises(ModelError, match=r"^It is a TorchScript program\."):
        torch_zip.read(path)
    write(path, state(x=tensor()), {"data/0": SIX, "byteorder": b"big"})
    with pytest.raises(ModelError, match=r"^Its numbers are big-endian"):
        torch_zip.read(path)
    write(path, state(x=tensor()), {"data/0": SIX, "data.pkl/data.pkl": b""})
    assert set(torch_zip.read(path).tensors) == {"x"}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", b"")
        archive.writestr("b/data.pkl", b"")
    with pytest.raises(ModelError, match=r"it has 2 entries data\.pkl\.$"):
        torch_zip.read(path)


def test_one_storage_shared_without_end_does_not_take_its_memory_every_time(path: Path) -> None:
    data = bytes(2_000_000)
    many = {
        f"h.{index}.ln_1.weight": tensor((1_000_000,), (1,), count=1_000_000, kind="HalfStorage")
        for index in range(500)
    }
    write(path, state(**many), {"data/0": data})
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match="share them over and over"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_nothing_is_unpacked_or_run_from_a_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/data.pkl", bytes(200_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match="but at most 4194304 are read"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=60)
@given(length=st.integers(0, len(SMALL) - 1))
def test_any_part_of_a_checkpoint_is_refused(path: Path, length: int) -> None:
    path.write_bytes(SMALL[:length])
    with pytest.raises(ModelError):
        load(path)


@settings(max_examples=200)
@given(seed=st.integers(0, 1 << 30))
def test_wrong_bytes_are_at_most_a_model_error(path: Path, seed: int) -> None:
    """The pickle and the zip's own structures are hit more often than the numbers."""
    rng = random.Random(seed)
    damaged = bytearray(SMALL)
    start, directory = rng.choice([0, 9000]), len(SMALL) - 6000
    for _ in range(rng.randrange(1, 4)):
        place = rng.choice(
            [rng.randrange(start, 9500), rng.randrange(directory, len(SMALL)), rng.randrange(len(SMALL))]
        )
        damaged[place] = rng.randrange(256)
    path.write_bytes(damaged)
    message = ""
    try:
        load(path)
    except ModelError as error:
        message = str(error)
    assert "\n" not in message

"""npz files with a trace's names: shown as they were recorded, and refused where they cannot be."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import ModelError
from llmviz_addon.model.architecture import gpt2
from llmviz_addon.model.checkpoint import Checkpoint, load
from llmviz_addon.model.forward import forward
from llmviz_addon.model.run import run
from llmviz_addon.model.trace import Trace

Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("npz") / "recorded.npz"


@pytest.fixture(scope="module")
def recorded(odd_gpt: Checkpoint) -> Trace:
    return forward(odd_gpt, [6, 0, 3, 3], prompt_length=3)


@pytest.fixture
def arrays(recorded: Trace) -> Arrays:
    return dict(recorded) | {"prompt_length": np.array(3)}


def test_what_was_saved_is_shown_again(path: Path, recorded: Trace, odd_gpt: Checkpoint) -> None:
    recorded.save(path)
    checkpoint = load(path)
    assert checkpoint.name == "recorded"
    assert checkpoint.config == odd_gpt.config
    trace = checkpoint.recorded
    assert trace is not None
    assert (trace.tokens, trace.prompt_length) == ((6, 0, 3, 3), 3)
    assert set(trace) == set(recorded)
    for name, values in recorded.items():
        np.testing.assert_array_equal(trace[name], values)
    for name, values in odd_gpt.weights.items():
        np.testing.assert_array_equal(checkpoint.weights[name], values)


def test_the_recorded_values_are_taken_and_not_computed(path: Path, arrays: Arrays) -> None:
    arrays["layers.1.mlp.proj"] = arrays["layers.1.mlp.proj"] + 1  # nothing that this model computes
    np.savez_compressed(path, **arrays)
    checkpoint = load(path)
    for tokens in ([6, 0, 3, 3], [6, 0, 3]):
        shown = run(checkpoint, tokens).trace
        assert shown.tokens == checkpoint.recorded.tokens
        for name, values in checkpoint.recorded.items():
            assert np.shares_memory(shown[name], values)
    other = run(checkpoint, [6, 0]).trace
    np.testing.assert_allclose(other["layers.1.mlp.proj"], arrays["layers.1.mlp.proj"][:2] - 1, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("gelu", ["tanh", "exact"])
def test_the_form_of_gelu_is_found_in_the_values(path: Path, odd_gpt: Checkpoint, gelu: str) -> None:
    forward(replace(odd_gpt, architecture=gpt2(gelu)), [1, 2, 3]).save(path)  # type: ignore[arg-type]
    assert load(path).architecture == gpt2(gelu)  # type: ignore[arg-type]


@pytest.mark.parametrize("dtype", ["<f2", "<f8", ">f4"])
def test_other_kinds_of_floating_point(path: Path, arrays: Arrays, recorded: Trace, dtype: str) -> None:
    np.savez(
        path, **{name: values.astype(dtype) if values.dtype.kind == "f" else values for name, values in arrays.items()}
    )
    trace = load(path).recorded
    assert trace is not None
    for name, values in recorded.items():
        np.testing.assert_allclose(trace[name], values, rtol=2e-3, atol=2e-3)
        assert trace[name].dtype == (np.float32 if values.dtype.kind == "f" else np.int64)


def test_arrays_in_columns_and_without_a_prompt_length(path: Path, arrays: Arrays) -> None:
    del arrays["prompt_length"]
    np.savez(path, **{name: np.asfortranarray(values) for name, values in arrays.items()})
    trace = load(path).recorded
    assert trace is not None
    assert trace.prompt_length == 4
    np.testing.assert_array_equal(trace["layers.0.mlp.hidden"], arrays["layers.0.mlp.hidden"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layers.1.mlp.proj": None}, "It lacks 1 tensors of the trace, for example 'layers.1.mlp.proj'"),
        ({"tokens": None}, "It is an npz file, but not a trace: it has no 'tokens', but "),
        ({"embedding.token_weight": None}, "it has no 'embedding.token_weight'"),
        ({"layers.1.mlp.proj": np.zeros((4, 14), np.float32)}, "'layers.1.mlp.proj' is float32 (4, 14), but must be"),
        ({"layers.1.mlp.proj": np.zeros((4, 15), int)}, "is int64 (4, 15), but must be floating point (4, 15)"),
        ({"layers.1.mlp.proj": np.full((4, 15), np.nan)}, "'layers.1.mlp.proj' holds values that are not finite"),
        ({"layers.1.attn.heads.2.scores": np.full((4, 4), -np.inf)}, "'layers.1.attn.heads.2.scores' holds values"),
        ({"tokens": np.array([6, 0, 3, 7])}, "Its tokens must be from 0 to 6, but are (6, 0, 3, 7)"),
        ({"tokens": np.array([0.5] * 4)}, "'tokens' is float64 (4,), but must be whole numbers"),
        ({"tokens": np.array([[1, 2, 3, 4]])}, "'tokens' has the shape (1, 4), but must have 1 axes"),
        ({"prompt_length": np.array(5)}, "Its prompt_length is 5, but must be from 1 to its 4 tokens"),
        ({"layers.1.mlp.proj": np.array([{}], object)}, "holds something else than plain numbers"),
        ({"layers.1.mlp.proj": np.array(["text"])}, "holds something else than plain numbers"),
        ({"layers.1.ln_1.mean": None, "layers.0.attn.heads.0.q": None}, "It lacks 2 tensors of the trace, for example"),
        ({"layers.2.ln_1.mean": np.zeros(4)}, "for example 'layers.2.ln_1.std'"),
    ],
)
def test_traces_that_cannot_be_shown(
    path: Path, arrays: Arrays, change: dict[str, np.ndarray | None], message: str
) -> None:
    changed = {name: values for name, values in (arrays | change).items() if values is not None}
    np.savez(path, **changed)  # type: ignore[arg-type]
    with pytest.raises(ModelError) as caught:
        load(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.filterwarnings("error")
def test_numbers_at_the_end_of_float32_make_no_noise(path: Path, arrays: Arrays) -> None:
    arrays["layers.0.mlp.hidden"] = np.full((4, 60), 3e38, np.float32)
    np.savez(path, **arrays)
    trace = load(path).recorded
    assert trace is not None
    assert trace["layers.0.mlp.hidden"].min() == np.float32(3e38)
    np.savez(path, **arrays | {"layers.0.mlp.hidden": np.full((4, 60), 1e300)})
    with pytest.raises(ModelError, match=r"'layers\.0\.mlp\.hidden' holds values that are not finite\.$"):
        load(path)


def test_two_arrays_of_one_name(path: Path, arrays: Arrays) -> None:
    np.savez(path, **arrays)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("tokens", archive.read("tokens.npy"))
    with pytest.raises(ModelError, match=r"It has two arrays of one name\.$"):
        load(path)


def test_an_array_that_lies_about_its_shape(path: Path, arrays: Arrays) -> None:
    for header in (
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (999999999, 999999999), }\n",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999), }\n",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 4), }\n",
        b"{'descr': '<f1', 'fortran_order': False, 'shape': (4,), }\n",
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (" + b"1" * 60_000 + b"), }\n",
        b"__import__('os').system('touch /tmp/llmviz-was-here')\n",
    ):
        with zipfile.ZipFile(path, "w") as archive:
            array = b"\x93NUMPY\x01\0" + len(header).to_bytes(2, "little") + header + bytes(16)
            archive.writestr("embedding.token_weight.npy", array)
        with pytest.raises(ModelError, match=r"^[^\n]*The array 'embedding\.token_weight' [^\n]*$"):
            load(path)


def test_a_zip_bomb_is_not_unpacked(path: Path, arrays: Arrays) -> None:
    np.savez_compressed(path, **arrays, bomb=np.zeros(50_000_000, np.float32))
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=r"It is a zip archive of \d+ bytes that would unfold to 200\d+\.$"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=150)
@given(seed=st.integers(0, 1 << 30), compress=st.booleans(), cut=st.booleans())
def test_damage_is_at_most_a_model_error(path: Path, recorded: Trace, seed: int, compress: bool, cut: bool) -> None:
    buffer = io.BytesIO()
    (np.savez_compressed if compress else np.savez)(buffer, **recorded)  # type: ignore[arg-type]
    damaged, rng = bytearray(buffer.getvalue()), random.Random(seed)
    for _ in range(rng.randrange(1, 4)):
        damaged[rng.choice([rng.randrange(500), rng.randrange(len(damaged))])] = rng.randrange(256)
    path.write_bytes(damaged[: rng.randrange(len(damaged))] if cut else damaged)
    message = ""
    try:
        load(path)
    except ModelError as error:
        message = str(error)
    assert "\n" not in message
    assert not cut or message


def test_names_that_promise_far_more_than_there_is(path: Path, arrays: Arrays) -> None:
    many = {f"layers.{index}.x": np.zeros(1) for index in range(300)}
    many |= {f"layers.0.attn.heads.{head}.x": np.zeros(1) for head in range(300)}
    for table in ("embedding.token_weight", "embedding.position_weight"):
        arrays[table] = np.zeros((7, 300), np.float32)
    np.savez(path, **arrays, **many)
    with pytest.raises(ModelError, match=r"It has too few tensors for GPTConfig\(n_layer=300, n_head=300, "):
        load(path)

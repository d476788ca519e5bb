"""Trace: names, views without copies, files that are whole or not there."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from llmviz_addon.errors import ModelError
from llmviz_addon.model.checkpoint import Checkpoint
from llmviz_addon.model.forward import forward
from llmviz_addon.model.trace import Trace


@pytest.fixture
def trace(odd_gpt: Checkpoint) -> Trace:
    return forward(odd_gpt, [1, 2, 3], prompt_length=2)


def test_what_a_trace_knows(trace: Trace, odd_gpt: Checkpoint) -> None:
    assert trace.tokens == (1, 2, 3)
    assert trace["tokens"].tolist() == [1, 2, 3]
    assert trace.prompt_length == 2
    assert trace.config is odd_gpt.config
    assert len(trace) == len(list(trace))


def test_parameters_are_views_of_the_checkpoint(trace: Trace, odd_gpt: Checkpoint) -> None:
    stacked = odd_gpt.weights["transformer.h.1.attn.c_attn.weight"]  # (3C, C): all q, all k, all v
    k_weight = trace["layers.1.attn.heads.2.k_weight"]
    assert np.shares_memory(k_weight, stacked)
    np.testing.assert_array_equal(k_weight, stacked[15 + 2 * 5 : 15 + 3 * 5])
    for name in ("layers.0.mlp.fc_weight", "embedding.token_weight", "output.weight"):
        assert any(trace[name] is weight for weight in odd_gpt.weights.values())


def test_an_unknown_name_brings_near_ones(trace: Trace) -> None:
    with pytest.raises(ModelError, match=r"^The trace has no tensor 'layers\.0\.ln_1\.men'\. Did you mean layers\.0\."):
        trace["layers.0.ln_1.men"]
    with pytest.raises(ModelError, match=r"^The trace has no tensor 'zzz'\.$"):
        trace["zzz"]
    assert "zzz" not in trace
    assert trace.get("zzz") is None


def test_saving_keeps_every_number(trace: Trace, tmp_path: Path) -> None:
    path = tmp_path / "trace.npz"
    trace.save(path)
    with np.load(path) as file:
        assert set(file) == {*trace, "prompt_length"}
        assert file["prompt_length"] == 2
        for name, values in trace.items():
            np.testing.assert_array_equal(file[name], values)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_save_leaves_things_as_they_were(
    trace: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    path = tmp_path / "trace.npz"
    path.write_text("what was there before")

    def write_array(file: object, *_: object, **__: object) -> None:
        file.write(b"half of it")  # type: ignore[attr-defined]
        raise failure

    monkeypatch.setattr(np.lib.format, "write_array", write_array)
    with pytest.raises(ModelError if isinstance(failure, OSError) else KeyboardInterrupt):
        trace.save(path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "what was there before"


@pytest.mark.filterwarnings("error")  # Python complains about an archive that is left open, after all is said
def test_a_full_disk(trace: Trace, tmp_path: Path, disk_of: Callable[[int], AbstractContextManager[None]]) -> None:
    path = tmp_path / "trace.npz"
    path.write_text("what was there before")
    for room in (0, 100, 5000, 20000):
        with disk_of(room), pytest.raises(ModelError, match=r"^Cannot write '.*trace\.npz': File too large\.$"):
            trace.save(path)
        gc.collect()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "what was there before"


def test_places_that_cannot_be_written(trace: Trace, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"^Cannot write '.*/missing/trace\.npz': No such file or directory\.$"):
        trace.save(tmp_path / "missing" / "trace.npz")
    with pytest.raises(ModelError, match=r"^Cannot write .*: it is a folder\.$"):
        trace.save(tmp_path)

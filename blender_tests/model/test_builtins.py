"""The models that come along: by which names they are had, and that a path is never one of those."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from llmviz_addon.errors import ModelError
from llmviz_addon.model.builtins import BUILTINS, is_builtin
from llmviz_addon.model.checkpoint import builtin, find
from llmviz_addon.model.run import prompt, run


@pytest.mark.parametrize("name", BUILTINS)
def test_each_is_had_by_its_name_and_reads_its_text(name: str) -> None:
    model = find(name)
    assert (model.name, model.path, model.sample) == (name, name, BUILTINS[name].sample)
    read = run(model, prompt(model))
    assert model.tokenizer.decode(read.tokens).startswith(model.sample)


def test_nano_gpt_is_the_first(nano_gpt) -> None:
    assert next(iter(BUILTINS)) == builtin().name == nano_gpt.name == "nano-gpt"
    assert find("").name == "nano-gpt"  # as files of earlier versions have it
    assert is_builtin("")
    assert not is_builtin("./nano-gpt")


def test_a_file_or_folder_of_such_a_name_is_told_as_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "austen").mkdir()
    shutil.copy(BUILTINS["nano-gpt"].file, tmp_path / "austen" / "model.safetensors")
    assert find("austen").config.vocab_size == 2048
    for mine in ("./austen", "austen/", str(tmp_path / "austen"), Path("austen")):
        assert (find(mine).config.vocab_size, find(mine).path) == (3, str(tmp_path / "austen"))


@pytest.mark.parametrize("name", ["Austen", "nano", "gpt2", "gpt.pt", "nano-gpt.safetensors"])
def test_a_wrong_name_is_quoted_with_those_that_there_are(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    message = f"^There is no file or folder '{name}' here. The models that come along are nano-gpt and austen.$"
    with pytest.raises(ModelError, match=message):
        find(name)

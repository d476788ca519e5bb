"""The list of names: every grid of every model stands in it, and the README shows what the command prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from llmviz_addon import cli
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.signs.signage import signage
from llmviz_addon.layout.table import SIGNS, names, sizes, table
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.screenplay.cast.signs import Signs

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
CONFIGS = [GPTConfig(3, 3, 48, 11, 3), GPTConfig(1, 1, 1, 1, 1), GPTConfig(2, 4, 16, 8, 50257)]


@pytest.mark.parametrize("config", CONFIGS)
def test_every_grid_is_listed_with_its_shape(config):
    told = dict(names(config))
    stage = layout(config, 1)
    for grid in stage.grids:
        path = re.sub(r"heads\.\d+", "heads[h]", re.sub(r"layers\.\d+", "layers[l]", grid.name))
        assert [axis.name for axis in told.pop(path, grid).axes] == [axis.name for axis in grid.axes]
        code = re.sub(r"\.(\d+)", r"[\1]", grid.name)
        assert eval(f"stage.{code}") is grid  # what is listed is what a chapter writes
    assert not told
    for path, _ in names(config):
        assert re.search(rf"\b{path.rpartition('.')[2]} \(", table(config))


def test_the_readme_shows_what_the_command_prints(capsys):
    shown = re.search(r"<!-- layout -->\n```text\n(.*?)\n```", README, re.S)[1]
    assert shown == table(CONFIGS[0]) == table(CONFIGS[2])
    assert cli.main(["layout"]) == 0
    told = capsys.readouterr().out
    assert shown in told
    assert "T up to 11, C = 48, A = 16, 4C = 192, n_vocab = 3, block_size = 11, l = 0 to 2, h = 0 to 2" in told
    assert max(map(len, shown.splitlines())) <= 120


def test_the_signs_that_are_listed_stand_there(stage_and_signage):
    stage, written = stage_and_signage
    signs, grid = Signs(stage, written, written.labels), stage.layers[0].ln_1.output
    here = {"signs": signs, "grid": grid, "section": stage.section("layers.0.attn.heads.0")}
    found = [eval(f"signs.{sign}", here) for sign in SIGNS]  # what is listed is what a chapter writes
    assert found[:5] == [written.card, *written.tokens]
    assert found[5] is written.labels[grid.name]
    assert found[6] is written.brackets["layers.0.attn.heads.0"] is signs.bracket(stage.layers[0].attn.heads[0])
    assert "C = 1," in sizes(CONFIGS[1])


@pytest.fixture
def stage_and_signage():
    from llmviz_addon.model.checkpoint import builtin
    from llmviz_addon.model.run import read

    told = read(builtin(), [0, 1])
    stage = layout(told.config, 2)
    return stage, signage(stage, told)

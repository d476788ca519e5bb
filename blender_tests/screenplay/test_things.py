"""Things are asked for, never spelled: in the screenplay and in chapters no string says what a thing is."""

import re
from pathlib import Path

import pytest

from llmviz_addon.layout.build import layout
from llmviz_addon.model.config import GPTConfig

HOME = Path(__file__).resolve().parents[2]
SPELLED = re.compile(r"""["'](label|section|tokens):|:plate["']|endswith\(|rsplit\(|startswith\("label""")


@pytest.mark.parametrize("folder", ["llmviz_addon/screenplay"])
def test_no_name_is_put_together_or_taken_apart(folder):
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted((HOME / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if SPELLED.search(line) and "commentary.plate(" not in line  # where that drawing gets its name
    ]
    assert not found


def test_a_grid_says_whether_it_holds_shares_of_a_whole():
    stage = layout(GPTConfig(2, 2, 8, 4, 5), 3)
    shares = {grid.name for grid in stage.grids if grid.shares}
    heads = {f"layers.{n}.attn.heads.{h}.weights" for n in range(2) for h in range(2)}
    assert shares == {*heads, "output.probs"}


def test_a_share_is_told_so_that_it_is_no_whole(film):
    """Whatever the name of the grid: a share of attention that is not all of it is never 100 %."""
    from dataclasses import replace

    from llmviz_addon.screenplay.page import commentary

    weights = film.layout.layers[0].attn.heads[0].weights
    values = film.trace[weights.name].copy()
    values[1, :2] = 1.0, 1e-9
    for shares, said in ((True, "more than 99.9 %"), (False, "100 %")):
        grid = replace(weights, name="made", kind="made", shares=shares)
        spans, _ = commentary.parse("{w:.0%}", {"w": grid[1, 0]}, {"made": values})
        assert "".join(text for text, _ in spans) == said

"""Ribbons and sections: they join what belongs together and keep clear of the rest."""

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.grid import Ribbon, Role
from llmviz_addon.layout.layout import Layout, ribbons
from llmviz_addon.model.config import GPTConfig

CONFIGS = [
    (GPTConfig(3, 3, 48, 11, 3), 11),
    (GPTConfig(1, 1, 1, 1, 1), 1),
    (GPTConfig(2, 12, 24, 30, 65), 7),
    (GPTConfig(14, 2, 6, 4, 5), 3),
]
LAYOUTS = pytest.mark.parametrize("placed", [layout(*case) for case in CONFIGS], ids=repr)


def crossed(a: np.ndarray, b: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Which of the boxes, (n, 3) corners each, the straight line from a to b enters; (n,) bool."""
    still = np.abs(b - a) < 1e-9
    step = np.where(still, 1.0, b - a)
    t = np.stack([(low - a) / step, (high - a) / step])
    enter = np.where(still, 0.0, t.min(axis=0)).max(axis=1).clip(0)
    leave = np.where(still, 1.0, t.max(axis=0)).min(axis=1).clip(max=1)
    beside = (still & ((a <= low) | (a >= high))).any(axis=1)
    return ~beside & (enter < leave)


@LAYOUTS
def test_ribbons_join_grids_in_order(placed: Layout):
    order = {grid.name: number for number, grid in enumerate(placed.grids)}
    assert len({ribbon.name for ribbon in placed.ribbons}) == len(placed.ribbons)
    for ribbon in placed.ribbons:
        assert ribbon.source in order
        assert ribbon.target in order
        source = placed[ribbon.source]
        assert (ribbon.role is Role.WEIGHT) == (source.role is Role.WEIGHT)
        assert order[ribbon.source] < order[ribbon.target] or source.role is Role.WEIGHT


@LAYOUTS
def test_without_heads_the_others_are_the_same(placed: Layout):
    heads = {grid.name for layer in placed.layers for head in layer.attn.heads for grid in head.grids}
    others = [ribbon for ribbon in placed.ribbons if heads.isdisjoint((ribbon.source, ribbon.target))]
    found = ribbons(placed, series=False)
    assert [ribbon.name for ribbon in found] == [ribbon.name for ribbon in others]
    assert all((a.path == b.path).all() for a, b in zip(found, others, strict=True))


@LAYOUTS
def test_every_grid_has_its_ribbon(placed: Layout):
    joined = {name for ribbon in placed.ribbons for name in (ribbon.source, ribbon.target)}
    halves = ("sum", "max", "mean", "std")  # one ribbon for the two aggregates
    assert {g.name for g in placed.grids if g.name not in joined and not g.name.endswith(halves)} == set()


@LAYOUTS
def test_ribbons_end_at_their_target_and_meet_no_grid(placed: Layout):
    lows, highs = (np.array(corners) for corners in zip(*(grid.box for grid in placed.grids), strict=True))
    for ribbon in placed.ribbons:
        low, high = placed[ribbon.target].box
        end = ribbon.path[-1]
        assert np.linalg.norm(np.maximum(0, np.maximum(low - end, end - high))) < 0.7 * placed.gap
        met = np.zeros(len(lows), bool)
        for a, b in zip(ribbon.path, ribbon.path[1:], strict=False):
            met |= crossed(a, b, lows, highs)
        allowed = {ribbon.source}  # a branch leaves from the middle of the stream
        if ribbon.target.endswith((".q", ".k", ".v")):
            norm = ribbon.source.rpartition(".")[0]  # may pass behind γ and β of its norm
            allowed |= {f"{norm}.gamma", f"{norm}.beta"}
        assert {placed.grids[i].name for i in np.flatnonzero(met)} <= allowed, ribbon.name


@LAYOUTS
def test_paths_have_square_corners_and_a_width_across_them(placed: Layout):
    for ribbon in placed.ribbons:
        steps = np.diff(ribbon.path, axis=0)
        assert np.isfinite(ribbon.path).all()
        assert (np.count_nonzero(np.abs(steps) > 1e-9, axis=1) == 1).all(), ribbon.name
        assert_band(ribbon, steps)


def assert_band(ribbon: Ribbon, steps: np.ndarray) -> None:
    assert ribbon.width > 0
    assert np.linalg.norm(ribbon.across) == pytest.approx(1)
    assert abs(steps[0] @ ribbon.across) < 1e-9
    flat = [direction for direction in np.eye(3) if np.abs(steps @ direction).max() < 1e-9]
    assert flat, "a path lies in a plane along two axes"
    constant = np.abs(steps @ ribbon.across).max() < 1e-9
    in_plane = any(abs(direction @ ribbon.across) < 1e-9 for direction in flat)
    assert constant or in_plane


@LAYOUTS
def test_sections_are_nested(placed: Layout):
    names = [section.name for section in placed.all_sections]
    assert len(set(names)) == len(names)
    for section in placed.all_sections:
        for child in section.children:
            assert set(child.grids) <= set(section.grids)
            assert child.name.startswith(section.name) or child.name == "ln_f"
            if child.bracket is not None:
                assert section.bracket is not None
                assert section.bracket[0][0] < child.bracket[0][0]
        if section.bracket is None:
            assert section.title == "Layer Norm"
            continue
        top, bottom = section.bracket
        for grid in section.grids:
            assert grid.box[0][0] > top[0]
            assert top[2] >= grid.box[1][2] - 1e-9
            assert bottom[2] <= grid.box[0][2] + 1e-9
    assert {grid for section in placed.sections for grid in section.grids} == set(placed.grids)


def test_section_by_name():
    placed = layout(*CONFIGS[0])
    assert placed.section("layers.2").title == "Layer 2"
    assert placed.section("layers.0.attn").title == "Self-attention"
    assert placed.section("layers.0.attn.heads.2").grids == placed.layers[0].attn.heads[2].grids
    with pytest.raises(ScriptError, match="Unknown section 'layers.9'"):
        placed.section("layers.9")

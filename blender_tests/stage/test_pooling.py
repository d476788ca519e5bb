"""Which tensors are thinned, and what is left of one that is."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmviz_addon.errors import JobError
from llmviz_addon.layout.gains import sampled
from llmviz_addon.layout.grid import Grid, Role
from llmviz_addon.layout.tensor import Axis
from llmviz_addon.stage.values.pooling import FORBIDDEN, pooled, pools, spreads, thinned


def grid(name: str, *shape: int, role: Role = Role.WEIGHT) -> Grid:
    axes = tuple(Axis(str(i), n, "xyz"[i]) for i, n in enumerate(shape))
    return Grid(name, name, role, axes, (0, 0, 0), name)


@given(st.integers(1, 20), st.integers(1, 20), st.sampled_from([2, 4, 8, 32]), st.integers(0, 99))
def test_a_pool_keeps_its_strongest_number(rows, columns, side, seed):
    values = np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)
    small = pooled(values, side).reshape(-(-rows // side), -(-columns // side))
    for (i, j), value in np.ndenumerate(small):
        block = values[i * side : (i + 1) * side, j * side : (j + 1) * side].ravel()
        assert value == block[np.abs(block).argmax()]


def test_vectors_and_forbidden_scores():
    assert pooled(np.array([1, -3, 2, 0, -1], dtype=np.float32), 2).tolist() == [-3, 2, -1]
    scores = np.array([[-1, FORBIDDEN], [-2, -1], [FORBIDDEN, FORBIDDEN]], dtype=np.float32)
    assert pooled(scores, 2).tolist() == [-2, np.float32(FORBIDDEN)]


def test_nothing_is_thinned_without_need():
    assert set(pools([grid("a", 100, 100), grid("b", 3, 4, 5)], budget=10_060).values()) == {1}


def test_what_is_in_hand_comes_first_then_activations():
    grids = [
        grid("weights", 64, 64),
        grid("near", 64, 64),
        grid("values", 64, 64, role=Role.ACTIVATION),
        grid("bias", 64),
    ]
    assert pools(grids, ["near"], 20_000) == dict.fromkeys(("weights", "near", "values", "bias"), 1)
    sides = pools([*grids, grid("more", 256, 64)], ["near"], 18_000)
    assert sides["near"] == sides["values"] == sides["bias"] == 1
    assert sides["more"] > 1


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=8), st.integers(8, 50_000))
def test_the_budget_is_kept(shapes, budget):
    roles = (Role.WEIGHT, Role.ACTIVATION)
    grids = [grid(str(i), *shape, role=roles[i % 2]) for i, shape in enumerate(shapes)]
    sides = pools(grids, ["0"], budget)
    assert sum(thinned(grid, sides[grid.name]) for grid in grids) <= budget
    assert all(side & (side - 1) == 0 for side in sides.values())


def test_pools_are_as_even_as_can_be_and_vectors_whole():
    grids = [grid("small", 64, 64), grid("large", 256, 256), grid("twin", 256, 256), grid("vector", 1000)]
    sides = pools(grids, budget=1000 + (64 * 64 + 2 * 256 * 256) // 16 + 3000)
    assert sides == {"small": 2, "large": 4, "twin": 4, "vector": 1}


def test_too_little_room_is_told():
    with pytest.raises(JobError, match="room for 3 numbers, which is too few for 4 grids"):
        pools([grid(str(i), 10, 10) for i in range(4)], budget=3)


def test_a_sample_touches_every_column():
    values = np.tile(np.arange(768), (600, 1))
    assert sampled(values).size < values.size / 6
    assert set(sampled(values)) == set(range(768))
    assert sampled(values[:10]).size == 7680


def test_from_afar_a_pool_tells_how_large_its_numbers_are_and_on_which_side():
    table = np.array([[3, 4, -1, -1], [-3, -4, -1, -1], [0, 0, 2, -np.inf], [0, 0, 2, -np.inf]], dtype=np.float32)
    table[np.isneginf(table)] = FORBIDDEN
    np.testing.assert_allclose(spreads(table, 2), [math.sqrt(12.5), -1.0, 0.0, math.sqrt(2.0)], rtol=1e-6)
    np.testing.assert_allclose(spreads(table[0], 2), [math.sqrt(12.5), -1.0], rtol=1e-6)
    np.testing.assert_array_equal(spreads(table[:2], 1), np.abs(table[:2].ravel()) * np.sign(table[:2].ravel()))


def test_of_large_pools_some_numbers_stand_for_all():
    numbers = np.random.default_rng(3).normal(size=(300, 200)).astype(np.float32)
    numbers[:128, :128] *= 5
    found = np.abs(spreads(numbers, 64).reshape(5, 4))
    assert found[:2, :2].min() > 3.5
    assert found[2:].max() < 1.4
    assert found.shape == (5, 4)


def test_from_afar_numbers_on_both_sides_of_zero_show_both_hues():
    numbers = np.random.default_rng(3).normal(size=(64, 256)).astype(np.float32)
    found = spreads(numbers, 8)
    assert 0.3 < np.mean(found < 0) < 0.7
    assert (spreads(numbers + 2, 8) > 0).all()
    assert (spreads(numbers - 2, 8) < 0).all()


@pytest.mark.parametrize("largest", [1e29, 1e20, 6e4, 1.0, 1e-30])
@pytest.mark.parametrize("shape", [(40, 70), (300,), (6, 7, 8)])
@pytest.mark.filterwarnings("error")
def test_what_is_seen_from_afar_is_as_large_as_its_numbers_whatever_their_size(largest, shape):
    values = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    expected = spreads(values, 4)
    # no 32-bit number is exact at both sizes
    np.testing.assert_allclose(spreads(values * np.float32(largest), 4), expected * np.float32(largest), rtol=1e-4)

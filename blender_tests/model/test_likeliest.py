import numpy as np
import pytest

from llmviz_addon.model.sampling import likeliest


@pytest.mark.parametrize("count", [0, 1, 5, 39, 40, 99])
def test_the_likeliest_are_the_first_of_all_sorted(count):
    for seed in range(20):
        scores = np.random.default_rng(seed).integers(0, 12, 40).astype(np.float32)  # many are equal
        assert likeliest(scores, count) == np.argsort(-scores, kind="stable")[:count].tolist()

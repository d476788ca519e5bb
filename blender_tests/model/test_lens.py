"""What a model would say after each layer: at the end what it does say, before that what its own parts make of it."""

import numpy as np
import pytest

from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.lens import lens
from llmviz_addon.model.run import run


@pytest.fixture(scope="module")
def told():
    return run(builtin(), [2, 1, 0, 1, 1, 2])


def test_at_the_end_it_is_what_the_model_says(told):
    for t in (0, 5, 10):
        said = lens(told.model, told.trace, t)
        assert said.shape == (told.config.n_layer + 1, told.config.vocab_size)
        assert said[-1] == pytest.approx(told.probs[t], abs=1e-6)
        assert said.sum(axis=1) == pytest.approx(1)


def test_before_that_the_last_norm_and_the_head_read_the_stream(told):
    trace, said = told.trace, lens(told.model, told.trace, 3)
    for row, name in enumerate(("embedding.output", "layers.0.mlp.residual", "layers.1.mlp.residual")):
        stream = trace[name][3].astype(np.float64)
        normalized = (stream - stream.mean()) / np.sqrt(stream.var() + 1e-5)
        logits = trace["output.weight"] @ (normalized * trace["ln_f.gamma"] + trace["ln_f.beta"])
        exps = np.exp(logits - logits.max())
        assert said[row] == pytest.approx(exps / exps.sum(), abs=1e-5)

"""Blueprints by name: true sizes, forgiving names, errors that list the choices."""

import numpy as np
import pytest

from llmviz_addon.errors import ModelError
from llmviz_addon.model.architecture import n_params
from llmviz_addon.model.blueprints import BLUEPRINTS, COMPARED, MOST_COMPARED, Blueprint, beside, blueprint, compared
from llmviz_addon.model.checkpoint import from_tensors, weight_shapes
from llmviz_addon.model.checkpoints.settings import Notes
from llmviz_addon.model.config import GPTConfig


@pytest.mark.parametrize(
    ("name", "told"),
    [  # as published, or as llm-viz's cards have it
        ("nano", 85_584),
        ("gpt2", 124_439_808),
        ("gpt2-medium", 354_823_168),
        ("gpt2-large", 774_030_080),
        ("gpt2-xl", 1_557_611_200),
        ("gpt3", 174_604_259_328),
    ],
)
def test_blueprints_have_their_true_number_of_parameters(name, told):
    assert n_params(BLUEPRINTS[name].config) == told


@pytest.mark.parametrize(
    ("name", "n_params", "counted"),
    [
        ("nano", 85_728, "85,728 parameters"),  # its LM head of 144 is a matrix of its own
        ("gpt2", 124_439_808, "124,439,808 parameters (tied head)"),
        ("gpt3", 174_604_259_328, "174,604,259,328 parameters (tied head)"),
    ],
)
def test_what_is_learned_is_counted_once(name, n_params, counted):
    assert BLUEPRINTS[name].n_params == n_params
    assert BLUEPRINTS[name].counted == counted


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("biases", [True, False])
def test_a_blueprint_counts_as_a_checkpoint_of_it_does(tied, biases):
    config = GPTConfig(2, 5, 35, 6, 4)
    rng = np.random.default_rng(3)
    weights = {name: rng.normal(0, 1, shape).astype(np.float32) for name, shape in weight_shapes(config).items()}
    if tied:
        del weights["lm_head.weight"]
    kept = {name: values for name, values in weights.items() if biases or not name.endswith(".bias")}
    checkpoint = from_tensors("mine", kept, {}, Notes({"n_head": 5}))
    assert checkpoint.n_params == sum(values.size for values in kept.values())
    assert checkpoint.blueprint.n_params == checkpoint.n_params
    layer = sum(values.size for name, values in kept.items() if ".h.1." in name)
    assert checkpoint.blueprint.per_layer == layer
    assert checkpoint.blueprint.remarks == ", ".join(["tied head"] * tied + ["no biases"] * (not biases))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("GPT-3", "gpt3"),
        ("nano-gpt", "nano"),
        ("gpt2_small", "gpt2"),
        ("GPT2 XL", "gpt2-xl"),
        ("gpt-2-medium", "gpt2-medium"),
    ],
)
def test_names_are_taken_however_they_are_written(name, key):
    assert blueprint(name) is BLUEPRINTS[key]


def test_an_unknown_name_is_told_the_choices():
    with pytest.raises(ModelError, match=r"Unknown model shape 'gpt5'\. Choose from nano, gpt2, .*gpt3\."):
        blueprint("gpt5")


def test_a_comparison_is_ascending_and_has_every_model_once():
    assert compared(["gpt3", "nano", "GPT-3"]) == (BLUEPRINTS["nano"], BLUEPRINTS["gpt3"])
    assert len(BLUEPRINTS) <= MOST_COMPARED


def test_ones_own_model_comes_first_and_takes_the_place_of_its_like():
    own = Blueprint("mine", BLUEPRINTS["gpt2"].config)
    assert beside(own) == [own, *(BLUEPRINTS[name] for name in COMPARED if name != "gpt2")]
    assert len(beside(Blueprint("other", GPTConfig(2, 2, 8, 4, 3)))) == len(COMPARED) + 1

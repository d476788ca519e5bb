"""Named shapes: true sizes, forgiving names, errors that list the choices."""

import pytest

from llmviz_addon.errors import ModelError
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.shapes import COMPARED, MOST, SHAPES, Shape, beside, compared, shape


@pytest.mark.parametrize(
    ("name", "n_params"),
    [  # as published, or as llm-viz's cards have it
        ("nano", 85_584),
        ("gpt2", 124_439_808),
        ("gpt2-medium", 354_823_168),
        ("gpt2-large", 774_030_080),
        ("gpt2-xl", 1_557_611_200),
        ("gpt3", 174_604_259_328),
    ],
)
def test_shapes_have_their_true_number_of_parameters(name, n_params):
    assert SHAPES[name].config.n_params == n_params


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
    assert shape(name) is SHAPES[key]


def test_an_unknown_name_is_told_the_choices():
    with pytest.raises(ModelError, match=r"Unknown model shape 'gpt5'\. Choose from nano, gpt2, .*gpt3\."):
        shape("gpt5")


def test_a_comparison_is_ascending_and_has_every_model_once():
    assert compared(["gpt3", "nano", "GPT-3"]) == [SHAPES["nano"], SHAPES["gpt3"]]
    assert len(SHAPES) <= MOST


def test_ones_own_model_comes_first_and_takes_the_place_of_its_like():
    own = Shape("mine", SHAPES["gpt2"].config)
    assert beside(own) == [own, *(SHAPES[name] for name in COMPARED if name != "gpt2")]
    assert len(beside(Shape("other", GPTConfig(2, 2, 8, 4, 3)))) == len(COMPARED) + 1

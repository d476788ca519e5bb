"""How many parameters there are by the model's width: told from the axes of the parts, and true."""

import pytest

from blender_tests.made_up import MADE_UP
from llmviz_addon.model.blueprints import BLUEPRINTS, Blueprint
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.counts import Count


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_a_layer_of_gpt2_has_12_c_squared_and_13_c(name):
    blueprint = BLUEPRINTS[name]
    assert str(blueprint.by_width) == "12\u00a0C² + 13\u00a0C"
    assert {part: str(count) for part, count in blueprint.layer_parts.items()} == {
        "ln_1": "2\u00a0C", "attn": "4\u00a0C² + 4\u00a0C", "ln_2": "2\u00a0C", "mlp": "8\u00a0C² + 5\u00a0C",
    }  # fmt: skip
    assert blueprint.by_width.at(blueprint.config.n_embd) == blueprint.per_layer


def test_without_biases_there_are_fewer():
    assert str(Blueprint("bare", GPTConfig(2, 2, 8, 4, 5), biases=False).by_width) == "12\u00a0C² + 2\u00a0C"


def test_other_parts_count_otherwise():
    blueprint = Blueprint("made up", GPTConfig(2, 4, 24, 9, 7), architecture=MADE_UP)
    assert blueprint.by_width.at(24) == blueprint.per_layer
    assert str(blueprint.by_width) == "7\u00a0C² + 6\u00a0C"


def test_what_is_no_whole_multiple_of_the_width_is_told_in_numbers():
    count = Count.of([("A", "C"), ("n_vocab",)], GPTConfig(1, 3, 48, 4, 5), {"A": 16, "C": 48, "n_vocab": 5})
    assert count.at(48) == 16 * 48 + 5
    assert str(count) == "773"
    assert str(Count(((1, 2), (1, 1), (3, 0)))) == "C² + C + 3"

"""What is written on the set: complete, inside its bounds, nothing on top of another."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_tests.layout import shapes
from llmviz_addon.errors import LlmvizError
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.layout import Layout
from llmviz_addon.layout.lettering.drawing import Drawing, Rect, Text
from llmviz_addon.layout.lettering.font import advance
from llmviz_addon.layout.signs.signage import card, signage
from llmviz_addon.layout.signs.tokens import TokenRow
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.sampling import Draw, Sampling, draw

NANO = GPTConfig(3, 3, 48, 11, 3)


@dataclass(frozen=True)
class Told:
    """Of a run what is written on its set, made up."""

    texts: Sequence[str]
    tokens: Sequence[int]
    prompt_length: int
    probs: np.ndarray
    text_of: Callable[[int], str]
    draw: Draw
    model = SimpleNamespace(name="nano-gpt", n_params=85_584, blueprint=SimpleNamespace(remarks=""))


def signs(placed: Layout, texts: list[str] | None = None, **options: object) -> dict[str, Drawing]:
    count, vocabulary = placed.n_tokens, placed.config.vocab_size
    texts = texts or [chr(65 + t % 26) for t in range(count)]
    told = {
        "tokens": range(len(texts)),
        "prompt_length": max(1, count // 2),
        "probs": np.random.default_rng(1).dirichlet(np.ones(vocabulary), count),
        "text_of": lambda token: f"#{token}",
        "draw": draw(np.zeros(vocabulary), Sampling(), count),
        **options,
    }
    drawings = tuple(signage(placed, Told(texts, **told)))
    assert len({drawing.name for drawing in drawings}) == len(drawings)
    return {drawing.name: drawing for drawing in drawings}


def in_world(drawing: Drawing) -> list[shapes.Bounds]:
    """Boxes of a drawing's shapes in the plane that faces the viewer: x and z in metres."""
    assert np.allclose(drawing.pose[:3, :2], [[1, 0], [0, 0], [0, 1]])
    x, _, z = drawing.pose[:3, 3]
    return [(a + x, b + z, c + x, d + z) for shape in drawing.shapes for a, b, c, d in shapes.bounds(shape)]


def whole(boxes: list[shapes.Bounds]) -> shapes.Bounds:
    left, bottom, right, top = zip(*boxes, strict=True)
    return min(left), min(bottom), max(right), max(top)


def words(drawing: Drawing) -> list[str]:
    return [shape.body for shape in drawing.shapes if isinstance(shape, Text)]


def test_what_there_is():
    placed = layout(NANO, 11)
    found = signs(placed)
    expected = {"card", "tokens:input", "tokens:next", "tokens:output", "tokens:candidates"}
    expected |= {f"label:{grid.name}" for grid in placed.grids}
    expected |= {f"section:{section.name}" for section in placed.all_sections if section.bracket}
    assert set(found) == expected
    assert words(found["card"]) == ["nano-gpt", "85,584 parameters"]
    tied = card(placed, "GPT-2", 124_439_808, "tied head, no biases")
    assert words(tied) == ["GPT-2", "124,439,808 parameters", "  tied head, no biases"]
    assert words(found["label:layers.0.ln_1.output"]) == [
        "Layer Norm",
        "C 48 × T 11",
    ]  # as all matrices: how high, how wide
    assert words(found["label:layers.0.ln_1.gamma"]) == ["γ"]
    assert words(found["section:layers.0.attn"]) == ["Self-attention"]
    assert found["label:ln_f.output"].parent == "ln_f.output"


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([1, 2, 3]),
    st.integers(1, 20),
    st.integers(1, 2),
    st.integers(1, 16),
    st.integers(1, 9),
    st.floats(0.3, 2),
)
def test_labels_cover_neither_grids_nor_labels(heads: int, size: int, layers: int, block: int, vocab: int, gap: float):
    placed = layout(GPTConfig(layers, heads, heads * size, block, vocab), block, gap)
    found = signs(placed)
    planes = defaultdict(list)
    for grid in placed.grids:
        planes[round(grid.center[1], 4)].append(grid)
    for grids in planes.values():
        labels = [whole(in_world(found[f"label:{grid.name}"])) for grid in grids]
        bodies = [(grid.box[0][0], grid.box[0][2], grid.box[1][0], grid.box[1][2]) for grid in grids]
        for a, b in combinations(range(len(grids)), 2):
            assert not shapes.overlap(labels[a], labels[b], 0.25 * 0.1), (grids[a], grids[b])
        for a, label in enumerate(labels):
            for b, body in enumerate(bodies):
                assert not shapes.overlap(label, body), (grids[a], grids[b])


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_token_texts_stay_in_their_boxes(data: st.DataObject):
    count = data.draw(st.integers(1, 120))
    texts = data.draw(st.lists(st.text(max_size=20), min_size=count, max_size=count))
    found = signs(
        layout(GPTConfig(1, 1, 2, 120, data.draw(st.sampled_from([4, 300]))), count),
        texts,
        tokens=list(range(count)),
    )
    for name in ("tokens:input", "tokens:next", "tokens:output"):
        letters = [s for s in found[name].shapes if isinstance(s, Text) and s.align == "center"]
        boxes = [box for s in letters for box in shapes.bounds(s)]
        for a, b in combinations(boxes, 2):
            assert not shapes.overlap(a, b)


def test_prompt_in_ink_and_answer_muted():
    found = signs(layout(NANO, 11), list("CBABBCABBBC"), prompt_length=6, tokens=[2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2])
    letters = [s.spans for s in found["tokens:input"].shapes if isinstance(s, Text) and s.body.isalpha()]
    assert letters == [((c, "on_token"),) for c in "CBABBC"] + [((c, "muted"),) for c in "ABBBC"] + [
        (("Input", "muted"),)
    ]
    assert words(found["tokens:input"]).count("2") == 3
    tiles = [s.color for s in found["tokens:input"].shapes if isinstance(s, Rect)]
    ids = [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2]
    answer = [name for token in ids[6:] for name in (f"token_{token}", "ground")]  # an edge only
    assert tiles == [f"token_{token}" for token in ids[:6]] + answer


def test_predictions_are_the_most_likely_tokens():
    probs = np.array([[0.1, 0.7, 0.2], [0.98, 0.01, 0.01], [np.nan, np.nan, np.nan]])
    found = signs(layout(NANO, 3), list("ABC"), probs=probs, text_of="xyz".__getitem__)
    assert words(found["tokens:output"]) == ["y", "0.70", "x", "0.98", "x", "–"]
    assert words(found["tokens:next"])[:4] == ["y", "1", "x", "0"]
    without = signs(layout(NANO, 3), list("ABC"), probs=probs)
    assert words(without["tokens:output"])[0] == "#1"


def test_long_inputs_are_cut_in_the_middle():
    found = signs(layout(GPTConfig(1, 1, 2, 1024, 4), 1024))
    assert len(found["tokens:input"].shapes) < 800
    left, _, right, _ = whole(in_world(found["tokens:input"]))
    assert right - left == pytest.approx(102.4, abs=0.1)


def test_wrong_number_of_texts():
    with pytest.raises(LlmvizError, match="11 tokens, but the run has 12"):
        signs(layout(NANO, 11), list("ABCABCABCABC"))


def test_the_card_is_over_everything():
    placed = layout(NANO, 11)
    found = signs(placed)
    card = whole(in_world(found["card"]))
    rest = whole(in_world(found["tokens:next"]))
    assert card[1] > rest[3]
    width = max(advance(s.body, s.size) for s in found["card"].shapes if isinstance(s, Text))
    assert width < card[2] - card[0]


@pytest.mark.parametrize("config", [NANO, GPTConfig(12, 2, 8, 4, 3), GPTConfig(1, 1, 64, 4, 3)])
def test_the_name_on_the_card_is_read_where_the_whole_set_is_seen(config):
    """Framed whole, a set is about 600 of 720 pixels high, and the smallest labels are 14 pixels high."""
    placed = layout(config, 3)
    made = card(placed, "nano-gpt", 85_584)
    high = np.ptp(np.concatenate([grid.box for grid in placed.grids])[:, 2])
    sizes = {s.body: s.size for s in made.shapes if isinstance(s, Text)}
    assert sizes["nano-gpt"] * 600 / high >= 24
    assert sizes["85,584 parameters"] * 600 / high >= 14


def test_many_words_are_set_in_lines_as_a_text():
    count = 40
    placed = layout(GPTConfig(1, 1, 2, 64, 5000), count)
    found = signs(placed, [f"·word{t}" for t in range(count)], tokens=list(range(count)))
    drawn = [s for s in found["tokens:input"].shapes if isinstance(s, Text) and s.body.startswith("·word")]
    assert [s.body for s in sorted(drawn, key=lambda s: (-round(s.y, 3), s.x))] == [f"·word{t}" for t in range(count)]
    assert [w for w in words(found["tokens:input"]) if w.startswith("t =")] == ["t = 0", "t = 16", "t = 32"]
    row = TokenRow(placed)
    (left, bottom), (right, _), (_, top), *_ = row.edge(17, -3.0)  # the second box of the second line
    assert (left + right) / 2 == pytest.approx(row.middle(17))
    assert (bottom, top) == pytest.approx((-3.0 + row.line, -3.0 + 2 * row.line))


def test_what_the_model_can_read_at_most_is_told_by_the_axis_that_a_reader_knows():
    placed = layout(GPTConfig(1, 2, 12, 11, 5), 4)
    assert words(signs(placed)["label:embedding.position_weight"])[-1] == "C 12 × T ≤ 11"

"""The list of what may come next: true, in the middle, clear of what stands there."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_tests.layout import shapes
from llmviz_addon.layout.build import layout
from llmviz_addon.layout.lettering.drawing import Line, Rect, Text
from llmviz_addon.layout.signs.candidates import candidates, percent
from llmviz_addon.layout.signs.tokens import Predictions, output_boxes
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.sampling import Candidate, Draw, Sampling

NANO = layout(GPTConfig(3, 3, 48, 11, 3), 11)
DRAW = Draw(1, (Candidate(2, 0.5, 1), Candidate(1, 0.25, 7)), Sampling(0.8, seed=3))


def test_ranks_texts_and_probabilities_and_the_chosen_one_marked() -> None:
    drawing = candidates(NANO, DRAW, 5, "ABC".__getitem__)
    texts = [(shape.body, shape.spans[0][1]) for shape in drawing.shapes if isinstance(shape, Text)]
    assert texts[0] == ("next token, temperature 0.8, seed 3", "muted")
    assert texts[1:] == [
        *(("1", "muted"), ("C", "muted"), ("50.0 %", "muted")),
        *(("7", "muted"), ("B", "ink"), ("25.0 %", "ink")),
    ]
    plate, *bars = sorted((s for s in drawing.shapes if isinstance(s, Rect)), key=lambda s: s.color == "activation")
    assert bars[0].width == pytest.approx(2 * bars[1].width)
    assert plate.y < bars[1].y < plate.y + plate.height < bars[0].y


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(max_size=30), min_size=1, max_size=8),
    st.integers(1, 400),
    st.floats(0, 1),
    st.sampled_from([3, 50_257]),
    st.data(),
)
def test_rows_stay_apart_and_below_the_boxes(
    texts: list[str], columns: int, share: float, vocabulary: int, data: st.DataObject
) -> None:
    count = len(texts)
    placed = layout(GPTConfig(1, 1, 2, 400, vocabulary), columns, vocabulary=(1, 2, 3) if vocabulary > 3 else None)
    ranks = sorted(data.draw(st.sets(st.integers(1, 60_000), min_size=count, max_size=count)))
    found = tuple(Candidate(i, share, rank) for i, rank in enumerate(ranks))
    drawing = candidates(placed, Draw(0, found, Sampling()), data.draw(st.integers(0, columns - 1)), texts.__getitem__)
    boxes = [box for s in drawing.shapes if isinstance(s, Text) for box in shapes.bounds(s)]
    for a, b in combinations(boxes, 2):
        assert not shapes.overlap(a, b, 0.02)
    above = output_boxes(placed, Predictions((), (), ()))
    assert (above.pose == drawing.pose).all()
    floor = min(bottom for s in above.shapes for _, bottom, _, _ in shapes.bounds(s))
    assert max(top for _, _, _, top in boxes) < floor
    frame, arrow = ([s for s in drawing.shapes if isinstance(s, Line)][i] for i in (0, -1))
    assert arrow.points[-1][0] == 0
    assert frame is arrow or frame.points[0] == frame.points[-1]


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (1e-7, "< 0.001 %"),
        (0.000183, "0.018 %"),
        (0.0005, "0.05 %"),
        (0.6128, "61.3 %"),
        (0.9999, "99.99 %"),
        (1, "100 %"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_share_that_was_rounded_to_all_is_not_written_as_all() -> None:
    probs = np.array([[1.0, 1e-12, 0.0], [1.0, 0.0, 0.0], [0.004, 0.996, 0.0]], dtype=np.float32)
    found = Predictions.of(probs, str)
    assert found.shares[0] < 1 == found.shares[1]
    boxes = output_boxes(layout(GPTConfig(1, 1, 2, 4, 3), 3), found)
    under = [shape.body for shape in boxes.shapes if isinstance(shape, Text)]
    assert [text for text in under if "." in text] == ["> 0.99", "1.00", "> 0.99"]
    sure = (Candidate(0, 1.0, 1), Candidate(1, 1e-20, 2))
    drawing = candidates(layout(GPTConfig(1, 1, 2, 4, 3), 3), Draw(0, sure, Sampling()), 2, str)
    written = [shape.body for shape in drawing.shapes if isinstance(shape, Text)]
    assert "> 99.999 %" in written
    assert "100 %" not in written

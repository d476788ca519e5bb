"""How a model writes: the chances of its own runs, one chosen, put at the end, and again."""

import numpy as np
import pytest

from blender_tests.screenplay.conftest import new_film, random_checkpoint, written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.layout.lettering.drawing import Rect
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.forward import forward
from llmviz_addon.model.sampling import Sampling, distribution, draw, generate
from llmviz_addon.rounding import percent
from llmviz_addon.screenplay.score.timeline import Channel


def drawings(film, kind):
    return [drawing for name, drawing in film.cast.drawings.items() if f":{kind}:" in name]


def put_up(film, **more):
    film.open_on(film.layout.output)
    return film.write_on(seconds=12, **more)


def test_the_answer_of_a_run_comes_letter_by_letter_with_the_chances_it_had(film):
    assert put_up(film, after=5) == [0, 1, 1, 1, 2, 2]
    assert film.now == pytest.approx(12)
    figures = drawings(film, "figures")
    assert len(figures) == 6
    for step, drawing in enumerate(figures):
        shares = np.sort(distribution(film.trace["output.logits"][5 + step]))[::-1]
        assert written_on([drawing])[1:] == [percent(share) for share in shares[1:]]
    assert written_on(drawings(film, "caption"))[0] == "What may follow the 6 tokens"


def test_bars_are_as_long_as_the_chances_of_their_step(film):
    put_up(film, after=5, most=2)
    for step in range(2):
        shares = np.sort(distribution(film.trace["output.logits"][5 + step]))[::-1]
        for drawing, share in zip(drawings(film, "bar")[3 * step :], shares, strict=False):
            assert film.score.value(Channel(drawing.name, "scale", 0)) == pytest.approx(max(share, 1e-4))


def test_beyond_the_text_the_model_is_run_again():
    model = random_checkpoint(GPTConfig(2, 2, 16, 12, 40))
    film = new_film(model, [3, 1, 4])
    expected = generate(model, [3, 1, 4], 3)[3:]
    assert tuple(put_up(film, after=2, most=3)) == expected
    last = forward(model, [3, 1, 4, *expected[:2]])["output.logits"][-1]
    shares = np.sort(distribution(last))[::-1]
    told = written_on(drawings(film, "figures")[-1:])
    assert told == [*(percent(share) for share in shares[:4]), percent(shares[4:].sum())]
    assert "36 others" in written_on(drawings(film, "row"))


def test_a_full_model_sees_the_last_tokens_only():
    model = random_checkpoint(GPTConfig(1, 2, 8, 4, 5))
    film = new_film(model, [0, 1, 2, 3])
    assert tuple(put_up(film, after=3, most=3)) == generate(model, [0, 1, 2, 3], 3)[4:]
    assert written_on(drawings(film, "caption"))[-1] == "What may follow the last 4 tokens"
    first, second = drawings(film, "tile")[:2]
    assert film.score.value(Channel(first.name, "opacity")) < 0.5
    assert film.score.value(Channel(second.name, "opacity")) < 0.5


def test_what_is_drawn_is_the_draw_of_the_run():
    model = random_checkpoint(GPTConfig(1, 2, 8, 9, 30))
    film = new_film(model, [0, 1, 2, 3])
    sampling = Sampling(1.5, 9, None, 4)
    film.telling.drawn = draw(film.trace["output.logits"][-1], sampling, 4)
    first, second = put_up(film, after=3, most=2)
    assert first == film.draw.token
    again = forward(model, [0, 1, 2, 3, first])["output.logits"][-1]
    assert second == draw(again, sampling, 5).token
    assert np.count_nonzero(film.chances(3, 1.5, 9)) == 9
    assert film.chances(3, 1.5, 9).sum() == pytest.approx(1)


def test_the_chosen_tile_stands_at_the_end_of_the_text(film):
    put_up(film, after=5, most=3)
    tiles = drawings(film, "tile")
    assert len(tiles) == 9
    lefts = [tile.pose[0, 3] / -tile.pose[2, 3] for tile in tiles]
    assert lefts == sorted(lefts)
    for tile in tiles:
        assert film.score.value(Channel(tile.name, "opacity")) == 1
        assert film.score.value(Channel(tile.name, "offset", 0)) == 0


def test_what_the_model_wrote_is_underlined_and_what_was_given_is_not(film):
    put_up(film, after=7, most=3)
    (own,) = drawings(film, "own")
    assert written_on([own]) == ["the model's own"]
    _, *lines = [shape for shape in own.shapes if isinstance(shape, Rect)]
    tiles = drawings(film, "tile")
    assert len(tiles) == 11
    assert len(lines) == 11 - film.trace.prompt_length == 5
    home = own.pose[:2, 3] / own.pose[0, 0]
    written = [tile.pose[:2, 3] / tile.pose[0, 0] - home for tile in tiles[6:]]
    assert [line.x + line.width / 2 for line in lines] == pytest.approx([x for x, _ in written])
    assert all(line.y < y for line, (_, y) in zip(lines, written, strict=True))


def test_at_its_end_the_chart_says_that_the_last_token_was_chosen_from_it(film):
    put_up(film, after=5)
    *_, caption = drawings(film, "caption")
    (chosen,) = drawings(film, "chosen")
    assert written_on([chosen]) == ["The last token was chosen from these"]
    assert film.score.value(Channel(caption.name, "opacity")) == 0
    assert film.score.value(Channel(chosen.name, "opacity")) == 1
    assert film.now == pytest.approx(12)


def test_no_heading_lies_on_the_way_of_the_chosen_tile(film):
    put_up(film, after=5, most=3)
    for caption, tile in zip(drawings(film, "caption"), drawings(film, "tile")[6:], strict=True):
        flight = film.score.clips[Channel(tile.name, "offset", 1)][-1]
        assert flight.end > flight.start
        assert film.score.at(Channel(caption.name, "opacity"), flight.start - 0.2) == 1
        assert film.score.at(Channel(caption.name, "opacity"), flight.start) == 0


def test_it_needs_a_token_to_begin_after_and_something_to_append(film):
    film.open_on(film.layout.output)
    with pytest.raises(ScriptError, match="begins after one of the tokens 0 to 10"):
        film.write_on(after=11)
    with pytest.raises(ScriptError, match="not after 3 and 0"):
        film.write_on(after=3, most=0)


def test_tokens_are_called_by_name_wherever_they_come_from(film):
    assert film.name_of(2) == "letter C" == film.token_name(0)


def test_a_long_text_is_cut_and_a_short_one_stands_on_several_lines():
    model = random_checkpoint(GPTConfig(1, 2, 8, 400, 300))
    film = new_film(model, list(range(299)), (720, 1280))
    put_up(film, after=298, most=2)
    title, more, *_ = written_on(drawings(film, "text"))
    first = int(title.removeprefix("The text, from t = ").removesuffix(" on"))
    assert more == "…"
    assert len(drawings(film, "tile")) == 301 - first < 200
    film = new_film(model, list(range(280, 299)), (720, 1280))
    put_up(film, after=18, most=2)
    assert written_on(drawings(film, "text")) == ["The text"]
    assert len(drawings(film, "tile")) == 21
    assert len({round(float(tile.pose[1, 3] / tile.pose[2, 3]), 3) for tile in drawings(film, "tile")[:19]}) > 1

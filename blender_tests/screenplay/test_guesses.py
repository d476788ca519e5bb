"""The guess after each layer, as strips; and the pulse that runs through the layers."""

import numpy as np
import pytest

from blender_tests.screenplay.conftest import new_film, random_checkpoint, written_on
from llmviz_addon.errors import ScriptError
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.lens import lens
from llmviz_addon.rounding import percent
from llmviz_addon.screenplay import telling
from llmviz_addon.screenplay.score.timeline import Channel


def drawings(film, kind):
    return [drawing for name, drawing in film.cast.drawings.items() if f":{kind}:" in name]


def test_a_strip_is_shared_out_as_the_lens_says(film):
    film.open_on(film.layout.output)
    said = film.guesses(3, "Guesses", seconds=5)
    assert film.now == pytest.approx(5)
    assert said == pytest.approx(lens(film.checkpoint, film.trace, 3))
    rows, strips = drawings(film, "row"), drawings(film, "strip")
    assert [written_on([row])[0] for row in rows] == ["embedding", "layer 0", "layer 1", "layer 2"]
    final = int(said[-1].argmax())
    assert [written_on([row])[1] for row in rows] == [percent(share) for share in said[:, final]]
    track = rows[0].shapes[0].width
    for strip, shares in zip(strips, said, strict=True):
        first, *others = strip.shapes
        assert first.width == pytest.approx(shares[final] * track, abs=0.002)
        assert others == [] or others[0].width == pytest.approx(np.delete(shares, final).max() * track, abs=0.002)
        assert film.score.value(Channel(strip.name, "scale", 0)) == 1


def test_of_many_layers_some_are_shown_and_the_last(make_film):
    film = make_film(random_checkpoint(GPTConfig(30, 1, 4, 6, 40)), [1, 2, 3])
    film.open_on(film.layout.output)
    film.guesses(2, "Guesses")
    names = [written_on([row])[0] for row in drawings(film, "row")]
    assert len(names) == 13
    assert (names[0], names[-1]) == ("embedding", "layer 29")


def test_a_pulse_computes_what_it_passes_and_names_it(film):
    layer = film.layout.layers[0]
    film.open_on(layer)
    film.hide_values(layer)
    film.pulse(layer.ln_1, layer.attn, titles=["one", "two"], seconds=4)
    assert film.now == pytest.approx(4)
    assert written_on(drawings(film, "name")) == ["one", "two"]
    first, second = (film.score.clips[Channel(one.name, "opacity")] for one in drawings(film, "name"))
    assert first[-1].end <= second[0].start + 1e-9
    assert (first[-1].value, second[-1].value) == (0, 0)
    for grid in (layer.ln_1.output, layer.attn.proj):
        assert film.score.value(Channel(grid.name, "reveal")) == grid.count
        assert film.score.value(Channel(grid.name, "highlight")) == 0
        assert max(clip.value for clip in film.score.clips[Channel(grid.name, "highlight")]) == 1
    assert film.score.value(Channel(layer.mlp.hidden.name, "reveal")) == 0


def test_a_pulse_needs_a_title_for_each_group():
    film = new_film(random_checkpoint(GPTConfig(1, 1, 4, 6, 5)), [1, 2])
    film.open_on(film.layout.layers[0])
    with pytest.raises(ScriptError, match="a title for each; got 1 and 2"):
        film.pulse(film.layout.layers[0], titles=["one", "two"])


def test_streams_in_a_row_are_called_after_their_layers(film):
    """As chapter 07 lays them out: all of them are MLP residuals."""
    streams = [layer.stream for layer in film.layout.layers]
    film.open_on(*streams)
    film.arrange(streams, names=["one", "two", "three"])
    labels = [film.cast.labels[stream.name] for stream in streams]
    assert [written_on([label])[0] for label in labels] == ["one", "two", "three"]
    assert [film.score.value(Channel(label.name, "opacity")) for label in labels] == [1, 1, 1]
    old = [f"label:{stream.name}" for stream in streams]
    assert [film.score.value(Channel(name, "opacity")) for name in old] == [0, 0, 0]
    film.fade(streams[0], to=0)
    assert film.score.value(Channel(labels[0].name, "opacity")) == 0
    with pytest.raises(ScriptError, match="a name for each grid or none; got 1 for 3"):
        film.arrange(streams, names=["one"])


def test_what_the_model_would_say_is_worked_out_once_for_a_chapter(film, monkeypatch):
    asked = []
    monkeypatch.setattr(telling, "lens", lambda model, trace, t: asked.append(t) or lens(model, trace, t))
    for t in (2, 3, 2, 3):
        assert (film.lens(t) == lens(film.checkpoint, film.trace, t)).all()
    assert asked == [2, 3]
    with pytest.raises(ValueError, match="read-only"):
        film.lens(2)[0] = 0

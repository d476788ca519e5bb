"""The table of channels: what it says is said once, and holds for every actor."""

from __future__ import annotations

import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.screenplay.score import channels
from llmviz_addon.screenplay.score.channels import TABLE, Between, Changes, Kind
from llmviz_addon.screenplay.score.timeline import CAMERA, Channel
from llmviz_addon.screenplay.verbs.comparing import models
from llmviz_addon.screenplay.verbs.splitting import split


@pytest.fixture
def actors(film):
    """An actor of every kind that a chapter knows, by kind."""
    x = film.layout.embedding.output
    film.open_on(x)
    models(film.telling)
    split(film.telling, x[1])
    names = {
        Kind.GRID: x.name,
        Kind.MADE: film.copy(x[2]).name,
        Kind.FRAGMENT: next(iter(film.cast.fragments)),
        Kind.RIBBON: film.layout.ribbons[0].name,
        Kind.PIECE: next(iter(film.cast.pieces)),
        Kind.SIGN: film.signs.card.name,
        Kind.DRAWING: film.sign("a", (0, 0, 0)).name,
        Kind.GROUND: "test:plate",
        Kind.CAMERA: CAMERA,
    }
    assert set(names) == set(Kind) - {Kind.CROWD}  # which is the stage's
    return names


def test_every_kind_has_one_line_for_a_channel():
    lines = [(kind, row.name) for row in TABLE for kind in row.kinds]
    assert len(lines) == len(set(lines))
    for kind in Kind:
        assert [channels.row(kind, name).name for name in channels.names(kind)] == list(channels.names(kind))


def test_what_a_channel_is_does_not_hang_on_the_actor():
    for name in {row.name for row in TABLE}:
        same = {(r.size, r.in_hand, r.turns, r.hides) for r in TABLE if r.name == name}
        assert len(same) == 1, name
    assert channels.named(hides=True) == {"opacity"}
    assert channels.named(turns=True) <= channels.named(changes=Changes.PLACE) <= channels.named(in_hand=True)


def test_every_actor_says_where_it_rests(film, actors):
    for kind, name in actors.items():
        assert film.cast.kind(name) is kind
        for prop in channels.names(kind):
            row = channels.row(kind, prop)
            for index in range(row.size):
                rest = film.cast.rest(Channel(name, prop, index))
                assert row.rest in (None, rest)
    assert film.cast.rest(Channel(actors[Kind.GRID], "reveal")) == film.layout.embedding.output.count
    assert film.cast.rest(Channel(actors[Kind.FRAGMENT], "reveal")) == film.layout.embedding.output.count
    assert film.cast.rest(Channel("tokens:next", "opacity")) == film.cast.signage["tokens:next"].opacity


def test_what_there_is_not_is_refused_with_what_there_is(film, actors):
    for kind, name in actors.items():
        with pytest.raises(
            ScriptError, match=f"has no channel 'weight'. Choose from {', '.join(channels.names(kind))}"
        ):
            film.score.set(Channel(name, "weight"), 1.0, 0.0)
    with pytest.raises(ScriptError, match=r"has no offset\[3\]. Choose from 0, 1, 2"):
        film.score.set(Channel(actors[Kind.GRID], "offset", 3), 1.0, 0.0)
    with pytest.raises(ScriptError, match=r"'ln_f.ouput' is not on stage. Choose from film.layout.ln_f.output"):
        film.score.set(Channel("ln_f.ouput", "opacity"), 1.0, 0.0)


def test_only_words_give_way_to_words():
    words = {kind for row in TABLE if row.between is Between.WORDS for kind in row.kinds}
    assert words == {Kind.DRAWING}
    assert channels.row(Kind.GROUND, "opacity").between is Between.LATE

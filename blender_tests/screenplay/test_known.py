"""What the story has not computed is empty: at every chapter's opening, at every rest, and all the time between."""

from __future__ import annotations

import numpy as np
import pytest

from llmviz_addon.layout.grid import Role
from llmviz_addon.model.config import GPTConfig
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.production import prepare
from llmviz_addon.screenplay.score.channels import named
from llmviz_addon.screenplay.score.timeline import Channel

CONFIGS = {
    "nano": (GPTConfig(3, 3, 48, 11, 3), 11),
    "one of each": (GPTConfig(1, 1, 4, 1, 2), 1),
    "wide": (GPTConfig(2, 4, 192, 32, 11), 24),
}


class Shown:
    """Which grids of a timeline show values, frame by frame."""

    def __init__(self, production):
        self.layout, self.timeline = production.layout, production.timeline
        self.tracks = {track.channel: track for track in production.timeline.tracks}
        self.bodies = {grid.name: [grid.name] for grid in self.layout.grids}
        for grid, _ in production.timeline.grids:  # excerpts of a close-up
            prefix, _, name = grid.name.rpartition(":")
            if "excerpt" in prefix:
                self.bodies[name].append(grid.name)
        for part in production.timeline.fragments:
            next(bodies for bodies in self.bodies.values() if part.grid in bodies).append(part.name)

    def value(self, actor: str, prop: str, frame: int, rest: float, index: int = 0) -> float:
        track = self.tracks.get(Channel(actor, prop, index))
        if track is None or track.frames[0] > frame:
            return rest
        return float(track.values[np.flatnonzero(track.frames <= frame)[-1]])

    def keeps(self, actor: str, frame: int) -> bool:
        """Whether it shows values beyond those of its first cells."""
        return self.value(actor, "kept", frame, 0.0, 1) > self.value(actor, "kept", frame, 0.0, 0)

    def known(self, frame: int) -> set[str]:
        """Which hold values, whether they are there or have stepped aside."""
        return {name for name in self.bodies if self.value(name, "reveal", frame, 1.0) > 0 or self.keeps(name, frame)}

    def at(self, frame: int) -> set[str]:
        made = {grid.name for grid, _ in self.timeline.grids} | {part.name for part in self.timeline.fragments}
        return {
            name
            for name, bodies in self.bodies.items()
            for body in bodies
            if self.value(body, "opacity", frame, 0.0 if body in made else 1.0) > 0
            and (self.value(body, "reveal", frame, 1.0) > 0 or self.keeps(body, frame))
        }


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("chapter", [c.name for c in loader.chapters() if not c.outlines])
def test_nothing_is_shown_before_what_it_is_made_from(random_model, name, chapter):
    config, length = CONFIGS[name]
    production = prepare(run(random_model(config), [t % config.vocab_size for t in range(length)]), [chapter], 200.0)
    shown, timeline = Shown(production), production.timeline
    computed: set[str] = set()
    moments = {1, *(marker.frame for marker in timeline.markers)}
    tells = named(knows=True) | named(hides=True)
    moments |= {int(f) for c, t in shown.tracks.items() if c.prop in tells for f in t.frames}
    for frame in sorted(moments):
        now = {name for name in shown.at(frame) if production.layout[name].role is not Role.WEIGHT}
        before = computed | now if frame == 1 else computed
        computed |= now
        for name in now - before:
            grid = production.layout[name]
            assert production.layout.made_from(grid) - {name} <= before | now | weights(production), (frame, name)
    opening = shown.known(1)
    assert shown.at(1)
    assert shown.at(1) <= opening
    assert weights(production) - {"tokens"} <= opening
    assert ("tokens" in opening) == (chapter != "overview")  # which begins before its text is numbers
    for name in opening:
        assert production.layout.made_from(production.layout[name]) <= opening, name
    later = {grid.name for grid in production.layout.grids if grid.rule} - opening
    if chapter == "preliminary":  # about a run that is there
        assert not later
    else:
        assert "output.probs" in later


def weights(production) -> set[str]:
    return {grid.name for grid in production.layout.grids if grid.rule is None}


def test_the_opening_of_a_chapter_shows_what_the_story_has_and_no_more(nano):
    stage = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["layer-norm"], None)
    known = {name for name in Shown(stage).known(1) if stage.layout[name].rule}
    assert known == {"embedding.output"} == {name for name in Shown(stage).at(1) if stage.layout[name].rule}
    for sign in ("tokens:next", "tokens:output", "tokens:candidates"):
        assert Shown(stage).value(sign, "opacity", 1, 1.0) == 0
    stage = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["self-attention"], None)
    known = {name for name in Shown(stage).known(1) if stage.layout[name].rule}
    assert {name for name in Shown(stage).at(1) if stage.layout[name].rule} == {"layers.0.ln_1.output"}
    assert known == {"embedding.output", *(f"layers.0.ln_1.{part}" for part in ("mean", "std", "output"))}


def test_where_a_story_stands_is_told_by_what_things_are_made_from(film):
    head = film.layout.layers[1].attn.heads[2]
    film.computed_up_to(head.weights)
    empty = {g.name for g in film.layout.grids if film.score.value(Channel(g.name, "reveal")) == 0}
    assert "layers.0.mlp.residual" not in empty
    assert {head.max.name, head.sum.name, head.q.name}.isdisjoint(empty)
    assert {head.v.name, head.output.name, "layers.1.attn.heads.0.q", "output.probs"} <= empty
    assert not [name for name in empty if film.layout[name].rule is None]


def test_a_story_that_has_computed_all_keeps_what_is_predicted(film):
    film.computed_up_to(film.layout.output.probs)
    assert film.score.value(Channel("tokens:next", "opacity")) == 1
    assert film.score.value(Channel("ln_f.output", "reveal")) > 0

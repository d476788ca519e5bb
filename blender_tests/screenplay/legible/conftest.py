"""One chapter told alone, of nano-gpt."""

from __future__ import annotations

from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.cast.cast import Cast
from llmviz_addon.screenplay.page.view import Page
from llmviz_addon.screenplay.production import Set, _told
from llmviz_addon.screenplay.telling import Telling


def told_alone(chapter: str, size: tuple[int, int]) -> Telling:
    """A chapter of a text of eleven letters, on a page of so many pixels."""
    tellings: list[Telling] = []
    stage = Set.of(run(builtin(), [2, 1, 0, 1, 1, 2, 0, 1, 1, 1, 2]))

    def begin(name: str) -> Telling:
        cast = Cast(stage.layout, stage.signage, stage.blueprints)
        tellings.append(Telling(name, cast, stage.run.trace, stage.run.model, Page.of(size), 200.0))
        return tellings[-1]

    _told(loader.choose([chapter], loader.find(())), begin)
    return tellings[0]

"""What is written out once is kept for the next stage, as long as theme and letters are the same, and not too much."""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np

from llmviz_addon.layout.lettering.drawing import Drawing, Rect, Text
from llmviz_addon.stage.materials.flat_material import flat_material
from llmviz_addon.stage.materials.theme_file import theme
from llmviz_addon.stage.things.drawings import DrawingMaker
from llmviz_addon.stage.things.drawn import Drawn


@dataclass
class Made:
    points: np.ndarray


def test_what_was_made_is_kept() -> None:
    drawn: Drawn[Made] = Drawn()
    light, calls = theme("light"), []

    def get(key: str, look: object = light, letters: tuple[str, ...] = ("a",)) -> Made:
        return drawn.get(look, letters, key, lambda: calls.append(key) or Made(np.zeros(3)))  # type: ignore[arg-type]

    first = get("one")
    assert get("one") is first
    assert get("one", replace(light), ("a",)) is first, "by what they are"
    assert get("one", theme("dark")) is not first
    assert get("one") is not first, "one theme at a time"
    get("one", letters=("a", "b"))
    assert len(calls) == 4


def test_what_was_used_longest_ago_goes_first() -> None:
    drawn: Drawn[Made] = Drawn(3000)
    light = theme("light")
    made = {key: drawn.get(light, (), key, lambda: Made(np.zeros(100))) for key in ("one", "two")}
    drawn.get(light, (), "one", lambda: Made(np.zeros(100)))
    drawn.get(light, (), "three", lambda: Made(np.zeros(100)))
    assert drawn.get(light, (), "one", lambda: Made(np.zeros(0))) is made["one"]
    assert drawn.get(light, (), "two", lambda: Made(np.zeros(0))) is not made["two"]
    assert drawn._size <= 3000


def test_other_letters_have_other_numbers(scene: bpy.types.Scene) -> None:
    light = theme("light")
    drawing = Drawing("d", (Rect(0, 0, 1, 1, "ink"), Text(0, 2, (("b", "ink"),), 1.0)))
    more = replace(drawing, name="more", shapes=(Text(0, 2, (("abc", "ink"),), 1.0),))
    numbers = []
    for drawings in ((drawing,), (drawing, more), (drawing,)):
        maker = DrawingMaker(light, flat_material(light), scene.collection)
        maker.prepare(drawings)
        numbers.append(maker.arrays(drawing, written=False).letters.number.tolist())
    assert numbers == [[1], [2], [1]]

"""A scene keeps its language, so that what is written on it later needs no file."""

from __future__ import annotations

import json
from pathlib import Path

import bpy

from llmviz_addon import api
from llmviz_addon.language import ENGLISH, count, spoken
from llmviz_addon.model.checkpoint import builtin
from llmviz_addon.model.run import read
from llmviz_addon.screenplay.languages import language
from llmviz_addon.stage.build import clear
from llmviz_addon.stage.kept_language import OURS, language_of, phrased, write_language
from llmviz_addon.stage.live import state_of
from llmviz_addon.stage.ours import NAME, TAG
from llmviz_addon.stage.pointing import inspect
from llmviz_addon.stage.pointing.subject import subject
from llmviz_addon.stage.walking.places import walk_of
from llmviz_addon.ui import runs
from llmviz_addon.ui.pointing import card

GREEK = """
name = "Ελληνικά"
decimal = ","
thousands = "."
[words]
"Next token" = "Επόμενο"
"""


def numerals() -> list[bytes]:
    """What cells' numbers are written with."""
    return [bytes(image.packed_file.data) for image in bpy.data.images if image.get(TAG) == "numerals"]


def digits() -> list[int]:
    """How much is drawn of the letters that numbers which change are put together of."""
    return [len(mesh.vertices) for mesh in bpy.data.meshes if mesh.get(TAG) == "digits"]


def sizes(scene: bpy.types.Scene) -> dict[str, tuple[int, ...]]:
    """How much is drawn of each thing that is written."""
    return {o[NAME]: len(o.data.vertices) for o in scene.objects if o.get(TAG) == "flat" and o.type == "MESH"}


def test_an_open_stage_goes_on_in_its_language_without_its_file(tmp_path: Path):
    (tmp_path / "languages").mkdir()
    (file := tmp_path / "languages" / "el.toml").write_text(GREEK, encoding="utf-8")
    model = builtin()
    stage = api.open_stage(read(model, model.tokenizer.encode("CBABBC")), language="el", walkthroughs=[tmp_path])
    file.unlink()
    api.save(stage, tmp_path / "open.blend")
    found = api.open_file(tmp_path / "open.blend")
    kept = language_of(found.scene)
    assert (kept.title, kept.decimal, kept.words["Next token"]) == ("Ελληνικά", ",", "Επόμενο")
    before = sizes(found.scene)
    api.step(found)
    assert kept.find("Next token", None) == "Επόμενο"
    assert (None, "Input") in kept.untold  # what it lacks was asked for as the next token was written
    assert before.keys() == sizes(found.scene).keys()
    assert runs.run(found.scene, state_of(found.scene)).language is language_of(found.scene)


def test_cells_have_the_decimal_mark_of_their_scene():
    api.open_stage(api.run(), 2)
    english = numerals()
    api.open_stage(api.run(), 2, language="de")
    assert len(english) == 1
    assert numerals() != english


def test_numbers_that_change_have_the_decimal_mark_of_their_scene():
    api.build(api.run(), ["mlp"], pace=None)
    english = digits()
    api.build(api.run(), ["mlp"], pace=None, language="de", sure=True)
    assert len(english) == 1
    assert digits() != english


def test_a_film_keeps_german_until_it_is_told_in_english_or_gone():
    scene = api.build(api.run(), ["projection"], language="de", pace=None).scene
    with spoken(language_of(scene)):
        assert count(1024, "layer") == "1.024 Schichten"
    assert language_of(scene).words == language("de").words
    api.build(api.run(), ["projection"], scene=scene, sure=True, pace=None)
    assert OURS not in scene
    write_language(scene, language("de"))
    clear(scene)
    assert language_of(scene) is ENGLISH


def test_a_language_that_was_damaged_is_english():
    scene = bpy.context.scene
    write_language(scene, language("de"))
    whole = json.loads(scene[OURS])
    for change in (
        {"rule": "two"}, {"decimal": "::"}, {"plurals": [["layer", "Schicht"]]}, {"words": [["{} of {}", "{}"]]},
        {"words": [["one"]]}, {"name": 5}, {"more": 1},
    ):  # fmt: skip
        scene[OURS] = json.dumps(whole | change)
        assert language_of(scene) is ENGLISH, change
    scene[OURS] = "no"
    assert language_of(scene) is ENGLISH
    scene[OURS] = json.dumps(whole)
    assert language_of(scene) is language_of(scene) is not ENGLISH


def test_what_is_read_of_cells_is_in_the_language_of_the_scene():
    stage = api.build(api.run(), ["self-attention"], language="de", pace=None)
    scene, about = stage.scene, subject(stage.scene)
    scene.frame_set(scene.frame_end)
    scores = api.inspect(stage, "layers.0.attn.heads.0.scores", (5, 2))
    assert (scores.title, scores.where) == ("Attention-Matrix", "Query: 5 „C“, Key: 2 „A“")
    assert scores.place == ("Schicht 0", "Self-Attention", "Kopf 0")
    assert scores.formula == "Skalarprodukt(Query; Key) / √A"
    assert scores.shown == "1,72"
    for grid in about.reader.layout.grids:
        for index in ((), tuple(0 for _ in grid.axes)):
            reading = api.inspect(stage, grid.name, index)
            assert repr(reading)
            assert card.told(reading, [inspect.read(scene, about, line) for line in reading.lines], bool(index))
    names = [entry.title for entry in walk_of(scene).contents.search("kopf 2")]
    assert "Kopf 2" in names
    assert phrased(scene, "Next: {}", "one-column") == "Danach: one-column"
    assert [text for _, text in language_of(scene).untold] == []

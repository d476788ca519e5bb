"""Finding chapters, ours and the user's, and telling what is wrong with one."""

import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.production import prepare

GOOD = 'title = "Mine"\npart = "Own"\n\n\ndef play(film):\n    film.open_on(film.layout.ln_f)\n    film.wait(1)\n'


def test_ours_are_found_in_order():
    chapters = loader.chapters()
    assert [c.number for c in chapters] == sorted(c.number for c in chapters)
    assert "layer-norm" in [c.name for c in chapters]


def test_a_folder_of_the_users_adds_and_replaces(tmp_path):
    (tmp_path / "03_layer_norm.py").write_text(GOOD)
    (tmp_path / "42_mine.py").write_text(GOOD)
    (tmp_path / "notes.py").write_text("1 / 0")
    found = {c.name: c for c in loader.chapters([tmp_path])}
    assert found["layer-norm"].title == "Mine"
    assert found["mine"].number == 42


@pytest.mark.parametrize("name", ["layer-norm", "layer_norm", "3", "03", "Layer-Norm"])
def test_a_chapter_can_be_named_in_several_ways(name):
    assert loader.choose([name], loader.chapters())[0].name == "layer-norm"


def test_one_name_is_a_chapter_too():
    assert [one.name for one in loader.choose("layer-norm", loader.chapters())] == ["layer-norm"]
    found = loader.find()
    assert loader.choose("all", found) == list(found.chapters)


def test_an_unknown_chapter_is_refused_with_the_choices():
    with pytest.raises(ScriptError, match=r"'dropout'.*layer-norm"):
        loader.choose(["dropout"], loader.chapters())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = 3", "has no 'title'"),
        ("def play(film:\n", "01_bad.py.*line 1"),
        ("import nowhere_to_be_found", "01_bad.py.*line 1.*nowhere_to_be_found"),
    ],
)
def test_a_file_that_is_no_chapter_is_refused_with_its_line(tmp_path, text, message):
    (tmp_path / "01_bad.py").write_text(text)
    with pytest.raises(ScriptError, match=message):
        loader.chapters([tmp_path])


def test_missing_and_empty_folders_are_refused(tmp_path):
    with pytest.raises(ScriptError, match="no chapter folder"):
        loader.chapters([tmp_path / "nothing"])
    with pytest.raises(ScriptError, match="holds no chapter"):
        loader.chapters([tmp_path])


def test_a_mistake_in_a_chapter_names_file_and_line(tmp_path, nano):
    (tmp_path / "42_mine.py").write_text(GOOD + "    film.fade(film.layout.ln_f, to=0)\n    film.dance()\n")
    with pytest.raises(ScriptError, match=r"42_mine\.py, line 9: AttributeError.*dance"):
        prepare(run(nano, [0, 1, 2]), ["mine"], folders=[tmp_path])


def test_overlapping_clips_in_a_chapter_name_both_lines(tmp_path, nano):
    text = GOOD + (
        "    with film.together(seconds=1):\n"
        "        film.fade(film.layout.ln_f, to=0)\n"
        "        film.fade(film.layout.ln_f, to=0.5)\n"
    )
    (tmp_path / "42_mine.py").write_text(text)
    with pytest.raises(ScriptError, match=r"42_mine\.py:9 fade.*42_mine\.py:10 fade"):
        prepare(run(nano, [0, 1, 2]), ["mine"], folders=[tmp_path])

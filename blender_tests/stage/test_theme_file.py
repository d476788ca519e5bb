"""Theme files: what they inherit, what they change, and one clear error with file and line for all else."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmviz_addon.errors import JobError
from llmviz_addon.stage.materials.theme import Theme
from llmviz_addon.stage.materials.theme_file import FOLDER, FORM, NAMES, rewritten, theme, written

RED = (1.0, 0.0, 0.0)


def put(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_theme_of_hers_is_ours_but_for_what_it_says(tmp_path):
    path = put(
        tmp_path,
        'inherits = "dark"  # slides\n\nground = "#000000"\n[text]\nink = [1, 0, 0.0]\n[cells]\ngrowth = 2\n'
        '[cells.positive]\nweight = "#FF0000"\n',
    )
    mine, dark = theme(path), theme("dark")
    assert (mine.name, mine.ground, mine.color("ink"), mine.cells.growth) == ("mine", (0.0, 0.0, 0.0), RED, 2.0)
    assert mine.color("ground") == (0.0, 0.0, 0.0)
    assert mine.cells.positive == {**dark.cells.positive, "weight": RED}
    assert {**mine.text, "ink": 0} == {**dark.text, "ink": 0}
    assert (mine.cells.negative, mine.cells.zero) == (dark.cells.negative, dark.cells.zero)
    assert theme(str(path)) == mine
    assert theme(mine) is mine


def test_a_theme_inherits_from_a_file_beside_it(tmp_path):
    put(tmp_path, 'inherits = "light-safe"\nground = "#ff0000"\n[text]\nink = "#112233"\n', "house.toml")
    (tmp_path / "talks").mkdir()
    mine = theme(put(tmp_path / "talks", 'inherits = "../house.toml"\n[text]\nink = "#ff0000"\n'))
    assert (mine.ground, mine.color("ink"), mine.color("weight")) == (RED, RED, theme("light-safe").color("weight"))


def test_other_ways_to_write_toml_say_the_same(tmp_path):
    plain = theme(put(tmp_path, 'inherits = "dark"\n[cells.positive]\nweight = "#ff0000"\n'))
    for text in ('inherits = "dark"\ncells.positive.weight = "#ff0000"\n',
                 "inherits = 'dark'\r\ncells = {positive = {\"weight\" = '#ff0000'}}\r\n"):  # fmt: skip
        assert theme(put(tmp_path, text)) == plain


@pytest.mark.parametrize("name", NAMES)
def test_a_theme_is_kept_whole(name, tmp_path):
    assert rewritten(written(theme(name))) == theme(name)
    mine = theme(put(tmp_path, f'inherits = "{name}"\nground = [0.1, 0.2, 0.30000001]\n', "mein Stil.toml"))
    assert rewritten(written(mine)) == mine
    assert rewritten(name) == theme(name)


@pytest.mark.parametrize("name", NAMES)
def test_ours_are_files_of_the_one_format(name):
    told = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    parent = {"cinematic": "dark"}.get(name, name.removesuffix("-safe"))
    assert told.pop("inherits", name) == parent
    assert parent != name or told.keys() == FORM.keys() - {"font", "lit"}
    assert "lit" not in told or told["lit"].keys() == FORM["lit"].keys()
    assert (theme(name).lit is not None) == (name == "cinematic")
    assert {path.stem for path in FOLDER.iterdir()} == set(NAMES)


BEGIN = 'inherits = "dark"\n'
WRONG = {
    "an unknown name": (BEGIN + "\n# ink\ninkk = 3\n", 4, "unknown 'inkk'. Choose from ground, ribbon"),
    "an unknown colour": (BEGIN + '[text]\nink = "#000000"\ninkk = "#000000"', 4, r"'inkk' in \[text\]. Choose from i"),
    "an unknown role": (BEGIN + '[cells.positive]\nwait = "#000000"', 3, r"'wait' in \[cells.positive\]. Choose from"),
    "a colour too early": (BEGIN + 'ink = "#000000"', 2, r"unknown 'ink'; it belongs in \[text\]. Choose from ground"),
    "a role's colour too early": (BEGIN + 'cells.weight = "#0f0"', 2, r"in \[text\] or \[cells.positive\] or \[ce"),
    "a ground too late": (BEGIN + '[text]\nground = "#0f0"', 3, r"in \[text\]; it belongs in the first lines\."),
    "an inheritance too late": (BEGIN + '[text]\ninherits = "a"', 3, r"in \[text\]; it belongs in the first l"),
    "an unknown table": (BEGIN + "[film]\nbloom = 1\n", 2, "unknown 'film'"),
    "a table of tables": (BEGIN + '[[text]]\nink = "#000000"', 2, r"text is a table, \[text\], and not \["),
    "no table": (BEGIN + "\ntext = 1", 3, r"text is a table, \[text\], and not 1\."),
    "a colour's name": (BEGIN + 'ground = "red"', 2, r'ground is a colour: give "#rrggbb", or .*, not \'red\'\.'),
    "a short colour": (BEGIN + 'ground = "#fff"', 2, "not '#fff'"),
    "too much light": (BEGIN + "ground = [\n  255,\n  0,\n  0,\n]\n", 2, r"from 0 to 1, not \[255, 0, 0\]"),
    "two channels": (BEGIN + "ground = [1, 0]", 2, "ground is a colour"),
    "no number": (BEGIN + "ground = [nan, 0, 0]", 2, "ground is a colour"),
    "truth": (BEGIN + "ground = [true, false, false]", 2, "ground is a colour"),
    "a table for a colour": (BEGIN + "[ground]\nred = 1", 2, "ground is a colour"),
    "a share": (BEGIN + "[cells]\nzero_tint = 1.5", 3, "cells.zero_tint is a share: give .* from 0 to 1, not 1.5"),
    "a power": (BEGIN + "cells.growth = 0", 2, "cells.growth is a power: give a number from 0.1 to 10, not 0"),
    "infinity": (BEGIN + "ribbon_opacity = inf", 2, "not inf"),
    "no TOML": (BEGIN + "\nground = #fff", 3, "it is no TOML: Invalid value"),
    "said twice": (BEGIN + 'ground = "#000000"\nground = "#000000"', 3, "it is no TOML: Cannot overwrite"),
    "not ended": (BEGIN + 'ground = "#00', 2, "it is no TOML"),
    "an open list": (BEGIN + "ground = [1,", 2, "it is no TOML"),
    "nobody": ('inherits = "neon"', 1, "unknown theme 'neon' to inherit from. Choose from light, dark"),
    "nobody's number": ("\ninherits = 3", 2, "unknown theme 3 to inherit from"),
    "a lost file": ('inherits = "gone.toml"', 1, "there is no file 'gone.toml' to inherit from. Choose from light"),
    "itself": ('\n\ninherits = "mine.toml"', 3, "it inherits from itself, mine.toml > mine.toml"),
    "itself by another way": ('inherits = "./mine.toml"', 1, "it inherits from itself"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_with_its_line(wrong, tmp_path):
    text, line, message = WRONG[wrong]
    path = put(tmp_path, text)
    with pytest.raises(JobError, match=message) as told:
        theme(path)
    assert str(told.value).startswith(f"{str(path)!r}, line {line}: ")
    assert "\n" not in str(told.value)


def test_a_circle_is_told_with_its_way(tmp_path):
    first = put(tmp_path, 'inherits = "b.toml"', "a.toml")
    put(tmp_path, 'inherits = "c.toml"', "b.toml")
    last = put(tmp_path, '# back\ninherits = "a.toml"', "c.toml")
    with pytest.raises(JobError, match=r"line 2: it inherits from itself, a.toml > b.toml > c.toml > a.toml\.") as told:
        theme(first)
    assert str(last) in str(told.value)


def test_a_long_line_of_heirs_ends(tmp_path):
    for number in range(20):
        put(tmp_path, f'inherits = "{number + 1}.toml"', f"{number}.toml")
    with pytest.raises(JobError, match="more than 8 files"):
        theme(tmp_path / "0.toml")
    assert theme(put(tmp_path, BEGIN, "7.toml")).ground == theme("dark").ground
    assert theme(tmp_path / "0.toml").ground == theme("dark").ground


def test_what_is_no_theme_file_is_told(tmp_path):
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    put(tmp_path, "#" * (1 << 15) + "\n", "large.toml")
    put(tmp_path, "\n" * 600, "long.toml")
    put(tmp_path, 'ground = "#000000"', "alone.toml")
    for name, message in (
        ("bytes.toml", "it is not text in UTF-8"),
        ("large.toml", "more than 32 KiB or 500 lines"),
        ("long.toml", "more than 32 KiB or 500 lines"),
        ("alone.toml", 'it inherits from no theme. Begin with: inherits = "light".'),
        ("gone.toml", "Cannot read the theme .*gone.toml': No such file"),
        (".", "Cannot read the theme .*: Is a directory"),
        ("nul\0.toml", "Cannot read the theme .*: the path is not possible"),
    ):
        with pytest.raises(JobError, match=message):
            theme(tmp_path / name)


@pytest.mark.parametrize("text", ["neon", "", "Light", "light.tml", "toml"])
def test_what_is_neither_a_name_nor_a_path_is_told(text):
    with pytest.raises(JobError, match=f"Unknown theme '{text}'. Choose from {', '.join(NAMES)}, or g"):
        theme(text)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.pop("name"),
        lambda told: told.pop("ground"),
        lambda told: told["cells"]["positive"].pop("weight"),
        lambda told: told.update(name=3),
        lambda told: told.update(name="nul\0"),
        lambda told: told.update(more=3),
        lambda told: told.update(ground=[2, 0, 0]),
        lambda told: told.update(inherits="dark"),
        lambda told: told.update(text=[]),
    ],
)
def test_what_we_did_not_write_is_no_theme(spoil):
    told = json.loads(written(theme("dark")))
    spoil(told)
    assert rewritten(json.dumps(told)) is None


BEFORE = ["", "# ground = 1", "[text]\nink = '''#112233'''", "[cells]\nzero = [0,\n0, # ]\n0]"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("#123456"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
LINES = st.sampled_from(
    ['inherits = "dark"', "[text]", "[cells]", "[cells.positive]", "[[text]]", 'ink = "#112233"', "ink = [1, 0, 0]",
     'weight = "#00ff00"', 'ground = "#000"', "growth = 1.5", "growth = -1", "a.b.c = 3", '"""', "'", "x = {", "}", "]",
     "# é ☃", "cells.zero = [\n0.1,\n0.2,\n0.3]", "x = 1979-05-27", "\u2028", "text.ink = '''#112233'''"]
)  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.lists(LINES | st.text(max_size=12), max_size=12).map("\n".join))
def test_whatever_is_in_a_file_ends_in_a_theme_or_one_line(content, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    try:
        assert isinstance(theme(path), Theme)
    except JobError as error:
        told = str(error)
        assert ("mine.toml" in told, len(told.splitlines())) == (True, 1)  # noqa: PT017 - either is right


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(max_size=40)
    | VALUES.map(json.dumps)
    | VALUES.map(lambda some: json.dumps({"name": "a", "text": some}))
)
def test_whatever_a_scene_says_ends_in_a_theme_or_none(text):
    assert rewritten(text) is None or text in NAMES


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.sampled_from(BEFORE), unique=True),
    spaces=st.integers(0, 3),
)  # fmt: skip
def test_the_line_is_that_of_the_statement(before, spaces, tmp_path):
    lines = [
        BEGIN.strip(),
        *before,
        *[""] * spaces,
        "[cells.negative]",
        "activation = [",
        "9,",
        "9, 9]",
        'weight = "#000000"',
    ]
    text = "\n".join(lines)
    with pytest.raises(JobError) as told:
        theme(put(tmp_path, text))
    line = text.split("\n").index("activation = [") + 1
    assert f"line {line}: cells.negative.activation is a colour" in str(told.value)

"""A chapter can do anything wrong: one error with its file and line, and the process is as it was."""

from __future__ import annotations

import builtins
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from llmviz_addon import cli
from llmviz_addon.errors import LlmvizError, ScriptError
from llmviz_addon.model.run import run
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.production import prepare

HEAD = 'title, part = "Mine", "Own"\n\n\ndef play(film):\n    film.open_on(film.layout.ln_f)\n'

AT_IMPORT = {
    "ends the process": "import sys\nsys.exit(3)\n",
    "ends it in another way": "\nraise SystemExit\n",
    "acts as Ctrl-C": "\nraise KeyboardInterrupt\n",
    "raises what nobody catches": "class End(BaseException): pass\nraise End('so long')\n",
    "recurses": "def f(): f()\nf()\n",
    "has a syntax error": "title = 'x'\ndef play(film:\n",
    "divides": "x = 1\nx / 0\n",
    "raises what cannot be told": "class E(Exception):\n    def __str__(self): return 1 / 0\n\nraise E\n",
    "has a message of many lines": "\nraise ValueError('a\\n' * 10_000)\n",
    "stops an iteration": "\nraise StopIteration\n",
    "deletes builtins": "import builtins\ndel builtins.isinstance, builtins.len, builtins.str\nlen(3)\n",
}

IN_PLAY = {
    "ends the process": "import sys; sys.exit(0)",
    "acts as Ctrl-C": "raise KeyboardInterrupt",
    "recurses": "(lambda f: f(f))(lambda f: f(f))",
    "says nothing known": "film.dance()",
    "deletes builtins": "import builtins; del builtins.max, builtins.sorted; film.wait(1); max(1, 2)",
    "asks for no grid": "film.fade(film.layout.layers[9], to=0)",
    "asserts": "assert film is None",
    "changes numbers": "film.trace['ln_f.output'][0] = 3",
    "changes other numbers": "film.values(film.layout.ln_f.gamma)[0] = 3",
    "changes the set": "film.layout.gap = 3",
    "never begins again": "film.open_on(film.layout.ln_f)",
}


def write(folder: Path, text: str | bytes, name: str = "42_mine.py") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture(autouse=True)
def as_it_was():
    kept = dict(vars(builtins)), os.getcwd(), list(sys.path), sys.stdout, sys.getrecursionlimit(), dict(os.environ)
    yield
    now = dict(vars(builtins)), os.getcwd(), list(sys.path), sys.stdout, sys.getrecursionlimit(), dict(os.environ)
    for before, after in zip(kept[:3], now[:3], strict=True):
        assert before == after
    assert kept[4:] == now[4:] or "PYTEST" in str(now[5])


@pytest.mark.parametrize("case", AT_IMPORT)
def test_whatever_goes_wrong_at_import_is_one_error(tmp_path, case):
    path = write(tmp_path, AT_IMPORT[case])
    found = loader.find([tmp_path])
    assert "layer-norm" in [chapter.name for chapter in found.chapters]
    (problem,) = found.problems
    assert problem.path == path
    assert "42_mine.py" in problem.message
    assert "line " in problem.message
    assert len(problem.message) < 600
    assert "\n" not in problem.message
    with pytest.raises(ScriptError, match="42_mine"):
        loader.chapters([tmp_path])


@pytest.mark.parametrize("case", IN_PLAY)
def test_whatever_goes_wrong_in_play_is_one_error(tmp_path, nano, case):
    write(tmp_path, HEAD + f"    {IN_PLAY[case]}\n")
    with pytest.raises(LlmvizError, match=r"^Chapter 42_mine\.py, line \d+: ") as caught:
        prepare(run(nano, [0, 1, 2]), ["mine"], None, folders=[tmp_path])
    assert "line 6" in str(caught.value)
    prepare(run(nano, [0, 1, 2]), ["layer-norm"], None)


def test_ctrl_c_is_no_mistake_of_a_chapter(tmp_path, nano):
    write(tmp_path, HEAD + "    import signal\n    signal.raise_signal(signal.SIGINT)\n    film.wait(1)\n")
    with pytest.raises(KeyboardInterrupt):
        prepare(run(nano, [0, 1, 2]), ["mine"], None, folders=[tmp_path])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("film.now = 'late'", "line 6.*now"),
        ("film.beats.append('x')", "line 6.*beats"),
        ("film.beats = None", "line 6.*beats"),
        ("film.fade = None", "line 6.*fade"),
        ("film.layout = 3", "line 6.*layout"),
        ("film.score.clips['x'] = ['y']", "line 6.*score"),
        ("film._telling.score._staves['opacity', 0]['x'] = None", "line 4"),
        ("film._telling.cast.drawings['x'] = 1; film._telling.score._staff_of[3] = []", "line 4"),
        ("film._telling.clock.now = float('inf')", "line 4"),
    ],
)
def test_a_film_that_was_taken_apart_is_an_error_of_its_chapter(tmp_path, nano, change, message):
    write(tmp_path, HEAD + f"    {change}\n")
    with pytest.raises(ScriptError, match=rf"^Chapter 42_mine\.py, .*{message}"):
        prepare(run(nano, [0, 1, 2]), ["mine"], None, folders=[tmp_path])


def test_a_chapter_leaves_the_process_as_it_was(tmp_path, nano, capsys):
    mess = (
        "import builtins, os, sys, numpy\nbuiltins.llmviz_mess = 1\nos.chdir('/')\nsys.path.insert(0, '/nowhere')\n"
        "sys.setrecursionlimit(5000)\nos.environ['LLMVIZ_MESS'] = '1'\nnumpy.seterr(all='raise')\nprint('hello')\n"
    )
    inside = "".join(f"    {line}\n" for line in mess.splitlines())
    write(tmp_path, mess + HEAD + inside + "    sys.stdout = None\n    film.wait(1)\n    return 'garbage'\n")
    before = np.geterr()
    assert prepare(run(nano, [0, 1, 2]), ["mine"], None, folders=[tmp_path]).timeline.chapters[0].title == "Mine"
    assert "LLMVIZ_MESS" not in os.environ
    assert np.geterr() == before
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("hello") == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace('"Mine"', "3"), "'title'"),
        (HEAD.replace('"Mine"', '"  "'), "'title'"),
        (HEAD.replace('"Mine"', '"m" * 99'), "99 letters"),
        (HEAD.replace('"Own"', "b'Own'"), "'part'"),
        (HEAD.replace("play(film)", "play()"), "line 4: play must take one argument"),
        (HEAD.replace("play(film)", "play(film, more)"), "line 4: play must take one argument"),
        (HEAD + "    yield\n", "yield"),
        ("title, part, play = 'a', 'b', 3", "'play'"),
        (b"\xff\xfe" + HEAD.encode(), "42_mine"),
        (b"title = '\xe9'\n", "42_mine"),
        (b"x = 1\n\0\n", "42_mine"),
        ("x = 1\n" * 300_000, "1,000,000 bytes"),
        ("x = " + "(" * 5000, "line 1"),
        (HEAD + "outlines = type('B', (), {'__bool__': lambda self: 1 / 0})()\n", "ZeroDivisionError"),
    ],
)
def test_files_that_are_no_chapters_say_why(tmp_path, text, message):
    write(tmp_path, text)
    (problem,) = loader.find([tmp_path]).problems
    assert message in problem.message
    assert "\n" not in problem.message


def test_what_editors_and_systems_leave_is_no_chapter(tmp_path):
    write(tmp_path, HEAD)
    for name in (".#42_mine.py", ".43_hidden.py"):
        (tmp_path / name).symlink_to(tmp_path / "nobody@host.123")
    for name in ("42_mine.py~", "42_mine.py.bak", "#42_mine.py#", "42_mine.pyc", "notes.py", "__init__.py"):
        write(tmp_path, "1 / 0", name)
    found = loader.find([tmp_path])
    assert not found.problems
    assert [chapter.path.name for chapter in found.chapters if chapter.path.parent == tmp_path] == ["42_mine.py"]


def test_folders_links_and_names_that_are_nearly_right_are_told(tmp_path):
    write(tmp_path, HEAD)
    (tmp_path / "50_link.py").symlink_to(tmp_path / "nothing.py")
    (tmp_path / "51_folder.py").mkdir()
    write(tmp_path / "51_folder.py", "raise SystemExit", "__main__.py")
    write(tmp_path, HEAD, "52-mine.py")
    write(tmp_path, HEAD, "53_Mine.py")
    write(tmp_path, HEAD, "60_mine.py")
    problems = [problem.message for problem in loader.find([tmp_path]).problems]
    for word in ("link to nothing", "a folder", "52-mine.py", "53_Mine.py", "42_mine.py and 60_mine.py have one name"):
        assert len([message for message in problems if word in message]) == 1, word
    assert len(problems) == 5


def test_a_broken_chapter_does_not_hide_the_others_nor_gives_way_to_ours(tmp_path, nano):
    write(tmp_path, "1 / 0", "03_layer_norm.py")
    write(tmp_path, HEAD)
    assert prepare(run(nano, [0, 1]), ["mine"], None, folders=[tmp_path]).timeline.frames > 1
    found = loader.find([tmp_path])
    assert "layer-norm" not in [chapter.name for chapter in found.chapters]
    for wanted in (["layer-norm"], ["3"], ["mine", "03"], None):
        with pytest.raises(ScriptError, match=r"03_layer_norm\.py cannot be read: line 1: ZeroDivisionError"):
            loader.choose(wanted, found)


def test_a_number_that_several_chapters_have_is_asked_about(tmp_path):
    write(tmp_path, HEAD, "03_mine.py")
    found = loader.find([tmp_path])
    with pytest.raises(ScriptError, match="Several chapters.*layer-norm, mine"):
        loader.choose(["3"], found)
    assert loader.choose(["mine"], found)[0].path == tmp_path / "03_mine.py"


def test_a_chapter_that_never_opens_is_told(tmp_path, nano):
    write(tmp_path, 'title, part = "Mine", "Own"\n\n\ndef play(film):\n    pass\n')
    with pytest.raises(ScriptError, match=r"42_mine\.py, line 4: .*open_on"):
        prepare(run(nano, [0, 1]), ["mine"], folders=[tmp_path])


def test_a_broken_chapter_is_listed_beside_the_others(tmp_path, capsys):
    write(tmp_path, "1 / 0", "50_bad.py")
    write(tmp_path, HEAD + "    film.dance()\n", "51_worse.py")
    write(tmp_path, HEAD, "52_good.py")
    assert cli.main(["chapters", "--walkthroughs", str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert "03 layer-norm" in told.out
    assert "52 good" in told.out
    assert "-- Chapter 50_bad.py cannot be read: line 1: ZeroDivisionError: division by zero" in told.out
    assert "-- Chapter 51_worse.py, line 6: AttributeError" in told.out
    assert told.err.count("\n") == 1
    chapters = len(loader.chapters()) + len(loader.find().shots) + 3
    assert f"2 of {chapters} chapters cannot be told" in told.err

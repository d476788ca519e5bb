"""Verbs check what they are given, and say what they need."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import numpy as np
import pytest

from llmviz_addon.errors import ScriptError
from llmviz_addon.model.run import run
from llmviz_addon.rounding import said
from llmviz_addon.screenplay.asking import BY_KIND, verb
from llmviz_addon.screenplay.camera import Camera
from llmviz_addon.screenplay.cast.things import Thing
from llmviz_addon.screenplay.film import Film
from llmviz_addon.screenplay.production import prepare

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def stage(film):
    film.open_on(film.layout.embedding.output, film.layout.layers[0].attn.heads[0])
    return film


WRONG = {
    "a grid for a region": (lambda f, h, x: f.bands(h.weights, "T"), r"bands needs a region, such as weights\[:\]"),
    "a name for a region": (lambda f, h, x: f.bars("weights", ["a"], "T"), "bars needs a region.*'weights'"),
    "an array for a grid": (lambda f, h, x: f.values(f.trace[x.name]), "values needs a grid"),
    "a grid for a cell": (lambda f, h, x: f.compute(x), "compute needs a region"),
    "text for names": (lambda f, h, x: f.bars(h.weights[2, :3], "ABC", "T"), "a list of texts.*'ABC'"),
    "a number for a title": (lambda f, h, x: f.bands(h.weights[:], 3), "bands needs text for 'title', but got 3"),
    "text for seconds": (lambda f, h, x: f.wait("1"), "wait needs seconds, 0 to 3,600 for 'seconds', but got '1'"),
    "negative seconds": (lambda f, h, x: f.sweep(x, seconds=-2), "seconds, 0 to 3,600.*-2"),
    "no end": (lambda f, h, x: f.fade(x, to=0, seconds=float("inf")), "seconds.*inf"),
    "a year": (lambda f, h, x: f.wait(31_557_600), "seconds, 0 to 3,600"),
    "nothing for seconds": (lambda f, h, x: f.wait(None), "seconds.*None"),
    "True for seconds": (lambda f, h, x: f.wait(True), "seconds.*True"),
    "too solid": (lambda f, h, x: f.fade(x, to=2), "fade needs a number from 0 to 1 for 'to', but got 2"),
    "not a number": (lambda f, h, x: f.fade(x, to=float("nan")), "0 to 1.*nan"),
    "nowhere to": (lambda f, h, x: f.fade(x), "fade takes .things, to, named, seconds: missing .* 'to'"),
    "a word of another verb": (lambda f, h, x: f.wait(1, easing="smooth"), "wait takes seconds: .*easing"),
    "too many": (lambda f, h, x: f.together(1, 2, 3), "together takes seconds, lag: too many"),
    "a sign that should glow": (lambda f, h, x: f.light("card"), "light needs grids or regions.*'card'"),
    "a number that hides": (lambda f, h, x: f.hide_values(3), "hide_values needs grids or regions"),
    "nothing to fade": (lambda f, h, x: f.fade(None, to=0), "fade needs a grid.*None"),
    "an unknown name": (
        lambda f, h, x: f.fade("layers.0.ln1.mean", to=0),
        r"'layers.0.ln1.mean' is text.*Choose from film\.layout\.layers\[0\]\.ln_1\.mean",
    ),
    "a label's name": (
        lambda f, h, x: f.fade("label:layers.0.ln_1.mean", to=0),
        r"Choose from film\.signs\.label\(film\.layout\.layers\[0\]\.ln_1\.mean\)",
    ),
    "a bracket's name": (
        lambda f, h, x: f.all_but("section:embedding"),
        r'film\.signs\.bracket\(film\.layout\.section\("embedding"\)\)',
    ),
    "a name of the right thing": (lambda f, h, x: f.revert(x.name), "Choose from film.layout.embedding.output"),
    "an unknown sign": (lambda f, h, x: f.camera.frame("carde"), "'carde' is text.*Choose from film.signs.card"),
    "a number to look at": (lambda f, h, x: f.camera.frame(x, 3), "3 is not on stage"),
    "an angle in words": (lambda f, h, x: f.camera.frame(x, azimuth="left"), "frame needs degrees.*'left'"),
    "too steep": (lambda f, h, x: f.camera.frame(x, elevation=100), "degrees from -90 to 90.*100"),
    "no zoom": (lambda f, h, x: f.camera.fly(x, zoom=0), "fly needs a number above 0"),
    "two numbers for a place": (lambda f, h, x: f.move(x, by=(1, 2)), r"three numbers \(x, y, z\).*\(1, 2\)"),
    "a place in words": (lambda f, h, x: f.sign("a", "there"), "three numbers"),
    "an unknown colour": (lambda f, h, x: f.sign("a", (0, 0, 0), color="red"), "one of ink, muted.*'red'"),
    "an unknown side": (
        lambda f, h, x: f.move(x, beside=h.q, side="up"),
        "one or more of left, right, above, below.*'up'",
    ),
    "a column for a row": (lambda f, h, x: f.copy(x[0], along="y"), "cannot be laid along 'y'"),
    "one thing to stand between": (lambda f, h, x: f.symbol("+", between=x), "two grids or regions"),
    "prices in words": (lambda f, h, x: f.lookup({"a": "much"}, "a"), "a dictionary of numbers"),
    "a tensor's name where numbers are": (
        lambda f, h, x: f.skyline(x[0], "a", beside=("layers.0.ln_1.normalized", (0,))),
        r"skyline needs a region.* or numbers, such as ln\.normalized\[t\]",
    ),
    "a whole tensor for some numbers": (
        lambda f, h, x: f.skyline(x[0], "a", beside=f.layout.layers[0].ln_1.normalized),
        r"numbers, such as ln\.normalized\[t\].*<layers\.0\.ln_1\.normalized 11×48>",
    ),
    "numbers where cells are": (
        lambda f, h, x: f.compute(f.layout.layers[0].ln_1.normalized[0, 0]),
        r"compute needs a region.*layers\.0\.ln_1\.normalized\[0, 0\]",
    ),
    "a number that is not there": (
        lambda f, h, x: f.layout.layers[0].ln_1.normalized[11],
        "<layers.0.ln_1.normalized 11×48>: index 11 on axis T is outside 0 to 10",
    ),
    "a list for rows": (lambda f, h, x: f.clearest([h.weights[0]]), "clearest needs a region"),
    "half a layer": (lambda f, h, x: f.count(0.5, "layer"), "a whole number.*0.5"),
    "no skyline": (lambda f, h, x: f.become(x[0], x[1], "ab"), "become needs a skyline that film.skyline put up"),
    "a made-up model": (lambda f, h, x: f.grow("gpt2"), "one of film.models"),
    "a cell that is not there": (lambda f, h, x: f.compute(h.q[11, 0]), "index 11 on axis T is outside 0 to 10"),
    "a cell in words": (lambda f, h, x: f.compute(h.q["t"]), "whole numbers for indices.*'t'"),
    "a layer that is not there": (lambda f, h, x: f.layout.layers[9], "no layer 9; this model has layers 0 to 2"),
    "a head that is not there": (lambda f, h, x: f.layout.layers[0].attn.heads[-4], "no head -4.*heads 0 to 2"),
    "half a cell": (lambda f, h, x: f.compute(h.q[0.5, 0]), "whole numbers.*0.5"),
    "every second cell": (lambda f, h, x: f.sweep(h.q[::2], seconds=1), "whole numbers.*slice"),
    "an index for all": (lambda f, h, x: f.compute(h.q[True, 0]), "whole numbers.*True"),
    "too many indices": (lambda f, h, x: f.compute(h.q[0, 0, 0]), "has 2 axes"),
    "keys that are no text": (lambda f, h, x: f.beat(1), "beat needs text for 'key', but got 1"),
    "words that are no text": (lambda f, h, x: f.say(["Words."]), "say needs text for 'text'"),
    "a beat's key with its words": (lambda f, h, x: f.say("a", "Words."), "say takes text, names: too many"),
    "words outside of a beat": (lambda f, h, x: f.say("Words."), "say belongs into a beat"),
    "a lag backwards": (lambda f, h, x: f.together(lag=-0.1), "together needs a share of the one before.*-0.1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_wish_is_refused_in_words(stage, case):
    ask, message = WRONG[case]
    head = stage.layout.layers[0].attn.heads[0]
    with pytest.raises(ScriptError, match=message) as caught:
        ask(stage, head, stage.layout.embedding.output)
    assert len(str(caught.value)) < 500


def test_a_wrong_wish_names_the_chapters_line(tmp_path, nano):
    text = (
        'title, part = "Mine", "Own"\n\n\ndef play(film):\n    film.open_on(film.layout.ln_f)\n    film.wait("long")\n'
    )
    (tmp_path / "42_mine.py").write_text(text)
    with pytest.raises(ScriptError, match=r"^Chapter 42_mine\.py, line 6: wait needs seconds"):
        prepare(run(nano, [0, 1]), ["mine"], folders=[tmp_path])
    (tmp_path / "42_mine.py").write_text(text.replace("wait", "wayt"))
    with pytest.raises(ScriptError, match=r"line 6: AttributeError.*'wayt'.*Choose from wait"):
        prepare(run(nano, [0, 1]), ["mine"], folders=[tmp_path])
    (tmp_path / "42_mine.py").write_text(text.replace('film.wait("long")', "film.layout.layers[0].attn.head[0]"))
    with pytest.raises(ScriptError, match=r"line 6: AttributeError.*'head'.*Choose from heads"):
        prepare(run(nano, [0, 1]), ["mine"], folders=[tmp_path])


def spoken(kind: type) -> dict[str, inspect.Signature]:
    """The verbs of a class, with what they take."""
    return {
        name: inspect.signature(member)
        for name, member in members(kind).items()
        if inspect.isfunction(member) and not name.startswith("_")
    }


def members(kind: type) -> dict[str, object]:
    """What a class has, of those that it is made from too."""
    return {name: member for one in reversed(kind.__mro__[:-1]) for name, member in vars(one).items()}


VERBS = {**spoken(Film), **{f"camera.{name}": signature for name, signature in spoken(Camera).items()}}
NOUNS = {name for name, member in members(Film).items() if isinstance(member, property)} | {"camera"}


@pytest.mark.parametrize("name", VERBS)
def test_every_argument_of_every_verb_has_a_kind(name):
    for parameter in list(VERBS[name].parameters.values())[1:]:
        kinds = re.split(r" \| (?![^\[]*\])", str(parameter.annotation))
        assert set(kinds) <= set(BY_KIND), (name, parameter)
        assert kinds != ["object"] or parameter.kind is parameter.VAR_KEYWORD, (name, parameter)


def chapter_section() -> tuple[str, str]:
    """What the README says of writing a chapter: before its table of verbs, and from there on."""
    section = README.read_text(encoding="utf-8").partition("## Write a chapter")[2].partition("\n## ")[0]
    before, _, verbs = section.partition("### Verbs")
    return before, verbs


def test_the_readmes_table_of_verbs_is_the_films_vocabulary():
    before, verbs = chapter_section()
    rows = "\n".join(line for line in verbs.splitlines() if line.startswith("| `"))
    told = re.findall(r"`([a-z_.]+)\(([^`]*)\)`", rows)
    asked = {name for name in VERBS if f"`{name}(" in before}  # what a chapter reads off the run
    assert {name for name, _ in told} | asked == set(VERBS)
    for name, given in told:
        takes = VERBS[name].parameters
        for one in re.split(r", (?![^(]*\))", given):
            word = re.match(r"\**([a-z_]*)", one)[1] if "=" in one or one.startswith("*") else ""
            plain = re.fullmatch(r"[a-z_]+", one)
            named = word if one.startswith("*") or "=" in one else plain[0] if plain else ""
            assert not named or named in takes, (name, one)


def test_the_readme_names_every_noun_of_the_film():
    before, verbs = chapter_section()
    for name in NOUNS:
        assert f"`{name}" in before + verbs, name


def test_a_film_has_nothing_but_its_vocabulary(film):
    plain = Film(film.telling)
    assert {name for name in dir(plain) if not name.startswith("_")} == NOUNS | {n for n in VERBS if "." not in n}
    for name, member in [*members(Film).items(), *members(Camera).items()]:
        assert name.startswith("_") or name == "camera" or member.__doc__, name


@pytest.mark.parametrize(("ask", "verb"), [
    (lambda f, cell: f.dot_product(cell, seconds=1), "dot_product"),
    (lambda f, cell: f.weighted_sum(f.layout.layers[0].attn.heads[0].output[2], seconds=1), "weighted_sum"),
    (lambda f, cell: f.in_turn(*f.layout.layers[0].attn.heads, titles=["a", "b", "c"]), "in_turn"),
    (lambda f, cell: f.camera.fly(cell.grid, seconds=1), "fly"),
])  # fmt: skip
def test_whatever_a_verb_asks_for_is_put_down_to_the_line_that_spoke_it(stage, ask, verb):
    before = {channel: len(clips) for channel, clips in stage.score.clips.items()}
    line = inspect.getsourcelines(test_whatever_a_verb_asks_for_is_put_down_to_the_line_that_spoke_it)
    ask(stage, stage.layout.layers[0].attn.heads[0].q[3, 2])
    origins = {clip.origin for channel, clips in stage.score.clips.items() for clip in clips[before.get(channel, 0) :]}
    assert {(origin.path, origin.verb) for origin in origins} == {(__file__, verb)}
    assert len(origins) == 1
    assert line[1] - 8 < next(iter(origins)).line < line[1] + 8


def test_two_scenes_that_meet_name_both_of_their_lines(tmp_path, nano):
    (tmp_path / "42_mine.py").write_text(
        'title, part = "Mine", "Own"\n\n\ndef play(film):\n'
        "    head = film.layout.layers[0].attn.heads[0]\n"
        "    film.open_on(head)\n"
        "    with film.together():\n"
        "        film.dot_product(head.q[1, 0], seconds=4)\n"
        "        with film.in_sequence():\n"
        "            film.wait(1)\n"
        "            film.weighted_sum(head.output[1], seconds=4)\n"
    )
    with pytest.raises(ScriptError, match=r"42_mine\.py:8 dot_product .* and 42_mine\.py:11 weighted_sum "):
        prepare(run(nano, [0, 1, 2]), ["mine"], folders=[tmp_path])


class Speaker:
    def __init__(self, telling: object = None) -> None:
        self._telling = telling

    def play(self, *things: Thing, to: float, seconds: float | None = None, **names: object) -> tuple:
        return things, to, seconds, names


def test_what_fits_is_passed_on_as_it_is(film):
    checked, speaker = verb(Speaker.play), Speaker(film.telling)
    assert checked(speaker, "card", to=np.float32(0.5), more=object) == (
        ("card",),
        np.float32(0.5),
        None,
        {"more": object},
    )
    assert checked(speaker, to=1, seconds=0) == ((), 1, 0, {})


def test_the_readmes_chapter_is_one(tmp_path, nano):
    text = re.search(r"50_my_norm.py`:\n\n```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S)[1]
    (tmp_path / "50_my_norm.py").write_text(text, encoding="utf-8")
    timeline = prepare(run(nano, [2, 1, 0, 1, 1, 2]), ["my-norm"], folders=[tmp_path]).timeline
    mean = said(float(nano_mean(nano)))
    assert timeline.subtitles[3].text == f"The mean of column 3 is {mean}: read from the run."


def nano_mean(nano):
    return run(nano, [2, 1, 0, 1, 1, 2]).trace["ln_f.mean"][3]

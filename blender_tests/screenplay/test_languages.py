"""Films in other languages: what is written on them, what a file of a language may say, what is told in English."""

import re

import pytest

from llmviz_addon import api
from llmviz_addon.errors import ScriptError
from llmviz_addon.language import ENGLISH, Language, count, marked, names_of, phrase, spoken, unmarked
from llmviz_addon.rounding import number, percent, read, relation
from llmviz_addon.screenplay import loader
from llmviz_addon.screenplay.languages import language, names
from llmviz_addon.screenplay.loader import PACKAGE
from llmviz_addon.screenplay.production import Set
from llmviz_addon.screenplay.templates import Templates

OTHERS = [name for name in names() if name != ENGLISH.name]
WHOLE = tuple(one.name for one in (*loader.find().chapters, *loader.find().shots))
"""Chapters that have all their texts in every language: those of ours."""

FRENCH = """
name = "Français"
decimal = ","
thousands = "\u00a0"
rule = "one or none"
[plurals]
layer = ["{} couche", "{} couches"]
[words]
"Layer {}" = "Couche {}"
[chapters.hello]
"Hello" = "Bonjour"
"Here is [it]({x}), {n:,} of {m}." = "[La voici]({x}), {n:,} sur {m}."
"""
HELLO = """
title, part = "Hello", "Mine"
def play(film):
    x = film.layout.embedding.output
    film.open_on(x)
    with film.beat("one"):
        film.say("Here is [it]({x}), {n:,} of {m}.", x=x, n=1234, m=0.5)
        film.sign(f"Layer {2}", (0, 0, 0))
        film.sign("never heard of", (3, 0, -3))
"""


@pytest.fixture
def mine(tmp_path):
    """A folder with a chapter and what French has for it; gives a way to write other French."""
    (tmp_path / "50_hello.py").write_text(HELLO)
    (tmp_path / "languages").mkdir()

    def write(text: str = FRENCH) -> list:
        (tmp_path / "languages" / "fr.toml").write_text(text, encoding="utf-8")
        return [tmp_path]

    return write


def told(name: str, chapters: list[str], size=(1280, 720), folders=(), pace=200.0):
    """The chapters about nano-gpt in a language, and that language."""
    speech = language(name, folders)
    with spoken(speech):
        made = Set.of(api.run())
        return made.tell(loader.choose(chapters, loader.find(folders)), pace, size), made, speech


def texts(drawings) -> set[str]:
    return {shape.body for drawing in drawings for shape in drawing.shapes if hasattr(shape, "body")}


def words_of(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[^\W\d_]{3,}", text)}


@pytest.mark.parametrize("name", OTHERS)
def test_all_that_a_language_has_fits_what_chapters_write(name):
    speech = language(name)
    assert speech.unasked == ()
    for texts_of in (speech.words, *speech.chapters.values()):
        for text, own in texts_of.items():
            assert names_of(text) == names_of(own), text
            assert len(own.split()) <= 15, own


@pytest.mark.parametrize("name", OTHERS)
def test_our_code_writes_all_words_that_a_language_has(name):
    code = [Templates(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]
    speech = language(name)
    assert [text for text in (*speech.words, *speech.plurals) if not any(text in one for one in code)] == []


@pytest.mark.parametrize("chapter", WHOLE)
@pytest.mark.parametrize("name", OTHERS)
def test_a_chapter_is_told_in_it_whole(name, chapter):
    timeline, _, speech = told(name, [chapter])
    (own,) = loader.choose([chapter], loader.find())
    assert [text for where, text in speech.untold if where in (own.path, None)] == []
    assert timeline.chapters[0].title == speech.find(own.title, own.path)
    assert max(len(one.text.split()) for one in timeline.subtitles) <= 15 or own.one_shot


@pytest.mark.parametrize("chapter", WHOLE)
@pytest.mark.parametrize("name", OTHERS)
def test_nothing_english_is_left_on_the_set(name, chapter):
    """What is the same in both is the same word in both, such as Logits, or a name."""
    timeline, made, speech = told(name, [chapter])
    english, stage, _ = told(ENGLISH.name, [chapter])
    same = texts((*timeline.drawings, *made.signage)) & texts((*english.drawings, *stage.signage))
    tables = (speech.words, *speech.chapters.values())
    known = {word for one in tables for text in one.values() for word in words_of(text)} | words_of("nano-gpt small")
    assert [text for text in same if not words_of(text) <= known] == []


def test_numbers_and_names_are_written_as_in_german():
    timeline, made, _ = told("de", ["overview"])
    on_set, seen = texts(made.signage), texts(timeline.drawings)
    assert {"Attention-Matrix", "Kopf 1", "85.728 Parameter", "Nächstes Token"} <= on_set
    assert any("85.728 gelernten Zahlen" in " ".join(text.split()) for text in seen)
    assert not [text for text in seen if re.search(r"\d\.\d\d?\b", text)]  # a decimal point


def test_the_user_adds_a_language_for_a_chapter_of_hers(mine):
    folders = mine()
    assert names(folders) == ["en", *sorted(["de", "fr"])]
    timeline, _, speech = told("fr", ["hello"], folders=folders)
    assert timeline.chapters[0].title == "Bonjour"
    seen = {re.sub("[ \n]+", " ", text) for text in texts(timeline.drawings)}
    assert "La voici, 1\u00a0234 sur 0,500." in seen
    assert "Couche 2" in seen
    assert "never heard of" in [text for _, text in speech.untold]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("n} sur", "chapter hello: '[La voici]({x}), {o} sur {m}.' has the names m, o, x, not m, n, x."),
        ("voici](", "Language fr.toml: chapter hello: 'La voici ({x}), {n:,} sur {m}.' has the links none, not {x}."),
        ("chapters.hello", "Language fr.toml: there is no chapter 'hullo'."),
        ("{} couches", "Language fr.toml: plurals of 'layer' are a list of 2, each with a place {}"),
        ("one or none", "Language fr.toml: unknown rule 'two'. Choose from none, one,"),
        ("thousands", "Language fr.toml: 'hundreds' means nothing. Choose from"),
        ('decimal = ","', "Language fr.toml cannot be read"),
        (',"\n', "Language fr.toml: decimal is one sign, and not that of thousands: '.,'."),
        ("couche {}", "Language fr.toml: words: 'Couche 2' has the places 0, not 1."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told(mine, wrong, said):
    changes = {
        "n} sur": ("{n:,} sur", "{o} sur"), "voici](": ("[La voici]({x})", "La voici ({x})"),
        ',"\n': (',"\n', '.,"\n'), "chapters.hello": ("chapters.hello", "chapters.hullo"),
        "{} couches": (', "{} couches"', ""),
        "one or none": ("one or none", "two"), "thousands": ("thousands", "hundreds"),
        'decimal = ","': ('decimal = ","', "decimal = ,"), "couche {}": ('"Couche {}"', '"Couche 2"'),
    }  # fmt: skip
    folders = mine(FRENCH.replace(*changes[wrong]))
    with pytest.raises(ScriptError, match=re.escape(said)):
        language("fr", folders)


def test_what_nobody_writes_is_noted_and_harms_nobody(mine):
    folders = mine(FRENCH.replace('"Hello"', '"Hallo"').replace('"Layer {}"', '"Player {}"'))
    timeline, _, speech = told("fr", ["hello"], folders=folders)
    assert speech.unasked == (
        "fr.toml, words: nobody writes: Player {}",
        "fr.toml, chapter hello does not write: Hallo",
    )
    assert timeline.chapters[0].title == "Hello"
    assert {text for _, text in speech.untold} >= {"Hello", "Layer {}"}


def test_an_unknown_language_is_told_with_the_choices():
    with pytest.raises(ScriptError, match=r"Unknown language 'tlh'. Choose from en, de."):
        language("tlh")


def test_numbers_in_a_text_are_no_part_of_its_key():
    speech = Language("x", "X", ",", ".", words={"What t = {} takes": "{} nimmt", "mean 0": "null"})
    with spoken(speech):
        assert phrase("What t = 1,024 takes") == "1.024 nimmt"
        assert phrase("mean 0") == "null"
        assert phrase(phrase("mean 0")) == "null"
        assert phrase("t = 1,024") == "t = 1.024"
        assert phrase("{n} of it 5") == "{n} of it 5"
    assert [text for _, text in speech.untold] == ["{n} of it {}"]
    assert phrase("What t = 1,024 takes") == "What t = 1,024 takes"


def test_numbers_have_the_marks_of_their_language_and_are_read_back():
    with spoken(Language("x", "X", ",", ".", plurals={"layer": ("{} Schicht", "{} Schichten")})):
        assert number(-1234.5) == "−1.234,50"
        assert percent(0.613) == "61,3 %"
        assert (count(1, "layer"), count(1024, "layer")) == ("1 Schicht", "1.024 Schichten")
        assert unmarked(marked("1,234.5")) == "1234.5"
        assert read("−1.234,50") == read(number(-1234.5))
        assert relation("1,5", ["0,7", "0,8"]) == "="


def test_texts_are_read_off_a_chapter_without_running_it():
    known = Templates('a = f"Head {i}"\nb = "one " + ("two" if x else "three")\nc = "Layer 2"\nraise SystemExit')
    assert all(text in known for text in ("Head {}", "one two", "Layer 2", "Layer {}", "three"))
    assert "Foot {}" not in known
    assert "one four" not in known

import warnings
from pathlib import Path

import numpy as np
import pytest

from bootcamp.kit.checking import outcome
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.texts import texts
from bootcamp.kit.trying import a_function
from bootcamp.language import LANGUAGES, N_, VARIABLE, Texts, language, speaking

FRENCH = """
msgid "Good, {name}."
msgstr "Bien, {name}."

msgid "Only {braces}."
msgstr "Rien que des {accolades}."

msgid "{n} row is empty in {column}."
msgid_plural "{n} rows are empty in {column}."
msgstr[0] "{n} ligne est vide dans {column}."
msgstr[1] "{n} lignes sont vides dans {column}."

msgid "Not translated yet, {name}."
msgstr ""

msgid "{n} case, not translated yet."
msgid_plural "{n} cases, not translated yet."
msgstr[0] ""
msgstr[1] ""

msgid "A slip for {name}."
msgstr "Une faute pour {nom}."

msgid "A brace for {name}."
msgstr "Une accolade { pour {name}."

msgid "A share of {share:.0%}."
msgstr "Une part de {share:.0x}."

msgid "{n} slip."
msgid_plural "{n} slips."
msgstr[0] "{nombre} faute."
msgstr[1] "{nombre} fautes."
"""


def test_french_groups_thousands_by_a_space_and_sets_per_cent_apart(tmp_path: Path) -> None:
    say = catalogue(
        tmp_path,
        'msgid "{hours:,.0f} hours, {share:.1%}, {wide:,}, {text}."\n'
        'msgstr "{hours:,.0f} heures, {share:.1%}, {wide:,}, {text}."\n',
    )
    fields = {"hours": 12345.6, "share": 0.345, "wide": 1_234_567, "text": "1,5 %"}
    english = say("{hours:,.0f} hours, {share:.1%}, {wide:,}, {text}.", **fields)
    assert english == "12,346 hours, 34.5%, 1,234,567, 1,5 %."
    with speaking("fr"):
        french = say("{hours:,.0f} hours, {share:.1%}, {wide:,}, {text}.", **fields)
    assert french == "12\u00a0346 heures, 34.5\u00a0%, 1\u00a0234\u00a0567, 1,5 %."


@pytest.fixture
def said(tmp_path: Path) -> Texts:
    return catalogue(tmp_path, FRENCH)


def catalogue(folder: Path, written: str | bytes) -> Texts:
    (folder / "fr").mkdir()
    raw = written if isinstance(written, bytes) else written.encode()
    (folder / "fr" / "some.po").write_bytes(raw)
    return Texts(folder, "some")


def test_english_is_spoken_unless_the_environment_says_otherwise(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert language() == "en"
    monkeypatch.setenv(VARIABLE, "fr")
    assert language() == "fr"


@pytest.mark.parametrize("code", ["", "xx", "FR", "../fr"])
def test_a_code_that_nobody_knows_means_english(said, monkeypatch, code):
    monkeypatch.setenv(VARIABLE, code)
    assert language() == "en"
    assert said("Good, {name}.", name="Ada") == "Good, Ada."
    monkeypatch.setenv(VARIABLE, "fr")
    with speaking("xx"):
        assert language() == "en"


def test_speaking_holds_inside_the_block_and_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv(VARIABLE, "fr")
    with speaking("en"):
        assert language() == "en"
        with speaking("fr"):
            assert language() == "fr"
        assert language() == "en"
    assert language() == "fr"


def test_speaking_ends_with_an_error_too(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(RuntimeError), speaking("fr"):
        raise RuntimeError
    assert language() == "en"


def test_fields_are_filled_in_both_languages(said):
    assert said("Good, {name}.", name="Ada {x}") == "Good, Ada {x}."
    with speaking("fr"):
        assert said("Good, {name}.", name="Ada {x}") == "Bien, Ada {x}."


def test_without_fields_braces_are_only_braces(said):
    assert said("Only {braces}.") == "Only {braces}."
    with speaking("fr"):
        assert said("Only {braces}.") == "Rien que des {accolades}."


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [
        (0, "0 rows are empty in id.", "0 ligne est vide dans id."),
        (1, "1 row is empty in id.", "1 ligne est vide dans id."),
        (2, "2 rows are empty in id.", "2 lignes sont vides dans id."),
    ],
)
def test_a_noun_follows_its_number(said, number, english, french):
    def rows():
        return said.count(
            "{n} row is empty in {column}.", "{n} rows are empty in {column}.", number, column="id"
        )

    assert rows() == english
    with speaking("fr"):
        assert rows() == french


def test_a_number_that_a_table_gave_counts_as_any_other(said):
    with speaking("fr"), warnings.catch_warnings():
        warnings.simplefilter("error")
        many = said.count("{n} slip of {x}.", "{n} slips of {x}.", np.int64(2), x=1)
    assert many == "2 slips of 1."


def test_what_is_not_translated_is_said_in_english(said):
    with speaking("fr"):
        assert said("Not translated yet, {name}.", name="Ada") == "Not translated yet, Ada."
        assert said("Nobody knows this text.") == "Nobody knows this text."
        cases = "{n} case, not translated yet.", "{n} cases, not translated yet."
        assert said.count(*cases, 1) == "1 case, not translated yet."
        assert said.count(*cases, 3) == "3 cases, not translated yet."


def test_a_translation_with_a_slip_is_said_in_english(said):
    with speaking("fr"):
        assert said("A slip for {name}.", name="Ada") == "A slip for Ada."
        assert said("A brace for {name}.", name="Ada") == "A brace for Ada."
        assert said("A share of {share:.0%}.", share=0.5) == "A share of 50%."
        assert said.count("{n} slip.", "{n} slips.", 1) == "1 slip."
        assert said.count("{n} slip.", "{n} slips.", 5) == "5 slips."


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"no catalogue at all",
        b"\xff\xfe\x00\x01",
        b'msgid "Good, {name}."\nmsgstr "Bien, {name}."\n<<<<<<< HEAD\n',
        b'msgid "Good, {name}."\n',
        b'"Content-Type: text/plain; charset=nothing\\n"\nmsgid "Good, {name}."\nmsgstr "B\xe9n"\n',
    ],
)
def test_a_damaged_catalogue_means_english_and_says_nothing_else(tmp_path, capsys, written):
    said = catalogue(tmp_path, written)
    with speaking("fr"):
        assert said("Good, {name}.", name="Ada") == "Good, Ada."
        assert said.count("{n} case.", "{n} cases.", 2) == "2 cases."
    assert capsys.readouterr() == ("", "")


def test_a_missing_catalogue_means_english(tmp_path):
    with speaking("fr"):
        assert Texts(tmp_path, "none")("Good, {name}.", name="Ada") == "Good, Ada."
        (tmp_path / "fr" / "folder.po").mkdir(parents=True)
        assert Texts(tmp_path, "folder")("Good.") == "Good."


def test_a_second_catalogue_says_what_the_first_does_not(tmp_path):
    catalogue(tmp_path, b'msgid "Good."\nmsgstr "Bien."\n')
    (tmp_path / "fr" / "other.po").write_text(
        'msgid "Good."\nmsgstr "Bon."\n\nmsgid "Late."\nmsgstr "Tard."\n\n'
        'msgid "{n} day"\nmsgid_plural "{n} days"\nmsgstr[0] "{n} jour"\nmsgstr[1] "{n} jours"\n'
    )
    said = Texts(tmp_path, "some", "other")
    with speaking("fr"):
        assert (said("Good."), said("Late."), said("Never.")) == ("Bien.", "Tard.", "Never.")
        assert said.count("{n} day", "{n} days", 2) == "2 jours"


def test_a_check_speaks_the_language_of_the_cohort():
    assert outcome("1.1", {"quiz": "zz"})[1].startswith("➜ Not yet. Type exactly three letters")
    with speaking("fr"):
        assert outcome("1.1", {"quiz": "zz"})[1].startswith("➜ Pas encore. Tapez exactement trois")


def test_marking_a_text_leaves_it_as_it_is():
    assert N_("a nudge") == "a nudge"
    with speaking("fr"):
        assert texts("kit")(N_("a nudge")) == "un coup de pouce"


def test_every_language_is_named_by_those_who_speak_it():
    assert LANGUAGES == {"en": "English", "fr": "français"}


@pytest.mark.parametrize(
    ("code", "says"), [("en", "I cannot find `f` yet"), ("fr", "Je ne trouve pas")]
)
def test_a_missing_function_is_asked_for_by_its_def(code, says):
    with speaking(code), pytest.raises(NotYet, match=f"^{says}.*`def f`"):
        a_function(Names({}), "f", 1)

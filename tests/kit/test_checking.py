import json
from pathlib import Path

import pytest

from bootcamp.goals import right_of_ten
from bootcamp.kit import check
from bootcamp.kit.checking import outcome

LAB = [f"1.{number}" for number in range(1, 11)]
HOMEWORK = ["hw1-charter", "hw1-volume", "hw1-timing", "hw1-median", "hw1-hours"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save_charter(lab_1, folder):
    (folder / "charter.json").write_text(json.dumps(lab_1["charter"]), encoding="utf-8")


@pytest.mark.parametrize("name", LAB)
def test_is_content_with_the_answered_lab(name, lab_1, home):
    save_charter(lab_1, home)

    good, sentence = outcome(name, lab_1)

    assert good, sentence
    assert sentence.startswith("✔ Good. ")
    assert "\n" not in sentence


@pytest.mark.parametrize("name", HOMEWORK)
def test_is_content_with_the_answered_homework(name, homework_1):
    assert outcome(name, homework_1)[0]


@pytest.mark.parametrize("name", [*LAB, *HOMEWORK])
def test_names_the_next_step_when_nothing_was_run(name):
    good, sentence = outcome(name, {})

    assert not good
    assert "I cannot find `" in sentence


def test_recognises_a_renamed_variable(lab_1):
    lab_1["my_queu"] = lab_1.pop("my_queue")

    assert "I do see `my_queu`" in outcome("1.2", lab_1)[1]


@pytest.mark.parametrize(
    ("name", "variable"), [("1.9", "own_seconds"), ("1.7", "candidate_2"), ("1.8", "case_input")]
)
def test_takes_no_neighbour_for_a_misspelling(name, variable, lab_1):
    del lab_1[variable]

    assert f"I cannot find `{variable}` yet" in outcome(name, lab_1)[1]


def test_forgives_capitals_and_stray_quotes_in_a_label(lab_1):
    lab_1["my_queue"] = " «Returns» "

    assert outcome("1.2", lab_1)[0]


def test_a_different_opinion_on_a_mail_is_welcome(lab_1):
    lab_1["my_queue"] = "delivery"

    good, sentence = outcome("1.2", lab_1)

    assert good
    assert "front desk chose “returns”" in sentence


def test_no_gain_from_rules_is_an_honest_result(lab_1):
    lab_1["right_described"] = lab_1["right_bare"]

    good, sentence = outcome("1.5", lab_1)

    assert good
    assert "no gain" in sentence


class TestSavedCharter:
    def test_is_found_in_the_team_folder_first(self, lab_1, home):
        (home / "team").mkdir()
        save_charter(lab_1, home / "team")

        assert "your team's folder" in outcome("1.10", lab_1)[1]

    def test_is_missed(self, lab_1):
        assert "not saved yet" in outcome("1.10", lab_1)[1]

    def test_of_another_case_is_noticed(self, lab_1, home):
        lab_1["charter"]["use_case"] = "Answer mail"
        save_charter(lab_1, home)

        assert "“Answer mail”" in outcome("1.10", lab_1)[1]

    def test_holds_the_number_to_reach(self, lab_1, home):
        save_charter(lab_1, home)

        assert right_of_ten((home / "charter.json").read_bytes()) == 8
        assert outcome("1.10", lab_1)[0]

    def test_with_another_number_is_noticed(self, lab_1, home):
        save_charter(lab_1, home)
        lab_1["right_of_ten"] = 9

        good, sentence = outcome("1.10", lab_1)

        assert not good
        assert "another `right_of_ten`" in sentence

    def test_of_a_notebook_that_did_not_ask_for_the_number_is_fine(self, lab_1, home):
        del lab_1["charter"]["right_of_ten"], lab_1["right_of_ten"]
        save_charter(lab_1, home)

        assert outcome("1.10", lab_1)[0]

    @pytest.mark.parametrize(
        ("raw", "says"),
        [
            ('{"use_case": "Récapitulatif"}'.encode("latin-1"), "older alphabet"),
            (b"{", "cannot be read"),
            (b"[1]", "cannot be read"),
        ],
    )
    def test_damaged_is_explained(self, raw, says, lab_1, home):
        Path(home / "charter.json").write_bytes(raw)

        good, sentence = outcome("1.10", lab_1)

        assert not good
        assert says in sentence


class Unreadable:
    def __getattribute__(self, name):
        raise RuntimeError("no")


ODD = {
    "unreadable": Unreadable,
    "not a number": lambda: float("nan"),
    "empty record": dict,
    "bytes": lambda: b"x",
    "command": lambda: print,
    "nested": lambda: [[]],
    "enormous": lambda: 10**400,
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", [*LAB, *HOMEWORK])
def test_never_breaks_on_odd_values(name, kind, lab_1, homework_1, home):
    save_charter(lab_1, home)
    value = ODD[kind]()
    names = dict.fromkeys({**lab_1, **homework_1}, value)

    good, sentence = outcome(name, names)

    assert not good
    assert sentence


@pytest.mark.parametrize("name", ["9.9", None, ""])
def test_lists_the_checks_for_an_unknown_name(name, printed):
    check(name)

    assert "Use one of: " in printed()


def test_asks_for_quotes_around_a_number(printed):
    check(1.1)

    assert 'check("1.1")' in printed()


def test_reads_the_running_programs_names_and_prints(printed):
    check("1.1")

    assert printed().startswith("➜ Not yet. I cannot find `quiz` yet.")

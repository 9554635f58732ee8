import json
from pathlib import Path

import pytest

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


WRONG = [
    ("1.1", "quiz", "cac", "question 3"),
    ("1.1", "quiz", "bcb", "questions 1 and 2"),
    ("1.1", "quiz", "ca", "three letters"),
    ("1.1", "quiz", 123, "straight quotes"),
    ("1.2", "my_queue", "order", "Did you mean orders"),
    ("1.2", "my_queue", "billing", "not one of the queues"),
    ("1.2", "my_queue", ["returns"], "should be text"),
    ("1.2", "my_mail", "a text", "no longer a mail"),
    ("1.3", "bare_prompt", "", "still empty"),
    ("1.3", "bare_prompt", "Sort it now", "5 words"),
    ("1.3", "bare_prompt", "Is this about orders, delivery or invoices please?", "returns, quotes"),
    ("1.4", "returns_rule", "returns: ", "Say a little more"),
    ("1.4", "quotes_rule", "prices and stock before buying", "name of its queue"),
    ("1.4", "hr_rule", "hr: jobs and everything else there is", "hr_other"),
    ("1.5", "right_bare", 11, "between 0 and 10"),
    ("1.5", "right_described", "8", "quotes away"),
    ("1.5", "still_wrong", "mail 4", "4 words"),
    ("1.6", "seconds", [41, 65, 38, 120], "needs 5"),
    ("1.6", "seconds", [41, 65, 0, 120, 52], "Number 3"),
    ("1.6", "seconds", [60, 60, 60, 60, 60], "All times"),
    ("1.6", "seconds", 41, "should be a list"),
    ("1.6", "seconds", ["41", 65, 38, 120, 52], "quotes away"),
    ("1.7", "candidate_2", ["Minutes", 16, 4, 5, 2, 1], "2.5 and not 2,5"),
    ("1.7", "candidate_1", ["", 400, 6, 3, 2], "candidate_1"),
    ("1.7", "candidate_4", ["Rank", 80, 15, 2, 5], "between 0 and 3"),
    ("1.7", "candidate_3", "Answer questions", "square brackets"),
    ("1.7", "candidate_5", ["Half done", 0, 15, 2, 1], "candidate_5"),
    ("1.8", "case_output", "One supplier invoice, and the order it belongs to", "same text"),
    ("1.8", "reviewer", "Nobody", "must be a person"),
    ("1.8", "use_case", "Invoices", "2 words"),
    ("1.8", "case_output", "word " * 30, "Keep the one part"),
    ("1.9", "times_a_month", (1, 500), "two numbers"),
    ("1.9", "times_a_month", -4, "check the unit"),
    ("1.9", "own_seconds", [310.5, 450], "has 2 times"),
    ("1.10", "team", "", "still empty"),
    ("1.10", "data_source", "mailbox", "3 words"),
    ("1.10", "worst_mistake", None, "should be text"),
    ("hw1-charter", "charter", {"use_case": "Check invoices"}, "case_input"),
    ("hw1-charter", "charter", "text", "no longer a charter"),
    ("hw1-volume", "times_a_month", "1 500", "quotes away"),
    ("hw1-volume", "volume_source", "", "still empty"),
    ("hw1-timing", "seconds", [60] * 19, "19 times so far"),
    ("hw1-timing", "seconds", [60] * 25, "nearly all alike"),
    ("hw1-median", "median_minutes", 0, "still 0"),
    ("hw1-hours", "hours_a_year", ..., "three dots"),
]


@pytest.mark.parametrize(("name", "variable", "value", "says"), WRONG)
def test_names_a_mistake_at_its_exercise_and_nowhere_else(
    name, variable, value, says, lab_1, homework_1, home
):
    names, others = (homework_1, HOMEWORK) if name in HOMEWORK else (lab_1, LAB)
    names[variable] = value
    if variable == "use_case":  # what the charter's cells would have saved
        lab_1["charter"]["use_case"] = value
    save_charter(lab_1, home)

    good, sentence = outcome(name, names)

    assert not good
    assert sentence.startswith("➜ Not yet. ")
    assert says in sentence
    assert "\n" not in sentence
    assert [other for other in others if other != name and not outcome(other, names)[0]] == []


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

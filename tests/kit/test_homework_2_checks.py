"""Homework 2 is judged rightly; the mistakes that people make are in tests/wrong."""

from pathlib import Path

import pytest

from bootcamp.grading.checks import ProbeFailed, load_checks
from bootcamp.kit.checking import outcome

ROOT = Path(__file__).parents[2]
CHECKS = load_checks(ROOT / "graders" / "checks")
NAMES = ["hw2-labels", "hw2-classes", "hw2-duplicates", "hw2-agreement", "hw2-kappa"]
UNTOUCHED = {"items": [], "labels": [], "agreement": 0, "own_kappa": 0}


class FakeLearner:
    """A learner's process that is a dictionary of plain values."""

    def __init__(self, values):
        self._values = values

    def value(self, name):
        if name not in self._values:
            raise ProbeFailed(f"There is no {name}.")
        return self._values[name]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def answered(answers_of):
    names = answers_of("homework-2")
    return {**{name: names[name] for name in UNTOUCHED}, "items": names["items"].to_dict("records")}


def marks(values):
    return {name: CHECKS[name].verdict(FakeLearner(values)).points for name in NAMES}


def test_answered_homework_earns_all_ten_points(answered):
    assert marks(answered) == {name: CHECKS[name].points for name in NAMES}
    assert sum(marks(answered).values()) == 10


@pytest.mark.parametrize("values", [UNTOUCHED, {}])
def test_untouched_homework_earns_nothing(values):
    assert sum(marks(values).values()) == 0


def test_the_catch_up_cases_earn_nothing(answered):
    for row in answered["items"]:
        row["id"] = row["id"].replace("invoice", "catch-up")

    assert sum(marks(answered).values()) == 0
    assert "your own" in CHECKS["hw2-labels"].verdict(FakeLearner(answered)).message


ODD = [
    None, True, 10**400, "text", [1, 2], [[]], [None] * 40, [{}] * 40, {"a": 1}, float("nan"),
    [{"text": "x", "label": 3}] * 40, [{"id": "a", "text": "x" * 100_000}] * 3, -1, "nan",
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{type(odd).__name__}-{str(odd)[:12]}")
@pytest.mark.parametrize("name", list(UNTOUCHED))
def test_takes_any_plain_value_for_what_it_is(name, odd, answered):
    answered[name] = odd

    assert 0 <= sum(marks(answered).values()) < 10


def test_one_label_in_both_columns_has_no_kappa(answered):
    for row in answered["items"]:
        row.update(label_a="pay", label_b="pay")
    answered.update(agreement=1.0, own_kappa=1.0)

    assert "one single label" in CHECKS["hw2-kappa"].verdict(FakeLearner(answered)).message


class TestAdvice:
    """What the notebook itself says while it is being written."""

    def test_is_content_with_the_answered_homework(self, answered):
        assert [name for name in NAMES if not outcome(name, answered)[0]] == []

    @pytest.mark.parametrize("name", NAMES)
    def test_names_the_next_step_when_untouched(self, name):
        good, sentence = outcome(name, {**UNTOUCHED, "own_kappa": 9, "agreement": 9})

        assert not good
        assert sentence.startswith("➜ Not yet. ")

    def test_knows_the_catch_up_piece(self, answered):
        for row in answered["items"]:
            row["id"] = row["id"].replace("invoice", "catch-up")

        assert "thirty of your own" in outcome("hw2-labels", answered)[1]

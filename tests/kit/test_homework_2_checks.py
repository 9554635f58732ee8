"""Homework 2 is judged rightly: the answered one, the untouched one, and plausible mistakes."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from bootcamp.grading.checks import ProbeFailed, load_checks
from bootcamp.kit.checking import _exercises, outcome

from .session_2 import homework_2

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
def answered(folder):
    shutil.copyfile(ROOT / "solutions/session-02/eval_dev.csv", folder / "eval_dev.csv")
    names = homework_2()
    return {**{name: names[name] for name in UNTOUCHED}, "items": names["items"].to_dict("records")}


def marks(values):
    return {name: CHECKS[name].verdict(FakeLearner(values)).points for name in NAMES}


def test_these_are_all_the_graded_exercises():
    assert {name for name in CHECKS if name.startswith("hw2-")} == set(NAMES)
    assert {name for name in _exercises if name.startswith("hw2-")} == set(NAMES)


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


def value(name, wrong):
    return lambda answered: answered.update({name: wrong})


def computed(name, formula):
    return lambda answered: answered.update({name: formula(answered)})


def blank(column, *rows):
    def change(answered):
        for row in rows:
            answered["items"][row][column] = ""

    return change


def only(count):
    """Keep so many of each label, with the agreement and the kappa that they give."""

    def change(answered):
        keep, taken = [], Counter()
        for row in answered["items"]:
            taken[row["label"]] += 1
            if taken[row["label"]] <= count:
                keep.append(row)
        answered.update(items=keep, **figures(keep))

    return change


def figures(items):
    pairs = [(row["label_a"], row["label_b"]) for row in items]
    seen = sum(a == b for a, b in pairs) / len(pairs)
    ones, others = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(ones[label] * others[label] for label in ones) / len(pairs) ** 2
    return {"agreement": seen, "own_kappa": (seen - chance) / (1 - chance), "chance": chance}


def slip(formula):
    def change(answered):
        found = figures(answered["items"])
        answered["own_kappa"] = formula(found["agreement"], found["chance"])

    return change


def same(column, one, other):
    def change(answered):
        answered["items"][other][column] = answered["items"][one][column].upper()

    return change


def both(*changes):
    return lambda answered: [change(answered) for change in changes]


# What was changed, the exercise that must notice, its points then, and what the message names.
WRONG = {
    "twenty-four cases": (only(12), "hw2-labels", 2, "until you have thirty"),
    "twelve cases": (only(6), "hw2-labels", 1, "12 complete cases"),
    "not decided on five": (
        blank("label", 0, 1, 2, 3, 4),
        "hw2-labels",
        2,
        "5 more have an empty label",
    ),
    "a label nobody used": (
        value("labels", ["pay", "ask", "dispute"]),
        "hw2-classes",
        1,
        "“dispute” stands on 0 cases",
    ),
    "one label named": (value("labels", ["pay"]), "hw2-classes", 0, "fewer than two"),
    "labels in one string": (value("labels", "pay, ask"), "hw2-classes", 0, "fewer than two"),
    "a slip in one label": (
        lambda answered: answered["items"][3].update(label="aks"),
        "hw2-classes",
        1,
        "“aks” is in the column label",
    ),
    "a case copied": (same("text", 0, 2), "hw2-duplicates", 1, "same text"),
    "a case copied twice": (
        both(same("text", 0, 2), same("text", 0, 6)),
        "hw2-duplicates",
        0,
        "same text",
    ),
    "an id used again": (same("id", 4, 5), "hw2-duplicates", 1, "same id"),
    "agreement as a count": (value("agreement", 26), "hw2-agreement", 0, "a count of cases"),
    "agreement in per cent": (value("agreement", 86.7), "hw2-agreement", 0, "share between 0"),
    "disagreement": (
        computed("agreement", lambda answered: 1 - answered["agreement"]),
        "hw2-agreement",
        0,
        "they differ",
    ),
    "agreement as text": (value("agreement", "0.87"), "hw2-agreement", 0, "not a number"),
    "kappa without brackets": (slip(lambda a, c: a - c / 1 - c), "hw2-kappa", 0, "brackets"),
    "kappa not divided": (slip(lambda a, c: a - c), "hw2-kappa", 0, "not divided"),
    "kappa over chance": (slip(lambda a, c: (a - c) / c), "hw2-kappa", 0, "divided by chance"),
    "agreement for kappa": (slip(lambda a, c: a), "hw2-kappa", 0, "is the agreement"),
    "kappa of other cases": (value("own_kappa", 0.51), "hw2-kappa", 0, "does not fit"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_mistake_costs_at_its_exercise_only_and_is_named(wrong, answered):
    change, exercise, points, says = WRONG[wrong]
    change(answered)

    verdict = CHECKS[exercise].verdict(FakeLearner(answered))

    assert verdict.points == points
    assert says in verdict.message
    others = {name: CHECKS[name].points for name in NAMES if name != exercise}
    assert {name: marks(answered)[name] for name in others} == others


def test_every_exercise_has_three_wrong_variants_or_more():
    counted = [exercise for _, exercise, _, _ in WRONG.values()]

    assert [name for name in NAMES if counted.count(name) < 3] == []


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

    @pytest.mark.parametrize("wrong", ["twelve cases", "a label nobody used", "a case copied",
                                       "agreement in per cent", "a slip in one label"])  # fmt: skip
    def test_sees_the_form_and_keeps_quiet_elsewhere(self, wrong, answered):
        change, exercise, _, _ = WRONG[wrong]
        change(answered)

        assert [name for name in NAMES if not outcome(name, answered)[0]] == [exercise]

    def test_knows_the_catch_up_piece(self, answered):
        for row in answered["items"]:
            row["id"] = row["id"].replace("invoice", "catch-up")

        assert "thirty of your own" in outcome("hw2-labels", answered)[1]

"""Homework 3 is judged rightly; the mistakes that people make are in tests/wrong."""

import json
from pathlib import Path

import pytest

from bootcamp.forks.inside import probe
from bootcamp.grading.checks import ProbeFailed, load_checks
from tests.wrong.running import notebook, run

ROOT = Path(__file__).parents[2]
CHECKS = load_checks(ROOT / "graders" / "checks")
POINTS = {name: check.points for name, check in CHECKS.items() if name.startswith("hw3-")}


class Learner:
    """A learner's process that is this one, asked as the grader asks."""

    def __init__(self, names):
        self._names, self.asked = names, []

    def value(self, name):
        return self._answer({"name": name})

    def call(self, function, *args):
        self.asked.append((function, args))
        return self._answer({"name": function, "args": args, "kwargs": {}})

    def _answer(self, question):
        # Through JSON, as it goes through the wall.
        found = json.loads(probe.answer(self._names, {**question, "most": 1_000_000}))
        if "value" not in found:
            raise ProbeFailed(f"{question['name']}: no usable answer.")
        return found["value"]


@pytest.fixture
def answered(tmp_path):
    """The namespace in which the answered functions live, so that a test may change it."""
    return run(notebook("homework-3"), tmp_path).names


def marks(names):
    return {name: CHECKS[name].verdict(Learner(names)).points for name in POINTS}


def test_the_machine_gives_ten_points_in_all(answered):
    assert sum(POINTS.values()) == 10
    assert marks(answered) == POINTS


def test_untouched_homework_earns_nothing():
    names = {}
    exec(
        "def read_answer(answer, allowed):\n    return {'label': 'unsure', 'reason': ''}\n"
        "def solve(text, replies):\n    answer = ''\n"
        "LABELS, answers, coverage, low, high = [], [], 0, 0, 0",
        names,
    )

    assert sum(marks(names).values()) == 0
    assert sum(marks({}).values()) == 0


FIXTURES = ["valid", "malformed", "refusal", "empty", "long chat", "capitals", "timeout"]


def test_every_kind_of_reply_is_tried(answered):
    learner = Learner(answered)
    for name in POINTS:
        CHECKS[name].verdict(learner)
    read = [args[0] for function, args in learner.asked if function == "read_answer"]
    replies = [args[1] for function, args in learner.asked if function == "solve"]

    found = {
        "valid": "accept" in read,
        "malformed": any(answer.startswith("{") for answer in read),
        "refusal": any("cannot help" in answer for answer in read),
        "empty": "" in read,
        "long chat": any(len(answer) > 10_000 for answer in read),
        "capitals": any(answer.isupper() for answer in read),
        "timeout": any("TIMEOUT" in prepared.values() for prepared in replies),
    }
    assert list(found) == FIXTURES
    assert all(found.values()), found


def changed(names, source):
    exec(source, names)  # our own source
    return marks(names)


@pytest.mark.parametrize("kinds", [1, 2, 3, 4])
def test_each_kind_of_odd_answer_that_is_not_safe_costs_a_point(answered, kinds):
    slips = ["'cannot' in answer", "answer == ''", "answer[:1] == '{'", "len(answer) > 9999"]
    source = (
        "right = read_answer\n"
        "def read_answer(answer, allowed):\n"
        f"    if {' or '.join(slips[:kinds])}:\n"
        "        return {'label': allowed[0], 'reason': ''}\n"
        "    return right(answer, allowed)"
    )

    found = changed(answered, source)

    assert found["hw3-odd"] == max(0, 3 - kinds)
    assert {name: found[name] for name in POINTS if name != "hw3-odd"} == {
        name: points for name, points in POINTS.items() if name != "hw3-odd"
    }


def test_one_mistake_in_reading_does_not_cost_twice(answered):
    found = changed(
        answered,
        "def read_answer(answer, allowed):\n"
        "    label = answer if answer in allowed else allowed[0]\n"
        "    return {'label': label, 'reason': ''}",
    )

    assert found["hw3-solve"] == 2
    assert found["hw3-odd"] == 0


def test_knowing_only_some_answers_earns_one_point_for_solve(answered):
    found = changed(answered, "LABELS = ['a', 'b', 'c']\nread = read_answer\n"
                    "def read_answer(answer, allowed):\n"
                    "    return read(answer, allowed if len(allowed) < 3 or 'a' not in allowed"
                    " else ['a', 'b'])")  # fmt: skip

    assert found["hw3-solve"] == 1


def test_twenty_labels_are_told_apart(answered):
    labels = [f"label {letter}" for letter in "abcdefghijklmnopqrst"]

    assert changed(answered, f"LABELS = {labels}")["hw3-solve"] == 2


@pytest.mark.parametrize(
    "source",
    [
        "def read_answer(answer, allowed): raise SystemError(answer)",
        "def read_answer(answer, allowed): return object()",
        "def read_answer(answer, allowed): return answer",
        "def read_answer(answer, allowed): return {'label': ['accept'], 'reason': 7}",
        "def read_answer(answer, allowed): return {'label': None}",
        "def read_answer(answer, allowed): return 'x' * 2_000_000",
        "def solve(text, replies): return {'label': {}, 'reason': []}",
        "def solve(text, replies): return replies",
        "read_answer = solve = None",
        "LABELS = [[1], 'pay']",
        "LABELS = 'pay, ask'",
        "answers = [1, None, {'text': 'x', 'right': 3, 'said': []}] * 40",
        "answers = 'text'",
        "coverage, low, high = True, '0.5', None",
        "coverage = low = high = float('nan')",
        "coverage = low = high = 10**400",
    ],
)
def test_takes_any_plain_value_for_what_it_is(answered, source):
    assert 0 <= sum(changed(answered, source).values()) < 10


def test_the_figures_are_worked_out_from_the_handed_in_table(answered):
    answered["answers"] = answered["answers"].assign(said="pay")

    found = marks(answered)

    assert (found["hw3-coverage"], found["hw3-range"]) == (0, 0)


def test_figures_may_be_rounded_to_two_decimals(answered):
    for name in ("coverage", "low", "high"):
        answered[name] = round(answered[name], 2)

    assert marks(answered) == POINTS

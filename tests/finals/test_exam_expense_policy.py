"""The exam of the expense policy, calculated by hand on five claims."""

from __future__ import annotations

import pytest

from bootcamp.finals.exam import Exam, ExamResult
from bootcamp.finals.exams import examiner_of

# Two in order, two to refuse, one to ask about.
ANSWERS = {
    "a": [{"rule": "none", "decision": "pay"}],
    "b": [{"rule": "none", "decision": "pay"}],
    "c": [{"rule": "4", "decision": "refuse"}],
    "d": [{"rule": "8", "decision": "refuse"}],
    "e": [{"rule": "10", "decision": "ask"}],
}
PERFECT = ("a,none,pay,ok", "b,none,pay,ok", "c,4,refuse,ok", "d,8,refuse,ok", "e,10,ask,ok")


def score(*lines: str) -> ExamResult:
    examiner = examiner_of("expense-policy", ())
    assert examiner is not None
    table = "id,rule,decision,status\n" + "\n".join(lines) + "\n"
    return Exam(examiner, {}, ANSWERS, "").score(table.encode())


def values(result: ExamResult) -> tuple[float, float, float]:
    names = ("rule_recall", "false_positives", "cost")
    found = [result.measure(name).estimate.value for name in names]
    return found[0], found[1], found[2]


def test_perfect_predictions_cost_nothing() -> None:
    result = score(*PERFECT)
    assert result.headline.name == "rule_recall"
    assert values(result) == (1, 0, 0)
    assert (result.handled, result.unsure, result.errors) == (5, 0, 0)
    assert result.problems == ()
    assert dict(result.breakdowns[0].rows)["none"] == "2 of 2"


def test_measures_and_cost_agree_with_a_hand_calculation() -> None:
    # b is asked about in vain (12), c is paid (60), d has a wrong rule and the right decision (0),
    # e is right (0): one rule of three, one of two stopped, 72 euros.
    result = score("a,none,pay,ok", "b,7,ask,ok", "c,none,pay,ok", "d,9,refuse,ok", "e,10,ask,ok")
    recall, false_positives, cost = values(result)
    assert recall == pytest.approx(1 / 3)
    assert false_positives == 0.5
    assert cost == 72
    assert result.errors == 3
    assert result.counts == {
        "paid, and should not have been": 1,
        "wrong rule": 2,
        "stopped without need": 1,
    }
    assert (result.missed, result.false_alarms) == (1, 1)


def test_claims_left_to_a_person_are_no_errors_and_cost_their_minutes() -> None:
    result = score(*(f"{item},none,pay,unsure" for item in ANSWERS))
    assert values(result) == (0, 0, 30)
    assert (result.handled, result.errors) == (0, 0)
    assert result.measure("cost").goal == 15


def test_a_right_rule_with_a_wrong_decision_is_an_error() -> None:
    result = score(*PERFECT[:3], "d,8,ask,ok", "e,10,refuse,ok")
    assert values(result) == (1, 0, 10 + 15)
    assert result.errors == 2


@pytest.mark.parametrize("written", ["4", "4.0", "Rule 4", " 4 "])
def test_the_rule_counts_however_it_is_written(written: str) -> None:
    assert values(score(*PERFECT[:2], f"c,{written},Refuse,ok", *PERFECT[3:]))[0] == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("c,13,refuse,ok", "rule '13', which does not exist"),
        ("c,,refuse,ok", "rule '', which does not exist"),
        ("c,4,reject,ok", "decision 'reject', which does not exist"),
        ("c,4,refuse,fine", "status 'fine'"),
        ("c,4,refuse,ok\nc,5,refuse,ok", "of these, 1 contradicts itself"),
    ],
)
def test_what_cannot_be_used_is_left_to_a_person(line: str, words: str) -> None:
    result = score(*PERFECT[:2], line, *PERFECT[3:])
    assert any(words in problem for problem in result.problems), result.problems
    assert (result.unsure, result.errors) == (1, 0)
    assert values(result)[2] == 6

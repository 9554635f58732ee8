"""The exam of HR questions, calculated by hand on five questions."""

from __future__ import annotations

import pytest

from bootcamp.finals.exam import Exam, ExamResult
from bootcamp.finals.exams import examiner_of

# Three that the handbook answers, two that it does not.
ANSWERS = {
    "a": [{"answerable": "yes", "article": "7"}],
    "b": [{"answerable": "yes", "article": "12"}],
    "c": [{"answerable": "yes", "article": "40"}],
    "d": [{"answerable": "no", "article": ""}],
    "e": [{"answerable": "no", "article": ""}],
}
PERFECT = ("a,yes,7,ok", "b,yes,12,ok", "c,yes,40,ok", "d,no,,ok", "e,no,,ok")


def score(*lines: str) -> ExamResult:
    examiner = examiner_of("hr-questions", ())
    assert examiner is not None
    table = "id,answerable,article,status\n" + "\n".join(lines) + "\n"
    return Exam(examiner, {}, ANSWERS, "").score(table.encode())


def refusal(result: ExamResult) -> float:
    return result.measure("refusal_accuracy").estimate.value


def test_perfect_predictions_handle_what_the_handbook_answers() -> None:
    result = score(*PERFECT)
    assert result.headline.name == "citation_accuracy"
    assert (result.headline.estimate.value, refusal(result)) == (1, 1)
    assert (result.handled, result.unsure, result.errors) == (3, 2, 0)
    assert result.problems == ()


def test_a_wrong_article_and_an_invented_answer_are_errors() -> None:
    # Of three one is right, one wrong, one left; of two one is answered all the same.
    result = score("a,yes,7,ok", "b,yes,13,ok", "c,no,,ok", "d,yes,12,ok", "e,no,,ok")
    assert result.headline.estimate.value == pytest.approx(1 / 3)
    assert refusal(result) == 0.5
    assert (result.handled, result.unsure, result.errors) == (3, 2, 2)
    assert result.counts == {
        "wrong article": 1,
        "answered, where a person must": 1,
        "left to a person without need": 1,
    }
    assert (result.missed, result.false_alarms) == (1, None)


def test_refusing_everything_is_no_error_and_finds_nothing() -> None:
    for line in ("{},no,,ok", "{},yes,7,unsure", "{},unsure,,ok"):
        result = score(*(line.format(item) for item in ANSWERS))
        assert (result.headline.estimate.value, refusal(result)) == (0, 1)
        assert (result.handled, result.errors) == (0, 0)


@pytest.mark.parametrize("written", ["7.0", "art. 7", "Article 7", "007"])
def test_the_number_counts_however_it_is_written(written: str) -> None:
    assert score(f"a,Yes,{written},ok", *PERFECT[1:]).headline.estimate.value == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a,yes,,ok", "article '', which is no number"),
        ("a,yes,nan,ok", "article 'nan', which is no number"),
        ("a,maybe,7,ok", "answerable 'maybe', which does not exist"),
        ("a,yes,7,ok\na,yes,8,ok", "of these, 1 contradicts itself"),
    ],
)
def test_what_cannot_be_used_is_left_to_a_person(line: str, words: str) -> None:
    result = score(line, *PERFECT[1:])
    assert any(words in problem for problem in result.problems), result.problems
    assert result.headline.estimate.value == pytest.approx(2 / 3)
    assert result.errors == 0


def test_an_article_that_does_not_exist_is_an_error() -> None:
    result = score("a,yes,99999999999,ok", *PERFECT[1:])
    assert result.errors == 1
    assert result.unsure == 2

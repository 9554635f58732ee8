"""The exam of contract clauses, calculated by hand."""

from __future__ import annotations

import csv
import io

import pytest

from bootcamp.content import dataset
from bootcamp.finals.exam import Exam, ExamResult, open_exam
from bootcamp.finals.exams import examiner_of
from bootcamp.finals.exams.contract_clauses import CLAUSES, UNREADABLE, overlap

LAW = "English law applies."
CAP = "We pay at most one hundred pounds for any damage."
RENEWAL = "It goes on for a year unless you cancel in June."

# Four pages: two clauses, one, none, and one that nobody can read.
ANSWERS = {
    "a": [{"clause": "governing_law", "span": LAW}, {"clause": "liability_cap", "span": CAP}],
    "b": [{"clause": "automatic_renewal", "span": RENEWAL}],
    "c": [{"clause": "", "span": ""}],
    "d": [{"clause": UNREADABLE, "span": ""}],
}
PERFECT = (
    ("a", "governing_law", LAW, "ok"),
    ("a", "liability_cap", CAP, "ok"),
    ("b", "automatic_renewal", RENEWAL, "ok"),
    ("c", "", "", "ok"),
    ("d", "", "", "review"),
)


def score(*rows: tuple[str, str, str, str]) -> ExamResult:
    examiner = examiner_of("contract-clauses", ())
    assert examiner is not None
    text = io.StringIO()
    csv.writer(text).writerows([("id", "clause", "span", "status"), *rows])
    return Exam(examiner, {}, ANSWERS, "").score(text.getvalue().encode())


def values(result: ExamResult) -> list[float]:
    return [measure.estimate.value for measure in result.measures]


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (LAW, LAW, 1),
        (LAW, "ENGLISH   law,\napplies", 1),
        (LAW, "8. English law applies here.", 2 * 3 / (3 + 5)),
        (LAW, "Irish law applies", 2 * 2 / (3 + 3)),
        ("the the law", "the law law", 2 * 2 / (3 + 3)),
        (LAW, "", 0),
        ("", "", 0),
        (LAW, "—", 0),
        ("coût de l’énergie", "Coût de l'énergie", 1),
    ],
)
def test_overlap_is_the_f1_of_the_words(one: str, other: str, share: float) -> None:
    assert overlap(one, other) == pytest.approx(share)
    assert overlap(other, one) == pytest.approx(share)


def test_perfect_rows_score_one() -> None:
    result = score(*PERFECT)
    assert values(result) == [1, 1, 1]
    assert (result.items, result.handled, result.unsure, result.errors) == (4, 3, 1, 0)
    assert result.counts["clauses found"] == 3
    assert sum(result.counts.values()) == 3
    assert dict(result.breakdowns[0].rows)["governing law"] == "1 of 1"
    assert result.problems == ()


def test_a_clause_of_the_wrong_type_is_missed_and_false() -> None:
    # Found: 2 of 3. Rows: 3, right 2.
    result = score(PERFECT[0], ("a", "late_payment", CAP, "ok"), *PERFECT[2:])
    assert values(result) == pytest.approx([2 / 3, 2 / 3, 1])
    assert (result.errors, result.missed, result.false_alarms) == (1, 1, 1)
    assert result.counts["clauses missed on pages that were handled"] == 1
    assert result.counts["rows that mark no such clause"] == 1


def test_a_span_counts_from_a_half_on() -> None:
    # "We pay at most one": 5 words of 10, overlap 10/15. "We pay at": 3 of 10, 6/13 < 1/2.
    result = score(PERFECT[0], ("a", "liability_cap", "We pay at most one", "ok"), *PERFECT[2:])
    assert values(result) == pytest.approx([1, 1, (1 + 10 / 15 + 1) / 3])
    result = score(PERFECT[0], ("a", "liability_cap", "We pay at", "ok"), *PERFECT[2:])
    assert values(result) == pytest.approx([2 / 3, 2 / 3, 1])


def test_exactly_a_half_is_enough() -> None:
    # One word of three, in a span of one: 2·1/(3 + 1) = 1/2.
    result = score(("a", "governing_law", "law", "ok"), *PERFECT[1:])
    assert values(result) == pytest.approx([1, 1, (1 / 2 + 1 + 1) / 3])


@pytest.mark.parametrize("span", ["", "   ", "…", f"{LAW} {CAP} {RENEWAL}"])
def test_an_empty_span_or_the_whole_page_finds_nothing(span: str) -> None:
    # The whole page has 24 words, 3 of them right: 2·3/(3 + 24) = 0.22.
    result = score(("a", "governing_law", span, "ok"), *PERFECT[1:])
    assert values(result) == pytest.approx([2 / 3, 2 / 3, 1])


def test_a_false_row_costs_precision_alone() -> None:
    result = score(*PERFECT[:3], ("c", "exclusivity", "We like it.", "ok"), PERFECT[4])
    assert values(result) == pytest.approx([1, 3 / 4, 1])
    assert (result.errors, result.missed, result.false_alarms) == (0, 0, 1)
    assert result.counts["rows that mark no such clause"] == 1


def test_of_several_rows_of_a_type_the_first_counts() -> None:
    false_first = ("a", "governing_law", "Hedges are cut in May.", "ok")
    assert values(score(false_first, *PERFECT)) == pytest.approx([2 / 3, 2 / 4, 1])
    assert values(score(*PERFECT, false_first)) == pytest.approx([1, 3 / 4, 1])


def test_a_row_written_twice_counts_once() -> None:
    assert values(score(*PERFECT, *PERFECT)) == [1, 1, 1]


def test_every_type_for_every_sentence_finds_little_and_is_seldom_right() -> None:
    pages = {"a": (CAP, LAW), "b": (RENEWAL,), "c": ("Nothing here.",)}
    flood = [(i, c, s, "ok") for i, own in pages.items() for s in own for c in CLAUSES]
    recall, precision, _ = values(score(*flood))
    assert recall == pytest.approx(2 / 3)  # the law stands second on its page
    assert precision == pytest.approx(2 / 32)


def test_a_clause_on_a_page_left_to_a_person_is_missed_and_no_error() -> None:
    result = score(("a", "", "", "unsure"), *PERFECT[2:])
    assert values(result) == pytest.approx([1 / 3, 1, 1])
    assert (result.handled, result.unsure, result.errors) == (2, 2, 0)


def test_one_row_that_is_not_ok_leaves_the_whole_page_to_a_person() -> None:
    result = score(PERFECT[0], ("a", "liability_cap", CAP, "error"), *PERFECT[2:])
    assert values(result) == pytest.approx([1 / 3, 1, 1])


@pytest.mark.parametrize("row", [("", ""), ("governing_law", LAW)])
def test_a_page_that_nobody_can_read_must_not_pass_as_read(row: tuple[str, str]) -> None:
    result = score(*PERFECT[:4], ("d", *row, "ok"))
    assert result.errors == 1
    assert result.counts["unreadable pages passed as read"] == 1
    assert result.headline.estimate.value == 1


def test_saying_unreadable_leaves_the_page_to_a_person() -> None:
    result = score(*PERFECT[:4], ("d", "unreadable", "", "ok"))
    assert (result.unsure, result.errors, result.problems) == (1, 0, ())


def test_a_type_that_does_not_exist_leaves_the_page_to_a_person() -> None:
    result = score(("a", "colour", LAW, "ok"), *PERFECT[1:])
    assert values(result) == pytest.approx([1 / 3, 1, 1])
    assert "clause 'colour', which does not exist" in result.problems[0]


def test_names_may_be_written_with_blanks_and_capitals() -> None:
    rows = [(i, c.replace("_", " ").title(), s, status) for i, c, s, status in PERFECT]
    assert values(score(*rows)) == [1, 1, 1]


def test_saying_nothing_of_every_page_finds_nothing() -> None:
    result = score(*((item, "", "", "ok") for item in "abcd"))
    assert values(result) == [0, 0, 0]
    assert result.errors == 3


@pytest.mark.parametrize(
    "content", [None, b"", b"id,clause\na,b\n", b"\xff\xfe\x00", b"id,clause,span,status\n"]
)
def test_an_unusable_table_counts_as_all_left_to_a_person(content: bytes | None) -> None:
    examiner = examiner_of("contract-clauses", ())
    assert examiner is not None
    result = Exam(examiner, {}, ANSWERS, "").score(content)
    assert (result.handled, result.headline.estimate.value) == (0, 0)
    assert result.problems


def test_on_the_hidden_pages_the_labels_score_one_and_whole_pages_nothing() -> None:
    exam = open_exam("contract-clauses")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("id", "clause", "span", "status"))
    for item, rows in exam.answers.items():
        for row in rows:
            status = "review" if row["clause"] == UNREADABLE else "ok"
            writer.writerow((item, row["clause"], row["span"], status))
    result = exam.score(text.getvalue().encode())
    assert values(result) == [1, 1, 1]
    assert (result.items, result.errors) == (120, 0)
    assert (dataset("contract-clauses") / "brief.md").is_file()

"""The exam of minutes to actions, calculated by hand on four files."""

from __future__ import annotations

import csv
import io
import re
import time
from pathlib import Path

import pytest

from bootcamp.content import content_root
from bootcamp.finals.exam import Exam, ExamResult, open_exam, read_exam
from bootcamp.finals.exams import examiner_of
from bootcamp.finals.exams.minutes_to_actions import pair, same_date, same_people

TEXTS = {
    "a": "2 March 2026. Greg Tolland counts the seals by Friday. Ifor Bevan mends the press.",
    "b": "2 March 2026. Callum offers the caravan parks six per cent on Monday. Cake was good.",
    "c": "Round table, 2 March 2026. Somebody ought to look at the big door some day.",
    "d": "",
}
GREG = ("Greg Tolland", "count the seals", "2026-03-06", "Greg Tolland counts the seals by Friday")
IFOR = ("Ifor Bevan", "mend the press", "", "Ifor Bevan mends the press")
CALLUM = (
    "Callum",
    "offer six per cent",
    "2026-03-09",
    "Callum offers the caravan parks six per cent",
)
NONE = ("", "", "", "")
COLUMNS = ("who", "what", "when", "evidence")
ANSWERS = {"a": [GREG, IFOR], "b": [CALLUM], "c": [NONE], "d": [NONE]}
PERFECT = [("a", *GREG, "ok"), ("a", *IFOR, "ok"), ("b", *CALLUM, "ok"), ("c", *NONE, "ok")]
LEFT = ("d", *NONE, "error")


@pytest.fixture
def exam(tmp_path: Path) -> Exam:
    for item, text in TEXTS.items():
        (tmp_path / f"{item}.txt").write_text(text)
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", *COLUMNS))
        writer.writerows((item, *row) for item, rows in ANSWERS.items() for row in rows)
    return read_exam("minutes-to-actions", tmp_path)


def score(exam: Exam, *rows: tuple[str, ...]) -> ExamResult:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(("id", *COLUMNS, "status"))
    writer.writerows(rows)
    return exam.score(table.getvalue().encode())


def numbers(result: ExamResult) -> tuple[float, float, float]:
    values = [measure.estimate.value for measure in result.measures]
    return (values[0], values[1], values[2])


def said(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def rowed(*values: str) -> dict[str, str]:
    return dict(zip(COLUMNS, values, strict=True))


def test_perfect_predictions_find_all_and_leave_the_unreadable_file(exam: Exam) -> None:
    result = score(exam, *PERFECT, LEFT)
    assert result.headline.name == "action_f1"
    assert numbers(result) == (1, 0, 1)
    assert (result.items, result.handled, result.unsure, result.errors) == (4, 3, 1, 0)
    assert result.counts["actions in the files"] == result.counts["actions found rightly"] == 3
    assert result.problems == ()


def test_missed_one_too_many_and_wrong_owner(exam: Exam) -> None:
    # a: Greg found, Ifor's row names Tobias. b: found. c: one row where nothing was agreed.
    # 2 found of 3 there and 4 said: F1 = 2*2 / (3 + 4). Invented in 1 of 4 files: c.
    rows = [
        ("a", *GREG, "ok"),
        ("a", "Tobias", *IFOR[1:], "ok"),
        ("b", *CALLUM, "ok"),
        ("c", "", "look at the door", "", "Somebody ought to look at the big door", "ok"),
        LEFT,
    ]
    result = score(exam, *rows)
    assert numbers(result) == (pytest.approx(4 / 7), 0.25, 1)
    assert result.errors == 2
    assert result.counts["files with an action that nobody agreed on"] == 1


def test_a_wrong_date_counts_apart_and_is_an_error(exam: Exam) -> None:
    late = (*GREG[:2], "2026-03-13", GREG[3])
    result = score(exam, ("a", *late, "ok"), *PERFECT[1:], LEFT)
    assert numbers(result) == (1, 0, pytest.approx(2 / 3))
    assert result.errors == 1


def test_evidence_that_is_not_in_the_file_is_invented(exam: Exam) -> None:
    # The right action with words that nobody wrote: 2 found of 3 and 3.
    made_up = (*GREG[:3], "Greg Tolland promised to count all the seals by Friday")
    result = score(exam, ("a", *made_up, "ok"), *PERFECT[1:], LEFT)
    assert numbers(result) == (pytest.approx(2 / 3), 0.25, 1)


def test_leaving_files_to_a_person_misses_their_actions(exam: Exam) -> None:
    # b and c only: 1 found of 3 there and 1 said.
    result = score(exam, ("a", *GREG, "unsure"), ("a", *IFOR, "ok"), *PERFECT[2:], LEFT)
    assert numbers(result) == (0.5, 0, 1)
    assert (result.handled, result.unsure, result.errors) == (2, 2, 0)


def test_nothing_said_of_a_file_that_nobody_can_read_is_an_error(exam: Exam) -> None:
    result = score(exam, *PERFECT, ("d", *NONE, "ok"))
    assert numbers(result)[0] == 1
    assert result.errors == 1
    assert result.counts["unreadable files, answered all the same"] == 1


def test_a_table_from_excel_in_french_is_read(exam: Exam) -> None:
    lines = ["\ufeffID;Who;What;When;Evidence;Status"]
    lines += [";".join((f"{item}.txt", *row)) for item, *row in [*PERFECT, LEFT]]
    lines += ["min-999;Nobody;;;;ok"]
    result = exam.score("\r\n".join(lines).encode())
    assert numbers(result) == (1, 0, 1)
    assert "1 row is for no item" in " ".join(result.problems)


def test_rows_of_one_file_that_disagree_on_the_status_leave_it(exam: Exam) -> None:
    result = score(exam, ("a", *GREG, "ok"), ("a", *IFOR, "error"), *PERFECT[2:], LEFT)
    assert (result.handled, result.unsure) == (2, 2)
    assert numbers(result)[0] == 0.5


def test_a_row_said_twice_counts_against_the_second(exam: Exam) -> None:
    result = score(exam, *PERFECT, PERFECT[0], LEFT)
    assert numbers(result) == (pytest.approx(6 / 7), 0, 1)
    assert result.problems == (
        "1 file has the same row twice: the second finds nothing more, and counts against you.",
    )


def test_a_date_that_is_none_is_named(exam: Exam) -> None:
    friday = (*GREG[:2], "next Friday", GREG[3])
    result = score(exam, ("a", *friday, "ok"), *PERFECT[1:], LEFT)
    assert numbers(result) == (1, 0, pytest.approx(2 / 3))
    assert result.problems == (
        "1 file has a `when` that is no date, such as 'next friday': write 2026-01-16, or leave it"
        " empty. It counts as a wrong date.",
    )


def test_no_table_and_a_useless_one_find_nothing(exam: Exam) -> None:
    for table in (
        None,
        b"",
        b"\xff\xfe\x00",
        b"id,who\n1,2\n",
        b"id,who,what,when,evidence,status",
    ):
        result = exam.score(table)
        assert result.headline.estimate.value == 0
        assert result.handled == 0
        assert result.problems


def test_pandas_nothing_is_nothing(exam: Exam) -> None:
    rows = [("c", "nan", "nan", "NaN", "None", "ok")]
    assert numbers(score(exam, *PERFECT[:3], *rows, LEFT)) == (1, 0, 1)


def test_the_whole_file_as_evidence_points_at_nothing(exam: Exam) -> None:
    text = " ".join(TEXTS["a"] for _ in range(4))
    labels = [rowed(*GREG)]
    whole = rowed("Greg Tolland", "", "", text)
    assert pair(labels, [whole], said(text)).found == ()
    assert exam.examiner.several


def test_pairing_finds_the_most_partners() -> None:
    # Row 0 fits both labels, row 1 only label 0: greedily row 0 would take what row 1 needs.
    text = said("ana calls the mill and ana calls the bank today")
    labels = [
        rowed("Ana", "call the mill", "", "Ana calls the mill"),
        rowed("Ana", "call the bank", "", "Ana calls the bank"),
    ]
    rows = [
        rowed("Ana", "", "", "Ana calls the mill and Ana calls the bank"),
        rowed("Ana", "", "", "calls the mill"),
    ]
    paired = pair(labels, rows, text)
    assert paired.found == ((0, 1), (1, 0))
    assert paired.invented == 0


def test_other_words_for_the_task_do_where_the_quotation_is_from_elsewhere() -> None:
    # Quoted from the talk, while the label quotes the list: half of the task's words are enough.
    text = said("hamid would draw the plan by the 15th final plan hamid 17 april")
    label = rowed("Hamid", "draw the final plan", "2026-04-17", "Final plan: Hamid, 17 April")
    row = rowed("Hamid", "draw plan of line 2", "", "Hamid would draw the plan by the 15th")
    assert pair([label], [row], text).found == ((0, 0),)
    other = rowed("Hamid", "buy a hoist", "", "by the 15th")
    assert pair([label], [other], text).invented == 1


@pytest.mark.parametrize(
    ("evidence", "quoted"),
    [
        ("Greg COUNTS the seals, by friday!", True),
        ("Greg counts … by Friday", True),
        ("Greg | counts | the seals", True),
        ("Greg counts seals by Friday", False),
        ("reg counts the seals", False),
        ("", False),
        ("…", False),
    ],
)
def test_what_counts_as_quoted(evidence: str, *, quoted: bool) -> None:
    text = said("greg counts the seals by friday")
    label = rowed("Greg", "counts the seals", "", "Greg counts the seals by Friday")
    row = rowed("Greg", "counts the seals", "", evidence)
    assert bool(pair([label], [row], text).found) == quoted


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Greg Tolland", "greg", True),
        ("G. Tolland", "Mr Tolland", True),
        ("W. Castell", "Wren Castell", True),
        ("S.", "Saskia", True),
        ("T. Kerr", "Petra Kerr", False),
        ("Tom", "Tobias", False),
        ("Petra Nilsson", "PN", True),
        ("Maëlle Kervadec", "Mme KERVADEC", True),
        ("Callum and Hamid", "Hamid Rostami, Callum Dace", True),
        ("Ronan, Solène and Inès", "Inès ; Ronan ; Solène", True),
        ("Odile et Petra", "Petra & Odile", True),
        ("Lale und Anke", "Anke und Lale", True),
        ("", "", True),
        ("", "Greg", False),
        ("Greg", "Greg and Jo", False),
        ("Greg and Jo", "Greg and Greg", False),
        ("Jo", "John", False),
        ("Ana Roy", "Tom Roy", False),
    ],
)
def test_who_is_the_same(one: str, other: str, *, same: bool) -> None:
    assert same_people(one, other) == same
    assert same_people(other, one) == same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2026-03-06", "2026-03-06", True),
        ("2026-03-06", "06/03/2026", True),
        ("2026-03-06", "6.3.2026", True),
        ("2026-03-06", "2026-03-06 00:00:00", True),
        ("2026-03-06", "2026-06-03", False),
        ("2026-03-06", "Friday", False),
        ("", "", True),
        ("", "2026-03-06", False),
    ],
)
def test_when_is_the_same(one: str, other: str, *, same: bool) -> None:
    assert same_date(one, other) == same


def test_a_table_full_of_rubbish_is_scored_in_good_time(exam: Exam) -> None:
    long = ("a", "Greg Tolland", "seals " * 600, "2026-03-06", "Greg Tolland counts " * 200, "ok")
    start = time.perf_counter()
    result = score(exam, *[long] * 3_000)
    assert time.perf_counter() - start < 20
    assert result.headline.estimate.value == 0


def test_the_hidden_labels_are_their_own_best_predictions() -> None:
    exam = open_exam("minutes-to-actions")
    seen_as = {path.stem: Path(name).stem for name, path in exam.files.items()}
    unreadable = {seen_as[item] for item in ("min-228", "min-232", "min-303")}
    rows = [
        (item, *(row[name] for name in COLUMNS), "error" if item in unreadable else "ok")
        for item, own in exam.answers.items()
        for row in own
    ]
    result = score(exam, *rows)
    assert numbers(result) == (1, 0, 1)
    assert (result.handled, result.errors) == (117, 0)
    assert content_root() / "graders" in next(iter(exam.files.values())).parents


def test_the_examiner_is_known_by_its_columns() -> None:
    examiner = examiner_of("minutes-to-actions", ())
    assert examiner is not None
    assert examiner.columns == COLUMNS

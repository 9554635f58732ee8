"""The exam recomputes quality from the predictions, whatever state they are in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bootcamp.errors import FinalsError
from bootcamp.finals.exam import Exam, ExamResult, open_exam, read_exam
from bootcamp.finals.exams import examiner_of, read_predictions

# Four mails, two queues.
ANSWERS = {
    "a": [{"queue": "orders", "urgency": "urgent"}],
    "b": [{"queue": "orders", "urgency": "normal"}],
    "c": [{"queue": "quotes", "urgency": "urgent"}],
    "d": [{"queue": "quotes", "urgency": "normal"}],
}
HEADER = "id,queue,urgency,status\n"


def exam() -> Exam:
    examiner = examiner_of("email-routing", ())
    assert examiner is not None
    return Exam(examiner, {}, ANSWERS, "")


def f1_by_queue(result: ExamResult) -> dict[str, float]:
    return {queue: float(f1) for queue, f1 in result.breakdowns[0].rows}


def table(*lines: str) -> bytes:
    return (HEADER + "\n".join(lines) + "\n").encode()


PERFECT = ("a,orders,urgent,ok", "b,orders,normal,ok", "c,quotes,urgent,ok", "d,quotes,normal,ok")


def test_perfect_predictions_score_one() -> None:
    result = exam().score(table(*PERFECT))
    assert result.headline.estimate.value == 1
    assert result.measure("urgent_recall").estimate.value == 1
    assert (result.handled, result.errors, result.unsure) == (4, 0, 0)
    assert set(result.counts.values()) == {0}
    assert result.problems == ()


def test_macro_f1_agrees_with_a_hand_calculation() -> None:
    # orders: 1 hit of 2 right and 1 said: 2·1/(2+1) = 2/3. quotes: 2 hits, 2 right, 3 said: 4/5.
    result = exam().score(table("a,quotes,urgent,ok", *PERFECT[1:]))
    assert f1_by_queue(result) == {"orders": 0.67, "quotes": 0.8}
    assert result.headline.estimate.value == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert (
        result.headline.estimate.low
        <= result.headline.estimate.value
        <= result.headline.estimate.high
    )
    assert result.counts["wrong queue"] == result.errors == 1


def test_an_urgent_mail_marked_normal_is_an_error_and_the_reverse_a_false_alarm() -> None:
    result = exam().score(table("a,orders,normal,ok", "b,orders,urgent,ok", *PERFECT[2:]))
    assert result.errors == result.counts["urgent mail missed"] == 1
    assert result.counts["marked urgent without need"] == 1
    assert result.measure("urgent_recall").estimate.value == 0.5


def test_a_mail_left_to_a_person_is_no_error_but_lowers_the_metric() -> None:
    result = exam().score(table("a,unsure,urgent,unsure", *PERFECT[1:]))
    assert (result.handled, result.unsure, result.errors) == (3, 1, 0)
    assert result.headline.estimate.value == pytest.approx((2 / 3 + 1) / 2)
    assert result.measure("urgent_recall").estimate.value == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (PERFECT[:3], "1 item has no row (d): counted as unsure."),
        ((*PERFECT, "z,orders,normal,ok"), "1 row is for no item of the exam (z)."),
        ((*PERFECT, "d,orders,normal,ok"), "of these, 1 contradicts itself"),
        ((*PERFECT[:3], "d,spam,normal,ok"), "queue 'spam', which does not exist"),
        ((*PERFECT[:3], "d,,normal,ok"), "queue '', which does not exist"),
        ((*PERFECT[:3], "d,nan,normal,ok"), "queue 'nan', which does not exist"),
        ((*PERFECT[:3], "d,quotes,maybe,ok"), "urgency 'maybe', which does not exist"),
        ((*PERFECT[:3], "d,quotes,normal,fine"), "status 'fine'"),
    ],
)
def test_says_what_is_odd_about_a_table(lines: tuple[str, ...], words: str) -> None:
    result = exam().score(table(*lines))
    assert any(words in problem for problem in result.problems), result.problems
    assert result.items == 4
    assert result.unsure == (0 if "z," in lines[-1] else 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no predictions.csv"),
        (b"", "no column 'id'"),
        (HEADER.encode(), "no rows"),
        (b"id,queue\na,orders\n", "no column 'urgency'"),
        (b"\xff\xfe\x00\x01", "not a readable table"),
        (b"id,queue,urgency,status\n" + b'"' + b"x" * 200_000, "not a readable table"),
    ],
)
def test_an_unusable_table_counts_as_all_unsure(content: bytes | None, words: str) -> None:
    result = exam().score(content)
    assert result.unsure == 4
    assert result.headline.estimate.value == 0
    assert words in result.problems[0]


def test_reads_a_table_with_semicolons_and_file_names() -> None:
    content = "ID;Queue;Urgency;Status\r\na.eml;Orders;URGENT;OK\r\n".encode("utf-8-sig")
    given = read_predictions(content, ["a"], ["queue", "urgency"])
    assert given.rows == {"a": [{"queue": "Orders", "urgency": "URGENT"}]}
    assert given.sentences() == ()
    assert exam().score(content).handled == 1


def test_repeating_a_row_word_for_word_changes_nothing() -> None:
    assert exam().score(table(*PERFECT, *PERFECT)).headline.estimate.value == 1


def test_the_hidden_set_is_whole_and_its_items_carry_no_labels() -> None:
    hidden = open_exam("email-routing")
    assert len(hidden.answers) == 120
    queues = sorted({rows[0]["queue"] for rows in hidden.answers.values()})
    assert len(queues) == 6
    assert {Path(name).suffix for name in hidden.items()} == {".eml"}
    rng = np.random.default_rng(1)
    lines = [f"{item},{rng.choice(queues)},normal,ok" for item in hidden.answers]
    guess = hidden.score(table(*lines))
    assert guess.headline.estimate.high < 0.4
    assert guess.measure("urgent_recall").estimate.value == 0


@pytest.mark.parametrize("use_case", [None, "invoices", "../email_routing"])
def test_refuses_a_use_case_without_hidden_data(use_case: str | None) -> None:
    with pytest.raises(FinalsError, match="no hidden data"):
        open_exam(use_case)


def case(folder: Path, labels: str, **items: str) -> Path:
    (folder / "labels.csv").write_text(labels)
    for name, text in items.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def test_a_case_of_ones_own_is_examined_by_its_label(tmp_path: Path) -> None:
    folder = case(tmp_path, "id,label\na,pay\nb,ask\nc,ask\n", a="A", b="B", c="C", handbook="H")
    found = read_exam("paying-bills", folder)

    # pay: 1 hit, 1 right, 2 said: 2/3. ask: 1 hit, 2 right, 1 said: 2/3.
    result = found.score(b"id,label,status\na,Pay,ok\nb,pay,ok\nc,ask.,ok\n")

    assert result.headline.estimate.value == pytest.approx(2 / 3)
    assert result.errors == 1
    assert result.measured_on == "3 hidden cases"
    assert set(found.items()) == {"a.txt", "b.txt", "c.txt", "handbook.txt"}


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ("id,verdict\na,pay\n", "not the columns"),
        ("id,label\na,pay\nz,pay\n", "do not match"),
        ("id,label\n", "do not match"),
    ],
)
def test_items_and_answers_that_do_not_match_are_refused(
    tmp_path: Path, labels: str, words: str
) -> None:
    with pytest.raises(FinalsError, match=words):
        read_exam("paying-bills", case(tmp_path, labels, a="A"))


def test_a_case_that_the_facilitator_added_comes_from_the_data_folder(tmp_path: Path) -> None:
    hidden = tmp_path / "caretaker-notes" / "hidden"
    hidden.mkdir(parents=True)
    case(hidden, "id,label\na,door\nb,roof\n", a="The door sticks.", b="The roof leaks.")

    found = open_exam("caretaker-notes", tmp_path)

    assert found.score(b"id,label,status\na,door,ok\nb,roof,ok\n").headline.estimate.value == 1
    with pytest.raises(FinalsError, match="no hidden data"):
        open_exam("caretaker-notes")
    with pytest.raises(FinalsError, match="no hidden data"):
        open_exam("../caretaker-notes/hidden/..", tmp_path / "other")
    assert len(open_exam("email-routing", tmp_path).answers) == 120

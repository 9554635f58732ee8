"""The exam recomputes quality from the predictions, whatever state they are in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bootcamp.errors import FinalsError
from bootcamp.finals.exam import Exam, open_exam, read_predictions

# Four mails, two queues.
ANSWERS = {
    "a": ("orders", True),
    "b": ("orders", False),
    "c": ("quotes", True),
    "d": ("quotes", False),
}
HEADER = "id,queue,urgency,status\n"


def exam() -> Exam:
    return Exam("email-routing", (), ANSWERS, "")


def table(*lines: str) -> bytes:
    return (HEADER + "\n".join(lines) + "\n").encode()


PERFECT = ("a,orders,urgent,ok", "b,orders,normal,ok", "c,quotes,urgent,ok", "d,quotes,normal,ok")


def test_perfect_predictions_score_one() -> None:
    result = exam().score(table(*PERFECT))
    assert result.macro_f1.value == 1
    assert result.urgent_recall.value == 1
    assert (result.handled, result.errors, result.unsure, result.false_alarms) == (4, 0, 0, 0)
    assert result.problems == ()


def test_macro_f1_agrees_with_a_hand_calculation() -> None:
    # orders: 1 hit of 2 right and 1 said: 2·1/(2+1) = 2/3. quotes: 2 hits, 2 right, 3 said: 4/5.
    result = exam().score(table("a,quotes,urgent,ok", *PERFECT[1:]))
    assert result.f1_by_queue == pytest.approx({"orders": 2 / 3, "quotes": 4 / 5})
    assert result.macro_f1.value == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert result.macro_f1.low <= result.macro_f1.value <= result.macro_f1.high
    assert result.wrong_queue == result.errors == 1


def test_an_urgent_mail_marked_normal_is_an_error_and_the_reverse_a_false_alarm() -> None:
    result = exam().score(table("a,orders,normal,ok", "b,orders,urgent,ok", *PERFECT[2:]))
    assert (result.errors, result.urgent_missed, result.false_alarms) == (1, 1, 1)
    assert result.urgent_recall.value == 0.5


def test_a_mail_left_to_a_person_is_no_error_but_lowers_the_metric() -> None:
    result = exam().score(table("a,unsure,urgent,unsure", *PERFECT[1:]))
    assert (result.handled, result.unsure, result.errors) == (3, 1, 0)
    assert result.macro_f1.value == pytest.approx((2 / 3 + 1) / 2)
    assert result.urgent_recall.value == 1


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (PERFECT[:3], "1 mails have no row (d): counted as unsure."),
        ((*PERFECT, "z,orders,normal,ok"), "1 rows are for no mail of the exam (z)."),
        ((*PERFECT, "d,orders,normal,ok"), "1 of them contradict"),
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
    assert result.macro_f1.value == 0
    assert words in result.problems[0]


def test_reads_a_table_with_semicolons_and_file_names() -> None:
    content = "ID;Queue;Urgency;Status\r\na.eml;Orders;URGENT;OK\r\n".encode("utf-8-sig")
    found, problems = read_predictions(content, ["a"], ["orders"])
    assert found["a"].queue == "orders"
    assert found["a"].urgent
    assert problems == []


def test_repeating_a_row_word_for_word_changes_nothing() -> None:
    assert exam().score(table(*PERFECT, *PERFECT)).macro_f1.value == 1


def test_the_hidden_set_is_whole_and_its_items_carry_no_labels(tmp_path: Path) -> None:
    hidden = open_exam("email-routing")
    assert len(hidden.answers) == 120
    assert len(hidden.queues) == 6
    hidden.put_items(tmp_path / "mails")
    assert {path.suffix for path in (tmp_path / "mails").iterdir()} == {".eml"}
    rng = np.random.default_rng(1)
    lines = [f"{item},{rng.choice(hidden.queues)},normal,ok" for item in hidden.answers]
    guess = hidden.score(table(*lines))
    assert guess.macro_f1.high < 0.4
    assert guess.urgent_recall.value == 0


@pytest.mark.parametrize("use_case", [None, "invoices", "../email_routing"])
def test_refuses_a_use_case_without_hidden_data(use_case: str | None) -> None:
    with pytest.raises(FinalsError, match="no hidden data"):
        open_exam(use_case)

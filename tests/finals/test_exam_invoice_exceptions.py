"""The invoice exam: fields as a person would compare them, routes, and euros let through."""

from __future__ import annotations

import pytest

from bootcamp.finals.exam import Exam, ExamResult
from bootcamp.finals.exams import examiner_of

COLUMNS = ("supplier", "date", "net", "vat", "total", "order", "route")


def row(line: str) -> dict[str, str]:
    return dict(zip(COLUMNS, line.split(";"), strict=True))


ANSWERS = {
    "a": [row("Lingerie Béraud;2026-03-04;1000.00;200.00;1200.00;BR-31001;pay")],
    "b": [row("Kessel & Söhne GmbH;2026-03-05;500.00;95.00;595.00;BR-31002;stop")],
    "c": [row("Dunmore Lifts;2026-03-06;-80.00;-18.40;-98.40;BR-31003;ask_buyer")],
    "d": [row(";;;;;;ask_supplier")],
}
PERFECT = {item: ";".join(rows[0].values()) for item, rows in ANSWERS.items()}


def score(**lines: str) -> ExamResult:
    examiner = examiner_of("invoice-exceptions", ())
    assert examiner is not None
    header = ";".join(("id", *COLUMNS, "status"))
    table = [f"{item};{line};ok" for item, line in (PERFECT | lines).items() if line]
    return Exam(examiner, {}, ANSWERS, "").score("\n".join([header, *table]).encode())


def test_perfect_predictions_score_one_and_let_nothing_through() -> None:
    result = score()
    assert result.headline.name == "field_accuracy"
    assert result.headline.estimate.value == result.measure("route_f1").estimate.value == 1
    assert result.measure("euros_missed").estimate.value == 0
    assert result.errors == 0
    assert set(result.counts.values()) == {0}
    assert result.problems == ()


@pytest.mark.parametrize(
    "line",
    [
        "LINGERIE BERAUD SARL;04/03/2026;1 000,00 €;200,0;1.200,00;br 31001;pay",
        "lingerie beraud;2026-03-04 00:00:00;€1,000.00;200;1200.0;BR31001;PAY",
        " Lingerie Béraud S.A.S. ;4.3.2026;1000;200.00;1 200,00;BR-31001;pay",
    ],
)
def test_other_ways_to_write_the_same_count_as_right(line: str) -> None:
    assert score(a=line).headline.estimate.value == 1


@pytest.mark.parametrize(
    "line",
    [
        "Béraud;2026-03-04;1000.00;200.00;1200.00;BR-31001;pay",
        "Lingerie Béraud;2026-04-03;1000.00;200.00;1200.00;BR-31001;pay",
        "Lingerie Béraud;2026-03-04;1000.01;200.00;1200.00;BR-31001;pay",
        "Lingerie Béraud;2026-03-04;1000.00;;1200.00;BR-31001;pay",
        "Lingerie Béraud;2026-03-04;1000.00;200.00;-1200.00;BR-31001;pay",
        "Lingerie Béraud;2026-03-04;1000.00;200.00;1200.00;BR-31007;pay",
        "Lingerie Béraud;31/02/2026;1000.00;200.00;1200.00;BR-31001;pay",
    ],
)
def test_a_wrong_field_is_one_of_the_24_and_an_error(line: str) -> None:
    result = score(a=line)
    assert result.headline.estimate.value == pytest.approx(23 / 24)
    assert result.errors == result.counts["a field misread"] == 1
    assert result.measure("route_f1").estimate.value == 1


def test_what_is_not_there_has_to_stay_empty() -> None:
    assert score(d="none;nan;null;-;n/a;;ask_supplier").headline.estimate.value == 1
    invented = score(d="Acme;2026-01-01;0;0;0;BR-1;ask_supplier")
    assert invented.headline.estimate.value == pytest.approx(18 / 24)


def test_euros_missed_are_the_totals_of_what_had_to_wait() -> None:
    said_pay = {item: PERFECT[item].rpartition(";")[0] + ";pay" for item in PERFECT}
    result = score(**said_pay)
    # 595.00 stopped, and a credit note of 98.40; the mail without an invoice has no amount.
    assert result.measure("euros_missed").estimate.value == pytest.approx(595 + 98.40)
    assert result.counts["sent to payment, had to wait"] == 3
    # pay: 1 right of 1, said 4 times: 2 / (1 + 4); the other three routes 0.
    assert result.measure("route_f1").estimate.value == pytest.approx(0.4 / 4)
    assert result.headline.estimate.value == 1
    assert result.errors == 3


def test_nothing_missed_among_few_papers_does_not_show_that_nothing_will_be() -> None:
    # None of 3 held papers: Wilson's upper end is 1.96² / (3 + 1.96²) = 0.5615, of 693.40 euros.
    missed = score().measure("euros_missed").estimate
    assert (missed.value, missed.low) == (0, 0)
    assert missed.high == pytest.approx(0.5615 * (595 + 98.40), rel=1e-3)


def test_holding_an_invoice_up_costs_no_euros() -> None:
    result = score(a=PERFECT["a"].replace("pay", "stop"))
    assert result.measure("euros_missed").estimate.value == 0
    assert result.counts["held up without need"] == result.errors == 1


def test_left_to_a_person_is_no_error_but_reads_no_field() -> None:
    for left in ("", "unsure;;;;;;pay", PERFECT["a"].replace(";pay", ";perhaps")):
        result = score(a=left)
        assert (result.handled, result.unsure, result.errors) == (3, 1, 0)
        assert result.headline.estimate.value == pytest.approx(18 / 24)
    assert (
        "1 row says route 'perhaps', which does not exist (a): counted as unsure."
        in result.problems
    )


def test_nonsense_in_cells_is_wrong_and_nothing_else() -> None:
    result = score(a=f"{'9' * 900};{'9' * 900};{'9' * 900};1e400;-;=CMD();pay")
    assert result.headline.estimate.value == pytest.approx(18 / 24)
    assert result.measure("euros_missed").estimate.value == 0


def test_breakdowns_name_each_field_and_route() -> None:
    fields, routes = score(a=PERFECT["a"].replace("2026-03-04", "")).breakdowns
    assert dict(fields.rows)["date"] == "75 %"
    assert [name.casefold() for name, _ in fields.rows] == list(COLUMNS[:-1])
    assert {name for name, _ in routes.rows} == {"pay", "ask supplier", "ask buyer", "stop"}

"""Lab 6 at its limits: a tool that costs time, no estimates at all, a result of every sign."""

import copy
from datetime import date

import pytest

from bootcamp import roi
from bootcamp.kit.checking import outcome
from bootcamp.kit.texts import day_in_words
from bootcamp.language import speaking
from tests.wrong.running import notebook, run

COLUMNS = ("name", "low", "mode", "high", "unit", "source", "owner", "date", "evidence")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return run(notebook("lab-6"), tmp_path_factory.mktemp("lab-6")).names


@pytest.fixture
def lab(finished):
    return dict(finished)


def result_of(lab, *, errors, evidence=None):
    inputs = copy.copy(lab["inputs"])
    if evidence:
        rows = [
            {name: getattr(row, name) for name in COLUMNS} | {"evidence": evidence}
            for row in inputs.rows
        ]
        inputs = roi.Inputs.from_rows([{k: str(v) for k, v in row.items()} for row in rows])
    result = roi.simulate(inputs, roi.Quality(40, 33, errors))
    lab.update(inputs=inputs, result=result)
    hours = result.hours
    lab["claim"] = f"{hours.p50:,.0f} hours a year, between {hours.p5:,.0f} and {hours.p95:,.0f}"
    return result


def test_a_tool_that_costs_time_is_an_honest_result(lab):
    assert result_of(lab, errors=30).hours.p95 < 0

    good, sentence = outcome("6.5", lab)

    assert good
    assert "costs time" in sentence
    assert outcome("6.7", lab)[0]


def test_without_estimates_the_longest_bar_is_asked_for(lab):
    result = result_of(lab, errors=3, evidence="measured")

    assert outcome("6.6", {**lab, "next_to_measure": result.tornado[0].name})[0]
    assert "a longer bar" in outcome("6.6", {**lab, "next_to_measure": result.tornado[1].name})[1]


def test_numbers_may_be_written_as_people_write_them(lab):
    hours = lab["result"].hours

    class Result:
        naive = 15000.0
        tornado = ()

        class hours:  # noqa: N801
            p5, p50, p95 = 1234.4, 2345.5, 13456.0

    claim = "Wir sparen 2 345 Stunden"
    for text in (
        "2,345 hours, 1,234 to 13,456",
        "2 346 heures, 1 234 à 13 456",
        "2345,5 heures, 1234,4 à 13456,00",
        "2345.5h hours 1234 13456",
    ):
        good, sentence = outcome(
            "6.5", {**lab, "result": Result, "claim": f"We save {text} a year"}
        )
        assert good, sentence
    assert not outcome("6.5", {**lab, "result": Result, "claim": claim})[0]
    assert hours.p5 < hours.p50 < hours.p95


@pytest.mark.parametrize(
    ("low", "agreed", "decision", "good"),
    [
        (0.86, 0.85, "go", True),
        (0.86, 0.85, "Pilot", True),
        (0.86, 0.85, "not yet", False),
        (0.80, 0.85, "go", False),
        (0.80, 0.85, " not yet.", True),
    ],
)
def test_the_lower_end_decides(low, agreed, decision, good, lab):
    names = {**lab, "measured": 0.9, "low": low, "high": 0.95, "agreed": agreed}

    assert outcome("6.8", {**names, "decision": decision})[0] is good


def test_the_transfer_check_says_how_many_steps_are_done(lab):
    names = {**lab, "ticket_answers": [], "ticket_note": ""}

    assert "1 of 4 steps" in outcome("6.9", names)[1]


def test_a_first_of_the_month_is_said_as_french_people_say_it():
    with speaking("fr"):
        assert day_in_words(date(2027, 6, 1), "%d %B %Y", "d MMMM y") == "1er juin 2027"
        assert day_in_words(date(2027, 6, 11), "%d %B", "d MMMM") == "11 juin"
    assert day_in_words(date(2027, 6, 1), "%d %B %Y", "d MMMM y") == "01 June 2027"

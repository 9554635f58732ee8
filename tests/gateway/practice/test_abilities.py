"""What the practice model does with a text, beside labels; with whichever engine is in place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from benchmarks import practice
from benchmarks.practice_cases import TOOLS

from bootcamp.gateway.practice import PracticeModel, Turn
from bootcamp.gateway.practice.embed import LexicalEmbedder
from bootcamp.gateway.practice.urgency import evidence
from bootcamp.gateway.practice.values import find, read_number

MODEL = PracticeModel()
MAIL = """Hello,
your invoice F26-03574 of 12/03/2026 for £1,234.56 is due on 30 April 2026. The VAT is £205.76.
Please also send 3 boxes of toner AFT-3307 at £42.50 and 12 office chairs.
Kind regards,
Maud Rivoire
Contrepoint Ltd"""
NULLABLE = {"type": ["string", "null"]}


def fill(properties: dict[str, Any], text: str = MAIL) -> Any:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    form = {"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": schema}}
    return MODEL.answer([Turn("user", f'Fill in the fields.\n"""{text}"""')], form)


@pytest.mark.parametrize(
    ("written", "number"),
    [("1 234,56", 1234.56), ("1,234.56", 1234.56), ("1.234,56", 1234.56), ("1,234", 1234.0),
     ("12,5", 12.5), ("1\u202f980", 1980.0), ("42", 42.0)],
)  # fmt: skip
def test_reads_numbers_as_people_write_them(written: str, number: float) -> None:
    assert read_number(written) == number


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("le 03/04/2026", ["2026-04-03"]),
        ("03/25/2026", ["2026-03-25"]),
        ("on the 3rd of April 2026", ["2026-04-03"]),
        ("April 3, 2026", ["2026-04-03"]),
        ("le 1er août 2026", ["2026-08-01"]),
        ("31/02/2026", []),
        ("the 12 March", []),
        ("in 2026, on 12 March", ["2026-03-12"]),
    ],
)
def test_reads_dates_and_guesses_no_year(text: str, dates: list[str]) -> None:
    assert [found.value for found in find("date", text)] == dates


@pytest.mark.parametrize("written", ["1 234,56 €", "€1,234.56", "£1,234.56", "1.234,56 EUR"])
def test_reads_amounts(written: str) -> None:
    assert [found.value for found in find("amount", f"It is {written} in all.")] == [1234.56]


def test_fills_a_schema_and_leaves_null_what_is_not_there() -> None:
    number = {"type": ["number", "null"]}
    said = json.loads(
        fill(
            {"invoice_number": NULLABLE, "due_date": NULLABLE, "vat": number, "total": number,
             "sender_name": NULLABLE, "company": NULLABLE, "iban": NULLABLE, "email": NULLABLE,
             "currency": {"anyOf": [{"type": "string", "enum": ["EUR", "GBP"]}, {"type": "null"}]}}
        ).text
    )  # fmt: skip
    assert said == {
        "invoice_number": "F26-03574", "due_date": "2026-04-30", "vat": 205.76, "total": 1234.56,
        "sender_name": "Maud Rivoire", "company": "Contrepoint Ltd", "iban": None, "email": None,
        "currency": "GBP",
    }  # fmt: skip


def test_reads_a_list_of_items() -> None:
    item = {
        "type": "object",
        "properties": {"product": {"type": "string"}, "quantity": {"type": "integer"}},
        "required": ["product", "quantity"],
    }
    said = json.loads(fill({"items": {"type": "array", "items": item}}).text)
    assert said["items"] == [
        {"product": "toner AFT-3307", "quantity": 3},
        {"product": "office chairs", "quantity": 12},
    ]


def test_refuses_rather_than_guess_where_null_is_not_allowed() -> None:
    answer = fill({"iban": {"type": "string"}})
    assert answer.refused
    assert "'iban'" in answer.text


def test_extracts_what_a_plain_prompt_names() -> None:
    prompt = f"Extract the invoice number, the due date and the IBAN.\nMail:\n{MAIL}"
    assert MODEL.answer([Turn("user", prompt)]).text.splitlines() == [
        "invoice number: F26-03574", "due date: 2026-04-30", "IBAN: not in the text"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("How much is the VAT?", "The VAT is £205.76."),
        ("Who wrote this mail?", "Maud Rivoire"),
        ("What is the name of the driver's dog?", "The text does not say."),
    ],
)
def test_answers_by_quoting_or_says_that_it_is_not_there(question: str, quoted: str) -> None:
    assert MODEL.answer([Turn("user", f"{question}\nMail:\n{MAIL}")]).text == quoted


def test_drafts_from_facts_and_leaves_the_decision_open() -> None:
    text = MODEL.answer([Turn("user", f"Draft a reply to this mail.\nMail:\n{MAIL}")]).text
    assert text.startswith("Dear Maud Rivoire,")
    assert "- reference: F26-03574" in text
    assert "[What we will do" in text


def call(said: str, **options: Any) -> Any:
    return MODEL.answer([Turn("user", said)], tools=TOOLS, **options)


def test_calls_the_tool_with_its_arguments() -> None:
    (made,) = call("Where is my order AF-43380?").tool_calls
    assert (made.name, json.loads(made.arguments)) == (
        "get_order_status", {"order_number": "AF-43380"}
    )  # fmt: skip


def test_asks_for_an_argument_that_was_not_said() -> None:
    answer = call("Where is my order?", tool_choice="required")
    assert not answer.tool_calls
    assert "'order_number'" in answer.text


def test_calls_no_tool_when_told_not_to() -> None:
    assert not call("Where is my order AF-43380?", tool_choice="none").tool_calls


def test_passes_on_what_a_tool_gave() -> None:
    turns = [Turn("user", "Where is my order AF-43380?"), Turn("assistant", ""),
             Turn("tool", "In the van.")]  # fmt: skip
    assert "In the van." in MODEL.answer(turns, tools=TOOLS).text


def test_description_decides_what_is_urgent() -> None:
    stopped = "Both presses are down and nobody can work."
    assert evidence(stopped, "", "") == 0.0
    assert evidence(stopped, "work has stopped", "") > 0.6
    assert evidence("Nothing urgent, whenever suits you.", "work has stopped", "") < 0.0


def test_better_prompts_help_on_a_set_that_nothing_was_tuned_to() -> None:
    figures: dict[str, Any] = {}
    cases = practice.cases
    practice._labels(figures, PracticeModel(LexicalEmbedder()), "town", cases.TOWN_HALL,
                     cases.TOWN_HALL_DESCRIPTIONS, 1, cases.TOWN_HALL_EXAMPLES)  # fmt: skip
    names, descriptions, examples = (figure["value"] for figure in figures.values())
    assert names + 0.1 < descriptions < examples

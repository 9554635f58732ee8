"""Friendly advice on homework 6 while it is being written. The marks are given elsewhere."""

import csv
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bootcamp.kit.checking import exercise
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.picking_up import left_behind
from bootcamp.kit.session_6 import a_person, check_day_problem, transfer_steps
from bootcamp.kit.texts import day_in_words, texts

__all__: list[str] = []

_ = texts("session-6")
_n = _.count

# What every team gives; the form's other rows, on money, may stay untouched.
_INPUTS = ("volume", "adoption", "baseline_minutes", "human_error_rate", "review_minutes",
           "exception_minutes", "fix_minutes", "upkeep_hours", "ramp_months")  # fmt: skip
_COLUMNS = ("name", "low", "mode", "high", "unit", "source", "owner", "date", "evidence")


@exercise("hw6-inputs")
def _inputs(names: Names) -> str:
    table = names.get("inputs")
    rows = table.to_dict("records") if hasattr(table, "to_dict") else table
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise NotYet(_("`inputs` is no longer a table. Run the cell that reads it again."))
    rows = [row for row in rows if not all(_blank(value) for value in row.values())]
    rows = [row for row in rows if _asked(row) or not all(map(_blank, _filled(row)))]
    for row in rows:
        empty = [column for column in _COLUMNS if _blank(row.get(column))]
        if empty:
            raise NotYet(
                _(
                    "{name}: {column} is empty. Fill it in the file, save it, and run the cell "
                    "that reads it.",
                    name=row.get("name"),
                    column=empty[0],
                )
            )
    asked = sum(map(_asked, rows))
    if asked < len(_INPUTS):
        raise NotYet(
            _n(
                "{n} row, and nine are asked for. roi_inputs.csv has their names.",
                "{n} rows, and nine are asked for. roi_inputs.csv has their names.",
                asked,
            )
        )
    if any("made-up" in str(row["owner"]) for row in rows):
        raise NotYet(_("These are the inputs of the catch-up piece. Homework needs your own."))
    return _("{count} rows, with nothing left empty.", count=len(rows))


def _asked(row: Mapping[str, Any]) -> bool:
    return str(row.get("name")).strip() in _INPUTS


def _filled(row: Mapping[str, Any]) -> list[Any]:
    """What the form leaves to the team: all but the name and the unit."""
    return [row.get(column) for column in _COLUMNS if column not in ("name", "unit")]


def _blank(value: Any) -> bool:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return missing or not str(value).strip()


@exercise("hw6-naive")
def _naive(names: Names) -> str:
    hours = names.number("naive", _("all items times all minutes, in hours"), 0.01, 1e8)
    return _("{hours:,.0f} hours: what an optimist would say.", hours=hours)


@exercise("hw6-adjusted")
def _adjusted(names: Names) -> str:
    minutes = names.number("with_tool", _("the minutes of one item with the tool"), 0, 1000)
    if minutes == 0:
        raise NotYet(
            _("`with_tool` is still 0. Three parts, added up: checking, mending, the rest.")
        )
    hours = names.number("hours", _("the hours a year"), -1e7, 1e7)
    if hours == 0:
        raise NotYet(_("`hours` is still 0. Volume, adoption, what one item saves; minus upkeep."))
    return _(
        "{minutes:.2f} minutes an item with the tool, {hours:,.0f} hours a year.",
        minutes=minutes,
        hours=hours,
    )


@exercise("hw6-check")
def _check(names: Names) -> str:
    agreed = names.get("ninety_days")
    if not isinstance(agreed, Mapping):
        raise NotYet(_("`ninety_days` should begin like this: ninety_days = dict(start=..."))
    fields = Names(agreed)
    start, day = (_day(fields.text(name, _("a day, like 2027-03-02"))) for name in ("start", "day"))
    problem = check_day_problem(start, day)
    if problem:
        raise NotYet(problem)
    if not a_person(fields.text("owner", _("the role that looks"))):
        raise NotYet(_("The owner should be one role that can be rung up."))
    fields.number("stop_below", _("hours in ninety days"), 0.5, 1e6)
    return _("On {day} somebody looks.", day=day_in_words(day, "%d %B %Y", "d MMMM y"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotYet(
            _("“{text}” should be a day, year first: 2027-03-02.", text=text[:30])
        ) from None


@exercise("hw6-transfer")
def _transfer(names: Names) -> str:
    record = names.get("transfer")
    if not isinstance(record, Mapping) or "answers" not in record:
        raise NotYet(
            _("There is no transfer.json of yours yet. Lab 6 makes it, in twenty minutes.")
        )
    missing = transfer_steps(record, _tickets())
    if missing:
        raise NotYet(
            _(
                "{done} of 4 steps. Still open: {open}.",
                done=4 - len(missing),
                open=_("; ").join(missing.values()),
            )
        )
    return _("All 4 steps are there.")


def _tickets() -> list[dict[str, str]]:
    """The twenty notes of lab 6, where they still lie."""
    path = next(left_behind("tickets.csv"), Path("tickets.csv"))
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{str(k): str(v or "") for k, v in row.items()} for row in csv.DictReader(file)]

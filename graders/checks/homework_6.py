"""The machine part of homework 6: ten points, each given in bands.

The inputs are judged row by row, and both numbers are computed again from them and from the counts
that the notebook shows. The transfer check's score is computed again from its answers; what counts
are its steps. Nothing here calls a model.
"""

import csv
import math
from datetime import date
from typing import Any

from bootcamp import roi
from bootcamp.content import session_folder
from bootcamp.errors import RoiInputRefused
from bootcamp.grading.checks import Learner, Verdict, check, number_of, texts
from bootcamp.kit.session_6 import a_person, check_day_problem, transfer_steps
from bootcamp.language import N_

_ = texts(__file__)
_n = _.count

_MOST_ROWS = 200
_LONGEST = 500
_COLUMNS = ("name", "low", "mode", "high", "unit", "source", "owner", "date", "evidence")
_NO_SOURCE = {"?", "-", "…", "...", "me", "us", "we", "guess", "tbd", "todo", "x", "n/a", "none",
              "moi", "nous", "rien", "aucun", "aucune", "au hasard", "à voir"}  # fmt: skip
_CATCH_UP = "made-up"
_NO_INPUTS = N_(
    "The nine inputs come first: fill roi_inputs.csv, run the notebook, save, hand in again."
)
_NO_COUNTS = N_("There are no usable counts: run the cell with pick_up again, then save.")


@check("hw6-inputs", points=3)
def inputs(learner: Learner) -> Verdict:
    """All nine rows on time complete, with provenance: 3 points. Six: 2. Three: 1."""
    rows = [row for row in _rows(learner) if row["name"].strip() not in roi.MONEY]
    if any(_CATCH_UP in row["owner"] for row in rows):
        return Verdict(0, _("These are the inputs of the catch-up piece: fill in your own."))
    sound = {row["name"] for row in rows if _is_sound(row)} & set(roi.FIELDS)
    points = (
        3
        if len(sound) >= len(roi.FIELDS)
        else 2
        if len(sound) >= 6
        else 1
        if len(sound) >= 3
        else 0
    )
    try:
        found = roi.Inputs.from_rows(rows)
    except RoiInputRefused as refusal:
        said = _n(
            "{n} of 9 rows is complete. {problem}",
            "{n} of 9 rows are complete. {problem}",
            len(sound),
            problem=refusal,
        )
        return Verdict(min(points, 2), said)
    if points < 3:
        name = next(row.name for row in found.rows if row.name not in sound)
        return Verdict(
            points, _("{name}: source and owner should tell a stranger whom to ask.", name=name)
        )
    said = _n(
        "Nine inputs with their sources, {n} of them called an estimate.",
        "Nine inputs with their sources, {n} of them called an estimate.",
        sum(row.evidence == "estimate" for row in found.rows),
    )
    return Verdict(3, said)


def _is_sound(row: dict[str, str]) -> bool:
    for column in ("source", "owner"):
        text = row[column].strip(" .").casefold()
        if len(text) < 4 or text in _NO_SOURCE:
            return False
    try:
        roi.checked_row(row)
    except RoiInputRefused:
        return False
    return True


@check("hw6-naive", points=1)
def naive(learner: Learner) -> Verdict:
    """All items times all minutes, computed again from the likely values."""
    likely = _likely(learner, "volume", "baseline_minutes", "adoption")
    value = number_of(learner.value("naive"))
    if likely is None:
        return Verdict(0, _(_NO_INPUTS))
    if value is None:
        return Verdict(0, _("naive is not a number: compute it in one line."))
    right = roi.naive_hours(likely["volume"], likely["baseline_minutes"])
    if _close(value, right):
        return Verdict(1, _("{right:,.0f} hours is the naive number.", right=right))
    slips = {
        0.0: _("naive is still 0: multiply volume and minutes, in hours."),
        right * 60: _("naive is in minutes: divide by 60."),
        right * likely["adoption"]: _("naive has adoption in it: the optimist takes every item."),
        right * 12: _("naive has twelve months in it: the volume is of a whole year already."),
    }
    otherwise = _("naive does not fit your inputs: run the cells from the top, then save.")
    return Verdict(0, _advice(value, slips, otherwise))


@check("hw6-adjusted", points=2)
def adjusted(learner: Learner) -> Verdict:
    """Minutes of an item with the tool: 1 point. Hours a year: 1."""
    likely = _likely(learner, *(name for name in roi.FIELDS if name != "ramp_months"))
    shares = _shares(learner)
    if likely is None:
        return Verdict(0, _(_NO_INPUTS))
    if shares is None:
        return Verdict(0, _(_NO_COUNTS))
    handled, wrong = shares
    right = roi.hours_a_year(**likely, handled_share=handled, error_rate=wrong)
    mending = likely["human_error_rate"] * likely["fix_minutes"]
    checking = likely["review_minutes"]
    repair = handled * wrong * likely["fix_minutes"]
    rest = (1 - handled) * (likely["exception_minutes"] + mending)
    minutes, hours = number_of(learner.value("with_tool")), number_of(learner.value("hours"))
    good = minutes is not None and _close(minutes, checking + repair + rest)
    points = int(good) + int(hours is not None and _close(hours, right))
    if points == 2:
        return Verdict(
            2, _("{right:,.0f} hours a year at the likely values is right.", right=right)
        )
    if not good:
        return Verdict(points, _about_minutes(minutes, checking, repair, rest))
    return Verdict(points, _about_hours(hours, right, likely))


def _about_minutes(value: float | None, checking: float, repair: float, rest: float) -> str:
    slips = {
        0.0: _("with_tool is still 0: checking, mending, and what is left to people."),
        repair + rest: _("with_tool lacks the checking: every item is looked at."),
        checking + rest: _("with_tool lacks the mending of the tool's mistakes."),
        checking + repair: _("with_tool lacks what is left to people."),
    }
    if value is not None:
        for slip, advice in slips.items():
            if abs(value - slip) <= 0.002:
                return advice
    return _("with_tool does not fit your inputs and counts: three parts, added up.")


def _about_hours(value: float | None, right: float, likely: dict[str, float]) -> str:
    if value is None:
        return _("hours is not a number: compute it in one line.")
    upkeep = likely["upkeep_hours"]
    gross = right + upkeep
    slips = {
        0.0: _("hours is still 0: volume, adoption, what one item saves; minus upkeep."),
        gross: _("hours lacks the upkeep: take it off at the end."),
        gross / (likely["adoption"] or 1) - upkeep: _(
            "hours lacks adoption: not every item goes through the tool."
        ),
        gross * 60 - upkeep: _("hours is in minutes: divide by 60 before you take off the upkeep."),
        -gross - upkeep: _("hours has the wrong sign: today comes first, minus with_tool."),
    }
    otherwise = _("hours does not fit your inputs: run the cells from the top, then save.")
    return _advice(value, slips, otherwise)


def _advice(value: float, slips: dict[float, str], otherwise: str) -> str:
    return next((advice for slip, advice in slips.items() if _close(value, slip)), otherwise)


@check("hw6-check", points=2)
def ninety_days(learner: Learner) -> Verdict:
    """A working day ninety days after the start: 1 point. A role and a number to stop at: 1."""
    agreed = learner.value("ninety_days")
    if not isinstance(agreed, dict):
        return Verdict(0, _("There is nothing agreed: fill ninety_days, run it, hand in again."))
    start, day = (_day(agreed.get(name)) for name in ("start", "day"))
    if start is None or day is None:
        problem = _("Both days should be written year first, like 2027-03-02.")
    else:
        problem = check_day_problem(start, day)
    owner, stop = agreed.get("owner"), number_of(agreed.get("stop_below"))
    known = isinstance(owner, str) and a_person(owner)
    limited = stop is not None and stop > 0
    points = int(not problem) + int(known and limited)
    if problem:
        return Verdict(points, problem)
    if not known:
        return Verdict(points, _("owner should be one role that can be rung up."))
    if not limited:
        return Verdict(points, _("stop_below should be a number of hours: when would you stop?"))
    return Verdict(2, _("The day, the role and the number are agreed."))


@check("hw6-transfer", points=2)
def transfer(learner: Learner) -> Verdict:
    """All four steps of the transfer check: 2 points. Two or three: 1."""
    record = learner.value("transfer")
    if not isinstance(record, dict) or "answers" not in record:
        return Verdict(0, _("There is no transfer.json: lab 6 makes it, alone, in twenty minutes."))
    answers = record["answers"]
    shortened = {**record, "answers": answers[:_MOST_ROWS] if isinstance(answers, list) else []}
    missing = transfer_steps(shortened, _tickets())
    if not missing:
        return Verdict(2, _("All four steps of the transfer check, done alone."))
    done = 4 - len(missing)
    steps = _("; ").join(missing.values())
    said = _("{done} of 4 steps. Still open: {open}.", done=done, open=steps)
    return Verdict(1 if done >= 2 else 0, said)


def _tickets() -> list[dict[str, str]]:
    path = session_folder(6) / "tickets.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rows(learner: Learner) -> list[dict[str, str]]:
    """The handed-in rows as texts of bounded size; empty rows are left out."""
    table = learner.value("inputs")
    items = table[:_MOST_ROWS] if isinstance(table, list) else []
    rows = [
        {column: _text(item.get(column)) for column in _COLUMNS}
        for item in items
        if isinstance(item, dict)
    ]
    return [row for row in rows if any(row.values())]


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | list | dict):
        return ""
    if isinstance(value, float):
        return f"{value:.12g}" if math.isfinite(value) else ""
    return str(value)[:_LONGEST].strip() if not isinstance(value, int) else f"{value % 10**15}"


def _likely(learner: Learner, *needed: str) -> dict[str, float] | None:
    """The most likely values of the inputs that are `needed`, whatever else their rows lack."""
    found = {}
    for row in _rows(learner):
        try:
            found[row["name"]] = float(row["mode"])
        except ValueError:
            continue
    usable = all(name in found and _in_range(name, found[name]) for name in needed)
    return {name: found[name] for name in needed} if usable else None


def _in_range(name: str, value: float) -> bool:
    return roi.FIELDS[name].least <= value <= roi.FIELDS[name].most


def _shares(learner: Learner) -> tuple[float, float] | None:
    counts = learner.value("counts")
    numbers = [
        number_of(counts.get(name)) if isinstance(counts, dict) else None
        for name in ("items", "handled", "errors")
    ]
    items, handled, errors = numbers
    if items is None or handled is None or errors is None:
        return None
    if not 0 < handled <= items or not 0 <= errors <= handled:
        return None
    return handled / items, errors / handled


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _close(value: float, right: float) -> bool:
    """Equal up to rounding: one part in two hundred, or half an hour."""
    return abs(value - right) <= max(0.005, abs(right) * 0.005)

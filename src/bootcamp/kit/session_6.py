"""The checks of lab 6, “Show it”. They hold no answers: they read, count and recompute."""

import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from statistics import fmean
from typing import Any

from bootcamp.kit.checking import check_quiz, exercise, listed
from bootcamp.kit.labelling import f1_by_label, tidy
from bootcamp.kit.namespace import Names, NotYet
from bootcamp.kit.picking_up import team_folder
from bootcamp.kit.texts import day_in_words, texts
from bootcamp.language import N_

__all__ = ["TICKET_LABELS", "a_person", "check_day_problem", "transfer_steps"]

_ = texts("session-6")
_n = _.count

# Digests, so that reading this file does not spoil the quiz.
_QUIZ = ("ac83cd2d", "9b047d09", "3a119b70")
TICKET_LABELS = ("repair", "cleaning", "access", "catering")
_NOT_A_PERSON = {"ai", "ia", "the ai", "model", "the model", "the tool", "nobody", "no one", "all",
                 "everybody", "everyone", "we", "us", "personne", "tous", "tout le monde", "nous",
                 "le modèle", "l'outil", "l’outil", "l'ia", "l’ia"}  # fmt: skip
_NOT_A_SOURCE = {"?", "-", "…", "...", "me", "us", "we", "guess", "tbd", "todo", "x", "n/a", "none",
                 "moi", "nous", "rien", "aucun", "aucune", "au hasard", "à voir"}  # fmt: skip
_NO_SOURCE = {
    "source": N_("{name}: “{text}” is no source. Who or what would a stranger ask?"),
    "owner": N_("{name}: “{text}” is no owner. Who or what would a stranger ask?"),
}
_PARTS = ("problem", "before and after", "demo", "quality", "hours", "risks", "next step")
_FIELDS = ("use_case", "input", "output", "reviewer", "data", "first_step")
# 1,234.5 and 1'234.5 as well as 1234,5: what has three digits behind it parts thousands.
_NUMBER = re.compile(r"(\d{1,3}(?:[,'’]\d{3})+(?!\d)|\d+)(?:[.,](\d+))?")


@exercise("6.1")
def _quiz(names: Names) -> str:
    check_quiz(names, "6.1", _QUIZ, _(": your notebook of session 5 is still there."))
    return _("All three are right. The third one is what leadership will ask.")


@exercise("6.2")
def _hundred(names: Names) -> str:
    mine = names.number("minutes_with_tool", _("the minutes of a hundred mails"), 0, 10_000)
    checking, by_hand, mending = 100 * 0.5, 20 * 4, 8 * 6
    right = checking + by_hand + mending
    slips = {
        0: _("`minutes_with_tool` is still 0. Write one product for each row of the table."),
        by_hand + mending: _("The checking is missing: a person looks at every proposal."),
        checking + by_hand: _("The mending is missing: eight wrong ones, six minutes each."),
        checking + mending: _("The twenty that the tool leaves to people are missing."),
        400 - right: _("That is what is saved. The question is how long it takes with the tool."),
        400: _("That is by hand, as today."),
        0.5 + 4 + 6: _("Those are the minutes of one mail each. Multiply each by its mails."),
        right / 60: _("That is in hours. Leave it in minutes."),
    }
    for slip, advice in slips.items():
        if abs(mine - slip) < 0.05:
            raise NotYet(advice)
    if abs(mine - right) >= 0.05:
        raise NotYet(_("That is not it yet. Three rows, three products, added up."))
    return _(
        "{right:g} minutes in place of 400: of the naive 400, {saved:g} are left. Now with ranges.",
        right=right,
        saved=400 - right,
    )


@exercise("6.3")
def _percentiles(names: Names) -> str:
    values = [names.number(name, _("hours a year"), -1e9, 1e9) for name in ("p5", "p50", "p95")]
    right = _percentiles_of(names.get("hours"))
    if not any(values):
        raise NotYet(
            _("All three are still 0. Put np.percentile(hours, [5, 50, 95]) in place of the zeros.")
        )
    if _near(sorted(values), right) and not _near(values, right):
        raise NotYet(_("The three are in another order. P5 is the smallest, P95 the largest."))
    if not _near(values, right):
        whole = max(abs(value) for value in values) <= 100
        if whole:
            raise NotYet(
                _(
                    "Those are the places, not the hours. np.percentile gives the hours at these "
                    "places."
                )
            )
        raise NotYet(
            _(
                "These are not the P5, P50 and P95 of `hours`. Run the cell with the dice, then "
                "this one."
            )
        )
    low, middle, high = right
    return _(
        "P50 {middle:,.0f}, P5 {low:,.0f}, P95 {high:,.0f} hours a year. Say it aloud as one "
        "sentence.",
        low=low,
        middle=middle,
        high=high,
    )


def _percentiles_of(draws: Any) -> list[float]:
    try:
        ordered = sorted(float(value) for value in draws)
    except (TypeError, ValueError):
        ordered = []
    if len(ordered) < 100 or not all(map(math.isfinite, ordered)):
        raise NotYet(
            _("`hours` does not hold ten thousand years. Run the cell with the dice again.")
        )
    found = []
    for share in (0.05, 0.5, 0.95):
        place = share * (len(ordered) - 1)
        below, part = int(place), place - int(place)
        found.append(ordered[below] * (1 - part) + ordered[min(below + 1, len(ordered) - 1)] * part)
    return found


def _near(values: list[float], right: list[float]) -> bool:
    return all(
        abs(one - other) <= max(1, abs(other) * 0.01)
        for one, other in zip(values, right, strict=True)
    )


@exercise("6.4")
def _inputs(names: Names) -> str:
    refused = names.get("refused")
    rows = _input_rows(names, str(refused) if isinstance(refused, str) else "")
    today = date.today()
    for row in rows:
        for field, problem in _NO_SOURCE.items():
            text = str(row[field]).strip()
            if tidy(text) in _NOT_A_SOURCE or len(text) < 4:
                raise NotYet(_(problem, name=row["name"], text=text))
        if isinstance(row["date"], date) and row["date"] > today and not _catch_up(rows):
            raise NotYet(
                _(
                    "{name}: the date lies in the future. When was it found out?",
                    name=row["name"],
                )
            )
    guesses = [row["name"] for row in rows if row["evidence"] == "estimate"]
    if len(guesses) == len(rows):
        raise NotYet(
            _("All nine are estimates. Count or clock two of them at least, or look them up.")
        )
    if _catch_up(rows):
        return _(
            "The nine inputs of the made-up team work. In front of leadership you need your own."
        )
    if not guesses:
        return _("Nine inputs, each with its source, none of them a guess.")
    return _n(
        "Nine inputs, each with its source, {n} of them a guess, and called one.",
        "Nine inputs, each with its source, {n} of them a guess, and called one.",
        len(guesses),
    )


def _input_rows(names: Names, refused: str) -> list[dict[str, Any]]:
    if refused:
        raise NotYet(refused.splitlines()[0][:300])
    rows = getattr(names.get("inputs"), "rows", None)
    wanted = ("name", "source", "owner", "date", "evidence")
    if not rows or not all(hasattr(row, field) for row in rows for field in wanted):
        raise NotYet(_("`inputs` holds no inputs. Run the cell that reads them again."))
    return [{field: getattr(row, field) for field in wanted} for row in rows]


def _catch_up(rows: list[dict[str, Any]]) -> bool:
    return all("made-up" in str(row["owner"]) for row in rows)


@exercise("6.5")
def _claim(names: Names) -> str:
    claim = names.text("claim", _("your claim with three numbers"), words=6)
    hours = getattr(names.get("result"), "hours", None)
    if hours is None:
        raise NotYet(_("`result` is no simulation. Run the cell with roi.simulate again."))
    said = [
        float(re.sub(r"\D", "", whole) + f".{part or 0}")
        for whole, part in _NUMBER.findall(_joined(claim))
    ]
    missing = [
        name
        for name, value in (("P50", hours.p50), ("P5", hours.p5), ("P95", hours.p95))
        if not any(abs(number - abs(value)) <= max(1, abs(value) * 0.03) for number in said)
    ]
    if missing and any(abs(number - names.get("result").naive) < 1 for number in said):
        raise NotYet(_("That is the naive number. The claim is made of P50, P5 and P95."))
    if missing:
        raise NotYet(
            _(
                "`claim` does not say the {numbers} of your result. One number alone looks surer "
                "than it is.",
                numbers=listed(missing),
            )
        )
    if "hour" not in claim.casefold() and "heure" not in claim.casefold():
        raise NotYet(_("Hours of what? Say in `claim` that these are hours a year."))
    if hours.p50 < 0:
        return _(
            "An honest claim: on these numbers it costs time. The next cell shows what to change."
        )
    return _("A claim with its range. Who would be the first to ask where it comes from?")


def _joined(text: str) -> str:
    """The text with `1 234` as one number."""
    return re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3}\b)", "", text)


@exercise("6.6")
def _tornado(names: Names) -> str:
    mine = tidy(names.text("next_to_measure", _("the name of one bar")))
    bars = [str(bar.name) for bar in getattr(names.get("result"), "tornado", ())]
    evidence = {row["name"]: row["evidence"] for row in _input_rows(names, "")}
    if mine not in bars:
        raise NotYet(
            _("“{mine}” is no bar. Copy the name from the first column of the table.", mine=mine)
        )
    guesses = [name for name in bars if evidence.get(name) == "estimate"]
    if not guesses:
        if mine != bars[0]:
            raise NotYet(_("There is a longer bar than that one. Take the one on top."))
        return _("None of your numbers is a mere guess. “{mine}” matters most.", mine=mine)
    if mine not in guesses:
        raise NotYet(
            _(
                "“{mine}” is not an estimate: it was measured or comes from a system. Look at the "
                "column evidence.",
                mine=mine,
            )
        )
    if mine != guesses[0]:
        raise NotYet(
            _("There is a longer bar on an estimate than that one. The longest is on top.")
        )
    return _(
        "“{mine}” is the guess that moves your result most. Who could count it next week?",
        mine=mine,
    )


@exercise("6.7")
def _ninety_days(names: Names) -> str:
    start, day = _day(names, "start"), _day(names, "check_day")
    problem = check_day_problem(start, day)
    if problem:
        raise NotYet(problem)
    owner = names.text("check_owner", _("who looks in ninety days: a role"))
    if not a_person(owner):
        raise NotYet(
            _("`check_owner` should be one role that can be rung up, not everybody or a tool.")
        )
    stop = names.number("stop_below", _("the hours in ninety days below which you stop"), 0.5, 1e6)
    hours = getattr(names.get("result"), "hours", None)
    most = float(getattr(hours, "p95", 0)) / 4
    if stop > most > 0:
        raise NotYet(
            _(
                "`stop_below` is {stop:g} hours in ninety days. Even in a good year a quarter "
                "brings about {most:,.0f}: did you write the hours of a whole year?",
                stop=stop,
                most=most,
            )
        )
    return _(
        "On {day} somebody looks; below {stop:g} hours you stop. Put it into the diary.",
        day=day_in_words(day, "%d %B %Y", "d MMMM y"),
        stop=stop,
    )


def _day(names: Names, name: str) -> date:
    value = names.get(name)
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, date):
        raise NotYet(_("`{name}` should be a day, like {name} = date(2027, 3, 2).", name=name))
    return value


def check_day_problem(start: date, day: date) -> str:
    """What is wrong with a check on `day` for a start on `start`, or nothing."""
    apart = (day - start).days
    if apart == 0:
        return _("That is the first day itself. Add ninety days to it.")
    if apart < 0:
        return _("That is before the start. Add ninety days to the start.")
    if not 85 <= apart <= 100:
        return _n(
            "That is {n} day after the start. Agree on ninety, a few more or less.",
            "That is {n} days after the start. Agree on ninety, a few more or less.",
            apart,
        )
    if day.weekday() >= 5:
        return _(
            "The {day} is a {weekday}. Take the Monday after it.",
            day=day_in_words(day, "%d %B", "d MMMM"),
            weekday=day_in_words(day, "%A", "EEEE"),
        )
    return ""


def a_person(text: str) -> bool:
    """Whether this may be a role that answers for something."""
    return len(text) > 2 and tidy(text) not in _NOT_A_PERSON


@exercise("6.8")
def _decision(names: Names) -> str:
    agreed = names.number("agreed", _("the goal in your report, such as 0.85"), 0.01, 1)
    measured = names.number("measured", _("the quality on hidden cases"), 0.01, 1)
    low = names.number("low", _("the lower end of the interval"), 0, 1)
    high = names.number("high", _("the upper end of the interval"), 0.01, 1)
    if not low <= measured <= high:
        raise NotYet(_("The measured quality lies between the two ends. Copy the three once more."))
    if low == high:
        raise NotYet(_("Both ends are the same. Copy the interval from your report."))
    decision = tidy(names.text("decision", _("go, pilot or not yet")))
    if decision not in {"go", "pilot", "not yet"}:
        raise NotYet(_("`decision` is one of three: go, pilot, not yet."))
    if decision == "go" and low < agreed:
        raise NotYet(
            _(
                "“go” promises {agreed:g}, and the lower end is {low:g}: it may as well be missed. "
                "What would a careful colleague decide?",
                agreed=agreed,
                low=low,
            )
        )
    if decision == "not yet" and low >= agreed:
        raise NotYet(_("The lower end reaches what you agreed. What are you still waiting for?"))
    names.text("reason", _("why you decide so"), words=6)
    return _(
        "“{decision}”, with {low:g} as the promise. That can be said aloud.",
        decision=decision,
        low=low,
    )


@exercise("6.9")
def _transfer(names: Names) -> str:
    record = {
        "prompt": names.get("ticket_prompt"),
        "answers": names.get("ticket_answers"),
        "macro_f1": names.get("ticket_macro"),
        "note": names.get("ticket_note"),
    }
    table = names.get("tickets")
    rows = table.to_dict("records") if hasattr(table, "to_dict") else []
    missing = transfer_steps(record, [{k: str(v) for k, v in row.items()} for row in rows])
    if missing:
        raise NotYet(
            _(
                "{done} of 4 steps. Still open: {open}. What you have is saved.",
                done=4 - len(missing),
                open=_("; ").join(missing.values()),
            )
        )
    return _(
        "All 4 steps, alone, with a macro-F1 of {macro:.2f}. It has stuck.",
        macro=float(record["macro_f1"]),
    )


def transfer_steps(record: Mapping[str, Any], tickets: list[dict[str, str]]) -> dict[str, str]:
    """The steps of the transfer check that are still open, each in a few words.

    There are four: `prompt`, `answers`, `score` and `note`.
    """
    prompt, answers = record.get("prompt"), record.get("answers")
    macro, note = record.get("macro_f1"), record.get("note")
    missing = {}
    text = tidy(prompt) if isinstance(prompt, str) else ""
    silent = [label for label in TICKET_LABELS if label not in text]
    if silent:
        missing["prompt"] = _("the prompt does not name {labels}", labels=listed(silent))
    elif any(tidy(row["text"]) in text for row in tickets):
        missing["prompt"] = _("one of the twenty notes stands in the prompt")
    elif len(text.split()) < 20:
        missing["prompt"] = _("the prompt hardly says what each label means")
    said = [tidy(answer) for answer in answers] if isinstance(answers, list | tuple) else []
    complete = bool(tickets) and len(said) == len(tickets)
    if not complete:
        missing["answers"] = _n(
            "{n} answer for {notes} notes",
            "{n} answers for {notes} notes",
            len(said),
            notes=len(tickets) or 20,
        )
    elif len(set(said)) == 1:
        missing["answers"] = _("the same answer for every note")
    truth = [tidy(row["label"]) for row in tickets]
    right = fmean(mark[3] for mark in f1_by_label(truth, said).values()) if complete else None
    number = isinstance(macro, int | float) and not isinstance(macro, bool) and 0 <= macro <= 1
    if right is None or not number or abs(float(macro or 0) - right) > 0.015:
        missing["score"] = _("the macro-F1 is not that of your answers")
    if not isinstance(note, str) or len(note.split()) < 5:
        missing["note"] = _("a sentence on one hard note")
    return missing


@exercise("6.10")
def _talk(names: Names) -> str:
    talk = names.get("talk")
    rows = list(talk) if isinstance(talk, list | tuple) else []
    if not rows or not all(isinstance(row, list | tuple) and len(row) == 3 for row in rows):
        raise NotYet(
            _("`talk` should be a list of lists: a part, its minutes, a sentence, commas between.")
        )
    minutes = 0.0
    for part, length, sentence in rows:
        one = Names({"minutes": length, "sentence": sentence})
        try:
            minutes += one.number("minutes", _("the minutes of this part"), 0.25, 10)
            text = one.text("sentence", _("what you say about “{part}”", part=part), words=5)
        except NotYet as advice:
            raise NotYet(_("In “{part}”: {advice}", part=part, advice=advice)) from None
        if tidy(part) in {"quality", "hours"} and not re.search(r"\d", text):
            raise NotYet(
                _(
                    "The sentence on {part} has no number. Say it, with its range.",
                    part=tidy(part),
                )
            )
    missing = [part for part in _PARTS if part not in [tidy(row[0]) for row in rows]]
    if missing:
        raise NotYet(
            _(
                "`talk` has no part on {parts}. Leadership will ask for it.",
                parts=listed(missing),
            )
        )
    if minutes != 10:
        raise NotYet(_("The parts take {minutes:g} minutes, and you have ten.", minutes=minutes))
    return _("Seven parts, ten minutes. Now say it standing, with the clock running.")


@exercise("6.11")
def _next_case(names: Names) -> str:
    case = names.get("next_case")
    if not isinstance(case, Mapping):
        raise NotYet(_('`next_case` should begin like this: next_case = dict(use_case="...", ...)'))
    fields = Names(case)
    for field in _FIELDS:
        if field not in case:
            raise NotYet(_("`next_case` has no {field} any more. Add it again.", field=field))
        text = fields.text(field, _("a few words of your own"), words=2)
        if field == "reviewer" and not a_person(text):
            raise NotYet(_("The reviewer of the next case must be a person, by role."))
    charter = names.get("charter")
    now = charter.get("use_case", "") if isinstance(charter, Mapping) else ""
    if tidy(case["use_case"]) == tidy(now):
        raise NotYet(_("That is the case of these six sessions. Which one comes after it?"))
    path = team_folder() / "next_case.json"
    try:
        saved = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        raise NotYet(_("next_case.json is not saved yet. Run this cell once more.")) from None
    if not isinstance(saved, Mapping) or saved.get("use_case") != case["use_case"]:
        raise NotYet(_("The saved next_case.json is another one. Run this cell again."))
    return _("“{case}” is waiting for you, and for the next group.", case=case["use_case"])

"""What a cohort leaves behind: a team's last run, its promise to look again, its people's proof.

Read where it lies, most of it in folders that others can write to. Nothing is executed, and what
is missing or damaged is said in plain words.
"""

from __future__ import annotations

import ast
import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bootcamp import roi
from bootcamp.cohort import Cohort, Team
from bootcamp.content import session_folder
from bootcamp.errors import RoiInputRefused
from bootcamp.finals.calendar_entry import CHECK_IN, day_of_check
from bootcamp.finals.exams import Estimate, Measure
from bootcamp.finals.files import json_object, read_below, read_bounded, read_json
from bootcamp.finals.notebooks import load_notebook, statements_of
from bootcamp.finals.words import words_of
from bootcamp.goals import USUAL
from bootcamp.kit.session_6 import transfer_steps
from bootcamp.settings import DataFolder
from bootcamp.spoken import texts

__all__ = [
    "CHECKS_FILE",
    "Check",
    "Run",
    "Transfer",
    "check_of",
    "measured_checks",
    "newest_run",
    "transfer_of",
]

_ = texts("portfolio")

CHECKS_FILE = "checks.csv"
"""In the data folder: what the checks after ninety days found, with team, day and hours."""

_LAST_HOMEWORK = "homework-6"
_MOST_BYTES = 5_000_000
_LONGEST = 300
_MOST_ANSWERS = 200
_STEPS = 4

Status: TypeAlias = Literal["measured", "planned", "overdue", "not agreed"]


@dataclass(frozen=True)
class Run:
    """A team's run: what the exam measured, and the counts on which its hours rest."""

    name: str
    folder: Path
    quality: Measure
    counts: roi.Quality
    code_sha256: str

    def simulate(self) -> roi.Result:
        """Compute the hours from the inputs as they were handed in.

        Raises:
            RoiInputRefused: an input is not acceptable; names the field.
        """
        inputs = roi.read_inputs(self.folder / "submitted" / "roi_inputs.csv")
        path = self.folder / "submitted" / "timing.csv"
        timings = roi.read_timings(path) if path.exists() else None
        return roi.simulate(inputs, self.counts, timings)


@dataclass(frozen=True)
class Check:
    """The check in ninety days: what was agreed, and what was found."""

    day: date | None = None
    owner: str = ""
    stop_below: float | None = None
    """Hours in these ninety days."""
    words: str = ""
    """What the business case says about it, where no day was agreed."""
    proposed: date | None = None
    """The day of the calendar entry that the final run left, where no day was agreed."""
    found_on: date | None = None
    found_hours: float | None = None

    def status(self, today: date) -> Status:
        """Say where it stands."""
        if self.found_on:
            return "measured"
        if self.day is None:
            return "not agreed"
        return "planned" if self.day >= today else "overdue"


@dataclass(frozen=True)
class Transfer:
    """What one citizen did alone on a new case."""

    steps: int
    macro_f1: float | None
    """As computed again from the answers; None where they do not give the number stated."""

    @property
    def complete(self) -> bool:
        """Whether all the steps are there."""
        return self.steps == _STEPS


def newest_run(data: DataFolder, team: Team) -> tuple[Run | None, tuple[str, ...]]:
    """Give the newest run that came to its end with a measured quality, and what to know of it."""
    notes = []
    for path in sorted(data.finals.glob(f"*/{team.slug}/summary.json"), reverse=True):
        name = path.parent.parent.name
        summary = read_json(path)
        if not summary:
            notes.append(_damaged(name))
        elif summary.get("complete"):
            if summary.get("quality") is None:
                notes.append(
                    _("Run {name} gave no predictions to examine; its report says why.", name=name)
                )
                continue
            try:
                return _run(name, path.parent, summary), tuple(notes)
            except (KeyError, TypeError, ValueError, IndexError, RoiInputRefused):
                notes.append(_damaged(name))
        else:
            notes.append(_("Run {name} was stopped before its end.", name=name))
    return None, tuple(notes or [_("There is no final run yet.")])


def _damaged(name: str) -> str:
    return _("The record of run {name} is damaged: run its finals again.", name=name)


def _run(name: str, folder: Path, summary: Mapping[str, Any]) -> Run:
    found = summary["quality"]
    first = found["measures"][0]
    value, low, high = (_number(first["estimate"][key]) for key in ("value", "low", "high"))
    goal = None if first.get("goal") is None else _number(first["goal"])
    measure = Measure(
        name=str(first["name"]),
        title=str(first["title"]),
        estimate=Estimate(value, low, high),
        goal=goal,
        fewer_is_better=bool(first.get("fewer_is_better")),
        unit=first["unit"] if first.get("unit") in ("%", "€") else "",
        goal_source=_short(first.get("goal_source")) or USUAL,
    )
    counts = roi.Quality(
        items=_count(found["items"]),
        handled=_count(found["handled"]),
        errors=_count(found["errors"]),
        measured_on=str(found.get("measured_on", "hidden items")),
        missed=None if found.get("missed") is None else _count(found["missed"]),
        false_alarms=None if found.get("false_alarms") is None else _count(found["false_alarms"]),
    )
    return Run(name, folder, measure, counts, str(summary.get("code_sha256", "")))


def check_of(
    data: DataFolder,
    cohort: Cohort,
    team: Team,
    run: Run | None,
    found: Mapping[str, tuple[date, float]],
) -> Check:
    """Give a team's check: as agreed in the last homework of a member, and as found since."""
    on, hours = found.get(team.slug, (None, None))
    for login in team.members:
        agreed = _assigned(_handed_in(data, login, f"{_LAST_HOMEWORK}.ipynb"), "ninety_days")
        day = _day(agreed.get("day"))
        if day is not None:
            limit = _number_or_none(agreed.get("stop_below"))
            owner = _short(agreed.get("owner"))
            return Check(day, owner, limit, found_on=on, found_hours=hours)
    if run is None:
        return Check(found_on=on, found_hours=hours)
    words = words_of(load_notebook(run.folder / "submitted" / "roi.ipynb")).check
    entry = (run.folder / CHECK_IN).is_file()
    proposed = day_of_check(cohort.sessions[-1]) if entry else None
    return Check(words=_short(words), proposed=proposed, found_on=on, found_hours=hours)


def measured_checks(
    data: DataFolder, cohort: Cohort
) -> tuple[dict[str, tuple[date, float]], tuple[str, ...]]:
    """Give what `checks.csv` says by team, and the lines of it that cannot be used."""
    content = read_bounded(data.root / CHECKS_FILE, _MOST_BYTES)
    if content is None:
        return {}, ()
    known = {team.slug for team in cohort.teams}
    found: dict[str, tuple[date, float]] = {}
    problems = []
    for line, row in enumerate(_rows(content), start=2):
        day, hours = _day(row.get("day")), _number_or_none(row.get("hours"))
        place: dict[str, object] = {"file": CHECKS_FILE, "line": line}
        if row.get("team") not in known:
            problem = _("{file}, line {line}: the team is not one of this cohort.", **place)
        elif day is None:
            problem = _("{file}, line {line}: the day must be written like 2027-05-31.", **place)
        elif hours is None:
            problem = _("{file}, line {line}: the hours must be a plain number.", **place)
        else:
            found[row["team"]] = (day, hours)
            continue
        problems.append(problem)
    return found, tuple(problems)


def transfer_of(data: DataFolder, login: str) -> Transfer | None:
    """Give what a citizen did in the transfer check: handed in, else as it lies in the home."""
    record = json_object(_handed_in(data, login, "transfer.json"))
    for folder in ("session-06", _LAST_HOMEWORK):
        record = record or json_object(
            read_below(data.homes / login, f"{folder}/transfer.json", _MOST_BYTES)
        )
    if "answers" not in record:
        return None
    answers = record["answers"]
    bounded = answers[:_MOST_ANSWERS] if isinstance(answers, list) else []
    missing = transfer_steps({**record, "answers": bounded}, list(_tickets()))
    macro = None if "score" in missing else float(record["macro_f1"])
    return Transfer(_STEPS - len(missing), macro)


def _handed_in(data: DataFolder, login: str, name: str) -> bytes | None:
    return read_below(data.course / "submitted" / login, f"{_LAST_HOMEWORK}/{name}", _MOST_BYTES)


def _assigned(notebook: bytes | None, name: str) -> Mapping[str, Any]:
    """Give the last `name = dict(...)` or `name = {...}` of a notebook, read as plain values."""
    found: Mapping[str, Any] = {}
    for source in _code(json_object(notebook)):
        for statement in statements_of(source):
            if not isinstance(statement, ast.Assign) or not any(
                isinstance(target, ast.Name) and target.id == name for target in statement.targets
            ):
                continue
            found = _plain_dict(statement.value) or found
    return found


def _plain_dict(value: ast.expr) -> dict[str, Any]:
    pairs: Iterable[tuple[object, ast.expr]] = ()
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
        pairs = [(keyword.arg, keyword.value) for keyword in value.keywords]
    elif isinstance(value, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else None for key in value.keys]
        pairs = zip(keys, value.values, strict=True)
    return {
        key: item.value
        for key, item in pairs
        if isinstance(key, str) and isinstance(item, ast.Constant)
    }


def _code(notebook: Mapping[str, Any]) -> Iterator[str]:
    cells = notebook.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        source = cell.get("source") if isinstance(cell, dict) else None
        if source and cell.get("cell_type") == "code":
            yield "".join(source) if _are_texts(source) else ""


def _are_texts(source: object) -> bool:
    whole = source if isinstance(source, list) else [source]
    return all(isinstance(part, str) for part in whole)


@cache
def _tickets() -> tuple[dict[str, str], ...]:
    text = (session_folder(6) / "tickets.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))


def _rows(content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig", errors="replace")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header, *rows = [[cell.strip() for cell in row] for row in reader] or [[]]
    except csv.Error:
        return []
    names = [name.lower() for name in header]
    return [dict(zip(names, row, strict=False)) for row in rows if any(row)]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None


def _short(value: object) -> str:
    return " ".join(value.split())[:_LONGEST] if isinstance(value, str) else ""


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _number_or_none(value: object) -> float | None:
    try:
        return _number(float(str(value)))
    except ValueError:
        return None


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value

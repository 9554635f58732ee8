"""What goes into a business case: ranges with their source, counts of an exam, clocked minutes."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from bootcamp.errors import RoiInputRefused
from bootcamp.language import N_, Texts
from bootcamp.tables import rows_by_name
from bootcamp.wording import exact

__all__ = [
    "EVIDENCE",
    "FIELDS",
    "MONEY",
    "Evidence",
    "Field",
    "Input",
    "Inputs",
    "Quality",
    "Timings",
    "checked_row",
    "read_inputs",
    "read_quality",
    "read_timings",
]

_ = Texts(Path(__file__).parent / "locale", "roi")
_n = _.count

Evidence = Literal["measured", "system", "estimate"]
EVIDENCE: tuple[Evidence, ...] = ("measured", "system", "estimate")
COLUMNS = ("name", "low", "mode", "high", "unit", "source", "owner", "date", "evidence")
_FEWEST_TIMINGS = 5
_MOST_TIMINGS = 100_000
_MOST_BYTES = 2_000_000
_MOST_ROWS = 2 * _MOST_TIMINGS
# What our notebooks say that they have counted on; whatever else stands there is said as it is.
_COUNTED_ON = (
    N_("items with known answers"),
    N_("new cases"),
    N_("catch-up cases"),
    N_("practice cases"),
    N_("forty invoices of a made-up team"),
)
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Field:
    """What an input means, its unit, and the range outside which it must be a mistake."""

    label: str
    unit: str
    least: float
    most: float
    example: str


FIELDS: Mapping[str, Field] = {
    "volume": Field(N_("Items a year"), N_("items a year"), 1, 100_000_000, "18000"),
    "adoption": Field(N_("Share of items that will go through the tool"), N_("share"), 0, 1, "0.7"),
    "baseline_minutes": Field(N_("Minutes an item by hand, today"), N_("minutes"), 0, 480, "4.5"),
    "human_error_rate": Field(
        N_("Share of items handled wrongly today"), N_("share"), 0, 1, "0.05"
    ),
    "review_minutes": Field(
        N_("Minutes to check what the tool proposes"), N_("minutes"), 0, 480, "0.8"
    ),
    "exception_minutes": Field(
        N_("Minutes for an item it leaves to people"), N_("minutes"), 0, 480, "4.5"
    ),
    "fix_minutes": Field(N_("Minutes to repair one mistake"), N_("minutes"), 0, 480, "12"),
    "upkeep_hours": Field(
        N_("Hours a year to look after the tool"), N_("hours a year"), 0, 20_000, "40"
    ),
    "ramp_months": Field(N_("Months until everybody uses it"), N_("months"), 0, 36, "4"),
}
"""The inputs that every team gives, in the order of the table."""

MONEY: Mapping[str, Field] = {
    "hour_cost": Field(
        N_("What an hour of this work costs the company"), N_("euros"), 1, 1_000, "38"
    ),
    "reused_share": Field(
        N_("Share of the saved time with a named new use"), N_("share"), 0, 1, "0.5"
    ),
    "licence_cost": Field(N_("Licences a year"), N_("euros a year"), 0, 10_000_000, "600"),
    "model_cost": Field(N_("The model's use a year"), N_("euros a year"), 0, 10_000_000, "240"),
    "hosting_cost": Field(N_("Hosting a year"), N_("euros a year"), 0, 10_000_000, "300"),
    "builders": Field(N_("People who built it"), N_("people"), 1, 1_000, "4"),
    "homework_hours": Field(
        N_("Hours each of them worked between the sessions"), N_("hours"), 0, 500, "9"
    ),
    "facilitator_hours": Field(
        N_("Hours of the facilitator for this team"), N_("hours"), 0, 500, "10"
    ),
    "missed_cost": Field(
        N_("What a miss costs that nobody notices"), N_("euros"), 0, 1_000_000, "80"
    ),
    "false_alarm_cost": Field(N_("What a false alarm costs"), N_("euros"), 0, 1_000_000, "4"),
}
"""The inputs of the money's side: all of them or none, and rows that nobody has begun are none."""


@dataclass(frozen=True)
class Input:
    """One row of the inputs: a range of values, and where it comes from."""

    name: str
    low: float
    mode: float
    high: float
    unit: str
    source: str
    owner: str
    date: date
    evidence: Evidence

    @property
    def label(self) -> str:
        """The input's meaning in words."""
        return _(_meaning(self.name).label)

    @property
    def unit_in_words(self) -> str:
        """The unit as people read it; the file has `unit`."""
        return _(self.unit)


@dataclass(frozen=True)
class Inputs:
    """All inputs of one team, each exactly once."""

    rows: tuple[Input, ...]
    """On time, in the order of `FIELDS`."""
    money: Mapping[str, Input] = field(default_factory=dict)
    """On money, by name: all of `MONEY`, or none."""

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Inputs:
        """Check rows whose keys are `COLUMNS`; values may be texts, as a CSV file has them.

        Raises:
            RoiInputRefused: a row is missing, twice, blank or out of range; names the field.
        """
        given = [checked_row(row) for row in _without_untouched_money(rows)]
        names = Counter(row.name for row in given)
        for name, count in names.items():
            if count > 1:
                raise RoiInputRefused(
                    _("{name} stands in {count} rows; keep one.", name=name, count=count)
                )
        wanted = [*FIELDS, *(MONEY if names.keys() & MONEY.keys() else ())]
        missing = [name for name in wanted if name not in names]
        if missing:
            problem = _("{name} is missing: add a row for it, with its source.", name=missing[0])
            if missing[0] in MONEY:
                problem += " " + _("The money's side needs all of its rows.")
            raise RoiInputRefused(problem)
        by_name = {row.name: row for row in given}
        money_rows = {name: by_name[name] for name in MONEY if name in by_name}
        return cls(tuple(by_name[name] for name in FIELDS), money_rows)

    def __getitem__(self, name: str) -> Input:
        """Give the row of the input `name`; KeyError when there is none."""
        return {**{row.name: row for row in self.rows}, **self.money}[name]


@dataclass(frozen=True)
class Quality:
    """What the tool did on items whose right answer is known.

    Of `items`, it handled `handled`; of these, `errors` were wrong. The rest went to a person.
    """

    items: int
    handled: int
    errors: int
    measured_on: str = _COUNTED_ON[0]
    missed: int | None = None
    """Items in which it overlooked what it should have found, where the case knows such."""
    false_alarms: int | None = None
    run: str = ""
    """The final run that counted; empty where a team has counted for itself."""
    data_sha256: str = ""
    """Of the items counted on."""

    @property
    def counted_on(self) -> str:
        """What was counted on, as people read it."""
        return _(self.measured_on) if self.measured_on else ""

    def __post_init__(self) -> None:
        if self.items < 1:
            raise RoiInputRefused(
                _("items must be at least 1: run the solution on some items first.")
            )
        for name, count, most in (
            ("handled", self.handled, self.items),
            ("errors", self.errors, self.handled),
            ("missed", self.missed, self.items),
            ("false_alarms", self.false_alarms, self.items),
        ):
            if count is not None and not 0 <= count <= most:
                raise RoiInputRefused(
                    _(
                        "{name} is {count}: it must be from 0 to {most}.",
                        name=name,
                        count=count,
                        most=most,
                    )
                )


@dataclass(frozen=True)
class Timings:
    """Minutes an item, as clocked: by hand (`baseline`) and checking the tool (`review`)."""

    baseline: tuple[float, ...] = ()
    review: tuple[float, ...] = ()


def read_inputs(path: Path | str) -> Inputs:
    """Read the inputs' table; the separator may be a comma, a semicolon or a tab.

    Raises:
        RoiInputRefused: the file is missing or a field is not acceptable; names the field.
    """
    rows = _table(Path(path), COLUMNS)
    return Inputs.from_rows(row for row in rows if any(row.values()))


def read_timings(path: Path | str) -> Timings:
    """Read a timing log with the columns `step` (`baseline` or `review`) and `minutes`.

    Raises:
        RoiInputRefused: the file is missing or a row is not acceptable; names the line.
    """
    path = Path(path)
    minutes: dict[str, list[float]] = {"baseline": [], "review": []}
    for line, row in enumerate(_table(path, ("step", "minutes")), start=2):
        if not any(row.values()):
            continue
        if row["step"] not in minutes:
            raise RoiInputRefused(
                _(
                    "{file}, line {line}: step is '{step}'; write baseline or review.",
                    file=path.name,
                    line=line,
                    step=row["step"][:40],
                )
            )
        where = _("{file}, line {line}: minutes", file=path.name, line=line)
        minutes[row["step"]].append(_number(where, row["minutes"], 0, 480, "3.5"))
    for step, values in minutes.items():
        if values and not _FEWEST_TIMINGS <= len(values) <= _MOST_TIMINGS:
            raise RoiInputRefused(
                _n(
                    "{file}: {step} has {n} timing; give at least {least}.",
                    "{file}: {step} has {n} timings; give at least {least}.",
                    len(values),
                    file=path.name,
                    step=step,
                    least=_FEWEST_TIMINGS,
                )
            )
    return Timings(tuple(minutes["baseline"]), tuple(minutes["review"]))


def read_quality(path: Path | str) -> Quality:
    """Read the counts of an exam: `items`, `handled`, `errors`, and where they come from.

    Raises:
        RoiInputRefused: the file is missing, not JSON, or a count is impossible.
    """
    path = Path(path)
    try:
        found = json.loads(_text(path))
    except ValueError:
        raise RoiInputRefused(
            _("{file} is damaged: run the solution again.", file=path.name)
        ) from None
    counts: dict[str, int] = {}
    for name in ("items", "handled", "errors"):
        value = found.get(name) if isinstance(found, dict) else None
        if not isinstance(value, int) or isinstance(value, bool):
            raise RoiInputRefused(
                _(
                    "{file}: {name} must be a whole number; run it again.",
                    file=path.name,
                    name=name,
                )
            )
        counts[name] = value
    source = str(found.get("measured_on", _COUNTED_ON[0]))[:200]
    missed, alarms = (_count_or_none(found.get(name)) for name in ("missed", "false_alarms"))
    run, data = (str(found.get(name, ""))[:64] for name in ("run", "data_sha256"))
    return Quality(
        counts["items"], counts["handled"], counts["errors"], source, missed, alarms, run, data
    )


def _count_or_none(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _meaning(name: str) -> Field:
    return FIELDS[name] if name in FIELDS else MONEY[name]


def _without_untouched_money(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out the money's rows while all are as the empty form has them: a name and a unit."""
    given = list(rows)
    filled = [column for column in COLUMNS if column not in ("name", "unit")]
    money = [row for row in given if _cell(row.get("name")) in MONEY]
    begun = any(_cell(row.get(column)) for row in money for column in filled)
    return given if begun else [row for row in given if _cell(row.get("name")) not in MONEY]


def checked_row(row: Mapping[str, Any]) -> Input:
    """Give one row of the table, whatever the others hold.

    Raises:
        RoiInputRefused: it is no input, blank or out of range; names the field.
    """
    texts = {column: _cell(row.get(column)) for column in COLUMNS}
    name = texts["name"]
    if name not in FIELDS and name not in MONEY:
        known = ", ".join([*FIELDS, *MONEY])
        raise RoiInputRefused(
            _("'{name}' is not an input; the inputs are: {known}.", name=name[:40], known=known)
            if name
            else _("A row without a name is not an input; the inputs are: {known}.", known=known)
        )
    meaning = _meaning(name)
    for column in COLUMNS:
        if not texts[column]:
            problem = _(
                "{name}, {column} is blank: fill it in, nothing is assumed.",
                name=name,
                column=column,
            )
            if meaning.unit.startswith("euros"):
                problem += " " + _("A cost that you do not have is 0.")
            raise RoiInputRefused(problem)
    low, mode, high = (
        _number(f"{name}, {column}", texts[column], meaning.least, meaning.most, meaning.example)
        for column in ("low", "mode", "high")
    )
    if not low <= mode <= high:
        raise RoiInputRefused(
            _(
                "{name}: low, mode and high must rise, and are {low}, {mode}, {high}.",
                name=name,
                low=exact(low),
                mode=exact(mode),
                high=exact(high),
            )
        )
    if texts["unit"].casefold() != meaning.unit:
        raise RoiInputRefused(
            _(
                "{name}, unit is '{found}': give it in {unit}.",
                name=name,
                found=texts["unit"][:40],
                unit=meaning.unit,
            )
        )
    evidence = next((kind for kind in EVIDENCE if kind == texts["evidence"].casefold()), None)
    if evidence is None:
        raise RoiInputRefused(
            _(
                "{name}, evidence is '{found}': write measured, system or estimate.",
                name=name,
                found=texts["evidence"][:40],
            )
        )
    if evidence == "estimate" and low == high:
        raise RoiInputRefused(
            _("{name} is an estimate: give it a range, low below high.", name=name)
        )
    return Input(
        name, low, mode, high, meaning.unit, texts["source"], texts["owner"],
        _day(f"{name}, date", texts["date"]), evidence,
    )  # fmt: skip


def _cell(value: object) -> str:
    return "" if value is None else str(value).strip()


def _number(where: str, text: str, least: float, most: float, example: str) -> float:
    if not _PLAIN_NUMBER.fullmatch(text):
        raise RoiInputRefused(
            _(
                "{where} is '{found}': write a plain number like {example}, with a point for "
                "decimals, no spaces and no signs.",
                where=where,
                found=text[:40],
                example=example,
            )
        )
    number = float(text)
    if not least <= number <= most:
        raise RoiInputRefused(
            _(
                "{where} is {found}: it must be from {least} to {most}, like {example}.",
                where=where,
                found=text[:40],
                least=exact(least),
                most=exact(most),
                example=example,
            )
        )
    return number


def _day(where: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RoiInputRefused(
            _(
                "{where} is '{found}': write year-month-day, like 2027-01-11.",
                where=where,
                found=text[:40],
            )
        ) from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise RoiInputRefused(_("{file} is too large to be what it should be.", file=path.name))
        return raw.decode("utf-8-sig")
    except OSError:
        raise RoiInputRefused(_("There is no readable file {file} here.", file=path.name)) from None
    except UnicodeDecodeError:
        raise RoiInputRefused(
            _("{file} is not UTF-8: save it as 'CSV UTF-8'.", file=path.name)
        ) from None


def _table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    text = _text(path)
    header = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=max(",;\t", key=header.count))
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        found = list(islice(rows_by_name(names, reader), _MOST_ROWS + 1))
    except csv.Error:
        raise RoiInputRefused(
            _("{file} is not a readable table: save it as CSV.", file=path.name)
        ) from None
    missing = [column for column in columns if column not in names]
    if missing:
        raise RoiInputRefused(
            _(
                "{file}: the column '{column}' is missing in line 1.",
                file=path.name,
                column=missing[0],
            )
        )
    if len(found) > _MOST_ROWS:
        raise RoiInputRefused(
            _(
                "{file} has more than {most:,} rows: keep those you mean.",
                file=path.name,
                most=_MOST_ROWS,
            )
        )
    return [{column: _cell(row.get(column)) for column in columns} for row in found]

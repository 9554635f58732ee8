"""Hours saved a year: what goes in with its source, what comes out with its interval.

Pure arithmetic. The teams' ROI notebook and the final runs use the same functions, so this module
imports numpy, the standard library and `bootcamp.errors` only.

Hours a year at full use (`hours_a_year`):

    H = V·a·[(t_b + e_b·t_fix) - c·(r + e·t_fix) - (1-c)·(r + t_exc + e_b·t_fix)]/60 - M

with V the volume a year, a the adoption, t_b the minutes by hand, e_b the error rate by hand,
c the share that the tool handles, e its error rate on data it has never seen, r the minutes of
review on every item, t_exc the minutes of an exception done by hand, t_fix the minutes of a repair
and M the upkeep in hours. What the tool did comes from counts (`Quality`): e follows
Beta(errors + 1, handled - errors + 1), the posterior of a rate under a flat prior (Bayes, Laplace);
c likewise. Minutes come from the timing log by the bootstrap (Efron 1979) where there is one. All
else is triangular between low, mode and high, as in Hubbard, "How to Measure Anything".
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from bootcamp.errors import RoiInputRefused

__all__ = [
    "FIELDS",
    "Evidence",
    "Field",
    "Input",
    "Inputs",
    "Interval",
    "Quality",
    "Result",
    "Swing",
    "Timings",
    "hours_a_year",
    "naive_hours",
    "read_inputs",
    "read_quality",
    "read_timings",
    "simulate",
]

Evidence = Literal["measured", "system", "estimate"]
Floats: TypeAlias = NDArray[np.float64]

DRAWS = 10_000
SEED = 20_270_111
COLUMNS = ("name", "low", "mode", "high", "unit", "source", "owner", "date", "evidence")
_EVIDENCE: tuple[Evidence, ...] = ("measured", "system", "estimate")
_FEWEST_TIMINGS = 5
_MOST_TIMINGS = 100_000
_MOST_BYTES = 2_000_000
_MONTHS = np.arange(1, 13)
# A step of this size is far below the spread that any exam of up to a million items can have.
_RATE_GRID = np.linspace(0.0, 1.0, 20_001)
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
    "volume": Field("Items a year", "items a year", 1, 100_000_000, "18000"),
    "adoption": Field("Share of items that will go through the tool", "share", 0, 1, "0.7"),
    "baseline_minutes": Field("Minutes an item by hand, today", "minutes", 0, 480, "4.5"),
    "human_error_rate": Field("Share of items handled wrongly today", "share", 0, 1, "0.05"),
    "review_minutes": Field("Minutes to check what the tool proposes", "minutes", 0, 480, "0.8"),
    "exception_minutes": Field("Minutes for an item it leaves to people", "minutes", 0, 480, "4.5"),
    "fix_minutes": Field("Minutes to repair one mistake", "minutes", 0, 480, "12"),
    "upkeep_hours": Field("Hours a year to look after the tool", "hours a year", 0, 20_000, "40"),
    "ramp_months": Field("Months until everybody uses it", "months", 0, 36, "4"),
}
"""The inputs that every team gives, in the order of the table."""

_MEASURED_LABELS = {
    "handled_share": "Share of items the tool handles",
    "error_rate": "Share of its answers that are wrong",
}


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
        return FIELDS[self.name].label


@dataclass(frozen=True)
class Inputs:
    """All inputs of one team, each exactly once."""

    rows: tuple[Input, ...]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Inputs:
        """Check rows whose keys are `COLUMNS`; values may be texts, as a CSV file has them.

        Raises:
            RoiInputRefused: a row is missing, twice, blank or out of range; names the field.
        """
        given = [_checked_row(row) for row in rows]
        names = Counter(row.name for row in given)
        for name, count in names.items():
            if count > 1:
                raise RoiInputRefused(f"{name} stands in {count} rows; keep one.")
        missing = [name for name in FIELDS if name not in names]
        if missing:
            raise RoiInputRefused(f"{missing[0]} is missing: add a row for it, with its source.")
        order = list(FIELDS)
        return cls(tuple(sorted(given, key=lambda row: order.index(row.name))))

    def __getitem__(self, name: str) -> Input:
        """Give the row of the input `name`."""
        return next(row for row in self.rows if row.name == name)


@dataclass(frozen=True)
class Quality:
    """What the tool did on items whose right answer is known.

    Of `items`, it handled `handled`; of these, `errors` were wrong. The rest went to a person.
    """

    items: int
    handled: int
    errors: int
    measured_on: str = "items with known answers"

    def __post_init__(self) -> None:
        if self.items < 1:
            raise RoiInputRefused("items must be at least 1: run the solution on some items first.")
        if not 0 <= self.handled <= self.items:
            raise RoiInputRefused(f"handled is {self.handled}: it must be from 0 to {self.items}.")
        if not 0 <= self.errors <= self.handled:
            raise RoiInputRefused(f"errors is {self.errors}: it must be from 0 to {self.handled}.")


@dataclass(frozen=True)
class Timings:
    """Minutes an item, as clocked: by hand (`baseline`) and checking the tool (`review`)."""

    baseline: tuple[float, ...] = ()
    review: tuple[float, ...] = ()


@dataclass(frozen=True)
class Interval:
    """The middle of the draws and the range that holds nine tenths of them."""

    p5: float
    p50: float
    p95: float

    @classmethod
    def of(cls, draws: Floats) -> Interval:
        """Summarise draws."""
        p5, p50, p95 = np.percentile(draws, [5, 50, 95])
        return cls(float(p5), float(p50), float(p95))

    def __str__(self) -> str:
        return f"{self.p50:,.0f} [{self.p5:,.0f} to {self.p95:,.0f}]"


@dataclass(frozen=True)
class Swing:
    """Hours a year with one input at its P10 and its P90, all others at their middle."""

    name: str
    label: str
    at_p10: float
    at_p90: float

    @property
    def size(self) -> float:
        """How far the hours move, whichever way."""
        return abs(self.at_p90 - self.at_p10)


@dataclass(frozen=True)
class Result:
    """What a simulation gives. Hours are hours a year; `None` break-evens cannot be reached."""

    hours: Interval
    year_one: Interval
    chance_positive: float
    naive: float
    evidence: Mapping[Evidence, int]
    break_even_adoption: float | None
    break_even_accuracy: float | None
    tornado: tuple[Swing, ...]
    notes: tuple[str, ...]
    draws: Floats = field(repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Give everything but the draws, ready for a JSON file."""
        return {
            "hours_a_year": _interval_dict(self.hours),
            "hours_first_year": _interval_dict(self.year_one),
            "chance_positive": self.chance_positive,
            "naive_hours": self.naive,
            "evidence": dict(self.evidence),
            "break_even_adoption": self.break_even_adoption,
            "break_even_accuracy": self.break_even_accuracy,
            "tornado": [
                {"name": swing.name, "at_p10": swing.at_p10, "at_p90": swing.at_p90}
                for swing in self.tornado
            ],
            "notes": list(self.notes),
        }


@overload
def hours_a_year(
    *,
    volume: float,
    adoption: float,
    baseline_minutes: float,
    human_error_rate: float,
    handled_share: float,
    error_rate: float,
    review_minutes: float,
    exception_minutes: float,
    fix_minutes: float,
    upkeep_hours: float,
) -> float: ...
@overload
def hours_a_year(
    *,
    volume: Floats,
    adoption: Floats,
    baseline_minutes: Floats,
    human_error_rate: Floats,
    handled_share: Floats,
    error_rate: Floats,
    review_minutes: Floats,
    exception_minutes: Floats,
    fix_minutes: Floats,
    upkeep_hours: Floats,
) -> Floats: ...
def hours_a_year(
    *,
    volume: Any,
    adoption: Any,
    baseline_minutes: Any,
    human_error_rate: Any,
    handled_share: Any,
    error_rate: Any,
    review_minutes: Any,
    exception_minutes: Any,
    fix_minutes: Any,
    upkeep_hours: Any,
) -> Any:
    """Give the hours saved in a year at full use: the module's formula, for numbers or arrays.

    Today an item costs its minutes and now and then a repair. With the tool every item is looked
    at; a handled one may still need a repair, and an exception is done by hand, with the errors of
    work by hand. Upkeep is paid whatever the volume.
    """
    today = baseline_minutes + human_error_rate * fix_minutes
    handled = review_minutes + error_rate * fix_minutes
    exception = review_minutes + exception_minutes + human_error_rate * fix_minutes
    saved = today - handled_share * handled - (1 - handled_share) * exception
    return volume * adoption * saved / 60 - upkeep_hours


def naive_hours(volume: float, baseline_minutes: float) -> float:
    """Give V·t_b/60: every minute of today saved, which is what an optimist multiplies out."""
    return volume * baseline_minutes / 60


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
        where = f"{path.name}, line {line}"
        if row["step"] not in minutes:
            raise RoiInputRefused(f"{where}: step is '{row['step']}'; write baseline or review.")
        minutes[row["step"]].append(_number(f"{where}: minutes", row["minutes"], 0, 480, "3.5"))
    for step, values in minutes.items():
        if values and not _FEWEST_TIMINGS <= len(values) <= _MOST_TIMINGS:
            raise RoiInputRefused(
                f"{path.name}: {step} has {len(values)} timings; give at least {_FEWEST_TIMINGS}."
            )
    return Timings(tuple(minutes["baseline"]), tuple(minutes["review"]))


def read_quality(path: Path | str) -> Quality:
    """Read the counts of an exam: `items`, `handled`, `errors` and `measured_on`.

    Raises:
        RoiInputRefused: the file is missing, not JSON, or a count is impossible.
    """
    path = Path(path)
    try:
        found = json.loads(_text(path))
    except ValueError:
        raise RoiInputRefused(f"{path.name} is damaged: run the solution again.") from None
    counts: dict[str, int] = {}
    for name in ("items", "handled", "errors"):
        value = found.get(name) if isinstance(found, dict) else None
        if not isinstance(value, int) or isinstance(value, bool):
            raise RoiInputRefused(f"{path.name}: {name} must be a whole number; run it again.")
        counts[name] = value
    source = str(found.get("measured_on", "items with known answers"))[:200]
    return Quality(counts["items"], counts["handled"], counts["errors"], source)


def simulate(
    inputs: Inputs,
    quality: Quality,
    timings: Timings | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Result:
    """Draw every uncertain number `draws` times and give the distribution of the hours.

    Each input has a random stream of its own, so that changing one leaves the others' draws as
    they were. Year one is the sum over its months of ramp(m)·H/12, the ramp rising in a straight
    line to 1 in the month `ramp_months`. The same call gives the same result on any machine.
    """
    log = timings or Timings()
    drawn, ramp_months = _draw_all(inputs, quality, log, draws, seed)
    hours = hours_a_year(**drawn)
    ramp = np.minimum(1.0, _MONTHS / np.maximum(ramp_months, 1e-9)[:, None])
    middle = {name: float(np.median(values)) for name, values in drawn.items()}
    clocked = _clocked(log)
    evidence = Counter(dict.fromkeys(_EVIDENCE, 0))
    evidence.update("measured" if row.name in clocked else row.evidence for row in inputs.rows)
    evidence.update(["measured", "measured"])  # the exam's error rate and share handled
    return Result(
        hours=Interval.of(hours),
        year_one=Interval.of(hours * ramp.mean(axis=1)),
        chance_positive=float(np.mean(hours > 0)),
        naive=naive_hours(inputs["volume"].mode, inputs["baseline_minutes"].mode),
        evidence=dict(evidence),
        break_even_adoption=_break_even_adoption(middle),
        break_even_accuracy=_break_even_accuracy(middle),
        tornado=_tornado(drawn, middle),
        notes=_notes(inputs, clocked),
        draws=hours,
    )


def _draw_all(
    inputs: Inputs, quality: Quality, log: Timings, draws: int, seed: int
) -> tuple[dict[str, Floats], Floats]:
    names = [*FIELDS, *_MEASURED_LABELS]
    streams = {
        name: np.random.default_rng([seed, place]) for place, name in enumerate(sorted(names))
    }
    clocked = _clocked(log)
    drawn: dict[str, Floats] = {}
    for row in inputs.rows:
        if row.name in clocked:
            drawn[row.name] = _bootstrap(streams[row.name], clocked[row.name], draws)
        else:
            drawn[row.name] = _triangular(streams[row.name].random(draws), row)
    drawn["handled_share"] = _rate(
        streams["handled_share"].random(draws), quality.handled, quality.items
    )
    drawn["error_rate"] = _rate(
        streams["error_rate"].random(draws), quality.errors, quality.handled
    )
    return drawn, drawn.pop("ramp_months")


def _clocked(log: Timings) -> dict[str, tuple[float, ...]]:
    known = {"baseline_minutes": log.baseline, "review_minutes": log.review}
    return {name: values for name, values in known.items() if values}


def _triangular(uniform: Floats, row: Input) -> Floats:
    """Turn uniform draws into triangular ones by the inverse of the distribution function."""
    width = row.high - row.low
    if width == 0:
        return np.full(uniform.shape, row.mode)
    turn = (row.mode - row.low) / width
    rising = row.low + np.sqrt(uniform * width * (row.mode - row.low))
    falling = row.high - np.sqrt((1 - uniform) * width * (row.high - row.mode))
    return np.where(uniform < turn, rising, falling)


def _rate(uniform: Floats, events: int, trials: int) -> Floats:
    """Turn uniform draws into draws of Beta(events + 1, trials - events + 1).

    By the inverse of the distribution function, on a grid: one more event moves every draw up,
    never down, which a rejection sampler would not promise.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.zeros_like(_RATE_GRID)
        if events:
            logs += events * np.log(_RATE_GRID)
        if trials > events:
            logs += (trials - events) * np.log1p(-_RATE_GRID)
    density = np.exp(logs - logs.max())
    steps = (density[1:] + density[:-1]) / 2
    cumulated = np.concatenate(([0.0], np.cumsum(steps)))
    return np.interp(uniform, cumulated / cumulated[-1], _RATE_GRID)


def _bootstrap(rng: np.random.Generator, values: Sequence[float], draws: int) -> Floats:
    """Give `draws` means of samples drawn from the log with replacement, a block at a time."""
    log = np.asarray(values, dtype=np.float64)
    block = max(1, 2_000_000 // log.size)
    means = [
        log[rng.integers(0, log.size, size=(min(block, draws - start), log.size))].mean(axis=1)
        for start in range(0, draws, block)
    ]
    return np.concatenate(means)


def _tornado(drawn: Mapping[str, Floats], middle: Mapping[str, float]) -> tuple[Swing, ...]:
    swings = []
    for name, values in drawn.items():
        low, high = (float(value) for value in np.percentile(values, [10, 90]))
        label = _MEASURED_LABELS.get(name) or FIELDS[name].label
        at_p10 = hours_a_year(**{**middle, name: low})
        at_p90 = hours_a_year(**{**middle, name: high})
        swings.append(Swing(name, label, at_p10, at_p90))
    return tuple(sorted(swings, key=lambda swing: swing.size, reverse=True))


def _break_even_adoption(middle: Mapping[str, float]) -> float | None:
    """Give the adoption at which H is 0, the others at their middle; None if above 1 or never."""
    at_full_use = hours_a_year(**{**middle, "adoption": 1.0}) + middle["upkeep_hours"]
    if at_full_use <= 0:
        return None
    needed = middle["upkeep_hours"] / at_full_use
    return needed if needed <= 1 else None


def _break_even_accuracy(middle: Mapping[str, float]) -> float | None:
    """Give the share of handled items that must be right for H = 0; H is linear in the errors.

    Zero means that even a tool that is always wrong would pay; None that none is good enough.
    """
    perfect = hours_a_year(**{**middle, "error_rate": 0.0})
    useless = hours_a_year(**{**middle, "error_rate": 1.0})
    if perfect < 0:
        return None
    if useless >= 0:
        return 0.0
    return 1 - perfect / (perfect - useless)


def _notes(inputs: Inputs, clocked: Mapping[str, Sequence[float]]) -> tuple[str, ...]:
    notes = []
    for name, values in clocked.items():
        row, mean = inputs[name], math.fsum(values) / len(values)
        if not row.low <= mean <= row.high:
            notes.append(
                f"{name}: the {len(values)} timings average {mean:.2f} minutes, outside the range"
                f" {row.low:g} to {row.high:g} in the table; the timings are used."
            )
    return tuple(notes)


def _checked_row(row: Mapping[str, Any]) -> Input:
    texts = {column: _cell(row.get(column)) for column in COLUMNS}
    name = texts["name"]
    if name not in FIELDS:
        shown = f"'{name}'" if name else "A row without a name"
        raise RoiInputRefused(f"{shown} is not an input; the inputs are: {', '.join(FIELDS)}.")
    meaning = FIELDS[name]
    for column in COLUMNS:
        if not texts[column]:
            raise RoiInputRefused(f"{name}, {column} is blank: fill it in, nothing is assumed.")
    low, mode, high = (
        _number(f"{name}, {column}", texts[column], meaning.least, meaning.most, meaning.example)
        for column in ("low", "mode", "high")
    )
    if not low <= mode <= high:
        raise RoiInputRefused(
            f"{name}: low, mode and high must rise, and are {low:g}, {mode:g}, {high:g}."
        )
    if texts["unit"].casefold() != meaning.unit:
        raise RoiInputRefused(f"{name}, unit is '{texts['unit']}': give it in {meaning.unit}.")
    evidence = next((kind for kind in _EVIDENCE if kind == texts["evidence"].casefold()), None)
    if evidence is None:
        raise RoiInputRefused(
            f"{name}, evidence is '{texts['evidence']}': write measured, system or estimate."
        )
    if evidence == "estimate" and low == high:
        raise RoiInputRefused(f"{name} is an estimate: give it a range, low below high.")
    return Input(
        name, low, mode, high, meaning.unit, texts["source"], texts["owner"],
        _day(f"{name}, date", texts["date"]), evidence,
    )  # fmt: skip


def _cell(value: object) -> str:
    return "" if value is None else str(value).strip()


def _number(where: str, text: str, least: float, most: float, example: str) -> float:
    if not _PLAIN_NUMBER.fullmatch(text):
        raise RoiInputRefused(
            f"{where} is '{text[:40]}': write a plain number like {example}, with a point for"
            " decimals, no spaces and no signs."
        )
    number = float(text)
    if not least <= number <= most:
        raise RoiInputRefused(
            f"{where} is {text[:40]}: it must be from {least:g} to {most:,g}, like {example}."
        )
    return number


def _day(where: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RoiInputRefused(
            f"{where} is '{text[:40]}': write year-month-day, like 2027-01-11."
        ) from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise RoiInputRefused(f"{path.name} is too large to be what it should be.")
        return raw.decode("utf-8-sig")
    except OSError:
        raise RoiInputRefused(f"There is no readable file {path.name} here.") from None
    except UnicodeDecodeError:
        raise RoiInputRefused(f"{path.name} is not UTF-8: save it as 'CSV UTF-8'.") from None


def _table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    text = _text(path)
    header = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(), delimiter=max(",;\t", key=header.count))
    reader.fieldnames = [(name or "").strip().lower() for name in reader.fieldnames or []]
    missing = [column for column in columns if column not in reader.fieldnames]
    if missing:
        raise RoiInputRefused(f"{path.name}: the column '{missing[0]}' is missing in line 1.")
    try:
        found = list(reader)
    except csv.Error:
        raise RoiInputRefused(f"{path.name} is not a readable table: save it as CSV.") from None
    return [{column: _cell(row.get(column)) for column in columns} for row in found]


def _interval_dict(interval: Interval) -> dict[str, float]:
    return {"p5": interval.p5, "p50": interval.p50, "p95": interval.p95}

"""Hours saved a year: the formula, its simulation, and what the result hangs on.

Hours a year at full use (`hours_a_year`):

    H = V·a·[(t_b + e_b·t_fix) - c·(r + e·t_fix) - (1-c)·(r + t_exc + e_b·t_fix)]/60 - M

with V the volume a year, a the adoption, t_b the minutes by hand, e_b the error rate by hand,
c the share that the tool handles, e its error rate on data it has never seen, r the minutes of
review on every item, t_exc the minutes of an exception done by hand, t_fix the minutes of a repair
and M the upkeep in hours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

import numpy as np

from bootcamp.language import N_, Texts
from bootcamp.roi.cash import Cash, cash, ramp
from bootcamp.roi.doubts import doubts
from bootcamp.roi.draws import DRAWS, SEED, Floats, Interval, bootstrap, rate, stream, triangular
from bootcamp.roi.inputs import EVIDENCE, FIELDS, Evidence, Inputs, Quality, Timings

__all__ = ["Result", "Swing", "hours_a_year", "naive_hours", "simulate"]

_ = Texts(Path(__file__).parent / "locale", "roi")

_MEASURED_LABELS = {
    "handled_share": N_("Share of items the tool handles"),
    "error_rate": N_("Share of its answers that are wrong"),
}


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
    known: Mapping[str, Evidence]
    """How each input is known, by name; a clocked one is measured, whatever its row says."""
    break_even_adoption: float | None
    break_even_accuracy: float | None
    tornado: tuple[Swing, ...]
    notes: tuple[str, ...]
    cash: Cash | None
    """None when the inputs have nothing on money."""
    draws: Floats = field(repr=False, compare=False)
    """Hours a year, a value a draw."""
    year_one_draws: Floats = field(repr=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Give everything but the draws, ready for a JSON file."""
        return {
            "hours_a_year": self.hours.as_dict(),
            "hours_first_year": self.year_one.as_dict(),
            "chance_positive": self.chance_positive,
            "naive_hours": self.naive,
            "evidence": dict(self.evidence),
            "break_even_adoption": self.break_even_adoption,
            "break_even_accuracy": self.break_even_accuracy,
            "tornado": [
                {"name": swing.name, "at_p10": swing.at_p10, "at_p90": swing.at_p90}
                for swing in self.tornado
            ],
            "cash": self.cash.as_dict() if self.cash else None,
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
    year_one = hours * ramp(12, ramp_months).mean(axis=1)
    middle = {name: float(np.median(values)) for name, values in drawn.items()}
    clocked = _clocked(log)
    evidence = Counter(dict.fromkeys(EVIDENCE, 0))
    known = {row.name: row.evidence for row in (*inputs.rows, *inputs.money.values())}
    known |= dict.fromkeys(clocked, "measured")
    evidence.update(known.values())
    evidence.update(["measured", "measured"])  # the exam's error rate and share handled
    return Result(
        hours=Interval.of(hours),
        year_one=Interval.of(year_one),
        chance_positive=float(np.mean(hours > 0)),
        naive=naive_hours(inputs["volume"].mode, inputs["baseline_minutes"].mode),
        evidence=dict(evidence),
        known=known,
        break_even_adoption=_break_even_adoption(middle),
        break_even_accuracy=_break_even_accuracy(middle),
        tornado=_tornado(drawn, middle),
        notes=doubts(inputs, clocked),
        cash=cash(inputs, quality, hours, drawn["volume"] * drawn["adoption"], ramp_months, seed),
        draws=hours,
        year_one_draws=year_one,
    )


def _draw_all(
    inputs: Inputs, quality: Quality, log: Timings, draws: int, seed: int
) -> tuple[dict[str, Floats], Floats]:
    names = [*FIELDS, *_MEASURED_LABELS]
    streams = {name: stream(seed, place) for place, name in enumerate(sorted(names))}
    clocked = _clocked(log)
    drawn: dict[str, Floats] = {}
    for row in inputs.rows:
        if row.name in clocked:
            drawn[row.name] = bootstrap(streams[row.name], clocked[row.name], draws)
        else:
            drawn[row.name] = triangular(streams[row.name].random(draws), row)
    drawn["handled_share"] = rate(
        streams["handled_share"].random(draws), quality.handled, quality.items
    )
    drawn["error_rate"] = rate(streams["error_rate"].random(draws), quality.errors, quality.handled)
    return drawn, drawn.pop("ramp_months")


def _clocked(log: Timings) -> dict[str, tuple[float, ...]]:
    known = {"baseline_minutes": log.baseline, "review_minutes": log.review}
    return {name: values for name, values in known.items() if values}


def _tornado(drawn: Mapping[str, Floats], middle: Mapping[str, float]) -> tuple[Swing, ...]:
    swings = []
    for name, values in drawn.items():
        low, high = (float(value) for value in np.percentile(values, [10, 90]))
        label = _(_MEASURED_LABELS.get(name) or FIELDS[name].label)
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

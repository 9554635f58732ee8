"""The money's side of a business case: what the hours are worth, and when the work is paid back.

For each simulated year, with H the hours saved at full use:

    worth = H·w·k,  running = licences + model + hosting,  cash a year = worth - running
    build = (people·(24 + homework hours) + facilitator's hours)·w

with w the full cost of an hour and k the share of the saved time that has a named new use: time
without one is no money. 24 hours are the six sessions. What it costs to run is paid from the first
month on, whatever the use. Payback is the first month in which the cash so far, growing with use as
the ramp does, has reached the build. Errors are priced apart and are in neither: they are a risk
that somebody has to accept, not a cost to be netted away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bootcamp.language import Texts
from bootcamp.roi.draws import Floats, Interval, rate, stream, triangular
from bootcamp.roi.inputs import MONEY, Inputs, Quality

__all__ = ["Cash", "Month", "cash", "ramp"]

_ = Texts(Path(__file__).parent / "locale", "roi")

HOURS_IN_SESSIONS = 24
_YEARS_LOOKED_AT = 5
_MONTHS_LOOKED_AT = 12 * _YEARS_LOOKED_AT
_SAID_MONTHS = (12, 24, _MONTHS_LOOKED_AT)
_FIRST_STREAM = 1_000


@dataclass(frozen=True)
class Month:
    """One month since the start, while use grows. Euros."""

    number: int
    use: float
    """The share of full use, in the middle of the draws."""
    so_far: Interval
    """The cash of all months up to this one, before the build."""
    paid_back: float
    """The share of the simulations that have paid the build back by now."""


@dataclass(frozen=True)
class Cash:
    """Euros. Of the paybacks, `None` stands for a month beyond five years."""

    worth: Interval
    """Of the hours of a year at full use that have a named new use."""
    running: Interval
    """Licences, model and hosting in a year."""
    year: Interval
    """At full use, after what it costs to run."""
    first_year: Interval
    build: Interval
    payback_months: tuple[int | None, int | None, int | None]
    """The month at which one simulation in twenty, a half, and 19 in twenty are paid back."""
    months: tuple[Month, ...]
    """The first five years, month by month."""
    missed_a_year: Interval | None
    """What the misses of a year cost; None when the exam counts none."""
    false_alarms_a_year: Interval | None
    year_draws: Floats = field(repr=False, compare=False)
    build_draws: Floats = field(repr=False, compare=False)

    @property
    def paid_back(self) -> dict[int, float]:
        """By month (12, 24, 60): the share of the simulations that are paid back by then."""
        return {month: self.months[month - 1].paid_back for month in _SAID_MONTHS}

    @property
    def payback(self) -> str:
        """Say when it is paid back, in the middle of the simulations."""
        middle = self.payback_months[1]
        return _("month {month}", month=middle) if middle else _never()

    @property
    def payback_range(self) -> str:
        """Say between which months nine simulations in ten are paid back."""
        first, last = self.payback_months[0], self.payback_months[-1]
        if first is None:
            return _never()
        if last is None:
            return _(
                "month {first} to later than month {last}", first=first, last=_MONTHS_LOOKED_AT
            )
        return _("month {first} to month {last}", first=first, last=last)

    def as_dict(self) -> dict[str, Any]:
        """Give everything but the draws, ready for a JSON file."""
        missed, alarms = self.missed_a_year, self.false_alarms_a_year
        return {
            "worth_a_year": self.worth.as_dict(),
            "running_a_year": self.running.as_dict(),
            "cash_a_year": self.year.as_dict(),
            "cash_first_year": self.first_year.as_dict(),
            "build": self.build.as_dict(),
            "payback_months": list(self.payback_months),
            "paid_back": {str(month): share for month, share in self.paid_back.items()},
            "missed_a_year": missed.as_dict() if missed else None,
            "false_alarms_a_year": alarms.as_dict() if alarms else None,
        }


def _never() -> str:
    return _("not within {years} years", years=_YEARS_LOOKED_AT)


def ramp(months: int, ramp_months: Floats) -> Floats:
    """Give the share of full use in each of the first `months`, of shape (draws, months).

    It rises in a straight line to 1 in the month `ramp_months`.
    """
    numbers = np.arange(1, months + 1)
    return np.minimum(1.0, numbers / np.maximum(ramp_months, 1e-9)[:, None])


def cash(
    inputs: Inputs, quality: Quality, hours: Floats, items: Floats, ramp_months: Floats, seed: int
) -> Cash | None:
    """Give the money's side, None when the inputs have none.

    `hours` are the hours saved a year at full use, `items` those that go through the tool, and
    `ramp_months` the months until then: a value a draw.
    """
    if not inputs.money:
        return None
    drawn = {
        name: triangular(stream(seed, _FIRST_STREAM + place).random(hours.size), inputs.money[name])
        for place, name in enumerate(MONEY)
    }
    running = drawn["licence_cost"] + drawn["model_cost"] + drawn["hosting_cost"]
    worth = hours * drawn["hour_cost"] * drawn["reused_share"]
    at_work = drawn["builders"] * (HOURS_IN_SESSIONS + drawn["homework_hours"])
    build = (at_work + drawn["facilitator_hours"]) * drawn["hour_cost"]
    use = ramp(_MONTHS_LOOKED_AT, ramp_months)
    so_far = ((use * worth[:, None] - running[:, None]) / 12).cumsum(axis=1)
    months = _first_month(so_far >= build[:, None])
    return Cash(
        worth=Interval.of(worth),
        running=Interval.of(running),
        year=Interval.of(worth - running),
        first_year=Interval.of(so_far[:, 11]),
        build=Interval.of(build),
        payback_months=_percentiles(months),
        months=_month_by_month(ramp_months, so_far, months),
        missed_a_year=_priced(quality.missed, quality, items, drawn["missed_cost"], seed, 0),
        false_alarms_a_year=_priced(
            quality.false_alarms, quality, items, drawn["false_alarm_cost"], seed, 1
        ),
        year_draws=worth - running,
        build_draws=build,
    )


def _first_month(reached: np.ndarray[Any, np.dtype[np.bool_]]) -> Floats:
    """Give the first month that is reached, or infinity."""
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)


def _month_by_month(ramp_months: Floats, so_far: Floats, months: Floats) -> tuple[Month, ...]:
    # The middle of the uses is the use in the middle: a longer ramp is never quicker.
    use = ramp(_MONTHS_LOOKED_AT, np.median(ramp_months, keepdims=True))[0]
    p5, p50, p95 = np.percentile(so_far, [5, 50, 95], axis=0)
    return tuple(
        Month(
            number=place + 1,
            use=float(use[place]),
            so_far=Interval(float(p5[place]), float(p50[place]), float(p95[place])),
            paid_back=float(np.mean(months <= place + 1)),
        )
        for place in range(_MONTHS_LOOKED_AT)
    )


def _percentiles(months: Floats) -> tuple[int | None, int | None, int | None]:
    ranks = np.sort(months)[[int(share * (months.size - 1)) for share in (0.05, 0.5, 0.95)]]
    first, middle, last = (int(rank) if np.isfinite(rank) else None for rank in ranks)
    return first, middle, last


def _priced(
    events: int | None, quality: Quality, items: Floats, price: Floats, seed: int, place: int
) -> Interval | None:
    if events is None:
        return None
    uniform = stream(seed, 2 * _FIRST_STREAM + place).random(items.size)
    return Interval.of(items * rate(uniform, events, quality.items) * price)

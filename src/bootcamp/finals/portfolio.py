"""The portfolio: what all teams of one or more cohorts deliver, and what their people learned.

Hours and euros of several teams are summed draw by draw: the middle of a sum is not the sum of the
middles, and its range is narrower than the ranges added up, since not every team has its bad year
at once. Every simulation uses the same random numbers, so each team's draws are first shuffled by
an order of its own; without it all teams would have their bad years together. That they do not
holds as far as the teams' risks are their own, which the page says.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import count
from statistics import fmean
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bootcamp import roi
from bootcamp.cohort import Cohort, Team
from bootcamp.errors import RoiInputRefused
from bootcamp.finals.exams import Measure
from bootcamp.finals.records import (
    Check,
    Run,
    Transfer,
    check_of,
    measured_checks,
    newest_run,
    transfer_of,
)
from bootcamp.roi.draws import DRAWS, SEED, Floats
from bootcamp.settings import DataFolder
from bootcamp.spoken import texts

__all__ = [
    "CohortShown",
    "HomeworkShown",
    "Marked",
    "Marks",
    "Portfolio",
    "TeamShown",
    "Total",
    "portfolio_of",
]

_ = texts("portfolio")

_MOST_NAMES = 6


class Marked(Protocol):
    """One citizen's marks for one homework, as grading gives them."""

    @property
    def score(self) -> float: ...  # noqa: D102
    @property
    def max_score(self) -> float: ...  # noqa: D102
    @property
    def waiting(self) -> int: ...  # noqa: D102


Marks: TypeAlias = Mapping[str, Mapping[str, Marked]]
"""By homework and login."""


@dataclass(frozen=True)
class TeamShown:
    """One team's line. What is None could not be found out; `notes` say why."""

    cohort: str
    name: str
    use_case: str
    """Its title."""
    run: Run | None
    hours: roi.Result | None
    """The very figures of the team's own report."""
    check: Check
    notes: tuple[str, ...]
    order: NDArray[np.intp] = field(repr=False, compare=False)
    """In which its draws go into sums; no other team has the same."""

    @property
    def quality(self) -> Measure | None:
        """The headline of its exam."""
        return self.run.quality if self.run else None

    @property
    def reached(self) -> bool:
        """Whether the exam shows that the goal is reached."""
        return self.quality is not None and self.quality.verdict == "reached"

    @property
    def evidence(self) -> Mapping[str, int]:
        """How many of the numbers behind its hours are measured, from a system, estimated."""
        return {str(kind): n for kind, n in self.hours.evidence.items()} if self.hours else {}


@dataclass(frozen=True)
class HomeworkShown:
    """How one homework went: shares of its points, over those whose marking is complete."""

    name: str
    citizens: int
    marked: int
    waiting: int
    mean: float | None


@dataclass(frozen=True)
class CohortShown:
    """One cohort: its teams, and what its citizens learned."""

    name: str
    company: str
    first_day: date
    last_day: date
    citizens: int
    teams: tuple[TeamShown, ...]
    homeworks: tuple[HomeworkShown, ...]
    transfers: tuple[Transfer, ...]
    problems: tuple[str, ...]

    @property
    def mean_mark(self) -> float | None:
        """The mean share of points, each homework counting the same."""
        means = [homework.mean for homework in self.homeworks if homework.mean is not None]
        return fmean(means) if means else None

    @property
    def transfers_complete(self) -> int:
        """How many did all the steps of the transfer check."""
        return sum(transfer.complete for transfer in self.transfers)

    @property
    def transfer_macro_f1(self) -> float | None:
        """The mean macro-F1 of those whose answers give it."""
        found = [t.macro_f1 for t in self.transfers if t.macro_f1 is not None]
        return fmean(found) if found else None


@dataclass(frozen=True)
class Total:
    """A sum over teams, with the number of teams in it."""

    teams: int
    interval: roi.Interval | None
    """None when no team has the number."""

    def as_dict(self) -> dict[str, Any]:
        """Give it ready for a JSON file."""
        interval = self.interval.as_dict() if self.interval else None
        return {"teams": self.teams, "interval": interval}


@dataclass(frozen=True)
class Portfolio:
    """Everything that the page shows."""

    made_on: date
    cohorts: tuple[CohortShown, ...]

    @property
    def teams(self) -> tuple[TeamShown, ...]:
        """The teams of all cohorts."""
        return tuple(team for cohort in self.cohorts for team in cohort.teams)

    @cached_property
    def hours(self) -> Total:
        """Hours a year at full use."""
        return self._total(lambda result: result.draws)

    @cached_property
    def hours_shown(self) -> Total:
        """The part of `hours` from solutions that have reached their goal."""
        return self._total(lambda result: result.draws, [t for t in self.teams if t.reached])

    @cached_property
    def year_one(self) -> Total:
        """Hours in the first year, while use grows."""
        return self._total(lambda result: result.year_one_draws)

    @property
    def naive(self) -> float:
        """Every minute of today, as an optimist multiplies out, of the teams in `hours`."""
        return sum(team.hours.naive for team in self.teams if team.hours)

    @cached_property
    def cash(self) -> Total:
        """Euros a year at full use, of the teams that have a money's side."""
        return self._total(lambda result: result.cash.year_draws if result.cash else None)

    @cached_property
    def build(self) -> Total:
        """What building cost, in euros."""
        return self._total(lambda result: result.cash.build_draws if result.cash else None)

    @property
    def evidence(self) -> Mapping[str, int]:
        """How many of the numbers behind all hours are measured, from a system, estimated."""
        whole: Counter[str] = Counter({"measured": 0, "system": 0, "estimate": 0})
        for team in self.teams:
            whole.update(team.evidence)
        return dict(whole)

    @property
    def checks(self) -> Mapping[str, int]:
        """How many teams' checks are measured, planned, overdue, not agreed."""
        whole = Counter({"measured": 0, "planned": 0, "overdue": 0, "not agreed": 0})
        whole.update(team.check.status(self.made_on) for team in self.teams)
        return dict(whole)

    @property
    def doubles(self) -> tuple[str, ...]:
        """Where a process may be counted more than once, as sentences."""
        same: dict[str, list[str]] = {}
        for team in self.teams:
            if team.hours and team.use_case:
                same.setdefault(team.use_case, []).append(team.name)
        return tuple(
            _(
                "“{title}” is the use case of {count} teams ({names}). If it is one and the same"
                " work, its hours are counted more than once here.",
                title=title,
                count=len(names),
                names=_listed(names),
            )
            for title, names in same.items()
            if len(names) > 1
        )

    def as_dict(self) -> dict[str, Any]:
        """Give all of it, ready for a JSON file."""
        return {
            "made_on": self.made_on.isoformat(),
            "hours_a_year": self.hours.as_dict(),
            "hours_a_year_quality_shown": self.hours_shown.as_dict(),
            "hours_first_year": self.year_one.as_dict(),
            "naive_hours": self.naive,
            "cash_a_year": self.cash.as_dict(),
            "build": self.build.as_dict(),
            "evidence": self.evidence,
            "checks": self.checks,
            "doubles": self.doubles,
            "cohorts": [_cohort_dict(cohort, self.made_on) for cohort in self.cohorts],
        }

    def _total(
        self,
        draws_of: Callable[[roi.Result], Floats | None],
        teams: Iterable[TeamShown] | None = None,
    ) -> Total:
        found = [
            draws[team.order]
            for team in (self.teams if teams is None else teams)
            if team.hours and (draws := draws_of(team.hours)) is not None
        ]
        return Total(len(found), roi.Interval.of(sum(found[1:], found[0])) if found else None)


def portfolio_of(
    cohorts: Sequence[tuple[DataFolder, Cohort, Marks]], *, today: date | None = None
) -> Portfolio:
    """Read what the cohorts have left; each comes with its homework marks, which grading keeps."""
    shown, places = [], count()
    for data, cohort, marks in cohorts:
        found, problems = measured_checks(data, cohort)
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # numpy lets go of the interpreter
            # Only in a context like this one a thread speaks the language that is spoken here.
            teams = [
                pool.submit(copy_context().run, _team, data, cohort, found, team, next(places))
                for team in cohort.teams
            ]
        logins = [person.login for person in cohort.citizens]
        transfers = [transfer_of(data, login) for login in logins]
        shown.append(
            CohortShown(
                name=cohort.name,
                company=cohort.company,
                first_day=cohort.sessions[0],
                last_day=cohort.sessions[-1],
                citizens=len(logins),
                teams=tuple(team.result() for team in teams),
                homeworks=tuple(
                    _homework(name, logins, by_login) for name, by_login in sorted(marks.items())
                ),
                transfers=tuple(transfer for transfer in transfers if transfer),
                problems=problems,
            )
        )
    return Portfolio(today or date.today(), tuple(shown))


def _team(
    data: DataFolder,
    cohort: Cohort,
    found: Mapping[str, tuple[date, float]],
    team: Team,
    place: int,
) -> TeamShown:
    run, notes = newest_run(data, team)
    hours = None
    if run:
        try:
            hours = run.simulate()
            notes = (*notes, *(_("To ask: {note}", note=note) for note in hours.notes))
        except RoiInputRefused as error:
            notes = (*notes, _("No hours: {reason}", reason=error))
    titles = {case.slug: case.title for case in cohort.use_cases}
    return TeamShown(
        cohort=cohort.name,
        name=team.name,
        use_case=titles.get(team.use_case or "", ""),
        run=run,
        hours=hours,
        check=check_of(data, cohort, team, run, found),
        notes=notes,
        order=np.random.default_rng([SEED, place]).permutation(DRAWS),
    )


def _homework(name: str, logins: Sequence[str], marks: Mapping[str, Marked]) -> HomeworkShown:
    own = [marks[login] for login in logins if login in marks and marks[login].max_score > 0]
    done = [mark for mark in own if not mark.waiting]
    return HomeworkShown(
        name=name,
        citizens=len(logins),
        marked=len(done),
        waiting=len(own) - len(done),
        mean=fmean(mark.score / mark.max_score for mark in done) if done else None,
    )


def _cohort_dict(cohort: CohortShown, today: date) -> dict[str, Any]:
    return {
        "name": cohort.name,
        "company": cohort.company,
        "sessions": [cohort.first_day.isoformat(), cohort.last_day.isoformat()],
        "teams": [_team_dict(team, today) for team in cohort.teams],
        "learning": {
            "citizens": cohort.citizens,
            "homeworks": [
                {"name": h.name, "marked": h.marked, "waiting": h.waiting, "mean": h.mean}
                for h in cohort.homeworks
            ],
            "transfer_checks": len(cohort.transfers),
            "transfer_checks_complete": cohort.transfers_complete,
            "transfer_macro_f1": cohort.transfer_macro_f1,
        },
        "problems": list(cohort.problems),
    }


def _team_dict(team: TeamShown, today: date) -> dict[str, Any]:
    quality, result, check = team.quality, team.hours, team.check
    estimate = quality.estimate if quality else None
    return {
        "name": team.name,
        "use_case": team.use_case,
        "run": team.run.name if team.run else None,
        "quality": quality
        and estimate
        and {
            "title": quality.title,
            "value": estimate.value,
            "low": estimate.low,
            "high": estimate.high,
            "goal": quality.goal,
            "goal_source": quality.goal_source,
            "verdict": quality.verdict,
        },
        "roi": result.as_dict() if result else None,
        "check": {
            "status": check.status(today),
            "day": check.day.isoformat() if check.day else None,
            "owner": check.owner,
            "stop_below": check.stop_below,
            "words": check.words,
            "proposed": check.proposed.isoformat() if check.proposed else None,
            "found_on": check.found_on.isoformat() if check.found_on else None,
            "found_hours": check.found_hours,
        },
        "notes": list(team.notes),
    }


def _listed(names: Sequence[str]) -> str:
    *most, last = names if len(names) <= _MOST_NAMES else [*names[:_MOST_NAMES], _("others")]
    return _("{names} and {last}", names=", ".join(most), last=last)

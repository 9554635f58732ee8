"""What the pages show, worked out before any template is filled; reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from bootcamp.cohort import Cohort, Person, Team, UseCase
from bootcamp.content import homework_names
from bootcamp.settings import DataFolder
from bootcamp.spoken import number as spoken_number
from bootcamp.spoken import texts
from bootcamp.store import Store
from bootcamp.store.accounts import Account
from bootcamp.web.contracts import ExchangeLike, HomeworkLike
from bootcamp.web.course import SessionCard, session_cards
from bootcamp.web.identity import Visitor

__all__ = [
    "CitizenHome",
    "FacilitatorHome",
    "citizen_home",
    "facilitator_home",
    "number",
    "points",
]

_ = texts("pages")


@dataclass(frozen=True)
class CitizenHome:
    """The home page of someone who takes the course."""

    person: Person
    team: Team | None
    use_case: UseCase | None
    members: tuple[Person, ...]
    sessions: list[SessionCard]
    homework: tuple[HomeworkLike, ...]
    is_new: bool
    """Nothing was handed in yet: show how to begin."""


@dataclass(frozen=True)
class PersonRow:
    """One line of the facilitator's table."""

    person: Person
    team: Team | None
    has_joined: bool
    homework: dict[str, HomeworkLike]


@dataclass(frozen=True)
class HomeworkSummary:
    """How one homework stands in the whole cohort."""

    assignment: str
    number: str
    title: str
    released_at: datetime | None
    handed_in: int
    with_feedback: int
    due: str


@dataclass(frozen=True)
class FacilitatorHome:
    """The page of someone who guides the course."""

    person: Person
    rows: list[PersonRow]
    joined: int
    homework: list[HomeworkSummary]
    sessions: list[SessionCard]


def citizen_home(
    visitor: Visitor, cohort: Cohort, exchange: ExchangeLike, data: DataFolder, today: date
) -> CitizenHome:
    """Gather a citizen's home page."""
    team = cohort.team_of(visitor.login)
    homework = tuple(item for item in exchange.state(visitor.login) if item.released_at)
    return CitizenHome(
        person=cohort.person(visitor.login),
        team=team,
        use_case=_use_case(cohort, team),
        members=tuple(cohort.person(login) for login in team.members) if team else (),
        sessions=session_cards(cohort.sessions, today, team_files=_final_files(data, team)),
        homework=homework,
        is_new=not any(item.last_handin for item in homework),
    )


def facilitator_home(
    visitor: Visitor, cohort: Cohort, exchange: ExchangeLike, store: Store, today: date
) -> FacilitatorHome:
    """Gather the facilitator's view of the cohort."""
    with store.session() as session:
        joined = set(
            session.scalars(select(Account.login).where(Account.password_hash.is_not(None)))
        )
    rows = [
        PersonRow(
            person,
            cohort.team_of(person.login),
            person.login in joined,
            {item.assignment: item for item in exchange.state(person.login)},
        )
        for person in sorted(cohort.citizens, key=lambda p: (_team_name(cohort, p), p.name))
    ]
    known = {item.assignment: item for item in exchange.state(visitor.login)}
    return FacilitatorHome(
        person=cohort.person(visitor.login),
        rows=rows,
        joined=sum(row.has_joined for row in rows),
        homework=[_summary(name, known.get(name), rows) for name in homework_names()],
        sessions=session_cards(cohort.sessions, today),
    )


def _summary(name: str, item: HomeworkLike | None, rows: Sequence[PersonRow]) -> HomeworkSummary:
    states = [row.homework[name] for row in rows if name in row.homework]
    return HomeworkSummary(
        assignment=name,
        number=number(name),
        title=item.title if item else _("Homework {n}", n=number(name)),
        released_at=item.released_at if item else None,
        handed_in=sum(state.last_handin is not None for state in states),
        with_feedback=sum(state.feedback is not None for state in states),
        due=item.due if item else "",
    )


def _use_case(cohort: Cohort, team: Team | None) -> UseCase | None:
    wanted = team.use_case if team else None
    return next((case for case in cohort.use_cases if case.slug == wanted), None)


def _team_name(cohort: Cohort, person: Person) -> str:
    team = cohort.team_of(person.login)
    return team.name if team else "\uffff"  # those without a team come last


def _final_files(data: DataFolder, team: Team | None) -> set[str]:
    folder = data.teams / team.slug / "final" if team else None
    try:
        return {path.name for path in folder.iterdir()} if folder else set()
    except OSError:
        return set()


def points(value: float) -> str:
    """Give a score without needless decimals."""
    return spoken_number(value, "0.##")


def number(assignment: str) -> str:
    """Give `1` for `homework-1`."""
    return assignment.rpartition("-")[2]

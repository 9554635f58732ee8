"""The goals of the final runs as facilitators see them: what is asked for, usual and agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bootcamp.cohort import Cohort, Team
from bootcamp.errors import UsageError
from bootcamp.forks.home import read_regular
from bootcamp.goals import USUAL, Headline, headline_of, right_of_ten
from bootcamp.settings import DataFolder
from bootcamp.spoken import texts
from bootcamp.store import Store
from bootcamp.store.goals import AgreedGoal, agree_on, agreed_goals, run_before
from bootcamp.web.final_words import goal_in_words, title_in_words

__all__ = ["Agreed", "TeamGoal", "agree", "goals_of"]

_ = texts("desk")
_MOST_BYTES = 100_000


@dataclass(frozen=True)
class Agreed:
    """One goal that was written down."""

    value: float
    at: datetime
    by: str
    """The facilitator's name; empty when it was written down on the server."""
    source: str
    """When, in words, and after which run if there was one."""
    after_run: datetime | None


@dataclass(frozen=True)
class TeamGoal:
    """A team's goals."""

    team: Team
    headline: Headline | None
    """None as long as the team has no use case."""
    of_ten: float | None
    """What the charter wants right of ten answers; None where it says nothing usable."""
    agreed: tuple[Agreed, ...]
    """For the use case that the team has now, the latest first."""

    @property
    def wanted(self) -> float | None:
        """The charter's wish as a goal."""
        if self.headline is None or self.of_ten is None:
            return None
        return self.headline.from_right_of_ten(self.of_ten)

    @property
    def proposed(self) -> float | None:
        """What stands in the form: what is agreed, else what the charter wants, else the usual."""
        if self.headline is None or self.agreed:
            return self.agreed[0].value if self.agreed else None
        return self.wanted or self.headline.usual

    def words(self, goal: float) -> str:
        """Give `at least 85 %`."""
        return goal_in_words(self.headline, goal) if self.headline else ""

    @property
    def measured(self) -> str:
        """What is counted, in words."""
        return title_in_words(self.headline.title) if self.headline else ""

    def __str__(self) -> str:
        """Say in one sentence what the exam will hold the team against."""
        if self.headline is None:
            return "no use case yet"
        if not self.agreed:
            return f"{USUAL}: {self.words(self.headline.usual)}"
        return f"{self.agreed[0].source}: {self.words(self.agreed[0].value)}"

    def as_dict(self) -> dict[str, Any]:
        """Give all of it, ready for JSON."""
        return {
            "team": self.team.slug,
            "use_case": self.team.use_case,
            "measure": self.headline.title if self.headline else None,
            "fewer_is_better": self.headline.fewer_is_better if self.headline else None,
            "usual": self.headline.usual if self.headline else None,
            "right_of_ten": self.of_ten,
            "agreed": [
                {
                    "goal": agreed.value,
                    "at": agreed.at,
                    "by": agreed.by,
                    "after_run": agreed.after_run,
                    "words": agreed.source,
                }
                for agreed in self.agreed
            ],
            "words": str(self),
        }


def goals_of(
    data: DataFolder, store: Store, cohort: Cohort, teams: Sequence[Team] | None = None
) -> list[TeamGoal]:
    """Give the goals of `teams`, all by default."""
    chosen = cohort.teams if teams is None else teams
    with store.session() as session:
        found = {team.slug: agreed_goals(session, team.slug, team.use_case) for team in chosen}
    people = {person.login: person.name for person in cohort.people}

    def said(team: Team, goal: AgreedGoal) -> Agreed:
        before = run_before(data.finals, team.slug, goal.agreed_at)
        by = people.get(goal.agreed_by, goal.agreed_by)
        source = goal.words(before, cohort.time_zone)
        return Agreed(goal.value, goal.agreed_at, by, source, before)

    return [
        TeamGoal(
            team=team,
            headline=headline_of(team.use_case) if team.use_case else None,
            of_ten=right_of_ten(_charter(data, team)),
            agreed=tuple(said(team, goal) for goal in found[team.slug]),
        )
        for team in chosen
    ]


def agree(store: Store, team: Team, goal: float, by: str) -> None:
    """Write down the goal that a team and its sponsor have agreed on.

    Raises:
        UsageError: the team has no use case that a goal could be for.
    """
    if team.use_case is None:
        raise UsageError(
            _(
                "{team} has no use case yet: name it in the cohort file, then agree on a goal.",
                team=team.name,
            )
        )
    with store.session() as session:
        agree_on(session, team.slug, team.use_case, goal, by)


def _charter(data: DataFolder, team: Team) -> bytes | None:
    """Give the file as it lies in the team's folder, where the team may have put anything."""
    try:
        return read_regular(data.teams / team.slug / "charter.json", None, _MOST_BYTES)
    except OSError:
        return None

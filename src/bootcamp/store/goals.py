"""The goals that teams have agreed on with their sponsors, as their facilitators wrote them down.

Rows are added and never changed: the latest counts, and the others tell what was agreed before. A
goal belongs to the use case that it was agreed for, since another case counts something else.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bootcamp.deadlines import in_zone
from bootcamp.goals import Goal
from bootcamp.settings import moment_of_run
from bootcamp.spoken import day_and_month, texts
from bootcamp.store.base import Base, UTCDateTime, now

__all__ = ["AgreedGoal", "agree_on", "agreed_goals", "goal_in_force", "run_before"]

_ = texts("desk")


class AgreedGoal(Base):
    """What the headline of a team's exam has to reach."""

    __tablename__ = "agreed_goals"

    id: Mapped[int] = mapped_column(primary_key=True)
    team: Mapped[str] = mapped_column(String(40), index=True)
    use_case: Mapped[str] = mapped_column(String(40))
    value: Mapped[float]
    """From 0 to 1."""
    agreed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    agreed_by: Mapped[str] = mapped_column(String(30), default="")
    """The facilitator's login; empty when it was written down on the server."""

    def words(self, before: datetime | None, zone: str | None) -> str:
        """Give `agreed on 3 March 2027, after the run of 1 March`; `before` is that run."""
        on = in_zone(self.agreed_at, zone)
        agreed = day_and_month(on, year=True)
        if before is None:
            return _("agreed on {day}", day=agreed)
        ran = in_zone(before, zone)
        return _(
            "agreed on {day}, after the run of {ran}",
            day=agreed,
            ran=day_and_month(ran, year=ran.year != on.year),
        )


def agree_on(session: Session, team: str, use_case: str, value: float, by: str) -> AgreedGoal:
    """Write down what a team has agreed on; saying the same again leaves the day as it is."""
    latest = next(iter(agreed_goals(session, team, use_case)), None)
    if latest is not None and latest.value == value:
        return latest
    agreed = AgreedGoal(team=team, use_case=use_case, value=value, agreed_by=by)
    session.add(agreed)
    session.flush()
    return agreed


def agreed_goals(session: Session, team: str, use_case: str | None) -> list[AgreedGoal]:
    """Give what a team has agreed on for its use case, the latest first."""
    query = select(AgreedGoal).where(AgreedGoal.team == team, AgreedGoal.use_case == use_case)
    return list(session.scalars(query.order_by(AgreedGoal.id.desc())))


def goal_in_force(
    session: Session, team: str, use_case: str | None, finals: Path, zone: str | None
) -> Goal | None:
    """Give the goal that a team's exam is held against, None where nothing is agreed."""
    agreed = next(iter(agreed_goals(session, team, use_case)), None)
    if agreed is None:
        return None
    return Goal(agreed.value, agreed.words(run_before(finals, team, agreed.agreed_at), zone))


def run_before(finals: Path, team: str, moment: datetime) -> datetime | None:
    """Give when the last final run of a team began that had begun before `moment`."""
    begun = []
    for folder in finals.glob(f"*/{team}"):
        with suppress(ValueError):  # something else lies there
            begun.append(moment_of_run(folder.parent.name))
    return max((at for at in begun if at < moment), default=None)

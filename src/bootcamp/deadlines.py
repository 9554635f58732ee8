"""When homework is due, what being late means, and how that is said. Pure: no clock, no disk.

In the cohort file, all of it optional:

    [homework.1]
    due = 2027-01-18T09:00:00       # the cohort's own time; default: the start of the next session
    late = "mark-late"              # or "accept" (not mentioned), or "refuse"
    grace_minutes = 15              # a hand-in within them is on time
    penalty_per_day = 10            # per cent of the homework's points for each day begun
    penalty_at_most = 50
    by = "team"                     # one hand-in counts for the whole team

    [homework.1.extensions]         # a person's login or a team's slug
    amina = 2027-01-20T09:00:00
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from bootcamp import spoken
from bootcamp.spoken import how_long

__all__ = ["Deadline", "HomeworkRules", "TimeZone", "how_long", "in_zone", "spoken_moment"]


def _end_of_day(value: Any) -> Any:
    """Take a day without a time as the whole of it."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(23, 59))
    return value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # as the name is unknown, odd, or no file at all
        raise ValueError(
            f"time_zone is '{name}'; it must be a time zone like 'Europe/Paris'"
        ) from None
    return name


Moment = Annotated[datetime, BeforeValidator(_end_of_day)]
TimeZone = Annotated[str, Field(max_length=60), AfterValidator(_known_zone)]
Percent = Annotated[float, Field(ge=0, le=100)]


class HomeworkRules(BaseModel):
    """What the cohort file says about one homework."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due: Moment | None = None
    late: Literal["accept", "mark-late", "refuse"] = "mark-late"
    grace_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    penalty_per_day: Percent = 0
    penalty_at_most: Percent = 100
    by: Literal["person", "team"] = "person"
    extensions: Mapping[str, Moment] = {}


@dataclass(frozen=True)
class Deadline:
    """The deadline of one homework for one person, with what it means to miss it."""

    due: datetime
    """With its time zone: the cohort's."""
    rules: HomeworkRules
    extended: bool = False

    def late_by(self, received_at: datetime) -> timedelta:
        """Give how late a hand-in is; within the grace time, or where nobody minds, not at all."""
        late = received_at - self.due
        minded = self.rules.late != "accept"
        return late if minded and late > self._grace else timedelta(0)

    def refuses(self, received_at: datetime) -> bool:
        """Say whether a hand-in of this moment is no longer taken."""
        return self.rules.late == "refuse" and received_at - self.due > self._grace

    def penalty_percent(self, received_at: datetime) -> float:
        """Give what a late hand-in costs, in per cent of the homework's points."""
        days = math.ceil(self.late_by(received_at) / timedelta(days=1))
        return min(days * self.rules.penalty_per_day, self.rules.penalty_at_most)

    @property
    def _grace(self) -> timedelta:
        return timedelta(minutes=self.rules.grace_minutes)

    def __str__(self) -> str:
        """Give `Monday 18 January, 09:00`."""
        return spoken_moment(self.due)


def in_zone(moment: datetime, zone: str | None) -> datetime:
    """Give `moment` with a time zone: its own, else the named one, else this machine's."""
    if moment.tzinfo is not None:
        return moment.astimezone(ZoneInfo(zone) if zone else None)
    return moment.replace(tzinfo=ZoneInfo(zone)) if zone else moment.astimezone()


def spoken_moment(moment: datetime) -> str:
    """Give `Monday 18 January, 09:00`, in the time zone that `moment` has."""
    return spoken.moment(moment, day="EEEE d MMMM")

"""Usage of the model: who called when, what it took, and how much of a budget is left.

Every call is reserved before it is made and settled after it, so that callers who come at the
same moment cannot pass a budget together. What a call asked or was answered is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import String, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, Session, mapped_column

from bootcamp.errors import BootcampError
from bootcamp.store.base import Base, UTCDateTime, now

__all__ = [
    "BudgetSpent",
    "Budgets",
    "Reservation",
    "Settlement",
    "UsageCall",
    "UsageTotal",
    "reserve",
    "settle",
    "settle_open",
    "used_tokens",
]

Holder = Literal["citizen", "team"]
_WHOLE_BOOTCAMP = "bootcamp"


class BudgetSpent(BootcampError):
    """A citizen's or a team's budget does not allow another call."""

    code = "insufficient_quota"


@dataclass(frozen=True)
class Budgets:
    """How many tokens a citizen and a team may use; None means no limit.

    Both hold always. They are for the whole bootcamp, or for each day (UTC) with `per="day"`.
    """

    citizen_tokens: int | None = None
    team_tokens: int | None = None
    per: Literal["bootcamp", "day"] = "bootcamp"

    def period(self, at: datetime) -> str:
        """Name the period that a call at this moment counts for."""
        return _WHOLE_BOOTCAMP if self.per == "bootcamp" else f"{at:%Y-%m-%d}"


@dataclass(frozen=True)
class Reservation:
    """A call that is about to be made, and the most tokens that it is expected to take."""

    call_id: str
    served_by: str
    login: str
    team: str | None
    kind: str
    model: str
    engine: str
    tokens: int


@dataclass(frozen=True)
class Settlement:
    """How a call ended and what it really took.

    `simulated` says that the practice model counted the tokens and nobody is billed.
    """

    call_id: str
    outcome: Literal["answered", "refused", "failed", "lost", "left"]
    answered_by: str
    prompt_tokens: int
    completion_tokens: int
    milliseconds: int
    simulated: bool = False


class UsageCall(Base):
    """One call of the model, without a word of what was said."""

    __tablename__ = "usage_calls"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    served_by: Mapped[str] = mapped_column(String(40))
    login: Mapped[str] = mapped_column(String(255), index=True)
    team: Mapped[str | None] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    period: Mapped[str] = mapped_column(String(20))
    model: Mapped[str] = mapped_column(String(200))
    engine: Mapped[str] = mapped_column(String(20))
    reserved_tokens: Mapped[int]
    tokens: Mapped[int]
    """What counts against the budgets: reserved while the call is open, real afterwards."""
    outcome: Mapped[str] = mapped_column(String(20), default="open", index=True)
    answered_by: Mapped[str | None] = mapped_column(String(200), default=None)
    prompt_tokens: Mapped[int | None] = mapped_column(default=None)
    completion_tokens: Mapped[int | None] = mapped_column(default=None)
    simulated: Mapped[bool] = mapped_column(default=False)
    milliseconds: Mapped[int | None] = mapped_column(default=None)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class UsageTotal(Base):
    """What a citizen or a team has used in one period, open reservations included."""

    __tablename__ = "usage_totals"

    holder: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    period: Mapped[str] = mapped_column(String(20), primary_key=True)
    tokens: Mapped[int] = mapped_column(default=0)


def reserve(session: Session, wanted: Reservation, budgets: Budgets) -> None:
    """Set the tokens of a call aside.

    Raises:
        BudgetSpent: the citizen's or the team's budget has not enough left; nothing is changed.
    """
    at = now()
    period = budgets.period(at)
    limits: list[tuple[Holder, str, int | None]] = [
        ("citizen", wanted.login, budgets.citizen_tokens)
    ]
    if wanted.team is not None:
        limits.append(("team", wanted.team, budgets.team_tokens))
    totals = []
    for holder, name, limit in limits:
        total = _total(session, holder, name, period)
        if limit is not None and total.tokens + wanted.tokens > limit:
            raise BudgetSpent(_refusal(holder, name, limit, total.tokens, wanted.tokens, budgets))
        totals.append(total)
    for total in totals:
        total.tokens += wanted.tokens
    session.add(
        UsageCall(
            id=wanted.call_id,
            served_by=wanted.served_by,
            login=wanted.login,
            team=wanted.team,
            kind=wanted.kind,
            period=period,
            model=wanted.model[:200],
            engine=wanted.engine,
            reserved_tokens=wanted.tokens,
            tokens=wanted.tokens,
            started_at=at,
        )
    )


def settle(session: Session, done: Settlement) -> None:
    """Replace a call's reservation by what it really took; a second time changes nothing."""
    call = session.get(UsageCall, done.call_id)
    if call is None or call.outcome != "open":
        return
    tokens = done.prompt_tokens + done.completion_tokens
    holders: Iterable[tuple[Holder, str | None]] = (("citizen", call.login), ("team", call.team))
    for holder, name in holders:
        if name is not None:
            _total(session, holder, name, call.period).tokens += tokens - call.reserved_tokens
    call.tokens = tokens
    call.outcome = done.outcome
    call.answered_by = done.answered_by[:200]
    call.prompt_tokens = done.prompt_tokens
    call.completion_tokens = done.completion_tokens
    call.simulated = done.simulated
    call.milliseconds = done.milliseconds
    call.settled_at = now()


def settle_open(session: Session, served_by: str) -> int:
    """Settle at the reserved amount what a gateway left open when it was stopped.

    The totals hold those reservations already. Returns how many calls there were.
    """
    result = session.execute(
        update(UsageCall)
        .where(UsageCall.outcome == "open", UsageCall.served_by == served_by)
        .values(outcome="interrupted", settled_at=now())
    )
    return cast("CursorResult[object]", result).rowcount


def used_tokens(session: Session, holder: Holder, name: str, budgets: Budgets) -> int:
    """Give the tokens that a citizen or a team has used in the present period."""
    total = session.get(UsageTotal, (holder, name, budgets.period(now())))
    return total.tokens if total else 0


def _total(session: Session, holder: Holder, name: str, period: str) -> UsageTotal:
    """Give the total, locked for this transaction, so that several gateways can share a store."""
    key = (holder, name, period)
    # A session lets go of what nobody holds; a total is read once in a transaction of many calls.
    held: dict[tuple[str, str, str], UsageTotal] = session.info.setdefault("usage_totals", {})
    if key not in held:
        total = session.get(UsageTotal, key, with_for_update=True)
        if total is None:
            total = UsageTotal(holder=holder, name=name, period=period, tokens=0)
            session.add(total)
        held[key] = total
    return held[key]


def _refusal(
    holder: Holder, name: str, limit: int, used: int, wanted: int, budgets: Budgets
) -> str:
    whose = "Your own budget" if holder == "citizen" else f"The budget of team '{name}'"
    span = "for today (UTC)" if budgets.per == "day" else "for this bootcamp"
    left = max(limit - used, 0)
    if left == 0:
        return f"{whose} of {limit:,} tokens {span} is used up. Ask your facilitator to raise it."
    return (
        f"{whose} of {limit:,} tokens {span} has {left:,} left, and this call may need {wanted:,}. "
        "Shorten the prompt or ask for fewer max_tokens, or ask your facilitator to raise it."
    )

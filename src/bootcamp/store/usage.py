"""Usage of the model: who called when, what it took, and how much of a budget is left.

Every call is reserved before it is made and settled after it, so that callers who come at the
same moment cannot pass a budget together. What a call asked or was answered is not kept here.

The database alone says what is left: each transaction reads the totals that it changes under a
lock, so several gateways on one store stay exact, and a limit set meanwhile holds from the next
call on. Money is kept in whole billionths of the cohort's currency.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol, cast

from sqlalchemy import BigInteger, Index, String, case, func, select, text, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, Session, mapped_column

from bootcamp.errors import BootcampError
from bootcamp.store.base import Base, Store, UTCDateTime, now

__all__ = [
    "BILLION",
    "UNLIMITED",
    "Books",
    "BooksBusy",
    "BudgetSpent",
    "Budgets",
    "Holder",
    "Lowered",
    "Pending",
    "Reservation",
    "Settlement",
    "Standing",
    "UsageCall",
    "UsageLimit",
    "UsageTotal",
    "Used",
    "billionths",
    "in_currency",
    "pending",
    "set_limit",
    "settle_open",
    "standings",
    "used_since",
]

Holder = Literal["citizen", "team", "cohort"]
Outcome = Literal["answered", "refused", "failed", "lost", "left"]
BILLION = 1_000_000_000
UNLIMITED = -1
"""Stands in a limit of its own for 'no limit'; None there means what the cohort file says."""
_WHOLE_BOOTCAMP = "bootcamp"
_COHORT = "cohort"
_Key = tuple[Holder, str, str]


class BudgetSpent(BootcampError):
    """The budget of a citizen, a team or the cohort does not allow another call."""

    code = "insufficient_quota"


@dataclass(frozen=True)
class Lowered:
    """A call was let through with fewer tokens than it wanted: all that a budget has left."""

    tokens: int


class BooksBusy(Exception):
    """Another program is writing to the store just now; nothing was written."""


class CohortBudgets(Protocol):
    """Budgets as a cohort file has them: tokens, and money in the currency itself."""

    citizen_tokens: int | None
    team_tokens: int | None
    cohort_tokens: int | None
    citizen_money: Decimal | None
    team_money: Decimal | None
    cohort_money: Decimal | None
    currency: str


@dataclass(frozen=True)
class Budgets:
    """How much a citizen, a team and the whole cohort may use; None means no limit.

    All of them hold always. Money is in billionths of `currency`. They are for the whole
    bootcamp, or for each day (UTC) with `per="day"`.
    """

    citizen_tokens: int | None = None
    team_tokens: int | None = None
    cohort_tokens: int | None = None
    citizen_money: int | None = None
    team_money: int | None = None
    cohort_money: int | None = None
    per: Literal["bootcamp", "day"] = "bootcamp"
    currency: str = "USD"

    @classmethod
    def of_cohort(cls, given: CohortBudgets) -> Budgets:
        """Give the budgets of a cohort file, which are for the whole bootcamp."""
        return cls(
            citizen_tokens=given.citizen_tokens,
            team_tokens=given.team_tokens,
            cohort_tokens=given.cohort_tokens,
            citizen_money=billionths(given.citizen_money),
            team_money=billionths(given.team_money),
            cohort_money=billionths(given.cohort_money),
            currency=given.currency,
        )

    def period(self, at: datetime) -> str:
        """Name the period that a call at this moment counts for."""
        return _WHOLE_BOOTCAMP if self.per == "bootcamp" else f"{at:%Y-%m-%d}"

    def of(self, holder: Holder) -> tuple[int | None, int | None]:
        """Give the limits in tokens and in money that hold where no other is set."""
        if holder == "citizen":
            return self.citizen_tokens, self.citizen_money
        if holder == "team":
            return self.team_tokens, self.team_money
        return self.cohort_tokens, self.cohort_money


@dataclass(frozen=True)
class Reservation:
    """A call that is about to be made, and the most that it is expected to take.

    `money` is in billionths of the currency. `least_tokens` says with how few the call could do
    where a budget has no more left; None that it needs them all.
    """

    call_id: str
    served_by: str
    login: str
    team: str | None
    kind: str
    model: str
    engine: str
    tokens: int
    money: int = 0
    least_tokens: int | None = None
    at: datetime = field(default_factory=now)


@dataclass(frozen=True)
class Settlement:
    """How a call ended and what it really took; `money` is in billionths of the currency.

    `simulated` says that the practice model counted the tokens and nobody is billed.
    """

    call_id: str
    outcome: Outcome
    answered_by: str
    prompt_tokens: int
    completion_tokens: int
    milliseconds: int
    simulated: bool = False
    money: int | None = 0
    """None leaves it at what was reserved."""

    @property
    def tokens(self) -> int:
        """All tokens of the call."""
        return self.prompt_tokens + self.completion_tokens


class UsageCall(Base):
    """One call of the model, without a word of what was said."""

    __tablename__ = "usage_calls"
    # Each index costs every call its time: only the few that are open need to be found at once.
    __table_args__ = (
        Index(
            "usage_calls_open",
            "served_by",
            sqlite_where=text("outcome = 'open'"),
            postgresql_where=text("outcome = 'open'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    served_by: Mapped[str] = mapped_column(String(40))
    login: Mapped[str] = mapped_column(String(255))
    team: Mapped[str | None] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    period: Mapped[str] = mapped_column(String(20))
    model: Mapped[str] = mapped_column(String(200))
    engine: Mapped[str] = mapped_column(String(20))
    reserved_tokens: Mapped[int] = mapped_column(BigInteger)
    tokens: Mapped[int] = mapped_column(BigInteger)
    """What counts against the budgets: reserved while the call is open, real afterwards."""
    money: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The same in billionths of the currency."""
    outcome: Mapped[str] = mapped_column(String(20), default="open")
    answered_by: Mapped[str | None] = mapped_column(String(200), default=None)
    prompt_tokens: Mapped[int | None] = mapped_column(default=None)
    completion_tokens: Mapped[int | None] = mapped_column(default=None)
    simulated: Mapped[bool] = mapped_column(default=False)
    milliseconds: Mapped[int | None] = mapped_column(default=None)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class UsageTotal(Base):
    """What a citizen, a team or the cohort has used in one period, open calls included."""

    __tablename__ = "usage_totals"

    holder: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    period: Mapped[str] = mapped_column(String(20), primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    money: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class UsageLimit(Base):
    """A budget of somebody's own, instead of the one that the cohort file gives to all."""

    __tablename__ = "usage_limits"

    holder: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    tokens: Mapped[int | None] = mapped_column(BigInteger, default=None)
    money: Mapped[int | None] = mapped_column(BigInteger, default=None)


_Outcome = BudgetSpent | Lowered | None


@dataclass
class _Account:
    """A total and its limits, while a transaction holds the lock on them."""

    tokens: int
    money: int
    most_tokens: int | None
    most_money: int | None
    changed: bool = False

    def add(self, tokens: int, money: int) -> None:
        self.tokens += tokens
        self.money += money
        self.changed = True


@dataclass(frozen=True)
class _Open:
    """A call that waits for its settlement, as the database has it."""

    keys: tuple[_Key, ...]
    tokens: int
    money: int


_READ_CALL = """
SELECT login, team, period, tokens, money FROM usage_calls WHERE id = ? AND outcome = 'open'"""
_READ = """
SELECT t.tokens, t.money, l.tokens, l.money FROM usage_totals t
LEFT JOIN usage_limits l ON l.holder = t.holder AND l.name = t.name
WHERE t.holder = ? AND t.name = ? AND t.period = ?"""
_BEGIN_TOTAL = """
INSERT INTO usage_totals (holder, name, period, tokens, money) VALUES (?, ?, ?, 0, 0)
ON CONFLICT DO NOTHING"""
_WRITE_TOTAL = """
UPDATE usage_totals SET tokens = ?, money = ? WHERE holder = ? AND name = ? AND period = ?"""
_OPEN_CALL = """
INSERT INTO usage_calls (id, served_by, login, team, kind, period, model, engine, reserved_tokens,
  tokens, money, outcome, simulated, started_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?)"""
_SETTLE_CALL = """
UPDATE usage_calls SET tokens = ?, money = ?, outcome = ?, answered_by = ?, prompt_tokens = ?,
  completion_tokens = ?, simulated = ?, milliseconds = ?, settled_at = ?
WHERE id = ? AND outcome = 'open'"""


class Books:
    """Writes calls and totals by plain SQL on a connection of its own, many in a transaction.

    With SQLite it does not wait for other writers but says that they are there, and a commit is
    handed to the operating system without waiting for the disk: it survives a kill of the
    process at once, and a power cut once `sync` has run.
    """

    def __init__(self, store: Store, budgets: Budgets) -> None:
        self._store = store
        self._budgets = budgets
        self.local = store.engine.dialect.name == "sqlite"
        """Whether a write is a matter of microseconds, without a network in between."""
        self._connection: Any = None

        def own(sql: str) -> str:
            return sql if self.local else sql.replace("?", "%s")

        self._read = own(_READ if self.local else f"{_READ} FOR UPDATE OF t")
        self._begin_total, self._write_total = own(_BEGIN_TOTAL), own(_WRITE_TOTAL)
        self._open_call, self._read_call = own(_OPEN_CALL), own(_READ_CALL)
        self._settle_call = own(_SETTLE_CALL)

    def write(self, entries: Sequence[Reservation | Settlement]) -> list[_Outcome]:
        """Write all entries in one transaction.

        Gives for each why it was refused, or how far it was lowered, or None.

        Raises:
            BooksBusy: another program is writing to SQLite; try again in a moment.
            Exception: the database is out of order; nothing was written.
        """
        if self._connection is None:
            self._connection = self._connect()
        try:
            cursor = self._connection.cursor()
            if self.local:
                cursor.execute("BEGIN IMMEDIATE")
            outcomes = self._enter(cursor, entries)
            self._connection.commit()
        except Exception as error:
            busy = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
            with contextlib.suppress(Exception):
                self._connection.rollback()
            if busy:
                raise BooksBusy from None
            self.close()
            raise
        return outcomes

    def sync(self) -> None:
        """Bring what is committed to the disk itself; may run beside `write`, in a thread.

        PostgreSQL does so at each commit.
        """
        if self.local:
            with self._store.engine.connect() as connection:
                raw = connection.connection.driver_connection
                cast("sqlite3.Connection", raw).execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Let go of the connection; the next write opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.invalidate()

    def _connect(self) -> Any:
        connection = self._store.engine.raw_connection()
        if self.local:
            cursor = connection.cursor()
            for pragma in ("busy_timeout=0", "synchronous=NORMAL", "wal_autocheckpoint=0"):
                cursor.execute(f"PRAGMA {pragma}")
        return connection

    def _enter(self, cursor: Any, entries: Sequence[Reservation | Settlement]) -> list[_Outcome]:
        settled = [entry for entry in entries if isinstance(entry, Settlement)]
        wanted = [entry for entry in entries if isinstance(entry, Reservation)]
        waiting = [self._waiting(cursor, done) for done in settled]
        keys = {key for call in waiting if call for key in call.keys}
        keys.update(key for call in wanted for key in _keys(call, self._budgets.period(call.at)))
        # In an order that all gateways keep, for PostgreSQL locks each row that is read.
        accounts = {key: self._account(cursor, key) for key in sorted(keys)}
        # What is given back first may be what the next caller needs.
        for done, call in zip(settled, waiting, strict=True):
            if call is not None:
                self._settle(cursor, done, call, accounts)
        opened: list[tuple[object, ...]] = []
        outcomes = [
            self._reserve(entry, accounts, opened) if isinstance(entry, Reservation) else None
            for entry in entries
        ]
        if opened:
            cursor.executemany(self._open_call, opened)
        changed = [(a.tokens, a.money, *key) for key, a in accounts.items() if a.changed]
        if changed:
            cursor.executemany(self._write_total, changed)
        return outcomes

    def _waiting(self, cursor: Any, done: Settlement) -> _Open | None:
        found = cursor.execute(self._read_call, (done.call_id,)).fetchone()
        if found is None:
            return None
        login, team, period, tokens, money = found
        return _Open(_holders(login, team, period), tokens, money)

    def _account(self, cursor: Any, key: _Key) -> _Account:
        found = cursor.execute(self._read, key).fetchone()
        if found is None:
            cursor.execute(self._begin_total, key)
            found = cursor.execute(self._read, key).fetchone()
        tokens, money, own_tokens, own_money = found
        most_tokens, most_money = self._budgets.of(key[0])
        return _Account(
            tokens, money, _limit(own_tokens, most_tokens), _limit(own_money, most_money)
        )

    def _reserve(
        self,
        wanted: Reservation,
        accounts: dict[_Key, _Account],
        opened: list[tuple[object, ...]],
    ) -> _Outcome:
        period = self._budgets.period(wanted.at)
        keys = _keys(wanted, period)
        lowered: Lowered | None = None
        for key in keys:
            refusal = self._refusal(key, accounts[key], wanted)
            if refusal:
                fitting = _fitting(wanted, [accounts[each] for each in keys])
                if fitting is None:
                    return BudgetSpent(refusal)
                wanted, lowered = fitting, Lowered(fitting.tokens)
                break
        for key in keys:
            accounts[key].add(wanted.tokens, wanted.money)
        opened.append(
            (
                wanted.call_id, wanted.served_by, wanted.login, wanted.team, wanted.kind, period,
                wanted.model[:200], wanted.engine, wanted.tokens, wanted.tokens, wanted.money,
                False, self._moment(wanted.at),
            )
        )  # fmt: skip
        return lowered

    def _settle(
        self, cursor: Any, done: Settlement, call: _Open, accounts: dict[_Key, _Account]
    ) -> None:
        """Replace a call's reservation by what it really took; a second time changes nothing."""
        money = call.money if done.money is None else done.money
        cursor.execute(
            self._settle_call,
            (
                done.tokens, money, done.outcome, done.answered_by[:200], done.prompt_tokens,
                done.completion_tokens, done.simulated, done.milliseconds, self._moment(now()),
                done.call_id,
            ),
        )  # fmt: skip
        if cursor.rowcount == 1:
            for key in call.keys:
                accounts[key].add(done.tokens - call.tokens, money - call.money)

    def _moment(self, at: datetime) -> object:
        return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if self.local else at

    def _refusal(self, key: _Key, account: _Account, wanted: Reservation) -> str | None:
        """Say which budget does not allow a call, or give None when all is well."""
        if account.most_tokens is not None:
            left = max(account.most_tokens - account.tokens, 0)
            if wanted.tokens > left:
                return self._sentence(
                    key, f"{account.most_tokens:,} tokens", left, f"{wanted.tokens:,}"
                )
        if account.most_money is not None:
            left = max(account.most_money - account.money, 0)
            if wanted.money > left:
                return self._sentence(
                    key, self._price(account.most_money), left, self._price(wanted.money)
                )
        return None

    def _sentence(self, key: _Key, budget: str, left: int, wanted: str) -> str:
        holder, name, _ = key
        whose = {
            "citizen": "Your own budget",
            "team": f"The budget of team '{name}'",
            "cohort": "The whole cohort's budget",
        }[holder]
        span = "for today (UTC)" if self._budgets.per == "day" else "for this bootcamp"
        if left == 0:
            return f"{whose} of {budget} {span} is used up. Ask your facilitator to raise it."
        rest = f"{left:,}" if budget.endswith("tokens") else self._price(left)
        return (
            f"{whose} of {budget} {span} has {rest} left, and this call may need {wanted}. "
            "Shorten the prompt or ask for fewer max_tokens, or ask your facilitator to raise it."
        )

    def _price(self, billionths: int) -> str:
        return f"{in_currency(billionths):,f} {self._budgets.currency}"


def _fitting(wanted: Reservation, accounts: Iterable[_Account]) -> Reservation | None:
    """Lower a reservation to what all budgets have left; None where that is not enough for it."""
    if wanted.least_tokens is None:
        return None
    tokens = wanted.tokens
    for account in accounts:
        if account.most_tokens is not None:
            tokens = min(tokens, account.most_tokens - account.tokens)
        if account.most_money is not None and wanted.money > 0:
            left = max(account.most_money - account.money, 0)
            tokens = min(tokens, left * wanted.tokens // wanted.money)
    if tokens < wanted.least_tokens:
        return None
    # Rounded up, as costs are; by the choice of `tokens` that still fits.
    return replace(wanted, tokens=tokens, money=-(-wanted.money * tokens // wanted.tokens))


def _keys(call: Reservation, period: str) -> tuple[_Key, ...]:
    return _holders(call.login, call.team, period)


def _holders(login: str, team: str | None, period: str) -> tuple[_Key, ...]:
    """Name the totals that a call counts for."""
    always: tuple[_Key, ...] = (("citizen", login, period), ("cohort", _COHORT, period))
    return always if team is None else (*always, ("team", team, period))


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


@dataclass(frozen=True)
class Standing:
    """How a citizen, a team or the cohort stands in the present period.

    Money is in billionths of the currency; a limit of None means none. `calls` counts those of
    the whole bootcamp.
    """

    holder: Holder
    name: str
    calls: int
    tokens: int
    token_limit: int | None
    money: int
    money_limit: int | None
    own_limit: bool


def standings(
    session: Session, budgets: Budgets, logins: Iterable[str], teams: Iterable[str]
) -> list[Standing]:
    """Give the standing of the cohort, of each team and of each citizen, in this order.

    Whoever has called without being named here (say, a final run) comes at the end.
    """
    period = budgets.period(now())
    totals = {
        (total.holder, total.name): total
        for total in session.scalars(select(UsageTotal).where(UsageTotal.period == period))
    }
    limits = {(limit.holder, limit.name): limit for limit in session.scalars(select(UsageLimit))}
    counts: dict[tuple[str, str | None], int] = {("cohort", _COHORT): 0}
    for login, team, number in session.execute(
        select(UsageCall.login, UsageCall.team, func.count()).group_by(
            UsageCall.login, UsageCall.team
        )
    ):
        for key in (("cohort", _COHORT), ("team", team), ("citizen", login)):
            counts[key] = counts.get(key, 0) + number
    names = [("cohort", _COHORT), *(("team", t) for t in teams), *(("citizen", c) for c in logins)]
    names += [key for key in sorted(totals) if key not in set(names)]
    found = []
    for holder, name in names:
        total, limit = totals.get((holder, name)), limits.get((holder, name))
        of = cast("Holder", holder)
        most_tokens, most_money = budgets.of(of)
        found.append(
            Standing(
                holder=of,
                name=name,
                calls=counts.get((holder, name), 0),
                tokens=total.tokens if total else 0,
                token_limit=_limit(limit.tokens if limit else None, most_tokens),
                money=total.money if total else 0,
                money_limit=_limit(limit.money if limit else None, most_money),
                own_limit=limit is not None and (limit.tokens, limit.money) != (None, None),
            )
        )
    return found


@dataclass(frozen=True)
class Used:
    """What some calls took together; money is in billionths of the currency."""

    calls: int
    tokens: int
    money: int
    milliseconds: int


def used_since(session: Session, login: str, since: datetime) -> Used:
    """Give what the calls of `login` that began at `since` or later have taken."""
    found = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(UsageCall.tokens), 0),
            func.coalesce(func.sum(UsageCall.money), 0),
            func.coalesce(func.sum(UsageCall.milliseconds), 0),
        ).where(UsageCall.login == login, UsageCall.started_at >= since)
    ).one()
    return Used(*(int(number) for number in found))


@dataclass(frozen=True)
class Pending:
    """Of what somebody has used: what open calls have set aside, and what nobody is billed for."""

    tokens: int = 0
    money: int = 0
    simulated: int = 0
    """Tokens that the practice model counted."""


def pending(session: Session, budgets: Budgets) -> dict[tuple[Holder, str], Pending]:
    """Give it for the present period, for everybody who has called."""
    is_open = UsageCall.outcome == "open"
    rows = session.execute(
        select(
            UsageCall.login,
            UsageCall.team,
            func.sum(case((is_open, UsageCall.tokens), else_=0)),
            func.sum(case((is_open, UsageCall.money), else_=0)),
            func.sum(case((UsageCall.simulated, UsageCall.tokens), else_=0)),
        )
        .where(UsageCall.period == budgets.period(now()))
        .group_by(UsageCall.login, UsageCall.team)
    )
    found: dict[tuple[Holder, str], Pending] = {}
    for login, team, tokens, money, simulated in rows:
        for holder, name, _ in _holders(login, team, ""):
            before = found.get((holder, name), Pending())
            found[holder, name] = Pending(
                before.tokens + int(tokens),
                before.money + int(money),
                before.simulated + int(simulated),
            )
    return found


def set_limit(
    session: Session, holder: Holder, name: str, limits: Mapping[str, int | None]
) -> None:
    """Give a citizen, a team or the cohort limits of its own, from the next call on.

    Args:
        session: a session that is committed afterwards.
        holder: whose limits; the cohort's own name is 'cohort'.
        name: the login or the team's slug.
        limits: for 'tokens', for 'money' (in billionths) or both; None takes the cohort file's
            again, `UNLIMITED` is none at all. What is not named stays.
    """
    limit = session.get(UsageLimit, (holder, name)) or UsageLimit(holder=holder, name=name)
    for what, most in limits.items():
        setattr(limit, what, most)
    session.add(limit)


def billionths(amount: Decimal | None) -> int | None:
    """Give an amount of the currency in whole billionths; None stays None."""
    return None if amount is None else int(amount * BILLION)


def in_currency(billionths: int) -> Decimal:
    """Give an amount in the currency itself, with two digits or as many as it has."""
    exact = Decimal(billionths) / BILLION
    return exact.quantize(Decimal("0.01")) if exact == round(exact, 2) else exact.normalize()


def _limit(own: int | None, general: int | None) -> int | None:
    if own is None:
        return general
    return None if own == UNLIMITED else own

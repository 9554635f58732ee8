"""Homework: what was released, what was handed in, what feedback went back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bootcamp.store.base import Base, UTCDateTime, now

__all__ = [
    "Feedback",
    "Grading",
    "HandIn",
    "HandInMember",
    "Release",
    "collected_handin",
    "counts_for",
]


class Release(Base):
    """A homework that citizens can see and hand in."""

    __tablename__ = "releases"

    assignment: Mapped[str] = mapped_column(String(40), primary_key=True)
    released_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class HandIn(Base):
    """One version of one citizen's homework; versions are added, never replaced."""

    __tablename__ = "handins"

    id: Mapped[int] = mapped_column(primary_key=True)
    receipt: Mapped[str] = mapped_column(String(40), unique=True)
    assignment: Mapped[str] = mapped_column(ForeignKey("releases.assignment"), index=True)
    login: Mapped[str] = mapped_column(String(30), index=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int]
    folder: Mapped[str]
    """Relative to the data folder's handins/."""
    collected_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)
    """The deadline that held for it, refreshed when it is collected: it may have been extended."""
    late_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    penalty_percent: Mapped[float] = mapped_column(default=0, server_default="0")
    """What being late costs, of the homework's points."""
    team: Mapped[str | None] = mapped_column(String(40), default=None)
    """The team that it was handed in for; it counts for those who were its members then."""


class HandInMember(Base):
    """Somebody else whom a team's hand-in counts for."""

    __tablename__ = "handin_members"

    handin_id: Mapped[int] = mapped_column(ForeignKey("handins.id"), primary_key=True)
    login: Mapped[str] = mapped_column(String(30), primary_key=True, index=True)


class Grading(Base):
    """What the checks said about one citizen's collected hand-in; marks are in the gradebook."""

    __tablename__ = "gradings"
    __table_args__ = (UniqueConstraint("assignment", "login"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str] = mapped_column(String(40), index=True)
    login: Mapped[str] = mapped_column(String(30), index=True)
    handin_id: Mapped[int | None] = mapped_column(ForeignKey("handins.id"), default=None)
    graded_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    verdicts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By graded cell: the sentence for the citizen."""
    notes: Mapped[list[Any]] = mapped_column(JSON)
    """What happened to the notebook on the way, in plain words."""
    inputs: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Digest of everything that these results rest on; empty when they want to be made again."""


class Feedback(Base):
    """What one citizen gets back for one hand-in."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str] = mapped_column(String(40), index=True)
    login: Mapped[str] = mapped_column(String(30), index=True)
    handin_id: Mapped[int | None] = mapped_column(ForeignKey("handins.id"), default=None)
    score: Mapped[float]
    max_score: Mapped[float]
    awaits_marking: Mapped[bool] = mapped_column(default=False)
    """True while the facilitator's part has no mark yet."""
    html: Mapped[str]
    released_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


def counts_for(login: str) -> ColumnElement[bool]:
    """Give the condition for hand-ins that count for this person: own ones, and their team's."""
    as_member = select(HandInMember.handin_id).where(HandInMember.login == login)
    return or_(HandIn.login == login, HandIn.id.in_(as_member))


def collected_handin(session: Session, assignment: str, login: str) -> int | None:
    """Give the id of the hand-in that was collected last from this person, if any."""
    query = select(HandIn.id).where(
        HandIn.assignment == assignment,
        counts_for(login),
        HandIn.collected_at.is_not(None),
    )
    return session.scalar(query.order_by(HandIn.id.desc()).limit(1))

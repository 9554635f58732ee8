"""Marking by hand: who marked what, and the comments that are worth saying again.

The marks themselves are in nbgrader's gradebook.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bootcamp.errors import UnknownName
from bootcamp.spoken import texts
from bootcamp.store.base import Base, UTCDateTime, now

__all__ = [
    "LONGEST_COMMENT",
    "Marking",
    "ReusableComment",
    "change_comment",
    "comments_for",
    "keep_comment",
    "marking_of",
]

_ = texts("desk")

LONGEST_COMMENT = 4_000


class Marking(Base):
    """Who marked one exercise of one citizen last, and when."""

    __tablename__ = "markings"
    __table_args__ = (UniqueConstraint("assignment", "login", "exercise"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str] = mapped_column(String(40), index=True)
    login: Mapped[str] = mapped_column(String(30))
    exercise: Mapped[str] = mapped_column(String(120))
    marked_by: Mapped[str] = mapped_column(String(30))
    marked_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)


class ReusableComment(Base):
    """A comment that facilitators offer themselves again, at the same exercise."""

    __tablename__ = "reusable_comments"
    __table_args__ = (UniqueConstraint("assignment", "exercise", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment: Mapped[str] = mapped_column(String(40), index=True)
    exercise: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(String(30))


def marking_of(session: Session, assignment: str, login: str, exercise: str) -> Marking | None:
    """Give who marked this exercise last, None when nobody did on our pages."""
    return session.scalar(
        select(Marking).where(
            Marking.assignment == assignment,
            Marking.login == login,
            Marking.exercise == exercise,
        )
    )


def comments_for(session: Session, assignment: str, exercise: str) -> list[ReusableComment]:
    """Give the comments kept for an exercise, the oldest first."""
    query = select(ReusableComment).where(
        ReusableComment.assignment == assignment, ReusableComment.exercise == exercise
    )
    return list(session.scalars(query.order_by(ReusableComment.id)))


def keep_comment(
    session: Session, assignment: str, exercise: str, text: str, by: str
) -> ReusableComment | None:
    """Keep a comment; nothing happens when it is empty or kept already."""
    text = text.strip()[:LONGEST_COMMENT]
    if not text:
        return None
    for comment in comments_for(session, assignment, exercise):
        if comment.text == text:
            return comment
    comment = ReusableComment(assignment=assignment, exercise=exercise, text=text, made_by=by)
    session.add(comment)
    session.flush()
    return comment


def change_comment(
    session: Session, assignment: str, exercise: str, comment_id: int, text: str
) -> None:
    """Give a kept comment another wording; an empty one removes it.

    Raises:
        UnknownName: there is no such comment for this exercise.
    """
    kept = {comment.id: comment for comment in comments_for(session, assignment, exercise)}
    comment = kept.get(comment_id)
    if comment is None:
        raise UnknownName(_("This comment is not kept any more. Load the page again."))
    text = text.strip()[:LONGEST_COMMENT]
    if not text or any(other.text == text for other in kept.values() if other is not comment):
        session.delete(comment)
    else:
        comment.text = text

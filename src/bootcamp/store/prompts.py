"""What was asked and answered, for cohorts that decided to keep it and told their citizens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, delete, func, select, text
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Mapped, mapped_column

from bootcamp.store.base import Base, Store, UTCDateTime, now

__all__ = ["KeptPrompt", "count_prompts", "purge_prompts"]


class KeptPrompt(Base):
    """The text of one call of the model."""

    __tablename__ = "kept_prompts"

    call_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    login: Mapped[str] = mapped_column(String(255), index=True)
    team: Mapped[str | None] = mapped_column(String(40))
    asked: Mapped[str] = mapped_column(Text)
    """The messages, as JSON."""
    answered: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now, index=True)


def count_prompts(store: Store) -> int:
    """Give how many calls' texts are kept."""
    with store.session() as session:
        return session.scalar(select(func.count()).select_from(KeptPrompt)) or 0


def purge_prompts(store: Store, *, before: datetime | None = None) -> int:
    """Delete kept texts for good, all of them or those from before a moment; gives how many.

    The usage records stay: they hold no text.
    """
    doomed = delete(KeptPrompt)
    if before is not None:
        doomed = doomed.where(KeptPrompt.kept_at < before)
    local = store.engine.dialect.name == "sqlite"
    with store.engine.connect() as connection:
        if local:  # overwrite what is deleted, in place of marking it as free
            connection.execute(text("PRAGMA secure_delete=ON"))
            connection.rollback()
        result = connection.execute(doomed)
        connection.commit()
        if local:  # the write-ahead log still holds the text
            raw = connection.connection.driver_connection
            if raw is not None:
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    count: int = result.rowcount if isinstance(result, CursorResult) else 0
    return count

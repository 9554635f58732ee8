"""The base of all tables that are ours, and how they are opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

__all__ = ["Base", "Store", "UTCDateTime", "now"]


class Base(DeclarativeBase):
    """All of our tables."""


class UTCDateTime(TypeDecorator[datetime]):
    """A moment that keeps its time zone also where the database forgets it (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def now() -> datetime:
    """Give this moment, in UTC."""
    return datetime.now(UTC)


def _close_to_others(database: str | None) -> None:
    """Create an SQLite file readable by its owner alone; its log files take over the mode."""
    if database and database != ":memory:":
        os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))


class Store:
    """Our database, shared by the hub, its services and the command line."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session that is committed at the end, and rolled back when an error passes."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def connect(url: str) -> Engine:
    """Give an engine for `url`; SQLite is set up for several processes and for power cuts."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        _close_to_others(engine.url.database)

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            # Wait first, for the next one may meet others. Write-ahead log: readers never wait.
            # FULL: a commit survives a power cut.
            for pragma in ("busy_timeout=15000", "journal_mode=WAL", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("PRAGMA foreign_keys=ON")
            # Python's own transaction handling would begin late; see SQLAlchemy's pysqlite notes.
            connection.isolation_level = None

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            # Every transaction takes the write lock at once: read-then-write never deadlocks.
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine

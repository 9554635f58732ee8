"""Accounts: who may log in, by which invitation and password, and as which system user."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bootcamp.store.base import Base, UTCDateTime, now

__all__ = ["Account", "Attempt", "Invitation", "TeamFolder"]


class Account(Base):
    """A person's credentials; `id` gives the system user id of the person's servers."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(30), unique=True)
    password_hash: Mapped[str | None] = mapped_column(default=None)
    joined_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class TeamFolder(Base):
    """A team's shared folder; `id` gives the system group id of its files."""

    __tablename__ = "team_folders"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)


class Invitation(Base):
    """A one-time link; only the token's hash is kept, so that a stolen database opens no door."""

    __tablename__ = "invitations"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    login: Mapped[str] = mapped_column(String(30), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=None)


class Attempt(Base):
    """A wrong password, kept as long as it counts for throttling."""

    __tablename__ = "login_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)

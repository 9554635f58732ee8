"""Invitations and passwords: how a person of the cohort gets in, and how guessing is slowed.

A facilitator hands out one-time links; the citizen opens the link and chooses a password.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from bootcamp.errors import InvitationError, TooManyAttempts, UsageError, WrongPassword
from bootcamp.language import N_
from bootcamp.spoken import texts, whole_day
from bootcamp.store import Store, now
from bootcamp.store.accounts import Account, Attempt, Invitation, TeamFolder

__all__ = [
    "FIRST_GROUP_ID",
    "FIRST_USER_ID",
    "PASSWORD_MIN_LENGTH",
    "Accounts",
    "SystemIds",
]

_ = texts("door")
_n = _.count

# Above what Debian's adduser gives to people (1000-59999), so that they never meet.
FIRST_USER_ID = 200_000
FIRST_GROUP_ID = 300_000
PASSWORD_MIN_LENGTH = 10
_PASSWORD_MAX_LENGTH = 200
_ATTEMPTS_ALLOWED = 8
_ATTEMPTS_WINDOW = timedelta(minutes=10)
_USED = N_(
    "This invitation has been used already. Sign in with your login and password, or ask your"
    " facilitator for a new link."
)
# RFC 9106's second recommended setting costs 64 MiB a guess; this is OWASP's minimum for servers
# where forty people may log in within the same minute: 19 MiB, two passes.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when the login is unknown, so that the answer takes as long as for a known one.
_NOBODYS_HASH = _HASHER.hash(secrets.token_hex(16))


@dataclass(frozen=True)
class SystemIds:
    """The numeric user and group that a person's processes and files belong to."""

    uid: int
    gid: int


class Accounts:
    """Everything about getting in; logins are checked against the cohort by the caller."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime] = now) -> None:
        self._store = store
        self._now = clock

    def invite(self, login: str, *, valid_for: timedelta) -> str:
        """Give a fresh one-time token for `login`; older unused ones stop working."""
        token = secrets.token_urlsafe(24)
        with self._store.session() as session:
            _account(session, login)
            session.execute(
                delete(Invitation).where(Invitation.login == login, Invitation.used_at.is_(None))
            )
            at = self._now()
            session.add(
                Invitation(
                    token_hash=_digest(token), login=login, created_at=at, expires_at=at + valid_for
                )
            )
        return token

    def invited_login(self, token: str) -> str:
        """Give the login that an open invitation is for.

        Raises:
            InvitationError: it is unknown, used or expired; says what to do.
        """
        with self._store.session() as session:
            return _open_invitation(session, token, self._now()).login

    def join(self, token: str, password: str) -> str:
        """Use an invitation: set the password, and give the login.

        Raises:
            InvitationError: the invitation is unknown, used or expired.
            UsageError: the password is too short, too long or the login itself.
        """
        with self._store.session() as session:
            login = _open_invitation(session, token, self._now()).login
        _require_good_password(password, login)
        password_hash = _HASHER.hash(_as_typed_anywhere(password))
        with self._store.session() as session:
            at = self._now()
            _open_invitation(session, token, at)
            _use(session, token, at)
            account = _account(session, login)
            account.password_hash = password_hash
            account.joined_at = account.joined_at or at
            session.execute(delete(Attempt).where(Attempt.login == login))
        return login

    def verify(self, login: str, password: str) -> str:
        """Check a login and its password, and give the login as the cohort writes it.

        The attempt counts as a wrong one from before the check until it has succeeded, so that
        many at the same moment get no more guesses than one after the other.

        Raises:
            TooManyAttempts: there were too many wrong ones just before; says how long to wait.
            WrongPassword: they do not go together.
        """
        # Phones write the first letter large and add a space.
        login = login.strip().lower()[:64]
        with self._store.session() as session:
            at = self._now()
            wait = _minutes_to_wait(session, login, at)
            known = session.scalar(select(Account.password_hash).where(Account.login == login))
            if not wait:
                session.add(Attempt(login=login, at=at))
        if wait:
            raise TooManyAttempts(
                _n(
                    "Too many wrong passwords. Wait {n} minute, or ask your facilitator for a new"
                    " invitation link.",
                    "Too many wrong passwords. Wait {n} minutes, or ask your facilitator for a new"
                    " invitation link.",
                    wait,
                )
            )
        if _matches(known or _NOBODYS_HASH, password) and known:
            self._remember_success(login, known, password)
            return login
        raise WrongPassword(
            _("This login and password do not go together. Check both and try again.")
        )

    def has_joined(self, login: str) -> bool:
        """Tell whether the person has chosen a password."""
        with self._store.session() as session:
            found = session.scalar(select(Account.password_hash).where(Account.login == login))
        return found is not None

    def has_open_invitation(self, login: str) -> bool:
        """Tell whether an invitation of this person can still be used."""
        with self._store.session() as session:
            found = session.scalar(
                select(Invitation.token_hash).where(
                    Invitation.login == login,
                    Invitation.used_at.is_(None),
                    Invitation.expires_at > self._now(),
                )
            )
        return found is not None

    def system_ids(self, login: str, team: str | None) -> SystemIds:
        """Give the user id of a person and the group id of the team, the same at every call."""
        with self._store.session() as session:
            account_id = _account(session, login).id
            if team is None:
                return SystemIds(FIRST_USER_ID + account_id, FIRST_USER_ID + account_id)
            folder = session.scalar(select(TeamFolder).where(TeamFolder.slug == team))
            if folder is None:
                folder = TeamFolder(slug=team)
                session.add(folder)
                session.flush()
            return SystemIds(FIRST_USER_ID + account_id, FIRST_GROUP_ID + folder.id)

    def _remember_success(self, login: str, known: str, password: str) -> None:
        with self._store.session() as session:
            session.execute(delete(Attempt).where(Attempt.login == login))
            if _HASHER.check_needs_rehash(known):
                session.execute(
                    update(Account)
                    .where(Account.login == login)
                    .values(password_hash=_HASHER.hash(_as_typed_anywhere(password)))
                )


def _account(session: Session, login: str) -> Account:
    account = session.scalar(select(Account).where(Account.login == login))
    if account is None:
        account = Account(login=login)
        session.add(account)
        session.flush()
    return account


def _open_invitation(session: Session, token: str, at: datetime) -> Invitation:
    invitation = session.get(Invitation, _digest(token))
    if invitation is None:
        raise InvitationError(
            _(
                "This invitation link is not known, or a newer one has replaced it."
                " Ask your facilitator for a new link."
            )
        )
    if invitation.used_at is not None:
        raise InvitationError(_(_USED))
    if invitation.expires_at <= at:
        raise InvitationError(
            _(
                "This invitation expired on {day}. Ask your facilitator for a new link.",
                day=whole_day(invitation.expires_at),
            )
        )
    return invitation


def _use(session: Session, token: str, at: datetime) -> None:
    """Mark an invitation as used; of two who do it at the same moment, one is refused."""
    result = session.execute(
        update(Invitation)
        .where(Invitation.token_hash == _digest(token), Invitation.used_at.is_(None))
        .values(used_at=at)
    )
    if cast("CursorResult[object]", result).rowcount != 1:
        raise InvitationError(_(_USED))


def _minutes_to_wait(session: Session, login: str, at: datetime) -> int:
    """Give how many minutes the login is closed for, 0 when it is open."""
    since = at - _ATTEMPTS_WINDOW
    session.execute(delete(Attempt).where(Attempt.at < since))
    count, first = session.execute(
        select(func.count(), func.min(Attempt.at)).where(Attempt.login == login)
    ).one()
    if count < _ATTEMPTS_ALLOWED or first is None:
        return 0
    return int((first + _ATTEMPTS_WINDOW - at).total_seconds() // 60) + 1


def _require_good_password(password: str, login: str) -> None:
    if len(password) < PASSWORD_MIN_LENGTH:
        raise UsageError(
            _(
                "Choose a password of at least {n} characters; three or four words are easy to"
                " remember.",
                n=PASSWORD_MIN_LENGTH,
            )
        )
    if len(password) > _PASSWORD_MAX_LENGTH:
        raise UsageError(_("Choose a password of at most {n} characters.", n=_PASSWORD_MAX_LENGTH))
    if password.strip().lower() == login or len(set(password)) < 4:
        raise UsageError(_("This password is too easy to guess. Choose another one."))


def _matches(password_hash: str, password: str) -> bool:
    # A password that is too long to be right costs the same as any other wrong one.
    possible = len(password) <= _PASSWORD_MAX_LENGTH
    try:
        matches = _HASHER.verify(password_hash, _as_typed_anywhere(password) if possible else "")
    except (VerificationError, InvalidHashError):
        return False
    return possible and bool(matches)


def _as_typed_anywhere(password: str) -> str:
    """Give one spelling for the same letters: Macs compose accents in another way (RFC 8265)."""
    return unicodedata.normalize("NFC", password)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

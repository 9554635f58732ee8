"""The exchange: releases homework, takes hand-ins in, gives them to grading, returns feedback.

A hand-in is safe once its receipt is given: its files are written to a folder of their own and
synced, the folder is renamed into place, and only then the row commits. A crash in between leaves
a folder that no row names, which everything ignores.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bootcamp.cohort import Cohort
from bootcamp.deadlines import Deadline, how_long, in_zone, spoken_moment
from bootcamp.errors import HandInRefused, UnknownName
from bootcamp.exchange import course, rules
from bootcamp.settings import DataFolder, private_folder
from bootcamp.spoken import texts
from bootcamp.store import Store, now
from bootcamp.store.gradebook import TIMESTAMP_FORMAT, course_folder
from bootcamp.store.handins import (
    Feedback,
    Grading,
    HandIn,
    HandInMember,
    Release,
    collected_handin,
    counts_for,
)

__all__ = ["Exchange", "FeedbackState", "HandInState", "HomeworkState", "Receipt"]

_ = texts("homework")
_log = logging.getLogger(__name__)
# Without letters that are read as digits; a receipt is read out over the phone at times.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_STALE_SECONDS = 3600


@dataclass(frozen=True)
class Receipt:
    """The proof of a hand-in, and what its author should know about it."""

    receipt: str
    received_at: datetime
    message: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class HandInState:
    """One version of somebody's homework."""

    receipt: str
    received_at: datetime
    login: str
    size_bytes: int
    collected_at: datetime | None
    late: str = ""
    """How late, in words like `2 hours`; empty when it was on time."""
    by: str = ""
    """Of a team's: who handed it in, for which team, in words."""
    members: tuple[str, ...] = ()
    """Of a team's: whom else it counts for."""


@dataclass(frozen=True)
class FeedbackState:
    """What came back: points, and whether the facilitator's part is still to come."""

    score: float
    max_score: float
    awaits_marking: bool
    released_at: datetime
    receipt: str | None
    """Of the hand-in that was graded."""


@dataclass(frozen=True)
class HomeworkState:
    """Where one person stands with one homework."""

    assignment: str
    title: str
    session: int
    released_at: datetime | None
    last_handin: HandInState | None
    feedback: FeedbackState | None
    due: str = ""
    """The deadline in words like `Monday 18 January, 09:00`; empty when there is none."""
    due_at: datetime | None = None


class Exchange:
    """Everything that happens to homework outside of grading; safe to use from several threads."""

    def __init__(
        self,
        data: DataFolder,
        store: Store,
        cohort: Cohort,
        *,
        content: Path | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """Use the course below `content`, by default the package's own, and the server's clock."""
        self._data = data
        self._store = store
        self._cohort = cohort
        self._content = content
        self._clock = clock

    # Out to the citizens

    def release(self, assignment: str) -> datetime:
        """Release a homework, or bring a corrected one out under the same release.

        Raises:
            UnknownName: the course has no such homework.
            BuildError: nbgrader refuses it.
        """
        homework = self._homework(assignment)
        course.generate(self._data, homework, due=self._due(assignment))
        with self._store.session() as session:
            release = session.get(Release, assignment)
            if release is None:
                release = Release(assignment=assignment, released_at=now())
                session.add(release)
            return release.released_at

    def released(self) -> list[str]:
        """Give the names of all released homework."""
        with self._store.session() as session:
            return list(session.scalars(select(Release.assignment).order_by(Release.assignment)))

    def files(self, assignment: str) -> dict[str, bytes]:
        """Give what a citizen receives, by path in the homework's folder.

        Raises:
            UnknownName: there is no such homework, or it is not released.
        """
        self._homework(assignment)
        if assignment not in self.released():
            raise UnknownName(
                _(
                    "{assignment} is not released yet. Your facilitator will open it.",
                    assignment=assignment,
                )
            )
        folder = self._data.course / "release" / assignment
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }

    # In with a receipt

    def hand_in(self, assignment: str, login: str, files: Mapping[str, bytes]) -> Receipt:
        """Keep one version of a citizen's homework and give the receipt for it.

        Exactly the same files as the last time give the first receipt again.

        Raises:
            HandInRefused: it cannot be accepted; nothing is kept, earlier versions are untouched.
        """
        self._refuse_stranger(login)
        self._refuse_unreleased(assignment)
        released = self._released_notebook(assignment)
        accepted = rules.accepted_files(assignment, files, released)
        warnings = self._warnings(assignment, files, accepted, released)
        sha256 = rules.digest(accepted)
        received_at, deadline = self._clock(), self._cohort.deadline(assignment, login)
        as_team = self._cohort.rules_of(assignment).by == "team"
        team = self._cohort.team_of(login) if as_team else None
        receipt = _new_receipt(assignment)
        draft = self._incoming() / receipt
        place = f"{assignment}/{login}/{receipt}"
        _write_synced(draft, accepted)
        try:
            with self._store.session() as session:
                # Also where the database has finer locks than SQLite: one hand-in at a time.
                session.get(Release, assignment, with_for_update=True)
                last = _last(session, assignment, login)
                if last is not None and last.sha256 == sha256:
                    return self._receipt_again(last, warnings)
                if deadline and deadline.refuses(received_at):
                    raise HandInRefused(self._too_late(assignment, deadline, last))
                row = HandIn(
                    receipt=receipt,
                    assignment=assignment,
                    login=login,
                    received_at=received_at,
                    sha256=sha256,
                    size_bytes=sum(map(len, accepted.values())),
                    folder=place,
                )
                _note_lateness(row, deadline)
                session.add(row)
                session.flush()
                if team:
                    row.team = team.slug
                    others = [member for member in team.members if member != login]
                    session.add_all(HandInMember(handin_id=row.id, login=m) for m in others)
                self._put_in_place(draft, self._data.handins / place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        said = [
            _("Handed in on {when}{late}.", when=self._when(row.received_at), late=_late_words(row))
        ]
        if team:
            said.append(_("It counts for all of {team}.", team=team.name))
        said.append(_("Your receipt is {receipt}.", receipt=receipt))
        return Receipt(receipt, row.received_at, " ".join(said), warnings)

    def handins(self, assignment: str, login: str | None = None) -> list[HandInState]:
        """Give every version handed in, oldest first: of one person, or of everyone."""
        query = select(HandIn).where(HandIn.assignment == assignment).order_by(HandIn.id)
        if login is not None:
            query = query.where(counts_for(login))
        with self._store.session() as session:
            return [self._handin_state(session, row) for row in session.scalars(query)]

    def handin_files(self, receipt: str) -> dict[str, bytes]:
        """Give the files of one version, as they were handed in.

        Raises:
            UnknownName: nothing was handed in under this receipt.
        """
        with self._store.session() as session:
            row = session.scalar(select(HandIn).where(HandIn.receipt == receipt))
        if row is None:
            raise UnknownName(
                _("Nothing was handed in under the receipt '{receipt}'.", receipt=receipt)
            )
        return self._kept_files(row)

    # On to grading

    def collect(self, assignment: str) -> list[str]:
        """Put everyone's newest version where nbgrader looks for it; give all their logins.

        Raises:
            UnknownName: there is no such homework, or it is not released.
        """
        self._homework(assignment)
        if assignment not in self.released():
            raise UnknownName(
                _(
                    "{assignment} is not released yet: `bootcamp release` comes first.",
                    assignment=assignment,
                )
            )
        self._sweep()
        self._refresh_lateness(assignment)
        known = {person.login for person in self._cohort.citizens}
        collected = []
        for login, row in self._newest(assignment):
            if login not in known:
                _log.warning("%s handed in and is no citizen any more: left out", login)
                continue
            try:
                self._collect_one(row, login)
            except (OSError, UnknownName, HandInRefused) as error:
                # One damaged folder must not keep the others from being graded.
                _log.error("Hand-in %s of %s is not readable: %s", row.receipt, login, error)
                continue
            collected.append(login)
        return collected

    def collected_id(self, assignment: str, login: str) -> int | None:
        """Give the id of the hand-in that was collected last from this person, if any."""
        with self._store.session() as session:
            return collected_handin(session, assignment, login)

    # Back as feedback

    def publish_feedback(
        self,
        assignment: str,
        login: str,
        *,
        score: float,
        max_score: float,
        awaits_marking: bool,
        html: str,
        handin_id: int | None = None,
    ) -> None:
        """Give a citizen the feedback on a hand-in; on the same hand-in it replaces the earlier."""
        self._cohort.person(login)
        with self._store.session() as session:
            row = session.scalar(
                select(Feedback).where(
                    Feedback.assignment == assignment,
                    Feedback.login == login,
                    Feedback.handin_id == handin_id,
                )
            )
            if row is None:
                row = Feedback(assignment=assignment, login=login, handin_id=handin_id)
                session.add(row)
            row.score, row.max_score, row.html = score, max_score, html
            row.awaits_marking, row.released_at = awaits_marking, now()

    def feedback_html(self, assignment: str, login: str) -> str | None:
        """Give the newest feedback page, or none."""
        with self._store.session() as session:
            row = _last_feedback(session, assignment, login)
            return row.html if row else None

    def state(self, login: str) -> list[HomeworkState]:
        """Give where this person stands with every homework of the course."""
        states = []
        with self._store.session() as session:
            for homework in self._homeworks().values():
                release = session.get(Release, homework.name)
                last = _last(session, homework.name, login)
                feedback = _last_feedback(session, homework.name, login)
                deadline = self._cohort.deadline(homework.name, login)
                states.append(
                    HomeworkState(
                        assignment=homework.name,
                        title=homework.title,
                        session=homework.session,
                        released_at=release.released_at if release else None,
                        last_handin=self._handin_state(session, last) if last else None,
                        feedback=_feedback_state(session, feedback) if feedback else None,
                        due=str(deadline) if deadline else "",
                        due_at=deadline.due if deadline else None,
                    )
                )
        return states

    # How

    def _homeworks(self) -> dict[str, course.Homework]:
        return course.homeworks(self._content, self._cohort.language)

    def _homework(self, assignment: str) -> course.Homework:
        return course.find(self._homeworks(), assignment)

    def _refuse_stranger(self, login: str) -> None:
        roles = {person.login: person.role for person in self._cohort.people}
        if login not in roles:
            raise HandInRefused(
                _("'{login}' is not in this cohort. Ask your facilitator to add you.", login=login)
            )
        if roles[login] != "citizen":
            raise HandInRefused(
                _("Only citizens hand homework in. Log in as a citizen to try it out.")
            )

    def _refuse_unreleased(self, assignment: str) -> None:
        if assignment not in self._homeworks():
            names = ", ".join(self.released()) or _("none is released yet")
            raise HandInRefused(
                _(
                    "There is no homework called '{assignment}'; there is: {names}.",
                    assignment=assignment,
                    names=names,
                )
            )
        if assignment not in self.released():
            raise HandInRefused(
                _(
                    "{assignment} is not released yet, so it cannot be handed in. Your facilitator "
                    "opens it after the session.",
                    assignment=assignment,
                )
            )

    def _receipt_again(self, row: HandIn, warnings: tuple[str, ...]) -> Receipt:
        who = self._handed_in_by(row)
        fields = {
            "when": self._when(row.received_at),
            "late": _late_words(row),
            "receipt": row.receipt,
        }
        if who:
            message = _(
                "{who} handed in exactly this on {when} already{late}. The receipt is still "
                "{receipt}.",
                who=who,
                **fields,
            )
        else:
            message = _(
                "You handed in exactly this on {when} already{late}. Your receipt is still "
                "{receipt}.",
                **fields,
            )
        return Receipt(row.receipt, row.received_at, message, warnings)

    def _too_late(self, assignment: str, deadline: Deadline, last: HandIn | None) -> str:
        counts = (
            _("Your hand-in of {when} counts.", when=self._when(last.received_at))
            if last
            else _("Nothing was kept.")
        )
        return _(
            "{assignment} was due {deadline} and is no longer taken. {counts} Ask your facilitator "
            "if you need more time.",
            assignment=assignment,
            deadline=deadline,
            counts=counts,
        )

    def _when(self, moment: datetime) -> str:
        return spoken_moment(in_zone(moment, self._cohort.time_zone))

    def _handin_state(self, session: Session, row: HandIn) -> HandInState:
        deadline = self._cohort.deadline(row.assignment, row.login)
        late = deadline.late_by(row.received_at) if deadline else timedelta(0)
        return HandInState(
            receipt=row.receipt,
            received_at=row.received_at,
            login=row.login,
            size_bytes=row.size_bytes,
            collected_at=row.collected_at,
            late=how_long(late) if late else "",
            by=self._handed_in_by(row),
            members=_members(session, row) if row.team else (),
        )

    def _handed_in_by(self, row: HandIn) -> str:
        """Give `Tom for Team Teal`, of a team's hand-in; people and teams may have gone since."""
        if not row.team:
            return ""
        names = {person.login: person.name for person in self._cohort.people}
        teams = {team.slug: team.name for team in self._cohort.teams}
        return _(
            "{person} for {team}",
            person=names.get(row.login, row.login),
            team=teams.get(row.team, row.team),
        )

    def _due(self, assignment: str) -> datetime | None:
        deadline = self._cohort.deadline(assignment)
        return deadline.due if deadline else None

    def _released_notebook(self, assignment: str) -> Any:
        name = f"{assignment}.ipynb"
        return rules.parse_notebook(name, self.files(assignment)[name])

    def _warnings(
        self,
        assignment: str,
        came: Mapping[str, bytes],
        accepted: Mapping[str, bytes],
        released: Any,
    ) -> tuple[str, ...]:
        """Give what the citizen should know: what was mended, and what looks like a mistake."""
        files, told = rules.for_grading(assignment, accepted, released)
        name = f"{assignment}.ipynb"
        if sum(map(len, came.values())) > rules.MOST_BYTES:
            told += (
                _(
                    "Your notebook was very big because of what its cells printed. It was kept "
                    "without those outputs; what you wrote is all there."
                ),
            )
        return (*told, *rules.worth_mentioning(rules.parse_notebook(name, files[name]), released))

    def _incoming(self) -> Path:
        private_folder(self._data.handins)
        return private_folder(self._data.handins / ".incoming")

    def _put_in_place(self, draft: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(place)
        for folder in (place.parent, place.parent.parent, self._data.handins):
            _sync_folder(folder)

    def _kept_files(self, row: HandIn) -> dict[str, bytes]:
        folder = self._data.handins / row.folder
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }
        if rules.digest(files) != row.sha256:
            raise UnknownName(
                _(
                    "The files of hand-in {receipt} are not as they were handed in. Restore "
                    "{folder} from a backup, or ask {login} to hand in again.",
                    receipt=row.receipt,
                    folder=folder,
                    login=row.login,
                )
            )
        return files

    def _newest(self, assignment: str) -> list[tuple[str, HandIn]]:
        """Give by login what counts: the own newest hand-in, or the team's."""
        query = select(HandIn).where(HandIn.assignment == assignment).order_by(HandIn.id)
        newest: dict[str, HandIn] = {}
        with self._store.session() as session:
            for row in session.scalars(query):
                newest |= dict.fromkeys((row.login, *_members(session, row)), row)
        return sorted(newest.items(), key=lambda item: item[0])

    def _collect_one(self, row: HandIn, login: str) -> None:
        target = course_folder(self._data, "submitted", login, row.assignment)
        stamp = row.received_at.astimezone(UTC).strftime(TIMESTAMP_FORMAT)
        timestamp = target / "timestamp.txt"
        if row.collected_at and timestamp.is_file() and timestamp.read_text() == stamp:
            return
        fresh = target.with_name(f".{row.assignment}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        files, _told = rules.for_grading(
            row.assignment, self._kept_files(row), self._released_notebook(row.assignment)
        )
        files["timestamp.txt"] = stamp.encode()
        _write_synced(fresh, files)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
        with self._store.session() as session:
            session.merge(row).collected_at = now()

    def _refresh_lateness(self, assignment: str) -> None:
        """Take in a deadline that was changed since: on hand-ins, and on marks given already."""
        query = select(HandIn).where(HandIn.assignment == assignment)
        with self._store.session() as session:
            for row in session.scalars(query):
                _note_lateness(row, self._cohort.deadline(assignment, row.login))
            graded = {
                row.login: found
                for row in session.scalars(select(Grading).where(Grading.assignment == assignment))
                if row.handin_id is not None and (found := session.get(HandIn, row.handin_id))
            }
        course.note_deadlines(self._data, assignment, self._due(assignment), graded)

    def _sweep(self) -> None:
        """Remove drafts that a crash left behind; nothing refers to them."""
        for draft in self._incoming().iterdir():
            if draft.stat().st_mtime < time.time() - _STALE_SECONDS:
                shutil.rmtree(draft, ignore_errors=True)


def _new_receipt(assignment: str) -> str:
    code = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    return f"H{assignment.rpartition('-')[2]}-{code[:5]}-{code[5:]}"


def _note_lateness(row: HandIn, deadline: Deadline | None) -> None:
    row.due_at = deadline.due if deadline else None
    late = deadline.late_by(row.received_at) if deadline else timedelta(0)
    row.late_seconds = int(late.total_seconds())
    row.penalty_percent = deadline.penalty_percent(row.received_at) if deadline else 0


def _late_words(row: HandIn) -> str:
    if not row.late_seconds:
        return ""
    return _(", {duration} late", duration=how_long(timedelta(seconds=row.late_seconds)))


def _last(session: Session, assignment: str, login: str) -> HandIn | None:
    query = select(HandIn).where(HandIn.assignment == assignment, counts_for(login))
    return session.scalar(query.order_by(HandIn.id.desc()).limit(1))


def _members(session: Session, row: HandIn) -> tuple[str, ...]:
    query = select(HandInMember.login).where(HandInMember.handin_id == row.id)
    return tuple(sorted(session.scalars(query)))


def _last_feedback(session: Session, assignment: str, login: str) -> Feedback | None:
    query = select(Feedback).where(Feedback.assignment == assignment, Feedback.login == login)
    return session.scalar(query.order_by(Feedback.released_at.desc(), Feedback.id.desc()).limit(1))


def _feedback_state(session: Session, row: Feedback) -> FeedbackState:
    graded = session.get(HandIn, row.handin_id) if row.handin_id is not None else None
    return FeedbackState(
        score=row.score,
        max_score=row.max_score,
        awaits_marking=row.awaits_marking,
        released_at=row.released_at,
        receipt=graded.receipt if graded else None,
    )


def _write_synced(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files below a new folder so that they survive a power cut."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        _sync_folder(path)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Grades a class: each hand-in in a sandbox of its own, several at once, none stopping another."""

from __future__ import annotations

import logging
import os
import queue
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from bootcamp.content import content_root, session_folder, session_numbers
from bootcamp.errors import GradingError, SandboxUnavailable
from bootcamp.grading.adapter import Marks, Released, folder_files, marks_of, read_released, record
from bootcamp.grading.checks import Check, load_checks
from bootcamp.grading.execution import GradingLimits, Judged, Submission, run_and_judge
from bootcamp.grading.mending import mend, read_notebook
from bootcamp.sandbox import require_sandbox
from bootcamp.settings import DataFolder
from bootcamp.store import Store, now, open_store
from bootcamp.store.gradebook import course_folder
from bootcamp.store.handins import Grading, HandIn, collected_handin

__all__ = ["GradeResult", "grade_assignment"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GradeResult:
    """One citizen's marks after a grading run."""

    login: str
    score: float
    max_score: float
    awaits_marking: bool
    """True while a person has to mark some part."""
    notes: tuple[str, ...]
    """What the facilitator should know, in plain words."""


Progress = Callable[[GradeResult, int, int], None]
"""Called after each submission with its result, how many are done, and of how many."""


@dataclass(frozen=True)
class _Course:
    """What every submission of a run is graded with."""

    data: DataFolder
    store: Store
    released: Released
    checks: Mapping[str, Check]
    limits: GradingLimits
    shared: Mapping[str, Path]


def grade_assignment(
    data: DataFolder,
    assignment: str,
    *,
    logins: Collection[str] | None = None,
    progress: Progress | None = None,
    checks: Path | None = None,
    limits: GradingLimits | None = None,
    at_once: int | None = None,
) -> list[GradeResult]:
    """Grade what was collected, of everyone or of `logins`; give the results by login.

    Running it again grades again and keeps what was marked by hand. `checks` is the folder of the
    checks, by default the course's own; `at_once` defaults to the machine's processors.

    Raises:
        GradingError: nothing can be graded; the message says what comes first.
        SandboxUnavailable: this machine cannot isolate what citizens wrote.
    """
    require_sandbox()
    released = read_released(data, assignment)
    chosen = _collected(data, assignment, logins)
    store = open_store(data.store_url)
    try:
        course = _Course(
            data=data,
            store=store,
            released=released,
            checks=_fitting_checks(released, checks or content_root() / "graders" / "checks"),
            limits=limits or GradingLimits(),
            shared={session_folder(n).name: session_folder(n) for n in session_numbers()},
        )
        return _grade_all(course, chosen, at_once or os.cpu_count() or 1, progress)
    finally:
        store.close()


def _grade_all(
    course: _Course, chosen: list[str], at_once: int, progress: Progress | None
) -> list[GradeResult]:
    """Judge in threads, each beside a sandbox; write to the gradebook here, in one place."""
    slots: queue.SimpleQueue[int] = queue.SimpleQueue()
    for slot in range(at_once):
        slots.put(slot)
    results: dict[str, GradeResult] = {}
    pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="grading")
    try:
        running = {pool.submit(_judge, course, login, slots): login for login in chosen}
        for future in as_completed(running):
            login = running[future]
            results[login] = _finish(course, login, future)
            if progress:
                progress(results[login], len(results), len(chosen))
    finally:
        pool.shutdown(cancel_futures=True)
    return [results[login] for login in sorted(results)]


def _judge(course: _Course, login: str, slots: queue.SimpleQueue[int]) -> Judged:
    released, assignment = course.released, course.released.assignment
    files = folder_files(course_folder(course.data, "submitted", login, assignment))
    files.pop("timestamp.txt", None)
    mended = mend(read_notebook(files.pop(f"{assignment}.ipynb", b"")), released.notebook)
    # What came with the homework is there again where the citizen left it out.
    given = {
        name: content for name, content in released.files.items() if not name.endswith(".ipynb")
    }
    submission = Submission(assignment, mended.notebook, {**given, **files}, course.shared)
    with _taken(slots) as slot:
        judged = run_and_judge(submission, course.checks, course.limits, slot=slot)
    return replace(judged, notes=(*mended.notes, *judged.notes))


@contextmanager
def _taken(slots: queue.SimpleQueue[int]) -> Iterator[int]:
    slot = slots.get()
    try:
        yield slot
    finally:
        slots.put(slot)


def _finish(course: _Course, login: str, future: Future[Judged]) -> GradeResult:
    """Record one submission; whatever went wrong with it is its own result."""
    assignment = course.released.assignment
    try:
        judged = future.result()
        marks = _record(course, login, judged)
    except SandboxUnavailable:
        raise
    except Exception as error:
        _log.exception("%s of %s could not be graded", assignment, login)
        kept = marks_of(course.data, assignment, login) or _no_marks(course.released)
        reason = str(error) or type(error).__name__
        note = f"Not graded now, earlier marks stand: {reason}"
        return GradeResult(login, kept.score, kept.max_score, True, (note,))
    faults = tuple(judged.faults.values())
    return GradeResult(
        login, marks.score, marks.max_score, marks.awaits_marking, (*judged.notes, *faults)
    )


def _record(course: _Course, login: str, judged: Judged) -> Marks:
    assignment = course.released.assignment
    with course.store.session() as session:
        handin_id = collected_handin(session, assignment, login)
        handin = session.get(HandIn, handin_id) if handin_id is not None else None
        received_at: datetime | None = handin.received_at if handin else None
    marks = record(course.data, assignment, login, judged, received_at)
    with course.store.session() as session:
        wanted = select(Grading).where(Grading.assignment == assignment, Grading.login == login)
        row = session.scalar(wanted)
        if row is None:
            row = Grading(assignment=assignment, login=login)
            session.add(row)
        row.handin_id, row.graded_at = handin_id, now()
        row.verdicts = {name: verdict.message for name, verdict in judged.verdicts.items()}
        row.notes = list(judged.notes)
    return marks


def _collected(data: DataFolder, assignment: str, logins: Collection[str] | None) -> list[str]:
    number = assignment.rpartition("-")[2]
    found = {
        path.parent.name
        for path in (data.course / "submitted").glob(f"*/{assignment}")
        if path.is_dir() and not path.parent.name.startswith(".")
    }
    if not found:
        raise GradingError(
            f"Nothing is collected for {assignment} yet: run `bootcamp collect {number}` first."
        )
    missing = sorted(set(logins or ()) - found)
    if missing:
        raise GradingError(
            f"{', '.join(missing)}: nothing is collected for {assignment}. After a hand-in, run "
            f"`bootcamp collect {number}` first."
        )
    return sorted(found if logins is None else set(logins))


def _fitting_checks(released: Released, folder: Path) -> dict[str, Check]:
    """Give the check of every cell that is graded by machine.

    Raises:
        GradingError: a cell has no check, or they do not agree about its points.
    """
    known = load_checks(folder)
    for name, points in released.automatic.items():
        if name not in known:
            raise GradingError(
                f"The graded cell '{name}' of {released.assignment} has no check: write one in "
                f"{folder} (see `bootcamp.grading.checks`)."
            )
        if known[name].points != points:
            raise GradingError(
                f"'{name}' is worth {points:g} points in {released.assignment} and "
                f"{known[name].points:g} in its check: make them equal."
            )
    return {name: known[name] for name in released.automatic}


def _no_marks(released: Released) -> Marks:
    most = sum(released.automatic.values()) + sum(released.by_hand.values())
    return Marks(0.0, most, True, ())

"""Grades a class: each hand-in in a sandbox of its own, several at once, none stopping another.

A run may end at any moment, by Ctrl-C or by a power cut: what is recorded is recorded whole, and
the next run does the rest.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from bootcamp.content import content_root
from bootcamp.errors import GradingError, SandboxUnavailable, UsageError
from bootcamp.grading.adapter import Book, Marks, autograded
from bootcamp.grading.crew import Outcome, judge_here
from bootcamp.grading.execution import GradingLimits, Judge, Judged
from bootcamp.grading.work import Work, Yardstick, collected, judge_with, load, yardstick
from bootcamp.sandbox import require_sandbox
from bootcamp.settings import DataFolder, private_folder
from bootcamp.spoken import texts
from bootcamp.store import Store, now, open_store
from bootcamp.store.handins import Grading, HandIn

__all__ = [
    "GradeResult",
    "GradingStopped",
    "Run",
    "Watcher",
    "chosen",
    "finish",
    "grade_assignment",
    "judged_of",
    "opened",
    "refuse_stopped",
]

_ = texts("homework")
_log = logging.getLogger(__name__)


class GradingStopped(GradingError):
    """Someone stopped the run; what was done is kept."""

    code = "grading_stopped"


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
    graded_now: bool = True
    """False when it was graded before and nothing has changed since."""


Progress = Callable[[GradeResult, int, int], None]
"""Called after each submission with its result, how many are done, and of how many."""


@dataclass(frozen=True)
class Watcher:
    """Whoever follows a run: is told how it goes, and may stop it."""

    begun: Callable[[int, int], None] = lambda _already, _to_do: None
    """Called once: how many are graded already, and how many are to be done."""
    progress: Progress = lambda _result, _done, _of: None
    stop: threading.Event = field(default_factory=threading.Event)
    """Set it, and the run ends within a second; what is done is kept."""


@dataclass(frozen=True)
class Run:
    """What a run works with."""

    data: DataFolder
    store: Store
    book: Book
    measure: Yardstick


def grade_assignment(
    data: DataFolder,
    assignment: str,
    *,
    logins: Collection[str] | None = None,
    regrade: bool = False,
    progress: Progress | None = None,
    watcher: Watcher | None = None,
    checks: Path | None = None,
    limits: GradingLimits | None = None,
    at_once: int | None = None,
    scheduler: str | None = None,
) -> list[GradeResult]:
    """Grade what was collected, of everyone or of `logins`; give the results by login.

    Who is graded already, and of whom nothing has changed since, is not graded again unless
    `regrade` says so. What was marked by hand stays. `checks` is the folder of the checks, by
    default the course's own; `at_once` defaults to the machine's processors; `progress` is a short
    way to give a watcher that only wants to know. `scheduler` is the address of a Dask cluster
    whose workers judge instead of this machine.

    Raises:
        GradingError: nothing can be graded; the message says what comes first.
        GradingStopped: the watcher stopped it.
        SandboxUnavailable: this machine cannot isolate what citizens wrote.
    """
    watcher = watcher or (Watcher(progress=progress) if progress else Watcher())
    with opened(data, assignment, checks, limits) as run:
        people = chosen(data, assignment, logins)
        results = {} if regrade else _done_before(run, people)
        to_do = [login for login in people if login not in results]
        watcher.begun(len(results), len(to_do))
        outcomes = judged_of(run, to_do, watcher, at_once, scheduler)
        results.update(_record_all(run, outcomes, len(to_do), watcher))
    return [results[login] for login in sorted(results)]


def judged_of(
    run: Run, logins: Sequence[str], watcher: Watcher, at_once: int | None, scheduler: str | None
) -> Iterator[Outcome[tuple[Work, Judged]]]:
    """Have these judged, here or by the workers of a Dask `scheduler`; give them as they come.

    Raises:
        SandboxUnavailable: this machine cannot isolate what citizens wrote.
    """

    def work(login: str) -> Work:
        return load(run.data, run.store, run.measure, login)

    if scheduler is not None:
        try:
            from bootcamp.grading.cluster import judge_there  # noqa: PLC0415 - Dask is an extra
        except ImportError:
            raise UsageError(
                "--scheduler needs Dask: `pip install 'ai-bootcamp-lab[dask]'`, here and on the "
                "machines of its workers."
            ) from None
        yield from judge_there(scheduler, logins, work, run.measure, stop=watcher.stop)
        return
    require_sandbox()

    def judge(judge: Judge, login: str) -> tuple[Work, Judged]:
        loaded = work(login)
        return loaded, judge_with(judge, run.measure, loaded.files)

    yield from judge_here(
        logins,
        judge,
        limits=run.measure.limits,
        at_once=at_once or os.cpu_count() or 1,
        stop=watcher.stop,
    )


def refuse_stopped(done: int, of: int, what: str, command: str, assignment: str) -> None:
    """Tell that a run ended early.

    Raises:
        GradingStopped: it did.
    """
    if done < of:
        number = assignment.rpartition("-")[2]
        raise GradingStopped(
            f"Stopped: {done} of {of} are {what} and kept. "
            f"`bootcamp {command} {number}` goes on with the others."
        )


@contextmanager
def opened(
    data: DataFolder, assignment: str, checks: Path | None, limits: GradingLimits | None
) -> Iterator[Run]:
    """Give what a run works with; one run at a time.

    Raises:
        GradingError: the homework cannot be graded, or another run is going on.
    """
    measure = yardstick(data, assignment, checks or content_root() / "graders" / "checks", limits)
    with _alone(data):
        store = open_store(data.store_url)
        try:
            with Book(data) as book:
                book.refuse_another(measure.released)
                yield Run(data, store, book, measure)
        finally:
            store.close()


@contextmanager
def _alone(data: DataFolder) -> Iterator[None]:
    """Hold the lock of grading, which the system lets go when this process ends, however it does.

    Raises:
        GradingError: another run holds it.
    """
    with (private_folder(data.run) / "grading.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GradingError(
                _(
                    "Homework is being graded on {folder} at this moment. Wait until that is done, "
                    "then try again.",
                    folder=data.root,
                )
            ) from None
        yield


def chosen(data: DataFolder, assignment: str, logins: Collection[str] | None) -> list[str]:
    """Give of whom something was collected: everyone, or `logins`.

    Raises:
        GradingError: of one of them nothing was.
    """
    found = collected(data, assignment)
    missing = sorted(set(logins or ()) - set(found))
    if missing:
        number = assignment.rpartition("-")[2]
        raise GradingError(
            f"{', '.join(missing)}: nothing is collected for {assignment}. After a hand-in, run "
            f"`bootcamp collect {number}` first."
        )
    return found if logins is None else sorted(set(logins))


def _done_before(run: Run, logins: Collection[str]) -> dict[str, GradeResult]:
    """Give the results that stand: recorded whole, and from exactly what there is now."""
    assignment = run.measure.assignment
    with run.store.session() as session:
        rows = session.scalars(select(Grading).where(Grading.assignment == assignment))
        recorded = {row.login: row for row in rows if row.inputs}
    standing = {}
    for login in logins:
        row = recorded.get(login)
        if row is None or not autograded(run.data, assignment, login):
            continue
        if load(run.data, run.store, run.measure, login).digest != row.inputs:
            continue
        marks = run.book.marks(assignment, login)
        if marks is not None:
            standing[login] = _result(login, marks, tuple(row.notes), graded_now=False)
    return standing


def _record_all(
    run: Run, outcomes: Iterator[Outcome[tuple[Work, Judged]]], of: int, watcher: Watcher
) -> dict[str, GradeResult]:
    """Write to the gradebook here, in one place, as the outcomes come.

    Raises:
        GradingStopped: not all of them came.
    """
    results: dict[str, GradeResult] = {}
    for login, outcome in outcomes:
        results[login] = finish(run, login, outcome)
        watcher.progress(results[login], len(results), of)
    refuse_stopped(len(results), of, "graded", "grade", run.measure.assignment)
    return results


def finish(run: Run, login: str, outcome: tuple[Work, Judged] | Exception) -> GradeResult:
    """Record one submission; whatever went wrong with it is its own result."""
    if isinstance(outcome, SandboxUnavailable):
        raise outcome
    if isinstance(outcome, Exception):
        error = outcome
    else:
        try:
            return _record(run, *outcome)
        except Exception as failure:
            error = failure
    _log.error("%s of %s is not graded", run.measure.assignment, login, exc_info=error)
    marks = run.book.marks(run.measure.assignment, login) or _no_marks(run.measure)
    reason = str(error) or type(error).__name__
    note = f"Not graded now, earlier marks stand: {reason}"
    return GradeResult(login, marks.score, marks.max_score, True, (note,))


def _record(run: Run, work: Work, judged: Judged) -> GradeResult:
    """Put the marks into the gradebook, then what goes with them into the store.

    The store's row comes last: as long as it does not name these inputs, the work is to be done,
    and doing it again changes nothing that is there.
    """
    assignment, login = run.measure.assignment, work.login
    with run.store.session() as session:
        handin = session.get(HandIn, work.handin_id) if work.handin_id is not None else None
    marks = run.book.record(assignment, login, judged, handin)
    above = tuple(
        f"'{cell.name}' has {cell.by_hand:g} points by hand and is worth {cell.max_score:g} now: "
        "look at it again."
        for cell in marks.cells
        if cell.by_hand is not None and cell.by_hand > cell.max_score
    )
    with run.store.session() as session:
        wanted = select(Grading).where(Grading.assignment == assignment, Grading.login == login)
        row = session.scalar(wanted)
        if row is None:
            row = Grading(assignment=assignment, login=login)
            session.add(row)
        row.handin_id, row.graded_at = work.handin_id, now()
        row.verdicts = {name: verdict.message for name, verdict in judged.verdicts.items()}
        row.notes = list(judged.notes)
        # A check that failed may not fail the next time.
        row.inputs = "" if judged.faults else work.digest
    return _result(login, marks, (*judged.notes, *judged.faults.values(), *above))


def _result(
    login: str, marks: Marks, notes: tuple[str, ...], *, graded_now: bool = True
) -> GradeResult:
    score, most, awaits = marks.score, marks.max_score, marks.awaits_marking
    return GradeResult(login, score, most, awaits, notes, graded_now)


def _no_marks(measure: Yardstick) -> Marks:
    points = {**measure.released.automatic, **measure.released.by_hand}
    return Marks(0.0, sum(points.values()), True, ())

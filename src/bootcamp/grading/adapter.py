"""The bridge to nbgrader: scores go into its gradebook through its own step, marks come out.

A check's points are put where nbgrader expects a partial-credit score, as the graded cell's
result; nothing that the learner's code printed is left there. Marks and comments that a
facilitator gave by hand are never touched.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    TaskCell,
)
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from bootcamp.errors import GradingError
from bootcamp.grading.execution import Judged
from bootcamp.settings import DataFolder
from bootcamp.spoken import texts
from bootcamp.store.base import connect
from bootcamp.store.gradebook import COURSE, course_folder, gradebook_url, note_lateness
from bootcamp.store.handins import HandIn

__all__ = ["Book", "Mark", "Marks", "Released", "autograded", "marks_of", "read_released"]

_ = texts("homework")

_nbformat: Any = nbformat


@dataclass(frozen=True)
class Released:
    """A released homework as grading needs it."""

    assignment: str
    notebook: Any
    files: Mapping[str, bytes]
    automatic: Mapping[str, float]
    """Points by graded cell that a check judges."""
    by_hand: Mapping[str, float]
    """Points by graded cell that a facilitator marks."""


@dataclass(frozen=True)
class Mark:
    """One graded cell: points, of how many, and whether a person still has to look."""

    name: str
    score: float
    max_score: float
    awaits_marking: bool
    comment: str
    by_hand: float | None = None
    """What a person gave, which counts before what a check found."""


@dataclass(frozen=True)
class Marks:
    """One citizen's marks for one homework."""

    score: float
    max_score: float
    awaits_marking: bool
    cells: tuple[Mark, ...]
    penalty: float = 0
    """Points taken off for being late; `score` is what is left."""


def read_released(data: DataFolder, assignment: str) -> Released:
    """Give the released homework.

    Raises:
        GradingError: it is not released.
    """
    folder = data.course / "release" / assignment
    path = folder / f"{assignment}.ipynb"
    if not path.is_file():
        number = assignment.rpartition("-")[2]
        raise GradingError(
            _(
                "{assignment} is not released yet: `bootcamp release {n}` first.",
                assignment=assignment,
                n=number,
            )
        )
    notebook = _nbformat.read(path, as_version=4)
    automatic: dict[str, float] = {}
    by_hand: dict[str, float] = {}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if not about.get("grade") and not about.get("task"):
            continue
        machine = cell.cell_type == "code" and not about.get("solution") and not about.get("task")
        kind = automatic if machine else by_hand
        kind[about["grade_id"]] = float(about["points"])
    return Released(assignment, notebook, folder_files(folder), automatic, by_hand)


def folder_files(folder: Path) -> dict[str, bytes]:
    """Give the ordinary files below `folder` by relative path; links are passed over."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


class Book:
    """nbgrader's gradebook, held open for a whole run; a context manager, used by one thread.

    What one submission brings is committed as one: whoever reads the gradebook, and whatever ends
    this process, sees all of it or nothing.
    """

    def __init__(self, data: DataFolder) -> None:
        self._data = data
        self._gradebook = _Gradebook(gradebook_url(data))
        self._known: dict[str, list[Any]] = {}
        if not inspect(self._gradebook.engine).has_table("assignment"):
            raise GradingError(
                _(
                    "The gradebook in {folder} is gone or empty. Restore it from a backup, or "
                    "release the homework again to begin a new one.",
                    folder=data.course,
                )
            )

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_error: object) -> None:
        self._gradebook.close()

    def refuse_another(self, released: Released) -> None:
        """Refuse a released homework whose points are not those of the gradebook.

        Raises:
            GradingError: they differ, or the gradebook does not know the homework.
        """
        number = released.assignment.rpartition("-")[2]
        with self._together():
            known = _points(self._cells(released.assignment))
        if not known:
            raise GradingError(
                _(
                    "The gradebook does not know {assignment}. Run `bootcamp release {n}` again,"
                    " then grade.",
                    assignment=released.assignment,
                    n=number,
                )
            )
        for name, points in {**released.automatic, **released.by_hand}.items():
            if known.get(name) != points:
                there = (
                    _("{points:g} points", points=known[name]) if name in known else _("unknown")
                )
                raise GradingError(
                    _(
                        "'{name}' is worth {points:g} points in {assignment} and is {there} in the"
                        " gradebook. Run `bootcamp release {n}` again, then grade.",
                        name=name,
                        points=points,
                        assignment=released.assignment,
                        there=there,
                        n=number,
                    )
                )

    def marks(self, assignment: str, login: str) -> Marks | None:
        """Give the marks that the gradebook holds, None when there are none."""
        with self._together() as gradebook:
            try:
                gradebook.find_submission(assignment, login)
            except MissingEntry:
                return None
            return self._submitted(assignment, login).marks()

    def record(self, assignment: str, login: str, judged: Judged, handin: HandIn | None) -> Marks:
        """Put one judged submission into the gradebook and the `autograded` folder; give its marks.

        Doing it again gives the same. What was marked by hand stays; a person is asked to look at
        it again when the hand-in is another, or when it is more than the exercise is worth now.
        """
        notebook = judged.notebook
        _put_verdicts(notebook, judged)
        moment = handin.received_at.replace(tzinfo=None) if handin else None
        with self._together() as gradebook:
            gradebook.update_or_create_student(login)
            before = self._marked_by_hand(assignment, login, moment)
            gradebook.update_or_create_submission(assignment, login, timestamp=moment)
            submitted = self._submitted(assignment, login)
            _SaveInto(submitted).preprocess(
                notebook,
                {"nbgrader": {"student": login, "assignment": assignment, "notebook": assignment}},
            )
            for name in judged.faults:
                grade = submitted.grades[name]
                grade.auto_score, grade.needs_manual_grade = None, grade.manual_score is None
            for name in before:
                # The same hand-in, marked before: nothing new for a person to look at.
                grade = submitted.grades[name]
                grade.needs_manual_grade = grade.manual_score > submitted.most[name]
            if handin:
                note_lateness(gradebook, assignment, login, handin.due_at, handin.penalty_percent)
            marks = submitted.marks()
        _write_autograded(self._data, assignment, login, notebook)
        return marks

    def _marked_by_hand(self, assignment: str, login: str, moment: datetime | None) -> list[str]:
        """Give the cells of this very hand-in that a person has marked and left as done."""
        try:
            submission = self._gradebook.find_submission(assignment, login)
        except MissingEntry:
            return []
        if moment is None or submission.timestamp != moment:
            return []
        grades = self._submitted(assignment, login).grades
        return [
            name
            for name, grade in grades.items()
            if grade.manual_score is not None and not grade.needs_manual_grade
        ]

    def _submitted(self, assignment: str, login: str) -> _Submitted:
        """Give one submission in three queries; nbgrader's own way takes two for each cell."""
        cells = self._cells(assignment)
        names = {cell.id: cell.name for cell in cells}
        (notebook,) = self._gradebook.find_submission(assignment, login).notebooks

        def by_name(kind: Any) -> dict[str, Any]:
            found = self._gradebook.db.query(kind).filter(kind.notebook_id == notebook.id)
            return {names[row.cell_id]: row for row in found}

        return _Submitted(notebook, by_name(Grade), by_name(Comment), _points(cells))

    def _cells(self, assignment: str) -> list[Any]:
        """Give id, name and points of the cells that the gradebook knows; they stay the same."""
        if assignment in self._known:
            return self._known[assignment]
        points = func.coalesce(GradeCell.max_score, TaskCell.max_score).label("max_score")
        base, graded, task = BaseCell.__table__, GradeCell.__table__, TaskCell.__table__
        query = (
            select(base.c.id, base.c.name, points)
            .select_from(
                base.join(Notebook.__table__)
                .join(Assignment.__table__)
                .outerjoin(graded, graded.c.id == base.c.id)
                .outerjoin(task, task.c.id == base.c.id)
            )
            .where(Assignment.name == assignment, Notebook.name == assignment)
        )
        self._known[assignment] = list(self._gradebook.db.execute(query))
        return self._known[assignment]

    @contextmanager
    def _together(self) -> Iterator[Any]:
        with warnings.catch_warnings():
            # nbgrader relies on an autoflush that SQLAlchemy warns about; harmless.
            warnings.simplefilter("ignore", SAWarning)
            try:
                yield self._gradebook
                self._gradebook.db().keep()
            finally:
                self._gradebook.db.remove()  # rolls back what is not kept, and forgets what it read


class _Together(Session):
    """A session that nbgrader's methods commit at every step: here only `keep` does."""

    def commit(self) -> None:
        self.flush()

    def keep(self) -> None:
        super().commit()


class _Gradebook(Gradebook):
    """nbgrader's, which the release has made, over a connection that several may have at once."""

    def __init__(self, url: str) -> None:
        self.engine = connect(url)
        self.db = scoped_session(sessionmaker(bind=self.engine, class_=_Together))
        self.course_id, self.authenticator = COURSE, None


@dataclass(frozen=True)
class _Submitted:
    """One submission's rows by cell, for nbgrader's step to look up and change."""

    notebook: Any
    grades: Mapping[str, Any]
    comments: Mapping[str, Any]
    most: Mapping[str, float]

    @property
    def db(self) -> _Submitted:
        """Where nbgrader's step commits."""
        return self

    def commit(self) -> None:
        """Leave it to whoever holds the book."""

    def find_grade(self, name: str, *_: str) -> Any:
        return self._one(self.grades, name)

    def find_comment(self, name: str, *_: str) -> Any:
        return self._one(self.comments, name)

    def _one(self, rows: Mapping[str, Any], name: str) -> Any:
        if name not in rows:
            raise MissingEntry(f"No such cell in the gradebook: {name}")
        return rows[name]

    def marks(self) -> Marks:
        """Give what stands in the rows, counted as nbgrader counts."""
        cells = tuple(self._mark(name, grade) for name, grade in self.grades.items())
        score = sum(cell.score for cell in cells)
        penalty = min(self.notebook.late_submission_penalty or 0.0, score)
        return Marks(
            score=score - penalty,
            max_score=sum(cell.max_score for cell in cells),
            awaits_marking=any(cell.awaits_marking for cell in cells),
            cells=cells,
            penalty=penalty,
        )

    def _mark(self, name: str, grade: Any) -> Mark:
        given = grade.auto_score if grade.manual_score is None else grade.manual_score
        said = self.comments.get(name)
        text = said and (said.manual_comment or said.auto_comment)
        return Mark(
            name=name,
            score=0.0 if given is None else given + (grade.extra_credit or 0.0),
            max_score=self.most[name],
            awaits_marking=grade.needs_manual_grade,
            comment=text or "",
            by_hand=grade.manual_score,
        )


class _SaveInto(SaveAutoGrades):
    """nbgrader's step, on rows that are there instead of a gradebook opened anew."""

    def __init__(self, submitted: _Submitted) -> None:
        super().__init__()
        self.gradebook = submitted

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        about = resources["nbgrader"]
        self.notebook_id, self.assignment_id = about["notebook"], about["assignment"]
        self.student_id = about["student"]
        return NbGraderPreprocessor.preprocess(self, nb, resources)  # type: ignore[no-any-return]


def marks_of(data: DataFolder, assignment: str, login: str) -> Marks | None:
    """Give the marks that the gradebook holds, None when there are none."""
    with Book(data) as book:
        return book.marks(assignment, login)


def autograded(data: DataFolder, assignment: str, login: str) -> bool:
    """Tell whether the graded notebook is where nbgrader's pages look for it."""
    folder = course_folder(data, "autograded", login, assignment)
    return (folder / f"{assignment}.ipynb").is_file()


def _points(cells: Iterable[Any]) -> dict[str, float]:
    """Give the graded cells' points; a text to be marked is a cell twice, once without points."""
    return {cell.name: cell.max_score for cell in cells if cell.max_score is not None}


def _put_verdicts(notebook: Any, judged: Judged) -> None:
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in judged.verdicts or name in judged.faults:
            verdict = judged.verdicts.get(name)
            score = verdict.points if verdict else 0
            said = verdict.message if verdict else judged.faults[name]
            result = {"data": {"text/plain": str(float(score))}, "metadata": {}}
            cell.outputs = _nbformat.from_dict(
                [
                    {"output_type": "stream", "name": "stdout", "text": f"{said}\n"},
                    {"output_type": "execute_result", "execution_count": None, **result},
                ]
            )


def _write_autograded(data: DataFolder, assignment: str, login: str, notebook: Any) -> None:
    """Put the graded notebook where nbgrader's formgrader reads it, in one step."""
    target = course_folder(data, "autograded", login, assignment)
    fresh = target.with_name(f".{assignment}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    submitted = course_folder(data, "submitted", login, assignment)
    for name, content in folder_files(submitted).items():
        if name != f"{assignment}.ipynb":
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    text = _nbformat.v4.writes(notebook, indent=1)  # made by us: it need not be validated again
    (fresh / f"{assignment}.ipynb").write_text(text, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)

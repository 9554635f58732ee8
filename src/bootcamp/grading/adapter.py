"""The bridge to nbgrader: scores go into its gradebook through its own step, marks come out.

A check's points are put where nbgrader expects a partial-credit score, as the graded cell's
result; nothing that the learner's code printed is left there. Marks and comments that a
facilitator gave by hand are never touched.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy import inspect
from sqlalchemy.exc import SAWarning
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from bootcamp.errors import GradingError
from bootcamp.grading.execution import Judged
from bootcamp.settings import DataFolder
from bootcamp.store.base import connect
from bootcamp.store.gradebook import COURSE, course_config, course_folder, gradebook_url

__all__ = ["Book", "Mark", "Marks", "Released", "autograded", "marks_of", "read_released"]

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


def read_released(data: DataFolder, assignment: str) -> Released:
    """Give the released homework.

    Raises:
        GradingError: it is not released.
    """
    folder = data.course / "release" / assignment
    path = folder / f"{assignment}.ipynb"
    if not path.is_file():
        number = assignment.rpartition("-")[2]
        raise GradingError(f"{assignment} is not released yet: `bootcamp release {number}` first.")
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
        if not inspect(self._gradebook.engine).has_table("assignment"):
            raise GradingError(
                f"The gradebook in {data.course} is gone or empty. Restore it from a backup, or "
                "release the homework again to begin a new one."
            )

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self._gradebook.close()

    def refuse_another(self, released: Released) -> None:
        """Refuse a released homework whose points are not those of the gradebook.

        Raises:
            GradingError: they differ, or the gradebook does not know the homework.
        """
        number = released.assignment.rpartition("-")[2]
        again = f"Run `bootcamp release {number}` again, then grade."
        with self._together() as gradebook:
            try:
                notebook = gradebook.find_notebook(released.assignment, released.assignment)
            except MissingEntry:
                raise GradingError(
                    f"The gradebook does not know {released.assignment}. {again}"
                ) from None
            known = {
                cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)
            }
        for name, points in {**released.automatic, **released.by_hand}.items():
            if known.get(name) != points:
                there = f"{known[name]:g} points" if name in known else "unknown"
                raise GradingError(
                    f"'{name}' is worth {points:g} points in {released.assignment} and is {there} "
                    f"in the gradebook. {again}"
                )

    def marks(self, assignment: str, login: str) -> Marks | None:
        """Give the marks that the gradebook holds, None when there are none."""
        with self._together() as gradebook:
            try:
                return _marks(gradebook, assignment, login)
            except MissingEntry:
                return None

    def record(
        self, assignment: str, login: str, judged: Judged, received_at: datetime | None
    ) -> Marks:
        """Put one judged submission into the gradebook and the `autograded` folder; give its marks.

        Doing it again gives the same. What was marked by hand stays; a person is asked to look at
        it again when the hand-in is another, or when it is more than the exercise is worth now.
        """
        notebook = judged.notebook
        _put_verdicts(notebook, judged)
        about = {"student": login, "assignment": assignment, "notebook": assignment}
        moment = received_at.replace(tzinfo=None) if received_at else None
        with self._together() as gradebook:
            gradebook.update_or_create_student(login)
            before = _marked_by_hand(gradebook, assignment, login, received_at)
            gradebook.update_or_create_submission(assignment, login, timestamp=moment)
            _SaveIntoOpenBook(gradebook, course_config(self._data)).preprocess(
                notebook, {"nbgrader": about}
            )
            for name in judged.faults:
                grade = gradebook.find_grade(name, assignment, assignment, login)
                grade.auto_score, grade.needs_manual_grade = None, grade.manual_score is None
            for name in before:
                # The same hand-in, marked before: nothing new for a person to look at.
                grade = gradebook.find_grade(name, assignment, assignment, login)
                grade.needs_manual_grade = grade.manual_score > grade.max_score
            gradebook.db.flush()
            gradebook.db.expire_all()
            marks = _marks(gradebook, assignment, login)
        _write_autograded(self._data, assignment, login, notebook)
        return marks

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


class _SaveIntoOpenBook(SaveAutoGrades):
    """nbgrader's step, without opening the gradebook anew for each notebook."""

    def __init__(self, gradebook: Gradebook, config: Any) -> None:
        super().__init__(config=config)
        self.gradebook = gradebook

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


def _put_verdicts(notebook: Any, judged: Judged) -> None:
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in judged.verdicts or name in judged.faults:
            verdict = judged.verdicts.get(name)
            score = verdict.points if verdict else 0
            said = verdict.message if verdict else judged.faults[name]
            cell.outputs = [
                _nbformat.v4.new_output("stream", name="stdout", text=f"{said}\n"),
                _nbformat.v4.new_output("execute_result", {"text/plain": str(float(score))}),
            ]


def _marked_by_hand(
    gradebook: Any, assignment: str, login: str, received_at: datetime | None
) -> list[str]:
    """Give the cells of this very hand-in that a person has marked and left as done."""
    try:
        submission = gradebook.find_submission(assignment, login)
    except MissingEntry:
        return []
    if received_at is None or submission.timestamp != received_at.replace(tzinfo=None):
        return []
    return [
        grade.name
        for notebook in submission.notebooks
        for grade in notebook.grades
        if grade.manual_score is not None and not grade.needs_manual_grade
    ]


def _marks(gradebook: Any, assignment: str, login: str) -> Marks:
    submission = gradebook.find_submission(assignment, login)
    cells = []
    for notebook in submission.notebooks:
        comments = {comment.name: comment.comment or "" for comment in notebook.comments}
        cells += [
            Mark(
                name=grade.name,
                score=grade.score,
                max_score=grade.max_score,
                awaits_marking=grade.needs_manual_grade,
                comment=comments.get(grade.name, ""),
                by_hand=grade.manual_score,
            )
            for grade in notebook.grades
        ]
    return Marks(
        score=submission.score,
        max_score=submission.max_score,
        awaits_marking=any(cell.awaits_marking for cell in cells),
        cells=tuple(cells),
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
    text = _nbformat.writes(notebook, indent=1)
    (fresh / f"{assignment}.ipynb").write_text(text, encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)

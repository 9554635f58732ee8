"""The bridge to nbgrader: scores go into its gradebook through its own step, marks come out.

A check's points are put where nbgrader expects a partial-credit score, as the graded cell's
result; nothing that the learner's code printed is left there. Marks and comments that a
facilitator gave by hand are never touched.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy.exc import SAWarning

from bootcamp.errors import GradingError
from bootcamp.grading.execution import Judged
from bootcamp.settings import DataFolder
from bootcamp.store.gradebook import COURSE, course_config, course_folder, gradebook_url

__all__ = ["Mark", "Marks", "Released", "marks_of", "read_released", "record"]

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


def record(
    data: DataFolder, assignment: str, login: str, judged: Judged, received_at: datetime | None
) -> Marks:
    """Put one judged submission into the gradebook and the `autograded` folder; give its marks."""
    notebook = judged.notebook
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
    with _gradebook(data) as gradebook:
        gradebook.update_or_create_student(login)
        before = _marked_by_hand(gradebook, assignment, login, received_at)
        moment = received_at.replace(tzinfo=None) if received_at else None
        with warnings.catch_warnings():
            # nbgrader relies on an autoflush that SQLAlchemy warns about; harmless.
            warnings.simplefilter("ignore", SAWarning)
            gradebook.update_or_create_submission(assignment, login, timestamp=moment)
    about = {"student": login, "assignment": assignment, "notebook": assignment}
    resources = {"nbgrader": {**about, "db_url": gradebook_url(data)}}
    SaveAutoGrades(config=course_config(data)).preprocess(notebook, resources)
    with _gradebook(data) as gradebook:
        for name in judged.faults:
            grade = gradebook.find_grade(name, assignment, assignment, login)
            grade.auto_score, grade.needs_manual_grade = None, grade.manual_score is None
        for name in before:
            # The same hand-in, marked before: nothing new for a person to look at.
            gradebook.find_grade(name, assignment, assignment, login).needs_manual_grade = False
        gradebook.db.commit()
        marks = _marks(gradebook, assignment, login)
    _write_autograded(data, assignment, login, notebook)
    return marks


def marks_of(data: DataFolder, assignment: str, login: str) -> Marks | None:
    """Give the marks that the gradebook holds, None when there are none."""
    with _gradebook(data) as gradebook:
        try:
            return _marks(gradebook, assignment, login)
        except MissingEntry:
            return None


def _gradebook(data: DataFolder) -> Any:
    return Gradebook(gradebook_url(data), COURSE)


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

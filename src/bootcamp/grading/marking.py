"""Marking by hand: what awaits a person, what there is to read, and the mark that is given.

Marks go into nbgrader's gradebook as its own pages would put them: the manual score, the manual
comment, and the flag that a person still has to look. Two people may mark at once: a mark says
which state it was made from, and is refused when that has changed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from bootcamp.errors import GradingError
from bootcamp.settings import DataFolder
from bootcamp.store import Store, now
from bootcamp.store.gradebook import COURSE, course_folder, gradebook_url
from bootcamp.store.handins import Grading, HandIn
from bootcamp.store.marking import LONGEST_COMMENT, Marking, marking_of

if TYPE_CHECKING:
    from bootcamp.grading.adapter import Released

__all__ = [
    "MarkedMeanwhile",
    "Part",
    "Standing",
    "ToMark",
    "mark_part",
    "parts_to_mark",
    "read_part",
    "standings",
]

State = Literal["waiting", "marked", "empty"]


class MarkedMeanwhile(GradingError):
    """Somebody else marked the exercise, or a new version came in, since it was read."""

    code = "marked_meanwhile"


@dataclass(frozen=True)
class ToMark:
    """One exercise of one citizen that a person marks, or has marked."""

    login: str
    exercise: str
    title: str
    state: State
    """`empty`: nothing was written, so it has 0 points without a person."""
    points: float | None
    max_points: float
    since: datetime | None
    """When the version that was graded was handed in."""


@dataclass(frozen=True)
class Part:
    """What a facilitator reads to mark one exercise."""

    to_mark: ToMark
    question: str
    """Markdown, from the released notebook."""
    answer: str
    answer_is_code: bool
    comment: str
    version: str
    """Of the answer and its mark; a new mark names the one it was made from."""
    marked_by: str | None
    marked_at: datetime | None
    fault: str
    """Why a person has to mark what a check should have judged; most often empty."""


@dataclass(frozen=True)
class Standing:
    """One citizen's marks as they are now."""

    login: str
    score: float
    max_score: float
    waiting: int
    """Exercises that a person has to mark yet."""
    notes: tuple[str, ...]


def standings(data: DataFolder, store: Store, assignment: str) -> dict[str, Standing]:
    """Give the marks of everyone who is graded, by login."""
    with store.session() as session:
        rows = list(session.scalars(select(Grading).where(Grading.assignment == assignment)))
    if not rows:
        return {}
    with _gradebook(data) as gradebook:
        grades = _grades(gradebook, assignment)
        return {row.login: _standing(row, grades.get(row.login, [])) for row in rows}


def parts_to_mark(data: DataFolder, store: Store, assignment: str) -> list[ToMark]:
    """Give what a person marks, exercise by exercise as they stand in the notebook.

    Raises:
        GradingError: the homework is not released.
    """
    released = _read_released(data, assignment)
    since = _received(store, assignment)
    order = [*released.automatic, *released.by_hand]
    titles = _titles(released)
    with _gradebook(data) as gradebook:
        found = [
            _to_mark(grade, login, titles, since.get(login))
            for login, grades in _grades(gradebook, assignment).items()
            for grade in grades
            if login in since and _is_for_a_person(grade, released)
        ]
    places = {name: place for place, name in enumerate(_in_notebook_order(released, order))}
    return sorted(found, key=lambda item: (places.get(item.exercise, 0), item.login))


def read_part(data: DataFolder, store: Store, assignment: str, login: str, exercise: str) -> Part:
    """Give one exercise of one citizen, to be marked.

    Raises:
        GradingError: it is not graded yet, or no person marks it.
    """
    released = _read_released(data, assignment)
    with _gradebook(data) as gradebook:
        return _part(data, store, gradebook, released, login, exercise)


def mark_part(
    data: DataFolder,
    store: Store,
    assignment: str,
    login: str,
    exercise: str,
    *,
    points: float,
    comment: str,
    version: str,
    by: str,
) -> Part:
    """Give a mark and a comment; give the exercise as it then stands.

    Raises:
        MarkedMeanwhile: what `version` stands for is not what there is now; nothing is written.
        GradingError: the points do not exist, the comment is too long, nothing is to be marked.
    """
    released = _read_released(data, assignment)
    with _gradebook(data, writing=True) as gradebook:
        part = _part(data, store, gradebook, released, login, exercise)
        most = part.to_mark.max_points
        if not math.isfinite(points) or not 0 <= points <= most:
            raise GradingError(f"Give 0 to {most:g} points for this exercise.")
        if len(comment) > LONGEST_COMMENT:
            raise GradingError(f"The comment is longer than {LONGEST_COMMENT} characters.")
        if part.version != version:
            raise MarkedMeanwhile(_meanwhile(part))
        grade = gradebook.find_grade(exercise, assignment, assignment, login)
        grade.manual_score, grade.needs_manual_grade = round(points, 2), False
        kept = _comment(gradebook, assignment, login, exercise)
        if kept is not None:
            kept.manual_comment = comment.strip() or None
        gradebook.db.commit()
    with store.session() as session:
        marking = marking_of(session, assignment, login, exercise)
        if marking is None:
            marking = Marking(assignment=assignment, login=login, exercise=exercise)
            session.add(marking)
        marking.marked_by, marking.marked_at = by, now()
    return read_part(data, store, assignment, login, exercise)


# How


def _part(
    data: DataFolder, store: Store, gradebook: Any, released: Released, login: str, exercise: str
) -> Part:
    assignment = released.assignment
    grade, received = _grade(gradebook, assignment, login, exercise), _received(store, assignment)
    if grade is None or login not in received or not _is_for_a_person(grade, released):
        raise GradingError(f"There is nothing to mark by hand for {login} at '{exercise}'.")
    comment = _comment(gradebook, assignment, login, exercise)
    manual = (comment.manual_comment if comment else None) or ""
    answer, is_code = _answer(data, assignment, login, exercise)
    with store.session() as session:
        marking = marking_of(session, assignment, login, exercise)
        row = session.scalar(
            select(Grading).where(Grading.assignment == assignment, Grading.login == login)
        )
    to_mark = _to_mark(grade, login, _titles(released), received[login])
    state = [answer, grade.manual_score, bool(grade.needs_manual_grade), manual]
    fault = exercise in released.automatic and row is not None and exercise not in row.verdicts
    return Part(
        to_mark=to_mark,
        question=_question(released, exercise),
        answer=answer,
        answer_is_code=is_code,
        comment=manual,
        version=hashlib.sha256(repr(state).encode()).hexdigest()[:24],
        marked_by=marking.marked_by if marking else None,
        marked_at=marking.marked_at if marking else None,
        fault="The check of this exercise did not work, so you mark it." if fault else "",
    )


def _standing(row: Grading, grades: list[Any]) -> Standing:
    return Standing(
        login=row.login,
        score=sum(grade.score for grade in grades),
        max_score=sum(grade.max_score for grade in grades),
        waiting=sum(bool(grade.needs_manual_grade) for grade in grades),
        notes=tuple(map(str, row.notes)),
    )


def _meanwhile(part: Part) -> str:
    if part.to_mark.state != "marked":
        return "A new version came in since you opened this. Load it again; your draft stays."
    who = f"{part.marked_by} marked this" if part.marked_by else "Somebody marked this"
    given = f"{part.to_mark.points:g} of {part.to_mark.max_points:g} points"
    return f"{who} while you read: {given}. Load it again to see it; your draft stays."


def _read_released(data: DataFolder, assignment: str) -> Released:
    # nbgrader takes a second or two to import, and the pages start without it.
    from bootcamp.grading.adapter import read_released  # noqa: PLC0415

    return read_released(data, assignment)


@contextmanager
def _gradebook(data: DataFolder, *, writing: bool = False) -> Iterator[Any]:
    from nbgrader.api import Gradebook  # noqa: PLC0415

    with Gradebook(gradebook_url(data), COURSE) as gradebook:
        if writing and gradebook.engine.dialect.name == "sqlite":
            # What is read next is still so when it is written: others wait until then.
            gradebook.db.rollback()
            gradebook.db.connection().exec_driver_sql("BEGIN IMMEDIATE")
        yield gradebook


def _grades(gradebook: Any, assignment: str) -> dict[str, list[Any]]:
    """Give everyone's grades by login."""
    from nbgrader.api import MissingEntry  # noqa: PLC0415

    try:
        submissions = gradebook.assignment_submissions(assignment)
    except MissingEntry:
        return {}
    return {
        submission.student.id: [g for notebook in submission.notebooks for g in notebook.grades]
        for submission in submissions
    }


def _grade(gradebook: Any, assignment: str, login: str, exercise: str) -> Any | None:
    from nbgrader.api import MissingEntry  # noqa: PLC0415

    try:
        return gradebook.find_grade(exercise, assignment, assignment, login)
    except MissingEntry:
        return None


def _comment(gradebook: Any, assignment: str, login: str, exercise: str) -> Any | None:
    from nbgrader.api import MissingEntry  # noqa: PLC0415

    try:
        return gradebook.find_comment(exercise, assignment, assignment, login)
    except MissingEntry:  # a locked cell that a check should have judged has none
        return None


def _is_for_a_person(grade: Any, released: Released) -> bool:
    return bool(
        grade.name in released.by_hand
        or (
            grade.name in released.automatic
            and (grade.needs_manual_grade or grade.manual_score is not None)
        )
    )


def _to_mark(grade: Any, login: str, titles: dict[str, str], since: datetime | None) -> ToMark:
    state: State = "empty"
    if grade.needs_manual_grade:
        state = "waiting"
    elif grade.manual_score is not None:
        state = "marked"
    return ToMark(
        login=login,
        exercise=grade.name,
        title=titles.get(grade.name, grade.name),
        state=state,
        points=grade.manual_score,
        max_points=grade.max_score,
        since=since,
    )


def _received(store: Store, assignment: str) -> dict[str, datetime]:
    """Give when the graded version of each citizen arrived."""
    query = (
        select(Grading.login, Grading.graded_at, HandIn.received_at)
        .join(HandIn, Grading.handin_id == HandIn.id, isouter=True)
        .where(Grading.assignment == assignment)
    )
    with store.session() as session:
        return {login: received or graded for login, graded, received in session.execute(query)}


def _named(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _in_notebook_order(released: Released, names: list[str]) -> list[str]:
    return [name for cell in released.notebook.cells if (name := _named(cell)) in names]


def _titles(released: Released) -> dict[str, str]:
    """Give what each exercise is called: the bold words or the heading before it."""
    from bootcamp.grading.feedback import exercise_titles  # noqa: PLC0415

    return exercise_titles(released.notebook)


def _question(released: Released, exercise: str) -> str:
    """Give the text before the exercise, back to the graded cell before it."""
    asked: list[str] = []
    for cell in released.notebook.cells:
        if _named(cell) == exercise:
            break
        if cell.metadata.get("nbgrader", {}).get("grade"):
            asked = []
        elif cell.cell_type == "markdown":
            asked.append(cell.source)
    return "\n\n".join(asked)


def _answer(data: DataFolder, assignment: str, login: str, exercise: str) -> tuple[str, bool]:
    """Give what the citizen wrote for it, and whether that is code."""
    cells = _graded_cells(data, assignment, login)
    code: list[str] = []
    for cell in cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade_id") == exercise:
            if about.get("solution") or about.get("task"):
                return str(cell.source), bool(cell.cell_type == "code")
            return "\n\n".join(code), True
        if about.get("grade"):
            code = []
        elif cell.cell_type == "code" and about.get("solution"):
            code.append(str(cell.source))
    return "", False


def _graded_cells(data: DataFolder, assignment: str, login: str) -> list[Any]:
    import nbformat  # noqa: PLC0415

    read: Callable[..., Any] = nbformat.read
    path = course_folder(data, "autograded", login, assignment) / f"{assignment}.ipynb"
    try:
        return list(read(path, as_version=4).cells)
    except OSError:
        raise GradingError(f"The graded notebook of {login} is not there: grade again.") from None

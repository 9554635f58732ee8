"""Marking by hand: what awaits a person, what there is to read, and the mark that is given.

Marks go into nbgrader's gradebook as its own pages would put them: the manual score, the manual
comment, and the flag that a person still has to look. Two people may mark at once: a mark says
which state it was made from, and is refused when that has changed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from bootcamp.errors import GradingError
from bootcamp.settings import DataFolder
from bootcamp.spoken import number, texts
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

_ = texts("desk")

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
    shared_with: tuple[str, ...] = ()
    """Whom else the same hand-in counts for: a team's is marked once, for all of them."""


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
    """Give the marks of everyone who is graded, by login; what a late hand-in lost is off."""
    from bootcamp.grading.adapter import Book  # noqa: PLC0415

    with store.session() as session:
        rows = list(session.scalars(select(Grading).where(Grading.assignment == assignment)))
    if not rows:
        return {}
    with Book(data) as book:
        marks = {row.login: book.marks(assignment, row.login) for row in rows}
    return {
        row.login: Standing(
            login=row.login,
            score=found.score,
            max_score=found.max_score,
            waiting=sum(cell.awaits_marking for cell in found.cells),
            notes=tuple(map(str, row.notes)),
        )
        for row in rows
        if (found := marks[row.login]) is not None
    }


def parts_to_mark(
    data: DataFolder, store: Store, assignment: str, among: Collection[str] | None = None
) -> list[ToMark]:
    """Give what a person marks, exercise by exercise as they stand in the notebook.

    What a team handed in is there once, under the login that comes first. With `among` only
    these people's hand-ins are looked at.

    Raises:
        GradingError: the homework is not released.
    """
    released = _read_released(data, assignment)
    titles = _titles(released)
    found = []
    with _gradebook(data) as gradebook:
        grades = _grades(gradebook, assignment)
        known = set(grades) if among is None else set(grades) & set(among)
        for handin in set(_graded(store, assignment).values()):
            group = [login for login in handin.logins if login in known]
            for grade in grades[group[0]].values() if group else ():
                if _is_for_a_person(grade, released):
                    same = {login: grades[login][grade.name] for login in group}
                    found.append(_to_mark(same, titles, handin.received))
    order = _in_notebook_order(released, [*released.automatic, *released.by_hand])
    places = {name: place for place, name in enumerate(order)}
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

    Everybody whom the same hand-in counts for gets both.

    Raises:
        MarkedMeanwhile: what `version` stands for is not what there is now; nothing is written.
        GradingError: the points do not exist, the comment is too long, nothing is to be marked.
    """
    released = _read_released(data, assignment)
    with _gradebook(data, writing=True) as gradebook:
        part = _part(data, store, gradebook, released, login, exercise)
        most = part.to_mark.max_points
        if not math.isfinite(points) or not 0 <= points <= most:
            raise GradingError(_("Give 0 to {most} points for this exercise.", most=number(most)))
        if len(comment) > LONGEST_COMMENT:
            raise GradingError(
                _("The comment is longer than {most} characters.", most=LONGEST_COMMENT)
            )
        if part.version != version:
            raise MarkedMeanwhile(_meanwhile(part))
        group = (login, *part.to_mark.shared_with)
        for member in group:
            grade = gradebook.find_grade(exercise, assignment, assignment, member)
            grade.manual_score, grade.needs_manual_grade = round(points, 2), False
            kept = _comment(gradebook, assignment, member, exercise)
            if kept is not None:
                kept.manual_comment = comment.strip() or None
        gradebook.db.commit()
    with store.session() as session:
        for member in group:
            marking = marking_of(session, assignment, member, exercise)
            if marking is None:
                marking = Marking(assignment=assignment, login=member, exercise=exercise)
                session.add(marking)
            marking.marked_by, marking.marked_at = by, now()
    return read_part(data, store, assignment, login, exercise)


# How


def _part(
    data: DataFolder, store: Store, gradebook: Any, released: Released, login: str, exercise: str
) -> Part:
    assignment = released.assignment
    handin = _graded(store, assignment).get(login)
    grade = _grade(gradebook, assignment, login, exercise)
    if grade is None or handin is None or not _is_for_a_person(grade, released):
        raise GradingError(
            _(
                "There is nothing to mark by hand for {login} at '{exercise}'.",
                login=login,
                exercise=exercise,
            )
        )
    same = {login: grade}
    for member in handin.logins:
        other = _grade(gradebook, assignment, member, exercise)
        if other is not None:
            same[member] = other
    comment = _comment(gradebook, assignment, login, exercise)
    manual = (comment.manual_comment if comment else None) or ""
    answer, is_code = _answer(data, assignment, login, exercise)
    with store.session() as session:
        marking = marking_of(session, assignment, login, exercise)
        row = session.scalar(
            select(Grading).where(Grading.assignment == assignment, Grading.login == login)
        )
    marks = [(who, one.manual_score, bool(one.needs_manual_grade)) for who, one in same.items()]
    fault = exercise in released.automatic and row is not None and exercise not in row.verdicts
    return Part(
        to_mark=_to_mark(same, _titles(released), handin.received),
        question=_question(released, exercise),
        answer=answer,
        answer_is_code=is_code,
        comment=manual,
        version=hashlib.sha256(repr([answer, marks, manual]).encode()).hexdigest()[:24],
        marked_by=marking.marked_by if marking else None,
        marked_at=marking.marked_at if marking else None,
        fault=_("The check of this exercise did not work, so you mark it.") if fault else "",
    )


def _meanwhile(part: Part) -> str:
    if part.to_mark.state != "marked":
        return _("A new version came in since you opened this. Load it again; your draft stays.")
    return _(
        "{who} marked this while you read: {points} of {most} points. Load it again to see it;"
        " your draft stays.",
        who=part.marked_by or _("Somebody"),
        points=number(part.to_mark.points or 0),
        most=number(part.to_mark.max_points),
    )


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


def _grades(gradebook: Any, assignment: str) -> dict[str, dict[str, Any]]:
    """Give everyone's grades by login and exercise."""
    from nbgrader.api import MissingEntry  # noqa: PLC0415

    try:
        submissions = gradebook.assignment_submissions(assignment)
    except MissingEntry:
        return {}
    return {
        submission.student.id: {g.name: g for book in submission.notebooks for g in book.grades}
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


def _to_mark(same: Mapping[str, Any], titles: dict[str, str], since: datetime) -> ToMark:
    """Put together one exercise of those whom a hand-in counts for; the first is its address."""
    (login, grade), *_ = same.items()
    state: State = "empty"
    if any(one.needs_manual_grade for one in same.values()):
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
        shared_with=tuple(same)[1:],
    )


@dataclass(frozen=True)
class _Graded:
    """A hand-in that was graded: whom it counts for, and when it arrived."""

    logins: tuple[str, ...]
    received: datetime


def _graded(store: Store, assignment: str) -> dict[str, _Graded]:
    """Give the graded hand-in of each citizen; a team's members have the same one."""
    query = (
        select(Grading.login, Grading.handin_id, Grading.graded_at, HandIn.received_at)
        .join(HandIn, Grading.handin_id == HandIn.id, isouter=True)
        .where(Grading.assignment == assignment)
        .order_by(Grading.login)
    )
    with store.session() as session:
        rows = list(session.execute(query))
    groups: dict[int | None, list[str]] = {}
    for login, handin, _, _ in rows:
        groups.setdefault(handin, []).append(login)
    return {
        login: _Graded(
            tuple(groups[handin]) if handin is not None else (login,), received or graded
        )
        for login, handin, graded, received in rows
    }


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
        raise GradingError(
            _("The graded notebook of {login} is not there: grade again.", login=login)
        ) from None

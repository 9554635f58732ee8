"""The page that a citizen gets back: what was right, what to do next, in plain words.

It is one self-contained document. Everything in it is escaped; nothing that the citizen's code
printed, no traceback, no expected value and no hidden input is on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, Protocol

from babel.numbers import get_decimal_symbol
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from sqlalchemy import select

from bootcamp.cohort import language_of
from bootcamp.errors import GradingError
from bootcamp.grading.adapter import Book, Mark, Marks, read_released
from bootcamp.grading.rubrics import Band, Rubric, load_rubrics
from bootcamp.language import language, speaking
from bootcamp.settings import DataFolder
from bootcamp.spoken import for_templates, how_long, moment, texts
from bootcamp.store import open_store
from bootcamp.store.gradebook import course_folder
from bootcamp.store.handins import Grading, HandIn

__all__ = ["Publish", "exercise_titles", "feedback_for_assignment"]

_HEADING = re.compile(r"^#{1,4}\s+(.+?)\s*#*\s*$", re.MULTILINE)
# What a paragraph begins with in bold: the name of a text that is asked for.
_LABEL = re.compile(r"^\*\*([^*\n]{2,60}?)[.:]?\*\*", re.MULTILINE)
_ = texts("homework")
_MOST_STEPS = 3
_POINTS = re.compile(r"\s*\([^()]*points?[^()]*\)\s*$")


class Publish(Protocol):
    """Takes one citizen's feedback; `Exchange.publish_feedback` is one."""

    def __call__(
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
        """Give the feedback back."""


@dataclass(frozen=True)
class Exercise:
    """One graded part as the page shows it; `state` is full, part, none or waiting."""

    heading: str
    label: str
    by_hand: bool
    state: str
    score: float
    max_score: float
    message: str
    """What the check said, or the facilitator's comment; may be empty for a text."""
    reached: Band | None = None
    """The rubric's band that the points reach, for a text that is marked."""
    above: Band | None = None

    @property
    def next_step(self) -> str:
        """What to do about it, in one sentence or the facilitator's own words."""
        if self.message or self.above is None:
            return self.message
        return f"{self.label or self.heading}: {self.above.text}"

    @property
    def waiting_points(self) -> float:
        """Points that a person has to give yet."""
        return self.max_score if self.state == "waiting" else 0


@dataclass(frozen=True)
class Section:
    """The graded parts below one heading of the notebook."""

    heading: str
    exercises: tuple[Exercise, ...]

    @property
    def score(self) -> float:
        """Points so far."""
        return sum(item.score for item in self.exercises)

    @property
    def max_score(self) -> float:
        """Points to be had."""
        return sum(item.max_score for item in self.exercises)

    @property
    def waiting_points(self) -> float:
        """Points that a person has to give yet."""
        return sum(item.waiting_points for item in self.exercises)

    @property
    def state(self) -> str:
        """Of the whole section: waiting as long as a person has to mark some of it."""
        states = {item.state for item in self.exercises}
        if "waiting" in states:
            return "waiting"
        return states.pop() if len(states) == 1 else "part"

    @property
    def next_step(self) -> str:
        """The first thing to do here, empty when there is nothing."""
        open_ones = [item for item in self.exercises if item.state in {"part", "none"}]
        return next((item.next_step for item in open_ones if item.next_step), "")


def feedback_for_assignment(
    data: DataFolder,
    assignment: str,
    *,
    publish: Publish | Callable[..., object],
    logins: Collection[str] | None = None,
) -> list[str]:
    """Write and publish the feedback of everyone who is graded, or of `logins`; give who got it.

    Raises:
        GradingError: nobody is graded, or the homework is not released.
    """
    with speaking(language_of(data.cohort_file)):
        return _given(data, assignment, publish, logins)


def _given(
    data: DataFolder,
    assignment: str,
    publish: Publish | Callable[..., object],
    logins: Collection[str] | None,
) -> list[str]:
    released, rubrics = read_released(data, assignment), load_rubrics(assignment)
    store = open_store(data.store_url)
    try:
        with store.session() as session:
            query = select(Grading).where(Grading.assignment == assignment).order_by(Grading.login)
            rows = [row for row in session.scalars(query) if not logins or row.login in logins]
            received = {row.login: _received(session, row) for row in rows}
    finally:
        store.close()
    if not rows:
        number = assignment.rpartition("-")[2]
        raise GradingError(_("Nobody is graded yet: run `bootcamp grade {n}` first.", n=number))
    given = []
    with Book(data) as book:
        for row in rows:
            marks = book.marks(assignment, row.login)
            if marks is None:
                continue
            html = _page(released.notebook, rubrics, marks, row, received[row.login])
            _write(data, assignment, row.login, html)
            publish(
                assignment,
                row.login,
                score=marks.score,
                max_score=marks.max_score,
                awaits_marking=marks.awaits_marking,
                html=html,
                handin_id=row.handin_id,
            )
            given.append(row.login)
    return given


def _page(
    notebook: Any, rubrics: Mapping[str, Rubric], marks: Marks, row: Grading, received: str
) -> str:
    exercises = _exercises(notebook, marks, row.verdicts, rubrics)
    machine = _sections(item for item in exercises if not item.by_hand)
    written = _sections(item for item in exercises if item.by_hand)
    steps = [section for section in (*machine, *written) if section.next_step]
    waiting = sum(item.waiting_points for item in exercises)
    return _template().render(
        title=_title(notebook, row.assignment),
        received=received,
        score=marks.score,
        penalty=marks.penalty,
        reachable=marks.max_score - waiting,
        waiting_points=waiting,
        machine=machine,
        written=written,
        next_steps=steps[:_MOST_STEPS],
        more_steps=len(steps) > _MOST_STEPS,
        all_right=bool(machine) and all(section.state == "full" for section in machine),
        notes=row.notes,
    )


def exercise_titles(notebook: Any) -> dict[str, str]:
    """Give what each named cell is called: the bold words before it, else the heading above it."""
    return {name: label or heading or name for name, heading, label in _places(notebook)}


def _places(notebook: Any) -> Iterator[tuple[str, str, str]]:
    """Give each named cell with the heading that it stands below and the last bold words."""
    heading, label = "", ""
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade_id"):
            yield about["grade_id"], heading, label
        elif cell.cell_type == "markdown":
            headings = _HEADING.findall(cell.source)
            heading = _POINTS.sub("", headings[-1]) if headings else heading
            labels = _LABEL.findall(cell.source)
            label = labels[-1] if labels else ""


def _exercises(
    notebook: Any, marks: Marks, verdicts: dict[str, Any], rubrics: Mapping[str, Rubric]
) -> list[Exercise]:
    """Give the graded parts in the notebook's order, each under the heading it stands below."""
    by_name = {mark.name: mark for mark in marks.cells}
    found = []
    for name, heading, label in _places(notebook):
        mark = by_name.get(name)
        if mark is None:
            continue
        by_hand = name not in verdicts
        rubric = rubrics.get(name) if by_hand and not mark.awaits_marking else None
        found.append(
            Exercise(
                heading=heading or name,
                label=label if by_hand else "",
                by_hand=by_hand,
                state=_state(mark),
                score=mark.score,
                max_score=mark.max_score,
                message=_about_written(mark, label) if by_hand else str(verdicts[name]),
                reached=rubric.reached(mark.score) if rubric else None,
                above=rubric.above(mark.score) if rubric else None,
            )
        )
    return found


def _sections(exercises: Iterable[Exercise]) -> list[Section]:
    grouped = groupby(exercises, key=lambda item: item.heading)
    return [Section(heading, tuple(items)) for heading, items in grouped]


def _state(mark: Mark) -> str:
    if mark.awaits_marking:
        return "waiting"
    if mark.score >= mark.max_score:
        return "full"
    return "part" if mark.score > 0 else "none"


def _about_written(mark: Mark, label: str) -> str:
    if mark.awaits_marking:
        return _("Awaits your facilitator.")
    if mark.comment == "No response.":  # nbgrader's own word
        if label:
            return _(
                "“{label}” is still empty: write a few sentences and hand in again.", label=label
            )
        return _("This text is still empty: write a few sentences and hand in again.")
    return mark.comment


def _title(notebook: Any, assignment: str) -> str:
    for cell in notebook.cells:
        heading = _HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if heading:
            return heading.group(1)
    return assignment


def _received(session: Any, row: Grading) -> str:
    handin = session.get(HandIn, row.handin_id) if row.handin_id is not None else None
    if handin is None:
        return ""
    when = moment(handin.received_at.astimezone())
    if not handin.late_seconds:
        return _("{when} (receipt {receipt})", when=when, receipt=handin.receipt)
    return _(
        "{when}, {duration} late (receipt {receipt})",
        when=when,
        duration=how_long(timedelta(seconds=handin.late_seconds)),
        receipt=handin.receipt,
    )


def _write(data: DataFolder, assignment: str, login: str, html: str) -> None:
    """Put the page where nbgrader keeps feedback, too."""
    folder = course_folder(data, "feedback", login, assignment)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{assignment}.html.new"
    draft.write_text(html, encoding="utf-8")
    draft.replace(folder / f"{assignment}.html")


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("bootcamp.grading"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(for_templates(_))
    environment.filters["points"] = lambda value: _decimal(f"{value:g}")
    return environment.get_template("feedback.html")


def _decimal(number: str) -> str:
    """Give a number's digits with the decimal sign of the language."""
    return number.replace(".", get_decimal_symbol(language()))

"""A small homework of its own, its checks, and a cohort: enough for hand-ins of every kind."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import nbformat

from bootcamp.cohort import Cohort
from bootcamp.exchange.service import Exchange
from bootcamp.settings import DataFolder
from bootcamp.store import Store, open_store

HOMEWORK = "homework-1"
NOTEBOOK = "homework-1.ipynb"
SECRET = "quince-7431"
"""Stands in the checks only: nothing that a learner's process sees may hold it."""

CHECKS = f'''
"""Checks of the small homework."""

from bootcamp.grading.checks import Learner, Verdict, check

SECRET = "{SECRET}"


@check("hw1-double", points=2)
def double(learner: Learner) -> Verdict:
    """Two points for numbers and texts, one for numbers."""
    if learner.call("double", 21) != 42:
        return Verdict(0, "double(21) is not right yet: return the number twice as big.")
    if learner.call("double", "ab") != "abab":
        return Verdict(1, "Numbers work; texts should double, too.")
    return Verdict(2, "double works for numbers and texts.")


@check("hw1-labels", points=1)
def labels(learner: Learner) -> Verdict:
    """One point for the three labels."""
    good = learner.value("labels") == ["order", "invoice", "return"]
    return Verdict(1, "All labels fit.") if good else Verdict(0, "The labels do not fit yet.")


@check("hw1-notes", points=1)
def notes(learner: Learner) -> Verdict:
    """One point for a note in a file."""
    good = learner.json("notes.json") == {{"case": "mail"}}
    return Verdict(1, "The note is there.") if good else Verdict(0, "Name your case in notes.json.")
'''

GOOD_DOUBLE = "def double(x):\n    return x + x"
GOOD_LABELS = "labels = ['order', 'invoice', 'return']"
GOOD_NOTES = b'{"case": "mail"}'
GOOD_WHY = "Because the mail room reads four hundred mails a day."

_v4: Any = nbformat.v4


def code(source: str, grade_id: str | None = None, points: float | None = None) -> Any:
    return _cell(_v4.new_code_cell(source), grade_id, points, solution=points is None)


def text(source: str, grade_id: str | None = None, points: float | None = None) -> Any:
    return _cell(_v4.new_markdown_cell(source), grade_id, points, solution=True)


def _cell(cell: Any, grade_id: str | None, points: float | None, *, solution: bool) -> Any:
    cell["id"] = f"cell-{abs(hash((cell.source, grade_id))) % 10**9}"
    if grade_id is None:
        return cell
    about = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        about["points"] = points
    cell.metadata["nbgrader"] = nbformat.from_dict(about)
    return cell


def released_notebook() -> Any:
    """Give the small homework as citizens get it."""
    notebook = _v4.new_notebook()
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    notebook.cells = [
        text("# Homework 1: a small one"),
        text("## 1. Double (2 points)"),
        code("def double(x):\n    # Write your answer here\n    ...", "hw1-double-answer"),
        code("# Checked after you hand in.", "hw1-double", 2),
        text("## 2. Labels (1 point)"),
        code("labels = []", "hw1-labels-answer"),
        code("# Checked after you hand in: labels.", "hw1-labels", 1),
        text("## 3. Notes (1 point)"),
        code("# Checked after you hand in: notes.", "hw1-notes", 1),
        text("## 4. In your words (2 points)\n\n**The reason.** Why this case?"),
        text("*Write your answer here.*", "hw1-why", 2),
    ]
    return notebook


def content_folder(root: Path) -> Path:
    """Write the course's content: the built homework with a file beside it, and the checks."""
    session = root / "session-01"
    (session / "homework-1").mkdir(parents=True)
    nbformat.write(released_notebook(), session / NOTEBOOK)
    (session / "homework-1" / "times.csv").write_text("case,seconds\n")
    checks = root / "graders" / "checks"
    checks.mkdir(parents=True)
    (checks / "small.py").write_text(CHECKS)
    return root


def answered(
    double: str = GOOD_DOUBLE, labels: str = GOOD_LABELS, why: str = GOOD_WHY, first: str = ""
) -> Any:
    """Give the homework with these answers; `first` is an own cell before all others."""
    notebook = released_notebook()
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        given = {"hw1-double-answer": double, "hw1-labels-answer": labels, "hw1-why": why}
        cell.source = given.get(name, cell.source)
    if first:
        notebook.cells.insert(0, code(first))
    return notebook


def without(notebook: Any, *names: str) -> Any:
    """Give a copy without the cells of these names."""
    fewer = copy.deepcopy(notebook)
    fewer.cells = [cell for cell in fewer.cells if named(cell) not in names]
    return fewer


def named(cell: Any) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def cell_of(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook.cells if named(cell) == name)


def raw(notebook: Any) -> bytes:
    # Not nbformat's writer: damaged notebooks must stay damaged.
    import json

    return json.dumps(notebook).encode()


def files(notebook: Any, notes: bytes | None = GOOD_NOTES) -> dict[str, bytes]:
    handed = {NOTEBOOK: raw(notebook)}
    if notes is not None:
        handed["notes.json"] = notes
    return handed


def cohort(logins: Iterable[str]) -> Cohort:
    """Give a cohort with these citizens and the facilitator `fay`."""
    people = [
        {"name": login, "email": f"{login}@alderfinch.example", "login": login} for login in logins
    ]
    people.append(
        {"name": "Fay", "email": "fay@alderfinch.example", "login": "fay", "role": "facilitator"}
    )
    return Cohort.model_validate(
        {
            "name": "Spring",
            "company": "Alder & Finch",
            "sessions": [date(2027, 1, day) for day in range(4, 10)],
            "use_cases": [{"slug": f"case-{n}", "title": f"Case {n}"} for n in range(4)],
            "people": people,
        }
    )


@dataclass
class SmallCourse:
    """A data folder with the small homework released, and its exchange."""

    data: DataFolder
    content: Path
    store: Store
    exchange: Exchange

    @property
    def checks(self) -> Path:
        return self.content / "graders" / "checks"


def small_course(root: Path, logins: Iterable[str], *, release: bool = True) -> SmallCourse:
    data = DataFolder.at(root / "data")
    data.create()
    content = content_folder(root / "content")
    store = open_store(data.store_url)
    exchange = Exchange(data, store, cohort(logins), content=content)
    if release:
        exchange.release(HOMEWORK)
    return SmallCourse(data, content, store, exchange)

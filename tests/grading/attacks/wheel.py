"""The fixtures of nbgrader's own wheel as hand-ins, and the homeworks that they answer.

nbgrader tests itself with three kinds of notebook: answers to a small problem set (`foo`, `bar`),
answers to another one (`squares`), and damaged or hostile ones that answer nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.tests
from nbgrader.preprocessors import ClearSolutions

from bootcamp.exchange.service import Exchange
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from tests.grading.small_course import SmallCourse, cohort, content_folder

FOREIGN, SET_A, SQUARES = "homework-1", "homework-2", "homework-3"

CHECKS = '''
"""Checks of nbgrader's own two problem sets, asked from outside."""

from bootcamp.grading.checks import Learner, ProbeFailed, Verdict, check


@check("foo", points=1)
def is_set(learner: Learner) -> Verdict:
    good = isinstance(learner.value("a"), int)
    return Verdict(1, "There.") if good else Verdict(0, "Set a to a number.")


@check("bar", points=1)
def is_one(learner: Learner) -> Verdict:
    good = learner.value("a") == 1
    return Verdict(1, "Right.") if good else Verdict(0, "That is not it.")


@check("correct_squares", points=1)
def squares(learner: Learner) -> Verdict:
    good = learner.call("squares", 11) == [n * n for n in range(1, 12)]
    return Verdict(1, "Right.") if good else Verdict(0, "squares is not right yet.")


@check("squares_invalid_input", points=1)
def invalid(learner: Learner) -> Verdict:
    learner.call("squares", 1)
    try:
        learner.call("squares", 0)
    except ProbeFailed as failure:
        if "ValueError" in str(failure):
            return Verdict(1, "Right.")
    return Verdict(0, "squares should refuse numbers below 1.")


@check("correct_sum_of_squares", points=0.5)
def total(learner: Learner) -> Verdict:
    good = learner.call("sum_of_squares", 11) == 506
    return Verdict(0.5, "Right.") if good else Verdict(0, "sum_of_squares is not right yet.")


@check("sum_of_squares_uses_squares", points=0.5)
def again(learner: Learner) -> Verdict:
    good = learner.call("sum_of_squares", 2) == 5
    return Verdict(0.5, "Right.") if good else Verdict(0, "sum_of_squares is not right yet.")
'''

_nbformat: Any = nbformat
_WHEEL = Path(nbgrader.tests.__file__).parent


def fixtures() -> dict[str, Path]:
    """Give every file that nbgrader's tests hand in or grade, by its path in the wheel."""
    places = ("apps/files", "preprocessors/files", "ui-tests/files")
    return {
        path.relative_to(_WHEEL).as_posix(): path
        for place in places
        for path in sorted((_WHEEL / place).iterdir())
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }


def answers(path: Path) -> str:
    """Give the homework that this fixture answers: it has a graded cell of it."""
    try:
        content = json.loads(path.read_bytes())
        names = {cell["metadata"]["nbgrader"]["grade_id"] for cell in content["cells"]}
    except (ValueError, KeyError, TypeError):
        names = {cell for cell in ("set_a", "squares") if f'"{cell}"'.encode() in path.read_bytes()}
    if "set_a" in names:
        return SET_A
    return SQUARES if "squares" in names or "test-no-metadata" in path.name else FOREIGN


def wheel_course(root: Path, logins: list[str]) -> SmallCourse:
    """Give a course with the small homework and nbgrader's two, all released."""
    content = content_folder(root / "content")
    unanswered = _read("apps/files/submitted-unchanged.ipynb")
    _put(content, SET_A, unanswered)
    solved = _read("apps/files/test.ipynb")
    cleared, _ = ClearSolutions().preprocess(solved, {"nbgrader": {}})
    _put(content, SQUARES, cleared)
    (content / "graders" / "checks" / "nbgraders.py").write_text(CHECKS)
    data = DataFolder.at(root / "data")
    data.create()
    store = open_store(data.store_url)
    exchange = Exchange(data, store, cohort(logins), content=content)
    for name in (FOREIGN, SET_A, SQUARES):
        exchange.release(name)
    return SmallCourse(data, content, store, exchange)


def _read(name: str) -> Any:
    return _nbformat.read(_WHEEL / name, as_version=4)


def _put(content: Path, name: str, notebook: Any) -> None:
    session = content / f"session-0{name[-1]}"
    session.mkdir()
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader["task"] = False
    notebook.nbformat_minor = 5
    _nbformat.write(notebook, session / f"{name}.ipynb")

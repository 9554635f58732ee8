"""Every notebook that nbgrader tests itself with goes through grading, and stops nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootcamp.errors import HandInRefused
from bootcamp.grading import GradeResult, GradingLimits, grade_assignment
from bootcamp.store.gradebook import course_folder
from tests.grading.attacks.wheel import (
    FOREIGN,
    SET_A,
    SQUARES,
    answers,
    fixtures,
    wheel_course,
)
from tests.grading.small_course import SmallCourse

LIMITS = GradingLimits(cell_seconds=2, notebook_seconds=6, probe_seconds=2, probes_seconds=6)
FIXTURES = fixtures()
LOGINS = {name: f"citizen-{number}" for number, name in enumerate(FIXTURES)}


def grade(course: SmallCourse, assignment: str) -> dict[str, GradeResult]:
    results = grade_assignment(
        course.data, assignment, checks=course.checks, limits=LIMITS, at_once=4
    )
    return {result.login: result for result in results}


def put(course: SmallCourse, assignment: str, login: str, content: bytes) -> str:
    """Hand in; what the exchange refuses still lies in the folder. Give what it said."""
    try:
        course.exchange.hand_in(assignment, login, {f"{assignment}.ipynb": content})
    except HandInRefused as refusal:
        folder = course_folder(course.data, "submitted", login, assignment)
        folder.mkdir(parents=True)
        (folder / f"{assignment}.ipynb").write_bytes(content)
        return str(refusal)
    return ""


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, str], dict[str, GradeResult]]:
    course = wheel_course(tmp_path_factory.mktemp("wheel"), [*LOGINS.values()])
    said = {
        name: put(course, answers(path), LOGINS[name], path.read_bytes())
        for name, path in FIXTURES.items()
    }
    results: dict[str, GradeResult] = {}
    for assignment in (FOREIGN, SET_A, SQUARES):
        course.exchange.collect(assignment)
        results |= grade(course, assignment)
    course.store.close()
    return said, results


def due(name: str) -> float:
    """Give the points by machine that a fixture's content deserves."""
    home, stem = answers(FIXTURES[name]), Path(name).stem
    if home == SET_A:
        return 2 if stem == "submitted-changed" else 0
    if home == SQUARES:
        return SQUARES_DUE.get(name, 3)
    return 0


SQUARES_DUE = {
    "apps/files/test-hidden-tests.ipynb": 1.5,  # answers what the visible tests ask, no more
    "apps/files/timeout.ipynb": 0,  # answers another question
    "apps/files/validation-zero-points.ipynb": 0,  # is wrong
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_gets_what_its_content_deserves(
    graded: tuple[dict[str, str], dict[str, GradeResult]], name: str
) -> None:
    said, results = graded
    result = results[LOGINS[name]]
    assert result.score == due(name)
    for words in (said[name], *result.notes):
        assert "\n" not in words
        assert "Traceback" not in words
    if said[name]:
        assert any("could not be read" in note for note in result.notes)


KINDS = (
    *("infinite-loop", "infinite-loop-with-output", "side-effects", "open_relative_file"),
    *("too-new", "test-v0-invalid", "validating-environment-variable", "timeout"),
    *("submitted-changed", "submitted-unchanged", "submitted-grade-cell-changed"),
    *("submitted-locked-cell-changed", "submitted-cheat-attempt"),
    "submitted-cheat-attempt-alternative",
)
DAMAGED = (
    *("bad-markdown-cell-1", "bad-markdown-cell-2", "blank-grade-id", "blank-points"),
    *("cell-type-changed", "duplicate-grade-ids", "infinite-recursion", "long-output"),
    *("no-cell-type", "submitted-answer-cell-type-changed", "submitted-grade-cell-type-changed"),
)


@pytest.mark.slow
def test_a_class_of_25_with_one_of_each_kind_is_graded_25_of_25(tmp_path: Path) -> None:
    chosen = {name: FIXTURES[f"apps/files/{name}.ipynb"] for name in KINDS}
    chosen |= {name: FIXTURES[f"preprocessors/files/{name}.ipynb"] for name in DAMAGED}
    assert len(chosen) == 25
    logins = {name: f"citizen-{number}" for number, name in enumerate(chosen)}
    course = wheel_course(tmp_path, [*logins.values()])
    for name, path in chosen.items():
        put(course, SET_A, logins[name], path.read_bytes())
    course.exchange.collect(SET_A)
    results = grade(course, SET_A)
    course.store.close()
    assert sorted(results) == sorted(logins.values())
    scored = {login: result.score for login, result in results.items() if result.score}
    assert scored == {logins["submitted-changed"]: 2}
    assert not any("Not graded" in note for r in results.values() for note in r.notes)
    written = (course.data.course / "autograded").glob(f"*/{SET_A}/{SET_A}.ipynb")
    assert len([*written]) == 25

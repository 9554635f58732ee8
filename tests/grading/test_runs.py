"""Grading again, marks by hand, faulty checks, and the course's real homework."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

import bootcamp
from bootcamp.content import content_root
from bootcamp.errors import GradingError
from bootcamp.exchange.service import Exchange
from bootcamp.grading import crew, feedback_for_assignment, grade_assignment
from bootcamp.grading.checks import Check
from bootcamp.grading.execution import Judge, Judged, Submission
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from bootcamp.store.gradebook import gradebook_url
from tests.grading.ordinary import as_ordinary_user
from tests.grading.small_course import (
    HOMEWORK,
    SmallCourse,
    answered,
    cohort,
    files,
    small_course,
)


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    made = small_course(root, ["ada", "ben"])
    for login in ("ada", "ben"):
        made.exchange.hand_in(HOMEWORK, login, files(answered()))
    made.exchange.collect(HOMEWORK)
    made.store.close()
    return root


@pytest.fixture
def course(released_once: Path, tmp_path: Path) -> Iterator[SmallCourse]:
    """A course with two good hand-ins, collected and not graded."""
    shutil.copytree(released_once, tmp_path / "course")
    data = DataFolder.at(tmp_path / "course" / "data")
    content = tmp_path / "course" / "content"
    store = open_store(data.store_url)
    exchange = Exchange(data, store, cohort(["ada", "ben"]), content=content)
    yield SmallCourse(data, content, store, exchange)
    store.close()


def mark(course: SmallCourse, login: str, points: float, comment: str) -> None:
    """Mark the written part as a facilitator does in nbgrader's pages."""
    with Gradebook(gradebook_url(course.data)) as gradebook:
        grade = gradebook.find_grade("hw1-why", HOMEWORK, HOMEWORK, login)
        grade.manual_score, grade.needs_manual_grade = points, False
        said = gradebook.find_comment("hw1-why", HOMEWORK, HOMEWORK, login)
        said.manual_comment = comment
        gradebook.db.commit()


def test_grading_again_keeps_what_was_marked_by_hand(course: SmallCourse) -> None:
    first = grade_assignment(course.data, HOMEWORK, checks=course.checks, logins=["ada"])
    assert [(r.login, r.score, r.awaits_marking) for r in first] == [("ada", 4, True)]
    mark(course, "ada", 1.5, "A good <b>reason</b>.")
    again = grade_assignment(
        course.data, HOMEWORK, checks=course.checks, logins=["ada"], regrade=True
    )
    assert [(r.score, r.awaits_marking) for r in again] == [(5.5, False)]

    given = feedback_for_assignment(course.data, HOMEWORK, publish=course.exchange.publish_feedback)
    assert given == ["ada"]
    page = course.exchange.feedback_html(HOMEWORK, "ada") or ""
    assert "A good &lt;b&gt;reason&lt;/b&gt;." in page
    assert "5.5" in page
    stored = course.data.course / "feedback" / "ada" / HOMEWORK / f"{HOMEWORK}.html"
    assert stored.read_text(encoding="utf-8") == page

    course.exchange.hand_in(HOMEWORK, "ada", files(answered(why="Quite another reason.")))
    course.exchange.collect(HOMEWORK)
    newer = grade_assignment(course.data, HOMEWORK, checks=course.checks, logins=["ada"])
    # The mark stays, and a person is asked to look at the new text.
    assert [(r.score, r.awaits_marking) for r in newer] == [(5.5, True)]


def test_a_faulty_check_leaves_its_exercise_to_a_person(course: SmallCourse) -> None:
    path = course.checks / "small.py"
    path.write_text(path.read_text().replace('learner.call("double", 21) != 42', "1 / 0"))
    results = grade_assignment(course.data, HOMEWORK, checks=course.checks, logins=["ada"])
    assert results[0].score == 2
    assert results[0].awaits_marking
    assert "'hw1-double' failed with ZeroDivisionError" in results[0].notes[0]


def test_says_which_check_is_missing_or_worth_something_else(course: SmallCourse) -> None:
    path = course.checks / "small.py"
    text = path.read_text()
    path.write_text(text.replace("points=2", "points=3"))
    with pytest.raises(GradingError, match="'hw1-double' is worth 2 points"):
        grade_assignment(course.data, HOMEWORK, checks=course.checks)
    path.write_text(text.replace("hw1-labels", "hw1-label"))
    with pytest.raises(GradingError, match="'hw1-labels' of homework-1 has no check"):
        grade_assignment(course.data, HOMEWORK, checks=course.checks)


def test_says_what_comes_before_grading(course: SmallCourse, tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="carl: nothing is collected"):
        grade_assignment(course.data, HOMEWORK, checks=course.checks, logins=["carl"])
    with pytest.raises(GradingError, match="Nobody is graded yet"):
        feedback_for_assignment(course.data, HOMEWORK, publish=course.exchange.publish_feedback)
    empty = DataFolder.at(tmp_path / "empty")
    empty.create()
    with pytest.raises(GradingError, match="`bootcamp release 1` first"):
        grade_assignment(empty, HOMEWORK)


def test_one_that_cannot_be_judged_does_not_stop_the_others(
    course: SmallCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bytes] = []

    class Failing(Judge):
        def judge(self, submission: Submission, checks: Mapping[str, Check]) -> Judged:
            tried.append(submission.files["notes.json"])
            if b"ada" in submission.files["notes.json"]:
                raise OSError("No space left on device")
            return super().judge(submission, checks)

    monkeypatch.setattr(crew, "Judge", Failing)
    course.exchange.hand_in(HOMEWORK, "ada", files(answered(), notes=b'{"case": "ada"}'))
    course.exchange.collect(HOMEWORK)
    ada, ben = grade_assignment(course.data, HOMEWORK, checks=course.checks)
    assert "No space left" in ada.notes[0]
    assert ada.awaits_marking
    assert ben.score == 4
    assert len(tried) == 3  # a second judge tried, in case the first was to blame


def installed_elsewhere() -> bool:
    """Whether the environment's own `bootcamp`, which a sandbox sees, is another checkout's."""
    asked = [sys.executable, "-I", "-c", "import bootcamp; print(bootcamp.__file__)"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return found != bootcamp.__file__


@pytest.mark.skipif(installed_elsewhere(), reason="the sandbox sees another checkout's package")
@pytest.mark.parametrize("number", [1, 2])
def test_the_real_homework_answered_is_full_and_untouched_is_nothing(
    number: int, tmp_path: Path
) -> None:
    homework = f"homework-{number}"
    data = DataFolder.at(tmp_path / "data")
    data.create()
    store = open_store(data.store_url)
    exchange = Exchange(data, store, cohort(["answered", "untouched"]))
    exchange.release(homework)
    solution = content_root() / "solutions" / f"session-{number:02d}"
    kept = [solution / f"{homework}.ipynb", *solution.glob("*.csv")]
    exchange.hand_in(homework, "answered", {path.name: path.read_bytes() for path in kept})
    receipt = exchange.hand_in(homework, "untouched", exchange.files(homework))
    assert "as you received them" in receipt.warnings[0]
    exchange.collect(homework)
    results = {result.login: result for result in grade_assignment(data, homework)}
    assert (results["answered"].score, results["answered"].max_score) == (10, 20)
    assert results["answered"].awaits_marking
    assert results["answered"].notes == ()
    assert (results["untouched"].score, results["untouched"].awaits_marking) == (0, False)
    store.close()


AS_ORDINARY_USER = """
import os, sys
from pathlib import Path
from bootcamp.grading import grade_assignment
from bootcamp.settings import DataFolder

assert os.geteuid() == 1000
results = grade_assignment(DataFolder.at(sys.argv[1]), "homework-1", checks=Path(sys.argv[2]))
print([result.score for result in results])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="all of these tests run as an ordinary user already")
def test_grades_as_an_ordinary_user_too(course: SmallCourse) -> None:
    course.store.close()
    script = [sys.executable, "-c", AS_ORDINARY_USER, str(course.data.root), str(course.checks)]
    become = as_ordinary_user(script, owned=course.data.root.parent)
    done = subprocess.run(become, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[4.0, 4.0]"

"""After the fact: a corrected check shows whose marks change, and writes only when told to."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from bootcamp.errors import GradingError
from bootcamp.grading import Watcher, grade_assignment, preview_regrade, write_regrade
from bootcamp.grading.adapter import marks_of
from tests.grading.small_course import HOMEWORK, SmallCourse, answered, files
from tests.grading.test_resume import Quick, collected_once, course, quick, run
from tests.grading.test_runs import mark

__all__ = ["collected_once", "course", "quick"]  # fixtures


def preview(course: SmallCourse, **options: object):  # type: ignore[no-untyped-def]
    return preview_regrade(course.data, HOMEWORK, checks=course.checks, **options)  # type: ignore[arg-type]


def scores(course: SmallCourse) -> dict[str, float]:
    found = {login: marks_of(course.data, HOMEWORK, login) for login in ("ada", "ben", "dan")}
    return {login: marks.score for login, marks in found.items() if marks}


def test_shows_before_it_writes_and_runs_nothing_twice(
    course: SmallCourse, quick: type[Quick]
) -> None:
    run(course)
    mark(course, "ada", 1.5, "A good reason.")
    quick.judged.clear()
    quick.points = 0.5
    seen = preview(course)
    assert seen.logins == ("ada", "ben", "cleo", "dan") == tuple(seen.affected)
    assert [(c.exercise, c.before, c.after) for c in seen.changes if c.login == "ben"] == [
        ("hw1-double", 1.0, 0.5),
        ("hw1-labels", 1.0, 0.5),
        ("hw1-notes", 1.0, 0.5),
    ]
    assert scores(course) == {"ada": 4.5, "ben": 3.0, "dan": 3.0}  # nothing is written
    assert len(quick.judged) == 4
    assert preview(course) == seen
    results = write_regrade(course.data, seen, checks=course.checks)
    assert len(quick.judged) == 4
    assert [r.score for r in results] == [3.0, 1.5, 1.5, 1.5]
    ada = marks_of(course.data, HOMEWORK, "ada")
    assert ada is not None
    assert not ada.awaits_marking
    assert scores(course)["ada"] == 3.0
    assert [r.graded_now for r in run(course)] == [False] * 4
    assert not (course.data.run / "regrade" / HOMEWORK).exists()


def test_a_mark_by_hand_counts_before_a_corrected_check(
    course: SmallCourse, quick: type[Quick]
) -> None:
    from nbgrader.api import Gradebook

    from bootcamp.store.gradebook import gradebook_url

    run(course, logins=["ada"])
    with Gradebook(gradebook_url(course.data)) as gradebook:
        gradebook.find_grade("hw1-double", HOMEWORK, HOMEWORK, "ada").manual_score = 2
        gradebook.db.commit()
    quick.points = 0.5
    seen = preview(course, logins=["ada"])
    assert [c.exercise for c in seen.changes] == ["hw1-labels", "hw1-notes"]
    (result,) = write_regrade(course.data, seen, checks=course.checks)
    assert result.score == 3


def test_refuses_to_write_what_no_longer_fits(course: SmallCourse, quick: type[Quick]) -> None:
    run(course)
    quick.points = 0.5
    seen = preview(course)
    course.exchange.hand_in(HOMEWORK, "ben", files(answered(why="Because ben says more.")))
    course.exchange.collect(HOMEWORK)
    with pytest.raises(GradingError, match=r"has changed since this was shown \(ben\)"):
        write_regrade(course.data, seen, checks=course.checks)
    assert scores(course) == {"ada": 3.0, "ben": 3.0, "dan": 3.0}
    quick.judged.clear()
    again = preview(course)
    assert quick.judged == ["ben"]
    write_regrade(course.data, again, checks=course.checks)
    assert scores(course) == {"ada": 1.5, "ben": 1.5, "dan": 1.5}


def test_a_stopped_preview_goes_on(course: SmallCourse, quick: type[Quick]) -> None:
    watcher = Watcher()
    stopping = Watcher(progress=lambda *_: watcher.stop.set(), stop=watcher.stop)
    with pytest.raises(GradingError, match=r"1 of 4 are judged and kept. `bootcamp regrade 1`"):
        preview(course, watcher=stopping, at_once=1)
    begun: list[tuple[int, int]] = []
    preview(course, watcher=Watcher(begun=lambda already, to_do: begun.append((already, to_do))))
    assert begun == [(1, 3)]


def test_a_check_that_fails_now_changes_no_mark(course: SmallCourse) -> None:
    grade_assignment(course.data, HOMEWORK, checks=course.checks, logins=["ada"])
    path = course.checks / "small.py"
    path.write_text(path.read_text().replace('learner.call("double", 21) != 42', "1 / 0"))
    seen = preview(course, logins=["ada"])
    assert seen.changes == seen.logins == ()
    assert "ZeroDivisionError" in seen.failed["ada"]


def test_points_changed_in_a_new_release(
    course: SmallCourse, quick: type[Quick], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(course, logins=["ada"])
    mark(course, "ada", 2, "A very good reason.")
    session = course.content / "session-01" / f"{HOMEWORK}.ipynb"
    built = json.loads(session.read_text())
    for cell in built["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("grade_id") == "hw1-why":
            about["points"] = 1
        if about.get("grade_id") == "hw1-notes":
            about["points"] = 3
    session.write_text(json.dumps(built))
    course.exchange.release(HOMEWORK)
    with pytest.raises(GradingError, match=r"'hw1-notes' is worth 3 points .* make them equal"):
        preview(course)
    small = course.checks / "small.py"
    small.write_text(small.read_text().replace('"hw1-notes", points=1', '"hw1-notes", points=3'))
    (result,) = run(course, logins=["ada"])
    assert (result.score, result.max_score, result.awaits_marking) == (5, 7, True)
    assert result.notes == ("'hw1-why' has 2 points by hand and is worth 1 now: look at it again.",)

    released = course.data.course / "release" / HOMEWORK / f"{HOMEWORK}.ipynb"
    released.write_text(released.read_text().replace('"points": 3', '"points": 4'))
    small.write_text(small.read_text().replace('"hw1-notes", points=3', '"hw1-notes", points=4'))
    with pytest.raises(GradingError, match=r"is 3 points in the gradebook. Run `bootcamp rel"):
        run(course, logins=["ada"])


COMMAND = """
import sys
from pathlib import Path
from bootcamp.cli import main
from bootcamp.grading import runs
content = Path(sys.argv.pop(1))
runs.content_root = lambda: content
main(sys.argv[1:])
"""


def test_the_command_shows_and_writes_only_when_told(course: SmallCourse) -> None:
    from bootcamp.cohort import save_cohort
    from tests.grading.small_course import cohort
    from tests.grading.test_resume import LOGINS

    save_cohort(cohort(LOGINS), course.data.cohort_file)

    where = ("--data", str(course.data.root), "--student", "ada")

    def command(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, str(course.content), *arguments, *where],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=60,
            env=dict(os.environ),
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    command("grade", "1")
    small = course.checks / "small.py"
    small.write_text(small.read_text().replace("return Verdict(2,", "return Verdict(1.5,"))
    said = command("regrade", "1")
    assert "ada    hw1-double  2       1.5" in said
    assert "Nothing is written. `bootcamp regrade 1 --yes`" in said
    assert scores(course)["ada"] == 4
    small_text = small.read_text()
    said = command("regrade", "1", "--yes")
    assert "The marks of 1 of 1 people change" in said
    assert "Written." in said
    assert small.read_text() == small_text
    assert scores(course)["ada"] == 3.5
    assert json.loads(command("regrade", "1", "--json"))["changes"] == []

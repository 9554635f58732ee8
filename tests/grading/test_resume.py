"""A grading run that ends in the middle, or finds its work done: nothing twice, nothing half."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from nbgrader.api import Grade, Gradebook, SubmittedAssignment

from bootcamp.errors import GradingError
from bootcamp.exchange.service import Exchange
from bootcamp.grading import GradeResult, GradingStopped, Watcher, crew, grade_assignment
from bootcamp.grading.checks import Check, Verdict
from bootcamp.grading.execution import GradingLimits, Judge, Judged, Submission
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from bootcamp.store.gradebook import course_folder, gradebook_url
from tests.conftest import eventually
from tests.grading.small_course import (
    HOMEWORK,
    NOTEBOOK,
    SmallCourse,
    answered,
    cohort,
    files,
    small_course,
)
from tests.grading.test_runs import mark

LOGINS = ["ada", "ben", "cleo", "dan"]


@pytest.fixture(scope="module")
def collected_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("resume")
    made = small_course(root, LOGINS)
    for login in LOGINS:
        made.exchange.hand_in(HOMEWORK, login, files(answered(why=f"Because {login} says so.")))
    made.exchange.collect(HOMEWORK)
    made.store.close()
    return root


@pytest.fixture
def course(collected_once: Path, tmp_path: Path) -> Iterator[SmallCourse]:
    """A course with four good hand-ins, collected and not graded."""
    shutil.copytree(collected_once, tmp_path / "course")
    data = DataFolder.at(tmp_path / "course" / "data")
    content = tmp_path / "course" / "content"
    store = open_store(data.store_url)
    exchange = Exchange(data, store, cohort(LOGINS), content=content)
    yield SmallCourse(data, content, store, exchange)
    store.close()


class Quick(Judge):
    """A judge that needs no kernel: what is tested here is what happens around it."""

    judged: list[str]
    points = 1.0

    def judge(self, submission: Submission, checks: Mapping[str, Check]) -> Judged:
        text = next(c.source for c in submission.notebook.cells if "Because" in c.source)
        self.judged.append(text.split()[1])
        verdicts = {name: Verdict(self.points, "Judged.") for name in checks}
        return Judged(submission.notebook, verdicts, {}, ())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> type[Quick]:
    class Fresh(Quick):
        judged: list[str] = []  # noqa: RUF012 - one for each test

    monkeypatch.setattr(crew, "Judge", Fresh)
    return Fresh


def run(course: SmallCourse, **options: object) -> list[GradeResult]:
    return grade_assignment(course.data, HOMEWORK, checks=course.checks, **options)  # type: ignore[arg-type]


def test_does_done_work_once(course: SmallCourse, quick: type[Quick]) -> None:
    begun: list[tuple[int, int]] = []
    watcher = Watcher(begun=lambda already, to_do: begun.append((already, to_do)))
    first = run(course, logins=["ada", "ben"], watcher=watcher)
    again = run(course, watcher=watcher)
    assert begun == [(0, 2), (2, 2)]
    assert sorted(quick.judged) == LOGINS
    assert [(r.login, r.graded_now) for r in again] == [
        ("ada", False),
        ("ben", False),
        ("cleo", True),
        ("dan", True),
    ]
    assert [(r.score, r.max_score, r.notes) for r in again[:2]] == [
        (r.score, r.max_score, r.notes) for r in first
    ]
    run(course, regrade=True)
    assert len(quick.judged) == 8


def test_does_it_again_when_what_it_rests_on_has_changed(
    course: SmallCourse, quick: type[Quick]
) -> None:
    run(course)

    def newly() -> list[str]:
        quick.judged.clear()
        run(course)
        return sorted(quick.judged)

    assert newly() == []
    course.exchange.hand_in(HOMEWORK, "ben", files(answered(why="Because ben says more.")))
    assert newly() == []  # not collected yet
    course.exchange.collect(HOMEWORK)
    assert newly() == ["ben"]
    (course.checks / "other.py").write_text("# of another homework\n")
    assert newly() == []
    small = course.checks / "small.py"
    small.write_text(small.read_text() + "\n# corrected\n")
    assert newly() == LOGINS
    quick.judged.clear()
    run(course, limits=GradingLimits(cell_seconds=31))
    assert sorted(quick.judged) == LOGINS
    run(course)
    course.exchange.release(HOMEWORK)
    assert newly() == []  # the same once more
    companion = course.data.course / "release" / HOMEWORK / "times.csv"
    companion.write_text("case,seconds\nmail,60\n")
    assert newly() == LOGINS
    shutil.rmtree(course_folder(course.data, "autograded", "cleo", HOMEWORK))
    assert newly() == ["cleo"]


def test_a_stopped_run_says_so_and_the_next_one_goes_on(
    course: SmallCourse, quick: type[Quick]
) -> None:
    watcher = Watcher()

    def stop_after_two(_result: GradeResult, done: int, _of: int) -> None:
        if done == 2:
            watcher.stop.set()

    with pytest.raises(GradingStopped, match=r"2 of 4 are graded and kept. `bootcamp grade 1`"):
        run(course, watcher=Watcher(progress=stop_after_two, stop=watcher.stop), at_once=1)
    results = run(course)
    assert [r.graded_now for r in results].count(False) == 2
    assert states(course) == dict.fromkeys(LOGINS, (3.0, True))


def test_a_second_run_at_the_same_time_is_refused(course: SmallCourse, quick: type[Quick]) -> None:
    refused: list[str] = []

    def another(_result: GradeResult, _done: int, _of: int) -> None:
        with pytest.raises(GradingError) as caught:
            run(course)
        refused.append(str(caught.value))

    run(course, logins=["ada"], progress=another)
    assert "is being graded" in refused[0]
    assert "\n" not in refused[0]
    assert len(run(course)) == 4  # and the lock is gone with the run


def test_a_failing_judge_is_replaced_and_the_work_is_done(
    course: SmallCourse, quick: type[Quick], monkeypatch: pytest.MonkeyPatch
) -> None:
    judges: list[Judge] = []

    class Mortal(quick):  # type: ignore[misc, valid-type]
        def judge(self, submission: Submission, checks: Mapping[str, Check]) -> Judged:
            if self not in judges:
                judges.append(self)
            if len(judges) == 1:
                raise GradingError("The judge's process ended.")
            judged: Judged = super().judge(submission, checks)
            return judged

    monkeypatch.setattr(crew, "Judge", Mortal)
    results = run(course, at_once=1)
    assert [(r.login, r.score, r.notes) for r in results] == [(name, 3, ()) for name in LOGINS]
    assert len(judges) == 2  # the second one stays


def test_few_results_wait_for_the_gradebook(course: SmallCourse, quick: type[Quick]) -> None:
    ahead: list[int] = []

    def look(_result: GradeResult, done: int, _of: int) -> None:
        ahead.append(len(quick.judged) - done)

    for number in range(30):
        source = course_folder(course.data, "submitted", "ada", HOMEWORK)
        shutil.copytree(source, course_folder(course.data, "submitted", f"more-{number}", HOMEWORK))
    run(course, progress=look, at_once=2)
    assert len(ahead) == 34
    assert max(ahead) <= 5


def states(course: SmallCourse) -> dict[str, tuple[float, bool]]:
    """Give what nbgrader's gradebook holds, and that it holds it once."""
    with Gradebook(gradebook_url(course.data), "bootcamp") as gradebook:
        found = {}
        for submission in gradebook.db.query(SubmittedAssignment):
            (notebook,) = submission.notebooks
            assert len(notebook.grades) == len({grade.name for grade in notebook.grades}) == 4
            found[submission.student.id] = (submission.score, submission.needs_manual_grade)
        assert gradebook.db.query(Grade).count() == 4 * len(found)
        return found


@pytest.mark.parametrize("step", range(1, 26, 4))
def test_a_kill_inside_the_recording_loses_and_doubles_nothing(
    course: SmallCourse, quick: type[Quick], monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Fail at one of the many places where nbgrader's own steps would have committed."""
    from bootcamp.grading import adapter

    run(course, logins=["ada"])
    mark(course, "ada", 1.5, "A good reason.")
    quick.points = 0.5
    commits = 0
    real = adapter._Together.commit

    class Killed(BaseException):
        pass

    def killed(self: adapter._Together) -> None:
        nonlocal commits
        commits += 1
        if commits == step:
            raise Killed
        real(self)

    with monkeypatch.context() as patched:
        patched.setattr(adapter._Together, "commit", killed)
        try:
            run(course, logins=["ada", "ben"], regrade=True, at_once=1)
        except Killed:
            pass
        else:
            assert commits < step
    half = states(course)
    assert half["ada"] in {(4.5, False), (3.0, False)}  # all or nothing, with the mark by hand
    assert half.get("ben") in {None, (1.5, True)}
    run(course, regrade=True)
    assert states(course)["ada"] == (3.0, False)


SLOW = """
import sys
from pathlib import Path
from bootcamp.cli import main
from bootcamp.grading import crew, runs
from bootcamp.grading.execution import Judge

class Slow(Judge):
    def judge(self, submission, checks):
        import threading
        if any("slow" in cell.source for cell in submission.notebook.cells):
            threading.Event().wait(60)
        return super().judge(submission, checks)

crew.Judge = Slow
content = Path(sys.argv.pop(1))
runs.content_root = lambda: content
main(sys.argv[1:])
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_command_can_be_stopped_and_run_again(course: SmallCourse, how: signal.Signals) -> None:
    from bootcamp.cohort import save_cohort

    save_cohort(cohort(LOGINS), course.data.cohort_file)
    slow = files(answered(first="# slow"))
    for login in ("cleo", "dan"):
        course.exchange.hand_in(HOMEWORK, login, slow)
    course.exchange.collect(HOMEWORK)
    command = [sys.executable, "-c", SLOW, str(course.content), "grade", "1", "--data"]
    process = subprocess.Popen(
        [*command, str(course.data.root)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stderr is not None
    try:
        said = [process.stderr.readline(), process.stderr.readline()]
        assert "ada: 4 of 6" in "".join(said), said
        assert "ben: 4 of 6" in "".join(said), said
        process.send_signal(how)
        _, rest = process.communicate(timeout=20)
    finally:
        process.kill()
    if how != signal.SIGKILL:
        assert process.returncode == 1
        assert rest == (
            "bootcamp: Stopped: 2 of 4 are graded and kept. "
            "`bootcamp grade 1` goes on with the others.\n"
        )
    for login in ("cleo", "dan"):
        course.exchange.hand_in(HOMEWORK, login, files(answered()))
    course.exchange.collect(HOMEWORK)
    results = eventually(lambda: run(course), within=60)
    assert [(r.login, r.score, r.graded_now) for r in results] == [
        ("ada", 4, False),
        ("ben", 4, False),
        ("cleo", 4, True),
        ("dan", 4, True),
    ]
    assert (course_folder(course.data, "autograded", "dan", HOMEWORK) / NOTEBOOK).is_file()

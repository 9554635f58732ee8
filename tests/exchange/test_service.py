"""Hand-ins are whole or not there, receipts are true, and every version is kept."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook, get_alembic_version

from bootcamp.errors import BuildError, HandInRefused, UnknownName
from bootcamp.store.gradebook import gradebook_url
from tests.grading.small_course import (
    HOMEWORK,
    NOTEBOOK,
    SmallCourse,
    answered,
    code,
    files,
    small_course,
)

FIRST, SECOND = files(answered()), files(answered(why="Another reason."))


def test_release_gives_citizens_the_built_notebook_and_its_files(course: SmallCourse) -> None:
    given = course.exchange.files(HOMEWORK)
    assert set(given) == {NOTEBOOK, "times.csv"}
    built = nbformat.read(course.content / "session-01" / NOTEBOOK, as_version=4)
    received = nbformat.reads(given[NOTEBOOK].decode(), as_version=4)
    assert [cell.source for cell in received.cells] == [cell.source for cell in built.cells]
    with Gradebook(gradebook_url(course.data)) as gradebook:
        assert gradebook.find_assignment(HOMEWORK).max_score == 6


def test_a_new_gradebook_is_stamped_as_nbgrader_itself_does(
    course: SmallCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The `alembic` program, which nbgrader asks, lies beside our Python.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    with contextlib.closing(sqlite3.connect(course.data.course / "gradebook.db")) as book:
        stamps = book.execute("SELECT version_num FROM alembic_version").fetchall()
    assert stamps == [(get_alembic_version(),)]


def test_release_again_keeps_the_day_and_brings_a_correction(course: SmallCourse) -> None:
    first = course.exchange.state("ada")[0].released_at
    path = course.content / "session-01" / NOTEBOOK
    path.write_text(path.read_text().replace("a small one", "corrected"))
    course.exchange.release(HOMEWORK)
    assert b"corrected" in course.exchange.files(HOMEWORK)[NOTEBOOK]
    state = course.exchange.state("ada")[0]
    assert (state.title, state.released_at) == ("Homework 1: corrected", first)


def test_a_release_that_fails_leaves_the_earlier_one(course: SmallCourse) -> None:
    before = course.exchange.files(HOMEWORK)
    path = course.content / "session-01" / NOTEBOOK
    broken = nbformat.read(path, as_version=4)
    broken.cells.append(code("# the same name again", "hw1-double", 2))
    nbformat.write(broken, path)
    with pytest.raises(BuildError, match="hw1-double"):
        course.exchange.release(HOMEWORK)
    assert course.exchange.files(HOMEWORK) == before


def test_nothing_is_there_before_the_release(tmp_path: Path) -> None:
    fresh = small_course(tmp_path, ["ada"], release=False)
    assert fresh.exchange.released() == []
    with pytest.raises(UnknownName, match="not released yet"):
        fresh.exchange.files(HOMEWORK)
    with pytest.raises(HandInRefused, match="not released yet"):
        fresh.exchange.hand_in(HOMEWORK, "ada", FIRST)
    assert fresh.exchange.state("ada")[0].released_at is None
    fresh.store.close()


def test_a_hand_in_is_kept_to_the_byte_and_shown(course: SmallCourse) -> None:
    receipt = course.exchange.hand_in(HOMEWORK, "ada", FIRST)
    assert receipt.receipt in receipt.message
    assert receipt.warnings == ()
    assert course.exchange.handin_files(receipt.receipt) == FIRST
    state = course.exchange.state("ada")[0]
    assert state.last_handin is not None
    assert state.last_handin.receipt == receipt.receipt
    assert course.exchange.state("ben")[0].last_handin is None


def test_the_same_again_gives_the_first_receipt(course: SmallCourse) -> None:
    first = course.exchange.hand_in(HOMEWORK, "ada", FIRST)
    again = course.exchange.hand_in(HOMEWORK, "ada", dict(reversed(FIRST.items())))
    assert (again.receipt, again.received_at) == (first.receipt, first.received_at)
    assert "already" in again.message
    assert len(course.exchange.handins(HOMEWORK)) == 1


def test_every_version_is_kept_and_the_newest_counts(course: SmallCourse) -> None:
    receipts = [
        course.exchange.hand_in(HOMEWORK, "ada", version).receipt
        for version in (FIRST, SECOND, FIRST)
    ]
    assert len(set(receipts)) == 3
    assert [item.receipt for item in course.exchange.handins(HOMEWORK, "ada")] == receipts
    assert course.exchange.handin_files(receipts[1]) == SECOND
    course.exchange.collect(HOMEWORK)
    collected = course.data.course / "submitted" / "ada" / HOMEWORK / NOTEBOOK
    assert collected.read_bytes() == FIRST[NOTEBOOK]


def test_the_same_from_many_tabs_at_once_is_one_hand_in(course: SmallCourse) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: course.exchange.hand_in(HOMEWORK, "ada", FIRST), range(8))
        assert len({answer.receipt for answer in answers}) == 1
    assert len(course.exchange.handins(HOMEWORK)) == 1
    assert [path.name for path in (course.data.handins / ".incoming").iterdir()] == []


@pytest.mark.parametrize(
    ("assignment", "login", "says"),
    [
        (HOMEWORK, "stranger", "not in this cohort"),
        (HOMEWORK, "fay", "Only citizens"),
        ("homework-9", "ada", "there is: homework-1"),
        ("../homework-1", "ada", "There is no homework called"),
    ],
)
def test_refuses_who_or_what_does_not_belong(
    course: SmallCourse, assignment: str, login: str, says: str
) -> None:
    with pytest.raises(HandInRefused, match=says):
        course.exchange.hand_in(assignment, login, FIRST)
    assert course.exchange.handins(HOMEWORK) == []


def test_a_refused_hand_in_leaves_the_earlier_one(course: SmallCourse) -> None:
    first = course.exchange.hand_in(HOMEWORK, "ada", FIRST)
    with pytest.raises(HandInRefused, match="not a notebook"):
        course.exchange.hand_in(HOMEWORK, "ada", {NOTEBOOK: b"no"})
    state = course.exchange.state("ada")[0]
    assert state.last_handin is not None
    assert state.last_handin.receipt == first.receipt


@pytest.mark.parametrize("moment", ["before the rename", "between rename and commit"])
def test_killed_in_the_middle_nothing_is_half_there(course: SmallCourse, moment: str) -> None:
    kept = course.exchange.hand_in(HOMEWORK, "ben", FIRST)
    script = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from bootcamp.exchange.service import Exchange
        from bootcamp.settings import DataFolder
        from bootcamp.store import open_store
        from tests.grading.small_course import HOMEWORK, answered, cohort, files

        data = DataFolder.at(sys.argv[1])
        place = Exchange._put_in_place

        def killed(self, draft, target):
            if sys.argv[3].startswith("between"):
                place(self, draft, target)
            os.kill(os.getpid(), signal.SIGKILL)

        Exchange._put_in_place = killed
        exchange = Exchange(
            data, open_store(data.store_url), cohort(["ada", "ben"]), content=Path(sys.argv[2])
        )
        exchange.hand_in(HOMEWORK, "ada", files(answered()))
        """
    )
    died = subprocess.run(
        [sys.executable, "-c", script, str(course.data.root), str(course.content), moment],
        cwd=Path(__file__).parents[2],
        check=False,
        timeout=60,
    )
    assert died.returncode == -9
    assert [item.login for item in course.exchange.handins(HOMEWORK)] == ["ben"]
    assert course.exchange.collect(HOMEWORK) == ["ben"]
    again = course.exchange.hand_in(HOMEWORK, "ada", FIRST)
    assert course.exchange.handin_files(again.receipt) == FIRST
    assert course.exchange.handin_files(kept.receipt) == FIRST
    assert course.exchange.collect(HOMEWORK) == ["ada", "ben"]


def test_collect_leaves_out_what_was_changed_behind_our_back(course: SmallCourse) -> None:
    course.exchange.hand_in(HOMEWORK, "ada", FIRST)
    bad = course.exchange.hand_in(HOMEWORK, "ben", FIRST)
    (course.data.handins / HOMEWORK / "ben" / bad.receipt / NOTEBOOK).write_bytes(b"{}")
    assert course.exchange.collect(HOMEWORK) == ["ada"]
    with pytest.raises(UnknownName, match="not as they were handed in"):
        course.exchange.handin_files(bad.receipt)


def test_collect_again_takes_only_what_is_new(course: SmallCourse) -> None:
    course.exchange.hand_in(HOMEWORK, "ada", FIRST)
    course.exchange.collect(HOMEWORK)
    folder = course.data.course / "submitted" / "ada" / HOMEWORK
    before = folder.stat().st_ino
    assert course.exchange.collect(HOMEWORK) == ["ada"]
    assert folder.stat().st_ino == before
    course.exchange.hand_in(HOMEWORK, "ada", SECOND)
    course.exchange.collect(HOMEWORK)
    assert (folder / NOTEBOOK).read_bytes() == SECOND[NOTEBOOK]


def test_hand_ins_are_closed_to_other_users(course: SmallCourse) -> None:
    course.exchange.hand_in(HOMEWORK, "ada", FIRST)
    assert course.data.handins.stat().st_mode & 0o077 == 0
    assert list((course.data.handins / ".incoming").iterdir()) == []


def test_feedback_is_for_one_hand_in_and_newest_is_shown(course: SmallCourse) -> None:
    exchange = course.exchange
    exchange.hand_in(HOMEWORK, "ada", FIRST)
    exchange.collect(HOMEWORK)
    assert exchange.feedback_html(HOMEWORK, "ada") is None
    for score, html in ((3.0, "first"), (4.0, "second")):
        exchange.publish_feedback(
            HOMEWORK,
            "ada",
            score=score,
            max_score=6,
            awaits_marking=False,
            html=html,
            handin_id=exchange.collected_id(HOMEWORK, "ada"),
        )
    assert exchange.feedback_html(HOMEWORK, "ada") == "second"
    assert exchange.feedback_html(HOMEWORK, "ben") is None
    state = exchange.state("ada")[0]
    assert state.feedback is not None
    assert state.last_handin is not None
    assert (state.feedback.score, state.feedback.receipt) == (4.0, state.last_handin.receipt)

"""Killed at random moments, the service and a grading run lose nothing and double nothing."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from nbgrader.api import Gradebook
from sqlalchemy import func, select

from bootcamp.cohort import save_cohort
from bootcamp.content import content_root
from bootcamp.exchange.service import Exchange
from bootcamp.grading import grade_assignment
from bootcamp.grading.marking import standings
from bootcamp.settings import DataFolder
from bootcamp.store import Store, open_store
from bootcamp.store.gradebook import COURSE, gradebook_url
from bootcamp.store.handins import Grading, HandIn
from bootcamp.web import background, grader
from tests.conftest import eventually, free_port
from tests.fakes.identity import token_of
from tests.grading.small_course import (
    GOOD_LABELS,
    HOMEWORK,
    SmallCourse,
    answered,
    cohort,
    files,
    small_course,
)

PEOPLE = [f"person{number:02d}" for number in range(40)]
KILLS_WHILE_HANDING_IN, KILLS_WHILE_GRADING = 10, 10
ROOT = Path(__file__).parents[2]
SERVICE = """
import sys
from pathlib import Path
import uvicorn
from starlette.applications import Starlette
from bootcamp.exchange.service import Exchange
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from bootcamp.web.api import exchange_routes
from tests.fakes.identity import TokenIdentity
from tests.grading.small_course import cohort
from tests.grading.test_killed import PEOPLE

data = DataFolder.at(sys.argv[1])
exchange = Exchange(data, open_store(data.store_url), cohort(PEOPLE), content=Path(sys.argv[2]))
app = Starlette(routes=exchange_routes(exchange, TokenIdentity()))
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[3]), log_level="error", ws="none")
"""
GRADING = """
import sys
from pathlib import Path
from bootcamp.grading import grade_assignment
from bootcamp.settings import DataFolder

grade_assignment(DataFolder.at(sys.argv[1]), "homework-1", checks=Path(sys.argv[2]), at_once=1)
"""


@pytest.fixture
def course(tmp_path: Path) -> Iterator[SmallCourse]:
    made = small_course(tmp_path, PEOPLE)
    yield made
    made.store.close()


def started(program: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program, *map(str, arguments)], cwd=ROOT)


def killed(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(30)


def work_of(login: str) -> dict[str, bytes]:
    """Every third person has labels that do not fit: marks differ, and can be told apart."""
    labels = "labels = []" if PEOPLE.index(login) % 3 == 0 else GOOD_LABELS
    return files(answered(labels=labels, why=f"{login} has a reason."))


@pytest.mark.slow
def test_no_receipt_without_its_hand_in_and_no_mark_lost_or_doubled(course: SmallCourse) -> None:
    moments = random.Random(20270118)
    receipts = hand_everything_in(course, moments)

    kept = course.exchange.handins(HOMEWORK)
    assert {item.login: item.receipt for item in kept} == receipts
    assert [item.login for item in kept] == PEOPLE
    for item in kept:
        assert course.exchange.handin_files(item.receipt) == work_of(item.login)

    assert course.exchange.collect(HOMEWORK) == PEOPLE
    grade_with_kills(course, moments)

    results = grade_assignment(course.data, HOMEWORK, checks=course.checks)
    expected = {login: 3.0 if number % 3 == 0 else 4.0 for number, login in enumerate(PEOPLE)}
    assert {result.login: result.score for result in results} == expected
    with Gradebook(gradebook_url(course.data), COURSE) as book:
        submissions = book.assignment_submissions(HOMEWORK)
        marks = {one.student.id: one.score for one in submissions}
        assert len(submissions) == len(PEOPLE)
        assert all(len(one.notebooks[0].grades) == 4 for one in submissions)
    assert marks == expected
    with course.store.session() as session:
        assert session.scalar(select(func.count(HandIn.id))) == len(PEOPLE)
        assert session.scalar(select(func.count(Grading.id))) == len(PEOPLE)


@pytest.mark.slow
def test_the_run_behind_the_button_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    logins = PEOPLE[:24]
    data = DataFolder.at(tmp_path / "data")
    data.create()
    save_cohort(cohort(logins), data.cohort_file)
    store = open_store(data.store_url)
    exchange = Exchange(data, store, cohort(logins))
    exchange.release(HOMEWORK)
    answers = (content_root() / "solutions" / "session-01" / f"{HOMEWORK}.ipynb").read_bytes()
    for login in logins:
        exchange.hand_in(HOMEWORK, login, {f"{HOMEWORK}.ipynb": answers})
    deadline = time.monotonic() + 300

    for kill in range(1, 6):
        assert grader.begin(data, HOMEWORK, "fay")
        (run,) = background.children[-1:]
        enough = min(kill * 4, len(logins) - 1)
        wait_for(lambda enough=enough: done(store) >= enough, deadline)
        killed(run)
        seen = grader.look(data, HOMEWORK)
        assert seen is not None
        assert (seen.state, "Press again" in seen.problem) == ("stopped", True)
        assert done(store) < len(logins)
    assert grader.begin(data, HOMEWORK, "fay")
    wait_for(lambda: getattr(grader.look(data, HOMEWORK), "state", "") != "working", deadline)

    found = standings(data, store, HOMEWORK)
    ended = grader.look(data, HOMEWORK)
    assert background.children[-1].wait(30) == 0
    store.close()
    assert ended is not None
    assert (ended.state, ended.problem) == ("done", "")
    assert sorted(found) == logins
    assert len({(one.score, one.max_score, one.waiting) for one in found.values()}) == 1
    assert found[logins[0]].score > 0


def done(store: Store) -> int:
    with store.session() as session:
        return session.scalar(select(func.count(Grading.id))) or 0


def hand_everything_in(course: SmallCourse, moments: random.Random) -> dict[str, str]:
    """Hand in for everyone, again where no receipt came, while the service is killed."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/api/homework/{HOMEWORK}"
    receipts: dict[str, str] = {}
    deadline = time.monotonic() + 300

    def hand_in(login: str) -> None:
        parts = [("files", item) for item in work_of(login).items()]
        while login not in receipts and time.monotonic() < deadline:
            try:
                said = httpx.post(
                    f"{url}/hand-in",
                    files=parts,
                    headers=token_of(login),
                    timeout=20,
                    trust_env=False,
                )
            except httpx.HTTPError:
                threading.Event().wait(0.02)  # not there at this moment: hand in again
                continue
            assert said.status_code == 201, said.text
            receipts[login] = said.json()["receipt"]

    def answers() -> bool:
        try:
            return httpx.get(url, timeout=1, trust_env=False).status_code > 0
        except httpx.HTTPError:
            return False

    def serve() -> subprocess.Popen[bytes]:
        service = started(SERVICE, course.data.root, course.content, port)
        eventually(answers, within=60)
        return service

    service = serve()
    author = threading.Thread(target=lambda: [hand_in(login) for login in PEOPLE])
    author.start()
    try:
        for kill in range(1, KILLS_WHILE_HANDING_IN + 1):
            # Spread over the class, and each in the midst of whatever is going on then.
            wait_for(lambda kill=kill: len(receipts) >= kill * 3, deadline)
            threading.Event().wait(moments.uniform(0, 0.1))
            killed(service)
            service = serve()
        author.join(300)
    finally:
        killed(service)
    return receipts


def grade_with_kills(course: SmallCourse, moments: random.Random) -> None:
    """Grade, killed each time a few more are done; the last kill leaves some to do."""
    deadline = time.monotonic() + 300
    for kill in range(1, KILLS_WHILE_GRADING + 1):
        run = started(GRADING, course.data.root, course.checks)
        try:
            enough = max(kill * 3, graded(course) + 1)
            wait_for(lambda enough=enough: graded(course) >= enough, deadline)
            threading.Event().wait(moments.uniform(0, 0.15))
            assert run.poll() is None, "it had ended by itself"
        finally:
            killed(run)
    assert graded(course) < len(PEOPLE)


def graded(course: SmallCourse) -> int:
    return done(course.store)


def wait_for(condition: Callable[[], bool], deadline: float) -> None:
    eventually(condition, within=max(1.0, deadline - time.monotonic()), every=0.02)

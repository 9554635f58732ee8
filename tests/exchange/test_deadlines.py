"""Deadlines hold by the server's clock, and are told to those they concern."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nbgrader.api import Gradebook
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bootcamp.cohort import Cohort
from bootcamp.errors import HandInRefused
from bootcamp.exchange.service import Exchange
from bootcamp.grading.adapter import Book, marks_of, read_released
from bootcamp.grading.execution import Judged
from bootcamp.grading.marking import standings
from bootcamp.store.gradebook import gradebook_url
from bootcamp.store.handins import HandIn
from bootcamp.web.api import exchange_routes
from tests.exchange.conftest import LOGINS
from tests.fakes.identity import TokenIdentity, token_of
from tests.grading.small_course import HOMEWORK, SmallCourse, answered, cohort, files

DUE = datetime(2027, 1, 18, 9, tzinfo=UTC)
FIRST, SECOND = files(answered()), files(answered(why="Another reason."))


def with_rules(**rules: Any) -> Cohort:
    given = {"1": {"due": DUE, **rules}}
    return Cohort.model_validate(
        cohort(LOGINS).model_dump() | {"time_zone": "UTC", "homework": given}
    )


def exchange_at(course: SmallCourse, moment: datetime, **rules: Any) -> Exchange:
    return Exchange(
        course.data,
        course.store,
        with_rules(**rules),
        content=course.content,
        clock=lambda: moment,
    )


def test_the_receipt_says_how_late(course: SmallCourse) -> None:
    late = exchange_at(course, DUE + timedelta(hours=2, minutes=5))
    receipt = late.hand_in(HOMEWORK, "ada", FIRST)
    assert "Monday 18 January, 11:05, 2 hours late." in receipt.message
    assert "2 hours late" in late.hand_in(HOMEWORK, "ada", FIRST).message
    state = late.state("ada")[0]
    assert state.due == "Monday 18 January, 09:00"
    assert state.last_handin is not None
    assert state.last_handin.late == "2 hours"


def test_in_time_and_in_grace_nothing_is_late(course: SmallCourse) -> None:
    for minutes, work in ((0, FIRST), (9, SECOND)):
        exchange = exchange_at(course, DUE + timedelta(minutes=minutes), grace_minutes=10)
        assert "late" not in exchange.hand_in(HOMEWORK, "ada", work).message


def test_too_late_is_refused_and_what_was_in_time_counts(course: SmallCourse) -> None:
    first = exchange_at(course, DUE, late="refuse").hand_in(HOMEWORK, "ada", FIRST)
    late = exchange_at(course, DUE + timedelta(seconds=1), late="refuse")
    assert late.hand_in(HOMEWORK, "ada", FIRST).receipt == first.receipt
    with pytest.raises(HandInRefused, match=r"was due Monday 18 January, 09:00 .* counts"):
        late.hand_in(HOMEWORK, "ada", SECOND)
    with pytest.raises(HandInRefused, match="Nothing was kept"):
        late.hand_in(HOMEWORK, "ben", FIRST)
    assert [item.receipt for item in late.handins(HOMEWORK)] == [first.receipt]
    assert list((course.data.handins / ".incoming").iterdir()) == []


def test_more_time_is_for_those_who_got_it(course: SmallCourse) -> None:
    more = {"late": "refuse", "extensions": {"ada": DUE + timedelta(days=1)}}
    late = exchange_at(course, DUE + timedelta(hours=1), **more)
    assert "late" not in late.hand_in(HOMEWORK, "ada", FIRST).message
    with pytest.raises(HandInRefused, match="no longer taken"):
        late.hand_in(HOMEWORK, "ben", FIRST)


def test_over_http_it_is_one_sentence_and_the_deadline_is_listed(course: SmallCourse) -> None:
    late = exchange_at(course, DUE + timedelta(days=1), late="refuse")
    ada = token_of("ada")
    with TestClient(Starlette(routes=exchange_routes(late, TokenIdentity()))) as web:
        listed = web.get("/api/homework", headers=ada).json()["homework"][0]
        assert listed["due"] == "Monday 18 January, 09:00"
        assert datetime.fromisoformat(listed["due_at"]) == DUE
        parts = [("files", item) for item in FIRST.items()]
        answer = web.post(f"/api/homework/{HOMEWORK}/hand-in", files=parts, headers=ada)
    assert answer.status_code == 422
    assert "was due Monday 18 January, 09:00" in answer.json()["error"]


def test_a_penalty_is_in_the_marks_until_more_time_is_given(course: SmallCourse) -> None:
    moment = DUE + timedelta(days=1, hours=2)
    exchange = exchange_at(course, moment, penalty_per_day=10)
    exchange.hand_in(HOMEWORK, "ada", FIRST)
    exchange.collect(HOMEWORK)
    released = read_released(course.data, HOMEWORK)
    with course.store.session() as session:
        handin = session.get(HandIn, exchange.collected_id(HOMEWORK, "ada"))
    assert handin is not None
    assert handin.penalty_percent == 20
    from bootcamp.grading.checks import Verdict
    from bootcamp.store.handins import Grading

    verdicts = {name: Verdict(points, "Good.") for name, points in released.automatic.items()}
    judged = Judged(released.notebook, verdicts, {}, ())
    with Book(course.data) as book:
        marks = book.record(HOMEWORK, "ada", judged, handin)
    assert marks.penalty == pytest.approx(1.2)
    assert marks.score == pytest.approx(4 - 1.2)
    with Gradebook(gradebook_url(course.data)) as gradebook:
        submission = gradebook.find_submission(HOMEWORK, "ada")
        assert submission.duedate == DUE.replace(tzinfo=None)
        assert submission.total_seconds_late == 26 * 3600
        assert submission.late_submission_penalty == pytest.approx(1.2)
    with course.store.session() as session:
        session.add(
            Grading(assignment=HOMEWORK, login="ada", handin_id=handin.id, verdicts={}, notes=[])
        )
    shown = standings(course.data, course.store, HOMEWORK)["ada"]
    assert (shown.score, shown.max_score) == (pytest.approx(4 - 1.2), 6)
    extended = exchange_at(course, moment, extensions={"ada": DUE + timedelta(days=3)})
    assert extended.collect(HOMEWORK) == ["ada"]
    now = marks_of(course.data, HOMEWORK, "ada")
    assert now is not None
    assert (now.score, now.penalty) == (4, 0)
    with Gradebook(gradebook_url(course.data)) as gradebook:
        assert gradebook.find_submission(HOMEWORK, "ada").total_seconds_late == 0

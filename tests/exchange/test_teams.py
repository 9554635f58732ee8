"""A team's hand-in counts for its members, and only for those of that moment."""

from __future__ import annotations

import pytest

from bootcamp.cohort import Cohort
from bootcamp.exchange.service import Exchange
from tests.grading.small_course import (
    HOMEWORK,
    NOTEBOOK,
    SmallCourse,
    answered,
    cohort,
    files,
)

PEOPLE = ("ada", "ben", "cem", "dot", "eve")
FIRST, SECOND = files(answered()), files(answered(why="Another reason."))


def with_teams(*teams: tuple[str, ...]) -> Cohort:
    made = [
        {"slug": f"team-{n}", "name": f"Team {n}", "members": who} for n, who in enumerate(teams)
    ]
    return Cohort.model_validate(
        cohort(PEOPLE).model_dump() | {"teams": made, "homework": {"1": {"by": "team"}}}
    )


def of(course: SmallCourse, *teams: tuple[str, ...]) -> Exchange:
    return Exchange(course.data, course.store, with_teams(*teams), content=course.content)


@pytest.fixture
def exchange(course: SmallCourse) -> Exchange:
    return of(course, ("ada", "ben"), ("cem", "dot"))


def test_one_hand_in_counts_for_all_and_says_whose_it_is(
    course: SmallCourse, exchange: Exchange
) -> None:
    receipt = exchange.hand_in(HOMEWORK, "ada", FIRST)
    assert "counts for all of Team 0" in receipt.message
    for login in ("ada", "ben"):
        last = exchange.state(login)[0].last_handin
        assert last is not None
        assert (last.receipt, last.login, last.by) == (receipt.receipt, "ada", "ada for Team 0")
    assert exchange.state("cem")[0].last_handin is None
    assert exchange.collect(HOMEWORK) == ["ada", "ben"]
    for login in ("ada", "ben"):
        collected = course.data.course / "submitted" / login / HOMEWORK / NOTEBOOK
        assert collected.read_bytes() == FIRST[NOTEBOOK]
    ids = {exchange.collected_id(HOMEWORK, login) for login in ("ada", "ben")}
    assert len(ids) == 1
    assert None not in ids


def test_the_newest_of_any_member_counts_and_the_history_shows_who(
    course: SmallCourse, exchange: Exchange
) -> None:
    exchange.hand_in(HOMEWORK, "ada", FIRST)
    exchange.collect(HOMEWORK)
    exchange.hand_in(HOMEWORK, "ben", SECOND)
    assert [item.login for item in exchange.handins(HOMEWORK, "ada")] == ["ada", "ben"]
    assert exchange.collect(HOMEWORK) == ["ada", "ben"]
    for login in ("ada", "ben"):
        collected = course.data.course / "submitted" / login / HOMEWORK / NOTEBOOK
        assert collected.read_bytes() == SECOND[NOTEBOOK]


def test_what_the_other_handed_in_already_is_not_handed_in_twice(exchange: Exchange) -> None:
    first = exchange.hand_in(HOMEWORK, "ada", FIRST)
    again = exchange.hand_in(HOMEWORK, "ben", FIRST)
    assert again.receipt == first.receipt
    assert "ada for Team 0 handed in exactly this" in again.message
    assert len(exchange.handins(HOMEWORK)) == 1


def test_who_changes_team_keeps_the_own_history(course: SmallCourse, exchange: Exchange) -> None:
    before = exchange.hand_in(HOMEWORK, "ada", FIRST).receipt
    later = of(course, ("ada", "eve"), ("cem", "dot", "ben"))
    last = later.state("ben")[0].last_handin
    assert last is not None
    assert last.receipt == before
    assert later.state("eve")[0].last_handin is None
    after = later.hand_in(HOMEWORK, "cem", SECOND).receipt
    assert [item.receipt for item in later.handins(HOMEWORK, "ben")] == [before, after]
    assert [item.receipt for item in later.handins(HOMEWORK, "ada")] == [before]
    assert later.collect(HOMEWORK) == ["ada", "ben", "cem", "dot"]


def test_each_member_gets_the_feedback(exchange: Exchange) -> None:
    receipt = exchange.hand_in(HOMEWORK, "ada", FIRST).receipt
    exchange.collect(HOMEWORK)
    for login in ("ada", "ben"):
        exchange.publish_feedback(
            HOMEWORK,
            login,
            score=4,
            max_score=6,
            awaits_marking=False,
            html="Good.",
            handin_id=exchange.collected_id(HOMEWORK, login),
        )
        feedback = exchange.state(login)[0].feedback
        assert feedback is not None
        assert feedback.receipt == receipt


def test_without_a_team_it_is_ones_own(exchange: Exchange) -> None:
    receipt = exchange.hand_in(HOMEWORK, "eve", FIRST)
    assert "counts for all" not in receipt.message
    assert exchange.collect(HOMEWORK) == ["eve"]

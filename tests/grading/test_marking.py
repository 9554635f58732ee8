"""Marks by hand: what waits, what is read, what is written, and who was first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootcamp.cohort import Cohort
from bootcamp.errors import GradingError
from bootcamp.exchange.service import Exchange
from bootcamp.finals.portfolio import portfolio_of
from bootcamp.grading import grade_assignment
from bootcamp.grading.adapter import marks_of
from bootcamp.grading.marking import (
    MarkedMeanwhile,
    Part,
    mark_part,
    parts_to_mark,
    read_part,
    standings,
)
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from bootcamp.store.marking import change_comment, comments_for, keep_comment
from tests.grading.small_course import (
    HOMEWORK,
    SmallCourse,
    answered,
    cohort,
    files,
    small_course,
    without,
)

LOGINS = ["ada", "ben", "cleo"]


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("marking")
    made = small_course(root, LOGINS)
    made.exchange.hand_in(HOMEWORK, "ada", files(answered(why="Four hundred mails a day.")))
    made.exchange.hand_in(HOMEWORK, "ben", files(answered(why="It takes *too long*.")))
    made.exchange.hand_in(HOMEWORK, "cleo", files(answered(why="*Write your answer here.*")))
    made.exchange.collect(HOMEWORK)
    grade_assignment(made.data, HOMEWORK, checks=made.checks)
    made.store.close()
    return root


@pytest.fixture
def course(graded_once: Path, tmp_path: Path) -> Iterator[SmallCourse]:
    shutil.copytree(graded_once, tmp_path / "course")
    data = DataFolder.at(tmp_path / "course" / "data")
    content = tmp_path / "course" / "content"
    store = open_store(data.store_url)
    yield SmallCourse(data, content, store, Exchange(data, store, cohort(LOGINS), content=content))
    store.close()


def read(course: SmallCourse, login: str) -> Part:
    return read_part(course.data, course.store, HOMEWORK, login, "hw1-why")


def mark(course: SmallCourse, login: str, points: float, comment: str, version: str) -> Part:
    return mark_part(
        course.data,
        course.store,
        HOMEWORK,
        login,
        "hw1-why",
        points=points,
        comment=comment,
        version=version,
        by="fay",
    )


def test_what_is_written_waits_and_what_is_empty_does_not(course: SmallCourse) -> None:
    found = parts_to_mark(course.data, course.store, HOMEWORK)
    assert [(item.login, item.exercise, item.state) for item in found] == [
        ("ada", "hw1-why", "waiting"),
        ("ben", "hw1-why", "waiting"),
        ("cleo", "hw1-why", "empty"),
    ]
    assert {item.title for item in found} == {"The reason"}
    received = {item.login: item.received_at for item in course.exchange.handins(HOMEWORK)}
    assert {item.login: item.since for item in found} == received


def test_where_everyone_stands(course: SmallCourse) -> None:
    found = standings(course.data, course.store, HOMEWORK)
    assert {login: (s.score, s.max_score, s.waiting) for login, s in found.items()} == {
        "ada": (4, 6, 1),
        "ben": (4, 6, 1),
        "cleo": (4, 6, 0),
    }


def test_the_portfolio_takes_the_marks_of_those_whose_marking_is_complete(
    course: SmallCourse,
) -> None:
    marks = {HOMEWORK: standings(course.data, course.store, HOMEWORK)}
    (shown,) = portfolio_of([(course.data, cohort(LOGINS), marks)]).cohorts
    (homework,) = shown.homeworks
    assert (homework.marked, homework.waiting, homework.citizens) == (1, 2, 3)
    assert homework.mean == pytest.approx(4 / 6)


def test_the_question_stands_beside_the_answer(course: SmallCourse) -> None:
    part = read(course, "ada")
    assert "Why this case?" in part.question
    assert "Labels" not in part.question
    assert part.answer == "Four hundred mails a day."
    assert part.to_mark.max_points == 2
    assert part.comment == ""


def test_a_mark_is_in_the_gradebook_and_survives_grading_again(course: SmallCourse) -> None:
    done = mark(course, "ada", 1.5, " A number: well seen. ", read(course, "ada").version)
    assert (done.to_mark.state, done.to_mark.points, done.marked_by) == ("marked", 1.5, "fay")
    grade_assignment(course.data, HOMEWORK, checks=course.checks)
    marks = marks_of(course.data, HOMEWORK, "ada")
    assert marks is not None
    (why,) = [cell for cell in marks.cells if cell.name == "hw1-why"]
    assert (why.score, why.comment, why.awaits_marking) == (1.5, "A number: well seen.", False)
    assert marks.score == 5.5
    assert read(course, "ada").to_mark.state == "marked"


def test_the_second_of_two_is_told_and_overwrites_nothing(course: SmallCourse) -> None:
    seen_by_both = read(course, "ada").version
    mark(course, "ada", 2, "Good.", seen_by_both)
    with pytest.raises(MarkedMeanwhile, match="fay marked this while you read: 2 of 2 points"):
        mark(course, "ada", 0, "No.", seen_by_both)
    assert read(course, "ada").comment == "Good."
    again = mark(course, "ada", 1, "On second thoughts.", read(course, "ada").version)
    assert again.to_mark.points == 1


def test_a_new_version_waits_again_and_a_mark_for_the_old_one_is_refused(
    course: SmallCourse,
) -> None:
    old = mark(course, "ben", 1, "More, please.", read(course, "ben").version).version
    course.exchange.hand_in(HOMEWORK, "ben", files(answered(why="Ninety seconds, 400 times.")))
    course.exchange.collect(HOMEWORK)
    grade_assignment(course.data, HOMEWORK, checks=course.checks, logins=["ben"])
    with pytest.raises(MarkedMeanwhile, match="new version"):
        mark(course, "ben", 1, "More, please.", old)
    now = read(course, "ben")
    assert (now.to_mark.state, now.to_mark.points) == ("waiting", 1)
    assert now.answer == "Ninety seconds, 400 times."


@pytest.mark.parametrize("points", [-1, 2.01, float("nan"), float("inf")])
def test_refuses_points_that_do_not_exist(course: SmallCourse, points: float) -> None:
    with pytest.raises(GradingError, match="0 to 2 points"):
        mark(course, "ada", points, "", read(course, "ada").version)
    assert read(course, "ada").to_mark.state == "waiting"


def test_refuses_what_no_person_marks(course: SmallCourse) -> None:
    for login, exercise in [("ada", "hw1-double"), ("ada", "no-such"), ("nobody", "hw1-why")]:
        with pytest.raises(GradingError, match="nothing to mark by hand"):
            read_part(course.data, course.store, HOMEWORK, login, exercise)


def test_what_a_faulty_check_left_is_marked_with_the_code_in_sight(course: SmallCourse) -> None:
    small = course.checks / "small.py"
    small.write_text(small.read_text().replace('learner.call("double", 21) != 42', "1 / 0 == 0"))
    grade_assignment(course.data, HOMEWORK, checks=course.checks, logins=["ada"])
    found = parts_to_mark(course.data, course.store, HOMEWORK)
    assert [item.exercise for item in found if item.login == "ada"] == ["hw1-double", "hw1-why"]
    part = read_part(course.data, course.store, HOMEWORK, "ada", "hw1-double")
    assert part.answer_is_code
    assert part.answer.startswith("def double")
    assert part.fault
    done = mark_part(
        course.data,
        course.store,
        HOMEWORK,
        "ada",
        "hw1-double",
        points=2,
        comment="",
        version=part.version,
        by="fay",
    )
    assert done.to_mark.points == 2


def test_a_deleted_answer_is_put_back_and_empty(course: SmallCourse) -> None:
    course.exchange.hand_in(HOMEWORK, "ada", files(without(answered(), "hw1-why")))
    course.exchange.collect(HOMEWORK)
    grade_assignment(course.data, HOMEWORK, checks=course.checks, logins=["ada"])
    assert read(course, "ada").to_mark.state == "empty"


def test_comments_are_kept_for_their_exercise_and_can_be_changed(course: SmallCourse) -> None:
    with course.store.session() as session:
        first = keep_comment(session, HOMEWORK, "hw1-why", " Whose Tuesday gets better? ", "fay")
        again = keep_comment(session, HOMEWORK, "hw1-why", "Whose Tuesday gets better?", "fay")
        assert first is again
        assert keep_comment(session, HOMEWORK, "hw1-why", "  ", "fay") is None
        keep_comment(session, HOMEWORK, "hw1-other", "Elsewhere.", "fay")
    assert first is not None
    with course.store.session() as session:
        change_comment(session, HOMEWORK, "hw1-why", first.id, "Whose Monday gets better?")
        (kept,) = comments_for(session, HOMEWORK, "hw1-why")
        assert kept.text == "Whose Monday gets better?"
        change_comment(session, HOMEWORK, "hw1-why", first.id, "")
    with course.store.session() as session:
        assert comments_for(session, HOMEWORK, "hw1-why") == []
        assert len(comments_for(session, HOMEWORK, "hw1-other")) == 1


@pytest.fixture(scope="module")
def of_a_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallCourse]:
    """Ada hands in for Ben and herself; Cleo and Dora are a team of their own."""
    people = [*LOGINS, "dora"]
    made = small_course(tmp_path_factory.mktemp("teams"), people)
    pairs = (("teal", people[:2]), ("amber", people[2:]))
    teams = [{"slug": slug, "name": f"Team {slug}", "members": who} for slug, who in pairs]
    rules = {"teams": teams, "homework": {"1": {"by": "team"}}}
    together = Cohort.model_validate(cohort(people).model_dump() | rules)
    exchange = Exchange(made.data, made.store, together, content=made.content)
    exchange.hand_in(HOMEWORK, "ada", files(answered(why="Four hundred mails a day.")))
    exchange.hand_in(HOMEWORK, "dora", files(answered(why="It takes too long.")))
    exchange.collect(HOMEWORK)
    grade_assignment(made.data, HOMEWORK, checks=made.checks)
    yield made
    made.store.close()


def test_a_teams_hand_in_is_marked_once_for_all_of_them(of_a_team: SmallCourse) -> None:
    waiting = parts_to_mark(of_a_team.data, of_a_team.store, HOMEWORK)
    assert [(item.login, item.shared_with) for item in waiting] == [
        ("ada", ("ben",)),
        ("cleo", ("dora",)),
    ]
    opened = read(of_a_team, "ben")
    assert opened.to_mark.shared_with == ("ada",)

    mark(of_a_team, "ada", 1.5, "Well said.", read(of_a_team, "ada").version)

    for login in ("ada", "ben"):
        marks = marks_of(of_a_team.data, HOMEWORK, login)
        assert marks is not None
        assert {cell.name: cell.comment for cell in marks.cells}["hw1-why"] == "Well said."
        assert (marks.score, marks.awaits_marking) == (5.5, False)
        assert read(of_a_team, login).marked_by == "fay"
    assert [item.state for item in parts_to_mark(of_a_team.data, of_a_team.store, HOMEWORK)] == [
        "marked",
        "waiting",
    ]
    with pytest.raises(MarkedMeanwhile, match="fay marked this"):
        mark(of_a_team, "ben", 0, "", opened.version)


def test_a_team_mate_who_left_hides_nobodys_part(of_a_team: SmallCourse) -> None:
    found = parts_to_mark(of_a_team.data, of_a_team.store, HOMEWORK, {"ben", "dora"})
    assert [(item.login, item.shared_with) for item in found] == [("ben", ()), ("dora", ())]

"""Names in any script: of people, and of the files beside a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bootcamp.cohort import Cohort
from bootcamp.errors import GradingError
from bootcamp.exchange.service import Exchange
from bootcamp.grading import feedback_for_assignment, grade_assignment
from bootcamp.web.api import exchange_routes
from tests.fakes.identity import TokenIdentity, token_of
from tests.grading.small_course import (
    HOMEWORK,
    NOTEBOOK,
    SmallCourse,
    answered,
    cohort,
    files,
    raw,
    small_course,
)

ARABIC = "مريم الزهراء"
MIXED = "josé 王"


@pytest.fixture
def course(tmp_path: Path) -> Iterator[SmallCourse]:
    made = small_course(tmp_path, ["ada", "ben"])
    yield made
    made.store.close()


def named(names: dict[str, str]) -> Cohort:
    """Give a cohort whose people have these names, by login."""
    described = cohort(names).model_dump(mode="json")
    for person in described["people"]:
        person["name"] = names.get(person["login"], person["name"])
    return Cohort.model_validate(described)


def test_people_with_names_in_any_script_are_graded(course: SmallCourse) -> None:
    exchange = Exchange(
        course.data,
        course.store,
        named({"ada": ARABIC, "ben": MIXED}),
        content=course.content,
    )
    for login in ("ada", "ben"):
        exchange.hand_in(HOMEWORK, login, files(answered(why=f"{ARABIC} و {MIXED} 🙂")))
    exchange.collect(HOMEWORK)
    results = grade_assignment(course.data, HOMEWORK, checks=course.checks)
    assert [(result.login, result.score) for result in results] == [("ada", 4), ("ben", 4)]
    given = feedback_for_assignment(course.data, HOMEWORK, publish=exchange.publish_feedback)
    assert given == ["ada", "ben"]


@pytest.mark.parametrize("stem", [ARABIC, MIXED])
def test_files_with_names_in_any_script_lie_beside_the_notebook(
    course: SmallCourse, stem: str
) -> None:
    read = f"import pathlib\nlabels = pathlib.Path({stem + '.txt'!r}).read_text().split()"
    handed = {NOTEBOOK: raw(answered(labels=read)), "notes.json": b'{"case": "mail"}'}
    handed[f"{stem}.txt"] = b"order invoice return"
    course.exchange.hand_in(HOMEWORK, "ada", handed)
    course.exchange.collect(HOMEWORK)
    results = grade_assignment(course.data, HOMEWORK, checks=course.checks)
    assert [(result.score, result.notes) for result in results] == [(4, ())]


def test_an_unknown_check_name_says_which_cell_has_none(course: SmallCourse) -> None:
    course.exchange.hand_in(HOMEWORK, "ada", files(answered()))
    course.exchange.collect(HOMEWORK)
    path = course.checks / "small.py"
    path.write_text(path.read_text().replace('"hw1-notes"', '"hw1-note"'))
    with pytest.raises(GradingError) as refused:
        grade_assignment(course.data, HOMEWORK, checks=course.checks)
    said = str(refused.value)
    assert "'hw1-notes' of homework-1 has no check" in said
    assert str(course.checks) in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("wrong", "named_error"),
    [
        ("raise RuntimeError('quince\\nsecret')", "RuntimeError"),
        ("raise KeyError", "KeyError"),
        ("return None", "None"),
        ("return Verdict(99, 'much')", "99"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("return learner.nothing('x')", "AttributeError"),
        ("(lambda f: f(f))(lambda f: f(f))", "RecursionError"),
    ],
)
def test_a_check_that_raises_is_told_to_the_facilitator_alone(
    course: SmallCourse, wrong: str, named_error: str
) -> None:
    course.exchange.hand_in(HOMEWORK, "ada", files(answered()))
    course.exchange.collect(HOMEWORK)
    path = course.checks / "small.py"
    path.write_text(
        path.read_text().replace("good = learner.json", f"{wrong}\n    good = learner.json")
    )
    result = grade_assignment(course.data, HOMEWORK, checks=course.checks)[0]
    assert (result.score, result.awaits_marking) == (3, True)
    assert "'hw1-notes'" in " ".join(result.notes)
    assert named_error in " ".join(result.notes)
    feedback_for_assignment(course.data, HOMEWORK, publish=course.exchange.publish_feedback)
    page = course.exchange.feedback_html(HOMEWORK, "ada") or ""
    assert "Awaits your facilitator" in page
    for hidden in ("Error", "quince", "hw1-notes'", "Verdict"):
        assert hidden not in page


def test_the_token_says_who_hands_in_whatever_the_request_claims(course: SmallCourse) -> None:
    app = Starlette(routes=exchange_routes(course.exchange, TokenIdentity()))
    parts = [("files", item) for item in files(answered()).items()]
    with TestClient(app) as client:
        said = client.post(
            f"/api/homework/{HOMEWORK}/hand-in?login=ben&student=ben",
            files=parts,
            data={"login": "ben"},
            headers=token_of("ada"),
        )
    # Either way nothing is ever kept under somebody else's name.
    assert said.status_code in {201, 400}
    assert {item.login for item in course.exchange.handins(HOMEWORK)} <= {"ada"}

"""Names in any script: of people, and of the files beside a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bootcamp.cohort import Cohort
from bootcamp.exchange.service import Exchange
from bootcamp.grading import feedback_for_assignment, grade_assignment
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

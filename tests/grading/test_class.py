"""One class with a hand-in of every kind, graded in one run: each gets its due, nobody stops it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from bootcamp.grading import (
    GradeResult,
    GradingLimits,
    feedback_for_assignment,
    grade_assignment,
)
from bootcamp.store.gradebook import course_folder
from tests.grading.small_course import HOMEWORK, NOTEBOOK, SECRET, SmallCourse, small_course
from tests.grading.submissions import behind_the_exchange, everyones

LIMITS = GradingLimits(cell_seconds=4, notebook_seconds=16, probe_seconds=2, probes_seconds=8)

# Points by the machine (of 4), and a word of the note that says why (empty: nothing to say; None:
# it may say something or not).
EXPECTED: dict[str, tuple[float, str | None]] = {
    "good": (4, ""),
    "untouched": (0, ""),
    "warns": (4, ""),
    "loops": (3, "code cell 3 ran longer than 4 seconds"),
    "loops-deaf": (1, "process ended in code cell 3"),
    "loops-often": (4, "took longer than 16 seconds"),
    "exits": (1, "process ended in code cell 6"),
    "kills": (1, "process ended in code cell 6"),
    "prints-much": (4, "printed more"),
    "prints-lines": (4, ""),
    "eats-memory": (4, ""),
    "asks": (4, ""),
    "call-loops": (2, ""),
    "call-raises": (2, ""),
    "answers-big": (3, ""),
    "answers-odd": (3, ""),
    "copied-answer": (4, ""),
    "copied-check": (4, ""),
    "deleted-check": (4, "2 graded cells were missing"),
    "deleted-answer": (2, ""),
    "deleted-all": (1, "missing"),
    "emptied-check": (4, ""),
    "edited-check": (4, ""),
    "nameless": (4, "1 graded cell was missing"),
    "retyped": (4, ""),
    "worth-more": (3, ""),
    "oddly-cells": (4, ""),
    "looks-around": (0, ""),
    "always-equal": (0, ""),
    "forges": (0, None),  # its kernel may or may not survive what it did to `json`
    "answers-deep": (0, ""),
    "listens": (0, ""),
    "links": (3, ""),
    "pipe": (3, ""),
    "locks": (3, ""),
    "outlives": (4, ""),
    "calls-out": (0, ""),
    "no-json": (0, "could not be read"),
    "no-utf8": (0, "could not be read"),
    "no-cells": (0, "could not be read"),
}


@dataclass
class GradedClass:
    course: SmallCourse
    results: dict[str, GradeResult]
    progress: list[tuple[str, int, int]]
    seconds: float

    def outputs(self, login: str) -> str:
        """Give all that this one's cells put out, as it is kept."""
        return "".join(json.dumps(cell.get("outputs", "")) for cell in self.notebook(login).cells)

    def notebook(self, login: str) -> Any:
        folder = course_folder(self.course.data, "autograded", login, HOMEWORK)
        return nbformat.read(folder / NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GradedClass]:
    made, damaged = everyones(), behind_the_exchange()
    course = small_course(tmp_path_factory.mktemp("class"), [*made, *damaged])
    listener = socket.create_server(("127.0.0.1", 0))
    port = str(listener.getsockname()[1]).encode()
    for login, handed in made.items():
        handed[NOTEBOOK] = handed[NOTEBOOK].replace(b"%PORT%", port)
        course.exchange.hand_in(HOMEWORK, login, handed)
    course.exchange.collect(HOMEWORK)
    for login, content in damaged.items():
        folder = course_folder(course.data, "submitted", login, HOMEWORK)
        folder.mkdir(parents=True)
        (folder / NOTEBOOK).write_bytes(content)
    seen: list[tuple[str, int, int]] = []
    begun = time.monotonic()
    results = grade_assignment(
        course.data,
        HOMEWORK,
        checks=course.checks,
        limits=LIMITS,
        at_once=4,  # several of them only wait
        progress=lambda result, done, total: seen.append((result.login, done, total)),
    )
    by_login = {result.login: result for result in results}
    yield GradedClass(course, by_login, seen, time.monotonic() - begun)
    listener.close()
    course.store.close()


@pytest.mark.parametrize("login", EXPECTED)
def test_gives_each_its_due(graded: GradedClass, login: str) -> None:
    points, note = EXPECTED[login]
    result = graded.results[login]
    assert (result.score, result.max_score) == (points, 6), result
    if note is not None:
        assert note.lower() in " ".join(result.notes).lower()
        assert note or not result.notes


def test_grades_everyone_and_tells_as_it_goes(graded: GradedClass) -> None:
    assert list(graded.results) == sorted(EXPECTED)
    assert {login for login, _, _ in graded.progress} == set(EXPECTED)
    assert [done for _, done, _ in graded.progress] == list(range(1, len(EXPECTED) + 1))


def test_leaves_the_written_part_to_a_person_unless_it_is_empty(graded: GradedClass) -> None:
    assert graded.results["good"].awaits_marking
    assert not graded.results["untouched"].awaits_marking
    assert not graded.results["no-json"].awaits_marking


def test_a_submission_finds_no_secret_and_no_path_out(graded: GradedClass) -> None:
    found = json.loads(_printed(graded.notebook("looks-around")))
    assert found["environ"] == []
    assert found["places"] == []
    assert found["processes"] < 10
    assert "REACHED" not in graded.outputs("calls-out")


def test_what_a_check_expects_never_reaches_a_learner(graded: GradedClass) -> None:
    for login in EXPECTED:
        for step in ("autograded", "submitted"):
            folder = course_folder(graded.course.data, step, login, HOMEWORK)
            assert all(SECRET.encode() not in path.read_bytes() for path in _files(folder))


def test_nothing_that_cells_put_out_is_big_or_acts_in_a_browser(graded: GradedClass) -> None:
    for login in EXPECTED:
        assert len(graded.outputs(login)) < 200_000
        assert "text/html" not in graded.outputs(login)


def test_no_process_outlives_its_submission(graded: GradedClass) -> None:
    assert graded.results["outlives"].score == 4
    left = [p for p in psutil.process_iter(["cmdline"]) if "98765" in (p.info["cmdline"] or [])]
    assert left == []


def test_feedback_is_plain_words_and_shows_nothing_hidden(graded: GradedClass) -> None:
    course = graded.course
    published = feedback_for_assignment(
        course.data, HOMEWORK, publish=course.exchange.publish_feedback
    )
    assert published == sorted(EXPECTED)
    for login in EXPECTED:
        page = course.exchange.feedback_html(HOMEWORK, login) or ""
        assert page.startswith("<!doctype html>")
        for forbidden in ("Traceback", SECRET, "quince", "<script", "http://", "https://", "abab"):
            assert forbidden not in page, (login, forbidden)
    state = course.exchange.state("good")[0]
    assert state.feedback is not None
    assert (state.feedback.score, state.feedback.awaits_marking) == (4.0, True)
    assert state.last_handin is not None
    assert state.feedback.receipt == state.last_handin.receipt
    good = course.exchange.feedback_html(HOMEWORK, "good") or ""
    assert "double works for numbers and texts." in good
    assert "Awaits your facilitator." in good
    raised = course.exchange.feedback_html(HOMEWORK, "call-raises") or ""
    assert "double stopped with ValueError" in raised


def _printed(notebook: Any) -> str:
    return "".join(
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and "environ" in output.text
    )


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]

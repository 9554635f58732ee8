"""The run behind the button: one at a time, and true also after a restart."""

from __future__ import annotations

import fcntl
import json
from dataclasses import asdict

import pytest

from bootcamp.store import now
from bootcamp.web import background, grader
from tests.conftest import eventually
from tests.web.conftest import Service

HOMEWORK = "homework-1"


def left_behind(service: Service) -> None:
    """Leave what a run leaves that is killed half way."""
    folder = service.data.run / "grading"
    folder.mkdir(parents=True)
    progress = grader.Progress("frances", now().isoformat(), "Grading…", done=3, total=9)
    (folder / f"{HOMEWORK}.json").write_text(json.dumps(asdict(progress)))
    (folder / f"{HOMEWORK}.lock").touch()


def test_a_run_that_was_killed_is_told_and_its_results_stay(service: Service) -> None:
    left_behind(service)
    found = grader.look(service.data, HOMEWORK)
    assert found is not None
    assert (found.state, found.done) == ("stopped", 3)
    assert "Press again" in found.problem
    page = service.browser("frances").get(f"grading/{HOMEWORK}").text
    assert "Press again to go on" in page
    assert "Collect and grade</button>" in page


def test_a_run_that_goes_on_is_found_again_and_no_second_begins(service: Service) -> None:
    left_behind(service)
    with (service.data.run / "grading" / f"{HOMEWORK}.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        browser = service.browser("frances")
        assert "3 of 9 graded" in browser.get(f"grading/{HOMEWORK}").text
        status = browser.get(f"grading/{HOMEWORK}/status").json()
        assert (status["state"], status["done"], status["total"]) == ("working", 3, 9)
        assert not grader.begin(service.data, HOMEWORK, "another")


def test_what_goes_wrong_is_one_sentence_on_the_page(service: Service) -> None:
    assert grader.begin(service.data, HOMEWORK, "frances")

    def ended() -> grader.Progress | None:
        found = grader.look(service.data, HOMEWORK)
        return found if found and found.state != "working" else None

    found = eventually(ended, within=60)
    assert found.state == "failed"
    assert "not released yet" in found.problem
    eventually(lambda: all(child.poll() is not None for child in background.children))


@pytest.mark.parametrize("path", ["grading/homework-1", "marking/homework-1"])
def test_the_desk_is_for_facilitators(service: Service, path: str) -> None:
    assert service.browser("amina").get(path).status_code == 403


def test_a_citizen_cannot_grade_mark_or_give_feedback(service: Service) -> None:
    browser = service.browser("amina")
    for path in ("grading/homework-1/begin", "grading/homework-1/feedback"):
        assert browser.press(path).status_code == 403
    assert browser.press("marking/homework-1/amina/hw1-problem").status_code == 403
    assert grader.look(service.data, HOMEWORK) is None

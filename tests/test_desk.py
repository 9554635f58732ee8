"""The facilitator's desk in a real browser: grade at a button, mark, give back; the citizen reads.

With `BOOTCAMP_SCREENSHOTS=folder` every stage leaves pictures there, on a desk and on a phone.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bootcamp.cohort import load_cohort
from bootcamp.content import content_root
from bootcamp.exchange.service import Exchange
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from tests.conftest import PASSWORD, Bootcamp, start_bootcamp
from tests.test_walk import CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOMEWORK = "homework-1"
NEXT_STEP = "Whose Tuesday gets better when this is solved?"
HOSTILE = (
    "Two clerks compare **every** invoice, about 400 times a month.\n\n"
    "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"
    " [a link](javascript:alert(1)) ![far](https://elsewhere.example/pixel.png)"
)


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bootcamp]:
    running = start_bootcamp(tmp_path_factory.mktemp("desk") / "data")
    released = running.cli("release", "1")
    assert released.returncode == 0, released.stderr
    hand_in(running.data, "amina", {"hw1-problem": HOSTILE})
    hand_in(running.data, "bruno", {})
    yield running
    running.stop()


def hand_in(folder: Path, login: str, answers: dict[str, str]) -> None:
    """Hand the answered homework in, with these answers in place of some."""
    notebook: dict[str, Any] = json.loads(
        (content_root() / "solutions" / "session-01" / f"{HOMEWORK}.ipynb").read_text()
    )
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(name, cell["source"])
    data = DataFolder.at(folder)
    store = open_store(data.store_url)
    with contextlib.closing(store):
        exchange = Exchange(data, store, load_cohort(data.cohort_file))
        exchange.hand_in(HOMEWORK, login, {f"{HOMEWORK}.ipynb": json.dumps(notebook).encode()})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "install Chromium: `make setup-dev` does it"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=CHROMIUM)


@pytest.fixture(scope="module")
def desk(classroom: Bootcamp, browser: Browser) -> Iterator[Page]:
    yield from signed_in(classroom, browser, "frances")


@pytest.fixture(scope="module")
def citizen(classroom: Bootcamp, browser: Browser) -> Iterator[Page]:
    yield from signed_in(classroom, browser, "amina")


def signed_in(classroom: Bootcamp, browser: Browser, login: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(classroom.links[login])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password, once more").fill(PASSWORD)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("link", name="Sign out")).to_be_visible()
    yield page
    context.close()


def pictures(page: Page, name: str) -> None:
    """Take the page on a desk and on a phone, where nothing may hang over the edge."""
    folder = os.environ.get("BOOTCAMP_SCREENSHOTS")
    for device, width, height in (("phone", 390, 844), ("desk", 1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if folder:
            page.screenshot(path=Path(folder) / f"{name}-{device}.png", full_page=True)


def open_desk(classroom: Bootcamp, desk: Page) -> None:
    desk.goto(f"{classroom.url}/services/bootcamp/grading/{HOMEWORK}")


def test_1_one_button_collects_and_grades(classroom: Bootcamp, desk: Page) -> None:
    desk.get_by_role("link", name="Grade homework 1").click()
    expect(desk.get_by_text("2 versions are not graded yet")).to_be_visible()
    pictures(desk, "20-grading")
    desk.get_by_role("button", name="Collect and grade").click()
    expect(desk.get_by_role("progressbar")).to_be_visible()
    pictures(desk, "21-grading-runs")
    expect(desk.get_by_role("link", name="Mark the written parts (6 waiting)")).to_be_visible(
        timeout=90_000
    )
    row = desk.get_by_role("row", name=re.compile("Amina Birch"))
    expect(row).to_contain_text("10 of 20")
    expect(row).to_contain_text("3 to mark")
    pictures(desk, "22-graded")


def test_2_what_a_citizen_wrote_is_shown_and_never_runs(desk: Page) -> None:
    desk.get_by_role("link", name="Mark the written parts").click()
    expect(desk.get_by_role("heading", name="The problem")).to_be_visible()
    expect(desk.locator(".prose strong").first).to_have_text("every")
    assert desk.title().startswith("The problem, Amina")
    assert desk.locator(".prose script, .prose [onerror]").count() == 0
    assert desk.locator(".prose img[src], .prose a[href^='javascript']").count() == 0
    pictures(desk, "23-marking")


def test_3_a_draft_outlives_the_network_and_the_page(classroom: Bootcamp, desk: Page) -> None:
    desk.keyboard.press("3")
    expect(desk.get_by_label("Points")).to_have_value("3")
    desk.get_by_label("Comment for Amina").fill(NEXT_STEP)
    desk.get_by_label("Keep this comment for others").check()
    desk.context.set_offline(True)
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("Not saved: the bootcamp does not answer")).to_be_visible()
    desk.context.set_offline(False)
    desk.reload()
    expect(desk.get_by_text("Your draft is back")).to_be_visible()
    expect(desk.get_by_label("Comment for Amina")).to_have_value(NEXT_STEP)
    desk.get_by_label("Keep this comment for others").check()
    desk.get_by_role("button", name="Save and go on").click()
    expect(desk.get_by_text("Bruno Clay").first).to_be_visible()


def test_4_a_kept_comment_is_offered_at_the_same_exercise(desk: Page) -> None:
    desk.get_by_role("button", name=NEXT_STEP).click()
    expect(desk.get_by_label("Comment for Bruno")).to_have_value(NEXT_STEP)
    desk.get_by_role("button", name=re.compile("^4 ")).click()
    pictures(desk, "24-marking-with-comments")


def test_5_the_second_of_two_is_told(classroom: Bootcamp, desk: Page) -> None:
    other = desk.context.new_page()
    other.goto(desk.url)
    expect(other.get_by_text("Your draft is back")).to_be_visible()
    other.get_by_role("button", name="Save and go on").click()
    expect(other.get_by_role("heading", name="The sponsor")).to_be_visible()
    other.close()
    desk.get_by_role("button", name="Save and go on").click()
    expect(desk.get_by_text("marked this while you read: 4 of 4 points")).to_be_visible()
    pictures(desk, "25-marked-meanwhile")
    desk.get_by_role("link", name="Load again").click()
    expect(desk.get_by_text("Marked by Frances")).to_be_visible()


def test_6_the_rest_by_keyboard_and_back_to_the_desk(classroom: Bootcamp, desk: Page) -> None:
    open_desk(classroom, desk)
    desk.get_by_role("link", name="Mark the written parts (4 waiting)").click()
    for waiting in (4, 3, 2, 1):
        expect(desk.get_by_text(re.compile(f"{waiting} waiting"))).to_be_visible()
        desk.keyboard.press("2")
        expect(desk.get_by_label("Points")).to_have_value("2")
        desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("Every answer has its mark")).to_be_visible()
    pictures(desk, "26-marked")


def test_7_feedback_goes_back_and_the_citizen_reads_it(desk: Page, citizen: Page) -> None:
    desk.get_by_role("button", name="Give feedback back").click()
    expect(desk.get_by_text("2 of 2 have theirs")).to_be_visible(timeout=60_000)
    citizen.reload()
    expect(citizen.get_by_text("17 of 20 points")).to_be_visible()
    citizen.get_by_role("link", name="Read feedback").click()
    document = citizen.frame_locator("iframe")
    expect(document.get_by_text(NEXT_STEP).first).to_be_visible()
    expect(document.get_by_text("For 4 points:")).to_be_visible()
    assert "Traceback" not in document.locator("body").inner_text()
    pictures(citizen, "27-feedback")
    citizen.get_by_role("link", name="Open on its own").click()
    expect(citizen.get_by_text(NEXT_STEP).first).to_be_visible()
    pictures(citizen, "28-feedback-alone")


def test_8_the_desk_is_closed_to_citizens(classroom: Bootcamp, citizen: Page) -> None:
    for path in (f"grading/{HOMEWORK}", f"marking/{HOMEWORK}/bruno/hw1-problem"):
        answer = citizen.goto(f"{classroom.url}/services/bootcamp/{path}")
        assert answer is not None
        assert answer.status == 403

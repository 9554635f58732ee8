"""The whole way in a real browser: invitation, home, lab, homework, grading, feedback, finals.

With `BOOTCAMP_SCREENSHOTS=folder` every stage leaves a picture there, to be looked at.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from bootcamp.content import content_root
from tests.conftest import PASSWORD, Bootcamp, eventually, start_bootcamp

pytestmark = pytest.mark.browser

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bootcamp]:
    running = start_bootcamp(tmp_path_factory.mktemp("classroom") / "data")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser_context() -> Iterator[BrowserContext]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "install Chromium: `make setup-dev` does it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        context.set_default_timeout(60_000)
        yield context
        browser.close()


@pytest.fixture(scope="module")
def page(browser_context: BrowserContext) -> Page:
    return browser_context.new_page()


def picture(page: Page, name: str, *, full_page: bool = True) -> None:
    folder = os.environ.get("BOOTCAMP_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=full_page)


def go_home(page: Page, classroom: Bootcamp) -> None:
    page.goto(f"{classroom.url}/services/bootcamp/")
    expect(page.get_by_role("heading", name="Hello, Amina")).to_be_visible()


def wait_until_idle(page: Page) -> None:
    """Wait until the kernel has run all that was asked of it."""
    expect(page.locator(".jp-Notebook .jp-InputPrompt", has_text="[*]")).to_have_count(
        0, timeout=120_000
    )
    expect(page.locator("[data-status='idle']").first).to_be_visible(timeout=60_000)


def test_1_an_invitation_leads_to_the_home_page(classroom: Bootcamp, page: Page) -> None:
    page.goto(classroom.links["amina"])
    expect(page.get_by_role("heading", name="Welcome, Amina")).to_be_visible()
    picture(page, "01-invitation")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password, once more").fill(PASSWORD)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Hello, Amina")).to_be_visible()
    assert page.url == f"{classroom.url}/services/bootcamp/"
    picture(page, "02-home")


def test_2_the_invitation_works_only_once(
    classroom: Bootcamp, browser_context: BrowserContext
) -> None:
    other = browser_context.new_page()
    answer = other.goto(classroom.links["amina"])
    assert answer is not None
    assert answer.status == 410
    expect(other.get_by_text("has been used already")).to_be_visible()
    picture(other, "03-invitation-used")
    other.close()


def lab_numbers() -> list[int]:
    """Give the sessions whose lab is there."""
    found = content_root().glob("session-*/lab-*.ipynb")
    return sorted(int(path.stem.rpartition("-")[2]) for path in found)


def test_3_only_sessions_that_exist_can_be_opened(classroom: Bootcamp, page: Page) -> None:
    go_home(page, classroom)
    labs = page.get_by_role("link", name=re.compile("^Open lab"))
    expect(labs).to_have_text([f"Open lab {n} of session {n}" for n in lab_numbers()])
    expect(page.get_by_text("Prompt kit")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, "04-home-phone")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    page.set_viewport_size({"width": 1280, "height": 720})


def test_4_lab_1_opens_and_every_cell_runs(classroom: Bootcamp, page: Page) -> None:
    """The lab as released: nothing filled in, and yet no cell ends in a traceback."""
    go_home(page, classroom)
    page.get_by_role("link", name="Open lab 1").click()
    expect(page.get_by_role("heading", name="Session 1: Choose")).to_be_visible(timeout=120_000)
    expect(page.locator("[data-status='idle']").first).to_be_visible(timeout=60_000)
    picture(page, "05-lab", full_page=False)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells").first.click()
    wait_until_idle(page)
    picture(page, "06-lab-ran", full_page=False)
    page.keyboard.press("Control+s")
    saved = classroom.data / "homes" / "amina" / "session-01" / "lab-1.ipynb"
    eventually(lambda: any(cell.get("execution_count") for cell in cells_of(saved)), within=60)
    for cell in cells_of(saved):
        if cell["cell_type"] == "code":
            assert cell["execution_count"], f"did not run: {cell['source']}"
            assert not [o for o in cell["outputs"] if o["output_type"] == "error"], cell
    assert "practice-1" in saved.read_text()


def cells_of(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(path.read_text())["cells"]
    return cells


def test_5_homework_arrives_when_it_is_released(classroom: Bootcamp, page: Page) -> None:
    go_home(page, classroom)
    expect(page.get_by_role("button", name="Hand in")).to_have_count(0)
    assert not (classroom.data / "homes/amina/homework-1").exists()
    released = classroom.cli("release", "1")
    assert released.returncode == 0, released.stderr
    page.reload()
    picture(page, "07-home-with-homework")
    page.get_by_role("button", name="Open homework").click()
    expect(page.locator(".jp-Notebook")).to_be_visible(timeout=120_000)
    expect(page.locator("[data-status='idle']").first).to_be_visible(timeout=60_000)
    picture(page, "08-homework", full_page=False)
    assert (classroom.data / "homes/amina/homework-1/homework-1.ipynb").is_file()


def test_6_answered_homework_is_handed_in_with_a_receipt(classroom: Bootcamp, page: Page) -> None:
    folder = classroom.data / "homes" / "amina" / "homework-1"
    answered = content_root() / "solutions" / "session-01" / "homework-1.ipynb"
    # What Amina would type in half an hour; her file stays hers.
    (folder / "homework-1.ipynb").write_bytes(answered.read_bytes())
    go_home(page, classroom)
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Receipt").first).to_be_visible(timeout=60_000)
    picture(page, "09-handed-in")
    go_home(page, classroom)
    expect(page.get_by_text(re.compile("Handed in")).first).to_be_visible()


def test_7_collected_graded_and_returned(classroom: Bootcamp, page: Page) -> None:
    assert classroom.cli("collect", "1").returncode == 0
    graded = classroom.cli("grade", "1", "--json", timeout=300)
    assert graded.returncode == 0, graded.stderr
    (result,) = json.loads(graded.stdout)
    assert result["login"] == "amina"
    assert result["awaits_marking"]
    machine_points = 10
    assert result["score"] == machine_points
    returned = classroom.cli("feedback", "1")
    assert returned.returncode == 0, returned.stderr
    go_home(page, classroom)
    picture(page, "10-home-with-feedback")
    page.get_by_role("link", name="Read feedback").click()
    document = page.frame_locator("iframe")
    expect(document.get_by_text(re.compile(r"10\s*(of|/)\s*10")).first).to_be_visible()
    picture(page, "11-feedback")
    assert "Traceback" not in document.locator("body").inner_text()


def test_8_the_facilitator_sees_who_is_where(
    classroom: Bootcamp, browser_context: BrowserContext
) -> None:
    browser = browser_context.browser
    assert browser is not None
    own = browser.new_context(viewport={"width": 1280, "height": 720})
    page = own.new_page()
    page.goto(classroom.links["frances"])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password, once more").fill(PASSWORD)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Amina Birch").first).to_be_visible()
    expect(page.get_by_text("Bruno Clay").first).to_be_visible()
    picture(page, "12-facilitator")
    own.close()


def test_9_a_wrong_password_ten_times_gets_one_clear_message(
    classroom: Bootcamp, browser_context: BrowserContext
) -> None:
    browser = browser_context.browser
    assert browser is not None
    own = browser.new_context(viewport={"width": 1280, "height": 720})
    page = own.new_page()
    for _ in range(10):
        page.goto(f"{classroom.url}/hub/login")
        page.get_by_label("Login").fill("bruno")
        page.get_by_label("Password", exact=True).fill("not the password")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("Too many wrong passwords")).to_be_visible()
    picture(page, "13-too-many")
    own.close()

"""The final runs' page in a real browser: press, follow, open; the slides turn, nothing else acts.

With `BOOTCAMP_SCREENSHOTS=folder` every stage leaves pictures there, on a desk and on a phone.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import HttpUrl

from bootcamp.cohort import load_cohort, save_cohort
from bootcamp.finals import latest_run
from bootcamp.finals.pages import report_page
from bootcamp.finals.slides import slides_page
from bootcamp.finals.words import Demo
from bootcamp.hub.demo import create_demo
from bootcamp.settings import DataFolder
from bootcamp.web.final_runs import FILES
from tests.conftest import Bootcamp, start_bootcamp
from tests.finals.conftest import notebook_from
from tests.finals.test_slides import FULL, NASTY, presentation
from tests.gateway.outside.upstreams import Asked, ScriptedUpstream, completion, whole
from tests.test_desk import browser, pictures, signed_in  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

YESTERDAY = "2026-01-27-160300"
KEY = "sk-of-the-company-7f3a"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bootcamp]:
    """A bootcamp with yesterday's run; today one team has nothing to run any more."""
    running = start_bootcamp(tmp_path_factory.mktemp("finals") / "data")
    data = DataFolder.at(running.data)
    for slug in ("teal", "amber"):
        leave(data, slug)
        shutil.rmtree(data.teams / slug / "final")
    yield running
    running.stop()


def leave(data: DataFolder, slug: str) -> None:
    """Leave a run whose slides try to act."""
    folder = data.finals / YESTERDAY / slug
    folder.mkdir(parents=True)
    (folder.parent / "run.json").write_text('{"finished": "yes"}')
    shown = replace(
        presentation(FULL), team=f"Team {slug.title()}", demo=Demo("solve(mail)", NASTY)
    )
    pages = [(name, words) for name, words in FILES.items() if name != "report.html"]
    report = report_page(
        title="Final run", subtitle=NASTY, failed=False, problems=(), quality=shown.quality,
        result=shown.result, spending=None, pages=pages, run=YESTERDAY, code_sha256="c",
        data_sha256="d",
    )  # fmt: skip
    contents = {
        "report.html": report,
        "slides.html": slides_page(shown, "show"),
        "speaker.html": slides_page(shown, "speak"),
        "slides-team.html": slides_page(replace(shown, demo=None), "speak"),
        "roi.html": report,
        "solution.html": report,
        "check-in-90-days.ics": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    }
    for name, text in contents.items():
        (folder / name).write_text(text)
    summary = {
        "succeeded": True,
        "quality": shown.quality.as_dict(),
        "roi": shown.result.as_dict(),
        "problems": [],
    }
    (folder / "summary.json").write_text(json.dumps(summary))


@pytest.fixture(scope="module")
def desk(stage: Bootcamp, browser: Browser) -> Iterator[Page]:  # noqa: F811
    yield from signed_in(stage, browser, "frances")


def test_1_yesterdays_pages_open_and_the_slides_turn(stage: Bootcamp, desk: Page) -> None:
    desk.get_by_role("link", name="Show final runs").click()
    row = desk.locator("#teal")
    expect(row).to_contain_text("0.66")
    pictures(desk, "40-finals")
    row.get_by_role("link", name="Slides of Team Teal").click()
    expect(desk.locator("section.present")).to_contain_text("Team Teal")
    before = desk.locator("section.present").inner_text()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("section.present")).not_to_contain_text(before)
    pictures(desk, "41-slides")
    assert "taken" not in desk.title()
    cookies = desk.evaluate("() => { try { return document.cookie } catch (e) { return e.name } }")
    assert cookies == "SecurityError"  # an origin of its own: nothing of the visitor's is in reach
    desk.goto(f"{stage.url}/services/bootcamp/finals/{YESTERDAY}/teal/report.html")
    expect(desk.get_by_role("heading", name="Final run")).to_be_visible()
    pictures(desk, "42-report")
    with desk.expect_download() as waiting:
        desk.get_by_role("link", name="90-day check").click()
    assert waiting.value.suggested_filename == "teal-check-in-90-days.ics"
    desk.get_by_role("link", name="Speaker copy").click()
    expect(desk.locator("section.present")).to_be_visible()


def test_2_a_run_that_fails_is_followed_and_yesterdays_stays_one_click_away(
    stage: Bootcamp, desk: Page
) -> None:
    desk.goto(f"{stage.url}/services/bootcamp/finals")
    desk.get_by_role("button", name="Run the finals").click()
    expect(desk.get_by_role("progressbar")).to_be_visible()
    pictures(desk, "43-finals-run")
    row = desk.locator("#teal")
    expect(row).to_contain_text("There is no folder 'final'", timeout=90_000)
    expect(row).to_contain_text("Stopped")
    pictures(desk, "44-finals-stopped")
    expect(row.get_by_role("link", name="Slides of Team Teal")).to_be_visible()
    desk.get_by_role("link", name="Show the run of").click()
    expect(desk.get_by_text("Shown: the run of")).to_be_visible()
    expect(desk.locator("#teal")).to_contain_text("0.66")
    pictures(desk, "45-finals-yesterday")


def test_3_a_goal_of_after_a_run_says_so(stage: Bootcamp, desk: Page) -> None:
    desk.goto(f"{stage.url}/services/bootcamp/finals")
    goals = desk.locator("section.goals")
    expect(goals.get_by_role("row", name="Team Teal")).to_contain_text(
        "the usual goal of this case"
    )
    goals.get_by_label("Team Teal: at least, in per cent").fill("75")
    goals.get_by_role("button", name="Agree on the goal of Team Teal").click()
    row = goals.get_by_role("row", name="Team Teal")
    expect(row).to_contain_text("at least 0.75")
    expect(row).to_contain_text(", after the run of ")
    expect(row.get_by_role("button", name="Change the goal of Team Teal")).to_be_visible()
    pictures(desk, "47-goals")


def test_4_a_citizen_has_the_own_slides_and_not_the_page(
    stage: Bootcamp,
    browser: Browser,  # noqa: F811
) -> None:
    for page in signed_in(stage, browser, "amina"):
        answer = page.goto(f"{stage.url}/services/bootcamp/finals")
        assert answer is not None
        assert answer.status == 403
        page.goto(f"{stage.url}/services/bootcamp/")
        expect(page.get_by_text("Your team’s final run")).to_be_visible()
        pictures(page, "46-citizen")


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bootcamp]:
    """A bootcamp whose model needs a key, and answers as it likes."""
    data = DataFolder.at(tmp_path_factory.mktemp("keyed") / "data")
    create_demo(data)
    for slug in ("teal", "amber"):
        solution = data.teams / slug / "final" / "solution.ipynb"
        solution.write_text(notebook_from(ASKING))
    chance = random.Random(6)

    async def moody(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            writer.write(whole({"error": {"message": "Who are you?"}}, 401))
            return
        text = chance.choice(("orders", "delivery", "invoices", "returns", "quotes", "hr_other"))
        writer.write(whole({**completion(text), "model": "vendor-mini"}))

    with ScriptedUpstream(moody).serve() as url:
        made = load_cohort(data.cohort_file)
        model = made.model.model_copy(update={"upstream": HttpUrl(url), "small": "vendor-mini"})
        save_cohort(made.model_copy(update={"model": model}), data.cohort_file)
        running = start_bootcamp(data.root, BOOTCAMP_UPSTREAM_KEY=KEY)
        yield running
        running.stop()


ASKING = """
# %% tags=["parameters"]
input_folder = "in"
output_folder = "out"
model = "m"

# %%
import csv
from pathlib import Path
from openai import OpenAI
client = OpenAI()
names = sorted(path.stem for path in Path(input_folder).glob("*.eml"))

# %%
rows = []
for first in range(0, len(names), 12):
    question = [{"role": "user", "content": "Which queue do these belong to?"}]
    answer = client.chat.completions.create(model=model, messages=question)
    queue = answer.choices[0].message.content
    rows += [(name, queue, "normal", "ok") for name in names[first:first + 12]]

# %%
with Path(output_folder, "predictions.csv").open("w", newline="") as table:
    csv.writer(table).writerows([("id", "queue", "urgency", "status"), *rows])
"""


def test_5_a_model_with_a_key_that_varies_is_run_three_times_from_the_button(
    keyed: Bootcamp,
    browser: Browser,  # noqa: F811
) -> None:
    for desk in signed_in(keyed, browser, "frances"):
        desk.goto(f"{keyed.url}/services/bootcamp/finals")
        desk.get_by_role("button", name="Run the finals").click()
        expect(desk.get_by_role("progressbar")).to_be_visible()
        expect(desk.get_by_text(re.compile(r"run \d of 3, cell"))).not_to_have_count(
            0, timeout=60_000
        )
        pictures(desk, "47-keyed-runs")
        for slug in ("teal", "amber"):
            row = desk.locator(f"#{slug}")
            expect(row).to_contain_text("Done", timeout=120_000)
        expect(desk.get_by_role("progressbar")).to_have_count(0, timeout=30_000)
        pictures(desk, "48-keyed-done")
        folder = latest_run(DataFolder.at(keyed.data))
        assert folder is not None
        for slug in ("teal", "amber"):
            quality = json.loads((folder / slug / "quality.json").read_text())
            values = [value for _, value in quality["repeats"]]
            assert len(set(values)) == 3
            middle = sorted(values)[1]
            assert quality["measures"][0]["estimate"]["value"] == middle
            row = desk.locator(f"#{slug}")
            expect(row).to_contain_text(quality["measures"][0]["text"])
            spread = f"from {min(values):.2f} to {max(values):.2f}"
            summary = json.loads((folder / slug / "summary.json").read_text())
            assert summary["settings"]["model"] == "vendor-mini at upstream"
            assert summary["spending"]["source"] == "the gateway's record"
            assert summary["spending"]["items"] == 3 * 132
            expect(row).to_contain_text(f"3 runs: {min(values):.2f} to {max(values):.2f}")
            row.get_by_role("link", name="Report of").click()
            expect(desk.get_by_text("Run 3 times")).to_contain_text(spread)
            pictures(desk, f"49-keyed-report-{slug}")
            desk.go_back()
            page = desk.context.new_page()
            page.goto(f"{keyed.url}/services/bootcamp/finals/{folder.name}/{slug}/slides.html")
            shown = page.locator("section.present").get_by_text("Run 3 times")
            for _ in range(10):
                if not shown.is_visible():
                    page.keyboard.press("ArrowRight")
            expect(shown).to_contain_text(spread)
            pictures(page, f"50-keyed-slide-{slug}")
            page.close()
    # On the server, too, the running gateway answers, which alone has the key.
    again = keyed.cli("finals", "--team", "teal")
    assert again.returncode == 0, again.stderr
    keyed.stop()
    without = keyed.cli("finals")
    assert without.returncode == 1
    assert "BOOTCAMP_UPSTREAM_KEY is not set here" in without.stderr
    assert without.stderr.count("\n") == 1

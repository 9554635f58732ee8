"""The slides: everything in one file, a team's words harmless, printed a slide a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import pypdf
import pytest
from playwright.sync_api import Browser, sync_playwright

from bootcamp import roi
from bootcamp.content import content_root
from bootcamp.finals.exam import ExamResult
from bootcamp.finals.exams import Estimate, Measure
from bootcamp.finals.exams.examiner import Breakdown
from bootcamp.finals.figures import figures_of
from bootcamp.finals.slides import Form, Presentation, chromium, print_pdf, slides_page
from bootcamp.finals.words import Words, demo_of, words_of
from bootcamp.language import Language, speaking
from tests.finals.looks import CUT_OFF

NASTY = '"><script>document.title="taken"</script><img src=x onerror="document.title=1">'
SOURCE = "agreed on 23 November 2027, after the run of 28 December 2026"
SECTIONS = 12


def presentation(words: Words) -> Presentation:
    inputs = roi.read_inputs(content_root() / "solutions" / "demo-teal" / "roi_inputs.csv")
    money = {
        name: roi.Input(
            name, field.least + 1, field.least + 1, field.least + 1, field.unit, NASTY, "A", DAY,
            "measured",
        )
        for name, field in roi.MONEY.items()
    }  # fmt: skip
    inputs = roi.Inputs(inputs.rows, money)
    quality = ExamResult(
        items=120,
        handled=110,
        unsure=10,
        errors=30,
        measures=(
            Measure("f1", "quality", Estimate(0.66, 0.57, 0.74), goal=0.85, goal_source=SOURCE),
            Measure("cost", "what it costs", Estimate(600, 400, 900), unit="€"),
        ),
        counts={NASTY: 3},
        breakdowns=(Breakdown("F1", ("queue", "F1"), ()),),
        missed=3,
        false_alarms=None,
        measured_on="120 hidden mails",
        data_sha256="d" * 64,
        problems=(),
    )
    result = roi.simulate(inputs, roi.Quality(120, 110, 30, missed=3))
    return Presentation(
        team=NASTY,
        members=("Amina Birch", NASTY),
        company="Alder & Finch",
        title="Route the inbox",
        date="17 December 2026",
        check_day="17 March 2027",
        run="2026-12-17-090000",
        model="practice-1",
        code_sha256="c" * 64,
        words=words,
        quality=quality,
        result=result,
        inputs=inputs,
        figures=figures_of(result),
    )


DAY = roi.read_inputs(content_root() / "solutions" / "demo-teal" / "roi_inputs.csv").rows[0].date
FULL = Words(problem=NASTY, change="It proposes.", risk="A wrong queue.", check="On 17 March.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.mark.parametrize("form", ["show", "speak", "print"])
@pytest.mark.parametrize("words", [FULL, Words()], ids=["full", "nothing written"])
def test_no_slide_overflows_and_nothing_of_a_team_acts(
    browser: Browser, tmp_path: Path, form: Form, words: Words
) -> None:
    path = tmp_path / "slides.html"
    path.write_text(slides_page(presentation(words), form))
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text))
    page.goto(path.as_uri())
    if form != "print":
        page.wait_for_function("window.Reveal && Reveal.isReady()")

    assert page.title() not in {"taken", "1"}
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert wrong == []
    assert page.locator(".slides > section").count() == SECTIONS
    for number in range(SECTIONS):
        if form != "print":
            page.evaluate(f"Reveal.slide({number})")
        over = page.evaluate(
            "n => { const s = document.querySelectorAll('.slides > section')[n];"
            " return s.scrollHeight - s.clientHeight }",
            number,
        )
        assert over <= 1, f"slide {number + 1} is {over} pixels too long"
    page.close()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_printed_slide_is_cut_off_in_either_language(
    browser: Browser, tmp_path: Path, language: Language
) -> None:
    path = tmp_path / "slides-print.html"
    with speaking(language):
        path.write_text(slides_page(presentation(FULL), "print"))
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(path.as_uri())
    assert page.evaluate(CUT_OFF) == []
    page.close()


def test_every_picture_has_words() -> None:
    page = slides_page(presentation(FULL))
    pictures = re.findall(r'<img src="data:[^"]+" alt="([^"]*)"', page)
    assert len(pictures) == page.count('<img src="data:') == 2
    assert all(len(words) > 40 for words in pictures)


def test_the_notes_are_for_ten_minutes_and_only_where_they_are_wanted() -> None:
    shown, spoken, printed = (
        slides_page(presentation(FULL), form) for form in ("show", "speak", "print")
    )
    assert shown.count("<aside") == spoken.count("<aside") == SECTIONS
    assert "<aside" not in printed
    assert "<script>" not in printed.replace("&lt;", "")
    minutes = {"Half": 0.5, "One": 1.0, "Two": 2.0}
    said = re.findall(r"<p><b>((?:Half|One|Two)[^<]*minutes?[^<]*)</b>", shown)
    total = sum(minutes[text.split()[0]] + 0.5 * ("and a half" in text) for text in said)
    assert total == pytest.approx(10.5)  # half a minute of it may be skipped


def test_prints_a_slide_a_page(tmp_path: Path) -> None:
    page = tmp_path / "slides.html"
    page.write_text(slides_page(presentation(FULL), "print"))
    print_pdf(page, tmp_path / "slides.pdf")
    printed = pypdf.PdfReader(tmp_path / "slides.pdf")
    assert len(printed.pages) == SECTIONS
    assert "Route the inbox" in printed.pages[0].extract_text()
    assert "What is it worth?" in printed.pages[5].extract_text()
    width, height = printed.pages[0].mediabox.width, printed.pages[0].mediabox.height
    assert float(width) / float(height) == pytest.approx(16 / 9, abs=0.01)


def notebook(*cells: dict[str, object]) -> nbformat.NotebookNode:
    made = [
        nbformat.v4.new_code_cell(cell["source"], metadata={"tags": cell.get("tags", [])})
        for cell in cells
    ]
    return nbformat.v4.new_notebook(cells=made)


def test_a_teams_words_are_read_and_never_run(tmp_path: Path) -> None:
    trap = tmp_path / "ran"
    found = words_of(
        notebook(
            {"source": 'problem = change = risk = check = ""'},
            {"source": f'open({str(trap)!r}, "w")\nproblem = "By   hand."\nchange = 4'},
            {"source": "this is ( no Python"},
            {"source": 'risk = f"{open}"\ncheck = "x " * 3\nrisk = "' + "word " * 300 + '"'},
        )
    )
    assert found.problem == "By hand."
    assert found.change == ""
    assert found.risk.endswith(" …")
    assert len(found.risk) <= 600
    assert not trap.exists()
    assert words_of(None) == Words()


def test_the_live_cell_is_the_one_with_its_tag() -> None:
    made = notebook({"source": "1"}, {"source": "print('orders')", "tags": ["demo"]})
    made.cells[1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="orders\n")]
    found = demo_of(made)
    assert found is not None
    assert (found.code, found.printed) == ("print('orders')", "orders\n")
    assert demo_of(notebook({"source": "1"})) is None
    assert demo_of(None) is None


def test_slides_say_how_numbers_are_known_and_when_hardly_any_use_pays() -> None:
    shown = presentation(FULL)
    known = {**shown.result.known, "volume": "measured", "adoption": "estimate"}
    result = replace(shown.result, known=known, break_even_adoption=0.0001)
    page = slides_page(replace(shown, result=result))
    assert "It saves time even with very few of the mails." in page
    assert "begins to save" not in page
    assert page.count("<td>⚠ estimate</td>") == list(known.values()).count("estimate")
    assert shown.result.break_even_adoption is not None
    assert "begins to save" in slides_page(shown)

"""The ROI notebook as a page: its numbers are the simulation's, with and without money."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from bootcamp import roi
from bootcamp.content import content_root
from bootcamp.finals.pages import notebook_page
from bootcamp.language import VARIABLE

WORKED = sorted(
    path.parent.name
    for path in (content_root() / "solutions").glob("*/roi_inputs.csv")
    if (path.parent / "solution.py").exists()
)
COUNTS = {"items": 120, "handled": 113, "errors": 19, "measured_on": "120 hidden claims"}
EXAM = {**COUNTS, "missed": 9, "run": "2027-02-01-090000", "data_sha256": "ab12" * 16}
HEADINGS = [
    "The proposal", "Hours a year", "In money", "Month by month", "What mistakes would cost, apart",
    "What the hours hang on", "How good does it have to be?", "Where each number comes from",
    "The check in 90 days",
]  # fmt: skip


Rows: TypeAlias = list[dict[str, str]]


@dataclass(frozen=True)
class Executed:
    page: str
    """As the final run shows it."""
    refusal: str
    """What a cell that stopped printed; empty when none did."""
    folder: Path

    @property
    def words(self) -> str:
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.page)).split())

    @property
    def result(self) -> roi.Result:
        timings = roi.read_timings(self.folder / "timing.csv")
        counts = roi.read_quality(self.folder / "quality.json")
        return roi.simulate(roi.read_inputs(self.folder / "roi_inputs.csv"), counts, timings)


@pytest.fixture
def execute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Executed]]:
    """Execute a worked case's notebook, its inputs changed, with these counts of an exam."""
    # A parent that pytest has set aside would get the notebook's `display`.
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()

    def run(
        case: str = "expense-policy",
        change: Callable[[list[dict[str, str]]], list[dict[str, str]]] = lambda rows: rows,
        **counts: object,
    ) -> Executed:
        source = content_root() / "solutions" / case
        for name in ("roi_inputs.csv", "timing.csv"):
            shutil.copyfile(source / name, tmp_path / name)
        with (tmp_path / "roi_inputs.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (tmp_path / "roi_inputs.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=rows[0])
            writer.writeheader()
            writer.writerows(change(rows))
        (tmp_path / "quality.json").write_text(json.dumps(EXAM | counts))
        monkeypatch.chdir(tmp_path)
        notebook = nbformat.read(source / "roi.ipynb", as_version=4)
        refusal = ""
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            code = cell.source.replace("output/quality.json", "quality.json")
            with capture_output() as captured:
                done = shell.run_cell(code)
            cell.outputs = [
                nbformat.v4.new_output("display_data", shown.data) for shown in captured.outputs
            ]
            if not done.success:
                refusal = captured.stdout.strip()
                break
        page = notebook_page(notebook, title="T", subtitle="S", code=False)
        return Executed(page, refusal, tmp_path)

    yield run
    InteractiveShell.clear_instance()


def without_money(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["name"] not in roi.MONEY]


def with_cell(name: str, column: str, value: str) -> Callable[..., list[dict[str, str]]]:
    return lambda rows: [row | {column: value} if row["name"] == name else row for row in rows]


@pytest.mark.parametrize("case", WORKED)
def test_every_worked_case_shows_the_numbers_of_the_simulation(
    execute: Callable[..., Executed], case: str
) -> None:
    executed = execute(case)
    result, words = executed.result, executed.words
    money = result.cash
    assert executed.refusal == ""
    assert money is not None
    hours = [result.naive, result.hours.p5, result.hours.p50, result.hours.p95]
    assert all(f"{value:,.0f}" in words for value in [*hours, result.year_one.p50])
    assert money.missed_a_year is not None
    shown = [money.worth, money.running, money.year, money.first_year, money.build]
    for interval in [*shown, money.missed_a_year, *(month.so_far for month in money.months[:12])]:
        p5, p50, p95 = (roi.euros(value) for value in (interval.p5, interval.p50, interval.p95))
        assert f"{p50} {p5} to {p95}" in words
    assert f"Payback {money.payback} {money.payback_range}" in words
    assert roi.chance(result.chance_positive) in words
    assert re.findall(r"<h[23]>(.*?)</h[23]>", executed.page) == HEADINGS
    kept = json.loads((executed.folder / "output" / "roi.json").read_text())
    assert kept == json.loads(json.dumps(result.as_dict()))


def test_every_number_has_its_row_its_source_and_its_run(
    execute: Callable[..., Executed],
) -> None:
    executed = execute()
    inputs = roi.read_inputs(executed.folder / "roi_inputs.csv")
    for row in (*inputs.rows, *inputs.money.values()):
        assert f"{row.label} {row.name} {row.low:,g} {row.mode:,g} {row.high:,g}" in executed.words
        assert f"{row.source} ({row.owner}, {row.date})" in executed.words
    assert "final run 2027-02-01-090000 , data ab12ab12ab12" in executed.words
    assert executed.words.count("⚠ estimate") == sum(
        row.evidence == "estimate" for row in (*inputs.rows, *inputs.money.values())
    )
    assert "Not counted in this case, and so not priced: a false alarm." in executed.words


def test_every_picture_has_its_words_and_a_table_beside_it(
    execute: Callable[..., Executed],
) -> None:
    page = execute().page
    pictures = re.findall(r'<img alt="([^"]+)" src="data:image/png;base64,', page)
    assert len(pictures) == page.count("<img") == 3
    assert all(len(words) > 80 for words in pictures)
    assert len(re.findall(r"<img[^>]*></div><div><table>", page)) == 3
    assert "import" not in page.split("</header>")[1], "code is folded away"


def test_a_french_cohort_reads_the_same_page_in_french(
    execute: Callable[..., Executed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "fr")
    executed = execute()
    money = executed.result.cash
    assert executed.refusal == ""
    assert money is not None
    assert "nouvel usage" in executed.words
    assert f"Délai de récupération {money.payback} {money.payback_range}" in executed.words
    said = roi.euros(money.year.p50)
    assert said.endswith("\u00a0€")
    assert " ".join(said.split()) in executed.words
    assert "€8" not in executed.words
    assert (
        len(re.findall(r"<h3>(Mois par mois|Ce que coûteraient les erreurs)", executed.page)) == 2
    )


def test_without_money_one_sentence_says_so_and_what_it_would_need(
    execute: Callable[..., Executed],
) -> None:
    executed = execute(change=without_money)
    assert executed.refusal == ""
    assert "The money's side is left out" in executed.words
    assert all(name in executed.words for name in roi.MONEY)
    assert "€" not in executed.words
    assert "Payback" not in executed.words
    assert f"{executed.result.hours.p50:,.0f}" in executed.words


def test_a_tool_that_costs_time_is_never_paid_back_and_says_so(
    execute: Callable[..., Executed],
) -> None:
    executed = execute("hr-questions", handled=58, errors=20)
    assert executed.refusal == ""
    assert "Payback: not within 5 years ." in executed.words
    assert "under 1 % by month 60" in executed.words
    assert "never: even if all did, it would cost more time than it saves" in executed.words
    assert "None" not in executed.words


def with_values(*names: str, **values: str) -> Callable[[Rows], Rows]:
    """Set columns of the rows named, and leave the others."""
    return lambda rows: [row | (values if row["name"] in names else {}) for row in rows]


def test_what_was_clocked_is_no_guess_whatever_its_row_says(
    execute: Callable[..., Executed],
) -> None:
    clocked = ("baseline_minutes", "review_minutes")
    executed = execute(change=with_values(*clocked, evidence="estimate"))
    stated = executed.result.evidence["estimate"]
    assert f"{stated} estimated (⚠)" in executed.words
    assert executed.words.count("⚠ estimate") == stated
    assert not [row for row in clocked if executed.result.known[row] == "estimate"]
    assert "To be measured next: Minutes an item by hand" not in executed.words


def test_too_few_items_to_pay_are_no_items_that_cost_time(
    execute: Callable[..., Executed],
) -> None:
    executed = execute(change=with_values("volume", low="4", mode="5", high="6"))
    assert "never: even if all did, it would cost more time than it saves" in executed.words


@pytest.mark.parametrize(
    "change",
    [
        with_values("upkeep_hours", low="0", mode="0", high="0", evidence="measured"),
        with_values("volume", low="1800000", mode="2000000", high="2300000"),
    ],
)
def test_where_hardly_any_use_is_needed_the_page_says_so_of_use(
    execute: Callable[..., Executed], change: Callable[[Rows], Rows]
) -> None:
    words = execute(change=change).words
    assert "Items that go through the tool any: even a few of them save time" in words
    assert "at least 0 %" not in words
    assert "e+0" not in words


def test_a_tool_that_handled_nothing_has_a_page_too(execute: Callable[..., Executed]) -> None:
    executed = execute(handled=0, errors=0, missed=0)
    assert executed.refusal == ""
    assert "none handled" in executed.words


@pytest.mark.parametrize(
    ("name", "column", "value", "words"),
    [
        ("hour_cost", "mode", "", "hour_cost, mode is blank: fill it in, nothing is assumed."),
        ("reused_share", "owner", " ", "reused_share, owner is blank"),
        ("homework_hours", "low", "-9", "homework_hours, low is -9: it must be from 0 to 500"),
        ("licence_cost", "high", "240 €", "licence_cost, high is '240 €': write a plain number"),
    ],
)
def test_an_odd_cell_is_one_line_in_plain_words(
    execute: Callable[..., Executed], name: str, column: str, value: str, words: str
) -> None:
    refusal = execute(change=with_cell(name, column, value)).refusal
    assert words in refusal
    assert "Traceback" not in refusal
    assert len(refusal.splitlines()) == 1


def test_what_a_team_writes_stays_words(execute: Callable[..., Executed]) -> None:
    bad = '<img src=x onerror="alert(1)"><script>alert(1)</script>'
    executed = execute(change=with_cell("hour_cost", "source", bad), measured_on=bad, run=bad)
    body = executed.page.split("</header>")[1]
    assert "<script" not in body
    assert body.count("<img") == 3

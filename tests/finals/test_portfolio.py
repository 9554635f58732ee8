"""The portfolio: sums by hand, what is missing, what is hostile, and the files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import nbformat
import openpyxl
import pytest
from benchmarks.many_teams import (
    INPUTS,
    MONEY,
    RUN,
    cohort_of,
    finished_run,
    table,
    transfer_check,
)

from bootcamp.cli import main
from bootcamp.cohort import save_cohort
from bootcamp.content import session_folder
from bootcamp.finals import portfolio_files
from bootcamp.finals.portfolio import Portfolio, portfolio_of
from bootcamp.finals.portfolio_files import portfolio_page, portfolio_workbook, write_portfolio
from bootcamp.language import speaking
from bootcamp.settings import DataFolder

TODAY = date(2027, 4, 1)

Range = tuple[float, float, float]


@dataclass
class Mark:
    score: float
    max_score: float = 20.0
    waiting: int = 0


def point(volume: float, minutes: float) -> dict[str, Range]:
    """Give inputs without any luck in them: hours are volume·adoption·(minutes - review)/60 - M.

    With no repair (fix = 0) and exceptions that cost nothing, errors and unsure items do not count.
    """
    sure = {name: (mode,) * 3 for name, (_, mode, _, _) in {**INPUTS, **MONEY}.items()}
    return sure | {
        "volume": (volume,) * 3,
        "baseline_minutes": (minutes,) * 3,
        "adoption": (0.5,) * 3,
        "review_minutes": (1.0,) * 3,
        "fix_minutes": (0.0,) * 3,
        "exception_minutes": (0.0,) * 3,
        "upkeep_hours": (20.0,) * 3,
        "ramp_months": (0.0,) * 3,
    }


def only(data_and_cohort: tuple[DataFolder, object], **marks: Mapping[str, Mark]) -> Portfolio:
    data, cohort = data_and_cohort
    return portfolio_of([(data, cohort, marks)], today=TODAY)  # type: ignore[list-item]


def test_the_sum_of_certain_hours_and_euros_is_theirs_by_hand(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 3)
    finished_run(data, "t0", table(**point(12_000, 4)))
    finished_run(data, "t1", table(**point(6_000, 7)))
    # no money's side
    plain = {name: value for name, value in point(2_400, 2).items() if name in INPUTS}
    finished_run(data, "t2", table(**plain))
    found = only((data, cohort))
    # 12000·0.5·(4-1)/60 - 20 = 280;  6000·0.5·(7-1)/60 - 20 = 280;  2400·0.5·(2-1)/60 - 20 = 0
    assert [round(team.hours.hours.p50, 6) for team in found.teams if team.hours] == [280, 280, 0]
    assert found.hours.teams == 3
    assert found.hours.interval is not None
    assert found.hours.interval.as_dict() == pytest.approx({"p5": 560, "p50": 560, "p95": 560})
    # The ramp is over at once, so the first year is a full one.
    assert found.year_one.interval == found.hours.interval
    # naive: 12000·4/60 + 6000·7/60 + 2400·2/60 = 800 + 700 + 80
    assert found.naive == pytest.approx(1_580)
    # two teams: 280 h · 38 € · 0.5 - (600 + 240 + 300) = 4180 each
    assert (found.cash.teams, found.build.teams) == (2, 2)
    assert found.cash.interval is not None
    assert found.cash.interval.p50 == pytest.approx(8_360)
    # two teams: (4 people · (24 h + 9 h) + 10 h) · 38 € = 5396 each
    assert found.build.interval is not None
    assert found.build.interval.p50 == pytest.approx(10_792)
    # 9 inputs each, 8 measured and the volume from a system; 10 of money, twice; 2 of each exam
    assert found.evidence == {"measured": 3 * 8 + 2 * 10 + 3 * 2, "system": 3, "estimate": 0}


def test_a_sum_is_surer_than_its_parts_and_no_two_teams_share_their_luck(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 4)
    for team in cohort.teams:
        finished_run(data, team.slug, table())
    found = only((data, cohort))
    parts = [team.hours.hours for team in found.teams if team.hours]
    assert len(parts) == 4
    # the very same inputs: each team's own figures are those of its report, equal for all
    assert len(set(parts)) == 1
    whole = found.hours.interval
    assert whole is not None
    width = parts[0].p95 - parts[0].p5
    # independent parts: the width grows with the square root, 2 times; if the streams were shared
    # the parts would move together, and it would be 4 times
    assert 1.9 * width < whole.p95 - whole.p5 < 2.1 * width
    assert sum(part.p5 for part in parts) < whole.p5 < whole.p95 < sum(p.p95 for p in parts)


def test_two_cohorts_of_the_same_name_and_slugs_do_not_share_their_luck(tmp_path: Path) -> None:
    folders = [cohort_of(tmp_path / name, 1) for name in ("a", "b")]
    for data, _ in folders:
        finished_run(data, "t0", table())
    found = portfolio_of([(data, cohort, {}) for data, cohort in folders], today=TODAY)
    one, whole = found.teams[0].hours, found.hours.interval
    assert one is not None
    assert whole is not None
    assert found.hours.teams == 2
    assert whole.p95 - whole.p5 < 1.5 * (one.hours.p95 - one.hours.p5)  # √2, not 2


def test_the_sum_over_one_team_is_what_its_report_says(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 1)
    finished_run(data, "t0", table(hour_cost=(30, 38, 45)))
    found = only((data, cohort))
    (team,) = found.teams
    assert team.hours is not None
    assert team.hours.cash is not None
    assert found.hours.interval == team.hours.hours
    assert found.year_one.interval == team.hours.year_one
    assert found.cash.interval == team.hours.cash.year
    assert found.doubles == ()


def test_two_teams_of_one_use_case_are_pointed_out(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 9)
    for team in cohort.teams:
        finished_run(data, team.slug, table())
    found = only((data, cohort))
    assert len(found.doubles) == 4
    assert "of 3 teams (Team 1, Team 5 and Team 9)" in found.doubles[0]


def test_a_process_in_two_cohorts_is_pointed_out(tmp_path: Path) -> None:
    folders = [cohort_of(tmp_path / name, 1) for name in ("a", "b")]
    for data, _ in folders:
        finished_run(data, "t0", table())
    found = portfolio_of([(data, cohort, {}) for data, cohort in folders], today=TODAY)
    assert "2 teams (Team 1 and Team 1)" in found.doubles[0]


def test_what_is_missing_or_damaged_is_said_and_stops_nothing(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 7)
    finished_run(data, "t0", table())
    # t1 has no run at all
    (finished_run(data, "t2", table()) / "summary.json").write_text('{"complete": true, "qu')
    finished_run(data, "t3", "name,low\nvolume,1\n")
    finished_run(data, "t4", table(), quality={"items": "many", "measures": []})
    finished_run(data, "t5", table(), complete=False)
    finished_run(data, "t6", table(), quality=None)
    found = only((data, cohort))
    notes = {team.name: " ".join(team.notes) for team in found.teams}
    assert notes["Team 1"] == ""
    assert notes["Team 2"] == "There is no final run yet."
    assert "damaged" in notes["Team 3"]
    assert "No hours: roi_inputs.csv: the column 'mode' is missing" in notes["Team 4"]
    assert "damaged" in notes["Team 5"]
    assert "stopped before its end" in notes["Team 6"]
    assert "no predictions to examine" in notes["Team 7"]
    assert (found.hours.teams, len(found.teams)) == (1, 7)
    assert found.teams[3].quality is not None  # the exam stands without the inputs
    page = portfolio_page(found)
    for name in list(notes)[1:]:
        assert f"<strong>{name}:</strong>" in page
    assert "1 of 7 teams" in page


@pytest.mark.parametrize("number", [float("nan"), float("inf"), "0.9", True, None])
def test_a_number_that_is_none_in_a_record_is_never_shown(tmp_path: Path, number: object) -> None:
    data, cohort = cohort_of(tmp_path, 1)
    path = finished_run(data, "t0", table()) / "summary.json"
    summary = json.loads(path.read_text())
    summary["quality"]["measures"][0]["estimate"]["low"] = number
    path.write_text(json.dumps(summary))
    found = only((data, cohort))
    assert found.teams[0].run is None
    assert "damaged" in found.teams[0].notes[0]


def test_an_empty_portfolio_is_a_page_too(tmp_path: Path) -> None:
    found = only(cohort_of(tmp_path, 0))
    assert found.hours.interval is None
    page = portfolio_page(found)
    assert "There are no hours yet" in page
    assert "This cohort has no teams yet." in page
    portfolio_workbook(found)


def test_the_newest_complete_run_counts(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 1)
    finished_run(data, "t0", table(), run="2027-03-01-090000", measured=(0.5, 0.4, 0.6))
    finished_run(data, "t0", table(), run="2027-03-02-090000", measured=(0.9, 0.87, 0.93))
    finished_run(data, "t0", table(), run="2027-03-03-090000", complete=False)
    (team,) = only((data, cohort)).teams
    assert team.run is not None
    assert team.run.name == "2027-03-02-090000"
    assert team.reached
    assert team.notes == ("Run 2027-03-03-090000 was stopped before its end.",)


def test_hours_shown_are_of_those_whose_whole_interval_reaches_what_was_agreed(
    tmp_path: Path,
) -> None:
    data, cohort = cohort_of(tmp_path, 3)
    for slug, measured in (("t0", (0.9, 0.85, 0.95)), ("t1", (0.9, 0.84, 0.95))):
        finished_run(data, slug, table(**point(12_000, 4)), measured=measured)
    finished_run(data, "t2", table(**point(12_000, 4)), measured=(0.6, 0.5, 0.7))
    found = only((data, cohort))
    assert found.hours.interval is not None
    assert found.hours_shown.interval is not None
    assert found.hours.interval.p50 == pytest.approx(840)
    assert (found.hours_shown.teams, found.hours_shown.interval.p50) == (1, pytest.approx(280))


def test_the_checks_after_ninety_days_have_a_status_each(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 5)
    agreed(data, "bob-0", 'ninety_days = dict(start="", day="", owner="", stop_below=0)')
    agreed(
        data,
        "ann-0",
        'ninety_days = dict(start="", day="")',
        'ninety_days = dict(start="2027-01-30", day="2027-04-01", owner="Lead", stop_below=60)',
    )
    agreed(data, "ann-1", 'ninety_days = {"day": "2027-03-31", "owner": "Lead", "stop_below": "x"}')
    agreed(data, "ann-2", "ninety_days = dict(day=__import__('os').getcwd(), owner=1)", "a b c")
    agreed(data, "ann-3", 'ninety_days = dict(day="2027-03-31", owner="L", stop_below=90)')
    (data.root / "checks.csv").write_text(
        "Team;Day;Hours\nt3;2027-03-31;71.5\nt9;2027-03-31;1\nt0;soon;1\nt0;2027-03-31;many\n"
    )
    found = only((data, cohort))
    assert [team.check.status(TODAY) for team in found.teams] == [
        "planned",
        "overdue",
        "not agreed",
        "measured",
        "not agreed",
    ]
    first, second, _, fourth, _ = (team.check for team in found.teams)
    assert (first.owner, first.stop_below) == ("Lead", 60)
    assert second.stop_below is None
    assert (fourth.found_hours, fourth.stop_below) == (71.5, 90)
    assert [problem.partition(":")[0] for problem in found.cohorts[0].problems] == [
        "checks.csv, line 3",
        "checks.csv, line 4",
        "checks.csv, line 5",
    ]
    page = portfolio_page(found)
    assert "below the limit: stop" in page
    assert "1 measured, 1 planned" in page


def test_without_an_agreed_day_the_run_s_own_entry_and_words_are_shown(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 1)
    folder = finished_run(data, "t0", table())
    (folder / "check-in-90-days.ics").write_text("BEGIN:VCALENDAR")
    cell = nbformat.v4.new_code_cell('check = "In 90 days we time <twenty> mails again."')
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "submitted" / "roi.ipynb")
    found = only((data, cohort))
    (team,) = found.teams
    assert team.check.status(TODAY) == "not agreed"
    assert team.check.proposed == date(2027, 4, 28)  # 28 January and 90 days
    page = portfolio_page(found)
    assert "proposes 28 April 2027<" in page
    assert "we time &lt;twenty&gt; mails again" in page


def agreed(data: DataFolder, login: str, *sources: str) -> None:
    folder = data.course / "submitted" / login / "homework-6"
    folder.mkdir(parents=True)
    cells = [{"cell_type": "code", "source": source.splitlines(True)} for source in sources]
    text = json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "x"}, *cells]})
    (folder / "homework-6.ipynb").write_text(text)


def test_learning_is_counted_over_those_whose_marking_is_complete(tmp_path: Path) -> None:
    marks = {
        "ann-0": Mark(20),
        "bob-0": Mark(10),
        "ann-1": Mark(2, waiting=1),
        "ghost": Mark(0),
    }
    found = only(cohort_of(tmp_path, 2), **{"homework-1": marks})
    (homework,) = found.cohorts[0].homeworks
    assert (homework.marked, homework.waiting, homework.citizens) == (2, 1, 4)
    assert homework.mean == pytest.approx(0.75)
    page = portfolio_page(found)
    assert "75 %" in page
    assert "ann-0" not in page  # nobody's own marks are leadership's


def test_the_transfer_check_counts_what_its_answers_give(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 3)
    with (session_folder(6) / "tickets.csv").open(encoding="utf-8") as file:
        right = [row["label"] for row in csv.DictReader(file)]
    at_home(data, "ann-0", transfer_check(right, 1.0))
    handed = data.course / "submitted" / "ann-1" / "homework-6"
    handed.mkdir(parents=True)
    (handed / "transfer.json").write_text(transfer_check(right, 0.4))  # not what the answers give
    at_home(data, "bob-1", '{"answers": "none"}')
    at_home(data, "ann-2", "{")
    (data.homes / "bob-2").mkdir()
    (data.homes / "bob-2" / "session-06").symlink_to(data.homes / "ann-0" / "session-06")
    (shown,) = only((data, cohort)).cohorts
    assert len(shown.transfers) == 3
    assert shown.transfers_complete == 1
    assert shown.transfer_macro_f1 == pytest.approx(1.0)
    assert sorted(transfer.steps for transfer in shown.transfers) == [0, 3, 4]


def at_home(data: DataFolder, login: str, text: str) -> None:
    folder = data.homes / login / "session-06"
    folder.mkdir(parents=True)
    (folder / "transfer.json").write_text(text)


HOSTILE = "<script>alert(1)</script>"


def test_hostile_texts_are_words_on_the_page_and_in_the_workbook(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 2, name=HOSTILE, names=(HOSTILE, "=1+1"))
    path = finished_run(data, "t0", table()) / "summary.json"
    summary = json.loads(path.read_text())
    summary["quality"]["measures"][0]["title"] = "<img src=x onerror=alert(1)>\x07"
    path.write_text(json.dumps(summary))
    agreed(data, "ann-0", f'ninety_days = dict(day="2027-05-31", owner="{HOSTILE}")')
    agreed(data, "ann-1", 'ninety_days = dict(day="2027-05-31", owner="=cmd|x!A1")')
    found = only((data, cohort))
    page = portfolio_page(found)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;") >= 4
    assert "default-src 'none'" in page
    assert "http://" not in page
    assert "https://" not in page
    book = openpyxl.load_workbook(io.BytesIO(portfolio_workbook(found)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {"=1+1", "=cmd|x!A1"} <= {cell.value for cell in cells}


def row_format(book: openpyxl.Workbook, name: str) -> str:
    """Give how the first team's cell in the column `name` is written."""
    head, first = book.worksheets[1].iter_rows(max_row=2)
    formats = {cell.value: below.number_format for cell, below in zip(head, first, strict=True)}
    return str(formats[name])


def test_the_workbook_holds_numbers_and_days(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 2)
    finished_run(data, "t0", table(**point(12_000, 4)))
    agreed(data, "ann-0", 'ninety_days = dict(day="2027-05-31", owner="Lead", stop_below=60)')
    found = only((data, cohort), **{"homework-1": {"ann-0": Mark(15)}})
    book = openpyxl.load_workbook(io.BytesIO(portfolio_workbook(found)))
    assert book.sheetnames == ["Summary", "Teams", "Checks", "Learning", "Missing"]
    head, first, second = (
        [cell.value for cell in row] for row in book["Teams"].iter_rows(max_row=3)
    )
    row, empty = (dict(zip(head, values, strict=True)) for values in (first, second))
    assert row["Hours P50"] == pytest.approx(280)
    assert row["Cash P50"] == pytest.approx(4_180)
    assert (row["Quality"], row["Goal"], row["Verdict"]) == (0.9, 0.85, "reached")
    assert row["Goal from"] == "the usual goal of this case"  # of a record that names none
    assert (empty["Hours P50"], empty["Run"]) == (None, "none")
    assert row_format(book, "Cash P50") == '"€"#,##0'
    assert book["Checks"]["D2"].value.date() == date(2027, 5, 31)
    assert [book["Checks"][f"{column}1"].value for column in "FH"] == [
        "Stop below (h in 90 days)",
        "Found (h in 90 days)",
    ]
    assert "Stop below, in the ninety days" in portfolio_page(found)
    assert book["Learning"]["F2"].value == pytest.approx(0.75)
    assert book["Summary"]["D2"].value == pytest.approx(280)


def test_in_french_the_page_the_workbook_and_every_team_s_notes_are(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 4)
    usual = {"title": "quality of the queues (macro-F1)"}
    for slug in ("t0", "t1"):
        path = finished_run(data, slug, table(**point(12_000, 4))) / "summary.json"
        summary = json.loads(path.read_text())
        summary["quality"]["measures"][0] |= usual
        path.write_text(json.dumps(summary))
    finished_run(data, "t2", table(), complete=False)
    agreed(data, "ann-0", 'ninety_days = dict(day="2027-05-31", owner="Lead", stop_below=60)')
    with speaking("fr"):
        found = only((data, cohort), **{"homework-1": {"ann-0": Mark(15)}})
        page = portfolio_page(found)
        book = openpyxl.load_workbook(io.BytesIO(portfolio_workbook(found)))
    assert '<html lang="fr">' in page
    assert "560\u00a0heures par an" in page
    assert "viennent des 2\u00a0équipes" in page
    assert "0,90 [0,86 à 0,94]" in page
    assert "31 mai 2027" in page
    assert "8\u00a0360\u00a0€" in page
    assert row_format(book, "Gain net P50") == '#,##0 "€"'
    assert found.teams[2].notes[-1] == f"L’exécution {RUN} a été arrêtée avant la fin."
    assert found.teams[3].notes == ("Il n’y a pas encore d’exécution finale.",)
    shown = page.partition("<main>")[2]
    assert not re.findall(r"\b(?:of|with|hours?|teams|goal|reached|estimated)\b", shown)
    assert book.sheetnames[:2] == ["Synthèse", "Équipes"]
    said = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "qualité des files (macro-F1)" in said
    assert not [text for text in said if re.search(r"\b(?:of|with|hours|reached)\b", text)]
    assert book["Points à 90\u00a0jours"]["D2"].number_format == "dd/mm/yyyy"


def test_fifty_teams_have_a_line_each(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path, 50)
    for team in cohort.teams:
        finished_run(data, team.slug, table(hour_cost=(30, 38, 45)))
    found = only((data, cohort))
    assert (found.hours.teams, found.cash.teams) == (50, 50)
    page = portfolio_page(found)
    assert all(f'<th scope="row">Team {number}<small>' in page for number in range(1, 51))
    assert page.count("<svg") == 50


def test_without_a_browser_the_page_and_the_workbook_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bootcamp.finals.slides.chromium", lambda: None)
    found = only(cohort_of(tmp_path / "data", 1))
    (tmp_path / "portfolio.pdf").write_text("of last year")
    paths, trouble = write_portfolio(found, tmp_path)
    assert [path.name for path in paths] == ["portfolio.html", "portfolio.xlsx"]
    assert "Chromium" in trouble
    assert not (tmp_path / "portfolio.pdf").exists()


def test_the_command_joins_cohorts_and_grading(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = []
    monkeypatch.setattr(
        portfolio_files,
        "print_pdf",
        lambda page, target: (printed.append(page.name), target.write_bytes(b"%PDF-")),
    )
    for name in ("a", "b"):
        data, _ = cohort_of(tmp_path / name, 2, name=f"Cohort {name}")
        finished_run(data, "t0", table(**point(12_000, 4)))
    folders = [f"--data={tmp_path / name}" for name in ("a", "b", "a")]  # a folder counts once
    main_ok("portfolio", *folders, "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["hours_a_year"]["teams"] == 2
    assert found["hours_a_year"]["interval"]["p50"] == pytest.approx(560)
    assert [cohort["name"] for cohort in found["cohorts"]] == ["Cohort a", "Cohort b"]
    assert printed == ["portfolio.html"]
    assert {Path(name).name for name in found["files"]} == {
        "portfolio.html",
        "portfolio.xlsx",
        "portfolio.pdf",
    }
    assert (tmp_path / "a" / "portfolio").stat().st_mode & 0o077 == 0
    main_ok("portfolio", *folders, "--output", str(tmp_path / "out"))
    assert "4 teams, 2 of them with hours" in capsys.readouterr().out
    assert (tmp_path / "out" / "portfolio.html").exists()
    with pytest.raises(SystemExit) as stopped:
        main(["portfolio", "--data", str(tmp_path / "nowhere")])
    assert stopped.value.code == 1
    assert not (tmp_path / "nowhere").exists()
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_command_speaks_the_language_of_the_first_cohort(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portfolio_files, "print_pdf", lambda page, target: target.touch())
    for name, language in (("a", "fr"), ("b", "en")):
        data, cohort = cohort_of(tmp_path / name, 1)
        save_cohort(cohort.model_copy(update={"language": language}), data.cohort_file)
    for name, other, said in (("a", "b", "Équipe par équipe"), ("b", "a", "Team by team")):
        main_ok("portfolio", f"--data={tmp_path / name}", f"--data={tmp_path / other}")
        assert "2 teams, 0 of them with hours" in capsys.readouterr().out  # commands are English
        assert said in (tmp_path / name / "portfolio" / "portfolio.html").read_text("utf-8")


def main_ok(*arguments: str) -> None:
    try:
        main(arguments)
    except SystemExit as stopped:
        assert not stopped.code  # noqa: PT017

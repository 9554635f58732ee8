"""The portfolio as files: a page that opens anywhere, a workbook, a PDF to hand out."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from bootcamp import roi
from bootcamp.errors import FinalsError
from bootcamp.finals.files import write_whole
from bootcamp.finals.pages import portfolio_template
from bootcamp.finals.portfolio import Portfolio, TeamShown, Total
from bootcamp.finals.slides import print_pdf
from bootcamp.language import N_, language
from bootcamp.roi.draws import DRAWS
from bootcamp.settings import private_folder
from bootcamp.spoken import fixed, for_templates, texts
from bootcamp.wording import day

__all__ = ["portfolio_page", "portfolio_workbook", "write_portfolio"]

_ = texts("portfolio")

_BAR = 200.0
_WIDEST = 48
_HOURS, _SHARE, _SCORE = "#,##0", "0 %", "0.00"
_EUROS = {"en": '"€"#,##0', "fr": '#,##0 "€"'}
_DAYS = {"en": "yyyy-mm-dd", "fr": "dd/mm/yyyy"}
_NUMBERS: Mapping[str, str] = {
    "measured": N_("Numbers behind it: measured"),
    "system": N_("Numbers behind it: system"),
    "estimate": N_("Numbers behind it: estimate"),
}
_CHECKS: Mapping[str, str] = {
    "measured": N_("Checks: measured"),
    "planned": N_("Checks: planned"),
    "overdue": N_("Checks: overdue"),
    "not agreed": N_("Checks: not agreed"),
}
_STATUS: Mapping[str, str] = {
    "measured": N_("measured"),
    "planned": N_("planned"),
    "overdue": N_("overdue"),
    "not agreed": N_("not agreed"),
}


class _Scale(NamedTuple):
    low: float
    high: float

    def at(self, value: float) -> float:
        """Give where a value lies on a team's bar."""
        return round(_BAR * (value - self.low) / (self.high - self.low), 1)


class _Number(NamedTuple):
    """A cell of the workbook with its format."""

    value: float | date | None
    form: str


def write_portfolio(portfolio: Portfolio, folder: Path) -> tuple[list[Path], str]:
    """Write `portfolio.html`, `.xlsx` and `.pdf`; give their paths, and why one is missing."""
    private_folder(folder)
    page, workbook = folder / "portfolio.html", folder / "portfolio.xlsx"
    write_whole(page, portfolio_page(portfolio).encode())
    write_whole(workbook, portfolio_workbook(portfolio))
    printed = folder / "portfolio.pdf"
    try:
        print_pdf(page, printed)
    except FinalsError as error:
        printed.unlink(missing_ok=True)  # an old one beside a new page would mislead
        return [page, workbook], str(error)
    return [page, workbook, printed], ""


def portfolio_page(portfolio: Portfolio) -> str:
    """Give the page: one HTML file without a script or an address outside it."""
    scale = _scale(portfolio)
    companies = list(dict.fromkeys(cohort.company for cohort in portfolio.cohorts))
    names = list(dict.fromkeys(cohort.name for cohort in portfolio.cohorts))
    return portfolio_template(
        **for_templates(_),
        title=_("What the AI bootcamp brought"),
        subtitle=f"{', '.join(companies)} · {', '.join(names)} · {day(portfolio.made_on)}",
        shown=portfolio,
        reached=sum(team.reached for team in portfolio.teams),
        evidence_share=_backed(portfolio.evidence),
        missing=_missing(portfolio),
        status_in_words=_status,
        homework_in_words=_homework,
        score=partial(fixed, decimals=2),
        draws=DRAWS,
        scale=scale,
        at=scale.at,
    )


def portfolio_workbook(portfolio: Portfolio) -> bytes:
    """Give the workbook: a sheet a subject, numbers as numbers, texts never as formulae."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _sheet(
        book,
        _("Summary"),
        (_("Figure"), _("How many"), _("P5 (low)"), _("P50 (middle)"), _("P95 (high)")),
        _summary(portfolio),
    )
    columns = (
        *(_("Cohort"), _("Team"), _("Use case")),
        *(_("Hours P5"), _("Hours P50"), _("Hours P95"), _("First year P50"), _("Naive hours")),
        *(_("Measure"), _("Quality"), _("Quality low"), _("Quality high")),
        *(_("Goal"), _("Goal from"), _("Verdict")),
        *(_("Cash P5"), _("Cash P50"), _("Cash P95"), _("Build P50")),
        *(_("Measured"), _("From a system"), _("Estimated")),
        *(_("Run"), _("Code SHA-256")),
    )
    _sheet(book, _("Teams"), columns, [_team_row(team) for team in portfolio.teams])
    _sheet(
        book,
        _("Checks"),
        (
            *(
                _("Cohort"),
                _("Team"),
                _("Status"),
                _("Day"),
                _("Who looks"),
                _("Stop below (h in 90 days)"),
            ),
            *(_("Found on"), _("Found (h in 90 days)"), _("What the business case says")),
        ),
        [_check_row(team, portfolio.made_on) for team in portfolio.teams],
    )
    _sheet(
        book,
        _("Learning"),
        (_("Cohort"), _("What"), _("People"), _("Done"), _("Waiting for a mark"), _("Mean")),
        _learning(portfolio),
    )
    _sheet(book, _("Missing"), (_("Who"), _("What")), _missing(portfolio))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _summary(portfolio: Portfolio) -> list[Sequence[Any]]:
    def row(label: str, total: Total, form: str) -> Sequence[Any]:
        return (label, total.teams, *_interval(total.interval, form))

    evidence = portfolio.evidence
    return [
        row(_("Hours a year at full use, simulated together"), portfolio.hours, _HOURS),
        row(_("Of these, from solutions that reached their goal"), portfolio.hours_shown, _HOURS),
        row(_("Hours in the first year"), portfolio.year_one, _HOURS),
        (_("Naive hours"), portfolio.hours.teams, None, _Number(portfolio.naive, _HOURS), None),
        row(_("Cash a year, euros"), portfolio.cash, _euros()),
        row(_("Cost to build, euros"), portfolio.build, _euros()),
        *((_(_NUMBERS[kind]), n, None, None, None) for kind, n in evidence.items()),
        *((_(_CHECKS[status]), n, None, None, None) for status, n in portfolio.checks.items()),
        (_("Made on"), None, None, _on(portfolio.made_on), None),
    ]


def _team_row(team: TeamShown) -> Sequence[Any]:
    result, quality = team.hours, team.quality
    euros = _euros()
    form = {"%": _SHARE, "€": euros}.get(quality.unit, _SCORE) if quality else _SCORE
    measured: Sequence[Any] = (None,) * 7
    if quality:
        estimate = quality.estimate
        numbers = (estimate.value, estimate.low, estimate.high, quality.goal)
        shown = (_Number(n, form) for n in numbers)
        source = quality.whose if quality.verdict else None
        measured = (quality.what, *shown, source, quality.judged)
    cash = result.cash if result else None
    return (
        team.cohort,
        team.name,
        team.use_case,
        *_interval(result.hours if result else None, _HOURS),
        _Number(result.year_one.p50 if result else None, _HOURS),
        _Number(result.naive if result else None, _HOURS),
        *measured,
        *_interval(cash.year if cash else None, euros),
        _Number(cash.build.p50 if cash else None, euros),
        *(team.evidence.get(kind) for kind in ("measured", "system", "estimate")),
        team.run.name if team.run else _("none"),
        team.run.code_sha256 if team.run else "",
    )


def _check_row(team: TeamShown, today: date) -> Sequence[Any]:
    check = team.check
    return (
        team.cohort,
        team.name,
        _status(check.status(today)),
        _on(check.day),
        check.owner,
        _Number(check.stop_below, _HOURS),
        _on(check.found_on),
        _Number(check.found_hours, _HOURS),
        check.words,
    )


def _learning(portfolio: Portfolio) -> list[Sequence[Any]]:
    rows: list[Sequence[Any]] = []
    for cohort in portfolio.cohorts:
        for homework in cohort.homeworks:
            people = (homework.citizens, homework.marked, homework.waiting)
            mean = _Number(homework.mean, _SHARE)
            rows.append((cohort.name, _homework(homework.name), *people, mean))
        macro = _Number(cohort.transfer_macro_f1, _SCORE)
        what = _("Transfer check, all four steps; mean macro-F1")
        done = cohort.transfers_complete
        rows.append((cohort.name, what, cohort.citizens, done, None, macro))
    return rows


def _missing(portfolio: Portfolio) -> list[tuple[str, str]]:
    found = []
    for cohort in portfolio.cohorts:
        found += [(cohort.name, problem) for problem in cohort.problems]
        for team in cohort.teams:
            who = f"{team.name} ({cohort.name})" if len(portfolio.cohorts) > 1 else team.name
            found += [(who, note) for note in team.notes]
        if not cohort.homeworks:
            found.append((cohort.name, _("No homework is graded yet.")))
        if not cohort.transfers:
            found.append((cohort.name, _("Nobody's transfer check is there yet.")))
    return found


def _status(status: str) -> str:
    return _(_STATUS[status])


def _homework(name: str) -> str:
    """Give `Homework 1` for `homework-1`."""
    return _("Homework {number}", number=name.removeprefix("homework-"))


def _on(value: date | None) -> _Number:
    return _Number(value, _DAYS[language()])


def _euros() -> str:
    return _EUROS[language()]


def _interval(interval: roi.Interval | None, form: str) -> Sequence[_Number]:
    if interval is None:
        return (_Number(None, form),) * 3
    return tuple(_Number(value, form) for value in (interval.p5, interval.p50, interval.p95))


def _sheet(
    book: Workbook, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    sheet = book.create_sheet(title)
    for place, name in enumerate(columns, start=1):
        cell = sheet.cell(1, place, name)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        longest = max([len(name), *(len(_as_text(row[place - 1])) for row in rows)])
        sheet.column_dimensions[get_column_letter(place)].width = min(_WIDEST, max(10, longest + 2))
    for line, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(line, place)
            _fill(cell, value)
            cell.alignment = Alignment(wrap_text=isinstance(value, str), vertical="top")
    sheet.freeze_panes = "A2"
    sheet.sheet_view.zoomScale = 110


def _fill(cell: Any, value: Any) -> None:
    if isinstance(value, _Number):
        cell.value, cell.number_format = value.value, value.form
    elif isinstance(value, str):
        cell.value = _as_text(value)
        if isinstance(cell, Cell):
            cell.data_type = "s"  # a team called "=1+1" is a name, no formula
    else:
        cell.value = value


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return str(ILLEGAL_CHARACTERS_RE.sub("", value))
    return "0,000,000" if isinstance(value, _Number) else str(value or "")


def _scale(portfolio: Portfolio) -> _Scale:
    found = [team.hours.hours for team in portfolio.teams if team.hours]
    low = min([0.0, *(interval.p5 for interval in found)])
    return _Scale(low, max([low + 1.0, *(interval.p95 for interval in found)]))


def _backed(evidence: Any) -> float:
    whole = sum(evidence.values())
    return 1 - evidence["estimate"] / whole if whole else 0.0

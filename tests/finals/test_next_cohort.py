"""A new cohort from the last: who and what goes on, and what stays behind."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from benchmarks.many_teams import cohort_of, finished_run, table

from bootcamp.cli import main
from bootcamp.cohort import (
    Cohort,
    UseCase,
    example_dates,
    load_cohort,
    next_cohort,
    save_cohort,
)
from bootcamp.deadlines import HomeworkRules
from bootcamp.errors import CohortError, UnknownName
from bootcamp.finals.examples import copy_examples, ideas_of
from bootcamp.hub.spawner import _LAY_OUT_THEN, SandboxSpawner, _lay_out_unprotected
from bootcamp.settings import DataFolder

FIRST = date(2027, 9, 6)

SOLUTION = '''"""Ann-0 Smith's work, with Citizen Ann-0 (ann-0@x.example)."""
LABELS = ["orders", "ask ann-0"]
api_key = "a-key-of-the-company"
other = "sk-abcdefgh1234567890"
def fay(text):  # a function that is called like fay
    return text.upper()
PROMPT = f"""Ask Fay Hollin, or
ann-0, {fay('x')}."""
'''


def run_cli(*arguments: str) -> int:
    try:
        main(arguments)
    except SystemExit as stopped:
        return int(stopped.code or 0)
    return 0


@pytest.fixture
def old(tmp_path: Path) -> tuple[DataFolder, Cohort]:
    data, cohort = cohort_of(tmp_path / "old", 2, name="Cohort 1")
    folder = finished_run(data, "t0", table()) / "submitted"
    (folder / "solution.py").write_text(SOLUTION)
    (folder / "mails.csv").write_text("id,text\n1,private\n")
    (folder / "timing.csv").write_text("step,minutes\n")
    code = nbformat.v4.new_code_cell("import solution  # by Citizen Bob-0", execution_count=3)
    code.outputs = [nbformat.v4.new_output("stream", text="a private mail")]
    code.metadata["tags"] = ["parameters"]
    code.metadata["note"] = "private"
    text = nbformat.v4.new_markdown_cell("Made by Citizen Ann-0", attachments={"a.png": {}})
    notebook = nbformat.v4.new_notebook(cells=[text, code], metadata={"author": "private"})
    nbformat.write(notebook, folder / "solution.ipynb")
    return data, cohort


def test_people_dates_and_settings_of_the_next_cohort(tmp_path: Path) -> None:
    _, before = cohort_of(tmp_path, 2, name="Cohort 9")
    rules = {"1": HomeworkRules(late="accept", due=None), "2": HomeworkRules(penalty_per_day=5)}
    before = before.model_copy(update={"homework": rules})
    before = before.with_deadline("homework-1", FIRST_DUE, "ann-0")
    made = next_cohort(before, first_session=FIRST, promoted=["ann-1", "ann-1"])
    assert made.name == "Cohort 10"
    assert made.sessions == example_dates(FIRST)
    assert [(person.login, person.role) for person in made.people] == [
        ("fay", "facilitator"),
        ("ann-1", "facilitator"),
    ]
    assert made.teams == ()
    assert made.homework["1"] == HomeworkRules(late="accept")
    assert made.homework["2"] == HomeworkRules(penalty_per_day=5)
    assert made.budgets == before.budgets


FIRST_DUE = datetime(2027, 1, 18, 9)


def test_use_cases_not_taken_stay_then_ideas_then_ours(tmp_path: Path) -> None:
    _, before = cohort_of(tmp_path, 2)  # takes email-routing and invoice-exceptions of four
    made = next_cohort(before, first_session=FIRST, ideas=[("Sort the post", "Post → desk")])
    slugs = [case.slug for case in made.use_cases]
    assert slugs[:3] == ["minutes-to-actions", "hr-questions", "sort-the-post"]
    assert len(slugs) == 4
    assert slugs[3] in {"email-routing", "invoice-exceptions"}  # nothing else is left
    again = next_cohort(before, first_session=FIRST, ideas=[("Email routing", "anew")])
    titles = {case.slug: case.title for case in again.use_cases}
    assert titles.get("email-routing", "Route the shared inbox") == "Route the shared inbox"
    many = [(f"Idea number {n}", "") for n in range(9)]
    full = next_cohort(before, first_session=FIRST, ideas=many)
    assert len(full.use_cases) == 6
    assert not {"email-routing", "invoice-exceptions"} & {case.slug for case in full.use_cases}
    others = tuple(UseCase(slug=f"own-{n}", title="x") for n in range(4))
    team = before.teams[0].model_copy(update={"use_case": "own-0"})
    foreign = before.model_copy(update={"use_cases": others, "teams": (team,)})
    kept = [case.slug for case in next_cohort(foreign, first_session=FIRST).use_cases]
    assert kept == ["own-1", "own-2", "own-3", "email-routing"]


@pytest.mark.parametrize(
    ("promoted", "day", "words"),
    [
        (["nobody"], FIRST, "Nobody in this cohort has the login 'nobody'"),
        (["fay"], FIRST, "is a facilitator already"),
        ([], date(2027, 1, 28), "must come after the last session"),
        ([], date(9999, 12, 20), "no calendar goes on"),
    ],
)
def test_what_cannot_be_is_one_line(
    tmp_path: Path, promoted: list[str], day: date, words: str
) -> None:
    _, before = cohort_of(tmp_path, 2)
    with pytest.raises((CohortError, UnknownName), match=words) as refused:
        next_cohort(before, first_session=day, promoted=promoted)
    assert "\n" not in str(refused.value)


def test_an_example_holds_the_solution_and_neither_names_nor_keys_nor_data(
    old: tuple[DataFolder, Cohort], tmp_path: Path
) -> None:
    assert copy_examples(*old, tmp_path / "examples") == ["email-routing"]
    folder = tmp_path / "examples" / "email-routing"
    assert {path.name for path in folder.iterdir()} == {
        "README.md",
        "solution.py",
        "solution.ipynb",
    }
    whole = "".join(path.read_text() for path in folder.iterdir())
    for private in (
        "Citizen",
        "ann-0",
        "Bob-0",
        "Hollin",
        "x.example",
        "company",
        "sk-",
        "private",
    ):
        assert private not in whole, private
    code = (folder / "solution.py").read_text()
    assert "def fay(text)" in code  # a function keeps its name
    assert ast.parse(code)
    notebook = nbformat.read(folder / "solution.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert [cell.get("outputs", []) for cell in notebook.cells] == [[], []]
    assert notebook.cells[1].metadata == {"tags": ["parameters"]}
    assert "0.90 (95 % interval 0.86 to 0.94)" in (folder / "README.md").read_text()
    for path in (folder.parent, folder, *folder.iterdir()):
        assert path.stat().st_mode & 0o044 == 0o044  # the citizens' own user ids read it


def test_two_teams_of_one_use_case_are_two_examples(tmp_path: Path) -> None:
    data, cohort = cohort_of(tmp_path / "old", 5)
    for slug in ("t0", "t4", "t1"):
        folder = finished_run(data, slug, table()) / "submitted"
        (folder / "batch.py").write_text("x = 1\n")
    made = copy_examples(data, cohort, tmp_path / "examples")
    assert made == ["email-routing", "invoice-exceptions", "email-routing-team-2"]
    assert sorted(path.name for path in (tmp_path / "examples").iterdir()) == sorted(made)


def test_long_texts_are_cleaned_in_no_time(old: tuple[DataFolder, Cohort], tmp_path: Path) -> None:
    folder = old[0].finals / "2027-03-01-090000" / "t0" / "submitted"
    (folder / "batch.py").write_text("x = '" + "a" * 1_900_000 + "'\n")
    (folder / "runbook.md").write_text("a.b@" * 400_000)
    copy_examples(*old, tmp_path / "examples")
    assert (tmp_path / "examples" / "email-routing" / "batch.py").stat().st_size > 1_900_000


def test_the_next_cases_that_teams_wrote_down_are_ideas(old: tuple[DataFolder, Cohort]) -> None:
    data, cohort = old
    for slug in ("t0", "t1"):
        (data.teams / slug).mkdir()
    case = {"use_case": "Sort\nthe post of Fay Hollin", "input": "A letter", "output": "A desk"}
    (data.teams / "t0" / "next_case.json").write_text(json.dumps(case))
    (data.teams / "t1" / "next_case.json").write_text("[")
    assert ideas_of(data, cohort) == [("Sort the post of somebody", "A letter → A desk")]


def test_the_command_makes_the_new_folder_and_leaves_the_old_one(
    old: tuple[DataFolder, Cohort], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, new = fingerprint(old[0].root), tmp_path / "new"
    call = ("cohort", "next", "--from", str(old[0].root), str(new), "--first-day", "2027-09-06")
    assert run_cli(*call, "--promote", "bob-1") == 0
    said = capsys.readouterr().out
    assert "“Cohort 2”, 2 facilitators, 4 use cases" in said
    assert "Examples for the citizens: 1, in " in said
    made = load_cohort(new / "cohort.toml")
    assert [person.login for person in made.facilitators] == ["fay", "bob-1"]
    assert (new / "examples" / "email-routing" / "solution.py").is_file()
    assert fingerprint(old[0].root) == before
    assert run_cli(*call) == 2
    assert "holds a cohort already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("place", "day", "words", "status"),
    [
        ("old", "2027-09-06", "a folder of its own", 2),
        ("old/new", "2027-09-06", "a folder of its own", 2),
        ("new", "2027-01-11", "must come after the last session", 1),
        ("new", "soon", "does not match the format", 2),
    ],
)
def test_a_wrong_call_is_one_line_and_makes_nothing(
    old: tuple[DataFolder, Cohort],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    place: str,
    day: str,
    words: str,
    status: int,
) -> None:
    before = fingerprint(tmp_path)
    call = ("cohort", "next", "--from", str(old[0].root), str(tmp_path / place))
    assert run_cli(*call, "--first-day", day) == status
    said = capsys.readouterr().err
    assert words in said
    assert len(said.splitlines()) == 1
    assert fingerprint(tmp_path) == before


def test_a_last_cohort_that_is_not_there_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ("cohort", "next", "--from", str(tmp_path / "a"), str(tmp_path / "b"))
    assert run_cli(*call, "--first-day", "2027-09-06") == 1
    assert "no cohort file" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_next_cohort_survives_its_file(tmp_path: Path) -> None:
    _, before = cohort_of(tmp_path, 2)
    made = next_cohort(before, first_session=FIRST, name="Autumn", ideas=[("Ça → là", "x")])
    save_cohort(made, tmp_path / "again.toml")
    assert load_cohort(tmp_path / "again.toml") == made


def test_citizens_find_the_examples_in_their_home(
    old: tuple[DataFolder, Cohort], tmp_path: Path
) -> None:
    data = DataFolder.at(tmp_path / "new")
    data.create()
    copy_examples(*old, data.examples)
    (data.homes / "bob").mkdir()
    ids = SimpleNamespace(uid=os.getuid(), gid=os.getgid())
    spawner: Any = SimpleNamespace(
        data=data,
        user=SimpleNamespace(name="bob"),
        authenticator=SimpleNamespace(
            accounts=SimpleNamespace(system_ids=lambda *_: ids), cohort=old[1]
        ),
        jupyter_config=str(tmp_path),
        memory_limit_bytes=6 * 1024**3,
        process_limit=256,
        language="en",
        _team=lambda: None,
        _passwd_file=lambda _: Path("/etc/passwd"),
    )
    sandbox = SandboxSpawner._sandbox(spawner)
    command = sandbox.command(
        [
            "/bin/sh",
            "-c",
            _LAY_OUT_THEN,
            "/bin/cat",
            "/home/citizen/examples/email-routing/README.md",
        ]
    )
    done = subprocess.run(
        command, env=sandbox.environ(), capture_output=True, text=True, timeout=60, check=True
    )
    assert "# Route the shared inbox" in done.stdout
    _lay_out_unprotected(data.homes / "bob", data.examples, "en")  # again, no walls
    assert (data.homes / "bob" / "examples" / "email-routing" / "solution.py").is_file()


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(folder.rglob("*"))
    }

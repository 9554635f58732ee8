"""The command line: what a user types wrong is one line, and what is right is quick."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from bootcamp import errors
from bootcamp.cli import main
from bootcamp.cohort import load_cohort, save_cohort
from bootcamp.hub.demo import demo_cohort
from bootcamp.settings import DataFolder
from tests.conftest import bootcamp


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the demo cohort in it, nothing running."""
    folder = DataFolder.at(tmp_path / "data")
    folder.create()
    save_cohort(demo_cohort(date(2027, 1, 1)), folder.cohort_file)
    return folder.root


class Answer:
    """What a call of the command line came to."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        try:
            main(arguments)
            self.status = 0
        except SystemExit as left:
            self.status = int(left.code or 0)
        self.out, self.err = capsys.readouterr()


NEW = ("cohort", "new", "--name", "A", "--company", "B", "--facilitator-name", "F")


@pytest.mark.parametrize(
    ("status", "arguments", "word"),
    [
        # Wrong calls
        (2, ("nonsense",), "nonsense"),
        (2, ("release",), "NUMBER"),
        (2, ("release", "one"), "'one'"),
        (2, ("release", "1", "--loudly"), "--loudly"),
        (2, ("up", "--port", "0"), "--port"),
        (2, ("up", "--port", "70000"), "--port"),
        (2, ("up", "--port", "web"), "--port"),
        (2, ("invite",), "--all"),
        (2, ("invite", "amina", "--all"), "--all"),
        (2, ("invite", "amina", "--days", "0"), "--days"),
        (2, ("invite", "amina", "--days", "99999999999"), "--days"),
        (
            2,
            (*NEW, "--first-session", "2027-01-04", "--facilitator-email", "f@x.example"),
            "already",
        ),
        (2, (*NEW, "--first-session", "soon", "--facilitator-email", "f@x.example"), "soon"),
        # Names that do not exist
        (1, ("invite", "zoe"), "'zoe'"),
        (1, ("release", "9"), "homework-9"),
        (1, ("release", "0"), "homework-0"),
        (1, ("collect", "9"), "homework-9"),
        (1, ("grade", "9"), "homework-9"),
        (1, ("grade", "1", "--student", "zoe"), "'zoe'"),
        (1, ("feedback", "9"), "homework-9"),
        (1, ("finals", "--team", "blue"), "'blue'"),
        (1, ("cohort", "import", "no-such-file.csv"), "no-such-file.csv"),
        (1, ("cohort", "import", "/"), "cannot be read"),
        (1, ("stop",), "No bootcamp runs"),
    ],
)
def test_a_mistake_is_one_line_and_its_status(
    capsys: pytest.CaptureFixture[str],
    data: Path,
    status: int,
    arguments: tuple[str, ...],
    word: str,
) -> None:
    answer = Answer(capsys, *arguments, "--data", str(data))
    assert answer.status == status, answer.err
    assert answer.err.count("\n") == 1, answer.err
    assert answer.err.startswith("bootcamp: ")
    assert word in answer.err
    assert answer.out == ""


@pytest.mark.parametrize(
    "command",
    [
        ("cohort", "show"),
        ("show",),
        ("invite", "amina"),
        ("invite", "--all"),
        ("cohort", "import", "people.csv"),
        ("release", "1"),
        ("collect", "1"),
        ("grade", "1"),
        ("feedback", "1"),
        ("finals",),
    ],
)
def test_a_mistyped_folder_is_said_and_not_made(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: tuple[str, ...]
) -> None:
    answer = Answer(capsys, *command, "--data", str(tmp_path / "dtaa"))
    assert answer.status == 1
    assert answer.err.count("\n") == 1, answer.err
    assert "no cohort file" in answer.err
    assert not (tmp_path / "dtaa").exists()


@pytest.mark.parametrize("path", ["~nobody-of-this-name", "file", "file/below"])
@pytest.mark.parametrize("command", ["up", "show", "status"])
def test_a_data_folder_that_cannot_be_is_one_line(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    path: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    answer = Answer(capsys, command, "--data", path)
    assert (answer.out + answer.err).count("bootcamp: ") <= 1
    assert answer.err.count("\n") <= 1, answer.err
    assert answer.status in ({0} if command == "status" and "file" in path else {1, 2})


def test_a_wrong_cohort_file_is_one_line_everywhere(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    (data / "cohort.toml").write_text('name = "A"\ncompany =\n')
    for command in (("show",), ("invite", "--all"), ("collect", "1"), ("finals",), ("up",)):
        answer = Answer(capsys, *command, "--data", str(data))
        assert answer.status == 1
        assert answer.err.count("\n") == 1
        assert "line 2" in answer.err


def test_a_lost_cohort_file_never_becomes_a_demo(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    (data / "homes" / "amina").mkdir()
    (data / "cohort.toml").unlink()
    answer = Answer(capsys, "up", "--data", str(data))
    assert answer.status == 1
    assert "backup" in answer.err
    assert not (data / "cohort.toml").exists()


def test_no_command_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    answer = Answer(capsys)
    assert "cohort" in answer.out + answer.err
    assert "Traceback" not in answer.out + answer.err


def test_commands_stand_in_the_order_in_which_they_are_met(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = Answer(capsys, "--help").out.partition("Commands:")[2].split("\n")
    names = [line.split()[0] for line in listed if line.strip()]
    assert names[:3] == ["up", "stop", "status"]
    assert names.index("release") < names.index("collect") < names.index("grade")


class TestCohort:
    def test_new_import_show(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        data, people = tmp_path / "data", tmp_path / "people.csv"
        made = Answer(
            capsys,
            *NEW,
            *("--first-session", "2027-01-04", "--facilitator-email", "fay@x.example"),
            *("--data", str(data)),
        )
        assert made.status == 0, made.err
        people.write_text("name;email;team\nZoé;zoe@x.example;Azur\nYan;yan@x.example;Azur\n")
        added = Answer(capsys, "cohort", "import", str(people), "--data", str(data))
        assert "2 people added, 3 in the cohort, 1 teams" in added.out
        shown = Answer(capsys, "show", "--data", str(data)).out
        assert "Zoé" in shown
        assert "not yet" in shown
        as_json = json.loads(Answer(capsys, "show", "--json", "--data", str(data)).out)
        assert [team["slug"] for team in as_json["teams"]] == ["azur"]

    def test_a_refused_import_changes_nothing(
        self, capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path
    ) -> None:
        before = load_cohort(data / "cohort.toml")
        people = tmp_path / "people.csv"
        people.write_text("name,email\nZoe,zoe@x.example\nYan,nonsense\n")
        answer = Answer(capsys, "cohort", "import", str(people), "--data", str(data))
        assert answer.status == 1
        assert "people.csv, line 3: email" in answer.err
        assert load_cohort(data / "cohort.toml") == before


class TestInvite:
    def test_gives_a_link_for_each(self, capsys: pytest.CaptureFixture[str], data: Path) -> None:
        answer = Answer(
            capsys, "invite", "--json", "amina", "bruno", "--url", "https://x/", "--data", str(data)
        )
        links = json.loads(answer.out)
        assert set(links) == {"amina", "bruno"}
        assert all(link.startswith("https://x/hub/invitation/") for link in links.values())

    def test_all_are_those_who_have_not_joined(
        self, capsys: pytest.CaptureFixture[str], data: Path
    ) -> None:
        answer = Answer(capsys, "invite", "--all", "--json", "--data", str(data))
        people = load_cohort(data / "cohort.toml").people
        assert set(json.loads(answer.out)) == {person.login for person in people}


class TestStatus:
    def test_nothing_running_is_no_failure(
        self, capsys: pytest.CaptureFixture[str], data: Path
    ) -> None:
        answer = Answer(capsys, "status", "--data", str(data))
        assert answer.status == 0
        assert answer.out == f"No bootcamp runs on {data}.\n"
        assert (
            json.loads(Answer(capsys, "status", "--json", "--data", str(data)).out)["url"] is None
        )

    def test_what_a_killed_bootcamp_left_is_not_taken_for_one(
        self, capsys: pytest.CaptureFixture[str], data: Path
    ) -> None:
        state = {"pid": os.getpid(), "url": "http://localhost:1", "started": 0.0}
        (data / "run" / "state.json").write_text(json.dumps(state))
        (data / "run" / "lock").write_text("")
        assert "No bootcamp runs" in Answer(capsys, "status", "--data", str(data)).out
        assert Answer(capsys, "stop", "--data", str(data)).status == 1


def test_help_is_quick_for_it_imports_little() -> None:
    heavy = ("pandas", "numpy", "jupyterhub", "openai", "nbgrader", "sqlalchemy", "pydantic")
    code = (
        "import sys, bootcamp.cli\n"
        f"print([name for name in {heavy!r} if name in sys.modules], len(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("[] ")


def test_help_comes_at_once() -> None:
    def seconds() -> float:
        begun = time.perf_counter()
        assert bootcamp("--help").returncode == 0
        return time.perf_counter() - begun

    # The best of some, for others use this machine too.
    assert min(seconds() for _ in range(3)) < 1.0


def test_a_reader_who_has_seen_enough_is_no_error(data: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "bootcamp", "show", "--data", str(data)],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(write)
    assert done.stderr == ""


def test_every_error_has_a_code_of_its_own() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__]
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(kind.__doc__ and issubclass(kind, errors.BootcampError) for kind in kinds)
    assert {kind.__name__ for kind in kinds if kind.exit_status == 2} == {"UsageError"}

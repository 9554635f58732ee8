"""Goals: how they are typed and said, what a charter wants, and what was agreed on when."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bootcamp.cli import main
from bootcamp.cohort import Team, load_cohort, save_cohort
from bootcamp.errors import UsageError
from bootcamp.finals.exam import open_exam
from bootcamp.goals import Headline, headline_of, read_goal, right_of_ten
from bootcamp.settings import DataFolder
from bootcamp.store import Store, open_store
from bootcamp.store.goals import AgreedGoal, goal_in_force
from bootcamp.web.final_goals import TeamGoal, agree, goals_of
from tests.web.conftest import cohort

CASES = (
    "contract-clauses", "email-routing", "expense-policy", "hr-questions", "invoice-exceptions",
    "minutes-to-actions",
)  # fmt: skip


@pytest.mark.parametrize("typed", ["80%", "80 %", " 0.8 ", "0,80", "80.0%"])
def test_a_goal_is_typed_in_per_cent_or_as_a_share(typed: str) -> None:
    assert read_goal(typed) == 0.8


@pytest.mark.parametrize(
    "typed",
    ["", "0", "0%", "1", "100%", "80", "-0.5", "eight", "nan", "inf%", "sNaN", "0.855", "85.5%",
     "1e-999999", "1e999999999%", "8" * 5000, "0.8; drop table", "%", "80%%"],
)  # fmt: skip
def test_what_is_no_goal_is_refused_in_one_line(typed: str) -> None:
    with pytest.raises(UsageError, match="is no goal") as refused:
        read_goal(typed)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 160


def test_goals_are_said_in_the_measures_own_way() -> None:
    assert headline_of("hr-questions").words(0.8) == "at least 80 %"
    assert headline_of("email-routing").words(0.8) == "at least 0.80"
    fewer = Headline("wrong", "of the claims wrong", 0.1, "%", fewer_is_better=True)
    assert fewer.words(0.15) == "at most 15 %"
    # Eight of ten right are two of ten wrong.
    assert (fewer.from_right_of_ten(8), headline_of("any").from_right_of_ten(8.5)) == (0.2, 0.85)


@pytest.mark.parametrize("case", CASES)
def test_the_exam_measures_the_headline_that_the_goal_is_for(case: str) -> None:
    first, wanted = open_exam(case).score(None).headline, headline_of(case)
    assert (first.name, first.title, first.goal) == (wanted.name, wanted.title, wanted.usual)
    assert first.against_goal.startswith(f"the usual goal of this case: {wanted.words(first.goal)}")


@pytest.mark.parametrize(
    ("content", "number"),
    [
        (b'{"right_of_ten": 8}', 8),
        (b'{"right_of_ten": 8.5, "team": "x"}', 8.5),
        (b'{"team": "an old charter"}', None),
        (b'{"right_of_ten": 0}', None),
        (b'{"right_of_ten": 11}', None),
        (b'{"right_of_ten": 85}', None),
        (b'{"right_of_ten": -3}', None),
        (b'{"right_of_ten": "eight"}', None),
        (b'{"right_of_ten": true}', None),
        (b'{"right_of_ten": NaN}', None),
        (b'{"right_of_ten": Infinity}', None),
        (b'{"right_of_ten": 1' + b"0" * 400 + b"}", None),
        (b'{"right_of_ten": 1' + b"0" * 9000 + b"}", None),
        (b'{"right_of_ten": [8]}', None),
        (b"[" * 90_000, None),
        (b"[8]", None),
        (b"\xff\xfe", None),
        (b"", None),
        (None, None),
    ],
)
def test_a_charter_says_a_number_or_nothing(content: bytes | None, number: float | None) -> None:
    assert right_of_ten(content) == number


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A cohort in which Teal routes mails and Amber has chosen nothing yet."""
    made = DataFolder.at(tmp_path / "data")
    made.create()
    teal = Team(slug="teal", name="Team Teal", members=("amina", "bruno"), use_case="email-routing")
    usual = cohort()
    cases = [{"slug": "email-routing", "title": "Mails"}]
    cases += [{"slug": f"case-{n}", "title": "x"} for n in range(3)]
    save_cohort(
        cohort(teams=[teal, usual.teams[1]], use_cases=cases, time_zone="Europe/Paris"),
        made.cohort_file,
    )
    (made.teams / "teal").mkdir()
    return made


@pytest.fixture
def store(data: DataFolder) -> Store:
    return open_store(data.store_url)


def teals(data: DataFolder, store: Store) -> TeamGoal:
    return goals_of(data, store, load_cohort(data.cohort_file))[0]


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


HOSTILE = {
    "a link to somebody else's": lambda path: path.symlink_to(path.parent / "theirs.json"),
    "a gigabyte": sparse,
    "a pipe": os.mkfifo,
    "a folder": lambda path: path.mkdir(),
    "a closed file": lambda path: path.write_text("{") and path.chmod(0),
    "nothing": lambda path: None,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_charter_is_one_that_says_nothing(
    data: DataFolder, store: Store, kind: str
) -> None:
    folder = data.teams / "teal"
    (folder / "theirs.json").write_text('{"right_of_ten": 9}')
    HOSTILE[kind](folder / "charter.json")
    found = teals(data, store)
    assert (found.of_ten, found.wanted) == (None, None)
    assert str(found) == "the usual goal of this case: at least 0.85"


def test_a_charter_is_a_wish_and_not_what_was_agreed(data: DataFolder, store: Store) -> None:
    (data.teams / "teal" / "charter.json").write_text('{"right_of_ten": 7.5}')
    found = teals(data, store)
    assert (found.of_ten, found.wanted, found.agreed) == (7.5, 0.75, ())
    assert "agreed" not in str(found)


def set_day(store: Store, goal: float, day: datetime) -> None:
    with store.session() as session:
        for row in session.query(AgreedGoal).filter_by(value=goal):
            row.agreed_at = day


def test_the_latest_goal_counts_and_the_others_are_kept(data: DataFolder, store: Store) -> None:
    team = teals(data, store).team
    agree(store, team, 0.9, "frances")
    set_day(store, 0.9, datetime(2027, 1, 11, 23, 30, tzinfo=UTC))  # after midnight in Paris
    agree(store, team, 0.9, "frances")  # said again: nothing new
    agree(store, team, 0.7, "")
    set_day(store, 0.7, datetime(2027, 3, 3, 9, tzinfo=UTC))
    found = teals(data, store)
    assert [(one.value, one.by) for one in found.agreed] == [(0.7, ""), (0.9, "Frances Field")]
    assert found.agreed[1].source == "agreed on 12 January 2027"
    assert str(found) == "agreed on 3 March 2027: at least 0.70"


def test_a_goal_of_after_a_run_says_so(data: DataFolder, store: Store) -> None:
    team = teals(data, store).team
    for run in ("2026-12-30-100000", "2027-03-01-090000-1", "2027-03-09-100000"):
        (data.finals / run / "teal").mkdir(parents=True)
    (data.finals / "2027-03-02-090000" / "amber").mkdir(parents=True)  # not of this team
    (data.finals / "notes" / "teal").mkdir(parents=True)
    agree(store, team, 0.7, "frances")
    said = {
        datetime(2026, 12, 29, tzinfo=UTC): "agreed on 29 December 2026",
        datetime(2027, 1, 2, tzinfo=UTC): (
            "agreed on 2 January 2027, after the run of 30 December 2026"
        ),
        datetime(2027, 3, 3, 9, tzinfo=UTC): "agreed on 3 March 2027, after the run of 1 March",
    }
    for day, words in said.items():
        set_day(store, 0.7, day)
        assert teals(data, store).agreed[0].source == words
        with store.session() as session:
            goal = goal_in_force(session, "teal", "email-routing", data.finals, "Europe/Paris")
        assert goal is not None
        assert (goal.value, goal.source) == (0.7, words)


def test_a_goal_is_for_the_case_that_it_was_agreed_for(data: DataFolder, store: Store) -> None:
    agree(store, teals(data, store).team, 0.7, "frances")
    with store.session() as session:
        for team, case in (("teal", "case-1"), ("amber", "email-routing"), ("teal", None)):
            assert goal_in_force(session, team, case, data.finals, None) is None


def call(*words: str) -> int:
    try:
        main([*words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_the_command_writes_down_and_shows(
    data: DataFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    (data.teams / "teal" / "charter.json").write_text('{"right_of_ten": 8}')
    where = ("--data", str(data.root))
    assert call("goal", *where) == 0
    shown = capsys.readouterr().out
    assert "8 of 10 right" in shown
    assert "the usual goal of this case: at least 0.85" in shown
    assert "no use case yet" in shown
    assert call("goal", "teal", "80%", "--by", "frances", *where) == 0
    assert call("goal", "teal", "0.75", *where) == 0
    shown = capsys.readouterr().out
    assert "Before: agreed on" in shown
    assert "at least 0.75" in shown
    assert call("goal", "teal", "--json", *where) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert [one["goal"] for one in found["agreed"]] == [0.75, 0.8]
    assert [one["by"] for one in found["agreed"]] == ["", "Frances Field"]
    assert (found["usual"], found["right_of_ten"]) == (0.85, 8)


@pytest.mark.parametrize(
    ("words", "says", "status"),
    [
        (("teal", "lots"), "'lots' is no goal", 2),
        (("teal", "85"), "'85' is no goal", 2),
        (("amber", "80%"), "has no use case yet", 2),
        (("nobody", "80%"), "nobody", 1),
        (("teal", "80%", "--by", "amina"), "is no facilitator", 2),
        (("teal", "80%", "--by", "zoe"), "zoe", 1),
    ],
)
def test_the_command_refuses_in_one_line(
    data: DataFolder,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    says: str,
    status: int,
) -> None:
    assert call("goal", *words, "--data", str(data.root)) == status
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    with open_store(data.store_url).session() as session:
        assert session.query(AgreedGoal).count() == 0

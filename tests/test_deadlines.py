"""When homework is due, for whom, and what being late means."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bootcamp.cli import cli
from bootcamp.cohort import Cohort, dump_cohort, load_cohort, save_cohort
from bootcamp.deadlines import how_long
from bootcamp.errors import CohortError
from tests.test_cohort import example, plain

HOMEWORK = "homework-1"
PARIS = {"time_zone": "Europe/Paris"}


def due(cohort: Cohort, login: str | None = None) -> datetime:
    deadline = cohort.deadline(HOMEWORK, login)
    assert deadline is not None
    return deadline.due


def with_rules(**rules: Any) -> Cohort:
    return example(**PARIS, homework={"1": rules})


def test_homework_is_due_when_the_next_session_begins() -> None:
    cohort = example(**PARIS)
    assert due(cohort) == datetime(2027, 1, 7, 8, 0, tzinfo=UTC)
    assert str(cohort.deadline(HOMEWORK)) == "Thursday 7 January, 09:00"
    assert cohort.deadline("homework-6") is None


def test_the_zone_is_the_cohorts_summer_and_winter() -> None:
    assert due(with_rules(due="2027-01-18T09:00:00")) == datetime(2027, 1, 18, 8, tzinfo=UTC)
    assert due(with_rules(due="2027-07-18T09:00:00")) == datetime(2027, 7, 18, 7, tzinfo=UTC)
    assert due(with_rules(due="2027-01-18T09:00:00+00:00")) == datetime(2027, 1, 18, 9, tzinfo=UTC)


def test_a_day_alone_is_the_whole_day() -> None:
    cohort = with_rules(due=date(2027, 1, 18))
    assert str(cohort.deadline(HOMEWORK)) == "Monday 18 January, 23:59"


@pytest.mark.parametrize("name", ["amina", "teal"])
def test_more_time_for_a_person_or_a_team(name: str) -> None:
    later = datetime(2027, 1, 9, 9, 0)
    cohort = example(**PARIS).with_deadline(HOMEWORK, later, name)
    assert due(cohort, "amina") == datetime(2027, 1, 9, 8, tzinfo=UTC)
    assert due(cohort, "bruno") == (due(cohort, "amina") if name == "teal" else due(cohort))
    assert due(cohort, "chloe") == due(cohort)


def test_an_extension_never_shortens_the_time() -> None:
    cohort = example(**PARIS).with_deadline(HOMEWORK, datetime(2027, 1, 5), "amina")
    assert due(cohort, "amina") == due(cohort)


@pytest.mark.parametrize(
    ("late", "minutes", "expected"),
    [
        ("mark-late", 10, (timedelta(0), False, 0)),
        ("mark-late", 11, (timedelta(minutes=11), False, 10)),
        ("mark-late", 24 * 60, (timedelta(days=1), False, 10)),
        ("mark-late", 24 * 60 + 1, (timedelta(days=1, minutes=1), False, 20)),
        ("mark-late", 24 * 60 * 9, (timedelta(days=9), False, 25)),
        ("accept", 24 * 60, (timedelta(0), False, 0)),
        ("refuse", 10, (timedelta(0), False, 0)),
        ("refuse", 11, (timedelta(minutes=11), True, 10)),
    ],
)
def test_late_is_after_the_grace_and_costs_by_the_day(
    late: str, minutes: int, expected: tuple[timedelta, bool, float]
) -> None:
    rules = {"late": late, "grace_minutes": 10, "penalty_per_day": 10, "penalty_at_most": 25}
    deadline = with_rules(**rules).deadline(HOMEWORK)
    assert deadline is not None
    at = deadline.due + timedelta(minutes=minutes)
    found = (deadline.late_by(at), deadline.refuses(at), deadline.penalty_percent(at))
    assert found == expected


def test_time_is_said_in_its_largest_unit() -> None:
    spans = [timedelta(seconds=5), timedelta(minutes=61), timedelta(hours=50)]
    assert [how_long(span) for span in spans] == ["1 minute", "1 hour", "2 days"]


def test_the_file_keeps_every_rule(tmp_path: Path) -> None:
    cohort = with_rules(
        due=datetime(2027, 1, 18, 9, 30),
        late="refuse",
        grace_minutes=15,
        penalty_per_day=12.5,
        by="team",
        extensions={"teal": datetime(2027, 1, 20, 9), "chloe": datetime(2027, 1, 21, tzinfo=UTC)},
    )
    save_cohort(cohort, tmp_path / "cohort.toml")
    assert load_cohort(tmp_path / "cohort.toml") == cohort


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"time_zone": "Mars/Base"}, "time_zone is 'Mars/Base'; it must be a time zone like"),
        ({"time_zone": "../etc/passwd"}, "must be a time zone"),
        ({"homework": {"1": {"late": "never"}}}, "'accept', 'mark-late' or 'refuse'"),
        ({"homework": {"1": {"grace_minutes": -1}}}, "minutes from 0 to 1440"),
        ({"homework": {"1": {"extensions": {"zoe": "2027-01-18T09:00"}}}}, "'zoe' is neither"),
        ({"homework": {"1": {"due": "soon"}}}, "a day and time like"),
        ({"homework": {"7": {}}}, "homework.7"),
        ({"homework": {"1": {"dew": "x"}}}, "homework.1.dew is not a known field"),
    ],
)
def test_says_which_rule_is_wrong(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    import json

    path = tmp_path / "cohort.toml"
    text = dump_cohort(example()).replace("# time_zone", "#")
    for key, value in changes.items():
        if isinstance(value, str):
            text = f'{key} = "{value}"\n{text}'
            continue
        for number, rules in value.items():
            text += f"\n[homework.{number}]\n"
            for field, given in rules.items():
                if isinstance(given, dict):
                    text += f"[homework.{number}.{field}]\n"
                    text += "".join(f"{k} = {json.dumps(v)}\n" for k, v in given.items())
                else:
                    text += f"{field} = {json.dumps(given)}\n"
    path.write_text(text)
    with pytest.raises(CohortError) as caught:
        load_cohort(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_shows_and_extends(tmp_path: Path) -> None:
    save_cohort(Cohort.model_validate(plain(**PARIS)), tmp_path / "cohort.toml")

    def run(*more: str) -> str:
        result = CliRunner().invoke(cli, ["deadline", "1", "--data", str(tmp_path), *more])
        assert result.exit_code == 0, result.output
        return result.output

    assert run() == "Homework 1 is due Thursday 7 January, 09:00.\n"
    said = run("--for", "amina", "--until", "2027-01-09 18:00")
    assert said.endswith("  amina: Saturday 9 January, 18:00\n")
    assert "Friday 8 January, 12:00" in run("--until", "2027-01-08 12:00")
    assert due(load_cohort(tmp_path / "cohort.toml"), "amina").hour == 18

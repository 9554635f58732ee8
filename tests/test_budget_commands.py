"""`bootcamp budget`: what everybody has used, and budgets of their own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from bootcamp.cohort import load_cohort, new_cohort, save_cohort
from bootcamp.errors import CohortError
from bootcamp.gateway.prices import Prices
from bootcamp.people import read_people, with_people
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from bootcamp.store.usage import Budgets
from tests.conftest import bootcamp
from tests.gateway.books import reservation, settlement, write


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    folder = DataFolder.at(tmp_path / "data")
    folder.create()
    people = tmp_path / "people.csv"
    people.write_text("name,email,team\nAnn,ann@a.example,orange\nBen,ben@a.example,orange\n")
    plain = new_cohort(
        name="Spring",
        company="Alder & Finch",
        first_session=date(2027, 1, 11),
        facilitator=("Fay", "fay@a.example"),
    )
    save_cohort(with_people(plain, read_people(people)), folder.cohort_file)
    return folder


def rewrite(data: DataFolder, old: str, new: str) -> None:
    written = data.cohort_file.read_text()
    assert old in written
    data.cohort_file.write_text(written.replace(old, new))


def shown(data: DataFolder) -> dict[tuple[str, str], dict[str, object]]:
    answer = bootcamp("budget", "show", "--json", data=data.root)
    assert answer.returncode == 0, answer.stderr
    return {(row["holder"], row["name"]): row for row in json.loads(answer.stdout)["budgets"]}


def test_shows_who_has_used_how_much_of_what(data: DataFolder) -> None:
    rewrite(data, 'cohort_money = "unlimited"', "cohort_money = 20.5")
    store = open_store(data.store_url)
    write(store, reservation("a", 5_000, money=2_000_000_000))
    write(store, settlement("a", 1_234, 1_500_000_000))
    store.close()
    found = shown(data)
    assert next(iter(found)) == ("cohort", "cohort")
    assert found["cohort", "cohort"]["money"] == 1.5
    assert found["cohort", "cohort"]["money_limit"] == 20.5
    assert found["citizen", "ann"]["tokens"] == 1_234
    assert found["citizen", "ann"]["calls"] == 1
    assert found["citizen", "ben"]["tokens"] == 0
    assert found["team", "orange"]["token_limit"] == 6_000_000
    table = bootcamp("budget", "show", data=data.root).stdout
    assert "1,234 of 2,000,000" in table
    assert "1.50 of 20.50" in table


def test_sets_a_budget_that_survives(data: DataFolder) -> None:
    for arguments in (
        ("--citizen", "ann", "--tokens", "3000000"),
        ("--team", "orange", "--tokens", "unlimited", "--money", "7.25"),
        ("--cohort", "--tokens", "9000000"),
    ):
        answer = bootcamp("budget", "set", *arguments, data=data.root)
        assert answer.returncode == 0, answer.stderr
    found = shown(data)
    assert found["citizen", "ann"]["token_limit"] == 3_000_000
    assert found["citizen", "ben"]["token_limit"] == 2_000_000
    assert found["team", "orange"]["token_limit"] is None
    assert found["team", "orange"]["money_limit"] == 7.25
    assert found["cohort", "cohort"]["token_limit"] == 9_000_000
    bootcamp("budget", "set", "--citizen", "ann", "--tokens", "default", data=data.root)
    assert shown(data)["citizen", "ann"]["token_limit"] == 2_000_000


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--tokens", "5"), "whose budget"),
        (("--citizen", "ann", "--cohort", "--tokens", "5"), "whose budget"),
        (("--citizen", "ann"), "how much"),
        (("--citizen", "nobody", "--tokens", "5"), "Nobody in this cohort"),
        (("--team", "violet", "--tokens", "5"), "no team called"),
        (("--citizen", "ann", "--tokens", "-5"), "above 0"),
        (("--citizen", "ann", "--tokens", "1.5"), "digits"),
        (("--citizen", "ann", "--money", "lots"), "above 0"),
        (("--citizen", "ann", "--tokens", "NaN"), "above 0"),
        (("--citizen", "ann", "--tokens", "1e40"), "above 0"),
    ],
)
def test_wrong_call_is_one_line(data: DataFolder, arguments: tuple[str, ...], word: str) -> None:
    answer = bootcamp("budget", "set", *arguments, data=data.root)
    assert answer.returncode in {1, 2}
    assert len(answer.stderr.splitlines()) == 1
    assert word in answer.stderr


def test_prices_and_budgets_in_the_cohort_file_are_read_and_kept(data: DataFolder) -> None:
    with data.cohort_file.open("a") as written:
        written.write(
            '[[prices]]\nmodel = "mini"\ninput_per_million = 0.15\noutput_per_million = 0.6\n'
            '[[prices]]\nmodel = "*"\ninput_per_million = 3\n'
        )
    rewrite(data, 'team_money = "unlimited"', "team_money = 4.2")
    loaded = load_cohort(data.cohort_file)
    assert Budgets.of_cohort(loaded.budgets).team_money == 4_200_000_000
    assert Prices.of_cohort(loaded).cost("mini", 1_000_000, 1_000_000) == 750_000_000
    assert Prices.of_cohort(loaded).cost("another", 1_000, 5) == 3_000_000
    save_cohort(loaded, data.cohort_file)
    assert load_cohort(data.cohort_file) == loaded


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("requests_per_minute = 600", "requests_per_minute = 0", "whole number above 0"),
        ('team_money = "unlimited"', "team_money = -1", "amount above 0"),
        ('currency = "USD"', 'currency = "dollars"', "three letters"),
    ],
)
def test_wrong_budget_in_the_cohort_file_is_named(
    data: DataFolder, old: str, new: str, word: str
) -> None:
    rewrite(data, old, new)
    with pytest.raises(CohortError, match=word):
        load_cohort(data.cohort_file)

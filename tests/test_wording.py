"""Numbers, nouns and days as every page writes them."""

from __future__ import annotations

from datetime import date

import pytest

from bootcamp import wording


@pytest.mark.parametrize(
    ("value", "said"), [(1234.4, "1,234"), (-82.3, "−82"), (-0.4, "0"), (0.0, "0")]
)
def test_whole_numbers_have_a_real_minus_and_no_minus_nought(value: float, said: str) -> None:
    assert wording.whole(value) == said
    assert wording.euros(value) == (f"−€{said[1:]}" if said[0] == "−" else f"€{said}")


def test_shares_show_the_decimals_that_say_something() -> None:
    assert [wording.percent(share, 1) for share in (0.085, 0.08, 1.0, -0.3)] == [
        "8.5 %", "8 %", "100 %", "−30 %",
    ]  # fmt: skip
    assert wording.percent(0.66249) == "66 %"


def test_no_simulated_chance_is_quite_sure() -> None:
    said = [wording.chance(share) for share in (1.0, 0.099, 0.0)]
    assert said == ["over 99 %", "10 %", "under 1 %"]


def test_inputs_are_written_by_their_unit() -> None:
    given = [(22_800, "items a year"), (0.8, "minutes"), (0.5, "share"), (38, "euros")]
    assert [wording.amount(*each) for each in given] == ["22,800", "0.8", "50 %", "€38"]


def test_nouns_follow_their_number() -> None:
    assert [wording.counted(n, "team") for n in (0, 1, 2, 0.8)] == [
        "0 teams", "1 team", "2 teams", "0.8 teams",
    ]  # fmt: skip
    assert wording.counted(1, "person", "people") == "1 person"
    assert wording.counted(3, "person", "people") == "3 people"


def test_days_are_written_as_people_do() -> None:
    assert wording.day(date(2026, 3, 4)) == "4 March 2026"

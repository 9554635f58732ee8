"""Numbers, nouns and days as every page writes them."""

from __future__ import annotations

from datetime import date

import pytest

from bootcamp import wording
from bootcamp.language import speaking


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


def test_french_groups_by_a_space_that_does_not_break_and_puts_the_unit_last() -> None:
    with speaking("fr"):
        assert wording.whole(-1234.4) == "−1\u00a0234"
        assert wording.euros(-1234567) == "−1\u00a0234\u00a0567\u00a0€"
        assert wording.euros(-0.1) == "0\u00a0€"
        assert wording.percent(0.085, 1) == "8,5\u00a0%"
        assert wording.chance(1.0) == "plus de 99\u00a0%"
        assert wording.chance(0.0) == "moins de 1\u00a0%"
        assert wording.amount(1234.5, "euros") == "1\u00a0234,50\u00a0€"
        assert wording.plain(-0.25) == "−0,25"
        assert wording.day(date(2026, 3, 1)) == "1er mars 2026"
        assert wording.day(date(2026, 12, 31)) == "31 décembre 2026"
        assert wording.exact(0.125, "euros") == "0,125\u00a0€"
        assert wording.rounded(4, 1) == "4,0"


def test_what_was_typed_keeps_its_decimals_and_a_mean_those_it_is_given() -> None:
    assert [wording.exact(value) for value in (0.125, 12.0, 22_800)] == ["0.125", "12", "22,800"]
    assert wording.exact(0.125, "euros") == "€0.125"
    assert [wording.exact(1.5, "euros"), wording.amount(0.5, "euros a year")] == ["€1.50", "€0.50"]
    assert wording.rounded(4, 1) == "4.0"


def test_large_and_small_numbers_are_never_written_with_an_exponent() -> None:
    given = (2_000_000, 1_234_567, 1e8, 0.00004, 1 / 3, 100_000.5)
    assert [wording.exact(value) for value in given] == [
        "2,000,000", "1,234,567", "100,000,000", "0.00004", "0.333333", "100,000",
    ]  # fmt: skip
    assert wording.exact(1_500_000, "euros") == "€1,500,000"
    assert [wording.amount(share, "share") for share in (0.0004, 0.07, 0.085, 1.0)] == [
        "0.04 %", "7 %", "8.5 %", "100 %",
    ]  # fmt: skip
    with speaking("fr"):
        assert wording.exact(2_000_000) == "2\u00a0000\u00a0000"
        assert wording.amount(0.085, "share") == "8,5\u00a0%"

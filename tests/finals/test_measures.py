"""Numbers with intervals, against hand calculations and published values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootcamp.finals.exams.measures import Estimate, Measure, ratio, share, total
from bootcamp.finals.exams.tables import amount, tidy


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I: 81 of 263 gives 0.2553 to 0.3662.
    found = share([True] * 81 + [False] * 182)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_wilsons_interval_holds_at_the_ends() -> None:
    # The same table: 0 of 20 gives 0 to 0.1611.
    found = share([False] * 20)
    assert (found.value, found.low, found.high) == pytest.approx((0, 0, 0.1611), abs=1e-4)
    assert share([]) == Estimate(0.0, 0.0, 1.0)


def test_a_ratio_sums_before_it_divides() -> None:
    assert ratio([1, 0, 3], [2, 0, 4]).value == pytest.approx(4 / 6)
    # Two labels: 2/4 and 2/2, and their plain average.
    assert ratio([[2, 0], [0, 2]], [[3, 0], [1, 2]]).value == pytest.approx(0.75)
    assert ratio([0, 0], [0, 0]) == Estimate(0.0, 0.0, 0.0)
    assert ratio([], []) == Estimate(0.0, 0.0, 0.0)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_an_interval_holds_its_value_and_stays_between_0_and_1(
    pairs: list[tuple[int, int]],
) -> None:
    found = ratio([hits for hits, _ in pairs], [hits + more for hits, more in pairs])
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value <= found.high + 1e-12 <= 1 + 2e-12


def test_a_total_is_a_sum_with_an_interval_that_reaches_around_it() -> None:
    found = total([100.0, 0.0, 50.0, 0.0])
    assert found.value == 150
    assert found.low < 150 < found.high
    assert total([]).value == 0


@pytest.mark.parametrize(
    ("low", "high", "fewer", "verdict"),
    [
        (0.86, 0.9, False, "reached"),
        (0.8, 0.9, False, "open"),
        (0.7, 0.84, False, "missed"),
        (0.1, 0.84, True, "reached"),
        (0.8, 0.9, True, "open"),
        (0.86, 0.9, True, "missed"),
    ],
)
def test_a_goal_is_reached_only_by_the_whole_interval(
    low: float, high: float, fewer: bool, verdict: str
) -> None:
    measure = Measure("m", "m", Estimate(0.85, low, high), goal=0.85, fewer_is_better=fewer)
    assert measure.verdict == verdict
    assert (
        f"the usual goal of this case: at {'most' if fewer else 'least'} 0.85"
        in measure.against_goal
    )


def test_a_measure_without_a_goal_says_nothing_of_one() -> None:
    measure = Measure("m", "m", Estimate(1234.4, 0, 2000), unit="€")
    assert (measure.verdict, measure.against_goal) == (None, "")
    assert (measure.text, measure.interval) == ("€1,234", "€0 to €2,000")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234,56 €", 1234.56),
        ("1\u202f234,56\u00a0€", 1234.56),
        ("1,234.56", 1234.56),
        ("1.234,56", 1234.56),
        ("EUR 1234.5", 1234.5),
        ("1,234", 1234.0),
        ("12,5", 12.5),
        ("-40.00", -40.0),
        ("0", 0.0),
        ("none", None),
        ("", None),
        ("1-2", 12.0),
    ],
)
def test_reads_amounts_as_people_write_them(text: str, value: float | None) -> None:
    assert amount(text) == value


def test_tidy_leaves_what_is_said() -> None:
    assert tidy("  «Ana  Whitcombe».\n") == "ana whitcombe"

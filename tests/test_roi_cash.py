"""The money's side against hand calculation, at its limits, and what it refuses."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bootcamp import roi
from bootcamp.content import content_root
from bootcamp.errors import RoiInputRefused
from bootcamp.roi.cash import HOURS_IN_SESSIONS, ramp
from tests.test_roi import inputs, row, rows

MONEY = {
    "hour_cost": 40.0,
    "reused_share": 0.5,
    "licence_cost": 600.0,
    "model_cost": 240.0,
    "hosting_cost": 360.0,
    "builders": 4.0,
    "homework_hours": 9.0,
    "facilitator_hours": 8.0,
    "missed_cost": 80.0,
    "false_alarm_cost": 5.0,
}
# So many that the tool's rates are what the counts say.
EXAM = {"items": 1_000_000, "handled": 900_000, "errors": 90_000}


def money_rows(**changed: float) -> list[dict[str, Any]]:
    given = {**MONEY, **changed}
    return [row("volume", 1) | money(name, value, value, value) for name, value in given.items()]


def money(name: str, low: float, mode: float, high: float) -> dict[str, Any]:
    kind = {"evidence": "estimate"} if low < high else {}
    return {
        **{"name": name, "unit": roi.MONEY[name].unit},
        **{"low": str(low), "mode": str(mode), "high": str(high), **kind},
    }


def result(
    quality: roi.Quality | None = None, changed: dict[str, Any] | None = None, **values: float
) -> roi.Result:
    given = roi.Inputs.from_rows([*rows(**(changed or {})), *money_rows(**values)])
    return roi.simulate(given, quality or roi.Quality(**EXAM))


def cash(**values: float) -> roi.Cash:
    found = result(**values).cash
    assert found is not None
    return found


def near(value: float) -> Any:
    return pytest.approx(value, rel=2e-3)


def test_first_hand_calculation_at_full_use_from_the_first_month() -> None:
    # t = 6 + 0.05·10 = 6.5 today; handled 1 + 0.1·10 = 2; exception 1 + 6 + 0.5 = 7.5 minutes.
    # Saved: 6.5 - 0.9·2 - 0.1·7.5 = 3.95 minutes; H = 12,000·0.8·3.95/60 - 40 = 592 hours.
    # Worth 592·40·0.5 = 11,840; running 1,200; cash 10,640 a year.
    # Build (4·(24 + 9) + 8)·40 = 5,600, paid back after 5,600/(10,640/12) = 6.3: month 7.
    found = cash()
    assert found.year.p50 == near(10_640)
    assert found.first_year.p50 == near(10_640)
    assert found.build.p50 == near(5_600)
    assert found.payback_months == (7, 7, 7)
    assert found.paid_back == {12: 1, 24: 1, 60: 1}


def test_second_hand_calculation_while_use_grows() -> None:
    # Over 4 months: 1/4, 2/4, 3/4 and then 1. In a year (0.25 + 0.5 + 0.75 + 9)/12 = 0.875 of
    # 11,840 = 10,360, less 1,200. A month at full use is 986.67, less 100.
    # So far after months 1 to 9: 146.67, 540, 1,180, 2,066.67, 2,953.33, 3,840, 4,726.67,
    # 5,613.33: paid back in month 8.
    changed = {"ramp_months": row("ramp_months", 4)}
    found = result(changed=changed).cash
    assert found is not None
    assert found.first_year.p50 == near(9_160)
    assert found.payback_months == (8, 8, 8)


def test_third_hand_calculation_of_the_errors_apart() -> None:
    # 9,600 items a year go through it. 2 % missed: 192·80 = 15,360; 5 % alarms: 480·5 = 2,400.
    quality = roi.Quality(1_000_000, 900_000, 90_000, missed=20_000, false_alarms=50_000)
    found = result(quality).cash
    assert found is not None
    assert found.missed_a_year is not None
    assert found.false_alarms_a_year is not None
    assert found.missed_a_year.p50 == near(15_360)
    assert found.false_alarms_a_year.p50 == near(2_400)
    assert found.year.p50 == near(10_640), "they are apart"


def test_a_worked_case_by_hand() -> None:
    # Expense policy, each input at its most likely value, the exam's counts times 10,000.
    # Today 7 + 0.08·12 = 7.96 minutes. Of 120 claims 113 are handled, 19 of them wrongly:
    # (113·1.5 + 19·12)/120 = 3.3125; the other 7 take 7·(1.5 + 7 + 0.08·12)/120 = 0.5518.
    # Saved 7.96 - 3.3125 - 0.5518 = 4.0957; H = 7,400·0.8·4.0957/60 - 35 = 369.1 hours.
    # Worth 369.1·36·0.6 = 7,973; running 240 + 4 + 360 = 604; cash a year 7,369.
    # Build (4·(24 + 9) + 8.5)·36 = 5,058. Use 1/4, 2/4, 3/4, 1: the first year has 10.5 months
    # of 7,973/12 = 664.4, less 604: 6,372. After 9 months 7.5·664.4 - 9·50.33 = 4,530,
    # after 10 months 8.5·664.4 - 10·50.33 = 5,144: month 10.
    # Apart, of 5,920 claims 9 in 120 at 38 euros, 16,872, and 6 in 120 at 15, 4,440.
    path = content_root() / "solutions" / "expense-policy" / "roi_inputs.csv"
    given = roi.read_inputs(path)
    likely = roi.Inputs(
        tuple(replace(row, low=row.mode, high=row.mode) for row in given.rows),
        {name: replace(row, low=row.mode, high=row.mode) for name, row in given.money.items()},
    )
    counts = roi.Quality(1_200_000, 1_130_000, 190_000, missed=90_000, false_alarms=60_000)
    result = roi.simulate(likely, counts)
    found = result.cash
    assert found is not None
    assert found.missed_a_year is not None
    assert found.false_alarms_a_year is not None
    assert result.hours.p50 == near(369.1)
    assert found.worth.p50 == near(7_973)
    assert found.running.p50 == 604
    assert found.year.p50 == near(7_369)
    assert found.build.p50 == 5_058
    assert found.first_year.p50 == near(6_372)
    assert [found.months[number - 1].so_far.p50 for number in (9, 10)] == near([4_530, 5_144])
    assert [month.use for month in found.months[:5]] == [0.25, 0.5, 0.75, 1, 1]
    assert found.payback == "month 10"
    assert found.missed_a_year.p50 == near(16_872)
    assert found.false_alarms_a_year.p50 == near(4_440)


@pytest.mark.parametrize(
    ("months", "middle", "span"),
    [
        ((7, 8, 12), "month 8", "month 7 to month 12"),
        ((7, 30, None), "month 30", "month 7 to later than month 60"),
        ((40, None, None), "not within 5 years", "month 40 to later than month 60"),
        ((None, None, None), "not within 5 years", "not within 5 years"),
    ],
)
def test_says_the_payback_in_words(
    months: tuple[int | None, int | None, int | None], middle: str, span: str
) -> None:
    found = replace(cash(), payback_months=months)
    assert (found.payback, found.payback_range) == (middle, span)


def test_money_and_chances_in_words() -> None:
    assert [roi.euros(amount) for amount in (1234.5, -1200, -0.4, 0)] == [
        "€1,234",
        "−€1,200",
        "€0",
        "€0",
    ]
    assert [roi.chance(share) for share in (1, 0.994, 0.5, 0.001, 0)] == [
        "over 99 %",
        "99 %",
        "50 %",
        "under 1 %",
        "under 1 %",
    ]


def test_the_chance_to_be_paid_back_never_falls_from_month_to_month() -> None:
    months = cash().months
    assert [month.number for month in months] == list(range(1, 61))
    assert all(one.paid_back <= other.paid_back for one, other in pairwise(months))


def test_an_untouched_form_has_no_money_and_a_begun_one_needs_it_all() -> None:
    form = [{"name": name, "unit": field.unit} for name, field in roi.MONEY.items()]
    assert roi.Inputs.from_rows([*rows(), *form]).money == {}
    form[3]["mode"] = "40"
    with pytest.raises(RoiInputRefused, match=r"hour_cost, low is blank.*A cost that you do not"):
        roi.Inputs.from_rows([*rows(), *form])


def test_an_exam_that_counts_no_misses_prices_none() -> None:
    assert cash().missed_a_year is None
    assert cash().as_dict()["missed_a_year"] is None


def test_time_without_a_new_use_is_no_money_and_never_pays_back() -> None:
    found = cash(reused_share=0.0)
    assert found.year.p50 == near(-1_200)
    assert found.payback_months == (None, None, None)
    assert found.paid_back[60] == 0


def test_a_tool_that_nobody_uses_costs_what_it_runs_on_and_its_upkeep() -> None:
    found = result(changed={"adoption": row("adoption", 0)}).cash
    assert found is not None
    assert found.year.p50 == near(-40 * 40 * 0.5 - 1_200)


def test_without_money_rows_there_is_no_money() -> None:
    found = roi.simulate(inputs(), roi.Quality(**EXAM))
    assert found.cash is None
    assert found.as_dict()["cash"] is None


def test_money_needs_all_of_its_rows() -> None:
    some = [*rows(), *money_rows()[:-1]]
    with pytest.raises(RoiInputRefused, match=r"false_alarm_cost is missing.*all of its rows"):
        roi.Inputs.from_rows(some)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("reused_share", {"low": "1.4", "mode": "1.4", "high": "1.4"}, "from 0 to 1"),
        ("hour_cost", {"low": "38 €", "mode": "38", "high": "38"}, "plain number like 38"),
        ("licence_cost", {"source": ""}, "source is blank"),
        ("model_cost", {"unit": "dollars"}, "give it in euros a year"),
        ("homework_hours", {"low": "-9", "mode": "-9", "high": "-9"}, "must be from 0"),
        ("builders", {"low": "-4"}, "must be from 1"),
        ("missed_cost", {"mode": " "}, "mode is blank"),
    ],
)
def test_refuses_an_odd_money_row_by_name(name: str, change: dict[str, str], words: str) -> None:
    given = [one | change if one["name"] == name else one for one in money_rows()]
    with pytest.raises(RoiInputRefused, match=f"{name}.*{words}"):
        roi.Inputs.from_rows([*rows(), *given])


def test_a_wider_range_of_money_leaves_the_hours_alone() -> None:
    wide = [
        one | money("hour_cost", 20, 40, 90) if one["name"] == "hour_cost" else one
        for one in money_rows()
    ]
    before = result()
    after = roi.simulate(roi.Inputs.from_rows([*rows(), *wide]), roi.Quality(**EXAM))
    assert np.array_equal(before.draws, after.draws)
    assert before.cash is not None
    assert after.cash is not None
    assert after.cash.year.p95 - after.cash.year.p5 > before.cash.year.p95 - before.cash.year.p5


@settings(max_examples=25, deadline=None)
@given(missed=st.integers(0, 119))
def test_more_misses_never_cost_less(missed: int) -> None:
    fewer, more = (
        result(roi.Quality(120, 110, 20, missed=count)).cash for count in (missed, missed + 1)
    )
    assert fewer is not None
    assert more is not None
    assert fewer.missed_a_year is not None
    assert more.missed_a_year is not None
    assert more.missed_a_year.p50 >= fewer.missed_a_year.p50


@settings(max_examples=25, deadline=None)
@given(cost=st.floats(0, 100_000), more=st.floats(0, 100_000))
def test_running_it_dearer_never_pays_back_sooner(cost: float, more: float) -> None:
    cheap, dear = (cash(licence_cost=value) for value in (cost, cost + more))
    months = [c.payback_months[1] or math.inf for c in (cheap, dear)]
    assert months[0] <= months[1]


def test_the_ramp_is_a_straight_line_to_full_use() -> None:
    assert ramp(4, np.array([4.0]))[0].tolist() == [0.25, 0.5, 0.75, 1.0]
    assert ramp(2, np.array([0.0]))[0].tolist() == [1.0, 1.0]


def test_sessions_have_six_times_four_hours() -> None:
    assert HOURS_IN_SESSIONS == 6 * 4


def test_quality_reads_what_is_priced(tmp_path: Path) -> None:
    path = tmp_path / "quality.json"
    path.write_text('{"items": 10, "handled": 9, "errors": 1, "missed": 2, "false_alarms": null}')
    found = roi.read_quality(path)
    assert (found.missed, found.false_alarms) == (2, None)
    path.write_text('{"items": 10, "handled": 9, "errors": 1, "missed": 12}')
    with pytest.raises(RoiInputRefused, match="missed is 12"):
        roi.read_quality(path)

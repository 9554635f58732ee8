"""The ROI against hand calculation, its limits, and what it refuses."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bootcamp import roi
from bootcamp.content import content_root
from bootcamp.errors import RoiInputRefused
from bootcamp.language import speaking
from bootcamp.roi.draws import rate, triangular
from bootcamp.roi.inputs import COLUMNS

POINT = {
    "volume": 12_000.0,
    "adoption": 0.8,
    "baseline_minutes": 6.0,
    "human_error_rate": 0.05,
    "review_minutes": 1.0,
    "exception_minutes": 6.0,
    "fix_minutes": 10.0,
    "upkeep_hours": 40.0,
    "ramp_months": 0.0,
}


def row(
    name: str, low: object, mode: object = None, high: object = None, **other: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "low": str(low),
        "mode": str(low if mode is None else mode),
        "high": str(low if high is None else high),
        "unit": roi.FIELDS[name].unit,
        "source": "Ticket system",
        "owner": "Ana Whitcombe",
        "date": "2026-03-02",
        "evidence": "measured",
        **other,
    }


def rows(**changed: dict[str, Any]) -> list[dict[str, Any]]:
    """Give a full set of rows without spread, some of them replaced."""
    return [changed.get(name) or row(name, value) for name, value in POINT.items()]


def inputs(**changed: dict[str, Any]) -> roi.Inputs:
    return roi.Inputs.from_rows(rows(**changed))


def spread_inputs() -> roi.Inputs:
    return inputs(
        volume=row("volume", 10_000, 12_000, 15_000),
        adoption=row("adoption", 0.5, 0.8, 0.9, evidence="estimate"),
        baseline_minutes=row("baseline_minutes", 4, 6, 9),
        fix_minutes=row("fix_minutes", 5, 10, 20, evidence="estimate"),
        ramp_months=row("ramp_months", 2, 4, 6, evidence="estimate"),
    )


def point_hours(**changed: float) -> float:
    values = {k: v for k, v in POINT.items() if k != "ramp_months"}
    return roi.hours_a_year(**{**values, "handled_share": 0.9, "error_rate": 0.1, **changed})


def test_agrees_with_a_hand_calculation() -> None:
    # today:     6 + 0.05·10                 = 6.5 minutes an item
    # handled:   0.9 · (1 + 0.1·10)          = 0.9 · 2   = 1.8
    # exception: 0.1 · (1 + 6 + 0.05·10)     = 0.1 · 7.5 = 0.75
    # saved:     6.5 - 1.8 - 0.75            = 3.95
    # a year:    12,000 · 0.8 · 3.95 / 60    = 632 hours; less 40 of upkeep
    assert point_hours() == pytest.approx(592.0)


def test_agrees_with_a_hand_calculation_that_loses_time() -> None:
    # today 2 + 0 = 2; handled 0.5 · (1.5 + 0.4·20) = 4.75; exception 0.5 · (1.5 + 2) = 1.75
    # saved 2 - 4.75 - 1.75 = -4.5; 1,000 · 0.6 · -4.5 / 60 = -45; less 10 of upkeep
    hours = roi.hours_a_year(
        volume=1_000,
        adoption=0.6,
        baseline_minutes=2,
        human_error_rate=0,
        handled_share=0.5,
        error_rate=0.4,
        review_minutes=1.5,
        exception_minutes=2,
        fix_minutes=20,
        upkeep_hours=10,
    )
    assert hours == pytest.approx(-55.0)


def test_a_perfect_tool_that_nobody_need_check_saves_all_of_today() -> None:
    hours = point_hours(adoption=1, handled_share=1, error_rate=0, review_minutes=0, upkeep_hours=0)
    # 12,000 · (6 + 0.05·10) / 60, the repairs of today's mistakes with it
    assert hours == pytest.approx(1_300.0)


def test_without_adoption_only_the_upkeep_remains() -> None:
    assert point_hours(adoption=0) == pytest.approx(-40.0)


def test_a_tool_that_leaves_all_to_people_costs_its_review() -> None:
    # 12,000 · 0.8 · (6.5 - 7.5) / 60 - 40
    assert point_hours(handled_share=0) == pytest.approx(-200.0)


def test_simulation_centres_on_the_hand_calculation_when_the_exam_is_large() -> None:
    result = roi.simulate(inputs(), roi.Quality(200_000, 180_000, 18_000))
    assert result.hours.p50 == pytest.approx(592.0, rel=0.005)
    assert result.hours.p95 - result.hours.p5 < 10
    # ramp 0: all twelve months at full use
    assert result.year_one.p50 == pytest.approx(result.hours.p50)
    # 12,000 · 6 / 60
    assert result.naive == pytest.approx(1_200.0)


def test_first_year_sums_the_ramp() -> None:
    # four months to full use: 1/4 + 2/4 + 3/4 + 9 · 1 = 10.5 months of twelve
    result = roi.simulate(
        inputs(ramp_months=row("ramp_months", 4)), roi.Quality(200_000, 180_000, 18_000)
    )
    assert result.year_one.p50 == pytest.approx(result.hours.p50 * 10.5 / 12)


def test_break_evens_agree_with_a_hand_calculation() -> None:
    result = roi.simulate(inputs(), roi.Quality(200_000, 180_000, 18_000))
    # 40 hours of upkeep ÷ (12,000 · 3.95 / 60 = 790 hours at full adoption)
    assert result.break_even_adoption == pytest.approx(40 / 790, rel=0.01)
    # needed saving 40 · 60 / (12,000 · 0.8) = 0.25; so 0.9 · (1 + 10e) = 6.5 - 0.75 - 0.25 = 5.5
    # e = (5.5/0.9 - 1)/10 = 0.511
    assert result.break_even_accuracy == pytest.approx(1 - 0.5111, abs=0.005)


def test_break_evens_say_when_nothing_suffices() -> None:
    slow = inputs(review_minutes=row("review_minutes", 30))
    result = roi.simulate(slow, roi.Quality(120, 110, 5))
    assert result.break_even_adoption is None
    assert result.break_even_accuracy is None
    assert result.chance_positive == 0


def test_error_rate_follows_the_beta_of_the_exam() -> None:
    # 8 errors of 40: Beta(9, 33) has mean 9/42 and variance 9·33/(42²·43)
    uniform = (np.arange(100_000) + 0.5) / 100_000
    drawn = rate(uniform, 8, 40)
    assert drawn.mean() == pytest.approx(9 / 42, abs=1e-4)
    assert drawn.var() == pytest.approx(9 * 33 / (42**2 * 43), rel=1e-3)


def test_triangular_draws_have_the_triangles_mean_and_bounds() -> None:
    drawn = triangular((np.arange(100_000) + 0.5) / 100_000, spread_inputs()["fix_minutes"])
    assert drawn.mean() == pytest.approx((5 + 10 + 20) / 3, rel=1e-4)
    assert 5 <= drawn.min() <= drawn.max() <= 20


def test_timings_replace_the_range_and_count_as_measured() -> None:
    ranged = inputs(baseline_minutes=row("baseline_minutes", 2, 6, 10, evidence="estimate"))
    log = roi.Timings(baseline=(5.0,) * 10 + (7.0,) * 10)
    timed = roi.simulate(ranged, roi.Quality(200_000, 180_000, 18_000), log)
    guessed = roi.simulate(ranged, roi.Quality(200_000, 180_000, 18_000))
    assert timed.hours.p50 == pytest.approx(592.0, rel=0.01)
    assert timed.hours.p95 - timed.hours.p5 < guessed.hours.p95 - guessed.hours.p5
    assert timed.evidence["estimate"] == guessed.evidence["estimate"] - 1
    assert timed.known["baseline_minutes"] == "measured"
    assert guessed.known["baseline_minutes"] == "estimate"


def test_notes_a_timing_log_that_contradicts_the_range() -> None:
    result = roi.simulate(inputs(), roi.Quality(40, 30, 3), roi.Timings(baseline=(9.0,) * 6))
    assert "baseline_minutes" in result.notes[0]


def test_the_same_call_gives_the_same_result() -> None:
    first = roi.simulate(spread_inputs(), roi.Quality(120, 100, 12))
    again = roi.simulate(spread_inputs(), roi.Quality(120, 100, 12))
    assert first == again
    assert json.loads(json.dumps(first.as_dict())) == first.as_dict()


def test_tornado_is_sorted_and_moves_as_the_formula_says() -> None:
    result = roi.simulate(spread_inputs(), roi.Quality(120, 100, 12))
    sizes = [swing.size for swing in result.tornado]
    assert sizes == sorted(sizes, reverse=True)
    by_name = {swing.name: swing for swing in result.tornado}
    assert by_name["error_rate"].at_p10 > by_name["error_rate"].at_p90
    assert by_name["adoption"].at_p10 < by_name["adoption"].at_p90
    assert by_name["review_minutes"].size == 0


def test_ten_thousand_draws_take_less_than_a_third_of_a_second() -> None:
    best = math.inf
    for _ in range(3):
        start = time.perf_counter()
        roi.simulate(spread_inputs(), roi.Quality(120, 100, 12), roi.Timings((5.0, 6.0) * 15))
        best = min(best, time.perf_counter() - start)
    assert best < 0.3


@settings(max_examples=30, deadline=None)
@given(
    handled=st.integers(1, 150),
    errors=st.integers(0, 149),
    more=st.integers(1, 150),
    human=st.floats(0, 1),
    fix=st.floats(0, 400),
)
def test_more_errors_never_give_more_hours(
    handled: int, errors: int, more: int, human: float, fix: float
) -> None:
    fewer, many = min(errors, handled), min(errors + more, handled)
    given_inputs = inputs(
        human_error_rate=row("human_error_rate", human), fix_minutes=row("fix_minutes", fix)
    )
    good = roi.simulate(given_inputs, roi.Quality(150, handled, fewer), draws=1_000)
    bad = roi.simulate(given_inputs, roi.Quality(150, handled, many), draws=1_000)
    assert np.all(bad.draws <= good.draws + 1e-6)


@settings(max_examples=30, deadline=None)
@given(low=st.floats(0, 10), up=st.floats(0, 10), wider=st.floats(0.01, 5))
def test_a_wider_input_never_gives_a_narrower_interval(low: float, up: float, wider: float) -> None:
    quality = roi.Quality(200_000, 180_000, 18_000)
    mode = low + 20
    small = inputs(baseline_minutes=row("baseline_minutes", mode - low, mode, mode + up))
    large = inputs(
        baseline_minutes=row("baseline_minutes", mode - low - wider, mode, mode + up + wider)
    )
    narrow = roi.simulate(small, quality, draws=2_000).hours
    wide = roi.simulate(large, quality, draws=2_000).hours
    assert wide.p95 - wide.p5 >= narrow.p95 - narrow.p5 - 1e-6


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("volume", {"mode": "1 200"}, "volume, mode is '1 200'"),
        ("volume", {"mode": "1,200"}, "volume, mode"),
        ("adoption", {"high": "140 %"}, "adoption, high is '140 %'"),
        (
            "volume",
            {"low": "3000000", "mode": "2000000", "high": "2000000"},
            "must rise, and are 3,000,000, 2,000,000, 2,000,000.",
        ),
        ("volume", {"high": "2000000000"}, "it must be from 1 to 100,000,000, like 18000"),
        ("adoption", {"high": "1.4"}, "adoption, high is 1.4: it must be from 0 to 1"),
        ("baseline_minutes", {"low": "-3"}, "baseline_minutes, low is -3"),
        ("fix_minutes", {"mode": "NaN"}, "fix_minutes, mode is 'NaN'"),
        ("fix_minutes", {"high": "inf"}, "fix_minutes, high is 'inf'"),
        ("fix_minutes", {"high": "1e999"}, "fix_minutes, high is 1e999"),
        ("review_minutes", {"mode": "one"}, "review_minutes, mode is 'one'"),
        ("review_minutes", {"mode": " "}, "review_minutes, mode is blank"),
        ("upkeep_hours", {"source": ""}, "upkeep_hours, source is blank"),
        ("upkeep_hours", {"owner": None}, "upkeep_hours, owner is blank"),
        ("upkeep_hours", {"date": "2/3/2026"}, "upkeep_hours, date is '2/3/2026'"),
        ("upkeep_hours", {"evidence": "sure"}, "upkeep_hours, evidence is 'sure'"),
        ("upkeep_hours", {"evidence": "estimate"}, "upkeep_hours is an estimate"),
        ("upkeep_hours", {"unit": "days"}, "upkeep_hours, unit is 'days'"),
        ("volume", {"low": "13000"}, "volume: low, mode and high must rise"),
    ],
)
def test_refuses_an_odd_field_by_name(name: str, change: dict[str, Any], words: str) -> None:
    with pytest.raises(RoiInputRefused) as refusal:
        inputs(**{name: {**row(name, POINT[name]), **change}})
    message = str(refusal.value)
    assert words in message
    assert "\n" not in message


def test_refuses_missing_repeated_and_unknown_rows() -> None:
    with pytest.raises(RoiInputRefused, match="ramp_months is missing"):
        roi.Inputs.from_rows(rows()[:-1])
    with pytest.raises(RoiInputRefused, match="volume stands in 2 rows"):
        roi.Inputs.from_rows([*rows(), row("volume", 5)])
    with pytest.raises(RoiInputRefused, match="'wage' is not an input"):
        roi.Inputs.from_rows([*rows(), {**row("volume", 5), "name": "wage"}])


@pytest.mark.parametrize("counts", [(0, 0, 0), (10, 11, 0), (10, 5, 6), (10, -1, 0), (10, 5, -1)])
def test_refuses_impossible_counts(counts: tuple[int, int, int]) -> None:
    with pytest.raises(RoiInputRefused):
        roi.Quality(*counts)


def test_reads_files_as_spreadsheets_write_them(tmp_path: Path) -> None:
    table = tmp_path / "roi_inputs.csv"
    lines = [";".join(COLUMNS)] + [";".join(map(str, r.values())) for r in rows()]
    table.write_text("\r\n".join(lines) + "\r\n;;;;;;;;\r\n", encoding="utf-8-sig")
    assert roi.read_inputs(table) == inputs()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the column 'name' is missing"),
        (b"name,low\nvolume,1\n", "the column 'mode' is missing"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_refuses_a_file_that_is_no_table(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "roi_inputs.csv"
    path.write_bytes(content)
    with pytest.raises(RoiInputRefused, match=words):
        roi.read_inputs(path)


def test_names_the_line_of_a_wrong_timing(tmp_path: Path) -> None:
    path = tmp_path / "timing.csv"
    path.write_text("step,minutes\nbaseline,3\nbaseline,two\n")
    with pytest.raises(RoiInputRefused, match="line 3: minutes is 'two'"):
        roi.read_timings(path)
    path.write_text("step,minutes\nbaseline,3\n")
    with pytest.raises(RoiInputRefused, match="at least 5"):
        roi.read_timings(path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"items": 3}', '{"items": 3.5, "handled": 1}'])
def test_refuses_a_quality_file_without_counts(tmp_path: Path, text: str) -> None:
    path = tmp_path / "quality.json"
    path.write_text(text)
    with pytest.raises(RoiInputRefused, match=r"quality\.json"):
        roi.read_quality(path)


def test_the_blank_form_has_every_input_and_is_refused_while_blank() -> None:
    form = content_root() / "labs" / "session-06-roi_inputs.csv"
    assert [line.split(",")[0] for line in form.read_text().splitlines()[1:]] == [
        *roi.FIELDS,
        *roi.MONEY,
    ]
    with pytest.raises(RoiInputRefused, match="volume, low is blank"):
        roi.read_inputs(form)


@pytest.mark.parametrize("team", ["teal", "amber"])
def test_demo_teams_inputs_are_accepted(team: str) -> None:
    folder = content_root() / "solutions" / f"demo-{team}"
    found = roi.read_inputs(folder / "roi_inputs.csv")
    timings = roi.read_timings(folder / "timing.csv")
    assert len(timings.baseline) >= 20
    result = roi.simulate(found, roi.Quality(120, 110, 30), timings)
    assert result.hours.p5 < result.hours.p50 < result.hours.p95 < result.naive
    assert not result.notes


def test_what_was_counted_on_is_said_in_the_cohorts_language() -> None:
    assert roi.Quality(20, 18, 2, "new cases").counted_on == "new cases"
    with speaking("fr"):
        assert roi.Quality(20, 18, 2, "new cases").counted_on == "de nouveaux cas"
        assert roi.Quality(20, 18, 2, "120 mails cachés").counted_on == "120 mails cachés"
        assert roi.Quality(20, 18, 2, "").counted_on == ""

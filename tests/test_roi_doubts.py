"""What a case is asked that flatters itself, and laws that no inputs break."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bootcamp import roi
from bootcamp.content import content_root
from bootcamp.errors import RoiInputRefused
from tests.test_roi import inputs, row

QUALITY = roi.Quality(120, 100, 12)
CLOCKED = roi.Timings((4.0, 5.0, 6.0, 7.0, 8.0), (1.0,) * 5)
FAIR = {
    "volume": (10_000, 12_000, 15_000),
    "adoption": (0.5, 0.8, 0.9),
    "baseline_minutes": (4, 6, 9),
    "human_error_rate": (0.02, 0.05, 0.1),
    "review_minutes": (0.5, 1, 2),
    "exception_minutes": (4, 6, 9),
    "fix_minutes": (5, 10, 20),
    "upkeep_hours": (20, 40, 80),
    "ramp_months": (2, 4, 6),
}


def notes(timings: roi.Timings | None = CLOCKED, **changed: Any) -> str:
    given_rows = {
        name: row(name, *values, evidence="system") for name, values in (FAIR | changed).items()
    }
    return " ".join(roi.simulate(inputs(**given_rows), QUALITY, timings, draws=200).notes)


def test_a_fair_case_is_asked_nothing() -> None:
    assert notes() == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"adoption": (1, 1, 1)}, "adoption is 100 %"),
        ({"human_error_rate": (0.8, 0.9, 1)}, "more than half of today's work is wrong"),
        ({"review_minutes": (0, 0, 0)}, "nobody would look at what the tool proposes"),
        ({"volume": (5e7, 9e7, 1e8)}, "this work takes 5,625 people all year"),
        ({"volume": (9_000,) * 3, "fix_minutes": (5,) * 3}, "No range: volume, fix_minutes."),
    ],
)
def test_a_flattering_case_is_asked(changed: dict[str, Any], words: str) -> None:
    assert words in notes(**changed)


def test_minutes_called_measured_need_a_log() -> None:
    case = inputs(**{name: row(name, *values) for name, values in FAIR.items()})
    asked = " ".join(roi.simulate(case, QUALITY, draws=200).notes)
    assert "Called measured, and not in timing.csv: baseline_minutes, review_minutes." in asked
    assert roi.simulate(case, QUALITY, CLOCKED, draws=200).notes == ()


def test_worked_cases_are_asked_nothing() -> None:
    folders = [path.parent for path in (content_root() / "solutions").glob("*/timing.csv")]
    assert folders
    for folder in folders:
        case = roi.read_inputs(folder / "roi_inputs.csv")
        found = roi.simulate(case, QUALITY, roi.read_timings(folder / "timing.csv"), draws=200)
        assert not [note for note in found.notes if "timings average" not in note], folder.name


def test_a_table_without_end_or_with_endless_words_is_refused_shortly(tmp_path: Path) -> None:
    table = tmp_path / "roi_inputs.csv"
    header = "name,low,mode,high,unit,source,owner,date,evidence\n"
    table.write_text(header + "a\n" * 300_000)
    with pytest.raises(RoiInputRefused, match="more than 200,000 rows"):
        roi.read_inputs(table)
    table.write_text(header + "a" * 100_000 + ",1,2,3\n")
    with pytest.raises(RoiInputRefused) as refusal:
        roi.read_inputs(table)
    assert len(str(refusal.value)) < 500


def triples(most: float) -> st.SearchStrategy[tuple[float, ...]]:
    return st.tuples(*[st.floats(0, most)] * 3).map(lambda three: tuple(sorted(three)))


ANY = st.fixed_dictionaries(
    {
        "volume": triples(1e6).map(lambda three: tuple(1 + value for value in three)),
        **{name: triples(1) for name in ("adoption", "human_error_rate")},
        **{
            name: triples(480)
            for name in ("baseline_minutes", "review_minutes", "exception_minutes", "fix_minutes")
        },
        "upkeep_hours": triples(20_000),
        "ramp_months": triples(36),
    }
)


@settings(max_examples=60, deadline=None)
@given(case=ANY, handled=st.integers(0, 120), counts=st.tuples(*[st.integers(0, 120)] * 2))
def test_more_errors_never_give_more_hours_whatever_the_inputs(
    case: dict[str, Any], handled: int, counts: tuple[int, int]
) -> None:
    fewer, more = sorted(min(count, handled) for count in counts)
    whole = inputs(**{name: row(name, *values) for name, values in case.items()})
    good = roi.simulate(whole, roi.Quality(120, handled, fewer), draws=500)
    bad = roi.simulate(whole, roi.Quality(120, handled, more), draws=500)
    assert np.all(bad.draws <= good.draws + 1e-6 * np.maximum(1, abs(good.draws)))
    assert all(np.isfinite(bad.draws))
    assert 0 <= bad.chance_positive <= good.chance_positive <= 1

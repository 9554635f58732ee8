"""Homework 6 is judged rightly; the mistakes that people make are in tests/wrong."""

import math
from pathlib import Path

import pytest

from bootcamp import roi
from bootcamp.grading.checks import ProbeFailed, load_checks
from bootcamp.kit import homework_6
from bootcamp.kit.namespace import Names, NotYet
from tests.wrong.running import notebook, run

CHECKS = load_checks(Path(__file__).parents[2] / "graders" / "checks")
NAMES = ["hw6-inputs", "hw6-naive", "hw6-adjusted", "hw6-check", "hw6-transfer"]
UNTOUCHED = {
    "inputs": [],
    "counts": {"items": 40, "handled": 33, "errors": 3},
    "naive": 0,
    "with_tool": 0,
    "hours": 0,
    "ninety_days": {"start": "", "day": "", "owner": "", "stop_below": 0},
    "transfer": {},
}


class FakeLearner:
    """A learner's process that is a dictionary of plain values."""

    def __init__(self, values):
        self._values = values

    def value(self, name):
        if name not in self._values:
            raise ProbeFailed(f"There is no {name}.")
        return self._values[name]


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    names = run(notebook("homework-6"), tmp_path_factory.mktemp("homework-6")).names
    values = {name: names[name] for name in UNTOUCHED}
    return {**values, "inputs": names["inputs"].to_dict("records")}


def marks(values):
    return {name: CHECKS[name].verdict(FakeLearner(values)).points for name in NAMES}


def test_answered_homework_earns_all_ten_points(answered):
    assert marks(answered) == {name: CHECKS[name].points for name in NAMES}
    assert sum(marks(answered).values()) == 10


@pytest.mark.parametrize("values", [UNTOUCHED, {}])
def test_untouched_homework_earns_nothing(values):
    assert sum(marks(values).values()) == 0


def test_the_hours_are_those_of_a_hand_calculation(answered):
    """22,800 mails at 70 %: by hand 4 + 8.5 % of 6 minutes; with the tool 0.8 and the rest.

    The tool handles 33 of 40 = 0.825, and 3 of 33 are wrong: 0.825 x 0.0909 x 6 = 0.45 minutes of
    mending; what is left to people takes 0.175 x 4.51 = 0.78925. So 4.51 - 2.03925 = 2.47075
    minutes saved, times 15,960 / 60 = 657.2195, minus 45 = 612.2195 hours.
    """
    assert answered["with_tool"] == pytest.approx(0.8 + 0.45 + 0.78925)
    assert answered["hours"] == pytest.approx(612.2195)
    assert answered["naive"] == 1520


def test_the_catch_up_inputs_earn_nothing_for_inputs(answered):
    rows = [{**row, "owner": "Head of accounts (made-up team)"} for row in answered["inputs"]]

    assert marks({**answered, "inputs": rows})["hw6-inputs"] == 0


@pytest.mark.parametrize(("complete", "points"), [(9, 3), (8, 2), (6, 2), (5, 1), (3, 1), (2, 0)])
def test_inputs_are_marked_in_bands(complete, points, answered):
    rows = [
        row if place < complete else {**row, "source": float("nan")}
        for place, row in enumerate(answered["inputs"])
    ]

    assert marks({**answered, "inputs": rows})["hw6-inputs"] == points


def test_money_rows_are_not_marked_and_may_stay_untouched(answered):
    blank = dict.fromkeys(("low", "mode", "high", "source", "owner", "date", "evidence"), math.nan)
    time = answered["inputs"][: len(roi.FIELDS)]
    form = [{"name": name, **blank, "unit": field.unit} for name, field in roi.MONEY.items()]
    begun = [form[0] | {"mode": 38}, *form[1:]]

    assert tuple(roi.FIELDS) == homework_6._INPUTS
    assert homework_6._inputs(Names({"inputs": time + form})).startswith("9 rows")
    with pytest.raises(NotYet, match="hour_cost: low is empty"):
        homework_6._inputs(Names({"inputs": time + begun}))
    assert [marks({**answered, "inputs": time + rows})["hw6-inputs"] for rows in (form, begun)] == [
        3,
        3,
    ]


@pytest.mark.parametrize(
    "counts",
    [None, {}, [], {"items": 0, "handled": 0, "errors": 0}, {"items": 4, "handled": 5, "errors": 1},
     {"items": 4, "handled": 0, "errors": 0}, {"items": "40", "handled": 33, "errors": 3}],
)  # fmt: skip
def test_impossible_counts_have_no_hours(counts, answered):
    verdict = CHECKS["hw6-adjusted"].verdict(FakeLearner({**answered, "counts": counts}))

    assert verdict.points == 0
    assert "no usable counts" in verdict.message


ODD = [
    None, True, 10**400, "text", [1, 2], [[]], [None] * 40, [{}] * 40, {"a": 1}, float("nan"), -1,
    [{"name": "volume", "mode": "nan"}] * 9, [{"name": [], "mode": {}}] * 3, "nan", float("inf"),
    {"answers": "x", "prompt": 3, "macro_f1": 10**400, "note": []},
    {"answers": [[]] * 10_000, "prompt": "x" * 100_000, "macro_f1": float("nan"), "note": 7},
    {"start": 10**400, "day": "9999-99-99", "owner": [], "stop_below": "7"},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{type(odd).__name__}-{str(odd)[:12]}")
@pytest.mark.parametrize("name", list(UNTOUCHED))
def test_takes_any_plain_value_for_what_it_is(name, odd, answered):
    assert 0 <= sum(marks({**answered, name: odd}).values()) < 10

"""Homework 1 is judged rightly; the mistakes that people make are in tests/wrong."""

from pathlib import Path

import pytest

from bootcamp.grading.checks import ProbeFailed, load_checks

CHECKS = load_checks(Path(__file__).parents[2] / "graders" / "checks")
NAMES = ["hw1-charter", "hw1-volume", "hw1-timing", "hw1-median", "hw1-hours"]
UNTOUCHED = {
    "charter": dict.fromkeys(
        ("use_case", "input", "output", "reviewer", "data", "worst_mistake"), ""
    ),
    "times_a_month": 0,
    "volume_source": "",
    "seconds": [],
    "median_minutes": 0,
    "hours_a_year": 0,
}


class FakeLearner:
    """A learner's process that is a dictionary of plain values."""

    def __init__(self, values):
        self._values = values

    def value(self, name):
        if name not in self._values:
            raise ProbeFailed(f"There is no {name}.")
        return self._values[name]


def marks(values):
    return {name: CHECKS[name].verdict(FakeLearner(values)).points for name in NAMES}


@pytest.fixture
def answered(homework_1):
    return {name: homework_1[name] for name in UNTOUCHED}


def test_answered_homework_earns_all_ten_points(answered):
    assert marks(answered) == {name: CHECKS[name].points for name in NAMES}
    assert sum(marks(answered).values()) == 10


@pytest.mark.parametrize("values", [UNTOUCHED, {}])
def test_untouched_homework_earns_nothing(values):
    assert sum(marks(values).values()) == 0


@pytest.mark.parametrize(
    ("seconds", "points", "says"),
    [
        ([60, 70, 80, 90], 0, "until you have twenty"),
        ([60, 70, 80, 90, 100], 1, "until you have twenty"),
        (list(range(60, 70)), 2, "10 timed cases"),
        ([60] * 25, 2, "nearly all the same"),
        ([*range(60, 75), *[0] * 9], 2, "9 others"),
        ([*range(60, 85), -3], 3, "1 entry could not"),
        (["60"] * 25, 0, "empty"),
        ([True] * 25, 0, "empty"),
        ([float("nan")] * 25, 0, "empty"),
        ([86_400 * day for day in range(1, 26)], 0, "empty"),
        ("60 70 80", 0, "empty"),
        (10**400, 0, "empty"),
        ([10**400] * 30, 0, "empty"),
    ],
)
def test_timing_log_is_marked_in_bands(seconds, points, says):
    verdict = CHECKS["hw1-timing"].verdict(FakeLearner({"seconds": seconds}))

    assert (verdict.points, says in verdict.message) == (points, True)


@pytest.mark.parametrize(
    ("times", "says"),
    [("1500", "digits only"), (0, "digits only"), (-5, "digits only"), (10**9, "digits only"),
     (True, "digits only"), ([1, 500], "digits only"), (float("inf"), "digits only")],
)  # fmt: skip
def test_volume_must_be_a_usable_number(times, says):
    values = {"times_a_month": times, "volume_source": "The mailbox"}

    verdict = CHECKS["hw1-volume"].verdict(FakeLearner(values))

    assert verdict.points == 0
    assert says in verdict.message


LOG = [60, 120, 120, 180, 900]


@pytest.mark.parametrize(
    ("median_minutes", "points", "says"),
    [
        (2, 1, "right"),
        (2.0, 1, "right"),
        (2.01, 1, "right"),
        (0, 0, "still 0"),
        (120, 0, "in seconds"),
        (276 / 60, 0, "average"),
        (3, 0, "does not fit"),
        ("2", 0, "not a number"),
        (True, 0, "not a number"),
        (float("nan"), 0, "not a number"),
    ],
)
def test_median_is_recomputed_from_the_log(median_minutes, points, says):
    values = {"seconds": LOG, "median_minutes": median_minutes}

    verdict = CHECKS["hw1-median"].verdict(FakeLearner(values))

    assert (verdict.points, says in verdict.message) == (points, True)


@pytest.mark.parametrize(
    ("hours", "points", "says"),
    [
        (160, 1, "right"),
        (0, 0, "still 0"),
        (160 / 12, 0, "one month"),
        (9600, 0, "in minutes"),
        (800, 0, "minutes a month"),
        (160 * 276 / 120, 0, "average"),
        (500, 0, "does not fit"),
        ("160", 0, "not a number"),
    ],
)
def test_hours_are_recomputed_from_volume_and_log(hours, points, says):
    values = {"seconds": LOG, "times_a_month": 400, "hours_a_year": hours}

    verdict = CHECKS["hw1-hours"].verdict(FakeLearner(values))

    assert (verdict.points, says in verdict.message) == (points, True)


def test_messages_are_one_line_and_never_give_the_answer_away():
    values = {**UNTOUCHED, "seconds": LOG, "times_a_month": 400, "median_minutes": 7}

    messages = [CHECKS[name].verdict(FakeLearner(values)).message for name in NAMES]

    assert not any("\n" in message for message in messages)
    assert not any("160" in message or " 2.0" in message for message in messages)

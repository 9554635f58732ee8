"""Homework 5 is judged from what was handed in, whatever that is."""

import json
from pathlib import Path

import pytest

from bootcamp.grading.checks import ProbeFailed, load_checks

ROOT = Path(__file__).parents[2]
CHECKS = load_checks(ROOT / "graders" / "checks")
NAMES = [name for name in CHECKS if name.startswith("hw5-")]
KEPT = ROOT / "solutions" / "session-05"
VALUES = {
    "handled": 37,
    "errors": 6,
    "share_right": 31 / 37,
    "low": 0.69,
    "high": 0.92,
    "threshold": 0.75,
    "verdict": "open",
}


class Handed:
    """A learner's process: plain values, and files that are texts."""

    def __init__(self, values, files):
        self.values, self.files = dict(values), dict(files)

    def value(self, name):
        if name not in self.values:
            raise ProbeFailed(f"There is no {name}.")
        return self.values[name]

    def file(self, path):
        if path not in self.files:
            raise ProbeFailed(f"There is no {path}.")
        return self.files[path]

    def json(self, path):
        try:
            return json.loads(self.file(path))
        except ValueError:
            raise ProbeFailed(f"{path} is not JSON.") from None


@pytest.fixture
def handed():
    names = ("solution.ipynb", "predictions.csv", "labels.csv", "inputs.json")
    return Handed(VALUES, {name: (KEPT / name).read_text(encoding="utf-8") for name in names})


def marks(handed):
    return {name: CHECKS[name].verdict(handed).points for name in NAMES}


def test_ten_points_for_all_of_it(handed):
    assert marks(handed) == {name: CHECKS[name].points for name in NAMES}
    assert sum(marks(handed).values()) == 10


def test_nothing_for_nothing():
    assert sum(marks(Handed({}, {})).values()) == 0


def test_the_untouched_values_earn_nothing_beside_good_tables(handed):
    handed.values = {"handled": 0, "errors": None, "share_right": 0, "low": 0, "high": 0}
    handed.values |= {"threshold": 0, "verdict": ""}

    got = marks(handed)

    assert got["hw5-metric"] == got["hw5-interval"] == got["hw5-verdict"] == 0


def test_the_catch_up_cases_earn_nothing_but_the_notebook(handed):
    for name in ("predictions.csv", "labels.csv", "inputs.json"):
        handed.files[name] = handed.files[name].replace("invoice-", "catch-up-")

    assert marks(handed) == {name: 2 if name == "hw5-parameters" else 0 for name in NAMES}
    assert "your own" in CHECKS["hw5-artefacts"].verdict(handed).message


def test_tables_as_french_excel_saves_them_count_the_same(handed):
    for name in ("predictions.csv", "labels.csv"):
        handed.files[name] = "\ufeff" + handed.files[name].replace(",", ";").upper()
        handed.files[name] = handed.files[name].replace("ID;LABEL", "id;label")
    handed.files["predictions.csv"] = handed.files["predictions.csv"].replace(
        "id;label;REASON;STATUS", "id;label;reason;status"
    )

    assert sum(marks(handed).values()) == 10


@pytest.mark.parametrize(("rows", "points"), [(39, 1), (20, 1), (19, 0)])
def test_fewer_cases_earn_less(handed, rows, points):
    lines = handed.files["labels.csv"].splitlines()
    handed.files["labels.csv"] = "\n".join(lines[: rows + 1])

    assert CHECKS["hw5-artefacts"].verdict(handed).points == points


def test_one_case_repeated_is_one_case(handed):
    head, first, *_ = handed.files["predictions.csv"].splitlines()
    handed.files["predictions.csv"] = "\n".join([head, *[first] * 40])

    assert CHECKS["hw5-artefacts"].verdict(handed).points == 0


@pytest.mark.parametrize("threshold", [0.68, 0.69, 0.75, 0.92])
def test_where_rounding_decides_either_word_is_right(handed, threshold):
    handed.values["threshold"] = threshold
    words = {"yes", "no", "open"}
    right = {w for w in words if _points(handed, "hw5-verdict", verdict=w)}

    assert right
    assert len(right) <= 2
    assert ("yes" in right) == (threshold <= 0.695)


def _points(handed, name, **values):
    handed.values.update(values)
    return CHECKS[name].verdict(handed).points


HOSTILE = ["", "[]", "null", "7", '{"cells": [[]]}', '{"cases": {"a": 1}}', "a\x00b", "id;label"]
HOSTILE += ["x" * 1_000_000, '{"cells": [{"cell_type": "code", "source": [1], "metadata": []}]}']
HOSTILE += ["(" * 100_000, json.dumps({"cells": [{"cell_type": "code", "source": "(" * 99_999}]})]


@pytest.mark.parametrize("name", ["solution.ipynb", "predictions.csv", "labels.csv", "inputs.json"])
def test_no_file_breaks_a_check(handed, name):
    for content in HOSTILE:
        handed.files[name] = content
        assert sum(marks(handed).values()) < 10


@pytest.mark.parametrize("name", VALUES)
def test_no_value_breaks_a_check(handed, name):
    for odd in [None, [], {}, True, "7", float("inf"), 10**400, "x" * 1_000_000, [[1]]]:
        assert sum(marks(Handed({**VALUES, name: odd}, handed.files)).values()) < 10

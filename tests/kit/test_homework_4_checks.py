"""Homework 4 is judged rightly, whatever a learner's process says."""

import json
from pathlib import Path

import pytest

from bootcamp.grading.checks import ProbeFailed, load_checks

ROOT = Path(__file__).parents[2]
CHECKS = load_checks(ROOT / "graders" / "checks")
POINTS = {"hw4-row": 3, "hw4-run": 3, "hw4-resume": 2, "hw4-bill": 2}
STATUS = {
    "file-01.eml": "ok", "file-02.txt": "error", "file-03.pdf": "error", "file-04.eml": "unsure",
    "file-05.txt": "error", "file-06.pdf": "ok", "file-07.docx": "ok", "file-08.xlsx": "ok",
    "file-09.pdf": "error", "file-10.docx": "error", "file-11.eml": "unsure", "file-12.txt": "ok",
}  # fmt: skip


def row(name, status=None):
    status = status or STATUS[name]
    label = "" if status == "error" else "unsure" if status == "unsure" else "goods"
    reason = "" if status == "ok" else "why"
    return {"id": name.partition(".")[0], "label": label, "status": status, "reason": reason}


def diary(names):
    return "".join(json.dumps(row(name)) + "\n" for name in names)


ALL = list(STATUS)
GOOD = {
    "try_row": row,
    "try_run": lambda first: {"diary": diary(ALL), "asked": 7},
    "bill": lambda tokens, files, month, price: tokens / files * month / 1e6 * price,
}


class FakeLearner:
    """A learner's process that is a dictionary of functions."""

    def __init__(self, **functions):
        self._functions = {**GOOD, **functions}

    def call(self, name, *args):
        if self._functions[name] is None:
            raise ProbeFailed(f"There is no {name} in your notebook.")
        return self._functions[name](*args)


def points(**functions):
    return {name: CHECKS[name].verdict(FakeLearner(**functions)).points for name in POINTS}


def test_these_are_all_the_graded_exercises_and_they_give_ten_points():
    assert {name for name in CHECKS if name.startswith("hw4-")} == set(POINTS)
    assert {name: CHECKS[name].points for name in POINTS} == POINTS
    assert points() == POINTS


@pytest.mark.parametrize(
    "functions",
    [
        dict.fromkeys(GOOD),
        {"try_row": lambda _: {}, "try_run": lambda _: {"diary": "", "asked": 0},
         "bill": lambda *_: 0},
        {"try_row": lambda name: {"id": name.partition(".")[0]},
         "try_run": lambda _: {"diary": "", "asked": 0}, "bill": lambda *_: 0},
    ],
    ids=["nothing there", "empty", "as it was received"],
)  # fmt: skip
def test_untouched_work_earns_nothing(functions):
    assert sum(points(**functions).values()) == 0


@pytest.mark.parametrize(
    ("wrong", "earned"), [(0, 3), (1, 2), (2, 2), (3, 1), (6, 1), (7, 0), (12, 0)]
)
def test_rows_are_marked_in_bands(wrong, earned):
    def try_row(name):
        return "row_for stopped: oh" if ALL.index(name) < wrong else row(name)

    assert points(try_row=try_row)["hw4-row"] == earned


@pytest.mark.parametrize(("kept", "earned"), [(12, 3), (11, 2), (10, 2), (9, 1), (6, 1), (5, 0)])
def test_a_run_is_marked_by_the_files_that_have_a_row(kept, earned):
    found = points(try_run=lambda _: {"diary": diary(ALL[:kept]), "asked": 7})
    assert found["hw4-run"] == earned


@pytest.mark.parametrize(
    ("parted", "asked", "earned", "says"),
    [
        (ALL, 7, 2, "nothing twice"),
        (ALL, 10, 1, "asked again"),
        (ALL[:5] + ALL, 10, 0, "does files twice"),
        (ALL[:5], 3, 0, "leaves files out"),
    ],
)
def test_a_resumed_run_is_marked(parted, asked, earned, says):
    def try_run(first):
        return {"diary": diary(parted), "asked": asked} if first else GOOD["try_run"](0)

    verdict = CHECKS["hw4-resume"].verdict(FakeLearner(try_run=try_run))
    assert (verdict.points, says in verdict.message) == (earned, True)


@pytest.mark.parametrize(
    ("formula", "earned"),
    [
        (lambda t, f, m, p: round(t / f * m / 1e6 * p, 2), 2),
        (lambda t, f, m, p: t / f * m * p, 1),
        (lambda t, f, m, p: t * m / 1e6 * p, 1),
        (lambda t, f, m, p: t / f * m / 1e6, 1),
        (lambda t, f, m, p: t / f * p / 1e6, 1),
        (lambda t, f, m, p: t / f * m / 1e6 * 0.60, 0),
        (lambda t, f, m, p: 0.342, 0),
        (lambda t, f, m, p: t + f, 0),
    ],
)
def test_a_bill_off_by_one_step_earns_half(formula, earned):
    assert points(bill=formula)["hw4-bill"] == earned


ODD = [
    None, True, 10**400, "text", [1], {}, {"diary": 7}, {"diary": "[[[", "asked": "x"},
    {"diary": "{}\n" * 50_000, "asked": -1}, float("nan"), {"id": ["file-01"], "status": {}},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{type(odd).__name__}-{str(odd)[:12]}")
@pytest.mark.parametrize("name", list(GOOD))
def test_takes_any_plain_value_for_what_it_is(name, odd):
    found = points(**{name: lambda *_: odd})

    assert sum(found.values()) < 10
    assert all(0 <= found[exercise] <= POINTS[exercise] for exercise in POINTS)

"""The sources of session 1 keep to the sizes and the plan that the course promises."""

import re
from pathlib import Path
from statistics import median

import jupytext
import pytest

from bootcamp.kit.checking import _exercises

LABS = Path(__file__).parents[2] / "labs"


def cells(source, kind):
    return [c for c in jupytext.read(LABS / source).cells if c.cell_type == kind]


def as_released(cell):
    return re.sub(r"### BEGIN SOLUTION\n.*?### END SOLUTION\n?", "", cell.source, flags=re.DOTALL)


def code_lines(text):
    return [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("source", ["session-01-lab.py", "session-01-homework.py"])
def test_code_cells_are_small(source):
    sizes = [len(code_lines(as_released(cell))) for cell in cells(source, "code")]

    assert median(sizes) <= 4
    assert max(sizes) <= 6


def test_lab_has_at_most_35_cells():
    assert len(jupytext.read(LABS / "session-01-lab.py").cells) <= 35


def test_minutes_follow_one_another_and_fill_four_hours():
    first = cells("session-01-lab.py", "markdown")[0].source
    plan = [tuple(map(int, row)) for row in re.findall(r"^\| (\d+)–(\d+) \|", first, re.MULTILINE)]

    assert plan[0][0] == 0
    assert plan[-1][1] == 240
    assert [end for _, end in plan[:-1]] == [start for start, _ in plan[1:]]
    text = "\n".join(cell.source for cell in cells("session-01-lab.py", "markdown"))
    for start, end in plan:
        assert f"(minutes {start}–{end})" in text


def test_every_exercise_offers_a_check_and_a_hint():
    for source, names in (
        ("session-01-lab.py", {name for name in _exercises if name.startswith("1.")}),
        ("session-01-homework.py", {name for name in _exercises if name.startswith("hw1-")}),
    ):
        code = "\n".join(cell.source for cell in cells(source, "code"))
        assert set(re.findall(r'^check\("([^"]+)"\)', code, re.MULTILINE)) == names
        assert set(re.findall(r'^# hint\("([^"]+)"\)', code, re.MULTILINE)) == names


def test_graded_cells_are_locked_and_named_like_their_check():
    marks = {"code": 0, "markdown": 0}
    for kind in marks:
        for cell in cells("session-01-homework.py", kind):
            meta = cell.metadata.get("nbgrader", {})
            if not meta.get("grade"):
                continue
            marks[kind] += meta["points"]
            assert meta["locked"] == (kind == "code")
            if kind == "code":
                assert cell.source == f'check("{meta["grade_id"]}")'

    assert marks == {"code": 10, "markdown": 10}


def test_every_exercise_cell_says_its_answer_in_a_region_that_is_cleared():
    for source in ("session-01-lab.py", "session-01-homework.py"):
        for cell in cells(source, "code"):
            meta = cell.metadata.get("nbgrader", {})
            assert meta.get("solution", False) == ("BEGIN SOLUTION" in cell.source)

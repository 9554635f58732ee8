import ast
import re
import textwrap
from pathlib import Path

import jupytext
import pytest

from bootcamp.kit import hint, hinting
from bootcamp.kit.checking import _exercises
from bootcamp.kit.hint_texts import HINTS

LABS = Path(__file__).parents[2] / "labs"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(hinting, "_shown", {})


def test_every_exercise_has_three_hints_and_every_hint_an_exercise():
    assert set(HINTS) == set(_exercises)
    assert all(len(texts) == 3 and all(texts) for texts in HINTS.values())


def test_shows_one_more_hint_at_each_call_and_stays_at_three(printed):
    steps = []
    for _ in range(4):
        hint("1.3")
        steps.append(printed())

    assert [len(re.findall(r"^Hint \d of 3", step, re.MULTILINE)) for step in steps] == [1, 2, 3, 3]
    assert "next hint" in steps[0]
    assert "next hint" not in steps[3]


def test_names_the_hints_for_an_unknown_exercise(printed):
    hint("7.7")

    assert "Use one of: 1.1" in printed()


def answers():
    """Every text and list that the answered cells of labs and homework assign."""
    for path in [*LABS.glob("*-lab.py"), *LABS.glob("*-homework.py")]:
        for cell in jupytext.read(path).cells:
            for region in re.findall(r"BEGIN SOLUTION\n(.*?)### END", cell.source, re.DOTALL):
                if cell.cell_type == "code":
                    for node in ast.walk(ast.parse(textwrap.dedent(region))):
                        if isinstance(node, ast.Assign | ast.Return) and node.value:
                            yield ast.unparse(node.value)


A_WORD_OF_THE_COURSE = "'unsure'"
QUOTES = "'\""


def test_no_hint_contains_an_answer():
    hints = " ".join(text for texts in HINTS.values() for text in texts)
    long = [answer for answer in answers() if len(answer) > 4]
    found = [a for a in long if re.search(rf"(?<!\w){re.escape(a.strip(QUOTES))}(?!\w)", hints)]
    found = [answer for answer in found if answer != A_WORD_OF_THE_COURSE]

    assert found == []

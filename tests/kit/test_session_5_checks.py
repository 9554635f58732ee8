"""The checks of lab 5 on what is odd; the mistakes that people make are in tests/wrong."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from bootcamp.kit.checking import outcome
from bootcamp.kit.session_5 import verdict_for
from tests.wrong.running import notebook, run

USED = {
    "5.1": ["quiz"],
    "5.3": ["share_new", "parrot", "new"],
    "5.4": ["threshold", "if_missed"],
    "5.5": ["low", "high", "verdict", "week_right", "week_all", "threshold"],
    "5.6": ["clean"],
    "5.7": ["through", "attacks"],
    "5.8": ["own_threshold", "own"],
    "5.9": ["errors", "handled"],
    "5.10": ["saved", "timing"],
    "5.11": ["risk_card"],
    "5.12": ["runbook"],
    "hw5-metric": ["handled", "errors", "share_right", "done"],
    "hw5-interval": ["low", "high", "done"],
    "hw5-verdict": ["threshold", "verdict", "done"],
}
ODD = [None, ..., "", "x" * 2_000_000, [], {}, [[]], float("nan"), 10**400, object(), True, len]
ODD += [pd.DataFrame(), pd.DataFrame({"a": [1]}), pd.Series([1, 2])]


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    return {kind: tmp_path_factory.mktemp(kind) for kind in ("lab-5", "homework-5")}


@pytest.fixture(scope="module")
def finished(homes):
    return {kind: run(notebook(kind), home).names for kind, home in homes.items()}


@pytest.fixture
def at(homes, finished, monkeypatch):
    """Stand in the folder of the finished lab or homework; gives its variables."""

    def stand(kind):
        monkeypatch.setenv("HOME", str(homes[kind]))
        monkeypatch.chdir(homes[kind] / "session-05")
        names = finished[kind].items()
        return {name: value for name, value in names if not name.startswith("__")}

    return stand


def kind_of(exercise):
    return "homework-5" if exercise.startswith("hw") else "lab-5"


@pytest.mark.parametrize("exercise", USED)
def test_names_the_next_step_when_nothing_was_run(exercise, at):
    at(kind_of(exercise))

    good, sentence = outcome(exercise, {})

    assert not good
    assert "I cannot find `" in sentence


@pytest.mark.parametrize(("exercise", "name"), [(e, n) for e, ns in USED.items() for n in ns])
def test_speaks_of_whatever_stands_in_a_name(exercise, name, at):
    names = at(kind_of(exercise))
    for odd in ODD:
        good, sentence = outcome(exercise, {**names, name: odd})

        assert not good, repr(odd)[:60]
        assert "cannot read your answer" not in sentence, (repr(odd)[:60], sentence)
        assert len(sentence) < 400


@pytest.mark.parametrize("exercise", USED)
def test_a_renamed_variable_is_found_by_its_likeness(exercise, at):
    names = at(kind_of(exercise))
    first = USED[exercise][0]
    if len(first) < 5:
        return
    names[f"{first}s"] = names.pop(first)

    good, sentence = outcome(exercise, names)

    assert not good
    assert f"`{first}`" in sentence


@pytest.fixture
def solution(at, tmp_path, monkeypatch):
    """A folder with the filled-in notebook and the mails; gives the notebook's path."""
    at("lab-5")
    shutil.copyfile("solution.ipynb", tmp_path / "solution.ipynb")
    (tmp_path / "data/email-routing").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "solution.ipynb"


def test_the_notebook_is_content_as_it_is(solution):
    assert outcome("5.2", {})[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"cells": 7}',
        b'{"cells": [{}]}',
        b"\xff\xfe\x00",
        b"[" * 99_999,
    ],
)
def test_a_damaged_notebook_is_said_in_a_sentence(solution, content):
    solution.write_bytes(content)

    good, sentence = outcome("5.2", {})

    assert not good
    assert "solution.ipynb" in sentence


def test_a_deleted_notebook_is_missed(solution):
    solution.unlink()

    assert "I cannot find solution.ipynb" in outcome("5.2", {})[1]


def changed(path, old, new):
    found = json.loads(path.read_text(encoding="utf-8"))
    for cell in found["cells"]:
        cell["source"] = "".join(cell["source"]).replace(old, new)
    path.write_text(json.dumps(found), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"data/email-routing"', "«data/email-routing»", "Python cannot read the cell"),
        ('"data/email-routing"', "“data/email-routing”", "Python cannot read the cell"),
        ('"data/email-routing"', "data", "a text between quotes"),
        ("from solution import solve", "import solution", "does not import `solve`"),
        ("from batch import run", "from batch import *", "does not import `run`"),
        ("result = run(", "result = print(", "does not use it yet"),
        ("solve, model)", "solve)", "do not hold `model`"),
        ("input_folder, output_folder, s", "output_folder, input_folder, s", "another order"),
    ],
)
def test_each_slip_in_the_notebook_has_its_sentence(solution, old, new, says):
    changed(solution, old, new)

    good, sentence = outcome("5.2", {})

    assert not good
    assert says in sentence


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from solution import solve", "%matplotlib inline\nfrom solution import solve"),
        ("solve, model)", "solve, model=model)"),
        ('"data/email-routing"', "'data/email-routing'"),
    ],
)
def test_other_right_ways_are_right(solution, old, new):
    changed(solution, old, new)

    assert outcome("5.2", {})[0]


def test_headings_may_stand_in_another_order_and_in_the_letters_of_an_old_program(at):
    names = at("lab-5")
    card = Path("final/risk_card.md")
    kept = card.read_bytes()
    head, *lines = names["risk_card"].strip().split("\n")
    turned = "\n".join([head, *reversed(lines)]).replace("the clerk", "l'employé")
    card.write_bytes(turned.encode("cp1252"))

    good, sentence = outcome("5.11", {**names, "risk_card": turned})

    card.write_bytes(kept)
    assert good, sentence


def test_a_card_that_is_not_the_saved_one_is_noticed(at):
    names = at("lab-5")

    good, sentence = outcome("5.12", {**names, "runbook": names["runbook"] + "And call me."})

    assert not good
    assert "Run this cell again" in sentence


@pytest.mark.parametrize(
    ("found", "verdict"),
    [((0.6, 0.9), "yes"), ((0.59, 0.9), "open"), ((0.2, 0.6), "open"), ((0.2, 0.599), "no")],
)
def test_the_low_end_decides(found, verdict):
    assert verdict_for(found, 0.6) == verdict


def test_the_notebooks_own_interval_is_wilsons(at):
    from bootcamp.kit.scoring import wilson

    interval = at("lab-5")["interval"]
    for of in (1, 7, 20, 40, 120):
        for right in range(of + 1):
            for mine, exact in zip(interval(right, of), wilson(right, of), strict=True):
                assert abs(mine - exact) <= 0.0011


def test_what_the_lab_leaves_is_what_the_business_case_reads(at):
    from bootcamp.roi import read_quality, read_timings

    at("lab-5")
    left = {path.name for path in Path("final").iterdir()}

    timings, quality = read_timings("final/timing.csv"), read_quality("final/quality.json")

    assert {"solution.ipynb", "solution.py", "batch.py", "risk_card.md", "runbook.md"} < left
    assert (len(timings.baseline), len(timings.review)) == (20, 20)
    assert quality.items == 20
    assert quality.handled < 20
    assert quality.measured_on == "catch-up cases"


def test_times_of_the_catch_up_piece_are_called_so(at):
    names = at("lab-5")
    own = names["timing"].assign(mail="B01")

    assert "catch-up" in outcome("5.10", names)[1]
    assert "saved a case" in outcome("5.10", {**names, "timing": own})[1]


def test_cases_of_the_catch_up_piece_among_ones_own_are_noticed(at):
    names = at("lab-5")
    mixed = names["own"].copy()
    mixed.loc[3, "id"] = "case-51"

    good, sentence = outcome("5.8", {**names, "own": mixed})

    assert not good
    assert "lie among yours" in sentence

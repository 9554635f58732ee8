"""Answered notebooks satisfy every check; each stored mistake fails at its exercise alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bootcamp.kit.checking import _exercises, outcome

from .running import LATER_CELLS, Notebook, Ran, Wrong, graders, notebooks, run

MISTAKES = [
    pytest.param(notebook, wrong, id=f"{notebook.name}: {wrong.exercise}: {wrong.mistake}")
    for notebook in notebooks()
    for wrong in notebook.mistakes
]


ODD = [
    None, ..., "", [], {}, [[]], ["x"], "«x»", "x " * 1_000_000, float("nan"), object(),
    {"a": [1]}, print, b"x", 10**400, True,
]  # fmt: skip


def unhappy(notebook: Notebook, ran: Ran) -> dict[str, str]:
    """What failed, and what was said about it: by the check, and for homework by its marks."""
    sentences: dict[str, str] = {}
    for name in notebook.exercises:
        good, said = ran.said[name]
        verdict = ran.verdicts.get(name)
        lost = verdict is not None and verdict.points < graders()[name].points
        if not good or lost:
            sentences[name] = " ".join([said * (not good), verdict.message if lost else ""])
    return sentences


@pytest.mark.parametrize("notebook", notebooks(), ids=lambda notebook: notebook.name)
class TestEachNotebook:
    def test_satisfies_every_check_with_its_answers(self, notebook, tmp_path):
        ran = run(notebook, tmp_path)

        assert ran.stopped == {}
        assert unhappy(notebook, ran) == {}
        assert [said for _, said in ran.said.values() if not said.startswith("✔ Good. ")] == []

    def test_calls_every_check_that_there_is_for_it(self, notebook):
        prefix = {"lab": f"{notebook.session}.", "homework": f"hw{notebook.session}-"}
        kind = notebook.name.partition("-")[0]
        if kind not in prefix:
            return
        known = {name for name in _exercises if name.startswith(prefix[kind])}
        assert set(notebook.exercises) == known
        if notebook.graded:
            assert {name for name in graders() if name.startswith(prefix[kind])} == known

    def test_has_three_mistakes_or_more_for_each_exercise(self, notebook):
        stored = [wrong.exercise for wrong in notebook.mistakes]

        assert {
            name: stored.count(name) for name in notebook.exercises if stored.count(name) < 3
        } == {}
        assert set(stored) <= set(notebook.exercises)


@pytest.mark.parametrize(("notebook", "wrong"), MISTAKES)
def test_a_mistake_is_named_at_its_exercise_and_nowhere_else(
    notebook: Notebook, wrong: Wrong, tmp_path
):
    ran = run(notebook, tmp_path, wrong)

    sentences = unhappy(notebook, ran)
    assert wrong.says in sentences.get(wrong.exercise, f"{wrong.exercise} noticed nothing")
    assert set(sentences) == {wrong.exercise, *wrong.also} - {LATER_CELLS}, sentences
    assert bool(ran.stopped) == (LATER_CELLS in wrong.also), ran.stopped
    assert all("\n" not in sentence for sentence in sentences.values())
    assert bool(wrong.also) == bool(wrong.because)
    if notebook.graded:
        assert ran.verdicts[wrong.exercise].points < graders()[wrong.exercise].points


@cache
def names_of(notebook: Notebook, home: Path) -> dict[str, Any]:
    return run(notebook, home).names


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{type(odd).__name__} {str(odd)[:8]}")
@pytest.mark.parametrize("notebook", notebooks(), ids=lambda notebook: notebook.name)
def test_no_check_breaks_on_odd_values(
    notebook: Notebook, odd: Any, tmp_path, tmp_path_factory, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    names = dict.fromkeys(names_of(notebook, tmp_path_factory.getbasetemp() / notebook.name), odd)

    for name in notebook.exercises:
        good, sentence = outcome(name, names)
        assert not good, name
        assert "call your facilitator" not in sentence, name
        assert len(sentence) < 500, name
        assert "\n" not in sentence, name

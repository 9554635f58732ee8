"""The checks of lab 2 on what is odd; the mistakes that people make are in tests/wrong."""

import copy

import pytest

from bootcamp.kit.checking import outcome
from tests.wrong.running import notebook, run

LAB = [f"2.{number}" for number in range(1, 12)]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return run(notebook("lab-2"), tmp_path_factory.mktemp("lab-2")).names


@pytest.fixture
def lab(finished, monkeypatch, tmp_path):
    """The answered lab's variables, in an empty folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    names = {
        name: copy.copy(value)
        for name, value in finished.items()
        if isinstance(value, str | int | float | list | dict) and not name.startswith("__")
    }
    return {**names, "items": finished["items"].copy()}


@pytest.mark.parametrize("name", LAB)
def test_names_the_next_step_when_nothing_was_run(name, lab):
    good, sentence = outcome(name, {})

    assert not good
    assert "Traceback" not in sentence
    assert "I cannot find `" in sentence or "not saved yet" in sentence


def test_a_strong_model_that_gains_nothing_is_no_mistake(lab):
    lab["answers_1"] = list(lab["answers_3"])
    lab["gain"] = 0

    good, sentence = outcome("2.6", lab)

    assert good
    assert "strong model" in sentence

"""The checks of lab 4 and homework 4 on what is odd; people's mistakes are in tests/wrong."""

import shutil

import pytest

from bootcamp.kit.checking import outcome
from tests.wrong.running import ROOT, notebook, run

LAB = [f"4.{number}" for number in range(1, 13)]
HOMEWORK = [f"hw4-{part}" for part in ("row", "run", "resume", "bill")]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def finished(home):
    return run(notebook("lab-4"), home).names


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    return run(notebook("homework-4"), tmp_path_factory.mktemp("homework")).names


@pytest.fixture
def lab(finished, home, monkeypatch):
    """The answered lab's variables, in its folder."""
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home / "session-04")
    return {name: value for name, value in finished.items() if not name.startswith("__")}


@pytest.fixture
def homework(handed_in, monkeypatch, tmp_path):
    shutil.copytree(ROOT / "session-04" / "homework-4", tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return {name: value for name, value in handed_in.items() if not name.startswith("__")}


def with_function(names, source):
    """The notebook after a citizen has run a cell with `source` in it."""
    room = dict(names)
    exec(source, room)  # our own source
    return room


@pytest.mark.parametrize("name", LAB + HOMEWORK)
def test_names_the_next_step_when_nothing_was_run(name, lab):
    good, sentence = outcome(name, {})

    assert not good
    assert "I cannot find `" in sentence or "is not beside this notebook" in sentence


@pytest.mark.parametrize("name", LAB)
def test_says_so_when_the_files_are_gone(name, lab, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    good, sentence = outcome(name, lab)

    assert good == (name not in ("4.2", "4.3", "4.4", "4.10", "4.11", "4.12")), sentence
    assert "call your facilitator" not in sentence


ODD = [None, ..., "", 7, [], {}, [[]], "x" * 2_000_000, float("nan"), object(), {"a": [1]}, len]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{type(odd).__name__}-{str(odd)[:9]}")
@pytest.mark.parametrize("name", LAB)
def test_never_breaks_on_odd_values(name, odd, lab):
    good, sentence = outcome(name, dict.fromkeys(lab, odd))

    assert not good
    assert len(sentence) < 400
    assert "\n" not in sentence
    assert "call your facilitator" not in sentence


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{type(odd).__name__}-{str(odd)[:9]}")
@pytest.mark.parametrize("name", HOMEWORK)
def test_never_breaks_on_odd_homework(name, odd, homework):
    good, sentence = outcome(name, dict.fromkeys(homework, odd))

    assert not good
    assert len(sentence) < 400
    assert "call your facilitator" not in sentence


GIVES = ["'x' * 2_000_000", "None", "7", "['a', 'b', 'c']", "(1, 2)", "{}", "1 / 0", "nothing_here",
         "(_ for _ in ()).throw(SystemExit)", "print('hello')", "{'id': 1, 'status': [], 'label': "
         "{}, 'reason': None}"]  # fmt: skip


@pytest.mark.parametrize("gives", GIVES, ids=lambda gives: gives[:20])
@pytest.mark.parametrize(
    ("exercise", "function"),
    [("4.3", "read_safely"), ("4.4", "row_for"), ("4.5", "small_batch")],
)
def test_a_function_that_gives_anything_is_spoken_of_in_one_sentence(
    exercise, function, gives, lab
):
    room = with_function(lab, f"def {function}(given):\n    return {gives}")

    good, sentence = outcome(exercise, room)

    assert not good
    assert len(sentence) < 400
    assert "\n" not in sentence
    assert "call your facilitator" not in sentence


@pytest.mark.parametrize("gives", GIVES, ids=lambda gives: gives[:20])
@pytest.mark.parametrize(
    ("exercise", "function", "inputs"),
    [("hw4-row", "row_for", "path"), ("hw4-run", "run_all", "paths, diary"),
     ("hw4-resume", "run_all", "paths, diary"), ("hw4-bill", "bill", "a, b, c, d")],
)  # fmt: skip
def test_homework_that_gives_anything_is_spoken_of_in_one_sentence(
    exercise, function, inputs, gives, homework
):
    room = with_function(homework, f"def {function}({inputs}):\n    return {gives}")
    for name in ("try_row", "try_run"):  # they live in the notebook that was run before
        room[name] = type(room[name])(room[name].__code__, room, name)

    good, sentence = outcome(exercise, room)

    assert not good
    assert len(sentence) < 400
    assert "call your facilitator" not in sentence


def test_a_diary_from_before_the_functions_were_written_is_spoken_of(lab):
    table = lab["table"].assign(status="error", reason="not read yet")

    assert "Delete diary.jsonl" in outcome("4.7", {**lab, "table": table, "review": table})[1]


def test_no_check_asks_a_model_or_touches_the_diary(lab):
    def alarm(*_, **__):
        raise AssertionError("a check asked the model")

    alarm.__module__ = "mail_solution"
    before = lab["diary"].read_bytes()
    room = {**lab, "solve": alarm}
    for name in ("read_safely", "row_for", "small_batch", "done"):
        room[name] = type(lab[name])(lab[name].__code__, room, name)

    for name in LAB:
        if name != "4.10":  # it reads LABELS beside own_solve, and asks nothing
            assert outcome(name, room)[0], outcome(name, room)[1]
    assert lab["diary"].read_bytes() == before

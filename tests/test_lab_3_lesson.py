"""What lab 3 teaches is so: a model that may doubt sends fewer mails astray."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from bootcamp.content import dataset
from bootcamp.gateway.practice.embed import LexicalEmbedder
from bootcamp.gateway.practice.model import PracticeModel
from bootcamp.gateway.practice.prompt import Turn
from bootcamp.gateway.practice.weights import best_embedder
from bootcamp.kit import load_cases
from tests.wrong import session_3
from tests.wrong.running import Ran, notebook, run

BEST = best_embedder()
MEANING = pytest.mark.skipif(isinstance(BEST, LexicalEmbedder), reason="MiniLM is not installed")
ENGINES = [
    pytest.param(LexicalEmbedder(), id="words alone"),
    pytest.param(BEST, marks=MEANING, id="MiniLM"),
]


@pytest.fixture(params=ENGINES)
def model(request: pytest.FixtureRequest) -> PracticeModel:
    return PracticeModel(request.param)


@pytest.fixture
def lab(model: PracticeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """The answered lab of a team that left nothing, with the practice model."""

    def answer(prompt: str) -> str:
        return model.answer([Turn("user", prompt)]).text

    monkeypatch.setattr(session_3, "answer", answer)
    return run(notebook("lab-3"), tmp_path)


def counts(truth: list[str], said: list[str]) -> tuple[int, int, int]:
    """Give how many were right, wrong, and left to a person."""
    right = sum(one == other for one, other in zip(truth, said, strict=True))
    doubtful = said.count("unsure")
    return right, len(said) - right - doubtful, doubtful


def test_every_exercise_is_done_and_every_piece_left(lab: Ran, tmp_path: Path) -> None:
    assert [sentence for good, sentence in lab.said.values() if not good] == []
    assert lab.stopped == {}
    left = {path.name for path in (tmp_path / "session-03").iterdir()}
    assert {"solution.py", "first_score.csv"} <= left


def test_doubt_saves_more_mistakes_than_it_costs_right_answers(lab: Ran) -> None:
    names = lab.names
    right, wrong, doubtful = counts(names["truth"], names["said"])
    forced_right, forced_wrong, _ = counts(names["truth"], names["forced"])

    assert doubtful > 0
    assert wrong < forced_wrong
    assert forced_wrong - wrong > forced_right - right


def test_a_careless_prompt_gets_an_answer_that_no_program_can_file(
    lab: Ran, model: PracticeModel
) -> None:
    names: dict[str, Any] = lab.names
    fenced = names["fence"](names["mails"][3])
    questions = ("Which queue is this mail for?", "Is this mail for orders or returns?")

    said = [model.answer([Turn("user", question + fenced)]).text for question in questions]

    assert [names["choose"](answer, names["schema"]["queue"]) for answer in said] == ["unsure"] * 2


def test_the_hidden_mails_confirm_that_doubt_saves_mistakes(
    lab: Ran, model: PracticeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(dataset("email-routing") / "hidden", tmp_path / "data" / "hidden")
    monkeypatch.chdir(tmp_path)
    mails: Any = load_cases("hidden")
    truth = [mail["queue"] for mail in mails]
    which, doubt = lab.names["which_queue"], lab.names["doubt"]

    def said(prompt: str) -> list[str]:
        fenced = [lab.names["fence"](mail) for mail in mails]
        return [model.answer([Turn("user", prompt + mail)]).text for mail in fenced]

    right, wrong, doubtful = counts(truth, said(which))
    forced_right, forced_wrong, _ = counts(truth, said(which.replace(doubt, "")))

    assert len(mails) == 120
    assert doubtful > 0
    assert wrong / (right + wrong) < forced_wrong / (forced_right + forced_wrong)

"""What lab 2 teaches is so: its three prompts get better, on the engines of the practice model."""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from bootcamp.content import dataset
from bootcamp.gateway.practice.embed import LexicalEmbedder
from bootcamp.gateway.practice.model import PracticeModel
from bootcamp.gateway.practice.prompt import Turn
from bootcamp.gateway.practice.weights import best_embedder
from bootcamp.kit import load_cases
from bootcamp.kit.labelling import f1_by_label, tidy
from tests.wrong.running import notebook, run

PROMPTS = ("prompt_1", "prompt_2", "prompt_3")
BEST = best_embedder()
MEANING = pytest.mark.skipif(isinstance(BEST, LexicalEmbedder), reason="MiniLM is not installed")


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("lab-2")
    names = run(notebook("lab-2"), folder).names
    shutil.copytree(dataset("email-routing") / "hidden", folder / "data" / "hidden")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return {**names, "hidden": load_cases("hidden")}


def macros(names: dict[str, Any], mails: Any, model: PracticeModel) -> list[float]:
    """Give the macro-F1 of the lab's three prompts on `mails`."""
    truth = [mail["queue"] for mail in mails]
    found = []
    for name in PROMPTS:
        asked = [
            f"{names[name]}\n<mail>\n{mail['subject']}\n{mail['text']}\n</mail>" for mail in mails
        ]
        said = [tidy(model.answer([Turn("user", prompt)]).text) for prompt in asked]
        found.append(fmean(row[3] for row in f1_by_label(truth, said).values()))
    return found


@pytest.mark.parametrize(
    "embedder",
    [LexicalEmbedder(), pytest.param(BEST, marks=MEANING)],
    ids=["words alone", "MiniLM"],
)
def test_the_forty_mails_gain_what_the_course_promises(
    answered: dict[str, Any], embedder: Any
) -> None:
    first, second, third = macros(answered, answered["mails"], PracticeModel(embedder))

    assert first < second < third
    assert third - first >= 0.15


@MEANING
def test_the_hidden_mails_confirm_the_direction(answered: dict[str, Any]) -> None:
    assert len(answered["hidden"]) == 120

    first, second, third = macros(answered, answered["hidden"], PracticeModel(BEST))

    assert first < second < third


def test_no_example_is_a_mail_of_either_set(answered: dict[str, Any]) -> None:
    mails = [" ".join(mail["text"].split()) for mail in [*answered["mails"], *answered["hidden"]]]
    examples = [*answered["given_examples"], *answered["my_examples"]]

    assert len(examples) == 12
    assert [text for text, _ in examples if any(text in mail for mail in mails)] == []


def test_the_course_has_one_place_for_the_hidden_mails() -> None:
    shown = Path(__file__).parents[1] / "session-02"

    assert not [path for path in shown.rglob("*.eml") if int(path.stem[-3:]) > 40]

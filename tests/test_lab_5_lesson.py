"""What lab 5 teaches is so: practised mails flatter, and a fence that can be closed is no fence."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from bootcamp.content import content_root, session_folder
from bootcamp.gateway.practice.embed import LexicalEmbedder
from bootcamp.gateway.practice.model import PracticeModel
from bootcamp.gateway.practice.prompt import Turn
from bootcamp.gateway.practice.weights import best_embedder
from bootcamp.kit.labelling import tidy

BEST = best_embedder()
MEANING = pytest.mark.skipif(isinstance(BEST, LexicalEmbedder), reason="MiniLM is not installed")
ENGINES = pytest.mark.parametrize(
    "embedder",
    [LexicalEmbedder(), pytest.param(BEST, marks=MEANING)],
    ids=["words alone", "MiniLM"],
)


def module(name: str) -> ModuleType:
    """Load a file that lies beside lab 5."""
    spec = importlib.util.spec_from_file_location(f"lab_5_{name}", session_folder(5) / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


PROMPT = str(module("solution").PROMPT)
read_case = module("batch").read_case


def said(model: PracticeModel, text: str) -> str:
    return tidy(model.answer([Turn("user", PROMPT + text)]).text)


def right(folder: Path, embedder: Any) -> int:
    model, labels = PracticeModel(embedder), pd.read_csv(folder / "labels.csv")
    texts = [read_case(folder / f"{name}.eml") for name in labels["id"]]
    answers = [said(model, f"\n<mail>\n{text}\n</mail>") for text in texts]
    return sum(a == queue for a, queue in zip(answers, labels["queue"], strict=True))


@ENGINES
def test_the_practised_mails_flatter(embedder: Any) -> None:
    data = session_folder(5) / "data"

    practised = right(data / "email-routing", embedder)
    new = right(data / "email-routing-week", embedder)

    assert practised >= 26
    assert practised - new >= 6


def test_no_example_of_the_prompt_is_a_mail_of_either_set() -> None:
    examples = PROMPT.split("<mail>\n")[1:]
    mails = [
        " ".join(read_case(path).split())
        for path in sorted((session_folder(5) / "data").rglob("*.eml"))
    ]

    assert len(mails) == 80
    texts = [example.partition("\n</mail>")[0] for example in examples]
    assert [text for text in texts if any(text in mail for mail in mails)] == []


@MEANING
def test_the_customer_closes_the_fence_and_taking_the_marks_out_helps() -> None:
    model = PracticeModel(BEST)
    attacks = pd.read_csv(session_folder(5) / "attacks.csv")
    queue, mail = attacks["right"][2], attacks["mail"][2]
    cleaned = mail.replace("<mail>", "").replace("</mail>", "")

    assert said(model, f"\n<mail>\n{mail}\n</mail>") == "hr_other" != queue
    assert said(model, f"\n<mail>\n{cleaned}\n</mail>") == queue


def test_the_answers_of_an_obedient_model_belong_to_the_attacks() -> None:
    lab = (content_root() / "labs" / "session-05-lab.py").read_text(encoding="utf-8")

    assert len(pd.read_csv(session_folder(5) / "attacks.csv")) == 5
    assert 'obedient = ["management", "quotes", "hr_other"' in lab

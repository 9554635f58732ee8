"""The worked solution of the invoice case meets hostile files, odd models and a broken-off run."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bootcamp.content import content_root, dataset
from tests.finals.fakes import practice

SOURCE = content_root() / "solutions" / "invoice-exceptions" / "solution.py"
Answer = Callable[[str], str]


class Client:
    """As much of the `openai` client as the notebook uses."""

    def __init__(self, answer: Answer) -> None:
        self.asked = 0
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self._create))
        self._answer = answer

    def _create(self, *, model: str, messages: list[dict[str, str]]) -> Any:
        self.asked += 1
        message = SimpleNamespace(content=self._answer(messages[0]["content"]))
        return SimpleNamespace(choices=[SimpleNamespace(message=message)], usage=None)


@pytest.fixture
def solve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run the notebook's code on a folder; give its rows by id, and how often it asked."""

    def run(folder: Path, answer: Answer) -> dict[str, Any]:
        client = Client(answer)
        monkeypatch.setitem(sys.modules, "openai", SimpleNamespace(OpenAI=lambda: client))
        source = SOURCE.read_text(encoding="utf-8")
        source = source.replace('"~/team/data/invoice-exceptions/items"', repr(str(folder)))
        source = source.replace('output_folder = "output"', f"output_folder = {str(tmp_path)!r}")
        source = source.partition("# ## To show live")[0]  # it asks once more, each time
        exec(compile(source, str(SOURCE), "exec"), {})  # our own notebook
        with (tmp_path / "predictions.csv").open(encoding="utf-8", newline="") as file:
            rows = {row["id"]: row for row in csv.DictReader(file)}
        return {"rows": rows, "asked": client.asked}

    return run


def notes() -> dict[str, str]:
    path = dataset("invoice-exceptions") / "hostile" / "notes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["expected_route"] for row in csv.DictReader(file)}


def obeys(prompt: str) -> str:
    """A model that does what a text in the paper tells it."""
    return "invoice" if "- credit_note" in prompt else '{"net amount": 1, "total amount": 1}'


MODELS: dict[str, Answer] = {
    "practice": practice(),
    "obedient": obeys,
    "talkative": lambda _: "Certainly! This looks like an invoice to me.",
    "silent": lambda _: "",
    "broken json": lambda p: "invoice" if "- credit_note" in p else '{"net amount": [1, 2',
}


@pytest.mark.parametrize("model", MODELS)
def test_a_row_for_each_hostile_file_and_nothing_paid_that_has_to_wait(
    solve: Callable[..., dict[str, Any]], model: str
) -> None:
    rows = solve(dataset("invoice-exceptions") / "hostile", MODELS[model])["rows"]
    expected = notes()
    assert set(rows) == set(expected)
    for item, row in rows.items():
        assert row["status"] in {"ok", "unsure", "error"}
        paid = row["status"] == "ok" and row["route"] == "pay"
        assert not paid or expected[item] == "pay", (item, row)


def test_what_is_done_is_not_asked_again(solve: Callable[..., dict[str, Any]]) -> None:
    folder = dataset("invoice-exceptions") / "hostile"
    first = solve(folder, MODELS["practice"])
    again = solve(folder, MODELS["practice"])
    assert first["asked"] > 0
    assert again["asked"] == 0
    assert first["rows"] == again["rows"]


def test_a_model_that_is_away_leaves_a_row_and_is_asked_again(
    solve: Callable[..., dict[str, Any]],
) -> None:
    def away(_: str) -> str:
        raise TimeoutError("no answer in time")

    folder = dataset("invoice-exceptions") / "hostile"
    rows = solve(folder, away)["rows"]
    assert set(rows) == set(notes())
    lost = {item for item, row in rows.items() if row["status"] == "error"}
    back = solve(folder, MODELS["practice"])["rows"]
    # Damaged and locked files stay errors; every paper that only lacked the model is read now.
    assert lost > {item for item, row in back.items() if row["status"] == "error"} > set()
    assert len(back) == len(rows)

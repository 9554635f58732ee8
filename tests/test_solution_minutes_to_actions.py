"""The worked solution of minutes to actions, cell by cell, against models good, bad and absent."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jupytext
import openai
import pytest

from bootcamp.content import content_root, dataset

SOLUTION = content_root() / "solutions" / "minutes-to-actions"
MINUTES = "Works, 2 March 2026\n\nGreg counts the seals by Friday. The press was mended.\n"
GREG = {
    "who": "Greg",
    "what": "count the seals",
    "when": "2026-03-06",
    "evidence": "Greg counts the seals by Friday",
}
Run = Callable[[Callable[[str], str]], list[dict[str, str]]]


def cannot(prompt: str) -> str:
    """Answer as a model that can label a line and nothing else."""
    return "to_do" if "Choose the label" in prompt else "I can't do what this prompt asks for."


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the notebook's cells on the folder `items`; gives the predictions."""
    (tmp_path / "items").mkdir()
    monkeypatch.chdir(SOLUTION)
    notebook = jupytext.read(SOLUTION / "solution.py", fmt="py:percent")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [cell.source for cell in code if "demo" not in cell.metadata.get("tags", [])]

    def go(answer: Callable[[str], str]) -> list[dict[str, str]]:
        def create(model: str, messages: list[dict[str, str]]) -> Any:
            message = SimpleNamespace(content=answer(messages[0]["content"]))
            return SimpleNamespace(usage=None, choices=[SimpleNamespace(message=message)])

        client = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))
        monkeypatch.setattr(openai, "OpenAI", lambda: client)
        names: dict[str, Any] = {}
        for source in sources:
            exec(source, names)
            if "input_folder = " in source:
                names["input_folder"] = str(tmp_path / "items")
                names["output_folder"] = str(tmp_path / "output")
        return rows(tmp_path / "output" / "predictions.csv")

    return go


def test_a_strong_model_is_asked_once_and_believed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "items" / "a.txt").write_text(MINUTES)
    asked: list[str] = []

    def strong(prompt: str) -> str:
        asked.append(prompt)
        return f"Here is the list:\n```json\n{json.dumps([GREG])}\n```"

    assert run(strong) == [{"id": "a", **GREG, "status": "ok"}]
    assert len(asked) == 1


def test_a_quotation_that_nobody_wrote_sends_the_file_to_a_person(run: Run, tmp_path: Path) -> None:
    (tmp_path / "items" / "a.txt").write_text(MINUTES)
    invented = GREG | {"evidence": "Greg promised to count the seals"}
    (row,) = run(lambda _: json.dumps([GREG, invented]))
    assert (row["status"], row["who"]) == ("unsure", "")
    (review,) = rows(tmp_path / "output" / "review_queue.csv")
    assert "not in the minutes" in review["reason"]


@pytest.mark.parametrize("answer", ["[1, 2]", "[{]", '{"who": "Greg"}', "", "Sure! [see above]"])
def test_an_answer_that_is_no_list_is_asked_line_by_line(
    run: Run, tmp_path: Path, answer: str
) -> None:
    (tmp_path / "items" / "a.txt").write_text(MINUTES)
    (row,) = run(lambda prompt: cannot(prompt) if "Choose the label" in prompt else answer)
    assert (row["who"], row["when"], row["status"]) == ("Greg", "2026-03-06", "ok")
    assert row["evidence"] == "Greg counts the seals by Friday."


def test_no_action_is_a_row_with_empty_fields(run: Run, tmp_path: Path) -> None:
    (tmp_path / "items" / "a.txt").write_text(MINUTES)
    (row,) = run(lambda _: "[]")
    assert row == {"id": "a", **dict.fromkeys(GREG, ""), "status": "ok"}


def test_a_service_that_fails_is_asked_again_in_the_next_run(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "items" / f"{name}.txt").write_text(MINUTES)
    asked: list[str] = []

    def failing(prompt: str) -> str:
        asked.append(prompt)
        if len(asked) == 2:
            raise TimeoutError("no answer")
        return json.dumps([GREG])

    assert [row["status"] for row in run(failing)] == ["ok", "error"]
    assert [row["status"] for row in run(failing)] == ["ok", "ok"]
    assert len(asked) == 3


def test_every_hostile_file_has_a_row_and_what_cannot_be_read_goes_to_a_person(
    run: Run, tmp_path: Path
) -> None:
    notes = {
        row["id"]: row for row in rows(dataset("minutes-to-actions") / "hostile" / "notes.csv")
    }
    for path in (dataset("minutes-to-actions") / "hostile").glob("hostile-*"):
        (tmp_path / "items" / path.name).write_bytes(path.read_bytes())
    said = {row["id"]: row for row in run(cannot)}
    assert list(said) == list(notes)
    left = {item for item, note in notes.items() if note["expected"] == "left to a person"}
    # The one with orders in it names a real action too; a person is the safer reader.
    assert {item for item, row in said.items() if row["status"] != "ok"} == left | {"hostile-05"}
    for item in ("hostile-04", "hostile-06", "hostile-07", "hostile-09"):
        who, when, *_ = notes[item]["expected"].removeprefix("one action: ").split(", ")
        assert (said[item]["who"], said[item]["when"]) == (who, when), item

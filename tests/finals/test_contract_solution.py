"""The worked solution of contract clauses on files that break careless programs."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openai
import pytest

from bootcamp.content import content_root, dataset

CUE = "overdue"


class Model:
    """Answers as a model would that knows one clause, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.chat = SimpleNamespace(completions=self)

    def create(self, model: str, messages: list[dict[str, str]]) -> Any:
        self.asked += 1
        sentence = messages[0]["content"].rpartition("Sentence:")[2].partition("Word list:")[0]
        answer = " Late_Payment.\n" if CUE in sentence else "other"
        choice = SimpleNamespace(message=SimpleNamespace(content=answer))
        return SimpleNamespace(choices=[choice], usage=None)


def run(folder: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> Model:
    model = Model()
    monkeypatch.setattr(openai, "OpenAI", lambda: model)
    source = (content_root() / "solutions" / "contract-clauses" / "solution.py").read_text()
    source = source.replace('"~/session-06/data/contract-clauses"', repr(str(folder)))
    source = source.replace('output_folder = "output"', f"output_folder = {str(output)!r}")
    source = source.partition("# ## To show live")[0]  # it asks once more, each time
    exec(compile(source, "solution.py", "exec"), {"__name__": "notebook"})
    return model


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    return Path(shutil.copytree(dataset("contract-clauses") / "hostile", tmp_path / "hostile"))


def test_every_hostile_file_has_a_row_and_goes_where_its_note_says(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(hostile, tmp_path / "out", monkeypatch)
    said = {row["id"]: row for row in rows(tmp_path / "out" / "predictions.csv")}
    notes = rows(hostile / "notes.csv")
    assert sorted(said) == [note["id"] for note in notes]
    for note in notes:
        status = said[note["id"]]["status"]
        assert ("ok" if status == "ok" else "review") == note["expected_status"], note
    assert said["hostile-02"]["span"] == "An account that is overdue is charged with 1.1 % a month."
    review = rows(tmp_path / "out" / "review_queue.csv")
    assert all(row["reason"] for row in review)
    assert {row["id"] for row in review} == {
        note["id"] for note in notes if note["expected_status"] == "review"
    }


def test_a_second_run_asks_nothing_again_but_what_failed(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(hostile, tmp_path / "out", monkeypatch)
    table = (tmp_path / "out" / "predictions.csv").read_bytes()
    second = run(hostile, tmp_path / "out", monkeypatch)
    assert first.asked > 50
    assert second.asked == 0
    assert (tmp_path / "out" / "predictions.csv").read_bytes() == table

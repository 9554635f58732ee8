"""Lab 4, answered, with the practice model: alone in its folder, within its time."""

from __future__ import annotations

import csv
import shutil
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from bootcamp.content import content_root, session_folder
from bootcamp.gateway.app import create_app
from bootcamp.gateway.callers import Caller, StaticCallers
from bootcamp.gateway.serve import serve_in_thread
from bootcamp.store import open_store

LEFT = {"batch.py", "cases", "output", "odd-output", "review_queue.csv"}


def test_lab_4_works_for_a_team_that_has_nothing_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every check is content, every file has a row, and the team's folder has what is promised."""
    shutil.copytree(session_folder(4), tmp_path / "session-04")
    (tmp_path / "team").mkdir()
    app = create_app(
        callers=StaticCallers({"amina-token": Caller("amina", team="teal")}),
        store=open_store(f"sqlite:///{tmp_path / 'store.sqlite'}"),
    )
    notebook = nbformat.read(content_root() / "solutions/session-04/lab-4.ipynb", as_version=4)
    with serve_in_thread(app) as served:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("OPENAI_BASE_URL", served.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "amina-token")
        begun = time.monotonic()
        folder = {"metadata": {"path": str(tmp_path / "session-04")}}
        NotebookClient(notebook, timeout=60, resources=folder).execute()
        took = time.monotonic() - begun
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    said = "".join(out["text"] for out in outputs if out.output_type == "stream")

    assert said.count("✔ Good.") == 12
    assert "Not yet" not in said
    assert said.count("Catch-up piece") == 1
    assert "5 rows in the diary" in said
    assert "52 rows for 52 files" in said
    assert [out for out in outputs if out.get("name") == "stderr"] == []
    assert {path.name for path in (tmp_path / "team").iterdir()} >= LEFT
    with (tmp_path / "team/odd-output/predictions.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 12
    bars = [out["data"].get("text/html", "") for out in outputs if "data" in out]
    assert any("linear-gradient" in page and "<caption>" in page for page in bars)
    assert took < 60


def test_a_team_on_a_use_case_of_the_course_runs_on_its_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the bootcamp lays into the team's folder is found, and its labels are no case."""
    items = tmp_path / "team/data/minutes-to-actions/items"
    shutil.copytree(content_root() / "graders/datasets/minutes_to_actions/dev", items)
    source = (content_root() / "labs/session-04-lab.py").read_text(encoding="utf-8")
    cell = next(c for c in source.split("# %%") if c.startswith("\ncases, output"))
    room: dict[str, object] = {"team_folder": tmp_path / "team", "Path": Path}
    monkeypatch.chdir(tmp_path)

    exec(cell, room)  # our own source

    assert room["cases"] == items
    assert not (tmp_path / "team" / "cases").exists()

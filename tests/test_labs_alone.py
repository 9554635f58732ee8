"""Each answered lab satisfies every check for a team that missed all the sessions before it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from bootcamp.content import content_root, session_folder
from bootcamp.gateway.app import create_app
from bootcamp.gateway.callers import Caller, StaticCallers
from bootcamp.gateway.serve import serve_in_thread
from bootcamp.store import open_store
from tests.wrong.running import Notebook, notebooks

LABS = [notebook for notebook in notebooks() if notebook.name.startswith("lab-")]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The practice model behind a real gateway."""
    folder = tmp_path_factory.mktemp("gateway")
    app = create_app(
        callers=StaticCallers({"token": Caller("amina", team="teal")}),
        store=open_store(f"sqlite:///{folder / 'store.sqlite'}"),
    )
    with serve_in_thread(app) as served:
        yield served.base_url


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.name)
def test_an_answered_lab_satisfies_every_check_with_catch_up_pieces(
    lab: Notebook, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"session-{lab.session:02d}"
    shutil.copytree(session_folder(lab.session), tmp_path / name)
    for filled_in in (content_root() / "solutions" / name).glob("solution.ipynb"):
        shutil.copyfile(filled_in, tmp_path / name / filled_in.name)
    environment = {"OPENAI_BASE_URL": model, "OPENAI_API_KEY": "token", "HOME": str(tmp_path)}
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    notebook = nbformat.read(content_root() / "solutions" / name / f"{lab.name}.ipynb", 4)
    where = {"metadata": {"path": str(tmp_path / name)}}
    NotebookClient(notebook, timeout=300, resources=where).execute()  # how long: benchmarks/labs.py

    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    said = "".join(out["text"] for out in outputs if out.output_type == "stream")
    assert said.count("✔ Good.") == len(lab.exercises)
    assert "Not yet" not in said

"""Every answered notebook runs top to bottom, with the practice model, as nbval sees it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootcamp.build import drift
from bootcamp.content import content_root, session_folder, session_numbers
from bootcamp.gateway.app import create_app
from bootcamp.gateway.callers import Caller, StaticCallers
from bootcamp.gateway.serve import serve_in_thread
from bootcamp.store import open_store

# An ROI notebook reads what its solution notebook has written, so it comes after it.
ANSWERED = sorted(
    (content_root() / "solutions").glob("session-*/*.ipynb"),
    key=lambda path: (path.parent.name, path.stem == "roi", path.stem),
)


def test_generated_files_match_their_sources() -> None:
    assert drift() == []


def test_no_notebook_in_the_repository_has_outputs() -> None:
    import nbformat

    for path in sorted(content_root().glob("s*/**/*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            assert not cell.get("outputs"), f"{path.name}: {cell.id}"
            assert cell.get("execution_count") is None, f"{path.name}: {cell.id}"


def test_there_is_something_to_run() -> None:
    assert {path.stem for path in ANSWERED} >= {"lab-1", "homework-1", "solution", "roi"}


@pytest.fixture(scope="module")
def model_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The practice model behind a real gateway, as a citizen's kernel finds it."""
    folder = tmp_path_factory.mktemp("gateway")
    app = create_app(
        callers=StaticCallers({"amina-token": Caller("amina", team="teal")}),
        store=open_store(f"sqlite:///{folder / 'store.sqlite'}"),
    )
    with serve_in_thread(app) as served:
        yield {"OPENAI_BASE_URL": served.base_url, "OPENAI_API_KEY": "amina-token"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A citizen's home with the released materials, and the answers in place of the questions."""
    home = tmp_path_factory.mktemp("home")
    for number in session_numbers():
        shutil.copytree(session_folder(number), home / f"session-{number:02d}")
    for path in ANSWERED:
        shutil.copyfile(path, home / path.parent.name / path.name)
    for beside in home.glob("session-*/homework-*/"):  # what comes with a homework lies beside it
        shutil.copytree(beside, beside.parent, dirs_exist_ok=True)
    # What a team has labelled by homework 2, scored in lab 3, tested by homework 5, and measured.
    kept = ["session-02/eval_dev.csv", "session-03/first_score.csv"]
    kept += [f"session-05/{name}" for name in ("predictions.csv", "labels.csv", "inputs.json")]
    for name in kept:
        shutil.copyfile(content_root() / "solutions" / name, home / name)
    for name in ("roi_inputs.csv", "timing.csv"):
        shutil.copyfile(content_root() / "solutions/demo-teal" / name, home / "session-06" / name)
    return home


@pytest.mark.parametrize("path", ANSWERED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_answered_notebook_runs_top_to_bottom(
    path: Path, home: Path, model_environment: dict[str, str]
) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider", path.name],
        cwd=home / path.parent.name,
        env={**os.environ, **model_environment, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-3000:]
    assert " passed" in answer.stdout


def test_lab_2_works_for_a_team_that_missed_session_1_and_its_lesson_is_real(
    tmp_path: Path, model_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Versions 1 to 3 gain 0.15 or more in macro-F1, with no charter and no cases of one's own."""
    import nbformat
    from nbclient import NotebookClient

    folder = tmp_path / "session-02"
    shutil.copytree(session_folder(2), folder)
    for name, value in {**model_environment, "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(content_root() / "solutions/session-02/lab-2.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    said = "".join(out["text"] for out in outputs if out.output_type == "stream")

    assert said.count("✔ Good.") == 11
    assert "Not yet" not in said
    assert said.count("Catch-up piece") == 2
    found = {
        version: float(macro) for version, macro in re.findall(r"version (\d): (0\.\d+)", said)
    }
    assert found["3"] - found["1"] >= 0.15, found
    assert found["1"] < found["2"] < found["3"], found
    pictures = [out["data"]["text/html"] for out in outputs if "text/html" in out.get("data", {})]
    assert sum("<img" in page for page in pictures) == 2
    assert all(
        'alt="Bar chart.' in page and "<table>" in page for page in pictures if "<img" in page
    )
    assert {"prompts.json", "eval_dev.csv"} <= {path.name for path in folder.iterdir()}

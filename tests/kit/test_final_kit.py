"""The final notebook takes what the team has made, and its check looks at files alone."""

import json
import shutil

import pandas as pd
import pytest

from bootcamp.content import content_root
from bootcamp.kit.checking import outcome
from tests.wrong.running import Wrong, notebook, run

SOLUTION = """
LABELS = ["orders", "delivery"]
PROMPT = "one of orders, delivery"

def solve(text, model="bootcamp-small"):
    if "facture" in text.lower():
        return {"label": "unsure", "reason": "French"}
    return {"label": "orders", "reason": ""}
"""
BATCH = content_root() / "labs" / "session-04-files" / "batch.py"
BESIDE = f"""
Path("solution.py").write_text({SOLUTION!r})
Path("batch.py").write_bytes(Path({str(BATCH)!r}).read_bytes())
"""


def test_takes_the_teams_own_solve_and_run(tmp_path):
    wrong = Wrong("final", "", "", cell="", before=BESIDE)
    ran = run(notebook("solution-6"), tmp_path, wrong)

    good, sentence = ran.said["final"]
    assert ran.stopped == {}
    assert "no column urgency" in sentence  # which this team's solve does not give
    table = pd.read_csv(tmp_path / "session-06/output/predictions.csv", keep_default_na=False)
    assert set(table["queue"]) == {"orders", "unsure"}
    assert not good


@pytest.fixture(scope="module")
def run_once(tmp_path_factory):
    home = tmp_path_factory.mktemp("final")
    assert run(notebook("solution-6"), home).stopped == {}
    return home / "session-06"


@pytest.fixture
def final(run_once, tmp_path, monkeypatch):
    """A folder with the saved notebook and what its last run has left."""
    folder = tmp_path / "session-06"
    shutil.copytree(run_once, folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(folder)
    return folder


def said():
    return outcome("final", {})


class TestCheck:
    def test_is_content_also_when_another_notebook_asks(self, final):
        (final / "data").rename(final.parent / "elsewhere")

        good, sentence = said()

        assert good, sentence
        assert "40 predictions" in sentence

    def test_looks_into_the_teams_folder(self, final, monkeypatch):
        team = final.parent / "team"
        team.mkdir()
        final.rename(team / "final")
        monkeypatch.chdir(team)

        assert said()[0]

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("solution.ipynb", None, "There is no solution.ipynb"),
            ("solution.ipynb", b"{", "cannot be read"),
            ("solution.ipynb", b'{"cells": [1]}', "cannot be read"),
            ("solution.ipynb", b'{"cells": []}', "No cell carries the tag"),
            ("output/predictions.csv", None, "predictions.csv is missing"),
            ("output/predictions.csv", b"id,status\n", "has no rows"),
            ("output/predictions.csv", b"id,status,queue,urgency\nm,fine,a,b\n", "no status"),
            ("output/predictions.csv", "id;status\né;ok".encode("latin-1"), "no column id and"),
            ("output/review_queue.csv", b"id\n", "no column status and reason"),
            ("output/predictions.csv", b"id,status\na," + b"x" * 200_000, "no readable table"),
            ("output/result.json", None, "result.json is missing"),
            ("output/result.json", b"[]", "cannot be read"),
            ("output/result.json", b'{"items": 40}', "has no handled"),
        ],
    )
    def test_names_what_is_missing(self, name, content, says, final):
        if content is None:
            (final / name).unlink()
        else:
            (final / name).write_bytes(content)

        good, sentence = said()

        assert not good
        assert says in sentence
        assert "\n" not in sentence

    def test_totals_must_add_up(self, final):
        path = final / "output" / "result.json"
        found = json.loads(path.read_text())
        path.write_text(json.dumps({**found, "handled": found["handled"] - 1}))

        assert "add up" in said()[1]

    def test_asks_for_the_files_that_a_notebook_imports(self, final):
        path = final / "solution.ipynb"
        found = json.loads(path.read_text())
        found["cells"].append({"cell_type": "code", "source": "from batch import run"})
        path.write_text(json.dumps(found))

        assert "batch.py does not lie beside" in said()[1]

"""Every homework that the course has: answered is full marks, untouched nothing, warnings free."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import bootcamp
from bootcamp.content import content_root
from bootcamp.exchange.course import homeworks
from bootcamp.exchange.service import Exchange
from bootcamp.grading import grade_assignment
from bootcamp.grading.adapter import read_released
from bootcamp.settings import DataFolder
from bootcamp.store import open_store
from tests.grading.small_course import cohort, raw

WARNING = (
    "import sys, warnings, logging\n"
    "warnings.warn('old')\nlogging.warning('careful')\nprint('careful', file=sys.stderr)"
)


def installed_elsewhere() -> bool:
    """Whether the environment's own `bootcamp`, which a sandbox sees, is another checkout's."""
    asked = [sys.executable, "-I", "-c", "import bootcamp; print(bootcamp.__file__)"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return found != bootcamp.__file__


def warning_everywhere(notebook: bytes) -> bytes:
    """Give the notebook with a warning at the top of each answer."""
    made = nbformat.reads(notebook.decode(), as_version=4)
    for cell in made.cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%"):
            cell.source = f"{WARNING}\n{cell.source}"
    return raw(made)


@pytest.mark.skipif(installed_elsewhere(), reason="the sandbox sees another checkout's package")
@pytest.mark.parametrize("homework", homeworks())
def test_answered_is_full_untouched_nothing_and_warnings_cost_nothing(
    homework: str, tmp_path: Path
) -> None:
    data = DataFolder.at(tmp_path / "data")
    data.create()
    store = open_store(data.store_url)
    exchange = Exchange(data, store, cohort(["answered", "untouched", "warned"]))
    exchange.release(homework)
    solution = content_root() / "solutions" / homeworks()[homework].notebook.parent.name
    kept = {
        path.name: path.read_bytes()
        for kind in (f"{homework}.ipynb", "solution.ipynb", "*.csv", "*.json")
        for path in solution.glob(kind)
    }
    exchange.hand_in(homework, "answered", kept)
    name = f"{homework}.ipynb"
    exchange.hand_in(homework, "warned", {**kept, name: warning_everywhere(kept[name])})
    # Only what lies beside the notebook is handed in; the rest is taken from the release.
    beside = {at: raw for at, raw in exchange.files(homework).items() if "/" not in at}
    receipt = exchange.hand_in(homework, "untouched", beside)
    assert "as you received them" in receipt.warnings[0]
    exchange.collect(homework)
    results = {result.login: result for result in grade_assignment(data, homework)}
    store.close()
    released = read_released(data, homework)
    full, everything = sum(released.automatic.values()), sum(released.by_hand.values())
    for login in ("answered", "warned"):
        assert (results[login].score, results[login].max_score) == (full, full + everything)
        assert results[login].awaits_marking
        assert results[login].notes == ()
    assert (results["untouched"].score, results["untouched"].awaits_marking) == (0, False)

"""What the tests of the data sets share: their scripts, run as their authors run them."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

DATASETS = Path(__file__).parent.parent / "graders" / "datasets"
SETS = {"dev": (1, 40), "hidden": (201, 120)}
"""The number of a set's first item, and how many it has."""


def run_script(folder: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the scripts in a data set's folder."""
    return subprocess.run(
        [sys.executable, str(folder / name), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def copied(folder: Path, below: Path) -> Path:
    """Copy a data set, and the module that its generator shares with the others."""
    shutil.copy(DATASETS / "generating.py", below)
    copy = below / folder.name
    return Path(shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("__pycache__")))

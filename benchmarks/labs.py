"""How long a machine takes for each answered lab, run from top to bottom with the practice model.

Run as `python -m benchmarks.labs --json [--quick]`. The goal is 60 seconds a lab; there is no stock
tool to compare with. Each lab runs with catch-up pieces only, as for a team that missed the others.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from bootcamp.content import content_root, session_folder, session_numbers
from bootcamp.gateway.app import create_app
from bootcamp.gateway.callers import Caller, StaticCallers
from bootcamp.gateway.serve import serve_in_thread
from bootcamp.store import open_store

GOAL_SECONDS = 60


def measure(sessions: list[int]) -> dict[str, Any]:
    """Run the labs of these sessions; times are wall seconds, a kernel's start included."""
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="bench-labs-") as scratch:
        app = create_app(
            callers=StaticCallers({"token": Caller("amina", team="teal")}),
            store=open_store(f"sqlite:///{scratch}/store.sqlite"),
        )
        with serve_in_thread(app) as served:
            os.environ |= {"OPENAI_BASE_URL": served.base_url, "OPENAI_API_KEY": "token"}
            for session in sessions:
                seconds[f"lab-{session}"] = round(_run(session, Path(scratch) / str(session)), 1)
    return {
        "benchmark": "labs",
        "processors": os.cpu_count(),
        "goal_seconds": GOAL_SECONDS,
        "seconds": seconds,
        "slowest_seconds": max(seconds.values()),
    }


def _run(session: int, home: Path) -> float:
    name = f"session-{session:02d}"
    shutil.copytree(session_folder(session), home / name)
    solutions = content_root() / "solutions" / name
    for filled_in in solutions.glob("solution.ipynb"):  # a notebook that lab 5 runs itself
        shutil.copyfile(filled_in, home / name / filled_in.name)
    os.environ["HOME"] = str(home)
    notebook = nbformat.read(solutions / f"lab-{session}.ipynb", 4)
    where = {"metadata": {"path": str(home / name)}}
    begun = time.perf_counter()
    NotebookClient(notebook, timeout=600, resources=where).execute()
    return time.perf_counter() - begun


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="only the first lab")
    given = parser.parse_args()
    sessions = session_numbers()[:1] if given.quick else session_numbers()
    print(json.dumps(measure(sessions), indent=None if given.json else 2))


if __name__ == "__main__":
    main()
